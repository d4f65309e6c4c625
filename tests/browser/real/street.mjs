// The street before a real gateway: what its doors' devices do and were told (tests/system/pages_kit.py),
// and a hand that counts how often it presses.
import { choose } from '../console_kit.mjs'

export async function street(deed, query = {}) {
  const answer = await fetch(`${process.env.LINLI_STREET}/${deed}?${new URLSearchParams(query)}`, { method: 'POST' })
  const said = await answer.json()
  if (!answer.ok) throw new Error(`${deed}: ${said.wrong}`)
  return said
}

// Each press of a finger or a mouse, in the page itself: whatever leads to it in a test.
export const countPresses = (context) =>
  context.addInitScript(() => {
    addEventListener('pointerdown', (event) => {
      if (!event.isTrusted) return
      sessionStorage.setItem('presses', String(Number(sessionStorage.getItem('presses') ?? 0) + 1))
      sessionStorage.setItem('pressed_at', String(performance.timeOrigin + event.timeStamp))
    }, { capture: true })
  })
export const presses = (page) => page.evaluate(() => Number(sessionStorage.getItem('presses') ?? 0))
export const pressedAt = (page) => page.evaluate(() => Number(sessionStorage.getItem('pressed_at')))

// What somebody does on a page, deed by deed: a press, a line that is typed, a choice that is found by typing.
export class Hand {
  deeds = 0
  constructor(page) {
    this.page = page
  }
  async press(what) {
    this.deeds += 1
    await what.click()
  }
  async type(what, text) {
    this.deeds += 1
    await what.fill(text)
  }
  async pick(label, text) {
    this.deeds += 1
    await choose(this.page, label, text)
  }
}
