import { Long, type tl } from '@mtcute/core';
import type { Device, DeviceList } from '../../api/settings.ts';
import type { Account } from '../account.ts';
import type { Calls } from './calls.ts';

/** Where the account is signed in. */
export const devices = {
	async list(account: Account): Promise<DeviceList> {
		const answer = await account.call({ _: 'account.getAuthorizations' });
		return { devices: answer.authorizations.map(deviceOf), days: answer.authorizationTtlDays };
	},

	async end(account: Account, hash: string): Promise<void> {
		await account.call({ _: 'account.resetAuthorization', hash: Long.fromString(hash) });
	},

	async endOthers(account: Account): Promise<void> {
		await account.call({ _: 'auth.resetAuthorizations' });
	},

	/** Says that an unconfirmed device is the user's own. */
	async confirm(account: Account, hash: string): Promise<void> {
		await account.call({ _: 'account.changeAuthorizationSettings', hash: Long.fromString(hash), confirmed: true });
	},

	async setSecretChats(account: Account, hash: string, areTaken: boolean): Promise<void> {
		const encryptedRequestsDisabled = !areTaken;
		await account.call({
			_: 'account.changeAuthorizationSettings',
			hash: Long.fromString(hash),
			encryptedRequestsDisabled,
		});
	},

	async setDays(account: Account, days: number): Promise<void> {
		await account.call({ _: 'account.setAuthorizationTTL', authorizationTtlDays: days });
	},
} satisfies Calls;

function deviceOf(login: tl.RawAuthorization): Device {
	return {
		hash: login.hash.toString(),
		isCurrent: login.current ?? false,
		isPending: login.passwordPending ?? false,
		isUnconfirmed: login.unconfirmed ?? false,
		app: login.appName,
		version: login.appVersion,
		model: login.deviceModel,
		system: login.systemVersion,
		ip: login.ip,
		country: login.country,
		createdAt: login.dateCreated,
		activeAt: login.dateActive,
		takesSecretChats: !login.encryptedRequestsDisabled,
	};
}
