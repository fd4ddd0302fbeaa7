// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * ECDSA.  Hashing and verifying are done in software; the chip is asked for one thing, a signature
 * over 32 bytes, and asked once.  Every signature is verified before it is given out: that costs
 * little beside the chip's 60 ms and catches a slot that was given another key since the reference
 * was made.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/params.h>

#include "chip.h"
#include "provider.h"

#define DEFAULT_DIGEST "SHA256"

struct ep_sig {
	struct ep_ctx *prov;
	struct ep_key *key;
	EVP_MD *md; /* set by digest_*_init, or as a parameter of raw sign */
	EVP_MD_CTX *mdctx;
};

/*
 * AlgorithmIdentifier is SEQUENCE { OID } for ECDSA: no parameters, not even a NULL (RFC 5758
 * 3.2, RFC 9688).  The OIDs are 1.2.840.10045.4.1, 1.2.840.10045.4.3.1-4, 2.16.840.1.101.3.4.3.9-12.
 */
#define AID_SHA2(n)                                                                   \
	{                                                                             \
		0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, (n) \
	}
#define AID_SHA3(n)                                                                         \
	{                                                                                   \
		0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, (n) \
	}
static const struct {
	const char *md;
	uint8_t der[13];
} algorithm_ids[] = {
	{ "SHA256", AID_SHA2(2) },
	{ "SHA384", AID_SHA2(3) },
	{ "SHA512", AID_SHA2(4) },
	{ "SHA224", AID_SHA2(1) },
	{ "SHA1", { 0x30, 0x09, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01 } },
	{ "SHA3-224", AID_SHA3(9) },
	{ "SHA3-256", AID_SHA3(10) },
	{ "SHA3-384", AID_SHA3(11) },
	{ "SHA3-512", AID_SHA3(12) },
};

static void *ep_sig_newctx(void *provctx, const char *propq)
{
	struct ep_sig *sig = calloc(1, sizeof(*sig));

	if (sig)
		sig->prov = provctx;
	return sig;
}

static void ep_sig_freectx(void *vctx)
{
	struct ep_sig *sig = vctx;

	if (!sig)
		return;
	ep_key_free(sig->key);
	EVP_MD_CTX_free(sig->mdctx);
	EVP_MD_free(sig->md);
	free(sig);
}

static void *ep_sig_dupctx(void *vctx)
{
	const struct ep_sig *from = vctx;
	struct ep_sig *sig = calloc(1, sizeof(*sig));

	if (!sig)
		return NULL;
	sig->prov = from->prov;
	sig->key = ep_key_ref(from->key);
	if (from->md && EVP_MD_up_ref(from->md))
		sig->md = from->md;
	if (from->mdctx) {
		sig->mdctx = EVP_MD_CTX_new();
		if (!sig->mdctx || EVP_MD_CTX_copy_ex(sig->mdctx, from->mdctx) != 1) {
			ep_sig_freectx(sig);
			return NULL;
		}
	}
	return sig;
}

static int set_md(struct ep_sig *sig, const char *name)
{
	EVP_MD *md = EVP_MD_fetch(sig->prov->child, name, NULL);

	if (!md || EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF) {
		ep_raise(sig->prov, EP_R_BAD_DIGEST, "%.32s", name);
		EVP_MD_free(md);
		return 0;
	}
	EVP_MD_free(sig->md);
	sig->md = md;
	return 1;
}

static int ep_sig_set_params(void *vctx, const OSSL_PARAM params[])
{
	struct ep_sig *sig = vctx;
	const OSSL_PARAM *p;
	const char *name;

	if (!params)
		return 1;
	p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_DIGEST);
	if (p) {
		/* in the middle of hashing it is too late */
		if (sig->mdctx || !OSSL_PARAM_get_utf8_string_ptr(p, &name) || !set_md(sig, name))
			return 0;
	}
	return 1;
}

static const OSSL_PARAM *ep_sig_settable_params(void *vctx, void *provctx)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
		OSSL_PARAM_END,
	};

	return types;
}

