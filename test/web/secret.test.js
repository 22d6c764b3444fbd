// Secret chats between two browsers: what one does, and what the other sees of it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, afterEach, before, describe, test } from 'node:test'
import { phone } from './lib/browser.js'
import { openDevice } from './lib/devices.js'
import { Line } from './lib/line.js'
import { seesPicture } from './lib/media-acts.js'
import { film } from './lib/media-files.js'
import { photo } from './lib/photo.js'
import { agreeOnSecret, askForSecret, confirmRequest, menuOf, openRequest, openSecret, readKey, readVault, removeEnded, secretRow, setTimer } from './lib/secret-acts.js'
import { World } from './lib/world.js'

/** Kari at a desktop and Ola at a phone, who know one another; each comes by a line of his own. */
async function meet(world) {
  const lines = await Promise.all([Line.open(world.server), Line.open(world.server)])
  const [kari, ola] = await Promise.all([world.signUp('Kari', { through: lines[0] }), world.signUp('Ola', { form: phone, through: lines[1] })])
  kari.line = lines[0]
  ola.line = lines[1]
  await kari.startChat(ola)
  await kari.write('Shall we talk in secret?')
  await ola.openChat('Kari')
  await ola.sees('Shall we talk in secret?')
  return [kari, ola]
}

async function part(world, people) {
  await world.close()
  for (const person of people) person?.line.close()
}

describe('a secret chat of a desktop and a phone', { timeout: 240_000 }, () => {
  let world, kari, ola
  before(async () => {
    world = await World.open()
    ;[kari, ola] = await meet(world)
  })
  afterEach((t) => world.pictures(`secret ${t.name}`))
  after(() => part(world, [kari, ola]))

  test('one asks, the other reads who asks and accepts, and both can write', async () => {
    await askForSecret(kari)
    await kari.sees('Waiting for Ola to accept …')
    await openRequest(ola, kari)
    await ola.sees('Kari asks you for a secret chat.')
    await ola.sees('End-to-end encrypted: the server cannot read it')
    await ola.page.getByRole('button', { name: 'Accept' }).click()
    await Promise.all([kari.field.waitFor(), ola.field.waitFor()])
  })

  test('both see the same picture, emoji and text of the key', async () => {
    const [ours, theirs] = await Promise.all([readKey(kari), readKey(ola)])
    assert.deepEqual(ours, theirs)
    assert.equal(ours.emoji.split(' ').length, 32)
  })

  test('words go both ways, and the writer sees that they were read', async () => {
    await kari.write('Only you can read this')
    await ola.sees('Only you can read this')
    await kari.message('Only you can read this').getByRole('img', { name: 'Read' }).waitFor()
    await ola.field.pressSequentially('Good')
    await kari.sees('typing …')
    await ola.write('Good to know')
    await kari.sees('Good to know')
  })

  test('an answer stands under what it answers', async () => {
    await ola.menu('Only you can read this', 'Reply')
    await ola.write('Really nobody else?')
    await kari.message('Really nobody else?').getByText('Only you can read this').waitFor()
  })

  test('a photo is opened, a file is saved, a voice message is heard', async () => {
    await kari.attach(photo(), { caption: 'For you alone' })
    await ola.page.getByRole('button', { name: 'Photo: For you alone' }).click()
    await ola.page.getByRole('dialog', { name: 'Media viewer' }).getByText('For you alone').waitFor()
    await ola.page.keyboard.press('Escape')

    const notes = Buffer.from('what nobody else may know '.repeat(20_000))
    await ola.attach({ name: 'notes.txt', mimeType: 'text/plain', buffer: notes }, { as: 'File' })
    const saving = kari.page.waitForEvent('download')
    await kari.page.getByRole('button', { name: 'Save notes.txt' }).click()
    assert.deepEqual(readFileSync(await (await saving).path()), notes)

    await ola.page.getByRole('button', { name: 'Record a voice message' }).click()
    await ola.page.getByText('0:01', { exact: true }).waitFor()
    await ola.page.getByRole('button', { name: 'Send', exact: true }).click()
    await kari.page.getByText('Not played yet').waitFor()
    await kari.page.getByRole('main').getByRole('button', { name: 'Play' }).last().click()
    await kari.page.getByText('Not played yet').waitFor({ state: 'detached' })
  })

  test('what one deletes is gone from the other', async () => {
    await kari.write('A slip of the tongue')
    await ola.sees('A slip of the tongue')
    await kari.menu('A slip of the tongue', 'Delete')
    await kari.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await Promise.all([kari, ola].map((person) => person.misses('A slip of the tongue')))
  })

  test('the other is told of a screenshot', async () => {
    await kari.page.keyboard.press('PrintScreen')
    await kari.sees('You took a screenshot')
    await ola.sees('Kari took a screenshot')
  })

  test('the chat is there again after a reload, and lies sealed in the browser', async () => {
    await Promise.all([kari.page.reload(), ola.page.reload()])
    await Promise.all([kari, ola].map((person) => person.sees('Good to know')))
    await kari.write('Still here')
    await ola.sees('Still here')
    for (const person of [kari, ola]) {
      const vault = await readVault(person)
      assert.equal(vault.names.length, 1)
      assert.equal(vault.isExtractable, false)
      assert.equal(vault.chats.length, 1)
      assert.doesNotMatch(vault.raw, /Good to know|Still here/)
    }
  })

  test('another device of the same person shows nothing of it', async () => {
    const tablet = await world.visit('Kari')
    await tablet.enterPhone(kari.phone)
    await tablet.enterCode()
    await tablet.row('Ola').waitFor()
    await ola.write('For one device only')
    await kari.sees('For one device only')
    assert.equal(await tablet.page.getByRole('img', { name: 'Secret chat' }).count(), 0)
    assert.deepEqual((await readVault(tablet)).chats, [])
    await tablet.close()
  })

  test('messages that destroy themselves vanish on both sides', async () => {
    await setTimer(ola, '3 seconds')
    await ola.sees('You set messages to vanish after 3 seconds')
    await kari.sees('Ola set messages to vanish after 3 seconds')
    const seen = [ola.sees('This will be gone soon'), ola.page.getByRole('img', { name: /^Vanishes in / }).first().waitFor()]
    await Promise.all([...seen, kari.write('This will be gone soon')])
    await Promise.all([kari, ola].map((person) => person.misses('This will be gone soon')))
  })

  test('a photo that destroys itself is closed until it is opened, then vanishes on both sides', async () => {
    await kari.attach(photo(), { caption: 'Look once' })
    await ola.page.getByRole('button', { name: 'Photo: Look once' }).click()
    await ola.page.getByRole('dialog', { name: 'Media viewer' }).waitFor()
    await Promise.all([kari, ola].map((person) => person.misses('Look once')))
    await setTimer(kari, 'Off')
    await ola.sees('Kari set messages to stay')
  })

  test('one empties the chat for both', async () => {
    await ola.choose(menuOf(ola), /^Delete all messages/)
    await ola.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await Promise.all([kari, ola].map((person) => person.misses('Good to know')))
    await kari.write('A new page')
    await ola.sees('A new page')
  })

  test('one ends the chat; both read that it is over and take it out of the list', async () => {
    await ola.choose(menuOf(ola), 'End secret chat')
    await ola.page.getByRole('dialog').getByRole('button', { name: 'End chat' }).click()
    await Promise.all([kari, ola].map((person) => person.misses('A new page')))
    await removeEnded(kari, ola)
    await removeEnded(ola, kari)
    for (const person of [kari, ola]) assert.deepEqual((await readVault(person)).chats, [])
  })
})

