import { describe, expect, it } from 'vitest'
import { recordCsv } from './record'
import type { Passage } from './types'

const one: Passage = { at: '2026-03-05T01:12:00.000Z', time: 'synchronised', door: 'u2', door_name: '2 单元门', granted: true, reason: 'granted', kind: 'card', who: 'self' }

describe('one’s own record as a file', () => {
  it('has a line for each passage, below the names of the columns', () => {
    const lines = recordCsv([one, { ...one, granted: false, time: 'floor' }], (key) => `<${key}>`).split('\r\n')
    expect(lines).toHaveLength(4)
    expect(lines[1]).toBe('"2026-03-05T01:12:00.000Z","2 单元门","<granted>","<who.self>","<kind.card>",""')
    expect(lines[2]).toContain('"<denied>"')
    expect(lines[2]).toContain('"<floor>"')
  })
  it('takes no door’s name for a formula', () => {
    expect(recordCsv([{ ...one, door_name: '=1+1' }], (key) => key)).toContain(`"'=1+1"`)
  })
})
