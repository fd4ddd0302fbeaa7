// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Key management for "EC".
 *
 * The rule that everything hangs on: export() answers a request for the private half of a chip key
 * with 0, never with the public half alone.  OpenSSL then leaves the key here and comes to us to
 * use it; anything else and it carries a half key to another provider and fails there.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/params.h>

#include "chip.h"
#include "provider.h"

static void *ep_keymgmt_new(void *provctx)
{
	return ep_key_new(provctx);
}

static void ep_keymgmt_free(void *keydata)
{
	ep_key_free(keydata);
}

static void *ep_keymgmt_load(const void *reference, size_t size)
{
	struct ep_key *key;

	if (size != sizeof(key))
		return NULL;
	/* Taken out of the giver's variable, which so knows that it is taken */
	key = *(struct ep_key **)reference;
	*(struct ep_key **)reference = NULL;
	return key;
}

static int ep_keymgmt_has(const void *keydata, int selection)
{
	const struct ep_key *key = keydata;

	if (!key || !key->pkey)
		return 0;
	if (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY && !key->has_pub)
		return 0;
	if (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY && !key->has_priv)
		return 0;
	return 1;
}

static int private_equal(const struct ep_key *a, const struct ep_key *b)
{
	BIGNUM *x = NULL, *y = NULL;
	int equal = 0;

	if (a->chip || b->chip)
		return a->chip && b->chip && memcmp(&a->ref, &b->ref, sizeof(a->ref)) == 0;
	if (EVP_PKEY_get_bn_param(a->pkey, OSSL_PKEY_PARAM_PRIV_KEY, &x) == 1 &&
	    EVP_PKEY_get_bn_param(b->pkey, OSSL_PKEY_PARAM_PRIV_KEY, &y) == 1)
		equal = BN_cmp(x, y) == 0;
	BN_clear_free(x);
	BN_clear_free(y);
	return equal;
}

static int ep_keymgmt_match(const void *keydata1, const void *keydata2, int selection)
{
	const struct ep_key *a = keydata1, *b = keydata2;

	if (!a || !b || !a->pkey || !b->pkey)
		return 0;
	if (selection & OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS &&
	    EVP_PKEY_parameters_eq(a->pkey, b->pkey) != 1)
		return 0;
	if (selection & OSSL_KEYMGMT_SELECT_KEYPAIR) {
		/* A private key has its public key, so comparing that is enough */
		if (a->has_pub && b->has_pub)
			return EVP_PKEY_eq(a->pkey, b->pkey) == 1;
		return selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY && private_equal(a, b);
	}
	return 1;
}

static int ep_keymgmt_validate(const void *keydata, int selection, int checktype)
{
	const struct ep_key *key = keydata;
	uint8_t point[EP_POINT_LEN];
	EVP_PKEY_CTX *ctx;
	int ok = 1;

	if (!key || !key->pkey)
		return 0;
	if (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY && key->chip) {
		/* The pair is whole if the chip, asked, gives the public key that we have */
		if (!ep_chip_point(key->prov, key->ref.serial, key->ref.slot, point))
			return 0;
		if (memcmp(point, key->ref.point, sizeof(point)) != 0) {
			ep_raise(key->prov, EP_R_OTHER_KEY,
				 "slot %u: write the reference again and get a new certificate",
				 key->ref.slot);
			return 0;
		}
		selection &= ~OSSL_KEYMGMT_SELECT_PRIVATE_KEY;
	}
	ctx = EVP_PKEY_CTX_new_from_pkey(key->prov->child, key->pkey, NULL);
	if (!ctx)
		return 0;
	if (selection & OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS)
		ok = ok && (checktype == OSSL_KEYMGMT_VALIDATE_QUICK_CHECK
				    ? EVP_PKEY_param_check_quick(ctx)
				    : EVP_PKEY_param_check(ctx)) == 1;
	if (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY)
		ok = ok && (checktype == OSSL_KEYMGMT_VALIDATE_QUICK_CHECK
				    ? EVP_PKEY_public_check_quick(ctx)
				    : EVP_PKEY_public_check(ctx)) == 1;
	if (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY)
		ok = ok && EVP_PKEY_private_check(ctx) == 1;
	if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == OSSL_KEYMGMT_SELECT_KEYPAIR)
		ok = ok && EVP_PKEY_pairwise_check(ctx) == 1;
	EVP_PKEY_CTX_free(ctx);
	return ok;
}

