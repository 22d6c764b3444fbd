import { describe, expect, test } from 'vitest';
import type { Dialog, Peer } from '../api/types.ts';
import { emptyFolder, isInFolder, nextFolderId, orderInFolder } from './folder-rules.ts';

const dialog = (peer: Dialog['peer'], more: Partial<Dialog> = {}): Dialog => ({
	peer,
	date: 0,
	unread: 0,
	mentions: 0,
	reactions: 0,
	isMarkedUnread: false,
	readInbox: 0,
	readOutbox: 0,
	folder: 0,
	notify: {},
	...more,
});
const group = { key: 'g1', kind: 'group', isContact: false, isSelf: false } as unknown as Peer;
const groups = { ...emptyFolder(2), groups: true };

describe('a folder', () => {
	test('holds the kinds that it names', () => {
		expect(isInFolder(groups, dialog('g1'), group, false)).toBe(true);
		expect(isInFolder({ ...groups, groups: false }, dialog('g1'), group, false)).toBe(false);
	});
	test('leaves out what it excludes, unless the chat is named', () => {
		const folder = { ...groups, noMuted: true, noRead: true };
		expect(isInFolder(folder, dialog('g1', { unread: 1 }), group, true)).toBe(false);
		expect(isInFolder(folder, dialog('g1', { unread: 1, mentions: 1 }), group, true)).toBe(true);
		expect(isInFolder(folder, dialog('g1'), group, false)).toBe(false);
		expect(isInFolder({ ...folder, include: ['g1'] }, dialog('g1'), group, true)).toBe(true);
		expect(isInFolder({ ...groups, exclude: ['g1'] }, dialog('g1'), group, false)).toBe(false);
	});
	test('shows its own pins first, in their order', () => {
		const folder = { ...groups, pinned: ['g3', 'g1'] as const };
		const all = [dialog('g1', { date: 9 }), dialog('g2', { date: 8 }), dialog('g3'), dialog('g4', { date: 10 })];
		const order = orderInFolder({ ...folder, pinned: [...folder.pinned] }, all).map(({ peer }) => peer);
		expect(order).toEqual(['g3', 'g1', 'g4', 'g2']);
	});
	test('gets the first free id', () => {
		expect(nextFolderId([emptyFolder(2), emptyFolder(4)])).toBe(3);
	});
});
