// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Known configurations. */
#include <string.h>

#include "internal.h"
#include "provision.h"

/*
 * Source of "aws": the configuration that the firmware of Microchip's AWS kit (AT88CKECC-AWS-XSTK)
 * writes, and with another address cryptoauthlib's PKCS#11 module.  Uses of the slots: 0 device
 * key, 2, 3 and 7 further keys, 8 free data, 10 device certificate, 11 signer's public key,
 * 12 signer's certificate, 14 signer's serial number, 15 root public key.
 */
static const struct ecc508a_profile profiles[] = {
	{
		.name = "aws",
		.summary = "Microchip's kit for AWS IoT: device key in slot 0, certificates in 10 and 12",
		.keys = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 7,
		.config = {
			/* 0 to 15: the chip's own */
			[16] = 0xc0, 0x00, 0xaa, 0x00,
			/* SlotConfig */
			[20] = 0x8f, 0x20, 0xc4, 0x44, 0x87, 0x20, 0x87, 0x20,
			[28] = 0x8f, 0x0f, 0xc4, 0x36, 0x9f, 0x0f, 0x82, 0x20,
			[36] = 0x0f, 0x0f, 0xc4, 0x44, 0x0f, 0x0f, 0x0f, 0x0f,
			[44] = 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f,
			/* counters at 0 */
			[52] = 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
			[60] = 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
			/* 68 to 83 LastKeyUse: 0, no slot has limited uses */
			[88] = 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
			/* KeyConfig */
			[96] = 0x33, 0x00, 0x1c, 0x00, 0x13, 0x00, 0x13, 0x00,
			[104] = 0x7c, 0x00, 0x1c, 0x00, 0x3c, 0x00, 0x33, 0x00,
			[112] = 0x3c, 0x00, 0x3c, 0x00, 0x3c, 0x00, 0x30, 0x00,
			[120] = 0x3c, 0x00, 0x3c, 0x00, 0x3c, 0x00, 0x30, 0x00,
		},
	},
};

ECC508A_API const struct ecc508a_profile *ecc508a_profile_at(unsigned int i)
{
	return i < sizeof(profiles) / sizeof(profiles[0]) ? &profiles[i] : NULL;
}

ECC508A_API const struct ecc508a_profile *ecc508a_profile_find(const char *name)
{
	for (unsigned int i = 0; ecc508a_profile_at(i); i++) {
		if (!strcmp(profiles[i].name, name))
			return &profiles[i];
	}
	return NULL;
}
