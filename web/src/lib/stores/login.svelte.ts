import type { Api } from '../api/api.ts';
import type { Country, Entry, PasswordChallenge, SentCode } from '../api/auth.ts';
import { failureOf } from '../api/failure.ts';
import type { ApiFailure } from '../api/types.ts';

export type LoginStep =
	'phone' | 'qr' | 'code' | 'email' | 'email-code' | 'name' | 'password' | 'recover' | 'new-password';

/** The way into an account, step by step. The screens show `step` and hand in what was typed. */
export class LoginStore {
	readonly #api: Pick<Api, 'auth'>;
	readonly #onIn: () => void;
	step = $state<LoginStep>('phone');
	isBusy = $state(false);
	failure = $state.raw<ApiFailure | undefined>();
	/** Digits only, with the calling code. */
	phone = $state('');
	sent = $state.raw<SentCode | undefined>();
	/** When the code may be asked for again. Milliseconds. */
	resendAt = $state(0);
	terms = $state<string | undefined>();
	challenge = $state.raw<PasswordChallenge | undefined>();
	/** Where the code for recovery, or for a new login address, went. */
	emailPattern = $state('');
	emailLength = $state(0);
	recoveryCode = $state('');
	qrLink = $state('');
	countries = $state.raw<readonly Country[]>([]);
	/** Where the server thinks that the user is. */
	here = $state('');

	constructor(api: Pick<Api, 'auth'>, onIn: () => void) {
		this.#api = api;
		this.#onIn = onIn;
	}

	async loadCountries(language: string) {
		try {
			const { here, countries } = await this.#api.auth.countries(language);
			this.here = here;
			this.countries = countries;
		} catch {
			// Without them a number can still be typed with its calling code.
		}
	}

	sendCode(phone: string) {
		this.phone = phone.replaceAll(/\D/g, '');
		return this.#try(() => this.#api.auth.sendCode(this.phone));
	}

	resendCode() {
		return this.#try(() => this.#api.auth.resendCode(this.phone, this.#hash));
	}

	checkCode(code: string) {
		const { sent } = this;
		if (sent) return this.#try(() => this.#api.auth.signIn(this.phone, { hash: sent.hash, way: sent.way }, code));
	}

	resetLoginEmail() {
		return this.#try(() => this.#api.auth.resetLoginEmail(this.phone, this.#hash));
	}

	/** The address that login codes are to go to, when the server wants one. */
	sendSetUpEmail(email: string) {
		return this.#do(async () => {
			const { email: pattern, length } = await this.#api.auth.sendSetUpEmail(this.phone, this.#hash, email);
			this.emailPattern = pattern;
			this.emailLength = length;
			this.#show('email-code');
		});
	}

	/** The code does not come: the address was wrong, perhaps. */
	changeEmail() {
		this.#show('email');
	}

	verifySetUpEmail(code: string) {
		return this.#try(() => this.#api.auth.verifySetUpEmail(this.phone, this.#hash, code));
	}

	signUp(name: { first: string; last: string }, photo?: Blob) {
		return this.#try(() => this.#api.auth.signUp(this.phone, this.#hash, name, photo));
	}

	checkPassword(password: string) {
		return this.#try(() => this.#api.auth.checkPassword(password));
	}

	requestRecovery() {
		return this.#do(async () => {
			this.emailPattern = await this.#api.auth.requestRecovery();
			this.#show('recover');
		});
	}

	/** Only looks whether the code is right; what becomes of the password is asked next. */
	checkRecoveryCode(code: string) {
		return this.#do(async () => {
			await this.#api.auth.checkRecoveryCode(code);
			this.recoveryCode = code;
			this.#show('new-password');
		});
	}

	recover(next?: { password: string; hint: string }) {
		return this.#try(() => this.#api.auth.recover(this.recoveryCode, next));
	}

	/** Shows QR codes, each as long as it is good, until a device has scanned one or the user goes elsewhere. */
	async showQr() {
		this.#show('qr');
		this.qrLink = '';
		while (this.step === 'qr') {
			const entry = await this.#api.auth.exportToken().catch((error: unknown) => failureOf(error));
			if (this.step !== 'qr') return;
			if (!('kind' in entry)) {
				this.failure = entry;
				return;
			}
			if (entry.kind !== 'token') return this.#take(entry);
			this.qrLink = entry.link;
			const left = Math.max(3, entry.expires - Date.now() / 1000 - 2);
			await this.#api.auth.waitForScan(Math.min(left, 60)).catch(() => false);
		}
	}

	/** Back to the number; a code that is on its way is taken back. */
	restart() {
		const { step, sent } = this;
		if (sent && step === 'code') void this.#api.auth.cancelCode(this.phone, sent.hash).catch(() => {});
		this.sent = undefined;
		this.#show('phone');
	}

	forgetFailure() {
		this.failure = undefined;
	}

	get #hash(): string {
		return this.sent?.hash ?? '';
	}

	#try(ask: () => Promise<Entry>): Promise<boolean> {
		return this.#do(async () => this.#take(await ask()));
	}

	async #do(work: () => Promise<void>): Promise<boolean> {
		if (this.isBusy) return false;
		this.isBusy = true;
		this.failure = undefined;
		try {
			await work();
			return true;
		} catch (error) {
			this.failure = failureOf(error);
			this.#recoverFrom(this.failure);
			return false;
		} finally {
			this.isBusy = false;
		}
	}

	async #take(entry: Entry): Promise<void> {
		if (entry.kind === 'in') return this.#onIn();
		if (entry.kind === 'password') {
			this.challenge = await this.#api.auth.passwordChallenge();
			return this.#show('password');
		}
		if (entry.kind === 'sign-up') {
			this.terms = entry.terms;
			return this.#show('name');
		}
		this.sent = entry.sent;
		this.resendAt = Date.now() + (entry.sent.timeout ?? 60) * 1000;
		this.#show(entry.sent.way === 'set-up-email' ? 'email' : 'code');
	}

	/** Some failures mean that an earlier step has to be gone again. */
	#recoverFrom(failure: ApiFailure) {
		const lost = ['PHONE_CODE_EXPIRED', 'PHONE_HASH_EXPIRED', 'PHONE_CODE_HASH_EMPTY', 'AUTH_RESTART'];
		if (lost.includes(failure.text)) this.step = 'phone';
		if (failure.text === 'PASSWORD_RECOVERY_EXPIRED') this.step = 'password';
	}

	#show(step: LoginStep) {
		this.failure = undefined;
		this.step = step;
	}
}
