/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * Every request of the driver, who may make it and what must be zero in it; and an argument for it
 * that would be fine.
 */
#ifndef SELFTESTS_REQUESTS_H
#define SELFTESTS_REQUESTS_H

#include <linux/ecc508a.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static uint8_t buffer[ECC508A_SHA_MAX];

/* Fields that must be zero, or one of a few bits */
struct reserved {
	size_t offset, size;
	uint64_t allowed; /* bits that mean something; beyond 64 none does */
};

#define FIELD(type, member, allowed_)                                                       \
	{                                                                                   \
		offsetof(struct type, member), sizeof(((struct type *)0)->member), allowed_ \
	}
#define END             \
	{               \
		0, 0, 0 \
	}

struct request {
	const char *name;
	unsigned long cmd;
	size_t size;
	bool write, admin; /* classes W and A */
	size_t slot; /* offset of a __u16 slot, or 0 */
	struct reserved reserved[5];
};

static const struct request requests[] = {
	{ "INFO",
	  ECC508A_IOC_INFO,
	  sizeof(struct ecc508a_info),
	  false,
	  false,
	  0,
	  { FIELD(ecc508a_info, request, ECC508A_INFO_REFRESH), END } },
	{ "RANDOM",
	  ECC508A_IOC_RANDOM,
	  sizeof(struct ecc508a_random),
	  false,
	  false,
	  0,
	  { FIELD(ecc508a_random, flags, ECC508A_RANDOM_ALLOW_FIXED), END } },
	{ "PUBKEY",
	  ECC508A_IOC_PUBKEY,
	  sizeof(struct ecc508a_pubkey),
	  false,
	  false,
	  offsetof(struct ecc508a_pubkey, slot),
	  { FIELD(ecc508a_pubkey, flags, ECC508A_PUBKEY_STORED), FIELD(ecc508a_pubkey, reserved, 0),
	    END } },
	{ "GENKEY",
	  ECC508A_IOC_GENKEY,
	  sizeof(struct ecc508a_pubkey),
	  true,
	  true,
	  offsetof(struct ecc508a_pubkey, slot),
	  { FIELD(ecc508a_pubkey, flags, 0), FIELD(ecc508a_pubkey, reserved, 0), END } },
	{ "SIGN",
	  ECC508A_IOC_SIGN,
	  sizeof(struct ecc508a_sign),
	  true,
	  false,
	  offsetof(struct ecc508a_sign, slot),
	  { FIELD(ecc508a_sign, flags, 0), FIELD(ecc508a_sign, reserved, 0), END } },
	{ "VERIFY",
	  ECC508A_IOC_VERIFY,
	  sizeof(struct ecc508a_verify),
	  false,
	  false,
	  offsetof(struct ecc508a_verify, slot),
	  { FIELD(ecc508a_verify, flags, ECC508A_VERIFY_STORED), FIELD(ecc508a_verify, reserved, 0),
	    END } },
	{ "ECDH",
	  ECC508A_IOC_ECDH,
	  sizeof(struct ecc508a_ecdh),
	  true,
	  false,
	  offsetof(struct ecc508a_ecdh, slot),
	  { FIELD(ecc508a_ecdh, flags, ECC508A_ECDH_TO_SLOT | ECC508A_ECDH_TO_TEMPKEY),
	    FIELD(ecc508a_ecdh, reserved, 0), END } },
	{ "READ",
	  ECC508A_IOC_READ,
	  sizeof(struct ecc508a_rw),
	  false,
	  false,
	  offsetof(struct ecc508a_rw, slot),
	  { FIELD(ecc508a_rw, flags, ECC508A_RW_ENCRYPTED), FIELD(ecc508a_rw, reserved, 0),
	    FIELD(ecc508a_rw, key_slot, 0), END } },
	{ "WRITE",
	  ECC508A_IOC_WRITE,
	  sizeof(struct ecc508a_rw),
	  true,
	  false,
	  offsetof(struct ecc508a_rw, slot),
	  { FIELD(ecc508a_rw, flags, ECC508A_RW_ENCRYPTED), FIELD(ecc508a_rw, reserved, 0),
	    FIELD(ecc508a_rw, key_slot, 0), END } },
	{ "LOCK",
	  ECC508A_IOC_LOCK,
	  sizeof(struct ecc508a_lock),
	  true,
	  true,
	  offsetof(struct ecc508a_lock, slot),
	  { FIELD(ecc508a_lock, flags, 0), END } },
	{ "COUNTER",
	  ECC508A_IOC_COUNTER,
	  sizeof(struct ecc508a_counter),
	  false,
	  false,
	  offsetof(struct ecc508a_counter, id),
	  { FIELD(ecc508a_counter, flags, ECC508A_COUNTER_INCREMENT), END } },
	{ "SESSION_BEGIN",
	  ECC508A_IOC_SESSION_BEGIN,
	  sizeof(struct ecc508a_session),
	  true,
	  false,
	  0,
	  { FIELD(ecc508a_session, reserved, 0), END } },
	{ "EXCHANGE",
	  ECC508A_IOC_EXCHANGE,
	  sizeof(struct ecc508a_exchange),
	  true,
	  false,
	  0,
	  { FIELD(ecc508a_exchange, flags, 0), FIELD(ecc508a_exchange, reserved, 0), END } },
	/* From 0x20 on */
	{ "MAC",
	  ECC508A_IOC_MAC,
	  sizeof(struct ecc508a_mac),
	  true,
	  false,
	  offsetof(struct ecc508a_mac, slot),
	  { FIELD(ecc508a_mac, flags, ECC508A_MAC_SERIAL | ECC508A_MAC_RANDOM),
	    FIELD(ecc508a_mac, reserved, 0), END } },
	{ "HMAC",
	  ECC508A_IOC_HMAC,
	  sizeof(struct ecc508a_mac),
	  true,
	  false,
	  offsetof(struct ecc508a_mac, slot),
	  { FIELD(ecc508a_mac, flags, ECC508A_MAC_SERIAL | ECC508A_MAC_RANDOM),
	    FIELD(ecc508a_mac, reserved, 0), END } },
	{ "CHECKMAC",
	  ECC508A_IOC_CHECKMAC,
	  sizeof(struct ecc508a_checkmac),
	  true,
	  false,
	  offsetof(struct ecc508a_checkmac, slot),
	  { FIELD(ecc508a_checkmac, flags, ECC508A_CHECKMAC_KEY),
	    FIELD(ecc508a_checkmac, reserved, 0), FIELD(ecc508a_checkmac, pad, 0), END } },
	{ "SHA",
	  ECC508A_IOC_SHA,
	  sizeof(struct ecc508a_sha),
	  false,
	  false,
	  offsetof(struct ecc508a_sha, slot),
	  { FIELD(ecc508a_sha, flags, ECC508A_SHA_HMAC), FIELD(ecc508a_sha, slot, 0), END } },
	{ "PRIVWRITE",
	  ECC508A_IOC_PRIVWRITE,
	  sizeof(struct ecc508a_privwrite),
	  true,
	  true,
	  offsetof(struct ecc508a_privwrite, slot),
	  { FIELD(ecc508a_privwrite, flags, ECC508A_PRIVWRITE_ENCRYPTED),
	    FIELD(ecc508a_privwrite, reserved, 0), FIELD(ecc508a_privwrite, key_slot, 0),
	    FIELD(ecc508a_privwrite, key, 0), END } },
	{ "ATTEST",
	  ECC508A_IOC_ATTEST,
	  sizeof(struct ecc508a_attest),
	  true,
	  false,
	  offsetof(struct ecc508a_attest, slot),
	  { FIELD(ecc508a_attest, flags, ECC508A_ATTEST_SERIAL), FIELD(ecc508a_attest, pad, 0),
	    FIELD(ecc508a_attest, what, 3), END } },
	{ "DERIVEKEY",
	  ECC508A_IOC_DERIVEKEY,
	  sizeof(struct ecc508a_derivekey),
	  true,
	  true,
	  offsetof(struct ecc508a_derivekey, slot),
	  { FIELD(ecc508a_derivekey, flags, ECC508A_DERIVEKEY_RANDOM | ECC508A_DERIVEKEY_MAC),
	    FIELD(ecc508a_derivekey, reserved, 0), FIELD(ecc508a_derivekey, mac, 0), END } },
	{ "UPDATEEXTRA",
	  ECC508A_IOC_UPDATEEXTRA,
	  sizeof(struct ecc508a_updateextra),
	  true,
	  true,
	  offsetof(struct ecc508a_updateextra, slot),
	  { FIELD(ecc508a_updateextra, flags, 0), FIELD(ecc508a_updateextra, value, 0xff),
	    FIELD(ecc508a_updateextra, slot, 0), FIELD(ecc508a_updateextra, what, 3), END } },
	{ "AES",
	  ECC508A_IOC_AES,
	  sizeof(struct ecc508a_aes),
	  true,
	  false,
	  0, /* a slot of FFFF is TempKey */
	  { FIELD(ecc508a_aes, flags, ECC508A_AES_DECRYPT), FIELD(ecc508a_aes, key_block, 3),
	    FIELD(ecc508a_aes, len, 0x7f0), FIELD(ecc508a_aes, slot, 15), END } },
	{ "KDF",
	  ECC508A_IOC_KDF,
	  sizeof(struct ecc508a_kdf),
	  true,
	  false,
	  offsetof(struct ecc508a_kdf, source),
	  { FIELD(ecc508a_kdf, flags, ECC508A_KDF_LOAD), FIELD(ecc508a_kdf, mode, 0x7f),
	    FIELD(ecc508a_kdf, target, 15), FIELD(ecc508a_kdf, tempkey, 0), END } },
	{ "SECUREBOOT",
	  ECC508A_IOC_SECUREBOOT,
	  sizeof(struct ecc508a_secureboot),
	  true,
	  false,
	  0,
	  { FIELD(ecc508a_secureboot, flags, 0), FIELD(ecc508a_secureboot, reserved, 0),
	    FIELD(ecc508a_secureboot, mode, 0x47), END } },
	{ "SELFTEST",
	  ECC508A_IOC_SELFTEST,
	  sizeof(struct ecc508a_selftest),
	  true,
	  false,
	  0,
	  { FIELD(ecc508a_selftest, tests, 0x3d), END } },
};

