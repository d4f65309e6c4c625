import type { HolidayYear, Schedule, SpecialDay } from '@linli/client'

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]

// The week as seven lists; the API may name spans such as "mon-fri".
export function daysOf(week: Schedule['week']): Record<Weekday, string[]> {
  const days = Object.fromEntries(weekdays.map((day) => [day, [] as string[]])) as Record<Weekday, string[]>
  for (const [span, windows] of Object.entries(week)) {
    const [from, to = from] = span.split('-') as [Weekday, Weekday?]
    const begin = weekdays.indexOf(from)
    const end = weekdays.indexOf(to as Weekday)
    for (let i = begin; i >= 0 && i <= end; i++) days[weekdays[i] as Weekday] = windows
  }
  return days
}

// "07:00-12:00，14:00-18:00" as people type it.
export const windowsOf = (text: string): string[] => text.normalize('NFKC').split(/[,、;\s]+/).map((one) => one.trim()).filter(Boolean)

export function weekOf(texts: Record<Weekday, string>): Schedule['week'] {
  return Object.fromEntries(weekdays.map((day) => [day, windowsOf(texts[day])] as const).filter(([, windows]) => windows.length > 0))
}

export function specialWords(day: SpecialDay | undefined, t: (key: string, params?: Record<string, unknown>) => string): string {
  if (day === undefined || day === 'as_weekday') return t('hours.as_weekday')
  if (typeof day === 'string') return t('hours.like', { day: t(`hours.day.${day}`) })
  return day.length === 0 ? t('hours.closed') : t('hours.own', { windows: day.join('、') })
}

const kDate = '\\d{4}-\\d{2}-\\d{2}'
// Lines of "国庆节 2026-10-01 2026-10-07"; a single day may stand alone. The first line that is none is the complaint.
export function holidaysOf(text: string): { days: HolidayYear['holidays']; wrong: string } {
  const days: HolidayYear['holidays'] = []
  for (const line of text.split('\n').map((one) => one.trim()).filter(Boolean)) {
    const found = new RegExp(`^(.+?)\\s+(${kDate})(?:\\s+(${kDate}))?$`).exec(line)
    if (!found) return { days, wrong: line }
    const [, name, from, to] = found as unknown as [string, string, string, string?]
    days.push({ name, from, to: to ?? from })
  }
  return { days, wrong: '' }
}
export function workdaysOf(text: string): { days: string[]; wrong: string } {
  const lines = text.split('\n').map((one) => one.trim()).filter(Boolean)
  const wrong = lines.find((line) => !new RegExp(`^${kDate}$`).test(line)) ?? ''
  return { days: lines, wrong }
}
