// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Keys made in the chip for one exchange.
 *
 * A 508A makes them in a slot that the administrator dedicated.  A 608 can make them in
 * TempKey, which is a single register that every other user overwrites and that the chip's
 * sleep clears.  A side that has to send its public key before it hears the other's therefore
 * has to keep the chip in between: that is a session without a file, with everything a
 * session has (a time limit, idling so that the watchdog does not clear TempKey, an end when
 * the system sleeps or the chip goes).
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core.h"

#define GENKEY_CREATE 0x04
#define TEMPKEY_TRIES 2

/**
 * struct ecc508a_tempkey - a key in TempKey, and the session that keeps it there
 * @file: stands for the open file that other sessions have
 */
struct ecc508a_tempkey {
	struct ecc508a_file file;
};

static int make(struct ecc_dev *eng, u8 mine[ECC508A_PUBKEY_SIZE])
{
	const struct ecc_cmd genkey = {
		.opcode = ECC_OP_GENKEY,
		.p1 = GENKEY_CREATE,
		.p2 = ECC508A_SLOT_TEMPKEY,
	};
	size_t len;
	int ret;

	ret = ecc_exec(eng, &genkey, mine, ECC508A_PUBKEY_SIZE, &len);
	if (!ret && len != ECC508A_PUBKEY_SIZE)
		ret = -EIO;
	return ret;
}

/* Another key would be as good */
static bool may_try_again(int err)
{
	return err == -EIO || err == -ETIMEDOUT || err == -ESTALE || err == -EUCLEAN;
}

/* The key is lost with TempKey, so whatever fails is begun again with another key, once */
static int ecdh_tempkey(struct ecc_dev *eng, const u8 xy[ECC508A_PUBKEY_SIZE],
			u8 mine[ECC508A_PUBKEY_SIZE], u8 secret[ECC508A_KEY_SIZE])
{
	int tries, ret;

	for (tries = 0; tries < TEMPKEY_TRIES; tries++) {
		ret = make(eng, mine);
		if (!ret)
			ret = ecc_ecdh(eng, ECC508A_SLOT_TEMPKEY, xy, 0, secret);
		if (!may_try_again(ret))
			break;
	}
	return ret == -ESTALE || ret == -EUCLEAN ? -EIO : ret;
}

int ecc508a_chip_ecdh_ephemeral(struct ecc508a_chip *chip, u16 slot,
				const u8 xy[ECC508A_PUBKEY_SIZE], u8 mine[ECC508A_PUBKEY_SIZE],
				u8 secret[ECC508A_KEY_SIZE])
{
	int ret;

	if (slot >= ECC508A_SLOTS && slot != ECC508A_SLOT_TEMPKEY)
		return -EINVAL;
	if (slot == ECC508A_SLOT_TEMPKEY && chip->part == ECC_PART_508A)
		return -EOPNOTSUPP;
	ret = ecc508a_use_begin(chip, NULL, 0);
	if (ret)
		return ret;
	if (slot == ECC508A_SLOT_TEMPKEY) {
		ret = ecdh_tempkey(&chip->eng, xy, mine, secret);
	} else {
		ret = ecc_genkey(&chip->eng, slot, mine);
		if (!ret)
			ret = ecc_ecdh(&chip->eng, slot, xy, 0, secret);
	}
	ecc508a_use_end(chip, NULL, ECC508A_USE_FORGET, ret);
	return ret;
}
EXPORT_SYMBOL_GPL(ecc508a_chip_ecdh_ephemeral);

struct ecc508a_tempkey *ecc508a_tempkey_make(struct ecc508a_chip *chip, unsigned int timeout_ms,
					     u8 mine[ECC508A_PUBKEY_SIZE])
{
	struct ecc508a_tempkey *tk;
	int tries, ret;

	if (chip->part == ECC_PART_508A)
		return ERR_PTR(-EOPNOTSUPP);
	tk = kzalloc(sizeof(*tk), GFP_KERNEL);
	if (!tk)
		return ERR_PTR(-ENOMEM);
	mutex_init(&tk->file.lock);
	tk->file.chip = ecc508a_chip_get(chip);
	ret = ecc508a_session_begin(&tk->file, timeout_ms, false);
	for (tries = 0; !ret && tries < TEMPKEY_TRIES; tries++) {
		ret = ecc508a_use_begin(chip, &tk->file, ECC508A_USE_SESSION);
		if (ret)
			break;
		ret = make(&chip->eng, mine);
		ecc508a_use_end(chip, &tk->file, 0, ret);
		if (!ret)
			return tk;
		if (may_try_again(ret))
			ret = 0;
	}
	ecc508a_tempkey_drop(tk);
	return ERR_PTR(ret ?: -EIO);
}
EXPORT_SYMBOL_GPL(ecc508a_tempkey_make);

int ecc508a_tempkey_ecdh(struct ecc508a_tempkey *tk, const u8 xy[ECC508A_PUBKEY_SIZE],
			 u8 secret[ECC508A_KEY_SIZE])
{
	struct ecc508a_chip *chip = tk->file.chip;
	int ret;

	ret = ecc508a_use_begin(chip, &tk->file, ECC508A_USE_SESSION);
	/* Given back by ourselves: the key was used */
	if (ret == -ENOTCONN)
		ret = -ESTALE;
	if (ret)
		return ret;
	/* A chip that is not as we left it has lost the key: say so, do not wake it and ask */
	if (chip->eng.power == ECC_POWER_UNKNOWN) {
		ret = -ESTALE;
	} else {
		chip->eng.holds_state = true;
		ret = ecc_ecdh(&chip->eng, ECC508A_SLOT_TEMPKEY, xy, 0, secret);
	}
	ecc508a_use_end(chip, &tk->file, 0, ret);
	/* Used up, or lost: in either case others need not wait any longer */
	ecc508a_session_finish(&tk->file);
	return ret;
}
EXPORT_SYMBOL_GPL(ecc508a_tempkey_ecdh);

void ecc508a_tempkey_drop(struct ecc508a_tempkey *tk)
{
	if (!tk)
		return;
	ecc508a_session_finish(&tk->file);
	ecc508a_chip_put(tk->file.chip);
	mutex_destroy(&tk->file.lock);
	kfree(tk);
}
EXPORT_SYMBOL_GPL(ecc508a_tempkey_drop);
