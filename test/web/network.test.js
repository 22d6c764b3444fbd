// A bad network: lines that break, fall silent or lose one way, a server that is killed, a tab that sleeps, pages that
// are loaded anew without a network. Nothing may be lost or doubled, and the page says how the connection stands.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as passTime } from 'node:timers/promises'
import { desktop, phone } from './lib/browser.js'
import { answer, choose, dialogOf } from './lib/chat-acts.js'
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

    test('a line that fell silent is found out though nobody writes', async () => {
      line.silence()
      await stateLine(kari, 'connecting …').waitFor()
      await ola.write('you cannot hear me')
      line.mend()
      await kari.sees('you cannot hear me')
    })

    test('a line that fell silent is found out, and what was written into the silence arrives once', async () => {
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

describe('a server that is killed', { timeout: 180_000 }, () => {
  let world, kari, ola
  before(async () => {
    world = await World.open()
    world.expects(noNetwork)
    ;[kari, ola] = await Promise.all([world.signUp('Kari', { form: phone }), world.signUp('Ola')])
    await kari.startChat(ola)
    await kari.write('Hello Ola!')
    await ola.openChat('Kari')
  })
  afterEach((t) => world.pictures(`network killed ${t.name}`))
  after(() => world.close())

  test('for half a minute while two write: both have everything once when it is back', async () => {
    await kari.write('Kari 1')
    await ola.write('Ola 1')
    await world.server.kill()
    const outage = passTime(30_000)
    await kari.write('Kari 2')
    await ola.write('Ola 2')
    await Promise.all([kari, ola].map((person) => stateLine(person, 'connecting …').waitFor()))
    await stateOfLists(ola, 'Connecting …').waitFor()
    await reload(kari)
    await kari.write('Kari 3')
    await outage
    await stateLine(ola, 'connecting …').waitFor()
    await world.server.revive()
    await kari.sees('Ola 2')
    await ola.sees('Kari 3')
    for (const person of [kari, ola]) {
      await allSent(person)
      await stateLine(person, 'online').waitFor()
      await seesOnce(person, /Kari \d/, numbered('Kari', 3))
      await seesOnce(person, /Ola \d/, numbered('Ola', 2))
    }
    await stateOfLists(ola, 'Connecting …').waitFor({ state: 'detached' })
  })

  test('in the middle of many messages: those that had arrived stay, the others follow', async () => {
    for (const text of numbered('many', 6)) await kari.write(text)
    await world.server.restart()
    for (const text of numbered('more', 3)) await ola.write(text)
    await ola.sees('many 6')
    await kari.sees('more 3')
    for (const person of [kari, ola]) {
      await allSent(person)
      await seesOnce(person, /many \d/, numbered('many', 6))
      await seesOnce(person, /more \d/, numbered('more', 3))
    }
  })
})

describe('a person with two devices', { timeout: 180_000 }, () => {
  let world, line, kari, desk, ola
  before(async () => {
    world = await World.open()
    world.expects(noNetwork)
    line = await Line.open(world.server)
    ;[kari, ola] = await Promise.all([world.signUp('Kari', { form: phone, through: line }), world.signUp('Ola')])
    await kari.startChat(ola)
    await kari.write('Hello Ola!')
    await ola.openChat('Kari')
    desk = await world.visit('Kari at the desk')
    await desk.enterPhone(kari.phone)
    await desk.enterCode()
    await desk.openChat('Ola')
  })
  afterEach((t) => world.pictures(`network devices ${t.name}`))
  after(async () => {
    await world.close()
    line.close()
  })

  test('writes at one while the other is offline: both show everything once', async () => {
    await ola.write('to be changed')
    await ola.write('to be deleted')
    await kari.sees('to be deleted')
    line.cut()
    await stateLine(kari, 'connecting …').waitFor()
    await kari.write('from the phone')
    await desk.write('from the desk')
    await ola.sees('from the desk')
    await choose(ola, 'to be changed', 'Edit')
    await ola.field.fill('changed')
    await ola.page.getByRole('button', { name: 'Save the change' }).click()
    await choose(ola, 'to be deleted', 'Delete')
    await dialogOf(ola).getByRole('checkbox', { name: 'Delete for Kari too' }).click()
    await answer(ola, 'Delete')
    await desk.sees('changed')
    line.mend()
    await ola.sees('from the phone')
    await desk.sees('from the phone')
    await kari.sees('from the desk')
    await kari.sees('changed')
    await kari.misses('to be deleted')
    for (const person of [kari, desk, ola]) {
      await allSent(person)
      await seesOnce(person, /from the (phone|desk)/, ['from the desk', 'from the phone'])
      await seesOnce(person, /changed|to be \w+/, ['changed'])
    }
  })

  test('whose tab slept while the line broke: has everything when it wakes', async () => {
    const browser = await kari.context.newCDPSession(kari.page)
    await kari.write('before sleep')
    await ola.sees('before sleep')
    await browser.send('Page.setWebLifecycleState', { state: 'frozen' })
    line.break()
    for (const text of numbered('asleep', 3)) await ola.write(text)
    await desk.sees('asleep 3')
    await browser.send('Page.setWebLifecycleState', { state: 'active' })
    await kari.sees('asleep 3')
    await seesOnce(kari, /asleep \d/, numbered('asleep', 3))
    await kari.write('awake')
    await ola.sees('awake')
    for (const person of [kari, desk, ola]) await seesOnce(person, /awake/, ['awake'])
  })
})
