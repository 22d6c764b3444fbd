// What people do with messages in a chat of two, one at a desktop and the other at a phone.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { desktop, phone } from './lib/browser.js'
import { answer, chatOf, choose, chooseInChat, clipboard, dialogOf, markAndOpenMenu, messageOf, openMenu, swipe } from './lib/chat-acts.js'
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
      await ola.write('Yes, all day long')
      await kari.sees('Yes, all day long')
      await chatOf(kari).getByRole('button', { name: 'Today', exact: true }).waitFor()
    })

    test('sees that the other is online and types, and has new messages read out', async () => {
      await chatOf(kari).getByText('online', { exact: true }).waitFor()
      await ola.field.pressSequentially('Wait')
      await chatOf(kari).getByText('typing …').waitFor()
      await ola.write('Wait for me')
      await kari.page.getByRole('status').getByText('Ola: Wait for me').waitFor()
    })

    test('replies, quotes, and jumps from a reply to what it answers', async () => {
      if (kari.isPhone) await swipe(kari, 'Wait for me')
      else await choose(kari, 'Wait for me', 'Reply')
      await kari.write('I shall')
      await messageOf(ola, 'I shall').getByRole('button', { name: 'Ola Wait for me' }).waitFor()
      const [mouse, finger] = kari.isPhone ? [ola, kari] : [kari, ola]
      await markAndOpenMenu(mouse, 'Yes, all day long', 'all day')
      await mouse.page.getByRole('menuitem', { name: 'Quote and reply' }).click()
      await mouse.write('That is long')
      await messageOf(finger, 'That is long').getByRole('button', { name: 'Ola all day' }).click()
    })

    test('edits, and the other sees the new words', async () => {
      await choose(kari, 'I shall', 'Edit')
      await kari.field.fill('I shall be patient')
      await kari.page.getByRole('button', { name: 'Save the change' }).click()
      await ola.sees('I shall be patient')
      await messageOf(ola, 'I shall be patient').getByText('edited').waitFor()
    })

    test('deletes for both, and for herself alone', async () => {
      await kari.write('For one')
      await kari.write('For both')
      await ola.sees('For both')
      await choose(kari, 'For both', 'Delete')
      await dialogOf(kari).getByRole('checkbox', { name: 'Delete for Ola too' }).click()
      await answer(kari, 'Delete')
      await ola.misses('For both')
      await choose(kari, 'For one', 'Delete')
      await answer(kari, 'Delete')
      await kari.misses('For one')
      await ola.sees('For one')
    })

    test('reacts, and the other reacts too; a new reaction to what is in view is no news', async () => {
      await openMenu(kari, 'Yes, all day long')
      await kari.page.getByRole('menu').getByRole('menuitem', { name: '👍' }).click()
      await messageOf(ola, 'Yes, all day long').getByRole('button', { name: '👍, 1 reaction' }).click()
      await messageOf(kari, 'Yes, all day long').getByRole('button', { name: '👍, 2 reactions', pressed: true }).waitFor()
      await openMenu(ola, 'I shall be patient')
      await ola.page.getByRole('menuitem', { name: 'All reactions' }).click()
      await ola.page.getByRole('menuitem', { name: '🎉' }).click()
      await messageOf(kari, 'I shall be patient').getByRole('button', { name: '🎉, 1 reaction' }).waitFor()
      await kari.page.getByRole('button', { name: /new reaction/ }).waitFor({ state: 'detached' })
      await choose(kari, 'Yes, all day long', 'Who reacted')
      await dialogOf(kari).getByRole('button', { name: /Ola/ }).waitFor()
      await answer(kari, 'Close')
    })

    test('reacts by the button that the mouse finds beside a message', async () => {
      const [mouse, finger] = kari.isPhone ? [ola, kari] : [kari, ola]
      await messageOf(mouse, 'I shall be patient').hover()
      await messageOf(mouse, 'I shall be patient').getByRole('button', { name: 'React', exact: true }).click()
      await mouse.page.getByRole('menuitem', { name: '❤' }).click()
      await messageOf(finger, 'I shall be patient').getByRole('button', { name: '❤, 1 reaction' }).waitFor()
    })

    test('pins for both; the bar leads there, and unpinning takes it away', async () => {
      await choose(kari, 'Are you there?', 'Pin')
      await dialogOf(kari).getByRole('checkbox', { name: 'Pin for Ola too' }).click()
      await answer(kari, 'Pin')
      await chatOf(ola).getByRole('button', { name: 'Pinned message Are you there?' }).waitFor()
      await choose(kari, 'I shall be patient', 'Pin')
      await answer(kari, 'Pin')
      await chatOf(kari).getByRole('button', { name: 'Pinned message 2 I shall be patient' }).waitFor()
      await chatOf(kari).getByRole('button', { name: 'Pinned messages' }).click()
      await chatOf(kari).getByText('2 messages').waitFor()
      await kari.sees('Are you there?')
      await chatOf(kari).getByRole('button', { name: 'Back' }).click()
      await choose(kari, 'Are you there?', 'Unpin')
      await chatOf(ola).getByRole('button', { name: /Pinned message/ }).waitFor({ state: 'detached' })
    })

    test('forwards to the saved messages and back, with and without the sender', async () => {
      await choose(kari, 'Yes, all day long', 'Forward')
      await dialogOf(kari).getByRole('option', { name: 'Saved messages' }).click()
      await dialogOf(kari).getByRole('option', { name: 'Ola' }).click()
      await answer(kari, 'Send')
      await messageOf(ola, 'Yes, all day long').getByText('Forwarded from').waitFor()
      await kari.showChats()
      await kari.openChat('Saved messages')
      await messageOf(kari, 'Yes, all day long').getByRole('button', { name: 'Ola' }).waitFor()
      await kari.write('A note to myself')
      await choose(kari, 'A note to myself', 'Forward')
      await dialogOf(kari).getByRole('option', { name: 'Ola' }).click()
      await dialogOf(kari).getByRole('checkbox', { name: 'Hide the sender' }).click()
      await answer(kari, 'Send')
      await ola.sees('A note to myself')
      assert.equal(await messageOf(ola, 'A note to myself').getByText('Forwarded from').count(), 0)
      await kari.showChats()
      await kari.openChat('Ola')
    })

    test('searches by words, sender and day, and steps from hit to hit', async () => {
      await chatOf(kari).getByRole('button', { name: 'Search in this chat' }).click()
      const found = chatOf(kari).getByRole('search').first()
      await found.getByRole('textbox', { name: 'Search in this chat' }).fill('long')
      await found.getByText('1 of 3').waitFor()
      await found.getByRole('button', { name: 'Older hit' }).click()
      await found.getByText('2 of 3').waitFor()
      await found.getByRole('button', { name: 'Sender' }).click()
      await dialogOf(kari).getByRole('button', { name: 'You', exact: true }).click()
      await found.getByRole('button', { name: 'Sender: You' }).waitFor()
      await found.getByText('of 3').waitFor({ state: 'detached' })
      await found.getByRole('button', { name: 'Show as a list' }).click()
      await chatOf(kari).getByRole('list', { name: 'Show as a list' }).getByRole('button', { name: /You/ }).first().click()
      await found.getByRole('button', { name: 'Date' }).click()
      await dialogOf(kari).getByLabel('Last day').fill('2001-01-01')
      await answer(kari, 'Search')
      await found.getByText('Nothing found').waitFor()
      await found.getByRole('button', { name: 'Date: any' }).click()
      await found.getByRole('button', { name: 'Date', exact: true }).click()
      await answer(kari, 'Today')
      await found.getByText(/^1 of /).waitFor()
      await kari.page.keyboard.press('Escape')
      await found.waitFor({ state: 'detached' })
    })

    test('selects several, copies them, and deletes them for both', async () => {
      await kari.write('First of two')
      await kari.write('Second of two')
      await ola.sees('Second of two')
      await choose(kari, 'First of two', 'Select')
      await messageOf(kari, 'Second of two').getByRole('checkbox').click()
      await kari.page.getByText('2 messages selected').waitFor()
      await kari.field.waitFor({ state: 'hidden' })
      await chatOf(kari).getByRole('button', { name: 'Copy' }).click()
      await kari.page.getByText('Text copied').waitFor()
      await kari.field.waitFor()
      assert.equal(await clipboard(kari), 'First of two\n\nSecond of two')
      await chooseInChat(kari, 'Select')
      await messageOf(kari, 'First of two').getByRole('checkbox').click()
      await chatOf(kari).getByRole('button', { name: 'Delete' }).click()
      await dialogOf(kari).getByRole('checkbox', { name: 'Delete for Ola too' }).click()
      await answer(kari, 'Delete')
      await ola.misses('First of two')
      await ola.misses('Second of two')
    })
  })
}
