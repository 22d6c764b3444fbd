// How fast the web client is: npm run speed [-- --only starts,flood] [--seconds 60] [--json report.json]
// Fills a server with 500 chats and 10,000 messages, measures in headless Chromium on the same machine, and prints what
// came out beside what is wanted. Not part of the tests: on a machine that does something else it tells of that.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { measureFlood } from './speed/flood.js'
import { measureOpening } from './speed/opening.js'
import { print } from './speed/report.js'
import { measureScrolling } from './speed/scrolling.js'
import { measureSending } from './speed/sending.js'
import { Setting } from './speed/setting.js'
import { measureStarts } from './speed/starts.js'

const parts = { starts: measureStarts, opening: measureOpening, scrolling: measureScrolling, sending: measureSending, flood: measureFlood }

const { values } = parseArgs({
  options: { only: { type: 'string' }, seconds: { type: 'string', default: '60' }, json: { type: 'string' } },
})
const chosen = values.only?.split(',') ?? Object.keys(parts)

const setting = await Setting.open()
const results = []
try {
  for (const name of chosen) {
    const result = await parts[name](setting, { seconds: Number(values.seconds) })
    print(result)
    results.push(...result)
  }
} finally {
  await setting.close()
}
if (values.json) writeFileSync(values.json, JSON.stringify(results, null, 2))
process.exit(results.every((result) => result.isMet !== false) ? 0 : 1)
