/** Heights 0 to 31 of a voice message, five bits each, the lowest first. */
export function packWaveform(heights: readonly number[]): Uint8Array {
	const bytes = new Uint8Array(Math.ceil((heights.length * 5) / 8));
	heights.forEach((height, index) => {
		const bit = index * 5;
		const at = bit >> 3;
		const value = Math.max(0, Math.min(31, Math.round(height))) << (bit & 7);
		bytes[at] = (bytes[at] ?? 0) | (value & 255);
		if (value > 255) bytes[at + 1] = (bytes[at + 1] ?? 0) | (value >> 8);
	});
	return bytes;
}

export function unpackWaveform(bytes: Uint8Array): number[] {
	return Array.from({ length: Math.floor((bytes.length * 8) / 5) }, (_, index) => {
		const bit = index * 5;
		const pair = (bytes[bit >> 3] ?? 0) | ((bytes[(bit >> 3) + 1] ?? 0) << 8);
		return (pair >> (bit & 7)) & 31;
	});
}
