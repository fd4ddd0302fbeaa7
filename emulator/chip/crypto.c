// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * SHA-256, HMAC, P-256, AES and random numbers.
 *
 * Two choices need a word. SHA-256 uses libcrypto's block function (SHA256_Transform), deprecated
 * but the only way to hold a hash state that the 608's SHA command lets a host read and write; it
 * also keeps a hash in 104 bytes instead of three allocations. P-256 is computed on EC_POINTs
 * instead of through EVP_PKEY, because the ECDSA nonce must come from the chip's own generator: a
 * chip with a seed makes the same signatures every time.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>

void emu_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}

bool emu_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

/* ------------------------------------------------------------------ SHA-256 */

static void transform(struct emu_sha256 *s, const uint8_t *block)
{
	SHA256_CTX ctx;

	memcpy(ctx.h, s->h, sizeof(s->h));
	SHA256_Transform(&ctx, block);
	memcpy(s->h, ctx.h, sizeof(s->h));
}

void emu_sha256_init(struct emu_sha256 *s)
{
	/* FIPS 180-4, 5.3.3 */
	static const uint32_t h0[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	memcpy(s->h, h0, sizeof(h0));
	s->len = 0;
}

void emu_sha256_update(struct emu_sha256 *s, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t fill = s->len % 64;

	s->len += len;
	if (fill && fill + len >= 64) {
		memcpy(s->buf + fill, p, 64 - fill);
		transform(s, s->buf);
		p += 64 - fill;
		len -= 64 - fill;
		fill = 0;
	}
	for (; len >= 64; p += 64, len -= 64)
		transform(s, p);
	if (len)
		memcpy(s->buf + fill, p, len);
}

void emu_sha256_final(struct emu_sha256 *s, uint8_t out[32])
{
	uint64_t bits = s->len * 8;
	size_t fill = s->len % 64;

	s->buf[fill++] = 0x80;
	if (fill > 56) {
		memset(s->buf + fill, 0, 64 - fill);
		transform(s, s->buf);
		fill = 0;
	}
	memset(s->buf + fill, 0, 56 - fill);
	for (int i = 0; i < 8; i++)
		s->buf[56 + i] = (uint8_t)(bits >> (56 - 8 * i));
	transform(s, s->buf);
	for (int i = 0; i < 8; i++) {
		out[4 * i] = (uint8_t)(s->h[i] >> 24);
		out[4 * i + 1] = (uint8_t)(s->h[i] >> 16);
		out[4 * i + 2] = (uint8_t)(s->h[i] >> 8);
		out[4 * i + 3] = (uint8_t)s->h[i];
	}
}

void emu_sha256(const void *data, size_t len, uint8_t out[32])
{
	struct emu_sha256 s;

	emu_sha256_init(&s);
	emu_sha256_update(&s, data, len);
	emu_sha256_final(&s, out);
	emu_wipe(&s, sizeof(s));
}

static void hmac_pad(struct emu_sha256 *s, const uint8_t *key, size_t key_len, uint8_t pad)
{
	uint8_t block[64];

	memset(block, pad, sizeof(block));
	for (size_t i = 0; i < key_len; i++)
		block[i] ^= key[i];
	emu_sha256_init(s);
	emu_sha256_update(s, block, sizeof(block));
	emu_wipe(block, sizeof(block));
}

void emu_hmac_init(struct emu_sha256 *s, const uint8_t *key, size_t key_len)
{
	hmac_pad(s, key, key_len, 0x36);
}

void emu_hmac_final(struct emu_sha256 *s, const uint8_t *key, size_t key_len, uint8_t out[32])
{
	uint8_t inner[32];

	emu_sha256_final(s, inner);
	hmac_pad(s, key, key_len, 0x5c);
	emu_sha256_update(s, inner, sizeof(inner));
	emu_sha256_final(s, out);
}

void emu_hmac(const uint8_t *key, size_t key_len, const void *data, size_t len, uint8_t out[32])
{
	struct emu_sha256 s;

	emu_hmac_init(&s, key, key_len);
	emu_sha256_update(&s, data, len);
	emu_hmac_final(&s, key, key_len, out);
	emu_wipe(&s, sizeof(s));
}

/* ------------------------------------------------------------------ random numbers */

void emu_rng_seed(struct emu_rng *rng, const void *seed, size_t len)
{
	memset(rng, 0, sizeof(*rng));
	if (!seed)
		return;
	rng->seeded = true;
	emu_sha256(seed, len, rng->key);
}

void emu_rng_bytes(struct emu_rng *rng, void *out, size_t len)
{
	uint8_t *p = out;

	for (; len && rng->fixed_pos < rng->fixed_len; len--)
		*p++ = rng->fixed[rng->fixed_pos++];
	while (len) {
		uint8_t block[40], digest[32];
		size_t n = len < sizeof(digest) ? len : sizeof(digest);

		if (!rng->seeded) {
			/* at most 256 bytes: never short, and an entropy source exists since boot */
			ssize_t got = getrandom(p, len < 256 ? len : 256, 0);

			if (got < 0) {
				if (errno == EINTR)
					continue;
				abort();
			}
			p += got;
			len -= (size_t)got;
			continue;
		}
		memcpy(block, rng->key, 32);
		for (int i = 0; i < 8; i++)
			block[32 + i] = (uint8_t)(rng->counter >> (8 * i));
		rng->counter++;
		emu_sha256(block, sizeof(block), digest);
		memcpy(p, digest, n);
		p += n;
		len -= n;
		emu_wipe(block, sizeof(block));
		emu_wipe(digest, sizeof(digest));
	}
}

/* ------------------------------------------------------------------ P-256 */

static struct {
	OSSL_LIB_CTX *lib; /* private: no openssl.cnf of the host reaches the chip */
	EC_GROUP *group;
	const BIGNUM *n;
	EVP_CIPHER *aes;
} eng;

static pthread_once_t eng_once = PTHREAD_ONCE_INIT;

static void eng_init(void)
{
	eng.lib = OSSL_LIB_CTX_new();
	if (!eng.lib)
		abort();
	eng.group = EC_GROUP_new_by_curve_name_ex(eng.lib, NULL, NID_X9_62_prime256v1);
	eng.aes = EVP_CIPHER_fetch(eng.lib, "AES-128-ECB", NULL);
	if (!eng.group || !eng.aes)
		abort();
	eng.n = EC_GROUP_get0_order(eng.group);
}

/* Everything one operation needs; begin() and end() bracket it. */
struct p256 {
	BN_CTX *ctx;
	EC_POINT *p;
	BIGNUM *a, *b, *d, *e, *k;
};

static int begin(struct p256 *w)
{
	pthread_once(&eng_once, eng_init);
	w->p = NULL;
	w->ctx = BN_CTX_new_ex(eng.lib);
	if (!w->ctx)
		return -1;
	BN_CTX_start(w->ctx);
	w->a = BN_CTX_get(w->ctx);
	w->b = BN_CTX_get(w->ctx);
	w->d = BN_CTX_get(w->ctx);
	w->e = BN_CTX_get(w->ctx);
	w->k = BN_CTX_get(w->ctx);
	w->p = EC_POINT_new(eng.group);
	return w->k && w->p ? 0 : -1;
}

static void end(struct p256 *w)
{
	if (w->ctx) {
		if (w->k) {
			BN_clear(w->a);
			BN_clear(w->b);
			BN_clear(w->d);
			BN_clear(w->e);
			BN_clear(w->k);
		}
		BN_CTX_end(w->ctx);
	}
	EC_POINT_clear_free(w->p);
	BN_CTX_free(w->ctx);
}

static bool in_range(const BIGNUM *x)
{
	return !BN_is_zero(x) && BN_cmp(x, eng.n) < 0;
}

static int set_point(struct p256 *w, const uint8_t xy[64])
{
	if (!BN_bin2bn(xy, 32, w->a) || !BN_bin2bn(xy + 32, 32, w->b))
		return -1;
	/* refuses coordinates beyond the field and points off the curve */
	return EC_POINT_set_affine_coordinates(eng.group, w->p, w->a, w->b, w->ctx) == 1 ? 0 : -1;
}

bool emu_p256_scalar_ok(const uint8_t d[32])
{
	struct p256 w;
	bool ok = false;

	if (begin(&w) == 0 && BN_bin2bn(d, 32, w.d))
		ok = in_range(w.d);
	end(&w);
	return ok;
}

bool emu_p256_point_ok(const uint8_t xy[64])
{
	struct p256 w;
	bool ok = false;

	if (begin(&w) == 0)
		ok = set_point(&w, xy) == 0;
	end(&w);
	return ok;
}

int emu_p256_generate(struct emu_rng *rng, uint8_t d[32])
{
	/* a draw is out of range once in 2^32; 8 in a row do not happen */
	for (int i = 0; i < 8; i++) {
		emu_rng_bytes(rng, d, 32);
		if (emu_p256_scalar_ok(d))
			return 0;
	}
	return -1;
}

int emu_p256_public(const uint8_t d[32], uint8_t xy[64])
{
	struct p256 w;
	int ret = -1;

	if (begin(&w) < 0 || !BN_bin2bn(d, 32, w.d) || !in_range(w.d))
		goto out;
	if (EC_POINT_mul(eng.group, w.p, w.d, NULL, NULL, w.ctx) != 1 ||
	    EC_POINT_get_affine_coordinates(eng.group, w.p, w.a, w.b, w.ctx) != 1)
		goto out;
	if (BN_bn2binpad(w.a, xy, 32) == 32 && BN_bn2binpad(w.b, xy + 32, 32) == 32)
		ret = 0;
out:
	end(&w);
	return ret;
}

/* SEC 1, 4.1.3: r = (kG).x mod n, s = (e + r d) / k mod n */
int emu_p256_sign(struct emu_rng *rng, const uint8_t d[32], const uint8_t digest[32],
		  uint8_t rs[64])
{
	struct p256 w;
	uint8_t k[32];
	int ret = -1;

	if (begin(&w) < 0 || !BN_bin2bn(d, 32, w.d) || !in_range(w.d) ||
	    !BN_bin2bn(digest, 32, w.e))
		goto out;
	for (int i = 0; i < 8 && ret < 0; i++) {
		if (emu_p256_generate(rng, k) < 0 || !BN_bin2bn(k, 32, w.k))
			goto out;
		BN_set_flags(w.k, BN_FLG_CONSTTIME);
		if (EC_POINT_mul(eng.group, w.p, w.k, NULL, NULL, w.ctx) != 1 ||
		    EC_POINT_get_affine_coordinates(eng.group, w.p, w.a, NULL, w.ctx) != 1 ||
		    BN_nnmod(w.a, w.a, eng.n, w.ctx) != 1)
			goto out;
		if (BN_mod_mul(w.b, w.a, w.d, eng.n, w.ctx) != 1 ||
		    BN_mod_add(w.b, w.b, w.e, eng.n, w.ctx) != 1 ||
		    !BN_mod_inverse(w.k, w.k, eng.n, w.ctx) ||
		    BN_mod_mul(w.b, w.b, w.k, eng.n, w.ctx) != 1)
			goto out;
		if (BN_is_zero(w.a) || BN_is_zero(w.b))
			continue;
		if (BN_bn2binpad(w.a, rs, 32) == 32 && BN_bn2binpad(w.b, rs + 32, 32) == 32)
			ret = 0;
	}
out:
	emu_wipe(k, sizeof(k));
	end(&w);
	return ret;
}

bool emu_p256_verify(const uint8_t xy[64], const uint8_t digest[32], const uint8_t rs[64])
{
	struct p256 w;
	EC_POINT *q = NULL;
	bool ok = false;

	if (begin(&w) < 0 || set_point(&w, xy) < 0)
		goto out;
	q = EC_POINT_dup(w.p, eng.group);
	if (!q || !BN_bin2bn(rs, 32, w.a) || !BN_bin2bn(rs + 32, 32, w.b) || !in_range(w.a) ||
	    !in_range(w.b) || !BN_bin2bn(digest, 32, w.e))
		goto out;
	if (!BN_mod_inverse(w.b, w.b, eng.n, w.ctx) ||
	    BN_mod_mul(w.d, w.e, w.b, eng.n, w.ctx) != 1 ||
	    BN_mod_mul(w.k, w.a, w.b, eng.n, w.ctx) != 1)
		goto out;
	if (EC_POINT_mul(eng.group, w.p, w.d, q, w.k, w.ctx) != 1 ||
	    EC_POINT_is_at_infinity(eng.group, w.p) ||
	    EC_POINT_get_affine_coordinates(eng.group, w.p, w.e, NULL, w.ctx) != 1 ||
	    BN_nnmod(w.e, w.e, eng.n, w.ctx) != 1)
		goto out;
	ok = BN_cmp(w.e, w.a) == 0;
out:
	EC_POINT_free(q);
	end(&w);
	return ok;
}

int emu_p256_ecdh(const uint8_t d[32], const uint8_t xy[64], uint8_t out[32])
{
	struct p256 w;
	int ret = -1;

	if (begin(&w) < 0 || set_point(&w, xy) < 0 || !BN_bin2bn(d, 32, w.d) || !in_range(w.d))
		goto out;
	if (EC_POINT_mul(eng.group, w.p, NULL, w.p, w.d, w.ctx) != 1 ||
	    EC_POINT_get_affine_coordinates(eng.group, w.p, w.a, NULL, w.ctx) != 1)
		goto out;
	if (BN_bn2binpad(w.a, out, 32) == 32)
		ret = 0;
out:
	end(&w);
	return ret;
}

/* ------------------------------------------------------------------ AES */

int emu_aes128(const uint8_t key[16], bool encrypt, const uint8_t in[16], uint8_t out[16])
{
	EVP_CIPHER_CTX *ctx;
	int n = 0, ret = -1;

	pthread_once(&eng_once, eng_init);
	ctx = EVP_CIPHER_CTX_new();
	if (!ctx)
		return -1;
	if (EVP_CipherInit_ex2(ctx, eng.aes, key, NULL, encrypt, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	    EVP_CipherUpdate(ctx, out, &n, in, 16) == 1 && n == 16)
		ret = 0;
	EVP_CIPHER_CTX_free(ctx);
	return ret;
}

/* Multiplication in GF(2^128) as GHASH defines it (SP 800-38D, 6.3). */
void emu_gfm(const uint8_t h[16], const uint8_t in[16], uint8_t out[16])
{
	uint8_t v[16], z[16] = { 0 };

	memcpy(v, h, 16);
	for (int bit = 0; bit < 128; bit++) {
		bool low = v[15] & 1;

		if (in[bit / 8] & 0x80 >> bit % 8)
			for (int i = 0; i < 16; i++)
				z[i] ^= v[i];
		for (int i = 15; i > 0; i--)
			v[i] = (uint8_t)(v[i] >> 1 | v[i - 1] << 7);
		v[0] >>= 1;
		if (low)
			v[0] ^= 0xe1;
	}
	memcpy(out, z, 16);
	emu_wipe(v, sizeof(v));
}
