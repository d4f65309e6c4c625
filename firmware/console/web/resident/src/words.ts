import type { ApiError, DeviceSummary, Why } from '@linli/client'
import { gatewayNow } from '@linli/ui'
import { computed, inject, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { agentOf } from './agent'
import { dayWords } from './days'

// Texts for what comes from the gateway. Whatever a device or a person calls itself ends in a text
// node: it is only ever read.
export function useWords() {
  const { t, te, locale } = useI18n()
  const tick = inject<Ref<number> | undefined>('tick', undefined)
  const has = (key: string) => te(key, 'zh-CN')
  const day = (time: string | null | undefined) => {
    void tick?.value
    return time ? dayWords(time, locale.value, gatewayNow()) || t('common.unknown_time') : ''
  }
  const deviceName = (device: Pick<DeviceSummary, 'id' | 'name'>) => device.name || device.id
  const kindName = (device: Pick<DeviceSummary, 'profile' | 'title'>) =>
    (locale.value === 'en' ? device.title?.en : device.title?.zh) || ''
  const why = (reason: Why | null) => (reason && has(`devices.why.${reason.code}`) ? t(`devices.why.${reason.code}`) : '')
  const agent = (text: string) => {
    const { app, system } = agentOf(text)
    return t('agent.on', { app: t(`agent.app.${app ?? 'other'}`), system: t(`agent.system.${system ?? 'other'}`) })
  }
  return { has, day, deviceName, kindName, why, agent }
}

export function useProblem(problem: () => ApiError | null) {
  const { t, te } = useI18n()
  return computed(() => {
    const error = problem()
    if (!error) return null
    const code = te(`problem.${error.code}.title`, 'zh-CN') ? error.code : 'internal'
    return { title: t(`problem.${code}.title`), what: t(`problem.${code}.what`), next: t(`problem.${code}.next`) }
  })
}
