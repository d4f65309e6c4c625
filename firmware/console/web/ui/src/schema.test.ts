import { describe, expect, it } from 'vitest'
import { readValue } from './schema'

describe('readValue', () => {
  it('leaves out what is empty, unless it is required', () => {
    expect(readValue({ type: 'integer' }, '')).toEqual({ value: undefined })
    expect(readValue({ type: 'integer' }, ' ', true).complaint?.code).toBe('required')
  })
  it('takes integers within their range', () => {
    const shape = { type: 'integer', minimum: 1, maximum: 60 }
    expect(readValue(shape, '60')).toEqual({ value: 60 })
    expect(readValue(shape, '61').complaint).toEqual({ code: 'maximum', params: { n: 60 } })
    expect(readValue(shape, '0').complaint).toEqual({ code: 'minimum', params: { n: 1 } })
    expect(readValue(shape, '1.5').complaint?.code).toBe('integer')
    expect(readValue(shape, 'five').complaint?.code).toBe('number')
  })
  it('counts letters, not halves of them', () => {
    expect(readValue({ type: 'string', maxLength: 2 }, '🚪🔑')).toEqual({ value: '🚪🔑' })
    expect(readValue({ type: 'string', maxLength: 2 }, '三个字').complaint?.code).toBe('max_length')
  })
  it('gives a choice back with its own type', () => {
    expect(readValue({ enum: [1, 2] }, '2')).toEqual({ value: 2 })
    expect(readValue({ enum: ['on'] }, 'off').complaint?.code).toBe('choice')
  })
  it('reads a whole object as JSON', () => {
    expect(readValue({ type: 'object' }, '{"a":1}')).toEqual({ value: { a: 1 } })
    expect(readValue({ type: 'object' }, '{a}').complaint?.code).toBe('json')
  })
})
