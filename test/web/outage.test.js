// A server that is killed while people write, one person at two devices, no network at all, and a tab that sleeps:
// nothing may be lost or doubled, and the page says how the connection stands.
import { after, afterEach, before, describe, test } from 'node:test'
import { setTimeout as passTime } from 'node:timers/promises'
import { phone } from './lib/browser.js'
import { answer, choose, dialogOf } from './lib/chat-acts.js'
import { Line } from './lib/line.js'
import { allSent, noNetwork, numbered, reload, seesOnce, stateLine, stateOfLists } from './lib/network-acts.js'
import { World } from './lib/world.js'

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

  test('is told that the line is dead though nobody writes', async () => {
    line.silence()
    await stateLine(kari, 'connecting …').waitFor()
    await ola.write('you cannot hear me')
    line.mend()
    await kari.sees('you cannot hear me')
    await stateLine(kari, 'online').waitFor()
  })

  test('is told that there is no network, and when it is back', async () => {
    await kari.context.setOffline(true)
    line.cut()
    await stateLine(kari, 'waiting for the network …').waitFor()
    await kari.write('without a network')
    await kari.showChats()
    await stateOfLists(kari, 'No network. Messages go out when it is back.').waitFor()
    await kari.context.setOffline(false)
    line.mend()
    await stateOfLists(kari, 'No network.').waitFor({ state: 'detached' })
    for (const person of [ola, desk]) await person.sees('without a network')
    await kari.openChat('Ola')
    await stateLine(kari, 'online').waitFor()
    for (const person of [kari, desk, ola]) await seesOnce(person, /without a network/, ['without a network'])
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
