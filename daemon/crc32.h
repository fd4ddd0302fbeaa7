/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 as in IEEE 802.3; crc32_update(0, ...) of "123456789" is 0xcbf43926. */
#ifndef ECC508AD_CRC32_H
#define ECC508AD_CRC32_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t crc32_update(uint32_t crc, const uint8_t *p, size_t len)
{
	/* Four bits at a time: 64 bytes of table, and fast enough for a disk. */
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};

	crc = ~crc;
	while (len--) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

#endif
