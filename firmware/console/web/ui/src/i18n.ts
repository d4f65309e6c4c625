import { createI18n } from 'vue-i18n'
import { nextTick, type Plugin } from 'vue'

export type Language = 'zh-CN' | 'en'
export const languages: Language[] = ['zh-CN', 'en']

// Messages are trees of texts.
export interface Messages {
  [key: string]: string | Messages
}

// The same tree with any texts: what each further language has to fill.
export type SameShape<T> = { [K in keyof T]: T[K] extends string ? string : SameShape<T[K]> }

const kKey = 'linli.language'

function stored(): Language {
  try {
    const word = localStorage.getItem(kKey)
    return word === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN'
  }
}

export interface Speaker {
  plugin: Plugin
  say: (key: string) => string // outside of components
  language: () => Language
  use: (language: Language) => Promise<void>
}

// Chinese comes with the app, another language when it is chosen. Texts are read by an interpreter:
// the policy of the pages allows no eval.
export async function startI18n(zh: Messages, load: { en: () => Promise<Messages> }): Promise<Speaker> {
  const i18n = createI18n({
    legacy: false as const,
    locale: 'zh-CN',
    fallbackLocale: 'zh-CN',
    messages: { 'zh-CN': zh } as Record<string, Messages>,
    missingWarn: false,
    fallbackWarn: false,
  })
  const global = i18n.global
  const speaker: Speaker = {
    plugin: i18n,
    say: (key) => global.t(key),
    language: () => global.locale.value as Language,
    async use(language) {
      if (language === 'en' && !global.availableLocales.includes('en')) global.setLocaleMessage('en', await load.en())
      ;(global.locale as { value: string }).value = language
      document.documentElement.lang = language
      try {
        localStorage.setItem(kKey, language)
      } catch {
        // Kept until the browser is closed.
      }
      await nextTick()
    },
  }
  await speaker.use(stored())
  return speaker
}
