import type { Calls } from './calls.ts';

export const notifications = {} satisfies Calls;
