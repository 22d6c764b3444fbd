import { expect, test } from 'vitest';
import type { Country } from '$lib/api/auth';
import { codeOfTestPhone, formatPhone, makeTestPhone, matchPhone } from './phone.ts';

const countries: Country[] = [
	{ iso: 'US', name: 'USA', codes: [{ code: '1', prefixes: [], patterns: ['XXX XXX XXXX'] }] },
	{ iso: 'JM', name: 'Jamaica', codes: [{ code: '1', prefixes: ['876'], patterns: ['XXX XXXX'] }] },
	{ iso: 'NO', name: 'Norway', codes: [{ code: '47', prefixes: [], patterns: ['XXX XX XXX'] }] },
];

test('the longest prefix wins', () => {
	expect(matchPhone('18765551234', countries)?.country.iso).toBe('JM');
	expect(matchPhone('12125551234', countries)?.country.iso).toBe('US');
	expect(matchPhone('99966', countries)).toBeUndefined();
});

test('a number is shown in the groups of its country', () => {
	expect(formatPhone('4790012345', countries)).toBe('+47 900 12 345');
	expect(formatPhone('47', countries)).toBe('+47');
	expect(formatPhone('47900123456', countries)).toBe('+47 900 12 345 6');
	expect(formatPhone('9996612345', countries)).toBe('+9996612345');
	expect(formatPhone('', countries)).toBe('');
});

test('a test number has the code that the server gives it', () => {
	expect(codeOfTestPhone('9996621234')).toBe('22222');
	expect(codeOfTestPhone('4790012345')).toBeUndefined();
	expect(codeOfTestPhone(makeTestPhone())).toMatch(/^(\d)\1{4}$/);
});
