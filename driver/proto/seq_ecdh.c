// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ECDH. */
#include "engine_int.h"

#define ECDH_SOURCE_TEMPKEY 0x01 /* 608 */
#define ECDH_TO_SLOT	    0x04 /* 608; the 508A is told by SlotConfig */
#define ECDH_TO_TEMPKEY	    0x08 /* 608 */
#define ECDH_TO_OUTPUT	    0x0c /* 608; for a key in TempKey there is no "as configured" */
#define SLOT_TEMPKEY	    0xffff

enum {
	TO_CALLER,
	TO_SLOT,
	TO_TEMPKEY
};

struct ecdh_args {
	struct ecc_cmd cmd;
	u8 *secret;
	bool to_caller;
};

static int do_ecdh(struct ecc_dev *dev, void *arg)
{
	const struct ecdh_args *a = arg;
	u8 out[64];
	size_t n;
	int ret;

	ret = ecc_exec(dev, &a->cmd, out, sizeof(out), &n);
	if (!ret) {
		if (a->to_caller && n == 32)
			memcpy(a->secret, out, 32);
		else if (n != 1) /* SlotConfig may send it to slot + 1 whoever asks */
			ret = -EIO;
	} else if (ret == -EREMOTEIO && dev->status == ECC_STATUS_ECC_FAULT) {
		ret = -EACCES; /* no randomness here: the point is not on the curve */
	}
	ecc_wipe(out, sizeof(out));
	return ret;
}

int ecc_ecdh(struct ecc_dev *dev, u16 slot, const u8 xy[64], int to, u8 secret[32])
{
	struct ecdh_args a = {
		.cmd = { .opcode = ECC_OP_ECDH, .p2 = slot, .data = xy, .len = 64 },
		.secret = secret,
		.to_caller = to == TO_CALLER,
	};
	bool is_608 = dev->part != ECC_PART_508A;
	struct ecc_slot s;
	int ret;

	memset(secret, 0, 32);
	if (slot == SLOT_TEMPKEY) {
		if (!is_608)
			return -EOPNOTSUPP;
		a.cmd.p1 |= ECDH_SOURCE_TEMPKEY;
		a.cmd.p2 = 0;
	} else if (slot >= ECC_SLOTS) {
		return -EINVAL;
	}
	if (to == TO_TEMPKEY) {
		if (!is_608)
			return -EOPNOTSUPP;
		a.cmd.p1 |= ECDH_TO_TEMPKEY;
	} else if (to == TO_SLOT) {
		if (is_608)
			a.cmd.p1 |= ECDH_TO_SLOT;
	} else if (slot == SLOT_TEMPKEY) {
		a.cmd.p1 |= ECDH_TO_OUTPUT;
	}
	ecc_run_begin(dev);
	if (slot != SLOT_TEMPKEY && (to == TO_CALLER || (to == TO_SLOT && !is_608))) {
		/*
		 * SlotConfig decides where the result goes.  If that is not where the caller
		 * wants it, nothing must be sent: the result would overwrite slot + 1, or show
		 * on the bus.
		 */
		ret = ecc_need_config(dev);
		if (ret)
			return ret;
		ecc_config_slot(dev->config, slot, &s);
		if (s.ecdh && (to == TO_SLOT ? !s.ecdh_to_slot : s.ecdh_to_slot))
			return -EACCES;
	}
	/* The key in TempKey comes from an earlier command of a session: no second try */
	if (slot == SLOT_TEMPKEY)
		return do_ecdh(dev, &a);
	return ecc_run_more(dev, do_ecdh, &a);
}
