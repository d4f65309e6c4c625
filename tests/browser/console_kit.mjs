// What the tests of the console stand on: a browser, a gateway and somebody signed in. The gateway is
// the stand-in, or a real one under LINLI_BASE_URL; then LINLI_CLAIM_CODE (nobody has claimed it yet)
// or LINLI_LOGIN and LINLI_PASSWORD of a manager say how to get in.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { chromium, request } from 'playwright-core'
import { seed } from './mock/seed.mjs'
import { startMock } from './mock/server.mjs'

const web = process.env.LINLI_WEB_DIR ?? fileURLToPath(new URL('../../firmware/console/web/dist', import.meta.url))
export const themes = ['light', 'dark', 'elder']
export const languages = ['zh-CN', 'en']
export const mark = randomBytes(3).toString('hex')
export const manager = {
  name: '林经理',
  login: process.env.LINLI_LOGIN ?? 'lin.jing',
  password: process.env.LINLI_PASSWORD ?? 'a long sentence for tests',
}

export const openBrowser = () => chromium.launch({ executablePath: process.env.LINLI_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })

// `mock` is null for a real gateway. `only_mock`: for states that a healthy gateway does not show.
export async function openGateway({ onlyMock = false } = {}) {
  const real = onlyMock ? undefined : process.env.LINLI_BASE_URL
  const mock = real ? null : await startMock(web)
  const url = (real ?? mock.url).replace(/\/$/, '')
  return { url, mock, claimCode: mock?.claimCode ?? process.env.LINLI_CLAIM_CODE, stop: () => mock?.stop() }
}

// The API as a program sees it, for preparing and for looking behind the pages.
export class Api {
  static async enter(gateway, who = manager) {
    const context = await request.newContext({ baseURL: gateway.url, ignoreHTTPSErrors: true, extraHTTPHeaders: { Origin: gateway.url } })
    const api = new Api(context)
    const { claimed } = await api.ask('GET', '/welcome')
    api.session = claimed
      ? await api.ask('POST', '/session', { login: who.login, password: who.password })
      : await api.ask('POST', '/claim', { code: gateway.claimCode, ...who })
    return api
  }
  constructor(context) {
    this.context = context
  }
  async raw(method, path, data, headers = {}) {
    const key = method === 'POST' ? { 'Idempotency-Key': randomBytes(8).toString('hex') } : {}
    return this.context.fetch(`/api/v1${path}`, { method, data, headers: { 'X-CSRF-Token': this.session?.csrf ?? '', ...key, ...headers } })
  }
  async ask(method, path, data, headers) {
    const answer = await this.raw(method, path, data, headers)
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`)
    return answer.status() === 204 ? null : answer.json()
  }
  close() {
    return this.context.dispose()
  }
}

// The place that all others are in; a new gateway has none.
export async function rootOf(api) {
  const root = (await api.ask('GET', '/places')).items.find((place) => place.parent === null)
  if (root) return root.id
  await api.ask('PUT', '/places/site', { parent: null, kind: 'site', name: '示例小区' })
  return 'site'
}

// A lived-in compound: everything in the stand-in, places and devices by the API elsewhere.
export async function furnish(gateway, api) {
  if (gateway.mock) return seed(gateway.mock.compound)
  await api.ask('PUT', '/places/b1', { parent: await rootOf(api), kind: 'building', name: '1 号楼' })
  await api.ask('PUT', '/places/b1-u1', { parent: 'b1', kind: 'unit', name: '1 单元' })
  for (const [id, profile] of [['lock-1-1', 'generic/lock'], ['th-garage', 'generic/temperature_humidity']]) {
    const answer = await api.raw('POST', '/devices', { id, profile, place: 'b1-u1', name: id })
    if (!answer.ok() && answer.status() !== 409) throw new Error(await answer.text())
  }
}

// A browser of its own: what breaks the rules (policy, foreign addresses, errors) is collected.
export async function newDesk(browser, gateway, { theme = 'light', language = 'zh-CN', width = 1280, ...more } = {}) {
  const context = await browser.newContext({ baseURL: gateway.url, ignoreHTTPSErrors: true, viewport: { width, height: 860 }, locale: language, timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', acceptDownloads: true, ...more })
  const wrongs = []
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`))
  })
  context.on('request', (asked) => {
    const { host, protocol } = new URL(asked.url())
    if (host !== new URL(gateway.url).host && !['blob:', 'data:'].includes(protocol)) wrongs.push(`asked ${asked.url()}`)
  })
  context.on('console', (message) => message.text().startsWith('policy:') && wrongs.push(message.text()))
  context.on('weberror', (error) => wrongs.push(String(error.error())))
  const page = await context.newPage()
  const look = (wanted, words) =>
    page.evaluate(([one, two]) => {
      localStorage.setItem('linli.theme', one)
      localStorage.setItem('linli.language', two)
    }, [wanted, words])
  await page.goto('/icon.svg')
  await look(theme, language)
  return { context, page, wrongs, look, close: () => context.close() }
}

// Pages follow a press in their own time: reads again until it is as wanted, for ten seconds. `wanted`
// is a pattern, or a value that is equal.
export async function becomes(read, wanted) {
  const fits = (got) =>
    wanted instanceof RegExp ? assert.match(String(got), wanted) : assert.deepEqual(got, wanted)
  for (const end = Date.now() + 10_000; ; ) {
    try {
      return fits(await read())
    } catch (wrong) {
      if (Date.now() > end) throw wrong
      await new Promise((later) => setTimeout(later, 50))
    }
  }
}

export async function settled(page) {
  await page.locator('main h1, main h2').first().waitFor()
  await page.waitForFunction(() => ![...document.querySelectorAll('[role=status]')].some((one) => /正在读取|Loading|Reading/.test(one.textContent ?? '')))
}

export async function open(page, path) {
  await page.goto(path)
  await settled(page)
}

export async function signIn(page, who = manager) {
  await page.goto('/sign-in')
  await page.fill('input[name=login]', who.login)
  await page.fill('input[name=password]', who.password)
  await page.click('button[type=submit]')
}

// At the desk, with the session of somebody who came in by the API.
export async function enterDesk(browser, gateway, options = {}) {
  const desk = await newDesk(browser, gateway, options)
  await signIn(desk.page, options.who)
  await desk.page.locator('nav').waitFor({ state: 'attached' })
  await settled(desk.page)
  return desk
}

export const main = (page) => page.locator('main').innerText()
export const button = (page, name) => page.getByRole('button', { name, exact: true })
export const toast = (page, text) => page.locator('.toast').filter({ hasText: text }).first().waitFor()

export async function choose(page, label, text) {
  const box = page.getByLabel(label, { exact: false }).first()
  await box.fill(text)
  await page.getByRole('option').filter({ hasText: text }).first().click()
}
