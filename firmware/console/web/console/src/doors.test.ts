import { describe, expect, it } from 'vitest'
import { otherAlarms, shownOf } from './doors'

const phases = ['locked', 'unlocked', 'open', 'held_open', 'forced_open', 'fire_released'] as const

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
