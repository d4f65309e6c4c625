import type { Session } from '@linli/client'
import type { Messages } from '@linli/ui'
import type { RouteRecordRaw } from 'vue-router'
import { faceWords, familyWords, openWords, recordWords, visitorWords } from './doors/words'

// The scenarios of the home: one row each. A row is all that a scenario adds to this app; without a
// row nothing of it is seen.
export interface Tile {
  id: string // words are found under `scenario.<id>`, the page at `/<id>`
  icon: string // a name of LIcon
  order: number // smaller stands earlier
  page: NonNullable<RouteRecordRaw['component']> // () => import(…): loaded when it is opened
  words: { zh: TileWords; en: TileWords }
  // Whether this household has it. A tile that leads nowhere for somebody is not shown to them.
  isFor: (session: Session) => boolean
}

// `title` and `hint` stand on the tile; the page may bring more.
export interface TileWords extends Messages {
  title: string
  hint: string
}

// Who lives here has doors; whoever works here has the console.
const livesHere = (session: Session) => session.kind === 'resident'

export const tiles: Tile[] = [
  { id: 'open', icon: 'door', order: 10, page: () => import('./doors/OpenPage.vue'), words: openWords, isFor: livesHere },
  { id: 'visitors', icon: 'add', order: 20, page: () => import('./doors/VisitorsPage.vue'), words: visitorWords, isFor: livesHere },
  { id: 'record', icon: 'event', order: 30, page: () => import('./doors/RecordPage.vue'), words: recordWords, isFor: livesHere },
  { id: 'family', icon: 'people', order: 40, page: () => import('./doors/FamilyPage.vue'), words: familyWords, isFor: livesHere },
  { id: 'face', icon: 'account', order: 50, page: () => import('./doors/FacePage.vue'), words: faceWords, isFor: livesHere },
]

const kMost = 4

// The big ones, and the rest as a list below: nobody's eye finds a fifth among equals.
export function tilesFor(session: Session, all: Tile[] = tiles): { big: Tile[]; more: Tile[] } {
  const mine = all.filter((tile) => tile.isFor(session)).sort((a, b) => a.order - b.order)
  return { big: mine.slice(0, kMost), more: mine.slice(kMost) }
}

export function tileRoutes(all: Tile[] = tiles): RouteRecordRaw[] {
  return all.map((tile) => ({
    path: `/${tile.id}`,
    name: tile.id,
    component: tile.page,
    meta: { title: `scenario.${tile.id}.title`, needs: 'own' as const },
  }))
}

export function tileWords(language: 'zh' | 'en', all: Tile[] = tiles): Messages {
  return { scenario: Object.fromEntries(all.map((tile) => [tile.id, tile.words[language]])) }
}
