// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Provisioning.  Nothing is remembered between runs: what is done is what the chip shows, so an
 * interruption at any point is answered by making the plan again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "provision.h"

#define USER_FIRST ECC_CFG_I2C_ADDRESS
#define MAX_DATA   416

/* What the profile means on this chip */
static void wanted(const struct ecc508a_profile *profile, const struct ecc508a_chip_info *info,
		   uint8_t address, uint8_t config[128])
{
	memcpy(config, info->config, 128);
	memcpy(config + USER_FIRST, profile->config + USER_FIRST, ECC_CFG_USER_EXTRA - USER_FIRST);
	memcpy(config + ECC_CFG_SLOT_LOCKED, profile->config + ECC_CFG_SLOT_LOCKED,
	       128 - ECC_CFG_SLOT_LOCKED);
	config[ECC_CFG_I2C_ADDRESS] = address ? address << 1 : info->config[ECC_CFG_I2C_ADDRESS];
	if (info->part == ECC508A_CHIP_608A || info->part == ECC508A_CHIP_608B) {
		/* CountMatch off; byte 85 may become the address; no use lock, no secure boot */
		config[ECC_CFG_OTP_MODE] = 0x00;
		config[ECC_CFG_CHIP_MODE] = 0x01;
		memset(config + ECC_CFG_LAST_KEY_USE, 0, 16);
		config[ECC_CFG_CHIP_OPTIONS] = 0;
		config[ECC_CFG_CHIP_OPTIONS + 1] = 0;
	}
}

/* Bytes that go on changing after the lock: counters, uses left, locked slots */
static bool changes_in_use(const struct ecc508a_chip_info *info, unsigned int i)
{
	if (i >= ECC_CFG_COUNTER0 && i < ECC_CFG_LAST_KEY_USE)
		return true;
	if (i >= ECC_CFG_LAST_KEY_USE && i < ECC_CFG_USER_EXTRA)
		return info->part == ECC508A_CHIP_508A;
	return i == ECC_CFG_SLOT_LOCKED || i == ECC_CFG_SLOT_LOCKED + 1;
}

/* First byte that differs and that Write could have written; -1: none */
static int difference(const struct ecc508a_chip_info *info, const uint8_t config[128], bool locked)
{
	for (unsigned int i = 0; i < 128; i++) {
		if (!ecc_config_writable(i) || (locked && changes_in_use(info, i)))
			continue;
		if (info->config[i] != config[i])
			return i;
	}
	return -1;
}

static struct ecc508a_step *add_step(struct ecc508a_plan *plan, enum ecc508a_step_kind kind,
				     bool done)
{
	struct ecc508a_step *s = &plan->step[plan->steps++];

	s->kind = kind;
	s->done = done;
	s->irreversible = kind == ECC508A_STEP_LOCK_CONFIG || kind == ECC508A_STEP_LOCK_DATA;
	return s;
}

static void plan_config(struct ecc508a_plan *plan, const struct ecc508a_chip_info *info)
{
	uint8_t old = info->config[ECC_CFG_I2C_ADDRESS], new = plan->config[ECC_CFG_I2C_ADDRESS];
	struct ecc508a_step *s;
	uint16_t crc;

	s = add_step(plan, ECC508A_STEP_WRITE_CONFIG,
		     info->config_locked || difference(info, plan->config, false) < 0);
	if (old == new)
		snprintf(s->text, sizeof(s->text),
			 "write the configuration \"%s\"; the address stays 0x%02x",
			 plan->profile->name, old >> 1);
	else
		snprintf(
			s->text, sizeof(s->text),
			"write the configuration \"%s\"; the address changes from 0x%02x to 0x%02x",
			plan->profile->name, old >> 1, new >> 1);

	crc = ecc_crc16(plan->config, 128);
	s = add_step(plan, ECC508A_STEP_LOCK_CONFIG, info->config_locked);
	if (info->config_locked)
		snprintf(s->text, sizeof(s->text), "lock the configuration zone");
	else
		snprintf(s->text, sizeof(s->text),
			 "lock the configuration zone (checksum %02x %02x)", crc & 0xff, crc >> 8);
}

