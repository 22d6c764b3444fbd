import type { ApiFailure } from '$lib/api/types';
import { describeFailure } from '$lib/features/failure';
import { formatPeriod, t } from '$lib/text';

/** Failures that mean something more exact on the way in. */
const words: Record<string, () => string> = {
	PHONE_NUMBER_INVALID: () => t('LoginWrongNumber'),
	PHONE_NUMBER_BANNED: () => t('LoginBannedNumber'),
	PHONE_NUMBER_FLOOD: () => t('LoginFloodNumber'),
	PHONE_NUMBER_UNOCCUPIED: () => t('LoginNoSuchNumber'),
	SEND_CODE_UNAVAILABLE: () => t('LoginNoWay'),
	SMS_CODE_CREATE_FAILED: () => t('LoginNotSent'),
	PHONE_CODE_INVALID: () => t('LoginWrongCode'),
	PHONE_CODE_EMPTY: () => t('LoginWrongCode'),
	CODE_INVALID: () => t('LoginWrongCode'),
	EMAIL_CODE_INVALID: () => t('LoginWrongCode'),
	PHONE_CODE_EXPIRED: () => t('LoginOldCode'),
	PHONE_HASH_EXPIRED: () => t('LoginOldCode'),
	EMAIL_VERIFY_EXPIRED: () => t('LoginOldCode'),
	PASSWORD_RECOVERY_EXPIRED: () => t('LoginOldCode'),
	EMAIL_INVALID: () => t('LoginWrongEmail'),
	EMAIL_NOT_ALLOWED: () => t('LoginEmailNotAllowed'),
	PASSWORD_HASH_INVALID: () => t('LoginWrongPassword'),
	SRP_ID_INVALID: () => t('LoginWrongPassword'),
	PASSWORD_RECOVERY_NA: () => t('LoginNoRecovery'),
	FIRSTNAME_INVALID: () => t('LoginNoName'),
	TASK_ALREADY_EXISTS: () => t('LoginResetPending'),
};

/** What went wrong on the way in, in plain words; undefined when nothing did. */
export function describeLoginFailure(failure: ApiFailure | undefined): string | undefined {
	if (!failure) return undefined;
	if (failure.text === 'FLOOD_WAIT') return t('LoginFlood', { time: formatPeriod(failure.value ?? 60) });
	return words[failure.text]?.() ?? describeFailure(failure);
}
