// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Chip operations through libecc508a.
 *
 * A device of the kernel stays open from the first operation on: an open descriptor cannot come to
 * mean another chip, so which one it is has to be looked up only once, and a signature is a single
 * system call.  Whatever does not promise that (the emulator's socket) is opened for each
 * operation.  What is kept is a list that only grows at its head, without a lock that a fork could
 * leave locked; a device that is gone, or was closed behind our back by a program that closes all
 * it does not know, is dropped by the last who uses it and opened anew.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "chip.h"
#include "ecc508a.h"

#define TEXT_SIZE 512

/* The library speaks in lines, the error queue does not */
static const char *one_line(const char *text, char out[TEXT_SIZE])
{
	size_t i, n = 0;

	for (i = 0; text && text[i] && n + 3 < TEXT_SIZE; i++) {
		if (text[i] != '\n')
			out[n++] = text[i];
		else if (text[i + 1]) {
			out[n++] = ';';
			out[n++] = ' ';
		}
	}
	out[n] = '\0';
	return out;
}

static void raise_dev(struct ep_ctx *prov, enum ep_reason reason, const struct ecc508a_dev *dev,
		      const char *what, unsigned int slot, int rc)
{
	const char *text = ecc508a_error(dev);
	char line[TEXT_SIZE];

	ep_raise(prov, reason, "%s in slot %u of %s: %s", what, slot, ecc508a_name(dev),
		 text && *text ? one_line(text, line) : strerror(-rc));
}

static void raise_open(struct ep_ctx *prov, int rc)
{
	const char *text = ecc508a_error(NULL);
	char line[TEXT_SIZE];

	ep_raise(prov, EP_R_CHIP_UNAVAILABLE, "%s",
		 text && *text ? one_line(text, line) : strerror(-rc));
}

/**
 * struct ep_chip - an open chip
 * @next:   in prov->chips, for good; NULL and @kept unset for one operation only
 * @users:  one for being in the list, one for each operation under way
 * @gone:   not for new operations
 * @kept:   it is in the list
 */
struct ep_chip {
	struct ep_chip *next;
	atomic_int users;
	atomic_bool gone;
	bool kept;
	struct ecc508a_dev *dev;
	uint8_t serial[ECC508A_KEYREF_SERIAL_LEN];
};

static void chip_put(struct ep_chip *chip)
{
	if (atomic_fetch_sub(&chip->users, 1) != 1)
		return;
	ecc508a_close(chip->dev);
	chip->dev = NULL;
	if (!chip->kept)
		free(chip);
}

static void chip_gone(struct ep_chip *chip)
{
	if (chip->kept && !atomic_exchange(&chip->gone, true))
		chip_put(chip);
}

/* The open chip of that number, or NULL */
static struct ep_chip *chip_get(struct ep_ctx *prov,
				const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN])
{
	struct ep_chip *chip;
	int users;

	for (chip = atomic_load(&prov->chips); chip; chip = chip->next) {
		if (atomic_load(&chip->gone) ||
		    memcmp(chip->serial, serial, sizeof(chip->serial)) != 0)
			continue;
		users = atomic_load(&chip->users);
		while (users > 0)
			if (atomic_compare_exchange_weak(&chip->users, &users, users + 1))
				return chip;
	}
	return NULL;
}

static struct ep_chip *chip_new(struct ep_ctx *prov, struct ecc508a_dev *dev,
				const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN])
{
	struct ep_chip *chip = calloc(1, sizeof(*chip));

	if (!chip) {
		ep_raise(prov, EP_R_NO_MEMORY, "chip");
		ecc508a_close(dev);
		return NULL;
	}
	chip->dev = dev;
	memcpy(chip->serial, serial, sizeof(chip->serial));
	chip->kept = ecc508a_name(dev)[0] == '/';
	atomic_init(&chip->gone, false);
	atomic_init(&chip->users, chip->kept ? 2 : 1);
	if (chip->kept) {
		chip->next = atomic_load(&prov->chips);
		while (!atomic_compare_exchange_weak(&prov->chips, &chip->next, chip))
			;
	}
	return chip;
}

void ep_chip_close_all(struct ep_ctx *prov)
{
	struct ep_chip *chip = atomic_exchange(&prov->chips, NULL), *next;

	for (; chip; chip = next) {
		next = chip->next;
		ecc508a_close(chip->dev);
		free(chip);
	}
}

/* Is it the one?  Tells the serial number either way. */
static int check_serial(struct ep_ctx *prov, struct ecc508a_dev *dev,
			const uint8_t want[ECC508A_KEYREF_SERIAL_LEN],
			uint8_t found[ECC508A_KEYREF_SERIAL_LEN])
{
	char a[ECC508A_KEYREF_SERIAL_SIZE], b[ECC508A_KEYREF_SERIAL_SIZE];
	char line[TEXT_SIZE];
	int rc;

	rc = ecc508a_serial(dev, found);
	if (rc) {
		ep_raise(prov, EP_R_CHIP_UNAVAILABLE, "%s: %s", ecc508a_name(dev),
			 one_line(ecc508a_error(dev), line));
		return 0;
	}
	if (want && memcmp(want, found, ECC508A_KEYREF_SERIAL_LEN) != 0) {
		ep_raise(prov, EP_R_OTHER_CHIP,
			 "the key reference names chip %s, this is chip %s (%s); use the reference "
			 "that was written for this chip",
			 ecc508a_serial_format(want, a), ecc508a_serial_format(found, b),
			 ecc508a_name(dev));
		return 0;
	}
	return 1;
}

