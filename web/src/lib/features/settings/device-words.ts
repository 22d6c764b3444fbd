import type { Device } from '$lib/api/settings';
import { formatCountry } from '$lib/text';
import type { IconName } from '$lib/ui/icons';

export function titleOf(device: Device): string {
	return device.model || device.app;
}

export function placeOf(device: Device): string {
	return /^[A-Z]{2}$/.test(device.country) ? formatCountry(device.country) : device.country || device.ip;
}

export function iconOf(device: Device): IconName {
	const words = `${device.model} ${device.system} ${device.app}`;
	if (/android|iphone|ios|phone|mobile/i.test(words)) return 'phone';
	if (/chrome|firefox|safari|edge|opera|web/i.test(words)) return 'globe';
	return 'devices';
}
