// “昨晚 谁开了 2号门” → filters of the access log. Pure: text, doors and the moment come in.

export interface DoorFilters {
  door: string
  kind: string
  means: string
  from: string // RFC 3339, or empty
  to: string
}
export interface Found {
  filters: Partial<DoorFilters>
  rest: string // what was not understood
}

type Named = { id: string; name: string }
type Range = [from: number, to: number]

const kHour = 3_600_000
const kDay = 24 * kHour
// “23:10 谁开了门” means around that time.
const kAround = 5 * 60_000

// The first that fits counts; longer words stand before what is a part of them.
const kinds: [RegExp, string][] = [
  [/被拒绝?|拒绝|刷不开|没刷开|打不开|denied|refused|rejected/, 'denied'],
  [/报警|告警|强行|撬|alarms?|forced/, 'alarm'],
  [/出门按钮|按钮|exit button/, 'exit'],
  [/开了|开过|开门|进了|进来|进过|通行|opened|entered|passed/, 'granted'],
]
const means: [RegExp, string][] = [
  [/远程|remote(ly)?|from afar/, 'remote'],
  [/刷脸|人脸|face/, 'face'],
  [/二维码|通行码|访客码|扫码|qr( code)?/, 'qr'],
  [/动态码/, 'totp'],
  [/密码|pin( code)?/, 'pin'],
  [/刷卡|门卡|用卡|card/, 'card'],
]
// Parts of a day, in hours from its midnight; the night reaches into the next morning.
const parts: [RegExp, Range][] = [
  [/凌晨/, [0, 6]],
  [/早上|早晨|上午|morning/, [6, 12]],
  [/中午|noon/, [11, 14]],
  [/下午|afternoon/, [12, 18]],
  [/晚上|夜里|evening|night/, [18, 30]],
]
const days: [RegExp, number][] = [
  [/前天|the day before yesterday/, -2],
  [/昨天|昨日|yesterday/, -1],
  [/今天|今日|today/, 0],
]
// One word for a day and its part.
const together: [RegExp, string][] = [
  [/前晚/, '前天晚上'],
  [/昨晚|昨夜|last night/, '昨天晚上'],
  [/今晚|今夜|tonight/, '今天晚上'],
  [/今早|今晨|this morning/, '今天早上'],
  [/昨早/, '昨天早上'],
]
const noise = /谁|哪些人|哪个人|什么人|有人|有没有|是不是|什么时候|记录|的门|[的了过在把被从有吗呢是，。？?,.!！、]|who|when|what|\b(the|was|were|at|in|on|by|did|door|last|with|a|an)\b/g

const plain = (text: string) => text.normalize('NFKC').toLowerCase()
const tight = (text: string) => plain(text).replace(/[\s·]+/g, '')

function midnight(ms: number): number {
  const day = new Date(ms)
  day.setHours(0, 0, 0, 0)
  return day.getTime()
}

// Takes the first pattern that fits out of the text.
function take<T>(text: { left: string }, table: [RegExp, T][]): T | undefined {
  for (const [pattern, value] of table) {
    const left = text.left.replace(pattern, ' ')
    if (left === text.left) continue
    text.left = left
    return value
  }
  return undefined
}

// The door whose name, or else id, stands in the text; the longest one. Spaces do not count.
function takeDoor(text: { left: string }, doors: Named[]): string | undefined {
  const names = doors.flatMap(({ id, name }) => [[name, id], [id, id]] as const).filter(([word]) => tight(word))
  names.sort(([one], [other]) => tight(other).length - tight(one).length)
  for (const [word, id] of names) {
    const letters = [...tight(word)].map((letter) => letter.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    const ascii = /^[\w.-]+$/.test(tight(word))
    const pattern = new RegExp((ascii ? '(?<![\\w.-])' : '(?<!\\d)') + letters.join('[\\s·]*') + (ascii ? '(?![\\w.-])' : ''))
    const left = text.left.replace(pattern, ' ')
    if (left === text.left) continue
    text.left = left
    return id
  }
  return undefined
}

function takeDay(text: { left: string }, now: number): number | undefined {
  const back = take(text, days)
  if (back !== undefined) return midnight(midnight(now) + back * kDay + kDay / 2)
  const written = /(?:(\d{4})[-年/])?(\d{1,2})[-月/](\d{1,2})[日号]?(?![\d:])/.exec(text.left)
  if (!written) return undefined
  const [whole, year, month, day] = written
  const date = new Date(Number(year ?? new Date(now).getFullYear()), Number(month) - 1, Number(day))
  if (date.getMonth() !== Number(month) - 1 || date.getDate() !== Number(day)) return undefined
  text.left = text.left.replace(whole, ' ')
  return date.getTime()
}

// 23:10, 23点10分, 11点半: hours and minutes as they are written.
function takeClock(text: { left: string }): number | undefined {
  const written = /(\d{1,2})(?::(\d{2})|[点时](?:(半)|(\d{1,2})分?)?)/.exec(text.left)
  if (!written) return undefined
  const [whole, hour, colon, half, minutes] = written
  const hours = Number(hour) + (half ? 0.5 : Number(colon ?? minutes ?? 0) / 60)
  if (hours >= 24) return undefined
  text.left = text.left.replace(whole, ' ')
  return hours
}

// Which hour of the day is meant, when a part of the day stands before it: “晚上11点” is 23, and
// after midnight the night is the next day's.
function hourIn(part: Range | undefined, hours: number): number {
  if (!part) return hours
  const [from, to] = part
  for (const each of [hours, hours + 12, hours + 24]) if (each >= from && each < to) return each
  return hours
}

function takeSpan(text: { left: string }, now: number): Range | undefined {
  const recent = /(?:最近|过去|近|last|past)\s*(\d{1,3})\s*(?:个)?(分钟|小时|天|minutes?|hours?|days?)/.exec(text.left)
  if (recent) {
    text.left = text.left.replace(recent[0], ' ')
    const unit = /^(分|m)/.test(recent[2] ?? '') ? 60_000 : /^(小|h)/.test(recent[2] ?? '') ? kHour : kDay
    return [now - Number(recent[1]) * unit, now]
  }
  for (const [pattern, words] of together) text.left = text.left.replace(pattern, `${words} `)
  const day = takeDay(text, now)
  const part = take(text, parts)
  const clock = takeClock(text)
  if (day === undefined && part === undefined && clock === undefined) return undefined
  const begin = day ?? midnight(now)
  if (clock !== undefined) {
    const at = begin + hourIn(part, clock) * kHour
    return [at - kAround, at + kAround]
  }
  const [from, to] = part ?? [0, 24]
  return [begin + from * kHour, begin + to * kHour]
}

export function searchDoors(text: string, doors: Named[], now: number): Found {
  const words = { left: plain(text) }
  const filters: Partial<DoorFilters> = {}
  const door = takeDoor(words, doors)
  if (door) filters.door = door
  const span = takeSpan(words, now)
  if (span) {
    filters.from = new Date(span[0]).toISOString()
    filters.to = new Date(span[1]).toISOString()
  }
  const way = take(words, means)
  if (way) filters.means = way
  const kind = take(words, kinds)
  if (kind) filters.kind = kind
  for (const [pattern] of kinds) words.left = words.left.replace(pattern, ' ')
  return { filters, rest: words.left.replace(noise, ' ').replace(/\s+/g, ' ').trim() }
}
