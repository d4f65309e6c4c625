// The shapes of /api/v1. What the gateway adds later is ignored here.
export type Role = 'manager' | 'installer' | 'on_call' | 'viewer' | 'resident'
export const consoleRoles: Role[] = ['manager', 'installer', 'on_call', 'viewer']

export type Privilege =
  | 'own'
  | 'view_site'
  | 'operate_devices'
  | 'operate_doors'
  | 'rotate_credentials'
  | 'configure_devices'
  | 'configure_doors'
  | 'view_system'
  | 'configure_system'
  | 'manage_people'
  | 'read_audit'

export interface Problem {
  type?: string
  title?: string
  status: number
  detail?: string
  code: string
  field?: string
  way_out?: string
}

export interface Page<T> {
  items: T[]
  next?: string | null
  total?: number
}

export type Words = { zh?: string; en?: string }
export type Quality = 'synchronised' | 'floor' | 'unknown'

export interface Welcome {
  claimed: boolean
  site: string
  gateway: string
  version: string
  time: { now: string; quality: Quality }
}

export interface Readiness {
  ready: boolean
  checks: { name: string; ok: boolean; detail?: string }[]
}

export interface Session {
  person: { id: string; name: string; login?: string; role: Role; places: string[] }
  privileges: Privilege[]
  csrf: string
  expires_at: string
  second_factor: boolean
  kind: 'console' | 'resident'
}

export interface OpenSession {
  id: string
  current: boolean
  created_at: string
  last_used_at: string
  expires_at: string
  peer: string
  agent: string
}

export interface Site {
  id: string
  gateway: string
  version: string
  started_at: string
  uptime_s: number
  devices: { total: number; online: number }
  events: { waiting: number }
  platform: { link: string; state: string }
  time: { now: string; quality: Quality }
}

export interface Todo {
  id: string
  harm: number
  kind: string
  params: Record<string, string | number>
  place: string | null
  device: string | null
  since: string | null
  action: { kind: string; target?: string | null }
}

export type PlaceKind = 'site' | 'building' | 'unit' | 'point'
export interface Place {
  id: string
  parent: string | null
  kind: PlaceKind
  name: string
  devices: number
  offline: number
}

export interface Why {
  code: string
  params?: Record<string, string | number>
}

export interface DeviceSummary {
  id: string
  name: string
  profile: string
  title?: Words
  driver: string
  place: string | null
  state: 'online' | 'offline' | 'unknown'
  since: string | null
  last_seen: string | null
  why: Why | null
}

