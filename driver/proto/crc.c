// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * CRC-16 of the chip: polynomial 0x8005, register starts at 0, no final XOR, the bits of
 * each byte enter LSB first while the register shifts left.  (The kernel's crc16() is the
 * same with the register mirrored; lib/crc16 is not there in every configuration and not
 * in userspace, and 256 bytes of table are not worth it at 100 kHz.)
 */
#include "packet.h"

#define ECC_CRC_POLY 0x8005

u16 ecc_crc16_update(u16 crc, const void *data, size_t len)
{
	const u8 *p = data;
	size_t i;
	int bit;

	for (i = 0; i < len; i++) {
		for (bit = 0; bit < 8; bit++) {
			bool in = (p[i] >> bit) & 1;
			bool top = crc & 0x8000;

			crc <<= 1;
			if (in != top)
				crc ^= ECC_CRC_POLY;
		}
	}
	return crc;
}

u16 ecc_crc16(const void *data, size_t len)
{
	return ecc_crc16_update(0, data, len);
}
