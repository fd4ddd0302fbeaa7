// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * A chip as an object: numbers, lifetime, who may find it, who hears of it.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat.h"
#include "core.h"

static dev_t first_devt;
/* Registered chips by number; holds no reference: a chip takes itself out before it goes */
static DEFINE_IDR(chips);
static DEFINE_MUTEX(chips_lock);
static BLOCKING_NOTIFIER_HEAD(notifiers);
struct workqueue_struct *ecc508a_wq;

static const char *part_name(const struct ecc508a_chip *chip)
{
	return ecc_part_name(chip->part);
}

/* What a udev rule may ask for: links by serial number, groups by part. */
static int add_uevent(const struct ecc508a_chip *chip, struct kobj_uevent_env *env)
{
	int ret = add_uevent_var(env, "ECC508A_SERIAL=%*phN", ECC508A_SERIAL_SIZE, chip->serial);

	return ret ?: add_uevent_var(env, "ECC508A_PART=%s", part_name(chip));
}

#if ECC508A_CONST_UEVENT
static int ecc508a_uevent(const struct device *dev, struct kobj_uevent_env *env)
#else
static int ecc508a_uevent(struct device *dev, struct kobj_uevent_env *env)
#endif
{
	return add_uevent(container_of(dev, struct ecc508a_chip, dev), env);
}

struct class ecc508a_class = {
	.name = ECC508A_NAME,
	.dev_groups = ecc508a_groups,
	.dev_uevent = ecc508a_uevent,
};

static void ecc508a_chip_release(struct device *dev)
{
	struct ecc508a_chip *chip = to_ecc508a_chip(dev);

	ecc508a_bus_exit(chip);
	mutex_destroy(&chip->lock);
	kfree_sensitive(chip);
}

/**
 * ecc508a_chip_alloc() - a chip object that nobody can see yet
 * @client: where it is
 *
 * Return: to be dropped with put_device(&chip->dev), or NULL.
 */
struct ecc508a_chip *ecc508a_chip_alloc(struct i2c_client *client)
{
	struct ecc508a_chip *chip = kzalloc(sizeof(*chip), GFP_KERNEL);

	if (!chip)
		return NULL;
	device_initialize(&chip->dev);
	chip->dev.class = &ecc508a_class;
	chip->dev.parent = &client->dev;
	chip->dev.release = ecc508a_chip_release;
	chip->client = client;
	chip->client_addr = client->addr;
	chip->bus_nr = i2c_adapter_id(client->adapter);
	mutex_init(&chip->lock);
	spin_lock_init(&chip->snap_lock);
	ecc508a_arbiter_init(&chip->arb);
	ecc508a_session_init(chip);
	return chip;
}

/**
 * ecc508a_chip_register() - show an identified chip to the world
 * @chip: the chip
 *
 * Return: 0 or a negative errno; the object stays the caller's.
 */
int ecc508a_chip_register(struct ecc508a_chip *chip)
{
	int ret;

	mutex_lock(&chips_lock);
	ret = idr_alloc(&chips, NULL, 0, ECC508A_MINORS, GFP_KERNEL);
	mutex_unlock(&chips_lock);
	if (ret < 0)
		return ret;
	chip->index = ret;
	chip->dev.devt = MKDEV(MAJOR(first_devt), MINOR(first_devt) + chip->index);
	ret = dev_set_name(&chip->dev, ECC508A_NAME "%u", chip->index);
	if (ret)
		goto out_index;
	cdev_init(&chip->cdev, &ecc508a_fops);
	chip->cdev.owner = THIS_MODULE;
	ret = cdev_device_add(&chip->cdev, &chip->dev);
	if (ret)
		goto out_index;
	ecc508a_debugfs_add(chip);
	mutex_lock(&chips_lock);
	idr_replace(&chips, chip, chip->index);
	mutex_unlock(&chips_lock);
	ecc508a_notify(chip, ECC508A_EVENT_ADD);
	return 0;

out_index:
	mutex_lock(&chips_lock);
	idr_remove(&chips, chip->index);
	mutex_unlock(&chips_lock);
	return ret;
}

/**
 * ecc508a_chip_unregister() - the driver is being unbound
 * @chip: the chip
 *
 * Afterwards nobody is at the engine and nobody will be; open files and in-kernel users keep
 * the object and get -ENODEV.
 */
void ecc508a_chip_unregister(struct ecc508a_chip *chip)
{
	ecc508a_notify(chip, ECC508A_EVENT_REMOVE);
	mutex_lock(&chips_lock);
	idr_replace(&chips, NULL, chip->index);
	mutex_unlock(&chips_lock);
	ecc508a_debugfs_remove(chip);
	cdev_device_del(&chip->cdev, &chip->dev);

	ecc508a_arbiter_kill(&chip->arb);
	mutex_lock(&chip->lock); /* a sequence under way finishes first */
	ecc508a_session_revoke(chip);
	ecc508a_pm_exit(chip->client);
	if (!chip->suspended)
		ecc508a_chip_sleep(chip);
	chip->client = NULL;
	mutex_unlock(&chip->lock);
	ecc508a_session_cancel(chip);

	mutex_lock(&chips_lock);
	idr_remove(&chips, chip->index);
	mutex_unlock(&chips_lock);
}

/* Under chip->lock or from runtime PM: let everybody see what the engine now knows */
void ecc508a_chip_snapshot(struct ecc508a_chip *chip)
{
	struct ecc508a_snapshot *snap = &chip->snap;

	spin_lock(&chip->snap_lock);
	if (chip->eng.config_valid)
		memcpy(snap->config, chip->eng.config, sizeof(snap->config));
	snap->stats = chip->eng.stats;
	snap->power = chip->eng.power;
	snap->address = chip->eng.addr;
	spin_unlock(&chip->snap_lock);
}

