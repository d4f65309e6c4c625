import type { Place } from '@linli/client'
import { describe, expect, it } from 'vitest'
import { branches } from './places'

const place = (id: string, parent: string | null): Place => ({ id, parent, kind: 'point', name: id, devices: 0, offline: 0 })
const shape = (places: Place[]) => branches(places).map(({ place: { id }, depth }) => `${depth}${id}`)

describe('branches', () => {
  it('puts children under their parents, in any order of arrival', () => {
    expect(shape([place('u', 'b'), place('s', null), place('b', 's')])).toEqual(['0s', '1b', '2u'])
  })
  it('shows the place of a person who may not see its parent', () => {
    expect(shape([place('u', 'hidden')])).toEqual(['0u'])
  })
  it('loses nothing to a ring', () => {
    expect(shape([place('a', 'b'), place('b', 'a')])).toEqual(['0a', '1b'])
  })
})
