#include "textflag.h"

// SHA-256 with the SHA extensions. X1 and X2 are the state, as ABEF and CDGH; X3 to X6 are the last sixteen words
// of the message schedule; X8 turns bytes around. DX points at the round constants, R8 at the state, SI at the data.

DATA flip<>+0(SB)/8, $0x0405060700010203
DATA flip<>+8(SB)/8, $0x0c0d0e0f08090a0b
GLOBL flip<>(SB), RODATA|NOPTR, $16

// ROUNDS4 does rounds 4i to 4i+3 with the words now. SCHEDULE is work on the words to come, OTHER what has
// nothing to do with it and fills the time in which the rounds wait for each other.
#define ROUNDS4(i, now, SCHEDULE, OTHER) \
	VPADDD (16*i)(DX), now, X0 \
	SHA256RNDS2 X0, X1, X2 \
	SCHEDULE \
	OTHER \
	VPSHUFD $0x0e, X0, X0 \
	SHA256RNDS2 X0, X2, X1

// N is nothing.
#define N

// LOAD takes four words of the data.
#define LOAD(i, w) \
	VMOVDQU (16*i)(SI), w \
	VPSHUFB X8, w, w

// BEGIN is the first half of the work on the words that follow before, COMPLETE the second.
#define BEGIN(now, before) SHA256MSG1 now, before
#define COMPLETE(before, now, next) \
	VPALIGNR $4, before, now, X7 \
	PADDD X7, next \
	SHA256MSG2 now, next

// BLOCK hashes the 64 bytes at SI, with other work between the rounds.
#define BLOCK(O0, O1, O2, O3, O4, O5, O6, O7, O8, O9, O10, O11, O12, O13, O14, O15) \
	VMOVDQU X1, X9 \
	VMOVDQU X2, X10 \
	LOAD(0, X3) \
	ROUNDS4(0, X3, N, O0) \
	LOAD(1, X4) \
	ROUNDS4(1, X4, BEGIN(X4, X3), O1) \
	LOAD(2, X5) \
	ROUNDS4(2, X5, BEGIN(X5, X4), O2) \
	LOAD(3, X6) \
	ROUNDS4(3, X6, COMPLETE(X5, X6, X3), O3) \
	BEGIN(X6, X5) \
	ROUNDS4(4, X3, COMPLETE(X6, X3, X4), O4) \
	BEGIN(X3, X6) \
	ROUNDS4(5, X4, COMPLETE(X3, X4, X5), O5) \
	BEGIN(X4, X3) \
	ROUNDS4(6, X5, COMPLETE(X4, X5, X6), O6) \
	BEGIN(X5, X4) \
	ROUNDS4(7, X6, COMPLETE(X5, X6, X3), O7) \
	BEGIN(X6, X5) \
	ROUNDS4(8, X3, COMPLETE(X6, X3, X4), O8) \
	BEGIN(X3, X6) \
	ROUNDS4(9, X4, COMPLETE(X3, X4, X5), O9) \
	BEGIN(X4, X3) \
	ROUNDS4(10, X5, COMPLETE(X4, X5, X6), O10) \
	BEGIN(X5, X4) \
	ROUNDS4(11, X6, COMPLETE(X5, X6, X3), O11) \
	BEGIN(X6, X5) \
	ROUNDS4(12, X3, COMPLETE(X6, X3, X4), O12) \
	BEGIN(X3, X6) \
	ROUNDS4(13, X4, COMPLETE(X3, X4, X5), O13) \
	ROUNDS4(14, X5, COMPLETE(X4, X5, X6), O14) \
	ROUNDS4(15, X6, N, O15) \
	VPADDD X9, X1, X1 \
	VPADDD X10, X2, X2

