// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Everybody's way to the chip, and the operations that the rest of the kernel may call.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/pm_runtime.h>
#include <linux/string.h>

#include "core.h"

/* Under chip->lock: the chip is there, and stays awake until ecc508a_drop() */
int ecc508a_hold(struct ecc508a_chip *chip)
{
	int ret;

	lockdep_assert_held(&chip->lock);
	if (!chip->client)
		return -ENODEV;
	if (chip->suspended)
		return -ESHUTDOWN;
	ret = pm_runtime_resume_and_get(&chip->client->dev);
	return ret < 0 ? ret : 0;
}

void ecc508a_drop(struct ecc508a_chip *chip)
{
	lockdep_assert_held(&chip->lock);
	if (!chip->client)
		return;
	pm_runtime_mark_last_busy(&chip->client->dev);
	pm_runtime_put_autosuspend(&chip->client->dev);
}

/**
 * ecc508a_use_begin() - have the chip for one sequence
 * @chip:  the chip
 * @file:  on whose behalf; within its session if it has one.  NULL for the kernel itself
 * @flags: ECC508A_USE_...
 *
 * Return: 0, and then ecc508a_use_end() must follow; or -ENODEV, -EAGAIN, -ERESTARTSYS,
 * -ETIME (the session was ended), -ENOTCONN (there is none), -ESHUTDOWN (the system is going
 * to sleep).
 */
int ecc508a_use_begin(struct ecc508a_chip *chip, struct ecc508a_file *file, unsigned int flags)
{
	bool session = false, expired = false;
	int ret;

	if (file) {
		spin_lock(&chip->arb.lock);
		session = chip->arb.session == file;
		expired = file->expired;
		spin_unlock(&chip->arb.lock);
		if (expired)
			return ecc508a_chip_alive(chip) ? -ETIME : -ENODEV;
	}
	if (!session && (flags & ECC508A_USE_SESSION))
		return ecc508a_chip_alive(chip) ? -ENOTCONN : -ENODEV;
	if (!session) {
		ret = ecc508a_turn_take(&chip->arb, NULL, flags & ECC508A_USE_NONBLOCK);
		if (ret)
			return ret;
	}

	mutex_lock(&chip->lock);
	ret = 0;
	if (session && !ecc508a_turn_is_session(&chip->arb, file))
		ret = chip->client ? -ETIME : -ENODEV; /* ended while we waited for the lock */
	if (!ret)
		ret = ecc508a_hold(chip);
	if (ret) {
		mutex_unlock(&chip->lock);
		if (!session)
			ecc508a_turn_give(&chip->arb);
		return ret;
	}
	/* Two threads with one file, and the other one's session is not quite there yet */
	if (session && !chip->session_open)
		ecc508a_chip_sleep(chip);
	chip->snap.turns++;
	chip->eng.status = ECC_STATUS_NONE;
	chip->eng.opcode = 0;
	chip->eng.retries = 0;
	chip->eng.state_changed = false;
	return 0;
}

/**
 * ecc508a_chip_sleep() - put the chip to sleep
 * @chip: the chip; the caller is alone with the engine
 *
 * From here on it listens to the address that its configuration names now.
 */
void ecc508a_chip_sleep(struct ecc508a_chip *chip)
{
	struct ecc_dev *eng = &chip->eng;
	u8 addr;

	if (eng->power != ECC_POWER_ASLEEP)
		ecc_sleep(eng);
	if (eng->power != ECC_POWER_ASLEEP || !eng->config_valid)
		return;
	addr = ecc_config_address(eng->config);
	if (!addr || addr == eng->addr)
		return;
	dev_notice(&chip->client->dev, "the chip moves from address 0x%02x to 0x%02x; say so where this device is declared\n",
		   eng->addr, addr);
	eng->addr = addr;
}

/* The chip does not answer: as opposed to an answer that somebody does not like */
static bool is_dead_silence(int err)
{
	return err == -EIO || err == -ENXIO || err == -ETIMEDOUT;
}

/**
 * ecc508a_use_end() - give the chip to the next one
 * @chip:  as for ecc508a_use_begin()
 * @file:  likewise
 * @flags: likewise
 * @err:   what the sequence returned
 */
