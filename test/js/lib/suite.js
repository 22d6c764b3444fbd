// What every client has to be able to do, once for each library and transport.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CODE, Server, newNumber } from './server.js'

/** Opens a device and signs it in to `phone`, signing up as `name` if nobody has the number. */
export async function login(server, driver, phone, name = 'Kari') {
  const device = await driver.open(server)
  const hash = await device.sendCode(phone)
  if (!(await device.signIn(phone, hash, CODE))) await device.signUp(phone, hash, name)
  return device
}

/** Asserts that `promise` fails with an RPC error of this symbol. */
export async function refuses(device, promise, symbol) {
  const error = await promise.then(() => null, (e) => e)
  assert.ok(error, `succeeded; want ${symbol}`)
  assert.match(String(device.reason(error) ?? error), symbol)
}

/**
 * Two people with two devices each, who know each other. `a` and `b` are the drivers of their devices.
 */
export async function twoPeople(server, a, b) {
  const [phoneA, phoneB] = [newNumber(), newNumber()]
  const anna = [await login(server, a, phoneA, 'Anna')]
  const bent = [await login(server, b, phoneB, 'Bent')]
  anna.push(await login(server, a, phoneA))
  bent.push(await login(server, b, phoneB))
  const [annaId, bentId] = [(await anna[0].me()).id, (await bent[0].me()).id]
  for (const device of anna) assert.equal((await device.importContact(phoneB, 'Bent')).id, bentId)
  for (const device of bent) assert.equal((await device.importContact(phoneA, 'Anna')).id, annaId)
  return { anna, bent, annaId, bentId, close: () => Promise.all([...anna, ...bent].map((d) => d.close())) }
}

/** Signing up and in, passwords, sessions. */
export function accountSuite(driver) {
  describe(`account: ${driver.name}`, { timeout: 120_000 }, () => {
    let server
    before(async () => { server = await Server.start() })
    after(() => server?.stop())

    test('sign-up by code, then sign-in on a second device', async () => {
      const phone = newNumber()
      const first = await login(server, driver, phone, 'Kari')
      assert.equal((await first.me()).name, 'Kari')
      const second = await login(server, driver, phone, 'Another name')
      assert.deepEqual(await second.me(), await first.me())
      await first.close()
      await second.close()
    })

    test('a wrong code, a code for another number and no code are refused', async () => {
      const phone = newNumber()
      const device = await driver.open(server)
      const hash = await device.sendCode(phone)
      await refuses(device, device.signIn(phone, hash, '99999'), /^PHONE_CODE_INVALID$/)
      await refuses(device, device.signIn(phone, hash, ''), /^PHONE_CODE_EMPTY$/)
      await refuses(device, device.signIn(newNumber(), hash, CODE), /^PHONE_CODE_(EXPIRED|INVALID)$/)
      assert.equal(await device.signIn(phone, hash, CODE), false)
      await device.close()
    })

    test('a password is set, asked for, changed and removed', async () => {
      const phone = newNumber()
      const owner = await login(server, driver, phone)
      await owner.setPassword('correct horse')

      const device = await driver.open(server)
      const hash = await device.sendCode(phone)
      await refuses(device, device.signIn(phone, hash, CODE), /^SESSION_PASSWORD_NEEDED$/)
      assert.equal(await device.isIn(), false)
      await refuses(device, device.checkPassword('wrong horse'), /^PASSWORD_HASH_INVALID$/)
      await device.checkPassword('correct horse')
      assert.equal((await device.me()).id, (await owner.me()).id)

      await owner.changePassword('correct horse', 'battery staple')
      const third = await driver.open(server)
      const again = await third.sendCode(phone)
      await refuses(third, third.signIn(phone, again, CODE), /^SESSION_PASSWORD_NEEDED$/)
      await third.checkPassword('battery staple')

      await owner.removePassword('battery staple')
      const fourth = await login(server, driver, phone)
      assert.equal(await fourth.isIn(), true)
      await Promise.all([owner, device, third, fourth].map((d) => d.close()))
    })

    test("the library's own start signs in, with a password too", async () => {
      const phone = newNumber()
      const owner = await login(server, driver, phone)
      const plain = await driver.open(server)
      await plain.start(phone, CODE)
      assert.equal((await plain.me()).id, (await owner.me()).id)
      await owner.setPassword('secret')
      const guarded = await driver.open(server)
      await guarded.start(phone, CODE, 'secret')
      assert.equal((await guarded.me()).id, (await owner.me()).id)
      await Promise.all([owner, plain, guarded].map((d) => d.close()))
    })

    test('a session that another device ends is out', async () => {
      const phone = newNumber()
      const keeper = await login(server, driver, phone)
      const lost = await login(server, driver, phone)
      const sessions = await keeper.sessions()
      assert.equal(sessions.length, 2)
      await keeper.terminate(sessions.find((s) => !s.current).hash)
      assert.equal(await lost.isIn(), false)
      assert.equal(await keeper.isIn(), true)
      assert.equal((await keeper.sessions()).length, 1)
      await keeper.close()
      await lost.close()
    })

    test('logging out ends the session', async () => {
      const phone = newNumber()
      const [stays, leaves] = [await login(server, driver, phone), await login(server, driver, phone)]
      await leaves.logOut()
      assert.equal((await stays.sessions()).length, 1)
      await stays.close()
      await leaves.close()
    })

    test('a session outlives its connection and a crash of the server', async () => {
      const device = await login(server, driver, newNumber(), 'Kari')
      const me = await device.me()
      await device.close()
      await server.restart()
      const again = await device.reopen()
      assert.deepEqual(await again.me(), me)
      await again.close()
    })
  })
}

