// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * ECDSA P-256 as sig, for kernels from 6.15 on (6.13 and 6.14 had an interface in between
 * that no distribution kernel we know of ships).
 *
 * sign() gives 64 bytes r || s.  verify() takes the same, and also struct ecdsa_raw_sig,
 * which is what the kernel's x962() and p1363() templates hand down.
 */
#include "compat.h"

#if ECC508A_HAS_SIG_ALG

#include <linux/math.h> /* crypto/internal/ecc.h does not include what it needs */
#include <crypto/internal/ecc.h>
#include <crypto/internal/sig.h>
#include <linux/module.h>
#include <linux/unaligned.h>

#include "ecdsa.h"
#include "sigder.h"

#define ECC508A_KEY_BITS 256
#define ECC508A_P256_DIGITS 4

/* Digits are u64, least significant first, in native byte order */
static int ecc508a_sig_from_digits(const u64 *digits, u8 out[32])
{
	int i;

	for (i = ECC508A_P256_DIGITS; i < ECC_MAX_DIGITS; i++)
		if (digits[i])
			return -EBADMSG;
	for (i = 0; i < ECC508A_P256_DIGITS; i++)
		put_unaligned_be64(digits[ECC508A_P256_DIGITS - 1 - i], out + 8 * i);
	return 0;
}

static int ecc508a_sig_verify(struct crypto_sig *tfm, const void *src, unsigned int slen,
			      const void *digest, unsigned int dlen)
{
	const struct ecc508a_ecdsa_ctx *ctx = crypto_sig_ctx(tfm);
	const struct ecdsa_raw_sig *raw = src;
	u8 sig[ECC508A_SIG_SIZE];

	if (!dlen)
		return -EINVAL;
	if (slen == sizeof(*raw)) {
		if (ecc508a_sig_from_digits(raw->r, sig) ||
		    ecc508a_sig_from_digits(raw->s, sig + sizeof(sig) / 2))
			return -EBADMSG;
		return ecc508a_ecdsa_verify(ctx, digest, dlen, sig);
	}
	if (slen != ECC508A_SIG_SIZE)
		return -EINVAL;
	return ecc508a_ecdsa_verify(ctx, digest, dlen, src);
}

static int ecc508a_sig_sign(struct crypto_sig *tfm, const void *src, unsigned int slen, void *dst,
			    unsigned int dlen)
{
	int ret;

	if (!slen)
		return -EINVAL;
	if (dlen < ECC508A_SIG_SIZE)
		return -EOVERFLOW;
	ret = ecc508a_ecdsa_sign(crypto_sig_ctx(tfm), src, slen, dst);
	return ret ? ret : ECC508A_SIG_SIZE;
}

static int ecc508a_sig_set_pub_key(struct crypto_sig *tfm, const void *key, unsigned int len)
{
	return ecc508a_ecdsa_set_pub(crypto_sig_ctx(tfm), key, len);
}

static int ecc508a_sig_set_priv_key(struct crypto_sig *tfm, const void *key, unsigned int len)
{
	return ecc508a_ecdsa_set_priv(crypto_sig_ctx(tfm), key, len);
}

static unsigned int ecc508a_sig_key_size(struct crypto_sig *tfm)
{
	return ECC508A_KEY_BITS;
}

static unsigned int ecc508a_sig_digest_size(struct crypto_sig *tfm)
{
	/* As crypto/ecdsa.c: longer ones are cut, SHA-512 is the longest in use */
	return 64;
}

static unsigned int ecc508a_sig_max_size(struct crypto_sig *tfm)
{
	return ECC508A_SIG_SIZE;
}

static int ecc508a_sig_init(struct crypto_sig *tfm)
{
	struct ecc508a_ecdsa_ctx *ctx = crypto_sig_ctx(tfm);

	memset(ctx, 0, sizeof(*ctx));
	return 0;
}

static void ecc508a_sig_exit(struct crypto_sig *tfm)
{
}

static struct sig_alg ecc508a_sig = {
	.sign = ecc508a_sig_sign,
	.verify = ecc508a_sig_verify,
	.set_pub_key = ecc508a_sig_set_pub_key,
	.set_priv_key = ecc508a_sig_set_priv_key,
	.key_size = ecc508a_sig_key_size,
	.digest_size = ecc508a_sig_digest_size,
	.max_size = ecc508a_sig_max_size,
	.init = ecc508a_sig_init,
	.exit = ecc508a_sig_exit,
	.base = {
		.cra_name = ECC508A_ECDSA_NAME,
		.cra_driver_name = ECC508A_ECDSA_DRIVER,
		.cra_priority = ECC508A_ECDSA_PRIORITY,
		.cra_module = THIS_MODULE,
		.cra_ctxsize = sizeof(struct ecc508a_ecdsa_ctx),
	},
};

/* No set_priv_key, no sign: nothing that comes by the standard name reaches a slot */
static struct sig_alg ecc508a_sig_std = {
	.verify = ecc508a_sig_verify,
	.set_pub_key = ecc508a_sig_set_pub_key,
	.key_size = ecc508a_sig_key_size,
	.digest_size = ecc508a_sig_digest_size,
	.max_size = ecc508a_sig_max_size,
	.init = ecc508a_sig_init,
	.exit = ecc508a_sig_exit,
	.base = {
		.cra_name = ECC508A_ECDSA_STD_NAME,
		.cra_driver_name = ECC508A_ECDSA_STD_DRIVER,
		.cra_priority = ECC508A_ECDSA_PRIORITY,
		.cra_module = THIS_MODULE,
		.cra_ctxsize = sizeof(struct ecc508a_ecdsa_ctx),
	},
};

int ecc508a_ecdsa_register(void)
{
	return crypto_register_sig(&ecc508a_sig);
}

void ecc508a_ecdsa_unregister(void)
{
	crypto_unregister_sig(&ecc508a_sig);
}

int ecc508a_ecdsa_register_std(void)
{
	return crypto_register_sig(&ecc508a_sig_std);
}

void ecc508a_ecdsa_unregister_std(void)
{
	crypto_unregister_sig(&ecc508a_sig_std);
}

#endif /* ECC508A_HAS_SIG_ALG */
