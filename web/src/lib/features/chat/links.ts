const schemes = ['http:', 'https:', 'mailto:', 'tel:'];

/** Whether an address may be opened outside of this page. */
export function isOpenable(url: string): boolean {
	return URL.canParse(url) && schemes.includes(new URL(url).protocol);
}
