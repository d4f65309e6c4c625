// People's ways through the console, each from the front door: claim, invite, install, operate, change,
// back up, develop. The order matters: one person's work is the next one's ground.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { Api, becomes, button, choose, main, manager, mark, newDesk, open, openBrowser, openGateway, settled, signIn, toast } from './console_kit.mjs'
import { totp } from './mock/totp.mjs'

let browser
let gateway
let desk // the manager's
let installer
let api
const wang = { name: `王工 ${mark}`, login: `wang.${mark}`, password: 'another long sentence' }
const building = `b-${mark}`

before(async () => {
  gateway = await openGateway()
  browser = await openBrowser()
  desk = await newDesk(browser, gateway)
})
after(async () => {
  await api?.close()
  await browser?.close()
  await gateway?.stop()
})

const menu = async (page, opener, item) => {
  await opener.click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}
const download = async (page, press) => {
  const [file] = await Promise.all([page.waitForEvent('download'), press()])
  return readFileSync(await file.path())
}

test('the link of the claim code leads through one form to the first page, and the code leaves the address', async () => {
  const { claimed } = await (await desk.context.request.get('/api/v1/welcome')).json()
  if (claimed) {
    await signIn(desk.page)
  } else {
    await desk.page.goto(`/#claim=${gateway.claimCode}`)
    await desk.page.locator('input[name=name]').waitFor()
    assert.ok(!desk.page.url().includes(gateway.claimCode))
    await becomes(() => desk.page.locator('input[name=code]').inputValue(), gateway.claimCode)
    await desk.page.fill('input[name=name]', manager.name)
    await desk.page.fill('input[name=login]', manager.login)
    await desk.page.fill('input[name=password]', 'short')
    await desk.page.click('button[type=submit]')
    await becomes(() => main(desk.page), /至少 10 个字符，现在是 5 个/)
    await desk.page.fill('input[name=password]', manager.password)
    await desk.page.click('button[type=submit]')
  }
  await desk.page.locator('nav').waitFor()
  await settled(desk.page)
  await becomes(() => main(desk.page), /待处理事项/)
  api = await Api.enter(gateway)
})

