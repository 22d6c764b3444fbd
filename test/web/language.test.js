// The page in Norwegian bokmål: all of it, with its numbers and dates.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { CODE } from '../js/lib/server.js'
import { phone } from './lib/browser.js'
import { openSettings } from './lib/settings-acts.js'
import { textsOn, wordsOf } from './lib/words.js'
import { World } from './lib/world.js'

const english = wordsOf('en')
const norwegian = wordsOf('nb')

/** English words that are none in Norwegian; the longer ones, as names and short words may be both. */
const foreign = new Set(Object.values(english).filter((text) => typeof text === 'string' && text.length > 5))
for (const text of Object.values(norwegian)) foreign.delete(text)
for (const name of ['English', 'Hermod']) foreign.delete(name)

describe('the page in Norwegian', { timeout: 300_000 }, () => {
  let world, kari, per
  before(async () => {
    world = await World.open()
    ;[kari, per] = await Promise.all([world.signUp('Kari'), world.visit('Per', { form: phone, locale: 'nb-NO' })])
  })
  afterEach((t) => world.pictures(`language ${t.name}`))
  after(() => world.close())

  test('a browser that speaks it is welcomed in it, and signs up in it', async () => {
    const { page } = per
    await page.getByRole('heading', { name: 'Velkommen til Hermod' }).waitFor()
    await isNorwegian(per)
    await page.getByLabel('Telefonnummer').fill(`+${per.phone}`)
    await page.getByRole('button', { name: 'Fortsett' }).click()
    await page.getByText('Dette er et testnummer. Koden er 11111.').waitFor()
    await isNorwegian(per)
    await page.keyboard.type(CODE)
    await page.getByLabel('Fornavn').fill('Per')
    await isNorwegian(per)
    await page.getByRole('button', { name: 'Registrer deg' }).click()
    await page.getByRole('navigation', { name: norwegian.DialogsChats }).waitFor()
    await isNorwegian(per)
  })

  test('somebody changes to it in the settings, at once and for the next visit', async () => {
    await openSettings(kari, 'Language')
    await kari.page.getByRole('radio', { name: /^Norsk bokmål/ }).check({ force: true })
    await kari.page.getByRole('heading', { name: 'Språk' }).waitFor()
    await kari.page.waitForFunction(() => document.documentElement.lang === 'nb')
    await isNorwegian(kari)
    await kari.page.reload()
    await kari.page.getByRole('heading', { name: 'Språk' }).waitFor()
    await isNorwegian(kari)
    await back(kari)
    await kari.page.getByRole('heading', { name: 'Innstillinger' }).waitFor()
    await back(kari)
    await kari.page.getByRole('navigation', { name: norwegian.DialogsChats }).waitFor()
    await isNorwegian(kari)
  })

  test('every page of the settings is in it', async () => {
    await menu(kari, norwegian.DialogsSettings)
    const pages = ['SettingsNotifications', 'SettingsData', 'SettingsPrivacy', 'SettingsDevices', 'SettingsAppearance', 'SettingsLanguage']
    for (const key of pages) {
      await kari.page.getByRole('button', { name: norwegian[key] }).click()
      await kari.page.getByRole('heading', { level: 2, name: norwegian[key], exact: true }).waitFor()
      await isNorwegian(kari)
      await back(kari)
    }
    await back(kari)
  })

  test('a chat with its days and menus is in it, and others read what was written', async () => {
    const { page } = kari
    await begin(kari, norwegian.DialogsNewChat)
    await page.getByRole('textbox', { name: norwegian.ContactsSearch }).fill(`+${per.phone}`)
    await page.getByRole('button', { name: 'Per' }).first().click()
    await write(kari, 'God dag!')
    await page.getByText('I dag', { exact: true }).first().waitFor()
    await isNorwegian(kari)
    await per.page.getByRole('navigation').getByRole('button', { name: /Kari/ }).click()
    await per.sees('God dag!')
    await isNorwegian(per)
    await kari.message('God dag!').getByText('God dag!').click({ button: 'right' })
    await page.getByRole('menuitem', { name: norwegian.ChatReply }).first().waitFor()
    await isNorwegian(kari)
    await page.keyboard.press('Escape')
  })

  test('one and several are counted as the language does', async () => {
    await back(per)
    await write(kari, 'En')
    await badge(1)
    await write(kari, 'To')
    await badge(2)
  })

  /** Waits for the number of unread messages at the row, with its words. */
  function badge(n) {
    const form = norwegian.DialogsUnread[n === 1 ? 'one' : 'other'].replace('{n}', n)
    return per.page.getByRole('navigation').getByRole('button', { name: form }).waitFor()
  }
})

/** No English word and no name of a word stands anywhere. */
async function isNorwegian({ page }) {
  const texts = await textsOn(page)
  assert.deepEqual(texts.filter((text) => foreign.has(text)), [])
  assert.deepEqual(texts.filter((text) => text in english), [])
}

async function back(person) {
  await person.page.getByRole('button', { name: norwegian.CommonBack }).filter({ visible: true }).first().click()
}

async function menu(person, item) {
  await person.choose(person.page.getByRole('button', { name: norwegian.DialogsMenu, exact: true }), item)
}

async function begin(person, item) {
  await person.choose(person.page.getByRole('button', { name: norwegian.DialogsBegin }), item)
}

async function write(person, text) {
  await person.page.getByRole('textbox', { name: norwegian.ComposerField }).fill(text)
  await person.page.getByRole('button', { name: norwegian.CommonSend, exact: true }).click()
  await person.sees(text)
}
