import type { tl } from '@mtcute/core';
import type { CodeWay, SentCode } from '../api/auth.ts';
import { ApiError } from '../api/failure.ts';

const ways: Record<string, CodeWay> = {
	'auth.sentCodeTypeApp': 'app',
	'auth.sentCodeTypeSms': 'sms',
	'auth.sentCodeTypeCall': 'call',
	'auth.sentCodeTypeEmailCode': 'email',
	'auth.sentCodeTypeSetUpEmailRequired': 'set-up-email',
	'auth.codeTypeSms': 'sms',
	'auth.codeTypeCall': 'call',
};

/** How a code went out, from the server's answer. */
export function codeOf({ type, phoneCodeHash, nextType, timeout }: tl.auth.RawSentCode): SentCode {
	const sent: SentCode = {
		hash: phoneCodeHash,
		way: ways[type._] ?? 'other',
		length: 'length' in type ? type.length : 0,
		next: nextType && (ways[nextType._] ?? 'other'),
		timeout,
	};
	if (type._ !== 'auth.sentCodeTypeEmailCode') return sent;
	return {
		...sent,
		email: type.emailPattern,
		emailResetAfter: type.resetAvailablePeriod,
		emailResetAt: type.resetPendingDate,
	};
}

/** The same where a code is the only thing that can follow. */
export function sentCodeOf(sent: tl.auth.TypeSentCode): SentCode {
	if (sent._ === 'auth.sentCode') return codeOf(sent);
	throw new ApiError({ text: 'SEND_CODE_UNAVAILABLE', code: 406 });
}
