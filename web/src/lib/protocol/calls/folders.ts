import type { Calls } from './calls.ts';

export const folders = {} satisfies Calls;
