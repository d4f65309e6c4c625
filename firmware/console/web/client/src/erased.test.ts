import { describe, expect, it } from 'vitest'
import { erasedCounts } from './erased'

const none = { names: 0, faces: 0, consents: 0, credentials: 0, rights: 0, delegations: 0 }

describe('what was erased', () => {
  it('stands in one order, whatever order the answer has, and without noughts', () => {
    expect(erasedCounts({ ...none, delegations: 1, credentials: 4, consents: 1, faces: 1 })).toEqual([
      { kind: 'faces', count: 1 },
      { kind: 'consents', count: 1 },
      { kind: 'credentials', count: 4 },
      { kind: 'delegations', count: 1 },
    ])
  })
  it('is nothing where nothing was left', () => {
    expect(erasedCounts(none)).toEqual([])
    expect(erasedCounts({})).toEqual([])
  })
  it('names faces once: who keeps the cards does not read that credentials went', () => {
    expect(erasedCounts({ ...none, names: 1, faces: 2, credentials: 2 })).toEqual([
      { kind: 'names', count: 1 },
      { kind: 'faces', count: 2 },
    ])
  })
  it('keeps a kind that this page does not know', () => {
    expect(erasedCounts({ ...none, voices: 3, names: 1 })).toEqual([
      { kind: 'names', count: 1 },
      { kind: 'voices', count: 3 },
    ])
  })
})
