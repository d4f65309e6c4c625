import { ApiError, Client, Feed, type FeedState, type Privilege, type Session, type Welcome } from '@linli/client'
import { learnTime, type Speaker } from '@linli/ui'
import { ref, shallowRef, watch } from 'vue'
import type { Router } from 'vue-router'

// What all pages share: who is signed in, the way to the gateway and whether it is there.
export const session = shallowRef<Session | null>(null)
export const welcome = shallowRef<Welcome | null>(null)
export const feedState = ref<FeedState>('closed')
// Set when not even the first question was answered.
export const startTrouble = shallowRef<ApiError | null>(null)

// What the gateway is asked to speak: sentences that were read before are read anew when it changes.
export const language = ref('zh-CN')

export let client = new Client()
export const feed = new Feed({ language: () => language.value, onState: (state) => (feedState.value = state) })

export function startState(speaker: Speaker, router: Router): void {
  language.value = speaker.language()
  watch(speaker.language, (now) => {
    language.value = now
    feed.renew()
  })
  client = new Client({
    language: speaker.language,
    onSessionEnd: () => {
      if (!session.value) return
      forget()
      void router.push({ name: 'sign-in', query: { ended: '1', to: router.currentRoute.value.fullPath } })
    },
  })
}

export async function findSession(): Promise<void> {
  startTrouble.value = null
  try {
    welcome.value = (await client.get<Welcome>('/welcome')).data
    learnTime(welcome.value.time.now)
    if (!welcome.value.claimed) return
    take((await client.get<Session>('/session')).data)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.code !== 'unauthenticated') startTrouble.value = error
  }
}

export function take(found: Session): void {
  client.useSession(found)
  session.value = found
  if (found.kind === 'resident') {
    location.replace('/app/')
    return
  }
  if (welcome.value && !welcome.value.claimed) welcome.value = { ...welcome.value, claimed: true }
  feed.open()
}

export function forget(): void {
  client.useSession(null)
  session.value = null
  feed.close()
}

export async function signOut(): Promise<void> {
  try {
    await client.delete('/session')
  } finally {
    forget()
  }
}

export function may(privilege: Privilege): boolean {
  return session.value?.privileges.includes(privilege) ?? false
}
