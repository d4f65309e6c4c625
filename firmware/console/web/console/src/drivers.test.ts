import { describe, expect, it } from 'vitest'
import { readFileSync } from 'node:fs'
import { drivers, framedDrivers, hasAddress, wrongAddress } from './drivers'

describe('the drivers of a new device', () => {
  it('are those that the gateway is built with', () => {
    const catalog = readFileSync(new URL('../../../../../drivers/catalog.cpp', import.meta.url), 'utf8')
    const known = [...catalog.matchAll(/DriverEntry\{\s*"(\w+)"/g)].map((found) => found[1])
    expect([...drivers].sort()).toEqual(known.sort())
  })
  it('have an address where they are found by one', () => {
    expect(drivers.filter(hasAddress)).toEqual(['coap', 'osdp', 'gpio'])
    expect(wrongAddress('osdp', 'gate/5')).toBeNull()
    expect(wrongAddress('osdp', '5')).toBe('osdp_needed')
    expect(wrongAddress('gpio', 'lock=gate-lock  contact=gate-contact')).toBeNull()
    for (const wrong of ['', 'gate-lock', 'lock=', 'lock=a door=b']) expect(wrongAddress('gpio', wrong)).toBe('gpio_needed')
    expect(wrongAddress('coap', '')).toBeNull()
  })
  it('have frames unless they are lines of the board', () => {
    expect(framedDrivers).not.toContain('gpio')
    expect(framedDrivers).toContain('terminal')
  })
})
