#!/usr/bin/env python3
"""Computes the expected values of vectors_test.go, with nothing but the texts of the specification.

AES, IGE and the derivations are written out here, so that a mistake of the Go code is not repeated.
Run: python3 vectors.py > vectors.json
"""
import hashlib
import json
import struct


def make_sbox():
    p = q = 1
    box = [0] * 256
    while True:
        p = p ^ ((p << 1) & 0xFF) ^ (0x1B if p & 0x80 else 0)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xFF
        if q & 0x80:
            q ^= 0x09
        rot = lambda v, n: ((v << n) | (v >> (8 - n))) & 0xFF
        box[p] = q ^ rot(q, 1) ^ rot(q, 2) ^ rot(q, 3) ^ rot(q, 4) ^ 0x63
        if p == 1:
            break
    box[0] = 0x63
    return box


SBOX = make_sbox()


def xtime(a):
    return ((a << 1) ^ 0x1B) & 0xFF if a & 0x80 else a << 1


def expand(key):
    words = [list(key[i:i + 4]) for i in range(0, 32, 4)]
    rcon = 1
    for i in range(8, 60):
        w = list(words[i - 1])
        if i % 8 == 0:
            w = [SBOX[b] for b in w[1:] + w[:1]]
            w[0] ^= rcon
            rcon = xtime(rcon)
        elif i % 8 == 4:
            w = [SBOX[b] for b in w]
        words.append([a ^ b for a, b in zip(words[i - 8], w)])
    return [sum(words[4 * r:4 * r + 4], []) for r in range(15)]


def aes(block, rounds):
    s = [a ^ b for a, b in zip(block, rounds[0])]
    for r in range(1, 15):
        s = [SBOX[b] for b in s]
        s = [s[(i + 4 * (i % 4)) % 16] for i in range(16)]
        if r < 14:
            out = []
            for c in range(4):
                a = s[4 * c:4 * c + 4]
                for i in range(4):
                    out.append(xtime(a[i]) ^ xtime(a[(i + 1) % 4]) ^ a[(i + 1) % 4] ^ a[(i + 2) % 4] ^ a[(i + 3) % 4])
            s = out
        s = [a ^ b for a, b in zip(s, rounds[r])]
    return bytes(s)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def ige(key, iv, data):
    rounds = expand(key)
    c, p, out = iv[:16], iv[16:], b""
    for i in range(0, len(data), 16):
        block = data[i:i + 16]
        c, p = xor(aes(xor(block, c), rounds), p), block
        out += c
    return out


def sha1(b):
    return hashlib.sha1(b).digest()


def sha256(b):
    return hashlib.sha256(b).digest()


def envelope2(key, x, content, padding):
    plain = struct.pack("<I", len(content)) + content + padding
    assert len(plain) % 16 == 0 and 12 <= len(padding) <= 1024
    msg_key = sha256(key[88 + x:88 + x + 32] + plain)[8:24]
    a = sha256(msg_key + key[x:x + 36])
    b = sha256(key[40 + x:40 + x + 36] + msg_key)
    aes_key = a[:8] + b[8:24] + a[24:32]
    aes_iv = b[:8] + a[8:24] + b[24:32]
    return sha1(key)[-8:] + msg_key + ige(aes_key, aes_iv, plain)


def envelope1(key, content, padding):
    plain = struct.pack("<I", len(content)) + content
    msg_key = sha1(plain)[4:20]
    a = sha1(msg_key + key[:32])
    b = sha1(key[32:48] + msg_key + key[48:64])
    c = sha1(key[64:96] + msg_key)
    d = sha1(msg_key + key[96:128])
    aes_key = a[:8] + b[8:20] + c[4:16]
    aes_iv = a[8:20] + b[:8] + c[16:20] + d[:8]
    assert len(plain + padding) % 16 == 0 and len(padding) < 16
    return sha1(key)[-8:] + msg_key + ige(aes_key, aes_iv, plain + padding)


def stretch(name, n):
    out, i = b"", 0
    while len(out) < n:
        out += sha256(f"{name} {i}".encode())
        i += 1
    return out[:n]


