import type { Plugin } from 'vite';

/** The element that the server fills with what the page has to know of it, see internal/site. */
const place = '<script type="application/json" id="hermod">{}</script>';

/** In development, puts in what the server at `address` says, as the server does in a built page. */
export function givenConfig(address: string): Plugin {
	return {
		name: 'hermod:config',
		apply: 'serve',
		async transformIndexHtml(html) {
			const answer = await fetch(new URL('/config.json', address)).catch(() => undefined);
			if (!answer?.ok) return html;
			const config = (await answer.text()).replaceAll('<', '\\u003c');
			return html.replace(place, () => place.replace('{}', () => config));
		},
	};
}
