// GramJS, unmodified, behind the small set of words that the tests speak.
import { createPublicKey } from 'node:crypto'
import bigInt from 'big-integer'
import { Api, TelegramClient } from 'telegram'
import { _serverKeys } from 'telegram/crypto/RSA.js'
import { CustomFile } from 'telegram/client/uploads.js'
import { Raw } from 'telegram/events/index.js'
import { PromisedNetSockets, PromisedWebSockets } from 'telegram/extensions/index.js'
import { LogLevel, Logger } from 'telegram/extensions/Logger.js'
import { ConnectionTCPAbridged, ConnectionTCPFull, ConnectionTCPObfuscated } from 'telegram/network/index.js'
import { computeCheck } from 'telegram/Password.js'
import { StringSession } from 'telegram/sessions/index.js'
import { Events } from './events.js'
import { waveform } from './files.js'

const way = (name, connection, networkSocket) => ({ name, open: (server, options) => Device.open(server, { connection, networkSocket }, options) })

export const gramjsTCP = way('GramJS over TCP full', ConnectionTCPFull, PromisedNetSockets)
export const gramjsAbridged = way('GramJS over TCP abridged', ConnectionTCPAbridged, PromisedNetSockets)
export const gramjsObfuscated = way('GramJS over TCP obfuscated', ConnectionTCPObfuscated, PromisedNetSockets)
export const gramjsWS = way('GramJS over WebSocket', ConnectionTCPObfuscated, PromisedWebSockets)

/** The library dials port 80 whatever the session says; this is the way to say another. */
const at = (port, Connection) => class extends Connection {
  constructor(options) {
    super({ ...options, port })
  }
}

class Device {
  events = new Events()

  static async open(server, transport, { session = '' } = {}) {
    const { n } = createPublicKey(server.key).export({ format: 'jwk' })
    _serverKeys.set(String(server.fingerprint), { n: bigInt(Buffer.from(n, 'base64url').toString('hex'), 16), e: 65537 })
    const device = new Device()
    Object.assign(device, { server, transport })
    device.session = new StringSession(session)
    device.session.setDC(server.dc, server.host, 80) // it cannot hold a port above 32767, and none is used
    device.client = new TelegramClient(device.session, 1, 'hermod', {
      connection: at(server.port, transport.connection), networkSocket: transport.networkSocket,
      connectionRetries: 5, retryDelay: 200, requestRetries: 1,
      baseLogger: new Logger(process.env.GRAMJS_LOG ?? LogLevel.NONE),
    })
    device.client.addEventHandler((update) => device.#told(update), new Raw({}))
    await device.client.connect()
    return device
  }

  #told(u) {
    const event = told[u.className]?.(u)
    if (event) this.events.push(event)
  }

  /** The symbol of an RPC error. */
  reason = (error) => error.errorMessage

  async sendCode(phone) {
    const sent = await this.client.sendCode({ apiId: 1, apiHash: 'hermod' }, phone)
    return sent.phoneCodeHash
  }

  async signIn(phoneNumber, phoneCodeHash, phoneCode) {
    const answer = await this.client.invoke(new Api.auth.SignIn({ phoneNumber, phoneCodeHash, phoneCode }))
    if (answer instanceof Api.auth.AuthorizationSignUpRequired) return false
    await this.listen()
    return true
  }

  async signUp(phoneNumber, phoneCodeHash, firstName) {
    await this.client.invoke(new Api.auth.SignUp({ phoneNumber, phoneCodeHash, firstName, lastName: '' }))
    await this.listen()
  }

  /** Begins to take updates. */
  async listen() {
    await this.client.invoke(new Api.updates.GetState())
  }

  /** The library's own way in for an account that exists. */
  async start(phone, code, password) {
    const fail = (error) => { throw error }
    await this.client.start({ phoneNumber: phone, phoneCode: async () => code, password: async () => password, onError: fail })
  }

  async checkPassword(password) {
    const request = await this.client.invoke(new Api.account.GetPassword())
    await this.client.invoke(new Api.auth.CheckPassword({ password: await computeCheck(request, password) }))
    await this.listen()
  }

  setPassword = (newPassword) => this.client.updateTwoFaSettings({ newPassword, hint: 'hint' })
  changePassword = (currentPassword, newPassword) => this.client.updateTwoFaSettings({ currentPassword, newPassword })
  removePassword = (currentPassword) => this.client.updateTwoFaSettings({ currentPassword })

