import type { FileRef, Message } from '$lib/api/types.ts';
import type { SettingsStore } from '$lib/stores/settings.svelte.ts';

/** Whether the settings of this browser let a content that is looked at be loaded before somebody asks for it. */
export function isLoadedAlone(
	{ values }: Pick<SettingsStore, 'values'>,
	kind: 'loadsVideos' | 'loadsFiles',
	message: Message,
	file: FileRef,
): boolean {
	return values[kind] && message.state === 'sent' && file.size <= values.autoLimit;
}
