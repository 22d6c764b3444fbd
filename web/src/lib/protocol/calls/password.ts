import type { PasswordReset, PasswordState } from '../../api/settings.ts';
import type { Account } from '../account.ts';
import { newPassword, noPassword, proofOf } from '../password.ts';
import type { Calls } from './calls.ts';

/** The second password of the account. Spec: https://core.telegram.org/api/srp */
export const password = {
	async state(account: Account): Promise<PasswordState> {
		const answer = await account.call({ _: 'account.getPassword' });
		return {
			isSet: answer.hasPassword ?? false,
			hint: answer.hint ?? '',
			hasRecovery: answer.hasRecovery ?? false,
			unconfirmedEmail: answer.emailUnconfirmedPattern,
			loginEmail: answer.loginEmailPattern,
			resetAt: answer.pendingResetDate,
		};
	},

	/** Whether this is the password. Rejects with PASSWORD_HASH_INVALID when it is not. Returns the recovery address. */
	async check(account: Account, current: string): Promise<string> {
		const proof = await prove(account, current);
		return (await account.call({ _: 'account.getPasswordSettings', password: proof })).email ?? '';
	},

	/** Sets or changes it. `email` undefined leaves the address; a new one is to be confirmed: EMAIL_UNCONFIRMED. */
	async set(
		account: Account,
		current: string,
		next: { password: string; hint: string; email?: string },
	): Promise<void> {
		const newSettings = await newPassword(account, next.password, next.hint, next.email);
		await account.call({ _: 'account.updatePasswordSettings', password: await prove(account, current), newSettings });
	},

	async setEmail(account: Account, current: string, email: string): Promise<void> {
		const newSettings = { _: 'account.passwordInputSettings', email } as const;
		await account.call({ _: 'account.updatePasswordSettings', password: await prove(account, current), newSettings });
	},

	async remove(account: Account, current: string): Promise<void> {
		const proof = await prove(account, current);
		await account.call({ _: 'account.updatePasswordSettings', password: proof, newSettings: noPassword });
	},

	async confirmEmail(account: Account, code: string): Promise<void> {
		await account.call({ _: 'account.confirmPasswordEmail', code });
	},

	async resendEmail(account: Account): Promise<void> {
		await account.call({ _: 'account.resendPasswordEmail' });
	},

	async cancelEmail(account: Account): Promise<void> {
		await account.call({ _: 'account.cancelPasswordEmail' });
	},

	/** For who has forgotten it and has no address: it takes days, and any device can stop it. */
	async reset(account: Account): Promise<PasswordReset> {
		const answer = await account.call({ _: 'account.resetPassword' });
		if (answer._ === 'account.resetPasswordOk') return { kind: 'done' };
		if (answer._ === 'account.resetPasswordRequestedWait') return { kind: 'at', time: answer.untilDate };
		return { kind: 'too-early', time: answer.retryDate };
	},

	async stopReset(account: Account): Promise<void> {
		await account.call({ _: 'account.declinePasswordReset' });
	},

	/** Changes the address that gets login codes; returns where the code went. */
	async sendLoginEmailCode(account: Account, email: string): Promise<{ email: string; length: number }> {
		const purpose = { _: 'emailVerifyPurposeLoginChange' } as const;
		const answer = await account.call({ _: 'account.sendVerifyEmailCode', purpose, email });
		return { email: answer.emailPattern, length: answer.length };
	},

	async verifyLoginEmail(account: Account, code: string): Promise<void> {
		const purpose = { _: 'emailVerifyPurposeLoginChange' } as const;
		await account.call({ _: 'account.verifyEmail', purpose, verification: { _: 'emailVerificationCode', code } });
	},
} satisfies Calls;

async function prove(account: Account, current: string) {
	return proofOf(account, await account.call({ _: 'account.getPassword' }), current);
}
