import type { Calls } from './calls.ts';

export const push = {} satisfies Calls;
