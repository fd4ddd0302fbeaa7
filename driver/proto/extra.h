/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * Sequences for the rarer commands.  Arguments and errors as the ioctls of the same name
 * (uapi/linux/ecc508a.h); flags are those of the uapi, which this header does not include.
 */
#ifndef ECC_PROTO_EXTRA_H
#define ECC_PROTO_EXTRA_H

#include "engine.h"

/* TempKey in place of a slot (608) */
#define ECC_SLOT_TEMPKEY 0xffff

struct ecc_mac_request {
	u16 slot;
	bool serial; /* all of the serial number enters */
	bool use_random; /* @challenge is 20 bytes NumIn */
	u8 challenge[32];
	u8 random[32]; /* out */
	u8 mac[32]; /* out */
};

int ecc_mac(struct ecc_dev *dev, struct ecc_mac_request *req);
int ecc_hmac(struct ecc_dev *dev, struct ecc_mac_request *req);
int ecc_checkmac(struct ecc_dev *dev, u16 slot, const u8 challenge[32], const u8 response[32],
		 const u8 other[13]);
/* Challenge and response made here, from the key */
int ecc_checkmac_key(struct ecc_dev *dev, u16 slot, const u8 key[32]);

int ecc_sha256(struct ecc_dev *dev, const u8 *data, size_t len, u8 digest[32]);
int ecc_sha256_hmac(struct ecc_dev *dev, u16 slot, const u8 *data, size_t len, u8 mac[32]);

/* @key NULL: in the clear, before the data zone is locked */
int ecc_privwrite(struct ecc_dev *dev, u16 slot, const u8 private_key[32], u16 key_slot,
		  const u8 *key);

enum ecc_attest {
	ECC_ATTEST_KEY,
	ECC_ATTEST_STORED,
	ECC_ATTEST_DATA,
};

struct ecc_attest_request {
	enum ecc_attest what;
	u16 slot, key_slot;
	bool serial;
	u8 num_in[20];
	u8 random[32]; /* out */
	u8 xy[64]; /* out: ECC_ATTEST_KEY */
	u8 sig[64]; /* out */
};

int ecc_attest(struct ecc_dev *dev, struct ecc_attest_request *req);

/* @mac may be NULL; @random NULL: @input is 32 bytes for TempKey, else 20 bytes NumIn */
int ecc_derivekey(struct ecc_dev *dev, u16 slot, const u8 *input, const u8 *mac, u8 *random);

/* @what: 0 byte 84, 1 byte 85, 2 one use of the limited key in @slot */
int ecc_updateextra(struct ecc_dev *dev, unsigned int what, u8 value, u16 slot);

/* 608 */
int ecc_aes(struct ecc_dev *dev, u16 slot, unsigned int key_block, bool decrypt, u8 *buf,
	    size_t len);

struct ecc_kdf_request {
	u8 mode;
	u16 source, target;
	u32 details;
	const u8 *msg;
	u8 len;
	const u8 *tempkey; /* 32 bytes to load first, or NULL */
	u8 out[64]; /* out */
	size_t out_len; /* out */
};

#define ECC_KDF_MSG_MAX 128

int ecc_kdf(struct ecc_dev *dev, struct ecc_kdf_request *req);
/* @sig NULL: digest only (FullStore) */
int ecc_secureboot(struct ecc_dev *dev, u8 mode, const u8 digest[32], const u8 *sig);
int ecc_selftest(struct ecc_dev *dev, u8 tests, u8 *failed);

#endif
