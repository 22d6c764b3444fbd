// mtcute, unmodified, behind the small set of words that the tests speak.
import { InputMedia, IntermediatePacketCodec, MemoryStorage, ObfuscatedPacketCodec } from '@mtcute/core'
import { addPublicKey } from '@mtcute/core/utils.js'
import { connectWs } from '@fuman/net'
import { TelegramClient, TcpTransport } from '@mtcute/node'
import { NodeCryptoProvider } from '@mtcute/node/utils.js'
import WebSocket from 'ws'
import { Events } from './events.js'
import { waveform } from './files.js'

const tcp = () => new TcpTransport()
const ws = () => ({
  connect: (dc) => connectWs({ url: `ws://${dc.ipAddress}:${dc.port}/apiws`, implementation: WebSocket, protocols: 'binary' }),
  packetCodec: () => new ObfuscatedPacketCodec(new IntermediatePacketCodec()),
})

export const mtcuteTCP = { name: 'mtcute over TCP', open: (server, options) => Device.open(server, tcp, options) }
export const mtcuteWS = { name: 'mtcute over WebSocket', open: (server, options) => Device.open(server, ws, options) }
export const mtcutePFS = { name: 'mtcute with temporary keys', open: (server, o) => Device.open(server, tcp, { ...o, network: { usePfs: true } }) }

class Device {
  events = new Events()

  static async open(server, transport, { storage = new MemoryStorage(), network } = {}) {
    const crypto = new NodeCryptoProvider()
    await crypto.initialize()
    addPublicKey(crypto, server.key)
    const dc = { id: server.dc, ipAddress: server.host, port: server.port }
    const device = new Device()
    Object.assign(device, { server, transport, storage, crypto })
    device.client = new TelegramClient({
      apiId: 1, apiHash: 'hermod', crypto, storage, transport: transport(), network, updates: { catchUp: true },
      defaultDcs: { main: dc, media: dc }, logLevel: Number(process.env.MTCUTE_LOG ?? 0),
    })
    device.client.onRawUpdate.add(({ update }) => device.#told(update))
    device.client.onError.add((error) => device.events.push({ kind: 'error', error }))
    await device.client.connect()
    return device
  }

  #told(u) {
    const event = told[u._]?.(u)
    if (event) this.events.push(event)
  }

  /** The symbol of an RPC error. */
  reason = (error) => error.text

  async sendCode(phone) {
    const sent = await this.client.sendCode({ phone })
    return sent.phoneCodeHash
  }

  async signIn(phone, hash, code) {
    const answer = await this.client.call({ _: 'auth.signIn', phoneNumber: phone, phoneCodeHash: hash, phoneCode: code })
    if (answer._ === 'auth.authorizationSignUpRequired') return false
    await this.#entered(answer)
    return true
  }

  async signUp(phone, hash, firstName) {
    const answer = await this.client.call({ _: 'auth.signUp', phoneNumber: phone, phoneCodeHash: hash, firstName, lastName: '' })
    await this.#entered(answer)
  }

