// Draws the resident app's PNG icons from its SVG: node resident_icons.mjs. Run when the SVG changes.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const folder = fileURLToPath(new URL('../../firmware/console/web/resident/public/', import.meta.url))
const svg = readFileSync(`${folder}icon.svg`, 'utf8')
const background = '#0a5a76'

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const page = await browser.newPage()
async function draw(name, size, share, fill) {
  await page.setViewportSize({ width: size, height: size })
  const edge = Math.round(size * share)
  await page.setContent(`<body style="margin:0;display:grid;place-items:center;height:100vh;background:${fill}">${svg.replace('<svg ', `<svg width="${edge}" height="${edge}" `)}`)
  await page.screenshot({ path: `${folder}${name}`, omitBackground: true })
}
await draw('icon-192.png', 192, 1, 'transparent')
await draw('icon-512.png', 512, 1, 'transparent')
// Android cuts a circle or another shape out of this one: the picture stays within the middle.
await draw('icon-maskable.png', 512, 0.7, background)
await browser.close()
