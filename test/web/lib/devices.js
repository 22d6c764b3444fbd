// A second device of somebody, without a browser: fills chats faster than one can type.
import { execFileSync } from 'node:child_process'
import { mtcuteTCP } from '../../js/lib/mtcute.js'
import { CODE } from '../../js/lib/server.js'

/** Signs in with the number of somebody who signed up in a browser. */
export async function openDevice(person) {
  const device = await mtcuteTCP.open(person.server)
  await device.start(`+${person.phone}`, CODE)
  return device
}

/** A group of these people, made by the device, with `count` numbered messages of the device's; and the first one's id. */
export async function fillGroup(device, title, people, count) {
  const users = await Promise.all(people.map(async (person) => (await device.importContact(`+${person.phone}`, person.name)).id))
  const { chat } = await device.client.createGroup({ title, users })
  const first = await device.send(chat.id, numbered(1))
  for (let n = 2; n <= count; n++) await device.send(chat.id, numbered(n))
  return { group: chat.id, first }
}

/** Makes a bot in the server's data directory and signs it in. */
export async function openBot(server, name, username) {
  const said = execFileSync(server.bin, ['bot', 'create', '--data', server.data, name, username], { encoding: 'utf8' })
  const bot = await mtcuteTCP.open(server)
  await bot.client.start({ botToken: said.trim().split('\n').at(-1) })
  await bot.listen()
  return bot
}

/** Some are longer than others. */
export const numbered = (n) => `Number ${n}.${' And more of it.'.repeat((n * 7) % 23)}`
