import { useToasts } from '$lib/ui/toasts.svelte';
import { describeFailure } from './failure.ts';

/**
 * Gives a function that does something at the server and, when it fails, says so at the foot of the page. It resolves
 * with whether it was done. To be called while a component is made.
 */
export function useTrying(): (work: () => unknown) => Promise<boolean> {
	const toasts = useToasts();
	return async (work) => {
		try {
			await work();
			return true;
		} catch (error) {
			toasts.error(describeFailure(error));
			return false;
		}
	};
}