test('an invitation becomes an account in another browser, with its role’s pages only', async () => {
  await open(desk.page, '/people')
  await desk.page.click('[data-test=invite]')
  await desk.page.fill('dialog input[name=name]', wang.name)
  await desk.page.selectOption('dialog select[name=role]', 'installer')
  await desk.page.click('dialog button[type=submit]')
  const uri = await desk.page.locator('[data-test=code-uri] code').innerText()
  assert.match(uri, /\/#i=/)
  await desk.page.locator('dialog svg.qr').waitFor()
  installer = await newDesk(browser, gateway)
  await installer.page.goto(new URL(uri).pathname + new URL(uri).hash)
  await installer.page.fill('input[name=name]', wang.name)
  await installer.page.fill('input[name=login]', wang.login)
  await installer.page.fill('input[name=password]', wang.password)
  await installer.page.click('button[type=submit]')
  await installer.page.locator('nav').waitFor()
  const nav = await installer.page.locator('nav').innerText()
  assert.match(nav, /设置/)
  assert.doesNotMatch(nav, /审计|人员与权限/)
  await open(installer.page, '/people')
  await becomes(() => main(installer.page), /您的角色看不到这一页/)
})

test('the installer makes places, and an id that cannot be is refused at its field', async () => {
  const { page } = installer
  await open(page, '/places')
  if ((await page.locator('[data-test=places]').count()) === 0) {
    await button(page, '添加位置').click()
    // the first one is the compound itself
    await becomes(() => page.locator('dialog select[name=kind]').inputValue(), 'site')
    await page.fill('dialog input[name=name]', '示例小区')
    await page.fill('dialog input[name=id]', 'site')
    await page.click('dialog button[type=submit]')
    await toast(page, '“示例小区”已保存')
  }
  await button(page, '添加位置').click()
  await page.fill('dialog input[name=name]', '5 号楼')
  await page.fill('dialog input[name=id]', 'not an id')
  await page.click('dialog button[type=submit]')
  await becomes(() => page.locator('dialog input[name=id]').getAttribute('aria-invalid'), 'true')
  await page.fill('dialog input[name=id]', building)
  await page.click('dialog button[type=submit]')
  await toast(page, '“5 号楼”已保存')
  await becomes(() => page.locator('[data-test=places]').innerText(), new RegExp(building))
})

test('a device is registered in one form; its credentials are shown once, with a QR code', async () => {
  const { page } = installer
  await open(page, '/devices/new')
  await choose(page, '型号', '门锁')
  await page.fill('input[name=id]', `lock-${mark}`)
  await page.fill('input[name=name]', `门锁 ${mark}`)
  await choose(page, '位置', building)
  await page.click('form button[type=submit]')
  const dialog = page.getByRole('dialog')
  await dialog.locator('svg.qr').waitFor()
  const secret = await dialog.locator('code').allInnerTexts()
  assert.ok(secret.some((text) => text.length >= 12))
  await page.keyboard.press('Escape')
  assert.ok(await dialog.isVisible(), 'Escape does not lose what is shown once')
  await button(page, '我已保存，关闭').click()
  await page.waitForURL(`**/devices/lock-${mark}`)
  await settled(page)
  const words = await main(page)
  assert.match(words, /5 号楼/)
  for (const text of secret.filter((one) => one.length >= 12 && !one.includes(mark))) assert.ok(!words.includes(text))
})

test('forty devices by a pattern take at most ten clicks, and the preview changes nothing', async () => {
  const { page } = installer
  await open(page, '/devices/batch')
  let clicks = 0
  const press = async (locator) => {
    clicks += 1
    await locator.click()
  }
  await press(page.getByLabel('型号').first())
  await page.keyboard.type('烟感')
  await press(page.getByRole('option').filter({ hasText: 'generic/smoke' }))
  await page.fill('input[name=pattern]', `s${mark}-{unit}-{n:02}`)
  await page.fill('input[name=place_pattern]', building)
  await page.fill('input[name=unit-to]', '2')
  await page.fill('input[name=n-to]', '20')
  await press(button(page, '预览'))
  await page.locator('[data-test=preview]').waitFor()
  await becomes(() => page.locator('[data-test=preview] tbody tr').count(), 40)
  assert.equal((await api.ask('GET', `/devices?q=s${mark}-`)).total, 0)
  await press(page.locator('[data-test=create]'))
  await page.locator('[data-test=labels]').waitFor()
  await becomes(() => page.locator('[data-test=labels] svg.qr').count(), 40)
  assert.ok(clicks <= 10, `${clicks} clicks`)
  assert.equal((await api.ask('GET', `/devices?q=s${mark}-`)).total, 40)
  const list = String(await download(page, () => button(page, '下载清单（CSV）').click()))
  assert.equal(list.trim().split('\r\n').length, 41)
})

test('the list of devices is filtered, and the filter stays in the address', async () => {
  const { page } = installer
  await open(page, '/devices')
  await page.fill('input[name=q]', `s${mark}-1-0`)
  await page.keyboard.press('Enter')
  await page.locator('[data-test=devices] tbody tr').nth(8).waitFor()
  await page.waitForFunction(() => document.querySelectorAll('[data-test=devices] tbody tr').length === 9)
  assert.match(page.url(), /q=s/)
  await page.reload()
  await settled(page)
  await becomes(() => page.locator('[data-test=devices] tbody tr').count(), 9)
  await page.selectOption('select[name=state]', 'online')
  await page.getByText('没有符合筛选的设备').waitFor()
})

test('a device is renamed, gets new credentials and is removed by typing its name', async () => {
  const { page } = installer
  await open(page, `/devices/s${mark}-1-01`)
  await menu(page, button(page, '更多'), '改名或移动')
  await page.fill('dialog[open] input[name=name]', `烟感 ${mark}`)
  await page.locator('dialog[open]').getByLabel('位置').fill(building)
  await page.getByRole('option').filter({ hasText: building }).first().click()
  await page.click('dialog[open] button[type=submit]')
  await page.getByRole('heading', { name: `烟感 ${mark}` }).waitFor()
  await menu(page, button(page, '更多'), '更换设备')
  await button(page, '生成新凭据').click()
  await page.locator('dialog[open] svg.qr').waitFor()
  await button(page, '我已保存，关闭').click()
  await menu(page, button(page, '更多'), '移除设备')
  const remove = page.locator('dialog[open] button[type=submit]')
  assert.ok(await remove.isDisabled())
  await page.fill('dialog[open] input[name=typed]', `烟感 ${mark}`)
  await remove.click()
  await page.waitForURL('**/devices')
  assert.equal((await api.raw('GET', `/devices/s${mark}-1-01`)).status(), 404)
})

test('a change that somebody else overtook is not saved, and says so', async () => {
  const { page } = installer
  await open(page, `/devices/s${mark}-1-02`)
  const before = await api.raw('GET', `/devices/s${mark}-1-02`)
  await menu(page, button(page, '更多'), '改名或移动')
  await api.ask('PATCH', `/devices/s${mark}-1-02`, { name: '别人起的名' }, { 'If-Match': before.headers().etag })
  await page.fill('dialog[open] input[name=name]', '我起的名')
  await page.click('dialog[open] button[type=submit]')
  await page.getByText('别人刚刚改过').waitFor()
  assert.equal((await api.ask('GET', `/devices/s${mark}-1-02`)).name, '别人起的名')
})

test('a door opens with a reason only, and a command without an answer ends as not confirmed', async () => {
  const { page } = desk
  await open(page, `/devices/lock-${mark}`)
  await page.click('[data-action=unlock]')
  await page.fill('dialog[open] input[name=seconds]', '500')
  await page.click('dialog[open] button[type=submit]')
  await becomes(() => page.locator('dialog[open]').innerText(), /不能大于 60/)
  await becomes(() => page.locator('dialog[open]').innerText(), /开门和安全类动作要写明原因/)
  await page.fill('dialog[open] input[name=seconds]', '5')
  await page.fill('dialog[open] input[name=reason]', '业主忘带门卡')
  await page.click('dialog[open] button[type=submit]')
  const progress = page.locator('dialog[open] [data-test=progress]')
  await progress.waitFor()
  await page.waitForFunction(() => /unconfirmed|expired|failed|refused/.test(document.querySelector('dialog[open] [data-test=progress]')?.dataset.shown ?? ''), null, { timeout: 90_000 })
  await button(page, '完成').click()
  await open(page, '/commands')
  await becomes(() => main(page), /开锁/)
  const latest = (await api.ask('GET', `/commands?device=lock-${mark}`)).items[0]
  assert.equal(latest.input.seconds, 5)
})

test('the checks of a device say what is wrong and what to do', async () => {
  await open(desk.page, `/devices/lock-${mark}`)
  await button(desk.page, '为什么不正常？').click()
  await desk.page.locator('[data-test=checks] li').first().waitFor()
  await becomes(() => desk.page.locator('[data-test=checks]').innerText(), /有问题[\s\S]*→/)
})

test('a setting is checked at its field, tried without effect and then applied', async () => {
  const { page } = desk
  const rows = (await api.ask('GET', '/settings')).rows
  const row = rows.find((one) => one.effect === 'live' && one.kind === 'integer' && one.max > one.min && !one.words)
  await open(page, '/settings')
  const field = page.locator(`[data-path="${row.path}"] input`)
  await field.fill(String(row.max + 1))
  await becomes(() => field.getAttribute('aria-invalid'), 'true')
  const wanted = row.value < row.max ? row.value + 1 : row.value - 1
  await field.fill(String(wanted))
  await button(page, '检查改动').click()
  await page.getByText('检查通过').waitFor()
  const now = async () => (await api.ask('GET', '/settings')).rows.find((one) => one.path === row.path).value
  assert.equal(await now(), row.value)
  await page.click('[data-test=apply]')
  await toast(page, '设置已应用')
  await becomes(() => now(), wanted)
})

test('a backup shows 24 words once, asks two back, and its file restores with them alone', async () => {
  const { page } = desk
  await open(page, '/operations?tab=backup')
  await page.click('[data-test=make-backup]')
  await page.locator('[data-test=words] li').nth(23).waitFor({ timeout: 60_000 })
  const words = await page.locator('[data-test=words] li').allInnerTexts()
  assert.equal(words.length, 24)
  await page.click('[data-test=written]')
  const asked = await page.locator('form input').evaluateAll((all) => all.map((one) => one.name))
  for (const name of asked) await page.fill(`input[name=${name}]`, 'zzz')
  await button(page, '完成').click()
  await page.getByText('不对').waitFor()
  for (const name of asked) await page.fill(`input[name=${name}]`, words[Number(name.split('-')[1]) - 1])
  await button(page, '完成').click()
  const archive = await download(page, () => page.click('[data-test=download-backup]'))
  await open(page, '/operations?tab=restore')
  await page.setInputFiles('input[name=archive]', { name: 'linli.backup', mimeType: 'application/octet-stream', buffer: archive })
  await page.fill('textarea[name=words]', words.slice(0, 23).join(' '))
  await page.click('[data-test=look]')
  await page.getByText('现在是 23 个词，需要 24 个').waitFor()
  await page.fill('textarea[name=words]', [...words.slice(1), words[0]].join(' '))
  await page.click('[data-test=look]')
  await page.locator('form [role=alert]').first().waitFor()
  await page.fill('textarea[name=words]', words.join('\n'))
  await page.click('[data-test=look]')
  await page.locator('[data-test=diff]').waitFor()
  assert.ok(await page.locator('[data-test=diff] button[type=submit]').isDisabled(), 'the name is typed first')
})

test('the on-call engineer reads the diagnostics before they leave, and the frames of the field', async () => {
  const { page } = desk
  await open(page, '/operations?tab=diagnostics')
  await becomes(() => main(page), /已去掉 \d+ 处/)
  const bundle = await download(page, () => page.click('[data-test=bundle]'))
  assert.deepEqual([...bundle.subarray(0, 2)], [0x1f, 0x8b])
  await open(page, '/operations?tab=frames')
  await page.selectOption('select[name=driver]', 'coap')
  await settled(page)
  assert.ok((await download(page, () => button(page, '下载 CSV').click())).length > 0)
})

test('a developer gets a token that is shown once, and a line of curl that works', async () => {
  const { page } = desk
  await open(page, '/account')
  await page.getByRole('tab', { name: '接口令牌' }).click()
  await page.fill('input[name=token-name]', `测试 ${mark}`)
  await button(page, '生成令牌').click()
  await page.locator('[data-test=token] code').nth(1).waitFor()
  const [token, curl] = await page.locator('[data-test=token] code').allInnerTexts()
  assert.match(curl, /^curl .*Authorization: Bearer .*\/api\/v1\/site$/)
  const bare = await browser.newContext({ ignoreHTTPSErrors: true })
  const ask = (path) => bare.request.get(`${gateway.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } })
  assert.equal((await ask('/site')).status(), 200)
  assert.equal((await ask('/people')).status(), 403)
  await button(page, `吊销: 测试 ${mark}`).click()
  await toast(page, '已吊销')
  assert.equal((await ask('/site')).status(), 401)
  await bare.close()
})

test('the second factor is set up with its code, asked for at the door, and can be switched off', async () => {
  const { page } = installer
  await open(page, '/account')
  await page.click('[data-test=factor-begin]')
  const secret = (await page.locator('[data-test=secret] code').innerText()).trim()
  await page.fill('input[name=otp]', totp(secret))
  await button(page, '确认开启').click()
  await toast(page, '两步验证已开启')
  const second = await newDesk(browser, gateway)
  await signIn(second.page, wang)
  await second.page.locator('input[name=otp]').waitFor()
  assert.ok(await second.page.locator('input[name=otp]').evaluate((one) => one === document.activeElement))
  await second.page.fill('input[name=otp]', totp(secret, Date.now() + 30_000))
  await second.page.click('button[type=submit]')
  await second.page.locator('nav, [role=alert]').first().waitFor()
  if (await second.page.locator('nav').count() === 0) {
    await second.page.fill('input[name=otp]', totp(secret))
    await second.page.click('button[type=submit]')
    await second.page.locator('nav').waitFor()
  }
  await second.close()
  await button(page, '关闭两步验证').click()
  await page.fill('input[name=proof]', wang.password)
  await page.locator('[data-test=factor] button[type=submit]').click()
  await toast(page, '两步验证已关闭')
})

test('too many wrong passwords lock with a countdown; the manager unlocks', async () => {
  const { page, close } = await newDesk(browser, gateway)
  for (let tries = 0; tries < 20 && (await page.locator('[data-test=lockout]').count()) === 0; tries++) {
    await signIn(page, { ...wang, password: `wrong password ${tries}` })
    await page.locator('[role=alert], [data-test=lockout]').first().waitFor()
  }
  await becomes(() => main(page), /还要等 \d+/)
  await open(desk.page, '/people')
  const row = desk.page.locator('[data-test=people] tr').filter({ hasText: wang.name })
  await menu(desk.page, row.getByRole('button'), '解锁')
  await toast(desk.page, '可以再次登录')
  await signIn(page, wang)
  await page.locator('nav').waitFor()
  await close()
})

test('a recovery code sets a new password and ends what was open', async () => {
  await open(desk.page, '/people')
  const row = desk.page.locator('[data-test=people] tr').filter({ hasText: wang.name })
  await menu(desk.page, row.getByRole('button'), '生成恢复码')
  const uri = await desk.page.locator('[data-test=code-uri] code').innerText()
  const { page, close } = await newDesk(browser, gateway)
  await page.goto(new URL(uri).pathname + new URL(uri).hash)
  await page.fill('input[name=password]', 'a third long sentence')
  await page.click('button[type=submit]')
  await page.locator('nav').waitFor()
  await installer.page.goto('/devices')
  await installer.page.locator('input[name=login]').waitFor()
  await close()
})

test('the audit knows what was done, and is exported', async () => {
  await open(desk.page, '/audit')
  await desk.page.locator('[data-test=audit] tbody tr').nth(5).waitFor()
  const lines = String(await download(desk.page, () => desk.page.click('[data-test=export]'))).trim().split('\n')
  assert.ok(lines.length > 5)
  for (const line of lines) assert.ok(JSON.parse(line).hash)
})

test('who signs out leaves nothing behind', async () => {
  const { page } = desk
  await open(page, '/')
  await button(page, '退出登录').click()
  await page.locator('input[name=login]').waitFor()
  await page.goBack()
  await page.locator('input[name=login]').waitFor()
  assert.equal((await desk.context.request.get('/api/v1/session')).status(), 401)
})

test('nothing broke the policy of the pages, and nothing went elsewhere', () => {
  assert.deepEqual([...desk.wrongs, ...installer.wrongs], [])
})
