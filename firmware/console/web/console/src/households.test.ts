import type { PlaceKind } from '@linli/client'
import { describe, expect, it } from 'vitest'
import { eraseTrouble, groupsOf, isPseudonym, nameOf, onTheWay, pieces, pseudonym } from './households'

const doors = [
  { id: 'gate', name: '大门', place: 'site', group: 1 },
  { id: 'u2', name: '2 单元', place: 'b3-u2', group: 3 },
  { id: 'u1', name: '1 单元', place: 'b3-u1', group: 2 },
  { id: 'garage', name: '车库', place: 'site', group: 1 },
  { id: 'store', name: '库房', place: 'site', group: 0 },
]
const places: Record<string, { parent: string | null; kind: PlaceKind }> = {
  site: { parent: null, kind: 'site' },
  gate: { parent: 'site', kind: 'point' },
  b3: { parent: 'site', kind: 'building' },
  b4: { parent: 'site', kind: 'building' },
  'b3-lobby': { parent: 'b3', kind: 'point' },
  'b4-lobby': { parent: 'b4', kind: 'point' },
  'b3-u1': { parent: 'b3', kind: 'unit' },
  'b3-u2': { parent: 'b3', kind: 'unit' },
  'b3-u1-door': { parent: 'b3-u1', kind: 'point' },
  'b3-u2-door': { parent: 'b3-u2', kind: 'point' },
  'b3-u2-501': { parent: 'b3-u2', kind: 'point' },
}

describe('the doors of a household', () => {
  it('come in groups, without doors that belong to none', () => {
    expect(groupsOf(doors).map((one) => [one.group, one.names])).toEqual([
      [1, '大门、车库'],
      [2, '1 单元'],
      [3, '2 单元'],
    ])
  })

  it('are those on the way home, and no neighbour’s', () => {
    expect(onTheWay(groupsOf(doors), 'b3-u2-501', (place) => places[place])).toEqual([1, 3])
  })

  it('are on the way wherever they hang in the unit, the building and the compound', () => {
    const hung = Object.keys(places).map((place, i) => ({ group: i + 1, names: place, places: [place] }))
    const found = onTheWay(hung, 'b3-u2-501', (place) => places[place])
    expect(hung.filter((one) => found.includes(one.group)).map((one) => one.names)).toEqual([
      'site', 'gate', 'b3', 'b3-lobby', 'b3-u2', 'b3-u2-door', 'b3-u2-501'])
    expect(onTheWay(hung, '', (place) => places[place])).toEqual([])
  })
})

describe('a list to import', () => {
  it('is sent in pieces that are whole base64 texts', () => {
    const bytes = new TextEncoder().encode('房号,姓名\n'.repeat(3000))
    const list = pieces(bytes)
    expect(list.every((piece) => piece.length <= 16_384 && piece.length % 4 === 0)).toBe(true)
    const whole = list.map((piece) => atob(piece)).join('')
    expect(whole.length).toBe(bytes.length)
  })
})

describe('what terminals know a person by', () => {
  it('is a number that no name goes into, and that a topic can hold', () => {
    expect(pseudonym(new Uint8Array([0, 10, 255]))).toBe('f-000aff')
    expect(isPseudonym('f-000aff')).toBe(true)
    for (const wrong of ['', '安女士', 'a/b', 'a b', 'x'.repeat(49)]) expect(isPseudonym(wrong)).toBe(false)
  })
})

describe('somebody who was erased', () => {
  it('is named by the number where the name is gone', () => {
    expect(nameOf({ id: 'p-1', name: '' })).toBe('p-1')
    expect(nameOf({ id: 'p-1', name: '安' })).toBe('安')
  })
  it('lives here still, or is not known: both have words of their own, and nothing else has', () => {
    expect(eraseTrouble({ code: 'conflict' })).toBe('lives_here')
    expect(eraseTrouble({ code: 'not_found' })).toBe('nothing_stored')
    for (const code of ['invalid', 'denied', 'unreachable', 'timeout', 'internal']) expect(eraseTrouble({ code })).toBeNull()
    expect(eraseTrouble(null)).toBeNull()
  })
})
