// Hermod for those who do not use a mouse, or do not see it.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { phone } from './lib/browser.js'
import { logIn, openDemo, people } from './lib/demo.js'
import { focused, tabTo } from './lib/keys.js'

describe('without a mouse', { timeout: 180_000 }, () => {
  let world, ingrid, jonas, page
  before(async () => {
    world = await openDemo()
    jonas = await logIn(world, people.jonas, { form: phone })
  })
  afterEach((t) => world.pictures(`keys ${t.name}`))
  after(() => world.close())

  test('one logs in by typing only', async () => {
    ingrid = await world.visit('Ingrid')
    page = ingrid.page
    await page.getByLabel('Phone number').waitFor()
    await page.keyboard.type(`+${people.ingrid}`)
    await page.keyboard.press('Enter')
    await ingrid.enterCode()
    await ingrid.row('Jonas Berg').waitFor()
  })

  test('the keys walk through the chats and write in one of them', async () => {
    await tabTo(page, /^(?!.*Secret).*Sunday walks/)
    const first = await focused(page)
    await page.keyboard.press('ArrowDown')
    assert.notEqual(await focused(page), first)
    await page.keyboard.press('ArrowUp')
    assert.equal(await focused(page), first)
    while (!/^Jonas Berg/.test(await focused(page))) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Message' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.type('Written without a mouse')
    await page.keyboard.press('Enter')
    await jonas.openChat('Ingrid Solberg')
    await jonas.sees('Written without a mouse')
  })

  test('what arrives is read aloud', async () => {
    await jonas.write('Can you hear me?')
    await page.getByRole('status').filter({ hasText: 'Jonas Berg: Can you hear me?' }).waitFor()
  })

  test('a menu is walked with arrows, and Escape gives the focus back', async () => {
    await tabTo(page, /^More$/, { back: true })
    await page.keyboard.press('Enter')
    const items = page.getByRole('menuitem')
    await items.first().and(page.locator(':focus')).waitFor()
    await page.keyboard.press('ArrowDown')
    await items.nth(1).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('End')
    await items.last().and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Escape')
    await items.first().waitFor({ state: 'detached' })
    await page.getByRole('main').getByRole('button', { name: 'More' }).and(page.locator(':focus')).waitFor()
  })

  test('a dialog keeps the focus, and Escape gives it back', async () => {
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Go to a date' }).waitFor()
    await page.keyboard.type('Go')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    for (let i = 0; i < 60; i++) await page.keyboard.press('Tab')
    assert.ok(await dialog.evaluate((box) => box.contains(document.activeElement)), 'the focus left the dialog')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    assert.notEqual(await page.evaluate(() => document.activeElement?.tagName), 'BODY', 'the focus is lost')
  })

  test('a message is answered by its keys', async () => {
    await tabTo(page, /^(You|Jonas Berg), \d/)
    await page.keyboard.press('ArrowUp')
    await tabTo(page, /^Message/)
    await page.keyboard.press('Alt+ArrowUp')
    await page.getByRole('article').last().and(page.locator(':focus')).waitFor()
    await page.keyboard.press('r')
    await page.getByRole('textbox', { name: 'Message' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.type('Loud and clear')
    await page.keyboard.press('Enter')
    await jonas.sees('Loud and clear')
  })

  test('a message is reacted to by the button beside it', async () => {
    await page.keyboard.press('Alt+ArrowUp')
    await page.getByRole('article').last().and(page.locator(':focus')).waitFor()
    await tabTo(page, /^React$/)
    await page.keyboard.press('Enter')
    const menu = page.getByRole('menu')
    await menu.getByRole('menuitem').and(page.locator(':focus')).waitFor()
    assertTouch(await menu.boundingBox(), await ingrid.message('Loud and clear').boundingBox())
    while (!/👍/.test(await focused(page))) await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await jonas.message('Loud and clear').getByRole('button', { name: '👍, 1 reaction' }).waitFor()
    await tabTo(page, /^Message/)
  })

  test('Escape leads back step by step', async () => {
    await page.keyboard.press('Escape')
    await page.getByText('Choose a chat to begin').waitFor()
  })
})

/** Fails when one of two boxes stands above or below the other, with something in between. */
function assertTouch(one, other) {
  const gap = Math.max(one.y - other.y - other.height, other.y - one.y - one.height)
  assert.ok(gap < 16, `${gap} pixels lie between them`)
}
