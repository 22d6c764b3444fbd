// Fifty messages a second: half of them in the group that is open, half in other chats.
import { line, most } from './report.js'

const perSecond = 50

/** The minute in so many parts, after each of which memory is looked at. */
const parts = 12

/** Bytes that a message may leave behind: one that is kept takes some six hundred. The rest is what V8 learns meanwhile. */
const leftBehind = 100

export async function measureFlood({ page, person, senders, browser }, { seconds }) {
  await person.openChat('Prepared')
  const meter = await Meter.open(browser, page)
  await pour(senders, 5, 'before') // what is loaded at the first messages does not count
  const heaps = [await meter.heap()]
  const cpu = []
  for (let part = 0; part < parts; part++) {
    const before = await meter.cpu()
    const begin = performance.now()
    await pour(senders, seconds / parts, `part${part}`)
    const passed = (performance.now() - begin) / 1000
    cpu.push((((await meter.cpu()) - before) / passed) * 100)
    heaps.push(await meter.heap())
  }
  const last = `part${parts - 1} ${Math.round((perSecond * seconds) / parts) - 1} `
  await page.waitForFunction((text) => document.body.textContent.includes(text), last)
  const sizes = heaps.map(({ all }) => all)
  return [
    line(`${perSecond} messages a second for ${seconds} s: CPU of the page with its worker`, '% of a core', cpu, { mark: 60, of: mean }),
    line('the busiest part of it', '% of a core', cpu, { of: most }),
    line('memory in use after a collection, page and worker', 'MB', sizes.map((size) => size / 1e6), { of: most }),
    line('its growth from the middle to the end, for each message', 'bytes', [growthOf(sizes, seconds)], { mark: leftBehind }),
  ]
}

/**
 * From the second quarter to the last one. The middle of each counts, not its end: the page gives messages back some
 * hundreds at a time.
 */
function growthOf(sizes, seconds) {
  const [early, late] = [sizes.slice(parts / 4 + 1, parts / 2 + 1), sizes.slice(-parts / 4)]
  const between = (perSecond * seconds) / 2
  return (mean(late) - mean(early)) / between
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length

/** Writes evenly, whether answers come or not. */
async function pour(senders, seconds, name) {
  const count = Math.round(perSecond * seconds)
  const begin = performance.now()
  const sent = []
  for (let i = 0; i < count; i++) {
    const sender = senders[i % senders.length]
    const to = Math.floor(i / senders.length) % 2 ? sender.owner : sender.group
    sent.push(sender.write(to, `${sender.name} ${name} ${i} and what else there is to say at this time of the day`))
    const wait = begin + ((i + 1) * 1000) / perSecond - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
  }
  await Promise.all(sent)
}

/** Reads what the browser itself measures. */
class Meter {
  static async open(browser, page) {
    const meter = new Meter()
    meter.browser = await browser.newBrowserCDPSession()
    meter.page = await page.context().newCDPSession(page)
    meter.workers = await attachWorkers(meter.page)
    return meter
  }

  /** Seconds that the processes of pages have used. */
  async cpu() {
    const { processInfo } = await this.browser.send('SystemInfo.getProcessInfo')
    return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, { cpuTime }) => sum + cpuTime, 0)
  }

  /** Bytes in use after everything that nobody holds is gone: objects, the page's elements, and contents of files. */
  async heap() {
    const sizes = await Promise.all([this.page, ...this.workers].map(async (session) => {
      await session.send('HeapProfiler.collectGarbage')
      await session.send('HeapProfiler.collectGarbage')
      const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage')
      return usedSize + embedderHeapUsedSize + backingStorageSize
    }))
    return { all: sizes.reduce((sum, size) => sum + size, 0), sizes }
  }
}

/** The workers of a page, by way of its own session. */
async function attachWorkers(page) {
  const sessions = []
  page.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'worker') sessions.push(new WorkerSession(page, sessionId))
  })
  await page.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false })
  return sessions
}

class WorkerSession {
  #next = 1
  #waiting = new Map()

  constructor(page, session) {
    this.page = page
    this.session = session
    page.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      if (sessionId !== session) return
      const { id, result } = JSON.parse(message)
      this.#waiting.get(id)?.(result)
      this.#waiting.delete(id)
    })
  }

  send(method, params = {}) {
    const id = this.#next++
    const answer = new Promise((resolve) => this.#waiting.set(id, resolve))
    const message = JSON.stringify({ id, method, params })
    return this.page.send('Target.sendMessageToTarget', { message, sessionId: this.session }).then(() => answer)
  }
}
