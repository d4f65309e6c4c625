import type { Property } from '@linli/client'
import { describe, expect, it } from 'vitest'
import { withValues } from './values'

const property = (name: string): Property => ({ name, type: 'number', value: 1, at: null, stale: true })

describe('withValues', () => {
  it('takes what came, with its moment, and leaves the rest', () => {
    const [a, b] = withValues([property('a'), property('b')], { a: 2.5, other: 3 }, 0)
    expect(a).toMatchObject({ value: 2.5, at: '1970-01-01T00:00:00.000Z', stale: false })
    expect(b).toEqual(property('b'))
  })
  it('is not misled by what is no object', () => {
    for (const said of [undefined, null, 'x', 5]) expect(withValues([property('a')], said)).toEqual([property('a')])
  })
})
