// What somebody changes about the account and the page, and what the others see of it.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { newNumber } from '../js/lib/server.js'
import { desktop, phone } from './lib/browser.js'
import { photo } from './lib/photo.js'
import { closeProfile, confirm, leaveSettings, openPage, openProfile, openSettings } from './lib/settings-acts.js'
import { World } from './lib/world.js'

/** Whoever has a chat with somebody hears of changes at once. */
async function greetEachOther(one, other) {
  await one.startChat(other)
  await one.write('Hello')
  await other.openChat(one.name)
  await other.write('Hi')
  await one.sees('Hi')
  await other.showChats()
}

for (const [device, form, other] of [
  ['desktop', desktop, phone],
  ['phone', phone, desktop],
]) {
  describe(`the own profile at a ${device}`, { timeout: 120_000 }, () => {
    let world, kari, ola, profile
    before(async () => {
      world = await World.open()
      ;[kari, ola] = await Promise.all([world.signUp('Kari', { form }), world.signUp('Ola', { form: other })])
      await greetEachOther(ola, kari)
    })
    afterEach((t) => world.pictures(`settings profile ${device} ${t.name}`))
    after(() => world.close())

    test('name, words about oneself and a username', async () => {
      await openSettings(kari, /^Kari/)
      const { page } = kari
      await page.getByLabel('Last name').fill('Nordmann')
      await page.getByLabel('About you').fill('Sails on the fjord')
      await page.getByLabel('Username').fill('ka')
      await page.getByText('A username has 5 to 32 letters').waitFor()
      await page.getByLabel('Username').fill('kari_on_the_fjord')
      await page.getByText('This username is free.').waitFor()
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('Saved').waitFor()
      profile = await openProfile(ola, 'Kari Nordmann')
      await profile.getByText('Sails on the fjord').waitFor()
      await profile.getByText('@kari_on_the_fjord').waitFor()
    })

    test('a name that somebody has cannot be taken', async () => {
      await closeProfile(ola)
      await ola.showChats()
      await openSettings(ola, /^Ola/)
      await ola.page.getByLabel('Username').fill('kari_on_the_fjord')
      await ola.page.getByText('That username is taken.').waitFor()
      await leaveSettings(ola)
    })

    test('a photo and a birthday', async () => {
      await kari.choosePhoto('Choose another photo', photo('kari.png', 400, 300))
      await kari.page.getByRole('button', { name: 'Remove the photo' }).waitFor()
      await kari.page.getByRole('button', { name: 'Birthday' }).click()
      const dialog = kari.page.getByRole('dialog')
      await dialog.getByLabel('Day').selectOption('17')
      await dialog.getByLabel('Month').selectOption('May')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await kari.page.getByRole('button', { name: 'Birthday 17 May' }).waitFor()
      await ola.openChat('Kari Nordmann')
      profile = await openProfile(ola, 'Kari Nordmann')
      await profile.getByRole('button', { name: 'Photos of Kari Nordmann' }).waitFor()
    })

    test('the photo is taken away again', async () => {
      await kari.page.getByRole('button', { name: 'Remove the photo' }).click()
      await profile.getByRole('button', { name: 'Photos of Kari Nordmann' }).waitFor({ state: 'detached' })
    })

    test('another number', async () => {
      const next = newNumber()
      await openPage(kari, 'Phone number')
      await kari.page.getByLabel('New number').fill(`+${next}`)
      await kari.page.getByRole('button', { name: 'Continue' }).click()
      await kari.page.getByLabel('Code').fill('11111')
      await kari.page.getByRole('button', { name: 'Continue' }).click()
      await kari.page.getByText('The number was changed.').waitFor()
      await kari.page.getByRole('button', { name: `Phone number +${next}` }).waitFor()
    })
  })
}

