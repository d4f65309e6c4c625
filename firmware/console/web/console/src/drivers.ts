// How a device may be connected, as the form of a new one asks for it: the same names as in
// `linlictl drivers`.
export const drivers = ['mqtt', 'coap', 'osdp', 'terminal', 'gpio'] as const
export type Driver = (typeof drivers)[number]

// Whose messages are in the frame log: lines of the board have none.
export const framedDrivers = drivers.filter((driver) => driver !== 'gpio')

const kOsdp = /^[^/\s]+\/\d{1,3}$/
const kGpioPart = /^(lock|contact|exit|d0|d1)=\S+$/

// A key below `add` if the address cannot be one of this driver's.
export function wrongAddress(driver: Driver, address: string): 'osdp_needed' | 'gpio_needed' | null {
  const text = address.trim()
  if (driver === 'osdp' && !kOsdp.test(text)) return 'osdp_needed'
  if (driver === 'gpio' && !text.split(/\s+/).every((part) => kGpioPart.test(part))) return 'gpio_needed'
  return null
}

// A terminal comes to the broker under its id, so it has no address.
export const hasAddress = (driver: Driver) => driver === 'coap' || driver === 'osdp' || driver === 'gpio'
