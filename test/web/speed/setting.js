// What is measured: a server with a person who has 500 chats, one of them of 10,000 messages, and a browser in which that
// person is signed in. Between the two stands a line whose length can be chosen.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { mtcuteTCP } from '../../js/lib/mtcute.js'
import { CODE, newNumber, Server } from '../../js/lib/server.js'
import { launch } from '../lib/browser.js'
import { Person } from '../lib/person.js'
import { Line } from './line.js'
import { watch } from './watch.js'

const root = join(import.meta.dirname, '..', '..', '..')

/** Test number 10001 of all. */
const owner = { first: '10001', phone: '9996610001' }
const channel = 'load_prepared'

export class Setting {
  senders = []

  static async open() {
    const setting = new Setting()
    process.env.HERMOD_LIMITS_RATE = '0'
    setting.server = await Server.filled((data) => fill(data))
    setting.line = await Line.open(setting.server)
    setting.browser = await launch()
    setting.person = await Person.open(setting.browser, setting.line, 'the owner')
    await setting.person.context.addInitScript(watch)
    await setting.person.page.reload()
    await setting.person.enterPhone(owner.phone)
    await setting.person.enterCode(CODE)
    await setting.person.chats.waitFor()
    await setting.#gather()
    return setting
  }

  get page() {
    return this.person.page
  }

  /** Five people who have written to the owner before, and are in the large group. */
  async #gather() {
    for (const name of ['Sigrid', 'Sindre', 'Solveig', 'Stian', 'Synne']) {
      const device = await mtcuteTCP.open(this.server)
      const phone = newNumber()
      await device.signUp(phone, await newCode(device, phone), name)
      const { id } = await device.importContact(owner.phone, 'Owner')
      await device.client.joinChat(channel)
      const group = await device.client.resolvePeer(channel)
      const sender = { name, device, owner: id, group, write: (to, text) => device.send(to, text) }
      for (let i = 0; i < 60; i++) await sender.write(id, `${name} ${i} wrote this before, and some words more, so that it fills a line`)
      this.senders.push(sender)
    }
  }

  async close() {
    for (const { device } of this.senders) await device.close()
    await this.browser.close()
    this.line.close()
    await this.server.stop()
  }
}

async function newCode(device, phone) {
  const hash = await device.sendCode(phone)
  await device.signIn(phone, hash, CODE)
  return hash
}

function fill(data) {
  const program = process.env.HERMOD_LOAD_BIN
  const [command, args] = program ? [program, []] : ['go', ['run', './cmd/hermod-load']]
  const flags = ['prepare', '--data', data, '--channel', channel, '--messages', '10000', '--dialogs', '500', '--first', owner.first]
  execFileSync(command, [...args, ...flags], { cwd: root, stdio: 'inherit', env: { ...process.env, CGO_ENABLED: '0' } })
}