  /** Shows a login token; `onToken` is called with each. Ends when somebody has accepted one. */
  async signInQR(onToken, password) {
    const accepted = this.events.next('loginToken', undefined, 20000)
    const ask = () => this.client.invoke(new Api.auth.ExportLoginToken({ apiId: 1, apiHash: 'hermod', exceptIds: [] }))
    onToken((await ask()).token)
    await accepted
    try {
      const answer = await ask()
      if (!(answer instanceof Api.auth.LoginTokenSuccess)) throw new Error(`got ${answer.className}`)
      await this.listen()
    } catch (error) {
      if (error.errorMessage !== 'SESSION_PASSWORD_NEEDED') throw error
      await this.checkPassword(password)
    }
  }

  acceptToken = (token) => this.client.invoke(new Api.auth.AcceptLoginToken({ token }))

  async me() {
    const me = await this.client.getMe()
    return { id: Number(me.id), name: me.firstName, phone: me.phone }
  }

  async importContact(phone, firstName) {
    const contact = new Api.InputPhoneContact({ clientId: bigInt(1), phone, firstName, lastName: '' })
    const { users } = await this.client.invoke(new Api.contacts.ImportContacts({ contacts: [contact] }))
    return { id: Number(users[0].id), name: users[0].firstName }
  }

  async contacts() {
    const { users } = await this.client.invoke(new Api.contacts.GetContacts({ hash: bigInt(0) }))
    return users.map((u) => ({ id: Number(u.id), name: u.firstName }))
  }

  async send(peer, message, { replyTo } = {}) {
    return (await this.client.sendMessage(peer, { message, replyTo })).id
  }

  edit = (peer, message, text) => this.client.editMessage(peer, { message, text })
  deleteForBoth = (peer, ids) => this.client.deleteMessages(peer, ids, { revoke: true })

  async forward(fromPeer, messages, to) {
    return (await this.client.forwardMessages(to, { messages, fromPeer })).flat().map((m) => m.id)
  }

  read = (peer, maxId) => this.client.markAsRead(peer, maxId)

  async typing(peer) {
    await this.client.invoke(new Api.messages.SetTyping({ peer, action: new Api.SendMessageTypingAction() }))
  }

  async saveDraft(peer, message) {
    await this.client.invoke(new Api.messages.SaveDraft({ peer, message }))
  }

  async search(search, peer) {
    const found = await this.client.getMessages(peer, { search, limit: 50 })
    return Array.from(found, (m) => ({ id: m.id, text: m.message }))
  }

  async history(peer, limit = 100) {
    return Array.from(await this.client.getMessages(peer, { limit }), (m) => ({ id: m.id, text: m.message, out: Boolean(m.out) }))
  }

  async dialogs() {
    return Array.from(await this.client.getDialogs({}), (d) => ({ peer: Number(d.id), unread: d.unreadCount, text: d.message?.message }))
  }

  async sessions() {
    const { authorizations } = await this.client.invoke(new Api.account.GetAuthorizations())
    return authorizations.map((a) => ({ hash: a.hash, current: Boolean(a.current) }))
  }

  terminate = (hash) => this.client.invoke(new Api.account.ResetAuthorization({ hash }))
  logOut = () => this.client.invoke(new Api.auth.LogOut())

  /** Whether this device is still signed in. */
  async isIn() {
    try {
      await this.client.invoke(new Api.users.GetUsers({ id: [new Api.InputUserSelf()] }))
      return true
    } catch (error) {
      if (error.code === 401) return false
      throw error
    }
  }

  /** Sends a file as one of `kinds`, or as a photo, and returns the id of the message. */
  async sendFile(peer, kind, file, caption) {
    const params = { file: new CustomFile(names[kind], file.length, '', file), caption, workers: 2, forceDocument: kind === 'document' }
    if (kind === 'photo') return (await this.client.sendFile(peer, params)).id
    return (await this.client.sendFile(peer, { ...params, attributes: attributes[kind]() })).id
  }

  /** The file of the message with this caption: what it is, and its content. */
  async fetchFile(peer, caption) {
    const message = (await this.client.getMessages(peer, { limit: 100 })).find((m) => m.message === caption)
    if (!message) return null
    const bytes = await (message.photo ? this.#largest(message.photo) : this.client.downloadMedia(message, {}))
    return { ...kindOf(message.media), bytes, message }
  }

  /** The largest size of a photo; the library would take the one with most bytes. */
  #largest({ id, accessHash, fileReference, sizes, dcId }) {
    const { type } = sizes.reduce((a, b) => ((b.w ?? 0) > (a.w ?? 0) ? b : a))
    return this.client.downloadFile(new Api.InputPhotoFileLocation({ id, accessHash, fileReference, thumbSize: type }), { dcId })
  }

