import type { FeedMessage, Page } from '@linli/client'
import { asApiError, pageTools, type Load } from '@linli/client/vue'
import { computed, onBeforeUnmount, ref, type Ref } from 'vue'
import { client, feed, language } from './state'

// Sentences of the gateway stand in what was read: another language reads it anew.
export const { useLoad, useAction } = pageTools(undefined, language)

export interface List<T> extends Load<T[]> {
  total: Ref<number | null>
  hasMore: Ref<boolean>
  more: () => Promise<void>
}

type Query = Record<string, string | number | null | undefined>

// A list that comes in pages. `query` makes it begin anew when it changes.
export function useList<T>(path: string, query: () => Query = () => ({})): List<T> {
  const next = ref<string | null>(null)
  const total = ref<number | null>(null)
  const page = async (signal: AbortSignal, cursor?: string) => {
    const answer = await client.get<Page<T>>(path, { query: { ...query(), cursor }, signal })
    next.value = answer.data.next ?? null
    total.value = answer.data.total ?? total.value
    return answer.data.items
  }
  const load = useLoad<T[]>((signal) => page(signal), () => JSON.stringify(query()))
  async function more(): Promise<void> {
    if (!next.value || load.loading.value) return
    load.loading.value = true
    try {
      const found = await page(new AbortController().signal, next.value)
      load.data.value = [...(load.data.value ?? []), ...found]
    } catch (failure) {
      load.error.value = asApiError(failure)
    } finally {
      load.loading.value = false
    }
  }
  return { ...load, total, hasMore: computed(() => next.value !== null), more }
}

// Hears the feed as long as the page stands. A `reset` reaches every listener.
export function useFeed(kinds: FeedMessage['kind'][], hear: (message: FeedMessage) => void): void {
  const end = feed.listen((message) => {
    if (message.kind === 'reset' || kinds.includes(message.kind)) hear(message)
  })
  onBeforeUnmount(end)
}

// Many messages, one reading: `run` follows the last call after a moment, and at least every second.
export function useSoon(run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  onBeforeUnmount(() => clearTimeout(timer))
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined
      run()
    }, 1000)
  }
}
