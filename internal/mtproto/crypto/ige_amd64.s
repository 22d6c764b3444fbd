#include "textflag.h"

// AES-256-IGE with AES-NI. AX points at 15 round keys in the order of use.
//
// Both directions are one loop. Let "in" be what goes into the cipher and "out" what comes out: plaintext and
// ciphertext, or the reverse. Then out[i] = AES(in[i] ^ out[i-1]) ^ in[i-1]. The last round of AES ends with an xor
// of its round key, and the first begins with one, so both xors of IGE are folded into round keys: between two
// blocks nothing but AES rounds is on the critical path.
//
// last is the iv. Decryption leaves in it what the next call goes on with.

// EXPAND turns the last round key of the same parity, in x, into the next: t is made of the one between.
#define EXPAND(rcon, select, between, x) \
	VAESKEYGENASSIST $rcon, between, X3 \
	VPSHUFD $select, X3, X3 \
	VPSLLDQ $4, x, X4 \
	VPXOR X4, x, x \
	VPSLLDQ $8, x, X4 \
	VPXOR X4, x, x \
	VPXOR X3, x, x

// EVEN and ODD make one round key each. KEEP stores them, in the order of encryption.
#define EVEN(rcon) EXPAND(rcon, 0xff, X2, X1)
#define ODD EXPAND(0, 0xaa, X1, X2)
#define KEEP(x, off) VMOVDQU x, off(AX)
// INVERT stores them for decryption.
#define INVERT(x, off) VAESIMC x, X3; VMOVDQU X3, off(AX)

// START loads the first block. X5 is in[i-1], X6 is in[i], X0 is in[i] ^ out[i-1] after the first round key.
#define START(lastIn, lastOut) \
	VMOVDQU lastIn(BX), X5 \
	VMOVDQU (DI), X6 \
	VMOVDQU 0(AX), X9 \
	VMOVDQU 224(AX), X8 \
	VPXOR lastOut(BX), X6, X0 \
	VPXOR X9, X0, X0

#define ROUNDS(ROUND) \
	ROUND 16(AX), X0, X0 \
	ROUND 32(AX), X0, X0 \
	ROUND 48(AX), X0, X0 \
	ROUND 64(AX), X0, X0 \
	ROUND 80(AX), X0, X0 \
	ROUND 96(AX), X0, X0 \
	ROUND 112(AX), X0, X0 \
	ROUND 128(AX), X0, X0 \
	ROUND 144(AX), X0, X0 \
	ROUND 160(AX), X0, X0 \
	ROUND 176(AX), X0, X0 \
	ROUND 192(AX), X0, X0 \
	ROUND 208(AX), X0, X0 \
	VPXOR X8, X5, X5

// NEXT ends block i twice from the same state: to out[i], and to what begins block i+1.
#define NEXT(LAST) \
	VMOVDQU 16(DI), X7 \
	VPXOR X5, X7, X10 \
	VPXOR X9, X10, X10 \
	LAST X5, X0, X11 \
	LAST X10, X0, X0 \
	VMOVDQU X11, (DI) \
	VMOVDQU X6, X5 \
	VMOVDQU X7, X6 \
	ADDQ $16, DI

// KEYS begins with the key itself, which is the first two round keys.
#define KEYS \
	MOVQ keys+0(FP), AX \
	MOVQ key+8(FP), BX \
	VMOVDQU 0(BX), X1 \
	VMOVDQU 16(BX), X2

// func expand(keys *roundKeys, key *[32]byte)
TEXT ·expand(SB), NOSPLIT, $0-16
	KEYS
	KEEP(X1, 0)
	KEEP(X2, 16)
	EVEN(0x01); KEEP(X1, 32)
	ODD; KEEP(X2, 48)
	EVEN(0x02); KEEP(X1, 64)
	ODD; KEEP(X2, 80)
	EVEN(0x04); KEEP(X1, 96)
	ODD; KEEP(X2, 112)
	EVEN(0x08); KEEP(X1, 128)
	ODD; KEEP(X2, 144)
	EVEN(0x10); KEEP(X1, 160)
	ODD; KEEP(X2, 176)
	EVEN(0x20); KEEP(X1, 192)
	ODD; KEEP(X2, 208)
	EVEN(0x40); KEEP(X1, 224)
	RET

// func expandInverse(keys *roundKeys, key *[32]byte)
TEXT ·expandInverse(SB), NOSPLIT, $0-16
	KEYS
	KEEP(X1, 224)
	INVERT(X2, 208)
	EVEN(0x01); INVERT(X1, 192)
	ODD; INVERT(X2, 176)
	EVEN(0x02); INVERT(X1, 160)
	ODD; INVERT(X2, 144)
	EVEN(0x04); INVERT(X1, 128)
	ODD; INVERT(X2, 112)
	EVEN(0x08); INVERT(X1, 96)
	ODD; INVERT(X2, 80)
	EVEN(0x10); INVERT(X1, 64)
	ODD; INVERT(X2, 48)
	EVEN(0x20); INVERT(X1, 32)
	ODD; INVERT(X2, 16)
	EVEN(0x40); KEEP(X1, 0)
	RET

// func encryptBlocks(keys *roundKeys, last *[32]byte, b *byte, size int)
TEXT ·encryptBlocks(SB), NOSPLIT, $0-32
	MOVQ keys+0(FP), AX
	MOVQ last+8(FP), BX
	MOVQ b+16(FP), DI
	MOVQ size+24(FP), CX
	START(16, 0)
encrypt:
	ROUNDS(VAESENC)
	SUBQ $16, CX
	JZ encrypted
	NEXT(VAESENCLAST)
	JMP encrypt
encrypted:
	VAESENCLAST X5, X0, X0
	VMOVDQU X0, (DI)
	RET

// func decryptBlocks(keys *roundKeys, last *[32]byte, b *byte, size int)
TEXT ·decryptBlocks(SB), NOSPLIT, $0-32
	MOVQ keys+0(FP), AX
	MOVQ last+8(FP), BX
	MOVQ b+16(FP), DI
	MOVQ size+24(FP), CX
	START(0, 16)
decrypt:
	ROUNDS(VAESDEC)
	SUBQ $16, CX
	JZ decrypted
	NEXT(VAESDECLAST)
	JMP decrypt
decrypted:
	VAESDECLAST X5, X0, X0
	VMOVDQU X0, (DI)
	VMOVDQU X6, 0(BX)
	VMOVDQU X0, 16(BX)
	RET
