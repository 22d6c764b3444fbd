import { language, type Entry } from './language.svelte.ts';

export type Values = Readonly<Record<string, string | number>>;

const rules = new Map<string, Intl.PluralRules>();
const numbers = new Map<string, Intl.NumberFormat>();

/** Returns the text of `key` with `values` filled in for its `{name}`s; the key itself when there is no such text. */
export function t(key: string, values: Values = {}): string {
	const entry = language.find(key);
	return entry === undefined ? key : fill(formOf(entry, 'other'), values);
}

/** Returns the text of `key` in its form for `n` things; `{n}` is filled in with the number. */
export function tn(key: string, n: number, values: Values = {}): string {
	const entry = language.find(key);
	if (entry === undefined) return key;
	const shown = numberFormat(language.locale).format(n);
	return fill(formOf(entry, pluralRule(language.code).select(n)), { n: shown, ...values });
}

/**
 * Splits the text of `key` at its `{name}`s, for texts that have a component in the middle: 'Write to {name}' gives
 * ['Write to ', {name: 'name'}].
 */
export function tParts(key: string): (string | { name: string })[] {
	const text = formOf(language.find(key) ?? key, 'other');
	return text
		.split(/(\{\w+\})/)
		.filter((part) => part !== '')
		.map((part) => (/^\{\w+\}$/.test(part) ? { name: part.slice(1, -1) } : part));
}

function formOf(entry: Entry, rule: Intl.LDMLPluralRule): string {
	return typeof entry === 'string' ? entry : (entry[rule] ?? entry.other ?? '');
}

function fill(text: string, values: Values): string {
	return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function pluralRule(code: string): Intl.PluralRules {
	let rule = rules.get(code);
	if (!rule) rules.set(code, (rule = new Intl.PluralRules(code)));
	return rule;
}

function numberFormat(locale: string): Intl.NumberFormat {
	let format = numbers.get(locale);
	if (!format) numbers.set(locale, (format = new Intl.NumberFormat(locale)));
	return format;
}
