// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Public keys, and the making of new private ones. */
#include "engine_int.h"
#include "zone.h"

#define GENKEY_TRIES   3
#define GENKEY_PUBLIC  0x00
#define GENKEY_CREATE  0x04
#define INFO_KEY_VALID 0x01

/* A public key in a slot: 4 bytes of padding, X, 4 bytes of padding, Y (chapter 2.1.1) */
#define STORED_SIZE 72
#define STORED_X    4
#define STORED_Y    40

struct key_args {
	struct ecc_cmd cmd;
	u8 *out;
	size_t len;
};

static int do_key(struct ecc_dev *dev, void *arg)
{
	const struct key_args *a = arg;

	return ecc_exec_exact(dev, &a->cmd, a->out, a->len);
}

static int genkey(struct ecc_dev *dev, u8 mode, u16 slot, u8 xy[64])
{
	struct key_args a = {
		.cmd = { .opcode = ECC_OP_GENKEY, .p1 = mode, .p2 = slot },
		.out = xy,
		.len = 64,
	};

	return ecc_run_more(dev, do_key, &a);
}

/* 1 the private slot holds a key, 0 not, or an error */
static int key_valid(struct ecc_dev *dev, u16 slot)
{
	u8 out[4];
	struct key_args a = {
		.cmd = { .opcode = ECC_OP_INFO, .p1 = INFO_KEY_VALID, .p2 = slot },
		.out = out,
		.len = sizeof(out),
	};
	int ret = ecc_run_more(dev, do_key, &a);

	/* UNCONFIRMED in which byte the answer is; the others are zero */
	return ret ? ret : (out[0] | out[1] | out[2] | out[3]) != 0;
}

/* -EACCES may mean that there is no key, if the configuration is locked at all */
static int why_refused(struct ecc_dev *dev, u16 slot)
{
	u8 opcode = dev->opcode, status = dev->status;
	struct ecc_slot s;
	int ret = -EACCES;

	if (ecc_refresh_locks(dev))
		goto out;
	ecc_config_slot(dev->config, slot, &s);
	if (!ecc_config_locked(dev->config) || !s.is_private)
		goto out;
	if (key_valid(dev, slot) == 0)
		ret = -ENOKEY;
out:
	ecc_set_result(dev, opcode, status);
	return ret;
}

int ecc_pubkey(struct ecc_dev *dev, u16 slot, u8 xy[64])
{
	int ret;

	if (slot >= ECC_SLOTS)
		return -EINVAL;
	ecc_run_begin(dev);
	ret = genkey(dev, GENKEY_PUBLIC, slot, xy);
	return ret == -EACCES ? why_refused(dev, slot) : ret;
}

static bool all(const u8 *p, size_t len, u8 value)
{
	while (len--) {
		if (*p++ != value)
			return false;
	}
	return true;
}

int ecc_pubkey_stored(struct ecc_dev *dev, u16 slot, u8 xy[64])
{
	u8 raw[STORED_SIZE];
	int ret;

	if (slot < 8 || slot >= ECC_SLOTS)
		return -EINVAL;
	ecc_run_begin(dev);
	ret = ecc_read_more(dev, ECC_ZONE_DATA, slot, 0, raw, sizeof(raw));
	if (ret)
		return ret;
	/* Never written, or cleared */
	if (all(raw + STORED_X, 32, 0xff) || all(raw + STORED_X, 32, 0))
		return -ENOKEY;
	memcpy(xy, raw + STORED_X, 32);
	memcpy(xy + 32, raw + STORED_Y, 32);
	return 0;
}

/*
 * A new key destroys the one before it, so when the answer is lost the public key says
 * whether there is a new one.  It is asked for before, too, or the comparison is worth nothing.
 */
int ecc_genkey(struct ecc_dev *dev, u16 slot, u8 xy[64])
{
	bool had_key, had_none = false;
	u8 before[64];
	int tries, ret;

	if (slot >= ECC_SLOTS)
		return -EINVAL;
	ecc_run_begin(dev);
	ret = genkey(dev, GENKEY_PUBLIC, slot, before);
	if (ret && ret != -EACCES)
		return ret;
	had_key = !ret;
	if (!had_key) {
		ret = key_valid(dev, slot);
		if (ret < 0)
			return ret;
		had_none = !ret;
	}

	for (tries = 1; tries <= GENKEY_TRIES; tries++) {
		ret = genkey(dev, GENKEY_CREATE, slot, xy);
		if (ret != -EUCLEAN)
			return ret;
		dev->retries++;
		ret = genkey(dev, GENKEY_PUBLIC, slot, xy);
		if (!ret && (had_key ? memcmp(before, xy, sizeof(before)) != 0 : had_none)) {
			ecc_set_result(dev, ECC_OP_GENKEY, ECC_STATUS_OK);
			return 0;
		}
		/* The old key, or still none: it was not carried out */
		if ((!ret && had_key) || (ret == -EACCES && had_none && key_valid(dev, slot) == 0))
			continue;
		/* There may be one, of which nothing can be seen (PubInfo 0) */
		ecc_set_result(dev, ECC_OP_GENKEY, ECC_STATUS_NONE);
		return -EUCLEAN;
	}
	return -EIO;
}
