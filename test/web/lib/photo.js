// Photos to send: a PNG made here, with a slope of colour so that nobody mistakes it for something blank.
import { crc32, deflateSync } from 'node:zlib'

function chunk(type, data) {
  const out = Buffer.alloc(data.length + 12)
  out.writeUInt32BE(data.length)
  out.write(type, 4, 'latin1')
  data.copy(out, 8)
  out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8)
  return out
}

function rowsOf(width, height) {
  const rows = Buffer.alloc(height * (1 + 3 * width))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * (1 + 3 * width) + 1 + 3 * x
      rows.set([15 + (200 * x) / width, 110 + (90 * y) / height, 160 - (100 * x) / width], at)
    }
  }
  return rows
}

/** A photo as a file chooser gives it. */
export function photo(name = 'photo.png', width = 640, height = 400) {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rowsOf(width, height))), chunk('IEND', Buffer.alloc(0))]
  return { name, mimeType: 'image/png', buffer: Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]) }
}
