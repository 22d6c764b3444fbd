// A push service of the tests' own: takes what the server pushes, opens it as a browser does, and hands it to the service
// worker of the browser that it is for.
import assert from 'node:assert/strict'
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { World } from './world.js'

export class PushService {
  #browsers = new Map()
  /** Everything that was pushed, as the browsers read it. */
  pushed = []

  static async open() {
    const service = new PushService()
    service.listener = createServer((request, response) => service.#take(request, response))
    await once(service.listener.listen(0, '127.0.0.1'), 'listening')
    service.host = `127.0.0.1:${service.listener.address().port}`
    return service
  }

  /** A world whose server pushes here; those of others do not push. */
  async openWorld() {
    const environment = { HERMOD_PUSH_MODE: 'on', HERMOD_PUSH_TRUSTED: this.host }
    Object.assign(process.env, environment)
    try {
      return await World.open()
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name]
    }
  }

  /** A person who has signed up, and whose browser is pushed to from here. */
  async signUp(world, name, options) {
    const person = await world.visit(name, options)
    await this.#serve(person)
    await person.enterPhone()
    await person.enterCode()
    await person.enterName()
    return person
  }

  async #serve(person) {
    const keys = createECDH('prime256v1')
    keys.generateKeys()
    const browser = { person, keys, auth: randomBytes(16) }
    const id = `/${this.#browsers.size}`
    this.#browsers.set(id, browser)
    const text = (bytes) => bytes.toString('base64url')
    const token = { endpoint: `http://${this.host}${id}`, keys: { p256dh: text(keys.getPublicKey()), auth: text(browser.auth) } }
    await person.context.grantPermissions(['notifications'])
    await person.context.addInitScript(subscribeTo, token)
    await person.page.reload()
  }

  async #take(request, response) {
    const browser = this.#browsers.get(request.url)
    assert.match(request.headers.authorization, /^vapid t=/)
    const body = Buffer.concat(await request.toArray())
    response.writeHead(browser ? 201 : 410).end()
    const text = open(browser, body)
    this.pushed.push(JSON.parse(text))
    await deliver(browser.person.page, text)
  }

  close() {
    this.listener.close()
  }
}

/** Runs in the page: the browser of a test has no push service. */
function subscribeTo(token) {
  let isSubscribed = false
  const subscription = {
    options: { applicationServerKey: null },
    toJSON: () => token,
    unsubscribe: async () => (isSubscribed = false),
  }
  PushManager.prototype.subscribe = async () => ((isSubscribed = true), subscription)
  PushManager.prototype.getSubscription = async () => (isSubscribed ? subscription : null)
}

/**
 * What a browser does with what it is pushed.
 * Spec: https://www.rfc-editor.org/rfc/rfc8291#section-3.4, https://www.rfc-editor.org/rfc/rfc8188#section-2
 */
function open({ keys, auth }, body) {
  const salt = body.subarray(0, 16)
  const theirs = body.subarray(21, 21 + body[20])
  const sealed = body.subarray(21 + body[20])
  const derive = (secret, salted, info, length) => Buffer.from(hkdfSync('sha256', secret, salted, info, length))
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), theirs])
  const shared = derive(keys.computeSecret(theirs), auth, info, 32)
  const key = derive(shared, salt, 'Content-Encoding: aes128gcm\0', 16)
  const decipher = createDecipheriv('aes-128-gcm', key, derive(shared, salt, 'Content-Encoding: nonce\0', 12))
  decipher.setAuthTag(sealed.subarray(-16))
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
  return padded.subarray(0, padded.lastIndexOf(2)).toString()
}

/** Gives it to the service worker of a page. */
export async function deliver(page, data) {
  const devtools = await page.context().newCDPSession(page)
  const found = new Promise((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [one] }) => one && resolve(one))
  })
  await devtools.send('ServiceWorker.enable')
  const { registrationId } = await found
  const origin = new URL(page.url()).origin
  await devtools.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data })
  await devtools.detach()
}
