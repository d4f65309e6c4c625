// The doors' pages as a manager and a guard use them: what the board says, opening with its way to the contact, a fire that
// is reset by who was asked twice, the question in a sentence, hours, and a reader that is added.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Api, becomes, choose, enterDesk, furnish, main, newDesk, open, openBrowser, openGateway, settled } from './console_kit.mjs'

let browser
let gateway
let compound
let manager
let guard
before(async () => {
  gateway = await openGateway({ onlyMock: true })
  compound = gateway.mock.compound
  browser = await openBrowser()
  const api = await Api.enter(gateway)
  await furnish(gateway, api)
  const offer = await api.ask('POST', '/people/invitations', { role: 'on_call', name: '孙班长', places: [] })
  manager = await enterDesk(browser, gateway)
  guard = await newDesk(browser, gateway)
  await guard.page.goto(`/#i=${offer.code}`)
  await guard.page.fill('input[name=name]', '孙班长')
  await guard.page.fill('input[name=login]', 'sun.ban')
  await guard.page.fill('input[name=password]', 'a sentence of the guard')
  await guard.page.click('button[type=submit]')
  await guard.page.locator('nav').waitFor()
  await settled(guard.page)
  await api.close()
})
after(async () => {
  await browser?.close()
  await gateway?.stop()
})

const tile = (page, door) => page.locator(`[data-door=${door}]`)
const state = (page, door) => tile(page, door).locator('[data-test=state]').innerText()

test('the board says of each door what its contact says, and what is not known', async () => {
  const { page } = guard
  await open(page, '/doors')
  await becomes(() => state(page, 'gate-1'), '已锁，门关着')
  await becomes(() => state(page, 'gate-3'), '被强行打开')
  await becomes(() => state(page, 'gate-4'), '消防释放，未上锁')
  await becomes(() => tile(page, 'gate-4').innerText(), /已封闭/)
  await becomes(() => tile(page, 'gate-5').innerText(), /防拆报警/)
  assert.doesNotMatch(await page.locator('nav').innerText(), /人员与权限/)
  assert.equal(await page.getByRole('link', { name: '添加门' }).count(), 0)
})

test('a guard opens a door with a reason, and it is called open only once the contact says so', async () => {
  const { page } = guard
  await open(page, '/doors')
  await tile(page, 'gate-2').locator('[data-action=open]').click()
  await page.locator('dialog[open] button[type=submit]').click()
  await becomes(() => page.locator('dialog[open]').innerText(), /请写明原因/)
  await page.fill('dialog[open] input[name=reason]', '送快递')
  await page.locator('dialog[open] button[type=submit]').click()
  await becomes(() => page.locator('dialog[open] [data-test=result]').innerText(), /设备已确认：锁已打开/)
  await becomes(() => state(page, 'gate-2'), '已开锁，门关着')
  compound.report('lock-1-2', { door_open: true })
  await becomes(() => page.locator('dialog[open] [data-test=result]').innerText(), /已生效：门磁反馈/)
  await becomes(() => state(page, 'gate-2'), '开着')
  compound.report('lock-1-2', { door_open: false })
  await becomes(() => state(page, 'gate-2'), /门关着/)
  assert.equal(compound.audit[0].detail.reason, '送快递')
  await page.locator('dialog[open]').getByRole('button', { name: '完成' }).click()
})

test('a door whose lock is not there stays shut, and the page says why', async () => {
  const { page } = guard
  await open(page, '/doors/gate-6')
  await page.locator('[data-action=open]').click()
  await page.fill('dialog[open] input[name=reason]', '试一试')
  await page.locator('dialog[open] button[type=submit]').click()
  await becomes(() => page.locator('dialog[open] [role=alert]').innerText(), /the device is not connected/)
  await page.keyboard.press('Escape')
  await becomes(() => page.locator('[data-test=state]').innerText(), /已锁/)
})

test('a guard blocks a door and takes the block away', async () => {
  const { page } = guard
  await open(page, '/doors/gate-1')
  for (const [deed, shown] of [['block', /已封闭/], ['unblock', /^(?!.*已封闭)/s]]) {
    await page.locator(`[data-action=${deed}]`).click()
    await page.fill('dialog[open] input[name=reason]', '修门')
    await page.locator('dialog[open] button[type=submit]').click()
    await page.locator('dialog[open] [data-test=result]').waitFor()
    await page.locator('dialog[open]').getByRole('button', { name: '完成' }).click()
    await becomes(() => main(page), shown)
  }
})

