// A compound that looks lived in: three buildings, a morning's worth of trouble.
import { iso } from './compound.mjs'
import { moveIn } from './household_routes.mjs'

export function seed(compound) {
  const place = (id, parent, kind, name) => compound.places.set(id, { id, parent, kind, name })
  place('demo', null, 'site', '示例小区')
  for (const building of [1, 2, 3]) {
    place(`b${building}`, 'demo', 'building', `${building} 号楼`)
    for (const unit of [1, 2]) {
      place(`b${building}-u${unit}`, `b${building}`, 'unit', `${unit} 单元`)
      place(`b${building}-u${unit}-gate`, `b${building}-u${unit}`, 'point', '门厅')
    }
  }
  place('garage', 'demo', 'building', '地下车库')
  moveIn(compound, { place: 'b1-u2-gate', people: [{ id: 'he', name: '何先生' }, { id: 'su', name: '苏女士' }] })
  compound.households.get('h-b1-u2-gate').people[1].face_consent = { text: 'face-2026-01', noted_by: 'person:su', given_at: iso(Date.now() - 86_400_000), withdrawn_at: null }
  const now = Date.now()
  const day = 86_400_000
  for (const building of [1, 2, 3]) {
    for (const unit of [1, 2]) {
      const lock = `lock-${building}-${unit}`
      compound.add({ id: lock, profile: 'generic/lock', place: `b${building}-u${unit}-gate`, name: `${building} 号楼 ${unit} 单元门锁` })
      compound.report(lock, { locked: true, door_open: false, battery: 60 + building * 7 + unit }, now - 90_000 * unit)
      for (const n of [1, 2]) {
        const smoke = `smoke-${building}-${unit}-0${n}`
        compound.add({ id: smoke, profile: 'generic/smoke', place: `b${building}-u${unit}`, name: `${building}-${unit} 烟感 ${n}` })
        compound.report(smoke, { smoke: false, battery: 88 - n }, now - 600_000)
      }
    }
  }
  compound.add({ id: 'meter-garage', profile: 'generic/meter', place: 'garage', name: '车库总表' })
  const meter = compound.profiles.get('generic/meter').properties
  compound.report('meter-garage', Object.fromEntries(Object.entries(meter).map(([name, p], i) => [name, p.type === 'boolean' ? true : 12.5 * (i + 1)])), now - 20_000)
  compound.add({ id: 'th-garage', profile: 'generic/temperature_humidity', place: 'garage', name: '车库温湿度' })
  compound.report('th-garage', { temperature: 21.5, humidity: 58 }, now - 60_000)
  compound.add({ id: 'plug-hall', profile: 'shelly/plug_s', place: 'garage', name: '' })
  compound.devices.get('plug-hall').quiet = true
  compound.silence('lock-3-2', 'silent', now - 12 * 60_000)
  compound.silence('smoke-1-1-02', 'device_said_goodbye', now - 3 * 3_600_000)
  compound.happen('smoke-2-1-01', 'smoke', { level: 0.8 }, now - 2 * 3_600_000)
  compound.happen('smoke-2-1-01', 'smoke_cleared', {}, now - 115 * 60_000)
  for (let i = 0; i < 70; i++) compound.happen(`lock-${1 + (i % 3)}-${1 + (i % 2)}`, i % 9 ? 'unlocked' : 'held', i % 9 ? { method: i % 2 ? 'card' : 'app' } : {}, now - (70 - i) * 600_000)
  const command = (device, action, shown, state, ms, more = {}) =>
    compound.commands.unshift({ id: `console-${compound.commands.length}`, device, action, input: {}, state, shown, reason: '', output: {}, issuer: 'person:p1', role: 'operator', received_at: iso(ms), changed_at: iso(ms + 400), latency_ms: 400, final: true, ...more })
  command('lock-1-1', 'unlock', 'effective', 'confirmed', now - day / 4, { input: { seconds: 5 } })
  command('smoke-1-1-01', 'self_test', 'failed', 'failed', now - day / 5, { reason: 'device_busy' })
  command('lock-2-1', 'unlock', 'effective', 'confirmed', now - day / 6, { latency_ms: 231 })
  command('lock-3-2', 'unlock', 'unconfirmed', 'unconfirmed', now - 11 * 60_000, { latency_ms: 5000 })
  compound.gaps.push({ class: 'telemetry', first: 120, last: 180, count: 61, time: iso(now - day), why: 'quota' })
  for (let i = 0; i < 60; i++) {
    const inward = i % 3 !== 0
    compound.frames.push({ seq: i + 1, time: iso(now - (60 - i) * 3000), driver: i % 5 ? 'mqtt' : 'coap', direction: inward ? 'in' : 'out', device: i % 5 ? `lock-${1 + (i % 3)}-1` : 'th-garage', peer: i % 5 ? 'broker' : '192.168.1.77:5683', bytes: 64 + i, summary: inward ? 'property battery=81' : 'command unlock', decoded: inward ? { battery: 81 } : { action: 'unlock', seconds: 5 } })
  }
  doors(compound, now)
  person(compound, 'installer', 'wang.gong', '王工')
  person(compound, 'on_call', 'zhao.ban', '赵值班', ['b1'])
  const locked = person(compound, 'viewer', 'li.kan', '李看')
  locked.locked = true
  compound.people.set('h1', { id: 'h1', name: '3-2-502 陈家', login: '', role: 'resident', places: ['b3-u2'], lastSeen: now - day, invited: false })
  compound.people.set('inv1', { id: 'inv1', name: '刘新', login: '', role: 'on_call', places: [], lastSeen: null, invited: true })
  compound.lastBackup = { time: iso(now - 5 * day), bytes: 183_000, files: 6 }
}

