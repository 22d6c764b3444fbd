import type { Calls } from './calls.ts';
import { creating } from './chats/creating.ts';
import { invites } from './chats/invites.ts';
import { joining } from './chats/joining.ts';
import { log } from './chats/log.ts';
import { managing } from './chats/managing.ts';
import { members } from './chats/members.ts';
import { stats } from './chats/stats.ts';
import { topics } from './chats/topics.ts';

export const chats = {
	...creating,
	...invites,
	...joining,
	...log,
	...managing,
	...members,
	...stats,
	...topics,
} satisfies Calls;
