// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* SHA: SHA-256 of a message, also as an HMAC with the key of a slot (chapter 9.17). */
#include "engine_int.h"
#include "extra.h"

#define SHA_START      0x00
#define SHA_UPDATE     0x01
#define SHA_END	       0x02
#define SHA_HMAC_START 0x04
#define SHA_HMAC_END   0x05 /* 508A; the 608 ends both with 2 */
#define SHA_BLOCK      64

struct sha_args {
	bool hmac;
	u16 slot;
	const u8 *data;
	size_t len;
	u8 *digest;
};

/* The context lives in the chip, so a lost answer means to begin again from the first block */
static int do_sha(struct ecc_dev *dev, void *arg)
{
	const struct sha_args *a = arg;
	struct ecc_cmd cmd = { .opcode = ECC_OP_SHA };
	const u8 *data = a->data;
	size_t left = a->len;
	int ret;

	cmd.p1 = a->hmac ? SHA_HMAC_START : SHA_START;
	cmd.p2 = a->hmac ? a->slot : 0;
	ret = ecc_exec_status(dev, &cmd);
	cmd.p1 = SHA_UPDATE;
	cmd.p2 = SHA_BLOCK;
	cmd.len = SHA_BLOCK;
	while (!ret && left >= SHA_BLOCK) {
		cmd.data = data;
		ret = ecc_exec_status(dev, &cmd);
		data += SHA_BLOCK;
		left -= SHA_BLOCK;
	}
	if (ret)
		return ret;
	cmd.p1 = a->hmac && dev->part == ECC_PART_508A ? SHA_HMAC_END : SHA_END;
	cmd.p2 = left;
	cmd.data = left ? data : NULL;
	cmd.len = left;
	return ecc_exec_exact(dev, &cmd, a->digest, 32);
}

int ecc_sha256(struct ecc_dev *dev, const u8 *data, size_t len, u8 digest[32])
{
	struct sha_args a = { .data = data, .len = len, .digest = digest };

	return ecc_run(dev, do_sha, &a);
}

int ecc_sha256_hmac(struct ecc_dev *dev, u16 slot, const u8 *data, size_t len, u8 mac[32])
{
	struct sha_args a = { .hmac = true, .slot = slot, .data = data, .len = len, .digest = mac };

	if (slot >= ECC_SLOTS)
		return -EINVAL;
	return ecc_run(dev, do_sha, &a);
}
