// What is sent beside words and media: polls and quizzes, to-do lists, places, contacts, dice.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { phone } from './lib/browser.js'
import { chooseInMenu } from './lib/list-acts.js'
import { World } from './lib/world.js'

let world, kari, ola // Kari has a desktop, Ola a phone
before(async () => {
  world = await World.open()
  const options = { permissions: ['geolocation'], geolocation: { latitude: 59.9139, longitude: 10.7522 } }
  ;[kari, ola] = await Promise.all([world.signUp('Kari', options), world.signUp('Ola', { form: phone })])
  await kari.startChat(ola)
  await kari.write('Good morning')
  await ola.openChat('Kari')
})
afterEach((t) => world.pictures(`items ${t.name}`))
after(() => world.close())

const dialog = (person) => person.page.getByRole('dialog')

describe('sending more than words', { timeout: 300_000 }, () => {
  const attach = (person, what) => person.choose(person.page.getByRole('button', { name: 'Attach' }), what)
  const sendDialog = (person) => dialog(person).getByRole('button', { name: 'Send', exact: true }).click()

  test('a poll is voted on, a vote is taken back, and the poll is closed', async () => {
    await attach(kari, 'Poll')
    await dialog(kari).getByLabel('Question').fill('Where to?')
    for (const [n, answer] of ['Oslo', 'Bergen', 'Moss'].entries()) await dialog(kari).getByRole('textbox', { name: `Answer ${n + 1}`, exact: true }).fill(answer)
    await sendDialog(kari)
    await ola.message('Where to?').getByRole('button', { name: 'Oslo' }).click()
    await kari.message('Where to?').getByText('1 vote', { exact: true }).waitFor()
    await ola.menu('Where to?', 'Take the vote back')
    await kari.message('Where to?').getByText('No votes yet').waitFor()
    await ola.message('Where to?').getByRole('button', { name: 'Bergen' }).click()
    await ola.message('Where to?').getByText('100%').waitFor()
    await kari.message('Where to?').getByText('1 vote', { exact: true }).waitFor()
    await kari.menu('Where to?', 'Close poll')
    await ola.message('Where to?').getByText('Final results').waitFor()
    await kari.message('Where to?').getByText('100%').waitFor()
  })

  test('a quiz tells who answers wrong what was right, and why', async () => {
    await attach(ola, 'Poll')
    await dialog(ola).getByLabel('Question').fill('Highest?')
    await dialog(ola).getByRole('textbox', { name: 'Answer 1', exact: true }).fill('Glittertind')
    await dialog(ola).getByRole('textbox', { name: 'Answer 2', exact: true }).fill('Galdhøpiggen')
    await dialog(ola).getByRole('switch', { name: 'Quiz' }).click()
    await dialog(ola).getByRole('radio', { name: 'Right answer: Answer 2' }).check()
    await dialog(ola).getByLabel('Explanation').fill('By a few metres')
    await sendDialog(ola)
    await kari.message('Highest?').getByRole('button', { name: 'Glittertind' }).click()
    await kari.message('Highest?').getByRole('img', { name: 'Wrong' }).waitFor()
    await kari.message('Highest?').getByText('By a few metres').waitFor()
    await ola.message('Highest?').getByText('1 vote', { exact: true }).waitFor()
  })

  test('a to-do list is ticked off and made longer by the other', async () => {
    await attach(kari, 'To-do list')
    await dialog(kari).getByLabel('Title').fill('Trip')
    await dialog(kari).getByRole('textbox', { name: 'Item 1', exact: true }).fill('Tent')
    await dialog(kari).getByRole('textbox', { name: 'Item 2', exact: true }).fill('Tickets')
    await dialog(kari).getByRole('switch', { name: 'Others may add items' }).click()
    await sendDialog(kari)
    await ola.message('Trip').getByRole('checkbox', { name: 'Tent' }).click()
    await kari.message('Trip').getByText('1 of 2 done').waitFor()
    await kari.message('Trip').getByRole('checkbox', { name: /Tent/, checked: true }).waitFor()
    await ola.message('Trip').getByRole('button', { name: 'Add an item' }).click()
    await dialog(ola).getByRole('textbox', { name: 'Item 3', exact: true }).fill('Map')
    await dialog(ola).getByRole('button', { name: 'Add', exact: true }).click()
    await kari.message('Trip').getByRole('checkbox', { name: 'Map' }).waitFor()
    await kari.message('Trip').getByText('1 of 3 done').waitFor()
  })

  test('a place: where one is, or written, with a name', async () => {
    await attach(kari, 'Location')
    await dialog(kari).getByRole('button', { name: 'Where I am' }).click()
    await dialog(kari).getByLabel('Name of the place').fill('The harbour')
    await sendDialog(kari)
    assert.equal(await ola.message('The harbour').getByRole('link', { name: 'Open in a map' }).first().getAttribute('href'), 'geo:59.9139,10.7522')
    await attach(ola, 'Location')
    await dialog(ola).getByLabel('Coordinates').fill('https://www.openstreetmap.org/#map=15/60.3913/5.3221')
    await sendDialog(ola)
    await kari.message('Location').getByRole('link', { name: 'Open in a map' }).first().waitFor()
  })

  test('the card of a contact is passed on', async () => {
    await chooseInMenu(kari, 'Contacts')
    await kari.page.getByRole('button', { name: 'Add a contact' }).first().click()
    await dialog(kari).getByLabel('Phone number').fill(`+${ola.phone}`)
    await dialog(kari).getByLabel('First name').fill('Ola')
    await dialog(kari).getByRole('button', { name: 'Add', exact: true }).click()
    await dialog(kari).waitFor({ state: 'detached' })
    await attach(kari, 'Contact')
    await dialog(kari).getByRole('button', { name: /^Ola/ }).click()
    await ola.page.getByRole('main').getByRole('link', { name: new RegExp(`${ola.phone.slice(-2)}$`) }).waitFor()
  })

  test('dice show both the same number', async () => {
    await kari.page.getByRole('button', { name: 'Attach' }).click()
    await kari.page.getByRole('menuitem', { name: 'Dice and games' }).press('ArrowRight')
    await kari.page.getByRole('menuitem', { name: '🎲' }).click()
    const die = (person) => person.page.getByRole('main').getByRole('img', { name: /🎲 shows [1-6]/ })
    await die(ola).waitFor()
    assert.equal(await die(kari).getAttribute('aria-label'), await die(ola).getAttribute('aria-label'))
  })
})
