/** How a login code went out. */
export interface SentCode {
	hash: string;
	way: CodeWay;
	/** How many digits it has; 0 when the server did not say. */
	length: number;
	/** Where the e-mail went, with stars: `a***@example.org`. */
	email?: string;
	/** The way that a repeated sending would take, and after how many seconds. */
	next?: CodeWay;
	timeout?: number;
	/** Seconds after which the login e-mail can be taken off, when its owner cannot read it any more. */
	emailResetAfter?: number;
	/** When a reset that was asked for takes place. */
	emailResetAt?: number;
}

/** `set-up-email`: no code was sent, the account first needs an address for codes. */
export type CodeWay = 'app' | 'sms' | 'call' | 'email' | 'set-up-email' | 'other';

/** What an attempt to get in led to. */
export type Entry =
	{ kind: 'in' } | { kind: 'code'; sent: SentCode } | { kind: 'sign-up'; terms?: string } | { kind: 'password' };

/** `token` is the link to be shown as a QR code, until `expires`. */
export type QrEntry = { kind: 'in' } | { kind: 'password' } | { kind: 'token'; link: string; expires: number };

export interface PasswordChallenge {
	hint?: string;
	hasRecovery: boolean;
	/** When a reset of the password that was asked for takes place. */
	resetAt?: number;
}

export interface Country {
	iso: string;
	name: string;
	/** Calling codes, without +. */
	codes: { code: string; prefixes: string[]; patterns: string[] }[];
}
