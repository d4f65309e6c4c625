import { describe, expect, it } from 'vitest'
import { partsOf } from './mydata'

describe('all that is stored of me', () => {
  const time = '2026-03-05T01:12:00.000Z'
  const data = {
    person: { id: 'p1', name: '陈', login: '', places: ['b3-u2'], second_factor: false, created_at: { time, quality: 'synchronised' } },
    sessions: [{ id: 's1', created_at: time }],
    tokens: [],
    audit_actor: 'person:p1',
  }
  it('is shown whole: every member of every part', () => {
    expect(partsOf(data)).toEqual([
      {
        key: 'person',
        records: [
          [
            { key: 'id', kind: 'text', value: 'p1' },
            { key: 'name', kind: 'text', value: '陈' },
            { key: 'login', kind: 'none', value: null },
            { key: 'places', kind: 'text', value: 'b3-u2' },
            { key: 'second_factor', kind: 'yes', value: false },
            { key: 'created_at', kind: 'time', value: time },
          ],
        ],
      },
      { key: 'sessions', records: [[{ key: 'id', kind: 'text', value: 's1' }, { key: 'created_at', kind: 'time', value: time }]] },
      { key: 'tokens', records: [] },
      { key: 'rest', records: [[{ key: 'audit_actor', kind: 'text', value: 'person:p1' }]] },
    ])
  })
  it('tells who had to do with it, each line for itself', () => {
    const seen = { time, who: '王经理', role: 'manager', what: 'person.change' }
    expect(partsOf({ seen_by: [seen, { ...seen, who: null }] })[0]?.records.map((record) => record[1])).toEqual([
      { key: 'who', kind: 'text', value: '王经理' },
      { key: 'who', kind: 'none', value: null },
    ])
  })
  it('keeps what this page does not know by name', () => {
    const parts = partsOf({ seen_by: [{ who: 'p2', face: { quality: 3, tags: [{ a: 1 }] } }] })
    expect(parts[0]?.records[0]).toEqual([
      { key: 'who', kind: 'text', value: 'p2' },
      { key: 'face.quality', kind: 'text', value: '3' },
      { key: 'face.tags', kind: 'text', value: '[{"a":1}]' },
    ])
  })
})
