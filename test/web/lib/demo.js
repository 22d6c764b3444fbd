// The small world that `hermod demo` makes, for tests that need something to look at.
import { execFileSync } from 'node:child_process'
import { World } from './world.js'

/** The people of the world who log in here; their code is that of every test number that begins like theirs. */
export const people = { ingrid: '9996610001', jonas: '9996610002', sunniva: '9996610005' }

/** A server that is filled, and a browser. */
export async function openDemo() {
  const world = await World.open()
  const { server } = world
  execFileSync(server.bin, ['demo', '--data', server.data, '--address', `${server.host}:${server.port}`], { stdio: ['ignore', 'ignore', 'inherit'] })
  return world
}

/** Somebody of the world at a browser of his own; `options` as those of World.visit. */
export async function logIn(world, phone, options) {
  const person = await world.visit(phone, options)
  await person.enterPhone(phone)
  await person.enterCode()
  await person.chats.waitFor()
  return person
}
