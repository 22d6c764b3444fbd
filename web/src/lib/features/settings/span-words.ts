import { tn } from '$lib/text';

/** A span of days as people say it: in weeks, months or years. */
export function spanOf(days: number): string {
	if (days < 28) return days % 7 ? tn('SettingsDays', days) : tn('SettingsWeeks', days / 7);
	const months = Math.round(days / 30.4);
	return months % 12 ? tn('SettingsMonths', months) : tn('SettingsYears', months / 12);
}
