import type { Calls } from './calls.ts';

export const people = {} satisfies Calls;
