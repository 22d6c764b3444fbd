import type { tl } from '@mtcute/core';
import type { Country, Entry, PasswordChallenge, QrEntry, SentCode } from '../../api/auth.ts';
import { ApiError, isFailure } from '../../api/failure.ts';
import type { Account } from '../account.ts';
import { uploadFile } from '../media/upload.ts';
import { newPassword, proofOf } from '../password.ts';
import { codeOf } from '../sent-code.ts';
import type { Calls } from './calls.ts';

/** The server asks no client for credentials. */
const credentials = { apiId: 1, apiHash: 'hermod' };

/** Getting in. Spec: https://core.telegram.org/api/auth */
export const auth = {
	async sendCode(account: Account, phone: string): Promise<Entry> {
		const settings: tl.RawCodeSettings = { _: 'codeSettings' };
		return enterBy(account, await account.call({ _: 'auth.sendCode', phoneNumber: phone, settings, ...credentials }));
	},

	/** Sends it once more, by the next way if there is one. */
	async resendCode(account: Account, phone: string, hash: string): Promise<Entry> {
		return enterBy(account, await account.call({ _: 'auth.resendCode', phoneNumber: phone, phoneCodeHash: hash }));
	},

	async cancelCode(account: Account, phone: string, hash: string): Promise<void> {
		await account.call({ _: 'auth.cancelCode', phoneNumber: phone, phoneCodeHash: hash });
	},

	/** `way` says where the code came from: one from an e-mail is answered in another field. */
	async signIn(account: Account, phone: string, sent: Pick<SentCode, 'hash' | 'way'>, code: string): Promise<Entry> {
		const proof: Partial<tl.auth.RawSignInRequest> =
			sent.way === 'email' ? { emailVerification: { _: 'emailVerificationCode', code } } : { phoneCode: code };
		return enterOrAskPassword(account, () =>
			account.call({ _: 'auth.signIn', phoneNumber: phone, phoneCodeHash: sent.hash, ...proof }),
		);
	},

	/** The picture may fail to be taken; the account is there all the same. */
	async signUp(
		account: Account,
		phone: string,
		hash: string,
		name: { first: string; last: string },
		photo?: Blob,
	): Promise<Entry> {
		const entry = await enter(
			account,
			await account.call({
				_: 'auth.signUp',
				phoneNumber: phone,
				phoneCodeHash: hash,
				firstName: name.first,
				lastName: name.last,
			}),
		);
		if (photo) await setFirstPhoto(account, photo).catch((error) => console.warn('profile photo', error));
		return entry;
	},

	async passwordChallenge(account: Account): Promise<PasswordChallenge> {
		const password = await account.call({ _: 'account.getPassword' });
		return { hint: password.hint, hasRecovery: password.hasRecovery ?? false, resetAt: password.pendingResetDate };
	},

	async checkPassword(account: Account, password: string): Promise<Entry> {
		const challenge = await account.call({ _: 'account.getPassword' });
		return enter(
			account,
			await account.call({ _: 'auth.checkPassword', password: await proofOf(account, challenge, password) }),
		);
	},

	/** Sends a code to the recovery e-mail; returns where, with stars. */
	async requestRecovery(account: Account): Promise<string> {
		return (await account.call({ _: 'auth.requestPasswordRecovery' })).emailPattern;
	},

	async checkRecoveryCode(account: Account, code: string): Promise<boolean> {
		return account.call({ _: 'auth.checkRecoveryPassword', code });
	},

	/** Gets in with the code; the password is replaced by `next`, or taken away. */
	async recover(account: Account, code: string, next?: { password: string; hint: string }): Promise<Entry> {
		const newSettings = next && (await newPassword(account, next.password, next.hint));
		return enter(account, await account.call({ _: 'auth.recoverPassword', code, newSettings }));
	},

	/** Sends a code to the address that is to get login codes from now on. */
	async sendSetUpEmail(
		account: Account,
		phone: string,
		hash: string,
		email: string,
	): Promise<{ email: string; length: number }> {
		const answer = await account.call({ _: 'account.sendVerifyEmailCode', purpose: setUp(phone, hash), email });
		return { email: answer.emailPattern, length: answer.length };
	},

	async verifySetUpEmail(account: Account, phone: string, hash: string, code: string): Promise<Entry> {
		const verification: tl.RawEmailVerificationCode = { _: 'emailVerificationCode', code };
		const answer = await account.call({ _: 'account.verifyEmail', purpose: setUp(phone, hash), verification });
		if (answer._ !== 'account.emailVerifiedLogin') throw new ApiError({ text: 'INTERNAL', code: 0 });
		return enterBy(account, answer.sentCode);
	},

	async resetLoginEmail(account: Account, phone: string, hash: string): Promise<Entry> {
		return enterBy(account, await account.call({ _: 'auth.resetLoginEmail', phoneNumber: phone, phoneCodeHash: hash }));
	},

	/** A token for a QR code, or the way in when a device has scanned the last one. */
	async exportToken(account: Account): Promise<QrEntry> {
		try {
			const token = await account.call({ _: 'auth.exportLoginToken', exceptIds: [], ...credentials });
			if (token._ === 'auth.loginTokenSuccess') return await enterByQr(account, token.authorization);
			return { kind: 'token', link: linkOf(token.token), expires: 'expires' in token ? token.expires : 0 };
		} catch (error) {
			if (isFailure(error, 'SESSION_PASSWORD_NEEDED')) return { kind: 'password' };
			throw error;
		}
	},

	/** Resolves when a device has scanned the code, and at the latest after so many seconds. */
	waitForScan(account: Account, seconds: number): Promise<boolean> {
		return new Promise((resolve) => {
			const end = (isScanned: boolean) => {
				clearTimeout(timer);
				account.client.onServerUpdate.remove(look);
				resolve(isScanned);
			};
			const look = (updates: tl.TypeUpdates) => {
				if (isScan(updates)) end(true);
			};
			const timer = setTimeout(() => end(false), seconds * 1000);
			account.client.onServerUpdate.add(look);
		});
	},

	/** Lets the device in that shows this link (`tg://login?token=…`) as a QR code. Returns what it calls itself. */
	async acceptToken(account: Account, token: string): Promise<string> {
		const bytes = bytesOf(token);
		const login = await account.call({ _: 'auth.acceptLoginToken', token: bytes });
		return [login.appName, login.deviceModel].filter(Boolean).join(', ');
	},

	async countries(account: Account, language: string): Promise<{ here: string; countries: Country[] }> {
		const [near, list] = await Promise.all([
			account.call({ _: 'help.getNearestDc' }),
			account.call({ _: 'help.getCountriesList', langCode: language, hash: 0 }),
		]);
		if (list._ !== 'help.countriesList') return { here: near.country, countries: [] };
		return { here: near.country, countries: list.countries.filter((country) => !country.hidden).map(countryOf) };
	},
} satisfies Calls;

