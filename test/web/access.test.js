// What axe finds on the main screens, and on what opens there: nothing.
import { after, afterEach, before, describe, test } from 'node:test'
import { assertAccessible } from './lib/axe.js'
import { desktop, phone } from './lib/browser.js'
import { logIn, openDemo, people } from './lib/demo.js'

const settings = ['settings', 'settings/profile', 'settings/notifications', 'settings/privacy', 'settings/devices', 'settings/appearance', 'settings/language', 'settings/data']

for (const [device, form] of Object.entries({ desktop, phone })) {
  describe(`axe finds nothing at a ${device}`, { timeout: 240_000 }, () => {
    let world, ingrid, page
    before(async () => {
      world = await openDemo()
    })
    afterEach((t) => world.pictures(`axe ${device} ${t.name}`))
    after(() => world.close())
    const check = (where, part) => assertAccessible(ingrid, where, part)
    const menu = '[role=menu]'

    test('while one logs in', async () => {
      ingrid = await world.visit('Ingrid', { form })
      page = ingrid.page
      await page.getByLabel('Phone number').waitFor()
      await check('login')
      await ingrid.enterPhone(people.ingrid)
      await page.getByLabel('Code', { exact: true }).first().waitFor()
      await check('code')
      await ingrid.enterCode()
      await ingrid.chats.getByRole('button', { name: 'Jonas Berg' }).waitFor()
    })

    test('in the list and the search', async () => {
      await check('chats')
      await page.getByRole('button', { name: 'New message' }).click()
      await page.getByRole('menuitem', { name: 'New group' }).waitFor()
      await check('menu of new chats', menu)
      await page.keyboard.press('Escape')
      await page.getByRole('textbox', { name: 'Search', exact: true }).fill('boat')
      await page.getByRole('heading', { name: 'Messages' }).waitFor()
      await check('search')
      await page.keyboard.press('Escape')
    })

    test('in a private chat, its menus and pickers', async () => {
      await ingrid.openChat('Jonas Berg')
      await ingrid.sees('The view from where the boat will be')
      await check('private chat')
      await page.getByRole('main').getByRole('button', { name: 'More' }).last().click()
      await page.getByRole('menuitem', { name: 'Select' }).waitFor()
      await check('menu of a chat', menu)
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Emoji' }).first().click()
      await page.getByRole('dialog').waitFor()
      await check('emoji')
      await page.keyboard.press('Escape')
    })

    test('in a group, its profile and the viewer', async () => {
      await ingrid.showChats()
      await ingrid.openChat('Sunday walks')
      await page.getByRole('main').getByText('Where to next?').waitFor()
      await check('group')
      await page.getByRole('main').getByRole('button', { name: /^Photo/ }).last().click()
      await page.getByRole('dialog').waitFor()
      await check('viewer')
      await page.keyboard.press('Escape')
      await page.getByRole('main').getByRole('button', { name: /^Sunday walks/ }).click()
      const info = page.getByRole('complementary')
      await info.getByText('Where to on Sunday?').waitFor()
      await check('profile of a group')
      await info.getByRole('button', { name: 'Manage group' }).click()
      await check('running a group')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
    })

    test('in a channel and below a post', async () => {
      await ingrid.showChats()
      await ingrid.chats.getByRole('button', { name: 'The Northern Post' }).first().click()
      await page.getByRole('main').getByText('We regret the height.').waitFor()
      await check('channel')
      await page.getByRole('main').getByRole('button', { name: '4 comments' }).click()
      await ingrid.sees('Justice for the silo ✊')
      await check('comments')
      await page.getByRole('main').getByRole('button', { name: 'Back' }).click()
    })

    test('on the pages for new groups, channels and contacts', async () => {
      await ingrid.showChats()
      for (const item of ['New private chat', 'New group', 'New channel', 'New secret chat']) {
        await ingrid.choose(page.getByRole('button', { name: 'New message' }), item)
        await page.getByRole('button', { name: 'New message' }).waitFor({ state: 'hidden' })
        await check(item)
        await page.getByRole('button', { name: 'Back' }).filter({ visible: true }).first().click()
      }
    })

    test('in the settings', async () => {
      for (const place of settings) {
        await page.evaluate((hash) => (location.hash = hash), place)
        await page.getByRole('heading', { level: 2 }).filter({ visible: true }).first().waitFor()
        await check(place)
      }
    })
  })
}
