// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Sign, Verify: the digest goes into TempKey first. */
#include "engine_int.h"

#define NONCE_PASS_THROUGH 0x03
#define SIGN_EXTERNAL	   0x80
#define VERIFY_STORED	   0x00
#define VERIFY_EXTERNAL	   0x02
#define KEY_TYPE_P256	   0x0004

struct sign_args {
	const u8 *digest;
	const u8 *data;
	u8 len;
	u8 mode;
	u16 p2;
	u8 *sig;
};

int ecc_load_tempkey(struct ecc_dev *dev, const u8 value[32])
{
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_NONCE,
		.p1 = NONCE_PASS_THROUGH,
		.data = value,
		.len = 32,
	};

	return ecc_exec_status(dev, &cmd);
}

static int do_sign(struct ecc_dev *dev, void *arg)
{
	const struct sign_args *a = arg;
	const struct ecc_cmd cmd = { .opcode = ECC_OP_SIGN, .p1 = SIGN_EXTERNAL, .p2 = a->p2 };
	int ret;

	ret = ecc_load_tempkey(dev, a->digest);
	if (ret)
		return ret;
	return ecc_exec_exact(dev, &cmd, a->sig, 64);
}

static int do_verify(struct ecc_dev *dev, void *arg)
{
	const struct sign_args *a = arg;
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_VERIFY,
		.p1 = a->mode,
		.p2 = a->p2,
		.data = a->data,
		.len = a->len,
	};
	int ret;

	ret = ecc_load_tempkey(dev, a->digest);
	if (ret)
		return ret;
	return ecc_exec_status(dev, &cmd);
}

int ecc_sign(struct ecc_dev *dev, u16 slot, const u8 digest[32], u8 sig[64])
{
	struct sign_args a = { .digest = digest, .p2 = slot, .sig = sig };

	if (slot >= ECC_SLOTS)
		return -EINVAL;
	return ecc_run(dev, do_sign, &a);
}

int ecc_verify(struct ecc_dev *dev, const u8 xy[64], const u8 digest[32], const u8 sig[64])
{
	u8 data[128];
	struct sign_args a = {
		.digest = digest,
		.data = data,
		.len = sizeof(data),
		.mode = VERIFY_EXTERNAL,
		.p2 = KEY_TYPE_P256,
	};

	memcpy(data, sig, 64);
	memcpy(data + 64, xy, 64);
	return ecc_run(dev, do_verify, &a);
}

int ecc_verify_stored(struct ecc_dev *dev, u16 slot, const u8 digest[32], const u8 sig[64])
{
	struct sign_args a = {
		.digest = digest,
		.data = sig,
		.len = 64,
		.mode = VERIFY_STORED,
		.p2 = slot,
	};

	if (slot >= ECC_SLOTS)
		return -EINVAL;
	return ecc_run(dev, do_verify, &a);
}
