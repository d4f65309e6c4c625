import { randomBytes } from 'node:crypto'
import { iso, word } from './compound.mjs'
import { page, Refusal, rights, sessionOf } from './gate.mjs'
import { residentOf } from './household_routes.mjs'
import { base32Of, totp } from './totp.mjs'

const kTries = 5
const day = 86_400_000

function sessionJson(person, session) {
  return { person: { id: person.id, name: person.name, login: person.login, role: person.role, places: person.places }, privileges: rights(person), csrf: session.csrf, expires_at: iso(session.expires), second_factor: Boolean(person.secret), kind: person.role === 'resident' ? 'resident' : 'console' }
}

const personJson = (person) => ({ id: person.id, name: person.name, login: person.login, role: person.role, places: person.places, second_factor: Boolean(person.secret), locked: Boolean(person.locked), last_seen_at: person.lastSeen ? iso(person.lastSeen) : null, invited: Boolean(person.invited) })

function open(compound, person, request, status = 201) {
  const lifeMs = (person.role === 'resident' ? 90 : 0.5) * day
  const session = { id: word(), csrf: word(16), person: person.id, expires: Date.now() + lifeMs, created: Date.now(), used: Date.now(), peer: '127.0.0.1', agent: request.headers['user-agent'] ?? '' }
  const cookie = word(24)
  compound.sessions.set(cookie, session)
  person.lastSeen = Date.now()
  return { status, data: sessionJson(person, session), headers: { 'Set-Cookie': `__Host-linli=${cookie}; Max-Age=${lifeMs / 1000}; Path=/; Secure; HttpOnly; SameSite=Strict` } }
}

function checkAccount(compound, { login, password, name }) {
  if (!name || name.length > 64) throw new Refusal('invalid', 422, 'name: 1 to 64 characters', { field: '/name' })
  if (!/^[a-z0-9][a-z0-9._-]{1,31}$/.test(login ?? '')) throw new Refusal('invalid', 422, 'login: small letters, digits, dots or dashes', { field: '/login' })
  if ([...(password ?? '')].length < 10) throw new Refusal('invalid', 422, 'password: at least 10 characters', { field: '/password' })
  if ([...compound.people.values()].some((person) => person.login === login)) throw new Refusal('conflict', 409, 'this login is taken', { field: '/login' })
}

function newPerson(compound, role, places, { login = '', password = '', name }, id = `p${word(4)}`) {
  const person = { id, name, login, role, places, password, lastSeen: Date.now(), invited: false }
  compound.people.set(person.id, person)
  return person
}

function signIn({ compound, body, request }) {
  const person = [...compound.people.values()].find((one) => one.login && one.login === body.login)
  if (person?.lockedUntil > Date.now()) throw new Refusal('locked_out', 429, '', { retryAfter: Math.ceil((person.lockedUntil - Date.now()) / 1000) })
  if (!person || person.password !== body.password || (person.secret && body.otp && ![0, -30_000].some((shift) => totp(person.secret, Date.now() + shift) === body.otp))) {
    if (person) {
      person.tries = (person.tries ?? 0) + 1
      if (person.tries >= kTries) {
        Object.assign(person, { lockedUntil: Date.now() + 60_000, locked: true, tries: 0 })
        throw new Refusal('locked_out', 429, '', { retryAfter: 60 })
      }
    }
    throw new Refusal('sign_in_refused', 401)
  }
  if (person.secret && !body.otp) throw new Refusal('second_factor_required', 401)
  person.tries = 0
  return open(compound, person, request)
}

function accept({ compound, body, request }) {
  const invitation = compound.invitations.get(body.code)
  if (!invitation) throw new Refusal('gone', 410)
  if (invitation.role !== 'resident') checkAccount(compound, body)
  compound.invitations.delete(body.code)
  compound.people.delete(invitation.person)
  const resident = residentOf(compound, invitation.person)?.person.id
  return open(compound, newPerson(compound, invitation.role, invitation.places, body, resident), request)
}