static int ep_keymgmt_import(void *keydata, int selection, const OSSL_PARAM params[])
{
	struct ep_key *key = keydata;
	EVP_PKEY *pkey;

	if (!key || key->chip)
		return 0;
	pkey = ep_pkey_from_params(key->prov, selection, params);
	if (!pkey)
		return 0;
	EVP_PKEY_free(key->pkey);
	key->pkey = pkey;
	ep_key_look(key);
	return 1;
}

static int ep_keymgmt_export(void *keydata, int selection, OSSL_CALLBACK *cb, void *cbarg)
{
	struct ep_key *key = keydata;

	if (!key || !key->pkey)
		return 0;
	/* No error is raised: OpenSSL asks before every signature, and the refusal is what it needs
	 * to hear */
	if (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY && key->chip)
		return 0;
	return EVP_PKEY_export(key->pkey, selection, cb, cbarg);
}

/* What an EC key may consist of; source: provider-keymgmt(7), EVP_PKEY-EC(7) */
#define EC_DOMAIN_PARAMS                                                                     \
	OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),                         \
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, NULL, 0),                \
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, NULL, 0), \
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_FIELD_TYPE, NULL, 0),              \
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_P, NULL, 0),                                \
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_A, NULL, 0),                                \
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_B, NULL, 0),                                \
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_EC_GENERATOR, NULL, 0),              \
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_ORDER, NULL, 0),                            \
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_COFACTOR, NULL, 0),                         \
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_EC_SEED, NULL, 0)
#define EC_OTHER_PARAMS                                          \
	OSSL_PARAM_int(OSSL_PKEY_PARAM_USE_COFACTOR_ECDH, NULL), \
		OSSL_PARAM_int(OSSL_PKEY_PARAM_EC_INCLUDE_PUBLIC, NULL)

static const OSSL_PARAM *ep_keymgmt_imexport_types(int selection)
{
	static const OSSL_PARAM domain[] = { EC_DOMAIN_PARAMS, EC_OTHER_PARAMS, OSSL_PARAM_END };
	static const OSSL_PARAM pub[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
		EC_DOMAIN_PARAMS,
		EC_OTHER_PARAMS,
		OSSL_PARAM_END,
	};
	static const OSSL_PARAM pair[] = {
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_PRIV_KEY, NULL, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
		EC_DOMAIN_PARAMS,
		EC_OTHER_PARAMS,
		OSSL_PARAM_END,
	};

	if (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY)
		return pair;
	if (selection & OSSL_KEYMGMT_SELECT_PUBLIC_KEY)
		return pub;
	return selection & OSSL_KEYMGMT_SELECT_ALL_PARAMETERS ? domain : NULL;
}

static const OSSL_PARAM *ep_keymgmt_gettable_params(void *provctx)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
		OSSL_PARAM_int(OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, NULL),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_PRIV_KEY, NULL, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_PUB_X, NULL, 0),
		OSSL_PARAM_BN(OSSL_PKEY_PARAM_EC_PUB_Y, NULL, 0),
		EC_DOMAIN_PARAMS,
		EC_OTHER_PARAMS,
		OSSL_PARAM_END,
	};

	return types;
}

static int ep_keymgmt_get_params(void *keydata, OSSL_PARAM params[])
{
	struct ep_key *key = keydata;

	/* The child's half of a chip key is the public one, so there is nothing to hold back */
	return key && key->pkey && EVP_PKEY_get_params(key->pkey, params);
}

