// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Random numbers. */
#include "engine_int.h"

/* What the generator answers before the configuration is locked, eight times over */
static const u8 fixed_pattern[4] = { 0xff, 0xff, 0x00, 0x00 };

static int get_block(struct ecc_dev *dev, void *arg)
{
	/* Mode 0 updates the seed in EEPROM, once per power-up */
	const struct ecc_cmd cmd = { .opcode = ECC_OP_RANDOM };

	return ecc_exec_exact(dev, &cmd, arg, 32);
}

static bool is_fixed(const u8 block[32])
{
	int i;

	for (i = 0; i < 32; i += 4) {
		if (memcmp(block + i, fixed_pattern, 4))
			return false;
	}
	return true;
}

int ecc_random(struct ecc_dev *dev, u8 *buf, size_t len, bool allow_fixed)
{
	u8 block[32];
	int ret = 0;

	ecc_run_begin(dev);
	while (len) {
		size_t n = len < sizeof(block) ? len : sizeof(block);

		ret = ecc_run_more(dev, get_block, block);
		if (ret)
			break;
		if (!allow_fixed && is_fixed(block)) {
			ret = -ENODATA;
			break;
		}
		memcpy(buf, block, n);
		buf += n;
		len -= n;
	}
	ecc_wipe(block, sizeof(block));
	return ret;
}
