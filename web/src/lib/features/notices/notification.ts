import type { Told } from '$lib/stores/notices.svelte.ts';

/** Shows a notification in the form of those that are pushed, so that one of a chat takes the place of the other. */
export async function showNotification(registration: ServiceWorkerRegistration | undefined, user: string, told: Told) {
	if (globalThis.Notification?.permission !== 'granted') return;
	const options: NotificationOptions = {
		body: told.body,
		tag: tagOf(user, told.peer),
		icon: '/icon-192.png',
		badge: '/badge-96.png',
		silent: true, // the page has a sound of its own
		data: { user, peer: told.peer, message: 0 },
	};
	await registration?.showNotification(told.title, options);
}

export async function closeNotifications(
	registration: ServiceWorkerRegistration | undefined,
	user: string,
	peer: string,
) {
	const all = (await registration?.getNotifications({ tag: tagOf(user, peer) })) ?? [];
	for (const notification of all) notification.close();
}

function tagOf(user: string, peer: string): string {
	return `${user}/${peer}`;
}
