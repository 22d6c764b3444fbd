/** Databases, and what an account has in localStorage: `hermod.drafts.3`. */
const ours = /^hermod-(\d+)(-|$)/;
const ownItem = /^hermod\.\w+\.(\d+)$/;

/**
 * Deletes the databases and items of accounts that are no more: of a sign-in that was begun and left, or of an account whose
 * worker was ended before it was done with deleting. To be called while no worker of those runs.
 */
export async function eraseLeftovers(slots: number[]): Promise<void> {
	const names = (await indexedDB.databases()).map(({ name }) => name ?? '');
	for (const name of names) {
		const slot = ours.exec(name)?.[1];
		if (slot !== undefined && !slots.includes(Number(slot))) indexedDB.deleteDatabase(name);
	}
	for (const key of Object.keys(localStorage)) {
		const slot = ownItem.exec(key)?.[1];
		if (slot !== undefined && !slots.includes(Number(slot))) localStorage.removeItem(key);
	}
}
