// A mail server that keeps what it is given, so that a test can read the codes that come by e-mail.
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export class Mailbox {
  #letters = []
  #waiting = []

  static async open() {
    const box = new Mailbox()
    box.dir = mkdtempSync(join(tmpdir(), 'hermod-mail-'))
    box.listener = createServer((socket) => box.#talk(socket)).listen(0, '127.0.0.1')
    await once(box.listener, 'listening')
    return box
  }

  /** The flag for a server that sends its codes here. */
  get flag() {
    const path = join(this.dir, 'hermod.toml')
    const lines = ['[codes]', 'sender = "smtp"', '[codes.smtp]', `host = "127.0.0.1:${this.listener.address().port}"`]
    writeFileSync(path, [...lines, 'from = "hermod@example.org"', 'plain = true', ''].join('\n'))
    return `--config=${path}`
  }

  /** The code in the next letter. */
  async code() {
    const letter = this.#letters.shift() ?? (await new Promise((resolve) => this.#waiting.push(resolve)))
    return /\b\d{5,6}\b/.exec(letter)[0]
  }

  close() {
    this.listener.close()
    rmSync(this.dir, { recursive: true })
  }

  #deliver(letter) {
    const waiting = this.#waiting.shift()
    if (waiting) waiting(letter)
    else this.#letters.push(letter)
  }

  async #talk(socket) {
    socket.on('error', () => {})
    socket.write('220 here\r\n')
    let letter
    for await (const line of createInterface({ input: socket, crlfDelay: Infinity })) {
      if (letter && line !== '.') letter.push(line)
      else if (line.toUpperCase() === 'QUIT') socket.end('221 bye\r\n')
      else socket.write(line.toUpperCase() === 'DATA' ? '354 go on\r\n' : '250 fine\r\n')
      if (line === '.' && letter) this.#deliver(letter.slice(letter.indexOf('') + 1).join('\n'))
      letter = line.toUpperCase() === 'DATA' ? [] : line === '.' ? undefined : letter
    }
  }
}
