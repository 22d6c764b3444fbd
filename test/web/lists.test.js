// The lists: chats with their marks, pins, folders, archive and drafts; the search over everything; the address book.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, afterEach, before, describe, test } from 'node:test'
import { phone } from './lib/browser.js'
import { confirm, dialog, info, makeChannel, openInfo } from './lib/community-acts.js'
import { chooseInMenu, chooseInRow, orderOf, rowOf, search } from './lib/list-acts.js'
import { World } from './lib/world.js'

describe('the list of chats', { timeout: 300_000 }, () => {
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
    await ola.showChats()
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

describe('search, folders and the address book', { timeout: 300_000 }, () => {
  let world, kari, ola, siri, folderLink
  before(async () => {
    world = await World.open()
    ;[kari, ola, siri] = await Promise.all([world.signUp('Kari'), world.signUp('Ola', { form: phone }), world.signUp('Siri')])
    await kari.startChat(ola)
    await kari.write('The keys are under the blue stone')
    await ola.openChat('Kari')
    await ola.sees('The keys are under the blue stone')
  })
  afterEach((t) => world.pictures(`search ${t.name}`))
  after(() => world.close())

  test('a message is found by its words, and people by name and by number', async () => {
    await search(kari, 'stone')
    await kari.page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: /blue stone/ }).click()
    await kari.sees('The keys are under the blue stone')
    await search(kari, 'Ola')
    await kari.page.getByRole('region', { name: 'Your chats and contacts' }).getByRole('button', { name: /^Ola/ }).waitFor()
    await search(kari, `+${siri.phone}`)
    await kari.page.getByRole('region', { name: 'Everybody' }).getByRole('button', { name: /^Siri/ }).click()
    await kari.write('Found you')
    await siri.openChat('Kari')
    await siri.sees('Found you')
    await search(kari, 'nobody is called this')
    await kari.page.getByText('No chat, person or message fits these words.').waitFor()
  })

  test('what was opened from the search is offered again, until it is forgotten', async () => {
    await kari.page.reload()
    await kari.field.waitFor()
    await kari.page.getByRole('textbox', { name: 'Search', exact: true }).first().click()
    const recent = kari.page.getByRole('region', { name: 'Recent' })
    await recent.getByRole('button', { name: /^Siri/ }).waitFor()
    await kari.page.getByRole('button', { name: 'Forget' }).click()
    await recent.waitFor({ state: 'detached' })
    await kari.page.getByRole('button', { name: 'Back', exact: true }).click()
  })

  test('somebody is put into the address book by number, renamed, saved to a file and removed', async () => {
    await ola.showChats()
    await chooseInMenu(ola, 'Contacts')
    await ola.page.getByRole('button', { name: 'Add a contact' }).first().click()
    await dialog(ola).getByRole('textbox', { name: 'Phone number' }).fill(`+${siri.phone}`)
    await dialog(ola).getByRole('textbox', { name: 'First name' }).fill('Siri from work')
    await confirm(ola, 'Add')
    await ola.field.waitFor()
    await ola.page.getByRole('main').getByText('Siri from work').first().waitFor()
    await openInfo(ola)
    await ola.choose(info(ola).getByRole('button', { name: 'More', exact: true }).first(), 'Edit contact')
    await dialog(ola).getByRole('textbox', { name: 'First name' }).fill('Siri; the neighbour')
    await confirm(ola, 'Save')
    await info(ola).getByText('Siri; the neighbour').first().waitFor()
    await ola.showChats()
    await chooseInMenu(ola, 'Contacts')
    const saving = ola.page.waitForEvent('download')
    await ola.page.getByRole('button', { name: 'Save as a file' }).click()
    const file = await (await saving).path()
    assert.match(readFileSync(file, 'utf8'), new RegExp(`TEL;TYPE=CELL:\\+${siri.phone}`))
    await importCards(kari, file)
    await kari.page.getByText('1 contact found here').waitFor()
    await back(kari)
    await ola.page.getByRole('list', { name: 'People' }).getByText('Siri; the neighbour').click({ button: 'right' })
    await ola.page.getByRole('menuitem', { name: 'Remove from contacts' }).click()
    await ola.page.getByRole('list', { name: 'People' }).getByText('Siri; the neighbour').waitFor({ state: 'detached' })
    await back(ola)
  })

  test('a folder is made with chosen chats and kinds, looked at, changed and shared by a link', async () => {
    await makeChannel(kari, 'Club news')
    await chooseInMenu(kari, 'Folders')
    await kari.page.getByRole('button', { name: 'New folder' }).click()
    await kari.page.getByRole('textbox', { name: 'Name', exact: true }).fill('Club')
    await kari.page.getByRole('switch', { name: 'Channels' }).click()
    await kari.page.getByRole('button', { name: 'Choose chats' }).first().click()
    await dialog(kari).getByRole('option', { name: 'Ola' }).click()
    await confirm(kari, 'Done')
    await kari.page.getByRole('button', { name: 'Save' }).click()
    await kari.page.getByRole('button', { name: 'Club 2 chats' }).click()
    await kari.page.getByText('Only a folder of chosen chats can be shared').waitFor()
    await kari.page.getByRole('switch', { name: 'Channels' }).click()
    await kari.page.getByRole('button', { name: 'Choose chats' }).first().click()
    await dialog(kari).getByRole('option', { name: 'Club news' }).click()
    await confirm(kari, 'Done')
    await kari.page.getByRole('button', { name: 'Save' }).click()
    await kari.page.getByRole('button', { name: 'Club 2 chats' }).click()
    await kari.page.getByRole('button', { name: 'New link' }).click()
    const link = kari.page.getByRole('button', { name: /addlist.*1 chat/ })
    folderLink = `http://${(await link.innerText()).split('\n')[0].trim()}`
    await kari.page.getByRole('textbox', { name: 'Name', exact: true }).fill('Our club')
    await kari.page.getByRole('button', { name: 'Save' }).click()
    await back(kari)
    await kari.page.getByRole('tab', { name: /^Our club/ }).click()
    assert.deepEqual((await orderOf(kari, ['Siri', 'Ola', 'Club news'])).sort(), ['Club news', 'Ola'])
  })

  test('a shared folder is joined at a phone, with its channel', async () => {
    const { pathname } = new URL(folderLink)
    await ola.page.goto('about:blank')
    await ola.page.goto(`http://${world.server.host}:${world.server.port}/#${pathname.slice(1)}`)
    await dialog(ola).getByRole('checkbox', { name: /Club news/ }).waitFor()
    await confirm(ola, 'Join')
    await ola.page.getByRole('tab', { name: /^Club|^Our club/ }).click()
    await ola.openChat('Club news')
    await kari.openChat('Club news')
    await kari.write('Welcome to the club')
    await ola.sees('Welcome to the club')
  })

  test('who is blocked cannot write until he is let in again', async () => {
    await kari.page.getByRole('tab', { name: /^All/ }).click()
    await kari.openChat('Ola')
    await openInfo(kari)
    await kari.choose(info(kari).getByRole('button', { name: 'More', exact: true }).first(), 'Block')
    await confirm(kari, 'Block')
    await dialog(kari).waitFor({ state: 'detached' })
    await ola.showChats()
    await ola.page.getByRole('tab', { name: /^All/ }).click()
    await ola.openChat('Kari')
    await ola.write('Lost words')
    await ola.message('Lost words').waitFor()
    await kari.choose(info(kari).getByRole('button', { name: 'More', exact: true }).first(), 'Unblock')
    await info(kari).getByText('last seen').or(info(kari).getByText('online')).first().waitFor()
    await ola.write('Am I heard?')
    await kari.sees('Am I heard?')
    assert.equal(await kari.message('Lost words').count(), 0)
  })
})

/** Reads contacts from a file of cards. */
async function importCards(person, file) {
  await chooseInMenu(person, 'Contacts')
  await person.page.getByRole('button', { name: 'Add a contact' }).first().click()
  const choosing = person.page.waitForEvent('filechooser')
  await dialog(person).getByRole('button', { name: 'From a file' }).click()
  await (await choosing).setFiles(file)
}

/** Leaves a page of the left column. */
function back(person) {
  return person.page.getByRole('button', { name: 'Back', exact: true }).filter({ visible: true }).first().click()
}
