// Where the worker takes an answer from. Only the shell is ever kept: what the API says is asked for
// each time, because an old state of a door or an alarm is worse than none.
export type Source = 'network' | 'page' | 'shell'

export interface Asked {
  method: string
  url: string
  mode: string
}

export function choose(asked: Asked, origin: string, shell: readonly string[]): Source {
  if (asked.method !== 'GET') return 'network'
  const url = new URL(asked.url)
  if (url.origin !== origin) return 'network'
  const inApp = url.pathname === '/app' || url.pathname.startsWith('/app/')
  if (!inApp) return 'network'
  if (asked.mode === 'navigate') return 'page'
  return shell.includes(url.pathname) ? 'shell' : 'network'
}

export const kCachePrefix = 'linli-app-'

// Older shells of this app, and nobody else's caches.
export function outdated(names: readonly string[], version: string): string[] {
  return names.filter((name) => name.startsWith(kCachePrefix) && name !== kCachePrefix + version)
}
