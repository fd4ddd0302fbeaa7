// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The key object.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/params.h>

#include "chip.h"
#include "provider.h"

struct ep_key *ep_key_new(struct ep_ctx *prov)
{
	struct ep_key *key = calloc(1, sizeof(*key));

	if (!key) {
		ep_raise(prov, EP_R_NO_MEMORY, "key");
		return NULL;
	}
	atomic_init(&key->refs, 1);
	key->prov = prov;
	return key;
}

struct ep_key *ep_key_ref(struct ep_key *key)
{
	if (key)
		atomic_fetch_add_explicit(&key->refs, 1, memory_order_relaxed);
	return key;
}

void ep_key_free(struct ep_key *key)
{
	if (!key || atomic_fetch_sub_explicit(&key->refs, 1, memory_order_acq_rel) != 1)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

void ep_key_look(struct ep_key *key)
{
	BIGNUM *priv = NULL;
	size_t len = 0;

	if (key->chip || !key->pkey)
		return;
	key->has_pub = EVP_PKEY_get_octet_string_param(key->pkey, OSSL_PKEY_PARAM_PUB_KEY, NULL, 0,
						       &len) == 1 &&
		       len > 0;
	key->has_priv = EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_PRIV_KEY, &priv) == 1;
	BN_clear_free(priv);
}

EVP_PKEY *ep_pkey_from_params(struct ep_ctx *prov, int selection, const OSSL_PARAM params[])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(prov->child, "EC", NULL);
	EVP_PKEY *pkey = NULL;

	/* The cast: fromdata takes a writable array, but only reads it */
	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &pkey, selection, (OSSL_PARAM *)params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static EVP_PKEY *pkey_from_point(struct ep_ctx *prov, const uint8_t point[EP_POINT_LEN])
{
	char group[] = "prime256v1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point,
						  EP_POINT_LEN),
		OSSL_PARAM_construct_end(),
	};

	/* Refuses a point that is not on the curve */
	return ep_pkey_from_params(prov, EVP_PKEY_PUBLIC_KEY, params);
}

struct ep_key *ep_key_from_ref(struct ep_ctx *prov, const struct ecc508a_keyref *ref,
			       bool public_only)
{
	struct ep_key *key = ep_key_new(prov);

	if (!key)
		return NULL;
	key->pkey = pkey_from_point(prov, ref->point);
	if (!key->pkey) {
		ep_raise(prov, EP_R_BAD_REFERENCE,
			 "the public key in it is not a point on P-256; write the reference again");
		ep_key_free(key);
		return NULL;
	}
	key->has_pub = true;
	key->has_priv = key->chip = !public_only;
	key->ref = *ref;
	return key;
}

int ep_key_point(const struct ep_key *key, uint8_t point[EP_POINT_LEN])
{
	char group[32] = "";
	uint8_t enc[EP_POINT_LEN + 1];
	uint8_t x[32], y[32];
	BIGNUM *bx = NULL, *by = NULL;
	size_t len;
	int ok = 0;

	if (key->chip) {
		memcpy(point, key->ref.point, EP_POINT_LEN);
		return 1;
	}
	if (!key->pkey || EVP_PKEY_get_group_name(key->pkey, group, sizeof(group), &len) != 1 ||
	    strcmp(group, "prime256v1") != 0)
		return 0;
	if (EVP_PKEY_get_octet_string_param(key->pkey, OSSL_PKEY_PARAM_PUB_KEY, enc, sizeof(enc),
					    &len) == 1 &&
	    len == EP_POINT_LEN && enc[0] == 0x04) {
		memcpy(point, enc, EP_POINT_LEN);
		return 1;
	}
	/* compressed or hybrid: take the coordinates */
	if (EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_EC_PUB_X, &bx) == 1 &&
	    EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &by) == 1 &&
	    BN_bn2binpad(bx, x, sizeof(x)) == 32 && BN_bn2binpad(by, y, sizeof(y)) == 32) {
		point[0] = 0x04;
		memcpy(point + 1, x, 32);
		memcpy(point + 33, y, 32);
		ok = 1;
	}
	BN_free(bx);
	BN_free(by);
	return ok;
}

int ep_key_hand_over(struct ep_key *key, OSSL_CALLBACK *cb, void *cbarg)
{
	int type = OSSL_OBJECT_PKEY;
	char name[] = "EC";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &type),
		OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE, name, 0),
		/* keymgmt load takes the key out of the variable */
		OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_REFERENCE, &key, sizeof(key)),
		OSSL_PARAM_construct_end(),
	};
	int ok = cb(params, cbarg);

	ep_key_free(key);
	return ok;
}
