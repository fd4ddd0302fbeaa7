// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * ECDH.  With a chip key the slot makes the shared secret (its configuration must allow that); with
 * any other key, such as the ephemeral ones of TLS, the default provider does.  The key derivation
 * that CMS asks for on top is done in software either way.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "chip.h"
#include "provider.h"

#define SECRET_MAX 128 /* 66 for P-521; the widest curve of the default provider has 571 bits */

struct ep_kex {
	struct ep_ctx *prov;
	struct ep_key *key, *peer;
	int cofactor_mode; /* -1: as the key says */
	bool kdf; /* X9.63 */
	char kdf_md[50];
	char kdf_md_props[50];
	size_t kdf_outlen;
	uint8_t *ukm;
	size_t ukm_len;
};

static void *ep_kex_newctx(void *provctx)
{
	struct ep_kex *kex = calloc(1, sizeof(*kex));

	if (kex) {
		kex->prov = provctx;
		kex->cofactor_mode = -1;
	}
	return kex;
}

static void ep_kex_freectx(void *vctx)
{
	struct ep_kex *kex = vctx;

	if (!kex)
		return;
	ep_key_free(kex->key);
	ep_key_free(kex->peer);
	OPENSSL_clear_free(kex->ukm, kex->ukm_len);
	free(kex);
}

static void *ep_kex_dupctx(void *vctx)
{
	const struct ep_kex *from = vctx;
	struct ep_kex *kex = malloc(sizeof(*kex));

	if (!kex)
		return NULL;
	*kex = *from;
	ep_key_ref(kex->key);
	ep_key_ref(kex->peer);
	if (from->ukm) {
		kex->ukm = OPENSSL_memdup(from->ukm, from->ukm_len);
		if (!kex->ukm) {
			ep_kex_freectx(kex);
			return NULL;
		}
	}
	return kex;
}

static int ep_kex_set_params(void *vctx, const OSSL_PARAM params[])
{
	struct ep_kex *kex = vctx;
	const OSSL_PARAM *p;
	const char *name;
	char *text;

	if (!params)
		return 1;
	p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE);
	if (p && (!OSSL_PARAM_get_int(p, &kex->cofactor_mode) || kex->cofactor_mode < -1 ||
		  kex->cofactor_mode > 1))
		return 0;
	p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_TYPE);
	if (p) {
		if (!OSSL_PARAM_get_utf8_string_ptr(p, &name))
			return 0;
		if (*name && strcmp(name, OSSL_KDF_NAME_X963KDF) != 0)
			return 0;
		kex->kdf = *name != '\0';
	}
	p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_DIGEST);
	text = kex->kdf_md;
	if (p && !OSSL_PARAM_get_utf8_string(p, &text, sizeof(kex->kdf_md)))
		return 0;
	p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_DIGEST_PROPS);
	text = kex->kdf_md_props;
	if (p && !OSSL_PARAM_get_utf8_string(p, &text, sizeof(kex->kdf_md_props)))
		return 0;
	p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_OUTLEN);
	if (p && !OSSL_PARAM_get_size_t(p, &kex->kdf_outlen))
		return 0;
	p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_UKM);
	if (p) {
		void *ukm = NULL;
		size_t len = 0;

		if (!OSSL_PARAM_get_octet_string(p, &ukm, 0, &len))
			return 0;
		OPENSSL_clear_free(kex->ukm, kex->ukm_len);
		kex->ukm = ukm;
		kex->ukm_len = len;
	}
	return 1;
}

static const OSSL_PARAM *ep_kex_settable_params(void *vctx, void *provctx)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_int(OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, NULL),
		OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_TYPE, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST_PROPS, NULL, 0),
		OSSL_PARAM_size_t(OSSL_EXCHANGE_PARAM_KDF_OUTLEN, NULL),
		OSSL_PARAM_octet_string(OSSL_EXCHANGE_PARAM_KDF_UKM, NULL, 0),
		OSSL_PARAM_END,
	};

	return types;
}

static int ep_kex_get_params(void *vctx, OSSL_PARAM params[])
{
	struct ep_kex *kex = vctx;
	OSSL_PARAM *p;

	p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE);
	if (p && !OSSL_PARAM_set_int(p, kex->cofactor_mode > 0))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_TYPE);
	if (p && !OSSL_PARAM_set_utf8_string(p, kex->kdf ? OSSL_KDF_NAME_X963KDF : ""))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_DIGEST);
	if (p && !OSSL_PARAM_set_utf8_string(p, kex->kdf_md))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_OUTLEN);
	if (p && !OSSL_PARAM_set_size_t(p, kex->kdf_outlen))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_UKM);
	if (p && !OSSL_PARAM_set_octet_ptr(p, kex->ukm, kex->ukm_len))
		return 0;
	return 1;
}

static const OSSL_PARAM *ep_kex_gettable_params(void *vctx, void *provctx)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_int(OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, NULL),
		OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_TYPE, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST, NULL, 0),
		OSSL_PARAM_size_t(OSSL_EXCHANGE_PARAM_KDF_OUTLEN, NULL),
		OSSL_PARAM_octet_ptr(OSSL_EXCHANGE_PARAM_KDF_UKM, NULL, 0),
		OSSL_PARAM_END,
	};

	return types;
}

static int ep_kex_init(void *vctx, void *keydata, const OSSL_PARAM params[])
{
	struct ep_kex *kex = vctx;
	struct ep_key *key = keydata;

	if (!key || !key->pkey || !key->has_priv) {
		ep_raise(kex->prov, key ? EP_R_NO_PRIVATE : EP_R_NO_KEY, "ECDH");
		return 0;
	}
	ep_key_free(kex->key);
	kex->key = ep_key_ref(key);
	ep_key_free(kex->peer);
	kex->peer = NULL;
	kex->cofactor_mode = -1;
	kex->kdf = false;
	return ep_kex_set_params(kex, params);
}