  close = () => this.client.destroy()

  /** The same device after it was away. The library asks for no difference by itself; see `difference`. */
  async reopen() {
    const again = await Device.open(this.server, this.transport, { session: this.session.save() })
    await again.listen()
    return again
  }

  state = () => this.client.invoke(new Api.updates.GetState())

  /** The messages since a state, as updates.getDifference tells them, slice by slice. */
  async difference({ pts, date, qts }) {
    const texts = []
    for (;;) {
      const d = await this.client.invoke(new Api.updates.GetDifference({ pts, date, qts }))
      texts.push(...(d.newMessages ?? []).map((m) => m.message))
      if (!(d instanceof Api.updates.DifferenceSlice)) return texts
      ;({ pts, date, qts } = d.intermediateState)
    }
  }
}

/** Names, by which the library tells what is in a file. */
const names = {
  photo: 'photo.png', document: 'file.bin', voice: 'a.ogg', music: 'a.mp3', video: 'a.mp4', round: 'a.mp4', gif: 'a.mp4',
}

/** What documents say of themselves, by their kind. */
const attributes = {
  document: () => [new Api.DocumentAttributeFilename({ fileName: 'file.bin' })],
  voice: () => [new Api.DocumentAttributeAudio({ voice: true, duration: 3, waveform })],
  music: () => [new Api.DocumentAttributeAudio({ duration: 60, title: 'Song', performer: 'Band' }), new Api.DocumentAttributeFilename({ fileName: 'a.mp3' })],
  video: () => [new Api.DocumentAttributeVideo({ duration: 5, w: 640, h: 360, supportsStreaming: true }), new Api.DocumentAttributeFilename({ fileName: 'a.mp4' })],
  round: () => [new Api.DocumentAttributeVideo({ duration: 5, w: 240, h: 240, roundMessage: true }), new Api.DocumentAttributeFilename({ fileName: 'a.mp4' })],
  gif: () => [new Api.DocumentAttributeVideo({ duration: 2, w: 320, h: 200, nosound: true }), new Api.DocumentAttributeAnimated(), new Api.DocumentAttributeFilename({ fileName: 'a.mp4' })],
}

function kindOf(media) {
  if (media instanceof Api.MessageMediaPhoto) return { kind: 'photo' }
  const has = (type) => media.document.attributes.find((a) => a instanceof type)
  const audio = has(Api.DocumentAttributeAudio), video = has(Api.DocumentAttributeVideo)
  if (has(Api.DocumentAttributeSticker)) return { kind: 'sticker' }
  if (has(Api.DocumentAttributeAnimated)) return { kind: 'gif' }
  if (video) return { kind: video.roundMessage ? 'round' : 'video' }
  if (audio) return audio.voice ? { kind: 'voice', waveform: audio.waveform } : { kind: 'music' }
  return { kind: 'document' }
}

const user = (peer) => (peer instanceof Api.PeerUser ? Number(peer.userId) : undefined)

/** Updates that the tests look at, in the form of all libraries. */
const told = {
  UpdateNewMessage: ({ message: m }) => m instanceof Api.Message && { kind: 'message', ...message(m) },
  UpdateShortMessage: (u) => ({ kind: 'message', ...message(u), peer: Number(u.userId) }),
  UpdateEditMessage: ({ message: m }) => ({ kind: 'edit', ...message(m) }),
  UpdateDeleteMessages: (u) => ({ kind: 'delete', ids: u.messages }),
  UpdateReadHistoryOutbox: (u) => ({ kind: 'readOutbox', peer: user(u.peer), maxId: u.maxId }),
  UpdateReadHistoryInbox: (u) => ({ kind: 'readInbox', peer: user(u.peer), maxId: u.maxId, unread: u.stillUnreadCount }),
  UpdateUserTyping: (u) => ({ kind: 'typing', user: Number(u.userId) }),
  UpdateDraftMessage: (u) => ({ kind: 'draft', peer: user(u.peer), text: u.draft.message ?? '' }),
  UpdateLoginToken: () => ({ kind: 'loginToken' }),
}

function message(m) {
  return {
    id: m.id, text: m.message, out: Boolean(m.out), peer: user(m.peerId),
    replyTo: m.replyTo?.replyToMsgId, forwardFrom: user(m.fwdFrom?.fromId),
  }
}
