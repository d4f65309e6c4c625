// People and households, from the office's desk to the resident's phone: node --test households.test.mjs
// (the pages are built first: npm run build in firmware/console/web). The doors are those of the
// stand-in: what a lock or a contact does is set here.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { Api, becomes, choose, furnish, main, newDesk, openBrowser, openGateway, settled, signIn } from './console_kit.mjs'
import { enter, newPhone, open as openApp } from './resident_kit.mjs'

let browser
let gateway
let desk
let phone
let api
let doors

before(async () => {
  gateway = await openGateway({ onlyMock: true })
  doors = gateway.mock.compound.homeDoors
  for (const { id, name, place, group } of doors) {
    const definition = { name, place, group, lock: { device: `lock-${id}` } }
    gateway.mock.compound.doors.set(id, { id, definition, blocked: false, alarms: [], sinceMs: Date.now() })
  }
  api = await Api.enter(gateway)
  await furnish(gateway, api)
  browser = await openBrowser()
  desk = await newDesk(browser, gateway)
  phone = await newPhone(browser, gateway)
  await signIn(desk.page)
})
after(async () => {
  await api?.close()
  await browser?.close()
  await gateway?.stop()
})

const text = () => phone.page.locator('main').innerText()

test('somebody moves in with four actions: open, room, name, go; the doors on the way home are chosen', async () => {
  await desk.page.goto('/households')
  await settled(desk.page)
  await desk.page.click('[data-test=move-in-open]') // 1
  const form = desk.page.locator('[data-test=move-in]')
  await choose(desk.page, '房屋', '3 号楼 · 2 单元') // 2
  await becomes(async () => (await form.locator('input[name=group]:checked').count()), 2)
  await form.locator('input[name=name]').fill('安女士') // 3
  await form.locator('button[type=submit]').click() // 4
  await desk.page.waitForURL('**/households/h-b3-u2')
  await settled(desk.page)
  await becomes(() => main(desk.page), /安女士/)
})

test('the list shows of a name only how it begins', async () => {
  await desk.page.goto('/households')
  await settled(desk.page)
  const table = await desk.page.locator('[data-test=households]').innerText()
  assert.match(table, /安\*\*/)
  assert.doesNotMatch(table, /安女士/)
})

