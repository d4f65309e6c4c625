// Who lives where, and the doors of the residents' app, over the compound in memory.
import { iso, word } from './compound.mjs'
import { page, Refusal } from './gate.mjs'

const kHour = 3_600_000
const kDay = 24 * kHour

const homeAt = (compound, place) => [...compound.households.values()].find((home) => home.place === place)
const found = (compound, params) => {
  const home = compound.households.get(params.id)
  if (!home) throw new Refusal('not_found', 404, `there is no household '${params.id}'`)
  return home
}
const personIn = (compound, params) => {
  const person = found(compound, params).people.find((one) => one.id === params.person)
  if (!person) throw new Refusal('not_found', 404)
  return person
}
const stands = (consent) => consent !== null && consent.withdrawn_at === null
const masked = (name) => (name ? `${[...name][0]}**` : '')
// Who has an account in the app and who is in the book of households are one person, by the id.
export const residentOf = (compound, id) => [...compound.households.values()].flatMap((home) => home.people.map((person) => ({ home, person }))).find((one) => one.person.id === id)
const summary = (home) => ({ id: home.id, place: home.place, people: home.people.map(({ id, name, role }) => ({ id, name: masked(name), role })) })
const credential = (kind, printed = '') => ({ id: `c-${word(4)}`, kind, state: 'active', printed, from: null, until: null })

function newPerson(body) {
  const cards = body.card ? [credential('card', body.card)] : []
  return { id: body.id ?? `p-${word(4)}`, name: body.name, phone: body.phone ?? '', role: body.role ?? 'resident', from: null, until: null, account: 'none', credentials: [credential('qr'), ...cards], visits: [], delegations: [], face_consent: null }
}

export function moveIn(compound, { place, people }) {
  const home = homeAt(compound, place) ?? { id: `h-${place}`, place, people: [] }
  const moved = people.map(newPerson)
  home.people.push(...moved)
  compound.households.set(home.id, home)
  return { household: home.id, people: moved.map((person) => person.id) }
}

function moveOut({ compound, params, body }) {
  const home = found(compound, params)
  const leaving = home.people.filter((person) => !body.people || body.people.includes(person.id))
  home.people = home.people.filter((person) => !leaving.includes(person))
  for (const { id, credentials, face_consent } of leaving) {
    compound.left.set(id, { credentials: credentials.map((one) => ({ ...one, state: 'revoked' })), face_consent })
    compound.people.delete(id)
  }
  if (home.people.length === 0) compound.households.delete(home.id)
  const count = (kind) => leaving.flatMap((person) => person.credentials).filter((one) => one.kind === kind).length
  return { data: { ended: { people: leaving.length, cards: count('card'), pins: count('pin'), dynamic_codes: count('totp'), faces: count('face'), phones: count('qr'), rights: leaving.length, passes: 0, codes: 0, delegations: 0 } } }
}

// What is counted when it goes. `account` holds what the app's pages do to a face.
function eraseFace(of, account) {
  const faces = of.credentials.filter((one) => one.kind === 'face').length + (account?.faces ?? 0)
  of.credentials = of.credentials.filter((one) => one.kind !== 'face')
  const standing = [of.face_consent, account?.consent ?? null].filter(stands)
  for (const consent of standing) consent.withdrawn_at = iso()
  if (account) account.faces = 0
  return { faces, consents: standing.length > 0 ? 1 : 0 }
}
const proven = (erased, livesHere) => ({ data: { erased: { names: 0, rights: 0, delegations: 0, ...erased }, at: iso(), time: 'synchronised', lives_here: livesHere, proof: `console-${word(8)}` } })

function eraseMine({ compound, person }) {
  const resident = residentOf(compound, person.id)?.person
  if (!resident) throw new Refusal('not_found', 404, `'${person.id}' lives nowhere here`)
  const names = resident.name || resident.phone ? 1 : 0
  Object.assign(resident, { name: '', phone: '' })
  const gone = eraseFace(resident, person)
  return proven({ names, ...gone, credentials: gone.faces }, true)
}

// The office, for somebody who lives here no longer: by a person of the whole compound.
function erasePerson({ compound, person, body }) {
  if (person.places.length > 0) throw new Refusal('denied', 403, 'this is for those who are bound to no place')
  const here = residentOf(compound, body.person)
  if (here) throw new Refusal('conflict', 409, `“${body.person}”还住在“${here.home.id}”这一户：请本人在应用里删除，或先办理迁出`)
  const left = compound.left.get(body.person)
  if (!left || (left.credentials.length === 0 && !stands(left.face_consent))) throw new Refusal('not_found', 404, `没有保存“${body.person}”的任何信息：请核对编号`)
  const credentials = left.credentials.length
  const gone = eraseFace(left, null)
  compound.left.delete(body.person)
  return proven({ ...gone, credentials }, false)
}