function recover({ compound, body, request }) {
  const person = compound.people.get(compound.recoveries.get(body.code))
  if (!person) throw new Refusal('gone', 410)
  if ([...(body.password ?? '')].length < 10) throw new Refusal('invalid', 422, 'password: at least 10 characters', { field: '/password' })
  compound.recoveries.delete(body.code)
  for (const [cookie, session] of compound.sessions) if (session.person === person.id) compound.sessions.delete(cookie)
  Object.assign(person, { password: body.password, lockedUntil: 0, locked: false, secret: undefined })
  return open(compound, person, request)
}

const mine = ({ compound, person }) => [...compound.sessions].filter(([, session]) => session.person === person.id)
const moment = (ms) => ({ time: iso(ms), quality: 'synchronised' })
const householdOf = ({ compound, person }) => {
  const lives = residentOf(compound, person.id)
  if (!lives) return {}
  const { name, phone, credentials } = lives.person
  return { household: { id: lives.home.id, place: lives.home.place, name, phone }, credentials }
}
const dataOf = (given) => {
  const { id, name, login, role, places, secret } = given.person
  return {
    person: { id, name, login, role, places, second_factor: Boolean(secret), created_at: moment(given.person.created ?? given.compound.startedMs), last_seen_at: moment(given.person.lastSeen) },
    sessions: mine(given).map(([, session]) => ({ id: session.id, created_at: moment(session.created), last_used_at: moment(session.used), peer: session.peer, agent: session.agent })),
    tokens: [],
    ...householdOf(given),
    audit_actor: `person:${id}`,
    seen_by: [{ time: iso(), who: '王经理', role: 'manager', what: 'person.change' }],
  }
}
const code = (compound, path, name) => {
  const made = word(10)
  return { code: made, uri: `https://localhost${path}#${name}=${made}`, expires_at: iso(Date.now() + 7 * day) }
}

