import { iso, word } from './compound.mjs'
import { etagOf, page, Refusal } from './gate.mjs'

function seen({ compound, person, params }) {
  const device = compound.devices.get(params.id)
  if (!device || !compound.sees(person, device.place)) throw new Refusal('not_found', 404, `no device '${params.id}' is registered`)
  return device
}

function list({ compound, person, url }) {
  const of = (name) => url.searchParams.get(name) ?? ''
  const items = [...compound.devices.values()]
    .filter((device) => compound.sees(person, device.place))
    .filter((device) => !of('place') || compound.isAt(device.place, of('place')))
    .filter((device) => !of('profile') || device.profile === of('profile'))
    .filter((device) => !of('driver') || device.driver === of('driver'))
    .filter((device) => !of('q') || `${device.id} ${device.name}`.includes(of('q')))
    .map((device) => compound.summary(device))
    .filter((device) => !of('state') || device.state === of('state'))
  return { data: page(items, url) }
}

function history(given) {
  const device = seen(given)
  const name = given.url.searchParams.get('property')
  const model = device.model?.properties?.[name]
  if (!model) throw new Refusal('invalid', 422, `property: '${name}' is no property`)
  const week = given.url.searchParams.get('span') === 'week'
  const step = week ? 3_600_000 : 300_000
  const count = week ? 168 : 288
  const begin = Math.floor(Date.now() / step) * step - count * step
  const points = []
  for (let i = 0; i < count; i++) {
    if (i > count * 0.6 && i < count * 0.64) continue
    const average = 20 + 6 * Math.sin((i / count) * Math.PI * (week ? 14 : 2)) + (i % 7) * 0.1
    points.push([begin + i * step, average - 0.8, average, average + 0.8, 10])
  }
  return { data: { property: name, unit: model.unit ?? null, step_s: step / 1000, points: device.lastSeen ? points : [] } }
}

function diagnostics(given) {
  const device = seen(given)
  const online = device.state === 'online'
  const zh = !/^en/.test(given.request.headers['accept-language'] ?? '')
  return { data: { checks: [
    { name: 'broker', ok: given.compound.broker, detail: zh ? '接入点正常' : 'its way in is there', way_out: zh ? '检查服务 linli-broker' : 'systemctl status linli-broker' },
    { name: 'login', ok: true, detail: zh ? '接入凭据有效' : 'its login is in place', way_out: '' },
    { name: 'heard', ok: Boolean(device.lastSeen), detail: device.lastSeen ?? (zh ? '从未收到它的消息' : 'nothing was ever heard of it'), way_out: zh ? '检查电源、网络与凭据是否填对' : 'look at power, network and the credentials' },
    { name: 'online', ok: online, detail: online ? '在线' : zh ? '不在线' : 'not online', way_out: zh ? '检查电源与网络' : 'look at its power and network' },
  ] } }
}

function add({ compound, body }) {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(body.id ?? '')) throw new Refusal('invalid', 422, 'id: letters, digits, . _ - only', { field: '/id' })
  if (!compound.profiles.has(body.profile)) throw new Refusal('invalid', 422, `profile: '${body.profile}' is not known`, { field: '/profile' })
  if (compound.devices.has(body.id)) throw new Refusal('conflict', 409, `the id '${body.id}' is taken`, { field: '/id' })
  const device = compound.add(body)
  return { status: 201, data: { device: compound.summary(device), credentials: compound.credentials(device) } }
}

const fill = (pattern, values) => pattern.replace(/\{(\w+)(?::0(\d))?\}/g, (whole, name, width) => {
  if (!(name in values)) throw new Refusal('invalid', 422, `ranges: has no range for '${name}'`, { field: '/ranges' })
  return String(values[name]).padStart(Number(width ?? 0), '0')
})

