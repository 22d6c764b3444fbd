// What somebody does on the first day: signs up, finds a friend, writes, sends a photo, makes a group and a channel.
import { after, afterEach, before, describe, test } from 'node:test'
import { desktop, phone } from './lib/browser.js'
import { World } from './lib/world.js'

for (const [device, form] of Object.entries({ desktop, phone })) {
  describe(`a newcomer at a ${device}`, { timeout: 180_000 }, () => {
    let world, kari, ola
    before(async () => {
      world = await World.open()
      ;[kari, ola] = await Promise.all([world.signUp('Kari', { form }), world.signUp('Ola')])
    })
    afterEach((t) => world.pictures(`newcomer ${device} ${t.name}`))
    after(() => world.close())

    test('writes to a friend and is answered', async () => {
      await kari.startChat(ola)
      await kari.write('Hello Ola!')
      await ola.openChat('Kari')
      await ola.sees('Hello Ola!')
      await ola.write('Hi Kari')
      await kari.sees('Hi Kari')
    })
  })
}
