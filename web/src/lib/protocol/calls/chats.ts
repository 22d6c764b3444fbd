import type { Calls } from './calls.ts';

export const chats = {} satisfies Calls;
