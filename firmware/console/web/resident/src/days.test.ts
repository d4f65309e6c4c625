import { describe, expect, it } from 'vitest'
import { dayWords } from './days'

const zone = 'Asia/Shanghai'
const now = Date.parse('2026-03-05T04:00:00Z') // noon
const words = (time: string, language = 'zh-CN') => dayWords(time, language, now, zone)

describe('a day', () => {
  it('is today, yesterday or tomorrow by the calendar of the place, not by 24 hours', () => {
    expect(words('2026-03-05T01:12:00Z')).toBe('今天 09:12')
    expect(words('2026-03-04T15:59:00Z')).toBe('昨天 23:59')
    expect(words('2026-03-04T16:01:00Z')).toBe('今天 00:01')
    expect(words('2026-03-06T01:00:00Z')).toBe('明天 09:00')
    expect(words('2026-03-05T01:12:00Z', 'en')).toBe('Today 09:12')
  })
  it('carries its date further away, and the year when it is another', () => {
    expect(words('2026-02-27T01:12:00Z')).toBe('2月27日 09:12')
    expect(words('2025-12-31T01:12:00Z')).toBe('2025年12月31日 09:12')
    expect(words('2025-12-31T01:12:00Z', 'en')).toBe('Dec 31, 2025 09:12')
  })
  it('is empty for what is no time', () => {
    expect(words('soon')).toBe('')
  })
})
