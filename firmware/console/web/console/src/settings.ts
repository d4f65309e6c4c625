import type { SettingRow } from '@linli/client'
import { readValue, type Complaint, type Shape } from '@linli/ui'

export function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return Array.isArray(value) ? value.join('\n') : String(value)
}

function shapeOf(row: SettingRow): Shape {
  if (row.kind === 'integer') return { type: 'integer', minimum: row.min, maximum: row.max }
  if (row.kind === 'word') return { type: 'string', enum: row.words }
  return { type: 'string', minLength: row.min, maxLength: row.max }
}

export interface Changes {
  changes: Record<string, unknown>
  complaints: Record<string, Complaint>
}

// What differs from what the gateway said, as the API wants it, and what cannot be sent as it is.
export function changesOf(rows: SettingRow[], texts: Record<string, string>): Changes {
  const found: Changes = { changes: {}, complaints: {} }
  for (const row of rows) {
    const text = texts[row.path]
    if (text === undefined || text === textOf(row.value) || row.effect === 'file') continue
    if (row.kind === 'list') {
      found.changes[row.path] = text.split('\n').map((line) => line.trim()).filter(Boolean)
      continue
    }
    const read = readValue(shapeOf(row), text, row.kind === 'integer' || row.kind === 'word' || row.kind === 'id')
    found.changes[row.path] = read.complaint ? text : (read.value ?? '')
    if (read.complaint) found.complaints[row.path] = read.complaint
  }
  return found
}

// Where the console stands after these changes, if they move it.
export function newAddress(changes: Record<string, unknown>, now: { hostname: string; port: string }): string | null {
  const address = changes['console.address'] ?? changes['console.listen']
  const port = changes['console.port']
  if (address === undefined && port === undefined) return null
  const everywhere = address === undefined || ['', '0.0.0.0', '::'].includes(String(address))
  const host = everywhere ? now.hostname : String(address)
  const shown = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  const number = port === undefined ? now.port : String(port)
  return `https://${shown}${number && number !== '443' ? `:${number}` : ''}/settings`
}
