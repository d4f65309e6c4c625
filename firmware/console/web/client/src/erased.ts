import type { Quality } from './types'

// What the gateway says after it has erased what it stored of somebody.
export interface ErasedPerson {
  erased: Record<string, number>
  at: string
  time: Quality
  lives_here: boolean
  proof: string // the audit has its line
}

const kOrder = ['names', 'faces', 'consents', 'credentials', 'rights', 'delegations']

// What went, and how many: no noughts. Faces are credentials too, so where all of these were faces they are said
// once: whose cards stay must not read that credentials went. A kind of tomorrow is kept, at the end.
export function erasedCounts(erased: Record<string, number>): { kind: string; count: number }[] {
  const more = Object.keys(erased).filter((kind) => !kOrder.includes(kind))
  return [...kOrder, ...more]
    .map((kind) => ({ kind, count: erased[kind] ?? 0 }))
    .filter(({ kind, count }) => count > 0 && !(kind === 'credentials' && count === erased.faces))
}
