// A bad network: lines that break, fall silent or lose one way, a server that is killed, a tab that sleeps, pages that
// are loaded anew without a network. Nothing may be lost or doubled, and the page says how the connection stands.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { desktop, phone } from './lib/browser.js'
import { Line } from './lib/line.js'
import { World } from './lib/world.js'

const noNetwork = /WebSocket connection to|Failed to load resource|ERR_(CONNECTION|EMPTY|SOCKET|INTERNET|NETWORK)/

/** What the open chat shows of these, from the top. */
async function shown(person, pattern) {
  const articles = person.page.getByRole('main').getByRole('article')
  const texts = await articles.allInnerTexts()
  return texts.flatMap((text) => pattern.exec(text)?.[0] ?? [])
}

/** Waits until every message of the open chat has been taken by the server. */
async function allSent(person) {
  await person.page.getByRole('main').getByRole('img', { name: 'Sending' }).first().waitFor({ state: 'detached' })
}

/** The line under the name of the open chat. */
function stateLine(person, words) {
  return person.page.getByRole('main').getByText(words, { exact: true })
}

function numbered(word, count) {
  return Array.from({ length: count }, (_, index) => `${word} ${index + 1}`)
}

for (const [device, form] of Object.entries({ desktop, phone })) {
  describe(`a bad line at a ${device}`, { timeout: 180_000 }, () => {
    let world, line, kari, ola
    before(async () => {
      world = await World.open()
      world.expects(noNetwork)
      line = await Line.open(world.server)
      ;[kari, ola] = await Promise.all([world.signUp('Kari', { form, through: line }), world.signUp('Ola')])
      await kari.startChat(ola)
      await kari.write('Hello Ola!')
      await ola.openChat('Kari')
      await ola.sees('Hello Ola!')
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
      assert.deepEqual(await shown(ola, /offline \d/), [])
      line.mend()
      await kari.sees('meanwhile 3')
      await ola.sees('offline 3')
      await stateLine(kari, 'connecting …').waitFor({ state: 'detached' })
      await allSent(kari)
      for (const person of [kari, ola]) {
        assert.deepEqual(await shown(person, /offline \d/), numbered('offline', 3))
        assert.deepEqual(await shown(person, /meanwhile \d/), numbered('meanwhile', 3))
      }
    })
  })
}
