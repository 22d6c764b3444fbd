// Photos, films, files, voices, GIFs and stickers: sent in every way there is, and what the other sees and hears of them.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { mtcuteTCP } from '../js/lib/mtcute.js'
import { newNumber } from '../js/lib/server.js'
import { login } from '../js/lib/suite.js'
import { phone } from './lib/browser.js'
import { Line } from './lib/line.js'
import { film, gif, photo, plainFile, tune, turningSquare } from './lib/media-files.js'
import { World } from './lib/world.js'

let world, kari, ola, line // Kari has a desktop and a line that can be held, Ola a phone
before(async () => {
  world = await World.open()
  const permissions = ['clipboard-read', 'clipboard-write', 'microphone', 'camera']
  line = await Line.open(world.server)
  ;[kari, ola] = await Promise.all([world.signUp('Kari', { permissions, through: line }), world.signUp('Ola', { form: phone, permissions })])
  await kari.startChat(ola)
  await kari.write('Look at these')
  await ola.openChat('Kari')
})
afterEach((t) => world.pictures(`media ${t.name}`))
after(async () => {
  line?.close()
  await world.close()
})

const dialog = (person) => person.page.getByRole('dialog')
const viewer = (person) => person.page.getByRole('dialog', { name: 'Media viewer' })
const sendDialog = (person) => dialog(person).getByRole('button', { name: 'Send', exact: true }).click()
const newest = (person) => person.page.getByRole('main').getByRole('article').last()

/** Waits until the picture itself is there and not only its blurred form; returns its width in pixels. */
async function widthOf(place) {
  const image = place.locator('img[src^="blob:"]').last()
  await image.waitFor()
  return image.evaluate((img) => img.decode().then(() => img.naturalWidth))
}

/** Chooses files with the button for it and leaves the dialog open. */
async function choose(person, files, what = 'Photo or video') {
  const choosing = person.page.waitForEvent('filechooser')
  await person.choose(person.page.getByRole('button', { name: 'Attach' }), what)
  await (await choosing).setFiles(files)
  await dialog(person).waitFor()
}

