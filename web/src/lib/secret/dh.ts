import { fromBigInt, fromHex, isEqual, toBigInt } from './bytes.ts';
import { SecretError } from './errors.ts';
import type { Primitives } from './primitives.ts';

/** Length of a key and of every value of the exchange, in bytes. */
export const keySize = 256;

/** How far from the ends of the group public values must lie: 2^(2048-64). */
const margin = 1n << BigInt(keySize * 8 - 64);

/** What `messages.getDhConfig` answers. Spec: https://core.telegram.org/method/messages.getDhConfig */
export interface DhConfig {
	/** Names `p` and `g`; a client that has them says it and gets no more than `random`. */
	version: number;
	/** The prime, big-endian, 256 bytes; missing when the version that was asked about is still the newest. */
	p?: Uint8Array;
	/** The generator, 2 to 7. */
	g: number;
	/** Entropy of the server's; it is mixed with our own and never used alone. */
	random: Uint8Array;
}

/** The modulus that servers of this protocol use. It is known to be safe, so that it needs no long test. */
export const knownPrime = fromHex(
	'c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f' +
		'48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37' +
		'20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64' +
		'2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4' +
		'a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754' +
		'fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4' +
		'e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f' +
		'0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b',
);

/** Bounds the chance that a number made to deceive passes: 4^-64. */
const primalityRounds = 64;

/**
 * Throws `group` unless the exchange is safe with `c`: the prime is a safe one of 2048 bits and `g` generates its
 * subgroup of prime order. For any but the well-known prime it takes seconds; remember the result.
 * Spec: https://core.telegram.org/mtproto/security_guidelines#validation-of-dh-parameters
 */
export function checkConfig(c: DhConfig, primitives: Primitives) {
	if (c.p?.length !== keySize || ((c.p[0] ?? 0) & 0x80) === 0) {
		throw new SecretError('group', `prime of ${c.p?.length ?? 0} bytes`);
	}
	const p = toBigInt(c.p);
	if (!isGenerator(c.g, p)) throw new SecretError('group', `generator ${c.g}`);
	if (isEqual(c.p, knownPrime)) return;
	if (!isProbablyPrime(p, primitives) || !isProbablyPrime(p >> 1n, primitives)) {
		throw new SecretError('group', 'modulus is no safe prime');
	}
}

/** Which remainders of the prime make a generator a quadratic residue. */
const residues: Record<number, { mod: bigint; good: bigint[] }> = {
	2: { mod: 8n, good: [7n] },
	3: { mod: 3n, good: [2n] },
	4: { mod: 1n, good: [0n] },
	5: { mod: 5n, good: [1n, 4n] },
	6: { mod: 24n, good: [19n, 23n] },
	7: { mod: 7n, good: [3n, 5n, 6n] },
};

function isGenerator(g: number, p: bigint): boolean {
	const r = residues[g];
	return r !== undefined && r.good.includes(p % r.mod);
}

/** Miller and Rabin, with bases that cannot be foreseen. */
function isProbablyPrime(n: bigint, primitives: Primitives): boolean {
	if (n < 4n || (n & 1n) === 0n) return n === 2n || n === 3n;
	let odd = n - 1n;
	let twos = 0;
	for (; (odd & 1n) === 0n; twos++) odd >>= 1n;
	for (let round = 0; round < primalityRounds; round++) {
		const base = 2n + (toBigInt(primitives.random(keySize + 8)) % (n - 3n));
		if (isWitness(base, n, odd, twos)) return false;
	}
	return true;
}

function isWitness(base: bigint, n: bigint, odd: bigint, twos: number): boolean {
	let x = power(base, odd, n);
	if (x === 1n || x === n - 1n) return false;
	for (let i = 1; i < twos; i++) {
		x = (x * x) % n;
		if (x === n - 1n) return false;
	}
	return true;
}

/**
 * Modular exponentiation with the engine's own big numbers: about 30 ms for 2048 bits. Its time depends on the exponent;
 * each exponent is used at most twice, in a worker whose clock nobody else reads.
 */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
	let result = 1n;
	let square = base % modulus;
	for (let e = exponent; e > 0n; e >>= 1n) {
		if ((e & 1n) === 1n) result = (result * square) % modulus;
		square = (square * square) % modulus;
	}
	return result;
}

/** Computes with a checked configuration. */
export class Group {
	readonly #g: bigint;
	readonly #p: bigint;

	constructor(g: number, p: Uint8Array) {
		this.#g = BigInt(g);
		this.#p = toBigInt(p);
	}

	/** What the other side gets for a secret. */
	publicOf(secret: Uint8Array): Uint8Array {
		return fromBigInt(power(this.#g, toBigInt(secret), this.#p), keySize);
	}

	/**
	 * Draws an exponent and what the other side gets. The server's random bytes are mixed in, so that neither a weak
	 * source here nor a hostile server alone decides on the secret.
	 */
	newSecret(primitives: Primitives, random?: Uint8Array): { secret: Uint8Array; public: Uint8Array } {
		for (let attempt = 0; attempt < 16; attempt++) {
			const secret = primitives.random(keySize).map((b, i) => b ^ (random?.[i] ?? 0));
			const answer = this.publicOf(secret);
			if (this.#isInRange(toBigInt(answer))) return { secret, public: answer };
		}
		throw new SecretError('group', 'no good secret found'); // all but one in 2^63 are good
	}

	/**
	 * The key that both sides then have: `given` to the power of `secret`, with leading zeros. Throws `group` unless
	 * `given` lies between 2^1984 and p - 2^1984.
	 * Spec: https://core.telegram.org/mtproto/security_guidelines#g-a-and-g-b-validation
	 */
	shared(secret: Uint8Array, given: Uint8Array): Uint8Array {
		const x = toBigInt(given);
		if (given.length > keySize || !this.#isInRange(x)) {
			throw new SecretError('group', `public value of ${given.length} bytes`);
		}
		return fromBigInt(power(x, toBigInt(secret), this.#p), keySize);
	}

	#isInRange(x: bigint): boolean {
		return x >= margin && x <= this.#p - margin;
	}
}
