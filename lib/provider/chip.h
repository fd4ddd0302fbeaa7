/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * The provider's view of the chip: four operations, each complete in itself.  Fork and threads need
 * no thought; chip.c tells what stays open between two of them.
 */
#ifndef ECC508A_PROVIDER_CHIP_H
#define ECC508A_PROVIDER_CHIP_H

#include "provider.h"

/*
 * All return 1, or 0 with the reason on OpenSSL's error queue.  @serial is the chip that must be at
 * the other end, never NULL but in ep_chip_find().
 */

/* Which chip is meant?  @serial: that one must be there; NULL: the only one.  @found may be NULL. */
int ep_chip_find(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		 uint8_t found[ECC508A_KEYREF_SERIAL_LEN]);
int ep_chip_point(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		  unsigned int slot, uint8_t point[EP_POINT_LEN]);
int ep_chip_sign(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		 unsigned int slot, const uint8_t digest[32], uint8_t sig[64]);
int ep_chip_ecdh(struct ep_ctx *prov, const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
		 unsigned int slot, const uint8_t peer[EP_POINT_LEN], uint8_t secret[32]);
/* At the end, when nothing is under way any more */
void ep_chip_close_all(struct ep_ctx *prov);

#endif
