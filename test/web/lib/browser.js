// Browsers for the tests of the web client: Debian's Chromium, a fresh profile for everybody.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const executable = process.env.HERMOD_CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

export const desktop = { viewport: { width: 1280, height: 800 } }
export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/** Starts the browser that the people of a file share; each of them has a context, and so a storage, of his own. */
export function launch(args = []) {
  return chromium.launch({
    executablePath: executable,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', ...args],
  })
}

/** Leaves a picture of the page where HERMOD_TEST_PICTURES says, for whoever looks into a failure. */
export async function picture(page, name) {
  const dir = process.env.HERMOD_TEST_PICTURES
  if (!dir) return
  mkdirSync(dir, { recursive: true })
  await page.screenshot({ path: join(dir, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.png`) })
}
