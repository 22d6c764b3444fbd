import { beforeEach, expect, test, vi } from 'vitest';
import type { Entry, SentCode } from '../api/auth.ts';
import { ApiError } from '../api/failure.ts';
import { LoginStore } from './login.svelte.ts';

const sent: SentCode = { hash: 'h', way: 'sms', length: 5, timeout: 30 };
const code: Entry = { kind: 'code', sent };

/** The calls that a test gives; any other fails the test. */
function apiWith(calls: Record<string, (...args: never[]) => unknown>) {
	const asked = Object.entries(calls).map(([name, call]) => [name, async (...args: never[]) => call(...args)]);
	return { auth: Object.fromEntries(asked) } as unknown as ConstructorParameters<typeof LoginStore>[0];
}

function refuse(text: string, code = 400): never {
	throw new ApiError({ text, code });
}

let onIn: ReturnType<typeof vi.fn<() => void>>;
beforeEach(() => (onIn = vi.fn<() => void>()));

test('number, code, in', async () => {
	const login = new LoginStore(apiWith({ sendCode: () => code, signIn: () => ({ kind: 'in' }) }), onIn);
	await login.sendCode('+47 900 12 345');
	expect([login.step, login.phone]).toEqual(['code', '4790012345']);
	await login.checkCode('12345');
	expect(onIn).toHaveBeenCalledOnce();
});

test('a wrong code is told and can be tried again', async () => {
	const login = new LoginStore(apiWith({ sendCode: () => code, signIn: () => refuse('PHONE_CODE_INVALID') }), onIn);
	await login.sendCode('1');
	expect(await login.checkCode('00000')).toBe(false);
	expect([login.step, login.failure?.text, login.isBusy]).toEqual(['code', 'PHONE_CODE_INVALID', false]);
});

test('a code that is too old leads back to the number', async () => {
	const login = new LoginStore(apiWith({ sendCode: () => code, signIn: () => refuse('PHONE_CODE_EXPIRED') }), onIn);
	await login.sendCode('1');
	await login.checkCode('00000');
	expect([login.step, login.failure?.text]).toEqual(['phone', 'PHONE_CODE_EXPIRED']);
});

test('an account with a password asks for it, and lets in by recovery', async () => {
	const api = apiWith({
		sendCode: () => code,
		signIn: () => ({ kind: 'password' }),
		passwordChallenge: () => ({ hint: 'dog', hasRecovery: true }),
		requestRecovery: () => 'a***@example.org',
		checkRecoveryCode: () => true,
		recover: () => ({ kind: 'in' }),
	});
	const login = new LoginStore(api, onIn);
	await login.sendCode('1');
	await login.checkCode('11111');
	expect([login.step, login.challenge?.hint]).toEqual(['password', 'dog']);
	await login.requestRecovery();
	expect([login.step, login.emailPattern]).toEqual(['recover', 'a***@example.org']);
	await login.checkRecoveryCode('123456');
	expect(login.step).toBe('new-password');
	await login.recover();
	expect(onIn).toHaveBeenCalledOnce();
});

test('a new number asks for a name', async () => {
	const signUp = vi.fn(() => ({ kind: 'in' }));
	const api = apiWith({ sendCode: () => code, signIn: () => ({ kind: 'sign-up', terms: 'Be kind.' }), signUp });
	const login = new LoginStore(api, onIn);
	await login.sendCode('1');
	await login.checkCode('11111');
	expect([login.step, login.terms]).toEqual(['name', 'Be kind.']);
	await login.signUp({ first: 'Ada', last: '' });
	expect(signUp).toHaveBeenCalledWith('1', 'h', { first: 'Ada', last: '' }, undefined);
	expect(onIn).toHaveBeenCalledOnce();
});

test('a server that sends codes by e-mail asks for the address first', async () => {
	const api = apiWith({
		sendCode: () => ({ kind: 'code', sent: { ...sent, way: 'set-up-email' } }),
		sendSetUpEmail: () => ({ email: 'a***@example.org', length: 6 }),
		verifySetUpEmail: () => ({ kind: 'code', sent: { ...sent, way: 'email', email: 'a***@example.org' } }),
	});
	const login = new LoginStore(api, onIn);
	await login.sendCode('1');
	expect(login.step).toBe('email');
	await login.sendSetUpEmail('ada@example.org');
	expect([login.step, login.emailLength]).toEqual(['email-code', 6]);
	await login.verifySetUpEmail('123456');
	expect([login.step, login.sent?.way]).toEqual(['code', 'email']);
});

test('a QR code is shown anew until a device has scanned one', async () => {
	const answers = [
		{ kind: 'token', link: 'tg://login?token=one', expires: 0 },
		{ kind: 'token', link: 'tg://login?token=two', expires: 0 },
		{ kind: 'in' },
	];
	const seen: string[] = [];
	const api = apiWith({ exportToken: () => answers.shift(), waitForScan: () => seen.push(login.qrLink) > 1 });
	const login = new LoginStore(api, onIn);
	await login.showQr();
	expect(seen).toEqual(['tg://login?token=one', 'tg://login?token=two']);
	expect(onIn).toHaveBeenCalledOnce();
});
