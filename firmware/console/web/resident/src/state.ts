import { ApiError, Client, type Answer, type Session, type Welcome } from '@linli/client'
import { learnTime, type Speaker } from '@linli/ui'
import { ref, shallowRef } from 'vue'
import type { Router } from 'vue-router'
import { noteOutcome, watchReach } from './reach'

// What all pages share: who is signed in, and the way to the gateway.
export const session = shallowRef<Session | null>(null)
export const welcome = shallowRef<Welcome | null>(null)
// Nobody knows yet whether there is a session; with `trouble` because nothing answered, or badly.
export const starting = ref(true)
export const trouble = shallowRef<ApiError | null>(null)
// There was a session on this phone: then its end is news, and said as such.
export const ended = ref(false)

export let client = new Client()

const kKnown = 'linli.app.known'
function known(set?: boolean): boolean {
  try {
    if (set === true) localStorage.setItem(kKnown, '1')
    if (set === false) localStorage.removeItem(kKnown)
    return localStorage.getItem(kKnown) === '1'
  } catch {
    return false
  }
}

export function startState(speaker: Speaker, router: Router): void {
  client = new Client({
    language: speaker.language,
    onSessionEnd: () => {
      if (!session.value) return
      forget()
      ended.value = true
      void router.replace({ name: 'ask' })
    },
  })
  watchReach(async () => {
    if (trouble.value) await findSession()
    else await learnWelcome().catch(() => undefined)
  })
}

// The home is asked for together with the session, not after it: one way to the gateway less until it
// stands. Each answer serves once, and only if it is one.
const early = new Map<string, Promise<Answer<unknown>>>()

export function askEarly(paths: string[]): void {
  if (!known() || location.pathname !== '/app/') return
  for (const path of paths) {
    const asked = client.get(path)
    early.set(path, asked)
    asked.catch(() => early.delete(path))
  }
}

export function getHome<T>(path: string, signal: AbortSignal): Promise<Answer<T>> {
  const asked = early.get(path) as Promise<Answer<T>> | undefined
  early.delete(path)
  return asked ?? client.get<T>(path, { signal })
}

async function noted<T>(asked: Promise<T>): Promise<T> {
  try {
    const found = await asked
    noteOutcome(null)
    return found
  } catch (error) {
    if (error instanceof ApiError) noteOutcome(error)
    throw error
  }
}

async function learnWelcome(): Promise<void> {
  welcome.value = (await noted(client.get<Welcome>('/welcome'))).data
  learnTime(welcome.value.time.now)
}

async function learnSession(): Promise<void> {
  try {
    take((await noted(client.get<Session>('/session'))).data)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'unauthenticated') throw error
    ended.value = known()
  }
}

export async function findSession(): Promise<void> {
  try {
    await Promise.all([learnWelcome(), learnSession()])
    trouble.value = null
    starting.value = false
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    trouble.value = error
  }
}

export function take(found: Session): void {
  // Somebody new on this phone must not see what was read for who was here before.
  if (!starting.value) early.clear()
  client.useSession(found)
  session.value = found
  ended.value = false
  known(true)
}

export function forget(): void {
  early.clear()
  client.useSession(null)
  session.value = null
}

// This phone leaves on purpose: its next visit is no loss of a session.
export async function signOut(): Promise<void> {
  await client.delete('/session')
  forget()
  known(false)
  ended.value = false
}
