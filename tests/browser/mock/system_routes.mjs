import { gzipSync } from 'node:zlib'
import { iso, word } from './compound.mjs'
import { etagOf, page, Refusal } from './gate.mjs'

const words = 'abandon ability able about above absent absorb abstract absurd abuse access accident account accuse achieve acid acoustic acquire across act action actor actress actual'.split(' ')

const rows = [
  { path: 'gateway.site', section: 'gateway', kind: 'id', default: 'demo', help: 'id of the compound', effect: 'file' },
  { path: 'platform.link', section: 'platform', kind: 'word', words: ['off', 'mqtt', 'coap'], default: 'off', help: 'how the platform is reached', effect: 'restart' },
  { path: 'platform.host', section: 'platform', kind: 'text', default: 'platform.example', help: 'host name or address of the platform', effect: 'restart' },
  { path: 'store.commit_window_ms', section: 'store', kind: 'integer', min: 0, max: 1000, default: 50, help: 'how long telemetry waits for a common transaction, in ms', effect: 'live' },
  { path: 'store.max_mb', section: 'store', kind: 'integer', min: 16, max: 65536, default: 256, help: 'quota of the database, in MB', effect: 'live' },
  { path: 'console.address', section: 'console', kind: 'text', default: '0.0.0.0', help: 'address that the console listens on', effect: 'rollback' },
  { path: 'console.port', section: 'console', kind: 'integer', min: 1, max: 65535, default: 8443, help: 'port of the console', effect: 'rollback' },
  { path: 'console.names', section: 'console', kind: 'list', default: ['gw1.local'], help: 'names under which browsers reach the console', effect: 'rollback' },
]

const current = (compound, row) => compound.settings.get(row.path) ?? row.default
const settingsEtag = (compound) => `"s${compound.settingsVersion}"`

function pendingJson(compound) {
  const pending = compound.pending
  if (pending && pending.ends <= Date.now()) revert(compound)
  return compound.pending ? { changes: pending.changes, seconds_left: Math.ceil((pending.ends - Date.now()) / 1000), started_by: pending.by } : null
}

function revert(compound) {
  for (const [path, value] of compound.pending.before) compound.settings.set(path, value)
  compound.pending = null
  compound.settingsVersion += 1
}

function problemsOf(changes) {
  const problems = []
  for (const [path, value] of Object.entries(changes)) {
    const row = rows.find((one) => one.path === path)
    if (!row) problems.push({ path, what: `${path}: is no setting` })
    else if (row.kind === 'integer' && !(Number.isInteger(value) && value >= row.min && value <= row.max)) problems.push({ path, what: `${path}: expected ${row.min} to ${row.max}` })
    else if (row.kind === 'word' && !row.words.includes(value)) problems.push({ path, what: `${path}: expected one of ${row.words.join(', ')}` })
  }
  return problems
}

function changeSettings({ compound, person, request, body }) {
  if (!request.headers['if-match']) throw new Refusal('precondition_required', 428)
  if (request.headers['if-match'] !== settingsEtag(compound)) throw new Refusal('precondition_failed', 412)
  if (pendingJson(compound)) throw new Refusal('conflict', 409, 'a change waits to be confirmed')
  const problems = problemsOf(body.changes)
  const of = (path) => rows.find((row) => row.path === path)
  const paths = Object.keys(body.changes)
  const goesBack = paths.some((path) => of(path)?.effect === 'rollback')
  const outcome = { applied: paths, needs_restart: paths.filter((path) => of(path)?.effect === 'restart'), goes_back: goesBack, pending: null, problems }
  if (problems.length > 0) return { data: { ...outcome, applied: [], needs_restart: [] } }
  if (body.dry_run) return { data: outcome }
  const before = paths.map((path) => [path, current(compound, of(path))])
  for (const path of paths) compound.settings.set(path, body.changes[path])
  compound.settingsVersion += 1
  if (goesBack) compound.pending = { changes: paths, by: `person:${person.id}`, ends: Date.now() + 120_000, before }
  return { data: { ...outcome, pending: pendingJson(compound) } }
}

function platform({ compound }) {
  const up = compound.platformState === 'up'
  const stream = (cls, waiting, more = {}) => ({ class: cls, waiting: up ? 0 : waiting, bytes: up ? 0 : waiting * 310, first: 1, last: 1200, dropped: 0, oldest: up || !waiting ? null : iso(Date.now() - 720_000), ...more })
  const certificate = (name, days) => ({ name, layer: 'platform', subject: `CN=${name}`, not_after: iso(Date.now() + days * 86_400_000), days_left: days, level: days < 0 ? 'over' : days < 30 ? 'soon' : 'ok' })
  return { data: { link: 'mqtt', state: compound.platformState, since: iso(compound.startedMs), host: 'platform.example', port: 8883, last_error: up ? null : { time: iso(Date.now() - 30_000), what: 'connection refused', way_out: 'check that the platform listens on port 8883' }, streams: [stream('alarm', 2), stream('access', 12), stream('money', 0), stream('ticket', 0), stream('command', 1), stream('telemetry', 27, { dropped: compound.gaps.length ? 61 : 0 })], certificates: [certificate('gateway', 212), certificate('platform-ca', 12), certificate('console', 320)] } }
}