void ecc508a_use_end(struct ecc508a_chip *chip, struct ecc508a_file *file, unsigned int flags,
		     int err)
{
	bool session = file && ecc508a_turn_is_session(&chip->arb, file);
	bool sick = chip->unhealthy;

	if (err && err != -EKEYREJECTED)
		dev_dbg(&chip->dev, "%s: status 0x%02x, error %d\n",
			ecc_opcode_name(chip->eng.opcode), chip->eng.status, err);
	if (session)
		ecc508a_session_used(chip);
	else if ((flags & ECC508A_USE_FORGET) || err || !IS_ENABLED(CONFIG_PM))
		ecc508a_chip_sleep(chip);
	if (is_dead_silence(err)) {
		chip->unhealthy = true;
		/* A new address that never took effect: where it was first */
		if (err == -ENXIO)
			chip->eng.addr = chip->client_addr;
	}
	if (!is_dead_silence(err) && chip->eng.status != ECC_STATUS_NONE)
		chip->unhealthy = false;
	sick = sick != chip->unhealthy;
	ecc508a_chip_snapshot(chip);
	ecc508a_drop(chip);
	mutex_unlock(&chip->lock);
	if (!session)
		ecc508a_turn_give(&chip->arb);
	if (sick)
		ecc508a_notify(chip, ECC508A_EVENT_HEALTH);
}

int ecc508a_chip_random(struct ecc508a_chip *chip, u8 *buf, size_t len)
{
	int ret = ecc508a_use_begin(chip, NULL, 0);

	if (ret)
		return ret;
	ret = ecc_random(&chip->eng, buf, len, false);
	ecc508a_use_end(chip, NULL, 0, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_random);

int ecc508a_chip_pubkey(struct ecc508a_chip *chip, u16 slot, u8 xy[ECC508A_PUBKEY_SIZE])
{
	int ret;

	if (slot >= ECC508A_SLOTS)
		return -EINVAL;
	ret = ecc508a_use_begin(chip, NULL, 0);
	if (ret)
		return ret;
	ret = ecc_pubkey(&chip->eng, slot, xy);
	ecc508a_use_end(chip, NULL, 0, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_pubkey);

int ecc508a_chip_genkey(struct ecc508a_chip *chip, u16 slot, u8 xy[ECC508A_PUBKEY_SIZE])
{
	int ret;

	if (slot >= ECC508A_SLOTS)
		return -EINVAL;
	ret = ecc508a_use_begin(chip, NULL, 0);
	if (ret)
		return ret;
	ret = ecc_genkey(&chip->eng, slot, xy);
	ecc508a_use_end(chip, NULL, 0, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_genkey);

int ecc508a_chip_sign(struct ecc508a_chip *chip, u16 slot, const u8 digest[ECC508A_DIGEST_SIZE],
		      u8 sig[ECC508A_SIG_SIZE])
{
	int ret;

	if (slot >= ECC508A_SLOTS)
		return -EINVAL;
	ret = ecc508a_use_begin(chip, NULL, 0);
	if (ret)
		return ret;
	ret = ecc_sign(&chip->eng, slot, digest, sig);
	ecc508a_use_end(chip, NULL, 0, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_sign);

int ecc508a_chip_verify(struct ecc508a_chip *chip, const u8 xy[ECC508A_PUBKEY_SIZE],
			const u8 digest[ECC508A_DIGEST_SIZE], const u8 sig[ECC508A_SIG_SIZE])
{
	int ret = ecc508a_use_begin(chip, NULL, 0);
	bool bad;

	if (ret)
		return ret;
	ret = ecc_verify(&chip->eng, xy, digest, sig);
	/* Verifying has no bad luck with random numbers: the point is not on the curve */
	bad = chip->eng.opcode == ECC_OP_VERIFY && chip->eng.status == ECC_STATUS_ECC_FAULT;
	ecc508a_use_end(chip, NULL, 0, ret);
	return ret == -EREMOTEIO && bad ? -EINVAL : ret;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_verify);

int ecc508a_chip_ecdh(struct ecc508a_chip *chip, u16 slot, const u8 xy[ECC508A_PUBKEY_SIZE],
		      u8 secret[ECC508A_KEY_SIZE])
{
	int ret;

	if (slot >= ECC508A_SLOTS)
		return -EINVAL;
	ret = ecc508a_use_begin(chip, NULL, 0);
	if (ret)
		return ret;
	ret = ecc_ecdh(&chip->eng, slot, xy, 0, secret);
	ecc508a_use_end(chip, NULL, 0, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_ecdh);
