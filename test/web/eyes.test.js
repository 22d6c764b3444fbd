// Hermod for those who need larger letters, want nothing to move, or read from right to left.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { desktop, phone } from './lib/browser.js'
import { logIn, openDemo, people } from './lib/demo.js'

for (const [device, form] of Object.entries({ desktop, phone })) {
  describe(`for other eyes at a ${device}`, { timeout: 180_000 }, () => {
    let world, ingrid, page
    before(async () => {
      world = await openDemo()
      ingrid = await logIn(world, people.ingrid, { form, reducedMotion: 'reduce' })
      page = ingrid.page
    })
    afterEach((t) => world.pictures(`eyes ${device} ${t.name}`))
    after(() => world.close())

    /** Goes through the main screens and looks at each. */
    async function walk(look) {
      await look('the chats')
      await ingrid.openChat('Sunday walks')
      await page.getByRole('main').getByText('Where to next?').waitFor()
      await look('a group')
      await page.getByRole('main').getByRole('button', { name: /^Sunday walks/ }).click()
      await page.getByRole('complementary').getByText('Where to on Sunday?').waitFor()
      await look('its profile')
      await page.getByRole('complementary').getByRole('button', { name: /^(Close|Back)$/ }).first().click()
      await ingrid.showChats()
    }

    const assertInside = async (where) => {
      await ingrid.picture(`eyes ${device} ${where}`)
      assert.deepEqual(await findOutside(page), [], where)
    }

    test('nothing moves for those who want it still', async () => {
      await walk(async (where) => {
        const moving = await page.evaluate(() => document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 1).length)
        assert.equal(moving, 0, where)
      })
    })

    test('larger letters leave everything in reach', async () => {
      await ingrid.choose(page.getByRole('button', { name: 'Menu' }), 'Settings')
      await page.getByRole('button', { name: 'Appearance' }).click()
      const size = page.getByRole('slider', { name: 'Text size' })
      for (let i = 0; i < 2; i++) await size.press('ArrowRight')
      await page.locator('html[data-text=larger]').waitFor()
      await assertInside('the settings')
      for (let i = 0; i < 2; i++) await page.getByRole('button', { name: 'Back' }).filter({ visible: true }).first().click()
      await walk(assertInside)
    })

    test('who reads from right to left has it the other way round', async () => {
      await page.evaluate(() => (document.documentElement.dir = 'rtl'))
      const lists = await ingrid.chats.boundingBox()
      assert.equal(Math.round(lists.x + lists.width), page.viewportSize().width)
      await walk(assertInside)
    })
  })
}

/** The controls that reach over the edges of the page, but for those in a row that scrolls. */
function findOutside(page) {
  return page.evaluate(() => {
    const scrolls = (element) => element && (/auto|scroll/.test(getComputedStyle(element).overflowX) ? element.scrollWidth > element.clientWidth : scrolls(element.parentElement))
    const controls = [...document.querySelectorAll('button, a, input, [role=textbox]')].filter((one) => one.checkVisibility({ visibilityProperty: true }) && !scrolls(one))
    return controls.filter((one) => {
      const { left, right, width } = one.getBoundingClientRect()
      return width > 1 && (left < -1 || right > innerWidth + 1)
    }).map((one) => one.outerHTML.slice(0, 120))
  })
}
