import { auth } from './auth.ts';
import { blocked } from './blocked.ts';
import { chats } from './chats.ts';
import { compose } from './compose.ts';
import { devices } from './devices.ts';
import { dialogs } from './dialogs.ts';
import { folders } from './folders.ts';
import { language } from './language.ts';
import { media } from './media.ts';
import { messages } from './messages.ts';
import { notifications } from './notifications.ts';
import { password } from './password.ts';
import { people } from './people.ts';
import { peers } from './peers.ts';
import { privacy } from './privacy.ts';
import { profile } from './profile.ts';
import { push } from './push.ts';
import { reactions } from './reactions.ts';
import { search } from './search.ts';
import { secret } from './secret.ts';
import { session } from './session.ts';
import { stickers } from './stickers.ts';

export type { Calls } from './calls.ts';

/** Everything the page can ask: `api.<subject>.<name>(…)`. */
export const calls = {
	auth,
	blocked,
	chats,
	compose,
	devices,
	dialogs,
	folders,
	language,
	media,
	messages,
	notifications,
	password,
	people,
	peers,
	privacy,
	profile,
	push,
	reactions,
	search,
	secret,
	session,
	stickers,
};
