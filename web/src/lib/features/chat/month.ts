/** Where weeks begin in a language: 1 Monday to 7 Sunday. Monday where the browser does not tell. */
function firstWeekday(code: string): number {
	const locale = new Intl.Locale(code) as Intl.Locale & {
		getWeekInfo?: () => { firstDay: number };
		weekInfo?: { firstDay: number };
	};
	return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1;
}

/** The days of a month in rows of seven; undefined before the first. */
export function listDays(year: number, month: number, code: string): (number | undefined)[] {
	const weekday = new Date(year, month, 1).getDay();
	const before = (weekday - (firstWeekday(code) % 7) + 7) % 7;
	const count = new Date(year, month + 1, 0).getDate();
	return [...Array.from({ length: before }, () => undefined), ...Array.from({ length: count }, (_, i) => i + 1)];
}

/** The short names of the weekdays in the order of the language. */
export function listWeekdays(code: string): string[] {
	const format = new Intl.DateTimeFormat(code, { weekday: 'short', timeZone: 'UTC' });
	const sunday = Date.UTC(2023, 0, 1);
	return Array.from({ length: 7 }, (_, i) => format.format(sunday + (firstWeekday(code) + i) * 86_400_000));
}
