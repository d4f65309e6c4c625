import { describe, expect, it } from 'vitest'
import { daysOf, holidaysOf, specialWords, weekOf, windowsOf, workdaysOf } from './hours'

describe('passing hours', () => {
  it('spread spans over their days', () => {
    const days = daysOf({ 'mon-fri': ['08:00-12:00'], sun: ['10:00-11:00'] })
    expect(days.mon).toEqual(['08:00-12:00'])
    expect(days.fri).toEqual(['08:00-12:00'])
    expect(days.sat).toEqual([])
    expect(days.sun).toEqual(['10:00-11:00'])
    expect(daysOf({ never: ['08:00-12:00'] }).mon).toEqual([])
  })
  it('are read as people type them', () => {
    expect(windowsOf('07:00-12:00，14：00-18:00')).toEqual(['07:00-12:00', '14:00-18:00'])
    expect(windowsOf('  ')).toEqual([])
    expect(weekOf({ mon: '07:00-12:00', tue: '', wed: '', thu: '', fri: '', sat: '', sun: '' })).toEqual({ mon: ['07:00-12:00'] })
  })
  it('say what holds on a special day', () => {
    const t = (key: string, params?: Record<string, unknown>) => `${key} ${Object.values(params ?? {}).join()}`.trim()
    expect(specialWords(undefined, t)).toBe('hours.as_weekday')
    expect(specialWords('sun', t)).toBe('hours.like hours.day.sun')
    expect(specialWords([], t)).toBe('hours.closed')
    expect(specialWords(['09:00-12:00'], t)).toBe('hours.own 09:00-12:00')
  })
  it('take a year line by line, and name the line that is none', () => {
    expect(holidaysOf('国庆节 2026-10-01 2026-10-07\n\n元旦 2026-01-01')).toEqual({
      days: [{ name: '国庆节', from: '2026-10-01', to: '2026-10-07' }, { name: '元旦', from: '2026-01-01', to: '2026-01-01' }],
      wrong: '',
    })
    expect(holidaysOf('国庆节 十月一日').wrong).toBe('国庆节 十月一日')
    expect(workdaysOf('2026-10-10\n')).toEqual({ days: ['2026-10-10'], wrong: '' })
    expect(workdaysOf('10-10').wrong).toBe('10-10')
  })
})
