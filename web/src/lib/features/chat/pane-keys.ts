import type { SelectionStore } from '$lib/stores/selection.svelte.ts';
import type { ChatActions } from './actions.svelte.ts';
import { findMessageAt } from './list-focus.ts';
import type { OpenChat } from './open-chat.svelte.ts';
import type { Row } from './rows.ts';

interface PaneTools {
	chat: OpenChat;
	selection: SelectionStore;
}

/** Keys that mean the same wherever the focus is in the chat. */
export function handlePaneKey(event: KeyboardEvent, tools: PaneTools) {
	if (event.defaultPrevented || isDialogOpen()) return;
	const isCommand = event.ctrlKey || event.metaKey;
	if (isCommand && event.key === 'f') {
		event.preventDefault();
		tools.chat.searched ??= '';
	} else if (event.key === 'Escape') endNearest(event, tools);
	else if (event.key === 'End' && isCommand) void tools.chat.goToEnd();
	else if (event.key === 'ArrowUp' && event.altKey) {
		event.preventDefault(); // a browser would read it as a page up, in the list that just got the focus
		tools.chat.list?.focus();
	}
}

function endNearest(event: KeyboardEvent, { selection, chat }: PaneTools) {
	if (selection.isActive) selection.clear();
	else if (chat.searched !== undefined) chat.searched = undefined;
	else return;
	event.preventDefault();
}

interface RowTools {
	chat: OpenChat;
	actions: ChatActions;
	selection: SelectionStore;
	openMenu: (row: Row, event: KeyboardEvent, element: HTMLElement) => void;
	answer: (row: Row) => void;
}

/** Keys on a focused message. */
export function handleRowKey(row: Row, event: KeyboardEvent, tools: RowTools) {
	const { chat, actions, selection, openMenu, answer } = tools;
	if (event.ctrlKey || event.metaKey || event.altKey) return;
	const together = row.album ?? [row.message];
	const run: Record<string, (() => void) | undefined> = {
		Enter: () => openMenu(row, event, findMessageAt(event.target)!),
		ContextMenu: () => openMenu(row, event, findMessageAt(event.target)!),
		' ': () =>
			selection.toggle(
				chat.peer,
				together.map(({ id }) => id),
			),
		r: () => answer(row),
		c: () => void actions.copyText(together),
		f: () => chat.ask({ kind: 'forward', messages: together }),
		Delete: () => chat.ask({ kind: 'delete', messages: together }),
	};
	const action = run[event.key];
	if (!action) return;
	event.preventDefault();
	action();
}

function isDialogOpen(): boolean {
	return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
}
