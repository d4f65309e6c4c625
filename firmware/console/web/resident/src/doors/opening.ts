import type { ApiError } from '@linli/client'
import type { MyDoor } from './types'

// How far an opening has come, and never further than somebody has confirmed: the lock says that it
// is unlocked, the contact that the door is open. Without an answer nobody knows.
export type Opening =
  | { state: 'sending' }
  | { state: 'unlocked' }
  | { state: 'open' }
  | { state: 'unconfirmed' }
  | { state: 'refused'; why: string }

export const tones = { sending: 'wait', unlocked: 'good', open: 'good', unconfirmed: 'warn', refused: 'bad' } as const

export function afterAnswer(door: MyDoor): Opening {
  return door.open === true ? { state: 'open' } : { state: 'unlocked' }
}

// A lost answer is no "no": the door may have opened.
export function afterFailure(problem: ApiError): Opening {
  const isUnknown = ['timeout', 'unreachable', 'internal'].includes(problem.code)
  return isUnknown ? { state: 'unconfirmed' } : { state: 'refused', why: problem.problem.detail ?? '' }
}