describe('photos', { timeout: 180_000 }, () => {
  test('a photo with words is seen by the other, and fills the page when it is opened', async () => {
    await kari.attach([photo('fjord.png', 1200, 800)], { caption: 'The **fjord**' })
    const shown = ola.message('The fjord')
    await shown.getByRole('strong').getByText('fjord').waitFor()
    assert.ok((await widthOf(shown)) >= 640)
    await shown.getByRole('button', { name: 'Photo: The fjord' }).click()
    assert.equal(await widthOf(viewer(ola)), 1200)
    await viewer(ola).getByRole('button', { name: 'Close' }).click()
    await viewer(ola).waitFor({ state: 'detached' })
  })

  test('an album is one message, and is leafed through and zoomed into', async () => {
    await ola.attach([photo('a.png', 600, 400), photo('b.png', 400, 600), photo('c.png', 500, 500)], { caption: 'Three of them' })
    const album = kari.message('Three of them')
    await album.getByRole('button', { name: /^Photo/ }).nth(2).waitFor()
    await album.getByRole('button', { name: /^Photo/ }).nth(1).click()
    assert.equal(await widthOf(viewer(kari)), 400)
    await viewer(kari).getByRole('button', { name: 'Next' }).click()
    await viewer(kari).getByText('4 of 4').waitFor()
    assert.equal(await widthOf(viewer(kari)), 500)
    await kari.page.keyboard.press('ArrowLeft')
    await viewer(kari).getByText('3 of 4').waitFor()
    const { width } = await viewer(kari).locator('img[src^="blob:"]').last().boundingBox()
    await viewer(kari).getByRole('button', { name: 'Zoom in' }).click()
    await kari.page.waitForFunction((least) => [...document.querySelectorAll('[role=dialog] img')].some((img) => img.getBoundingClientRect().width > least), width * 1.2)
    await viewer(kari).getByRole('button', { name: 'Show in chat' }).click()
    await viewer(kari).waitFor({ state: 'detached' })
  })

  test('a finger leafs through them at a phone', async () => {
    await ola.message('Three of them').getByRole('button', { name: /^Photo/ }).first().click()
    assert.equal(await widthOf(viewer(ola)), 600)
    await swipeAcross(ola)
    await viewer(ola).getByText('3 of 4').waitFor()
    assert.equal(await widthOf(viewer(ola)), 400)
    await viewer(ola).getByRole('button', { name: 'Close' }).click()
    await viewer(ola).waitFor({ state: 'detached' })
  })

  test('a photo is pasted, another dropped; each can be taken out before it is sent', async () => {
    const { buffer } = photo('pasted.png', 320, 200)
    await kari.page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': new Blob([bytes], { type: 'image/png' }) })])
    }, buffer.toString('base64'))
    await kari.field.press('Control+v')
    await dialog(kari).getByRole('heading', { name: 'Send a photo or video' }).waitFor()
    await dialog(kari).getByRole('textbox').fill('Pasted')
    await sendDialog(kari)
    assert.equal(await widthOf(ola.message('Pasted')), 320)
    await drop(kari, [photo('one.png', 300, 300), photo('two.png', 340, 300)])
    await dialog(kari).getByRole('heading', { name: 'Send 2 photos or videos' }).waitFor()
    await dialog(kari).getByRole('button', { name: 'Remove: one.png' }).click()
    await dialog(kari).getByRole('textbox').fill('Dropped')
    await sendDialog(kari)
    assert.equal(await widthOf(ola.message('Dropped')), 340)
  })

  test('a spoiler is seen when it is asked for', async () => {
    await choose(ola, [photo('end.png', 500, 300)])
    await dialog(ola).getByRole('button', { name: 'Hide until it is clicked' }).click()
    await dialog(ola).getByRole('textbox').fill('How it ends')
    await sendDialog(ola)
    const hidden = kari.message('How it ends')
    await hidden.getByText('Hidden', { exact: true }).waitFor()
    await hidden.getByRole('button', { name: /^Photo/ }).click()
    await hidden.getByText('Hidden', { exact: true }).waitFor({ state: 'detached' })
    await hidden.getByRole('button', { name: /^Photo/ }).click()
    assert.equal(await widthOf(viewer(kari)), 500)
    await kari.page.keyboard.press('Escape')
  })

  for (const [words, choice, cover] of [['Only once', 'After one view', 'View once'], ['Be quick', '3 seconds after it is opened', 'Open for 3 seconds']]) {
    test(`a photo that vanishes ${choice.toLowerCase()} is gone for both`, async () => {
      await choose(kari, [photo('gone.png', 500, 300)])
      await dialog(kari).getByLabel('Vanishes').selectOption(choice)
      await dialog(kari).getByRole('textbox').fill(words)
      await sendDialog(kari)
      await ola.message(words).getByText(cover).click()
      assert.equal(await widthOf(viewer(ola)), 500)
      if (cover === 'View once') await viewer(ola).getByRole('button', { name: 'Close' }).click()
      await viewer(ola).waitFor({ state: 'detached' })
      for (const person of [ola, kari]) await newest(person).getByText('The photo has vanished.').waitFor()
    })
  }

  test('another photo takes the place of one that was sent', async () => {
    await ola.attach([photo('wrong.png', 400, 300)], { caption: 'The right one' })
    await kari.message('The right one').waitFor()
    await ola.message('The right one').getByRole('img', { name: /^(Sent|Read)$/ }).waitFor()
    await ola.menu('The right one', 'Edit')
    const choosing = ola.page.waitForEvent('filechooser')
    await ola.choose(ola.page.getByRole('button', { name: 'Replace the file' }), 'Photo or video')
    await (await choosing).setFiles([photo('right.png', 444, 333)])
    await dialog(ola).getByRole('button', { name: 'Save', exact: true }).click()
    await kari.message('The right one').getByText('edited').waitFor()
    await kari.message('The right one').getByRole('button', { name: /^Photo/ }).click()
    assert.equal(await widthOf(viewer(kari)), 444)
    await kari.page.keyboard.press('Escape')
  })
})

