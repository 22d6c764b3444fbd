import type { Message, MessagePage, PageRequest } from '../../../api/types.ts';

/** Which part of a list, newest first, the server is to answer. Spec: https://core.telegram.org/api/offsets */
export interface Window {
	offsetId: number;
	offsetDate: number;
	addOffset: number;
	limit: number;
}

export function windowOf({ before, after, around, limit }: PageRequest): Window {
	const offsetDate = 0;
	if (after !== undefined) return { offsetId: after + 1, offsetDate, addOffset: -limit, limit };
	if (around !== undefined) return { offsetId: around + 1, offsetDate, addOffset: -newerHalf(limit), limit };
	return { offsetId: before ?? 0, offsetDate, addOffset: 0, limit };
}

/** The page, and whether the list ends at it: where the server answers less than was asked for. */
export function pageOf(messages: Message[], request: PageRequest, { limit }: Window, total?: number): MessagePage {
	const { before, after, around } = request;
	if (after !== undefined) {
		const newer = messages.filter((message) => message.id > after);
		return { messages: newer, isStart: false, isEnd: newer.length < limit, total };
	}
	if (around !== undefined) {
		const newer = messages.filter((message) => message.id > around).length;
		const older = messages.length - newer;
		const isEnd = newer < newerHalf(limit);
		return { messages, isStart: older < limit - newerHalf(limit), isEnd, total };
	}
	return { messages, isStart: messages.length < limit, isEnd: before === undefined, total };
}

function newerHalf(limit: number): number {
	return Math.floor(limit / 2);
}
