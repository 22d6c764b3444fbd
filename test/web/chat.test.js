// What people do with messages in a chat of two, one at a desktop and the other at a phone.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { desktop, phone } from './lib/browser.js'
import { answer, chatOf, choose, chooseInChat, dialogOf, messageOf, missesMessage, openMenu, swipe } from './lib/chat-acts.js'
import { World } from './lib/world.js'

for (const [device, form, other] of [['desktop', desktop, phone], ['phone', phone, desktop]]) {
  describe(`at a ${device}, in a chat of two, one`, { timeout: 240_000 }, () => {
    let world, kari, ola
    before(async () => {
      world = await World.open()
      ;[kari, ola] = await Promise.all([world.signUp('Kari', { form }), world.signUp('Ola', { form: other })])
      await kari.context.grantPermissions(['clipboard-read', 'clipboard-write'])
      await kari.startChat(ola)
    })
    afterEach((t) => world.pictures(`chat ${device} ${t.name}`))
    after(() => world.close())

    test('writes and is answered; the ticks tell that it arrived and that it was read', async () => {
      await kari.write('Are you there?')
      await messageOf(kari, 'Are you there?').getByRole('img', { name: 'Sent' }).waitFor()
      await ola.openChat('Kari')
      await ola.sees('Are you there?')
      await messageOf(kari, 'Are you there?').getByRole('img', { name: 'Read' }).waitFor()
      await ola.write('I am')
      await kari.sees('I am')
    })

    test('sees that the other is online and types', async () => {
      await chatOf(kari).getByText('online', { exact: true }).waitFor()
      await ola.field.pressSequentially('Wait')
      await chatOf(kari).getByText('typing …').waitFor()
      await ola.field.fill('')
    })

    test('replies, and the other sees what to', async () => {
      await choose(kari, 'I am', 'Reply')
      await kari.write('Good to know')
      await messageOf(ola, 'Good to know').getByRole('button', { name: /Ola.*I am/ }).waitFor()
    })

    test('edits, and the other sees the new words', async () => {
      await choose(kari, 'Good to know', 'Edit')
      await kari.field.fill('Very good to know')
      await kari.page.getByRole('button', { name: 'Save the change' }).click()
      await ola.sees('Very good to know')
      await messageOf(ola, 'Very good to know').getByText('edited').waitFor()
    })

    test('deletes for both, and for himself alone', async () => {
      await kari.write('For one')
      await kari.write('For both')
      await ola.sees('For both')
      await choose(kari, 'For both', 'Delete')
      await dialogOf(kari).getByRole('checkbox', { name: 'Delete for Ola too' }).click()
      await answer(kari, 'Delete')
      await missesMessage(ola, 'For both')
      await choose(kari, 'For one', 'Delete')
      await answer(kari, 'Delete')
      await missesMessage(kari, 'For one')
      await ola.sees('For one')
    })

    test('reacts, and the other sees it and reacts too', async () => {
      await openMenu(kari, 'I am')
      await kari.page.getByRole('menu').getByRole('menuitem', { name: '👍' }).click()
      const bar = messageOf(ola, 'I am').getByRole('group', { name: 'Reactions' })
      await bar.getByRole('button', { name: '👍, 1 reaction' }).click()
      await messageOf(kari, 'I am').getByRole('button', { name: '👍, 2 reactions', pressed: true }).waitFor()
    })
  })
}
