// Voices, round videos, songs and stickers: recorded, chosen and sent, and what the other hears and sees of them.
import { after, afterEach, before, describe, test } from 'node:test'
import { mtcuteTCP } from '../js/lib/mtcute.js'
import { newNumber } from '../js/lib/server.js'
import { login } from '../js/lib/suite.js'
import { phone } from './lib/browser.js'
import { dialog, newest, seesPicture } from './lib/media-acts.js'
import { film, photo, tune, turningSquare } from './lib/media-files.js'
import { World } from './lib/world.js'

let world, kari, ola // Kari has a desktop, Ola a phone
before(async () => {
  world = await World.open()
  const permissions = ['microphone', 'camera']
  ;[kari, ola] = await Promise.all([world.signUp('Kari', { permissions, reducedMotion: 'no-preference' }), world.signUp('Ola', { form: phone, permissions, reducedMotion: 'no-preference' })])
  await kari.startChat(ola)
  await kari.write('Listen')
  await ola.openChat('Kari')
})
afterEach((t) => world.pictures(`sounds ${t.name}`))
after(() => world.close())

describe('what is heard', { timeout: 300_000 }, () => {
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
    await player(ola).getByText(/0:0[1-9] \/ 0:20/).waitFor({ state: 'attached' }) // a phone has no room for it
    await player(ola).getByRole('button', { name: 'Stop' }).click()
    await player(ola).waitFor({ state: 'detached' })
    await ola.openChat('Kari')
  })
})

describe('stickers', { timeout: 300_000 }, () => {
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
    await seesPicture(ola.page.getByRole('button', { name: 'Sticker 🙂' }), 512)
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
    await seesPicture(kari.page.getByRole('main').getByRole('button', { name: '⭐' }), 100)
  })
})

/** Runs in the page: something has been painted there. */
function isDrawn(selector) {
  const canvas = document.querySelector(selector)
  const { data = [] } = canvas?.width ? canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height) : {}
  return data.some((value) => value > 0)
}
