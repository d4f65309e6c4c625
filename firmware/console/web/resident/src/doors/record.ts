import { cell } from '@linli/client'
import type { Passage } from './types'

// One's own record as a list for spreadsheets: what the page says, with the whole time.
export function recordCsv(items: Passage[], say: (key: string) => string): string {
  const columns = ['at', 'door', 'result', 'who', 'how', 'clock'].map((name) => say(`column.${name}`))
  const rows = items.map((one) => [
    one.at,
    one.door_name,
    say(one.granted ? 'granted' : 'denied'),
    say(`who.${one.who}`),
    say(`kind.${one.kind}`),
    one.time === 'synchronised' ? '' : say('floor'),
  ])
  return `\ufeff${[columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`
}