static int ep_kex_set_peer(void *vctx, void *keydata)
{
	struct ep_kex *kex = vctx;
	struct ep_key *peer = keydata;

	if (!kex->key || !peer || !peer->pkey || !peer->has_pub ||
	    EVP_PKEY_parameters_eq(kex->key->pkey, peer->pkey) != 1) {
		ep_raise(kex->prov, EP_R_BAD_PEER, "no public key, or on another curve");
		return 0;
	}
	ep_key_free(kex->peer);
	kex->peer = ep_key_ref(peer);
	return 1;
}

static int derive_in_chip(const struct ep_kex *kex, uint8_t *secret, size_t *len)
{
	const struct ep_key *key = kex->key;
	uint8_t point[EP_POINT_LEN];
	EVP_PKEY_CTX *ctx;
	int valid = 0;

	/* The chip's answer to a point off the curve is a status byte; ours is a sentence */
	ctx = EVP_PKEY_CTX_new_from_pkey(kex->prov->child, kex->peer->pkey, NULL);
	if (ctx)
		valid = EVP_PKEY_public_check_quick(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!valid || !ep_key_point(kex->peer, point)) {
		ep_raise(kex->prov, EP_R_BAD_PEER, "not a point on P-256");
		return 0;
	}
	if (!ep_chip_ecdh(kex->prov, key->ref.serial, key->ref.slot, point, secret))
		return 0;
	*len = 32;
	return 1;
}

static int derive_in_software(const struct ep_kex *kex, uint8_t *secret, size_t *len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(kex->prov->child, kex->key->pkey, NULL);
	int rc = 0;

	if (ctx && EVP_PKEY_derive_init(ctx) == 1 &&
	    (kex->cofactor_mode < 0 ||
	     EVP_PKEY_CTX_set_ecdh_cofactor_mode(ctx, kex->cofactor_mode) == 1) &&
	    EVP_PKEY_derive_set_peer(ctx, kex->peer->pkey) == 1)
		rc = EVP_PKEY_derive(ctx, secret, len);
	EVP_PKEY_CTX_free(ctx);
	return rc == 1;
}

static int kdf_x963(const struct ep_kex *kex, uint8_t *secret, size_t len, uint8_t *out)
{
	EVP_KDF *kdf = EVP_KDF_fetch(kex->prov->child, OSSL_KDF_NAME_X963KDF, NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[5], *p = params;
	int ok;

	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)kex->kdf_md, 0);
	*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret, len);
	if (kex->ukm)
		*p++ = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, kex->ukm,
							 kex->ukm_len);
	*p = OSSL_PARAM_construct_end();
	ok = ctx && EVP_KDF_derive(ctx, out, kex->kdf_outlen, params) == 1;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ok;
}

static int ep_kex_derive(void *vctx, unsigned char *out, size_t *outlen, size_t outsize)
{
	struct ep_kex *kex = vctx;
	uint8_t secret[SECRET_MAX];
	size_t need, len = sizeof(secret);
	int ok = 0;

	if (!kex->key || !kex->peer) {
		ep_raise(kex->prov, EP_R_NO_KEY, "ECDH without %s", kex->key ? "peer" : "key");
		return 0;
	}
	if (kex->kdf)
		need = kex->kdf_outlen;
	else
		need = ((size_t)EVP_PKEY_get_bits(kex->key->pkey) + 7) / 8;
	if (!out) {
		*outlen = need;
		return 1;
	}
	if (need == 0 || need > INT_MAX || outsize < need) {
		ep_raise(kex->prov, EP_R_BUFFER_TOO_SMALL, "%zu bytes, want %zu", outsize, need);
		return 0;
	}
	if (!(kex->key->chip ? derive_in_chip(kex, secret, &len)
			     : derive_in_software(kex, secret, &len)))
		goto out;
	if (kex->kdf) {
		ok = kdf_x963(kex, secret, len, out);
		*outlen = need;
	} else if (len <= outsize) {
		memcpy(out, secret, len);
		*outlen = len;
		ok = 1;
	}
out:
	OPENSSL_cleanse(secret, sizeof(secret));
	return ok;
}

static const OSSL_DISPATCH ecdh_functions[] = {
	EP_FN(OSSL_FUNC_KEYEXCH_NEWCTX, ep_kex_newctx),
	EP_FN(OSSL_FUNC_KEYEXCH_FREECTX, ep_kex_freectx),
	EP_FN(OSSL_FUNC_KEYEXCH_DUPCTX, ep_kex_dupctx),
	EP_FN(OSSL_FUNC_KEYEXCH_INIT, ep_kex_init),
	EP_FN(OSSL_FUNC_KEYEXCH_SET_PEER, ep_kex_set_peer),
	EP_FN(OSSL_FUNC_KEYEXCH_DERIVE, ep_kex_derive),
	EP_FN(OSSL_FUNC_KEYEXCH_SET_CTX_PARAMS, ep_kex_set_params),
	EP_FN(OSSL_FUNC_KEYEXCH_SETTABLE_CTX_PARAMS, ep_kex_settable_params),
	EP_FN(OSSL_FUNC_KEYEXCH_GET_CTX_PARAMS, ep_kex_get_params),
	EP_FN(OSSL_FUNC_KEYEXCH_GETTABLE_CTX_PARAMS, ep_kex_gettable_params),
	EP_END,
};

const OSSL_ALGORITHM ep_keyexch_algorithms[] = {
	{ "ECDH", EP_PROPS, ecdh_functions, "ECDH in an ATECC508A" },
	{ NULL, NULL, NULL, NULL },
};
