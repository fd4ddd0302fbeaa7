/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
#ifndef ECC508A_ECDSA_H
#define ECC508A_ECDSA_H

#include <linux/types.h>

#include "keyref.h"

/* Our own names: Documentation/kernel-crypto.rst says why */
#define ECC508A_ECDSA_NAME "ecdsa-nist-p256-ecc508a"
#define ECC508A_ECDSA_DRIVER "ecdsa-nist-p256-ecc508a-chip"
/* The standard name, for verification only, when the module parameter asks for it */
#define ECC508A_ECDSA_STD_NAME "ecdsa-nist-p256"
#define ECC508A_ECDSA_STD_DRIVER "ecdsa-nist-p256-ecc508a-verify"
#define ECC508A_ECDSA_PRIORITY 50 /* below the generic code's 100: the chip is slower */

/**
 * struct ecc508a_ecdsa_ctx - what a transform knows
 * @ref: the key; without a private key only @ref.pubkey counts
 * @has_pub: a public key was set
 * @has_priv: a key reference was set
 *
 * The transform holds no chip: it looks the chip up by serial number for every request,
 * so that a chip may come and go under it (-ENODEV meanwhile).
 */
struct ecc508a_ecdsa_ctx {
	struct ecc508a_keyref ref;
	bool has_pub;
	bool has_priv;
};

int ecc508a_ecdsa_set_priv(struct ecc508a_ecdsa_ctx *ctx, const void *key, unsigned int len);
int ecc508a_ecdsa_set_pub(struct ecc508a_ecdsa_ctx *ctx, const void *key, unsigned int len);
int ecc508a_ecdsa_sign(const struct ecc508a_ecdsa_ctx *ctx, const u8 *digest, size_t len, u8 *sig);
int ecc508a_ecdsa_verify(const struct ecc508a_ecdsa_ctx *ctx, const u8 *digest, size_t len,
			 const u8 *sig);

/* One of akcipher.c (up to 6.12) and sig.c (6.13 on) provides these */
int ecc508a_ecdsa_register(void);
void ecc508a_ecdsa_unregister(void);
int ecc508a_ecdsa_register_std(void);
void ecc508a_ecdsa_unregister_std(void);

#endif
