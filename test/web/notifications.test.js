// How one is told of what comes: title, sound, notifications of the page and pushes while no page is looked at.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { newNumber } from '../js/lib/server.js'
import { desktop, phone } from './lib/browser.js'
import { Attention, clickNotification, listen, showsNotifications } from './lib/notice-acts.js'
import { PushService } from './lib/push-service.js'
import { makeGroup } from './lib/community-acts.js'
import { askForSecret, openSecret } from './lib/secret-acts.js'
import { leaveSettings, openSettings } from './lib/settings-acts.js'
import { World } from './lib/world.js'

/** What a browser that keeps nothing says when it is to be pushed to, as it is where the server has a way to push services. */
const noPushes = /does not support the Push API in incognito mode/

describe('somebody is told of what comes', { timeout: 300_000 }, () => {
  let world, service, kari, ola, attention, address
  before(async () => {
    service = await PushService.open()
    world = await service.openWorld()
    ;[kari, ola] = await Promise.all([service.signUp(world, 'Kari'), world.signUp('Ola', { form: phone })])
    address = new URL('/', kari.page.url()).href
    attention = await Attention.of(kari)
    await listen(kari)
    await ola.startChat(kari)
  })
  afterEach((t) => world.pictures(`notifications ${t.name}`))
  after(async () => {
    await world.close()
    service.close()
  })

  test('the title counts the chats with something unread, and a tone sounds', async () => {
    await ola.write('The first words')
    await kari.page.waitForFunction(() => document.title === '(1) Hermod' && window.heardTones > 0)
    await ola.write('The second words')
    await kari.row('Ola').getByText('The second words').waitFor()
    await kari.openChat('Ola')
    await kari.sees('The second words')
    await kari.page.waitForFunction(() => document.title === 'Hermod')
    await ola.page.getByRole('img', { name: 'Read' }).last().waitFor()
  })

  test('allows notifications in the settings', async () => {
    await openSettings(kari, 'Notifications and sounds')
    await kari.page.getByRole('switch', { name: 'Notifications' }).first().click()
    await kari.page.getByRole('switch', { name: 'Notifications', checked: true }).first().waitFor()
    await leaveSettings(kari)
  })

  test('a page that nobody looks at shows a notification, and the one that reads it again takes it away', async () => {
    await attention.away()
    await ola.write('Are you there?')
    await showsNotifications(kari, 'Ola: Are you there?')
    await kari.page.waitForFunction(() => document.title === '(1) Hermod')
    await attention.back()
    await ola.page.getByRole('img', { name: 'Read' }).last().waitFor()
    await showsNotifications(kari)
  })

  test('a chat that is muted stays quiet, while others do not', async () => {
    await makeGroup(ola, 'Boats', [kari])
    await ola.write('Who sails?')
    await kari.row('Boats').getByText('Who sails?').waitFor()
    await chooseInRow('Mute', 'For 1 hour')
    await kari.row('Ola').getByLabel('Muted').waitFor()
    await kari.openChat('Boats')
    await ola.showChats()
    await ola.openChat('Kari')
    await leave()
    await ola.write('Hush')
    await ola.showChats()
    await ola.openChat('Boats')
    await ola.write('Nobody?')
    await showsNotifications(kari, 'Boats: Ola: Nobody?')
    assert.deepEqual(service.pushed.at(-1).loc_args, ['Ola', 'Boats', 'Nobody?'])
    assert.ok(!JSON.stringify(service.pushed).includes('Hush'))
  })

  test('a click on it opens the messenger at the chat', async () => {
    const opened = await clickNotification(kari)
    assert.match(opened, /^\/\?account=\d+#g\d+$/)
    await kari.page.goto(new URL(opened, address).href)
    await attention.back()
    await kari.sees('Nobody?')
    await chooseInRow('Unmute')
  })

  test('a click while the messenger is open changes to the chat', async () => {
    await attention.away()
    await ola.showChats()
    await ola.openChat('Kari')
    await ola.write('A last word')
    await showsNotifications(kari, 'Ola: A last word')
    await clickNotification(kari)
    await kari.sees('A last word')
    await attention.back()
  })

  test('of a secret chat only that something came is told', async () => {
    await leave()
    await askForSecret(ola)
    await showsNotifications(kari, 'Hermod: Somebody asks for a secret chat')
    assert.ok(!JSON.stringify(service.pushed.at(-1)).includes('Ola'))
    await kari.page.goto(address)
    await attention.back()
    await openSecret(kari, ola)
    await kari.page.getByRole('button', { name: 'Accept' }).click()
    await ola.field.waitFor()
    await leave()
    await ola.write('For your eyes only')
    await showsNotifications(kari, 'Hermod: Something came in a secret chat')
    assert.ok(!JSON.stringify(service.pushed).includes('eyes'))
    await kari.page.goto(address)
    await attention.back()
    await openSecret(kari, ola)
    await kari.sees('For your eyes only')
    await showsNotifications(kari)
  })

  test('what is read on another device is not shown any more', async () => {
    await leave()
    await ola.showChats()
    await ola.openChat('Boats')
    await ola.write('Read me elsewhere')
    await showsNotifications(kari, 'Boats: Ola: Read me elsewhere')
    const other = await world.visit('Kari elsewhere', { form: phone })
    await other.enterPhone(kari.phone)
    await other.enterCode()
    await other.openChat('Boats')
    await other.sees('Read me elsewhere')
    await showsNotifications(kari, 'Hermod: New login')
  })

  /** Goes through the menu of Kari's chat with Ola. */
  async function chooseInRow(...words) {
    await kari.row('Ola').click({ button: 'right' })
    for (const word of words) await kari.page.getByRole('menuitem', { name: word, exact: true }).click()
  }

  /** Looks away, which Ola sees, and closes the messenger; another page of the server is open then. */
  async function leave() {
    await attention.away()
    await ola.page.getByRole('main').getByText(/^last seen/).waitFor()
    await kari.page.goto(address + 'connect')
  }
})

describe('who has two accounts', { timeout: 120_000 }, () => {
  const work = { name: 'Office', phone: newNumber() }
  let world, kari, ola, attention
  before(async () => {
    world = await World.open()
    world.expects(noPushes)
    ;[kari, ola] = await Promise.all([world.signUp('Kari', { form: phone, permissions: ['notifications'] }), world.signUp('Ola')])
    await openSettings(kari, 'Notifications and sounds')
    await kari.page.getByRole('switch', { name: 'Notifications' }).first().click()
    await kari.page.getByRole('switch', { name: 'Notifications', checked: true }).first().waitFor()
    await leaveSettings(kari)
    await openSettings(kari, 'Add an account')
    await kari.enterPhone(work.phone)
    await kari.enterCode()
    await kari.enterName(work.name)
    attention = await Attention.of(kari)
  })
  afterEach((t) => world.pictures(`notifications of two accounts ${t.name}`))
  after(() => world.close())

  test('is told of the one that is not shown, and whose it is', async () => {
    await attention.away()
    await ola.startChat(kari)
    await ola.write('For you at home')
    await showsNotifications(kari, 'Ola – Kari: For you at home')
    await kari.page.waitForFunction(() => document.title === '(1) Hermod')
  })

  test('a click changes to that account and its chat', async () => {
    await clickNotification(kari)
    await kari.message('For you at home').waitFor()
    await attention.back()
    await ola.page.getByRole('img', { name: 'Read' }).last().waitFor()
  })
})

for (const [device, form, answer] of [
  ['desktop', desktop, 'Not now'],
  ['phone', phone, 'Turn on'],
]) {
  describe(`who has not been asked about notifications, at a ${device}`, { timeout: 120_000 }, () => {
    let world, kari, ola, offer
    before(async () => {
      world = await World.open()
      world.expects(noPushes)
      ;[kari, ola] = await Promise.all([world.visit('Kari', { form, isOffered: true }), world.signUp('Ola')])
      await kari.context.addInitScript(allowAnything)
      await kari.page.reload()
      await kari.enterPhone()
      await kari.enterCode()
      await kari.enterName()
      offer = kari.page.getByRole('region', { name: 'Notifications' })
    })
    afterEach((t) => world.pictures(`notifications offered ${device} ${t.name}`))
    after(() => world.close())

    test('is asked when the first message comes, and not before', async () => {
      assert.equal(await offer.count(), 0)
      await ola.startChat(kari)
      await ola.write('The first words')
      await offer.waitFor()
    })

    test(`says "${answer}", and is not asked again`, async () => {
      await offer.getByRole('button', { name: answer }).click()
      await offer.waitFor({ state: 'detached' })
      await kari.page.reload()
      await ola.write('And more')
      await kari.row('Ola').getByText('And more').waitFor()
      assert.equal(await offer.count(), 0)
      await openSettings(kari, 'Notifications and sounds')
      const isOn = answer === 'Turn on'
      await kari.page.getByRole('switch', { name: 'Notifications', checked: isOn }).first().waitFor()
    })
  })
}

/** Runs in the page: nobody is there to answer the browser's own question. */
function allowAnything() {
  let permission = 'default'
  Object.defineProperty(Notification, 'permission', { get: () => permission })
  Notification.requestPermission = async () => (permission = 'granted')
}
