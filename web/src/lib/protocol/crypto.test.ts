import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebCrypto } from './crypto.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** What both ways make of the same: with WebCrypto, and in a page that has none. */
async function twice(make: (crypto: WebCrypto) => Promise<Uint8Array>): Promise<[string, string]> {
	const provider = new WebCrypto();
	const own = await make(provider);
	vi.stubGlobal('crypto', {});
	const plain = await make(provider);
	return [Buffer.from(own).toString('hex'), Buffer.from(plain).toString('hex')];
}

afterEach(() => vi.unstubAllGlobals());

describe('cryptography in a page over plain HTTP', () => {
	it.each([undefined, 'sha512', 'sha256'])('derives the same key, %s', async (hash) => {
		const [own, plain] = await twice((crypto) => crypto.pbkdf2(bytes('secret'), bytes('salt'), 50, 64, hash));
		expect(plain).toBe(own);
		expect(plain).toHaveLength(128);
	});

	it('signs the same', async () => {
		const [own, plain] = await twice((crypto) => crypto.hmacSha256(bytes('data'), bytes('key')));
		expect(plain).toBe(own);
	});
});