function importList({ compound, body }) {
  const text = new TextDecoder().decode(Buffer.concat(body.list.map((piece) => Buffer.from(piece, 'base64'))))
  const rows = text.trim().split(/\r?\n/).slice(1).map((line) => line.split(','))
  const problems = rows.flatMap(([place], at) => (compound.places.has(place) ? [] : [{ line: at + 2, column: 1, header: '房号', what: `“${place}”不是小区里的位置：请先添加，或改正编号` }]))
  const applied = !body.dry_run && problems.length === 0
  if (!body.dry_run && problems.length > 0) throw new Refusal('invalid', 422, 'the list has problems')
  if (applied) for (const [place, name] of rows) moveIn(compound, { place, people: [{ name }] })
  return { data: { people: rows.length, cards: 0, flats: new Set(rows.map(([place]) => place)).size, encoding: 'utf-8', problem_count: problems.length, problems, applied } }
}

function giveVisit({ compound, person, body }) {
  const visit = { id: `v-${word(4)}`, kind: body.kind, person: person.id, group: body.group, doors: compound.homeDoors.filter((door) => door.group === body.group).map((door) => door.name), from: iso(), until: iso(Date.now() + body.life_s * 1000), uses: body.uses ?? 1, used: 0, name: masked(person.name) }
  compound.visits.set(visit.id, visit)
  const secret = body.kind === 'code' ? { code: '246810' } : { pass: 'A'.repeat(72) }
  return { status: 201, data: { id: visit.id, until: visit.until, ...secret } }
}
function endVisit({ compound, params }) {
  if (!compound.visits.delete(params.id)) throw new Refusal('not_found', 404)
  return { status: 204 }
}

const mine = (compound, person) => [...compound.visits.values()].filter((visit) => visit.person === person.id)
const myDoor = (door) => ({ id: door.id, name: door.name, place: door.place_name, group: door.group, phase: door.phase, open: door.open, blocked: false, released: false })
const faceOf = (person) => ({ faces: person.faces ?? 0, consent: person.consent ?? null })

// What the lock and the contact of a door do is set by tests: 'opens', 'silent', 'refuses'.
function openDoor({ compound, params }) {
  const door = compound.homeDoors.find((one) => one.id === params.id)
  if (!door) throw new Refusal('not_found', 404)
  if (door.does === 'silent') throw new Refusal('timeout', 504, 'the lock did not answer in time')
  if (door.does === 'refuses') throw new Refusal('denied', 403, '保安已封闭这扇门')
  door.phase = 'unlocked'
  if (door.open === false) setTimeout(() => (door.open = true), 500)
  return { data: myDoor(door) }
}

