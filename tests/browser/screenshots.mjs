// Draws the pictures of firmware/console/web/README.md from the stand-in: node screenshots.mjs
// Under LINLI_BASE_URL and LINLI_CLAIM_CODE, those of the doors, from a ./board/run that has run for some minutes.
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Api, choose, enterDesk, furnish, open, openBrowser, openGateway } from './console_kit.mjs'

const out = fileURLToPath(new URL('../../firmware/console/web/screenshots', import.meta.url))
const kMostBytes = 150_000
const standIn = [
  { name: 'home', path: '/', theme: 'light', width: 1000, height: 640 },
  { name: 'device', path: '/devices/th-garage', theme: 'dark', width: 1000, height: 640 },
  { name: 'elder', path: '/devices', theme: 'elder', width: 390, height: 760 },
]
const demo = [
  { name: 'doors', path: '/doors', theme: 'light', width: 1000, height: 640, shows: '[data-door=door-3-2]' },
  { name: 'passages', path: '/passages', theme: 'light', width: 1280, height: 720, shows: '[data-test=passages] tbody tr' },
  { name: 'move-in', path: '/households', theme: 'dark', width: 1000, height: 720, shows: '[data-test=households]', before: fillMoveIn },
]

async function fillMoveIn(page) {
  await page.click('[data-test=move-in-open]')
  await choose(page, '房屋', '102 室')
  await page.locator('[data-test=move-in] input[name=name]').fill('何静')
  await page.locator('[data-test=move-in] input[name=group]:checked').first().waitFor()
}

const gateway = await openGateway()
const browser = await openBrowser()
const api = await Api.enter(gateway)
if (gateway.mock) await furnish(gateway, api)
await api.close()
for (const { name, path, theme, width, height, shows, before } of gateway.mock ? standIn : demo) {
  const desk = await enterDesk(browser, gateway, { theme, width })
  await desk.page.setViewportSize({ width, height })
  await open(desk.page, path)
  await desk.page.getByText('实时').first().waitFor()
  if (shows) await desk.page.locator(shows).first().waitFor()
  await before?.(desk.page)
  await desk.page.waitForLoadState('networkidle')
  await desk.page.screenshot({ path: `${out}/${name}.png` })
  await desk.close()
  const { size } = statSync(`${out}/${name}.png`)
  console.log(`${name}.png: ${size} bytes`)
  if (size > kMostBytes) process.exitCode = 1
}
await browser.close()
gateway.stop()
