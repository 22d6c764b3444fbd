import { expect, test, vi } from 'vitest';
import type { Topic } from '$lib/api/types.ts';
import { person } from '$lib/stores/sample.ts';
import { topicItems } from './topic-menu.ts';

const topic = {
	id: 4,
	title: 'Ferries',
	isClosed: false,
	isPinned: true,
	isMine: false,
	unread: 2,
	notify: {},
} as Topic;
const member = person('c5', { kind: 'supergroup', isForum: true });

function labels(items: ReturnType<typeof topicItems>) {
	return items.map((item) => (item === 'line' ? item : item.label));
}

const deeds = { read: vi.fn(), mute: vi.fn(), pin: vi.fn(), close: vi.fn() };

test('a member reads and mutes a topic', () => {
	expect(labels(topicItems(topic, member, 100, deeds))).toEqual(['Mark as read', 'Mute']);
	const muted = { ...topic, unread: 0, notify: { muteUntil: 200 } };
	expect(labels(topicItems(muted, member, 100, deeds))).toEqual(['Unmute']);
	expect(labels(topicItems(muted, member, 300, deeds))).toEqual(['Mute']);
});

test('who made a topic closes it, and who runs the forum pins it too', () => {
	expect(labels(topicItems({ ...topic, isMine: true }, member, 100, deeds))).toContain('Close topic');
	const items = topicItems({ ...topic, isClosed: true }, { ...member, isCreator: true }, 100, deeds);
	expect(labels(items)).toEqual(['Mark as read', 'Mute', 'Unpin', 'Open topic again']);
});
