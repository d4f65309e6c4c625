// A time as it is written on a notice board: "今天 09:12", "昨天 18:40", "3月5日 09:12", and with the
// year when it is another one. `zone` is the one of the phone unless a test says otherwise.
function dayNumber(ms: number, zone?: string): number {
  // By parts: how a browser joins them differs with the version of its language data.
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric' }).formatToParts(ms)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
  return Date.UTC(part('year'), part('month') - 1, part('day')) / 86_400_000
}

export function dayWords(time: string, language: string, now: number, zone?: string): string {
  const ms = Date.parse(time)
  if (Number.isNaN(ms)) return ''
  const clock = new Intl.DateTimeFormat(language, { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms)
  const away = dayNumber(ms, zone) - dayNumber(now, zone)
  if (Math.abs(away) <= 1) {
    const word = new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(away, 'day')
    return `${word.charAt(0).toUpperCase()}${word.slice(1)} ${clock}`
  }
  const year = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric' })
  const other = year.format(ms) !== year.format(now)
  const date = new Intl.DateTimeFormat(language, { timeZone: zone, year: other ? 'numeric' : undefined, month: 'short', day: 'numeric' }).format(ms)
  return `${date} ${clock}`
}
