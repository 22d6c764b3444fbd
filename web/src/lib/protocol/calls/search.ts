import type { Calls } from './calls.ts';

export const search = {} satisfies Calls;
