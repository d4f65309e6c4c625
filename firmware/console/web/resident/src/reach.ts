import type { ApiError } from '@linli/client'
import { computed, ref, watch } from 'vue'
import { probeAfterMs, reachOf } from './offline'

// Whether the gateway answers, for all pages; the rule is in offline.ts.
const browserOnline = ref(true)
const answeredMs = ref<number | null>(null)
const silentMs = ref<number | null>(null)

export const reach = computed(() =>
  reachOf({ browserOnline: browserOnline.value, answeredMs: answeredMs.value, silentMs: silentMs.value }),
)

export function noteOutcome(error: ApiError | null): void {
  if (error?.code === 'aborted') return
  if (error?.code === 'unreachable') silentMs.value = performance.now()
  else answeredMs.value = performance.now()
}

// `probe` asks the gateway something small and notes the outcome. While nothing answers it is asked
// again by itself; nobody has to reload a page.
export function watchReach(probe: () => Promise<void>): void {
  let tries = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const again = () => {
    clearTimeout(timer)
    if (reach.value === 'fine') return
    timer = setTimeout(() => {
      tries += 1
      void probe().finally(again)
    }, probeAfterMs(tries, Math.random()))
  }
  browserOnline.value = navigator.onLine
  addEventListener('offline', () => (browserOnline.value = false))
  addEventListener('online', () => {
    browserOnline.value = true
    tries = 0
    void probe().finally(again)
  })
  watch(reach, (now) => {
    if (now === 'fine') tries = 0
    again()
  }, { immediate: true })
}
