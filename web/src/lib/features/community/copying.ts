import { t } from '$lib/text';
import { useToasts } from '$lib/ui/toasts.svelte.ts';

/** Gives a function that puts a text on the clipboard and says so. To be called while a component is made. */
export function useCopying(): (text: string) => void {
	const toasts = useToasts();
	return (text) =>
		void navigator.clipboard.writeText(text).then(
			() => toasts.show(t('CommonCopied')),
			() => toasts.error(t('CommonFailed')),
		);
}
