// What the tests of notices do and look at beside the page itself: whether somebody looks at it, and what the browser shows.

import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'

/** Looks away from the page, as one does who works in another window, or looks at it again. */
export class Attention {
  static async of(person) {
    const attention = new Attention()
    attention.devtools = await person.context.newCDPSession(person.page)
    attention.person = person
    return attention
  }

  async away() {
    await this.devtools.send('Emulation.setFocusEmulationEnabled', { enabled: false })
    this.other ??= await this.person.context.newPage()
    await this.other.bringToFront()
    await this.person.page.waitForFunction(() => !document.hasFocus())
  }

  async back() {
    await this.devtools.send('Emulation.setFocusEmulationEnabled', { enabled: true })
    await this.person.page.bringToFront()
    await this.person.page.waitForFunction(() => document.hasFocus())
  }
}

/** Waits until the browser shows exactly as many, which begin with these, as `title: text`. */
export async function showsNotifications(person, ...wanted) {
  const shown = () => person.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    return (await registration.getNotifications()).map(({ title, body }) => `${title}: ${body}`).sort()
  })
  const beginnings = wanted.toSorted()
  const isRight = (all) => all.length === beginnings.length && all.every((words, i) => words.startsWith(beginnings[i]))
  const end = Date.now() + patience
  let now = await shown()
  while (!isRight(now) && Date.now() < end) {
    await setTimeout(50) // nobody tells when one comes or goes, and to ask all the time takes a whole core
    now = await shown()
  }
  if (!isRight(now)) assert.deepEqual(now, beginnings)
}

const patience = 30_000

/** Clicks on the only notification that is shown; returns the address that is opened anew, if one is. */
export function clickNotification(person) {
  const [worker] = person.context.serviceWorkers()
  return worker.evaluate(async () => {
    let address
    self.clients.openWindow = async (wanted) => void (address = wanted)
    WindowClient.prototype.focus = async () => undefined // a browser allows it for a real click alone
    let notification
    while (!notification) [notification] = await self.registration.getNotifications() // one may just take the place of another
    const event = new NotificationEvent('notificationclick', { notification })
    const done = []
    event.waitUntil = (promise) => done.push(promise)
    self.dispatchEvent(event)
    await Promise.all(done)
    return address
  })
}

/** Counts the sounds that a page makes from now on; to be called before it makes one. */
export async function listen(person) {
  await person.page.evaluate(() => {
    window.heardTones = 0
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (...args) {
      window.heardTones++
      return start.apply(this, args)
    }
  })
}
