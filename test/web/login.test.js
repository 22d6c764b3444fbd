// Getting in: by number and code, for the first time with a name and a photo, by e-mail, with a second password and
// without the memory of it, and by a code that a signed-in phone scans.
import { after, afterEach, before, describe, test } from 'node:test'
import { desktop, launch, phone } from './lib/browser.js'
import { Camera } from './lib/camera.js'
import { Mailbox } from './lib/mailbox.js'
import { photo } from './lib/photo.js'
import { leaveSettings, openProfile, openSettings, setPassword } from './lib/settings-acts.js'
import { World } from './lib/world.js'

/** The code in the newest message from the service, once that is one with a code. */
async function readCode(person) {
  await leaveSettings(person)
  await person.chats.getByRole('button', { name: 'Hermod' }).click()
  await person.page.getByRole('main').getByText('service notifications', { exact: true }).first().waitFor()
  const letter = person.page.getByRole('main').getByRole('article').last().filter({ hasText: /\b\d{5}\b/ })
  return /\b\d{5}\b/.exec(await letter.innerText())[0]
}

const says = (person, words) => person.page.getByText(words).first().waitFor()

for (const [device, form, other] of [
  ['desktop', desktop, phone],
  ['phone', phone, desktop],
]) {
  describe(`getting in at a ${device}`, { timeout: 120_000 }, () => {
    let world, kari, ola
    before(async () => {
      world = await World.open()
      ;[kari, ola] = await Promise.all([world.visit('Kari', { form }), world.signUp('Ola', { form: other })])
    })
    afterEach((t) => world.pictures(`login ${device} ${t.name}`))
    after(() => world.close())

    test('who types what is no number is told so', async () => {
      await kari.enterPhone('0000000')
      await says(kari, 'That is no phone number.')
    })

    test('the page says that the server prints its codes', async () => {
      await kari.enterPhone('4790012345')
      await says(kari, 'This server prints codes into its own log')
      await kari.page.getByRole('button', { name: 'Use another number' }).click()
    })

    test('a wrong code is refused, the right one asks a newcomer for the name', async () => {
      await kari.enterPhone()
      await says(kari, 'This is a test number. Its code is 11111.')
      await kari.enterCode('54321')
      await says(kari, 'That code is wrong.')
      await kari.enterCode()
      await says(kari, 'What is your name?')
    })

    test('others see the name and the photo of who signed up', async () => {
      await kari.choosePhoto('Choose a photo', photo('kari.png', 300, 400))
      await kari.enterName('Kari Nordmann')
      await ola.startChat({ phone: kari.phone, name: 'Kari Nordmann' })
      const profile = await openProfile(ola, 'Kari Nordmann')
      await profile.getByRole('button', { name: 'Photos of Kari Nordmann' }).click()
      await ola.page.getByRole('dialog', { name: 'Media viewer' }).getByText('Kari Nordmann').waitFor()
      await ola.page.keyboard.press('Escape')
    })

    test('who asks for too many codes is told how long to wait', async () => {
      const eager = await world.visit('Eager', { form })
      const wait = eager.page.getByText('Too many attempts. Try again in')
      const isIn = eager.page.getByRole('button', { name: 'Use another number' })
      for (let i = 0; i < 20 && !(await wait.isVisible()); i++) {
        await eager.enterPhone('4790054321')
        await wait.or(isIn).waitFor()
        if (await isIn.isVisible()) await isIn.click()
      }
      await wait.waitFor()
    })
  })
}

describe('getting in by e-mail', { timeout: 120_000 }, () => {
  const number = '4790000001'
  let world, mail, kari, again
  before(async () => {
    mail = await Mailbox.open()
    world = await World.open(mail.flag)
    kari = await world.visit('Kari')
  })
  afterEach((t) => world.pictures(`login mail ${t.name}`))
  after(async () => {
    await world.close()
    mail.close()
  })

  test('a newcomer names an address, and the code comes there', async () => {
    await kari.enterPhone(number)
    await kari.page.getByLabel('E-mail').fill('no address@')
    await kari.page.getByRole('button', { name: 'Continue' }).click()
    await says(kari, 'That is no e-mail address.')
    await kari.page.getByLabel('E-mail').fill('kari@example.org')
    await kari.page.getByRole('button', { name: 'Continue' }).click()
    await says(kari, 'We sent the code to')
    await kari.enterCode('000000')
    await says(kari, 'That code is wrong.')
    await kari.enterCode(await mail.code())
    await says(kari, '+47 90 00 00 01')
    await kari.enterCode(await mail.code())
    await kari.enterName()
  })

  test('a second password with a hint and an address for its recovery is set', async () => {
    await openSettings(kari, 'Privacy and security', 'Two-step password')
    await setPassword(kari, 'fjord', { hint: 'water', email: 'other@example.org' })
    await says(kari, 'Confirm the e-mail address')
    await kari.page.getByLabel('Code').fill(await mail.code())
    await kari.page.getByRole('button', { name: 'Continue' }).click()
    await says(kari, 'Your account has a password')
  })

  test('at another device the code comes to the first one, and the password is asked for', async () => {
    again = await world.visit('Kari again', { form: phone })
    await again.enterPhone(number)
    await says(again, 'We sent the code to your other devices')
    await again.enterCode(await readCode(kari))
    await says(again, 'Your account has a second password.')
    await says(again, 'Hint: water')
    await again.page.getByLabel('Password', { exact: true }).fill('mountain')
    await again.page.getByRole('button', { name: 'Log in', exact: true }).click()
    await says(again, 'That password is wrong.')
  })

  test('who has forgotten the password gets in by e-mail and takes another', async () => {
    await again.page.getByRole('button', { name: 'Forgot the password?' }).click()
    await again.enterCode(await mail.code())
    await again.page.getByRole('button', { name: 'Continue' }).click()
    await again.page.getByLabel('New password').fill('mountain')
    await again.page.getByLabel('Once more').fill('mountain')
    await again.page.getByRole('button', { name: 'Log in', exact: true }).click()
    await again.chats.waitFor()
  })

  test('the new password is the one that counts', async () => {
    const third = await world.visit('Kari once more', { form: phone })
    await third.enterPhone(number)
    await third.enterCode(await readCode(again))
    for (const [word, seen] of [['fjord', third.page.getByText('That password is wrong.')], ['mountain', third.chats]]) {
      await third.page.getByLabel('Password', { exact: true }).fill(word)
      await third.page.getByRole('button', { name: 'Log in', exact: true }).click()
      await seen.waitFor()
    }
  })
})

describe('getting in by a QR code', { timeout: 120_000 }, () => {
  let world, camera, kari, guest
  before(async () => {
    camera = new Camera()
    world = await World.openIn(launch(camera.args))
    ;[kari, guest] = await Promise.all([world.signUp('Kari', { form: phone }), world.visit('Guest')])
  })
  afterEach((t) => world.pictures(`login code ${t.name}`))
  after(async () => {
    await world.close()
    camera.close()
  })

  test('the login page shows a code, a signed-in phone scans it, and both are signed in', async () => {
    await guest.page.getByRole('button', { name: 'Log in by QR code' }).click()
    const code = guest.page.getByRole('img', { name: 'Log in by QR code' })
    await code.waitFor()
    await camera.pointAt(code.locator('canvas'))
    await openSettings(kari, 'Devices', 'Link a device')
    await kari.page.getByRole('dialog').getByRole('button', { name: 'Link', exact: true }).click()
    await says(kari, /is signed in\./)
    await guest.chats.waitFor()
  })
})
