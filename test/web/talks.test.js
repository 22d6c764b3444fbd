// What happens in groups, under posts and with bots: one is mentioned, answered, commented on and asked.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { BotKeyboard } from '../js/node_modules/@mtcute/core/index.js'
import { desktop, phone } from './lib/browser.js'
import { chatOf, choose, dialogOf, messageOf, openMenu } from './lib/chat-acts.js'
import { fillGroup, numbered, openBot, openDevice } from './lib/devices.js'
import { World } from './lib/world.js'

describe('in a group', { timeout: 240_000 }, () => {
  let world, kari, ola, device, group
  before(async () => {
    world = await World.open()
    ;[kari, ola] = await Promise.all([world.signUp('Kari', { form: desktop }), world.signUp('Ola', { form: phone })])
    device = await openDevice(kari)
    ;({ group } = await fillGroup(device, 'Team', [ola], 40))
  })
  afterEach((t) => world.pictures(`talks ${t.name}`))
  after(async () => {
    await device?.close()
    await world.close()
  })

  test('a mention is a badge in the list and a button that leads there', async () => {
    await kari.openChat('Team')
    await kari.field.pressSequentially('Please look, @Ol')
    await kari.page.getByRole('option', { name: /Ola/ }).click()
    await kari.page.getByRole('button', { name: 'Send', exact: true }).click()
    await kari.sees('Ola')
    for (let n = 41; n <= 80; n++) await device.send(group, numbered(n))
    await ola.row('Team').getByText('1 mention').waitFor()
    await ola.openChat('Team')
    await chatOf(ola).getByRole('button', { name: '1 unread mention' }).click()
    await messageOf(ola, 'Please look').waitFor()
    await chatOf(ola).getByRole('button', { name: /unread mention/ }).waitFor({ state: 'detached' })
  })

  test('a new reaction to what is out of sight is a button that leads there', async () => {
    await kari.write('Down here again')
    await openMenu(ola, 'Please look')
    await ola.page.getByRole('menuitem', { name: '👍' }).click()
    await chatOf(kari).getByRole('button', { name: '1 new reaction' }).click()
    await messageOf(kari, 'Please look').getByRole('button', { name: '👍, 1 reaction' }).waitFor()
    await chatOf(kari).getByRole('button', { name: /new reaction/ }).waitFor({ state: 'detached' })
    await choose(kari, 'Please look', 'Who has read it')
    await dialogOf(kari).getByRole('button', { name: /Ola/ }).waitFor()
    await kari.page.keyboard.press('Escape')
  })

  test('a message is found by its sender', async () => {
    await ola.write('I was here')
    await chatOf(kari).getByRole('button', { name: /^To the newest message/ }).click()
    await kari.sees('I was here')
    await chatOf(kari).getByRole('button', { name: 'Search in this chat' }).click()
    await chatOf(kari).getByRole('button', { name: 'Sender' }).click()
    await dialogOf(kari).getByRole('textbox', { name: 'Search' }).fill('ol')
    await dialogOf(kari).getByRole('button', { name: 'Ola' }).click()
    await chatOf(kari).getByText('1 of 1').waitFor()
    await kari.page.keyboard.press('Escape')
  })

  test('everything can be done with the keyboard alone', async () => {
    await kari.field.focus()
    await kari.page.keyboard.press('Alt+ArrowUp')
    const focused = chatOf(kari).locator('[role=article]:focus')
    await focused.getByText('I was here').waitFor()
    await kari.page.keyboard.press('ArrowUp')
    await focused.getByText('Down here again').waitFor()
    await kari.page.keyboard.press('ArrowDown')
    await focused.getByText('I was here').waitFor()
    await kari.page.keyboard.press('Enter')
    await kari.page.getByRole('menuitem', { name: 'Reply' }).press('Enter')
    await kari.field.and(kari.page.locator(':focus')).waitFor()
    await kari.page.keyboard.type('Written without a mouse')
    await kari.page.keyboard.press('Enter')
    await messageOf(ola, 'Written without a mouse').getByRole('button', { name: 'Ola I was here' }).waitFor()
  })

  test('what is begun at one device is there at the other', async () => {
    const tablet = await world.visit('Kari', { form: phone })
    await tablet.enterPhone(kari.phone)
    await tablet.enterCode()
    await tablet.row('Team').waitFor()
    await kari.field.pressSequentially('Half a sentence')
    await tablet.row('Team').getByText('Half a sentence').waitFor()
    await tablet.openChat('Team')
    await tablet.field.getByText('Half a sentence').waitFor()
    await tablet.page.getByRole('button', { name: 'Send', exact: true }).click()
    await ola.sees('Half a sentence')
    await kari.field.getByText('Half a sentence').waitFor({ state: 'detached' })
  })
})