describe('who sees what', { timeout: 120_000 }, () => {
  let world, kari, ola, profile
  before(async () => {
    world = await World.open()
    ;[kari, ola] = await Promise.all([world.signUp('Kari', { form: phone }), world.signUp('Ola')])
    await openSettings(kari, /^Kari/)
    await kari.choosePhoto('Choose another photo', photo())
    await kari.page.getByRole('button', { name: 'Remove the photo' }).waitFor()
    await leaveSettings(kari)
    await greetEachOther(ola, kari)
    profile = await openProfile(ola, 'Kari')
  })
  afterEach((t) => world.pictures(`settings privacy ${t.name}`))
  after(() => world.close())

  /** Sets the rule of one of the rows under "Who can …". */
  const rule = async (row, who) => {
    await openPage(kari, row)
    await kari.page.getByText(who, { exact: true }).click()
  }
  const back = () => kari.page.getByRole('button', { name: 'Back' }).filter({ visible: true }).first().click()

  test('who hides when he was online is seen as "recently" only', async () => {
    await profile.getByText('online', { exact: true }).waitFor()
    await openSettings(kari, 'Privacy and security')
    await rule('See when I was online', 'Nobody')
    await profile.getByText('last seen recently').waitFor()
  })

  test('an exception from the rule sees it', async () => {
    await kari.page.getByRole('button', { name: 'Add people or groups' }).first().click()
    const dialog = kari.page.getByRole('dialog')
    await dialog.getByRole('option', { name: 'Ola' }).click()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await profile.getByText('online', { exact: true }).waitFor()
    await back()
    await kari.page.getByRole('button', { name: 'See when I was online Nobody (+1)' }).waitFor()
  })

  test('number and photo are seen by whom they are shown to', async () => {
    await rule('See my number', 'Everybody')
    await back()
    await rule('See my photo', 'Nobody')
    await profile.getByRole('button', { name: 'Photos of Kari' }).waitFor({ state: 'detached' })
    await ola.page.reload()
    await profile.getByText(`+${kari.phone}`).waitFor()
    await back()
    await rule('See my number', 'Nobody')
    await profile.getByText(`+${kari.phone}`).waitFor({ state: 'detached' })
    await back()
  })

  test('who is blocked cannot write, and can again afterwards', async () => {
    await openPage(kari, 'Blocked people')
    await openPage(kari, 'Block somebody')
    await kari.page.getByRole('dialog').getByRole('option', { name: 'Ola' }).click()
    await kari.page.getByRole('button', { name: 'Unblock' }).waitFor()
    await ola.write('Do you hear me?')
    await ola.sees('Do you hear me?')
    await ola.page.getByRole('main').getByText('This person does not take messages from you.').first().waitFor()
    await kari.page.getByRole('button', { name: 'Unblock' }).click()
    await kari.page.getByText('You have blocked nobody').waitFor()
    await ola.write('And now?')
    await leaveSettings(kari)
    await kari.openChat('Ola')
    await kari.sees('And now?')
  })

  test('who deletes the account is a deleted account for the others', async () => {
    await openSettings(kari, 'Privacy and security', 'Delete the account')
    const dialog = kari.page.getByRole('dialog')
    await dialog.getByLabel('Type DELETE to go on').fill('delete')
    await dialog.getByRole('button', { name: 'Delete the account' }).click()
    await kari.page.getByLabel('Phone number').waitFor()
    await ola.chats.getByRole('button', { name: 'Deleted account' }).waitFor()
  })
})

describe('what others may do', { timeout: 120_000 }, () => {
  let world, kari, ola
  before(async () => {
    world = await World.open()
    const permissions = ['microphone']
    ;[kari, ola] = await Promise.all([world.signUp('Kari', { form: phone }), world.signUp('Ola', { permissions })])
  })
  afterEach((t) => world.pictures(`settings others ${t.name}`))
  after(() => world.close())

  const switchOn = async (name) => {
    await kari.page.getByRole('switch', { name }).click()
    await kari.page.getByRole('switch', { name, checked: true }).waitFor()
  }
  /** Sets the rule of one of the rows under "Who can …", and comes back to them. */
  const rule = async (row, who) => {
    await openPage(kari, row)
    await kari.page.getByText(who, { exact: true }).click()
    await kari.page.getByRole('button', { name: 'Back' }).filter({ visible: true }).first().click()
    await kari.page.getByRole('button', { name: `${row} ${who}` }).waitFor()
  }

  test('whoever is hidden from strangers is not found by the number, until that is over', async () => {
    await openSettings(kari, 'Privacy and security')
    await rule('Find me by my number', 'My contacts')
    await ola.page.getByRole('button', { name: 'New message' }).click()
    await ola.page.getByRole('menuitem', { name: 'New private chat' }).click()
    await ola.page.getByRole('textbox', { name: 'Name, username or number' }).fill(`+${kari.phone}`)
    await ola.page.getByText('Nobody has such a name.').waitFor()
    await leaveSettings(ola)
    await rule('Find me by my number', 'Everybody')
  })

  test('a new chat of a stranger goes into the archive', async () => {
    await switchOn('Archive and mute new chats from strangers')
    await leaveSettings(kari)
    await ola.startChat(kari)
    await ola.write('We do not know each other')
    await kari.chats.getByRole('button', { name: /^Archive/ }).click()
    await kari.openChat('Ola')
    await kari.sees('We do not know each other')
    await kari.write('Carry this on')
    await ola.sees('Carry this on')
  })

  test('who links to nobody is only named where his words are forwarded', async () => {
    await kari.showChats()
    await kari.page.getByRole('button', { name: 'Back' }).filter({ visible: true }).first().click() // out of the archive
    await openSettings(kari, 'Privacy and security')
    await rule('Link to my account', 'Nobody')
    await ola.menu('Carry this on', 'Forward')
    const dialog = ola.page.getByRole('dialog')
    await dialog.getByRole('option', { name: 'Saved messages' }).click()
    await dialog.getByRole('button', { name: 'Send', exact: true }).click()
    await ola.openChat('Saved messages')
    await ola.message('Carry this on').getByText('Forwarded from').waitFor()
    assert.equal(await ola.message('Carry this on').getByRole('button', { name: 'Kari' }).count(), 0)
    await ola.openChat('Kari')
  })

  test('who takes no voice messages gets none, and the sender is told why', async () => {
    await rule('Send me voice messages', 'Nobody')
    await ola.page.getByRole('button', { name: 'Record a voice message' }).click()
    const bar = ola.page.getByRole('group', { name: 'Recording a voice message' })
    await bar.getByText(/^0:(0[1-9]|[1-5]\d)$/).waitFor()
    await bar.getByRole('button', { name: 'Send' }).click()
    await ola.page.getByText('This person takes no voice or round video messages.').first().waitFor()
  })

  test('that the time of reading is hidden stays so', async () => {
    await switchOn('Hide when I read')
    await kari.page.reload()
    await kari.page.getByRole('switch', { name: 'Hide when I read', checked: true }).waitFor()
    await kari.page.getByRole('switch', { name: 'Archive and mute new chats from strangers', checked: true }).waitFor()
  })
})

