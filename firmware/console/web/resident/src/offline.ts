// Whether the gateway answers, from what was seen last. A browser that says "online" only knows that
// some network is there; one that says "offline" knows that none is.
export type Reach = 'fine' | 'no_network' | 'no_gateway'

export interface Signs {
  browserOnline: boolean
  answeredMs: number | null // when the gateway last answered anything, even a refusal
  silentMs: number | null // when a request last stayed without an answer
}

export function reachOf(signs: Signs): Reach {
  if (!signs.browserOnline) return 'no_network'
  if (signs.silentMs === null) return 'fine'
  return signs.answeredMs !== null && signs.answeredMs >= signs.silentMs ? 'fine' : 'no_gateway'
}

// How long to wait before asking again: soon at first, then patiently, so that a compound full of
// phones does not fall upon a gateway that comes back.
export function probeAfterMs(tries: number, chance: number): number {
  const kFirst = 2000
  const kLongest = 30_000
  const span = Math.min(kLongest, kFirst * 2 ** Math.min(tries, 10))
  return Math.round(span * (0.5 + chance / 2))
}
