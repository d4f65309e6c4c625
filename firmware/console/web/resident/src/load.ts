import { pageTools, type Load } from '@linli/client/vue'
import { onBeforeUnmount, watch } from 'vue'
import { noteOutcome, reach } from './reach'

const kFreshMs = 30_000
const tools = pageTools(noteOutcome)
export const useAction = tools.useAction

// Reads something for a page, and again while the page is looked at, when it is looked at again and
// when the gateway answers again.
export function useLoad<T>(read: (signal: AbortSignal) => Promise<T>): Load<T> {
  const load = tools.useLoad(read)
  const look = () => {
    if (document.visibilityState === 'visible' && reach.value === 'fine') void load.reload()
  }
  const timer = setInterval(look, kFreshMs)
  document.addEventListener('visibilitychange', look)
  watch(reach, look)
  onBeforeUnmount(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', look)
  })
  return load
}
