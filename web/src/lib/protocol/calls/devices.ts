import type { Calls } from './calls.ts';

export const devices = {} satisfies Calls;
