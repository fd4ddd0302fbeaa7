// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The store: "ecc508a:" URIs, for programs that take a URI where a key file is expected.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/store.h>

#include "chip.h"
#include "provider.h"

struct ep_store {
	struct ep_ctx *prov;
	struct ecc508a_uri uri;
	int expect; /* OSSL_STORE_INFO_...; 0: anything */
	bool done;
};

static void *ep_store_open(void *provctx, const char *uri)
{
	struct ep_ctx *prov = provctx;
	char err[ECC508A_KEYREF_ERR_SIZE];
	struct ep_store *store;

	/* Other schemes are no error of ours */
	if (!ecc508a_uri_is(uri))
		return NULL;
	store = calloc(1, sizeof(*store));
	if (!store)
		return NULL;
	store->prov = prov;
	if (ecc508a_uri_parse(uri, &store->uri, err)) {
		ep_raise(prov, EP_R_BAD_URI, "%s", err);
		free(store);
		return NULL;
	}
	return store;
}

static const OSSL_PARAM *ep_store_settable_params(void *provctx)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_int(OSSL_STORE_PARAM_EXPECT, NULL),
		OSSL_PARAM_END,
	};

	return types;
}

static int ep_store_set_params(void *vctx, const OSSL_PARAM params[])
{
	struct ep_store *store = vctx;
	const OSSL_PARAM *p;

	if (!params)
		return 1;
	p = OSSL_PARAM_locate_const(params, OSSL_STORE_PARAM_EXPECT);
	return !p || OSSL_PARAM_get_int(p, &store->expect);
}

static int load_key(struct ep_store *store, bool public_only, OSSL_CALLBACK *cb, void *cbarg)
{
	const struct ecc508a_uri *uri = &store->uri;
	struct ecc508a_keyref ref = { .slot = uri->slot };
	struct ep_key *key;

	if (!ep_chip_find(store->prov, uri->has_serial ? uri->serial : NULL, ref.serial))
		return 0;
	if (!ep_chip_point(store->prov, ref.serial, ref.slot, ref.point))
		return 0;
	key = ep_key_from_ref(store->prov, &ref, public_only);
	return key && ep_key_hand_over(key, cb, cbarg);
}

static int ep_store_load(void *vctx, OSSL_CALLBACK *cb, void *cbarg, OSSL_PASSPHRASE_CALLBACK *pw,
			 void *pwarg)
{
	struct ep_store *store = vctx;
	bool public_only;

	if (store->done)
		return 0;
	store->done = true;
	if (store->uri.type == ECC508A_URI_CERT) {
		ep_raise(store->prov, EP_R_NO_CERTIFICATE,
			 "this release reads no certificates from the chip; use a file");
		return 0;
	}
	public_only = store->uri.type == ECC508A_URI_PUBLIC ||
		      store->expect == OSSL_STORE_INFO_PUBKEY;
	/* Who looks for certificates, or for a private key where a public one is named, finds
	 * nothing */
	if (store->expect && store->expect != OSSL_STORE_INFO_PKEY &&
	    store->expect != OSSL_STORE_INFO_PUBKEY)
		return 0;
	return load_key(store, public_only, cb, cbarg);
}

static int ep_store_eof(void *vctx)
{
	const struct ep_store *store = vctx;

	return store->done;
}

static int ep_store_close(void *vctx)
{
	free(vctx);
	return 1;
}

static int ep_store_export_object(void *vctx, const void *reference, size_t size, OSSL_CALLBACK *cb,
				  void *cbarg)
{
	struct ep_key *key;

	if (size != sizeof(key))
		return 0;
	key = *(struct ep_key *const *)reference;
	if (!key || key->chip)
		return 0;
	return EVP_PKEY_export(key->pkey,
			       OSSL_KEYMGMT_SELECT_PUBLIC_KEY | OSSL_KEYMGMT_SELECT_ALL_PARAMETERS,
			       cb, cbarg);
}

static const OSSL_DISPATCH store_functions[] = {
	EP_FN(OSSL_FUNC_STORE_OPEN, ep_store_open),
	EP_FN(OSSL_FUNC_STORE_SETTABLE_CTX_PARAMS, ep_store_settable_params),
	EP_FN(OSSL_FUNC_STORE_SET_CTX_PARAMS, ep_store_set_params),
	EP_FN(OSSL_FUNC_STORE_LOAD, ep_store_load),
	EP_FN(OSSL_FUNC_STORE_EOF, ep_store_eof),
	EP_FN(OSSL_FUNC_STORE_CLOSE, ep_store_close),
	EP_FN(OSSL_FUNC_STORE_EXPORT_OBJECT, ep_store_export_object),
	EP_END,
};

const OSSL_ALGORITHM ep_store_algorithms[] = {
	{ ECC508A_KEYREF_SCHEME, EP_PROPS, store_functions, "keys of an ATECC508A" },
	{ NULL, NULL, NULL, NULL },
};
