// Reading and doing, as the pages of both apps need it.
import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type WatchSource } from 'vue'
import { ApiError } from './client'

export interface Load<T> {
  data: Ref<T | null>
  error: Ref<ApiError | null>
  loading: Ref<boolean>
  reload: () => Promise<void>
}

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError({ status: 0, code: 'internal', detail: String(error) })
}

// `note` hears how every reading and every doing ended; null: well. When `anew` changes, everything
// is read anew.
export function pageTools(note: (outcome: ApiError | null) => void = () => {}, anew?: WatchSource<unknown>) {
  // Reads something for a page, and again when `on` changes. What was read stays while it is read anew,
  // and if that fails; only the newest answer counts.
  function useLoad<T>(read: (signal: AbortSignal) => Promise<T>, on?: WatchSource<unknown>): Load<T> {
    const data = shallowRef<T | null>(null)
    const error = shallowRef<ApiError | null>(null)
    const loading = ref(true)
    let current = new AbortController()

    async function reload(): Promise<void> {
      current.abort()
      const mine = (current = new AbortController())
      loading.value = true
      try {
        const found = await read(mine.signal)
        if (mine.signal.aborted) return
        data.value = found
        error.value = null
      } catch (failure) {
        if (mine.signal.aborted) return
        error.value = asApiError(failure)
      }
      loading.value = false
      note(error.value)
    }

    void reload()
    const causes = [on, anew].filter((cause) => cause !== undefined)
    if (causes.length > 0) watch(causes, () => void reload())
    onBeforeUnmount(() => current.abort())
    return { data, error, loading, reload }
  }

  // Runs something a person asked for. `problem` stands in the page until it is tried again.
  function useAction<A extends unknown[]>(run: (...given: A) => Promise<void>) {
    const busy = ref(false)
    const problem = shallowRef<ApiError | null>(null)
    async function go(...given: A): Promise<boolean> {
      if (busy.value) return false
      busy.value = true
      problem.value = null
      try {
        await run(...given)
      } catch (failure) {
        problem.value = asApiError(failure)
      } finally {
        busy.value = false
      }
      note(problem.value)
      return problem.value === null
    }
    return { busy, problem, go }
  }

  return { useLoad, useAction }
}
