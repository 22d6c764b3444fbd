import type { DeviceInfo } from './wire.ts';

const browsers: [RegExp, string][] = [
	[/\bEdg\//, 'Edge'],
	[/\bOPR\//, 'Opera'],
	[/\bFirefox\//, 'Firefox'],
	[/Chrom(e|ium)\//, 'Chrome'],
	[/\bSafari\//, 'Safari'],
];

const systems: [RegExp, string][] = [
	[/Android/, 'Android'],
	[/iPhone|iPad|iPod/, 'iOS'],
	[/Windows/, 'Windows'],
	[/Mac OS X/, 'macOS'],
	[/CrOS/, 'ChromeOS'],
	[/Linux/, 'Linux'],
];

/** How the list of devices names this browser: only what a person wants to recognise it by. */
export function describeDevice({ userAgent, language }: Pick<Navigator, 'userAgent' | 'language'>): DeviceInfo {
	const find = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(userAgent))?.[1];
	return { model: find(browsers) ?? 'Browser', system: find(systems) ?? 'Web', language };
}
