import '@linli/ui/theme.css'
import './resident.css'
import { startI18n, startTheme } from '@linli/ui'
import { createApp, ref } from 'vue'
import App from './App.vue'
import { zh } from './i18n/zh'
import { watchInstall } from './install'
import { makeRouter } from './router'
import { askEarly, findSession, startState } from './state'
import { tileWords } from './tiles'
import { registerWorker } from './worker/register'

async function start(): Promise<void> {
  startTheme()
  const speaker = await startI18n(
    { ...zh, ...tileWords('zh') },
    { en: async () => ({ ...(await import('./i18n/en')).en, ...tileWords('en') }) },
  )
  const router = makeRouter(speaker)
  startState(speaker, router)
  watchInstall()
  void findSession()
  askEarly(['/my/notices', '/my/devices'])

  const app = createApp(App)
  const tick = ref(0)
  setInterval(() => (tick.value += 1), 10_000)
  app.provide('tick', tick)
  app.provide('speaker', speaker)
  app.use(speaker.plugin)
  app.use(router)
  app.mount('#app')
  // After everything that the first page needs.
  if (document.readyState === 'complete') void registerWorker()
  else addEventListener('load', () => void registerWorker())
}

void start()
