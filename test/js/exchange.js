// Exchanges files with a client that another program runs: the test of gotd starts this, tells on the command line where
// the server is and who the other one is, and reads what came here as lines of JSON.
import { readFileSync } from 'node:fs'
import { contentOf, kinds, png, sha256 } from './lib/files.js'
import { gramjsTCP } from './lib/gramjs.js'
import { mtcuteTCP } from './lib/mtcute.js'
import { login } from './lib/suite.js'

const { host, port, dc, key, fingerprint, library, phone, other } = JSON.parse(process.argv[2])
const server = { host, port, dc, key: readFileSync(key, 'utf8'), fingerprint: BigInt(fingerprint) }
const device = await login(server, { mtcute: mtcuteTCP, gramjs: gramjsTCP }[library], phone, library)
const { id } = await device.importContact(other, 'Other')

for (const [kind, size] of Object.entries(kinds)) {
  await device.sendFile(id, kind, contentOf(`${library} ${kind}`, size), `${library} ${kind}`)
}
await device.sendFile(id, 'photo', png(640, 480), `${library} photo`)
console.log(JSON.stringify({ sent: true }))

for (const kind of [...Object.keys(kinds), 'photo']) {
  const caption = `gotd ${kind} to ${library}`
  await device.events.next('message', (e) => e.text === caption, 60_000)
  const got = await device.fetchFile(id, caption)
  console.log(JSON.stringify({ caption, kind: got.kind, size: got.bytes.length, sha256: sha256(got.bytes) }))
}
await device.close()
process.exit(0)
