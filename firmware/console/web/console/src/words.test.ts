import { describe, expect, it } from 'vitest'
import { localUser } from './words'

describe('who did something', () => {
  it('is a user of the machine only in the words of linlictl', () => {
    expect(localUser('local:uid=0')).toBe('0')
    expect(localUser('local:uid=1000')).toBe('1000')
    for (const other of ['person:local', 'person:local:uid=0', 'local:uid=', 'local:uid=0x', 'platform', '']) expect(localUser(other)).toBeUndefined()
  })
})
