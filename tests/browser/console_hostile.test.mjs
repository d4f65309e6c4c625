// Texts that come from devices and from people are only ever read: none of these runs, breaks the page
// or leaves it, in names, values, events, places and lists for spreadsheets.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { Api, button, choose, enterDesk, furnish, mark, open, openBrowser, openGateway, rootOf, settled } from './console_kit.mjs'
import { payloads } from './payloads.mjs'

let browser
let gateway
let api
let desk
before(async () => {
  gateway = await openGateway()
  browser = await openBrowser()
  api = await Api.enter(gateway)
  await furnish(gateway, api)
  desk = await enterDesk(browser, gateway)
  await desk.page.addInitScript(() => {
    window.ran = []
    for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = (text) => window.ran.push(`${name} ${text}`)
  })
})
after(async () => {
  await api?.close()
  await browser?.close()
  await gateway?.stop()
})

// Nothing ran, no element of a payload came to be, and the page is still itself.
async function unharmed(page, what) {
  const found = await page.evaluate(() => ({
    ran: window.ran ?? [],
    strange: [...document.querySelectorAll('script:not([src]), iframe, object, embed, base, meta[http-equiv], img:not([src="/icon.svg"]), form[action], [onerror], [onload], [onclick], [onmouseover], [onfocus], a[href^="javascript:"], [data-hostile]')].map((one) => one.outerHTML.slice(0, 80)),
    title: document.querySelectorAll('h1').length,
    style: document.querySelectorAll('style').length,
  }))
  assert.deepEqual({ ...found, title: found.title > 0 }, { ran: [], strange: [], title: true, style: 0 }, what)
  assert.deepEqual(desk.wrongs, [], what)
}

test('there are at least 200 of them, of every kind', () => {
  assert.ok(payloads.length >= 200, String(payloads.length))
  assert.equal(new Set(payloads).size, payloads.length)
})

test('as names of devices they stand in the list as they are', async () => {
  const kept = []
  for (const [index, name] of payloads.entries()) {
    const answer = await api.raw('POST', '/devices', { id: `h${mark}-${String(index).padStart(3, '0')}`, profile: 'generic/lock', name })
    // What the gateway refuses never reaches a page; that too is an answer.
    if (answer.ok()) kept.push([`h${mark}-${String(index).padStart(3, '0')}`, name])
    else assert.ok([400, 422].includes(answer.status()), `${answer.status()} for ${JSON.stringify(name)}`)
  }
  assert.ok(kept.length >= payloads.length / 2, `${kept.length} were taken`)
  await open(desk.page, `/devices?q=h${mark}-`)
  while (await button(desk.page, '再显示一些').count()) {
    await button(desk.page, '再显示一些').click()
    await settled(desk.page)
    await desk.page.waitForTimeout(100)
  }
  const shown = await desk.page.locator('[data-test=devices] tbody tr').evaluateAll((rows) => Object.fromEntries(rows.map((row) => {
    const link = row.querySelector('a')
    return [decodeURIComponent(link.getAttribute('href').split('/').pop()), link.textContent]
  })))
  for (const [id, name] of kept) assert.equal(shown[id], (await known(id)) || id, JSON.stringify(name))
  await unharmed(desk.page, 'the list of devices')
})

const names = new Map()
async function known(id) {
  if (names.size === 0) {
    for (let cursor = ''; cursor !== null; ) {
      const page = await api.ask('GET', `/devices?q=h${mark}-&limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`)
      for (const device of page.items) names.set(device.id, device.name)
      cursor = page.next
    }
  }
  return names.get(id)
}

test('on a device’s own page, in its title and its dialogs, they do nothing', async () => {
  const ids = [...names.keys()].filter((_, index) => index % 12 === 0)
  for (const id of ids) {
    await open(desk.page, `/devices/${id}`)
    await button(desk.page, '更多').click()
    await desk.page.getByRole('menuitem', { name: '移除设备' }).click()
    await desk.page.locator('dialog[open]').waitFor()
    await unharmed(desk.page, `the page of ${JSON.stringify(names.get(id))}`)
  }
})

test('as names of places they stand in the tree and in filters', async () => {
  const parent = await rootOf(api)
  for (const [index, name] of payloads.filter((_, at) => at % 4 === 0).entries()) {
    await api.raw('PUT', `/places/h${mark}-${index}`, { parent, kind: 'building', name })
  }
  for (const path of ['/places', '/events', '/devices/new', '/people']) {
    await open(desk.page, path)
    await unharmed(desk.page, path)
  }
})

test('in filters and addresses of pages they do nothing', async () => {
  for (const text of payloads.filter((_, index) => index % 7 === 0)) {
    const inside = encodeURIComponent(text)
    for (const path of [`/devices?q=${inside}`, `/sign-in?to=${inside}`, `/events?type=${inside}`]) {
      await desk.page.goto(path).catch(() => undefined)
      await desk.page.locator('main').first().waitFor()
      assert.equal(new URL(desk.page.url()).host, new URL(gateway.url).host)
    }
    await unharmed(desk.page, `an address with ${JSON.stringify(text)}`)
  }
})

