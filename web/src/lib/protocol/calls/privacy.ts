import type { Calls } from './calls.ts';

export const privacy = {} satisfies Calls;
