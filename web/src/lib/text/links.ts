const allowed = ['http:', 'https:', 'mailto:', 'tel:', 'tg:'];

/** The address to go to, or undefined when it is of a kind that we do not open, as `javascript:`. */
export function safeUrl(text: string): string | undefined {
	const trimmed = text.trim();
	const full = /^[a-z][a-z0-9+.-]*:/i.test(trimmed) && !isHostWithPort(trimmed) ? trimmed : `https://${trimmed}`;
	const url = parse(full);
	if (!url || !allowed.includes(url.protocol)) return undefined;
	return isWeb(url) && url.hostname === '' ? undefined : url.href;
}

/** `example.org:8080/path` is no scheme `example.org`. */
function isHostWithPort(text: string): boolean {
	return /^[^/?#:]+\.[^/?#:]+:\d+(?:[/?#]|$)|^localhost:\d+/i.test(text);
}

/** Whether the words of a link do not say where it leads, so that the reader has to be told first. */
export function isDisguised(words: string, url: string): boolean {
	const target = parse(url);
	if (!target) return true;
	if (!isWeb(target)) return false;
	const shown = safeUrl(words);
	const named = shown === undefined ? undefined : parse(shown);
	return named?.hostname !== target.hostname || named.username !== '';
}

function isWeb({ protocol }: URL): boolean {
	return protocol === 'http:' || protocol === 'https:';
}

function parse(text: string): URL | undefined {
	return URL.canParse(text) ? new URL(text) : undefined;
}
