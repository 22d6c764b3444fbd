// What somebody does with media: chooses, drops and leafs through them, and looks whether they are there.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const dialog = (person) => person.page.getByRole('dialog')
export const viewer = (person) => person.page.getByRole('dialog', { name: 'Media viewer' })
export const sendDialog = (person) => dialog(person).getByRole('button', { name: 'Send', exact: true }).click()
export const newest = (person) => person.page.getByRole('main').getByRole('article').last()

/**
 * Waits until a place shows a picture itself, so many pixels wide or between two widths, and not its blurred form, a smaller
 * one or the one before it.
 */
export async function seesPicture(place, least, most = least) {
  const isRight = (width) => width >= least && width <= most
  const end = Date.now() + patience
  let widths = await widthsIn(place)
  while (!widths.some(isRight) && Date.now() < end) widths = await widthsIn(place)
  assert.ok(widths.some(isRight), `pictures ${widths} wide, and none ${least}`)
}

const patience = 30_000

/** After the next frame. */
async function widthsIn(place) {
  await place.page().evaluate(() => new Promise(requestAnimationFrame))
  return place.locator('img[src^="blob:"]').evaluateAll((images) => images.map((img) => img.naturalWidth))
}

/** Chooses files with the button for it and leaves the dialog open. */
export async function choose(person, files, what = 'Photo or video') {
  const choosing = person.page.waitForEvent('filechooser')
  await person.choose(person.page.getByRole('button', { name: 'Attach' }), what)
  await (await choosing).setFiles(files)
  await dialog(person).waitFor()
}

/** Puts a file where a browser takes it from by its path: a large one takes long any other way. */
export function onDisk(server, { name, buffer }) {
  const path = join(server.dir, name)
  writeFileSync(path, buffer)
  return path
}

/** Moves a finger over the screen, from right to left. */
export async function swipeAcross(person) {
  const touch = await person.context.newCDPSession(person.page)
  const at = (x) => [{ x, y: 400 }]
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(300) })
  for (const x of [250, 180, 100]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(x) })
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

/** Drags files from outside over the chat and lets them go. */
export async function drop(person, files) {
  const data = await person.page.evaluateHandle((files) => {
    const transfer = new DataTransfer()
    for (const { name, mimeType, base64 } of files) {
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))
      transfer.items.add(new File([bytes], name, { type: mimeType }))
    }
    return transfer
  }, files.map((file) => ({ ...file, buffer: undefined, base64: file.buffer.toString('base64') })))
  const log = person.page.getByRole('log')
  await log.dispatchEvent('dragenter', { dataTransfer: data })
  await person.page.getByText('Drop files here to send them').waitFor()
  await person.page.getByText('Drop files here to send them').dispatchEvent('drop', { dataTransfer: data })
}