describe('films, GIFs and files', { timeout: 180_000 }, () => {
  test('a film plays before it is loaded, and is seeked in', async () => {
    const short = await film(kari.page, { seconds: 2 })
    await kari.attach(onDisk(withRoom(short, 11_000_000)), { caption: 'The film' })
    await ola.message('The film').getByRole('button', { name: /^Video/ }).click()
    const video = viewer(ola).locator('video')
    await ola.page.waitForFunction(() => document.querySelector('[role=dialog] video')?.currentTime > 0.3)
    assert.match(await video.evaluate((element) => element.currentSrc), /\/stream\//)
    await viewer(ola).getByRole('button', { name: 'Pause' }).click()
    await viewer(ola).getByRole('slider', { name: 'Position' }).press('Home')
    await ola.page.waitForFunction(() => document.querySelector('[role=dialog] video').currentTime < 0.3)
    await viewer(ola).getByRole('button', { name: 'Close' }).click()
  })

  test('a GIF moves in the bubble, is saved, and sent again from the picker', async () => {
    await kari.attach([gif()])
    const moving = newest(ola).getByRole('button', { name: 'GIF' })
    assert.equal(await widthOf(moving), 32)
    await moving.click({ button: 'right' })
    await ola.page.getByRole('menuitem', { name: 'Save GIF' }).click()
    await ola.page.getByText('Saved', { exact: true }).waitFor()
    await ola.page.getByRole('button', { name: 'Emoji, stickers and GIFs' }).click()
    await ola.page.getByRole('tab', { name: 'GIFs' }).click()
    await ola.page.getByRole('button', { name: 'Send GIF' }).click()
    await kari.page.getByRole('main').getByRole('button', { name: 'GIF' }).nth(1).waitFor()
    assert.equal(await widthOf(newest(kari)), 32)
  })

  test('sending a file is paused and goes on, another is given up', async () => {
    line.hold()
    await kari.attach([plainFile('large.bin', 3_000_000)], { as: 'File', caption: 'A large one' })
    await newest(kari).getByRole('button', { name: 'Pause sending' }).click()
    line.release()
    await kari.write('It comes later')
    await ola.sees('It comes later')
    assert.equal(await ola.message('A large one').count(), 0)
    await kari.message('A large one').getByRole('button', { name: 'Go on sending' }).click()
    await ola.message('A large one').getByText('3 MB').waitFor()
    line.hold()
    await kari.attach([plainFile('large.bin', 2_000_000)], { as: 'File', caption: 'Never mind' })
    await newest(kari).getByRole('button', { name: 'Cancel sending' }).click()
    await kari.misses('Never mind')
    line.release()
    await kari.write('That is all')
    await ola.sees('That is all')
    assert.equal(await ola.message('Never mind').count(), 0)
  })

  test('a file is saved by the other as it was', async () => {
    const file = plainFile('notes.bin', 700_001)
    await kari.attach([file], { as: 'File', caption: 'My notes' })
    const saving = ola.page.waitForEvent('download')
    await ola.message('My notes').getByRole('button', { name: 'Save notes.bin' }).click()
    const chunks = []
    for await (const chunk of await (await saving).createReadStream()) chunks.push(chunk)
    assert.ok(Buffer.concat(chunks).equals(file.buffer))
  })
})

describe('what is heard', { timeout: 180_000 }, () => {
  const player = (person) => person.page.getByRole('region', { name: 'Player' })

  /** Records as long as it takes until the clock shows a second, and sends it. */
  async function record(person, what) {
    const bar = person.page.getByRole('group', { name: `Recording a ${what}` })
    await bar.getByText(/^0:(0[1-9]|[1-5]\d)$/).waitFor()
    await bar.getByRole('button', { name: 'Send' }).click()
    await bar.waitFor({ state: 'detached' })
  }

  test('a voice message is recorded and played, and the sender learns that it was heard', async () => {
    await kari.page.getByRole('button', { name: 'Record a voice message' }).click()
    await ola.page.getByText('recording a voice message').filter({ visible: true }).waitFor()
    await record(kari, 'voice message')
    await newest(ola).getByText('Not played yet').waitFor()
    await newest(ola).getByRole('slider', { name: 'Position' }).waitFor()
    await newest(ola).getByRole('button', { name: 'Play', exact: true }).click()
    await player(ola).getByText('Voice message').waitFor()
    await newest(kari).getByText('Not played yet').waitFor({ state: 'detached' })
  })

  test('a recording is paused, goes on and is thrown away', async () => {
    await kari.page.getByRole('button', { name: 'Record a voice message' }).click()
    await kari.page.getByRole('button', { name: 'Pause the recording' }).click()
    await kari.page.getByRole('button', { name: 'Go on recording' }).click()
    await kari.page.getByRole('button', { name: 'Discard the recording' }).click()
    await kari.field.waitFor()
  })

  test('a round video is recorded at a phone and played with sound', async () => {
    await ola.page.getByRole('button', { name: 'Record a voice message' }).click({ button: 'right' })
    await ola.page.getByRole('menuitem', { name: 'Record a round video' }).click()
    await record(ola, 'round video')
    await newest(kari).getByRole('button', { name: 'Play the round video' }).click()
    await player(kari).getByText('Round video').waitFor()
    await newest(ola).getByText('Not played yet').waitFor({ state: 'detached' })
  })

  test('a song plays on while another chat is open', async () => {
    await kari.attach([tune('Evening.wav', 20)], { as: 'File' })
    await newest(ola).getByText('Evening.wav').waitFor()
    await newest(ola).getByRole('button', { name: 'Play', exact: true }).click()
    await player(ola).getByText('Evening.wav').waitFor()
    await ola.showChats()
    await player(ola).getByRole('button', { name: 'Pause' }).click()
    await player(ola).getByRole('button', { name: 'Play', exact: true }).click()
    await player(ola).getByText(/0:0[1-9] \/ 0:20/).waitFor()
    await player(ola).getByRole('button', { name: 'Stop' }).click()
    await player(ola).waitFor({ state: 'detached' })
    await ola.openChat('Kari')
  })
})

describe('stickers', { timeout: 120_000 }, () => {
  let maker // has a library and no browser
  before(async () => {
    maker = await login(world.server, mtcuteTCP, newNumber(), 'Maker')
  })
  after(() => maker?.close())

  const upload = ({ name, mimeType, buffer }) => maker.client.uploadFile({ file: buffer, fileName: name, fileMime: mimeType })

  async function openStickers(person) {
    await person.page.getByRole('button', { name: 'Emoji, stickers and GIFs' }).click()
    await person.page.getByRole('tab', { name: 'Stickers' }).click()
  }

  test('a set is found and added, and its still, drawn and filmed stickers move at the other', async () => {
    const filmed = await film(kari.page, { width: 512, height: 512, mime: 'video/webm;codecs=vp9' })
    const files = { '🙂': photo('still.png', 512, 512), '🌀': turningSquare(), '🎬': filmed }
    const stickers = []
    for (const [emojis, file] of Object.entries(files)) stickers.push({ emojis, file: await upload(file) })
    await maker.client.createStickerSet({ owner: 'self', title: 'Shapes', shortName: 'shapes_here', stickers })
    await openStickers(kari)
    await kari.page.getByRole('textbox', { name: 'Search sticker sets' }).fill('Shapes')
    await kari.page.getByRole('button', { name: 'Add', exact: true }).click()
    await kari.page.getByRole('textbox', { name: 'Search sticker sets' }).fill('')
    await kari.page.getByRole('button', { name: 'Sticker 🙂' }).first().click()
    assert.equal(await widthOf(ola.page.getByRole('button', { name: 'Sticker 🙂' })), 512)
    await openStickers(kari)
    await kari.page.getByRole('button', { name: 'Sticker 🌀' }).first().click()
    await ola.page.waitForFunction(isDrawn, '[aria-label="Sticker 🌀"] canvas')
    await openStickers(kari)
    await kari.page.getByRole('button', { name: 'Sticker 🎬' }).first().click()
    await ola.page.waitForFunction(() => document.querySelector('[aria-label="Sticker 🎬"] video')?.currentTime > 0)
  })

  test('the other opens the set from a sticker, adds it and answers with one', async () => {
    await ola.page.getByRole('button', { name: 'Sticker 🙂' }).click()
    await dialog(ola).getByRole('heading', { name: 'Shapes' }).waitFor()
    await dialog(ola).getByRole('button', { name: 'Add stickers' }).click()
    await dialog(ola).waitFor({ state: 'detached' })
    await ola.field.fill('🙂')
    await ola.page.getByRole('group', { name: 'Stickers' }).getByRole('button').first().click()
    await kari.page.getByRole('main').getByRole('button', { name: 'Sticker 🙂' }).nth(1).waitFor()
  })

  test('a custom emoji is seen in a text, its set added, and one of it written', async () => {
    const set = await maker.client.createStickerSet({
      owner: 'self', title: 'Tiny', shortName: 'tiny_here', type: 'emoji', stickers: [{ emojis: '⭐', file: await upload(photo('star.png', 100, 100)) }],
    })
    const { documents } = await maker.client.call({ _: 'messages.getStickerSet', stickerset: { _: 'inputStickerSetShortName', shortName: set.shortName }, hash: 0 })
    const { id } = await maker.importContact(ola.phone, 'Ola')
    const entities = [{ _: 'messageEntityCustomEmoji', offset: 5, length: 1, documentId: documents[0].id }]
    await maker.client.sendText(id, { text: 'Shiny⭐', entities })
    await ola.showChats()
    await ola.openChat('Maker')
    await ola.message('Shiny').getByRole('button', { name: '⭐' }).click()
    await dialog(ola).getByRole('button', { name: 'Add stickers' }).click()
    await dialog(ola).waitFor({ state: 'detached' })
    await ola.showChats()
    await ola.openChat('Kari')
    await ola.page.getByRole('button', { name: 'Emoji, stickers and GIFs' }).click()
    await ola.page.getByRole('dialog').getByRole('button', { name: '⭐' }).first().click()
    await ola.page.keyboard.press('Escape')
    await ola.page.getByRole('button', { name: 'Send', exact: true }).click()
    assert.equal(await widthOf(newest(kari)), 100)
  })
})

/** Runs in the page: something has been painted there. */
function isDrawn(selector) {
  const canvas = document.querySelector(selector)
  const { data = [] } = canvas?.width ? canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height) : {}
  return data.some((value) => value > 0)
}

