/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
#ifndef ECC508A_KEYREF_H
#define ECC508A_KEYREF_H

#include <linux/types.h>

#include "../uapi/linux/ecc508a.h"

/**
 * struct ecc508a_keyref - a key named by the chip and slot that hold it
 * @serial: serial number of the chip
 * @slot:   0 to 15
 * @pubkey: public half, X then Y
 */
struct ecc508a_keyref {
	u8 serial[ECC508A_SERIAL_SIZE];
	u8 slot;
	u8 pubkey[ECC508A_PUBKEY_SIZE];
};

int ecc508a_keyref_parse(const u8 *der, size_t len, struct ecc508a_keyref *ref);

#endif
