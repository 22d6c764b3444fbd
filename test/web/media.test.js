// Photos, films, GIFs and files: sent in every way there is, and what the other sees of them.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { phone } from './lib/browser.js'
import { Line } from './lib/line.js'
import { choose, dialog, drop, newest, onDisk, seesPicture, sendDialog, swipeAcross, viewer } from './lib/media-acts.js'
import { film, gif, photo, plainFile } from './lib/media-files.js'
import { World } from './lib/world.js'

let world, kari, ola, line // Kari has a desktop and a line that can be held, Ola a phone
before(async () => {
  world = await World.open()
  line = await Line.open(world.server)
  const permissions = ['clipboard-read', 'clipboard-write']
  ;[kari, ola] = await Promise.all([world.signUp('Kari', { permissions, through: line }), world.signUp('Ola', { form: phone })])
  await kari.startChat(ola)
  await kari.write('Look at these')
  await ola.openChat('Kari')
})
afterEach((t) => world.pictures(`media ${t.name}`))
after(async () => {
  line?.close()
  await world.close()
})

describe('photos', { timeout: 300_000 }, () => {
  test('a photo with words is seen by the other, and fills the page when it is opened', async () => {
    await kari.attach([photo('fjord.png', 1200, 800)], { caption: 'The **fjord**' })
    const shown = ola.message('The fjord')
    await shown.getByRole('strong').getByText('fjord').waitFor()
    await seesPicture(shown, 640, 1200)
    await shown.getByRole('button', { name: 'Photo: The fjord' }).click()
    await seesPicture(viewer(ola), 1200)
    await viewer(ola).getByRole('button', { name: 'Close' }).click()
    await viewer(ola).waitFor({ state: 'detached' })
  })

  test('an album is one message, and is leafed through and zoomed into', async () => {
    await ola.attach([photo('a.png', 600, 400), photo('b.png', 400, 600), photo('c.png', 500, 500)], { caption: 'Three of them' })
    const album = kari.message('Three of them')
    await album.getByRole('button', { name: /^Photo/ }).nth(2).waitFor()
    await album.getByRole('button', { name: /^Photo/ }).nth(1).click()
    await seesPicture(viewer(kari), 400)
    await viewer(kari).getByRole('button', { name: 'Next' }).click()
    await viewer(kari).getByText('4 of 4').waitFor()
    await seesPicture(viewer(kari), 500)
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
    await seesPicture(viewer(ola), 600)
    await swipeAcross(ola)
    await viewer(ola).getByText('3 of 4').waitFor()
    await seesPicture(viewer(ola), 400)
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
    await seesPicture(ola.message('Pasted'), 320)
    await drop(kari, [photo('one.png', 300, 300), photo('two.png', 340, 300)])
    await dialog(kari).getByRole('heading', { name: 'Send 2 photos or videos' }).waitFor()
    await dialog(kari).getByRole('button', { name: 'Remove: one.png' }).click()
    await dialog(kari).getByRole('textbox').fill('Dropped')
    await sendDialog(kari)
    await seesPicture(ola.message('Dropped'), 340)
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
    await seesPicture(viewer(kari), 500)
    await kari.page.keyboard.press('Escape')
  })

  for (const [words, choice, cover] of [['Only once', 'After one view', 'View once'], ['Be quick', '3 seconds after it is opened', 'Open for 3 seconds']]) {
    test(`a photo that vanishes ${choice.toLowerCase()} is gone for both`, async () => {
      await choose(kari, [photo('gone.png', 500, 300)])
      await dialog(kari).getByLabel('Vanishes').selectOption(choice)
      await dialog(kari).getByRole('textbox').fill(words)
      await sendDialog(kari)
      await Promise.all([seesPicture(viewer(ola), 500), ola.message(words).getByText(cover).click()])
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
    await seesPicture(viewer(kari), 444)
    await kari.page.keyboard.press('Escape')
  })
})

describe('films, GIFs and files', { timeout: 300_000 }, () => {
  test('a film plays before it is loaded, and is seeked in', async () => {
    const short = await film(kari.page, { seconds: 2 })
    await kari.attach(onDisk(world.server, withRoom(short, 11_000_000)), { caption: 'The film' })
    await ola.message('The film').getByRole('button', { name: /^Video/ }).click()
    const video = viewer(ola).locator('video')
    await ola.page.waitForFunction(() => document.querySelector('[role=dialog] video')?.currentTime > 0.3)
    assert.match(await video.evaluate((element) => element.currentSrc), /\/stream\//)
    await viewer(ola).getByRole('button', { name: 'Pause' }).click()
    await viewer(ola).getByRole('slider', { name: 'Position' }).press('Home')
    await ola.page.waitForFunction(() => document.querySelector('[role=dialog] video').currentTime < 0.3)
    await viewer(ola).getByRole('button', { name: 'Close' }).click()
  })

  test('a player gets any part of a film, also of its end, without the rest', async () => {
    const long = withRoom(await film(kari.page, { name: 'long', seconds: 2 }), 12_000_000)
    await kari.attach(onDisk(world.server, long), { caption: 'A long film' })
    await ola.message('A long film').getByRole('button', { name: /^Video/ }).click()
    await ola.page.waitForFunction(() => document.querySelector('[role=dialog] video')?.readyState > 1)
    const size = long.buffer.length
    const middle = size >> 1
    const part = (from, to) => [206, `bytes ${from}-${to - 1}/${size}`, [...long.buffer.subarray(from, to)]]
    const asked = [`bytes=${middle}-${middle + 9}`, `bytes=${size - 10}-`]
    const got = await viewer(ola).locator('video').evaluate(readParts, asked)
    assert.deepEqual(got, [part(middle, middle + 10), part(size - 10, size)])
    await viewer(ola).getByRole('button', { name: 'Close' }).click()
  })

  test('a GIF moves in the bubble, is saved, and sent again from the picker', async () => {
    await kari.attach([gif()])
    const moving = newest(ola).getByRole('button', { name: 'GIF' })
    await seesPicture(moving, 32)
    await moving.click({ button: 'right' })
    await ola.page.getByRole('menuitem', { name: 'Save GIF' }).click()
    await ola.page.getByText('Saved', { exact: true }).waitFor()
    await ola.page.getByRole('button', { name: 'Emoji, stickers and GIFs' }).click()
    await ola.page.getByRole('tab', { name: 'GIFs' }).click()
    await ola.page.getByRole('button', { name: 'Send GIF' }).click()
    await kari.page.getByRole('main').getByRole('button', { name: 'GIF' }).nth(1).waitFor()
    await seesPicture(newest(kari), 32)
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

/** The film with a box behind it that players skip: large, as films are. */
function withRoom(file, size) {
  const box = Buffer.alloc(size, '0123456789abc')
  box.writeUInt32BE(size)
  box.write('free', 4)
  return { ...file, buffer: Buffer.concat([file.buffer, box]) }
}

/** Runs in the page: asks for parts of what a video plays, as a player does that is moved to another place. */
async function readParts({ currentSrc }, ranges) {
  const parts = []
  for (const Range of ranges) {
    const answer = await fetch(currentSrc, { headers: { Range } })
    parts.push([answer.status, answer.headers.get('Content-Range'), [...new Uint8Array(await answer.arrayBuffer())]])
  }
  return parts
}
