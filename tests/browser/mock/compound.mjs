// A compound in memory, for pages that need states which a healthy gateway does not show. It answers
// with the shapes of the API; the gateway itself is held to them by its own tests.
import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

const models = fileURLToPath(new URL('../../../config/profiles', import.meta.url))
export const word = (bytes = 8) => randomBytes(bytes).toString('hex')
export const iso = (ms = Date.now()) => new Date(ms).toISOString()

const privilegesOf = {
  manager: ['own', 'view_site', 'operate_devices', 'operate_doors', 'rotate_credentials', 'configure_devices', 'configure_doors', 'view_system', 'configure_system', 'manage_people', 'read_audit'],
  installer: ['own', 'view_site', 'operate_devices', 'rotate_credentials', 'configure_devices', 'view_system', 'configure_system'],
  on_call: ['own', 'view_site', 'operate_devices', 'operate_doors', 'rotate_credentials', 'view_system'],
  viewer: ['own', 'view_site'],
  resident: ['own'],
}
export const privileges = (role) => privilegesOf[role] ?? []

function readProfiles() {
  const found = new Map()
  for (const folder of readdirSync(models, { withFileTypes: true })) {
    if (!folder.isDirectory()) continue
    for (const file of readdirSync(join(models, folder.name))) {
      if (!file.endsWith('.tm.jsonld')) continue
      const model = JSON.parse(readFileSync(join(models, folder.name, file), 'utf8'))
      found.set(`${folder.name}/${file.replace('.tm.jsonld', '')}`, model)
    }
  }
  return found
}

const schema = (field) => {
  const { titles: _titles, ...rest } = field
  return rest
}

export class Compound {
  constructor(claimCode) {
    this.claimCode = claimCode
    this.profiles = readProfiles()
    this.reset()
  }

  reset() {
    this.startedMs = Date.now() - 3_600_000
    this.people = new Map()
    this.sessions = new Map()
    this.invitations = new Map()
    this.recoveries = new Map()
    this.tokens = new Map()
    this.places = new Map()
    this.devices = new Map()
    this.commands = []
    this.doors = new Map()
    this.fire = []
    this.passages = [] // newest first
    this.schedules = []
    this.calendars = []
    this.events = []
    this.gaps = []
    this.frames = []
    this.audit = []
    this.backups = new Map()
    this.households = new Map()
    this.left = new Map() // who moved out, with what is still stored of them
    this.visits = new Map()
    this.delegations = []
    this.homeDoors = [
      { id: 'gate', name: '小区大门', place: 'demo', place_name: '小区', group: 1, phase: 'locked', open: null, does: 'opens' },
      { id: 'u2', name: '2 单元门', place: 'b3-u2', place_name: '3 号楼 2 单元', group: 3, phase: 'locked', open: false, does: 'opens' },
    ]
    this.settings = new Map()
    this.pending = null
    this.settingsVersion = 1
    this.lastBackup = null
    this.failures = {} // path → status, set by tests
    this.broker = true
    this.store = true
    this.platformState = 'up'
    this.clock = 'synchronised'
    this.listeners = new Set()
    this.seq = 0
    this.repeats = new Map()
  }

  note(actor, action, target, detail = {}) {
    this.audit.unshift({ seq: this.audit.length + 1, time: iso(), actor, action, target, detail, hash: word(32) })
  }

  tell(kind, data) {
    this.seq += 1
    for (const listener of this.listeners) listener({ resume: `r${this.seq}`, kind, data })
  }

  titleOf(profile) {
    const model = this.profiles.get(profile)
    return { zh: model?.titles?.zh ?? model?.title ?? profile, en: model?.titles?.en ?? profile }
  }

  profileRows() {
    return [...this.profiles].map(([name, model]) => ({
      name,
      title: this.titleOf(name),
      driver_hint: ['osdp', 'gpio', 'terminal'].find((driver) => name.startsWith(`${driver}/`)) ?? (name.startsWith('ipso/') ? 'coap' : 'mqtt'),
      properties: Object.keys(model.properties ?? {}).length,
      actions: Object.keys(model.actions ?? {}).length,
      events: Object.keys(model.events ?? {}).length,
    }))
  }

  isAt(place, root) {
    for (let at = place; at; at = this.places.get(at)?.parent) if (at === root) return true
    return place === root
  }

  sees(person, place) {
    return person.places.length === 0 || person.places.some((root) => this.isAt(place, root))
  }

  placeRows(person) {
    return [...this.places.values()]
      .filter((place) => this.sees(person, place.id))
      .map((place) => {
        const inside = [...this.devices.values()].filter((device) => this.isAt(device.place, place.id))
        return { ...place, devices: inside.length, offline: inside.filter((device) => device.state === 'offline').length }
      })
  }

  add({ id, profile, driver = 'mqtt', place = '', name = '', address = '' }) {
    const model = this.profiles.get(profile)
    const device = { id, profile, driver, place, name, address, model, state: 'unknown', since: null, lastSeen: null, why: { code: 'never_seen', params: {} }, values: {}, rejected: 0, version: 1 }
    this.devices.set(id, device)
    return device
  }

  summary(device) {
    const down = !this.broker && device.driver === 'mqtt'
    return {
      id: device.id,
      name: device.name,
      profile: device.profile,
      title: this.titleOf(device.profile),
      driver: device.driver,
      place: device.place,
      state: down ? 'unknown' : device.state,
      since: device.since,
      last_seen: device.lastSeen,
      why: down ? { code: 'broker_down', params: {} } : device.why,
    }
  }

