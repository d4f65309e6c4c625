// Who asks, and may they: cookies, tokens, roles, forgery, versions, repeated keys.
import { createHash } from 'node:crypto'
import { privileges } from './compound.mjs'

export class Refusal extends Error {
  constructor(code, status, detail = '', more = {}) {
    super(detail)
    Object.assign(this, { code, status, detail, more })
  }
}

export function sessionOf(compound, request) {
  const cookie = /(?:^|;\s*)__Host-linli=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1]
  const session = cookie && compound.sessions.get(cookie)
  return session && session.expires > Date.now() ? session : null
}

export function personOf(compound, request) {
  const session = sessionOf(compound, request)
  if (session) return compound.people.get(session.person) ?? null
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
  const token = [...compound.tokens.values()].find((one) => one.token === bearer)
  return token ? { ...compound.people.get(token.person), scope: token.scope } : null
}

export const rights = (person) => person.scope ?? privileges(person.role)

export function admit(compound, request, needs) {
  if (needs === 'public') return null
  const person = personOf(compound, request)
  if (!person) throw new Refusal('unauthenticated', 401)
  if (!rights(person).includes(needs)) throw new Refusal('denied', 403, `this needs the right ${needs}`)
  const session = sessionOf(compound, request)
  if (session && !['GET', 'HEAD'].includes(request.method) && request.headers['x-csrf-token'] !== session.csrf) throw new Refusal('csrf', 403)
  return person
}

export const etagOf = (data) => `"${createHash('sha256').update(JSON.stringify(data)).digest('hex').slice(0, 16)}"`

export function page(items, url) {
  const limit = Number(url.searchParams.get('limit') ?? 50)
  const from = Number(url.searchParams.get('cursor') ?? 0)
  return { items: items.slice(from, from + limit), next: from + limit < items.length ? String(from + limit) : null, total: items.length }
}
