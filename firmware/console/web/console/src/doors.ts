import type { DoorPart, DoorSummary, Page, TerminalPersons } from '@linli/client'
import { client } from './state'

export interface DoorShown {
  key: string // below door.shown
  tone: 'good' | 'warn' | 'bad' | 'idle' | 'info' | 'wait'
}

// What a tile says of a door. It is called open only where its contact (门磁) says so; what was
// unlocked is "unlocked", and where there is no word of the contact that is said too.
export function shownOf(door: Pick<DoorSummary, 'phase' | 'contact' | 'open'>): DoorShown {
  if (door.phase === 'fire_released') return { key: 'fire_released', tone: 'bad' }
  if (door.open === true) {
    if (door.phase === 'forced_open' || door.phase === 'held_open') return { key: door.phase, tone: 'bad' }
    return { key: 'open', tone: 'info' }
  }
  const lock = door.phase === 'unlocked' ? 'unlocked' : 'locked'
  if (door.open === false) return { key: `${lock}_closed`, tone: lock === 'locked' ? 'good' : 'wait' }
  if (door.contact === 'none') return { key: `${lock}_blind`, tone: lock === 'locked' ? 'idle' : 'wait' }
  return { key: `${lock}_unknown`, tone: 'warn' }
}

// The alarms that the state does not say already.
export const otherAlarms = (door: Pick<DoorSummary, 'alarms'>): string[] =>
  door.alarms.filter((alarm) => ['tamper', 'reader_offline', 'contact_lost'].includes(alarm))

// How far the terminals are that know people by themselves (人员下发), each counted once.
export interface TerminalSync {
  all: number
  done: number
  offline: number // of those that are not done
}
export const isSettled = (persons: TerminalPersons): boolean => persons.in_effect === persons.wanted && persons.to_remove === 0

export function syncOf(doors: Pick<DoorSummary, 'readers'>[]): TerminalSync {
  const terminals = new Map<string, DoorPart>()
  for (const door of doors) for (const reader of door.readers) if (reader.persons) terminals.set(reader.device, reader)
  const open = [...terminals.values()].filter((each) => each.persons && !isSettled(each.persons))
  return { all: terminals.size, done: terminals.size - open.length, offline: open.filter((each) => each.state !== 'online').length }
}

export async function allDoors(signal?: AbortSignal): Promise<DoorSummary[]> {
  const doors: DoorSummary[] = []
  let cursor: string | undefined
  do {
    const { data } = await client.get<Page<DoorSummary>>('/doors', { query: { limit: 200, cursor }, signal })
    doors.push(...data.items)
    cursor = data.next ?? undefined
  } while (cursor)
  return doors
}