/** Puts a file where a browser takes it from by its path: a large one takes long any other way. */
function onDisk({ name, buffer }) {
  const path = join(world.server.dir, name)
  writeFileSync(path, buffer)
  return path
}

/** The film with nothing behind it, as a box that players skip: large, as films are. */
function withRoom(file, size) {
  const box = Buffer.alloc(size)
  box.writeUInt32BE(size)
  box.write('free', 4)
  return { ...file, buffer: Buffer.concat([file.buffer, box]) }
}

/** Moves a finger over the screen, from right to left. */
async function swipeAcross(person) {
  const touch = await person.context.newCDPSession(person.page)
  const at = (x) => [{ x, y: 400 }]
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(300) })
  for (const x of [250, 180, 100]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(x) })
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

/** Drags files from outside over the chat and lets them go. */
async function drop(person, files) {
  const data = await person.page.evaluateHandle((files) => {
    const transfer = new DataTransfer()
    for (const { name, mimeType, base64 } of files) {
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))
      transfer.items.add(new File([bytes], name, { type: mimeType }))
    }
    return transfer
  }, files.map((file) => ({ ...file, buffer: undefined, base64: file.buffer.toString('base64') })))
  const log = person.page.getByRole('log')
  await log.dispatchEvent('dragenter', { dataTransfer: data })
  await person.page.getByText('Drop files here to send them').waitFor()
  await person.page.getByText('Drop files here to send them').dispatchEvent('drop', { dataTransfer: data })
}
