import type { Country } from '$lib/api/auth';

export interface PhoneMatch {
	country: Country;
	code: string;
	/** The number behind the calling code, in groups as the country writes it. */
	rest: string;
}

/** The country that a number in digits belongs to: the longest calling code with the longest prefix wins. */
export function matchPhone(digits: string, countries: readonly Country[]): PhoneMatch | undefined {
	let best: PhoneMatch | undefined;
	let bestLength = 0;
	for (const country of countries) {
		for (const { code, prefixes, patterns } of country.codes) {
			if (!digits.startsWith(code)) continue;
			const own = prefixes.filter((prefix) => digits.startsWith(code + prefix));
			if (prefixes.length > 0 && own.length === 0) continue;
			const length = code.length + Math.max(0, ...own.map((prefix) => prefix.length));
			if (length <= bestLength) continue;
			bestLength = length;
			best = { country, code, rest: inGroups(digits.slice(code.length), patterns) };
		}
	}
	return best;
}

/** `+47 900 12 345` as somebody types: what is not a digit goes, groups come. */
export function formatPhone(digits: string, countries: readonly Country[]): string {
	const match = matchPhone(digits, countries);
	if (match) return `+${match.code}${match.rest ? ` ${match.rest}` : ''}`;
	return digits ? `+${digits}` : '';
}

/** Patterns are as `XXX XX XXX`, some with a prefix written out. */
function inGroups(digits: string, patterns: readonly string[]): string {
	const pattern = patterns.find((candidate) => fits(digits, candidate)) ?? patterns[0] ?? '';
	let shown = '';
	let at = 0;
	for (const char of pattern) {
		if (at >= digits.length) break;
		shown += char === ' ' ? ' ' : digits[at++];
	}
	const left = digits.slice(at);
	return left ? `${shown}${shown && !shown.endsWith(' ') && pattern ? ' ' : ''}${left}` : shown;
}

function fits(digits: string, pattern: string): boolean {
	const signs = pattern.replaceAll(' ', '');
	return [...digits].every((digit, at) => signs[at] === undefined || signs[at] === 'X' || signs[at] === digit);
}

/** A number of the kind 99966XYYYY, that a server for trying things out takes with the code XXXXX. */
export function makeTestPhone(): string {
	const digits = Array.from(crypto.getRandomValues(new Uint8Array(4)), (byte) => byte % 10).join('');
	return `99966${1 + (crypto.getRandomValues(new Uint8Array(1))[0]! % 3)}${digits}`;
}

/** The code of such a number; undefined for any other. */
export function codeOfTestPhone(digits: string): string | undefined {
	return /^99966(\d)\d{4}$/.exec(digits)?.[1]?.repeat(5);
}
