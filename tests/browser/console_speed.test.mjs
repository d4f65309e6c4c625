// How long until the first page stands, on a phone’s processor (four times slower) over 4G.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Api, enterDesk, furnish, newDesk, openBrowser, openGateway, settled } from './console_kit.mjs'

const kMostMs = 1500
let browser
let gateway
before(async () => {
  gateway = await openGateway()
  browser = await openBrowser()
  const api = await Api.enter(gateway)
  await furnish(gateway, api)
  await api.close()
})
after(async () => {
  await browser?.close()
  await gateway?.stop()
})

async function largestPaint(desk, path) {
  const session = await desk.context.newCDPSession(desk.page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 40, downloadThroughput: (9 * 1024 * 1024) / 8, uploadThroughput: (3 * 1024 * 1024) / 8 })
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  await desk.page.goto(path)
  await settled(desk.page)
  const ms = await desk.page.evaluate(() => new Promise((resolve) => {
    let last = 0
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => (last = entry.startTime))).observe({ type: 'largest-contentful-paint', buffered: true })
    setTimeout(() => resolve(last), 300)
  }))
  await session.detach()
  return ms
}

for (const [path, inside] of [['/sign-in', false], ['/', true], ['/devices', true]]) {
  test(`${path} stands within ${kMostMs} ms`, async () => {
    const desk = inside ? await enterDesk(browser, gateway, { width: 390 }) : await newDesk(browser, gateway, { width: 390 })
    const measured = []
    // The machine of a test run has other work too: the best of five is what the pages can do.
    for (let i = 0; i < 5; i++) measured.push(await largestPaint(desk, path))
    const best = Math.min(...measured)
    console.log(`# ${path}: ${measured.map((ms) => Math.round(ms)).join(', ')} ms`)
    assert.ok(best > 0 && best <= kMostMs, `${Math.round(best)} ms`)
    await desk.close()
  })
}

test('the first load fetches no chart, no other language and nothing twice', async () => {
  const desk = await newDesk(browser, gateway)
  const asked = []
  desk.page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await desk.page.goto('/sign-in')
  await settled(desk.page)
  const assets = asked.filter((path) => path.startsWith('/assets/'))
  assert.equal(new Set(assets).size, assets.length)
  assert.ok(!assets.some((path) => /uplot/i.test(path)))
  assert.ok(assets.length <= 3, assets.join(' '))
  await desk.close()
})
