import type { Page } from '@linli/client'
import { computed } from 'vue'
import { useLoad } from './load'
import { usePlaces } from './places'
import { client } from './state'

export type HomeRole = 'resident' | 'family'

export interface HouseholdSummary {
  id: string
  place: string
  people: { id: string; name: string; role: HomeRole }[] // names are masked
}

export interface HomeCredential {
  id: string
  kind: 'card' | 'pin' | 'qr' | 'totp' | 'face'
  state: 'active' | 'suspended' | 'lost' | 'revoked'
  printed: string
  from: string | null
  until: string | null
}

export interface Visit {
  id: string
  kind: 'pass' | 'code'
  person: string
  name?: string
  doors: string[]
  from: string
  until: string
  uses: number
  used: number
}

export interface FaceConsent {
  text: string // the version of the text
  noted_by: string // person:<id>
  given_at: string
  withdrawn_at: string | null
}

export interface HomePerson {
  id: string
  name: string
  phone: string
  role: HomeRole
  from: string | null
  until: string | null
  account: 'none' | 'active'
  credentials: HomeCredential[]
  visits: Visit[]
  delegations: { id: string; from_name: string; to_name: string; to_person: string; until: string }[]
  face_consent: FaceConsent | null
}

export const agreed = (person: HomePerson) => person.face_consent !== null && person.face_consent.withdrawn_at === null
export const hasFace = (person: HomePerson) => person.credentials.some((one) => one.kind === 'face' && one.state !== 'revoked')

// What terminals know a person by: a pseudonym, since no name goes to them.
export function pseudonym(random: Uint8Array): string {
  return `f-${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
export const isPseudonym = (text: string) => /^[A-Za-z0-9._-]{1,48}$/.test(text)

export interface Household {
  id: string
  place: string
  people: HomePerson[]
}

export interface ImportReport {
  people: number
  cards: number
  flats: number
  encoding: string
  problem_count: number
  problems: { line: number; column: number; header: string; what: string }[]
  applied: boolean
}

export interface GivenVisit {
  id: string
  pass?: string
  code?: string
  until: string
}

interface DoorRow {
  id: string
  name: string
  place: string
  group: number
}
export interface DoorGroup {
  group: number
  names: string
  places: string[]
}

// Doors are given to people by their group: those of one group open together.
export function groupsOf(doors: DoorRow[]): DoorGroup[] {
  const groups = new Map<number, DoorGroup>()
  for (const door of doors) {
    if (door.group === 0) continue
    const known = groups.get(door.group)
    if (known) {
      known.names += `、${door.name}`
      known.places.push(door.place)
    } else groups.set(door.group, { group: door.group, names: door.name, places: [door.place] })
  }
  return [...groups.values()].sort((a, b) => a.group - b.group)
}

// The groups that somebody who lives at `flat` passes on the way home: a door stands at a place of
// the way from the root to the flat.
export function onTheWay(groups: DoorGroup[], flat: string, parentOf: (place: string) => string | null | undefined): number[] {
  const way = new Set<string>()
  for (let at: string | null | undefined = flat, steps = 0; at && steps < 16; steps++) {
    way.add(at)
    at = parentOf(at)
  }
  return groups.filter((one) => one.places.some((place) => way.has(place))).map((one) => one.group)
}

export function useDoorGroups() {
  const { byId } = usePlaces()
  const load = useLoad(async (signal) => {
    const doors: DoorRow[] = []
    let cursor: string | null | undefined
    do {
      const page: Page<DoorRow> = (await client.get<Page<DoorRow>>('/doors', { query: { limit: 200, cursor }, signal })).data
      doors.push(...page.items)
      cursor = page.next
    } while (cursor)
    return groupsOf(doors)
  })
  const groups = computed(() => load.data.value ?? [])
  const suggested = (flat: string) => onTheWay(groups.value, flat, (place) => byId.value.get(place)?.parent)
  return { groups, suggested }
}

// A file in pieces of base64: one text of a request has at most 16 KiB.
export function pieces(bytes: Uint8Array, most = 12_000): string[] {
  const list: string[] = []
  for (let at = 0; at < bytes.length; at += most) {
    list.push(btoa(Array.from(bytes.subarray(at, at + most), (byte) => String.fromCharCode(byte)).join('')))
  }
  return list
}
