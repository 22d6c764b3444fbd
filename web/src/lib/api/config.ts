/** What the server writes into the page: nothing about an installation is known when the page is built. */
export interface PageConfig {
	/** How the installation calls itself. */
	name: string;
	version: string;
	dc: number;
	test: boolean;
	/** The server's public key, PEM. */
	key: string;
	fingerprint: string;
	/** The key that signs push messages, base64url; empty: no push. */
	vapid: string;
	/** Where login codes go: `log` is the server's own log. */
	codes: 'log' | 'other';
	/** The page for the makers of other clients. */
	connect: string;
}

/** Reads the configuration out of the page. Throws when the page was not served by Hermod. */
export function readConfig(page: Document): PageConfig {
	const element = page.getElementById('hermod');
	if (!element?.textContent) throw new Error('the page has no configuration');
	return JSON.parse(element.textContent) as PageConfig;
}
