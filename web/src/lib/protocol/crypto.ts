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
import { ApiError } from '../api/failure.ts';
import simdUrl from '@mtcute/wasm/mtcute-simd.wasm?url';
import plainUrl from '@mtcute/wasm/mtcute.wasm?url';

const hashes: Record<string, string> = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' };

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

	/** Rejects with an ApiError `INSECURE_CONTEXT` where browsers have no WebCrypto: over plain HTTP from another machine. */
	async pbkdf2(password: Uint8Array, salt: Uint8Array, iterations: number, length = 64, algorithm = 'sha512') {
		if (!isSecureContext) throw new ApiError({ text: 'INSECURE_CONTEXT', code: 0 });
		const key = await crypto.subtle.importKey('raw', password as Bytes, 'PBKDF2', false, ['deriveBits']);
		const hash = hashes[algorithm] ?? algorithm;
		const params = { name: 'PBKDF2', salt: salt as Bytes, iterations, hash };
		return new Uint8Array(await crypto.subtle.deriveBits(params, key, length * 8));
	}

	async hmacSha256(data: Uint8Array, key: Uint8Array) {
		const algorithm = { name: 'HMAC', hash: 'SHA-256' };
		const imported = await crypto.subtle.importKey('raw', key as Bytes, algorithm, false, ['sign']);
		return new Uint8Array(await crypto.subtle.sign('HMAC', imported, data as Bytes));
	}
}

async function loadWasm(): Promise<WebAssembly.Instance> {
	const url = SIMD_AVAILABLE ? simdUrl : plainUrl;
	const { instance } = await WebAssembly.instantiateStreaming(fetch(url));
	return instance;
}
