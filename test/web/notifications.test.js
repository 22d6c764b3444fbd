// How one is told of what comes: title, sound, notifications of the page and pushes while no page is looked at.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { phone } from './lib/browser.js'
import { Attention, clickNotification, listen, notifications, showsNotifications } from './lib/notice-acts.js'
import { PushService } from './lib/push-service.js'
import { leaveSettings, openSettings } from './lib/settings-acts.js'
import { World } from './lib/world.js'

describe('somebody is told of what comes', { timeout: 180_000 }, () => {
  let world, service, kari, ola, attention
  before(async () => {
    service = await PushService.open()
    Object.assign(process.env, service.environment)
    world = await World.open()
    ;[kari, ola] = await Promise.all([service.signUp(world, 'Kari'), world.signUp('Ola', { form: phone })])
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
})
