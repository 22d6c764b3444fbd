// From the key that sends to the message in the list, and to its tick, on a short line and on a long one.
import { line, median } from './report.js'

const runs = 12

/** Milliseconds each way of the long line. */
const far = 100

export async function measureSending({ page, person, senders, line: way }) {
  await person.openChat(senders[0].name)
  const near = await sendSome(page, person, 'near')
  way.delay = far
  const trips = await measureTrips(page)
  const long = await sendSome(page, person, 'far')
  way.delay = 0
  const trip = median(trips)
  // What page and server take by themselves shows on the short line; the rest is the way.
  const own = median(near.map(({ tick }) => tick))
  return [
    line('from Enter to the message in the page', 'ms', near.map(({ drawn }) => drawn), { mark: 16 }),
    line('from Enter to the frame that shows it', 'ms', near.map(({ painted }) => painted)),
    line('from Enter to the tick, short line', 'ms', near.map(({ tick }) => tick)),
    line(`a round trip of the long line`, 'ms', trips),
    line('from Enter to the tick, long line', 'ms', long.map(({ tick }) => tick)),
    line('the round trips in it', '', long.map(({ tick }) => (tick - own) / trip), { mark: 1.1 }),
  ]
}

async function sendSome(page, person, name) {
  const all = []
  for (let i = 0; i < runs; i++) {
    const text = `sent ${name} ${i} `
    await person.field.fill(text + 'and measured')
    await rest(page) // nobody sends in the very step of the last letter
    const shown = page.evaluate((wanted) => window.hermodSpeed.after('keydown', () => window.hermodSpeed.article(wanted)), text)
    const ticked = page.evaluate((wanted) => {
      const { after, article } = window.hermodSpeed
      return after('keydown', () => article(wanted)?.querySelector('[aria-label="Sent"], [aria-label="Read"]'))
    }, text)
    await person.field.press('Enter')
    all.push({ ...(await shown), tick: (await ticked).drawn })
  }
  return all
}

/** Waits until the page has drawn what was written. */
function rest(page) {
  return page.evaluate(() => new Promise((resolve) => requestIdleCallback(() => resolve(), { timeout: 200 })))
}

/** What a question to the server takes, on a connection that stands. */
function measureTrips(page) {
  return page.evaluate(async () => {
    const trips = []
    for (let i = 0; i < 8; i++) {
      const begin = performance.now()
      await (await fetch('/status', { cache: 'no-store' })).text()
      trips.push(performance.now() - begin)
    }
    return trips.slice(2)
  })
}