test('the address to go back to after signing in never leads elsewhere', async () => {
  for (const to of ['//evil.example/', 'https://evil.example/', '/\\evil.example', 'javascript:alert(1)', '/%09/evil.example']) {
    await desk.page.goto(`/sign-in?to=${encodeURIComponent(to)}`)
    await settled(desk.page)
    assert.equal(new URL(desk.page.url()).host, new URL(gateway.url).host)
  }
  await unharmed(desk.page, 'signing in')
})

test('as values, events, frames and answers of a device they are read as text', async (t) => {
  const own = await openGateway({ onlyMock: true })
  const inside = await Api.enter(own)
  t.after(async () => {
    await inside.close()
    own.stop()
  })
  await furnish(own, inside)
  const { compound } = own.mock
  compound.events.length = 0
  for (const text of payloads) {
    compound.happen('lock-1-1', text.slice(0, 64) || 'x', { method: text, [text.slice(0, 40)]: text })
    compound.frames.push({ seq: compound.frames.length + 1, time: new Date().toISOString(), driver: 'mqtt', direction: 'in', device: 'lock-1-1', peer: text, bytes: text.length, summary: text, decoded: { text } })
    compound.note(text, text, text, { text })
  }
  const other = await enterDesk(browser, own)
  const before = desk
  desk = other
  try {
    for (let index = 0; index < payloads.length; index += 10) compound.devices.get('lock-1-1').values[payloads[index]] = { value: payloads[index], ms: Date.now() }
    const model = structuredClone(compound.devices.get('lock-1-1').model)
    for (const text of payloads.filter((_, at) => at % 10 === 0)) {
      model.properties[text] = { type: 'string', titles: { zh: text, en: text }, unit: text.slice(0, 8) }
      model.actions[text] = { titles: { zh: text, en: text }, input: { type: 'object', properties: { [text]: { type: 'string', enum: [text] } } } }
    }
    compound.devices.get('lock-1-1').model = model
    for (const path of ['/devices/lock-1-1', '/events', '/operations?tab=frames', '/audit', '/']) {
      await open(other.page, path)
      while (await button(other.page, '再显示一些').count()) {
        await button(other.page, '再显示一些').click()
        await settled(other.page)
      }
      await unharmed(other.page, path)
    }
    await open(other.page, '/events')
    const cells = await other.page.locator('[data-test=events] tbody tr').count()
    assert.ok(cells >= 50)
  } finally {
    desk = before
    await other.close()
  }
})

test('as reasons of commands they stand in the commands and in the audit', async () => {
  await api.raw('POST', '/devices', { id: `r${mark}`, profile: 'generic/lock', name: 'reasons' })
  for (const reason of payloads.filter((_, index) => index % 8 === 0)) {
    const answer = await api.raw('POST', '/commands', { device: `r${mark}`, action: 'unlock', input: { seconds: 5 }, reason })
    assert.ok(answer.status() < 500 || answer.status() === 503, `${answer.status()} for ${JSON.stringify(reason)}`)
  }
  const sent = (await api.ask('GET', `/commands?device=r${mark}`)).items
  assert.ok(sent.length > 0)
  for (const path of ['/commands', `/commands/${sent[0].id}`, `/devices/r${mark}`, '/audit', '/']) {
    await open(desk.page, path)
    await unharmed(desk.page, path)
  }
})

// A device of the gateway that has already sent all of this over its own way in.
const sender = process.env.LINLI_HOSTILE_DEVICE
if (sender) {
  test('what a device sent to the gateway is read as text, where it was kept and where it was refused', async () => {
    for (const path of [`/devices/${sender}`, `/events?device=${sender}`, '/operations?tab=frames', '/']) {
      await open(desk.page, path)
      while (await button(desk.page, '再显示一些').count()) {
        await button(desk.page, '再显示一些').click()
        await settled(desk.page)
        await desk.page.waitForTimeout(100)
      }
      await unharmed(desk.page, path)
      if (path.startsWith('/events')) assert.ok((await desk.page.locator('[data-test=events] tbody tr').count()) >= 100)
    }
  })
}

test('a list for spreadsheets holds no formula', async () => {
  const { page } = desk
  await open(page, '/devices/batch')
  await choose(page, '型号', 'generic/lock')
  await page.fill('input[name=pattern]', `f${mark}-{n}`)
  await page.fill('input[name=name_pattern]', '=HYPERLINK("http://evil.example","{n}")')
  await page.fill('input[name=n-to]', '2')
  await button(page, '预览').click()
  await page.click('[data-test=create]')
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, '下载清单（CSV）').click()])
  const lines = readFileSync(await file.path(), 'utf8').trim().split('\r\n')
  assert.equal(lines.length, 3)
  for (const line of lines) assert.doesNotMatch(line, /(^|,)"?[=+\-@]/)
})
