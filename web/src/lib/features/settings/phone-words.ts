/** A number with its plus sign; empty for none. */
export function showPhone(phone: string | undefined): string {
	return phone ? `+${phone.replace(/^\+/, '')}` : '';
}