export interface Schema {
  type?: string
  title?: string
  titles?: Words
  description?: string
  enum?: (string | number)[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  unit?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  default?: unknown
}

export interface Property {
  name: string
  title?: Words
  type: string
  unit?: string | null
  value: unknown
  at: string | null
  quality?: string
  age_s?: number | null
  stale: boolean
  observable?: boolean
}

export interface Device extends DeviceSummary {
  address?: string | null
  properties: Property[]
  actions: { name: string; title?: Words; safety?: string; input: Schema | null }[]
  events: { name: string; title?: Words; class: string }[]
  rejected: number
  flood_dropped: number
}

export interface History {
  property: string
  unit?: string | null
  step_s: number
  points: [number, number, number, number, number][]
}

export interface Check {
  name: string
  ok: boolean
  detail?: string
  way_out?: string
}

export interface Profile {
  name: string
  title?: Words
  driver_hint?: string
  properties: number
  actions: number
  events: number
}

export type Shown =
  | 'sent'
  | 'device_confirmed'
  | 'effective'
  | 'unconfirmed'
  | 'refused'
  | 'failed'
  | 'expired'
  | 'waiting'

export interface Command {
  id: string
  device: string
  action: string
  input?: unknown
  state: string
  shown: Shown
  reason?: string | null
  output?: unknown
  issuer: string
  role?: string
  received_at: string
  changed_at: string
  latency_ms?: number | null
  final: boolean
}

export interface SiteEvent {
  id: string
  seq: number
  class: string
  type: string
  device: string | null
  place: string | null
  time: string
  quality?: Quality
  data?: Record<string, unknown>
}

export interface Gap {
  class: string
  first: number
  last: number
  count: number
  time: string
  why: string
}

// What stands on the label of a device once; never stored by the pages.
export interface Issued {
  device: string
  credentials: Record<string, string | number | null>
  broker?: Record<string, unknown>
  uri?: string
  qr?: string
}

export interface BatchRow {
  id: string
  place: string | null
  name: string
  problem: { code: string; detail: string } | null
  credentials?: Record<string, string | number | null>
}

export interface Platform {
  link: 'mqtt' | 'coap' | 'off'
  state: 'up' | 'down' | 'off'
  since: string | null
  host: string
  port: number
  last_error: null | { time: string; what: string; way_out?: string }
  streams: {
    class: string
    waiting: number
    bytes: number
    first: number | null
    last: number | null
    dropped: number
    oldest: string | null
  }[]
  certificates: {
    name: string
    layer?: string
    subject: string
    not_after: string
    days_left: number | null
    level: 'ok' | 'soon' | 'over'
  }[]
}

export interface Operations {
  version: string
  build: string
  epoch: string
  schema: number | string
  started_at: string
  uptime_s: number
  memory_kb: number
  store: { health: string; trouble?: string | null; file_bytes: number; max_bytes: number; commits: number }
  drivers: { name: string; speaks: string; tested_against: string | string[] }[]
  changes: { version: string; date: string; zh: string[]; en: string[] }[]
  last_backup: null | { id?: string; time?: string; bytes?: number }
}

export interface DiagnosticsPreview {
  files: { name: string; bytes: number; what: string }[]
  bytes: number
  redacted: number
}

export interface Frame {
  seq: number
  time: string
  driver: string
  direction: 'in' | 'out'
  device: string | null
  peer: string
  bytes: number
  summary: string
  decoded?: Record<string, unknown>
}

export interface SettingRow {
  path: string
  section: string
  kind: 'text' | 'id' | 'path' | 'word' | 'integer' | 'list'
  value: unknown
  default: unknown
  min?: number
  max?: number
  words?: string[]
  help: string
  effect: 'live' | 'restart' | 'rollback' | 'file'
}

export interface PendingSettings {
  changes: (string | { path: string })[]
  seconds_left: number
  started_by: string
}

export interface Settings {
  rows: SettingRow[]
  pending: PendingSettings | null
  etag?: string
}

export interface SettingsOutcome {
  applied: string[]
  needs_restart: string[]
  goes_back?: boolean
  pending: PendingSettings | null
  problems: { path: string; what: string }[]
}

export interface Person {
  id: string
  name: string
  login?: string | null
  role: Role
  places: string[]
  second_factor: boolean
  locked: boolean
  last_seen_at: string | null
  invited: boolean
}

export interface OneTimeCode {
  code: string
  uri: string
  expires_at: string
}

export interface Token {
  id: string
  name: string
  scope: Privilege[]
  created_at?: string
  expires_at: string
  last_used_at?: string | null
}

export interface AuditRow {
  seq: number
  time: string
  actor: string
  action: string
  target: string
  detail?: string
  hash?: string
}

export interface Backup {
  id: string
  words: string[]
  bytes?: number
}

export interface FeedMessage {
  resume?: string
  kind: 'hello' | 'device' | 'event' | 'command' | 'todo' | 'reset'
  data: unknown
}

// A device of a door, with how it stands.
export interface DoorPart {
  device: string
  name: string
  state: 'online' | 'offline' | 'unknown'
  why: Why | null
  head?: number
  direction?: 'in' | 'out'
  persons?: TerminalPersons
}

// Of a terminal that knows people by itself: how far it is.
export interface TerminalPersons {
  wanted: number
  in_effect: number
  to_remove: number
  refused: number
}

export interface DoorSummary {
  id: string
  name: string
  place: string
  group: number
  phase: 'locked' | 'unlocked' | 'open' | 'held_open' | 'forced_open' | 'fire_released'
  contact: 'none' | 'unknown' | 'closed' | 'open'
  open: boolean | null // as the contact says; null: nobody knows
  since: string | null
  blocked: boolean
  alarms: string[]
  released_by: string[]
  lock: DoorPart
  contact_device: DoorPart | null
  exit_device: DoorPart | null
  readers: DoorPart[]
}

// As somebody set it up; members that the page does not edit are kept as they are.
export type CredentialKind = 'card' | 'pin' | 'qr' | 'totp' | 'face'

export interface DoorDefinition {
  name: string
  place?: string
  group?: number
  lock: { device: string; action?: string; end_action?: string; [more: string]: unknown }
  contact?: { device: string; property: string; open?: boolean | number | string }
  exit?: { device: string; event: string }
  readers?: { device: string; head?: number; direction?: 'in' | 'out' }[]
  unlock_s?: number
  held_after_s?: number
  takes?: CredentialKind[] // all of them, if it is left out
  needs_second_factor?: boolean
  works_without_clock?: boolean
  zone?: string // the door itself, if it is left out
  passback?: { mode: 'off' | 'soft' | 'hard'; forgive_after_s?: number }
  [more: string]: unknown
}

export interface Door extends DoorSummary {
  definition: DoorDefinition
}

export interface FireRule {
  name: string
  active: boolean
  in_file: boolean
  when: { device: string; event: string | null; property: string | null; equals: unknown }[]
  releases: { door: string; name: string | null; device: string; held: boolean; confirmed: boolean; missing: string | null }[]
}

export interface AccessEntry {
  id: string
  time: string
  quality: string
  door: string
  name: string | null
  place: string | null
  kind: 'granted' | 'denied' | 'exit' | 'door' | 'alarm'
  means: string | null
  person: { id: string; name: string | null } | null
  reason: string | null
  direction: string | null
  reader: string | null
  credential: string | null
  record: string | null
  alarm: string | null
  active: boolean | null
}

export type SpecialDay = string | string[]

export interface Schedule {
  name: string
  week: Record<string, string[]>
  holiday?: SpecialDay
  make_up?: SpecialDay
  from?: string
  until?: string
}

export interface HolidayYear {
  year: number
  source: string
  holidays: { name: string; from: string; to: string }[]
  make_up_workdays: string[]
}
