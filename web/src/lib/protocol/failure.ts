import { MtTimeoutError, MtcuteError, tl } from '@mtcute/core';
import { ApiError } from '../api/failure.ts';

const number = /^(.*?)_(\d+)(MIN)?$/;

/** An error of the library as what crosses to the page. */
export function toApiError(error: unknown): ApiError {
	if (error instanceof ApiError) return error;
	if (tl.RpcError.is(error)) return new ApiError(failureOfText(rawText(error), error.code));
	if (error instanceof MtTimeoutError) return new ApiError({ text: 'TIMEOUT', code: 0 });
	if (error instanceof DOMException && error.name === 'AbortError') return new ApiError({ text: 'CANCELLED', code: 0 });
	if (error instanceof MtcuteError) return new ApiError({ text: 'NETWORK', code: 0 });
	return new ApiError({ text: 'INTERNAL', code: 0 });
}

function failureOfText(text: string, code: number) {
	const parts = number.exec(text);
	return parts ? { text: parts[1]!, code, value: Number(parts[2]) } : { text, code };
}

/** The library takes the number out of the text (`FLOOD_WAIT_%d`) and keeps it in a field of another name each time. */
function rawText(error: tl.RpcError): string {
	const value = Object.values(error).find((field) => typeof field === 'number' && field !== error.code);
	return (error.text as string).replace('%d', String(value ?? 0));
}
