import { on } from 'svelte/events';
import { findMessageAt } from './list-focus.ts';

/** Milliseconds that a finger rests until the menu opens, where the browser does not do that itself. */
const holdTime = 500;
/** Pixels a finger may tremble. */
const tremble = 10;
/** Pixels that a message is drawn aside to be answered. */
const swipeReach = 56;

interface Touching {
	element: HTMLElement;
	x: number;
	y: number;
	isSwipe: boolean;
	hold: ReturnType<typeof setTimeout>;
}

/**
 * Fingers on a list of messages: held, a message opens its menu; drawn towards the start of the line, it is answered.
 * Returns how to end it.
 */
export function watchTouch(list: HTMLElement, onswipe: (element: HTMLElement) => void): () => void {
	let touching: Touching | undefined;
	/** The finger rests still after the menu opened: lifting it must not press what lies under it. */
	let isHeld = false;

	function start(event: TouchEvent) {
		end();
		isHeld = false;
		const finger = event.touches[0];
		const element = findMessageAt(event.target);
		if (!finger || !element || event.touches.length > 1) return;
		const { clientX: x, clientY: y } = finger;
		const hold = setTimeout(() => openMenu(event.target, x, y), holdTime);
		touching = { element, x, y, isSwipe: false, hold };
	}

	function openMenu(target: EventTarget | null, clientX: number, clientY: number) {
		end();
		isHeld = true;
		target?.dispatchEvent(new MouseEvent('contextmenu', { clientX, clientY, bubbles: true, cancelable: true }));
	}

	function move(event: TouchEvent) {
		const finger = event.touches[0];
		if (!touching || !finger) return;
		const aside = finger.clientX - touching.x;
		const along = Math.abs(finger.clientY - touching.y);
		if (Math.abs(aside) > tremble || along > tremble) clearTimeout(touching.hold);
		if (!touching.isSwipe && along > tremble) return end();
		if (aside < -tremble) touching.isSwipe = true;
		if (touching.isSwipe) touching.element.style.translate = `${Math.max(-swipeReach * 1.3, Math.min(0, aside))}px`;
	}

	function lift(event: TouchEvent) {
		if (isHeld && event.cancelable) event.preventDefault();
		const finger = event.changedTouches[0];
		const swiped =
			touching?.isSwipe && finger && finger.clientX - touching.x < -swipeReach ? touching.element : undefined;
		end();
		if (swiped) onswipe(swiped);
	}

	/** The browser's own menu came first. */
	function end() {
		if (!touching) return;
		clearTimeout(touching.hold);
		touching.element.style.translate = '';
		touching = undefined;
	}

	const passive = { passive: true };
	const offs = [
		on(list, 'touchstart', start, passive),
		on(list, 'touchmove', move, passive),
		on(list, 'touchend', lift),
		on(list, 'touchcancel', end),
		on(list, 'contextmenu', end),
	];
	return () => offs.forEach((off) => off());
}