static struct ep_chip *open_chip(struct ep_ctx *prov,
				 const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN])
{
	uint8_t found[ECC508A_KEYREF_SERIAL_LEN];
	struct ecc508a_dev *dev = NULL;
	int rc;

	if (prov->bad_config[0]) {
		ep_raise(prov, EP_R_BAD_CONFIG, "openssl.cnf, section of ecc508a: %s",
			 prov->bad_config);
		return NULL;
	}
	if (prov->device || !serial) {
		rc = ecc508a_open(prov->device, 0, &dev);
	} else {
		rc = ecc508a_open_serial(serial, 0, &dev);
		/* If there is just one chip and it is not ours, its name is what the user needs */
		if (rc && ecc508a_open(NULL, ECC508A_OPEN_READONLY, &dev) == 0) {
			if (check_serial(prov, dev, serial, found))
				ep_raise(prov, EP_R_CHIP_UNAVAILABLE, "%s: %s", ecc508a_name(dev),
					 strerror(-rc));
			ecc508a_close(dev);
			return NULL;
		}
	}
	if (rc) {
		raise_open(prov, rc);
		return NULL;
	}
	if (!check_serial(prov, dev, serial, found)) {
		ecc508a_close(dev);
		return NULL;
	}
	return chip_new(prov, dev, found);
}

/* One operation: everything it needs, and the name of it for messages */
struct request {
	const char *what;
	int (*run)(struct ecc508a_dev *dev, const struct request *r);
	unsigned int slot;
	const uint8_t *in;
	uint8_t *out;
};

static int operate(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		   const struct request *r)
{
	struct ep_chip *chip = chip_get(prov, serial);
	bool kept = chip;
	int rc;

	if (!chip)
		chip = open_chip(prov, serial);
	if (!chip)
		return 0;
	rc = r->run(chip->dev, r);
	if (rc == -ENODEV && kept) {
		/* It was bound anew since, perhaps elsewhere */
		chip_gone(chip);
		chip_put(chip);
		chip = open_chip(prov, serial);
		if (!chip)
			return 0;
		rc = r->run(chip->dev, r);
	}
	if (rc)
		raise_dev(prov, EP_R_CHIP_FAILED, chip->dev, r->what, r->slot, rc);
	/* EBADF: opened for reading because there was no permission for more; there may be next
	 * time */
	if (rc == -ENODEV || rc == -EBADF)
		chip_gone(chip);
	chip_put(chip);
	return rc == 0;
}

static int run_find(struct ecc508a_dev *dev, const struct request *r)
{
	struct ecc508a_chip_info info;

	return ecc508a_info(dev, false, &info);
}

static int run_point(struct ecc508a_dev *dev, const struct request *r)
{
	return ecc508a_pubkey(dev, r->slot, r->out);
}

static int run_sign(struct ecc508a_dev *dev, const struct request *r)
{
	return ecc508a_sign(dev, r->slot, r->in, r->out);
}

static int run_ecdh(struct ecc508a_dev *dev, const struct request *r)
{
	return ecc508a_ecdh(dev, r->slot, r->in, r->out);
}

int ep_chip_find(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		 uint8_t found[ECC508A_KEYREF_SERIAL_LEN])
{
	struct ep_chip *chip = serial ? chip_get(prov, serial) : NULL;

	if (chip) {
		const struct request r = { .what = "information", .run = run_find };

		chip_put(chip);
		if (!operate(prov, serial, &r))
			return 0;
		if (found)
			memcpy(found, serial, ECC508A_KEYREF_SERIAL_LEN);
		return 1;
	}
	chip = open_chip(prov, serial);
	if (!chip)
		return 0;
	if (found)
		memcpy(found, chip->serial, sizeof(chip->serial));
	chip_put(chip);
	return 1;
}

int ep_chip_point(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		  unsigned int slot, uint8_t point[EP_POINT_LEN])
{
	const struct request r = {
		.what = "public key", .run = run_point, .slot = slot, .out = point + 1
	};

	point[0] = 0x04;
	return operate(prov, serial, &r);
}

int ep_chip_sign(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		 unsigned int slot, const uint8_t digest[32], uint8_t sig[64])
{
	const struct request r = {
		.what = "signature", .run = run_sign, .slot = slot, .in = digest, .out = sig
	};

	return operate(prov, serial, &r);
}

int ep_chip_ecdh(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		 unsigned int slot, const uint8_t peer[EP_POINT_LEN], uint8_t secret[32])
{
	const struct request r = {
		.what = "ECDH", .run = run_ecdh, .slot = slot, .in = peer + 1, .out = secret
	};

	return operate(prov, serial, &r);
}
