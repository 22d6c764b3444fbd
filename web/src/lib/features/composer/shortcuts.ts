import type { Style } from '$lib/text/formatting.ts';

export type StyleKey = Exclude<Style, 'name' | 'emoji'> | 'plain';

interface Shortcut {
	style: StyleKey;
	/** The physical key: letters move between keyboard layouts. */
	code: string;
	isShifted: boolean;
}

/** The keys that other clients have for the same. */
const shortcuts: Shortcut[] = [
	{ style: 'bold', code: 'KeyB', isShifted: false },
	{ style: 'italic', code: 'KeyI', isShifted: false },
	{ style: 'underline', code: 'KeyU', isShifted: false },
	{ style: 'link', code: 'KeyK', isShifted: false },
	{ style: 'strike', code: 'KeyX', isShifted: true },
	{ style: 'code', code: 'KeyM', isShifted: true },
	{ style: 'spoiler', code: 'KeyP', isShifted: true },
	{ style: 'quote', code: 'Period', isShifted: true },
	{ style: 'pre', code: 'KeyC', isShifted: true },
	{ style: 'plain', code: 'KeyN', isShifted: true },
];

const isApple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

export function styleOfKey(
	event: Pick<KeyboardEvent, 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>,
): StyleKey | undefined {
	const isCommand = isApple ? event.metaKey : event.ctrlKey;
	if (!isCommand || event.altKey) return undefined;
	return shortcuts.find(({ code, isShifted }) => code === event.code && isShifted === event.shiftKey)?.style;
}

/** As it is shown in a tooltip. */
export function shortcutName(style: StyleKey): string {
	const shortcut = shortcuts.find((other) => other.style === style);
	if (!shortcut) return '';
	const letter = shortcut.code === 'Period' ? '.' : shortcut.code.slice(3);
	if (isApple) return `${shortcut.isShifted ? '⇧' : ''}⌘${letter}`;
	return `Ctrl+${shortcut.isShifted ? 'Shift+' : ''}${letter}`;
}
