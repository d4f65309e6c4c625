import { describe, expect, it } from 'vitest'
import { groupsOf, onTheWay, pieces } from './households'

const doors = [
  { id: 'gate', name: '大门', place: 'site', group: 1 },
  { id: 'u2', name: '2 单元', place: 'b3-u2', group: 3 },
  { id: 'u1', name: '1 单元', place: 'b3-u1', group: 2 },
  { id: 'garage', name: '车库', place: 'site', group: 1 },
  { id: 'store', name: '库房', place: 'site', group: 0 },
]
const parents: Record<string, string | null> = { 'b3-u2-501': 'b3-u2', 'b3-u2': 'b3', 'b3-u1': 'b3', b3: 'site', site: null }

describe('the doors of a household', () => {
  it('come in groups, without doors that belong to none', () => {
    expect(groupsOf(doors).map((one) => [one.group, one.names])).toEqual([
      [1, '大门、车库'],
      [2, '1 单元'],
      [3, '2 单元'],
    ])
  })

  it('are those on the way home, and no neighbour’s', () => {
    expect(onTheWay(groupsOf(doors), 'b3-u2-501', (place) => parents[place])).toEqual([1, 3])
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