/** Private chats between people who use `a` and `b`. */
export function chatSuite(a, b = a) {
  describe(`chat: ${a.name} with ${b.name}`, { timeout: 120_000 }, () => {
    let server, people
    before(async () => {
      server = await Server.start()
      people = await twoPeople(server, a, b)
    })
    after(async () => {
      await people?.close()
      await server?.stop()
    })

    test('each is in the contacts of the other', async () => {
      assert.deepEqual(await people.anna[0].contacts(), [{ id: people.bentId, name: 'Bent' }])
      assert.deepEqual(await people.bent[1].contacts(), [{ id: people.annaId, name: 'Anna' }])
    })

    test('a text reaches both devices of the other and the second of its author, both ways', async () => {
      for (const [from, to, toId] of [[people.anna, people.bent, people.bentId], [people.bent, people.anna, people.annaId]]) {
        const text = `hello to ${toId}`
        const id = await from[0].send(toId, text)
        const copies = await Promise.all(to.map((d) => d.events.next('message', (m) => m.text === text)))
        assert.equal(copies[0].id, copies[1].id)
        assert.equal(copies[0].out, false)
        const own = await from[1].events.next('message', (m) => m.text === text)
        assert.deepEqual([own.id, own.out], [id, true])
      }
    })

    test('a reply names what it answers', async () => {
      const { anna, bent, annaId, bentId } = people
      await anna[0].send(bentId, 'a question')
      const question = await bent[0].events.next('message', (m) => m.text === 'a question')
      const own = await anna[1].events.next('message', (m) => m.text === 'a question')
      await bent[0].send(annaId, 'an answer', { replyTo: question.id })
      const answer = await anna[0].events.next('message', (m) => m.text === 'an answer')
      assert.equal(answer.replyTo, own.id)
    })

    test('an edit is seen everywhere', async () => {
      const { anna, bent, bentId } = people
      const id = await anna[0].send(bentId, 'a mistkae')
      const copy = await bent[0].events.next('message', (m) => m.text === 'a mistkae')
      await anna[0].edit(bentId, id, 'a mistake')
      for (const device of bent) {
        const edit = await device.events.next('edit', (m) => m.text === 'a mistake')
        assert.equal(edit.id, copy.id)
      }
      assert.equal((await anna[1].events.next('edit', (m) => m.text === 'a mistake')).id, id)
    })

    test('what is deleted for both is gone on both sides', async () => {
      const { anna, bent, annaId, bentId } = people
      const id = await anna[0].send(bentId, 'to be deleted')
      const copy = await bent[0].events.next('message', (m) => m.text === 'to be deleted')
      await anna[0].deleteForBoth(bentId, [id])
      for (const device of bent) assert.deepEqual((await device.events.next('delete')).ids, [copy.id])
      assert.deepEqual((await anna[1].events.next('delete')).ids, [id])
      for (const [device, peer] of [[anna[0], bentId], [bent[0], annaId]]) {
        assert.ok(!(await device.history(peer)).some((m) => m.text === 'to be deleted'))
      }
    })

    test('a forwarded message says whose it is', async () => {
      const { anna, bent, annaId, bentId } = people
      await anna[0].send(bentId, 'to be forwarded')
      const copy = await bent[0].events.next('message', (m) => m.text === 'to be forwarded')
      await bent[0].forward(annaId, [copy.id], annaId)
      const forwarded = await anna[0].events.next('message', (m) => m.forwardFrom)
      assert.deepEqual([forwarded.text, forwarded.forwardFrom], ['to be forwarded', annaId])
    })

    test('reading is told to the author and to the own other device', async () => {
      const { anna, bent, annaId, bentId } = people
      const id = await anna[0].send(bentId, 'read me')
      const copy = await bent[0].events.next('message', (m) => m.text === 'read me')
      await bent[0].read(annaId, copy.id)
      for (const device of anna) {
        const read = await device.events.next('readOutbox', (u) => u.maxId >= id)
        assert.deepEqual([read.peer, read.maxId], [bentId, id])
      }
      const inbox = await bent[1].events.next('readInbox', (u) => u.maxId >= copy.id)
      assert.deepEqual([inbox.peer, inbox.unread], [annaId, 0])
    })

    test('typing is seen', async () => {
      const { anna, bent, annaId, bentId } = people
      await anna[0].typing(bentId)
      for (const device of bent) assert.equal((await device.events.next('typing')).user, annaId)
    })

    test('a draft appears on the own other device', async () => {
      const { anna, bentId } = people
      await anna[0].saveDraft(bentId, 'half a thou')
      const draft = await anna[1].events.next('draft', (d) => d.text)
      assert.deepEqual([draft.peer, draft.text], [bentId, 'half a thou'])
    })

    test('search finds words in a chat and everywhere', async () => {
      const { anna, bentId } = people
      const id = await anna[0].send(bentId, 'the xylophone is out of tune')
      await anna[0].send(bentId, 'nothing of interest')
      for (const found of [await anna[0].search('xylophone', bentId), await anna[1].search('xylophone')]) {
        assert.deepEqual(found, [{ id, text: 'the xylophone is out of tune' }])
      }
    })

    test('the history and the list of chats agree with what was sent', async () => {
      const { anna, bent, annaId, bentId } = people
      await anna[0].send(bentId, 'the last one')
      await bent[0].events.next('message', (m) => m.text === 'the last one')
      const [mine, theirs] = [await anna[0].history(bentId), await bent[0].history(annaId)]
      assert.deepEqual(mine.map((m) => m.text), theirs.map((m) => m.text))
      assert.deepEqual(mine.map((m) => m.out), theirs.map((m) => !m.out))
      const chat = (await bent[0].dialogs()).find((d) => d.peer === annaId)
      assert.equal(chat.text, 'the last one')
      assert.ok(chat.unread > 0)
    })
  })
}
