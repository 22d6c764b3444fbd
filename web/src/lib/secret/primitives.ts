/**
 * What the layer computes with and has to be given: browsers have no AES in the mode that the protocol uses. All of it
 * answers at once, so that a packet is opened in one go.
 */
export interface Primitives {
	sha1(data: Uint8Array): Uint8Array;
	sha256(data: Uint8Array): Uint8Array;
	/** AES-256 in IGE mode over whole blocks of 16 bytes; `data` stays as it is. */
	encryptIge(data: Uint8Array, key: Uint8Array, iv: Uint8Array): Uint8Array;
	decryptIge(data: Uint8Array, key: Uint8Array, iv: Uint8Array): Uint8Array;
	/** Bytes that nobody can guess. */
	random(size: number): Uint8Array;
}
