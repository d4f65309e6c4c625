import { describe, expect, it } from 'vitest'
import { ApiError, Client } from './client'
import type { Session } from './types'

interface Sent {
  url: string
  init: RequestInit
}

function clientThatHears(answers: (Response | Error)[]) {
  const sent: Sent[] = []
  let ends = 0
  const client = new Client({
    language: () => 'en',
    onSessionEnd: () => (ends += 1),
    fetch: async (url, init) => {
      sent.push({ url: String(url), init: init ?? {} })
      const answer = answers.shift() ?? new Error('no more answers')
      if (answer instanceof Error) throw answer
      return answer
    },
  })
  const header = (index: number, name: string) => (sent[index]?.init.headers as Record<string, string>)[name]
  return { client, sent, header, ends: () => ends }
}

const json = (data: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(data), { status, headers })
const session = { csrf: 'abc' } as Session

describe('Client', () => {
  it('sends the session’s word against forgery with changes, and not with reads', async () => {
    const { client, header } = clientThatHears([json({}), json({})])
    client.useSession(session)
    await client.get('/site')
    await client.put('/places/b1', {})
    expect(header(0, 'X-CSRF-Token')).toBeUndefined()
    expect(header(1, 'X-CSRF-Token')).toBe('abc')
  })

  it('asks only for what changed, and answers with what it knows', async () => {
    const { client, header } = clientThatHears([json({ n: 1 }, 200, { ETag: '"v1"' }), new Response(null, { status: 304 })])
    await client.get('/devices/a')
    const again = await client.get<{ n: number }>('/devices/a')
    expect(header(1, 'If-None-Match')).toBe('"v1"')
    expect(again).toEqual({ data: { n: 1 }, etag: '"v1"', status: 304 })
  })

  it('forgets what it knows when somebody else signs in', async () => {
    const { client, header } = clientThatHears([json({ n: 1 }, 200, { ETag: '"v1"' }), json({ n: 2 })])
    await client.get('/devices/a')
    client.useSession(session)
    await client.get('/devices/a')
    expect(header(1, 'If-None-Match')).toBeUndefined()
  })

  it('sends a POST whose answer was lost once more, under the same key', async () => {
    const { client, sent, header } = clientThatHears([new TypeError('gone'), json({ id: 1 }, 202)])
    const answer = await client.post('/commands', { device: 'a' })
    expect(answer.status).toBe(202)
    expect(sent).toHaveLength(2)
    expect(header(0, 'Idempotency-Key')).toMatch(/^[0-9a-f]{32}$/)
    expect(header(1, 'Idempotency-Key')).toBe(header(0, 'Idempotency-Key'))
  })

  it('tells a problem by its code, with the time to wait', async () => {
    const { client } = clientThatHears([json({ code: 'locked_out', detail: 'wait' }, 429, { 'Retry-After': '30' })])
    const error = await client.post('/session').catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ApiError)
    expect((error as ApiError).code).toBe('locked_out')
    expect((error as ApiError).retryAfterS).toBe(30)
  })

  it('names a failure that is no problem document by its status', async () => {
    const { client } = clientThatHears([new Response('<html>', { status: 503 })])
    await expect(client.get('/site')).rejects.toMatchObject({ code: 'busy' })
  })

  it('says that the session ended, but not while signing in', async () => {
    const over = () => json({ code: 'unauthenticated' }, 401)
    const { client, ends } = clientThatHears([over(), over()])
    await client.get('/session').catch(() => undefined)
    expect(ends()).toBe(0)
    await client.get('/site').catch(() => undefined)
    expect(ends()).toBe(1)
  })

  it('leaves empty filters out of the address', async () => {
    const { client, sent } = clientThatHears([json({})])
    await client.get('/devices', { query: { q: '', place: null, state: 'offline', limit: 50 } })
    expect(sent[0]?.url).toBe('/api/v1/devices?state=offline&limit=50')
  })
})