export const accountRoutes = (base) => [
  ['POST', `${base}/claim`, 'public', ({ compound, body, request }) => {
    if (compound.people.size > 0) throw new Refusal('already_claimed', 409)
    if (body.code !== compound.claimCode) throw new Refusal('gone', 410, 'this is not the claim code of this gateway')
    checkAccount(compound, body)
    return open(compound, newPerson(compound, 'manager', [], body), request)
  }],
  ['POST', `${base}/session`, 'public', signIn],
  ['POST', `${base}/invitations/accept`, 'public', accept],
  ['POST', `${base}/recovery`, 'public', recover],
  ['GET', `${base}/session`, 'own', ({ compound, person, request }) => ({ data: sessionJson(person, sessionOf(compound, request)) })],
  ['DELETE', `${base}/session`, 'own', ({ compound, request }) => {
    const session = sessionOf(compound, request)
    for (const [cookie, one] of compound.sessions) if (one === session) compound.sessions.delete(cookie)
    return { status: 204 }
  }],
  ['GET', `${base}/sessions`, 'own', (given) => ({ data: { items: mine(given).map(([, session]) => ({ id: session.id, current: session === sessionOf(given.compound, given.request), created_at: iso(session.created), last_used_at: iso(session.used), expires_at: iso(session.expires), peer: session.peer, agent: session.agent })) } })],
  ['DELETE', `${base}/sessions`, 'own', (given) => {
    for (const [cookie] of mine(given)) given.compound.sessions.delete(cookie)
    return { status: 204 }
  }],
  ['DELETE', `${base}/sessions/{id}`, 'own', (given) => {
    const found = mine(given).find(([, session]) => session.id === given.params.id)
    if (!found) throw new Refusal('not_found', 404)
    given.compound.sessions.delete(found[0])
    return { status: 204 }
  }],
  ['PUT', `${base}/account/password`, 'own', ({ person, body }) => {
    if (person.password !== body.old) throw new Refusal('invalid', 422, 'old: is not the password', { field: '/old' })
    if ([...body.new].length < 10) throw new Refusal('invalid', 422, 'new: at least 10 characters', { field: '/new' })
    person.password = body.new
    return { status: 204 }
  }],
  ['POST', `${base}/account/second-factor`, 'own', ({ person }) => {
    person.offered = base32Of(randomBytes(20))
    return { data: { secret: person.offered, uri: `otpauth://totp/Linli:${person.login}?secret=${person.offered}&issuer=Linli` } }
  }],
  ['PUT', `${base}/account/second-factor`, 'own', ({ person, body }) => {
    if (!person.offered || ![0, -30_000].some((shift) => totp(person.offered, Date.now() + shift) === body.otp)) throw new Refusal('invalid', 422, 'otp: does not fit', { field: '/otp' })
    person.secret = person.offered
    return { status: 204 }
  }],
  ['DELETE', `${base}/account/second-factor`, 'own', ({ person, body }) => {
    if (person.password !== body.password) throw new Refusal('invalid', 422, 'password: is not yours', { field: '/password' })
    person.secret = undefined
    return { status: 204 }
  }],
  ['GET', `${base}/account/data`, 'own', (given) => ({ data: dataOf(given) })],
  ['GET', `${base}/my/devices`, 'own', ({ compound, person, url }) => ({ data: page([...compound.devices.values()].filter((device) => compound.sees(person, device.place)).map((device) => compound.summary(device)), url) })],
  ['GET', `${base}/my/notices`, 'own', () => ({ data: { items: [{ id: 'n1', time: iso(), title: '停水通知', text: '明天 9 点到 11 点，3 号楼停水。' }] } })],
  ['GET', `${base}/tokens`, 'own', ({ compound, person }) => ({ data: { items: [...compound.tokens.values()].filter((token) => token.person === person.id).map(({ token: _token, person: _person, ...rest }) => rest) } })],
  ['POST', `${base}/tokens`, 'own', ({ compound, person, body }) => {
    const token = { id: word(4), name: body.name, scope: body.scope, created_at: iso(), expires_at: iso(Date.now() + body.ttl_s * 1000), last_used_at: null, token: `linli_${word(20)}`, person: person.id }
    compound.tokens.set(token.id, token)
    return { status: 201, data: { id: token.id, token: token.token, expires_at: token.expires_at } }
  }],
  ['DELETE', `${base}/tokens/{id}`, 'own', ({ compound, params }) => {
    if (!compound.tokens.delete(params.id)) throw new Refusal('not_found', 404)
    return { status: 204 }
  }],
  ['GET', `${base}/people`, 'manage_people', ({ compound }) => ({ data: { items: [...compound.people.values()].map(personJson) } })],
  ['POST', `${base}/people/invitations`, 'manage_people', ({ compound, body }) => {
    const made = code(compound, body.role === 'resident' ? '/app/' : '/', 'i')
    const id = `i${word(4)}`
    compound.invitations.set(made.code, { role: body.role, places: body.places ?? [], person: id })
    compound.people.set(id, { id, name: body.name, login: '', role: body.role, places: body.places ?? [], lastSeen: null, invited: true })
    return { status: 201, data: made }
  }],
  ['PATCH', `${base}/people/{id}`, 'manage_people', ({ compound, params, body }) => {
    const person = compound.people.get(params.id)
    if (!person) throw new Refusal('not_found', 404)
    Object.assign(person, body)
    return { data: personJson(person) }
  }],
  ['DELETE', `${base}/people/{id}`, 'manage_people', ({ compound, params }) => {
    const managers = [...compound.people.values()].filter((person) => person.role === 'manager' && !person.invited)
    if (managers.length === 1 && managers[0].id === params.id) throw new Refusal('conflict', 409, 'the last manager stays')
    compound.people.delete(params.id)
    return { status: 204 }
  }],
  ['POST', `${base}/people/{id}/recovery`, 'manage_people', ({ compound, params }) => {
    const made = code(compound, '/', 'r')
    compound.recoveries.set(made.code, params.id)
    return { data: made }
  }],
  ['DELETE', `${base}/people/{id}/lock`, 'manage_people', ({ compound, params }) => {
    Object.assign(compound.people.get(params.id), { locked: false, lockedUntil: 0, tries: 0 })
    return { status: 204 }
  }],
  ['DELETE', `${base}/people/{id}/sessions`, 'manage_people', ({ compound, params }) => {
    for (const [cookie, session] of compound.sessions) if (session.person === params.id) compound.sessions.delete(cookie)
    return { status: 204 }
  }],
]
