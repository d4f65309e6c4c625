import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Feed, type FeedState } from './feed'

class FakeSocket {
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: (() => void) | null = null
  closed = false
  constructor(readonly url: string) {}
  close() {
    this.closed = true
  }
  say(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
}

function feedWithSockets(language?: () => string) {
  const sockets: FakeSocket[] = []
  const states: FeedState[] = []
  const feed = new Feed({
    url: 'wss://gw/feed',
    random: () => 1,
    language,
    onState: (state) => states.push(state),
    socket: (url) => {
      const socket = new FakeSocket(url)
      sockets.push(socket)
      return socket as unknown as WebSocket
    },
  })
  const last = () => sockets[sockets.length - 1]!
  return { feed, sockets, states, last }
}

describe('Feed', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('goes on where it stopped', () => {
    const { feed, last } = feedWithSockets()
    feed.open()
    last().say({ kind: 'hello', resume: 'a1', data: {} })
    last().say({ kind: 'event', resume: 'a2', data: {} })
    last().onclose?.()
    vi.advanceTimersByTime(500)
    expect(last().url).toBe('wss://gw/feed?resume=a2')
  })

  it('speaks another language at once, where it stopped', () => {
    let language = 'zh-CN'
    const { feed, sockets, last } = feedWithSockets(() => language)
    feed.open()
    expect(last().url).toBe('wss://gw/feed?language=zh')
    last().say({ kind: 'hello', resume: 'a1', data: {} })
    language = 'en'
    feed.renew()
    expect(sockets[0]!.closed).toBe(true)
    expect(last().url).toBe('wss://gw/feed?resume=a1&language=en')
    sockets[0]!.onclose?.()
    vi.advanceTimersByTime(60_000)
    expect(sockets).toHaveLength(2)
  })

  it('waits longer each time, and short again after it was live', () => {
    const { feed, sockets, last } = feedWithSockets()
    feed.open()
    last().onclose?.()
    vi.advanceTimersByTime(500)
    last().onclose?.()
    vi.advanceTimersByTime(500)
    expect(sockets).toHaveLength(2)
    vi.advanceTimersByTime(500)
    expect(sockets).toHaveLength(3)
    last().say({ kind: 'hello', data: {} })
    last().onclose?.()
    vi.advanceTimersByTime(500)
    expect(sockets).toHaveLength(4)
  })

  it('is live only after the hello', () => {
    const { feed, states, last } = feedWithSockets()
    feed.open()
    expect(states).toEqual(['connecting'])
    last().say({ kind: 'hello', data: {} })
    expect(states).toEqual(['connecting', 'live'])
  })

  it('passes over what is not JSON', () => {
    const { feed, last } = feedWithSockets()
    const heard: string[] = []
    feed.listen((message) => heard.push(message.kind))
    feed.open()
    last().onmessage?.({ data: '<html>' })
    last().say({ kind: 'todo', data: {} })
    expect(heard).toEqual(['todo'])
  })

  it('does not come back after it was closed', () => {
    const { feed, sockets, last } = feedWithSockets()
    feed.open()
    const socket = last()
    feed.close()
    socket.onclose?.()
    vi.advanceTimersByTime(60_000)
    expect(socket.closed).toBe(true)
    expect(sockets).toHaveLength(1)
  })
})
