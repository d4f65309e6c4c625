// The routes of the API over the compound in memory, in the order of the contract.
import { iso } from './compound.mjs'
import { admit, etagOf, Refusal } from './gate.mjs'
import { accountRoutes } from './account_routes.mjs'
import { doorRoutes } from './door_routes.mjs'
import { householdRoutes } from './household_routes.mjs'
import { siteRoutes } from './site_routes.mjs'
import { systemRoutes } from './system_routes.mjs'

export { personOf } from './gate.mjs'

const base = '/api/v1'
const text = (body) => ({ raw: Buffer.from(body), type: 'text/plain; charset=utf-8' })

const publicRoutes = [
  ['GET', '/healthz', 'public', () => text('ok\n')],
  ['GET', '/readyz', 'public', ({ compound }) => {
    const checks = [
      { name: 'store', ok: compound.store, detail: compound.store ? '' : 'the disk is full' },
      { name: 'loop', ok: true, detail: '' },
      { name: 'site_broker', ok: compound.broker, detail: compound.broker ? '' : 'connection refused' },
    ]
    const ready = checks.every((check) => check.ok)
    return { status: ready ? 200 : 503, data: { ready, checks } }
  }],
  ['GET', `${base}/welcome`, 'public', ({ compound }) => ({ data: { claimed: compound.people.size > 0, site: 'demo', gateway: 'gw1', version: '0.1.0', time: { now: iso(), quality: compound.clock } } })],
]

const table = [...publicRoutes, ...accountRoutes(base), ...householdRoutes(base), ...siteRoutes(base), ...doorRoutes(base), ...systemRoutes(base)].map(([method, path, needs, run, versioned]) => ({
  method,
  pattern: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
  needs,
  run,
  versioned,
}))

function parse(body, request) {
  if (body.length === 0 || !/json/.test(request.headers['content-type'] ?? '')) return {}
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new Refusal('invalid', 400, 'the body is not JSON')
  }
}

async function serve(compound, request, url, body) {
  const fails = compound.failures[url.pathname]
  if (fails) throw new Refusal(fails.code, fails.status, fails.detail ?? '')
  const here = table.filter((route) => route.pattern.test(url.pathname))
  const route = here.find((one) => one.method === request.method)
  if (!route) throw new Refusal('not_found', here.length > 0 ? 405 : 404)
  const person = admit(compound, request, route.needs)
  const key = request.headers['idempotency-key']
  if (key && compound.repeats.has(key)) return compound.repeats.get(key)
  const params = Object.fromEntries(Object.entries(route.pattern.exec(url.pathname).groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]))
  const given = { compound, person, request, url, params, body: parse(body, request), bytes: body }
  if (route.needs.startsWith('view_') || request.method === 'GET') {
    // Looking changes nothing, and is not noted.
  } else if (person) compound.note(`person:${person.id}`, `${request.method} ${url.pathname.replace(base, '')}`, Object.values(params)[0] ?? '', {})
  const answer = await route.run(given)
  if (key) compound.repeats.set(key, answer)
  return { ...answer, versioned: route.versioned }
}

export async function answer(compound, request, response, url, body) {
  let found
  try {
    found = await serve(compound, request, url, body)
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error)
    const refusal = error instanceof Refusal ? error : new Refusal('internal', 500, String(error))
    const { retryAfter, ...more } = refusal.more
    response.writeHead(refusal.status, { 'Content-Type': 'application/problem+json', ...(retryAfter ? { 'Retry-After': String(retryAfter) } : {}) })
    return response.end(JSON.stringify({ type: `/problems/${refusal.code}`, title: refusal.code, status: refusal.status, code: refusal.code, detail: refusal.detail || refusal.code.replaceAll('_', ' '), ...more }))
  }
  const headers = { 'Cache-Control': 'no-store', ...found.headers }
  if (found.raw) return response.writeHead(found.status ?? 200, { ...headers, 'Content-Type': found.type }).end(found.raw)
  if (found.status === 204) return response.writeHead(204, headers).end()
  const etag = found.etag ?? (found.versioned ? etagOf(found.data) : undefined)
  if (etag) headers.ETag = etag
  if (etag && request.headers['if-none-match'] === etag) return response.writeHead(304, headers).end()
  response.writeHead(found.status ?? 200, { ...headers, 'Content-Type': 'application/json' }).end(JSON.stringify(found.data))
}
