// What the tests of notices do and look at beside the page itself: whether somebody looks at it, and what the browser shows.

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

/** What the browser shows, as `title: text`. */
export function notifications(person) {
  return person.page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready
    return (await registration.getNotifications()).map(({ title, body }) => `${title}: ${body}`)
  })
}

/** Waits until the browser shows exactly these. */
export async function showsNotifications(person, ...wanted) {
  await person.page.waitForFunction(async (expected) => {
    const registration = await navigator.serviceWorker.ready
    const shown = (await registration.getNotifications()).map(({ title, body }) => `${title}: ${body}`)
    return JSON.stringify(shown.sort()) === expected
  }, JSON.stringify([...wanted].sort()))
}

/** Clicks on the only notification that is shown. */
export async function clickNotification(person) {
  const [worker] = person.context.serviceWorkers()
  await worker.evaluate(async () => {
    const [notification] = await self.registration.getNotifications()
    self.dispatchEvent(new NotificationEvent('notificationclick', { notification }))
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
