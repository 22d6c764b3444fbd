// Groups, channels and what people do there, with the words of each library.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import bigInt from 'big-integer'
import { InputMedia } from '@mtcute/core'
import { Api } from 'telegram'
import { gramjsTCP } from './lib/gramjs.js'
import { mtcuteTCP } from './lib/mtcute.js'
import { Server } from './lib/server.js'
import { refuses, twoPeople } from './lib/suite.js'

/** Waits until `check` returns something that is true. */
async function eventually(check, what, ms = 30000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((r) => setTimeout(r, 50))) {
    const found = await check()
    if (found) return found
  }
  assert.fail(`${what} did not happen`)
}

/** A link as the libraries know it: ours stand under our own host name. */
const known = (link) => `https://t.me/+${link.slice(link.search(/[^+/]+$/))}`

describe('communities: mtcute', { timeout: 180_000 }, () => {
  let server, people, anna, bent, second, heard
  before(async () => {
    server = await Server.start()
    people = await twoPeople(server, mtcuteTCP, mtcuteTCP)
    anna = people.anna[0].client
    second = people.anna[1].client
    bent = people.bent[0].client
    heard = []
    bent.onNewMessage.add((m) => heard.push(m))
  })
  after(async () => {
    await people?.close()
    await server?.stop()
  })

  const hears = (text) => eventually(() => heard.find((m) => m.text === text), `a message ${text}`)

  /** A supergroup of both, as Anna and as Bent name it. */
  async function supergroup(title) {
    const chat = await anna.createSupergroup({ title, description: `about ${title}` })
    await anna.addChatMembers(chat.id, [people.bentId], {})
    await eventually(async () => {
      for await (const d of bent.iterDialogs()) if (d.peer.id === chat.id) return true
    }, 'a dialog')
    return chat.id
  }

  test('a basic group: talk, title, members, leaving', async () => {
    const { chat } = await anna.createGroup({ title: 'Friends', users: [people.bentId] })
    await anna.sendText(chat.id, 'hello group')
    assert.equal((await hears('hello group')).chat.id, chat.id)
    await anna.setChatTitle(chat.id, 'Old friends')
    await eventually(async () => (await bent.getChat(chat.id)).title === 'Old friends', 'a new title')
    assert.equal((await bent.getChatMembers(chat.id)).length, 2)
    assert.ok((await bent.getCommonChats(people.annaId)).some((c) => c.id === chat.id))
    await bent.leaveChat(chat.id)
    await eventually(async () => (await anna.getChatMembers(chat.id)).length === 1, 'his leaving')
  })

  test('a supergroup: talk on all devices, reading, edits, deletion', async () => {
    const id = await supergroup('Hikers')
    const sent = await anna.sendText(id, 'to the hut')
    const copy = await hears('to the hut')
    assert.equal(copy.id, sent.id)
    await bent.readHistory(id, { maxId: copy.id })
    await anna.editMessage({ chatId: id, message: sent.id, text: 'to the other hut' })
    await eventually(async () => (await bent.getMessages(id, [sent.id]))[0]?.text === 'to the other hut', 'an edit')
    await anna.deleteMessagesById(id, [sent.id], { revoke: true })
    await eventually(async () => !(await bent.getMessages(id, [sent.id]))[0], 'a deletion')
    assert.equal((await bent.getFullChat(id)).bio, 'about Hikers')
  })

  test('members, admins, bans and permissions', async () => {
    const id = await supergroup('Ruled')
    await anna.editAdminRights({ chatId: id, userId: people.bentId, rights: { changeInfo: true, pinMessages: true }, rank: 'keeper' })
    const admins = await anna.getChatMembers(id, { type: 'admins' })
    assert.deepEqual(admins.map((m) => m.user.id).sort(), [people.annaId, people.bentId].sort())
    await anna.editAdminRights({ chatId: id, userId: people.bentId, rights: {} })
    await anna.restrictChatMember({ chatId: id, userId: people.bentId, restrictions: { sendMessages: true } })
    await refuses(people.bent[0], bent.sendText(id, 'may I?'), /FORBIDDEN|BANNED/)
    await anna.restrictChatMember({ chatId: id, userId: people.bentId, restrictions: {} })
    await bent.sendText(id, 'thank you')
    await anna.setChatDefaultPermissions(id, { sendPolls: true })
    await anna.setSlowMode(id, 60)
    await anna.banChatMember({ chatId: id, participantId: people.bentId })
    await refuses(people.bent[0], bent.sendText(id, 'still?'), /CHANNEL_PRIVATE|BANNED|FORBIDDEN/)
    await anna.unbanChatMember({ chatId: id, participantId: people.bentId })
    assert.ok((await anna.getChatEventLog(id)).length >= 4)
  })

  test('invite links and requests to join', async () => {
    const { id } = await anna.createSupergroup({ title: 'By link' })
    const link = await anna.createInviteLink(id, { usageLimit: 5 })
    assert.equal((await bent.getChatPreview(known(link.link))).title, 'By link')
    await bent.joinChat(known(link.link))
    assert.equal((await anna.getInviteLinkMembers(id, { link })).length, 1)
    await anna.revokeInviteLink(id, link)
    const { id: closed } = await anna.createSupergroup({ title: 'On request' })
    const request = await anna.createInviteLink(closed, { withApproval: true })
    await bent.joinChat(known(request.link)).catch((e) => assert.match(e.text, /INVITE_REQUEST_SENT/))
    await eventually(async () => (await anna.getInviteLinkMembers(closed, { requested: true })).length === 1, 'a request')
    await anna.hideJoinRequest({ chatId: closed, user: people.bentId, action: 'approve' })
    await eventually(async () => (await anna.getChatMembers(closed)).length === 2, 'his joining')
  })

  test('a channel with comments', async () => {
    const { id: news } = await anna.createChannel({ title: 'News' })
    const { id: group } = await anna.createSupergroup({ title: 'Comments' })
    await anna.setChatUsername(news, `news_${people.annaId}`)
    await anna.call({ _: 'channels.setDiscussionGroup', broadcast: await anna.resolveChannel(news), group: await anna.resolveChannel(group) })
    await bent.joinChat(`news_${people.annaId}`)
    const post = await anna.sendText(news, 'what do you think?')
    await hears('what do you think?')
    const root = await eventually(() => bent.getDiscussionMessage({ chatId: news, message: post.id }), 'a copy in the group')
    assert.equal(root.chat.id, group)
    await bent.joinChat(group)
    await bent.replyText(root, 'a fine thing')
    await eventually(async () => (await anna.getHistory(group)).some((m) => m.text === 'a fine thing'), 'a comment')
  })

  test('reactions, pins, polls and lists', async () => {
    const id = await supergroup('Lively')
    const sent = await anna.sendText(id, 'react to me')
    await hears('react to me')
    await bent.sendReaction({ chatId: id, message: sent.id, emoji: '👍' })
    const [reactions] = await anna.getMessageReactionsById(id, [sent.id])
    assert.equal(reactions.reactions[0].count, 1)
    await anna.readReactions(id)
    await anna.pinMessage({ chatId: id, message: sent.id })
    await eventually(async () => (await bent.searchMessages({ chatId: id, filter: { _: 'inputMessagesFilterPinned' } })).length === 1, 'a pin')
    await anna.unpinAllMessages(id)
    const poll = await anna.sendMedia(id, InputMedia.poll({ question: 'Where?', answers: ['north', 'south'] }))
    const voted = await bent.sendVote({ chatId: id, message: poll.id, options: 1 })
    assert.equal(voted.voters, 1)
    await anna.closePoll({ chatId: id, message: poll.id })
    await anna.sendMedia(id, InputMedia.dice('🎲', {}))
    await anna.sendMedia(id, InputMedia.geo(60.39, 5.32))
  })

  test('topics', async () => {
    const { id } = await anna.createSupergroup({ title: 'Forum', forum: true })
    const topic = await anna.createForumTopic({ chatId: id, title: 'Ski' })
    await anna.sendText(id, 'about skis', { replyTo: topic.id })
    const topics = await anna.getForumTopics(id)
    assert.ok(topics.some((t) => t.title === 'Ski'))
    await anna.toggleForumTopicClosed({ chatId: id, topicId: topic.id, closed: true })
    await anna.toggleForumTopicPinned({ chatId: id, topicId: topic.id, pinned: true })
  })

  test('scheduled messages, folders, search', async () => {
    const id = await supergroup('Planned')
    const planned = await anna.sendText(id, 'later', { schedule: new Date(Date.now() + 3_600_000) })
    assert.equal((await anna.getAllScheduledMessages(id)).length, 1)
    await anna.sendScheduled(id, [planned.id])
    await hears('later')
    const folder = await anna.createFolder({ title: { _: 'textWithEntities', text: 'Mine', entities: [] }, includePeers: [await anna.resolvePeer(id)] })
    assert.ok((await second.getFolders()).filters.some((f) => f.id === folder.id))
    await anna.sendText(id, 'a rare zebra')
    await hears('a rare zebra')
    assert.equal((await bent.searchMessages({ chatId: id, query: 'zebra' })).length, 1)
    assert.equal((await bent.searchGlobal({ query: 'zebra' })).length, 1)
    await anna.archiveChats(id)
    await anna.setMyBirthday({ day: 17, month: 5 })
  })

  test('a device that was away is told everything', async () => {
    const id = await supergroup('Away')
    await anna.sendText(id, 'before') // of a channel that it has heard nothing of, mtcute asks for nothing
    await people.bent[1].events.next('post', (m) => m.text === 'before')
    await people.bent[1].close()
    for (let i = 0; i < 30; i++) await anna.sendText(id, `missed ${i}`)
    const again = await people.bent[1].reopen()
    people.bent[1] = again
    await again.events.next('post', (m) => m.text === 'missed 29')
    const history = await again.history(id, 50)
    assert.equal(history.filter((m) => m.text.startsWith('missed')).length, 30)
  })
})

