// The residents' app, from the QR code to the end of the session: node --test resident.test.mjs
// (the pages are built first: npm run build in firmware/console/web)
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, afterEach, before, test } from 'node:test'
import { becomes, enter, hostileName, newPhone, open, openBrowser, openGateway, settled, title } from './resident_kit.mjs'

let browser
let gateway
let phone
const name = `陈阿姨 ${process.pid}`

before(async () => {
  gateway = await openGateway()
  browser = await openBrowser()
  phone = await newPhone(browser, gateway)
})
after(async () => {
  await browser?.close()
  await gateway?.stop()
})

// What one test leaves behind when it fails is not the next one's trouble.
afterEach(async () => {
  await phone.context.setOffline(false)
  await phone.context.unrouteAll()
  await phone.look('light', 'zh-CN')
})

const words = (page) => page.locator('main').innerText()

test('a phone without a session is told what to do, and what works without the app', async () => {
  await open(phone.page, '/')
  await becomes(() => words(phone.page), /请物业服务中心给您一个新的二维码/)
  for (const way of ['门禁卡', '开门密码', '人脸', '呼叫键']) await becomes(() => words(phone.page), new RegExp(way))
  await becomes(() => phone.page.locator('nav').count(), 0)
})

test('the QR code opens a page that names the compound, asks for a name alone and says what is stored', async () => {
  await open(phone.page, `/#i=${await gateway.manager.invite()}`)
  const welcome = await (await phone.context.request.get('/api/v1/welcome')).json()
  await becomes(() => title(phone.page).innerText(), new RegExp(welcome.site))
  assert.deepEqual(await phone.page.locator('input').evaluateAll((all) => all.map((one) => one.name)), ['name'])
  await becomes(() => words(phone.page), /会保存什么/)
  await becomes(() => words(phone.page), /不要手机号/)
})

test('without a name nothing is sent, and the field says so', async () => {
  await phone.page.click('button[type=submit]')
  const field = phone.page.locator('input[name=name]')
  await becomes(() => field.getAttribute('aria-invalid'), 'true')
  const described = (await field.getAttribute('aria-describedby')).split(' ')
  const said = await Promise.all(described.map((id) => phone.page.locator(`[id="${id}"]`).innerText()))
  assert.match(said.join(' '), /请填写/)
})

test('the invitation becomes a session by the keyboard alone, and it stays for 90 days', async () => {
  await phone.page.locator('input[name=name]').focus()
  await phone.page.keyboard.type(name)
  await phone.page.keyboard.press('Enter')
  await phone.page.waitForURL('**/app/')
  await settled(phone.page)
  await becomes(() => title(phone.page).innerText(), new RegExp(name))
  const cookie = (await phone.context.cookies()).find((one) => one.name === '__Host-linli')
  assert.ok(cookie.httpOnly && cookie.secure && cookie.sameSite === 'Strict')
  const days = (cookie.expires - Date.now() / 1000) / 86_400
  assert.ok(days > 89 && days <= 90.1, `${days} days`)
  await phone.page.reload()
  await settled(phone.page)
  await becomes(() => title(phone.page).innerText(), new RegExp(name))
})

test('an invitation works once: the next phone is told to ask for another', async () => {
  const code = await gateway.manager.invite()
  const first = await newPhone(browser, gateway)
  await enter(first, code, `First ${process.pid}`)
  await first.close()
  const second = await newPhone(browser, gateway)
  await open(second.page, `/#i=${code}`)
  await second.page.fill('input[name=name]', '李')
  await second.page.click('button[type=submit]')
  await second.page.locator('[data-test=used]').waitFor()
  await becomes(() => second.page.locator('[data-test=used]').innerText(), /请物业服务中心再给您一个新的二维码/)
  await second.close()
})

test('the home has four big tiles for the doors, then notices and my devices', async () => {
  await open(phone.page, '/')
  await becomes(() => phone.page.locator('main h2').allInnerTexts(), ['通知', '我家的设备'])
  await becomes(() => phone.page.locator('[data-test=tiles] .tile').count(), 4)
  await becomes(() => phone.page.locator('[data-test=tiles] .tile').first().innerText(), /开门/)
  await becomes(() => words(phone.page), /厨房烟感/)
})

test('names of devices are only ever text', async () => {
  await open(phone.page, '/devices')
  await becomes(async () => (await words(phone.page)).includes(hostileName), true)
  await becomes(() => phone.page.locator('img[src=x]').count(), 0)
  await becomes(() => words(phone.page), /还没有发来过消息/)
})

