import { BaseCryptoProvider, type IAesCtr, type ICryptoProvider, type IEncryptionScheme } from '@mtcute/core/utils.js';
import {
	createCtr256,
	ctr256,
	deflateMaxSize,
	freeCtr256,
	gunzip,
	ige256Decrypt,
	ige256Encrypt,
	initSync,
	sha1,
	sha256,
	SIMD_AVAILABLE,
} from '@mtcute/wasm';
import type { HashName } from './plain-crypto.ts';
import simdUrl from '@mtcute/wasm/mtcute-simd.wasm?url';
import plainUrl from '@mtcute/wasm/mtcute.wasm?url';

const hashNames: Record<HashName, string> = { sha256: 'SHA-256', sha512: 'SHA-512' };

/** A view that WebCrypto takes: the types do not believe that our buffers are never shared. */
type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes; larger requests are sent as they are. */
const largestPacked = 32 * 1024;

/** What the protocol needs of cryptography: WebAssembly for the bulk, WebCrypto for key derivation and random bytes. */
export class WebCrypto extends BaseCryptoProvider implements ICryptoProvider {
	readonly #wasm: () => Promise<WebAssembly.Instance>;
	#ready: Promise<void> | undefined;

	/** `wasm` is for tests; without it the module comes from the page's origin. */
	constructor(wasm: () => Promise<WebAssembly.Instance> = loadWasm) {
		super();
		this.#wasm = wasm;
	}

	/** May be called often; loads the module once. */
	initialize(): Promise<void> {
		return (this.#ready ??= this.#wasm().then(initSync));
	}

	sha1(data: Uint8Array) {
		return sha1(data);
	}

	sha256(data: Uint8Array) {
		return sha256(data);
	}

	createAesCtr(key: Uint8Array, iv: Uint8Array): IAesCtr {
		const context = createCtr256(key, iv);
		return { process: (data) => ctr256(context, data), close: () => freeCtr256(context) };
	}

	createAesIge(key: Uint8Array, iv: Uint8Array): IEncryptionScheme {
		return { encrypt: (data) => ige256Encrypt(data, key, iv), decrypt: (data) => ige256Decrypt(data, key, iv) };
	}

	/** Parts of files stay as they are: most are packed already, and what shrinks to almost nothing looks like a bomb. */
	gzip(data: Uint8Array, maxSize: number) {
		return data.length > largestPacked ? null : deflateMaxSize(data, maxSize);
	}

	gunzip(data: Uint8Array) {
		return gunzip(data);
	}

	randomFill(buffer: Uint8Array) {
		crypto.getRandomValues(buffer as Bytes);
	}

	async pbkdf2(password: Uint8Array, salt: Uint8Array, iterations: number, length = 64, algorithm?: string) {
		const hash: HashName = algorithm === 'sha256' ? 'sha256' : 'sha512';
		if (!hasWebCrypto()) return (await loadPlain()).derive(password, salt, { c: iterations, dkLen: length, hash });
		const key = await crypto.subtle.importKey('raw', password as Bytes, 'PBKDF2', false, ['deriveBits']);
		const params = { name: 'PBKDF2', salt: salt as Bytes, iterations, hash: hashNames[hash] };
		return new Uint8Array(await crypto.subtle.deriveBits(params, key, length * 8));
	}

	async hmacSha256(data: Uint8Array, key: Uint8Array) {
		if (!hasWebCrypto()) return (await loadPlain()).sign(data, key);
		const algorithm = { name: 'HMAC', hash: 'SHA-256' };
		const imported = await crypto.subtle.importKey('raw', key as Bytes, algorithm, false, ['sign']);
		return new Uint8Array(await crypto.subtle.sign('HMAC', imported, data as Bytes));
	}
}

/** Browsers keep it from pages over plain HTTP from another machine. */
function hasWebCrypto(): boolean {
	return 'subtle' in crypto;
}

function loadPlain() {
	return import('./plain-crypto.ts');
}

async function loadWasm(): Promise<WebAssembly.Instance> {
	const url = SIMD_AVAILABLE ? simdUrl : plainUrl;
	const { instance } = await WebAssembly.instantiateStreaming(fetch(url));
	return instance;
}
