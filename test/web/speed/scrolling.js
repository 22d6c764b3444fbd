// Through 10,000 messages by the wheel, up to the first one and down again.
import { line, most } from './report.js'

const step = 700 // pixels that the wheel turns at once

export async function measureScrolling({ page, person }) {
  await person.chats.getByRole('button', { name: 'Prepared' }).first().click()
  await page.getByRole('article').last().waitFor()
  await page.getByRole('log').hover()
  const up = await scroll(page, -step, 'number0 ')
  const down = await scroll(page, step, 'number9999 ')
  return [
    line('longest frame while scrolling through 10,000 messages, up', 'ms', up.longest, { mark: 50, of: most }),
    line('longest frame while scrolling through 10,000 messages, down', 'ms', down.longest, { mark: 50, of: most }),
    line('longest tasks of the page meanwhile', 'ms', [...up.tasks, ...down.tasks, 0], { of: most }),
    line('frames', '', [up.count, down.count], { of: ([a, b]) => a + b }),
    line('seconds', 's', [up.seconds, down.seconds]),
  ]
}

/** Turns the wheel until a message with the text is there. */
async function scroll(page, by, text) {
  await page.evaluate(() => void (window.hermodSpeed.stop = window.hermodSpeed.frames()))
  const begin = Date.now()
  while (!(await page.evaluate((wanted) => Boolean(window.hermodSpeed.article(wanted)), text))) {
    for (let i = 0; i < 8; i++) await page.mouse.wheel(0, by)
    if (Date.now() - begin > 300_000) throw new Error(`no message ${text} after five minutes`)
  }
  const frames = await page.evaluate(() => window.hermodSpeed.stop())
  return { ...frames, seconds: (Date.now() - begin) / 1000 }
}
