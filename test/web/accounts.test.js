// One person with several accounts in a browser, and one account at several devices.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { newNumber } from '../js/lib/server.js'
import { readBrowser } from './lib/browser-store.js'
import { desktop, phone } from './lib/browser.js'
import { confirm, logOut, openSettings } from './lib/settings-acts.js'
import { World } from './lib/world.js'

for (const [device, form, other] of [
  ['desktop', desktop, phone],
  ['phone', phone, desktop],
]) {
  describe(`two accounts at a ${device}`, { timeout: 120_000 }, () => {
    const work = { name: 'Office', phone: newNumber() }
    let world, kari, ola
    before(async () => {
      world = await World.open()
      ;[kari, ola] = await Promise.all([world.signUp('Kari', { form }), world.signUp('Ola', { form: other })])
    })
    afterEach((t) => world.pictures(`accounts ${device} ${t.name}`))
    after(() => world.close())

    test('a second account is added beside the first', async () => {
      await openSettings(kari, 'Add an account')
      await kari.page.getByRole('button', { name: 'Back to Kari' }).waitFor()
      await kari.enterPhone(work.phone)
      await kari.enterCode()
      await kari.enterName(work.name)
    })

    test('both get their messages, and the hidden one shows how many chats are unread', async () => {
      await ola.startChat(work)
      await ola.write('For the office')
      await ola.showChats()
      await ola.startChat(kari)
      await ola.write('For you alone')
      await kari.openChat('Ola')
      await kari.sees('For the office')
      await openSettings(kari)
      await kari.page.getByRole('button', { name: /^Kari \+\d+ 1 unread chat$/ }).click()
      await kari.openChat('Ola')
      await kari.sees('For you alone')
      await kari.write('Thanks')
      await ola.sees('Thanks')
    })

    test('a reload keeps both', async () => {
      await kari.page.reload()
      await openSettings(kari, /^Office/)
      await kari.openChat('Ola')
      await kari.sees('For the office')
    })

    test('who logs out leaves nothing behind, and the other account stays', async () => {
      assert.deepEqual(await wordsKept(kari, 'For the office', work.phone), ['For the office', work.phone])
      await openSettings(kari)
      await confirm(kari, 'Log out')
      await kari.openChat('Ola')
      await kari.sees('For you alone')
      assert.deepEqual(await wordsKept(kari, 'For the office', work.phone), [])
      await kari.write('Only one left')
      await ola.sees('Only one left')
    })

    test('who logs out of the last account is at the login page, and nothing is left at all', async () => {
      assert.deepEqual(await wordsKept(kari, 'For you alone', 'Ola', kari.phone), ['For you alone', 'Ola', kari.phone])
      await logOut(kari)
      assert.deepEqual(await wordsKept(kari, 'For you alone', 'Ola', kari.phone), [])
    })
  })
}

/** Which of these words the browser keeps somewhere. */
async function wordsKept(person, ...words) {
  const kept = await readBrowser(person)
  return words.filter((word) => kept.includes(word))
}

describe('one account at several devices', { timeout: 120_000 }, () => {
  let world, kari, second, third
  const come = async (options) => {
    const device = await world.visit(`Kari ${world.people.length + 1}`, options)
    device.phone = kari.phone
    await device.enterPhone()
    await device.enterCode()
    await device.chats.waitFor()
    return device
  }
  before(async () => {
    world = await World.open()
    kari = await world.signUp('Kari', { form: phone })
  })
  afterEach((t) => world.pictures(`accounts devices ${t.name}`))
  after(() => world.close())

  test('a new login is told at the other device, and is known from then on', async () => {
    second = await come()
    await kari.page.getByText('Somebody has just signed in to your account.').waitFor()
    await kari.page.getByRole('button', { name: 'Yes, it was me' }).click()
    await kari.page.getByText('Somebody has just signed in to your account.').waitFor({ state: 'detached' })
    await openSettings(kari, 'Devices')
    const others = kari.page.getByRole('region', { name: 'Other devices' })
    await others.getByRole('button', { name: /Chrom/ }).waitFor()
  })

  test('who is ended from the list of devices falls out', async () => {
    await kari.page.getByRole('region', { name: 'Other devices' }).getByRole('button').first().click()
    await kari.page.getByRole('dialog').getByRole('button', { name: 'Log out' }).click()
    await second.page.getByText('You were logged out from another device.').waitFor()
    await kari.page.getByText('You are signed in here only').waitFor()
  })

  test('a login that nobody knows is ended by the notice of it', async () => {
    third = await come()
    await kari.page.getByRole('button', { name: 'No, end it' }).first().click()
    await third.page.getByText('You were logged out from another device.').waitFor()
  })

  test('all other devices are ended at once', async () => {
    const devices = [await come(), await come()]
    await confirm(kari, 'Log out all other devices', 'Log out')
    for (const { page } of devices) await page.getByText('You were logged out from another device.').waitFor()
  })
})

