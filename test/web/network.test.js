// A bad network: lines that break, fall silent or lose one way, and pages that are loaded anew without a network.
// Nothing may be lost or doubled, and the page says how the connection stands.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { desktop, phone } from './lib/browser.js'
import { Line } from './lib/line.js'
import { allSent, noNetwork, numbered, reload, seesOnce, stateLine, stateOfLists } from './lib/network-acts.js'
import { World } from './lib/world.js'

for (const [device, form] of Object.entries({ desktop, phone })) {
  describe(`a bad line at a ${device}`, { timeout: 240_000 }, () => {
    let world, line, kari, ola, per
    before(async () => {
      world = await World.open()
      world.expects(noNetwork)
      line = await Line.open(world.server)
      ;[kari, ola, per] = await Promise.all([
        world.signUp('Kari', { form, through: line }),
        world.signUp('Ola'),
        world.signUp('Per', { form: phone }),
      ])
      await kari.startChat(ola)
      await kari.write('Hello Ola!')
      await ola.openChat('Kari')
      await ola.sees('Hello Ola!')
    })
    beforeEach(async () => {
      line.mend()
      await kari.showChats()
      await kari.openChat('Ola')
    })
    afterEach((t) => world.pictures(`network ${device} ${t.name}`))
    after(async () => {
      await world.close()
      line.close()
    })

    test('what is written offline arrives once and in order, and what came meanwhile is there', async () => {
      line.cut()
      await stateLine(kari, 'connecting …').waitFor()
      for (const text of numbered('offline', 3)) await kari.write(text)
      await kari.message('offline 3').getByRole('img', { name: 'Sending' }).waitFor()
      for (const text of numbered('meanwhile', 3)) await ola.write(text)
      await allSent(ola)
      await seesOnce(ola, /offline \d/, [])
      line.mend()
      await kari.sees('meanwhile 3')
      await ola.sees('offline 3')
      await stateLine(kari, 'connecting …').waitFor({ state: 'detached' })
      await allSent(kari)
      for (const person of [kari, ola]) {
        await seesOnce(person, /offline \d/, numbered('offline', 3))
        await seesOnce(person, /meanwhile \d/, numbered('meanwhile', 3))
      }
    })

    test('a page loaded without a network shows the chats it knew, and what was not sent goes out once', async () => {
      line.cut()
      await kari.write('before the reload')
      await kari.message('before the reload').getByRole('img', { name: 'Sending' }).waitFor()
      await reload(kari)
      await kari.sees('Hello Ola!')
      await seesOnce(kari, /before the reload/, ['before the reload'])
      await stateLine(kari, 'connecting …').waitFor()
      await kari.write('after the reload')
      await kari.showChats()
      await stateOfLists(kari, 'Connecting …').waitFor()
      await kari.chats.getByText('after the reload').waitFor()
      line.mend()
      await stateOfLists(kari, 'Connecting …').waitFor({ state: 'detached' })
      await ola.sees('after the reload')
      await kari.openChat('Ola')
      await allSent(kari)
      const both = ['before the reload', 'after the reload']
      for (const person of [kari, ola]) await seesOnce(person, /(before|after) the reload/, both)
    })

    test('the first message to somebody, written offline, stands in the list at once and also after a reload', async () => {
      await kari.showChats()
      await kari.startChat(per)
      line.cut()
      await stateLine(kari, 'connecting …').waitFor()
      await kari.write('the very first')
      await kari.showChats()
      await kari.chats.getByRole('button', { name: 'Per' }).getByText('the very first').waitFor()
      await reload(kari)
      await kari.showChats()
      await kari.chats.getByRole('button', { name: 'Per' }).getByText('the very first').waitFor()
      line.mend()
      await per.openChat('Kari')
      await per.sees('the very first')
      await seesOnce(per, /the very first/, ['the very first'])
      await kari.chats.getByRole('button', { name: 'Per' }).getByRole('img', { name: /Sent|Read/ }).waitFor()
    })

    test('what was written into a silent line arrives once when that was found out', async () => {
      line.silence()
      await kari.write('into the silence')
      await stateLine(kari, 'connecting …').waitFor()
      line.mend()
      await ola.sees('into the silence')
      await allSent(kari)
      for (const person of [kari, ola]) await seesOnce(person, /into the silence/, ['into the silence'])
    })

    test('a message whose answer is lost stands once on both sides', async () => {
      line.silence(['down'])
      await kari.write('answer lost')
      await ola.sees('answer lost')
      await ola.write('I have it')
      line.mend()
      await kari.sees('I have it')
      await allSent(kari)
      for (const person of [kari, ola]) await seesOnce(person, /answer lost/, ['answer lost'])
    })

    test('connections that break again and again, also in the middle of a packet, lose and double nothing', async () => {
      for (const [index, text] of numbered('broken', 8).entries()) {
        await kari.write(text)
        if (index % 3 === 0) line.break()
        if (index % 3 === 1) line.breakAfter(40 + 30 * index)
        await ola.write(`answer ${index + 1}`)
      }
      await ola.sees('broken 8')
      await kari.sees('answer 8')
      await allSent(kari)
      await allSent(ola)
      for (const person of [kari, ola]) {
        await seesOnce(person, /broken \d/, numbered('broken', 8))
        await seesOnce(person, /answer \d/, numbered('answer', 8))
      }
    })

    test('a file whose upload breaks, with a reload in between, arrives once and whole', async () => {
      const file = { name: 'report.bin', mimeType: 'application/octet-stream', buffer: randomBytes(3_000_000) }
      line.cutAfter(1_000_000)
      await kari.attach(file, { as: 'File' })
      await stateLine(kari, 'connecting …').waitFor()
      await reload(kari)
      await kari.message('report.bin').getByRole('img', { name: 'Sending' }).waitFor()
      line.mend()
      const save = ola.page.getByRole('button', { name: 'Save report.bin' })
      await save.waitFor()
      await allSent(kari)
      const loading = ola.page.waitForEvent('download')
      await save.click()
      const bytes = await readFile(await (await loading).path())
      assert.equal(digest(bytes), digest(file.buffer))
      for (const person of [kari, ola]) await seesOnce(person, /report\.bin/, ['report.bin'])
    })
  })
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}
