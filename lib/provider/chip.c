// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Chip operations through libecc508a.
 */
#include <errno.h>
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

/* Is it the one?  Tells the serial number either way. */
static int check_serial(struct ep_ctx *prov, struct ecc508a_dev *dev,
			const uint8_t want[ECC508A_KEYREF_SERIAL_LEN],
			uint8_t found[ECC508A_KEYREF_SERIAL_LEN])
{
	char a[ECC508A_KEYREF_SERIAL_SIZE], b[ECC508A_KEYREF_SERIAL_SIZE];
	struct ecc508a_chip_info info;
	char line[TEXT_SIZE];
	int rc;

	rc = ecc508a_info(dev, false, &info);
	if (rc) {
		ep_raise(prov, EP_R_CHIP_UNAVAILABLE, "%s: %s", ecc508a_name(dev),
			 one_line(ecc508a_error(dev), line));
		return 0;
	}
	if (want && memcmp(want, info.serial, sizeof(info.serial)) != 0) {
		ep_raise(prov, EP_R_OTHER_CHIP,
			 "the key reference names chip %s, this is chip %s (%s); use the reference "
			 "that was written for this chip",
			 ecc508a_serial_format(want, a), ecc508a_serial_format(info.serial, b),
			 ecc508a_name(dev));
		return 0;
	}
	if (found)
		memcpy(found, info.serial, sizeof(info.serial));
	return 1;
}

static struct ecc508a_dev *open_chip(struct ep_ctx *prov,
				     const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
				     unsigned int flags, uint8_t found[ECC508A_KEYREF_SERIAL_LEN])
{
	struct ecc508a_dev *dev = NULL;
	int rc;

	if (prov->bad_config[0]) {
		ep_raise(prov, EP_R_BAD_CONFIG, "openssl.cnf, section of ecc508a: %s",
			 prov->bad_config);
		return NULL;
	}
	if (prov->device || !serial) {
		rc = ecc508a_open(prov->device, flags, &dev);
	} else {
		rc = ecc508a_open_serial(serial, flags, &dev);
		/* If there is just one chip and it is not ours, its name is what the user needs */
		if (rc && ecc508a_open(NULL, ECC508A_OPEN_READONLY, &dev) == 0) {
			if (check_serial(prov, dev, serial, NULL))
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
	return dev;
}

int ep_chip_find(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		 uint8_t found[ECC508A_KEYREF_SERIAL_LEN])
{
	struct ecc508a_dev *dev = open_chip(prov, serial, ECC508A_OPEN_READONLY, found);

	if (!dev)
		return 0;
	ecc508a_close(dev);
	return 1;
}

int ep_chip_point(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		  unsigned int slot, uint8_t point[EP_POINT_LEN])
{
	struct ecc508a_dev *dev = open_chip(prov, serial, ECC508A_OPEN_READONLY, NULL);
	int rc;

	if (!dev)
		return 0;
	point[0] = 0x04;
	rc = ecc508a_pubkey(dev, slot, point + 1);
	if (rc)
		raise_dev(prov, EP_R_CHIP_FAILED, dev, "public key", slot, rc);
	ecc508a_close(dev);
	return rc == 0;
}

int ep_chip_sign(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		 unsigned int slot, const uint8_t digest[32], uint8_t sig[64])
{
	struct ecc508a_dev *dev = open_chip(prov, serial, 0, NULL);
	int rc;

	if (!dev)
		return 0;
	rc = ecc508a_sign(dev, slot, digest, sig);
	if (rc)
		raise_dev(prov, EP_R_CHIP_FAILED, dev, "signature", slot, rc);
	ecc508a_close(dev);
	return rc == 0;
}

int ep_chip_ecdh(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		 unsigned int slot, const uint8_t peer[EP_POINT_LEN], uint8_t secret[32])
{
	struct ecc508a_dev *dev = open_chip(prov, serial, 0, NULL);
	int rc;

	if (!dev)
		return 0;
	rc = ecc508a_ecdh(dev, slot, peer + 1, secret);
	if (rc)
		raise_dev(prov, EP_R_CHIP_FAILED, dev, "ECDH", slot, rc);
	ecc508a_close(dev);
	return rc == 0;
}