async function enter(account: Account, answer: tl.auth.TypeAuthorization): Promise<Entry> {
	if (answer._ === 'auth.authorizationSignUpRequired') return { kind: 'sign-up', terms: answer.termsOfService?.text };
	await account.enter(answer);
	return { kind: 'in' };
}

async function enterByQr(account: Account, answer: tl.auth.TypeAuthorization): Promise<QrEntry> {
	if (answer._ !== 'auth.authorization') throw new ApiError({ text: 'INTERNAL', code: 0 });
	await account.enter(answer);
	return { kind: 'in' };
}

async function enterBy(account: Account, sent: tl.auth.TypeSentCode): Promise<Entry> {
	if (sent._ === 'auth.sentCodeSuccess') return enter(account, sent.authorization);
	if (sent._ === 'auth.sentCode') return { kind: 'code', sent: codeOf(sent) };
	throw new ApiError({ text: 'SEND_CODE_UNAVAILABLE', code: 406 });
}

async function enterOrAskPassword(account: Account, ask: () => Promise<tl.auth.TypeAuthorization>): Promise<Entry> {
	try {
		return await enter(account, await ask());
	} catch (error) {
		if (isFailure(error, 'SESSION_PASSWORD_NEEDED')) return { kind: 'password' };
		throw error;
	}
}

function setUp(phone: string, hash: string): tl.TypeEmailVerifyPurpose {
	return { _: 'emailVerifyPurposeLoginSetup', phoneNumber: phone, phoneCodeHash: hash };
}

async function setFirstPhoto(account: Account, photo: Blob): Promise<void> {
	const file = await uploadFile(account, photo, { name: 'photo.jpg' });
	account.take({ ...(await account.call({ _: 'photos.uploadProfilePhoto', file })), chats: [] });
}

function isScan(updates: tl.TypeUpdates): boolean {
	if (updates._ === 'updateShort') return updates.update._ === 'updateLoginToken';
	return 'updates' in updates && updates.updates.some((update) => update._ === 'updateLoginToken');
}

/** Spec: https://core.telegram.org/api/qr-login#exporting-a-login-token */
function linkOf(token: Uint8Array): string {
	const text = btoa(String.fromCharCode(...token));
	return `tg://login?token=${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

function bytesOf(token: string): Uint8Array {
	try {
		const text = atob(token.replaceAll('-', '+').replaceAll('_', '/'));
		return Uint8Array.from(text, (char) => char.charCodeAt(0));
	} catch {
		throw new ApiError({ text: 'AUTH_TOKEN_INVALID', code: 400 });
	}
}

function countryOf(country: tl.help.RawCountry): Country {
	const codes = country.countryCodes.map(({ countryCode, prefixes, patterns }) => ({
		code: countryCode,
		prefixes: prefixes ?? [],
		patterns: patterns ?? [],
	}));
	return { iso: country.iso2, name: country.name ?? country.defaultName, codes };
}