test('the language is the person’s choice and stays', async () => {
  await open(phone.page, '/me')
  await phone.page.getByLabel('English').check()
  await becomes(() => title(phone.page).innerText(), 'Me')
  await phone.page.reload()
  await title(phone.page).waitFor()
  await becomes(() => phone.page.locator('html').getAttribute('lang'), 'en')
  await phone.page.getByLabel('中文').check()
  await becomes(() => title(phone.page).innerText(), '我的')
})

test('长辈版 is one press away on the home, and one press back', async () => {
  await open(phone.page, '/')
  await phone.page.getByRole('button', { name: '长辈版' }).click()
  await becomes(() => phone.page.locator('html').getAttribute('data-theme'), 'elder')
  await phone.page.reload()
  await title(phone.page).waitFor()
  await becomes(() => phone.page.locator('html').getAttribute('data-theme'), 'elder')
  await phone.page.getByRole('button', { name: '标准版' }).click()
  await becomes(async () => (await phone.page.locator('html').getAttribute('data-theme')) === 'elder', false)
})

test('my data is shown whole and exported as it is', async () => {
  await open(phone.page, '/me/data')
  const stored = await (await phone.context.request.get('/api/v1/account/data')).json()
  await becomes(async () => (await words(phone.page)).includes(stored.person.id), true)
  await becomes(async () => (await words(phone.page)).includes(name), true)
  assert.ok(Array.isArray(stored.seen_by))
  const shown = await words(phone.page)
  for (const seen of stored.seen_by) assert.ok(!seen.who || shown.includes(seen.who), seen.who)
  assert.ok(!shown.includes('person.change'), 'what was done is said in words')
  const [download] = await Promise.all([phone.page.waitForEvent('download'), phone.page.click('[data-test=export]')])
  assert.match(download.suggestedFilename(), /^linli-my-data-\d{4}-\d\d-\d\d\.json$/)
  const file = JSON.parse(readFileSync(await download.path(), 'utf8'))
  assert.equal(file.person.id, stored.person.id)
  assert.deepEqual(Object.keys(file).sort(), Object.keys(stored).sort())
})

// Whose invitation named a place and no resident is in no register: a household is put into the answer.
async function asResident() {
  await phone.context.route('**/api/v1/account/data', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), household: { id: 'h', place: '502', name, phone: '' } } })
  })
  await open(phone.page, '/me/data')
}

test('who is in no register of residents has nothing to erase, and is not asked to', async () => {
  await open(phone.page, '/me/data')
  await phone.page.locator('[data-test=export]').waitFor()
  assert.equal(await phone.page.locator('[data-test=erase]').count(), 0)
})

test('an erasure that got no answer, or a refusal, is said in the question, and claims nothing', async () => {
  await asResident()
  await phone.page.click('[data-test=erase]')
  const dialog = phone.page.locator('dialog[open]')
  const answers = [
    [(route) => route.abort(), /联系不上小区网关[\s\S]*不知道刚才的改动有没有做成/],
    [(route) => route.fulfill({ status: 504, contentType: 'application/problem+json', body: JSON.stringify({ status: 504, code: 'timeout' }) }), /没有等到结果/],
  ]
  for (const [answer, said] of answers) {
    await phone.context.route('**/api/v1/my/data/erase', answer)
    await dialog.locator('[data-test=confirm]').click()
    await becomes(() => dialog.locator('[role=alert]').innerText(), said)
    assert.equal(await phone.page.locator('[data-test=erased]').count(), 0)
    await phone.context.unroute('**/api/v1/my/data/erase', answer)
  }
})

test('where the gateway’s clock was not set, the time of an erasure says so; a kind that is new is shown as it is', async () => {
  await asResident()
  const proof = { erased: { names: 1, faces: 0, voices: 2 }, at: new Date().toISOString(), time: 'floor', lives_here: true, proof: 'console-1' }
  await phone.context.route('**/api/v1/my/data/erase', (route) => route.fulfill({ json: proof }))
  await phone.page.click('[data-test=erase]')
  await phone.page.click('[data-test=confirm]')
  const erased = phone.page.locator('[data-test=erased]')
  await becomes(() => erased.innerText(), /时钟未校准/)
  await becomes(() => erased.innerText(), /voices\s+2[\s\S]*console-1/)
})

