// What crosses from one library to another, and what happens while a device is away.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { gramjsTCP, gramjsWS } from './lib/gramjs.js'
import { mtcuteTCP, mtcuteWS } from './lib/mtcute.js'
import { Server, newNumber } from './lib/server.js'
import { login, twoPeople } from './lib/suite.js'

describe('QR login', { timeout: 60_000 }, () => {
  let server
  before(async () => { server = await Server.start() })
  after(() => server?.stop())

  for (const [shows, accepts] of [[gramjsTCP, mtcuteTCP], [mtcuteTCP, gramjsWS], [mtcuteWS, gramjsTCP]]) {
    test(`${shows.name} is let in by ${accepts.name}`, async () => {
      const owner = await login(server, accepts, newNumber())
      const device = await shows.open(server)
      const token = withResolvers()
      const signedIn = device.signInQR(token.resolve)
      await owner.acceptToken(await token.promise)
      await signedIn
      assert.deepEqual(await device.me(), await owner.me())
      await device.close()
      await owner.close()
    })
  }

  test('a password is asked for after the token', async () => {
    const owner = await login(server, mtcuteTCP, newNumber())
    await owner.setPassword('secret')
    const device = await gramjsTCP.open(server)
    const token = withResolvers()
    const signedIn = device.signInQR(token.resolve, 'secret')
    await owner.acceptToken(await token.promise)
    await signedIn
    assert.deepEqual(await device.me(), await owner.me())
    await device.close()
    await owner.close()
  })
})

function withResolvers() {
  const out = {}
  out.promise = new Promise((resolve, reject) => Object.assign(out, { resolve, reject }))
  return out
}

describe('away', { timeout: 120_000 }, () => {
  let server
  before(async () => { server = await Server.start() })
  after(() => server?.stop())

  const missed = Array.from({ length: 50 }, (_, i) => `missed ${i}`)

  for (const driver of [mtcuteTCP, mtcuteWS]) {
    test(`${driver.name} gets 50 messages sent while it was away: all, once, in order`, async () => {
      const people = await twoPeople(server, driver, gramjsTCP)
      const { anna, bent, annaId, bentId } = people
      await anna[0].send(bentId, 'before')
      await bent[0].events.next('message', (m) => m.text === 'before')
      await anna[0].close()
      for (const text of missed) await bent[0].send(annaId, text)
      const again = await anna[0].reopen()
      await again.events.next('message', (m) => m.text === missed.at(-1))
      // All others have come before the last, each once.
      assert.deepEqual(again.events.all('message').map((m) => m.text), missed.slice(0, -1))
      await again.close()
      await anna[1].close()
      await Promise.all(bent.map((d) => d.close()))
    })
  }

  for (const driver of [gramjsTCP, gramjsWS]) {
    test(`${driver.name} finds 50 messages in the difference: all, once, in order`, async () => {
      const people = await twoPeople(server, driver, mtcuteTCP)
      const { anna, bent, annaId } = people
      const state = await anna[0].state()
      await anna[0].close()
      for (const text of missed) await bent[0].send(annaId, text)
      const again = await anna[0].reopen()
      assert.deepEqual(await again.difference(state), missed)
      await again.close()
      await anna[1].close()
      await Promise.all(bent.map((d) => d.close()))
    })
  }
})