static int plan_keys(struct ecc508a_dev *dev, struct ecc508a_plan *plan,
		     const struct ecc508a_chip_info *info)
{
	struct ecc508a_slot_info slot;
	struct ecc508a_step *s;
	uint8_t xy[64];
	int ret;

	for (unsigned int i = 0; i < 16; i++) {
		bool there = false;

		if (!(plan->profile->keys >> i & 1))
			continue;
		if (info->config_locked) {
			ret = ecc508a_pubkey(dev, i, xy);
			if (ret && ret != -ENOKEY)
				return ret;
			there = !ret;
		}
		ecc508a_slot_info(plan->config, i, &slot);
		s = add_step(plan, ECC508A_STEP_GENKEY, there);
		s->slot = i;
		snprintf(s->text, sizeof(s->text), "make a key in slot %u (%.70s)", i,
			 slot.summary);
	}
	return 0;
}

ECC508A_API int ecc508a_plan_make(struct ecc508a_dev *dev, const struct ecc508a_profile *profile,
				  uint8_t address, struct ecc508a_plan *plan)
{
	struct ecc508a_chip_info info;
	struct ecc508a_step *s;
	int ret, at;

	memset(plan, 0, sizeof(*plan));
	if (address > 0x7f)
		return refuse_argument(dev, "an I2C address has 7 bits");
	ret = ecc508a_info(dev, true, &info);
	if (ret)
		return ret;
	if (info.part == ECC508A_CHIP_UNKNOWN) {
		error_set(dev,
			  "%s: this part (revision %02x %02x %02x %02x) is not known; its "
			  "configuration is not touched",
			  dev->name, info.revision[0], info.revision[1], info.revision[2],
			  info.revision[3]);
		return -EOPNOTSUPP;
	}
	plan->profile = profile;
	wanted(profile, &info, address, plan->config);
	if (info.config_locked) {
		at = difference(&info, plan->config, true);
		if (at >= 0) {
			error_set(
				dev,
				"%s: the chip is locked for ever with another configuration than "
				"\"%s\": byte %d is %02x, not %02x\n"
				"It cannot be changed; use another chip, or use this one as it is "
				"(`ecc508a config show`).",
				dev->name, profile->name, at, info.config[at], plan->config[at]);
			return -EEXIST;
		}
		memcpy(plan->config, info.config, 128);
	}
	plan_config(plan, &info);
	ret = plan_keys(dev, plan, &info);
	if (ret)
		return ret;
	s = add_step(plan, ECC508A_STEP_LOCK_DATA, info.data_locked);
	snprintf(s->text, sizeof(s->text), "lock the data and OTP zones");
	plan->config[ECC_CFG_LOCK_VALUE] = 0;
	plan->config[ECC_CFG_LOCK_CONFIG] = 0;
	return 0;
}

/* The words of a range that differ, in one write */
static int write_range(struct ecc508a_dev *dev, const struct ecc508a_chip_info *info,
		       const uint8_t config[128], unsigned int first, unsigned int end)
{
	while (first < end && !memcmp(info->config + first, config + first, 4))
		first += 4;
	while (end > first && !memcmp(info->config + end - 4, config + end - 4, 4))
		end -= 4;
	if (first == end)
		return 0;
	return ecc508a_write(dev, ECC508A_CONFIG, 0, first, config + first, end - first);
}

/* @config has the lock bytes as they will be; everything else must be there now */
static int compare(struct ecc508a_dev *dev, const struct ecc508a_plan *plan,
		   struct ecc508a_chip_info *info)
{
	int ret = ecc508a_info(dev, true, info), at;

	if (ret)
		return ret;
	at = difference(info, plan->config, info->config_locked);
	if (at < 0)
		return 0;
	error_set(dev,
		  "%s: byte %d of the configuration reads back as %02x, not %02x; nothing was "
		  "locked\n"
		  "Run it again; if it stays, the chip or the bus is bad.",
		  dev->name, at, info->config[at], plan->config[at]);
	return -EIO;
}

static int write_config(struct ecc508a_dev *dev, const struct ecc508a_plan *plan)
{
	struct ecc508a_chip_info info;
	int ret;

	ret = ecc508a_info(dev, true, &info);
	if (!ret)
		ret = write_range(dev, &info, plan->config, ECC_CFG_SLOT_LOCKED, 128);
	/* The address is in the first word: last, so that all of it goes to the same chip */
	if (!ret)
		ret = write_range(dev, &info, plan->config, USER_FIRST + 4, ECC_CFG_USER_EXTRA);
	if (!ret)
		ret = write_range(dev, &info, plan->config, USER_FIRST, USER_FIRST + 4);
	if (info.config[ECC_CFG_I2C_ADDRESS] != plan->config[ECC_CFG_I2C_ADDRESS] &&
	    (!ret || ret == -ENXIO || ret == -EIO)) {
		error_set(
			dev,
			"%s: the configuration is written; from now on the chip answers at 0x%02x, "
			"not 0x%02x\n"
			"Bind it at its new address and run the same command again; it goes on "
			"from "
			"there.",
			dev->name, plan->config[ECC_CFG_I2C_ADDRESS] >> 1,
			info.config[ECC_CFG_I2C_ADDRESS] >> 1);
		return -EREMCHG;
	}
	return ret ? ret : compare(dev, plan, &info);
}

