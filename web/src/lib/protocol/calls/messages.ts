import type { Calls } from './calls.ts';
import { history } from './messages/history.ts';
import { marks } from './messages/marks.ts';
import { sending } from './messages/sending.ts';

export const messages = { ...history, ...sending, ...marks } satisfies Calls;