function person(compound, role, login, name, places = []) {
  const found = { id: `p-${login}`, name, login, role, places, password: 'a long sentence for tests', lastSeen: Date.now() - 3_600_000, invited: false }
  compound.people.set(found.id, found)
  return found
}

// A door for each lock, in every state that a tile can show; a fire rule; an evening at gate 2.
function doors(compound, now) {
  const hour = 3_600_000
  const door = (id, name, place, lock, more = {}, state = {}) =>
    compound.doors.set(id, { id, definition: { name, place, group: 1, lock: { device: lock, action: 'unlock' }, unlock_s: 5, held_after_s: 30, ...more }, blocked: false, alarms: [], sinceMs: now - hour, ...state })
  const contact = (device) => ({ contact: { device, property: 'door_open', open: true } })
  door('gate-1', '1号门', 'b1-u1-gate', 'lock-1-1', contact('lock-1-1'))
  door('gate-2', '2号门', 'b1-u2-gate', 'lock-1-2', contact('lock-1-2'))
  door('gate-3', '3号门', 'b2-u1-gate', 'lock-2-1', contact('lock-2-1'), { forced: true })
  door('gate-4', '4号门', 'b2-u2-gate', 'lock-2-2', {}, { blocked: true })
  door('gate-5', '5号门', 'b3-u1-gate', 'lock-3-1', contact('lock-3-1'), { alarms: ['tamper'] })
  door('gate-6', '6号门', 'b3-u2-gate', 'lock-3-2', contact('lock-3-2'), { alarms: ['reader_offline'] })
  compound.report('lock-2-1', { door_open: true }, now - 60_000)
  compound.fire.push(
    { name: '2号楼火警', active: true, in_file: true, when: [{ device: 'smoke-2-1-01', event: 'smoke', property: null, equals: null }],
      releases: [{ door: 'gate-4', name: '4号门', device: 'lock-2-2', held: true, confirmed: true, missing: null }] },
    { name: '3号楼火警', active: false, in_file: true, when: [{ device: 'smoke-3-1-01', event: 'smoke', property: null, equals: null }],
      releases: [{ door: 'gate-6', name: '6号门', device: 'lock-3-2', held: false, confirmed: false, missing: 'offline' }] },
  )
  const midnight = Math.floor((now + 8 * hour) / (24 * hour)) * 24 * hour - 8 * hour // in China
  const late = midnight - 50 * 60_000 // 23:10 of the day before
  compound.pass('gate-2', 'denied', { means: 'card', reason: 'unknown_credential' }, late - 60_000)
  compound.pass('gate-2', 'granted', { means: 'card', reason: 'granted', person: 'h1' }, late)
  compound.pass('gate-2', 'door', { record: 'door_opened' }, late + 2_000)
  compound.pass('gate-1', 'granted', { means: 'pin', reason: 'granted', person: 'h1' }, now - 40 * 60_000)
  compound.pass('gate-1', 'exit', { record: 'exit_requested' }, now - 20 * 60_000)
  compound.pass('gate-3', 'alarm', { alarm: 'forced_open', active: true }, now - 60_000)
  compound.schedules.push({ id: 'school', schedule: { name: '学校', week: { 'mon-fri': ['07:00-18:00'], sat: ['09:00-12:00'] }, holiday: 'sun', make_up: 'mon' } })
  compound.calendars.push({ year: 2026, source: '国务院办公厅关于2026年部分节假日安排的通知', holidays: [{ name: '国庆节', from: '2026-10-01', to: '2026-10-07' }], make_up_workdays: ['2026-10-10'] })
}
