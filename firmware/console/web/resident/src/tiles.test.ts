import type { Session } from '@linli/client'
import { createSSRApp, defineComponent, h } from 'vue'
import { createI18n } from 'vue-i18n'
import { createMemoryHistory, createRouter } from 'vue-router'
import { renderToString } from 'vue/server-renderer'
import { describe, expect, it } from 'vitest'
import { en } from './i18n/en'
import { zh } from './i18n/zh'
import TileGrid from './parts/TileGrid.vue'
import { tileRoutes, tiles, tilesFor, tileWords, type Tile } from './tiles'

const session: Session = {
  person: { id: 'p1', name: '陈', role: 'resident', places: ['b3-u2'] },
  privileges: ['own'],
  csrf: 'c',
  expires_at: '2026-04-01T00:00:00Z',
  second_factor: false,
  kind: 'resident',
}
const page = defineComponent({ render: () => h('p') })
const tile = (id: string, order: number, isFor: Tile['isFor'] = () => true): Tile => ({
  id,
  order,
  icon: 'home',
  page,
  words: { zh: { title: `题${id}`, hint: `示${id}` }, en: { title: `t${id}`, hint: `h${id}` } },
  isFor,
})
const ids = (list: Tile[]) => list.map((one) => one.id)

async function drawn(all: Tile[]): Promise<string> {
  const app = createSSRApp({ render: () => h(TileGrid, { session, all }) })
  app.use(createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { ...zh, ...tileWords('zh', all) } } }))
  app.use(createRouter({ history: createMemoryHistory('/app/'), routes: [...tileRoutes(all), { path: '/:rest(.*)*', component: page }] }))
  return renderToString(app)
}

describe('the tiles of the home', () => {
  it('are at most four big ones, in their order; further ones stand in a list', () => {
    const { big, more } = tilesFor(session, [tile('e', 5), tile('a', 1), tile('d', 4), tile('b', 2), tile('c', 3)])
    expect(ids(big)).toEqual(['a', 'b', 'c', 'd'])
    expect(ids(more)).toEqual(['e'])
  })
  it('are only those that this household has', () => {
    const own = tile('own', 1, (one) => one.person.places.includes('b3-u2'))
    const others = tile('others', 2, (one) => one.person.places.includes('b1'))
    expect(ids(tilesFor(session, [own, others]).big)).toEqual(['own'])
  })
  it('are drawn as links with the scenario’s own words', async () => {
    const html = await drawn([tile('repair', 1)])
    expect(html).toContain('href="/app/repair"')
    expect(html).toContain('题repair')
    expect(html).toContain('示repair')
  })
  it('leave no hole when there is none', async () => {
    expect(await drawn([])).not.toMatch(/<(nav|ul|h2)/)
    expect(await drawn([tile('others', 2, () => false)])).not.toMatch(/<(nav|ul|h2)/)
  })
})

describe('the registry', () => {
  const fixed = ['welcome', 'ask', 'home', 'devices', 'notices', 'me', 'data', 'nowhere']
  it('gives each scenario a page with a title of its own, for who is signed in', () => {
    expect(tileRoutes([tile('repair', 1)])[0]).toMatchObject({ path: '/repair', name: 'repair', meta: { title: 'scenario.repair.title', needs: 'own' } })
    expect(tileWords('en', [tile('repair', 1)])).toEqual({ scenario: { repair: { title: 'trepair', hint: 'hrepair' } } })
  })
  it('holds no id twice, none of a page of the app, and words in both languages', () => {
    const known = [...ids(tiles), ...fixed]
    expect(new Set(known).size).toBe(known.length)
    for (const one of tiles) {
      expect(one.id).toMatch(/^[a-z][a-z-]*$/)
      expect(Object.keys(one.words.en)).toEqual(Object.keys(one.words.zh))
    }
    expect(Object.keys(zh)).not.toContain('scenario')
    expect(Object.keys(en)).not.toContain('scenario')
  })
})
