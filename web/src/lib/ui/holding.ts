import { on } from 'svelte/events';

/** Milliseconds that a finger rests until the menu opens. */
const holdTime = 500;
/** Pixels a finger may tremble. */
const tremble = 10;

/**
 * A finger that rests on something opens its context menu, also in browsers of phones that do not do that by
 * themselves. For `{@attach}`.
 */
export function opensMenuOnHold(area: HTMLElement): () => void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	let from = { x: 0, y: 0 };
	let isHeld = false;

	function start(event: TouchEvent) {
		const finger = event.touches[0];
		end();
		isHeld = false;
		if (!finger || event.touches.length > 1) return;
		from = { x: finger.clientX, y: finger.clientY };
		timer = setTimeout(() => open(event.target), holdTime);
	}

	function open(target: EventTarget | null) {
		const [clientX, clientY] = [from.x, from.y];
		target?.dispatchEvent(new MouseEvent('contextmenu', { clientX, clientY, bubbles: true, cancelable: true }));
		isHeld = true;
	}

	function move(event: TouchEvent) {
		const finger = event.touches[0];
		if (finger && Math.hypot(finger.clientX - from.x, finger.clientY - from.y) > tremble) end();
	}

	/** The finger that opened the menu does not also press what lies under it. */
	function lift(event: TouchEvent) {
		end();
		if (isHeld) event.preventDefault();
	}

	function end() {
		clearTimeout(timer);
	}

	const offs = [
		on(area, 'touchstart', start, { passive: true }),
		on(area, 'touchmove', move, { passive: true }),
		on(area, 'touchend', lift),
		on(area, 'touchcancel', end),
		on(area, 'contextmenu', end),
		end,
	];
	return () => offs.forEach((off) => off());
}
