// Draws the pictures of firmware/console/web/README.md from the stand-in: node screenshots.mjs
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Api, enterDesk, furnish, open, openBrowser, openGateway } from './console_kit.mjs'

const out = fileURLToPath(new URL('../../firmware/console/web/screenshots', import.meta.url))
const kMostBytes = 150_000
const shots = [
  { name: 'home', path: '/', theme: 'light', width: 1000, height: 640 },
  { name: 'device', path: '/devices/th-garage', theme: 'dark', width: 1000, height: 640 },
  { name: 'elder', path: '/devices', theme: 'elder', width: 390, height: 760 },
]

const gateway = await openGateway({ onlyMock: true })
const browser = await openBrowser()
const api = await Api.enter(gateway)
await furnish(gateway, api)
await api.close()
for (const { name, path, theme, width, height } of shots) {
  const desk = await enterDesk(browser, gateway, { theme, width })
  await desk.page.setViewportSize({ width, height })
  await open(desk.page, path)
  await desk.page.getByText('实时').first().waitFor()
  await desk.page.waitForLoadState('networkidle')
  await desk.page.screenshot({ path: `${out}/${name}.png` })
  await desk.close()
  const { size } = statSync(`${out}/${name}.png`)
  console.log(`${name}.png: ${size} bytes`)
  if (size > kMostBytes) process.exitCode = 1
}
await browser.close()
gateway.stop()
