import { expect, test } from 'vitest';
import { endOfDay, fromField, startOfDay, toField } from './period.ts';

test('a day begins at its first second and ends at its last', () => {
	const day = new Date(2026, 10, 23, 15, 30);
	expect(endOfDay(day) - startOfDay(day)).toBe(24 * 3600 - 1);
	expect(new Date(startOfDay(day) * 1000).getHours()).toBe(0);
});

test('a field for dates gives back the day that it was given', () => {
	const start = startOfDay(new Date(2026, 1, 3));
	expect(toField(start)).toBe('2026-02-03');
	expect(fromField('2026-02-03')).toBe(start);
});

test('an empty field names no day', () => {
	expect(toField()).toBe('');
	expect(fromField('')).toBeUndefined();
});
