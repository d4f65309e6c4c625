// When something is broken the page says what, what still works and what to do. The stand-in breaks it.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { Api, becomes, button, enterDesk, furnish, main, newDesk, open, openBrowser, openGateway, settled, toast } from './console_kit.mjs'

let browser
let gateway
let compound
let desk
before(async () => {
  gateway = await openGateway({ onlyMock: true })
  browser = await openBrowser()
  compound = gateway.mock.compound
  const api = await Api.enter(gateway, { name: '林经理', login: 'lin.jing', password: 'a long sentence for tests' })
  await furnish(gateway, api)
  await api.close()
  desk = await enterDesk(browser, gateway, { who: { login: 'lin.jing', password: 'a long sentence for tests' } })
})
beforeEach(() => Object.assign(compound, { broker: true, store: true, platformState: 'up', failures: {}, clock: 'synchronised' }))
after(async () => {
  await browser?.close()
  await gateway?.stop()
})

test('the broker is down: above every page stands what still works, and it is the first thing to do', async () => {
  compound.broker = false
  await open(desk.page, '/')
  await desk.page.getByText('仍然').or(desk.page.getByText('照常可用')).first().waitFor()
  await becomes(() => main(desk.page), /现场消息总线停了/)
  await becomes(() => desk.page.locator('[data-test=todos] li').first().innerText(), /现场消息总线停了/)
  await desk.page.getByRole('link', { name: '查看影响与办法' }).click()
  await desk.page.waitForURL('**/trouble/broker')
  await becomes(() => main(desk.page), /systemctl status mosquitto/)
})

test('the store is down: the page of a list says so and tries again when asked', async () => {
  compound.store = false
  compound.failures['/api/v1/events'] = { code: 'busy', status: 503, detail: 'the disk is full' }
  await open(desk.page, '/events')
  await desk.page.getByText('网关的存储出了问题').first().waitFor()
  await becomes(() => main(desk.page), /the disk is full/)
  compound.failures = {}
  await button(desk.page, '再试一次').click()
  await desk.page.locator('[data-test=events] tbody tr').first().waitFor()
})

test('the platform is down: its page has the error with a way out, and the compound goes on', async () => {
  compound.platformState = 'down'
  await open(desk.page, '/platform')
  const words = await main(desk.page)
  assert.match(words, /connection refused/)
  assert.match(words, /check that the platform listens/)
  assert.match(words, /小区内一切照常/)
  assert.match(words, /还有 12 天/)
})

test('the session ended elsewhere: the door says so and leads back to the same page', async () => {
  const other = await enterDesk(browser, gateway, { who: { login: 'wang.gong', password: 'a long sentence for tests' } })
  await open(other.page, '/devices')
  for (const [cookie, session] of compound.sessions) if (session.person === 'p-wang.gong') compound.sessions.delete(cookie)
  await other.page.getByRole('link', { name: '事件' }).click()
  await other.page.getByText('登录已结束').waitFor()
  await other.page.fill('input[name=login]', 'wang.gong')
  await other.page.fill('input[name=password]', 'a long sentence for tests')
  await other.page.click('button[type=submit]')
  await other.page.waitForURL('**/events')
  await other.close()
})

test('the network is gone: what was read stays, the page says so and comes back by itself', async () => {
  await open(desk.page, '/devices')
  await desk.context.setOffline(true)
  await desk.page.selectOption('select[name=state]', 'offline')
  await desk.page.getByText('下面是之前读到的内容').waitFor()
  await desk.page.locator('[data-test=devices] tbody tr').first().waitFor()
  await desk.context.setOffline(false)
  await button(desk.page, '再试一次').click()
  await desk.page.getByText('下面是之前读到的内容').waitFor({ state: 'detached' })
})

test('the gateway is away when a page is opened: a page says so, and goes on when it is back', async () => {
  const other = await newDesk(browser, gateway)
  await other.context.route('**/api/v1/**', (route) => route.abort())
  await other.page.goto('/devices')
  await other.page.getByRole('heading', { name: '联系不上网关' }).waitFor()
  await other.context.unroute('**/api/v1/**')
  await button(other.page, '再试一次').click()
  await other.page.locator('input[name=login]').waitFor()
  await other.close()
})