describe('under a post', { timeout: 240_000 }, () => {
  let world, kari, ola, device
  before(async () => {
    world = await World.open()
    ;[kari, ola] = await Promise.all([world.signUp('Kari', { form: phone }), world.signUp('Ola', { form: desktop })])
    device = await openDevice(kari)
    const channel = await device.client.createChannel({ title: 'News' })
    const talk = await device.client.createSupergroup({ title: 'About the news' })
    const [broadcast, discussion] = await Promise.all([channel, talk].map((chat) => device.client.resolveChannel(chat.id)))
    await device.client.call({ _: 'channels.setDiscussionGroup', broadcast, group: discussion })
    const { id } = await device.importContact(`+${ola.phone}`, 'Ola')
    await device.client.addChatMembers(channel.id, [id], {})
    await device.client.addChatMembers(talk.id, [id], {})
  })
  afterEach((t) => world.pictures(`talks ${t.name}`))
  after(async () => {
    await device?.close()
    await world.close()
  })

  test('one comments, and the post says how many did', async () => {
    await kari.openChat('News')
    await kari.write('It has happened')
    await ola.row('News').click()
    await messageOf(ola, 'It has happened').getByRole('button', { name: 'Leave a comment' }).click()
    await chatOf(ola).getByText('Comments', { exact: true }).waitFor()
    await ola.sees('It has happened')
    await ola.write('What has?')
    await messageOf(kari, 'It has happened').getByRole('button', { name: '1 comment' }).click()
    await kari.sees('What has?')
    await kari.write('You shall see')
    await ola.sees('You shall see')
  })
})

describe('with a bot', { timeout: 240_000 }, () => {
  let world, kari, bot
  before(async () => {
    world = await World.open()
    kari = await world.signUp('Kari', { form: phone })
    bot = await openBot(world.server, 'Tide table', 'tide_table_bot')
  })
  afterEach((t) => world.pictures(`talks ${t.name}`))
  after(async () => {
    await bot?.close()
    await world.close()
  })

  test('one begins by a link, presses its buttons and keys, and sends its commands', async () => {
    bot.client.onNewMessage.add((message) => answerAs(bot, message))
    await kari.page.goto(`${kari.page.url().split('#')[0]}#@tide_table_bot`)
    await chatOf(kari).getByRole('button', { name: 'Start' }).click()
    await kari.sees('Which harbour?')
    await chatOf(kari).getByRole('button', { name: 'Bergen' }).click()
    await kari.page.getByText('The bot does not answer.').waitFor()
    await kari.write('/keys')
    await kari.page.getByRole('group', { name: 'Keys of the bot' }).getByRole('button', { name: 'Oslo' }).click()
    await kari.sees('You said Oslo')
  })
})

function answerAs(bot, { chat, text }) {
  const answers = {
    '/start': ['Which harbour?', { replyMarkup: BotKeyboard.inline([[BotKeyboard.callback('Bergen', 'noon')]]) }],
    '/keys': ['Or another?', { replyMarkup: BotKeyboard.reply([[BotKeyboard.text('Oslo')]]) }],
  }
  return bot.client.sendText(chat, ...(answers[text] ?? [`You said ${text}`]))
}
