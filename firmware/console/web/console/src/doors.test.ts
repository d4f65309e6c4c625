import { describe, expect, it } from 'vitest'
import { otherAlarms, shownOf, syncOf } from './doors'

const phases = ['locked', 'unlocked', 'open', 'held_open', 'forced_open', 'fire_released'] as const

describe('how far the terminals are', () => {
  const at = (device: string, state: 'online' | 'offline', wanted: number, in_effect: number, to_remove = 0) =>
    ({ device, name: '', state, why: null, persons: { wanted, in_effect, to_remove, refused: 0 } })
  const card = { device: 'reader', name: '', state: 'online' as const, why: null }

  it('counts each once, whatever doors it hangs at, and readers that know nobody not at all', () => {
    const one = at('t1', 'online', 2, 2)
    expect(syncOf([{ readers: [one, card] }, { readers: [one] }])).toEqual({ all: 1, done: 1, offline: 0 })
  })
  it('is not done while somebody is to be removed, and says which of them are offline', () => {
    const doors = [{ readers: [at('t1', 'online', 2, 2, 1)] }, { readers: [at('t2', 'offline', 3, 2)] }, { readers: [at('t3', 'offline', 3, 3)] }]
    expect(syncOf(doors)).toEqual({ all: 3, done: 1, offline: 1 })
  })
})

describe('what a tile says of a door', () => {
  it('never says open without a contact that says so', () => {
    for (const phase of phases)
      for (const contact of ['none', 'unknown', 'closed'] as const) {
        const { key } = shownOf({ phase, contact, open: contact === 'closed' ? false : null })
        expect(['open', 'held_open', 'forced_open']).not.toContain(key)
      }
  })
  it('tells a door that was let open from one that was forced', () => {
    expect(shownOf({ phase: 'open', contact: 'open', open: true })).toEqual({ key: 'open', tone: 'info' })
    expect(shownOf({ phase: 'forced_open', contact: 'open', open: true })).toEqual({ key: 'forced_open', tone: 'bad' })
    expect(shownOf({ phase: 'held_open', contact: 'open', open: true })).toEqual({ key: 'held_open', tone: 'bad' })
  })
  it('says that a fire holds it, whatever the contact says', () => {
    expect(shownOf({ phase: 'fire_released', contact: 'closed', open: false }).key).toBe('fire_released')
  })
  it('says what is not known', () => {
    expect(shownOf({ phase: 'locked', contact: 'none', open: null }).key).toBe('locked_blind')
    expect(shownOf({ phase: 'unlocked', contact: 'unknown', open: null }).key).toBe('unlocked_unknown')
  })
  it('leaves out alarms that the state says already', () => {
    expect(otherAlarms({ alarms: ['forced_open', 'tamper', 'fire_released'] })).toEqual(['tamper'])
  })
})
