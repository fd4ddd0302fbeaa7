// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The chip's random numbers for the kernel's pool and /dev/hwrng.
 *
 * Quality: the generator is seeded from a noise source that nobody outside its maker has
 * measured, so by default it is credited next to nothing; the bytes are mixed in all the
 * same.  Before the configuration is locked the chip answers FF FF 00 00 for ever: such a
 * chip is not offered at all, and offered as soon as it is locked.
 */
#include <linux/hw_random.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/slab.h>

#include "ecc508a.h"
#include "hwrng.h"
#include "proto/config.h"

/* Bytes per Random command */
#define ECC508A_RANDOM_BLOCK 32

static unsigned short hwrng_quality = 1;
module_param(hwrng_quality, ushort, 0444);
MODULE_PARM_DESC(hwrng_quality,
		 "bits of entropy credited per 1024 bits from the chip, 1 to 1024 (default 1)");

struct ecc508a_hwrng {
	struct hwrng rng;
	struct list_head node;
	struct ecc508a_chip *chip;
	char name[24];
};

static LIST_HEAD(ecc508a_hwrngs);
static DEFINE_MUTEX(ecc508a_hwrngs_lock);

static int ecc508a_hwrng_read(struct hwrng *rng, void *buf, size_t max, bool wait)
{
	struct ecc508a_hwrng *h = container_of(rng, struct ecc508a_hwrng, rng);
	size_t len = min_t(size_t, max, ECC508A_RANDOM_BLOCK);
	int ret;

	/* A Random takes up to 23 ms: there is nothing to give at once */
	if (!wait)
		return 0;
	ret = ecc508a_chip_random(h->chip, buf, len);
	return ret ? ret : len;
}

static bool ecc508a_hwrng_wanted(struct ecc508a_chip *chip)
{
	struct ecc508a_info *info;
	bool wanted;

	info = kzalloc(sizeof(*info), GFP_KERNEL);
	if (!info)
		return false;
	wanted = !ecc508a_chip_info(chip, info) && ecc_config_locked(info->config);
	kfree(info);
	return wanted;
}

static void ecc508a_hwrng_add(struct ecc508a_chip *chip)
{
	struct ecc508a_hwrng *h;

	list_for_each_entry(h, &ecc508a_hwrngs, node)
		if (h->chip == chip)
			return;
	if (!ecc508a_hwrng_wanted(chip))
		return;
	h = kzalloc(sizeof(*h), GFP_KERNEL);
	if (!h)
		return;
	h->chip = ecc508a_chip_get(chip);
	snprintf(h->name, sizeof(h->name), "ecc508a%u-rng", ecc508a_chip_index(chip));
	h->rng.name = h->name;
	h->rng.read = ecc508a_hwrng_read;
	/* 0 would mean full credit from 6.2 on */
	h->rng.quality = clamp_t(unsigned short, hwrng_quality, 1, 1024);
	if (hwrng_register(&h->rng)) {
		ecc508a_chip_put(chip);
		kfree(h);
		return;
	}
	list_add(&h->node, &ecc508a_hwrngs);
}

static void ecc508a_hwrng_del(struct ecc508a_hwrng *h)
{
	list_del(&h->node);
	/* Waits for a read that is on its way */
	hwrng_unregister(&h->rng);
	ecc508a_chip_put(h->chip);
	kfree(h);
}

static int ecc508a_hwrng_notify(struct notifier_block *nb, unsigned long event, void *data)
{
	struct ecc508a_hwrng *h, *next;

	mutex_lock(&ecc508a_hwrngs_lock);
	switch (event) {
	case ECC508A_EVENT_ADD:
	case ECC508A_EVENT_LOCK:
		ecc508a_hwrng_add(data);
		break;
	case ECC508A_EVENT_REMOVE:
		list_for_each_entry_safe(h, next, &ecc508a_hwrngs, node)
			if (h->chip == data)
				ecc508a_hwrng_del(h);
		break;
	default:
		break;
	}
	mutex_unlock(&ecc508a_hwrngs_lock);
	return NOTIFY_OK;
}

static struct notifier_block ecc508a_hwrng_nb = {
	.notifier_call = ecc508a_hwrng_notify,
};

int ecc508a_hwrng_init(void)
{
	return ecc508a_register_notifier(&ecc508a_hwrng_nb);
}

void ecc508a_hwrng_exit(void)
{
	struct ecc508a_hwrng *h, *next;

	ecc508a_unregister_notifier(&ecc508a_hwrng_nb);
	mutex_lock(&ecc508a_hwrngs_lock);
	list_for_each_entry_safe(h, next, &ecc508a_hwrngs, node)
		ecc508a_hwrng_del(h);
	mutex_unlock(&ecc508a_hwrngs_lock);
}
