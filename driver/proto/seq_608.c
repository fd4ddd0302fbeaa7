// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * What only the 608 has: AES, KDF, SecureBoot, SelfTest.  Source: Microchip's public sheets of
 * the 608 variants and cryptoauthlib 3.7; the full data sheet is not public.
 */
#include "engine_int.h"
#include "extra.h"

#define AES_BLOCK      16
#define AES_DECRYPT    0x01
#define KDF_TO_OUTPUT  4
#define KDF_ENCRYPTED  5
#define SECUREBOOT_MAX 0x47
#define SELFTEST_ALL   0x3f /* UNCONFIRMED: bit 1 or bit 2 is ECDSA */

struct aes_args {
	struct ecc_cmd cmd;
	u8 *out;
};

static int do_aes(struct ecc_dev *dev, void *arg)
{
	const struct aes_args *a = arg;

	return ecc_exec_exact(dev, &a->cmd, a->out, AES_BLOCK);
}

/* Block by block and nothing kept between them, so each may be tried again by itself */
int ecc_aes(struct ecc_dev *dev, u16 slot, unsigned int key_block, bool decrypt, u8 *buf,
	    size_t len)
{
	u8 out[AES_BLOCK];
	struct aes_args a = {
		.cmd = {
			.opcode = ECC_OP_AES,
			.p1 = key_block << 6 | (decrypt ? AES_DECRYPT : 0),
			.p2 = slot,
			.len = AES_BLOCK,
		},
		.out = out,
	};
	int ret = 0;

	if ((slot >= ECC_SLOTS && slot != ECC_SLOT_TEMPKEY) || key_block > 3 || !len ||
	    len % AES_BLOCK)
		return -EINVAL;
	ecc_run_begin(dev);
	while (!ret && len) {
		a.cmd.data = buf;
		/* The key in TempKey comes from an earlier command of a session: no second try */
		if (slot == ECC_SLOT_TEMPKEY)
			ret = do_aes(dev, &a);
		else
			ret = ecc_run_more(dev, do_aes, &a);
		if (!ret)
			memcpy(buf, out, AES_BLOCK);
		buf += AES_BLOCK;
		len -= AES_BLOCK;
	}
	ecc_wipe(out, sizeof(out));
	return ret;
}

static int do_kdf(struct ecc_dev *dev, void *arg)
{
	struct ecc_kdf_request *req = arg;
	u8 data[4 + ECC_KDF_MSG_MAX];
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_KDF,
		.p1 = req->mode,
		.p2 = (req->target & 0xff) << 8 | (req->source & 0xff),
		.data = data,
		.len = 4 + req->len,
	};
	size_t n = 0;
	int ret = 0;

	data[0] = req->details & 0xff;
	data[1] = req->details >> 8 & 0xff;
	data[2] = req->details >> 16 & 0xff;
	data[3] = req->details >> 24 & 0xff;
	memcpy(data + 4, req->msg, req->len);
	if (req->tempkey)
		ret = ecc_load_tempkey(dev, req->tempkey);
	if (!ret)
		ret = ecc_exec(dev, &cmd, req->out, sizeof(req->out), &n);
	/* A status alone: the result stayed in the chip */
	req->out_len = !ret && n > 1 ? n : 0;
	if (!req->out_len)
		memset(req->out, 0, sizeof(req->out));
	ecc_wipe(data, sizeof(data));
	return ret;
}

int ecc_kdf(struct ecc_dev *dev, struct ecc_kdf_request *req)
{
	unsigned int target = req->mode >> 2 & 7;

	req->out_len = 0;
	if (req->source >= ECC_SLOTS || req->target >= ECC_SLOTS || req->len > ECC_KDF_MSG_MAX)
		return -EINVAL;
	/* Encrypted output is longer and means nothing without the IO protection key */
	if (target > KDF_TO_OUTPUT)
		return target == KDF_ENCRYPTED ? -EOPNOTSUPP : -EINVAL;
	if (req->tempkey)
		return ecc_run(dev, do_kdf, req);
	ecc_run_begin(dev);
	return (req->mode & 3) == 2 ? ecc_run_more(dev, do_kdf, req) : do_kdf(dev, req);
}

struct boot_args {
	u8 mode;
	const u8 *digest, *sig;
};

static int do_secureboot(struct ecc_dev *dev, void *arg)
{
	const struct boot_args *a = arg;
	u8 data[96];
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_SECUREBOOT,
		.p1 = a->mode,
		.data = data,
		.len = a->sig ? 96 : 32,
	};

	memcpy(data, a->digest, 32);
	if (a->sig)
		memcpy(data + 32, a->sig, 64);
	return ecc_exec_status(dev, &cmd);
}

int ecc_secureboot(struct ecc_dev *dev, u8 mode, const u8 digest[32], const u8 *sig)
{
	struct boot_args a = { .mode = mode, .digest = digest, .sig = sig };

	if (mode > SECUREBOOT_MAX || (mode & 7) < 5 || (mode & 0x38))
		return -EINVAL;
	return ecc_run(dev, do_secureboot, &a);
}

int ecc_selftest(struct ecc_dev *dev, u8 tests, u8 *failed)
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_SELFTEST, .p1 = tests };

	if (tests & ~SELFTEST_ALL)
		return -EINVAL;
	/* No sequence around it: a failed test is an answer, and must not be tried away */
	ecc_run_begin(dev);
	return ecc_exec_exact(dev, &cmd, failed, 1);
}