static const OSSL_PARAM *ep_keymgmt_settable_params(void *provctx)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_ENCODING, NULL, 0),
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, NULL, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_EC_SEED, NULL, 0),
		EC_OTHER_PARAMS,
		OSSL_PARAM_END,
	};

	return types;
}

static int ep_keymgmt_set_params(void *keydata, const OSSL_PARAM params[])
{
	struct ep_key *key = keydata;

	if (!key || !key->pkey)
		return 0;
	if (!params || !params->key)
		return 1;
	/* The public half of a chip key is a fact, not a setting */
	if (key->chip && OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY))
		return 0;
	if (EVP_PKEY_set_params(key->pkey, (OSSL_PARAM *)params) != 1)
		return 0;
	ep_key_look(key);
	return 1;
}

static void *ep_keymgmt_dup(const void *keydata_from, int selection)
{
	const struct ep_key *from = keydata_from;
	OSSL_PARAM *params = NULL;
	struct ep_key *key;

	key = ep_key_new(from->prov);
	if (!key)
		return NULL;
	if (!from->pkey)
		return key;
	if ((selection & OSSL_KEYMGMT_SELECT_KEYPAIR) == OSSL_KEYMGMT_SELECT_KEYPAIR) {
		key->pkey = EVP_PKEY_dup(from->pkey);
		key->chip = from->chip;
		key->ref = from->ref;
		key->has_pub = from->has_pub;
		key->has_priv = from->has_priv;
	} else if (selection && !(selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY)) {
		/* public half or domain parameters only */
		if (EVP_PKEY_todata(from->pkey, selection, &params) == 1)
			key->pkey = ep_pkey_from_params(from->prov, selection, params);
		OSSL_PARAM_free(params);
		ep_key_look(key);
	}
	if (!key->pkey) {
		ep_key_free(key);
		return NULL;
	}
	return key;
}

/*
 * Generating.  A new key in the chip is not made through OpenSSL: it destroys the old one and takes
 * the administrator's rights.  What arrives here is ephemeral or somebody else's business.
 */
struct ep_gen {
	struct ep_ctx *prov;
	EVP_PKEY_CTX *ctx;
	int selection;
};

static int gen_begin(struct ep_gen *gen)
{
	if (gen->selection & OSSL_KEYMGMT_SELECT_KEYPAIR)
		return EVP_PKEY_keygen_init(gen->ctx) == 1;
	return EVP_PKEY_paramgen_init(gen->ctx) == 1;
}

static void ep_gen_cleanup(void *genctx)
{
	struct ep_gen *gen = genctx;

	if (!gen)
		return;
	EVP_PKEY_CTX_free(gen->ctx);
	free(gen);
}

static int ep_gen_set_params(void *genctx, const OSSL_PARAM params[])
{
	struct ep_gen *gen = genctx;

	if (!params || !params->key)
		return 1;
	return EVP_PKEY_CTX_set_params(gen->ctx, (OSSL_PARAM *)params) == 1;
}

static void *ep_gen_init(void *provctx, int selection, const OSSL_PARAM params[])
{
	struct ep_ctx *prov = provctx;
	struct ep_gen *gen = calloc(1, sizeof(*gen));

	if (!gen)
		return NULL;
	gen->prov = prov;
	gen->selection = selection;
	gen->ctx = EVP_PKEY_CTX_new_from_name(prov->child, "EC", NULL);
	if (!gen->ctx || !gen_begin(gen) || !ep_gen_set_params(gen, params)) {
		ep_gen_cleanup(gen);
		return NULL;
	}
	return gen;
}

