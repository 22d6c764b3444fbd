import type { tl } from '@mtcute/core';
import type { Account } from './account.ts';

/** The answer to the server's challenge: that this is the password, without sending it. Spec: https://core.telegram.org/api/srp */
export async function proofOf(
	account: Account,
	challenge: tl.account.RawPassword,
	password: string,
): Promise<tl.TypeInputCheckPasswordSRP> {
	if (!challenge.hasPassword) return { _: 'inputCheckPasswordEmpty' };
	return account.client.computeSrpParams(challenge, password);
}

/** Settings that make `password` the password. `email` undefined leaves the address for recovery as it is. */
export async function newPassword(
	account: Account,
	password: string,
	hint: string,
	email?: string,
): Promise<tl.account.RawPasswordInputSettings> {
	const { newAlgo } = await account.call({ _: 'account.getPassword' });
	// The library puts bytes of its own into the salt of the algorithm that it is given.
	const newPasswordHash = await account.client.computeNewPasswordHash(newAlgo, password);
	return { _: 'account.passwordInputSettings', newAlgo, newPasswordHash, hint, email };
}

/** Settings that take the password away. */
export const noPassword: tl.account.RawPasswordInputSettings = {
	_: 'account.passwordInputSettings',
	newAlgo: { _: 'passwordKdfAlgoUnknown' },
	newPasswordHash: new Uint8Array(),
	hint: '',
};