static int get_algorithm_id(const struct ep_sig *sig, OSSL_PARAM *p)
{
	size_t i;

	for (i = 0; sig->md && i < sizeof(algorithm_ids) / sizeof(algorithm_ids[0]); i++)
		if (EVP_MD_is_a(sig->md, algorithm_ids[i].md))
			return OSSL_PARAM_set_octet_string(p, algorithm_ids[i].der,
							   algorithm_ids[i].der[1] + 2U);
	return 0;
}

static int ep_sig_get_params(void *vctx, OSSL_PARAM params[])
{
	struct ep_sig *sig = vctx;
	OSSL_PARAM *p;

	p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_ALGORITHM_ID);
	if (p && !get_algorithm_id(sig, p))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_DIGEST_SIZE);
	if (p && !OSSL_PARAM_set_size_t(p, sig->md ? (size_t)EVP_MD_get_size(sig->md) : 0))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_DIGEST);
	if (p && !OSSL_PARAM_set_utf8_string(p, sig->md ? EVP_MD_get0_name(sig->md) : ""))
		return 0;
	return 1;
}

static const OSSL_PARAM *ep_sig_gettable_params(void *vctx, void *provctx)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, NULL, 0),
		OSSL_PARAM_size_t(OSSL_SIGNATURE_PARAM_DIGEST_SIZE, NULL),
		OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
		OSSL_PARAM_END,
	};

	return types;
}

static const OSSL_PARAM *ep_sig_gettable_md_params(void *vctx)
{
	const struct ep_sig *sig = vctx;

	return sig->md ? EVP_MD_gettable_ctx_params(sig->md) : NULL;
}

static int ep_sig_get_md_params(void *vctx, OSSL_PARAM params[])
{
	struct ep_sig *sig = vctx;

	return sig->mdctx && EVP_MD_CTX_get_params(sig->mdctx, params);
}

static const OSSL_PARAM *ep_sig_settable_md_params(void *vctx)
{
	const struct ep_sig *sig = vctx;

	return sig->md ? EVP_MD_settable_ctx_params(sig->md) : NULL;
}

static int ep_sig_set_md_params(void *vctx, const OSSL_PARAM params[])
{
	struct ep_sig *sig = vctx;

	return sig->mdctx && EVP_MD_CTX_set_params(sig->mdctx, params);
}

/* ------------------------------------------------------------------ one digest */

/* r || s as the DER that everybody else speaks */
static int sig_to_der(const uint8_t raw[64], uint8_t *out, size_t *outlen)
{
	ECDSA_SIG *es = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, 32, NULL), *s = BN_bin2bn(raw + 32, 32, NULL);
	int len = 0;

	if (es && r && s && ECDSA_SIG_set0(es, r, s) == 1) {
		r = s = NULL;
		len = i2d_ECDSA_SIG(es, NULL);
		if (len > 0 && len <= EP_SIG_MAX)
			len = i2d_ECDSA_SIG(es, &out);
		else
			len = 0;
	}
	BN_free(r);
	BN_free(s);
	ECDSA_SIG_free(es);
	*outlen = len > 0 ? (size_t)len : 0;
	return len > 0;
}

static int verify_digest(const struct ep_key *key, const uint8_t *sig, size_t siglen,
			 const uint8_t *tbs, size_t tbslen)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(key->prov->child, key->pkey, NULL);
	int rc = 0;

	if (ctx && EVP_PKEY_verify_init(ctx) == 1)
		rc = EVP_PKEY_verify(ctx, sig, siglen, tbs, tbslen);
	EVP_PKEY_CTX_free(ctx);
	return rc == 1;
}

static int sign_in_chip(const struct ep_key *key, uint8_t *sig, size_t *siglen, const uint8_t *tbs,
			size_t tbslen)
{
	uint8_t digest[32] = { 0 }, raw[64];

	/* The leftmost 256 bits of a longer digest, a shorter one as a number (FIPS 186-5 6.4.1) */
	if (tbslen >= sizeof(digest))
		memcpy(digest, tbs, sizeof(digest));
	else
		memcpy(digest + sizeof(digest) - tbslen, tbs, tbslen);

	if (!ep_chip_sign(key->prov, key->ref.serial, key->ref.slot, digest, raw))
		return 0;
	if (!sig_to_der(raw, sig, siglen) ||
	    !verify_digest(key, sig, *siglen, digest, sizeof(digest))) {
		ep_raise(key->prov, EP_R_BAD_SIGNATURE,
			 "slot %u; if its key was generated anew, write the key reference again "
			 "and get a new certificate",
			 key->ref.slot);
		return 0;
	}
	return 1;
}

