import { ApiError } from '@linli/client'
import { describe, expect, it } from 'vitest'
import { afterAnswer, afterFailure } from './opening'
import type { MyDoor } from './types'

const door: MyDoor = { id: 'gate', name: '大门', place: '', group: 1, phase: 'unlocked', open: null, blocked: false, released: false }
const problem = (code: string, detail = '') => new ApiError({ status: 0, code, detail })

describe('what is said of an opening', () => {
  it('is "open" only when the contact has said so', () => {
    expect(afterAnswer({ ...door, open: true }).state).toBe('open')
    expect(afterAnswer({ ...door, open: false }).state).toBe('unlocked')
    expect(afterAnswer(door).state).toBe('unlocked')
  })

  it('is "not confirmed" where nobody knows, and never "not opened"', () => {
    for (const code of ['timeout', 'unreachable', 'internal']) expect(afterFailure(problem(code)).state).toBe('unconfirmed')
  })

  it('is "not opened" with the reason where the gateway refused', () => {
    expect(afterFailure(problem('denied', '保安已封闭这扇门'))).toEqual({ state: 'refused', why: '保安已封闭这扇门' })
  })
})
