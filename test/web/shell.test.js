// The page without a network, and the page when there is a newer one.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { desktop, phone } from './lib/browser.js'
import { Line } from './lib/line.js'
import { noNetwork, reload, stateOfLists } from './lib/network-acts.js'
import { Release } from './lib/release.js'
import { World } from './lib/world.js'

for (const [device, form, other] of [
  ['desktop', desktop, phone],
  ['phone', phone, desktop],
]) {
  describe(`without a network, at a ${device}`, { timeout: 120_000 }, () => {
    let world, line, kari, ola
    before(async () => {
      world = await World.open()
      world.expects(noNetwork)
      line = await Line.open(world.server)
      ;[kari, ola] = await Promise.all([world.signUp('Kari', { form, through: line }), world.signUp('Ola', { form: other })])
      await ola.startChat(kari)
      await ola.write('Keep this')
      await kari.openChat('Ola')
      await kari.sees('Keep this')
      await reload(kari)
      await kari.sees('Keep this')
    })
    afterEach((t) => world.pictures(`shell ${device} ${t.name}`))
    after(async () => {
      await world.close()
      line.close()
    })

    test('the page opens anew with the chats it knows, and says that it is connecting', async () => {
      line.cut()
      await kari.page.close()
      await kari.openPage()
      await kari.showChats()
      await kari.row('Ola').getByText('Keep this').waitFor()
      await stateOfLists(kari, 'Connecting …').waitFor()
      await kari.openChat('Ola')
      await kari.sees('Keep this')
    })

    test('what came meanwhile is there once the network is back', async () => {
      await ola.write('While you were away')
      line.mend()
      await kari.sees('While you were away')
      await kari.showChats()
      await stateOfLists(kari, 'Connecting …').waitFor({ state: 'detached' })
    })
  })
}

describe('a newer version of the page', { timeout: 120_000 }, () => {
  let world, release, kari, ola
  const notice = () => kari.page.getByText('A newer version is ready.')
  before(async () => {
    world = await World.open()
    world.expects(noNetwork) // a connection that breaks off as the page is loaded anew
    release = await Release.open(world.server)
    ;[kari, ola] = await Promise.all([world.signUp('Kari', { form: phone, through: release }), world.signUp('Ola')])
    await reload(kari)
    await kari.chats.waitFor()
  })
  afterEach((t) => world.pictures(`shell newer ${t.name}`))
  after(async () => {
    await world.close()
    release.close()
  })

  test('is told of when it is there, and not before', async () => {
    await reload(kari)
    await kari.chats.waitFor()
    assert.equal(await notice().count(), 0)
    release.renew()
    await reload(kari)
    await notice().waitFor()
  })

  test('is loaded by a press of the button, with everything in place', async () => {
    await kari.page.evaluate(() => (window.isOld = true))
    await kari.page.getByRole('button', { name: 'Reload', exact: true }).click()
    await kari.page.waitForFunction(() => !window.isOld)
    await kari.chats.waitFor()
    await kari.page.waitForFunction(async () => !(await navigator.serviceWorker.ready).waiting)
    assert.equal(await notice().count(), 0)
    await ola.startChat(kari)
    await ola.write('Still there?')
    await kari.row('Ola').getByText('Still there?').waitFor()
  })
})