static int sign_in_software(const struct ep_key *key, uint8_t *sig, size_t *siglen, size_t sigsize,
			    const uint8_t *tbs, size_t tbslen)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(key->prov->child, key->pkey, NULL);
	int rc = 0;

	*siglen = sigsize;
	if (ctx && EVP_PKEY_sign_init(ctx) == 1)
		rc = EVP_PKEY_sign(ctx, sig, siglen, tbs, tbslen);
	EVP_PKEY_CTX_free(ctx);
	return rc == 1;
}

/* Can this key sign, and how long may the signature be? */
static size_t sign_size(struct ep_sig *sig)
{
	int size;

	if (!sig->key) {
		ep_raise(sig->prov, EP_R_NO_KEY, "sign");
		return 0;
	}
	if (!sig->key->has_priv) {
		ep_raise(sig->prov, EP_R_NO_PRIVATE, "sign");
		return 0;
	}
	size = sig->key->chip ? EP_SIG_MAX : EVP_PKEY_get_size(sig->key->pkey);
	return size > 0 ? (size_t)size : 0;
}

static int ep_sig_sign(void *vctx, unsigned char *out, size_t *outlen, size_t outsize,
		       const unsigned char *tbs, size_t tbslen)
{
	struct ep_sig *sig = vctx;
	uint8_t der[EP_SIG_MAX];
	size_t need = sign_size(sig);

	if (!need)
		return 0;
	if (!out) {
		*outlen = need;
		return 1;
	}
	if (sig->md && tbslen != (size_t)EVP_MD_get_size(sig->md)) {
		ep_raise(sig->prov, EP_R_BAD_DIGEST, "%zu bytes are no %s digest", tbslen,
			 EVP_MD_get0_name(sig->md));
		return 0;
	}
	if (!sig->key->chip)
		return sign_in_software(sig->key, out, outlen, outsize, tbs, tbslen);
	/* What is not a digest at all is a mistake of the caller, and nothing to sign */
	if (tbslen == 0 || tbslen > EVP_MAX_MD_SIZE) {
		ep_raise(sig->prov, EP_R_BAD_DIGEST,
			 "%zu bytes; hash the message first (openssl pkeyutl: -rawin)", tbslen);
		return 0;
	}
	/* Before the chip is asked: the real length is known only afterwards */
	if (outsize < need) {
		ep_raise(sig->prov, EP_R_BUFFER_TOO_SMALL, "%zu bytes, want %zu", outsize, need);
		return 0;
	}
	if (!sign_in_chip(sig->key, der, outlen, tbs, tbslen))
		return 0;
	memcpy(out, der, *outlen);
	return 1;
}

static int ep_sig_verify(void *vctx, const unsigned char *in, size_t inlen,
			 const unsigned char *tbs, size_t tbslen)
{
	struct ep_sig *sig = vctx;

	if (!sig->key) {
		ep_raise(sig->prov, EP_R_NO_KEY, "verify");
		return 0;
	}
	if (sig->md && tbslen != (size_t)EVP_MD_get_size(sig->md))
		return 0;
	return verify_digest(sig->key, in, inlen, tbs, tbslen);
}

/* ------------------------------------------------------------------ beginnings and ends */

static int set_key(struct ep_sig *sig, void *keydata, const OSSL_PARAM params[])
{
	if (keydata) {
		ep_key_free(sig->key);
		sig->key = ep_key_ref(keydata);
	}
	if (!sig->key || !sig->key->pkey) {
		ep_raise(sig->prov, EP_R_NO_KEY, "init");
		return 0;
	}
	return ep_sig_set_params(sig, params);
}

static int raw_init(void *vctx, void *keydata, const OSSL_PARAM params[])
{
	struct ep_sig *sig = vctx;

	EVP_MD_CTX_free(sig->mdctx);
	sig->mdctx = NULL;
	return set_key(sig, keydata, params);
}

static int ep_sig_sign_init(void *vctx, void *keydata, const OSSL_PARAM params[])
{
	struct ep_sig *sig = vctx;

	return raw_init(vctx, keydata, params) && sign_size(sig) > 0;
}

