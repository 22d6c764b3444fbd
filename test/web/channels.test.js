// Channels: made, found, read and run; their comments, links and figures; and bots, which links start.
import { execFileSync } from 'node:child_process'
import { after, afterEach, before, describe, test } from 'node:test'
import { phone } from './lib/browser.js'
import {
  chooseForMember, closeInfo, confirm, dialog, flip, follow, info, makeChannel, openInfo, pick, rowOf,
} from './lib/community-acts.js'
import { search } from './lib/list-acts.js'
import { photo } from './lib/photo.js'
import { World } from './lib/world.js'

describe('a channel', { timeout: 300_000 }, () => {
  let world, kari, ola, siri, here
  before(async () => {
    world = await World.open()
    ;[kari, ola, siri] = await Promise.all([world.signUp('Kari'), world.signUp('Ola', { form: phone }), world.signUp('Siri')])
    here = `http://${world.server.host}:${world.server.port}`
  })
  afterEach((t) => world.pictures(`channels ${t.name}`))
  after(() => world.close())

  test('is made with a photo, a description and a public name', async () => {
    await makeChannel(kari, 'Weather', { about: 'Every morning', username: 'weather_news', photo: photo() })
    await kari.write('Sunny until noon')
    await kari.sees('Sunny until noon')
  })

  test('is found by its name and joined by somebody at a phone', async () => {
    await search(ola, 'weather_news')
    await ola.page.getByRole('region', { name: 'Everybody' }).getByRole('button', { name: /Weather/ }).click()
    await ola.sees('Sunny until noon')
    await ola.page.getByRole('button', { name: 'Join channel' }).click()
    await ola.page.getByRole('main').getByRole('button', { name: 'Mute', exact: true }).waitFor()
    await openInfo(kari)
    await info(kari).getByText('2 subscribers').first().waitFor()
    await openInfo(ola)
    await info(ola).getByText('Every morning').waitFor()
    await info(ola).locator('img').first().waitFor()
    await closeInfo(ola)
  })

  test('is opened by its link, and a post by the link of the post', async () => {
    await follow(siri, `${here}/weather_news`)
    await siri.sees('Sunny until noon')
    await siri.page.reload()
    await siri.sees('Sunny until noon')
    await siri.page.getByRole('button', { name: 'Join channel' }).click()
    await siri.page.getByRole('main').getByRole('button', { name: 'Mute', exact: true }).waitFor()
    await kari.write('Rain at two')
    await siri.sees('Rain at two')
    await siri.page.goto('about:blank')
    await siri.page.goto(`${here}/#@weather_news/2`)
    await siri.sees('Sunny until noon')
    await openInfo(kari)
    await info(kari).getByText('3 subscribers').first().waitFor()
  })

  test('counts who has seen a post', async () => {
    await kari.message('Rain at two').getByLabel(/^[2-9] views$/).waitFor()
  })

  test('names the author of a post when it is told to', async () => {
    await openInfo(kari, 'Manage channel')
    await flip(kari, 'Posts name their author', true)
    await closeInfo(kari)
    await kari.write('Written by a person')
    await ola.message('Written by a person').getByText('Kari').waitFor()
  })

  test('has comments in a group that is linked to it', async () => {
    await openInfo(kari, 'Manage channel', 'Discussion')
    await rowOf(info(kari), 'New group for the discussion').click()
    await rowOf(info(kari), 'Unlink').waitFor()
    await closeInfo(kari)
    await kari.write('What do you think?')
    await ola.message('What do you think?').getByRole('button', { name: 'Leave a comment' }).click()
    await ola.field.waitFor()
    await ola.write('I like it')
    await kari.row('Weather Chat').getByText('I like it').waitFor()
    await kari.page.reload()
    await kari.message('What do you think?').getByRole('button', { name: '1 comment' }).click()
    await kari.sees('I like it')
    await kari.write('So do I')
    await ola.sees('So do I')
    await kari.page.getByRole('main').getByRole('button', { name: 'Back' }).click()
    await kari.sees('Written by a person')
    await ola.page.getByRole('main').getByRole('button', { name: 'Back' }).click()
    await ola.message('What do you think?').getByRole('button', { name: '2 comments' }).waitFor()
  })

  test('shows what was shared, by kind', async () => {
    await kari.attach(photo(), { caption: 'The view' })
    await kari.attach({ name: 'report.txt', mimeType: 'text/plain', buffer: Buffer.from('Calm') }, { as: 'File' })
    await kari.write('More at https://weather.example/today')
    await ola.sees('The view')
    await ola.message('More at').waitFor()
    await openInfo(ola)
    await info(ola).getByRole('tab', { name: 'Media' }).click()
    await info(ola).getByRole('button', { name: /^Photo, / }).click()
    await ola.page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    await info(ola).getByRole('tab', { name: 'Files' }).click()
    await info(ola).getByRole('button', { name: /report\.txt/ }).waitFor()
    await info(ola).getByRole('tab', { name: 'Links' }).click()
    await rowOf(info(ola), 'https://weather.example/today').waitFor()
    await info(ola).getByRole('button', { name: 'Show in the chat' }).click()
    await ola.message('More at').waitFor()
  })

  test('shows its owner figures, and that it is too early for charts on the first day', async () => {
    await openInfo(kari, 'Statistics')
    await info(kari).getByText('Subscribers', { exact: true }).first().waitFor()
    await info(kari).getByText('Too early for charts').waitFor()
  })

  test('keeps its content when it is told to', async () => {
    await openInfo(kari, 'Manage channel')
    await flip(kari, 'Protect content', true)
    await ola.message('Rain at two').getByText('Rain at two').click({ button: 'right' })
    await ola.page.getByRole('menu').waitFor()
    await ola.page.getByRole('menuitem', { name: 'Forward' }).waitFor({ state: 'detached' })
    await ola.page.keyboard.press('Escape')
  })

  test('loses a subscriber who is banned', async () => {
    await openInfo(kari, 'Manage channel', 'Subscribers')
    await chooseForMember(kari, 'Siri', 'Ban')
    await confirm(kari, 'Ban')
    await info(kari).getByRole('button', { name: /^Siri/ }).waitFor({ state: 'detached' })
    await siri.row('Weather').waitFor({ state: 'detached' })
  })

  test('becomes private, and is opened by an invitation only', async () => {
    await openInfo(kari, 'Manage channel', 'Public or private')
    await info(kari).getByRole('radio', { name: /^Private/ }).check({ force: true })
    await info(kari).getByRole('button', { name: 'Save' }).click()
    await openInfo(kari)
    await rowOf(info(kari), 'QR code').click()
    await dialog(kari).getByRole('img', { name: /^QR code for .*\/\+/ }).waitFor()
    await confirm(kari, 'Close')
    await search(siri, 'weather_news')
    await siri.page.getByText('No chat, person or message fits these words.').waitFor()
  })

  test('is gone for everybody when its owner deletes it', async () => {
    await openInfo(kari)
    await kari.choose(info(kari).getByRole('button', { name: 'More', exact: true }).first(), 'Delete channel')
    await confirm(kari, 'Delete')
    await kari.row('Weather').waitFor({ state: 'detached' })
    await ola.showChats()
    await ola.row('Weather').waitFor({ state: 'detached' })
  })
})

