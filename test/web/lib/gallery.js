// Where the pictures of the screens go, and how they are taken.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')

/** The schemes that each kind of device is shown in, and how the pictures are named after them. */
const schemes = { desktop: { light: 'light', dark: 'dark' }, phone: { light: 'phone' } }

export class Gallery {
  constructor(device) {
    this.schemes = schemes[device]
    const wanted = process.env.HERMOD_PICTURES
    this.folder = wanted ? resolve(root, wanted) : mkdtempSync(join(tmpdir(), 'hermod-screens-'))
    mkdirSync(this.folder, { recursive: true })
  }

  /** Takes a picture of what somebody sees, in every scheme. */
  async show(person, screen) {
    for (const [colorScheme, name] of Object.entries(this.schemes)) {
      await person.page.emulateMedia({ colorScheme })
      await settle(person.page)
      this.#keep(`${screen}-${name}`, await shoot(person))
    }
  }

  #keep(name, picture) {
    writeFileSync(join(this.folder, `${name}.webp`), picture)
    assert.ok(picture.length > 6_000, `${name} shows next to nothing: ${picture.length} bytes`)
    assert.ok(picture.length < 150_000, `${name} is too large for the documentation: ${picture.length} bytes`)
  }
}

/** Waits until all that is visible is there: no picture is on its way or shown blurred for another, and nothing moves. */
function settle(page) {
  return page.waitForFunction(() => {
    const isMoving = document.getAnimations().some((one) => one.playState === 'running' && one.effect.getTiming().iterations !== Infinity)
    const isClear = (one) => getComputedStyle(one).filter === 'none' || one.parentElement.querySelectorAll('img').length > 1
    return !isMoving && !document.querySelector('[aria-busy="true"]') && [...document.images].every((one) => one.complete && isClear(one))
  })
}

/** A picture as WebP: a third of a PNG. */
async function shoot({ context, page }) {
  const tool = await context.newCDPSession(page)
  const { data } = await tool.send('Page.captureScreenshot', { format: 'webp', quality: 88 })
  await tool.detach()
  return Buffer.from(data, 'base64')
}
