// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The I2C driver: find out who is there, keep what was found, let go of it.
 */
#include <linux/err.h>
#include <linux/i2c.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/pm.h>

#include "compat.h"
#include "core.h"

/* Ask who it is, by every way of waking that this bus has */
static int identify(struct ecc508a_chip *chip)
{
	struct device *dev = &chip->client->dev;
	int ret;

	mutex_lock(&chip->lock);
	do {
		ret = ecc_identify(&chip->eng);
	} while (ret && ecc508a_wake_next(chip));
	if (!ret) {
		chip->part = chip->eng.part;
		memcpy(chip->revision, chip->eng.revision, sizeof(chip->revision));
		ecc_config_serial(chip->eng.config, chip->serial);
		ecc508a_bus_look(chip);
	}
	ecc508a_chip_sleep(chip);
	ecc508a_chip_snapshot(chip);
	mutex_unlock(&chip->lock);

	if (!ret && chip->part == ECC_PART_UNKNOWN) {
		dev_err(dev, "revision %4ph is no ATECC508A, 608A or 608B\n", chip->revision);
		return -ENODEV;
	}
	if (ret == -ENXIO) {
		dev_err(dev, "nobody answers at 0x%02x; check address, supply and wake method (%s)\n",
			chip->client_addr, ecc508a_wake_name(chip->bus.wake));
		return -ENODEV;
	}
	if (ret)
		dev_err(dev, "who is there? error %d, status 0x%02x\n", ret, chip->eng.status);
	return ret;
}

static int ecc508a_probe(struct i2c_client *client)
{
	struct ecc508a_chip *chip;
	int ret;

	if (!i2c_check_functionality(client->adapter, I2C_FUNC_I2C)) {
		dev_err(&client->dev, "the adapter speaks SMBus only\n");
		return -EOPNOTSUPP;
	}
	chip = ecc508a_chip_alloc(client);
	if (!chip)
		return -ENOMEM;
	ret = ecc508a_bus_init(chip);
	if (ret)
		goto out_chip;
	ret = ecc508a_wake_init(chip);
	if (ret)
		goto out_chip;
	ret = identify(chip);
	if (ret)
		goto out_wake;
	i2c_set_clientdata(client, chip);
	ecc508a_pm_init(chip);
	ret = ecc508a_chip_register(chip);
	if (ret)
		goto out_pm;
	dev_info(&client->dev, "%s %*phN is %s\n", ecc_part_name(chip->part), ECC508A_SERIAL_SIZE,
		 chip->serial, dev_name(&chip->dev));
	return 0;

out_pm:
	ecc508a_pm_exit(client);
out_wake:
	ecc508a_wake_exit(chip);
out_chip:
	put_device(&chip->dev);
	return ret;
}

static void ecc508a_remove(struct i2c_client *client)
{
	struct ecc508a_chip *chip = i2c_get_clientdata(client);

	ecc508a_chip_unregister(chip);
	ecc508a_wake_exit(chip);
	put_device(&chip->dev);
}

/* A machine that goes down may leave the supply on: do not leave the chip awake or TempKey set */
static void ecc508a_shutdown(struct i2c_client *client)
{
	struct ecc508a_chip *chip = i2c_get_clientdata(client);

	ecc508a_arbiter_kill(&chip->arb);
	mutex_lock(&chip->lock);
	ecc508a_session_revoke(chip);
	if (!chip->suspended)
		ecc508a_chip_sleep(chip);
	chip->suspended = true;
	mutex_unlock(&chip->lock);
}

/*
 * Own name first: it makes new_device choose this driver where upstream's atmel-ecc, which
 * knows the other ones, is there as well.  With those a chip that atmel-ecc had can be bound;
 * where the kernel has device trees they match by the compatible strings below anyway.
 */
static const struct i2c_device_id ecc508a_ids[] = {
	{ .name = "ecc508a" },
	{ .name = "atecc508a" },
	{ .name = "atecc608a" },
	{ .name = "atecc608b" },
	{ }
};
MODULE_DEVICE_TABLE(i2c, ecc508a_ids);

static const struct of_device_id ecc508a_of_ids[] = {
	{ .compatible = "atmel,atecc508a" },
	{ .compatible = "atmel,atecc608a" },
	{ .compatible = "atmel,atecc608b" },
	{ }
};
MODULE_DEVICE_TABLE(of, ecc508a_of_ids);

struct i2c_driver ecc508a_i2c_driver = {
	.driver = {
		.name = ECC508A_NAME,
		.of_match_table = ecc508a_of_ids,
		.pm = pm_ptr(&ecc508a_pm_ops),
	},
#if ECC508A_PROBE_NEW
	.probe_new = ecc508a_probe,
#else
	.probe = ecc508a_probe,
#endif
	.remove = ecc508a_remove,
	.shutdown = ecc508a_shutdown,
	.id_table = ecc508a_ids,
};
