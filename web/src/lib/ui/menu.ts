import type { IconName } from './icons.ts';

export interface MenuAction {
	label: string;
	icon?: IconName;
	onselect?: () => unknown;
	isDanger?: boolean;
	isDisabled?: boolean;
	/** Shows a tick; `false` keeps the place for one. */
	isChecked?: boolean;
	/** Shown at the end, as `Ctrl+E`. */
	shortcut?: string;
	/** A menu beside this entry. */
	items?: MenuItem[];
}

export type MenuItem = MenuAction | 'line';

/** For a menu that closes: what took the focus when an entry was chosen, such as the field for an answer, keeps it. */
export function leaveFocus(event: Event) {
	const { activeElement, body } = document;
	const isTaken = activeElement !== null && activeElement !== body && !activeElement.closest('[role="menu"]');
	if (isTaken) event.preventDefault();
}