static int ep_gen_set_template(void *genctx, void *template)
{
	struct ep_gen *gen = genctx;
	struct ep_key *key = template;
	EVP_PKEY_CTX *ctx;

	if (!key || !key->pkey)
		return 0;
	ctx = EVP_PKEY_CTX_new_from_pkey(gen->prov->child, key->pkey, NULL);
	if (!ctx)
		return 0;
	EVP_PKEY_CTX_free(gen->ctx);
	gen->ctx = ctx;
	return gen_begin(gen);
}

static const OSSL_PARAM *ep_gen_settable_params(void *genctx, void *provctx)
{
	static const OSSL_PARAM types[] = { EC_DOMAIN_PARAMS, EC_OTHER_PARAMS, OSSL_PARAM_END };

	return types;
}

static void *ep_gen(void *genctx, OSSL_CALLBACK *cb, void *cbarg)
{
	struct ep_gen *gen = genctx;
	struct ep_key *key = ep_key_new(gen->prov);

	if (!key)
		return NULL;
	if (EVP_PKEY_generate(gen->ctx, &key->pkey) != 1) {
		ep_key_free(key);
		return NULL;
	}
	ep_key_look(key);
	return key;
}

static const char *ep_keymgmt_operation_name(int operation)
{
	switch (operation) {
	case OSSL_OP_SIGNATURE:
		return "ECDSA";
	case OSSL_OP_KEYEXCH:
		return "ECDH";
	}
	return NULL;
}

static const OSSL_DISPATCH keymgmt_functions[] = {
	EP_FN(OSSL_FUNC_KEYMGMT_NEW, ep_keymgmt_new),
	EP_FN(OSSL_FUNC_KEYMGMT_FREE, ep_keymgmt_free),
	EP_FN(OSSL_FUNC_KEYMGMT_LOAD, ep_keymgmt_load),
	EP_FN(OSSL_FUNC_KEYMGMT_HAS, ep_keymgmt_has),
	EP_FN(OSSL_FUNC_KEYMGMT_MATCH, ep_keymgmt_match),
	EP_FN(OSSL_FUNC_KEYMGMT_VALIDATE, ep_keymgmt_validate),
	EP_FN(OSSL_FUNC_KEYMGMT_IMPORT, ep_keymgmt_import),
	EP_FN(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, ep_keymgmt_imexport_types),
	EP_FN(OSSL_FUNC_KEYMGMT_EXPORT, ep_keymgmt_export),
	EP_FN(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, ep_keymgmt_imexport_types),
	EP_FN(OSSL_FUNC_KEYMGMT_GET_PARAMS, ep_keymgmt_get_params),
	EP_FN(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, ep_keymgmt_gettable_params),
	EP_FN(OSSL_FUNC_KEYMGMT_SET_PARAMS, ep_keymgmt_set_params),
	EP_FN(OSSL_FUNC_KEYMGMT_SETTABLE_PARAMS, ep_keymgmt_settable_params),
	EP_FN(OSSL_FUNC_KEYMGMT_DUP, ep_keymgmt_dup),
	EP_FN(OSSL_FUNC_KEYMGMT_GEN_INIT, ep_gen_init),
	EP_FN(OSSL_FUNC_KEYMGMT_GEN_SET_TEMPLATE, ep_gen_set_template),
	EP_FN(OSSL_FUNC_KEYMGMT_GEN_SET_PARAMS, ep_gen_set_params),
	EP_FN(OSSL_FUNC_KEYMGMT_GEN_SETTABLE_PARAMS, ep_gen_settable_params),
	EP_FN(OSSL_FUNC_KEYMGMT_GEN, ep_gen),
	EP_FN(OSSL_FUNC_KEYMGMT_GEN_CLEANUP, ep_gen_cleanup),
	EP_FN(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, ep_keymgmt_operation_name),
	EP_END,
};

const OSSL_ALGORITHM ep_keymgmt_algorithms[] = {
	{ EP_EC_NAMES, EP_PROPS, keymgmt_functions, "EC keys in an ATECC508A" },
	{ NULL, NULL, NULL, NULL },
};
