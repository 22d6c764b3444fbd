import type { tl } from '@mtcute/core';
import type { Account } from '../account.ts';

/** What is done with an update of each kind. The peers that it came with are known by then. */
export type Handlers = { [U in tl.TypeUpdate as U['_']]?: (account: Account, update: U) => unknown };
