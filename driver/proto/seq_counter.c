// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Monotonic counters. */
#include "engine_int.h"

#define COUNTER_TRIES	  3
#define COUNTER_READ	  0
#define COUNTER_INCREMENT 1

static int do_counter(struct ecc_dev *dev, void *arg)
{
	return ecc_exec_exact(dev, arg, dev->aux, 4);
}

static int counter(struct ecc_dev *dev, u8 mode, u16 id, u32 *value)
{
	struct ecc_cmd cmd = { .opcode = ECC_OP_COUNTER, .p1 = mode, .p2 = id };
	int ret = ecc_run_more(dev, do_counter, &cmd);

	if (!ret)
		*value = dev->aux[0] | dev->aux[1] << 8 | dev->aux[2] << 16 |
			 (u32)dev->aux[3] << 24;
	return ret;
}

int ecc_counter(struct ecc_dev *dev, u16 id, bool increment, u32 *value)
{
	u32 before, after;
	int tries, ret;

	if (id > 1)
		return -EINVAL;
	ecc_run_begin(dev);
	ret = counter(dev, COUNTER_READ, id, &before);
	if (ret)
		return ret;
	*value = before;
	if (!increment)
		return 0;
	if (before >= ECC_COUNTER_MAX)
		return -ERANGE;

	for (tries = 1; tries <= COUNTER_TRIES; tries++) {
		ret = counter(dev, COUNTER_INCREMENT, id, &after);
		if (ret != -EUCLEAN)
			break;
		dev->retries++;
		if (counter(dev, COUNTER_READ, id, &after))
			return -EUCLEAN;
		/* A power cut in an increment may make it jump by more than one (chapter 9.3) */
		if (after > before) {
			ret = 0;
			break;
		}
		ret = -EIO;
	}
	if (!ret)
		*value = after;
	return ret;
}
