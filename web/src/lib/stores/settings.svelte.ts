import { createContext } from 'svelte';

export type Theme = 'system' | 'light' | 'dark';
export type Accent = 'fjord' | 'indigo' | 'plum' | 'rose' | 'ember' | 'moss' | 'slate';
export type TextSize = 'small' | 'normal' | 'large' | 'larger' | 'largest';

export const accents: readonly Accent[] = ['fjord', 'indigo', 'plum', 'rose', 'ember', 'moss', 'slate'];
export const textSizes: readonly TextSize[] = ['small', 'normal', 'large', 'larger', 'largest'];

/** What is chosen in this browser, for all its accounts. */
export interface Settings {
	theme: Theme;
	accent: Accent;
	textSize: TextSize;
	/** A code, or empty: as the browser says. */
	language: string;
	hasLessMotion: boolean;
	/** Enter sends, Shift+Enter breaks the line; otherwise Ctrl+Enter sends. */
	sendsOnEnter: boolean;
	/** Loaded without being asked for. */
	loadsPhotos: boolean;
	loadsVideos: boolean;
	loadsFiles: boolean;
	/** Larger videos and files are not loaded by themselves. Bytes. */
	autoLimit: number;
	playsGifs: boolean;
	/** What the browser may keep for offline. Bytes. */
	cacheLimit: number;
	isSoundOn: boolean;
	/** 0 to 1. */
	soundVolume: number;
	notifies: boolean;
	/** Until somebody has said what to do about notifications. */
	offersNotices: boolean;
	showsPreviews: boolean;
	countsMuted: boolean;
}

export const defaults: Settings = {
	theme: 'system',
	accent: 'fjord',
	textSize: 'normal',
	language: '',
	hasLessMotion: false,
	sendsOnEnter: true,
	loadsPhotos: true,
	loadsVideos: true,
	loadsFiles: false,
	autoLimit: 10_000_000,
	playsGifs: true,
	cacheLimit: 500_000_000,
	isSoundOn: true,
	soundVolume: 0.7,
	notifies: false,
	offersNotices: true,
	showsPreviews: true,
	countsMuted: false,
};

const KEY = 'hermod.settings';

/** The settings of this browser. Reading follows every change; `set` keeps it. */
export class SettingsStore {
	readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;
	#values = $state.raw<Settings>(defaults);

	constructor(storage: Pick<Storage, 'getItem' | 'setItem'> = localStorage) {
		this.#storage = storage;
		this.#values = { ...defaults, ...this.#read() };
	}

	get values(): Settings {
		return this.#values;
	}

	set(change: Partial<Settings>) {
		this.#values = { ...this.#values, ...change };
		this.#storage.setItem(KEY, JSON.stringify(this.#values));
	}

	/** Another tab changed them. */
	reread() {
		this.#values = { ...defaults, ...this.#read() };
	}

	#read(): Partial<Settings> {
		try {
			return JSON.parse(this.#storage.getItem(KEY) ?? '{}') as Partial<Settings>;
		} catch {
			return {};
		}
	}
}

/** Puts what is chosen onto the root of the page, where the tokens look for it. */
export function applyAppearance(values: Settings, root: HTMLElement) {
	put(root, 'theme', values.theme === 'system' ? '' : values.theme);
	put(root, 'accent', values.accent === 'fjord' ? '' : values.accent);
	put(root, 'text', values.textSize === 'normal' ? '' : values.textSize);
	put(root, 'motion', values.hasLessMotion ? 'less' : '');
}

function put(root: HTMLElement, name: string, value: string) {
	if (value) root.dataset[name] = value;
	else delete root.dataset[name];
}

export const [useSettings, provideSettings] = createContext<SettingsStore>();
