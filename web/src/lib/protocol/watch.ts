import type { RpcCallMiddleware } from '@mtcute/core';

/** Errors after which this device is not signed in any more. */
const endings = ['AUTH_KEY_UNREGISTERED', 'SESSION_REVOKED', 'SESSION_EXPIRED', 'USER_DEACTIVATED', 'AUTH_KEY_INVALID'];

interface Answer {
	_?: string;
	errorMessage?: string;
}

/**
 * Tells when the server answers that too much has happened to be told. The library then goes on from the newest place
 * in the log and says nothing.
 */
export function watchGaps(onGap: () => void): RpcCallMiddleware {
	return async (context, next) => {
		const answer = await next(context);
		const isTooLong = (answer as Answer | null)?._ === 'updates.differenceTooLong';
		if (context.request._ === 'updates.getDifference' && isTooLong) onGap();
		return answer;
	};
}

/** Tells when an answer to anything, also to what the library asks by itself, says that the session is over. */
export function watchEnd(onEnd: () => void): RpcCallMiddleware {
	return async (context, next) => {
		const answer = await next(context);
		const { _: kind, errorMessage = '' } = (answer as Answer | null) ?? {};
		if (kind === 'mt_rpc_error' && endings.includes(errorMessage)) onEnd();
		return answer;
	};
}
