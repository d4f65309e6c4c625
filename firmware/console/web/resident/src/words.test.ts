import type { Messages } from '@linli/ui'
import { describe, expect, it } from 'vitest'
import { en } from './i18n/en'
import { zh } from './i18n/zh'
import { codeFromLink } from './link'

function keys(tree: Messages, at = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [`${at}${key}`] : keys(value, `${at}${key}.`)))
}
const texts = (tree: Messages): string[] =>
  Object.values(tree).flatMap((value) => (typeof value === 'string' ? [value] : texts(value)))
const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe('texts', () => {
  it('say in English what they say in Chinese', () => {
    expect(keys(en)).toEqual(keys(zh))
    expect(texts(en).map(slots)).toEqual(texts(zh).map(slots))
  })
  it('never say only that something failed', () => {
    for (const text of [...texts(zh), ...texts(en)]) expect(text).not.toMatch(/操作失败|operation failed|something went wrong/i)
  })
})

describe('an invitation in the address', () => {
  it('is a code and nothing else', () => {
    expect(codeFromLink('#i=ABCD-1234')).toBe('ABCD-1234')
    expect(codeFromLink('#i=<b>')).toBeNull()
    expect(codeFromLink('#claim=ABCD-1234')).toBeNull()
    expect(codeFromLink('')).toBeNull()
  })
})
