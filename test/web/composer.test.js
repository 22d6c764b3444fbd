// What one writes: styles by toolbar, keys and Markdown, completion, replies, edits, later, silent, drafts.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { phone } from './lib/browser.js'
import { makeGroup } from './lib/community-acts.js'
import { pasteHTML, select } from './lib/composer-acts.js'
import { World } from './lib/world.js'

let world, kari, ola // Kari has a desktop, Ola a phone
before(async () => {
  world = await World.open()
  const permissions = ['clipboard-read', 'clipboard-write']
  ;[kari, ola] = await Promise.all([world.signUp('Kari', { permissions }), world.signUp('Ola', { form: phone })])
  await kari.startChat(ola)
  await kari.write('Good morning')
  await ola.openChat('Kari')
})
afterEach((t) => world.pictures(`composer ${t.name}`))
after(() => world.close())

const send = (person) => person.page.getByRole('button', { name: 'Send', exact: true }).click()
const dialog = (person) => person.page.getByRole('dialog')

describe('writing to somebody', { timeout: 300_000 }, () => {
  test('the toolbar styles the selected words, and the other sees them so', async () => {
    await kari.field.fill('one two three')
    await kari.field.focus()
    await select(kari, 'two')
    await kari.page.getByRole('toolbar', { name: 'Formatting' }).getByRole('button', { name: /^Bold/ }).click()
    await send(kari)
    await ola.message('one two three').getByRole('strong').getByText('two', { exact: true }).waitFor()
  })

  test('each style has its keys', async () => {
    await kari.field.fill('bold italic under gone hidden mono')
    await kari.field.focus()
    const keys = { bold: 'Control+b', italic: 'Control+i', under: 'Control+u', gone: 'Control+Shift+x', hidden: 'Control+Shift+p', mono: 'Control+Shift+m' }
    for (const [word, key] of Object.entries(keys)) {
      await select(kari, word)
      await kari.page.keyboard.press(key)
    }
    await kari.field.press('Enter')
    const message = ola.message('bold italic under')
    for (const [element, word] of Object.entries({ strong: 'bold', em: 'italic', u: 'under', s: 'gone', code: 'mono' })) {
      await message.locator(element).getByText(word, { exact: true }).waitFor()
    }
    await message.getByRole('button', { name: 'Hidden text' }).click()
    await message.getByText('hidden', { exact: true }).waitFor()
  })

  test('Markdown becomes styles', async () => {
    await ola.write('**fat** and __thin__ and [a page](https://example.org/x) and `x = 1`')
    const message = kari.message('fat and thin')
    await message.getByRole('strong').getByText('fat').waitFor()
    await message.getByRole('emphasis').getByText('thin').waitFor()
    await message.getByRole('code').getByText('x = 1').waitFor()
    assert.equal(await message.getByRole('link', { name: 'a page' }).getAttribute('href'), 'https://example.org/x')
  })

  test('selected words get an address', async () => {
    await kari.field.fill('see the map')
    await kari.field.focus()
    await select(kari, 'the map')
    await kari.page.keyboard.press('Control+k')
    await dialog(kari).getByLabel('Address').fill('example.org/map')
    await dialog(kari).getByRole('button', { name: 'Save' }).click()
    await send(kari)
    assert.equal(await ola.message('see the map').getByRole('link', { name: 'the map' }).getAttribute('href'), 'https://example.org/map')
  })

  test('what is pasted from another program keeps its styles', async () => {
    await kari.field.focus()
    await pasteHTML(kari, '<p>From <b>afar</b></p><script>alert(1)</script>', 'From afar')
    await send(kari)
    await ola.message('From afar').getByRole('strong').getByText('afar').waitFor()
  })
  test('emoji come from the picker and by their names', async () => {
    await ola.page.getByRole('button', { name: 'Emoji, stickers and GIFs' }).click()
    await ola.page.getByRole('textbox', { name: 'Search emoji' }).fill('rocket')
    await ola.page.getByRole('toolbar', { name: 'Emoji', exact: true }).getByRole('button', { name: 'rocket' }).first().click()
    await ola.page.keyboard.press('Escape')
    await ola.field.focus()
    await ola.page.keyboard.type(' up :sailb')
    await ola.page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option', { name: 'sailboat' }).click()
    await send(ola)
    await kari.message(/🚀 up ⛵/).waitFor()
  })

  test('a reply shows what it answers, and can be left off', async () => {
    await ola.menu('Good morning', 'Reply')
    const writing = ola.page.getByRole('region', { name: 'Write a message' })
    await writing.getByText('Reply to Kari').waitFor()
    await ola.page.getByRole('button', { name: 'Do not reply' }).click()
    await writing.getByText('Reply to Kari').waitFor({ state: 'detached' })
    await ola.menu('Good morning', 'Reply')
    await ola.write('To you too')
    await kari.message('To you too').getByRole('button', { name: 'Good morning' }).waitFor()
  })

  test('arrow up changes the last message, Escape leaves it as it was', async () => {
    await kari.write('A tpyo')
    await kari.message('A tpyo').waitFor()
    await kari.field.press('ArrowUp')
    await kari.page.getByText('Editing', { exact: true }).waitFor()
    await kari.field.press('Escape')
    await kari.page.getByText('Editing', { exact: true }).waitFor({ state: 'detached' })
    await kari.field.press('ArrowUp')
    await kari.field.fill('A typo')
    await kari.page.getByRole('button', { name: 'Save the change' }).click()
    await ola.message('A typo').getByText('edited').waitFor()
    await ola.message('A tpyo').waitFor({ state: 'detached' })
  })

  test('undo takes back what was typed and styled', async () => {
    await kari.field.fill('first')
    await kari.field.focus()
    await select(kari, 'first')
    await kari.page.keyboard.press('Control+b')
    await kari.page.keyboard.press('Control+z')
    await kari.page.keyboard.press('Control+z')
    await kari.page.keyboard.press('Control+y')
    await kari.page.keyboard.press('Enter')
    await ola.sees('first')
    assert.equal(await ola.message('first').getByRole('strong').count(), 0)
  })

  test('a text that is too long goes as several', async () => {
    await kari.field.fill(`${'long '.repeat(1000)}${'more '.repeat(100)}end`)
    await send(kari)
    await ola.message(/more end$|more end\b/).waitFor()
    assert.equal(await ola.message('long long').count(), 1)
  })
  test('a message without sound says so to its sender', async () => {
    await kari.field.fill('Sleep well')
    await kari.page.getByRole('button', { name: 'Send', exact: true }).click({ button: 'right' })
    await kari.page.getByRole('menuitem', { name: 'Send without sound' }).click()
    await ola.sees('Sleep well')
    await kari.message('Sleep well').getByRole('img', { name: 'Sent without sound' }).waitFor()
  })

  /** Opens the messages that wait. */
  const showScheduled = (person) => person.choose(person.page.getByRole('main').getByRole('button', { name: 'More' }).first(), 'Scheduled messages')

  async function schedule(person, text) {
    await person.field.fill(text)
    await person.page.getByRole('button', { name: 'Send', exact: true }).click({ button: 'right' })
    await person.page.getByRole('menuitem', { name: 'Send later' }).click()
    await dialog(person).getByRole('button', { name: 'Schedule' }).click()
    await person.page.getByText('It waits under').last().waitFor()
  }

  test('a message for later waits, is changed, sent now or deleted', async () => {
    await schedule(kari, 'Later one')
    await schedule(kari, 'Later two')
    await showScheduled(kari)
    await kari.menu('Later two', 'Delete')
    await dialog(kari).getByRole('button', { name: 'Delete' }).click()
    await kari.misses('Later two')
    await kari.menu('Later one', 'Edit')
    await kari.field.fill('Later, changed')
    await kari.page.getByRole('button', { name: 'Save the change' }).click()
    assert.equal(await ola.message('Later').count(), 0)
    await kari.menu('Later, changed', 'Send now')
    await ola.sees('Later, changed')
    await kari.page.getByText('No scheduled messages').waitFor()
    await kari.page.getByRole('main').getByRole('button', { name: 'Back' }).first().click()
    await kari.sees('Later, changed')
  })

  test('what was written stays when the page is closed at once', async () => {
    await kari.field.fill('Half a tho')
    await kari.page.close()
    await kari.openPage()
    await kari.chats.getByText('Half a tho').waitFor()
    await kari.openChat('Ola')
    await kari.page.waitForFunction(() => document.activeElement?.textContent === 'Half a tho')
    await kari.field.press('End')
    await kari.page.keyboard.type('ught')
    await kari.field.press('Enter')
    await ola.sees('Half a thought')
  })
})

describe('writing in a group', { timeout: 300_000 }, () => {
  before(async () => {
    await makeGroup(kari, 'Hikers', [ola])
    await ola.showChats()
    await ola.openChat('Hikers')
  })

  const suggestion = (person, name) => person.page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option', { name })

  test('somebody is mentioned by the first letters of the name', async () => {
    await kari.field.focus()
    await kari.page.keyboard.type('Are you in, @ol')
    await suggestion(kari, 'Ola').waitFor()
    await kari.page.keyboard.press('Enter')
    await kari.page.keyboard.type('or not?')
    await kari.page.keyboard.press('Enter')
    await ola.message('Are you in, Ola or not?').getByRole('link', { name: 'Ola' }).waitFor()
  })

  test('a tag that was used is offered again', async () => {
    await ola.write('So nice #fjord')
    await kari.sees('#fjord')
    await ola.field.focus()
    await ola.page.keyboard.type('Once more #fj')
    await suggestion(ola, '#fjord').click()
    await send(ola)
    await kari.message('Once more #fjord').getByText('#fjord', { exact: true }).waitFor()
  })
})
