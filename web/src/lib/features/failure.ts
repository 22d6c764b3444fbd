import { failureOf } from '$lib/api/failure';
import { formatDuration, formatPeriod, t } from '$lib/text';

/** Failures that have words of their own wherever they are met. */
const words: Record<string, () => string> = {
	NETWORK: () => t('CommonFailedNetwork'),
	TIMEOUT: () => t('CommonFailedNetwork'),
	CLOSED: () => t('CommonFailedNetwork'),
	INSECURE_CONTEXT: () => t('FailureInsecure'),
	INTERNAL: () => t('CommonFailed'),
	USERNAME_OCCUPIED: () => t('FailureUsernameTaken'),
	USERNAME_INVALID: () => t('FailureUsernameForm'),
	USERNAME_NOT_OCCUPIED: () => t('FailureNobody'),
	PHONE_NOT_OCCUPIED: () => t('FailureNobody'),
	USER_PRIVACY_RESTRICTED: () => t('FailurePrivacy'),
	YOU_BLOCKED_USER: () => t('FailureYouBlocked'),
	USER_IS_BLOCKED: () => t('FailureBlocked'),
	VOICE_MESSAGES_FORBIDDEN: () => t('FailureVoice'),
	CHAT_WRITE_FORBIDDEN: () => t('FailureNoRight'),
	CHAT_ADMIN_REQUIRED: () => t('FailureNoRight'),
	USER_ADMIN_INVALID: () => t('FailureNoRight'),
	CHAT_SEND_MEDIA_FORBIDDEN: () => t('FailureNoRight'),
	CHANNEL_PRIVATE: () => t('FailurePrivateChat'),
	INVITE_HASH_EXPIRED: () => t('FailureInviteOver'),
	INVITE_HASH_INVALID: () => t('FailureInviteOver'),
	USERS_TOO_MUCH: () => t('FailureChatFull'),
	MESSAGE_TOO_LONG: () => t('FailureTooLong'),
	MEDIA_CAPTION_TOO_LONG: () => t('FailureTooLong'),
	FILE_PARTS_INVALID: () => t('FailureFileTooBig'),
	FILE_TOO_BIG: () => t('FailureFileTooBig'),
	FIRSTNAME_INVALID: () => t('FailureName'),
	LASTNAME_INVALID: () => t('FailureName'),
	ABOUT_TOO_LONG: () => t('FailureTooLong'),
	PASSWORD_HASH_INVALID: () => t('FailurePassword'),
	EMAIL_INVALID: () => t('LoginWrongEmail'),
	EMAIL_NOT_ALLOWED: () => t('LoginEmailNotAllowed'),
	CODE_INVALID: () => t('LoginWrongCode'),
	EMAIL_VERIFY_EXPIRED: () => t('LoginOldCode'),
	BOT_RESPONSE_TIMEOUT: () => t('ChatButtonSilent'),
	FRESH_RESET_AUTHORISATION_FORBIDDEN: () => t('FailureFreshLogin'),
};

/** What went wrong, in the language of the page. Takes whatever was caught. */
export function describeFailure(error: unknown): string {
	const failure =
		typeof error === 'object' && error && 'text' in error
			? (error as { text: string; value?: number })
			: failureOf(error);
	if (failure.text.startsWith('SLOWMODE')) return t('FailureSlow', { time: formatDuration(failure.value ?? 60) });
	if (failure.text.startsWith('FLOOD')) {
		return t('CommonFailedFlood', { time: formatPeriod(failure.value ?? 60) });
	}
	return words[failure.text]?.() ?? t('CommonFailedWith', { error: failure.text });
}
