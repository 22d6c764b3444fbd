// What somebody does with media: chooses, drops and leafs through them, and looks whether they are there.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const dialog = (person) => person.page.getByRole('dialog')
export const viewer = (person) => person.page.getByRole('dialog', { name: 'Media viewer' })
export const sendDialog = (person) => dialog(person).getByRole('button', { name: 'Send', exact: true }).click()
export const newest = (person) => person.page.getByRole('main').getByRole('article').last()

/** Waits until the picture itself is there and not only its blurred form; returns its width in pixels. */
export async function widthOf(place) {
  const image = place.locator('img[src^="blob:"]').last()
  await image.waitFor()
  return image.evaluate((img) => img.decode().then(() => img.naturalWidth))
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
