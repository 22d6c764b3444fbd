import type { Calls } from './calls.ts';

export const blocked = {} satisfies Calls;
