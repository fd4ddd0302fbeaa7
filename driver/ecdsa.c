// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * ECDSA P-256 with a chip: what the two generations of the kernel's crypto API have in
 * common.  The private key is a key reference; verification uses the chip that holds the
 * key, or the first one there is when there is only a public key.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/string.h>

#include "ecc508a.h"
#include "ecdsa.h"
#include "sigder.h"

/**
 * ecc508a_ecdsa_set_priv() - take a key reference
 * @ctx: of the transform
 * @key: DER of the reference
 * @len: its length
 *
 * The public half comes with it, so that verification works, too.
 * Return: 0, or -EINVAL if it is none.
 */
int ecc508a_ecdsa_set_priv(struct ecc508a_ecdsa_ctx *ctx, const void *key, unsigned int len)
{
	int ret;

	ret = ecc508a_keyref_parse(key, len, &ctx->ref);
	if (ret)
		return -EINVAL;
	ctx->has_priv = true;
	ctx->has_pub = true;
	return 0;
}

/**
 * ecc508a_ecdsa_set_pub() - take a public key
 * @ctx: of the transform
 * @key: 04 || X || Y, or a key reference
 * @len: its length
 *
 * Whether the point is on the curve is the chip's to say when it verifies.
 * Return: 0, or -EINVAL.
 */
int ecc508a_ecdsa_set_pub(struct ecc508a_ecdsa_ctx *ctx, const void *key, unsigned int len)
{
	const u8 *point = key;

	if (!ecc508a_keyref_parse(key, len, &ctx->ref)) {
		ctx->has_pub = true;
		ctx->has_priv = false;
		return 0;
	}
	if (len != 1 + ECC508A_PUBKEY_SIZE || point[0] != 0x04)
		return -EINVAL;
	if (!memchr_inv(point + 1, 0, ECC508A_PUBKEY_SIZE))
		return -EINVAL;
	memcpy(ctx->ref.pubkey, point + 1, ECC508A_PUBKEY_SIZE);
	ctx->has_pub = true;
	ctx->has_priv = false;
	return 0;
}

/**
 * ecc508a_ecdsa_sign() - have the chip sign
 * @ctx: of the transform
 * @digest: any length; see ecc508a_digest_fit()
 * @len: its length
 * @sig: 64 bytes r || s
 *
 * Return: 0; -ENOKEY without a key reference; -ENODEV if its chip is not here; or what
 * ECC508A_IOC_SIGN says.  Whether the slot still holds the key of the reference is not asked:
 * that would cost another GenKey command for every signature.
 */
int ecc508a_ecdsa_sign(const struct ecc508a_ecdsa_ctx *ctx, const u8 *digest, size_t len, u8 *sig)
{
	u8 fitted[ECC508A_DIGEST_SIZE];
	struct ecc508a_chip *chip;
	int ret;

	if (!ctx->has_priv)
		return -ENOKEY;
	chip = ecc508a_chip_find(ctx->ref.serial);
	if (IS_ERR(chip))
		return PTR_ERR(chip);
	ecc508a_digest_fit(digest, len, fitted);
	ret = ecc508a_chip_sign(chip, ctx->ref.slot, fitted, sig);
	ecc508a_chip_put(chip);
	return ret;
}

/**
 * ecc508a_ecdsa_verify() - have the chip verify
 * @ctx: of the transform
 * @digest: any length
 * @len: its length
 * @sig: 64 bytes r || s
 *
 * Return: 0 if the signature is good, -EKEYREJECTED if not, -EBADMSG if r or s is out of range,
 * -EINVAL if the chip takes the public key for no point of the curve.
 */
int ecc508a_ecdsa_verify(const struct ecc508a_ecdsa_ctx *ctx, const u8 *digest, size_t len,
			 const u8 *sig)
{
	u8 fitted[ECC508A_DIGEST_SIZE];
	struct ecc508a_chip *chip;
	int ret;

	if (!ctx->has_pub)
		return -ENOKEY;
	ret = ecc508a_sig_check_range(sig);
	if (ret)
		return ret;
	chip = ctx->has_priv ? ecc508a_chip_find(ctx->ref.serial) : NULL;
	if (IS_ERR_OR_NULL(chip))
		chip = ecc508a_chip_next(NULL);
	if (!chip)
		return -ENODEV;
	ecc508a_digest_fit(digest, len, fitted);
	ret = ecc508a_chip_verify(chip, ctx->ref.pubkey, fitted, sig);
	ecc508a_chip_put(chip);
	return ret;
}
