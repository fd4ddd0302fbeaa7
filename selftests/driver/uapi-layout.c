// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The layout of every structure of <linux/ecc508a.h>, once and for all: this file is compiled
 * as 64-bit and 32-bit C and as C++ (selftests/driver/uapi), and what does not hold does not
 * compile.  The header comes first and alone.
 */
#include <linux/ecc508a.h>

#ifdef __cplusplus
#define ASSERT(x) static_assert(x, #x)
#else
#define ASSERT(x) _Static_assert(x, #x)
#endif
#define SIZE(type, size) ASSERT(sizeof(struct ecc508a_##type) == (size))
#define AT(type, member, offset) \
	ASSERT(__builtin_offsetof(struct ecc508a_##type, member) == (offset))

SIZE(result, 8);
AT(result, reserved, 3);
SIZE(info, 184);
AT(info, bus_nr, 28);
AT(info, serial, 36);
AT(info, config, 56);
SIZE(random, 24);
AT(random, buf, 16);
SIZE(pubkey, 80);
AT(pubkey, pubkey, 16);
SIZE(sign, 112);
AT(sign, digest, 16);
AT(sign, sig, 48);
SIZE(verify, 176);
AT(verify, pubkey, 112);
SIZE(ecdh, 112);
AT(ecdh, secret, 80);
SIZE(rw, 64);
AT(rw, done, 20);
AT(rw, buf, 24);
AT(rw, key, 32);
SIZE(lock, 16);
AT(lock, crc, 14);
SIZE(counter, 16);
AT(counter, value, 12);
SIZE(session, 8);
SIZE(exchange, 40);
AT(exchange, flags, 16);
AT(exchange, tx, 24);
AT(exchange, rx, 32);
SIZE(mac, 112);
AT(mac, mac, 80);
SIZE(checkmac, 96);
AT(checkmac, other, 80);
SIZE(sha, 56);
AT(sha, buf, 16);
AT(sha, digest, 24);
SIZE(privwrite, 80);
AT(privwrite, key, 48);
SIZE(attest, 200);
AT(attest, random, 40);
AT(attest, sig, 136);
SIZE(derivekey, 112);
AT(derivekey, random, 80);
SIZE(updateextra, 16);
SIZE(aes, 24);
AT(aes, buf, 16);
SIZE(kdf, 128);
AT(kdf, buf, 24);
AT(kdf, out, 64);
SIZE(secureboot, 112);
AT(secureboot, sig, 48);
SIZE(selftest, 16);

/* Released numbers */
ASSERT(ECC508A_IOC_INFO == 0xc0b8ec00);
ASSERT(ECC508A_IOC_SIGN == 0xc070ec04);
ASSERT(ECC508A_IOC_LOCK == 0xc010ec09);
ASSERT(ECC508A_IOC_SESSION_END == 0x0000ec11);
ASSERT(ECC508A_IOC_EXCHANGE == 0xc028ec12);
ASSERT(ECC508A_IOC_SELFTEST == 0xc010ec2b);
