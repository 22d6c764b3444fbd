import type { Account } from '../account.ts';

/** What the page can ask about one subject. Every function gets the account first; the page does not see that. */
export type Calls = Record<string, (account: Account, ...args: never[]) => unknown>;
