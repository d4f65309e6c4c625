// How the residents' app stands on a phone: accessibility of every page in each look and language,
// widths, large letters, targets, focus, and what the first visit weighs and takes.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { becomes, enter, languages, newPhone, open, openBrowser, openGateway, settled, themes, title } from './resident_kit.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const kFirstLoad = 80_000
const kLcpMs = 1500

let browser
let gateway
let inside // signed in
let outside // never signed in
let code // an invitation that stays unused

before(async () => {
  gateway = await openGateway()
  browser = await openBrowser()
  inside = await newPhone(browser, gateway)
  outside = await newPhone(browser, gateway)
  await enter(inside, await gateway.manager.invite(), `陈阿姨 ${process.pid}`)
  code = await gateway.manager.invite()
})
after(async () => {
  await browser?.close()
  await gateway?.stop()
})

// Somebody of the register, whose erasure is answered here: what is looked at is the page alone.
async function asResident() {
  await inside.context.route('**/api/v1/account/data', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...(await answer.json()), household: { id: 'h', place: '502', name: '陈阿姨', phone: '13800000000' } } })
  })
  const erased = { names: 1, faces: 1, consents: 1, credentials: 1, rights: 0, delegations: 0 }
  const proof = { erased, at: new Date().toISOString(), time: 'floor', lives_here: true, proof: 'console-0123456789abcdef0123456789abcdef' }
  await inside.context.route('**/api/v1/my/data/erase', (route) => route.fulfill({ json: proof }))
  await open(inside.page, '/me/data')
}

// Every page, and every state of one that looks different.
const views = {
  welcome: async () => open(outside.page, `/#i=${code}`),
  welcome_typed: async () => {
    await open(outside.page, '/welcome')
    await outside.page.click('button[type=submit]')
  },
  welcome_used: async () => {
    await open(outside.page, '/#i=an-old-invitation')
    await outside.page.fill('input[name=name]', '李')
    await outside.page.click('button[type=submit]')
    await outside.page.locator('[data-test=used]').waitFor()
  },
  ask: async () => open(outside.page, '/ask'),
  ended: async () => {
    await outside.page.evaluate(() => localStorage.setItem('linli.app.known', '1'))
    await open(outside.page, '/')
    await outside.page.evaluate(() => localStorage.removeItem('linli.app.known'))
  },
  unreachable: async () => {
    await outside.context.route('**/api/**', (route) => route.abort())
    await outside.page.goto('/app/')
    await title(outside.page).waitFor()
  },
  home: async () => open(inside.page, '/'),
  devices: async () => open(inside.page, '/devices'),
  notices: async () => open(inside.page, '/notices'),
  me: async () => open(inside.page, '/me'),
  sign_out: async () => {
    await open(inside.page, '/me')
    await inside.page.click('[data-test=sign-out]')
  },
  data: async () => open(inside.page, '/me/data'),
  erase: async () => {
    await asResident()
    await inside.page.click('[data-test=erase]')
  },
  erased: async () => {
    await asResident()
    await inside.page.click('[data-test=erase]')
    await inside.page.click('[data-test=confirm]')
    await inside.page.locator('[data-test=erased]').waitFor()
  },
  doors: async () => open(inside.page, '/open'),
  visitors: async () => open(inside.page, '/visitors'),
  record: async () => open(inside.page, '/record'),
  family: async () => open(inside.page, '/family'),
  face: async () => open(inside.page, '/face'),
  nowhere: async () => open(inside.page, '/no/such/page'),
  offline: async () => {
    await open(inside.page, '/')
    await inside.context.setOffline(true)
    await inside.page.locator('[data-test=offline]').waitFor()
  },
}
const outer = ['welcome', 'welcome_typed', 'welcome_used', 'ask', 'ended', 'unreachable']
const phoneOf = (view) => (outer.includes(view) ? outside : inside)

async function show(view, theme, language) {
  await inside.context.setOffline(false)
  await inside.context.unrouteAll()
  await outside.context.unroute('**/api/**')
  await phoneOf(view).page.goto('/app/icon.svg')
  await phoneOf(view).look(theme, language)
  await views[view]()
  return phoneOf(view).page
}

