// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * ECDSA P-256 signatures: r || s as the chip gives them, and the DER form of X9.62.
 * The kernel's ASN.1 encoder is not built into distribution kernels, and 72 bytes do
 * not need one.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "sigder.h"

#define ECC508A_INT_SIZE 32

/* Order of the group, FIPS 186-4 D.1.2.3 */
static const u8 p256_order[ECC508A_INT_SIZE] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
	0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

static size_t put_int(const u8 *in, u8 *out)
{
	size_t skip = 0, pad, len;

	while (skip < ECC508A_INT_SIZE - 1 && !in[skip])
		skip++;
	pad = in[skip] >> 7;
	len = ECC508A_INT_SIZE - skip;
	out[0] = 0x02;
	out[1] = len + pad;
	out[2] = 0;
	memcpy(out + 2 + pad, in + skip, len);
	return 2 + pad + len;
}

/**
 * ecc508a_sig_to_der() - encode a signature as X9.62 does
 * @sig: r || s
 * @der: room for ECC508A_SIG_DER_MAX bytes
 *
 * Return: its length.
 */
size_t ecc508a_sig_to_der(const u8 sig[ECC508A_SIG_SIZE], u8 der[ECC508A_SIG_DER_MAX])
{
	size_t len = 2;

	len += put_int(sig, der + len);
	len += put_int(sig + ECC508A_INT_SIZE, der + len);
	der[0] = 0x30;
	der[1] = len - 2;
	return len;
}

/* One INTEGER; the value must be positive, minimal, and fit 32 bytes */
static int get_int(const u8 **p, size_t *left, u8 out[ECC508A_INT_SIZE])
{
	const u8 *in = *p;
	size_t len;

	if (*left < 3 || in[0] != 0x02)
		return -EBADMSG;
	len = in[1];
	if (!len || len > ECC508A_INT_SIZE + 1 || len > *left - 2)
		return -EBADMSG;
	*p += 2 + len;
	*left -= 2 + len;
	in += 2;
	if (in[0] & 0x80)
		return -EBADMSG;
	if (!in[0] && len > 1) {
		if (!(in[1] & 0x80))
			return -EBADMSG;
		in++;
		len--;
	}
	if (len > ECC508A_INT_SIZE)
		return -EBADMSG;
	memset(out, 0, ECC508A_INT_SIZE - len);
	memcpy(out + ECC508A_INT_SIZE - len, in, len);
	return 0;
}

/**
 * ecc508a_sig_from_der() - decode an X9.62 signature
 * @der: untrusted bytes
 * @len: their number
 * @sig: r || s
 *
 * Return: 0, or -EBADMSG if this is not the DER of two positive integers of at most 32
 * bytes, and nothing else.
 */
int ecc508a_sig_from_der(const u8 *der, size_t len, u8 sig[ECC508A_SIG_SIZE])
{
	size_t left;
	int ret;

	if (len < 2 || len > ECC508A_SIG_DER_MAX || der[0] != 0x30 || der[1] != len - 2)
		return -EBADMSG;
	left = len - 2;
	der += 2;
	ret = get_int(&der, &left, sig);
	if (!ret)
		ret = get_int(&der, &left, sig + ECC508A_INT_SIZE);
	if (!ret && left)
		ret = -EBADMSG;
	return ret;
}

/**
 * ecc508a_sig_check_range() - are r and s within 1 .. n - 1?
 * @sig: r || s
 *
 * Return: 0 or -EBADMSG, which is what crypto/ecdsa.c answers.
 */
int ecc508a_sig_check_range(const u8 sig[ECC508A_SIG_SIZE])
{
	const u8 *r = sig, *s = sig + ECC508A_INT_SIZE;

	if (!memchr_inv(r, 0, ECC508A_INT_SIZE) || !memchr_inv(s, 0, ECC508A_INT_SIZE))
		return -EBADMSG;
	if (memcmp(r, p256_order, ECC508A_INT_SIZE) >= 0 ||
	    memcmp(s, p256_order, ECC508A_INT_SIZE) >= 0)
		return -EBADMSG;
	return 0;
}

/**
 * ecc508a_digest_fit() - make a digest as long as the group order
 * @in: digest
 * @len: its length
 * @out: leftmost 32 bytes of a longer one, a shorter one filled up with zeros on the left
 */
void ecc508a_digest_fit(const u8 *in, size_t len, u8 out[ECC508A_DIGEST_SIZE])
{
	size_t n = min_t(size_t, len, ECC508A_DIGEST_SIZE);

	memset(out, 0, ECC508A_DIGEST_SIZE - n);
	memcpy(out + ECC508A_DIGEST_SIZE - n, in, n);
}
