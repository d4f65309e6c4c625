// Times as people say them. `now` is the browser's clock, set right by what the gateway says.
let offsetMs = 0

export function learnTime(gatewayNow: string, receivedMs = Date.now()): void {
  const told = Date.parse(gatewayNow)
  if (Number.isFinite(told)) offsetMs = told - receivedMs
}

export function gatewayNow(): number {
  return Date.now() + offsetMs
}

export function absolute(time: string | number, language: string, seconds = true): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return ''
  return new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: seconds ? '2-digit' : undefined,
    hour12: false,
  }).format(date)
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

export function relative(time: string | number, language: string, now = gatewayNow()): string {
  const seconds = (new Date(time).getTime() - now) / 1000
  if (Number.isNaN(seconds)) return ''
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return words.format(Math.trunc(seconds / size), unit)
  }
  return words.format(0, 'second')
}

// "2 小时 5 分" / "2 h 5 min": the two largest units.
export function duration(seconds: number, language: string): string {
  const zh = language.startsWith('zh')
  const parts: string[] = []
  let rest = Math.max(0, Math.round(seconds))
  const units: [number, string, string][] = [
    [86_400, ' 天', ' d'],
    [3_600, ' 小时', ' h'],
    [60, ' 分', ' min'],
    [1, ' 秒', ' s'],
  ]
  for (const [size, chinese, english] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count}${zh ? chinese : english}`)
    if (parts.length === 2) break
  }
  return parts.length > 0 ? parts.join(' ') : zh ? '0 秒' : '0 s'
}

export function bytes(count: number, language: string): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let value = count
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)} ${units[unit]}`
}
