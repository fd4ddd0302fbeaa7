#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The ecc508a authors
"""Random command sequences against an independent model of TempKey and of the hashed messages.

usage: differential.py DRIVER [COMMANDS [SEED]]

The model is written from the data sheet's message layouts, in another language and with nothing but the
standard library. Most commands it draws are legal; some ask for a TempKey that is not there or of the wrong
kind, and then the model knows the refusal. Random numbers and new public keys are taken from the chip's
answers; everything that follows from them is computed here. Prints TAP.
"""
import hashlib
import hmac as hmaclib
import random
import subprocess
import sys

SN = bytes.fromhex("0123000102030405ee")
OK, MISCOMPARE, PARSE, EXEC = 0x00, 0x01, 0x03, 0x0F


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def hmac256(key, *parts):
    return hmaclib.new(key, b"".join(parts), hashlib.sha256).digest()


def u16(n):
    return n.to_bytes(2, "little")


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


# ---------------------------------------------------------------- P-256, affine in and out
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def double(p):
    x, y, z = p
    if not y:
        return (0, 1, 0)
    delta = z * z % P
    gamma = y * y % P
    beta = x * gamma % P
    alpha = 3 * (x - delta) * (x + delta) % P
    x3 = (alpha * alpha - 8 * beta) % P
    return x3, (alpha * (4 * beta - x3) - 8 * gamma * gamma) % P, ((y + z) ** 2 - gamma - delta) % P


def add(p, q):
    if not p[2]:
        return q
    if not q[2]:
        return p
    z1, z2 = p[2] * p[2] % P, q[2] * q[2] % P
    u1, u2 = p[0] * z2 % P, q[0] * z1 % P
    s1, s2 = p[1] * q[2] * z2 % P, q[1] * p[2] * z1 % P
    if u1 == u2:
        return double(p) if s1 == s2 else (0, 1, 0)
    h, r = u2 - u1, s2 - s1
    h2 = h * h % P
    h3 = h * h2 % P
    v = u1 * h2 % P
    x3 = (r * r - h3 - 2 * v) % P
    return x3, (r * (v - x3) - s1 * h3) % P, h * p[2] * q[2] % P


def mul(k, point):
    acc, p = (0, 1, 0), (point[0], point[1], 1)
    for bit in bin(k)[2:]:
        acc = double(acc)
        if bit == "1":
            acc = add(acc, p)
    return acc


def affine(p):
    zi = pow(p[2], -1, P)
    return p[0] * zi * zi % P, p[1] * zi**3 % P


def point(xy):
    return int.from_bytes(xy[:32], "big"), int.from_bytes(xy[32:], "big")


def encode(p):
    return p[0].to_bytes(32, "big") + p[1].to_bytes(32, "big")


def verify(xy, digest, rs):
    r, s = int.from_bytes(rs[:32], "big"), int.from_bytes(rs[32:], "big")
    if not (0 < r < N and 0 < s < N):
        return False
    w = pow(s, -1, N)
    e = int.from_bytes(digest, "big")
    q = add(mul(e * w % N, G), mul(r * w % N, point(xy)))
    return bool(q[2]) and affine(q)[0] % N == r


# ---------------------------------------------------------------- AES-128, one block, FIPS 197
def _sbox():
    box, p, q = [0] * 256, 1, 1
    while True:
        p ^= (p << 1 & 0xFF) ^ (0x1B if p & 0x80 else 0)
        for s in (1, 2, 4):
            q ^= q << s & 0xFF
        if q & 0x80:
            q ^= 0x09
        box[p] = q ^ 0x63
        for s in (1, 2, 3, 4):
            box[p] ^= (q << s | q >> (8 - s)) & 0xFF
        if p == 1:
            break
    box[0] = 0x63
    return box


SBOX = _sbox()


def xtime(a):
    return (a << 1 ^ (0x11B if a & 0x80 else 0)) & 0xFF


def aes128(key, block):
    w = [list(key[4 * i : 4 * i + 4]) for i in range(4)]
    rcon = 1
    for i in range(4, 44):
        t = list(w[i - 1])
        if i % 4 == 0:
            t = [SBOX[b] for b in t[1:] + t[:1]]
            t[0] ^= rcon
            rcon = xtime(rcon)
        w.append([a ^ b for a, b in zip(w[i - 4], t)])
    keys = [sum(w[4 * i : 4 * i + 4], []) for i in range(11)]
    s = [a ^ b for a, b in zip(block, keys[0])]
    for rnd in range(1, 11):
        s = [SBOX[b] for b in s]
        s = [s[(i + 4 * (i % 4)) % 16] for i in range(16)]
        if rnd < 10:
            t = []
            for c in range(4):
                col = s[4 * c : 4 * c + 4]
                x = col[0] ^ col[1] ^ col[2] ^ col[3]
                t += [col[i] ^ x ^ xtime(col[i] ^ col[(i + 1) % 4]) for i in range(4)]
            s = t
        s = [a ^ b for a, b in zip(s, keys[rnd])]
    return bytes(s)


