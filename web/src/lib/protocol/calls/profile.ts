import type { Calls } from './calls.ts';

export const profile = {} satisfies Calls;
