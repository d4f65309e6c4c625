import { describe, expect, it } from 'vitest'
import { bytes, duration, gatewayNow, learnTime, relative } from './time'

describe('times', () => {
  it('are said by the largest unit', () => {
    const now = Date.parse('2026-01-02T12:00:00Z')
    expect(relative('2026-01-02T11:48:00Z', 'en', now)).toBe('12 minutes ago')
    expect(relative('2026-01-02T11:48:00Z', 'zh-CN', now)).toBe('12分钟前')
    expect(relative('2026-01-01T00:00:00Z', 'en', now)).toBe('yesterday')
    expect(relative('what', 'en', now)).toBe('')
  })
  it('follow the clock of the gateway', () => {
    learnTime('2020-01-01T00:00:00Z', Date.now())
    expect(new Date(gatewayNow()).getUTCFullYear()).toBe(2020)
    learnTime('no time')
    expect(new Date(gatewayNow()).getUTCFullYear()).toBe(2020)
  })
  it('last two units', () => {
    expect(duration(7_505, 'en')).toBe('2 h 5 min')
    expect(duration(90_061, 'zh-CN')).toBe('1 天 1 小时')
    expect(duration(0, 'en')).toBe('0 s')
  })
})

describe('bytes', () => {
  it('carry a unit', () => {
    expect(bytes(999, 'en')).toBe('999 B')
    expect(bytes(1_540_000, 'en')).toBe('1.5 MB')
  })
})