static int lock_config(struct ecc508a_dev *dev, const struct ecc508a_plan *plan)
{
	struct ecc508a_chip_info info;
	int ret = compare(dev, plan, &info);

	if (ret)
		return ret;
	/* Exactly what was just read and found right; the chip compares too */
	ret = ecc508a_lock_config(dev, ecc508a_crc16(0, info.config, 128));
	return ret == -EALREADY ? compare(dev, plan, &info) : ret;
}

static int fill_data(struct ecc508a_dev *dev, const uint8_t config[128])
{
	uint8_t blank[MAX_DATA];
	int ret = 0;

	memset(blank, 0xff, sizeof(blank));
	for (unsigned int i = 0; i < 16 && !ret; i++) {
		if (ecc_config_slot_in_lock_crc(config, i))
			ret = ecc508a_write(dev, ECC508A_DATA, i, 0, blank, ecc_slot_size(i));
	}
	return ret ? ret : ecc508a_write(dev, ECC508A_OTP, 0, 0, blank, ECC_OTP_SIZE);
}

/* A blank chip has FF in all slots and OTP; private slots do not count */
static uint16_t blank_crc(const uint8_t config[128])
{
	uint8_t blank[MAX_DATA];
	uint16_t crc = 0;

	memset(blank, 0xff, sizeof(blank));
	for (unsigned int i = 0; i < 16; i++) {
		if (ecc_config_slot_in_lock_crc(config, i))
			crc = ecc_crc16_update(crc, blank, ecc_slot_size(i));
	}
	return ecc_crc16_update(crc, blank, ECC_OTP_SIZE);
}

static int lock_data(struct ecc508a_dev *dev, const struct ecc508a_plan *plan)
{
	uint16_t crc = blank_crc(plan->config);
	int ret = ecc508a_lock_data(dev, crc);

	if (ret == -EALREADY)
		return 0;
	if (ret != -EACCES)
		return ret;
	/* The chip holds something else; a refused Lock has changed nothing */
	if (!plan->fill_data) {
		error_set(
			dev,
			"%s: the chip refused to lock the data zone: its slots or OTP do not hold "
			"what a blank chip holds (FF)\n"
			"If nothing in them is needed, run again with --fill-data, which writes FF "
			"first.",
			dev->name);
		return -EACCES;
	}
	ret = fill_data(dev, plan->config);
	return ret ? ret : ecc508a_lock_data(dev, crc);
}

static int run_step(struct ecc508a_dev *dev, const struct ecc508a_plan *plan,
		    const struct ecc508a_step *s)
{
	uint8_t xy[64];

	switch (s->kind) {
	case ECC508A_STEP_WRITE_CONFIG:
		return write_config(dev, plan);
	case ECC508A_STEP_LOCK_CONFIG:
		return lock_config(dev, plan);
	case ECC508A_STEP_GENKEY:
		return ecc508a_genkey(dev, s->slot, xy);
	case ECC508A_STEP_LOCK_DATA:
		return lock_data(dev, plan);
	default:
		return refuse_argument(dev, "the plan has a step of an unknown kind");
	}
}

ECC508A_API int
ecc508a_plan_run(struct ecc508a_dev *dev, struct ecc508a_plan *plan,
		 void (*progress)(const struct ecc508a_step *step, bool done, void *arg), void *arg)
{
	int ret;

	if (plan->steps > ECC508A_PLAN_MAX)
		return refuse_argument(dev, "the plan was not made by ecc508a_plan_make()");
	for (unsigned int i = 0; i < plan->steps; i++) {
		struct ecc508a_step *s = &plan->step[i];

		if (s->done)
			continue;
		if (progress)
			progress(s, false, arg);
		ret = run_step(dev, plan, s);
		if (ret)
			return ret;
		s->done = true;
		if (progress)
			progress(s, true, arg);
	}
	return 0;
}
