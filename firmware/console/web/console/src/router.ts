import type { Privilege } from '@linli/client'
import type { Speaker } from '@linli/ui'
import { nextTick } from 'vue'
import { createRouter, createWebHistory, type RouteRecordRaw, type Router } from 'vue-router'
import HomePage from './pages/HomePage.vue'
import SignInPage from './pages/SignInPage.vue'
import { session, welcome } from './state'

declare module 'vue-router' {
  interface RouteMeta {
    title: string // key of the page's title
    needs?: Privilege // without: for everybody, signed in or not
    icon?: string // stands in the navigation, in this order
    group?: 'site' | 'system' | 'people'
  }
}

export const pages: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: SignInPage, meta: { title: 'enter.sign_in' } },
  { path: '/claim', name: 'claim', component: () => import('./pages/ClaimPage.vue'), meta: { title: 'enter.claim' } },
  { path: '/invitation', name: 'invitation', component: () => import('./pages/InvitationPage.vue'), meta: { title: 'enter.invitation' } },
  { path: '/recovery', name: 'recovery', component: () => import('./pages/RecoveryPage.vue'), meta: { title: 'enter.recovery' } },
  { path: '/', name: 'home', component: HomePage, meta: { title: 'nav.home', needs: 'view_site', icon: 'home', group: 'site' } },
  { path: '/devices', name: 'devices', component: () => import('./pages/DevicesPage.vue'), meta: { title: 'nav.devices', needs: 'view_site', icon: 'device', group: 'site' } },
  { path: '/devices/new', name: 'device-new', component: () => import('./pages/DeviceNewPage.vue'), meta: { title: 'add.title', needs: 'configure_devices' } },
  { path: '/devices/batch', name: 'device-batch', component: () => import('./pages/DeviceBatchPage.vue'), meta: { title: 'add.batch_title', needs: 'configure_devices' } },
  { path: '/devices/:id', name: 'device', component: () => import('./pages/DevicePage.vue'), props: true, meta: { title: 'nav.devices', needs: 'view_site' } },
  { path: '/doors', name: 'doors', component: () => import('./pages/DoorsPage.vue'), meta: { title: 'nav.doors', needs: 'view_site', icon: 'door', group: 'site' } },
  { path: '/doors/new', name: 'door-new', component: () => import('./pages/DoorEditPage.vue'), meta: { title: 'door.form.add_title', needs: 'configure_doors' } },
  { path: '/doors/:id', name: 'door', component: () => import('./pages/DoorPage.vue'), props: true, meta: { title: 'nav.doors', needs: 'view_site' } },
  { path: '/doors/:id/edit', name: 'door-edit', component: () => import('./pages/DoorEditPage.vue'), props: true, meta: { title: 'nav.doors', needs: 'configure_doors' } },
  { path: '/passages', name: 'passages', component: () => import('./pages/PassagesPage.vue'), meta: { title: 'nav.passages', needs: 'operate_doors', icon: 'passage', group: 'site' } },
  { path: '/hours', name: 'hours', component: () => import('./pages/HoursPage.vue'), meta: { title: 'nav.hours', needs: 'view_site', icon: 'hours', group: 'site' } },
  { path: '/places', name: 'places', component: () => import('./pages/PlacesPage.vue'), meta: { title: 'nav.places', needs: 'view_site', icon: 'place', group: 'site' } },
  { path: '/commands', name: 'commands', component: () => import('./pages/CommandsPage.vue'), meta: { title: 'nav.commands', needs: 'view_site', icon: 'command', group: 'site' } },
  { path: '/commands/:id', name: 'command', component: () => import('./pages/CommandPage.vue'), props: true, meta: { title: 'command.title', needs: 'view_site' } },
  { path: '/events', name: 'events', component: () => import('./pages/EventsPage.vue'), meta: { title: 'nav.events', needs: 'view_site', icon: 'event', group: 'site' } },
  { path: '/platform', name: 'platform', component: () => import('./pages/PlatformPage.vue'), meta: { title: 'nav.platform', needs: 'view_system', icon: 'platform', group: 'system' } },
  { path: '/operations', name: 'operations', component: () => import('./pages/OperationsPage.vue'), meta: { title: 'nav.operations', needs: 'view_system', icon: 'operations', group: 'system' } },
  { path: '/settings', name: 'settings', component: () => import('./pages/SettingsPage.vue'), meta: { title: 'nav.settings', needs: 'configure_system', icon: 'settings', group: 'system' } },
  { path: '/households', name: 'households', component: () => import('./pages/HouseholdsPage.vue'), meta: { title: 'nav.households', needs: 'manage_people', icon: 'home', group: 'people' } },
  { path: '/households/import', name: 'household-import', component: () => import('./pages/HouseholdImportPage.vue'), meta: { title: 'household.import', needs: 'manage_people' } },
  { path: '/households/:id', name: 'household', component: () => import('./pages/HouseholdPage.vue'), props: true, meta: { title: 'nav.households', needs: 'manage_people' } },
  { path: '/visits', name: 'visits', component: () => import('./pages/VisitsPage.vue'), meta: { title: 'nav.visits', needs: 'manage_people', icon: 'eye', group: 'people' } },
  { path: '/people', name: 'people', component: () => import('./pages/PeoplePage.vue'), meta: { title: 'nav.people', needs: 'manage_people', icon: 'people', group: 'people' } },
  { path: '/audit', name: 'audit', component: () => import('./pages/AuditPage.vue'), meta: { title: 'nav.audit', needs: 'read_audit', icon: 'audit', group: 'people' } },
  { path: '/account', name: 'account', component: () => import('./pages/AccountPage.vue'), meta: { title: 'nav.account', needs: 'own' } },
  { path: '/trouble/:kind(unreachable|offline|broker|platform|store|loop|session|denied|gone)', name: 'trouble', component: () => import('./pages/TroubleKindPage.vue'), props: true, meta: { title: 'trouble.details' } },
  { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./pages/NowherePage.vue'), meta: { title: 'trouble.nowhere.title' } },
]

// Codes come in the part of the address that is never sent to a server, and leave it at once.
const links: Record<string, string> = { claim: 'claim', i: 'invitation', r: 'recovery' }

export function codeFromLink(hash: string): { name: string; code: string } | null {
  const [, word, code] = /^#([a-z]+)=([\w-]{4,128})$/.exec(hash) ?? []
  const name = word ? links[word] : undefined
  return name && code ? { name, code } : null
}

export const linkCode = { value: '' }

export function makeRouter(speaker: Speaker): Router {
  const router = createRouter({
    history: createWebHistory('/'),
    routes: pages,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach((to) => {
    const link = codeFromLink(to.hash)
    if (link) {
      linkCode.value = link.code
      return { name: link.name, replace: true }
    }
    if (welcome.value && !welcome.value.claimed && to.name !== 'claim') return { name: 'claim', replace: true }
    if (to.meta.needs && !session.value) {
      return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath }, replace: true }
    }
    if (to.name === 'sign-in' && session.value) return { name: 'home' }
    return true
  })
  router.afterEach((to, from) => {
    const title = speaker.say(to.meta.title)
    document.title = `${title} · ${welcome.value?.site ?? '邻里'}`
    // Who uses a screen reader or the keyboard begins at the new page's title.
    if (from.matched.length > 0 && to.path !== from.path) {
      void nextTick(() => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true }))
    }
  })
  return router
}
