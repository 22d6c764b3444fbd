import { Long, type tl } from '@mtcute/core';
import type { SentCode } from '../../api/auth.ts';
import type { Birthday, DatedPhoto, OwnProfile } from '../../api/settings.ts';
import type { PeerKey } from '../../api/types.ts';
import type { Account } from '../account.ts';
import { uploadFile } from '../media/upload.ts';
import { proofOf } from '../password.ts';
import { sentCodeOf } from '../sent-code.ts';
import { idOf, userKey } from '../shape/key.ts';
import { shapePhoto } from '../shape/picture.ts';
import type { Calls } from './calls.ts';

const self: tl.TypeInputUser = { _: 'inputUserSelf' };

/** The user's own profile. */
export const profile = {
	async own(account: Account): Promise<OwnProfile> {
		const answer = await account.call({ _: 'users.getFullUser', id: self });
		account.take(answer);
		const user = answer.users.find((one) => one._ === 'user' && one.self);
		const { about = '', birthday } = answer.fullUser;
		const profile: OwnProfile = {
			peer: account.self,
			firstName: '',
			lastName: '',
			about,
			username: '',
			phone: '',
			birthday,
		};
		if (user?._ !== 'user') return profile;
		return { ...profile, ...namesOf(user), peer: userKey(user.id) };
	},

	async update(account: Account, change: { firstName: string; lastName: string; about: string }): Promise<void> {
		const user = await account.call({ _: 'account.updateProfile', ...change });
		account.take({ users: [user], chats: [] });
	},

	/** Rejects with USERNAME_INVALID when it has not the form of one. */
	async isUsernameFree(account: Account, username: string): Promise<boolean> {
		return account.call({ _: 'account.checkUsername', username });
	},

	/** Empty: none any more. */
	async setUsername(account: Account, username: string): Promise<void> {
		const user = await account.call({ _: 'account.updateUsername', username });
		account.take({ users: [user], chats: [] });
	},

	async setPhoto(account: Account, photo: Blob): Promise<void> {
		const file = await uploadFile(account, photo, { name: 'photo.jpg' });
		const answer = await account.call({ _: 'photos.uploadProfilePhoto', file });
		account.take({ users: answer.users, chats: [] });
		await refresh(account);
	},

	/** The photos of a person, group or channel, newest first. Of groups and channels only the present one is known. */
	async photos(account: Account, peer: PeerKey): Promise<DatedPhoto[]> {
		const photos = await (peer.startsWith('u') ? photosOf(account, peer) : chatPhotos(account, peer));
		return photos.flatMap((photo) => (photo._ === 'photo' ? datedPhoto(photo) : []));
	},

	async removePhoto(account: Account): Promise<void> {
		const answer = await account.call({ _: 'photos.updateProfilePhoto', id: { _: 'inputPhotoEmpty' } });
		account.take({ users: answer.users, chats: [] });
		await refresh(account);
	},

	async setBirthday(account: Account, birthday: Birthday | undefined): Promise<void> {
		const value: tl.RawBirthday | undefined = birthday && { _: 'birthday', ...birthday };
		await account.call({ _: 'account.updateBirthday', birthday: value });
	},

	async sendPhoneCode(account: Account, phone: string): Promise<SentCode> {
		const settings: tl.RawCodeSettings = { _: 'codeSettings' };
		return sentCodeOf(await account.call({ _: 'account.sendChangePhoneCode', phoneNumber: phone, settings }));
	},

	async changePhone(account: Account, phone: string, hash: string, code: string): Promise<void> {
		const request: tl.account.RawChangePhoneRequest = {
			_: 'account.changePhone',
			phoneNumber: phone,
			phoneCodeHash: hash,
			phoneCode: code,
		};
		account.take({ users: [await account.call(request)], chats: [] });
	},

	/** Deletes the account with all that belongs to it, for ever. */
	async deleteAccount(account: Account, password: string): Promise<void> {
		const challenge = await account.call({ _: 'account.getPassword' });
		const proof = challenge.hasPassword ? await proofOf(account, challenge, password) : undefined;
		await account.call({ _: 'account.deleteAccount', reason: '', password: proof });
		await account.leave('here');
	},
} satisfies Calls;

async function photosOf(account: Account, peer: PeerKey): Promise<tl.TypePhoto[]> {
	const userId = account.inputUser(peer);
	const answer = await account.call({ _: 'photos.getUserPhotos', userId, offset: 0, maxId: Long.ZERO, limit: 100 });
	account.take({ users: answer.users, chats: [] });
	return answer.photos;
}

async function chatPhotos(account: Account, peer: PeerKey): Promise<tl.TypePhoto[]> {
	const answer = await (peer.startsWith('c')
		? account.call({ _: 'channels.getFullChannel', channel: account.inputChannel(peer) })
		: account.call({ _: 'messages.getFullChat', chatId: idOf(peer) }));
	account.take(answer);
	return answer.fullChat.chatPhoto ? [answer.fullChat.chatPhoto] : [];
}

function datedPhoto(photo: tl.RawPhoto): DatedPhoto {
	return { id: photo.id.toString(), date: photo.date, picture: shapePhoto(photo, { kind: 'none' }) };
}

async function refresh(account: Account): Promise<void> {
	account.take({ users: await account.call({ _: 'users.getUsers', id: [self] }), chats: [] });
}

function namesOf(user: tl.RawUser) {
	return {
		firstName: user.firstName ?? '',
		lastName: user.lastName ?? '',
		username: user.username ?? user.usernames?.find((one) => one.editable)?.username ?? '',
		phone: user.phone ?? '',
	};
}
