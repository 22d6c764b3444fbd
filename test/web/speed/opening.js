// From the click on a chat whose messages are kept to the frame that shows them.
import { line, most } from './report.js'

export async function measureOpening({ page, person, senders, line: way }) {
  const open = async (name) => {
    const shown = page.evaluate((text) => window.hermodSpeed.after('click', () => window.hermodSpeed.article(text)), `${name} 59`)
    await person.chats.getByRole('button', { name }).first().click()
    return (await shown).painted
  }
  for (const { name } of senders) await open(name) // from now on they are kept
  const again = []
  for (let i = 0; i < 4; i++) for (const { name } of senders) again.push(await open(name))
  const fresh = []
  for (const { name } of senders) {
    await page.goto('about:blank')
    await page.goto(`http://${way.host}:${way.port}/`)
    await person.chats.getByRole('button', { name }).first().waitFor()
    await page.evaluate(() => window.hermodSpeed.start)
    fresh.push(await open(name))
  }
  return [
    line('opening a chat that was open before', 'ms', again, { mark: 100 }),
    line('opening a chat from what an earlier visit kept', 'ms', fresh, { mark: 100 }),
    line('the slowest of all these', 'ms', [...again, ...fresh], { of: most }),
  ]
}
