// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Who the chip is: Info(Revision) and the configuration zone. */
#include "engine_int.h"
#include "zone.h"

static int get_revision(struct ecc_dev *dev, void *arg)
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_INFO };

	return ecc_exec_exact(dev, &cmd, arg, 4);
}

int ecc_identify(struct ecc_dev *dev)
{
	u8 revision[4];
	int ret;

	dev->part = ECC_PART_UNKNOWN;
	dev->config_valid = false;
	ret = ecc_run(dev, get_revision, revision);
	/* A 608 that failed its self-test still reads its configuration, which has it too */
	if (ret && !(ret == -EREMOTEIO && dev->status == ECC_STATUS_SELFTEST))
		return ret;
	if (!ret)
		dev->part = ecc_part_from_revision(revision);
	ret = ecc_refresh_config(dev);
	if (ret)
		return ret;
	memcpy(dev->revision, dev->config + ECC_CFG_REVISION, sizeof(dev->revision));
	dev->part = ecc_part_from_revision(dev->revision);
	return 0;
}

static int read_config(struct ecc_dev *dev)
{
	u8 config[ECC_CONFIG_SIZE];
	int ret;

	ret = ecc_read_more(dev, ECC_ZONE_CONFIG, 0, 0, config, sizeof(config));
	if (ret)
		return ret;
	memcpy(dev->config, config, sizeof(config));
	dev->config_valid = true;
	return 0;
}

int ecc_refresh_config(struct ecc_dev *dev)
{
	ecc_run_begin(dev);
	return read_config(dev);
}

int ecc_need_config(struct ecc_dev *dev)
{
	return dev->config_valid ? 0 : read_config(dev);
}
