import { onDestroy, untrack } from 'svelte';
import type { Message, PeerKey } from '$lib/api/types.ts';
import { describeMessage } from '$lib/features/chat/describe.ts';
import { useApp, type RunningAccount } from '$lib/stores/app.svelte.ts';
import { useCompanion } from '$lib/stores/companion.svelte.ts';
import type { DialogStore } from '$lib/stores/dialogs.svelte.ts';
import type { Feed } from '$lib/stores/feed.ts';
import { NoticeStore, type Told } from '$lib/stores/notices.svelte.ts';
import type { PeerStore } from '$lib/stores/peers.svelte.ts';
import { useSettings } from '$lib/stores/settings.svelte.ts';
import { Chime } from '$lib/stores/sound.ts';
import { subscribe, unsubscribe } from '$lib/stores/subscription.ts';
import { t } from '$lib/text/index.ts';
import { closeNotifications, showNotification } from './notification.ts';

interface Followed {
	account: RunningAccount;
	feed: Feed;
	peers: PeerStore;
	dialogs: DialogStore;
	/** Whether a chat is in front of whoever looks at the page; none of an account that is not shown is. */
	isOpen: (peer: PeerKey) => boolean;
}

/** Tells of what comes in an account, by sound and notifications. To be called while a component is made. */
export function followNotices({ account, feed, peers, dialogs, isOpen }: Followed) {
	const app = useApp();
	const settings = useSettings();
	const companion = useCompanion();
	const chime = new Chime();
	const user = () => peers.self?.key.slice(1) ?? '';
	const nameOf = (peer: PeerKey) => peers.get(peer)?.title ?? '';

	const notices = new NoticeStore({
		isMuted: (message) => {
			const dialog = dialogs.get(message.peer);
			return dialog ? dialogs.isMuted(dialog) : false;
		},
		isWatched: () => document.visibilityState === 'visible' && document.hasFocus(),
		isOpen,
		describe,
		show: async (told) => {
			if (settings.values.notifies) await showNotification(await companion.registration(), user(), told);
		},
		close: async (peer) => closeNotifications(await companion.registration(), user(), peer),
		play: () => {
			if (settings.values.isSoundOn) chime.play(settings.values.soundVolume);
		},
	});
	const offs = [
		feed.on('message', (event) => notices.takeMessage(event)),
		feed.on('read', (event) => notices.takeRead(event)),
	];
	onDestroy(() => {
		for (const off of offs) off();
		chime.close();
	});

	/** Nothing of a secret chat leaves the page, and nothing of any chat when the person wants that. */
	function describe(message: Message): Told {
		const { peer, isSilent } = message;
		if (peer.startsWith('s')) return { peer, isSilent, title: app.config.name, body: t('NoticeSecret') };
		if (!settings.values.showsPreviews) return { peer, isSilent, title: app.config.name, body: t('NoticeMessage') };
		const body = describeMessage(message, nameOf);
		const isGroup = message.sender !== undefined && message.sender !== peer;
		const text = isGroup ? t('NoticeSender', { name: nameOf(message.sender ?? peer), text: body }) : body;
		return { peer, isSilent, title: titleOf(peer), body: text };
	}

	/** Of an account that is not shown also whose it is. */
	function titleOf(peer: PeerKey): string {
		const title = nameOf(peer);
		if (account === app.current) return title;
		return t('NoticeAccount', { chat: title, account: peers.self?.title ?? '' });
	}

	/** The server has to know whether this browser is pushed to: at each start, as subscriptions change by themselves. */
	$effect(() => {
		const wanted = settings.values.notifies;
		if (account.connection === 'ready') void untrack(() => keepSubscription(wanted));
	});

	async function keepSubscription(wanted: boolean) {
		const { api } = account.session;
		const registration = await companion.registration();
		if (!registration?.pushManager || !globalThis.Notification) return;
		const browser = { permission: Notification.permission, manager: registration.pushManager };
		if (wanted) await subscribe(api, browser, app.config.vapid);
		else await unsubscribe(api, browser).catch(() => undefined);
	}
}