function batch({ compound, body }) {
  const names = [...body.pattern.matchAll(/\{(\w+)/g)].map((match) => match[1])
  let all = [{}]
  for (const name of new Set(names)) {
    const [first, last] = body.ranges[name] ?? [1, 1]
    all = all.flatMap((values) => Array.from({ length: last - first + 1 }, (_, i) => ({ ...values, [name]: first + i })))
  }
  if (all.length > 200) throw new Refusal('invalid', 422, 'ranges: give more than 200 devices', { field: '/ranges' })
  let created = 0
  const rows = all.map((values) => {
    const row = { id: fill(body.pattern, values), place: fill(body.place_pattern ?? '', values), name: fill(body.name_pattern ?? '', values), problem: null }
    if (compound.devices.has(row.id)) row.problem = { code: 'conflict', detail: 'this id is taken' }
    if (body.dry_run || row.problem) return row
    created += 1
    return { ...row, credentials: compound.credentials(compound.add({ ...row, profile: body.profile })) }
  })
  return { data: { rows, created } }
}

// What may be changed has a version; what is measured changes the rest of the tag only.
const versionOf = (device) => etagOf([device.id, device.name, device.place]).slice(1, -1)
const deviceTag = (compound, device) => `"${versionOf(device)}.${etagOf(compound.whole(device)).slice(1)}`

function change(given) {
  const device = seen(given)
  const wanted = given.request.headers['if-match']
  if (!wanted) throw new Refusal('precondition_required', 428)
  if (!wanted.startsWith(`"${versionOf(device)}.`)) throw new Refusal('precondition_failed', 412)
  for (const key of ['name', 'place']) if (key in given.body) device[key] = given.body[key]
  return { data: given.compound.whole(device), etag: deviceTag(given.compound, device) }
}

// A device that is online confirms; one that is not leaves the command unconfirmed.
function send({ compound, person, body }) {
  const device = compound.devices.get(body.device)
  if (!device || !compound.sees(person, device.place)) throw new Refusal('not_found', 404, `no device '${body.device}'`)
  if (!device.model?.actions?.[body.action]) throw new Refusal('invalid', 422, `action: '${body.action}' is none of ${device.profile}`, { field: '/action' })
  const begun = Date.now()
  const command = { id: `console-${word(4)}`, device: device.id, action: body.action, input: body.input ?? {}, state: 'sent', shown: 'sent', reason: '', output: {}, issuer: `person:${person.id}`, role: 'operator', received_at: iso(begun), changed_at: iso(begun), latency_ms: null, final: false }
  compound.commands.unshift(command)
  const step = (ms, shown, state, final) => setTimeout(() => {
    Object.assign(command, { shown, state, final, changed_at: iso(), latency_ms: final ? Date.now() - begun : null })
    compound.tell('command', { ...command })
  }, ms)
  if (device.state === 'online') {
    step(250, 'device_confirmed', 'sent', false)
    step(600, 'effective', 'confirmed', true)
  } else {
    step(800, 'unconfirmed', 'unconfirmed', true)
  }
  return { status: 202, data: { ...command } }
}

const commands = ({ compound, person, url }) => {
  const of = (name) => url.searchParams.get(name) ?? ''
  const items = compound.commands.filter((command) => (!of('device') || command.device === of('device')) && (!of('state') || command.state === of('state')) && compound.sees(person, compound.devices.get(command.device)?.place ?? ''))
  return { data: page(items, url) }
}

const events = ({ compound, person, url }) => {
  const of = (name) => url.searchParams.get(name) ?? ''
  const items = compound.events.filter((event) =>
    (!of('device') || event.device === of('device')) && (!of('class') || event.class === of('class')) && (!of('type') || event.type === of('type')) &&
    (!of('place') || compound.isAt(event.place, of('place'))) && (!of('from') || event.time >= of('from')) && (!of('to') || event.time < of('to')) && compound.sees(person, event.place ?? ''))
  return { data: page(items, url) }
}

export const siteRoutes = (base) => [
  ['GET', `${base}/site`, 'view_site', ({ compound, person }) => {
    const mine = [...compound.devices.values()].filter((device) => compound.sees(person, device.place))
    return { data: { id: 'demo', gateway: 'gw1', version: '0.1.0', started_at: iso(compound.startedMs), uptime_s: Math.round((Date.now() - compound.startedMs) / 1000), devices: { total: mine.length, online: mine.filter((device) => device.state === 'online').length }, events: { waiting: compound.platformState === 'up' ? 0 : 42 }, platform: { link: 'mqtt', state: compound.platformState }, time: { now: iso(), quality: compound.clock } } }
  }],
  ['GET', `${base}/todo`, 'view_site', ({ compound, person }) => ({ data: compound.todo(person) })],
  ['GET', `${base}/places`, 'view_site', ({ compound, person }) => ({ data: { items: compound.placeRows(person) } })],
  ['PUT', `${base}/places/{id}`, 'configure_devices', ({ compound, params, body }) => {
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(params.id)) throw new Refusal('invalid', 422, 'id: letters, digits, . _ - only', { field: '/id' })
    if (!body.name) throw new Refusal('invalid', 422, `place '${params.id}' needs a name`, { field: '/name' })
    if (!body.parent && body.kind !== 'site') throw new Refusal('invalid', 422, `a ${body.kind} is below something: say which place '${params.id}' is in`)
    if (body.parent && !compound.places.has(body.parent)) throw new Refusal('not_found', 404, `there is no place '${body.parent}'`)
    const place = { id: params.id, parent: body.parent ?? null, kind: body.kind, name: body.name }
    compound.places.set(params.id, place)
    return { data: { ...place, devices: 0, offline: 0 } }
  }],
  ['DELETE', `${base}/places/{id}`, 'configure_devices', ({ compound, params }) => {
    const used = [...compound.devices.values()].some((device) => device.place === params.id) || [...compound.places.values()].some((place) => place.parent === params.id)
    if (used) throw new Refusal('conflict', 409, 'devices or places are still in it')
    if (!compound.places.delete(params.id)) throw new Refusal('not_found', 404)
    return { status: 204 }
  }],
  ['GET', `${base}/profiles`, 'view_site', ({ compound }) => ({ data: { items: compound.profileRows() } })],
  ['GET', `${base}/devices`, 'view_site', list],
  ['POST', `${base}/devices`, 'configure_devices', add],
  ['POST', `${base}/devices/batch`, 'configure_devices', batch],
  ['GET', `${base}/devices/{id}`, 'view_site', (given) => ({ data: given.compound.whole(seen(given)), etag: deviceTag(given.compound, seen(given)) })],
  ['PATCH', `${base}/devices/{id}`, 'configure_devices', change],
  ['DELETE', `${base}/devices/{id}`, 'configure_devices', (given) => {
    given.compound.devices.delete(seen(given).id)
    return { status: 204 }
  }],
  ['GET', `${base}/devices/{id}/history`, 'view_site', history],
  ['GET', `${base}/devices/{id}/diagnostics`, 'view_site', diagnostics],
  ['POST', `${base}/devices/{id}/credentials`, 'rotate_credentials', (given) => ({ data: given.compound.credentials(seen(given)) })],
  ['GET', `${base}/commands`, 'view_site', commands],
  ['POST', `${base}/commands`, 'operate_devices', send],
  ['GET', `${base}/commands/{id}`, 'view_site', ({ compound, params }) => {
    const command = compound.commands.find((one) => one.id === params.id)
    if (!command) throw new Refusal('not_found', 404, `no command '${params.id}'`)
    return { data: command }
  }, true],
  ['GET', `${base}/events`, 'view_site', events],
  ['GET', `${base}/gaps`, 'view_site', ({ compound }) => ({ data: { items: compound.gaps } })],
]