#define COUNT (sizeof(requests) / sizeof(requests[0]))

/* An argument that would be fine, were it not for what the test does to it */
static inline void valid_argument(const struct request *r, uint8_t *arg)
{
	memset(arg, 0, r->size);
	switch (r->cmd) {
	case ECC508A_IOC_RANDOM: {
		struct ecc508a_random *a = (void *)arg;

		a->len = 1;
		a->buf = (uintptr_t)buffer;
		break;
	}
	case ECC508A_IOC_READ:
	case ECC508A_IOC_WRITE: {
		struct ecc508a_rw *a = (void *)arg;

		a->zone = ECC508A_ZONE_DATA;
		a->slot = 8;
		a->len = 4;
		a->buf = (uintptr_t)buffer;
		break;
	}
	case ECC508A_IOC_SHA: {
		struct ecc508a_sha *a = (void *)arg;

		a->len = 3;
		a->buf = (uintptr_t)buffer;
		break;
	}
	case ECC508A_IOC_AES: {
		struct ecc508a_aes *a = (void *)arg;

		a->slot = 9;
		a->len = 16;
		a->buf = (uintptr_t)buffer;
		break;
	}
	case ECC508A_IOC_KDF: {
		struct ecc508a_kdf *a = (void *)arg;

		a->mode = 2 | 4 << 2; /* from a slot to the caller */
		a->len = 32;
		a->buf = (uintptr_t)buffer;
		break;
	}
	case ECC508A_IOC_SECUREBOOT: {
		struct ecc508a_secureboot *a = (void *)arg;

		a->mode = 5;
		break;
	}
	case ECC508A_IOC_LOCK: {
		struct ecc508a_lock *a = (void *)arg;

		a->what = ECC508A_LOCK_SLOT;
		break;
	}
	case ECC508A_IOC_SESSION_BEGIN: {
		struct ecc508a_session *a = (void *)arg;

		a->timeout_ms = 1000;
		break;
	}
	case ECC508A_IOC_EXCHANGE: {
		struct ecc508a_exchange *a = (void *)arg;

		a->opcode = 0x30; /* Info */
		a->rx_len = 64;
		a->rx = (uintptr_t)buffer;
		break;
	}
	default:
		break;
	}
}

#endif
