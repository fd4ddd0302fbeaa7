// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Power: the chip sleeps when nobody has used it for a while, and over system sleep.
 *
 * Waking is the engine's business, command by command, so resuming does nothing on the bus.
 */
#include <linux/moduleparam.h>
#include <linux/pm_runtime.h>

#include "core.h"

/*
 * Waking costs the pulse, 1.5 ms and 4 bytes; a program that does several things in a row
 * shall not pay that for each.  Much longer would only burn current: the chip's own watchdog
 * ends it after 0.7 s at the latest.
 */
static int autosuspend_ms = 50;
module_param(autosuspend_ms, int, 0444);
MODULE_PARM_DESC(autosuspend_ms, "How long an unused chip stays awake, in ms (default 50); later: power/autosuspend_delay_ms");

/* The usage count is 0: nobody else is at the engine. */
static int ecc508a_runtime_suspend(struct device *dev)
{
	struct ecc508a_chip *chip = dev_get_drvdata(dev);

	/* If it cannot be told, its watchdog will do it: no reason to stop power management. */
	ecc508a_chip_sleep(chip);
	ecc508a_chip_snapshot(chip);
	return 0;
}

static int ecc508a_runtime_resume(struct device *dev)
{
	struct ecc508a_chip *chip = dev_get_drvdata(dev);

	ecc508a_bus_look(chip);
	return 0;
}

/*
 * Programs are frozen by now and wait for nothing; a sequence of the kernel itself may still
 * be under way and is let finish.  A session loses its TempKey and is told so.
 */
static int ecc508a_suspend(struct device *dev)
{
	struct ecc508a_chip *chip = dev_get_drvdata(dev);
	int ret;

	mutex_lock(&chip->lock);
	ecc508a_session_revoke(chip);
	ret = pm_runtime_force_suspend(dev);
	chip->suspended = !ret;
	mutex_unlock(&chip->lock);
	return ret;
}

static int ecc508a_resume(struct device *dev)
{
	struct ecc508a_chip *chip = dev_get_drvdata(dev);
	int ret;

	mutex_lock(&chip->lock);
	ret = pm_runtime_force_resume(dev);
	chip->eng.power = ECC_POWER_UNKNOWN; /* its supply may have been cut */
	chip->suspended = false;
	mutex_unlock(&chip->lock);
	return ret;
}

const struct dev_pm_ops ecc508a_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(ecc508a_suspend, ecc508a_resume)
	RUNTIME_PM_OPS(ecc508a_runtime_suspend, ecc508a_runtime_resume, NULL)
};

void ecc508a_pm_init(struct ecc508a_chip *chip)
{
	struct device *dev = &chip->client->dev;

	pm_runtime_set_autosuspend_delay(dev, autosuspend_ms);
	pm_runtime_use_autosuspend(dev);
	pm_runtime_set_suspended(dev);
	pm_runtime_enable(dev);
}

void ecc508a_pm_exit(struct i2c_client *client)
{
	pm_runtime_disable(&client->dev);
	pm_runtime_dont_use_autosuspend(&client->dev);
	pm_runtime_set_suspended(&client->dev);
}
