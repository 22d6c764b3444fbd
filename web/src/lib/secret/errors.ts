/**
 * What went wrong, as a caller may meet it:
 * - `no-chat`: a chat that this device does not have.
 * - `state`: the chat is not in the state for it: not ready yet, or ended.
 * - `no-message`: a message that the chat does not have, or no longer has.
 * - `partner-layer`: the other side's program is too old to understand it.
 * - `draft`: a message that cannot be: empty, too long, without its file.
 * - `group`: Diffie-Hellman parameters or values that are not safe.
 * - `envelope`: a packet that does not open: of another key, tampered with, or not of the right shape.
 * - `frame`: an authentic packet whose content is not what the protocol allows.
 * - `file`: a file whose key, size or content does not match its message.
 * - `store`: what the store holds cannot be read.
 * - `gone`, `already-accepted`, `refused`: answers of the server, see `Transport`.
 */
export type SecretErrorKind =
	| 'no-chat'
	| 'state'
	| 'no-message'
	| 'partner-layer'
	| 'draft'
	| 'group'
	| 'envelope'
	| 'frame'
	| 'file'
	| 'store'
	| 'gone'
	| 'already-accepted'
	| 'refused';

/** An error of this package. What the other side does wrong is not thrown: it comes as an event. */
export class SecretError extends Error {
	readonly kind: SecretErrorKind;

	constructor(kind: SecretErrorKind, message: string, options?: ErrorOptions) {
		super(`secret: ${message}`, options);
		this.name = 'SecretError';
		this.kind = kind;
	}
}

/** Tells whether `error` is one of this package and of the kind. */
export function isSecretError(error: unknown, kind: SecretErrorKind): boolean {
	return error instanceof SecretError && error.kind === kind;
}
