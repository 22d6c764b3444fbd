import { language } from './language.svelte.ts';
import { t } from './translate.ts';

/**
 * Dates, numbers and sizes as the language writes them. Dates are seconds since 1970, durations seconds, sizes bytes.
 */

const day = 24 * 60 * 60;

/** How dates are written; each is one object, by which its formatter is found again. */
const timeOnly = { hour: '2-digit', minute: '2-digit' } as const;
const exactTime = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
const dayAndMonth = { day: 'numeric', month: 'long' } as const;
const fullDate = { day: 'numeric', month: 'long', year: 'numeric' } as const;
const shortDay = { day: 'numeric', month: 'short' } as const;
const shortDate = { day: '2-digit', month: '2-digit', year: '2-digit' } as const;
const weekday = { weekday: 'short' } as const;
const monthAndYear = { month: 'long', year: 'numeric' } as const;

/** Formatters are dear to make. */
const dateFormats = new Map<string, Map<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>>();
const numberFormats = new Map<string, Intl.NumberFormat>();
const collators = new Map<string, Intl.Collator>();

function formatDate(at: number, options: Intl.DateTimeFormatOptions): string {
	const { locale } = language;
	const formats = dateFormats.get(locale) ?? new Map<Intl.DateTimeFormatOptions, Intl.DateTimeFormat>();
	dateFormats.set(locale, formats);
	let format = formats.get(options);
	if (!format) formats.set(options, (format = new Intl.DateTimeFormat(locale, options)));
	return format.format(at * 1000);
}

/** Returns `n` as the language writes it, with the options of Intl. */
export function formatNumber(n: number, options: Intl.NumberFormatOptions = {}): string {
	const key = language.locale + JSON.stringify(options);
	let format = numberFormats.get(key);
	if (!format) numberFormats.set(key, (format = new Intl.NumberFormat(language.locale, options)));
	return format.format(n);
}

/** 1234 -> 1.2K: for badges, views and reactions. */
export function formatCount(n: number): string {
	return n < 1000 ? String(n) : formatNumber(n, { notation: 'compact', maximumFractionDigits: 1 });
}

/** 0.256 -> 26%. */
export function formatPercent(share: number): string {
	return formatNumber(share, { style: 'percent' });
}

/** The time of day: 14:05. */
export function formatTime(at: number): string {
	return formatDate(at, timeOnly);
}

/** The time of day with its seconds. */
export function formatExactTime(at: number): string {
	return formatDate(at, exactTime);
}

/** Whole days between the days of two times, by this device's calendar. */
export function daysBetween(from: number, to: number): number {
	return Math.round((startOfDay(to) - startOfDay(from)) / day);
}

/** The first second of the day of `at`. */
export function startOfDay(at: number): number {
	return new Date(at * 1000).setHours(0, 0, 0, 0) / 1000;
}

function isSameYear(a: number, b: number): boolean {
	return new Date(a * 1000).getFullYear() === new Date(b * 1000).getFullYear();
}

/** The heading of a day between messages: Today, Yesterday, 3 November, 3 November 2024. */
export function formatDay(at: number, now = Date.now() / 1000): string {
	const days = daysBetween(at, now);
	if (days === 0) return t('TextToday');
	if (days === 1) return t('TextYesterday');
	return formatDate(at, isSameYear(at, now) ? dayAndMonth : fullDate);
}

/** As short as a row of the list of chats wants it: 14:05, Mon, 3 Nov, 03.11.24. */
export function formatListDate(at: number, now = Date.now() / 1000): string {
	const days = daysBetween(at, now);
	if (days === 0) return formatTime(at);
	if (days > 0 && days < 7) return formatDate(at, weekday);
	if (isSameYear(at, now)) return formatDate(at, shortDay);
	return formatDate(at, shortDate);
}

/** A date without the time: 3 November 2026. */
export function formatFullDate(at: number): string {
	return formatDate(at, fullDate);
}

/** A month as a heading: November 2026. */
export function formatMonth(at: number): string {
	return formatDate(at, monthAndYear);
}

/** Day and time: today at 14:05, yesterday at 14:05, 3 November at 14:05. */
export function formatDateTime(at: number, now = Date.now() / 1000): string {
	const key = { 0: 'TextTodayAt', 1: 'TextYesterdayAt' }[daysBetween(at, now)] ?? 'TextDayAt';
	return t(key, { day: formatDay(at, now), time: formatTime(at) });
}

/** The length of a recording: 0:07, 3:05, 1:02:03. */
export function formatDuration(seconds: number): string {
	const whole = Math.max(0, Math.floor(seconds));
	const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
	const shown = parts[0] === 0 ? parts.slice(1) : parts;
	return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

const periods: readonly [Intl.NumberFormatOptions['unit'] & string, number][] = [
	['year', 365 * day],
	['month', 30 * day],
	['week', 7 * day],
	['day', day],
	['hour', 3600],
	['minute', 60],
	['second', 1],
];

/** A period in its largest unit that divides it: 1 week, 2 days, 90 seconds. */
export function formatPeriod(seconds: number): string {
	const [unit, size] = periods.find(([, size]) => seconds >= size && seconds % size === 0) ?? (['second', 1] as const);
	return formatNumber(seconds / size, { style: 'unit', unit, unitDisplay: 'long' });
}

/** A period as short as it fits on a button: 5s, 2m, 1h, 3d. */
export function formatShortPeriod(seconds: number): string {
	const [unit, size] = periods.find(([, size]) => seconds >= size) ?? (['second', 1] as const);
	return formatNumber(Math.floor(seconds / size), { style: 'unit', unit, unitDisplay: 'narrow' });
}

const sizeUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** The size of a file: 512 bytes, 1.5 MB. */
export function formatSize(bytes: number): string {
	let step = 0;
	let n = bytes;
	while (n >= 1000 && step < sizeUnits.length - 1) {
		n /= 1000;
		step++;
	}
	const maximumFractionDigits = step > 1 && n < 100 ? 1 : 0;
	return formatNumber(n, {
		style: 'unit',
		unit: sizeUnits[step] ?? 'byte',
		unitDisplay: step === 0 ? 'long' : 'short',
		maximumFractionDigits,
	});
}

/** Names in a row: Kari, Ola and Per. */
export function formatNames(names: readonly string[]): string {
	return new Intl.ListFormat(language.locale, { type: 'conjunction' }).format(names);
}

/** The name of a country by its two letters. */
export function formatCountry(code: string): string {
	return new Intl.DisplayNames(language.locale, { type: 'region', fallback: 'code' }).of(code.toUpperCase()) ?? code;
}

/** Orders texts as the language does. */
export function compareTexts(a: string, b: string): number {
	const { locale } = language;
	let collator = collators.get(locale);
	if (!collator) collators.set(locale, (collator = new Intl.Collator(locale, { sensitivity: 'base', numeric: true })));
	return collator.compare(a, b);
}
