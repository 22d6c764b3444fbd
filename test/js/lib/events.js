// What a device has been told, in one form for all libraries.

/** A list of events that can be waited for. Each event is taken once. */
export class Events {
  #list = []
  #waiting = []

  push(event) {
    const at = this.#waiting.findIndex((w) => w.wants(event))
    if (at < 0) return this.#list.push(event)
    const [waiter] = this.#waiting.splice(at, 1)
    waiter.resolve(event)
  }

  /** The next event of a kind for which `fits` holds; fails after a while. */
  next(kind, fits = () => true, ms = 30000) {
    const wants = (e) => e.kind === kind && fits(e)
    const at = this.#list.findIndex(wants)
    if (at >= 0) return Promise.resolve(this.#list.splice(at, 1)[0])
    return new Promise((resolve, reject) => {
      const waiter = { wants, resolve: (e) => (clearTimeout(timer), resolve(e)) }
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((w) => w !== waiter)
        reject(new Error(`no ${kind} came in ${ms} ms; had ${JSON.stringify(this.#list.map((e) => e.kind))}`))
      }, ms)
      this.#waiting.push(waiter)
    })
  }

  /** Everything of a kind that has come and was not taken. */
  all(kind) {
    return this.#list.filter((e) => e.kind === kind)
  }
}
