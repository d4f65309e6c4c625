import '@linli/ui/theme.css'
import { startI18n, startTheme } from '@linli/ui'
import { createApp, ref } from 'vue'
import App from './App.vue'
import { zh } from './i18n/zh'
import { makeRouter } from './router'
import { findSession, startState } from './state'

async function start(): Promise<void> {
  startTheme()
  const speaker = await startI18n(zh, { en: async () => (await import('./i18n/en')).en })
  const router = makeRouter(speaker)
  startState(speaker, router)
  await findSession()

  const app = createApp(App)
  const tick = ref(0)
  setInterval(() => (tick.value += 1), 10_000)
  app.provide('tick', tick)
  app.provide('speaker', speaker)
  app.use(speaker.plugin)
  app.use(router)
  await router.isReady()
  app.mount('#app')
}

void start()
