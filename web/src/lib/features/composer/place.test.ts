import { expect, test } from 'vitest';
import { readPlace } from './place.ts';

test.each([
	['59.91, 10.75', { latitude: 59.91, longitude: 10.75 }],
	['-33.9 18.4', { latitude: -33.9, longitude: 18.4 }],
	['https://www.openstreetmap.org/#map=15/59.91/10.75', { latitude: 59.91, longitude: 10.75 }],
	['https://www.openstreetmap.org/?mlat=59.91&mlon=10.75', { latitude: 59.91, longitude: 10.75 }],
	['https://maps.example/place/@59.91,10.75,14z', { latitude: 59.91, longitude: 10.75 }],
	['95, 10', undefined],
	['Oslo', undefined],
])('%s', (text, want) => expect(readPlace(text)).toEqual(want));
