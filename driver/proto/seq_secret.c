// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Secrets that go in (PrivWrite, DeriveKey), one that is counted down (UpdateExtra), and a
 * statement of the chip about what it holds (attestation).
 */
#include "engine_int.h"
#include "extra.h"

#define PRIVWRITE_ENCRYPTED 0x40
#define GENKEY_DIGEST	    0x08
#define GENKEY_STORED	    0x10
#define GENDIG_DATA	    2
#define SIGN_SERIAL	    0x40
#define DERIVE_INPUT	    0x04 /* TempKey.SourceFlag */

struct privwrite_args {
	u16 slot, key_slot;
	const u8 *private_key, *key;
};

/* Value: four zeros and the key; cipher and MAC as in chapter 9.14 */
static int do_privwrite(struct ecc_dev *dev, void *arg)
{
	const struct privwrite_args *a = arg;
	u8 value[36] = { 0 }, data[68] = { 0 }, msg[96] = { 0 }, temp[32], tail[32];
	struct ecc_cmd cmd = {
		.opcode = ECC_OP_PRIVWRITE,
		.p2 = a->slot,
		.data = data,
		.len = sizeof(data),
	};
	int i, ret = 0;

	memcpy(value + 4, a->private_key, 32);
	memcpy(data, value, sizeof(value));
	if (!a->key)
		goto send;

	cmd.p1 = PRIVWRITE_ENCRYPTED;
	ret = ecc_share_tempkey(dev, a->key_slot, a->key, temp);
	if (!ret)
		ret = dev->ops->sha256(dev->ctx, temp, 32, tail);
	if (ret)
		goto out;
	for (i = 0; i < 36; i++)
		data[i] ^= i < 32 ? temp[i] : tail[i - 32];
	memcpy(msg, temp, 32);
	msg[32] = cmd.opcode;
	msg[33] = cmd.p1;
	msg[34] = a->slot & 0xff;
	msg[35] = a->slot >> 8;
	ecc_put_serial(dev, msg + 36);
	memcpy(msg + 60, value, sizeof(value));
	ret = dev->ops->sha256(dev->ctx, msg, sizeof(msg), data + 36);
	if (ret)
		goto out;
send:
	ret = ecc_exec_status(dev, &cmd);
out:
	ecc_wipe(value, sizeof(value));
	ecc_wipe(data, sizeof(data));
	ecc_wipe(msg, sizeof(msg));
	ecc_wipe(temp, sizeof(temp));
	ecc_wipe(tail, sizeof(tail));
	return ret;
}

int ecc_privwrite(struct ecc_dev *dev, u16 slot, const u8 private_key[32], u16 key_slot,
		  const u8 *key)
{
	struct privwrite_args a = {
		.slot = slot,
		.key_slot = key_slot,
		.private_key = private_key,
		.key = key,
	};
	int ret;

	if (slot >= ECC_SLOTS || key_slot >= ECC_SLOTS)
		return -EINVAL;
	if (key && !dev->ops->sha256)
		return -EOPNOTSUPP;
	ecc_run_begin(dev);
	ret = ecc_need_config(dev); /* the serial number */
	return ret ? ret : ecc_run_more(dev, do_privwrite, &a);
}

