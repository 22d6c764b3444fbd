// The ten main screens in light, dark and phone form. HERMOD_PICTURES=docs/img renews those of the documentation;
// otherwise they go to a temporary place, and only have to show something.
import { after, before, describe, test } from 'node:test'
import { CODE } from '../js/lib/server.js'
import { desktop, phone } from './lib/browser.js'
import { logIn, openDemo, people } from './lib/demo.js'
import { Gallery } from './lib/gallery.js'

const forms = { desktop: { ...desktop, deviceScaleFactor: 1.5 }, phone: { ...phone, deviceScaleFactor: 2 } }

for (const [device, form] of Object.entries(forms)) {
  describe(`the main screens at a ${device}`, { timeout: 240_000 }, () => {
    let world, gallery, ingrid, page
    before(async () => {
      world = await openDemo()
      gallery = new Gallery(device)
    })
    after(() => world.close())

    test('the login page', async () => {
      ingrid = await world.visit('Ingrid', { form })
      page = ingrid.page
      await page.getByLabel('Phone number').fill(`+${people.ingrid}`)
      await gallery.show(ingrid, 'login')
    })

    test('the code', async () => {
      await ingrid.enterPhone(people.ingrid)
      await page.getByLabel('Code', { exact: true }).first().waitFor()
      await page.keyboard.type(CODE.slice(0, 3))
      await gallery.show(ingrid, 'code')
      await page.keyboard.type(CODE.slice(3))
      await ingrid.chats.waitFor()
    })

    test('the list of chats beside a chat', async () => {
      await ingrid.chats.getByRole('button', { name: 'Jonas Berg' }).waitFor()
      if (device === 'phone') await gallery.show(ingrid, 'chats')
      await ingrid.openChat('Jonas Berg')
      await ingrid.sees('The view from where the boat will be')
      await gallery.show(ingrid, 'chat')
    })

    test('a group', async () => {
      await ingrid.showChats()
      await ingrid.openChat('Sunday walks')
      await page.getByRole('main').getByText('Where to next?').waitFor()
      await gallery.show(ingrid, 'group')
    })

    test('what is known about a group', async () => {
      await page.getByRole('main').getByRole('button', { name: /^Sunday walks/ }).click()
      await page.getByRole('complementary').getByText('Where to on Sunday?').waitFor()
      await gallery.show(ingrid, 'info')
      await page.getByRole('complementary').getByRole('button', { name: /^(Close|Back)$/ }).first().click()
    })

    test('a photo in the viewer', async () => {
      await page.getByRole('main').getByRole('button', { name: /^Photo/ }).last().click()
      await page.getByRole('dialog').waitFor()
      await gallery.show(ingrid, 'viewer')
      await page.keyboard.press('Escape')
    })

    test('a channel and the comments on a post', async () => {
      await ingrid.showChats()
      await ingrid.chats.getByRole('button', { name: 'The Northern Post' }).first().click()
      await page.getByRole('main').getByText('We regret the height.').waitFor()
      await gallery.show(ingrid, 'channel')
      await page.getByRole('main').getByRole('button', { name: '4 comments' }).click()
      await ingrid.sees('Justice for the silo ✊')
      await gallery.show(ingrid, 'comments')
      await page.getByRole('main').getByRole('button', { name: 'Back' }).click()
    })

    test('the search', async () => {
      await ingrid.showChats()
      await page.getByRole('textbox', { name: 'Search', exact: true }).fill('boat')
      await page.getByRole('heading', { name: 'Messages' }).waitFor()
      await gallery.show(ingrid, 'search')
      await page.keyboard.press('Escape')
    })

    test('the settings', async () => {
      await ingrid.choose(page.getByRole('button', { name: 'Menu' }), 'Settings')
      await page.getByRole('button', { name: 'Appearance' }).click()
      await gallery.show(ingrid, 'settings')
      await page.getByRole('button', { name: 'Back' }).first().click()
      await page.getByRole('button', { name: 'Back' }).first().click()
    })

    test('a secret chat', async () => {
      const jonas = await logIn(world, people.jonas, { form: ingrid.isPhone ? desktop : phone })
      await ingrid.choose(page.getByRole('button', { name: 'New message' }), 'New secret chat')
      await page.getByRole('button', { name: 'Jonas Berg' }).first().click()
      await page.getByRole('button', { name: 'Start' }).click()
      await jonas.chats.getByRole('button', { name: /Secret chat.*Ingrid/ }).click()
      await jonas.page.getByRole('button', { name: 'Accept' }).click()
      await ingrid.write('Nobody else reads this, not even the server.')
      await jonas.sees('Nobody else reads this, not even the server.')
      await jonas.write('Then I may say it: the boat is in the water.')
      await ingrid.sees('Then I may say it: the boat is in the water.')
      await gallery.show(ingrid, 'secret')
    })
  })
}
