import type { tl } from '@mtcute/core';

import { ApiError } from '../../api/failure.ts';
import {
	fileChunk,
	Md5,
	SecretError,
	type ChatUpdate,
	type DhConfig,
	type FilePlace,
	type Packet,
	type PacketFile,
	type Receipt,
	type SecretErrorKind,
	type SecretPeer,
	type Transport,
	type Upload,
} from '../../secret/index.ts';
import type { Account } from '../account.ts';
import { toLong } from './longs.ts';
import { chatUpdateOf, placeOf } from './wire.ts';

/** Which answers of the server mean what to the secret layer. Others with 400 and 403 are final. */
const refusals: Record<string, SecretErrorKind> = {
	ENCRYPTION_DECLINED: 'gone',
	ENCRYPTION_ID_INVALID: 'gone',
	CHAT_ID_INVALID: 'gone',
	ENCRYPTION_ALREADY_DECLINED: 'gone',
	ENCRYPTION_ALREADY_ACCEPTED: 'already-accepted',
};

/** From this size on a file goes in big parts, whose sum is not compared. Bytes. */
const bigFile = 10 << 20;

/** Hears of each encrypted part that is up, and how far the upload is in bytes. It may throw to end it. */
export type OnUpload = (part: Uint8Array, done: number, total: number) => void;

/** Carries the secret chats of an account by the methods of the API. */
export class ServerTransport implements Transport {
	readonly #account: Pick<Account, 'call' | 'inputUser'>;
	/** Hears of the upload that is under way. */
	onUpload: OnUpload = () => undefined;

	constructor(account: Pick<Account, 'call' | 'inputUser'>) {
		this.#account = account;
	}

	async #call<T extends tl.RpcMethod>(request: T, options?: CallOptions): Promise<tl.RpcCallReturn[T['_']]> {
		try {
			return await this.#account.call(request, options);
		} catch (error) {
			throw translate(error);
		}
	}

	async dhConfig(version: number): Promise<DhConfig> {
		const answer = await this.#call({ _: 'messages.getDhConfig', version, randomLength: 256 });
		if (answer._ === 'messages.dhConfigNotModified') return { version, g: 0, random: answer.random };
		return { version: answer.version, g: answer.g, p: answer.p, random: answer.random };
	}

	async request(partner: number, randomId: number, gA: Uint8Array): Promise<ChatUpdate> {
		const userId = this.#account.inputUser(`u${partner}`);
		return chatUpdateOf(await this.#call({ _: 'messages.requestEncryption', userId, randomId, gA }));
	}

	async accept(peer: SecretPeer, gB: Uint8Array, fingerprint: bigint): Promise<ChatUpdate> {
		const keyFingerprint = toLong(fingerprint);
		const request = { _: 'messages.acceptEncryption', peer: inputOf(peer), gB, keyFingerprint } as const;
		return chatUpdateOf(await this.#call(request));
	}

	async discard(chatId: number, deleteHistory: boolean) {
		await this.#call({ _: 'messages.discardEncryption', chatId, deleteHistory });
	}

	async send(to: SecretPeer, packet: Packet): Promise<Receipt> {
		const peer = inputOf(to);
		const { data, isSilent: silent } = packet;
		const common = { peer, randomId: toLong(packet.randomId), data };
		const answer = await this.#call(
			packet.file
				? { _: 'messages.sendEncryptedFile', ...common, silent, file: inputFileOf(packet.file) }
				: packet.isService
					? { _: 'messages.sendEncryptedService', ...common }
					: { _: 'messages.sendEncrypted', ...common, silent },
		);
		const place = answer._ === 'messages.sentEncryptedFile' ? placeOf(answer.file) : undefined;
		return place ? { date: answer.date, place } : { date: answer.date };
	}

	async markRead(peer: SecretPeer, maxDate: number) {
		await this.#call({ _: 'messages.readEncryptedHistory', peer: inputOf(peer), maxDate });
	}

	async setTyping(peer: SecretPeer, typing: boolean) {
		await this.#call({ _: 'messages.setEncryptedTyping', peer: inputOf(peer), typing });
	}

	async upload(parts: AsyncIterable<Uint8Array>, size: number): Promise<Upload> {
		const id = crypto.getRandomValues(new BigInt64Array(1))[0] ?? 0n;
		const upload: Upload = { id, parts: Math.ceil(size / fileChunk), md5: '', isBig: size > bigFile };
		const sum = new Md5();
		let index = 0;
		for await (const bytes of parts) {
			await this.#savePart(upload, index++, bytes);
			sum.update(bytes);
			this.onUpload(bytes, Math.min(index * fileChunk, size), size);
		}
		return upload.isBig ? upload : { ...upload, md5: hex(sum.digest()) };
	}

	async #savePart(upload: Upload, filePart: number, bytes: Uint8Array) {
		const part = { fileId: toLong(upload.id), filePart, bytes };
		if (upload.isBig) {
			const request = { _: 'upload.saveBigFilePart', ...part, fileTotalParts: upload.parts } as const;
			await this.#call(request, { kind: 'upload' });
		} else {
			await this.#call({ _: 'upload.saveFilePart', ...part });
		}
	}

	async download(place: FilePlace, offset: number, limit: number): Promise<Uint8Array> {
		const location = {
			_: 'inputEncryptedFileLocation',
			id: toLong(place.id),
			accessHash: toLong(place.accessHash),
		} as const;
		const answer = await this.#call({ _: 'upload.getFile', location, offset, limit }, { kind: 'download' });
		if (answer._ !== 'upload.file') throw new SecretError('file', 'the file is elsewhere');
		return answer.bytes;
	}
}

interface CallOptions {
	kind: 'upload' | 'download';
}

function translate(error: unknown): unknown {
	if (!(error instanceof ApiError)) return error;
	const isFinal = error.code === 400 || error.code === 403;
	const kind = refusals[error.text] ?? (isFinal ? 'refused' : undefined);
	return kind ? new SecretError(kind, error.text, { cause: error }) : error;
}

function inputOf(peer: SecretPeer): tl.TypeInputEncryptedChat {
	return { _: 'inputEncryptedChat', chatId: peer.chat, accessHash: toLong(peer.accessHash) };
}

function inputFileOf({ place, upload, fingerprint }: PacketFile): tl.TypeInputEncryptedFile {
	if (place) {
		return { _: 'inputEncryptedFile', id: toLong(place.id), accessHash: toLong(place.accessHash) };
	}
	if (!upload) return { _: 'inputEncryptedFileEmpty' };
	const parts = { id: toLong(upload.id), parts: upload.parts, keyFingerprint: fingerprint };
	return upload.isBig
		? { _: 'inputEncryptedFileBigUploaded', ...parts }
		: { _: 'inputEncryptedFileUploaded', ...parts, md5Checksum: upload.md5 };
}

function hex(bytes: Uint8Array): string {
	return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
