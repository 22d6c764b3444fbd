// The first day of somebody who knows nothing of the program and only reads the screen: signs up with a test number,
// writes to a second person, makes a group and a channel, sends a photo, and runs a secret chat whose message destroys
// itself on both sides.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { desktop, phone } from './lib/browser.js'
import { makeChannel, makeGroup } from './lib/community-acts.js'
import { photo } from './lib/photo.js'
import { agreeOnSecret, setTimer } from './lib/secret-acts.js'
import { World } from './lib/world.js'

/** What the login page says: the code is the first of the last five digits of the number, five times. */
const codeOf = (number) => number.replace(/\D/g, '')[5].repeat(5)

async function signUpByReading(person) {
  await person.page.getByText('The code is the first of the five, five times').waitFor()
  await person.page.getByRole('button', { name: 'Use a test number' }).click()
  const number = await person.page.getByLabel('Phone number').inputValue()
  await person.page.getByRole('button', { name: 'Continue' }).click()
  await person.enterCode(codeOf(number))
  await person.enterName()
  person.phone = number.replace(/\D/g, '')
}

for (const [device, form, other] of [
  ['desktop', desktop, phone],
  ['phone', phone, desktop],
]) {
  describe(`a newcomer at a ${device}`, { timeout: 240_000 }, () => {
    let world, kari, ola
    before(async () => {
      world = await World.open()
      ;[kari, ola] = await Promise.all([world.visit('Kari', { form }), world.visit('Ola', { form: other })])
    })
    afterEach((t) => world.pictures(`newcomer ${device} ${t.name}`))
    after(() => world.close())

    test('signs up with a test number, by what the page says', async () => {
      await Promise.all([signUpByReading(kari), signUpByReading(ola)])
      assert.notEqual(kari.phone, ola.phone)
    })

    test('writes to a second person in another browser and is answered', async () => {
      await kari.startChat(ola)
      await kari.write('Hello Ola!')
      await ola.openChat('Kari')
      await ola.sees('Hello Ola!')
      await ola.write('Hi Kari')
      await kari.sees('Hi Kari')
    })

    test('sends a photo, which the other opens', async () => {
      await kari.attach(photo(), { caption: 'Our house' })
      await ola.sees('Our house')
      await ola.page.getByRole('button', { name: 'Photo: Our house' }).click()
      const viewer = ola.page.getByRole('dialog', { name: 'Media viewer' })
      await viewer.getByText('Our house').waitFor()
      await ola.page.keyboard.press('Escape')
      await viewer.waitFor({ state: 'detached' })
    })

    test('makes a group, in which both write', async () => {
      await makeGroup(kari, 'Hikers', [ola])
      await kari.write('Who comes along on Sunday?')
      await ola.showChats()
      await ola.openChat('Hikers')
      await ola.sees('Who comes along on Sunday?')
      await ola.write('I do')
      await kari.sees('I do')
    })

    test('makes a channel, which the other reads', async () => {
      await makeChannel(kari, 'Weather', { others: [ola] })
      await kari.write('Sunny all day')
      await ola.showChats()
      await ola.openChat('Weather')
      await ola.sees('Sunny all day')
    })

    test('runs a secret chat whose message destroys itself on both sides', async () => {
      await kari.showChats()
      await kari.openChat('Ola')
      await agreeOnSecret(kari, ola)
      await setTimer(kari, '5 seconds')
      await Promise.all([ola.sees('This will be gone soon'), kari.write('This will be gone soon')])
      await Promise.all([kari, ola].map((person) => person.misses('This will be gone soon')))
    })
  })
}