describe('the page as one likes it', { timeout: 120_000 }, () => {
  let world, kari
  before(async () => {
    world = await World.open()
    kari = await world.signUp('Kari', { form: phone, colorScheme: 'light' })
  })
  afterEach((t) => world.pictures(`settings page ${t.name}`))
  after(() => world.close())

  const look = () =>
    kari.page.evaluate(() => {
      const { colorScheme, fontSize, backgroundColor } = getComputedStyle(document.documentElement)
      return { colorScheme, fontSize, ground: backgroundColor, body: getComputedStyle(document.body).backgroundColor }
    })

  test('theme, accent and size of the text are there at once and after a reload', async () => {
    const before = await look()
    await openSettings(kari, 'Appearance')
    await kari.page.getByText('Dark', { exact: true }).click()
    await kari.page.getByTitle('Ember').click()
    await kari.page.getByRole('slider', { name: 'Text size' }).press('End')
    const chosen = await look()
    assert.notDeepEqual(chosen, before)
    assert.notEqual(chosen.fontSize, before.fontSize)
    await kari.page.reload()
    await kari.page.getByRole('radio', { name: 'Ember' }).and(kari.page.locator(':checked')).waitFor()
    assert.deepEqual(await look(), chosen)
    assert.equal(await kari.page.getByRole('radio', { name: 'Dark' }).isChecked(), true)
    await leaveSettings(kari)
  })

  test('how kinds of chats notify is kept at the server', async () => {
    await openSettings(kari, 'Notifications and sounds')
    const groups = kari.page.getByRole('region', { name: 'Groups' }).getByRole('switch', { name: 'Notifications' })
    await groups.click()
    await kari.page.getByRole('switch', { name: 'A contact has joined' }).click()
    await kari.page.getByRole('radiogroup', { name: 'Reactions' }).getByText('Nobody').click()
    await kari.page.reload()
    await isOn(groups, 'false')
    await isOn(kari.page.getByRole('switch', { name: 'A contact has joined' }), 'false')
    await kari.page.getByRole('radio', { name: 'Nobody' }).and(kari.page.locator(':checked')).waitFor()
    await confirm(kari, 'Reset all notification settings', 'Reset')
    await isOn(groups, 'true')
    await leaveSettings(kari)
  })

  test('folders are there too, also after a reload', async () => {
    await openSettings(kari, 'Folders')
    await kari.page.reload()
    await openPage(kari, 'New folder')
    await kari.page.getByRole('heading', { name: 'New folder' }).waitFor()
    await kari.page.getByRole('button', { name: 'Back' }).filter({ visible: true }).first().click()
    await kari.page.getByRole('button', { name: 'New folder' }).waitFor()
    await kari.page.getByRole('button', { name: 'Back' }).filter({ visible: true }).first().click()
    await kari.page.getByRole('heading', { name: 'Settings' }).waitFor()
    await leaveSettings(kari)
  })

  test('what the browser keeps is shown, bounded and cleared', async () => {
    await openSettings(kari, 'Data and storage')
    await kari.page.getByRole('switch', { name: 'Files and music' }).click()
    await kari.page.getByLabel('Keep at most').selectOption('200 MB')
    await kari.page.getByRole('button', { name: 'Clear' }).click()
    await kari.page.getByText('in 0 files').waitFor()
    await kari.page.reload()
    await isOn(kari.page.getByRole('switch', { name: 'Files and music' }), 'true')
    await kari.page.getByLabel('Keep at most').getByRole('option', { name: '200 MB', selected: true }).waitFor({ state: 'attached' })
  })
})

const isOn = (control, value) => control.and(control.page().locator(`[aria-checked=${value}]`)).waitFor()
