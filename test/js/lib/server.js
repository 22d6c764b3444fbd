// A real Hermod process on a free loopback port, with a fresh data directory, for as long as the tests of one file run.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')

/** Builds the server, unless HERMOD_BIN names one. */
function binary(dir) {
  if (process.env.HERMOD_BIN) return process.env.HERMOD_BIN
  const path = join(dir, 'hermod')
  execFileSync('go', ['build', '-o', path, './cmd/hermod'], { cwd: root, stdio: 'inherit', env: { ...process.env, CGO_ENABLED: '0' } })
  return path
}

/** The flag for a database of one's own in the PostgreSQL that the environment names; nothing if there is none. */
function database() {
  const { HERMOD_TEST_POSTGRES: socket, HERMOD_TEST_POSTGRES_BIN: programs } = process.env
  if (!socket) return []
  const name = `js_${process.pid}_${++databases}`
  execFileSync(join(programs, 'createdb'), ['-h', socket, '-U', 'postgres', name])
  return ['--db', `postgres:///${name}?host=${encodeURIComponent(socket)}&user=postgres&sslmode=disable`]
}

let databases = 0

export class Server {
  /** Starts a server with test numbers. `flags` are added to its command line. */
  static start(...flags) {
    return Server.filled(() => undefined, ...flags)
  }

  /** The same in a data directory that `fill` has put something in. */
  static async filled(fill, ...flags) {
    const server = new Server()
    server.dir = mkdtempSync(join(tmpdir(), 'hermod-js-'))
    server.data = join(server.dir, 'data')
    fill(server.data)
    server.bin = binary(server.dir)
    server.flags = [...flags, ...database()]
    await server.#spawn('127.0.0.1:0')
    return server
  }

  async #spawn(listen) {
    this.process = spawn(
      this.bin,
      ['serve', '--listen', listen, '--admin-listen', '127.0.0.1:0', '--data', this.data, '--test-numbers', '--log-level', 'warn', ...this.flags],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    this.exited = new Promise((resolve) => this.process.once('exit', resolve))
    const found = {}
    for await (const line of createInterface({ input: this.process.stdout })) {
      const [, name, value] = /^ {2}(\w[\w ]*?) {2,}(\S+)$/.exec(line) ?? []
      if (name) found[name] = value
      if (name === 'Page') break
    }
    if (!found.Address) throw new Error('the server did not start')
    this.process.stdout.resume()
    const [host, port] = found.Address.split(':')
    Object.assign(this, { host, port: Number(port), dc: Number(found['Data centre']) })
    this.fingerprint = BigInt.asIntN(64, BigInt(`0x${found.Fingerprint}`))
    this.key = readFileSync(join(this.data, 'rsa_public.pem'), 'utf8')
  }

  /** Ends the server without a warning. */
  async kill() {
    this.process.kill('SIGKILL')
    await this.exited
  }

  /** Starts a killed server again at the same address. */
  revive() {
    return this.#spawn(`${this.host}:${this.port}`)
  }

  async restart() {
    await this.kill()
    await this.revive()
  }

  async stop() {
    this.process.kill('SIGTERM')
    await this.exited
    if (existsSync(this.dir)) rmSync(this.dir, { recursive: true })
  }
}

let numbers = 0

/** A test number that nobody had before in this process; its code is the X of 99966XYYYY five times. */
export function newNumber() {
  const id = createHash('sha256').update(`${process.pid} ${++numbers}`).digest().readUInt16BE() % 10000
  const number = `999661${String((id + numbers) % 10000).padStart(4, '0')}`
  return used.has(number) ? newNumber() : (used.add(number), number)
}

const used = new Set()

export const CODE = '11111'
