// Stands before a server and serves its page, as of a newer release when a test says so.
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { connect } from 'node:net'

export class Release {
  #isNewer = false
  #sockets = new Set()

  static async open(server) {
    const release = new Release()
    release.target = { host: server.host, port: server.port }
    release.listener = createServer((asked, answer) => release.#answer(asked, answer))
    release.listener.on('upgrade', (asked, socket, head) => release.#upgrade(asked, socket, head))
    await once(release.listener.listen(0, server.host), 'listening')
    Object.assign(release, { host: server.host, port: release.listener.address().port })
    return release
  }

  /** From now on the page is another one: its service worker differs by a byte, which is by what a browser tells. */
  renew() {
    this.#isNewer = true
  }

  close() {
    for (const socket of this.#sockets) socket.destroy()
    this.listener.close()
    this.listener.closeAllConnections()
  }

  #answer(asked, answer) {
    const changes = this.#isNewer && asked.url === '/sw.js'
    const headers = changes ? { ...asked.headers, 'accept-encoding': 'identity', 'if-none-match': '' } : asked.headers
    const onward = request({ ...this.target, path: asked.url, method: asked.method, headers }, async (got) => {
      if (!changes) return void got.pipe(answer.writeHead(got.statusCode, got.headers))
      const body = Buffer.concat([...(await got.toArray()), Buffer.from('\n')])
      answer.writeHead(200, { 'content-type': got.headers['content-type'], 'cache-control': 'no-cache' }).end(body)
    })
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  }

  /** WebSockets are carried as they are. */
  #upgrade(asked, near, head) {
    const far = connect(this.target)
    const lines = [`${asked.method} ${asked.url} HTTP/1.1`]
    for (let i = 0; i < asked.rawHeaders.length; i += 2) lines.push(`${asked.rawHeaders[i]}: ${asked.rawHeaders[i + 1]}`)
    far.write(`${lines.join('\r\n')}\r\n\r\n`)
    far.write(head)
    for (const socket of [near, far]) {
      this.#sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => (near.destroy(), far.destroy()))
    }
    near.pipe(far).pipe(near)
  }
}
