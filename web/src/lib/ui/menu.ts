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
