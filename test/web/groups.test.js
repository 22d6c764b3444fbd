// Groups: made, filled, run by admins with rights, left. A basic group becomes a supergroup on the way.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { phone } from './lib/browser.js'
import {
  chooseForMember, closeInfo, confirm, dialog, flip, follow, info, makeGroup, openInfo, pick, rowOf,
} from './lib/community-acts.js'
import { chooseInMenu, chooseInRow } from './lib/list-acts.js'
import { photo } from './lib/photo.js'
import { World } from './lib/world.js'

describe('a group', { timeout: 300_000 }, () => {
  let world, kari, ola, siri, per
  before(async () => {
    world = await World.open()
    ;[kari, ola, siri, per] = await Promise.all([
      world.signUp('Kari'), world.signUp('Ola', { form: phone }), world.signUp('Siri'), world.signUp('Per'),
    ])
  })
  afterEach((t) => world.pictures(`groups ${t.name}`))
  after(() => world.close())

  test('is made with a photo and members, who see it and answer', async () => {
    await makeGroup(kari, 'Harbour walk', [ola, siri], photo())
    await kari.write('Welcome everybody')
    await ola.openChat('Harbour walk')
    await ola.sees('Welcome everybody')
    await openInfo(ola)
    await info(ola).getByText('3 members').first().waitFor()
    await info(ola).locator('img').first().waitFor()
    await closeInfo(ola)
    await ola.write('Fine weather today')
    await kari.sees('Fine weather today')
  })

  test('shows its members, and they the groups in common', async () => {
    await openInfo(kari, 'Ola')
    await openInfo(kari, '1 group in common', 'Harbour walk')
    await kari.sees('Fine weather today')
  })

  test('gets another name and a description, which everybody sees', async () => {
    await openInfo(kari, 'Manage group')
    await info(kari).getByRole('textbox', { name: 'Name of the group' }).fill('Harbour club')
    await info(kari).getByRole('textbox', { name: 'Description' }).fill('Walks along the water')
    await info(kari).getByRole('button', { name: 'Save' }).click()
    await ola.sees('Kari renamed the group to “Harbour club”')
    await openInfo(ola)
    await info(ola).getByText('Walks along the water').waitFor()
    await siri.row('Harbour club').waitFor()
  })

  test('takes in somebody who is added, and lets nobody write who was removed', async () => {
    await openInfo(kari, 'Add members')
    await pick(kari, per)
    await confirm(kari, 'Add')
    await per.openChat('Harbour club')
    await per.field.waitFor()
    await chooseForMember(kari, 'Per', 'Remove')
    await confirm(kari, 'Remove')
    await per.page.getByText('You are not a member of this group any more.').waitFor()
    await info(kari).getByText('3 members').first().waitFor()
  })

  test('lets members do what its admins allow', async () => {
    await closeInfo(ola)
    await openInfo(kari, 'Manage group', 'Permissions')
    await flip(kari, 'Send text', false)
    await ola.page.getByRole('textbox', { name: 'Message', disabled: true }).waitFor()
    await flip(kari, 'Send text', true)
    await ola.page.getByRole('textbox', { name: 'Message', disabled: false }).waitFor()
  })

  test('becomes a supergroup by slow mode, and goes on as the same chat', async () => {
    await info(kari).getByRole('radio', { name: '10 seconds' }).check({ force: true })
    await info(kari).getByRole('radio', { name: '10 seconds', checked: true }).waitFor()
    await closeInfo(kari)
    await kari.sees('The group became a supergroup')
    await kari.page.getByRole('button', { name: 'Show earlier messages' }).click()
    await kari.sees('Fine weather today')
    await kari.page.getByRole('main').getByRole('button', { name: 'Back' }).click()
    await kari.sees('The group became a supergroup')
    await kari.write('Still here')
    await ola.sees('Still here')
    await siri.openChat('Harbour club')
    await siri.sees('Still here')
    await siri.write('Slowly now')
    await siri.page.getByRole('timer', { name: /^Slow mode: wait/ }).waitFor()
    await ola.sees('Slowly now')
    await openInfo(kari, 'Manage group', 'Permissions')
    await info(kari).getByRole('radio', { name: 'Off' }).check({ force: true })
    await info(kari).getByRole('radio', { name: 'Off', checked: true }).waitFor()
    await siri.page.getByRole('timer', { name: /^Slow mode: wait/ }).waitFor({ state: 'detached' })
  })

  test('has an admin with a title and with fewer rights', async () => {
    await openInfo(kari, 'Manage group', 'Admins', 'Add an admin')
    await pick(kari, ola)
    await flip(kari, 'Ban people', false)
    await info(kari).getByRole('textbox', { name: 'Title' }).fill('Captain')
    await info(kari).getByRole('button', { name: 'Save' }).click()
    await openInfo(ola)
    await rowOf(info(ola), 'Manage group').waitFor()
    await openInfo(siri)
    await rowOf(info(siri), 'Ola').getByText('Captain').waitFor()
    assert.equal(await info(ola).getByRole('button', { name: 'What to do with Siri' }).count(), 0)
  })

  test('restricts one member for a day, and frees him again', async () => {
    await closeInfo(siri)
    await openInfo(kari)
    await chooseForMember(kari, 'Siri', 'Restrict')
    await flip(kari, 'Send text', false)
    await info(kari).getByRole('radio', { name: '1 day', exact: true }).check({ force: true })
    await info(kari).getByRole('button', { name: 'Save' }).click()
    await siri.page.getByRole('textbox', { name: 'Message', disabled: true }).waitFor()
    await openInfo(kari)
    await chooseForMember(kari, 'Siri', 'End restrictions')
    await siri.page.getByRole('textbox', { name: 'Message', disabled: false }).waitFor()
  })

  test('keeps out who is banned, until he is let in again', async () => {
    await openInfo(kari)
    await chooseForMember(kari, 'Siri', 'Ban')
    await confirm(kari, 'Ban')
    await siri.field.waitFor({ state: 'detached' })
    await openInfo(kari, 'Manage group', 'Banned')
    await rowOf(info(kari), 'Siri').waitFor()
    await chooseForMember(kari, 'Siri', 'Let in again')
    await info(kari).getByText('Nobody is banned').waitFor()
  })

  test('says in its log what its admins did', async () => {
    await openInfo(kari, 'Manage group', 'Recent actions')
    await info(kari).getByText('Kari made Ola an admin').waitFor()
    await info(kari).getByText('Kari banned Siri').waitFor()
    await info(kari).getByRole('combobox', { name: 'What is shown' }).selectOption('Admins')
    await info(kari).getByText('Kari banned Siri').waitFor({ state: 'detached' })
    await info(kari).getByText('Kari made Ola an admin').waitFor()
  })

  test('deletes its messages after a time', async () => {
    await closeInfo(ola)
    await openInfo(kari, 'Delete messages automatically')
    await dialog(kari).getByRole('radio', { name: '1 day', exact: true }).click({ force: true })
    await ola.sees('Kari set messages to vanish after 1 day')
    await kari.sees('You set messages to vanish after 1 day')
  })

  test('is left by who wants to, and gone when its owner deletes it', async () => {
    await ola.showChats()
    await chooseInRow(ola, 'Harbour club', 'Leave group')
    await confirm(ola, 'Leave group')
    await ola.row('Harbour club').waitFor({ state: 'detached' })
    await closeInfo(kari)
    await kari.sees('Ola left the group')
    await openInfo(kari)
    await kari.choose(info(kari).getByRole('button', { name: 'More', exact: true }).first(), 'Delete group')
    await confirm(kari, 'Delete')
    await kari.row('Harbour club').waitFor({ state: 'detached' })
  })
})

