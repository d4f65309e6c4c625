// Doors, fire rules, passing hours and who passed, over the compound in memory. A lock unlocks at once and falls back;
// whether the door opens is said by its contact alone.
import { iso } from './compound.mjs'
import { etagOf, page, Refusal, rights } from './gate.mjs'

const kUnlockMs = 5_000

function part({ compound }, device) {
  const found = compound.devices.get(device)
  if (!found) return { device, name: '', state: 'unknown', why: { code: 'revoked', params: {} } }
  const { name, state, why } = compound.summary(found)
  return { device, name, state, why }
}

function summary(given, door) {
  const { compound } = given
  const contact = door.definition.contact ? compound.devices.get(door.definition.contact.device)?.values.door_open?.value : undefined
  const told = contact === undefined ? 'unknown' : contact ? 'open' : 'closed'
  const rules = compound.fire.filter((rule) => rule.active && rule.releases.some((release) => release.door === door.id))
  const unlocked = door.unlockedMs && Date.now() < door.unlockedMs + kUnlockMs
  const opened = contact ? (door.forced ? 'forced_open' : 'open') : unlocked ? 'unlocked' : 'locked'
  return {
    id: door.id,
    name: door.definition.name,
    place: door.definition.place ?? '',
    group: door.definition.group ?? 0,
    phase: rules.length > 0 ? 'fire_released' : opened,
    contact: door.definition.contact ? told : 'none',
    open: contact ?? null,
    since: iso(door.sinceMs),
    blocked: door.blocked,
    alarms: [...(rules.length > 0 ? ['fire_released'] : []), ...door.alarms],
    released_by: rules.map((rule) => rule.name),
    lock: part(given, door.definition.lock.device),
    contact_device: door.definition.contact ? part(given, door.definition.contact.device) : null,
    exit_device: null,
    readers: (door.definition.readers ?? []).map((reader) => ({ ...part(given, reader.device), head: 0, direction: reader.direction ?? 'in' })),
  }
}
const whole = (given, door) => ({ ...summary(given, door), definition: door.definition })
// What is edited stands before the dot, all of the answer behind it.
const version = (door) => etagOf(door.definition).slice(1, -1)
const tag = (given, door) => `"${version(door)}.${etagOf(whole(given, door)).slice(1, -1)}"`

function seen(given) {
  const door = given.compound.doors.get(given.params.id)
  if (!door || !given.compound.sees(given.person, door.definition.place ?? '')) throw new Refusal('not_found', 404, `there is no door '${given.params.id}'`)
  return door
}

function note({ compound, person, body }, action, target) {
  compound.note(`person:${person.id}`, 'command.send', target, { action, ...(body.reason ? { reason: body.reason } : {}) })
}

function act(action, change) {
  return (given) => {
    const door = seen(given)
    note(given, action, `door:${door.id}`)
    change(door, given)
    given.compound.tell('event', { type: 'linli.access.door' })
    return { data: { command: `console-${door.id}`, door: summary(given, door) } }
  }
}

const open = act('open', (door, { compound, person }) => {
  if (compound.devices.get(door.definition.lock.device)?.state !== 'online') throw new Refusal('offline', 503, 'the device is not connected')
  door.unlockedMs = Date.now()
  door.sinceMs = Date.now()
  compound.pass(door.id, 'granted', { means: 'remote', reason: 'granted', person: person.id })
})

function put(given) {
  const { compound, params, body } = given
  if (!compound.devices.has(body.lock?.device)) throw new Refusal('not_found', 404, `lock: no device '${body.lock?.device}' is registered`)
  const before = compound.doors.get(params.id)
  const wanted = given.request.headers['if-match']
  if (wanted && before && !wanted.startsWith(`"${version(before)}.`)) throw new Refusal('precondition_failed', 412, 'the door was changed since')
  const door = { ...(before ?? { blocked: false, alarms: [], sinceMs: Date.now() }), id: params.id, definition: body }
  compound.doors.set(params.id, door)
  return { data: whole(given, door), etag: tag(given, door) }
}