# ---------------------------------------------------------------- the chip, as far as it matters
# slot: SlotConfig, KeyConfig
SLOTS = {
    0: (0x2087, 0x0033),  # signs, ECDH
    1: (0x2082, 0x0033),  # internal signatures
    2: (0x6487, 0x0033),  # PrivWrite with 4
    3: (0x3480, 0x003C),  # DeriveKey create from 4
    4: (0x0F0F, 0x003C),
    5: (0x0F1F, 0x003C),  # NoMac
    6: (0x44C4, 0x003C),  # encrypted read and write with 4
    7: (0xA580, 0x003C),  # DeriveKey roll, MAC with 5
    8: (0x0F0F, 0x003C),
    9: (0x0F0F, 0x0030),  # public half of 0
    10: (0x0F09, 0x0032),  # public key validated by 9
    11: (0x0F0F, 0x007C),  # ReqRandom
    12: (0x0F0F, 0x04BC),  # ReqAuth by 4
    13: (0x0F2F, 0x003C),  # LimitedUse
    14: (0x0F0F, 0x003C),
    15: (0x0F2F, 0x003C),  # LimitedUse; LastKeyUse on the 508A
}
SIZE = [36] * 8 + [416] + [72] * 7
PRIVATE = (0, 1, 2)


class Mismatch(Exception):
    pass


