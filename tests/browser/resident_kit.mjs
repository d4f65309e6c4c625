// What the tests of the residents' app stand on, beside console_kit.mjs: a manager who prepares a
// household and phones that take its invitations. How to reach a real gateway stands there.
import { chromium } from 'playwright-core'
import { Api, mark, newDesk, openGateway as openAny, rootOf, settled as settledDesk } from './console_kit.mjs'

export { becomes, languages, themes } from './console_kit.mjs'
export const hostileName = '<img src=x onerror=alert(1)>'

// A worker is registered only where the certificate is trusted: the flag stands for that.
export const openBrowser = (...flags) => chromium.launch({ executablePath: process.env.LINLI_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--ignore-certificate-errors', ...flags] })

class Manager {
  constructor(api) {
    this.api = api
    this.home = `home-${mark}`
  }
  // A home with two devices that have never sent anything; one of them has a name that is no name.
  async prepareHome() {
    await this.api.ask('PUT', `/places/${this.home}`, { parent: await rootOf(this.api), kind: 'unit', name: '3-2-502' })
    for (const [id, name] of [['kitchen', '厨房烟感'], ['hostile', hostileName]]) {
      await this.api.ask('POST', '/devices', { id: `${id}-${mark}`, profile: 'generic/smoke', place: this.home, name })
    }
  }
  async invite() {
    return (await this.api.ask('POST', '/people/invitations', { role: 'resident', name: '502', places: [this.home] })).code
  }
  async endSessionsOf(name) {
    const found = (await this.api.ask('GET', '/people')).items.find((person) => person.name === name)
    await this.api.ask('DELETE', `/people/${found.id}/sessions`)
  }
}

export async function openGateway() {
  const gateway = await openAny()
  const api = await Api.enter(gateway)
  const manager = new Manager(api)
  await manager.prepareHome()
  const stop = async () => {
    await api.close()
    gateway.stop()
  }
  return { ...gateway, manager, stop }
}

export const newPhone = (browser, gateway, more = {}) => newDesk(browser, gateway, { width: 390, hasTouch: true, ...more })
export const title = (page) => page.locator('h1')
export const settled = settledDesk

// Opens a page of the app anew, even if only the part behind # differs, and waits for what it reads.
export async function open(page, path) {
  await page.goto('/app/icon.svg')
  await page.goto(`/app${path}`)
  await title(page).waitFor()
  await settled(page)
}

export async function enter(phone, code, name) {
  await open(phone.page, `/#i=${code}`)
  await phone.page.fill('input[name=name]', name)
  await phone.page.click('button[type=submit]')
  await phone.page.waitForURL('**/app/')
  await settled(phone.page)
}
