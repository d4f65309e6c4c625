import type { SettingRow } from '@linli/client'
import { describe, expect, it } from 'vitest'
import { changesOf, newAddress } from './settings'

const row = (more: Partial<SettingRow>): SettingRow => ({ path: 'a.b', section: 'a', kind: 'text', value: '', default: '', help: '', effect: 'live', ...more })

describe('changesOf', () => {
  it('sends only what differs, with its type', () => {
    const rows = [row({ path: 'n', kind: 'integer', value: 5, min: 1, max: 9 }), row({ path: 'same', value: 'x' }), row({ path: 'l', kind: 'list', value: ['a'] })]
    expect(changesOf(rows, { n: '7', same: 'x', l: 'a\n\n b ' }).changes).toEqual({ n: 7, l: ['a', 'b'] })
  })
  it('says what cannot be', () => {
    const rows = [row({ path: 'n', kind: 'integer', value: 5, min: 1, max: 9 }), row({ path: 'w', kind: 'word', value: 'on', words: ['on', 'off'] })]
    const { complaints } = changesOf(rows, { n: '10', w: '' })
    expect(complaints.n).toEqual({ code: 'maximum', params: { n: 9 } })
    expect(complaints.w?.code).toBe('required')
  })
  it('leaves alone what only the file may say', () => {
    expect(changesOf([row({ path: 'f', value: 'a', effect: 'file' })], { f: 'b' }).changes).toEqual({})
  })
})

describe('newAddress', () => {
  const now = { hostname: 'gw1.local', port: '8443' }
  it('is told when the console moves', () => {
    expect(newAddress({ 'console.port': 9443 }, now)).toBe('https://gw1.local:9443/settings')
    expect(newAddress({ 'console.address': '192.168.1.5' }, now)).toBe('https://192.168.1.5:8443/settings')
    expect(newAddress({ 'console.address': 'fd00::5', 'console.port': 443 }, now)).toBe('https://[fd00::5]/settings')
  })
  it('is not told otherwise', () => {
    expect(newAddress({ 'store.max_mb': 5 }, now)).toBeNull()
  })
})
