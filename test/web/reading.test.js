// How a long chat is read: from the unread line on, up and down without a jump, and back where one was.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { desktop, phone } from './lib/browser.js'
import { chatOf, chooseInChat, dialogOf, messageOf } from './lib/chat-acts.js'
import { fillGroup, numbered, openDevice } from './lib/devices.js'
import { World } from './lib/world.js'

const last = 300

/** The numbers of the messages in view, from above to below. */
async function numbersInView(person) {
  return chatOf(person).getByRole('log').evaluate((log) => {
    const { top, bottom } = log.getBoundingClientRect()
    const inView = [...log.querySelectorAll('[role=article]')].filter((row) => {
      const box = row.getBoundingClientRect()
      return box.bottom > top + 1 && box.top < bottom - 1
    })
    return inView.flatMap((row) => Number(/Number (\d+)\./.exec(row.textContent)?.[1]) || []).sort((a, b) => a - b)
  })
}

/** Turns the wheel over the chat and waits until the page has drawn. */
async function wheel(person, pixels) {
  const { x, y, width, height } = await chatOf(person).getByRole('log').boundingBox()
  await person.page.mouse.move(x + width / 2, y + height / 2)
  await person.page.mouse.wheel(0, pixels)
  await person.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}

/** Goes on in one direction until a message is there; no step may leap over messages. */
async function scrollTo(person, number, pixels) {
  let before = await numbersInView(person)
  for (let steps = 0; !before.includes(number); steps++) {
    assert.ok(steps < 600, `the chat never came to ${number}, it stayed at ${before}`)
    await wheel(person, pixels)
    const now = await numbersInView(person)
    if (now.length === 0) continue
    const leap = pixels < 0 ? before[0] - now.at(-1) : now[0] - before.at(-1)
    assert.ok(leap <= 1, `from ${before} a step leapt to ${now}`)
    before = now
  }
}

describe('a long chat', { timeout: 300_000 }, () => {
  let world, readers, ola, device, group, first
  before(async () => {
    world = await World.open()
    readers = await Promise.all([world.signUp('Kari', { form: desktop }), world.signUp('Per', { form: phone })])
    ola = await world.signUp('Ola')
    device = await openDevice(ola)
    ;({ group, first } = await fillGroup(device, 'Long walk', readers, last))
    await fillGroup(device, 'Short walk', readers, 1)
  })
  afterEach((t) => world.pictures(`reading ${t.name}`))
  after(async () => {
    await device?.close()
    await world.close()
  })

  test('says how much is unread and opens at the unread line', async () => {
    for (const person of readers) {
      await person.row('Long walk').getByText(String(last)).waitFor()
      await person.openChat('Long walk')
      await chatOf(person).getByText('Unread messages').waitFor()
      await messageOf(person, 'Number 1.').waitFor()
      assert.equal((await numbersInView(person))[0], 1)
      await chatOf(person).getByRole('button', { name: /^To the newest message, \d+/ }).waitFor()
    }
  })

  test('is read down to its end without a leap, and the writer sees it', async () => {
    for (const person of readers) await scrollTo(person, last, 500)
    for (const person of readers) await chatOf(person).getByRole('button', { name: /^To the newest/ }).waitFor({ state: 'detached' })
    await ola.openChat('Long walk')
    await messageOf(ola, `Number ${last}.`).getByRole('img', { name: 'Read' }).waitFor()
  })

  test('is read back to its start without a leap, and left for the end with a click', async () => {
    for (const person of readers) {
      await scrollTo(person, 1, -500)
      await chatOf(person).getByRole('button', { name: /^To the newest/ }).click()
      await messageOf(person, `Number ${last}.`).waitFor()
    }
  })

  test('stays where the reader is when something comes, and counts it', async () => {
    for (const person of readers) {
      await scrollTo(person, 250, -500)
      const before = await numbersInView(person)
      await device.send(group, `News for ${person.name}`)
      await chatOf(person).getByRole('button', { name: 'To the newest message, 1' }).waitFor()
      assert.deepEqual(await numbersInView(person), before)
      await chatOf(person).getByRole('button', { name: 'To the newest message, 1' }).click()
      await person.sees(`News for ${person.name}`)
    }
  })

  test('follows what comes while the reader is at the end', async () => {
    await device.send(group, 'Right away')
    for (const person of readers) await messageOf(person, 'Right away').getByText('Right away').waitFor()
    for (const person of readers) assert.ok(await isInView(person, 'Right away'))
  })

  test('is come back to where it was left', async () => {
    for (const person of readers) {
      await scrollTo(person, 200, -500)
      const before = await numbersInView(person)
      await person.showChats()
      await person.openChat('Short walk')
      await person.showChats()
      await person.openChat('Long walk')
      await messageOf(person, numbered(before[1])).waitFor()
      assert.deepEqual(await numbersInView(person), before)
    }
  })

  test('leads to a day that is chosen, and from a reply far away and back', async () => {
    await device.send(group, 'An answer to the first', { replyTo: first })
    for (const person of readers) {
      await chooseInChat(person, 'Go to a date')
      await dialogOf(person).getByRole('button', { name: new Date().toLocaleDateString('en-GB', { dateStyle: 'long' }) }).click()
      await messageOf(person, 'Number 1.').waitFor()
      await chatOf(person).getByRole('button', { name: /^To the newest/ }).click()
      await person.sees('An answer to the first')
      await messageOf(person, 'An answer to the first').getByRole('button', { name: /Ola Number 1/ }).click()
      await messageOf(person, 'Number 2.').waitFor()
      await chatOf(person).getByRole('button', { name: /^To the newest/ }).click()
      await messageOf(person, 'An answer to the first').waitFor()
    }
  })

  test('is followed through hundreds more, and read back through them without a leap', async () => {
    const newest = last + 340
    for (let n = last + 1; n <= newest; n++) await device.send(group, numbered(n))
    for (const person of readers) {
      await messageOf(person, `Number ${newest}.`).waitFor()
      await scrollTo(person, newest, 500)
      await scrollTo(person, last, -500)
    }
  })

  test('has pins that follow the reader: the one above is shown, and each press leads to an older one', async () => {
    const noon = await device.send(group, 'Meet at noon')
    for (const message of [first, noon]) await device.client.pinMessage({ chatId: group, message, notify: false })
    for (const person of readers) {
      const pin = (words) => chatOf(person).getByRole('button', { name: new RegExp(`^Pinned message .*${words}`) })
      await pin('Number 1\\.').waitFor()
      await chatOf(person).getByRole('button', { name: /^To the newest/ }).click()
      await pin('Meet at noon').click()
      await pin('Number 1\\.').click()
      await messageOf(person, 'Number 2.').waitFor()
      await pin('Meet at noon').click()
      await messageOf(person, 'Meet at noon').waitFor()
    }
  })
})

async function isInView(person, words) {
  const [log, row] = await Promise.all([chatOf(person).getByRole('log').boundingBox(), messageOf(person, words).boundingBox()])
  return row.y >= log.y && row.y + row.height <= log.y + log.height + 1
}