test('with the network cut an open page stays, and says what still works; back, it mends itself', async () => {
  await open(phone.page, '/')
  await phone.context.setOffline(true)
  const notice = phone.page.locator('[data-test=offline]')
  await notice.waitFor()
  await becomes(() => notice.innerText(), /门禁卡、开门密码、人脸和门口机的呼叫键照常可用/)
  await becomes(() => words(phone.page), /厨房烟感/)
  await phone.context.setOffline(false)
  await notice.waitFor({ state: 'detached' })
})

test('opened without the gateway it says so and what still works; back, it goes on by itself', async () => {
  const cut = (route) => route.abort()
  await phone.context.route('**/api/**', cut)
  await phone.page.goto('/app/devices')
  await title(phone.page).waitFor()
  await becomes(() => words(phone.page), /联系不上小区网关/)
  await becomes(() => words(phone.page), /门禁卡[\s\S]*人脸[\s\S]*呼叫键/)
  await phone.context.unroute('**/api/**', cut)
  await phone.page.getByText('厨房烟感').waitFor()
})

test('the shell opens without any network, and nothing that the API said is kept', async () => {
  await open(phone.page, '/')
  await phone.page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  const kept = await phone.page.evaluate(async () => {
    const caches_ = await Promise.all((await caches.keys()).map((key) => caches.open(key)))
    return (await Promise.all(caches_.map((one) => one.keys()))).flat().map((one) => new URL(one.url).pathname)
  })
  assert.ok(kept.includes('/app/'))
  assert.deepEqual(kept.filter((path) => !path.startsWith('/app/')), [])
  await phone.context.setOffline(true)
  await phone.page.goto('/app/notices')
  await title(phone.page).waitFor()
  await becomes(() => title(phone.page).innerText(), /手机没有网络/)
  await phone.context.setOffline(false)
  await phone.page.getByRole('heading', { name: '通知', exact: true }).waitFor()
})

test('what a phone needs to put the app on its home screen is there', async () => {
  const manifest = await (await phone.context.request.get('/app/manifest.webmanifest')).json()
  assert.deepEqual([manifest.start_url, manifest.scope, manifest.display], ['/app/', '/app/', 'standalone'])
  for (const icon of manifest.icons) {
    const answer = await phone.context.request.get(icon.src)
    assert.equal(answer.status(), 200)
    assert.equal(answer.headers()['content-type'], icon.type)
    if (icon.type !== 'image/png') continue
    const bytes = await answer.body()
    assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, icon.sizes)
  }
  assert.ok(manifest.icons.some((icon) => icon.purpose === 'maskable'))
})

test('where the browser takes no worker, the app does the same', async () => {
  const other = await newPhone(browser, gateway)
  await other.context.addInitScript(() => {
    navigator.serviceWorker.register = () => Promise.reject(new DOMException('the certificate is not trusted', 'SecurityError'))
  })
  await enter(other, await gateway.manager.invite(), `Second ${process.pid}`)
  await becomes(() => words(other.page), /厨房烟感/)
  assert.deepEqual(other.wrongs, [])
  await other.close()
})

test('a session of mine is ended from another phone, after a question that says the cost', async () => {
  const other = await newPhone(browser, gateway)
  await other.context.addCookies(await phone.context.cookies())
  await open(phone.page, '/me/data')
  const rows = phone.page.locator('[data-test=sessions] > li')
  await becomes(() => rows.count(), 1)
  await rows.first().getByRole('button').click()
  await becomes(() => phone.page.locator('dialog[open]').innerText(), /新的二维码/)
  await phone.page.keyboard.press('Escape')
  await becomes(() => rows.count(), 1)
  await rows.first().getByRole('button').click()
  await phone.page.click('[data-test=confirm]')
  await phone.page.waitForURL('**/app/ask')
  await open(other.page, '/')
  await becomes(() => title(other.page).innerText(), /请用二维码登录/)
  await other.close()
})

test('a session that was ended elsewhere is a page that says what to do', async () => {
  const again = `${name} again`
  await enter(phone, await gateway.manager.invite(), again)
  await gateway.manager.endSessionsOf(again)
  await phone.page.getByRole('link', { name: '通知' }).first().click()
  await phone.page.waitForURL('**/app/ask')
  await becomes(() => title(phone.page).innerText(), /登录已结束/)
  await becomes(() => words(phone.page), /请物业服务中心给您一个新的二维码/)
  await becomes(() => words(phone.page), /门禁卡/)
})

test('no page broke the policy, asked a foreign address or stumbled', () => {
  assert.deepEqual(phone.wrongs, [])
})
