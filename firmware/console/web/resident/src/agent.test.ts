import { describe, expect, it } from 'vitest'
import { agentOf } from './agent'

describe('a browser', () => {
  it('is known by the most particular of its names', () => {
    expect(agentOf('Mozilla/5.0 (Linux; Android 14; V2324A) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.47')).toEqual({ app: 'wechat', system: 'android' })
    expect(agentOf('Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Safari/604.1')).toEqual({ app: 'safari', system: 'iphone' })
    expect(agentOf('Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0')).toEqual({ app: 'edge', system: 'windows' })
    expect(agentOf('curl/7.88.1')).toEqual({ app: null, system: null })
  })
})
