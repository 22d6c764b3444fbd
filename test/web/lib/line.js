// The line between a browser and the server, as bad as a test wants it. It has an address of its own.
import { connect, createServer } from 'node:net'

export class Line {
  #pairs = new Set()
  #isCut = false
  /** Which way bytes go into nothing, while the connections stay open. */
  #silence = { up: false, down: false }
  /** Bytes towards the server until something happens: in the middle of a message, if it must be. */
  #left = Infinity
  #held
  #atLimit = () => {}

  static async open(server) {
    const line = new Line()
    line.target = server
    line.listener = createServer((socket) => line.#join(socket))
    await new Promise((resolve) => line.listener.listen(0, server.host, resolve))
    Object.assign(line, { host: server.host, port: line.listener.address().port })
    return line
  }

  /** Breaks every connection; there are no new ones until the line is mended. */
  cut() {
    this.#isCut = true
    this.break()
  }

  /** Breaks every connection; new ones are welcome at once. */
  break() {
    for (const end of this.#pairs) end()
  }

  /** Lets bytes vanish without a sign: `up`, `down` or both ways. What is connected anew meanwhile is not heard either. */
  silence(ways = ['up', 'down']) {
    for (const way of ways) this.#silence[way] = true
  }

  /** Breaks every connection after so many bytes more towards the server; new ones are welcome. */
  breakAfter(bytes) {
    this.#limit(bytes, () => this.break())
  }

  /** The same, and there are no new ones until the line is mended. */
  cutAfter(bytes) {
    this.#limit(bytes, () => this.cut())
  }

  #limit(bytes, end) {
    this.#left = bytes
    this.#atLimit = end
  }

  /** Lets bytes wait, both ways, as on a line that is hardly there. */
  hold() {
    this.#held ??= []
  }

  /** Lets through what waited, and what comes. */
  release() {
    const waiting = this.#held ?? []
    this.#held = undefined
    for (const go of waiting) go()
  }

  /** The line works again. What was silenced stays broken: those bytes are lost. */
  mend() {
    if (this.#silence.up || this.#silence.down) this.break()
    this.#isCut = false
    this.#silence = { up: false, down: false }
    this.#left = Infinity
  }

  close() {
    this.cut()
    this.listener.close()
  }

  #join(near) {
    if (this.#isCut) return near.destroy()
    const far = connect(this.target.port, this.target.host)
    const end = () => {
      this.#pairs.delete(end)
      near.destroy()
      far.destroy()
    }
    this.#pairs.add(end)
    for (const socket of [near, far]) socket.on('close', end).on('error', end)
    near.on('data', (bytes) => this.#carry('up', bytes, far))
    far.on('data', (bytes) => this.#carry('down', bytes, near))
  }

  #carry(way, bytes, to) {
    if (this.#held) return void this.#held.push(() => this.#carry(way, bytes, to))
    if (this.#silence[way]) return
    to.write(way === 'up' ? bytes.subarray(0, this.#left) : bytes)
    if (way === 'up') this.#spend(bytes.length)
  }

  #spend(bytes) {
    this.#left -= bytes
    if (this.#left > 0) return
    this.#left = Infinity
    this.#atLimit()
  }
}