P = int(
    "c71caeb9c6b1c9048e6c522f70f13f73980d40238e3e21c14934d037563d930f"
    "48198a0aa7c14058229493d22530f4dbfa336f6e0ac925139543aed44cce7c37"
    "20fd51f69458705ac68cd4fe6b6b13abdc9746512969328454f18faf8c595f64"
    "2477fe96bb2a941d5bcd1d4ac8cc49880708fa9b378e3c4f3a9060bee67cf9a4"
    "a4a695811051907e162753b56b0f6b410dba74d8a84b2a14b3144e0ef1284754"
    "fd17ed950d5965b4b9dd46582db1178d169c6bc465b0d6ff9ca3928fef5b9ae4"
    "e418fc15e83ebea0f87fa9ff5eed70050ded2849f47bf959d956850ce929851f"
    "0d8115f635b105ee2e4e15d04b2454bf6f4fadf034b10403119cd8e3b92fcc5b", 16)

# AES-256 of FIPS 197, C.3, so that the AES above is known to be AES.
assert aes(bytes.fromhex("00112233445566778899aabbccddeeff"), expand(bytes(range(32)))).hex() == \
    "8ea2b7ca516745bfeafc49904b496089"

a = int.from_bytes(stretch("a", 256), "big")
b = int.from_bytes(stretch("b", 256), "big")
ga, gb = pow(3, a, P), pow(3, b, P)
key = pow(ga, b, P).to_bytes(256, "big")
assert key == pow(gb, a, P).to_bytes(256, "big")

# A key that begins with a zero, which must stay.
n = 1
while pow(3, n, P) >> 2040:
    n += 1
short = pow(3, n, P).to_bytes(256, "big")

content = stretch("content", 120)
visual = sha1(key)[:16] + sha256(key)[:20]
bits = [visual[i // 4] >> (2 * (i % 4)) & 3 for i in range(144)]

fk, fiv = stretch("file key", 32), stretch("file iv", 32)
digest = hashlib.md5(fk + fiv).digest()
file_plain = stretch("file", 4096)

# A decryptedMessageLayer with a decryptedMessage of layer 73, written word by word.
def tl_bytes(v):
    out = bytes([len(v)]) + v if len(v) < 254 else b"\xfe" + struct.pack("<I", len(v))[:3] + v
    return out + b"\0" * (-len(out) % 4)

message = struct.pack("<Iiqi", 0x91cc4674, 1 << 5 | 1 << 3 | 1 << 7, 42, 60) + tl_bytes("grüß".encode()) + \
    struct.pack("<Ii", 0x1cb5c415, 1) + struct.pack("<Iii", 0xbd610bc9, 0, 4) + struct.pack("<q", 7)
layer = struct.pack("<I", 0x1be31789) + tl_bytes(bytes(range(15))) + struct.pack("<iii", 144, 6, 9) + message

print(json.dumps({
    "a": stretch("a", 256).hex(), "ga": ga.to_bytes(256, "big").hex(),
    "b": stretch("b", 256).hex(), "gb": gb.to_bytes(256, "big").hex(),
    "key": key.hex(), "fingerprint": struct.unpack("<q", sha1(key)[-8:])[0],
    "short_exponent": n, "short": short.hex(), "short_fingerprint": struct.unpack("<q", sha1(short)[-8:])[0],
    "visual": visual.hex(), "squares": "".join(map(str, bits)),
    "content": content.hex(),
    "creator": envelope2(key, 0, content, stretch("padding", 20)).hex(),
    "other": envelope2(key, 8, content, stretch("padding", 1012)).hex(),
    "thin": envelope2(key, 0, content[:112], stretch("padding", 12)).hex(),
    "v1": envelope1(key, content, stretch("padding", 4)).hex(),
    "file_key": fk.hex(), "file_iv": fiv.hex(),
    "file_fingerprint": struct.unpack("<i", xor(digest[:4], digest[4:8]))[0],
    "file": file_plain.hex(), "file_sealed": ige(fk, fiv, file_plain).hex(),
    "layer": layer.hex(),
}, indent=1))
