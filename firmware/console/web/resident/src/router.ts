import type { Privilege } from '@linli/client'
import type { Speaker } from '@linli/ui'
import { nextTick, watch } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw, type Router } from 'vue-router'
import AskPage from './pages/AskPage.vue'
import DataPage from './pages/DataPage.vue'
import DevicesPage from './pages/DevicesPage.vue'
import HomePage from './pages/HomePage.vue'
import MePage from './pages/MePage.vue'
import NoticesPage from './pages/NoticesPage.vue'
import NowherePage from './pages/NowherePage.vue'
import WelcomePage from './pages/WelcomePage.vue'
import { session, starting, welcome } from './state'
import { codeFromLink } from './link'
import { tileRoutes } from './tiles'

declare module 'vue-router' {
  interface RouteMeta {
    title: string // key of the page's title
    needs?: Privilege // without: for everybody, signed in or not
    icon?: string // stands in the navigation, in this order
  }
}

export const pages: RouteRecordRaw[] = [
  { path: '/welcome', name: 'welcome', component: WelcomePage, meta: { title: 'welcome.title' } },
  { path: '/ask', name: 'ask', component: AskPage, meta: { title: 'ask.title' } },
  { path: '/', name: 'home', component: HomePage, meta: { title: 'nav.home', needs: 'own', icon: 'home' } },
  { path: '/devices', name: 'devices', component: DevicesPage, meta: { title: 'nav.devices', needs: 'own', icon: 'device' } },
  { path: '/notices', name: 'notices', component: NoticesPage, meta: { title: 'nav.notices', needs: 'own', icon: 'bell' } },
  { path: '/me', name: 'me', component: MePage, meta: { title: 'nav.me', needs: 'own', icon: 'account' } },
  { path: '/me/data', name: 'data', component: DataPage, meta: { title: 'data.title', needs: 'own' } },
  ...tileRoutes(),
  { path: '/:rest(.*)*', name: 'nowhere', component: NowherePage, meta: { title: 'nowhere.title' } },
]

async function started(): Promise<void> {
  if (!starting.value) return
  await new Promise<void>((resolve) => {
    const stop = watch(starting, (still) => {
      if (still) return
      stop()
      resolve()
    })
  })
}

export function makeRouter(speaker: Speaker): Router {
  const router = createRouter({
    history: createWebHistory('/app/'),
    routes: pages,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach(async (to) => {
    await started()
    // The code stays in the address until it is used, so that "open in the browser" takes it along.
    if (codeFromLink(to.hash) && to.name !== 'welcome') return { name: 'welcome', hash: to.hash, replace: true }
    if (to.meta.needs && !session.value) return { name: 'ask', replace: true }
    if (to.name === 'ask' && session.value) return { name: 'home', replace: true }
    return true
  })
  router.afterEach((to, from) => {
    document.title = `${speaker.say(to.meta.title)} · ${welcome.value?.site ?? speaker.say('product')}`
    // Who uses a screen reader or the keyboard begins at the new page's title.
    if (from.matched.length > 0 && to.path !== from.path) {
      void nextTick(() => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true }))
    }
  })
  return router
}
