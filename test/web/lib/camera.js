// A camera that looks at a picture of our choice: Chromium plays it from a file when the camera is switched on.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SIZE = 480
const FRAMES = 5

export class Camera {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), 'hermod-camera-'))
    this.file = join(this.dir, 'picture.y4m')
    this.#film(Buffer.alloc(SIZE * SIZE, 128))
  }

  /** What the browser is started with. */
  get args() {
    return [`--use-file-for-fake-video-capture=${this.file}`]
  }

  /** Points the camera at the picture, such as a QR code, that this element of a page draws. */
  async pointAt(canvas) {
    const bright = await canvas.evaluate((picture, size) => {
      const sheet = new OffscreenCanvas(size, size).getContext('2d')
      sheet.imageSmoothingEnabled = false
      sheet.fillStyle = '#fff'
      sheet.fillRect(0, 0, size, size)
      sheet.drawImage(picture, size / 6, size / 6, (size * 2) / 3, (size * 2) / 3)
      const { data } = sheet.getImageData(0, 0, size, size)
      return Array.from({ length: size * size }, (_, at) => data[at * 4] > 128)
    }, SIZE)
    this.#film(Buffer.from(bright.map((is) => (is ? 235 : 16))))
  }

  close() {
    rmSync(this.dir, { recursive: true })
  }

  /** A film of the same frame a few times, as YUV4MPEG2: the brightness of each dot, and no colour. */
  #film(bright) {
    const frame = Buffer.concat([Buffer.from('FRAME\n'), bright, Buffer.alloc(bright.length / 2, 128)])
    const head = Buffer.from(`YUV4MPEG2 W${SIZE} H${SIZE} F10:1 Ip A1:1 C420jpeg\n`)
    writeFileSync(this.file, Buffer.concat([head, ...Array(FRAMES).fill(frame)]))
  }
}
