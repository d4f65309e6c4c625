import type { DoorDefinition } from '@linli/client'
import { describe, expect, it } from 'vitest'
import { rulesOf, withRules, wrongRules } from './doorRules'

const door: DoorDefinition = { name: '2号门', lock: { device: 'lock-1' } }

describe('who may pass a door', () => {
  it('comes back as it was chosen', () => {
    const strict: DoorDefinition = {
      ...door,
      takes: ['card', 'pin'],
      needs_second_factor: true,
      works_without_clock: false,
      zone: 'garage',
      passback: { mode: 'hard', forgive_after_s: 1_800 },
    }
    expect(withRules(strict, rulesOf(strict))).toEqual(strict)
  })
  it('leaves out what stands by default', () => {
    expect(withRules(door, rulesOf(door))).toEqual({ ...door, needs_second_factor: false, works_without_clock: true })
    const before: DoorDefinition = { ...door, takes: ['card'], zone: 'x', passback: { mode: 'soft' } }
    const made = withRules(before, rulesOf(door))
    for (const gone of ['takes', 'zone', 'passback']) expect(made).not.toHaveProperty(gone)
  })
  it('forgives after twelve hours unless somebody says otherwise, and 0 is never', () => {
    expect(rulesOf({ passback: { mode: 'soft' } }).forgive_h).toBe('12')
    expect(withRules(door, { ...rulesOf(door), passback: 'soft', forgive_h: '0' }).passback).toEqual({ mode: 'soft', forgive_after_s: 0 })
  })
  it('is not nothing, and not a face alone', () => {
    const rules = rulesOf(door)
    expect(wrongRules(rules)).toEqual({})
    expect(wrongRules({ ...rules, takes: [] }).takes).toBe('takes_needed')
    expect(wrongRules({ ...rules, takes: ['face'] }).takes).toBe('takes_face')
    for (const forgive_h of ['', 'x', '-1', '721']) expect(wrongRules({ ...rules, passback: 'hard', forgive_h }).forgive).toBe('forgive_hint')
  })
})
