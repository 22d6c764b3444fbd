// Fifty messages a second: half of them in the group that is open, half in other chats.
import { line, most } from './report.js'

const perSecond = 50

export async function measureFlood({ page, person, senders, browser }, { seconds }) {
  await person.openChat('Prepared')
  const meter = await Meter.open(browser, page)
  await pour(senders, 5, 'before') // what is loaded at the first messages does not count
  const heaps = [await meter.heap()]
  const cpu = []
  for (let part = 0; part < 4; part++) {
    const before = await meter.cpu()
    const begin = performance.now()
    await pour(senders, seconds / 4, `part${part}`)
    const passed = (performance.now() - begin) / 1000
    cpu.push((((await meter.cpu()) - before) / passed) * 100)
    heaps.push(await meter.heap())
  }
  const last = `part3 ${Math.round((perSecond * seconds) / 4) - 1} `
  await page.waitForFunction((text) => document.body.textContent.includes(text), last)
  const growth = (heaps.at(-1).all - heaps[1].all) / ((perSecond * seconds * 3) / 4)
  return [
    line(`${perSecond} messages a second for ${seconds} s: CPU of the page with its worker`, '% of a core', cpu, { mark: 60, of: mean }),
    line('the busiest quarter of it', '% of a core', cpu, { of: most }),
    line('memory in use after a collection, page and worker', 'MB', heaps.map(({ all }) => all / 1e6), { of: most }),
    line('its growth from the first quarter on, for each message', 'bytes', [growth], { mark: 500 }),
  ]
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

  /** Bytes in use after everything that nobody holds is gone. */
  async heap() {
    const sizes = await Promise.all([this.page, ...this.workers].map(async (session) => {
      await session.send('HeapProfiler.collectGarbage')
      await session.send('HeapProfiler.collectGarbage')
      return (await session.send('Runtime.getHeapUsage')).usedSize
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