test('a fire stands above the board until somebody who was asked twice resets it', async () => {
  const { page } = guard
  await open(page, '/doors')
  await becomes(() => page.locator('[data-test=fire]').innerText(), /消防释放中：2号楼火警[\s\S]*4号门/)
  await becomes(() => page.locator('[data-test=rules]').innerText(), /有门打不开[\s\S]*6号门（设备离线）/)
  await page.locator('[data-action=reset]').click()
  await page.fill('dialog[open] input[name=reason]', '误报，已到场确认')
  await page.click('dialog[open] [data-test=next]')
  assert.equal(compound.fire[0].active, true, 'asked once, nothing has happened')
  await becomes(() => page.locator('dialog[open]').innerText(), /请再确认一次/)
  await page.click('dialog[open] [data-test=sure]')
  await becomes(() => page.locator('[data-test=fire]').count(), 0)
  await becomes(() => state(page, 'gate-4'), '已锁（没有门磁）')
  assert.equal(compound.fire[0].active, false)
})

test('a question in a sentence becomes filters that can be taken away one by one', async () => {
  const { page } = manager
  await open(page, '/passages')
  await page.fill('input[name=sentence]', '昨晚 谁开了 2号门')
  await page.keyboard.press('Enter')
  await becomes(() => page.locator('[data-test=chips] button').count(), 4)
  await becomes(() => page.locator('[data-test=chips]').innerText(), /2号门[\s\S]*已通行[\s\S]*18:00[\s\S]*06:00/)
  // After midnight the night goes on, and what was opened by the tests before this one is of it.
  const rows = () => page.locator('[data-test=passages] tbody').innerText()
  await becomes(rows, /3-2-502 陈家[\s\S]*刷卡/)
  assert.doesNotMatch(await rows(), /未登记的凭证|门打开/)
  await page.click('[data-chip=kind]')
  await becomes(rows, /未登记的凭证/)
  assert.match(await rows(), /门打开[\s\S]*3-2-502 陈家/)
  assert.match(page.url(), /door=gate-2/)
  await page.fill('input[name=sentence]', '今天 张三')
  await page.keyboard.press('Enter')
  await becomes(() => page.locator('[data-test=unread]').innerText(), /没有看懂“张三”，已按其余的查/)
})

test('a guard reads the log with ids, and a viewer does not see the page', async () => {
  const { page } = guard
  await open(page, '/passages?door=gate-2&kind=granted&means=card')
  await becomes(() => page.locator('[data-test=passages]').innerText(), /h1/)
  assert.doesNotMatch(await main(page), /陈家/)
})

test('a manager adds a door, finds it on the board, and removes it', async () => {
  const { page } = manager
  await open(page, '/doors/new')
  await page.locator('main form button[type=submit]').click()
  await becomes(() => main(page), /请填写/)
  await page.fill('input[name=id]', 'side')
  await page.fill('input[name=name]', '侧门')
  await choose(page, '锁', '1 号楼 1 单元门锁')
  await page.locator('main form button[type=submit]').click()
  await page.waitForURL('**/doors/side')
  await becomes(() => main(page), /侧门[\s\S]*没有门磁/)
  assert.equal(compound.doors.get('side').definition.lock.device, 'lock-1-1')
  await page.click('[data-action=remove]')
  await page.click('dialog[open] [data-test=remove]')
  await page.waitForURL('**/doors')
  await becomes(() => tile(page, 'side').count(), 0)
})

