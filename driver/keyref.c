// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The key reference, Documentation/key-reference.rst:
 *
 *	SEQUENCE {
 *		INTEGER 1			version
 *		OCTET STRING (9)		serial number of the chip
 *		INTEGER 0..15			slot
 *		OCTET STRING (65)		public key, 04 || X || Y
 *	}
 *
 * All lengths are short, so DER has exactly one form of it and the parser insists on
 * that form, byte for byte.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "keyref.h"

#define KEYREF_LEN 86
#define KEYREF_SERIAL 7
#define KEYREF_SLOT 18
#define KEYREF_POINT 21

/* Field prime of P-256, SP 800-186 section 3.2.1.3 */
static const u8 p256_prime[ECC508A_PUBKEY_SIZE / 2] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

/* What no chip has, and no point of the curve */
static bool makes_no_sense(const struct ecc508a_keyref *ref)
{
	return ref->slot >= ECC508A_SLOTS ||
	       !memchr_inv(ref->serial, 0x00, sizeof(ref->serial)) ||
	       !memchr_inv(ref->serial, 0xff, sizeof(ref->serial)) ||
	       memcmp(ref->pubkey, p256_prime, sizeof(p256_prime)) >= 0 ||
	       memcmp(ref->pubkey + sizeof(p256_prime), p256_prime, sizeof(p256_prime)) >= 0;
}

/**
 * ecc508a_keyref_parse() - read a key reference
 * @der: untrusted bytes
 * @len: their number
 * @ref: filled in on success
 *
 * Return: 0, or -EBADMSG if this is not a key reference (another parser may know it), or
 * -EINVAL if it is one that makes no sense.
 */
int ecc508a_keyref_parse(const u8 *der, size_t len, struct ecc508a_keyref *ref)
{
	static const u8 head[] = { 0x30, KEYREF_LEN - 2, 0x02, 0x01, 0x01, 0x04,
				   ECC508A_SERIAL_SIZE };
	static const u8 slot[] = { 0x02, 0x01 };
	static const u8 point[] = { 0x04, 1 + ECC508A_PUBKEY_SIZE, 0x04 };

	if (len != KEYREF_LEN || memcmp(der, head, sizeof(head)))
		return -EBADMSG;
	if (memcmp(der + KEYREF_SLOT - sizeof(slot), slot, sizeof(slot)) ||
	    memcmp(der + KEYREF_SLOT + 1, point, sizeof(point)))
		return -EBADMSG;

	memcpy(ref->serial, der + KEYREF_SERIAL, sizeof(ref->serial));
	ref->slot = der[KEYREF_SLOT];
	memcpy(ref->pubkey, der + KEYREF_POINT + 1, sizeof(ref->pubkey));
	return makes_no_sense(ref) ? -EINVAL : 0;
}
