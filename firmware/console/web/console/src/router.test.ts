import { describe, expect, it } from 'vitest'
import { codeFromLink, pages } from './router'
import { zh } from './i18n/zh'
import { en } from './i18n/en'
import type { Messages } from '@linli/ui'

function keys(tree: Messages, at = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [`${at}${key}`] : keys(value, `${at}${key}.`)))
}
const texts = (tree: Messages): string[] =>
  Object.values(tree).flatMap((value) => (typeof value === 'string' ? [value] : texts(value)))
const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe('links with a code', () => {
  it('lead to their page', () => {
    expect(codeFromLink('#claim=ABCD-1234')).toEqual({ name: 'claim', code: 'ABCD-1234' })
    expect(codeFromLink('#i=ABCD1234')).toEqual({ name: 'invitation', code: 'ABCD1234' })
    expect(codeFromLink('#r=ABCD1234')?.name).toBe('recovery')
  })
  it('carry nothing but a code', () => {
    expect(codeFromLink('#claim=<b>')).toBeNull()
    expect(codeFromLink('#x=ABCD1234')).toBeNull()
    expect(codeFromLink('')).toBeNull()
  })
})

describe('texts', () => {
  it('say in English what they say in Chinese', () => {
    expect(keys(en)).toEqual(keys(zh))
    const chinese = texts(zh).map(slots)
    expect(texts(en).map(slots)).toEqual(chinese)
  })
  it('never say only that something failed', () => {
    for (const text of [...texts(zh), ...texts(en)]) expect(text).not.toMatch(/操作失败|operation failed|something went wrong/i)
  })
  it('name every page', () => {
    const known = new Set(keys(zh))
    for (const page of pages) expect(known).toContain(page.meta?.title)
  })
})
