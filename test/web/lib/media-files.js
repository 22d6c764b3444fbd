// Media that the tests send. Pictures are made here; films and sounds by the browser itself, which can record a canvas.
import { gzipSync } from 'node:zlib'
import { photo } from './photo.js'

export { photo }

/** A plain file of so many bytes, all of them different from their neighbours. */
export function plainFile(name, size) {
  const buffer = Buffer.alloc(size)
  for (let at = 0; at < size; at += 4) buffer.writeUInt32LE((at * 2654435761) >>> 0, Math.min(at, size - 4))
  return { name, mimeType: 'application/octet-stream', buffer }
}

/** A tune in a WAV file, seconds long. */
export function tune(name = 'tune.wav', seconds = 3, pitch = 440) {
  const rate = 8000
  const count = rate * seconds
  const buffer = Buffer.alloc(44 + count * 2)
  buffer.write('RIFF')
  buffer.writeUInt32LE(36 + count * 2, 4)
  buffer.write('WAVEfmt ', 8)
  for (const [at, value] of [[16, 16], [24, rate], [28, rate * 2], [40, count * 2]]) buffer.writeUInt32LE(value, at)
  for (const [at, value] of [[20, 1], [22, 1], [32, 2], [34, 16]]) buffer.writeUInt16LE(value, at)
  buffer.write('data', 36)
  for (let i = 0; i < count; i++) buffer.writeInt16LE(Math.round(9000 * Math.sin((2 * Math.PI * pitch * i) / rate)), 44 + 2 * i)
  return { name, mimeType: 'audio/wav', buffer }
}

/** A film that the browser records from a canvas; with `noise` it becomes large. */
export async function film(page, { name = 'film', seconds = 1, width = 160, height = 120, noise = false, mime } = {}) {
  const [type, base64] = await page.evaluate(recordCanvas, { seconds, width, height, noise, mime })
  const kind = type.split(';')[0]
  return { name: `${name}.${kind.split('/')[1]}`, mimeType: kind, buffer: Buffer.from(base64, 'base64') }
}

/** Runs in the page. */
async function recordCanvas({ seconds, width, height, noise, mime }) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d')
  const types = mime ? [mime] : ['video/mp4;codecs=avc1.42E01E', 'video/mp4;codecs=vp9', 'video/webm;codecs=vp8']
  const mimeType = types.find((type) => MediaRecorder.isTypeSupported(type))
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType, videoBitsPerSecond: noise ? 12_000_000 : 400_000 })
  const chunks = []
  recorder.ondataavailable = ({ data }) => chunks.push(data)
  const stopped = new Promise((done) => (recorder.onstop = done))
  recorder.start()
  const begin = performance.now()
  const draw = (time) => {
    const part = (time - begin) / 1000 / seconds
    context.fillStyle = `hsl(${200 + 100 * part} 60% 50%)`
    context.fillRect(0, 0, width, height)
    for (let i = 0; noise && i < 3000; i++) {
      context.fillStyle = `hsl(${Math.random() * 360} 90% 50%)`
      context.fillRect(Math.random() * width, Math.random() * height, 6, 6)
    }
    if (part < 1) requestAnimationFrame(draw)
    else recorder.stop()
  }
  requestAnimationFrame(draw)
  await stopped
  const blob = new Blob(chunks, { type: recorder.mimeType })
  const url = await new Promise((done) => {
    const reader = new FileReader()
    reader.onload = () => done(reader.result)
    reader.readAsDataURL(blob)
  })
  return [recorder.mimeType, url.slice(url.indexOf(',') + 1)]
}

/** A moving picture in the old way: two frames of 32 by 32, one colour each. */
export function gif(name = 'wink.gif') {
  const palette = Buffer.alloc(128 * 3)
  palette.set([15, 110, 140, 255, 180, 0])
  const head = Buffer.concat([Buffer.from('GIF89a'), Buffer.from([32, 0, 32, 0, 0xf6, 0, 0]), palette])
  const loop = Buffer.concat([Buffer.from([0x21, 0xff, 11]), Buffer.from('NETSCAPE2.0'), Buffer.from([3, 1, 0, 0, 0])])
  const buffer = Buffer.concat([head, loop, gifFrame(0), gifFrame(1), Buffer.from([0x3b])])
  return { name, mimeType: 'image/gif', buffer }
}

/** Every pixel a code of eight bits: the table of the packer is cleared before its codes grow longer. */
function gifFrame(colour) {
  const codes = []
  for (let i = 0; i < 32 * 32; i++) codes.push(...(i % 100 === 0 ? [128] : []), colour)
  codes.push(129)
  const blocks = []
  for (let at = 0; at < codes.length; at += 255) blocks.push(Math.min(255, codes.length - at), ...codes.slice(at, at + 255))
  const control = [0x21, 0xf9, 4, 4, 20, 0, 0, 0]
  return Buffer.from([...control, 0x2c, 0, 0, 0, 0, 32, 0, 32, 0, 0, 7, ...blocks, 0])
}

/** An animated sticker: a square that turns, as Lottie in gzip. */
export function turningSquare(name = 'turn.tgs') {
  const number = (k) => ({ a: 0, k })
  const turn = { a: 1, k: [{ t: 0, s: [0], i: { x: [1], y: [1] }, o: { x: [0], y: [0] } }, { t: 60, s: [360] }] }
  const place = { o: number(100), r: turn, p: number([256, 256, 0]), a: number([0, 0, 0]), s: number([100, 100, 100]) }
  const still = { ty: 'tr', o: number(100), r: number(0), p: number([0, 0]), a: number([0, 0]), s: number([100, 100]) }
  const square = [
    { ty: 'rc', p: number([0, 0]), s: number([300, 300]), r: number(20), d: 1 },
    { ty: 'fl', c: number([0.06, 0.43, 0.55, 1]), o: number(100) },
    still,
  ]
  const layer = { ty: 4, ip: 0, op: 60, st: 0, ind: 1, ks: place, shapes: [{ ty: 'gr', it: square }] }
  const lottie = { tgs: 1, v: '5.5.2', fr: 60, ip: 0, op: 60, w: 512, h: 512, layers: [layer] }
  return { name, mimeType: 'application/x-tgsticker', buffer: gzipSync(JSON.stringify(lottie)) }
}
