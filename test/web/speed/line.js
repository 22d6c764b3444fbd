// The line between the browser and the server: as short as the machine has it, or so long that a round trip shows.
import { connect, createServer } from 'node:net'

export class Line {
  /** Milliseconds that everything takes each way. */
  delay = 0
  #sockets = new Set()

  static async open({ host, port }) {
    const line = new Line()
    line.server = createServer((near) => line.#join(near, connect(port, host)))
    await new Promise((resolve) => line.server.listen(0, host, resolve))
    line.host = host
    line.port = line.server.address().port
    return line
  }

  #join(near, far) {
    for (const [from, to] of [[near, far], [far, near]]) {
      this.#sockets.add(from)
      from.setNoDelay(true)
      from.on('data', (bytes) => this.#later(() => to.writable && to.write(bytes)))
      from.on('close', () => this.#later(() => to.destroy()))
      from.on('error', () => undefined) // the other end learns of it by the close
    }
  }

  #later(act) {
    if (this.delay > 0) setTimeout(act, this.delay)
    else act()
  }

  close() {
    this.server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}
