/**
 * The service worker: keeps the page for times without a network, hands parts of files to players, and shows what is
 * pushed. It holds no state that has to last, as a browser ends it whenever it likes. Built by build/sw.ts.
 */
import type { ToServiceWorker } from './lib/api/companion.ts';
import { worker } from './sw/global.ts';
import { click, showPush } from './sw/push.ts';
import { answerShell, dropOldShells, keepShell } from './sw/shell.ts';
import { answerStream } from './sw/streams.ts';
import { forgetUnread } from './sw/unread.ts';
import { keepLanguage } from './sw/words.ts';

worker.addEventListener('install', (event) => event.waitUntil(keepShell()));

worker.addEventListener('activate', (event) => {
	event.waitUntil(Promise.all([dropOldShells(), worker.clients.claim()]));
});

worker.addEventListener('fetch', (event) => {
	const answer = answerStream(event) ?? answerShell(event);
	if (answer) event.respondWith(answer);
});

worker.addEventListener('message', (event) => {
	const message = event.data as ToServiceWorker;
	if (message.kind === 'update') void worker.skipWaiting();
	if (message.kind === 'counting') event.waitUntil(forgetUnread());
	if (message.kind === 'language') event.waitUntil(keepLanguage(message.code));
});

worker.addEventListener('push', (event) => event.waitUntil(showPush(event.data)));

worker.addEventListener('notificationclick', (event) => {
	event.notification.close();
	event.waitUntil(click(event.notification));
});
