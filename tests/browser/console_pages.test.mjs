// Every page in every look and language: WCAG 2.2 AA by axe, no sideways scrolling, nothing against the
// policy; and a way through the console by the keyboard alone.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { Api, becomes, button, enterDesk, furnish, languages, manager, newDesk, open, openBrowser, openGateway, settled, signIn, themes } from './console_kit.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const pages = [
  '/', '/devices', '/devices/lock-1-1', '/devices/th-garage', '/devices/new', '/devices/batch', '/places', '/doors', '/doors/gate-2', '/doors/gate-2/edit', '/doors/new', '/passages', '/passages?door=gate-2&kind=denied', '/hours', '/commands', '/events', '/events?tab=gaps', '/platform',
  '/operations', '/operations?tab=backup', '/operations?tab=restore', '/operations?tab=diagnostics', '/operations?tab=frames',
  '/settings', '/households', '/households/h-b1-u2-gate', '/households/import', '/visits', '/people', '/audit', '/account', '/trouble/broker', '/no/such/page',
]
const doors = ['/sign-in', '/sign-in?ended=1', '/invitation', '/recovery']
// What opens on a page: how to get there, and what then stands.
const openings = [
  ['/devices/lock-1-1', (page) => page.click('[data-action=unlock]'), 'dialog[open]'],
  ['/devices/lock-1-1', (page) => page.locator('main button[aria-haspopup=menu]').first().click(), '[role=menu]'],
  ['/devices/new', (page) => page.locator('main input').first().click(), '[role=listbox]'],
  ['/devices/lock-1-1', async (page) => {
    await page.locator('main button[aria-haspopup=menu]').first().click()
    await page.getByRole('menuitem').first().click()
    await page.locator('dialog[open] input').nth(1).fill('1')
  }, 'dialog[open] [role=listbox]'],
  ['/doors', (page) => page.click('[data-door=gate-2] [data-action=open]'), 'dialog[open]'],
  ['/doors', (page) => page.locator('[data-action=reset]').first().click(), 'dialog[open]'],
  ['/hours', (page) => page.click('[data-test=add]'), 'dialog[open]'],
  ['/hours', (page) => page.click('[data-test=enter]'), 'dialog[open]'],
  ['/people', (page) => page.click('[data-test=invite]'), 'dialog[open]'],
  ['/households', (page) => page.click('[data-test=move-in-open]'), 'dialog[open]'],
  ['/households', async (page) => {
    await page.fill('[data-test=erase] input[name=person]', 'he')
    await page.click('[data-test=erase] button[type=submit]')
  }, 'input[name=typed]'],
  ['/households/h-b1-u2-gate', (page) => page.locator('[data-test=consent]').click(), 'input[name=signed]'],
  ['/households/h-b1-u2-gate', (page) => page.locator('[data-test=give-face]').click(), 'input[name=face_id]'],
  ['/households/h-b1-u2-gate', (page) => page.locator('[data-test=withdraw]').click(), '[data-test=withdraw-go]'],
  ['/places', (page) => page.locator('main button.primary').first().click(), 'dialog[open]'],
  ['/account', (page) => page.getByRole('tab').nth(2).click(), 'input[name=token-name]'],
  ['/account', (page) => page.click('[data-test=factor-begin]'), 'svg.qr'],
  ['/operations?tab=restore', (page) => page.click('[data-test=look]'), '[role=alert]'],
]

let browser
let gateway
let desk
let stranger
before(async () => {
  gateway = await openGateway()
  browser = await openBrowser()
  const api = await Api.enter(gateway)
  await furnish(gateway, api)
  await api.close()
  desk = await enterDesk(browser, gateway)
  stranger = await newDesk(browser, gateway)
})
after(async () => {
  await browser?.close()
  await gateway?.stop()
})

