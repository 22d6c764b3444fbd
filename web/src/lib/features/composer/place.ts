export interface Place {
	latitude: number;
	longitude: number;
}

const pair = /(-?\d{1,3}(?:\.\d+)?)\s*[,;/ ]\s*(-?\d{1,3}(?:\.\d+)?)/;

/** Degrees as people write them or as they stand in the links of maps: `59.91, 10.75`, `…#map=15/59.91/10.75`, `…@59.91,10.75`. */
export function readPlace(text: string): Place | undefined {
	const part = /(?:#map=\d+\/|@|[?&](?:q|ll|mlat)=)(.*)/.exec(text)?.[1] ?? text;
	const match = pair.exec(part.replace(/&mlon=/, ','));
	const [latitude, longitude] = [Number(match?.[1]), Number(match?.[2])];
	if (!match || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined;
	return { latitude, longitude };
}
