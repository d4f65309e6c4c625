import type { DeviceSummary, Why, Words } from '@linli/client'
import { useI18n } from 'vue-i18n'
import { session } from './state'

// Units of the models are those of UCUM; people write some of them otherwise.
const units: Record<string, string> = { Cel: '°C', m3: 'm³', 'm3/h': 'm³/h', deg: '°', Ohm: 'Ω' }
const unitOf = (unit: string | null | undefined) => (unit ? ` ${units[unit] ?? unit}` : '')

// The user of the machine itself who did something with linlictl, by number.
export const localUser = (actor: string): string | undefined => /^local:uid=(\d+)$/.exec(actor)?.[1]

// Names of things, in the language of the page, as far as they have one. All of it ends in text
// nodes: whatever a device calls itself is only ever read.
export function useWords() {
  const { t, te, locale } = useI18n()
  const titled = (title: Words | undefined, name: string) =>
    (locale.value === 'en' ? title?.en || title?.zh : title?.zh || title?.en) || name
  const deviceName = (device: Pick<DeviceSummary, 'id' | 'name'>) => device.name || device.id
  const byCode = (group: string, code: string, params: Record<string, unknown> = {}) =>
    te(`${group}.${code}`, 'zh-CN') ? t(`${group}.${code}`, params) : code
  const why = (reason: Why | null) => (reason ? byCode('device.why', reason.code, reason.params ?? {}) : '')
  const value = (said: unknown, unit?: string | null): string => {
    if (said === null || said === undefined) return t('common.no_value')
    if (typeof said === 'boolean') return t(said ? 'common.yes' : 'common.no')
    if (typeof said === 'number') {
      const text = new Intl.NumberFormat(locale.value, { maximumFractionDigits: 3 }).format(said)
      return text + unitOf(unit)
    }
    if (typeof said === 'string') return said + unitOf(unit)
    return JSON.stringify(said)
  }
  // Who did something, as the audit and the commands name it: "person:ID", "local:uid=0", …
  function who(actor: string): string {
    if (actor === `person:${session.value?.person.id}`) return session.value?.person.name ?? actor
    const uid = localUser(actor)
    if (uid === undefined) return actor
    return uid === '0' ? t('common.local_root') : t('common.local_user', { uid })
  }
  return { titled, deviceName, byCode, why, value, who }
}
