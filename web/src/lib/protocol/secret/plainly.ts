import { ApiError } from '../../api/failure.ts';
import { SecretError } from '../../secret/index.ts';

/** An error of the secret layer as one that the page understands. */
export async function plainly<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		if (!(error instanceof SecretError)) throw error;
		if (error.cause instanceof ApiError) throw error.cause;
		throw new ApiError({ text: `SECRET_${error.kind.toUpperCase().replace('-', '_')}`, code: 400 });
	}
}

export async function* plainParts(parts: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
	for (;;) {
		const next = await plainly(parts.next());
		if (next.done) return;
		yield next.value;
	}
}
