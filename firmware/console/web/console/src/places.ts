import type { Page, Place } from '@linli/client'
import { computed, shallowRef } from 'vue'
import { client } from './state'

const known = shallowRef<Place[] | null>(null)
let reading: Promise<void> | null = null

async function read(): Promise<void> {
  const answer = await client.get<Page<Place>>('/places')
  const items = [...answer.data.items]
  for (let next = answer.data.next; next; ) {
    const page = await client.get<Page<Place>>('/places', { query: { cursor: next } })
    items.push(...page.data.items)
    next = page.data.next
  }
  known.value = items
}

export interface Branch {
  place: Place
  depth: number
}

// The tree of places, read once and kept; `readNow` reads it anew and tells when that did not succeed. A page shows the id while it is not there.
export function usePlaces() {
  const reload = () => (reading = read().catch(() => undefined).finally(() => (reading = null)))
  if (!known.value && !reading) void reload()
  const byId = computed(() => new Map((known.value ?? []).map((place) => [place.id, place])))

  function path(id: string | null | undefined): string {
    const names: string[] = []
    for (let at = id, steps = 0; at && steps < 16; steps++) {
      const place = byId.value.get(at)
      if (!place) {
        if (names.length === 0) names.unshift(at)
        break
      }
      // The compound itself goes without saying below it.
      if (place.kind !== 'site' || names.length === 0) names.unshift(place.name || place.id)
      at = place.parent
    }
    return names.join(' · ')
  }

  const tree = computed<Branch[]>(() => branches(known.value ?? []))
  const choices = computed(() => tree.value.map(({ place }) => ({ value: place.id, title: path(place.id), note: place.id })))
  return { readNow: read, places: computed(() => known.value ?? []), byId, tree, path, choices, reload }
}

export function forgetPlaces(): void {
  known.value = null
}

// Parents before children, each with its depth. What has no way up to a root stands at the end as a root.
export function branches(places: Place[]): Branch[] {
  const ids = new Set(places.map((place) => place.id))
  const children = new Map<string | null, Place[]>()
  for (const place of places) {
    const parent = place.parent !== null && ids.has(place.parent) ? place.parent : null
    children.set(parent, [...(children.get(parent) ?? []), place])
  }
  const found: Branch[] = []
  const seen = new Set<string>()
  const visit = (place: Place, depth: number) => {
    if (seen.has(place.id)) return
    seen.add(place.id)
    found.push({ place, depth })
    for (const child of children.get(place.id) ?? []) visit(child, depth + 1)
  }
  for (const place of children.get(null) ?? []) visit(place, 0)
  for (const place of places) visit(place, 0)
  return found
}
