import { describe, expect, test } from 'vitest';
import { message } from '$lib/stores/sample.ts';
import { PinPlace } from './pin-place.svelte.ts';

function open() {
	const place = new PinPlace();
	place.pinned = [30, 20, 10].map((id) => message(id));
	return place;
}

describe('the bar of pinned messages', () => {
	test('begins with the newest', () => {
		expect(open().shown?.id).toBe(30);
		expect(new PinPlace().shown).toBeUndefined();
	});

	test('follows the view: the pin at or above its end', () => {
		const place = open();
		place.look(15, 25);
		expect(place.shown?.id).toBe(20);
		place.look(12, 20);
		expect(place.shown?.id).toBe(20);
		place.look(5, 12);
		expect(place.shown?.id).toBe(10);
		place.look(40, 50);
		expect(place.shown?.id).toBe(30);
	});

	test('above all pins it shows the oldest, which is the nearest', () => {
		const place = open();
		place.look(1, 5);
		expect(place.shown?.id).toBe(10);
	});

	test('a press leads on to the next older one, and from the oldest to the newest', () => {
		const place = open();
		place.look(40, 50);
		expect(place.press()?.id).toBe(30);
		expect(place.shown?.id).toBe(20);
		place.look(26, 34);
		expect(place.press()?.id).toBe(20);
		place.look(16, 24);
		expect(place.press()?.id).toBe(10);
		place.look(6, 14);
		expect(place.shown?.id).toBe(30);
		expect(place.press()?.id).toBe(30);
		expect(place.shown?.id).toBe(20);
	});

	test('once the reader has left the pin it follows the view again', () => {
		const place = open();
		place.look(40, 50);
		place.press();
		place.look(40, 50);
		expect(place.shown?.id).toBe(20);
		place.look(26, 34);
		place.look(28, 36);
		expect(place.shown?.id).toBe(20);
		place.look(31, 39);
		expect(place.shown?.id).toBe(30);
	});

	test('what is deleted is no pin', () => {
		const place = open();
		place.remove([30]);
		expect(place.shown?.id).toBe(20);
	});
});