// OPEN and CLOSE bring the state from memory into the order of the instructions, and back.
#define OPEN \
	LEAQ ·roundConstants(SB), DX \
	VMOVDQU flip<>(SB), X8 \
	VMOVDQU 0(R8), X1 \
	VMOVDQU 16(R8), X2 \
	VPSHUFD $0xb1, X1, X1 \
	VPSHUFD $0x1b, X2, X2 \
	VMOVDQU X1, X7 \
	VPALIGNR $8, X2, X1, X1 \
	VPBLENDW $0xf0, X7, X2, X2

#define CLOSE \
	VPSHUFD $0x1b, X1, X1 \
	VPSHUFD $0xb1, X2, X2 \
	VMOVDQU X1, X7 \
	VPBLENDW $0xf0, X2, X1, X1 \
	VPALIGNR $8, X7, X2, X2 \
	VMOVDQU X1, 0(R8) \
	VMOVDQU X2, 16(R8)

// func compress(h *[8]uint32, b *byte, blocks int)
TEXT ·compress(SB), NOSPLIT, $0-24
	MOVQ h+0(FP), R8
	MOVQ b+8(FP), SI
	MOVQ blocks+16(FP), CX
	OPEN
hash:
	BLOCK(N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N)
	ADDQ $64, SI
	SUBQ $1, CX
	JNZ hash
	CLOSE
	RET

// Decryption of a block, as in ige_amd64.s, beside hashing: X11 is the state of the cipher, X12 in[i-1], X13 in[i],
// X14 in[i+1]. A, B, C and DECRYPTED are one block; four of them go with one block of the hash.
#define DECRYPT(i) VAESDEC (16*i)(AX), X11, X11
#define A DECRYPT(1); DECRYPT(2); DECRYPT(3); DECRYPT(4)
#define B DECRYPT(5); DECRYPT(6); DECRYPT(7); DECRYPT(8)
#define C DECRYPT(9); DECRYPT(10); DECRYPT(11); DECRYPT(12)
#define DECRYPTED(next) \
	DECRYPT(13) \
	VMOVDQU next, X14 \
	VPXOR 224(AX), X12, X12 \
	VPXOR X12, X14, X15 \
	VPXOR 0(AX), X15, X15 \
	VAESDECLAST X12, X11, X12 \
	VAESDECLAST X15, X11, X11 \
	VMOVDQU X12, (DI) \
	VMOVDQU X13, X12 \
	VMOVDQU X14, X13 \
	ADDQ $16, DI

// func decryptAndCompress(keys *roundKeys, last *[32]byte, b *byte, chunks int, h *[8]uint32, pending *byte)
TEXT ·decryptAndCompress(SB), NOSPLIT, $0-48
	MOVQ keys+0(FP), AX
	MOVQ last+8(FP), BX
	MOVQ b+16(FP), DI
	MOVQ chunks+24(FP), CX
	MOVQ h+32(FP), R8
	MOVQ pending+40(FP), SI
	OPEN
	VMOVDQU 0(BX), X12
	VMOVDQU (DI), X13
	VPXOR 16(BX), X13, X11
	VPXOR 0(AX), X11, X11
chunk:
	LEAQ 64(DI), R9 // where the next chunk begins; behind the last one nothing may be read
	CMPQ CX, $1
	CMOVQEQ DI, R9
	BLOCK(A, B, C, DECRYPTED(16(DI)), A, B, C, DECRYPTED(16(DI)), A, B, C, DECRYPTED(16(DI)), A, B, C, DECRYPTED((R9)))
	LEAQ -64(DI), SI
	SUBQ $1, CX
	JNZ chunk
	CLOSE
	VMOVDQU X12, 0(BX)
	VMOVDQU -16(DI), X0
	VMOVDQU X0, 16(BX)
	RET

// func extendedFeatures() uint32
TEXT ·extendedFeatures(SB), NOSPLIT, $0-4
	MOVL $0, AX
	CPUID
	CMPL AX, $7
	JL none
	MOVL $7, AX
	MOVL $0, CX
	CPUID
	MOVL BX, ret+0(FP)
	RET
none:
	MOVL $0, ret+0(FP)
	RET