describe('the ways into a secret chat', { timeout: 240_000 }, () => {
  let world, kari, ola
  before(async () => {
    world = await World.open()
    world.expects(/WebSocket connection to .* failed|ERR_CONNECTION/)
    ;[kari, ola] = await meet(world)
  })
  afterEach((t) => world.pictures(`secret ways ${t.name}`))
  after(() => part(world, [kari, ola]))

  test('asked from the list of chats and declined, it is over for both', async () => {
    await ola.showChats()
    await ola.choose(ola.page.getByRole('button', { name: 'New message' }), 'New secret chat')
    await ola.page.getByRole('list', { name: 'People' }).getByRole('button', { name: 'Kari' }).click()
    await confirmRequest(ola)
    await ola.sees('Waiting for Kari to accept …')
    await openRequest(kari, ola)
    await kari.page.getByRole('button', { name: 'Decline' }).click()
    await removeEnded(kari, ola)
    await removeEnded(ola, kari)
  })

  test('asked from the profile and taken back, it is over for both', async () => {
    await kari.openChat('Ola')
    await kari.choose(menuOf(kari), 'Info')
    await kari.choose(kari.page.getByRole('complementary').getByRole('button', { name: 'More' }), 'Start secret chat')
    await confirmRequest(kari)
    await kari.sees('Waiting for Ola to accept …')
    await secretRow(ola, kari).getByText('asks you for a secret chat').waitFor()
    await kari.page.getByRole('main').getByRole('button', { name: 'Cancel' }).click()
    await openSecret(ola, kari)
    await removeEnded(kari, ola)
    await removeEnded(ola, kari)
  })

  test('somebody without a browser at hand finds the request when he comes back', async () => {
    ola.line.cut()
    await kari.openChat('Ola')
    await askForSecret(kari)
    await kari.sees('Waiting for Ola to accept …')
    ola.line.mend()
    await openRequest(ola, kari)
    await ola.page.getByRole('button', { name: 'Accept' }).click()
    await Promise.all([kari.field.waitFor(), ola.field.waitFor()])
  })
})

