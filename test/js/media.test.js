// Files between mtcute and GramJS: what one sends, the other fetches byte for byte.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { InputMedia } from '@mtcute/core'
import { Api } from 'telegram'
import { CustomFile } from 'telegram/client/uploads.js'
import { contentOf, kinds, png } from './lib/files.js'
import { gramjsTCP } from './lib/gramjs.js'
import { mtcuteTCP } from './lib/mtcute.js'
import { Server } from './lib/server.js'
import { twoPeople } from './lib/suite.js'

const isJPEG = (bytes) => bytes.length > 100 && bytes[0] === 0xff && bytes[1] === 0xd8

describe('files between mtcute and GramJS', { timeout: 300_000 }, () => {
  let server, people, anna, bent // Anna has mtcute, Bent GramJS
  before(async () => {
    server = await Server.start()
    people = await twoPeople(server, mtcuteTCP, gramjsTCP)
    anna = people.anna[0]
    bent = people.bent[0]
  })
  after(async () => {
    await people?.close()
    await server?.stop()
  })

  const told = (device, text) => device.events.next('message', (e) => e.text === text)

  for (const [kind, size] of Object.entries(kinds)) {
    for (const way of ['mtcute to GramJS', 'GramJS to mtcute']) {
      test(`${kind}, ${way}`, async () => {
        const [from, to, peer, back] = way.startsWith('m') ? [anna, bent, people.bentId, people.annaId] : [bent, anna, people.annaId, people.bentId]
        const caption = `${kind}, ${way}`
        const content = contentOf(caption, size)
        await from.sendFile(peer, kind, content, caption)
        await told(to, caption)
        let waveform // the libraries pack it on their own ways
        for (const [device, chat] of [[to, back], [from, peer]]) {
          const got = await device.fetchFile(chat, caption)
          assert.equal(got.kind, kind)
          assert.ok(content.equals(got.bytes), `${got.bytes.length} bytes came back, sent were ${content.length}`)
          if (kind !== 'voice') continue
          waveform ??= Buffer.from(got.waveform)
          assert.ok(waveform.length > 0)
          assert.deepEqual(Buffer.from(got.waveform), waveform)
        }
      })
    }
  }

  test('a photo, both ways: both fetch the same JPEG', async () => {
    for (const [from, to, peer, back] of [[anna, bent, people.bentId, people.annaId], [bent, anna, people.annaId, people.bentId]]) {
      const caption = `photo to ${peer}`
      await from.sendFile(peer, 'photo', png(640, 480), caption)
      await told(to, caption)
      const [one, other] = [await from.fetchFile(peer, caption), await to.fetchFile(back, caption)]
      assert.equal(other.kind, 'photo')
      assert.ok(isJPEG(other.bytes) && one.bytes.equals(other.bytes), `${one.bytes.length} and ${other.bytes.length} bytes`)
    }
  })

  test('an album', async () => {
    const caption = 'one of three'
    await anna.client.sendMediaGroup(people.bentId, [1, 2, 3].map((n) => InputMedia.photo(png(300, 200, [n, 90 * n, 7]), { caption: n === 1 ? caption : undefined })))
    await told(bent, caption)
    const messages = Array.from(await bent.client.getMessages(people.annaId, { limit: 3 }))
    assert.equal(new Set(messages.map((m) => String(m.groupedId))).size, 1)
    assert.ok(messages[0].groupedId)
    for (const m of messages) assert.ok(isJPEG(await bent.client.downloadMedia(m, {})))
  })

  test('an album of GramJS', async () => {
    const files = [1, 2].map((n) => new CustomFile(`${n}.png`, png(200, 200, [n, 3, 90]).length, '', png(200, 200, [n, 3, 90])))
    await bent.client.sendFile(people.annaId, { file: files, caption: ['two of them', ''] })
    await told(anna, 'two of them')
    const [last, first] = await anna.client.getHistory(people.bentId, { limit: 2 })
    assert.ok(first.groupedIdUnique && first.groupedIdUnique === last.groupedIdUnique)
    for (const m of [first, last]) assert.ok(isJPEG(Buffer.from(await anna.client.downloadAsBuffer(m.media))))
  })

  test('a sticker of a set that mtcute makes and GramJS sends', async () => {
    const set = await anna.client.createStickerSet({
      owner: 'self', title: 'Squares', shortName: `squares_${people.annaId}`,
      stickers: [{ file: png(512, 512), emojis: '🙂' }],
    })
    assert.equal(set.count, 1)
    const shortName = `squares_${people.annaId}`
    const id = new Api.InputStickerSetShortName({ shortName })
    await bent.client.invoke(new Api.messages.InstallStickerSet({ stickerset: id, archived: false }))
    const got = await bent.client.invoke(new Api.messages.GetStickerSet({ stickerset: id, hash: 0 }))
    await bent.client.sendFile(people.annaId, { file: got.documents[0] })
    const content = await bent.client.downloadMedia(new Api.MessageMediaDocument({ document: got.documents[0] }), {})
    await anna.events.next('message', (e) => e.text === '' && e.peer === people.bentId && !e.out)
    const [message] = await anna.client.getHistory(people.bentId, { limit: 1 })
    assert.equal(message.media.type, 'sticker')
    assert.ok(content.equals(Buffer.from(await anna.client.downloadAsBuffer(message.media))))
  })

  test('a profile photo and a photo of a group', async () => {
    await anna.client.setMyProfilePhoto({ type: 'photo', media: png(640, 640) })
    const jpeg = await bent.client.downloadProfilePhoto(people.annaId, { isBig: true })
    assert.ok(isJPEG(jpeg))
    const [photo] = await anna.client.getProfilePhotos('me')
    assert.ok(isJPEG(Buffer.from(await anna.client.downloadAsBuffer(photo))))
    const { chat } = await anna.client.createGroup({ title: 'Faces', users: [people.bentId] })
    await anna.client.setChatPhoto({ chatId: chat.id, type: 'photo', media: png(500, 500) })
    const full = await anna.client.getFullChat(chat.id)
    assert.ok(isJPEG(Buffer.from(await anna.client.downloadAsBuffer(full.fullPhoto))))
  })

  test('a large file, over several connections', async () => {
    const content = contentOf('large', 12 * 1024 * 1024 + 5)
    await anna.sendFile(people.bentId, 'document', content, 'large')
    await told(bent, 'large')
    assert.ok(content.equals((await bent.fetchFile(people.annaId, 'large')).bytes))
    await bent.sendFile(people.annaId, 'document', content, 'large too')
    await told(anna, 'large too')
    assert.ok(content.equals((await anna.fetchFile(people.bentId, 'large too')).bytes))
  })
})