test('nothing to do: all is well', async () => {
  await desk.context.route('**/api/v1/todo', (route) => route.fulfill({ json: { items: [], total: 0 } }))
  await open(desk.page, '/')
  await becomes(() => main(desk.page), /一切正常/)
  await desk.context.unroute('**/api/v1/todo')
})

test('a thing to do names thing, place and time, and has one action', async () => {
  await open(desk.page, '/')
  const first = desk.page.locator('[data-test=todos] li').filter({ hasText: '3 号楼 2 单元门锁' }).first()
  const words = await first.innerText()
  assert.match(words, /3 号楼 · 2 单元/)
  assert.match(words, /分钟前/)
  await becomes(() => first.locator('a.button, button').count(), 1)
  assert.ok((await desk.page.locator('[data-test=todos] li').count()) <= 7)
})

test('a value appears on the page as the device sends it', async () => {
  await open(desk.page, '/devices/th-garage')
  await desk.page.getByText('实时').waitFor()
  compound.report('th-garage', { temperature: 37.25 })
  await desk.page.getByText('37.25 °C').waitFor({ timeout: 2000 })
  compound.silence('th-garage')
  await desk.page.locator('main').getByText('离线', { exact: true }).first().waitFor()
  await desk.page.getByText('已过时').first().waitFor()
})

test('a command that the device confirms goes through its states to effective', async () => {
  await open(desk.page, '/devices/lock-2-1')
  await desk.page.click('[data-action=unlock]')
  await desk.page.fill('dialog[open] input[name=reason]', '访客')
  await desk.page.click('dialog[open] button[type=submit]')
  const progress = desk.page.locator('dialog[open] [data-test=progress]')
  await becomes(() => progress.getAttribute('data-shown'), 'sent')
  for (const shown of ['device_confirmed', 'effective']) await desk.page.waitForFunction((word) => document.querySelector('dialog[open] [data-test=progress]')?.dataset.shown === word, shown)
  await button(desk.page, '完成').click()
})

test('a setting that moves the console shows its new address first, and goes back unless it is confirmed', async () => {
  await open(desk.page, '/settings')
  await desk.page.locator('[data-path="console.port"] input').fill('9443')
  await button(desk.page, '检查改动').click()
  await desk.page.locator('[data-test=new-address] svg.qr').waitFor()
  await becomes(() => desk.page.locator('[data-test=new-address] code').innerText(), /^https:\/\/localhost:9443\/settings$/)
  await desk.page.click('[data-test=apply]')
  await desk.page.locator('[data-test=pending]').waitFor()
  await becomes(() => desk.page.locator('[data-test=pending]').innerText(), /还有 1\d\d 秒/)
  await button(desk.page, '现在恢复').click()
  await toast(desk.page, '已恢复原来的设置')
  await settled(desk.page)
  await becomes(() => desk.page.locator('[data-path="console.port"] input').inputValue(), '8443')
  await desk.page.locator('[data-path="console.port"] input').fill('9443')
  await button(desk.page, '检查改动').click()
  await desk.page.click('[data-test=apply]')
  await desk.page.click('[data-test=confirm]')
  await toast(desk.page, '新设置已保留')
  assert.equal(compound.pending, null)
})

test('events come in pages, and new ones are offered without moving what is read', async () => {
  await open(desk.page, '/events')
  await becomes(() => desk.page.locator('[data-test=events] tbody tr').count(), 50)
  await button(desk.page, '再显示一些').click()
  await desk.page.locator('[data-test=events] tbody tr').nth(60).waitFor()
  compound.happen('lock-2-1', 'forced')
  await button(desk.page, '显示新事件').click()
  await desk.page.locator('[data-test=events] tbody tr').first().getByText('强行开门').waitFor()
})

test('who is bound to a place sees its devices only', async () => {
  const other = await enterDesk(browser, gateway, { who: { login: 'zhao.ban', password: 'a long sentence for tests' } })
  await open(other.page, '/devices')
  const names = await other.page.locator('[data-test=devices] tbody th').allInnerTexts()
  assert.equal(names.length, 6)
  for (const name of names) assert.match(name, /-1-|1-/)
  await open(other.page, '/devices/lock-3-1')
  await becomes(() => main(other.page), /这里没有您要找的内容/)
  await other.close()
})

test('nothing broke the policy of the pages, and nothing went elsewhere', () => {
  assert.deepEqual(desk.wrongs, [])
})
