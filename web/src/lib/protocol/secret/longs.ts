import { Long, type tl } from '@mtcute/core';

/** The library's form of a number of 64 bits. */
export function toLong(n: bigint): tl.Long {
	return Long.fromBits(Number(BigInt.asIntN(32, n)), Number(BigInt.asIntN(32, n >> 32n)));
}

/** The form that the secret layer computes with. */
export function fromLong(n: tl.Long): bigint {
	return BigInt.asIntN(64, (BigInt(n.high) << 32n) | BigInt(n.low >>> 0));
}
