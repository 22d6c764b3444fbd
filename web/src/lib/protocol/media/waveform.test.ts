import { expect, test } from 'vitest';
import { packWaveform, unpackWaveform } from './waveform.ts';

test('what is packed unpacks to the same', () => {
	const heights = Array.from({ length: 64 }, (_, i) => (i * 7) % 32);
	expect(packWaveform(heights)).toHaveLength(40);
	expect(unpackWaveform(packWaveform(heights))).toEqual(heights);
});

test('heights out of bounds are cut', () => {
	expect(unpackWaveform(packWaveform([99, -3, 5, 0, 0, 0, 0, 0]))).toEqual([31, 0, 5, 0, 0, 0, 0, 0]);
});