struct ecc508a_chip *ecc508a_chip_get(struct ecc508a_chip *chip)
{
	get_device(&chip->dev);
	return chip;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_get);

void ecc508a_chip_put(struct ecc508a_chip *chip)
{
	put_device(&chip->dev);
}
EXPORT_SYMBOL_GPL(ecc508a_chip_put);

struct ecc508a_chip *ecc508a_chip_find(const u8 *serial)
{
	struct ecc508a_chip *chip, *found = NULL;
	int id;

	mutex_lock(&chips_lock);
	idr_for_each_entry(&chips, chip, id) {
		if (serial && memcmp(chip->serial, serial, sizeof(chip->serial)))
			continue;
		if (found) {
			found = ERR_PTR(-ENOTUNIQ);
			break;
		}
		found = chip;
		if (serial)
			break;
	}
	if (!found)
		found = ERR_PTR(-ENODEV);
	if (!IS_ERR(found))
		ecc508a_chip_get(found);
	mutex_unlock(&chips_lock);
	return found;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_find);

struct ecc508a_chip *ecc508a_chip_find_index(unsigned int index)
{
	struct ecc508a_chip *chip;

	mutex_lock(&chips_lock);
	chip = idr_find(&chips, index);
	if (chip)
		ecc508a_chip_get(chip);
	mutex_unlock(&chips_lock);
	return chip ?: ERR_PTR(-ENODEV);
}
EXPORT_SYMBOL_GPL(ecc508a_chip_find_index);

struct ecc508a_chip *ecc508a_chip_next(struct ecc508a_chip *prev)
{
	struct ecc508a_chip *chip;
	int id = prev ? prev->index + 1 : 0;

	mutex_lock(&chips_lock);
	chip = idr_get_next(&chips, &id);
	if (chip)
		ecc508a_chip_get(chip);
	mutex_unlock(&chips_lock);
	if (prev)
		ecc508a_chip_put(prev);
	return chip;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_next);

unsigned int ecc508a_chip_index(const struct ecc508a_chip *chip)
{
	return chip->index;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_index);

const u8 *ecc508a_chip_serial(const struct ecc508a_chip *chip)
{
	return chip->serial;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_serial);

bool ecc508a_chip_alive(struct ecc508a_chip *chip)
{
	return !READ_ONCE(chip->arb.dead);
}
EXPORT_SYMBOL_GPL(ecc508a_chip_alive);

bool ecc508a_chip_healthy(const struct ecc508a_chip *chip)
{
	return !READ_ONCE(chip->unhealthy);
}
EXPORT_SYMBOL_GPL(ecc508a_chip_healthy);

int ecc508a_chip_info(struct ecc508a_chip *chip, struct ecc508a_info *info)
{
	if (!ecc508a_chip_alive(chip))
		return -ENODEV;
	memset(info, 0, sizeof(*info));
	info->result.status = ECC508A_STATUS_NONE;
	info->abi_version = ECC508A_ABI_VERSION;
	info->part = chip->part;
	info->bus_hz = chip->bus.hz;
	info->bus_nr = chip->bus_nr;
	info->wake = chip->bus.wake;
	memcpy(info->revision, chip->revision, sizeof(info->revision));
	memcpy(info->serial, chip->serial, sizeof(info->serial));
	if (chip->bus.hz)
		info->flags |= ECC508A_INFO_BUS_HZ_KNOWN;
	if (chip->bus.shared)
		info->flags |= ECC508A_INFO_SHARED_BUS;
	spin_lock(&chip->snap_lock);
	info->address = chip->snap.address;
	memcpy(info->config, chip->snap.config, sizeof(info->config));
	spin_unlock(&chip->snap_lock);
	if (ecc_config_locked(info->config))
		info->flags |= ECC508A_INFO_CONFIG_LOCKED;
	if (ecc_config_data_locked(info->config))
		info->flags |= ECC508A_INFO_DATA_LOCKED;
	return 0;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_info);

int ecc508a_register_notifier(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&notifiers, nb);
}
EXPORT_SYMBOL_GPL(ecc508a_register_notifier);

int ecc508a_unregister_notifier(struct notifier_block *nb)
{
	return blocking_notifier_chain_unregister(&notifiers, nb);
}
EXPORT_SYMBOL_GPL(ecc508a_unregister_notifier);

/* Without chip->lock: listeners may use the chip */
void ecc508a_notify(struct ecc508a_chip *chip, enum ecc508a_event event)
{
	blocking_notifier_call_chain(&notifiers, event, chip);
	if (event == ECC508A_EVENT_LOCK || event == ECC508A_EVENT_HEALTH)
		kobject_uevent(&chip->dev.kobj, KOBJ_CHANGE);
}

int ecc508a_chip_init(void)
{
	int ret;

	ecc508a_wq = alloc_workqueue(ECC508A_NAME, WQ_UNBOUND, 0);
	if (!ecc508a_wq)
		return -ENOMEM;
	ret = alloc_chrdev_region(&first_devt, 0, ECC508A_MINORS, ECC508A_NAME);
	if (ret)
		goto out_wq;
	ret = class_register(&ecc508a_class);
	if (ret)
		goto out_region;
	return 0;

out_region:
	unregister_chrdev_region(first_devt, ECC508A_MINORS);
out_wq:
	destroy_workqueue(ecc508a_wq);
	return ret;
}

void ecc508a_chip_exit(void)
{
	class_unregister(&ecc508a_class);
	unregister_chrdev_region(first_devt, ECC508A_MINORS);
	destroy_workqueue(ecc508a_wq);
	idr_destroy(&chips);
}