describe('ways into a group and its inner life', { timeout: 300_000 }, () => {
  let world, kari, ola, siri, link
  before(async () => {
    world = await World.open()
    ;[kari, ola, siri] = await Promise.all([world.signUp('Kari'), world.signUp('Ola', { form: phone }), world.signUp('Siri')])
    await makeGroup(kari, 'Neighbours', [])
    await kari.write('Anybody here?')
  })
  afterEach((t) => world.pictures(`ways ${t.name}`))
  after(() => world.close())

  /** Makes a link with this title; `approval`: admins let people in, otherwise one person may use it. */
  async function makeLink(title, approval) {
    await openInfo(kari, 'Manage group', 'Invite links', 'New link')
    await dialog(kari).getByRole('textbox', { name: 'Name of the link' }).fill(title)
    if (approval) await dialog(kari).getByRole('switch', { name: 'Admins let people in' }).click()
    else await dialog(kari).getByRole('combobox', { name: 'How many people' }).selectOption('1')
    await confirm(kari, 'Create')
    await kari.choose(linkMenu(title), 'QR code')
    const code = dialog(kari).getByRole('img', { name: /^QR code for/ })
    const words = await code.getAttribute('aria-label')
    await confirm(kari, 'Close')
    return words.slice('QR code for '.length)
  }

  /** The menu beside the link with this title. */
  function linkMenu(title) {
    const rows = info(kari).getByRole('button')
    return rows.filter({ hasText: title }).locator('xpath=following::button[1]')
  }

  test('are links with a limit, shown as a QR code, that ask before somebody joins', async () => {
    link = await makeLink('For Ola', false)
    await follow(ola, link)
    await dialog(ola).getByRole('heading', { name: 'Neighbours' }).waitFor()
    await ola.page.reload()
    await dialog(ola).getByText('1 member').waitFor()
    await confirm(ola, 'Join group')
    await ola.field.waitFor()
    await ola.write('Here I am')
    await kari.sees('Here I am')
    await openInfo(kari, 'Manage group', 'Invite links')
    await info(kari).getByText('1 joined · at most 1').waitFor()
    await kari.choose(linkMenu('For Ola'), 'Who came by it')
    await dialog(kari).getByText('Ola').first().waitFor()
    await confirm(kari, 'Close')
    await kari.choose(linkMenu('For Ola'), 'End this link')
    await info(kari).getByText('Ended links').waitFor()
  })

  test('are links where an admin opens the door', async () => {
    const asked = await makeLink('For all', true)
    await follow(siri, asked)
    await dialog(siri).getByText('An admin has to let you in.').waitFor()
    await confirm(siri, 'Ask to join')
    await siri.page.getByText('You asked to join. An admin will answer.').waitFor()
    await openInfo(kari, 'Requests to join')
    await info(kari).getByText('Siri').waitFor()
    await info(kari).getByRole('button', { name: 'Let in', exact: true }).click()
    await siri.row('Neighbours').waitFor()
    await info(kari).getByText('Nobody waits').waitFor()
  })

  test('are topics, each with its colour, its messages and its notifications', async () => {
    await openInfo(kari, 'Manage group')
    await flip(kari, 'Topics', true)
    await closeInfo(kari)
    await kari.page.getByRole('button', { name: 'New topic' }).click()
    await info(kari).getByRole('textbox', { name: 'Name of the topic' }).fill('Ferries')
    await info(kari).getByRole('radio', { name: 'Colour 3' }).check({ force: true })
    await info(kari).getByRole('button', { name: 'Create' }).click()
    await kari.field.waitFor()
    await kari.write('The last one leaves at ten')
    await ola.page.getByRole('main').getByRole('button', { name: /Ferries.*The last one leaves at ten/s }).click()
    await ola.sees('The last one leaves at ten')
    await ola.write('Thank you')
    await kari.sees('Thank you')
    await openInfo(ola)
    await flip(ola, 'Notifications of this topic', false)
    await closeInfo(ola)
  })

  test('lets its admins rename, close and delete a topic', async () => {
    await openInfo(kari, 'Topic')
    await info(kari).getByRole('textbox', { name: 'Name of the topic' }).fill('Boats')
    await info(kari).getByRole('button', { name: 'Save' }).click()
    await ola.sees('Kari renamed the topic to “Boats”')
    await openInfo(kari, 'Topic')
    await flip(kari, 'Closed', true)
    await ola.sees('Kari closed the topic')
    await ola.page.getByText('This topic is closed.').waitFor()
    await rowOf(info(kari), 'Delete topic').click()
    await confirm(kari, 'Delete')
    await kari.page.getByRole('main').getByRole('button', { name: /Boats/ }).waitFor({ state: 'detached' })
  })

  test('gets another owner by the password of the present one', async () => {
    await setPassword(kari, 'long enough')
    await openInfo(kari, 'Manage group', 'Admins', 'Add an admin')
    await pick(kari, ola)
    await info(kari).getByRole('button', { name: 'Save' }).click()
    await rowOf(info(kari), 'Ola').click()
    await rowOf(info(kari), 'Make the owner').click()
    await dialog(kari).getByLabel('Two-step password', { exact: true }).fill('long enough')
    await confirm(kari, 'Make the owner')
    await rowOf(info(kari), 'Ola').getByText('Owner').waitFor()
  })
})

/** Gives the account a second password. */
async function setPassword(person, password) {
  const { page } = person
  await chooseInMenu(person, 'Settings')
  await page.getByRole('button', { name: /^Privacy and security/ }).click()
  await page.getByRole('button', { name: /^Two-step password/ }).click()
  await page.getByRole('button', { name: /^Set a password/ }).click()
  await dialog(person).getByLabel('New password', { exact: true }).fill(password)
  await dialog(person).getByLabel('Once more', { exact: true }).fill(password)
  await confirm(person, 'Save')
  await page.getByText('Your account has a password').waitFor()
}
