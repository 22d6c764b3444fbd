import type { ApiFailure } from './types.ts';

/** What a call to the worker rejects with, on both sides of the border. */
export class ApiError extends Error implements ApiFailure {
	readonly text: string;
	readonly code: number;
	readonly value?: number;

	constructor(failure: ApiFailure) {
		super(failure.value === undefined ? failure.text : `${failure.text} (${failure.value})`);
		this.name = 'ApiError';
		this.text = failure.text;
		this.code = failure.code;
		this.value = failure.value;
	}
}

/** Any caught value as a failure; what is not one is `INTERNAL`. */
export function failureOf(error: unknown): ApiFailure {
	if (error instanceof ApiError) return { text: error.text, code: error.code, value: error.value };
	return { text: 'INTERNAL', code: 0 };
}

/** Whether a caught value is the failure of that name. */
export function isFailure(error: unknown, text: string): boolean {
	return error instanceof ApiError && error.text === text;
}
