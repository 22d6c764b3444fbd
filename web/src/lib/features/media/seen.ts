/** Plays a video without sound while it is on the screen; for people who want less motion not at all. */
export function playWhileSeen(video: HTMLVideoElement): () => void {
	const isStill =
		matchMedia('(prefers-reduced-motion: reduce)').matches || document.documentElement.dataset.motion === 'less';
	const observer = new IntersectionObserver(([entry]) => {
		if (entry?.isIntersecting && !isStill)
			video.play().catch(() => undefined); // the browser may forbid it
		else video.pause();
	});
	observer.observe(video);
	return () => observer.disconnect();
}

/** Tells whether an element is on the screen, so that what moves in it can stand still elsewhere. */
export function watchSeen(element: Element, tell: (isSeen: boolean) => void): () => void {
	const observer = new IntersectionObserver(([entry]) => tell(entry?.isIntersecting ?? false), { rootMargin: '64px' });
	observer.observe(element);
	return () => observer.disconnect();
}