// The window is made as high as the page: what the navigation at the bottom covers until one scrolls
// is no small target (that the focus is never under it, the keyboard's test below holds).
async function violations(page) {
  const { width, height } = page.viewportSize()
  await page.setViewportSize({ width, height: Math.max(height, await page.evaluate(() => document.documentElement.scrollHeight)) })
  await page.evaluate(`${axe};0`)
  const found = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), rules)
  await page.setViewportSize({ width, height })
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
}

for (const view of Object.keys(views)) {
  test(`${view} has nothing to complain of in any look and language`, async () => {
    for (const theme of themes) {
      for (const language of languages) {
        const page = await show(view, theme, language)
        assert.deepEqual(await violations(page), [], `${theme} ${language}`)
        await becomes(() => page.locator('h1').count(), 1)
        assert.equal(await page.locator('html').getAttribute('lang'), language)
      }
    }
  })
}

// What stands out of the window's sides, as tag and text.
const tooWide = (page) =>
  page.evaluate(() => {
    const out = [...document.querySelectorAll('body *')].filter((one) => {
      const box = one.getBoundingClientRect()
      return box.width > 0 && box.height > 0 && (box.right > innerWidth + 0.5 || box.left < -0.5)
    })
    const scrolls = document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : []
    return [...scrolls, ...out.map((one) => `${one.tagName} ${one.textContent?.trim().slice(0, 40)}`)]
  })

for (const [theme, letters, told] of [['light', '16px', 'as they are'], ['light', '24px', 'at 1.5 times'], ['elder', '24px', 'as they are'], ['elder', '36px', 'at 1.5 times']]) {
  test(`at 360 px nothing stands out sideways, letters ${told}, ${theme}`, async () => {
    for (const phone of [inside, outside]) await phone.page.setViewportSize({ width: 360, height: 740 })
    for (const language of languages) {
      for (const view of Object.keys(views)) {
        const page = await show(view, theme, language)
        assert.ok(Math.abs(parseFloat(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)) - (theme === 'elder' ? 24 : 16)) < 0.1)
        await page.evaluate((size) => (document.documentElement.style.fontSize = size), letters)
        assert.deepEqual(await tooWide(page), [], `${view} ${language}`)
      }
    }
    for (const phone of [inside, outside]) await phone.page.setViewportSize({ width: 390, height: 844 })
  })
}

test('letters follow the size that the phone is set to', async () => {
  const large = await openBrowser('--blink-settings=defaultFontSize=24')
  try {
    const visitor = await newPhone(large, gateway, { width: 360 })
    await open(visitor.page, `/#i=${code}`)
    await becomes(() => visitor.page.evaluate(() => getComputedStyle(document.body).fontSize), '24px')
    assert.deepEqual(await tooWide(visitor.page), [])
    await visitor.look('elder', 'zh-CN')
    await open(visitor.page, `/#i=${code}`)
    await becomes(() => visitor.page.evaluate(() => getComputedStyle(document.body).fontSize), '36px')
    assert.deepEqual(await tooWide(visitor.page), [])
  } finally {
    await large.close()
  }
})

// Texts below a size, lines that stand too close and targets too small for a thumb. A choice is its
// whole row; a link within a sentence is not there in this app.
const small = (page, least) =>
  page.evaluate(({ letters, line, target }) => {
    const found = []
    const seen = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== 'hidden'
    const words = document.createTreeWalker(document.querySelector('dialog[open]') ?? document.body, NodeFilter.SHOW_TEXT)
    while (words.nextNode()) {
      const parent = words.currentNode.parentElement
      if (!words.currentNode.textContent.trim() || !parent || ['SCRIPT', 'NOSCRIPT', 'STYLE'].includes(parent.tagName) || !seen(parent)) continue
      const style = getComputedStyle(parent)
      const size = parseFloat(style.fontSize)
      const height = style.lineHeight === 'normal' ? 1.2 : parseFloat(style.lineHeight) / size
      if (size < letters - 0.1) found.push(`${size}px: ${words.currentNode.textContent.trim().slice(0, 40)}`)
      if (height < line - 0.01) found.push(`line ${height}: ${words.currentNode.textContent.trim().slice(0, 40)}`)
    }
    for (const one of document.querySelectorAll('a[href], button, input, select, textarea, summary')) {
      const box = (one.matches('input[type=radio], input[type=checkbox]') ? one.closest('label') : one).getBoundingClientRect()
      if (seen(one) && (box.width < target - 0.5 || box.height < target - 0.5)) found.push(`${Math.round(box.width)}x${Math.round(box.height)}: ${one.textContent.trim() || one.name}`)
    }
    return found
  }, least)

