import { choose, kCachePrefix, outdated } from './choose'

declare const __SHELL__: string[]
declare const __VERSION__: string

interface WorkerEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface FetchEvent extends WorkerEvent {
  request: Request
  respondWith(answer: Promise<Response>): void
}
interface WorkerScope {
  location: Location
  addEventListener(type: 'install' | 'activate', hear: (event: WorkerEvent) => void): void
  addEventListener(type: 'fetch', hear: (event: FetchEvent) => void): void
}

const scope = self as unknown as WorkerScope
const cacheName = kCachePrefix + __VERSION__
const kPatienceMs = 3000

async function keepShell(): Promise<void> {
  const cache = await caches.open(cacheName)
  await cache.addAll(__SHELL__.map((path) => new Request(path, { cache: 'reload' })))
}

async function dropOld(): Promise<void> {
  await Promise.all(outdated(await caches.keys(), __VERSION__).map((name) => caches.delete(name)))
}

async function kept(path: string): Promise<Response | undefined> {
  return (await caches.open(cacheName)).match(path)
}

// The page from the gateway; after some patience the one that is kept, which says that the gateway
// does not answer and what still works.
async function page(request: Request): Promise<Response> {
  const asked = fetch(request)
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), kPatienceMs))
  const found = await Promise.race([asked, late]).catch(() => undefined)
  return found ?? (await kept('/app/')) ?? asked
}

async function file(request: Request): Promise<Response> {
  return (await kept(new URL(request.url).pathname)) ?? fetch(request)
}

scope.addEventListener('install', (event) => event.waitUntil(keepShell()))
scope.addEventListener('activate', (event) => event.waitUntil(dropOld()))
scope.addEventListener('fetch', (event) => {
  const source = choose(event.request, scope.location.origin, __SHELL__)
  if (source === 'page') event.respondWith(page(event.request))
  if (source === 'shell') event.respondWith(file(event.request))
})