const rulesOf = (given) => ({ data: { items: given.compound.fire } })
function onRule(action, active) {
  return (given) => {
    if (given.person.places.length > 0) throw new Refusal('denied', 403, 'this is for those who are bound to no place')
    const rule = given.compound.fire.find((one) => one.name === given.body.rule)
    if (!rule || (!active && !rule.active)) throw new Refusal('not_found', 404, `rule '${given.body.rule}' is not active`)
    note(given, action, `fire:${rule.name}`)
    rule.active = active
    for (const release of rule.releases) Object.assign(release, { held: active, confirmed: active && !release.missing })
    given.compound.tell('event', { type: 'linli.access.alarm' })
    return rulesOf(given)
  }
}

function log(given) {
  const { compound, person, url } = given
  const of = (name) => url.searchParams.get(name) ?? ''
  const knows = rights(person).includes('manage_people')
  const items = compound.passages
    .filter((one) => ['door', 'kind', 'means'].every((name) => !of(name) || one[name] === of(name)))
    .filter((one) => (!of('person') || one.person?.id === of('person')) && (!of('from') || one.time >= of('from')) && (!of('to') || one.time < of('to')))
    .filter((one) => compound.sees(person, one.place))
    .map((one) => ({ ...one, person: one.person && { id: one.person.id, name: knows ? (compound.people.get(one.person.id)?.name ?? null) : null } }))
  return { data: page(items, url) }
}

function keep(list, item, key) {
  const at = list.findIndex((one) => one[key] === item[key])
  if (at < 0) list.push(item)
  else list[at] = item
  return { data: { items: list } }
}

export const doorRoutes = (base) => [
  ['GET', `${base}/doors`, 'view_site', (given) => {
    const mine = [...given.compound.doors.values()].filter((door) => given.compound.sees(given.person, door.definition.place ?? ''))
    return { data: page(mine.map((door) => summary(given, door)), given.url) }
  }],
  ['GET', `${base}/doors/{id}`, 'view_site', (given) => ({ data: whole(given, seen(given)), etag: tag(given, seen(given)) })],
  ['PUT', `${base}/doors/{id}`, 'configure_doors', put],
  ['DELETE', `${base}/doors/{id}`, 'configure_doors', (given) => {
    given.compound.doors.delete(seen(given).id)
    return { status: 204 }
  }],
  ['POST', `${base}/doors/{id}/open`, 'operate_doors', open],
  ['POST', `${base}/doors/{id}/block`, 'operate_doors', act('block', (door) => (door.blocked = true))],
  ['POST', `${base}/doors/{id}/unblock`, 'operate_doors', act('unblock', (door) => (door.blocked = false))],
  ['POST', `${base}/doors/{id}/unlock-keypad`, 'operate_doors', act('unlock_keypad', () => undefined)],
  ['GET', `${base}/fire`, 'view_site', rulesOf],
  ['POST', `${base}/fire/release`, 'operate_doors', onRule('release_fire', true)],
  ['POST', `${base}/fire/reset`, 'operate_doors', onRule('reset_fire', false)],
  ['GET', `${base}/access-log`, 'operate_doors', log],
  ['GET', `${base}/schedules`, 'view_site', ({ compound }) => ({ data: { items: compound.schedules } })],
  ['PUT', `${base}/schedules/{id}`, 'configure_doors', ({ compound, params, body }) => keep(compound.schedules, { id: params.id, schedule: body }, 'id')],
  ['DELETE', `${base}/schedules/{id}`, 'configure_doors', ({ compound, params }) => {
    compound.schedules = compound.schedules.filter((one) => one.id !== params.id)
    return { status: 204 }
  }],
  ['GET', `${base}/calendars`, 'view_site', ({ compound }) => ({ data: { items: compound.calendars } })],
  ['PUT', `${base}/calendars/{year}`, 'configure_doors', ({ compound, body }) => keep(compound.calendars, body, 'year')],
]