test('a door’s form sets who may pass it, and what it does not know stays', async () => {
  const { page } = manager
  const gate = compound.doors.get('gate-1').definition
  gate.lock.input = { seconds: 7 }
  gate.readers = [{ device: 'lock-1-2', head: 2, direction: 'in' }]
  await open(page, '/doors/gate-1/edit')
  await becomes(() => page.getByLabel('位置').inputValue(), /1 号楼 · 1 单元/)
  assert.ok((await page.locator('h1').boundingBox()).height < 60, 'the title stands in one line')
  const takes = (kind) => page.locator(`input[name=takes][value=${kind}]`)
  for (const kind of ['card', 'pin', 'qr', 'totp']) await takes(kind).uncheck()
  await page.locator('main form button[type=submit]').click()
  await becomes(() => main(page), /不能只靠人脸/)
  await takes('card').check()
  await page.check('input[name=needs_second_factor]')
  await page.uncheck('input[name=works_without_clock]')
  await page.selectOption('select[name=passback]', 'hard')
  await page.fill('input[name=zone]', '车库')
  await page.fill('input[name=forgive_h]', 'x')
  await page.locator('main form button[type=submit]').click()
  await becomes(() => page.locator('input[name=forgive_h]').getAttribute('aria-invalid'), 'true')
  await page.fill('input[name=forgive_h]', '0.5')
  await page.locator('main form button[type=submit]').click()
  await page.waitForURL('**/doors/gate-1')
  const is = compound.doors.get('gate-1').definition
  assert.deepEqual(
    [is.takes, is.needs_second_factor, is.works_without_clock, is.zone, is.passback, is.lock.input, is.readers, is.contact.open],
    [['card', 'face'], true, false, '车库', { mode: 'hard', forgive_after_s: 1800 }, { seconds: 7 }, [{ device: 'lock-1-2', head: 2, direction: 'in' }], true],
  )
})

test('hours are edited by the week, and a year of holidays line by line', async () => {
  const { page } = manager
  await open(page, '/hours')
  await becomes(() => page.locator('[data-schedule=school]').innerText(), /周五\s+07:00-18:00[\s\S]*周日\s+不开放[\s\S]*按周日/)
  await page.click('[data-test=add]')
  await page.fill('dialog[open] input[name=id]', 'office')
  await page.fill('dialog[open] input[name=name]', '物业办公')
  await page.fill('dialog[open] input[name=mon]', '08:00-12:00，14:00-18:00')
  await page.locator('dialog[open] button[type=submit]').click()
  await becomes(() => page.locator('[data-schedule=office]').innerText(), /08:00-12:00、14:00-18:00/)
  await page.locator('[data-schedule=office]').getByRole('button').click()
  await page.click('[data-test=remove]')
  await becomes(() => page.locator('[data-schedule=office]').count(), 0)
  await page.click('[data-test=enter]')
  await page.fill('dialog[open] input[name=year]', '2027')
  await page.fill('dialog[open] input[name=source]', '放假通知')
  await page.fill('dialog[open] textarea[name=off]', '元旦 一月一日')
  await page.locator('dialog[open] button[type=submit]').click()
  await becomes(() => page.locator('dialog[open]').innerText(), /这一行看不懂：元旦 一月一日/)
  await page.fill('dialog[open] textarea[name=off]', '元旦 2027-01-01')
  await page.locator('dialog[open] button[type=submit]').click()
  await becomes(() => main(page), /2027[\s\S]*元旦 2027-01-01/)
})

test('lines of the board and a face terminal are added as what they are', async () => {
  const { page } = manager
  await open(page, '/devices/new')
  await choose(page, '型号', 'gpio/door')
  await becomes(() => page.locator('select[name=driver]').inputValue(), 'gpio')
  await page.fill('input[name=id]', 'board-door')
  await page.fill('input[name=address]', 'gate-lock')
  await page.locator('main form button[type=submit]').click()
  await becomes(() => main(page), /请填写接线/)
  await page.fill('input[name=address]', 'lock=gate-lock contact=gate-contact')
  await page.locator('main form button[type=submit]').click()
  await page.waitForURL('**/devices/board-door')
  assert.equal(compound.devices.get('board-door').address, 'lock=gate-lock contact=gate-contact')
  await open(page, '/devices/new')
  await choose(page, '型号', 'mqtt_face_temp_card')
  await becomes(() => page.locator('select[name=driver]').inputValue(), 'terminal')
  await becomes(() => main(page), /编号必须是门口机自己的设备编号/)
  assert.equal(await page.locator('input[name=address]').count(), 0)
})

test('a reader is added by its bus and address, without credentials to type in', async () => {
  const { page } = manager
  await open(page, '/devices/new')
  await choose(page, '型号', 'osdp/reader')
  await becomes(() => page.locator('select[name=driver]').inputValue(), 'osdp')
  await page.fill('input[name=id]', 'reader-9')
  await page.locator('main form button[type=submit]').click()
  await becomes(() => main(page), /总线\/地址/)
  await page.fill('input[name=address]', 'gate/5')
  await page.locator('main form button[type=submit]').click()
  await page.waitForURL('**/devices/reader-9')
  assert.equal(compound.devices.get('reader-9').address, 'gate/5')
  for (const desk of [manager, guard]) assert.deepEqual(desk.wrongs, [])
})
