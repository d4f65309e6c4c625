import { describe, expect, it } from 'vitest'
import { probeAfterMs, reachOf } from './offline'

describe('whether the gateway answers', () => {
  it('is believed as long as nothing stayed silent', () => {
    expect(reachOf({ browserOnline: true, answeredMs: null, silentMs: null })).toBe('fine')
    expect(reachOf({ browserOnline: true, answeredMs: 5, silentMs: null })).toBe('fine')
  })
  it('is denied by the newest silence, and restored by any answer after it', () => {
    expect(reachOf({ browserOnline: true, answeredMs: 5, silentMs: 6 })).toBe('no_gateway')
    expect(reachOf({ browserOnline: true, answeredMs: null, silentMs: 6 })).toBe('no_gateway')
    expect(reachOf({ browserOnline: true, answeredMs: 7, silentMs: 6 })).toBe('fine')
  })
  it('is the network of the phone, if that is gone', () => {
    expect(reachOf({ browserOnline: false, answeredMs: 7, silentMs: 6 })).toBe('no_network')
  })
})

describe('asking again', () => {
  it('becomes patient, and never all phones at once', () => {
    expect(probeAfterMs(0, 1)).toBe(2000)
    expect(probeAfterMs(0, 0)).toBe(1000)
    expect(probeAfterMs(3, 1)).toBe(16_000)
    expect(probeAfterMs(400, 1)).toBe(30_000)
  })
})
