import type { FeedMessage } from './types'

export type FeedState = 'connecting' | 'live' | 'waiting' | 'closed'
export type Listener = (message: FeedMessage) => void

export interface FeedSettings {
  url?: string
  language?: () => string // of the gateway's sentences
  socket?: (url: string) => WebSocket
  onState?: (state: FeedState) => void
  random?: () => number
}

const kFirstWaitMs = 500
const kLongestWaitMs = 30_000

// What happens on the site, as it happens. Reconnects by itself and goes on where it stopped: a
// listener misses nothing, or gets one `reset` and reads anew.
export class Feed {
  private readonly listeners = new Set<Listener>()
  private readonly settings: FeedSettings
  private socket: WebSocket | null = null
  private resume = ''
  private tries = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private wanted = false

  constructor(settings: FeedSettings = {}) {
    this.settings = settings
  }

  open(): void {
    if (this.wanted) return
    this.wanted = true
    this.connect()
  }

  close(): void {
    this.wanted = false
    this.resume = ''
    clearTimeout(this.timer)
    this.socket?.close()
    this.socket = null
    this.say('closed')
  }

  // Connects anew at once, where it stopped: in the language of now.
  renew(): void {
    if (!this.wanted || !this.socket) return
    const old = this.socket
    this.socket = null
    old.close()
    this.connect()
  }

  // The returned function ends it.
  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private connect(): void {
    this.say('connecting')
    const base = this.settings.url ?? `wss://${location.host}/api/v1/feed`
    const asked = new URLSearchParams()
    if (this.resume) asked.set('resume', this.resume)
    if (this.settings.language) asked.set('language', this.settings.language().startsWith('en') ? 'en' : 'zh')
    const query = asked.toString()
    const url = query ? `${base}?${query}` : base
    const socket = (this.settings.socket ?? ((to) => new WebSocket(to)))(url)
    this.socket = socket
    socket.onmessage = (event) => this.take(String(event.data))
    socket.onclose = () => {
      if (this.socket === socket) this.later()
    }
  }

  private take(text: string): void {
    let message: FeedMessage
    try {
      message = JSON.parse(text) as FeedMessage
    } catch {
      return
    }
    if (message.resume) this.resume = message.resume
    if (message.kind === 'hello') {
      this.tries = 0
      this.say('live')
    }
    for (const listener of this.listeners) listener(message)
  }

  private later(): void {
    this.socket = null
    if (!this.wanted) return
    this.say('waiting')
    const longest = Math.min(kLongestWaitMs, kFirstWaitMs * 2 ** this.tries)
    this.tries += 1
    const wait = longest * (0.5 + 0.5 * (this.settings.random ?? Math.random)())
    this.timer = setTimeout(() => this.connect(), wait)
  }

  private say(state: FeedState): void {
    this.settings.onState?.(state)
  }
}
