import { cell, type BatchRow, type Issued } from '@linli/client'

// What has to be typed into a device, line by line.
export function issuedRows(issued: Partial<Issued>): [string, string][] {
  const rows: [string, string][] = []
  const put = (name: string, value: unknown) => {
    if (value === null || value === undefined || value === '') return
    if (typeof value !== 'object') rows.push([name, String(value)])
    else for (const [key, inner] of Object.entries(value)) put(`${name}.${key}`, inner)
  }
  for (const [key, value] of Object.entries(issued.credentials ?? {})) put(key, value)
  put('broker', issued.broker)
  put('uri', issued.uri)
  return rows
}

export function batchCsv(rows: BatchRow[]): string {
  const columns = new Set<string>()
  const made = rows.filter((row) => row.credentials)
  const values = made.map((row) => new Map(issuedRows((row.credentials ?? {}) as Partial<Issued>)))
  for (const row of values) for (const key of row.keys()) columns.add(key)
  const names = [...columns]
  const lines = [['id', 'name', 'place', ...names].map(cell).join(',')]
  made.forEach((row, i) => lines.push([row.id, row.name, row.place ?? '', ...names.map((name) => values[i]?.get(name) ?? '')].map(cell).join(',')))
  return `\ufeff${lines.join('\r\n')}\r\n`
}

export function save(content: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