describe('a private channel and a bot', { timeout: 300_000 }, () => {
  let world, kari, ola, here
  before(async () => {
    world = await World.open()
    ;[kari, ola] = await Promise.all([world.signUp('Kari', { form: phone }), world.signUp('Ola')])
    here = `http://${world.server.host}:${world.server.port}`
  })
  afterEach((t) => world.pictures(`bots ${t.name}`))
  after(() => world.close())

  test('a channel made at a phone has the subscribers who were added', async () => {
    await makeChannel(kari, 'Family', { others: [ola] })
    await kari.write('Dinner at six')
    await ola.openChat('Family')
    await ola.sees('Dinner at six')
    await ola.message('Dinner at six').getByText('Kari').waitFor({ state: 'detached' })
  })

  test('an admin who is made one posts too', async () => {
    await openInfo(kari, 'Manage channel', 'Admins', 'Add an admin')
    await pick(kari, ola)
    await info(kari).getByRole('button', { name: 'Save' }).click()
    await ola.field.waitFor()
    await ola.write('I bring the bread')
    await closeInfo(kari)
    await kari.sees('I bring the bread')
  })

  test('a link starts a bot after a question', async () => {
    const { bin, data, flags } = world.server
    execFileSync(bin, ['bot', 'create', '--data', data, ...flags, 'Helper', 'helper_bot'])
    await ola.page.goto('about:blank')
    await ola.page.goto(`${here}/#@helper_bot?start=tour`)
    await dialog(ola).getByText('“/start tour” is sent to the bot.').waitFor()
    await confirm(ola, 'Start')
    await ola.sees('/start tour')
    await kari.showChats()
    await search(kari, 'helper_bot')
    await kari.page.getByRole('region', { name: 'Everybody' }).getByRole('button', { name: /Helper/ }).click()
    await kari.page.getByRole('main').getByRole('button', { name: 'Start' }).click()
    await kari.sees('/start')
  })
})