class Model:
    def __init__(self, driver, part, rng):
        self.driver, self.part, self.rng = driver, part, rng
        self.old = part == "508a"
        self.log = []
        self.slot = {n: rng.randbytes(SIZE[n]) for n in range(16) if n not in PRIVATE}
        self.otp = rng.randbytes(64)
        self.counter = [0, 0]
        self.last_use = 128
        self.pub = {}
        self.host_key = rng.randrange(1, N)
        self.host_pub = encode(affine(mul(self.host_key, G)))
        self.signature = None  # (digest, rs) by slot 0
        self.forget()
        self.setup()

    def forget(self):
        self.tk = None  # value, or None when not valid
        self.src = self.gendig = self.genkey = self.nomac = 0
        self.keyid = 0
        self.auth = None
        self.sha = None
        self.msgdig = self.altkey = None

    # -- talking
    def line(self, text):
        self.log.append(text)
        self.driver.stdin.write(text + "\n")
        self.driver.stdin.flush()
        answer = self.driver.stdout.readline().strip()
        self.log.append("  " + answer)
        return answer

    def ask(self, op, p1, p2=0, data=b""):
        answer = self.line("cmd " + (bytes([op, p1]) + u16(p2) + data).hex())
        if answer in ("-", "error", ""):
            raise Mismatch("no answer")
        return bytes.fromhex(answer)

    def expect(self, got, want, what):
        if got != want:
            raise Mismatch(f"{what}: chip {got.hex()}, model {want.hex()}")

    def status(self, got, want, what):
        self.expect(got, bytes([want]), what)

    def setup(self):
        config = bytearray(128)
        config[0:4], config[8:13] = SN[0:4], SN[4:9]
        config[4:8] = bytes.fromhex("00005000" if self.old else "00006003")
        config[13], config[14], config[16] = 0x01, 0x01, 0xC0
        config[18] = 0xAA if self.old else 0x00
        config[52:68] = bytes.fromhex("ffffffff00000000" * 2)
        config[68:84] = b"\xff" * 16 if self.old else bytes(16)
        config[88:90] = b"\xff\xff"
        if not self.old:
            config[90:92] = u16(0x4006)  # IO protection key in slot 4, KDF-AES
        for n, (sc, kc) in SLOTS.items():
            if n == 14 and not self.old:
                kc = 0x0038  # AES key
            config[20 + 2 * n : 22 + 2 * n] = u16(sc)
            config[96 + 2 * n : 98 + 2 * n] = u16(kc)
        self.config = config
        if self.line(f"new {self.part} {SN.hex()}") != "ok":
            raise Mismatch("new")
        self.line("poke 0 0 " + config.hex())
        self.line("poke 1 0 " + self.otp.hex())
        for n, value in self.slot.items():
            self.line(f"poke {2 + n} 0 {value.hex()}")
        for n in PRIVATE:
            self.pub[n] = self.ask(0x40, 0x04, n)
        self.store_pub(9, self.pub[0])
        self.store_pub(10, self.host_pub)
        self.otp_host = None

    def store_pub(self, n, xy):
        value = bytes(4) + xy[:32] + bytes(4) + xy[32:]
        value = bytes([0xA0 if n == 10 else 0]) + value[1:]
        self.slot[n] = value
        self.line(f"poke {2 + n} 0 {value.hex()}")

    # -- rules
    def sn(self, p1_sn):
        return SN[8:9] + (SN[4:8] if p1_sn else bytes(4)) + SN[0:2] + (SN[2:4] if p1_sn else bytes(2))

    def clear(self):
        """Valid = 0; all registers read as 0 then."""
        self.tk = None
        self.src = self.gendig = self.genkey = self.nomac = self.keyid = 0

    def set_tk(self, value, src):
        self.clear()
        self.tk, self.src = value, src

    def other_command(self):
        if self.old and self.sha is not None:
            self.sha = None

    def limit(self, n):
        """One use of a LimitedUse key; False when there is none left."""
        if n == 15 and self.old:
            if not self.last_use:
                return False
            self.last_use -= 1
        elif n in (13, 15):
            self.counter[0] += 1
        return True

    def may_use(self, n, random_needed=True):
        """ReqAuth, ReqRandom, LimitedUse, in this order."""
        if n == 12:
            if self.auth != 4:
                return False
            self.auth = None
        if n == 11 and random_needed and not (self.tk is not None and self.src == 0):
            return False
        return self.limit(n)

    # -- commands; each draws its own parameters
    def nonce(self):
        rng, mode = self.rng, self.rng.choice((0, 1, 3, 3, 0x8000))
        if mode == 3:
            value = rng.randbytes(32)
            self.status(self.ask(0x16, 3, 0, value), OK, "Nonce")
            self.set_tk(value, 1)
            return
        num_in = rng.randbytes(20)
        if mode == 0x8000:
            got = self.ask(0x16, 0, 0x8000, num_in)
            if self.tk is None:
                return self.status(got, EXEC, "Nonce calc")
            self.tk = sha256(self.tk[:32], num_in, b"\x16\x00\x00")
            return self.expect(got, self.tk, "Nonce calc")
        out = self.ask(0x16, mode, 0, num_in)
        if len(out) != 32:
            raise Mismatch("Nonce")
        self.set_tk(sha256(out, num_in, bytes([0x16, mode, 0])), 0)

    def nonce_608(self):
        rng, p1 = self.rng, self.rng.choice((0x23, 0x43, 0x63, 0x83))
        value = rng.randbytes(64 if p1 & 0x20 else 32)
        got = self.ask(0x16, p1, 0, value)
        if self.old:
            self.clear()
            return self.status(got, PARSE, "Nonce 608")
        self.status(got, OK, "Nonce 608")
        if p1 == 0x23:
            self.set_tk(value, 1)
        elif p1 == 0x83:
            self.altkey = value
        else:
            self.msgdig = value

    def random(self):
        if len(self.ask(0x1B, self.rng.randrange(2))) != 32:
            raise Mismatch("Random")
        self.clear()

    def gendig(self):
        rng, zone = self.rng, self.rng.choice((0, 1, 2, 2, 2, 2, 3, 3, 4, 5))
        p2, other, tail = 0, b"", bytes(25)
        first, last = None, self.tk[:32] if self.tk else b""
        head = None
        if zone == 0:
            p2 = rng.randrange(4)
            first = bytes(self.config_now()[32 * p2 : 32 * p2 + 32])
        elif zone == 1:
            p2 = rng.randrange(2)
            first = self.otp[32 * p2 : 32 * p2 + 32]
        elif zone == 2:
            p2 = rng.choice((3, 4, 4, 4, 5, 6, 11, 12, 13, 0)) | rng.choice((0, 0, 0x70))
            other = rng.randbytes(4) if p2 & 15 == 5 else rng.choice((b"", rng.randbytes(4)))
            if p2 & 15 != 0:
                first = self.slot[p2 & 15][:32]
            if p2 & 15 == 5:
                head = other
        elif zone == 3:
            p2 = rng.choice((0x0000, 0x8000)) | rng.randrange(256)
            other = rng.randbytes(32)
            first, last = (self.tk and self.tk[:32], other) if p2 & 0x8000 else (other, last)
            head = bytes([0x15, 3, p2 & 0xFF, 0])
        elif zone == 4:
            p2 = rng.randrange(2)
            first = bytes(32)
            tail = b"\0" + self.counter[p2].to_bytes(4, "little") + bytes(20)
        else:
            p2 = rng.randrange(16)
            first = bytes(32)
            c = self.config
            tail = b"\0" + bytes(c[20 + 2 * p2 : 22 + 2 * p2] + c[96 + 2 * p2 : 98 + 2 * p2]) + b"\1" + bytes(19)
        got = self.ask(0x15, zone, p2, other)
        allowed = self.tk is not None and not (zone == 2 and p2 & 15 == 0)
        if allowed and zone == 2:
            allowed = self.may_use(p2 & 15)
        if not allowed:
            self.clear()
            return self.status(got, EXEC, f"GenDig {zone} {p2:04x}")
        self.status(got, OK, f"GenDig {zone} {p2:04x}")
        if zone == 4:
            tail = b"\0" + self.counter[p2].to_bytes(4, "little") + bytes(20)
        head = head or bytes([0x15, zone]) + u16(p2)
        self.tk = sha256(first, head, SN[8:9] + SN[0:2], tail, last)
        self.gendig, self.genkey = int(zone == 2), 0
        self.keyid = p2 & 15 if zone == 2 else 0
        if zone == 2 and p2 & 15 == 5:
            self.nomac = 1

    def config_now(self):
        """Counters and LastKeyUse live in the configuration zone."""
        c = bytearray(self.config)
        for i, n in enumerate(self.counter):
            a = 0xFFFF >> (n % 32) if n % 32 < 16 else 0
            m = n - 16
            b = 0xFFFF if m < 0 else 0xFFFF >> (m % 32) if m % 32 < 16 else 0
            words = (a, b, n // 32, 0 if m < 0 else m // 32)
            c[52 + 8 * i : 60 + 8 * i] = b"".join(w.to_bytes(2, "big") for w in words)
        if self.old:
            used = 128 - self.last_use
            bits = (1 << 128) - 1 >> used
            c[68:84] = bits.to_bytes(16, "big")
        return c

    def mac(self):
        rng = self.rng
        p1 = rng.choice((0, 1, 2, 3)) | rng.choice((0, 0x40))
        if p1 & 3:
            p1 |= rng.choice((0, 4)) if rng.random() < 0.2 else 4 * self.src
        p2 = rng.choice((4, 4, 4, 5, 11, 12, 13, 15)) | rng.choice((0, 0x100))
        n = p2 & 15
        chal = b"" if p1 & 1 else rng.randbytes(32)
        got = self.ask(0x08, p1, p2, chal)
        ok = True
        if p1 & 3:
            ok = self.tk is not None and self.src == p1 >> 2 & 1 and not self.nomac
        if ok and not p1 & 2:
            if n == 5 or (n == 11 and not p1 & 1):
                ok = False
            else:
                ok = self.may_use(n)
        if not ok:
            self.status(got, EXEC, f"MAC {p1:02x} {p2:04x}")
        else:
            b1 = self.tk[:32] if p1 & 2 else self.slot[n][:32]
            b2 = self.tk[:32] if p1 & 1 else chal
            want = sha256(b1, b2, bytes([0x08, p1]), u16(p2), bytes(11), self.sn(p1 & 0x40))
            self.expect(got, want, f"MAC {p1:02x} {p2:04x}")
        self.clear()

    def hmac(self):
        rng = self.rng
        p1 = rng.choice((0, 0x40)) | (4 * self.src if rng.random() < 0.9 else 4 - 4 * self.src)
        n = rng.choice((4, 4, 5, 11, 12, 13))
        got = self.ask(0x11, p1, n)
        if not self.old:
            self.clear()
            return self.status(got, PARSE, "HMAC")
        if self.tk is None or self.src != p1 >> 2 & 1 or self.nomac or n == 5 or not self.may_use(n):
            self.status(got, EXEC, f"HMAC {p1:02x} {n}")
        else:
            msg = bytes(32) + self.tk[:32] + bytes([0x11, p1]) + u16(n) + bytes(11) + self.sn(p1 & 0x40)
            self.expect(got, hmac256(self.slot[n][:32], msg), "HMAC")
        self.clear()

    def checkmac(self):
        rng = self.rng
        p1 = rng.choice((0, 1, 1, 2, 3))
        if p1:
            p1 |= 4 * self.src
        n = rng.choice((4, 4, 4, 5, 8, 13, 14))
        chal, od = rng.randbytes(32), rng.randbytes(13)
        value = self.tk[:32] if self.tk else bytes(32)
        msg = (
            (value if p1 & 2 else self.slot[n][:32]) + (value if p1 & 1 else chal) + od[0:4] + bytes(8)
            + od[4:7] + SN[8:9] + od[7:11] + SN[0:2] + od[11:13]
        )
        resp = sha256(msg)
        lie = rng.random() < 0.2
        if lie:
            resp = bytes([resp[0] ^ 1]) + resp[1:]
        got = self.ask(0x28, p1, n, chal + resp + od)
        if p1 and self.tk is None:
            self.status(got, EXEC, "CheckMac")
            return self.clear()
        if not p1 & 2 and not self.may_use(n):
            raise Mismatch("CheckMac model: slots in use here are free")
        self.status(got, MISCOMPARE if lie else OK, f"CheckMac {p1:02x} {n}")
        self.clear()
        if lie:
            return
        if not p1 & 2:
            self.auth = n
        target = n | 1
        # ReadKey of the target is 0 in no slot but 3 and 7 here
        if p1 in (1, 5) and target in (3, 7):
            self.set_tk(self.slot[target][:32], 1)

    def derivekey(self):
        rng, n = self.rng, self.rng.choice((3, 3, 7, 4))
        p1 = 4 * self.src if rng.random() < 0.9 else 4 - 4 * self.src
        cmd = bytes([0x1C, p1]) + u16(n) + SN[8:9] + SN[0:2]
        data, lie = b"", False
        if n == 7:
            data = sha256(self.slot[5][:32], cmd)
            lie = rng.random() < 0.1
            if lie:
                data = bytes(32)
        got = self.ask(0x1C, p1, n, data)
        if n == 4 or self.tk is None or self.nomac or self.src != p1 >> 2 or lie:
            self.status(got, EXEC, f"DeriveKey {n}")
        else:
            self.status(got, OK, f"DeriveKey {n}")
            source = self.slot[4] if n == 3 else self.slot[7]
            key = sha256(source[:32], cmd, bytes(25), self.tk[:32])
            self.slot[n] = key + self.slot[n][32:]
        self.clear()

    def read_encrypted(self):
        block = 0
        got = self.ask(0x02, 0x82, block << 8 | 6 << 3)
        if self.tk is not None and self.gendig and self.keyid == 4 and self.src == 0:
            self.expect(got, xor(self.slot[6][:32], self.tk[:32]), "Read encrypted")
        else:
            self.status(got, EXEC, "Read encrypted")
        self.clear()

    def read(self):
        rng = self.rng
        if rng.random() < 0.4:
            block = rng.randrange(4)
            got = self.ask(0x02, 0x80, block << 3)
            self.expect(got, bytes(self.config_now()[32 * block : 32 * block + 32]), "Read config")
        else:
            n = rng.choice((4, 8, 9, 10, 11, 14))
            blocks = (SIZE[n] + 31) // 32
            block = rng.randrange(blocks + 1)
            got = self.ask(0x02, 0x82, block << 8 | n << 3)
            if block == blocks:
                self.status(got, EXEC, "Read past the slot")
            else:
                want = self.slot[n][32 * block : 32 * block + 32]
                self.expect(got, want + bytes(32 - len(want)), f"Read slot {n}")
        self.clear()

    def write(self):
        rng, n = self.rng, self.rng.choice((4, 8, 10, 13))
        value, words = rng.randbytes(32), rng.random() < 0.3
        block = rng.randrange((SIZE[n] + 31) // 32)
        data = bytearray(self.slot[n])
        if words:
            word = rng.randrange(min(8, (SIZE[n] - 32 * block) // 4))
            self.status(self.ask(0x12, 0x02, block << 8 | n << 3 | word, value[:4]), OK, "Write 4")
            data[32 * block + 4 * word : 32 * block + 4 * word + 4] = value[:4]
        else:
            self.status(self.ask(0x12, 0x82, block << 8 | n << 3, value), OK, "Write 32")
            data[32 * block : 32 * block + 32] = value[: SIZE[n] - 32 * block]
        if n == 10:
            data[0] = data[0] & 0x0F | 0xA0
        self.slot[n] = bytes(data)
        self.clear()

    def sealed(self, op, p1, p2, plain, zeros):
        head = bytes([op, p1]) + u16(p2) + SN[8:9] + SN[0:2]
        pad = self.tk[:32] + sha256(self.tk[:32])
        return xor(plain, pad) + sha256(self.tk[:32], head, bytes(zeros), plain)

    def write_encrypted(self):
        rng, block, p1 = self.rng, self.rng.randrange(2), self.rng.choice((0x82, 0xC2))
        plain, p2 = rng.randbytes(32), block << 8 | 6 << 3
        data = self.sealed(0x12, p1, p2, plain, 25) if self.tk else rng.randbytes(64)
        lie = rng.random() < 0.1
        if lie:
            data = data[:-1] + bytes([data[-1] ^ 1])
        got = self.ask(0x12, p1, p2, data)
        if self.tk is not None and self.gendig and self.keyid == 4 and not lie:
            self.status(got, OK, "Write encrypted")
            old = self.slot[6]
            self.slot[6] = plain + old[32:] if block == 0 else old[:32] + plain[:4]
        else:
            self.status(got, EXEC, "Write encrypted")
        self.clear()

    def privwrite(self):
        d = self.rng.randrange(1, N)
        plain = bytes(4) + d.to_bytes(32, "big")
        data = self.sealed(0x46, 0x40, 2, plain, 21) if self.tk else self.rng.randbytes(68)
        got = self.ask(0x46, 0x40, 2, data)
        if self.tk is not None and self.gendig and self.keyid == 4:
            self.status(got, OK, "PrivWrite")
            self.pub[2] = encode(affine(mul(d, G)))
        else:
            self.status(got, EXEC, "PrivWrite")
        self.clear()

    def genkey(self):
        rng, n = self.rng, self.rng.choice((0, 1, 2))
        p1 = rng.choice((0x00, 0x08, 0x08, 0x04, 0x0C)) if n == 2 else rng.choice((0x00, 0x08, 0x08))
        got = self.ask(0x40, p1, n)
        if p1 & 8 and self.tk is None:
            return self.status(got, EXEC, "GenKey digest")
        if p1 & 4:
            if len(got) != 64:
                raise Mismatch("GenKey create")
            x, y = point(got)
            if (y * y - x**3 + 3 * x - 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B) % P:
                raise Mismatch("GenKey: not on the curve")
            self.pub[n] = got
        self.expect(got, self.pub[n], "GenKey")
        if p1 & 8:
            self.digest(bytes([p1]) + u16(n), got, n)

    def digest(self, what, xy, n):
        self.tk = sha256(self.tk[:32], b"\x40", what, SN[8:9] + SN[0:2], bytes(25), xy)
        self.genkey, self.gendig, self.keyid = 1, 0, n

    def genkey_stored(self):
        n, other = self.rng.choice((9, 10)), self.rng.randbytes(3)
        got = self.ask(0x40, 0x10, n, other)
        if self.tk is None:
            return self.status(got, EXEC, "GenKey 10")
        self.status(got, OK, "GenKey 10")
        value = self.slot[n]
        self.digest(other, value[4:36] + value[40:72], n)

    def sign(self):
        n = 0
        got = self.ask(0x41, 0x80, n)
        if self.tk is None:
            return self.status(got, EXEC, "Sign")
        if not verify(self.pub[n], self.tk[:32], got):
            raise Mismatch("Sign: signature does not verify")
        self.signature = (self.tk[:32], got)
        self.clear()

    def internal_message(self, p1, n):
        of, c = self.keyid, self.config
        flags = self.nomac << 7 | self.genkey << 6 | self.gendig << 5 | self.src << 4 | of
        valid = of == 10 and self.slot[10][0] >> 4 == 5
        return (
            self.tk[:32] + bytes([0x41, p1]) + u16(n) + bytes(c[20 + 2 * of : 22 + 2 * of])
            + bytes(c[96 + 2 * of : 98 + 2 * of]) + bytes([flags, 0, 0]) + SN[8:9]
            + (SN[4:8] if p1 & 0x40 else bytes(4)) + SN[0:2] + (SN[2:4] if p1 & 0x40 else bytes(2))
            + bytes([1, valid, 0])
        )

    def sign_internal(self):
        n, p1 = self.rng.choice((0, 1)), self.rng.choice((0x00, 0x01, 0x40))
        got = self.ask(0x41, p1, n)
        if self.tk is None or not (self.gendig or self.genkey):
            self.status(got, EXEC, "Sign internal")
            return self.clear()
        msg = self.internal_message(p1, n)
        if not verify(self.pub[n], sha256(msg), got):
            raise Mismatch("Sign internal: signature does not verify")
        self.clear()
        # with the right key it serves to validate slot 10
        if n == 0 and msg[40] & 0x4F == 0x4A:
            self.validate(msg, got)

    def validate(self, msg, rs):
        od = msg[33:43] + msg[44:48] + msg[50:55]
        value = self.slot[10]
        mode = 7 if od[17] & 1 else 3
        # the same TempKey again, by the same steps
        nonce = self.rng.randbytes(32)
        self.status(self.ask(0x16, 3, 0, nonce), OK, "Nonce")
        self.set_tk(nonce, 1)
        self.status(self.ask(0x40, 0x10, 10, bytes([0x10, 10, 0])), OK, "GenKey 10")
        self.digest(bytes([0x10, 10, 0]), value[4:36] + value[40:72], 10)
        p1 = 1 if mode == 7 else 0
        rs = self.ask(0x41, p1, 0)
        msg = self.internal_message(p1, 0)
        od = msg[33:43] + msg[44:48] + msg[50:55]
        self.status(self.ask(0x16, 3, 0, nonce), OK, "Nonce")
        self.status(self.ask(0x40, 0x10, 10, bytes([0x10, 10, 0])), OK, "GenKey 10")
        got = self.ask(0x45, mode, 10, rs + od)
        if (mode == 7) != bool(od[17] & 1):
            self.status(got, EXEC, "Verify direction")
        else:
            self.status(got, OK, f"Verify {mode}")
            self.slot[10] = bytes([value[0] & 0x0F | (0x50 if mode == 3 else 0xA0)]) + value[1:]
        self.clear()

    def verify_stored(self):
        if not self.signature:
            return
        digest, rs = self.signature
        if self.rng.random() < 0.3:
            digest = self.rng.randbytes(32)
        self.status(self.ask(0x16, 3, 0, digest), OK, "Nonce")
        external = self.rng.random() < 0.5
        if external:
            got = self.ask(0x45, 2, 4, rs + self.pub[0])
        else:
            got = self.ask(0x45, 0, 9, rs)
        good = digest == self.signature[0]
        self.status(got, OK if good else MISCOMPARE, "Verify")
        if good and not external:
            self.auth = 9
        self.clear()

    def ecdh(self):
        n = self.rng.choice((0, 2))
        want = affine(mul(self.host_key, point(self.pub[n])))[0].to_bytes(32, "big")
        self.expect(self.ask(0x43, 0, n, self.host_pub), want, "ECDH")
        self.clear()

    def sha_command(self):
        rng = self.rng
        n = rng.choice((None, None, 4, 5, 13, 12))
        if n is None:
            self.status(self.ask(0x47, 0), OK, "SHA start")
            key = None
        else:
            got = self.ask(0x47, 4, n)
            if n == 5 or not self.may_use(n):
                self.status(got, EXEC, "SHA HMAC start")
                return self.clear()
            self.status(got, OK, "SHA HMAC start")
            key = self.slot[n][:32]
        self.clear()
        msg = b""
        for _ in range(rng.randrange(4)):
            part = rng.randbytes(64 if self.old else rng.randrange(65))
            self.status(self.ask(0x47, 1, len(part), part), OK, "SHA update")
            msg += part
        end = rng.randbytes(rng.randrange(64))
        msg += end
        target = 0 if self.old else rng.choice((0x00, 0x40, 0xC0))
        mode = 5 if self.old and key else 2
        want = hmac256(key, msg) if key else sha256(msg)
        self.expect(self.ask(0x47, mode | target, len(end), end), want, "SHA end")
        if target == 0:
            self.set_tk(want, 1)
        elif target == 0x40:
            self.msgdig = want

    def count(self):
        rng, n, step = self.rng, self.rng.randrange(2), self.rng.randrange(2)
        self.counter[n] += step
        self.expect(self.ask(0x24, step, n), self.counter[n].to_bytes(4, "little"), "Counter")
        self.clear()

    def extra(self):
        n = self.rng.choice((4, 13))
        self.status(self.ask(0x20, 2, n), OK, "UpdateExtra")
        if n == 13:
            self.limit(13)
        self.clear()

    def info(self):
        got = self.ask(0x30, 2)
        a = self.auth
        b0 = self.nomac << 7 | self.genkey << 6 | self.gendig << 5 | self.src << 4 | self.keyid
        # AuthKeyID keeps its value when AuthValid is taken away, and the seed bits are not modelled
        b1 = (self.tk is not None) << 7 | (a is not None) << 2
        if got[0] != b0 or got[1] & 0x84 != b1 or (a is not None and got[1] >> 3 & 15 != a):
            raise Mismatch(f"Info state: chip {got.hex()}, model {b0:02x}{b1:02x} auth {a}")

    def aes(self):
        rng, block = self.rng, self.rng.randrange(4)
        n = rng.choice((14, 0xFFFF))
        data = rng.randbytes(16)
        got = self.ask(0x51, block << 6, n, data)
        if self.old:
            self.clear()
            return self.status(got, PARSE, "AES")
        source = self.slot[14] if n == 14 else self.tk
        if source is None or 16 * block + 16 > len(source):
            return self.status(got, EXEC, "AES")
        self.expect(got, aes128(source[16 * block : 16 * block + 16], data), "AES")

    def kdf(self):
        rng = self.rng
        src = rng.choice((0, 0, 2, 3))
        algo = rng.choice((0x00, 0x20, 0x40))
        target = rng.choice((0x10, 0x10, 0x00, 0x0C, 0x14))
        msg = rng.randbytes(16)
        long = algo == 0 and target != 0x0C and rng.random() < 0.5
        details = {0x00: 0x01, 0x20: 0x01, 0x40: 0x02}[algo] | (0x100 if long else 0) | 16 << 24
        got = self.ask(0x56, src | target | algo, 4, details.to_bytes(4, "little") + msg)
        if self.old:
            self.clear()
            return self.status(got, PARSE, "KDF")
        key = (self.tk, None, self.slot[4], self.altkey)[src]
        if key is None:
            self.status(got, EXEC, "KDF")
            return self.clear()
        if algo == 0x00:
            a, out = msg, b""
            for _ in range(2 if long else 1):
                a = hmac256(key[:32], a)
                out += hmac256(key[:32], a, msg)
        elif algo == 0x20:
            out = aes128(key[16:32], msg) + bytes(16)
        else:
            out = hmac256(key[:32], msg)
        if target == 0x10:
            self.expect(got, out, f"KDF {algo:02x}")
        elif target == 0x14:
            nonce = got[len(out) :]
            io = self.slot[4][:32]
            pad = b"".join(sha256(io, nonce[16 * i : 16 * i + 16]) for i in range(len(out) // 32))
            self.expect(xor(got, pad), out, f"KDF {algo:02x} encrypted")
        else:
            self.status(got, OK, f"KDF {algo:02x} to {target:02x}")
            self.clear()
            if target == 0x00:
                self.set_tk(out, 1)
            else:
                self.altkey = out

    def modes(self):
        what = self.rng.choice(("idle", "idle", "sleep"))
        self.line(what)
        if what == "sleep":
            self.forget()

    def peek(self):
        n = self.rng.choice([n for n in self.slot])
        self.expect(bytes.fromhex(self.line(f"peek {2 + n} 0 {SIZE[n]}")), self.slot[n], f"slot {n}")

    # weight, command; ECC is what costs time here
    DECK = (
        (30, nonce), (4, nonce_608), (3, random), (24, gendig), (12, mac), (5, hmac), (10, checkmac),
        (8, derivekey), (6, read_encrypted), (5, read), (6, write), (6, write_encrypted), (1, privwrite),
        (6, genkey), (5, genkey_stored), (0.4, sign), (0.8, sign_internal), (0.5, verify_stored), (0.3, ecdh),
        (5, sha_command), (3, count), (2, extra), (14, info), (5, aes), (6, kdf), (1.5, modes), (1, peek),
    )

    def step(self):
        weights = [w for w, _ in self.DECK]
        command = self.rng.choices([c for _, c in self.DECK], weights)[0]
        del self.log[:-40]
        command(self)


def run(driver, part, seed, budget):
    rng = random.Random(f"{seed} {part}")
    model = Model(driver, part, rng)
    done = 0
    while done < budget:
        before = len(model.log)
        try:
            model.step()
        except Mismatch as e:
            print("\n".join("# " + line for line in model.log[-24:]))
            print(f"not ok - {part}, seed {seed}, after {done} commands: {e}")
            return 1
        done += max(1, (len(model.log) - min(before, 40)) // 2)
    return 0


def main():
    commands = int(sys.argv[2]) if len(sys.argv) > 2 else 6000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    bad = 0
    # the model's own primitives first
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    if aes128(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"), plain).hex() != "3ad77bb40d7a3660a89ecaf32466ef97":
        sys.exit("AES of the model is wrong")
    if affine(mul(N - 1, G)) != (G[0], P - G[1]):
        sys.exit("P-256 of the model is wrong")
    print("1..3")
    for i, part in enumerate(("508a", "608a", "608b")):
        with subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as driver:
            failed = run(driver, part, seed, commands // 3)
            driver.stdin.close()
        bad += failed
        if not failed:
            print(f"ok {i + 1} - {part}: {commands // 3} commands, no difference, seed {seed}")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