describe('communities: GramJS', { timeout: 180_000 }, () => {
  let server, people, anna, bent
  before(async () => {
    server = await Server.start()
    people = await twoPeople(server, gramjsTCP, gramjsTCP)
    anna = people.anna[0].client
    bent = people.bent[0].client
  })
  after(async () => {
    await people?.close()
    await server?.stop()
  })

  /** A supergroup or channel of both, as Anna and as Bent have it. */
  async function channel(title, megagroup = true) {
    const made = await anna.invoke(new Api.channels.CreateChannel({ title, about: `about ${title}`, megagroup, broadcast: !megagroup }))
    const mine = made.chats[0]
    await anna.invoke(new Api.channels.InviteToChannel({ channel: mine, users: [people.bentId] }))
    const theirs = await eventually(async () => (await bent.getDialogs({})).find((d) => d.title === title)?.entity, 'a dialog')
    return { mine, theirs }
  }

  test('a basic group grows into a supergroup', async () => {
    const made = await anna.invoke(new Api.messages.CreateChat({ users: [people.bentId], title: 'Friends' }))
    const [chat] = (made.updates ?? made).chats
    await anna.sendMessage(chat, { message: 'hello group' })
    await people.bent[0].events.next('message', (m) => m.text === 'hello group')
    await anna.invoke(new Api.messages.EditChatTitle({ chatId: chat.id, title: 'Old friends' }))
    const moved = await anna.invoke(new Api.messages.MigrateChat({ chatId: chat.id }))
    assert.ok(moved.chats.some((c) => c instanceof Api.Channel && c.title === 'Old friends'))
  })

  test('a supergroup: talk, members, pins, reactions', async () => {
    const { mine, theirs } = await channel('Hikers')
    const sent = await anna.sendMessage(mine, { message: 'to the hut' })
    await eventually(async () => (await bent.getMessages(theirs, { limit: 5 })).some((m) => m.message === 'to the hut'), 'a message')
    assert.equal((await anna.getParticipants(mine, {})).length, 2)
    assert.equal((await anna.getParticipants(mine, { search: 'Ben' })).length, 1)
    await anna.pinMessage(mine, sent.id, { notify: true })
    await bent.invoke(new Api.messages.SendReaction({ peer: theirs, msgId: sent.id, reaction: [new Api.ReactionEmoji({ emoticon: '👍' })] }))
    const [message] = await anna.getMessages(mine, { ids: [sent.id] })
    assert.equal(message.reactions.results[0].count, 1)
    assert.equal(message.pinned, true)
    const full = await bent.invoke(new Api.channels.GetFullChannel({ channel: theirs }))
    assert.deepEqual([full.fullChat.about, full.fullChat.participantsCount], ['about Hikers', 2])
    await anna.kickParticipant(mine, people.bentId)
    await eventually(async () => (await anna.getParticipants(mine, {})).length === 1, 'his leaving')
  })

  test('a channel: posts, rights, a name, the difference', async () => {
    const { mine, theirs } = await channel('News', false)
    await refuses(people.bent[0], bent.sendMessage(theirs, { message: 'mine' }), /^CHAT_ADMIN_REQUIRED$/)
    const { fullChat } = await bent.invoke(new Api.channels.GetFullChannel({ channel: theirs }))
    for (let i = 0; i < 5; i++) await anna.sendMessage(mine, { message: `post ${i}` })
    const d = await bent.invoke(new Api.updates.GetChannelDifference({
      channel: theirs, filter: new Api.ChannelMessagesFilterEmpty(), pts: fullChat.pts, limit: 100,
    }))
    assert.deepEqual(d.newMessages.map((m) => m.message), [0, 1, 2, 3, 4].map((i) => `post ${i}`))
    assert.ok(d.newMessages.every((m) => m.post))
    await anna.invoke(new Api.channels.UpdateUsername({ channel: mine, username: `gram_${people.annaId}` }))
    const found = await bent.getEntity(`gram_${people.annaId}`)
    assert.equal(String(found.id), String(mine.id))
    await anna.invoke(new Api.channels.EditAdmin({
      channel: mine, userId: people.bentId, rank: '', adminRights: new Api.ChatAdminRights({ postMessages: true }),
    }))
    await bent.sendMessage(theirs, { message: 'as an editor' })
    const left = await bent.invoke(new Api.channels.LeaveChannel({ channel: theirs }))
    assert.ok(left)
  })

  test('polls, schedules, folders and links', async () => {
    const { mine, theirs } = await channel('Busy')
    const text = (t) => new Api.TextWithEntities({ text: t, entities: [] })
    const answers = ['a', 'b'].map((t, i) => new Api.PollAnswer({ text: text(t), option: Buffer.from([i]) }))
    const media = new Api.InputMediaPoll({ poll: new Api.Poll({ id: bigInt(1), question: text('Why?'), answers }) })
    const poll = await anna.sendMessage(mine, { file: media }).catch(async () => {
      const sent = await anna.invoke(new Api.messages.SendMedia({ peer: mine, media, message: '', randomId: bigInt(Date.now()) }))
      return sent.updates.find((u) => u instanceof Api.UpdateNewChannelMessage).message
    })
    const voted = await bent.invoke(new Api.messages.SendVote({ peer: theirs, msgId: poll.id, options: [Buffer.from([0])] }))
    assert.ok(voted.updates.some((u) => u instanceof Api.UpdateMessagePoll && u.results.totalVoters === 1))
    await anna.sendMessage(mine, { message: 'later', schedule: Math.floor(Date.now() / 1000) + 3600 })
    const planned = await anna.invoke(new Api.messages.GetScheduledHistory({ peer: mine, hash: bigInt(0) }))
    assert.equal(planned.messages.length, 1)
    const link = await anna.invoke(new Api.messages.ExportChatInvite({ peer: mine }))
    const hash = link.link.slice(link.link.search(/[^+/]+$/))
    assert.ok(await bent.invoke(new Api.messages.CheckChatInvite({ hash })))
    const filter = new Api.DialogFilter({ id: 2, title: text('Mine'), pinnedPeers: [], includePeers: [await anna.getInputEntity(mine)], excludePeers: [] })
    assert.ok(await anna.invoke(new Api.messages.UpdateDialogFilter({ id: 2, filter })))
    const found = await bent.invoke(new Api.messages.Search({
      peer: theirs, q: 'nothing', filter: new Api.InputMessagesFilterEmpty(), minDate: 0, maxDate: 0, offsetId: 0, addOffset: 0, limit: 10, maxId: 0, minId: 0, hash: bigInt(0),
    }))
    assert.equal(found.messages.length, 0)
  })
})