export const householdRoutes = (base) => [
  ['GET', `${base}/households`, 'manage_people', ({ compound, url }) => ({ data: page([...compound.households.values()].map(summary), url) })],
  ['POST', `${base}/households/move-in`, 'manage_people', ({ compound, body }) => ({ status: 201, data: moveIn(compound, body) })],
  ['POST', `${base}/households/import`, 'manage_people', importList],
  ['POST', `${base}/households/erase-person`, 'manage_people', erasePerson],
  ['GET', `${base}/households/{id}`, 'manage_people', ({ compound, params }) => ({ data: found(compound, params) })],
  ['POST', `${base}/households/{id}/move-out`, 'manage_people', moveOut],
  ['POST', `${base}/households/{id}/people/{person}/invitation`, 'manage_people', ({ compound, params }) => {
    const person = personIn(compound, params)
    const code = word(10)
    compound.invitations.set(code, { role: 'resident', places: [found(compound, params).place], person: person.id })
    return { status: 201, data: { code, uri: `https://localhost/app/#i=${code}`, expires_at: iso(Date.now() + 3 * kDay) } }
  }],
  ['POST', `${base}/households/{id}/people/{person}/consent`, 'manage_people', ({ compound, person, params, body }) => {
    personIn(compound, params).face_consent = { text: body.text, noted_by: `person:${person.id}`, given_at: iso(), withdrawn_at: null }
    return { status: 204 }
  }],
  ['DELETE', `${base}/households/{id}/people/{person}/consent`, 'manage_people', ({ compound, params }) => {
    const { credentials, face_consent: consent } = personIn(compound, params)
    const faces = credentials.filter((one) => one.kind === 'face' && one.state !== 'revoked')
    if (!stands(consent) && faces.length === 0) throw new Refusal('not_found', 404)
    for (const face of faces) face.state = 'revoked'
    if (consent) consent.withdrawn_at = iso()
    return { data: { faces: faces.length } }
  }],
  ['POST', `${base}/households/{id}/people/{person}/credentials`, 'manage_people', ({ compound, params, body }) => {
    if (body.kind === 'face' && !stands(personIn(compound, params).face_consent)) throw new Refusal('denied', 403, '没有同意使用人脸')
    const made = credential(body.kind, body.card)
    personIn(compound, params).credentials.push(made)
    const code = body.kind === 'totp' ? { number: '0427', uri: 'otpauth://totp/Linli%20site:c1?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&digits=6&period=30' } : {}
    return { status: 201, data: { id: made.id, ...code } }
  }],
  ['PUT', `${base}/households/{id}/people/{person}/credentials/{credential}`, 'manage_people', ({ compound, params, body }) => {
    const one = personIn(compound, params).credentials.find((each) => each.id === params.credential)
    if (!one) throw new Refusal('not_found', 404)
    one.state = body.state
    return { status: 204 }
  }],
  ['GET', `${base}/visits`, 'manage_people', ({ compound, url }) => ({ data: page([...compound.visits.values()], url) })],
  ['DELETE', `${base}/visits/{id}`, 'manage_people', endVisit],
  ['GET', `${base}/my/doors`, 'own', ({ compound, person }) => ({ data: { items: person.role === 'resident' ? compound.homeDoors.map(myDoor) : [] } })],
  ['POST', `${base}/my/doors/{id}/open`, 'own', openDoor],
  ['GET', `${base}/my/visits`, 'own', ({ compound, person }) => ({ data: { items: mine(compound, person) } })],
  ['POST', `${base}/my/visits`, 'own', giveVisit],
  ['DELETE', `${base}/my/visits/{id}`, 'own', endVisit],
  ['GET', `${base}/my/home`, 'own', ({ compound, person }) => ({ data: { place: '502', people: [{ id: person.id, name: residentOf(compound, person.id)?.person.name ?? person.name, role: 'resident', me: true }, { id: 'ben', name: '陈小本', role: 'family', me: false }], delegations: compound.delegations.filter((one) => one.from_person === person.id) } })],
  ['POST', `${base}/my/delegations`, 'own', ({ compound, person, body }) => {
    const made = { id: `d-${word(4)}`, from_person: person.id, from_name: person.name, to_person: body.to, to_name: '陈小本', actions: body.actions, from: iso(), until: iso(Date.now() + body.days * kDay) }
    compound.delegations.push(made)
    const code = body.kind === 'totp' ? { number: '0427', uri: 'otpauth://totp/Linli%20site:c1?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&digits=6&period=30' } : {}
    return { status: 201, data: { id: made.id, ...code } }
  }],
  ['DELETE', `${base}/my/delegations/{id}`, 'own', ({ compound, params }) => {
    compound.delegations = compound.delegations.filter((one) => one.id !== params.id)
    return { status: 204 }
  }],
  ['GET', `${base}/my/door-log`, 'own', () => ({ data: { items: [
    { at: iso(Date.now() - kHour), time: 'synchronised', door: 'u2', door_name: '2 单元门', granted: true, reason: 'granted', kind: 'card', who: 'self' },
    { at: iso(Date.now() - 2 * kHour), time: 'floor', door: 'u2', door_name: '2 单元门', granted: false, reason: 'expired', kind: 'qr', who: 'visitor' },
  ], next: null } })],
  ['POST', `${base}/my/data/erase`, 'own', eraseMine],
  ['GET', `${base}/my/face`, 'own', ({ person }) => ({ data: faceOf(person) })],
  ['POST', `${base}/my/face`, 'own', ({ person, body }) => {
    Object.assign(person, { faces: 1, consent: { text: body.text, noted_by: `person:${person.id}`, given_at: iso(), withdrawn_at: null } })
    return { status: 204 }
  }],
  ['DELETE', `${base}/my/face`, 'own', ({ person }) => {
    const faces = person.faces ?? 0
    person.faces = 0
    if (person.consent) person.consent.withdrawn_at = iso()
    return { data: { faces } }
  }],
]