static int do_attest(struct ecc_dev *dev, void *arg)
{
	struct ecc_attest_request *req = arg;
	const u8 genkey_other[3] = { GENKEY_STORED, req->slot & 0xff, req->slot >> 8 };
	const u8 gendig_other[4] = { ECC_OP_GENDIG, GENDIG_DATA, req->slot & 0xff, req->slot >> 8 };
	struct ecc_cmd cmd = { .p2 = req->slot };
	int ret;

	ret = ecc_random_nonce(dev, req->num_in, req->random);
	if (ret)
		return ret;
	switch (req->what) {
	case ECC_ATTEST_KEY:
		cmd.opcode = ECC_OP_GENKEY;
		cmd.p1 = GENKEY_DIGEST;
		ret = ecc_exec_exact(dev, &cmd, req->xy, sizeof(req->xy));
		break;
	case ECC_ATTEST_STORED:
		cmd.opcode = ECC_OP_GENKEY;
		cmd.p1 = GENKEY_STORED;
		cmd.data = genkey_other;
		cmd.len = sizeof(genkey_other);
		ret = ecc_exec_status(dev, &cmd);
		break;
	case ECC_ATTEST_DATA:
		cmd.opcode = ECC_OP_GENDIG;
		cmd.p1 = GENDIG_DATA;
		cmd.data = gendig_other;
		cmd.len = sizeof(gendig_other);
		ret = ecc_exec_status(dev, &cmd);
		break;
	}
	if (ret)
		return ret;
	cmd.opcode = ECC_OP_SIGN;
	cmd.p1 = req->serial ? SIGN_SERIAL : 0;
	cmd.p2 = req->key_slot;
	cmd.data = NULL;
	cmd.len = 0;
	return ecc_exec_exact(dev, &cmd, req->sig, sizeof(req->sig));
}

int ecc_attest(struct ecc_dev *dev, struct ecc_attest_request *req)
{
	if (req->slot >= ECC_SLOTS || req->key_slot >= ECC_SLOTS || req->what > ECC_ATTEST_DATA)
		return -EINVAL;
	memset(req->xy, 0, sizeof(req->xy));
	return ecc_run(dev, do_attest, req);
}

struct derive_args {
	u16 slot;
	const u8 *input, *mac;
	u8 *random;
};

static int do_derive(struct ecc_dev *dev, void *arg)
{
	const struct derive_args *a = arg;
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_DERIVEKEY,
		.p1 = a->random ? 0 : DERIVE_INPUT,
		.p2 = a->slot,
		.data = a->mac,
		.len = a->mac ? 32 : 0,
	};
	int ret;

	if (a->random)
		ret = ecc_random_nonce(dev, a->input, a->random);
	else
		ret = ecc_load_tempkey(dev, a->input);
	return ret ? ret : ecc_exec_status(dev, &cmd);
}

int ecc_derivekey(struct ecc_dev *dev, u16 slot, const u8 *input, const u8 *mac, u8 *random)
{
	struct derive_args a = { .slot = slot, .input = input, .mac = mac, .random = random };

	if (slot >= ECC_SLOTS)
		return -EINVAL;
	return ecc_run(dev, do_derive, &a);
}

enum {
	EXTRA_USER,
	EXTRA_SELECTOR,
	EXTRA_USE
};

static int do_extra(struct ecc_dev *dev, void *arg)
{
	return ecc_exec_status(dev, arg);
}

int ecc_updateextra(struct ecc_dev *dev, unsigned int what, u8 value, u16 slot)
{
	struct ecc_cmd cmd = { .opcode = ECC_OP_UPDATEEXTRA, .p1 = what, .p2 = value };
	u8 before[4], after[4];
	int ret, lost;

	if (what > EXTRA_USE || slot >= ECC_SLOTS)
		return -EINVAL;
	ecc_run_begin(dev);
	if (what == EXTRA_USE) {
		cmd.p2 = slot;
		return ecc_run_more(dev, do_extra, &cmd);
	}
	ret = ecc_read_config_word(dev, ECC_CFG_USER_EXTRA / 4, before);
	if (ret)
		return ret;
	lost = ecc_run_more(dev, do_extra, &cmd);
	if (lost && lost != -EUCLEAN)
		return lost;
	/* Written once and for ever: see it, also after success */
	ret = ecc_read_config_word(dev, ECC_CFG_USER_EXTRA / 4, after);
	if (ret)
		return lost ? -EUCLEAN : ret;
	if (dev->config_valid)
		memcpy(dev->config + ECC_CFG_USER_EXTRA, after, sizeof(after));
	if (after[what] == value && (!lost || before[what] != value)) {
		ecc_set_result(dev, ECC_OP_UPDATEEXTRA, ECC_STATUS_OK);
		return 0;
	}
	ecc_set_result(dev, ECC_OP_UPDATEEXTRA, ECC_STATUS_NONE);
	return lost ? -EUCLEAN : -EIO;
}
