import type { ApiError, Page, Place, PlaceKind } from '@linli/client'
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

// Whoever had their name erased is still somebody to point at: by the number.
export const nameOf = (person: { id: string; name: string }) => person.name || person.id
export const withNames = (home: Household): Household => ({ ...home, people: home.people.map((one) => ({ ...one, name: nameOf(one) })) })

// Why somebody could not be erased, where it has words of its own.
export function eraseTrouble(problem: Pick<ApiError, 'code'> | null): 'lives_here' | 'nothing_stored' | null {
  if (problem?.code === 'conflict') return 'lives_here'
  return problem?.code === 'not_found' ? 'nothing_stored' : null
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

export type PlaceOf = (id: string) => Pick<Place, 'parent' | 'kind'> | undefined

// Where a place is: itself and all above it, and the building and the unit among them.
function whereIs(id: string, placeOf: PlaceOf) {
  const way: string[] = []
  const of: Partial<Record<PlaceKind, string>> = {}
  for (let at: string | null | undefined = id; at && way.length < 16; ) {
    const place = placeOf(at)
    way.push(at)
    if (place) of[place.kind] = at
    at = place?.parent
  }
  return { way, building: of.building, unit: of.unit }
}

// As the gateway judges it (relation_of in scenarios/access): what is in a unit is for its people, what is in a building
// for that building's, and the rest for everybody.
function isOnTheWay(flat: string, door: string, placeOf: PlaceOf): boolean {
  if (!flat || !door) return false
  const home = whereIs(flat, placeOf)
  const there = whereIs(door, placeOf)
  if (there.way.includes(flat)) return true
  if (there.unit) return there.unit === home.unit
  return !there.building || there.building === home.building
}

// The groups that somebody who lives at `flat` passes on the way home.
export function onTheWay(groups: DoorGroup[], flat: string, placeOf: PlaceOf): number[] {
  return groups.filter((one) => one.places.some((place) => isOnTheWay(flat, place, placeOf))).map((one) => one.group)
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
  const suggested = (flat: string) => onTheWay(groups.value, flat, (place) => byId.value.get(place))
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
