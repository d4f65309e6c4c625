import type { Problem, Session } from './types'

// Why a request brought nothing. `code` is one of the API's stable codes, or `unreachable` when no
// answer came at all: then nobody knows whether it took effect.
export class ApiError extends Error {
  constructor(
    readonly problem: Problem,
    readonly retryAfterS?: number,
  ) {
    super(problem.detail ?? problem.code)
  }
  get code(): string {
    return this.problem.code
  }
}

export interface Answer<T> {
  data: T
  etag: string | null
  status: number
}

export interface Options {
  query?: Record<string, string | number | boolean | null | undefined>
  body?: unknown // JSON, or a Blob as it is
  ifMatch?: string | null
  headers?: Record<string, string>
  signal?: AbortSignal
  as?: 'json' | 'blob'
}

export interface ClientSettings {
  base?: string
  language?: () => string
  // The session is over: told once for each answer 401 that is not an answer to signing in.
  onSessionEnd?: () => void
  fetch?: typeof fetch
}

const kTimeoutMs = 20_000
const safe = ['GET', 'HEAD']

export class Client {
  private readonly base: string
  private readonly language: () => string
  private readonly onSessionEnd: () => void
  private readonly fetch: typeof fetch
  private csrf = ''
  private readonly versions = new Map<string, { etag: string; data: unknown }>()

  constructor(settings: ClientSettings = {}) {
    this.base = settings.base ?? '/api/v1'
    this.language = settings.language ?? (() => 'zh-CN')
    this.onSessionEnd = settings.onSessionEnd ?? (() => undefined)
    this.fetch = settings.fetch ?? ((input, init) => globalThis.fetch(input, init))
  }

  // What the session's answer says is needed for each further change.
  useSession(session: Session | null): void {
    this.csrf = session?.csrf ?? ''
    this.versions.clear()
  }

  get<T>(path: string, options: Options = {}): Promise<Answer<T>> {
    return this.request<T>('GET', path, options)
  }

  // A POST carries a key of its own, so that sending it again after a lost answer does nothing twice.
  async post<T>(path: string, body?: unknown, options: Options = {}): Promise<Answer<T>> {
    const headers = { 'Idempotency-Key': newKey(), ...options.headers }
    try {
      return await this.request<T>('POST', path, { ...options, body, headers })
    } catch (error) {
      const lost = error instanceof ApiError && error.code === 'unreachable'
      if (!lost || options.signal?.aborted || body instanceof Blob) throw error
      return this.request<T>('POST', path, { ...options, body, headers })
    }
  }

  put<T>(path: string, body: unknown, options: Options = {}): Promise<Answer<T>> {
    return this.request<T>('PUT', path, { ...options, body })
  }

  patch<T>(path: string, body: unknown, options: Options = {}): Promise<Answer<T>> {
    return this.request<T>('PATCH', path, { ...options, body })
  }

  delete<T>(path: string, options: Options = {}): Promise<Answer<T>> {
    return this.request<T>('DELETE', path, options)
  }

  async request<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
    const url = this.url(path, options.query)
    const known = method === 'GET' && options.as !== 'blob' ? this.versions.get(url) : undefined
    const answer = await this.send(method, url, options, known?.etag)
    if (answer.status === 304 && known) return { data: known.data as T, etag: known.etag, status: 304 }
    if (!answer.ok) throw await this.failure(answer, path)
    const etag = answer.headers.get('ETag')
    const data = await read<T>(answer, options.as)
    if (method === 'GET' && etag && options.as !== 'blob') this.versions.set(url, { etag, data })
    return { data, etag, status: answer.status }
  }

  private url(path: string, query: Options['query']): string {
    const parameters = new URLSearchParams()
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value))
    }
    const text = parameters.toString()
    const url = path.startsWith('/') && !path.startsWith('//') ? this.base + path : path
    return text ? `${url}?${text}` : url
  }

  private async send(method: string, url: string, options: Options, known?: string): Promise<Response> {
    const headers: Record<string, string> = {
      Accept: options.as === 'blob' ? '*/*' : 'application/json, application/problem+json',
      'Accept-Language': this.language(),
      ...options.headers,
    }
    let body: BodyInit | undefined
    if (options.body instanceof Blob) {
      body = options.body
    } else if (options.body !== undefined) {
      headers['Content-Type'] = 'application/json'
      body = JSON.stringify(options.body)
    }
    if (!safe.includes(method) && this.csrf) headers['X-CSRF-Token'] = this.csrf
    if (options.ifMatch) headers['If-Match'] = options.ifMatch
    if (known) headers['If-None-Match'] = known
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(), options.as === 'blob' || body instanceof Blob ? 10 * kTimeoutMs : kTimeoutMs)
    options.signal?.addEventListener('abort', () => limit.abort())
    try {
      return await this.fetch(url, {
        method,
        headers,
        body,
        signal: limit.signal,
        credentials: 'same-origin',
        cache: 'no-store',
      })
    } catch {
      throw new ApiError({ status: 0, code: options.signal?.aborted ? 'aborted' : 'unreachable' })
    } finally {
      clearTimeout(timer)
    }
  }

  private async failure(answer: Response, path: string): Promise<ApiError> {
    const problem = await problemOf(answer)
    if (problem.code === 'unauthenticated' && path !== '/session') this.onSessionEnd()
    const after = Number(answer.headers.get('Retry-After'))
    return new ApiError(problem, Number.isFinite(after) && after > 0 ? after : undefined)
  }
}

const codes: Record<number, string> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'denied',
  404: 'not_found',
  409: 'conflict',
  410: 'gone',
  412: 'precondition_failed',
  413: 'too_large',
  422: 'invalid',
  429: 'too_many_requests',
  503: 'busy',
  504: 'timeout',
}

async function problemOf(answer: Response): Promise<Problem> {
  const fallback: Problem = { status: answer.status, code: codes[answer.status] ?? 'internal' }
  try {
    const said = (await answer.json()) as Partial<Problem>
    return typeof said.code === 'string' ? { ...fallback, ...said } : fallback
  } catch {
    return fallback
  }
}

async function read<T>(answer: Response, as: Options['as']): Promise<T> {
  if (as === 'blob') return (await answer.blob()) as T
  if (answer.status === 204) return undefined as T
  try {
    return (await answer.json()) as T
  } catch {
    throw new ApiError({ status: answer.status, code: 'internal' })
  }
}

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
