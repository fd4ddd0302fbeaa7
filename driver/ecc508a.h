/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * ecc508a for the rest of the kernel: find a chip, hold it, let it work.
 *
 * Every call below is one whole sequence on the chip: it waits for its turn behind all
 * other users (programs on /dev/ecc508aN included), runs, and leaves nothing behind in the
 * chip that the next user could use.  All of them sleep, none may be called from atomic
 * context.  Arguments are the chip's own formats: public keys X then Y, signatures R then
 * S, all big endian and without a prefix.
 *
 * A chip that is unbound while somebody holds it stays valid memory; its calls then return
 * -ENODEV.  It never comes back to life: look it up again by its serial number.
 */
#ifndef _ECC508A_H
#define _ECC508A_H

#include <linux/notifier.h>
#include <linux/types.h>

#include "../uapi/linux/ecc508a.h"

struct ecc508a_chip;
struct ecc508a_tempkey;

/**
 * ecc508a_chip_find() - find a chip by its serial number
 * @serial: nine bytes SN[0..8], or NULL for the only chip there is
 *
 * Return: the chip with a reference taken (give it back with ecc508a_chip_put()), or
 * ERR_PTR(): -ENODEV there is no such chip, -ENOTUNIQ @serial is NULL and there are several.
 */
struct ecc508a_chip *ecc508a_chip_find(const u8 *serial);

/**
 * ecc508a_chip_find_index() - find a chip by its number
 * @index: the N of /dev/ecc508aN
 *
 * Return: as ecc508a_chip_find().
 */
struct ecc508a_chip *ecc508a_chip_find_index(unsigned int index);

/**
 * ecc508a_chip_next() - walk over all chips
 * @prev: the chip before, NULL to begin; its reference is dropped
 *
 * Return: the chip with the next higher number with a reference taken, NULL at the end.
 * A caller that stops early gives the last one back itself.
 */
struct ecc508a_chip *ecc508a_chip_next(struct ecc508a_chip *prev);

struct ecc508a_chip *ecc508a_chip_get(struct ecc508a_chip *chip);
void ecc508a_chip_put(struct ecc508a_chip *chip);

/* Who it is: does not talk to the chip and never waits for it. */
unsigned int ecc508a_chip_index(const struct ecc508a_chip *chip);
const u8 *ecc508a_chip_serial(const struct ecc508a_chip *chip);
bool ecc508a_chip_alive(struct ecc508a_chip *chip);
/* As ECC508A_IOC_INFO without ECC508A_INFO_REFRESH; -ENODEV if the chip is gone */
int ecc508a_chip_info(struct ecc508a_chip *chip, struct ecc508a_info *info);

/* What it can do; errors are those of the ioctl of the same name (uapi/linux/ecc508a.h). */
int ecc508a_chip_random(struct ecc508a_chip *chip, u8 *buf, size_t len);
int ecc508a_chip_pubkey(struct ecc508a_chip *chip, u16 slot, u8 xy[ECC508A_PUBKEY_SIZE]);
int ecc508a_chip_sign(struct ecc508a_chip *chip, u16 slot, const u8 digest[ECC508A_DIGEST_SIZE],
		      u8 sig[ECC508A_SIG_SIZE]);
/* 0 the signature is good, -EKEYREJECTED it is not, -EINVAL the key is no point of the curve */
int ecc508a_chip_verify(struct ecc508a_chip *chip, const u8 xy[ECC508A_PUBKEY_SIZE],
			const u8 digest[ECC508A_DIGEST_SIZE], const u8 sig[ECC508A_SIG_SIZE]);
int ecc508a_chip_ecdh(struct ecc508a_chip *chip, u16 slot, const u8 xy[ECC508A_PUBKEY_SIZE],
		      u8 secret[ECC508A_KEY_SIZE]);
/*
 * A new private key in @slot.  Destroys the one that is there: only for a slot that the
 * administrator dedicated to it.
 */
int ecc508a_chip_genkey(struct ecc508a_chip *chip, u16 slot, u8 xy[ECC508A_PUBKEY_SIZE]);

/**
 * ecc508a_chip_ecdh_ephemeral() - a key made for this one exchange, and the shared secret
 * @chip:   the chip
 * @slot:   slot to overwrite with the ephemeral key (508A), or ECC508A_SLOT_TEMPKEY (608:
 *          the key lives in TempKey and is gone afterwards)
 * @xy:     the peer's public key
 * @mine:   out: the ephemeral public key
 * @secret: out: X coordinate
 *
 * GenKey and ECDH as one sequence, so that nobody can replace the key in between.
 * Return: 0; -EOPNOTSUPP a 508A has no TempKey for keys; or as ecc508a_chip_ecdh().
 */
int ecc508a_chip_ecdh_ephemeral(struct ecc508a_chip *chip, u16 slot,
				const u8 xy[ECC508A_PUBKEY_SIZE], u8 mine[ECC508A_PUBKEY_SIZE],
				u8 secret[ECC508A_KEY_SIZE]);

/**
 * ecc508a_tempkey_make() - a key for one exchange, made before the peer's is known (608)
 * @chip:       the chip
 * @timeout_ms: 1 to 60000: how long others may have to wait for it
 * @mine:       out: its public half
 *
 * The key is in TempKey, which every other use of the chip would overwrite, so nobody else
 * gets the chip until ecc508a_tempkey_ecdh() or ecc508a_tempkey_drop(), or until the time is
 * up.  A caller that wants the same chip for something else meanwhile waits for himself.
 *
 * Return: the key, or ERR_PTR(): -EOPNOTSUPP a 508A has no such thing, or what sessions and
 * GenKey return.
 */
struct ecc508a_tempkey *ecc508a_tempkey_make(struct ecc508a_chip *chip, unsigned int timeout_ms,
					     u8 mine[ECC508A_PUBKEY_SIZE]);

/**
 * ecc508a_tempkey_ecdh() - the shared secret; uses the key up and lets go of the chip
 * @tk:     the key
 * @xy:     the peer's public key
 * @secret: out: X coordinate
 *
 * Return: 0; -ETIME the time was up (or the system slept) and the key is gone; -ESTALE it was
 * used before, or the chip lost it; -ENODEV; or what ecc508a_chip_ecdh() returns.
 */
int ecc508a_tempkey_ecdh(struct ecc508a_tempkey *tk, const u8 xy[ECC508A_PUBKEY_SIZE],
			 u8 secret[ECC508A_KEY_SIZE]);

/**
 * ecc508a_tempkey_drop() - forget the key, used or not
 * @tk: the key, or NULL
 */
void ecc508a_tempkey_drop(struct ecc508a_tempkey *tk);

/* What happened to a chip; the notifier's data is the struct ecc508a_chip. */
enum ecc508a_event {
	ECC508A_EVENT_ADD,
	ECC508A_EVENT_REMOVE,
	ECC508A_EVENT_LOCK, /* a zone or slot was locked */
	ECC508A_EVENT_HEALTH, /* stopped answering, or answers again: ecc508a_chip_healthy() */
};

int ecc508a_register_notifier(struct notifier_block *nb);
int ecc508a_unregister_notifier(struct notifier_block *nb);
bool ecc508a_chip_healthy(const struct ecc508a_chip *chip);

#endif
