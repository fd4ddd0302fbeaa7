/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* Addresses in zones, for the sequences that read and write them. */
#ifndef ECC_PROTO_ZONE_H
#define ECC_PROTO_ZONE_H

#include "types.h"

struct ecc_dev;

#define ECC_ZONE_CONFIG 0
#define ECC_ZONE_OTP	1
#define ECC_ZONE_DATA	2

u16 ecc_zone_size(u8 zone, u16 slot); /* 0: no such zone or slot */
bool ecc_zone_fits(u8 zone, u16 slot, u16 offset, size_t len);
u16 ecc_zone_address(u8 zone, u16 slot, u16 offset);

/* One command (4 or 32 bytes), and any range; neither begins a new run */
int ecc_read_chunk(struct ecc_dev *dev, u8 zone, u16 slot, u16 offset, u8 *out, size_t len);
int ecc_read_more(struct ecc_dev *dev, u8 zone, u16 slot, u16 offset, u8 *buf, size_t len);

#endif