async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const found = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] }), tags)
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join(' | ')}`)
}

// Themes are sets of values for the same names: changing the set changes the page at once.
async function inEachTheme(page, run) {
  for (const theme of themes) {
    await page.evaluate((name) => (document.documentElement.dataset.theme = name), theme)
    await run(theme)
  }
}

async function check(page, what) {
  const wrong = []
  await inEachTheme(page, async (theme) => {
    for (const line of await violations(page)) wrong.push(`${what} ${theme}: ${line}`)
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 860 })
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      if (wider > 0) wrong.push(`${what} ${theme}: ${wider} px too wide at ${width}`)
    }
    await page.setViewportSize({ width: 1280, height: 860 })
  })
  assert.deepEqual(wrong, [])
}

for (const language of languages) {
  for (const path of doors) {
    test(`${path} in ${language} is for everybody, in every look`, async () => {
      await stranger.look('light', language)
      await open(stranger.page, path)
      await check(stranger.page, path)
    })
  }
  for (const path of pages) {
    test(`${path} in ${language} is for everybody, in every look`, async () => {
      await desk.look('light', language)
      await open(desk.page, path)
      await desk.page.locator('h1, main h2').first().waitFor()
      await check(desk.page, path)
    })
  }
  for (const [path, act, stands] of openings) {
    test(`what opens on ${path} (${stands}) in ${language} is for everybody`, async () => {
      await desk.look('light', language)
      await open(desk.page, path)
      await act(desk.page)
      await desk.page.locator(stands).first().waitFor()
      await check(desk.page, `${path} ${stands}`)
    })
  }
}

test('on a narrow screen the navigation opens and closes by its button', async () => {
  await desk.look('light', 'zh-CN')
  await desk.page.setViewportSize({ width: 390, height: 844 })
  await open(desk.page, '/devices')
  await becomes(() => desk.page.locator('nav').isVisible(), false)
  await desk.page.getByRole('button', { name: '菜单' }).click()
  assert.deepEqual(await violations(desk.page), [])
  await desk.page.getByRole('link', { name: '事件' }).click()
  await desk.page.waitForURL('**/events')
  await becomes(() => desk.page.locator('nav').isVisible(), false)
  await desk.page.setViewportSize({ width: 1280, height: 860 })
})

// Tab and Shift+Tab to what has this name, as somebody without a mouse does.
async function tabTo(page, name, role) {
  for (let steps = 0; steps < 80; steps++) {
    const here = await page.evaluate(() => {
      const one = document.activeElement
      const label = one?.labels?.[0]?.textContent ?? one?.getAttribute('aria-label') ?? one?.textContent ?? ''
      const style = one ? getComputedStyle(one) : null
      return { label: label.trim(), tag: one?.tagName, outline: style ? style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 : false }
    })
    if (here.label.startsWith(name) && (!role || here.tag === role)) {
      assert.ok(here.outline, `${name} shows that it has the focus`)
      return
    }
    await page.keyboard.press('Tab')
  }
  assert.fail(`no way to “${name}” by Tab`)
}

test('from the door to a command by the keyboard alone', async () => {
  const { page, close, wrongs } = await newDesk(browser, gateway)
  await page.goto('/sign-in')
  await settled(page)
  await tabTo(page, '登录名', 'INPUT')
  await page.keyboard.type(manager.login)
  await tabTo(page, '密码', 'INPUT')
  await page.keyboard.type(manager.password)
  await page.keyboard.press('Enter')
  await page.locator('nav').waitFor()
  await settled(page)
  await page.keyboard.press('Tab')
  await tabTo(page, '跳到内容', 'A')
  await tabTo(page, '设备', 'A')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/devices')
  await settled(page)
  await becomes(() => page.evaluate(() => document.activeElement?.tagName), 'H1')
  await page.goto('/devices/lock-1-1')
  await settled(page)
  await tabTo(page, '更多', 'BUTTON')
  await page.keyboard.press('Enter')
  await page.locator('[role=menu]').waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Escape')
  await page.locator('[role=menu]').waitFor({ state: 'detached' })
  await tabTo(page, '开锁', 'BUTTON')
  await page.keyboard.press('Enter')
  await page.locator('dialog[open]').waitFor()
  await tabTo(page, '原因', 'INPUT')
  await page.keyboard.type('键盘')
  await page.keyboard.press('Enter')
  await page.locator('[data-test=progress]').waitFor()
  await tabTo(page, '完成', 'BUTTON')
  await page.keyboard.press('Enter')
  await page.locator('dialog[open]').waitFor({ state: 'detached' })
  assert.deepEqual(wrongs, [])
  await close()
})

test('the chosen look and language stay after a reload', async () => {
  const { page, close } = await newDesk(browser, gateway)
  await signIn(page)
  await page.locator('nav').waitFor()
  await page.selectOption('select[name=theme]', 'elder')
  await page.selectOption('select[name=language]', 'en')
  await page.getByRole('heading', { name: 'To do' }).waitFor()
  await page.reload()
  await page.getByRole('heading', { name: 'To do' }).waitFor()
  await becomes(() => page.evaluate(() => document.documentElement.dataset.theme + document.documentElement.lang), 'elderen')
  await button(page, 'Sign out').waitFor()
  await close()
})

test('nothing broke the policy of the pages, and nothing went elsewhere', () => {
  assert.deepEqual([...desk.wrongs, ...stranger.wrongs], [])
})
