import type { RpcCallMiddleware } from '@mtcute/core';

/**
 * Tells when the server answers that too much has happened to be told. The library then goes on from the newest place
 * in the log and says nothing.
 */
export function watchGaps(onGap: () => void): RpcCallMiddleware {
	return async (context, next) => {
		const answer = await next(context);
		if (context.request._ === 'updates.getDifference' && isTooLong(answer)) onGap();
		return answer;
	};
}

function isTooLong(answer: unknown): boolean {
	return (answer as { _?: string } | null)?._ === 'updates.differenceTooLong';
}