test('the resident’s phone takes the invitation of the household’s page', async () => {
  await desk.page.goto('/households/h-b3-u2')
  await settled(desk.page)
  await desk.page.getByRole('button', { name: /安女士/ }).click()
  await desk.page.getByRole('menuitem', { name: '邀请使用应用' }).click()
  await desk.page.locator('dialog[open] svg.qr').waitFor()
  const uri = await desk.page.locator('[data-test=code-uri]').innerText()
  await enter(phone, /#i=([\w-]+)/.exec(uri)[1], '安')
})

test('a door opens with two taps, and the page says no more than lock and contact have said', async () => {
  await phone.page.getByRole('link', { name: /开门/ }).click() // 1
  const card = phone.page.locator('[data-test=doors] > li').nth(1)
  await card.getByRole('button').click() // 2
  await becomes(() => card.locator('[data-test=said]').innerText(), /门锁已打开|门已打开/)
  await becomes(() => card.locator('[data-test=said]').innerText(), /门已打开/)
  const gate = phone.page.locator('[data-test=doors] > li').first()
  await gate.getByRole('button').click()
  await becomes(() => gate.locator('[data-test=said]').innerText(), /门锁已打开，请推门/)
  assert.doesNotMatch(await gate.locator('[data-test=said]').innerText(), /门已打开/, 'it has no contact')
})

test('an answer that never came is no "no": 未确认; a refusal says why', async () => {
  const gate = phone.page.locator('[data-test=doors] > li').first()
  doors[0].does = 'silent'
  await gate.getByRole('button').click()
  await becomes(() => gate.locator('[data-test=said]').innerText(), /未确认/)
  doors[0].does = 'refuses'
  await gate.getByRole('button').click()
  await becomes(() => gate.locator('[data-test=said]').innerText(), /没有打开[\s\S]*封闭/)
  doors[0].does = 'opens'
})

test('a visitor’s code is shown once, stands in the list without its digits, and is taken back', async () => {
  await openApp(phone.page, '/visitors')
  await phone.page.locator('input[name=group]').nth(1).check()
  await phone.page.click('button[type=submit]')
  await becomes(() => phone.page.locator('[data-test=code]').innerText(), '246810')
  await openApp(phone.page, '/visitors')
  assert.doesNotMatch(await text(), /246810/)
  await phone.page.locator('[data-test=visits] button').first().click()
  await phone.page.click('[data-test=confirm]')
  await becomes(text, /已经收回/)
})

test('a visitor’s pass is a QR code', async () => {
  await openApp(phone.page, '/visitors')
  await phone.page.locator('input[name=kind][value=pass]').check()
  await phone.page.click('button[type=submit]')
  await phone.page.locator('[data-test=given] svg.qr').waitFor()
})

test('the face is agreed to and deleted, and both are said', async () => {
  await openApp(phone.page, '/face')
  await phone.page.getByRole('button', { name: '我同意使用人脸' }).click()
  await becomes(() => phone.page.locator('[data-test=face]').innerText(), /已登记/)
  await phone.page.getByRole('button', { name: '删除我的人脸' }).click()
  await phone.page.click('[data-test=confirm]')
  await becomes(text, /1 个人脸凭证已经注销/)
})

test('my data shows what was agreed to, and deletes the face with one tap and one question', async () => {
  await openApp(phone.page, '/face')
  await phone.page.getByRole('button', { name: '我同意使用人脸' }).click()
  await becomes(() => phone.page.locator('[data-test=face]').innerText(), /已登记/)
  await openApp(phone.page, '/me/data')
  await becomes(() => phone.page.locator('[data-test=consent]').innerText(), /用人脸开门[\s\S]*face-2026-01[\s\S]*您在应用里同意/)
  await phone.page.click('[data-test=delete-face]') // one tap
  const dialog = phone.page.locator('dialog[open]')
  assert.match(await dialog.innerText(), /马上不能再刷脸开门/)
  await dialog.locator('[data-test=confirm]').click()
  await becomes(() => phone.page.locator('[data-test=face-done]').innerText(), /1 个人脸凭证已经注销/)
  await becomes(() => phone.page.locator('[data-test=consent]').innerText(), /撤回于/)
  await becomes(() => phone.page.locator('[data-test=delete-face]').count(), 0)
})

test('my data says what goes and what stays, asks once, and then says what went, when, and the proof to copy', async () => {
  await phone.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await openApp(phone.page, '/face')
  await phone.page.getByRole('button', { name: '我同意使用人脸' }).click()
  await becomes(() => phone.page.locator('[data-test=face]').innerText(), /已登记/)
  await openApp(phone.page, '/me/data')
  await becomes(text, /安女士/)
  await becomes(() => phone.page.locator('[data-test=goes]').innerText(), /姓名和电话[\s\S]*人脸[\s\S]*同意/)
  await becomes(() => phone.page.locator('[data-test=stays]').innerText(), /门禁卡、密码、动态码、手机开门[\s\S]*迁出时才结束[\s\S]*只有编号没有姓名/)
  await phone.page.click('[data-test=erase]')
  const dialog = phone.page.locator('dialog[open]')
  assert.match(await dialog.innerText(), /不能撤销/)
  await phone.page.keyboard.press('Escape')
  await becomes(() => dialog.count(), 0)
  assert.equal(gateway.mock.compound.households.get('h-b3-u2').people[0].name, '安女士', 'Escape erases nothing')
  await phone.page.click('[data-test=erase]')
  const [asked] = await Promise.all([phone.page.waitForRequest('**/api/v1/my/data/erase'), dialog.locator('[data-test=confirm]').click()])
  assert.deepEqual(asked.postDataJSON(), {})
  const { proof } = await (await asked.response()).json()
  const erased = phone.page.locator('[data-test=erased]')
  await becomes(() => erased.locator('dt').allInnerTexts(), ['姓名和电话', '人脸', '撤回的同意', '时间', '证明编号'])
  await becomes(() => erased.locator('dd').first().innerText(), '1')
  assert.match(await erased.locator('time').innerText(), /20\d\d/)
  await erased.getByRole('button', { name: /复制/ }).click()
  await becomes(() => erased.getByRole('button').innerText(), '已复制')
  assert.equal(await phone.page.evaluate(() => navigator.clipboard.readText()), proof)
  await becomes(async () => (await text()).includes('安女士'), false)
  await becomes(() => phone.page.locator('[data-test=face]').innerText(), /没有登记人脸/)
  await becomes(() => phone.page.locator('[data-test=consent]').innerText(), /撤回于/)
})

test('asked once more it finds nothing to erase, and the way home is still there', async () => {
  await phone.page.click('[data-test=erase]')
  await phone.page.click('[data-test=confirm]')
  await becomes(() => phone.page.locator('[data-test=erased]').innerText(), /没有可以再删的/)
  await becomes(() => phone.page.locator('[data-test=erased] dt').allInnerTexts(), ['时间', '证明编号'])
  const { credentials } = await (await phone.context.request.get('/api/v1/account/data')).json()
  assert.deepEqual(credentials.map((one) => [one.kind, one.state]), [['qr', 'active']])
})

test('the office sees by the number who has no name any more', async () => {
  const [{ id }] = gateway.mock.compound.households.get('h-b3-u2').people
  await desk.page.goto('/households')
  await settled(desk.page)
  await becomes(() => desk.page.locator('[data-test=households]').innerText(), new RegExp(id))
  await desk.page.goto('/households/h-b3-u2')
  await settled(desk.page)
  await becomes(() => main(desk.page), new RegExp(id))
  gateway.mock.compound.households.get('h-b3-u2').people[0].name = '安女士' // the office asks for it anew, with consent
})

test('who opened my door is given as a file, a line for each passage', async () => {
  await openApp(phone.page, '/record')
  const [download] = await Promise.all([phone.page.waitForEvent('download'), phone.page.click('[data-test=export]')])
  assert.match(download.suggestedFilename(), /^linli-door-record-\d{4}-\d\d-\d\d\.csv$/)
  const lines = readFileSync(await download.path(), 'utf8').trim().split('\r\n')
  assert.equal(lines.length, 3)
  assert.match(lines[1], /"2 单元门","已通行","您","刷卡"/)
})

test('a family member is asked to act for a while, and it is ended', async () => {
  await openApp(phone.page, '/family')
  await phone.page.click('button[type=submit]')
  await becomes(text, /请选一位家人和至少一件事/)
  await phone.page.locator('input[name=to]').check()
  await phone.page.locator('input[name=action]').first().check()
  await phone.page.click('button[type=submit]')
  await becomes(text, /陈小本 替我办/)
  await phone.page.getByRole('button', { name: '结束委托' }).click()
  await phone.page.click('[data-test=confirm]')
  await becomes(text, /没有委托/)
})

test('in 长辈版 letters have 18 pt and more, and what is pressed 60 px', async () => {
  await phone.look('elder', 'zh-CN')
  for (const path of ['/open', '/visitors', '/family', '/face', '/record', '/me/data', 'the question']) {
    if (path === 'the question') await phone.page.click('[data-test=erase]')
    else await openApp(phone.page, path)
    const small = await phone.page.evaluate(() =>
      [...document.querySelectorAll('main button, main a, main label')]
        .map((one) => ({ text: one.textContent.trim(), height: one.getBoundingClientRect().height, size: Number.parseFloat(getComputedStyle(one).fontSize) }))
        .filter((one) => one.height > 0 && (one.height < 60 || one.size < 24)),
    )
    assert.deepEqual(small, [], path)
  }
  await phone.look('light', 'zh-CN')
})

test('a list with a problem is not taken over, and says the line', async () => {
  await desk.page.goto('/households/import')
  await settled(desk.page)
  const give = (body) => desk.page.locator('input[type=file]').setInputFiles({ name: '住户.csv', mimeType: 'text/csv', buffer: Buffer.from(body) })
  await give('房号,姓名\nb1-u1,李\nmoon,王\n')
  await becomes(() => main(desk.page), /有 1 处问题/)
  await becomes(() => desk.page.locator('[data-test=apply]').count(), 0)
  await give('房号,姓名\nb1-u1,李\nb1-u2,王\n')
  await desk.page.click('[data-test=apply]')
  await becomes(() => main(desk.page), /已全部导入/)
})

test('a dynamic code is shown once, as a QR code with the number that is typed before it', async () => {
  await desk.page.goto('/households/h-b3-u2')
  await settled(desk.page)
  await desk.page.getByRole('button', { name: /安女士/ }).first().click()
  await desk.page.getByRole('menuitem', { name: '发凭证' }).click()
  const dialog = desk.page.getByRole('dialog')
  await dialog.locator('select[name=kind]').selectOption('totp')
  await dialog.locator('button[type=submit]').click()
  const shown = desk.page.locator('[data-test=dynamic-code]')
  await becomes(() => shown.innerText(), /0427/)
  assert.equal(await shown.locator('svg').count() > 0, true)
  await desk.page.getByRole('button', { name: '完成' }).click()
  await becomes(() => main(desk.page), /动态码/)
  assert.doesNotMatch(await desk.page.locator('body').innerText(), /otpauth/)
})

test('a face is given only after a consent on paper, under a number, and ends when the consent is taken back', async () => {
  gateway.mock.compound.add({ id: '1305433', profile: 'terminal/mqtt_face', driver: 'terminal', name: '3 栋北门人脸机' })
  await desk.page.goto('/households/h-b3-u2')
  await settled(desk.page)
  const part = desk.page.locator('[data-test=face]').first()
  assert.match(await part.innerText(), /没有同意/)
  assert.equal(await part.locator('[data-test=give-face]').count(), 0)
  await part.locator('[data-test=consent]').click()
  const dialog = desk.page.locator('dialog[open]')
  await dialog.locator('button[type=submit]').click()
  await becomes(() => dialog.innerText(), /请先请本人签字/)
  await dialog.locator('input[name=signed]').check()
  await dialog.locator('button[type=submit]').click()
  await becomes(() => part.innerText(), /本人已同意[\s\S]*face-2026-01[\s\S]*书面同意，由“林经理”登记/)
  await part.locator('[data-test=give-face]').click()
  await becomes(() => dialog.locator('[data-test=terminals] li').allInnerTexts(), ['3 栋北门人脸机 1305433'])
  assert.match(await dialog.locator('input[name=face_id]').inputValue(), /^f-[0-9a-f]{12}$/)
  await dialog.locator('button[type=submit]').click()
  await becomes(() => part.innerText(), /已登记人脸/)
  await part.locator('[data-test=withdraw]').click()
  assert.match(await dialog.innerText(), /人脸马上失效/)
  await dialog.locator('[data-test=withdraw-go]').click()
  await becomes(() => part.innerText(), /同意已撤回，注销了 1 个人脸凭证/)
  await becomes(async () => /已登记人脸/.test(await part.innerText()), false)
})

test('moving out asks for the name, and says what it ended', async () => {
  await desk.page.goto('/households/h-b3-u2')
  await settled(desk.page)
  await desk.page.click('[data-test=move-out]')
  const dialog = desk.page.locator('dialog[open]')
  assert.ok(await dialog.locator('button[type=submit]').isDisabled())
  await dialog.locator('input[name=typed]').fill('安女士')
  await dialog.locator('button[type=submit]').click()
  await becomes(() => dialog.locator('[data-test=ended]').innerText(), /手机/)
})

// What the dialog of moving out showed last is what the office has in hand.
const erasing = () => desk.page.locator('[data-test=erase]')
async function askToErase(person, reason = '') {
  await erasing().locator('input[name=person]').fill(person)
  await erasing().locator('input[name=reason]').fill(reason)
  await erasing().locator('button[type=submit]').click()
  const dialog = desk.page.locator('dialog[open]')
  assert.ok(await dialog.locator('button[type=submit]').isDisabled(), 'the number is typed first')
  await dialog.locator('input[name=typed]').fill(`${person}x`)
  assert.ok(await dialog.locator('button[type=submit]').isDisabled(), 'another number does not do')
  await dialog.locator('input[name=typed]').fill(person)
  const [asked] = await Promise.all([desk.page.waitForRequest('**/api/v1/households/erase-person'), dialog.locator('button[type=submit]').click()])
  return { dialog, body: asked.postDataJSON(), answer: await asked.response() }
}

test('who moved out is erased by the number that moving out showed, typed twice, with the reason', async () => {
  const person = await desk.page.locator('dialog[open] [data-test=number]').innerText()
  await desk.page.locator('dialog[open]').getByRole('button', { name: '完成' }).click()
  await desk.page.waitForURL('**/households')
  await settled(desk.page)
  await erasing().locator('button[type=submit]').click()
  await becomes(() => erasing().locator('[role=alert]').innerText(), /请填写|人员编号/)
  const { body, answer } = await askToErase(person, '本人书面申请')
  assert.deepEqual(body, { person, reason: '本人书面申请' })
  const erased = erasing().locator('[data-test=erased]')
  await becomes(() => erased.innerText(), new RegExp(`已删除“${person}”的信息`))
  await becomes(() => erased.innerText(), /凭证（含人脸）[\s\S]*时间[\s\S]*证明编号/)
  assert.ok((await erased.innerText()).includes((await answer.json()).proof))
})

test('erased once more nothing is stored, and who lives here is not the office’s to erase: both are said', async () => {
  const { dialog, body } = await askToErase('nobody-here')
  assert.deepEqual(body, { person: 'nobody-here' }, 'no reason is no empty reason')
  await becomes(() => dialog.innerText(), /没有这个人的信息[\s\S]*nobody-here[\s\S]*没有删除任何内容/)
  await desk.page.keyboard.press('Escape')
  await becomes(() => dialog.count(), 0)
  await askToErase('su')
  await becomes(() => dialog.innerText(), /还住在这里[\s\S]*h-b1-u2-gate[\s\S]*先办理迁出/)
  assert.equal(gateway.mock.compound.households.get('h-b1-u2-gate').people[1].name, '苏女士')
  await desk.page.keyboard.press('Escape')
  await becomes(() => dialog.count(), 0)
})

test('somebody of the office who is bound to a place has no such part', async () => {
  const person = [...gateway.mock.compound.people.values()].find((one) => one.role === 'manager')
  person.places = ['b1']
  await desk.page.goto('/households')
  await settled(desk.page)
  await desk.page.locator('[data-test=households]').waitFor()
  await becomes(() => erasing().count(), 0)
  person.places = []
})

test('no page broke the policy or stumbled', () => {
  assert.deepEqual([...desk.wrongs, ...phone.wrongs], [])
})
