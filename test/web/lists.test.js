// The lists: chats with their marks, pins, folders, archive and drafts; the search over everything; the address book.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { phone } from './lib/browser.js'
import { chooseInRow, orderOf, rowOf, showList } from './lib/list-acts.js'
import { World } from './lib/world.js'

describe('the list of chats', { timeout: 180_000 }, () => {
  let world, kari, ola, siri
  before(async () => {
    world = await World.open()
    ;[kari, ola, siri] = await Promise.all([world.signUp('Kari'), world.signUp('Ola', { form: phone }), world.signUp('Siri')])
    await kari.startChat(ola)
    await kari.write('Hello Ola')
    await kari.startChat(siri)
    await kari.write('Hello Siri')
  })
  afterEach((t) => world.pictures(`lists ${t.name}`))
  after(() => world.close())

  test('counts what is unread until it is read, and a chat can be marked as unread', async () => {
    await ola.openChat('Kari')
    await ola.write('First answer')
    await ola.write('Second answer')
    await rowOf(kari, /Ola.*Second answer.*2 unread messages/s).waitFor()
    await kari.openChat('Ola')
    await kari.sees('Second answer')
    await kari.chats.getByText(/unread message/).waitFor({ state: 'detached' })

    await chooseInRow(kari, 'Ola', 'Mark as unread')
    await rowOf(kari, 'Ola').getByText('Marked as unread').waitFor()
    await chooseInRow(kari, 'Ola', 'Mark as read')
    await rowOf(kari, 'Ola').getByText('Marked as unread').waitFor({ state: 'detached' })
  })

  test('keeps pinned chats above in the order that they were dragged into', async () => {
    await siri.openChat('Kari')
    await siri.write('I am newer')
    await rowOf(kari, /Siri.*I am newer/s).waitFor()
    const names = ['Ola', 'Siri']
    assert.deepEqual(await orderOf(kari, names), ['Siri', 'Ola'])
    await chooseInRow(kari, 'Siri', 'Pin')
    await chooseInRow(kari, 'Ola', 'Pin')
    await rowOf(kari, 'Ola').getByLabel('Pinned').waitFor()
    assert.deepEqual(await orderOf(kari, names), ['Ola', 'Siri'])
    await rowOf(kari, 'Siri').dragTo(rowOf(kari, 'Ola'))
    await kari.chats.getByRole('listitem').first().getByText('Siri', { exact: true }).waitFor()
    await kari.page.reload()
    await kari.chats.getByRole('listitem').first().getByText('Siri', { exact: true }).waitFor()
    await chooseInRow(kari, 'Siri', 'Move down')
    await kari.chats.getByRole('listitem').first().getByText('Ola', { exact: true }).waitFor()
    await chooseInRow(kari, 'Siri', 'Unpin')
    await chooseInRow(kari, 'Ola', 'Unpin')
    await kari.chats.getByRole('listitem').first().getByText('Siri', { exact: true }).waitFor()
  })

  test('is quiet about a muted chat, at a phone too', async () => {
    await showList(ola)
    await chooseInRow(ola, 'Kari', 'Mute', 'For 1 hour')
    await rowOf(ola, 'Kari').getByLabel('Muted').waitFor()
    await ola.page.reload()
    await rowOf(ola, 'Kari').getByLabel('Muted').waitFor()
    await chooseInRow(ola, 'Kari', 'Unmute')
    await rowOf(ola, 'Kari').getByLabel('Muted').waitFor({ state: 'detached' })
  })

  test('puts a chat into the archive, and a new message brings it back', async () => {
    await chooseInRow(kari, 'Siri', 'Archive')
    await kari.chats.getByRole('button', { name: /^Archive/ }).click()
    await kari.page.getByRole('heading', { name: 'Archive' }).waitFor()
    await rowOf(kari, 'Siri').waitFor()
    await siri.write('Are you there?')
    await rowOf(kari, 'Siri').waitFor({ state: 'detached' })
    await kari.page.getByRole('button', { name: 'Back', exact: true }).first().click()
    await rowOf(kari, /Siri.*Are you there/s).waitFor()
  })

  test('shows what was written and not sent', async () => {
    await kari.openChat('Ola')
    await kari.field.fill('I am not sure yet')
    await kari.openChat('Siri')
    await rowOf(kari, /Ola.*Draft:\s*I am not sure yet/s).waitFor()
    await kari.page.reload()
    await rowOf(kari, /Ola.*Draft:\s*I am not sure yet/s).waitFor()
  })

  test('forgets a chat that is deleted for both', async () => {
    await chooseInRow(kari, 'Siri', 'Delete chat')
    await kari.page.getByRole('checkbox', { name: 'Also for Siri' }).check()
    await kari.page.getByRole('dialog').getByRole('button', { name: 'Delete chat' }).click()
    await rowOf(kari, 'Siri').waitFor({ state: 'detached' })
    await rowOf(siri, 'Kari').waitFor({ state: 'detached' })
  })
})