  async #entered(authorization) {
    await this.client.notifyLoggedIn(authorization)
    await this.listen()
  }

  /** Begins to take updates, from where the storage left off. */
  async listen() {
    await this.client.startUpdatesLoop()
  }

  /** The library's own way in for an account that exists. */
  async start(phone, code, password) {
    await this.client.start({ phone, code: () => code, password })
    await this.listen()
  }

  async checkPassword(password) {
    await this.client.checkPassword(password)
    await this.listen()
  }

  setPassword = (password) => this.client.enableCloudPassword({ password, hint: 'hint' })
  changePassword = (currentPassword, newPassword) => this.client.changeCloudPassword({ currentPassword, newPassword, hint: 'hint' })
  removePassword = (password) => this.client.removeCloudPassword(password)

  /** Shows a login token; `onToken` is called with each. Ends when somebody has accepted one. */
  async signInQR(onToken, password) {
    await this.client.signInQr({
      onUrlUpdated: (url) => onToken(Buffer.from(new URL(url).searchParams.get('token'), 'base64url')),
      password,
    })
    await this.listen()
  }

  acceptToken = (token) => this.client.call({ _: 'auth.acceptLoginToken', token })

  async me() {
    const me = await this.client.getMe()
    return { id: me.id, name: me.firstName, phone: me.phoneNumber }
  }

  async importContact(phone, firstName) {
    const { users } = await this.client.importContacts([{ phone, firstName, lastName: '' }])
    return { id: users[0].id, name: users[0].firstName }
  }

  async contacts() {
    return (await this.client.getContacts()).map((u) => ({ id: u.id, name: u.firstName }))
  }

  async send(peer, text, { replyTo } = {}) {
    return (await this.client.sendText(peer, text, { replyTo })).id
  }

  edit = (peer, id, text) => this.client.editMessage({ chatId: peer, message: id, text })
  deleteForBoth = (peer, ids) => this.client.deleteMessagesById(peer, ids, { revoke: true })

  async forward(from, ids, to) {
    return (await this.client.forwardMessagesById({ fromChatId: from, messages: ids, toChatId: to })).map((m) => m.id)
  }

  read = (peer, maxId) => this.client.readHistory(peer, { maxId })
  typing = (peer) => this.client.sendTyping(peer, 'typing')

  async saveDraft(peer, message) {
    await this.client.call({ _: 'messages.saveDraft', peer: await this.client.resolvePeer(peer), message })
  }

  async search(query, peer) {
    const found = peer ? await this.client.searchMessages({ chatId: peer, query }) : await this.client.searchGlobal({ query })
    return found.map((m) => ({ id: m.id, text: m.text }))
  }

  async history(peer, limit = 100) {
    return (await this.client.getHistory(peer, { limit })).map((m) => ({ id: m.id, text: m.text, out: m.isOutgoing }))
  }

  async dialogs() {
    const list = []
    for await (const d of this.client.iterDialogs()) list.push({ peer: d.peer.id, unread: d.unreadCount, text: d.lastMessage?.text })
    return list
  }

  async sessions() {
    const { authorizations } = await this.client.call({ _: 'account.getAuthorizations' })
    return authorizations.map((a) => ({ hash: a.hash, current: Boolean(a.current) }))
  }

  terminate = (hash) => this.client.call({ _: 'account.resetAuthorization', hash })
  logOut = () => this.client.logOut()

  /** Whether this device is still signed in. */
  async isIn() {
    try {
      await this.client.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] })
      return true
    } catch (error) {
      if (error.code === 401) return false
      throw error
    }
  }

  /** Sends a file as one of `kinds`, or as a photo, and returns the id of the message. */
  async sendFile(peer, kind, file, caption) {
    return (await this.client.sendMedia(peer, media[kind](file, caption))).id
  }

  /** The file of the message with this caption: what it is, and its content. */
  async fetchFile(peer, caption) {
    const message = (await this.client.getHistory(peer, { limit: 100 })).find((m) => m.text === caption)
    if (!message) return null
    const m = message.media
    const kind = m.type === 'audio' ? 'music' : m.type === 'video' && m.isRound ? 'round' : m.type === 'video' && m.isAnimation ? 'gif' : m.type
    return { kind, waveform: m.waveform && Buffer.from(m.raw.attributes.find((a) => a.waveform).waveform), bytes: Buffer.from(await this.client.downloadAsBuffer(m)), message }
  }

  close = () => this.client.destroy()

  /** The same device after it was away. */
  async reopen() {
    const again = await Device.open(this.server, this.transport, { storage: this.storage })
    await again.client.call({ _: 'users.getUsers', id: [{ _: 'inputUserSelf' }] })
    await again.listen()
    return again
  }
}

/** Media by their kind. */
const media = {
  photo: (file, caption) => InputMedia.photo(file, { caption }),
  document: (file, caption) => InputMedia.document(file, { caption, fileName: 'file.bin', fileMime: 'application/octet-stream' }),
  voice: (file, caption) => InputMedia.voice(file, { caption, duration: 3, waveform, fileMime: 'audio/ogg' }),
  music: (file, caption) => InputMedia.audio(file, { caption, duration: 60, title: 'Song', performer: 'Band', fileName: 'a.mp3', fileMime: 'audio/mpeg' }),
  video: (file, caption) => InputMedia.video(file, { caption, duration: 5, width: 640, height: 360, supportsStreaming: true, fileMime: 'video/mp4' }),
  round: (file, caption) => InputMedia.video(file, { caption, duration: 5, width: 240, height: 240, isRound: true, fileMime: 'video/mp4' }),
  gif: (file, caption) => InputMedia.video(file, { caption, duration: 2, width: 320, height: 200, isAnimated: true, fileMime: 'video/mp4' }),
}

const user = (peer) => (peer?._ === 'peerUser' ? peer.userId : undefined)

/** Updates that the tests look at, in the form of all libraries. */
const told = {
  updateNewMessage: ({ message: m }) => m._ === 'message' && { kind: 'message', ...message(m) },
  updateNewChannelMessage: ({ message: m }) => m._ === 'message' && { kind: 'post', ...message(m) },
  updateEditMessage: ({ message: m }) => ({ kind: 'edit', ...message(m) }),
  updateDeleteMessages: (u) => ({ kind: 'delete', ids: u.messages }),
  updateReadHistoryOutbox: (u) => ({ kind: 'readOutbox', peer: user(u.peer), maxId: u.maxId }),
  updateReadHistoryInbox: (u) => ({ kind: 'readInbox', peer: user(u.peer), maxId: u.maxId, unread: u.stillUnreadCount }),
  updateUserTyping: (u) => ({ kind: 'typing', user: u.userId }),
  updateDraftMessage: (u) => ({ kind: 'draft', peer: user(u.peer), text: u.draft.message ?? '' }),
}

function message(m) {
  return {
    id: m.id, text: m.message, out: Boolean(m.out), peer: user(m.peerId),
    replyTo: m.replyTo?.replyToMsgId, forwardFrom: user(m.fwdFrom?.fromId),
  }
}
