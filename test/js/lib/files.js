// Files that the tests send, and what people call them.
import { createHash } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'

/** Content that everybody makes of a name: also the test of the Go client does. */
export function contentOf(name, size) {
  const blocks = []
  for (let i = 0; i * 32 < size; i++) blocks.push(createHash('sha256').update(`${name} ${i}`).digest())
  return Buffer.concat(blocks).subarray(0, size)
}

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** A PNG of one colour, w by h. */
export function png(w, h, colour = [200, 60, 20]) {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(w, 0)
  head.writeUInt32BE(h, 4)
  head.set([8, 2, 0, 0, 0], 8) // 8 bits, RGB
  const row = Buffer.concat([Buffer.from([0]), Buffer.from(Array(w).fill(colour).flat())])
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    block('IHDR', head), block('IDAT', deflateSync(Buffer.concat(Array(h).fill(row)))), block('IEND', Buffer.alloc(0)),
  ])
}

function block(type, data) {
  const body = Buffer.concat([Buffer.from(type), data])
  const length = Buffer.alloc(4), sum = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** Every kind of file, by what people call it, with the size of its content. */
export const kinds = { document: 700_001, voice: 20_000, music: 90_000, video: 300_000, round: 60_000, gif: 50_000 }

export const waveform = Buffer.from([1, 30, 0, 7, 200, 9])
