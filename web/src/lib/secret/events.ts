import type { Chat, Message, Typing } from './types.ts';

/**
 * What happened in a chat.
 * - `chat`: it is new, or in another phase, or its timer or layer changed.
 * - `added`: the message is new in the history. `changed`: it has another status, or its countdown began.
 * - `removed`: the messages are gone: deleted, or their time was over.
 * - `typing`: the other side is doing it.
 * - `key`: the chat has a new key. `exchange-aborted`: a change of keys did not come about; `error` says why if this side
 *   ended it.
 * - `dropped`: something that came in was not taken. `outdated`: the other side speaks a layer that this program lacks.
 * - `broken`: the other side, or the server, broke the protocol, and the chat was ended.
 */
export type ClientEvent = { chat: Chat } & EventBody;

export type EventBody =
	| { kind: 'chat' | 'key' | 'outdated' }
	| { kind: 'added' | 'changed'; message: Message }
	| { kind: 'removed'; messages: { id: bigint; order: number }[] }
	| { kind: 'typing'; typing: Typing }
	| { kind: 'exchange-aborted'; error?: unknown }
	| { kind: 'dropped' | 'broken'; error: unknown };
