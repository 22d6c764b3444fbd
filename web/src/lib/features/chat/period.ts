/** The first second of a day by the clock of the browser. */
export function startOfDay(date: Date): number {
	return new Date(date).setHours(0, 0, 0, 0) / 1000;
}

/** The last second of a day by the clock of the browser. */
export function endOfDay(date: Date): number {
	return Math.floor(new Date(date).setHours(23, 59, 59, 0) / 1000);
}

/** The day of a time as a field for dates takes it; empty: none. */
export function toField(seconds?: number): string {
	if (seconds === undefined) return '';
	const date = new Date(seconds * 1000);
	const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
	return parts.map((part) => String(part).padStart(2, '0')).join('-');
}

/** The first second of the day that a field for dates names. */
export function fromField(value: string): number | undefined {
	const [year, month, day] = value.split('-').map(Number);
	return year && month && day ? startOfDay(new Date(year, month - 1, day)) : undefined;
}