static int digest_init(void *vctx, const char *mdname, void *keydata, const OSSL_PARAM params[])
{
	struct ep_sig *sig = vctx;

	if (!raw_init(vctx, keydata, params))
		return 0;
	if (mdname && *mdname) {
		if (!set_md(sig, mdname))
			return 0;
	} else if (!sig->md && !set_md(sig, DEFAULT_DIGEST)) {
		return 0;
	}
	sig->mdctx = EVP_MD_CTX_new();
	return sig->mdctx && EVP_DigestInit_ex2(sig->mdctx, sig->md, params) == 1;
}

static int ep_sig_digest_sign_init(void *vctx, const char *mdname, void *keydata,
				   const OSSL_PARAM params[])
{
	struct ep_sig *sig = vctx;

	return digest_init(vctx, mdname, keydata, params) && sign_size(sig) > 0;
}

static int ep_sig_digest_update(void *vctx, const unsigned char *data, size_t len)
{
	struct ep_sig *sig = vctx;

	return sig->mdctx && EVP_DigestUpdate(sig->mdctx, data, len) == 1;
}

static int ep_sig_digest_sign_final(void *vctx, unsigned char *out, size_t *outlen, size_t outsize)
{
	struct ep_sig *sig = vctx;
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned int len;

	if (!sig->mdctx)
		return 0;
	if (!out) /* only the length is asked for; hashing goes on */
		return ep_sig_sign(sig, NULL, outlen, 0, NULL, 0);
	return EVP_DigestFinal_ex(sig->mdctx, md, &len) == 1 &&
	       ep_sig_sign(sig, out, outlen, outsize, md, len);
}

static int ep_sig_digest_verify_final(void *vctx, const unsigned char *in, size_t inlen)
{
	struct ep_sig *sig = vctx;
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned int len;

	return sig->mdctx && EVP_DigestFinal_ex(sig->mdctx, md, &len) == 1 &&
	       ep_sig_verify(sig, in, inlen, md, len);
}

static const OSSL_DISPATCH ecdsa_functions[] = {
	EP_FN(OSSL_FUNC_SIGNATURE_NEWCTX, ep_sig_newctx),
	EP_FN(OSSL_FUNC_SIGNATURE_FREECTX, ep_sig_freectx),
	EP_FN(OSSL_FUNC_SIGNATURE_DUPCTX, ep_sig_dupctx),
	EP_FN(OSSL_FUNC_SIGNATURE_SIGN_INIT, ep_sig_sign_init),
	EP_FN(OSSL_FUNC_SIGNATURE_SIGN, ep_sig_sign),
	EP_FN(OSSL_FUNC_SIGNATURE_VERIFY_INIT, raw_init),
	EP_FN(OSSL_FUNC_SIGNATURE_VERIFY, ep_sig_verify),
	EP_FN(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, ep_sig_digest_sign_init),
	EP_FN(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, ep_sig_digest_update),
	EP_FN(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, ep_sig_digest_sign_final),
	EP_FN(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT, digest_init),
	EP_FN(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_UPDATE, ep_sig_digest_update),
	EP_FN(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_FINAL, ep_sig_digest_verify_final),
	EP_FN(OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, ep_sig_get_params),
	EP_FN(OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, ep_sig_gettable_params),
	EP_FN(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, ep_sig_set_params),
	EP_FN(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, ep_sig_settable_params),
	EP_FN(OSSL_FUNC_SIGNATURE_GET_CTX_MD_PARAMS, ep_sig_get_md_params),
	EP_FN(OSSL_FUNC_SIGNATURE_GETTABLE_CTX_MD_PARAMS, ep_sig_gettable_md_params),
	EP_FN(OSSL_FUNC_SIGNATURE_SET_CTX_MD_PARAMS, ep_sig_set_md_params),
	EP_FN(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_MD_PARAMS, ep_sig_settable_md_params),
	EP_END,
};

const OSSL_ALGORITHM ep_signature_algorithms[] = {
	{ "ECDSA", EP_PROPS, ecdsa_functions, "ECDSA in an ATECC508A" },
	{ NULL, NULL, NULL, NULL },
};
