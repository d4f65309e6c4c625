// Turns "all that is stored of me" into parts to read. The gateway may store more tomorrow than this
// page knows by name today: then it is shown under its own name rather than left out.
export interface Fact {
  key: string
  kind: 'text' | 'time' | 'yes' | 'none'
  value: string | boolean | null
}
export interface Part {
  key: string
  records: Fact[][]
}

const isTime = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function factsOf(key: string, value: unknown): Fact[] {
  if (value === null || value === undefined || value === '') return [{ key, kind: 'none', value: null }]
  if (typeof value === 'boolean') return [{ key, kind: 'yes', value }]
  if (typeof value === 'string') return [{ key, kind: isTime(value) ? 'time' : 'text', value }]
  if (typeof value !== 'object') return [{ key, kind: 'text', value: String(value) }]
  if (Array.isArray(value)) {
    if (value.length === 0) return [{ key, kind: 'none', value: null }]
    const plain = value.every((one) => typeof one !== 'object')
    return [{ key, kind: 'text', value: plain ? value.map(String).join('、') : JSON.stringify(value) }]
  }
  const inner = value as Record<string, unknown>
  // A moment with the quality of the clock that told it.
  if (typeof inner.time === 'string' && isTime(inner.time)) return [{ key, kind: 'time', value: inner.time }]
  return Object.entries(inner).flatMap(([name, one]) => factsOf(`${key}.${name}`, one))
}

const recordOf = (value: unknown, key: string): Fact[] =>
  isRecord(value) ? Object.entries(value).flatMap(([name, one]) => factsOf(name, one)) : factsOf(key, value)

// Single words at the top become one part of their own, at the end.
export function partsOf(data: Record<string, unknown>): Part[] {
  const parts: Part[] = []
  const rest: Fact[] = []
  for (const [key, value] of Object.entries(data)) {
    if (Array.isArray(value)) parts.push({ key, records: value.map((one) => recordOf(one, key)) })
    else if (isRecord(value)) parts.push({ key, records: [recordOf(value, key)] })
    else rest.push(...factsOf(key, value))
  }
  if (rest.length > 0) parts.push({ key: 'rest', records: [rest] })
  return parts
}
