import { cell } from '@linli/client'
import { describe, expect, it } from 'vitest'
import { batchCsv, issuedRows } from './issued'

describe('issuedRows', () => {
  it('names what has to be typed, inner parts with their path', () => {
    expect(issuedRows({ credentials: { username: 'a', password: 'b' }, broker: { host: 'h', port: 8883 }, uri: '' })).toEqual([
      ['username', 'a'],
      ['password', 'b'],
      ['broker.host', 'h'],
      ['broker.port', '8883'],
    ])
  })
})

describe('lists for spreadsheets', () => {
  it('hold no formula', () => {
    for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1']) expect(cell(text)).toMatch(/^"'/)
    expect(cell('say "hi"')).toBe('"say ""hi"""')
  })
  it('have one line for each device that was made', () => {
    const rows = [
      { id: 'a', name: '=A', place: 'p', problem: null, credentials: { credentials: { password: 'x' } } },
      { id: 'b', name: 'B', place: null, problem: { code: 'conflict', detail: '' } },
    ] as unknown as Parameters<typeof batchCsv>[0]
    expect(batchCsv(rows)).toBe('\ufeff"id","name","place","password"\r\n"a","\'=A","p","x"\r\n')
  })
})
