// A page over plain HTTP from another machine, where browsers keep much from it: no WebCrypto, no service worker.
import { after, afterEach, before, describe, test } from 'node:test'
import { launch, phone } from './lib/browser.js'
import { allSent, seesOnce } from './lib/network-acts.js'
import { openSettings, setPassword } from './lib/settings-acts.js'
import { World } from './lib/world.js'

describe('a page over plain HTTP', { timeout: 120_000 }, () => {
  let world, through, kari, ola
  before(async () => {
    world = await World.openIn(launch(['--host-resolver-rules=MAP hermod.example 127.0.0.1']))
    world.expects(/Cross-Origin-Opener-Policy header has been ignored/)
    through = { host: 'hermod.example', port: world.server.port }
    ;[kari, ola] = await Promise.all([world.signUp('Kari', { form: phone, through }), world.signUp('Ola', { through })])
  })
  afterEach((t) => world.pictures(`plain ${t.name}`))
  after(() => world.close())

  test('lets two write to each other', async () => {
    await kari.startChat(ola)
    await kari.write('Hello Ola!')
    await ola.openChat('Kari')
    await ola.sees('Hello Ola!')
    await ola.write('Hi Kari')
    await kari.sees('Hi Kari')
    await allSent(ola)
    await seesOnce(kari, /Hello Ola!|Hi Kari/, ['Hello Ola!', 'Hi Kari'])
  })

  test('takes a second password and asks for it at another device', async () => {
    await openSettings(kari, 'Privacy and security', 'Two-step password')
    await setPassword(kari, 'fjord')
    await kari.page.getByText('Your account has a password').waitFor()
    const again = await world.visit('Kari again', { through })
    await again.enterPhone(kari.phone)
    await again.enterCode()
    for (const [word, seen] of [['mountain', again.page.getByText('That password is wrong.')], ['fjord', again.chats]]) {
      await again.page.getByLabel('Password', { exact: true }).fill(word)
      await again.page.getByRole('button', { name: 'Log in', exact: true }).click()
      await seen.waitFor()
    }
    await again.openChat('Ola')
    await again.sees('Hi Kari')
  })

  test('says that secret chats need a secure address', async () => {
    await ola.page.getByRole('main').getByRole('button', { name: 'More' }).click()
    await ola.page.getByRole('menuitem', { name: /secret chat/i }).click()
    const dialog = ola.page.getByRole('dialog', { name: 'No secret chats here' })
    await dialog.getByText('Open this server by its secure address (https://)').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await dialog.waitFor({ state: 'detached' })
  })

  test('says why the camera is not there', async () => {
    await openSettings(ola, 'Devices', 'Link a device')
    await ola.page.getByText('browsers give the camera only to pages with a secure address').waitFor()
  })
})