  properties(device) {
    return Object.entries(device.model?.properties ?? {}).map(([name, property]) => {
      const known = device.values[name]
      const age = known ? Math.round((Date.now() - known.ms) / 1000) : null
      return {
        name,
        title: property.titles ?? {},
        type: property.type,
        unit: property.unit ?? null,
        value: known?.value ?? null,
        at: known ? iso(known.ms) : null,
        quality: known ? 'synchronised' : null,
        age_s: age,
        stale: !known || device.state !== 'online' || age > 2 * (property['linli:heartbeatSeconds'] ?? 3600),
        observable: true,
      }
    })
  }

  whole(device) {
    const model = device.model ?? {}
    const input = (action) => {
      if (!action.input) return null
      const properties = Object.fromEntries(Object.entries(action.input.properties ?? {}).map(([name, field]) => [name, schema(field)]))
      return { type: 'object', properties, ...(action.input.required ? { required: action.input.required } : {}) }
    }
    return {
      ...this.summary(device),
      address: device.address,
      properties: this.properties(device),
      actions: Object.entries(model.actions ?? {}).map(([name, action]) => ({ name, title: action.titles ?? {}, safety: action['linli:safety'] ?? 'none', input: input(action) })),
      events: Object.entries(model.events ?? {}).map(([name, event]) => ({ name, title: event.titles ?? {}, class: event['linli:stream'] ?? 'telemetry' })),
      rejected: device.rejected,
      flood_dropped: 0,
    }
  }

  credentials(device) {
    if (device.driver === 'osdp' || device.driver === 'gpio') return { device: device.id, credentials: {}, reader: { address: device.address }, qr: '' }
    const credentials = { username: device.id, password: word(12) }
    return { device: device.id, credentials, broker: { host: '192.168.1.10', port: 8883, tls: true }, qr: JSON.stringify({ linli: 1, device: device.id, c: credentials }) }
  }

  report(id, values, ms = Date.now()) {
    const device = this.devices.get(id)
    for (const [name, value] of Object.entries(values)) device.values[name] = { value, ms }
    if (device.state !== 'online') Object.assign(device, { state: 'online', since: iso(ms), why: null })
    device.lastSeen = iso(ms)
    this.tell('device', { ...this.summary(device), values })
  }

  silence(id, why = 'silent', ms = Date.now()) {
    const device = this.devices.get(id)
    Object.assign(device, { state: 'offline', since: iso(ms), why: { code: why, params: {} } })
    this.tell('device', this.summary(device))
    this.tell('todo', {})
  }

  happen(id, type, data = {}, ms = Date.now()) {
    const device = this.devices.get(id)
    const cls = device?.model?.events?.[type]?.['linli:stream'] ?? 'telemetry'
    const event = { id: `e1-${cls}-${this.events.length + 1}`, seq: this.events.length + 1, class: cls, type, device: id, place: device?.place ?? null, time: iso(ms), quality: 'synchronised', data }
    this.events.unshift(event)
    this.tell('event', event)
  }

  // Somebody at a door: let in, or not.
  pass(door, kind, { means = null, reason = null, person = null, record = null, alarm = null, active = null } = {}, ms = Date.now()) {
    const known = this.doors.get(door)
    this.passages.unshift({
      id: `a-${this.passages.length + 1}`, time: iso(ms), quality: 'synchronised', door, name: known?.definition.name ?? null, place: known?.definition.place ?? null,
      kind, means, person: person && { id: person }, reason, direction: means && means !== 'remote' ? 'in' : null, reader: null, credential: null, record, alarm, active,
    })
    this.tell('event', { type: 'linli.access.decision' })
  }

  todo(person) {
    const items = []
    const item = (harm, kind, action, more = {}) =>
      items.push({ id: `${kind}:${more.device ?? more.target ?? ''}`, harm, kind, params: more.params ?? {}, place: more.place ?? null, device: more.device ?? null, since: more.since ?? null, action: { kind: action, target: more.target ?? more.device ?? null } })
    if (!this.broker) item(1, 'device_offline', 'open_operations', { params: { why: 'broker_down' } })
    if (!this.store) item(1, 'store_full', 'open_operations', { params: { why: '' } })
    if (this.platformState === 'down') item(3, 'platform_down', 'open_platform', { params: { waiting: '42', why: 'connection refused' }, since: iso(Date.now() - 720_000) })
    if (this.gaps.length > 0) item(2, 'events_lost', 'open_platform', { params: { count: String(this.gaps[0].count), class: this.gaps[0].class }, since: this.gaps[0].time })
    if (this.clock !== 'synchronised') item(4, 'clock_unsynchronised', 'open_operations')
    for (const device of this.devices.values()) {
      if (!this.sees(person, device.place)) continue
      const params = { device: device.id, name: device.name }
      const guards = Object.values(device.model?.events ?? {}).some((event) => event['linli:stream'] === 'alarm')
      if (device.state === 'offline') item(guards ? 2 : 3, 'device_offline', 'open_device', { device: device.id, place: device.place, since: device.since, params: { ...params, why: device.why?.code } })
      if (device.why?.code === 'never_seen' && device.quiet) item(5, 'device_never_seen', 'open_device', { device: device.id, place: device.place, params })
    }
    for (const command of this.commands) if (command.shown === 'unconfirmed') item(2, 'command_unconfirmed', 'open_command', { device: command.device, place: this.devices.get(command.device)?.place, since: command.changed_at, target: command.id, params: { action: command.action, device: command.device } })
    if (person.role === 'manager' && !person.secret) item(5, 'no_second_factor', 'open_account', { target: person.id, params: { name: person.name } })
    items.sort((a, b) => a.harm - b.harm)
    return { items: items.slice(0, 7), total: items.length }
  }
}