test('in 长辈版 letters have 18 pt, lines room and targets 60 px', async () => {
  for (const language of languages) {
    for (const view of Object.keys(views)) {
      assert.deepEqual(await small(await show(view, 'elder', language), { letters: 24, line: 1.3, target: 60 }), [], `${view} ${language}`)
    }
  }
})

test('in the other looks targets have 44 px, letters 14 px', async () => {
  for (const theme of ['light', 'dark']) {
    for (const view of Object.keys(views)) {
      assert.deepEqual(await small(await show(view, theme, 'zh-CN'), { letters: 14, line: 1.3, target: 44 }), [], `${view} ${theme}`)
    }
  }
})

test('the keyboard reaches everything, and what has the focus is never hidden', async () => {
  for (const view of ['home', 'me', 'data']) {
    const page = await show(view, 'light', 'zh-CN')
    const wanted = await page.locator('a[href], button, input[type=radio]:checked').count()
    const reached = new Set()
    for (let press = 0; press < wanted + 2; press++) {
      await page.keyboard.press('Tab')
      const at = await page.evaluate(() => {
        const one = document.activeElement
        if (!one || one === document.body) return null
        const box = one.getBoundingClientRect()
        const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)
        const outline = getComputedStyle(one)
        return { number: [...document.querySelectorAll('*')].indexOf(one), clear: top !== null && (one.contains(top) || top.contains(one)), outlined: outline.outlineStyle !== 'none', text: one.textContent.trim().slice(0, 30) }
      })
      if (!at) continue
      assert.ok(at.clear, `${view}: “${at.text}” is hidden`)
      assert.ok(at.outlined, `${view}: “${at.text}” shows no focus`)
      reached.add(at.number)
    }
    assert.equal(reached.size, wanted, view)
  }
})

test('a new page begins at its title, for who hears it', async () => {
  const page = await show('home', 'light', 'zh-CN')
  await page.getByRole('link', { name: '我的', exact: true }).click()
  await page.waitForURL('**/app/me')
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1')
  await becomes(() => page.title(), /^我的 · /)
})

test('the first visit weighs less than 80 kB', async () => {
  const visitor = await newPhone(browser, gateway)
  await open(visitor.page, '/')
  const sizes = await visitor.page.evaluate(() => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).filter((one) => new URL(one.name).pathname.startsWith('/app/')).map((one) => [one.name, one.encodedBodySize]))
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0)
  assert.ok(sizes.length >= 3)
  assert.ok(total > 10_000 && total <= kFirstLoad, JSON.stringify(sizes))
  await visitor.close()
})

// A mid phone over 4G: a quarter of this processor, 9 Mbit/s, 40 ms. Ten tries, because the
// machine that runs the tests does other things too.
test('the home stands within 1.5 s on a mid phone over 4G', async () => {
  const times = []
  for (let round = 0; round < 10 && !(Math.min(...times) <= kLcpMs); round++) {
    const visitor = await newPhone(browser, gateway, { serviceWorkers: 'block' })
    await visitor.context.addCookies(await inside.context.cookies())
    await visitor.page.evaluate(() => localStorage.setItem('linli.app.known', '1'))
    const slow = await visitor.context.newCDPSession(visitor.page)
    await slow.send('Network.enable')
    await slow.send('Network.clearBrowserCache')
    await slow.send('Network.emulateNetworkConditions', { offline: false, latency: 40, downloadThroughput: (9 * 1024 * 1024) / 8, uploadThroughput: (3 * 1024 * 1024) / 8 })
    await slow.send('Emulation.setCPUThrottlingRate', { rate: 4 })
    await visitor.page.goto('/app/')
    await title(visitor.page).waitFor()
    await settled(visitor.page)
    times.push(await visitor.page.evaluate(() => new Promise((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true })
    })))
    await visitor.close()
  }
  console.log(`largest contentful paint: ${times.map(Math.round).join(', ')} ms`)
  assert.ok(Math.min(...times) <= kLcpMs, times.join(', '))
})

test('no page broke the policy, asked a foreign address or stumbled', () => {
  assert.deepEqual([...inside.wrongs, ...outside.wrongs], [])
})