function operations({ compound }) {
  return { data: { version: '0.1.0', build: 'release', epoch: 'e1', schema: 4, started_at: iso(compound.startedMs), uptime_s: Math.round((Date.now() - compound.startedMs) / 1000), memory_kb: 18_400, store: { health: compound.store ? 'ok' : 'full', trouble: compound.store ? '' : 'no space left on device', file_bytes: 41_000_000, max_bytes: 268_000_000, commits: 91_223 }, drivers: [{ name: 'mqtt', speaks: 'MQTT 3.1.1: Linli JSON, Zigbee2MQTT, Shelly', tested_against: 'mosquitto 2.0.11; simulated Zigbee2MQTT and Shelly messages, no hardware' }, { name: 'coap', speaks: 'CoAP over DTLS, LwM2M objects of IPSO', tested_against: 'libcoap, aiocoap, lwm2m-node-lib' }], changes: [{ version: '0.1.0', date: '2026-01-15', zh: ['第一个版本：MQTT 与 CoAP 设备、平台连接、控制台'], en: ['First version: MQTT and CoAP devices, the platform link, the console'] }], last_backup: compound.lastBackup } }
}

function restore({ compound, request, url, bytes }) {
  const key = request.headers['x-backup-key'] ?? ''
  if (key.trim().split(/\s+/).length !== 24) throw new Refusal('invalid', 422, 'the words are no key')
  if (!bytes.toString('utf8', 0, 12).startsWith('linli-backup')) throw new Refusal('unsupported_media_type', 415, 'this is no archive of Linli')
  if (key !== words.join(' ')) throw new Refusal('denied', 403, 'the words are not this archive’s key')
  const staged = url.searchParams.get('dry_run') !== '1'
  if (staged) compound.staged = true
  return { data: { diff: [{ what: 'devices', text: { zh: '设备：现在 18 台，恢复后 17 台（少 plug-hall）', en: 'devices: 18 now, 17 after (without plug-hall)' } }, { what: 'settings', text: { zh: '设置：store.max_mb 256 → 128', en: 'settings: store.max_mb 256 → 128' } }], summary: {}, staged } }
}

const frames = ({ compound, url }) => {
  const of = (name) => url.searchParams.get(name) ?? ''
  return { data: page(compound.frames.filter((frame) => (!of('driver') || frame.driver === of('driver')) && (!of('device') || frame.device === of('device'))), url) }
}

export const systemRoutes = (base) => [
  ['GET', `${base}/platform`, 'view_system', platform],
  ['GET', `${base}/operations`, 'view_system', operations],
  ['GET', `${base}/operations/diagnostics`, 'view_system', () => ({ data: { files: [{ name: 'status.json', bytes: 2100, what: 'state of the gateway' }, { name: 'devices.json', bytes: 5400, what: 'devices without names' }, { name: 'log.txt', bytes: 120_000, what: 'the last log lines' }], bytes: 127_500, redacted: 14 } })],
  ['GET', `${base}/operations/diagnostics/bundle`, 'view_system', () => ({ raw: gzipSync('diagnostics'), type: 'application/gzip' })],
  ['GET', `${base}/operations/frames`, 'view_system', frames],
  ['GET', `${base}/operations/frames/download`, 'view_system', ({ url }) => ({ raw: Buffer.from('frames'), type: url.searchParams.get('format') === 'csv' ? 'text/csv' : 'application/octet-stream' })],
  ['GET', `${base}/settings`, 'configure_system', ({ compound }) => {
    const pending = pendingJson(compound)
    return { data: { rows: rows.map((row) => ({ ...row, value: current(compound, row), changed: compound.settings.has(row.path) })), pending, etag: settingsEtag(compound) }, etag: pending ? etagOf(pending) : settingsEtag(compound) }
  }],
  ['PUT', `${base}/settings`, 'configure_system', changeSettings],
  ['POST', `${base}/settings/confirm`, 'configure_system', ({ compound, person }) => {
    if (!pendingJson(compound)) throw new Refusal('not_found', 404, 'no change waits')
    if (compound.pending.by !== `person:${person.id}`) throw new Refusal('denied', 403, 'somebody else began it')
    compound.pending = null
    return { status: 204 }
  }],
  ['DELETE', `${base}/settings/pending`, 'configure_system', ({ compound }) => {
    if (!pendingJson(compound)) throw new Refusal('not_found', 404, 'no change waits')
    revert(compound)
    return { status: 204 }
  }],
  ['POST', `${base}/operations/backup`, 'configure_system', ({ compound }) => {
    const id = word(6)
    compound.backups.set(id, Buffer.from(`linli-backup ${id}`))
    compound.lastBackup = { time: iso(), bytes: 183_400, files: 6 }
    return { status: 201, data: { id, words, bytes: 183_400, files: 6, warnings: [], time: iso() } }
  }],
  ['GET', `${base}/operations/backup/{id}`, 'configure_system', ({ compound, params }) => {
    const found = compound.backups.get(params.id)
    if (!found) throw new Refusal('gone', 410)
    return { raw: found, type: 'application/octet-stream' }
  }],
  ['POST', `${base}/operations/restore`, 'configure_system', restore],
  ['GET', `${base}/audit`, 'read_audit', ({ compound, url }) => ({ data: page(compound.audit, url) })],
  ['GET', `${base}/audit/export`, 'read_audit', ({ compound }) => ({ raw: Buffer.from(compound.audit.map((row) => JSON.stringify(row)).join('\n')), type: 'text/plain; charset=utf-8' })],
]
