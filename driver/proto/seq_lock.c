// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Lock: the command nobody gets to repeat, so every doubt is settled by reading the bytes. */
#include "engine_int.h"

#define LOCK_TRIES     3
#define LOCK_MODE_SLOT 0x02

enum {
	LOCK_CONFIG,
	LOCK_DATA,
	LOCK_SLOT
};

static int do_lock(struct ecc_dev *dev, void *arg)
{
	return ecc_exec_status(dev, arg);
}

/* 1 locked, 0 not, or an error; always from the chip, never from the cache */
static int is_locked(struct ecc_dev *dev, unsigned int what, u16 slot)
{
	unsigned int offset = what == LOCK_SLOT ? ECC_CFG_SLOT_LOCKED : ECC_CFG_USER_EXTRA;
	u8 word[4];
	u16 slots;
	int ret;

	ret = ecc_read_config_word(dev, offset / 4, word);
	if (ret)
		return ret;
	if (dev->config_valid)
		memcpy(dev->config + offset, word, sizeof(word));
	if (what == LOCK_SLOT) {
		slots = word[0] | word[1] << 8;
		return !(slots >> slot & 1);
	}
	if (what == LOCK_CONFIG)
		return word[ECC_CFG_LOCK_CONFIG - ECC_CFG_USER_EXTRA] != ECC_CFG_UNLOCKED;
	return word[ECC_CFG_LOCK_VALUE - ECC_CFG_USER_EXTRA] != ECC_CFG_UNLOCKED;
}

int ecc_lock(struct ecc_dev *dev, unsigned int what, u16 slot, u16 crc)
{
	struct ecc_cmd cmd = { .opcode = ECC_OP_LOCK, .p1 = what, .p2 = crc };
	int tries, ret, locked;
	u8 status;

	if (what > LOCK_SLOT || slot >= ECC_SLOTS || (what != LOCK_SLOT && slot))
		return -EINVAL;
	if (what == LOCK_SLOT) {
		cmd.p1 = LOCK_MODE_SLOT | slot << 2;
		cmd.p2 = 0;
	}
	ecc_run_begin(dev);
	locked = is_locked(dev, what, slot);
	if (locked)
		return locked < 0 ? locked : -EALREADY;

	for (tries = 1; tries <= LOCK_TRIES; tries++) {
		ret = ecc_run_more(dev, do_lock, &cmd);
		if (ret && ret != -EUCLEAN)
			return ret;
		/* Also after success: this is for ever, so see it */
		status = dev->status;
		locked = is_locked(dev, what, slot);
		if (locked < 0)
			return ret ? -EUCLEAN : locked;
		ecc_set_result(dev, ECC_OP_LOCK, locked ? ECC_STATUS_OK : status);
		if (locked)
			return 0;
		if (!ret)
			return -EIO; /* it said yes and did not */
		dev->retries++;
	}
	return -EIO;
}
