import { describe, expect, it } from 'vitest'
import { twoOf, wordsOf } from './backup'

describe('the words of a backup', () => {
  it('are asked back at two different places', () => {
    for (let i = 0; i < 500; i++) {
      const [a, b] = twoOf(24)
      expect(a).toBeLessThan(b)
      expect(b).toBeLessThan(24)
      expect(a).toBeGreaterThanOrEqual(0)
    }
  })
  it('may be typed over several lines, with capitals and commas', () => {
    expect(wordsOf(' Abandon  ability,\nable，about ')).toEqual(['abandon', 'ability', 'able', 'about'])
  })
})
