import { language } from '$lib/text';

/** A day of the year, with the year where it is known. */
export function formatBirthday({ day, month, year }: { day: number; month: number; year?: number }): string {
	const date = new Date(Date.UTC(year ?? 2000, month - 1, day));
	const options = {
		day: 'numeric',
		month: 'long',
		timeZone: 'UTC',
		...(year ? { year: 'numeric' as const } : {}),
	} as const;
	return new Intl.DateTimeFormat(language.locale, options).format(date);
}