describe('what can be brought into a secret chat', { timeout: 240_000 }, () => {
  let world, kari, ola, maker
  before(async () => {
    world = await World.open()
    ;[kari, ola] = await meet(world)
    maker = await openDevice({ server: world.server, phone: ola.phone })
    await agreeOnSecret(kari, ola)
  })
  afterEach((t) => world.pictures(`secret things ${t.name}`))
  after(async () => {
    await maker?.close()
    await part(world, [kari, ola])
  })

  test('a sticker is seen by the other', async () => {
    const { name, mimeType, buffer } = photo('still.png', 512, 512)
    const file = await maker.client.uploadFile({ file: buffer, fileName: name, fileMime: mimeType })
    await maker.client.createStickerSet({ owner: 'self', title: 'Shapes', shortName: 'secret_shapes', stickers: [{ emojis: '🙂', file }] })
    await kari.page.getByRole('button', { name: 'Emoji, stickers and GIFs' }).click()
    await kari.page.getByRole('tab', { name: 'Stickers' }).click()
    await kari.page.getByRole('textbox', { name: 'Search sticker sets' }).fill('Shapes')
    await kari.page.getByRole('button', { name: 'Sticker 🙂' }).first().click()
    await seesPicture(ola.page.getByRole('main').getByRole('button', { name: 'Sticker 🙂' }), 512)
  })

  test('a film is played', async () => {
    await ola.attach(await film(ola.page))
    await kari.page.getByRole('main').getByRole('button', { name: /^Video, / }).click()
    await kari.page.waitForFunction(() => document.querySelector('[role=dialog] video')?.currentTime > 0)
    await kari.page.keyboard.press('Escape')
  })

  test('another name of the other stands at the chat too', async () => {
    await maker.client.call({ _: 'account.updateProfile', firstName: 'Olav' })
    await secretRow(kari, { name: 'Olav' }).waitFor()
    await kari.sees('Olav')
  })
})

describe('a secret chat over a bad line', { timeout: 240_000 }, () => {
  let world, kari, ola
  before(async () => {
    world = await World.open()
    world.expects(/WebSocket connection to .* failed|ERR_CONNECTION/)
    ;[kari, ola] = await meet(world)
    await agreeOnSecret(kari, ola)
  })
  afterEach((t) => world.pictures(`secret line ${t.name}`))
  after(() => part(world, [kari, ola]))

  test('what is written while the other is away waits for him, once each and in order', async () => {
    ola.line.cut()
    for (const n of ['one', 'two', 'three']) await kari.write(n)
    await kari.message('three').getByRole('img', { name: 'Sent' }).waitFor()
    ola.line.mend()
    await ola.sees('three')
    assert.deepEqual(await textsOf(ola), await textsOf(kari))
  })

  test('what is written without a network is sent once when it is there, also after a reload', async () => {
    kari.line.cut()
    await kari.write('four')
    await kari.message('four').getByRole('img', { name: 'Sending' }).waitFor()
    await kari.write('five')
    kari.line.mend()
    await kari.page.reload()
    await ola.sees('five')
    await kari.message('five').getByRole('img', { name: /^(Sent|Read)$/ }).waitFor()
    assert.deepEqual(await textsOf(ola), ['one', 'two', 'three', 'four', 'five'])
    assert.deepEqual(await textsOf(kari), ['one', 'two', 'three', 'four', 'five'])
  })

  test('a photo that was not up when the page closed goes on by itself, and comes once', async () => {
    kari.line.cut()
    await kari.attach(photo(), { caption: 'six' })
    await kari.message('six').getByRole('img', { name: 'Sending' }).waitFor()
    await kari.page.reload()
    await kari.message('six').getByRole('img', { name: 'Sending' }).waitFor()
    kari.line.mend()
    await ola.page.getByRole('button', { name: 'Photo: six' }).waitFor()
    await kari.message('six').getByRole('img', { name: /^(Sent|Read)$/ }).waitFor()
    for (const person of [kari, ola]) assert.equal(await person.page.getByRole('button', { name: 'Photo: six' }).count(), 1)
  })

  test('after a hundred messages both have another key, and go on', async () => {
    const before = await keyIdOf(kari)
    await Promise.all([kari, ola].map((person) => writeMany(person, 51)))
    await kari.sees('Ola 51')
    await ola.sees('Kari 51')
    await ola.write('I have read it all')
    await kari.sees('I have read it all')
    await kari.write('Then we have a new key')
    await ola.sees('Then we have a new key')
    const [ours, theirs] = await Promise.all([keyIdOf(kari), keyIdOf(ola)])
    assert.notEqual(ours, before)
    assert.equal(ours, theirs)
  })
})

/** The words of the messages of the open chat. */
async function textsOf(person) {
  const articles = await person.page.getByRole('main').getByRole('article').allInnerTexts()
  return articles.map((text) => text.split('\n').find((line) => /^[a-z]+$/.test(line)))
}

async function writeMany(person, count) {
  for (let i = 1; i <= count; i++) await person.write(`${person.name} ${i}`)
}

/** The name of the key that the browser seals with. */
async function keyIdOf(person) {
  const { chats } = await readVault(person)
  return chats[0].key.id.$n
}
