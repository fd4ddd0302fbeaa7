// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The provider's entry: what it is, what it can do, and its end.
 *
 * There is no RAND operation and there must be none: OpenSSL would take it for its seed source, and
 * every TLS connection of every program would wait for the chip.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "ecc508a-provider.h"
#include "chip.h"
#include "provider.h"

static const OSSL_PARAM gettable[] = {
	OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_NAME, NULL, 0),
	OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_VERSION, NULL, 0),
	OSSL_PARAM_utf8_ptr(OSSL_PROV_PARAM_BUILDINFO, NULL, 0),
	OSSL_PARAM_int(OSSL_PROV_PARAM_STATUS, NULL),
	OSSL_PARAM_END,
};

static const OSSL_PARAM *ep_gettable_params(void *provctx)
{
	return gettable;
}

static int ep_get_params(void *provctx, OSSL_PARAM params[])
{
	OSSL_PARAM *p;

	p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_NAME);
	if (p && !OSSL_PARAM_set_utf8_ptr(p, "ATECC508A/608A/608B provider"))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_VERSION);
	if (p && !OSSL_PARAM_set_utf8_ptr(p, ECC508A_VERSION))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_BUILDINFO);
	if (p && !OSSL_PARAM_set_utf8_ptr(p, ECC508A_VERSION))
		return 0;
	p = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_STATUS);
	if (p && !OSSL_PARAM_set_int(p, 1))
		return 0;
	return 1;
}

static const OSSL_ALGORITHM *ep_query(void *provctx, int operation, int *no_cache)
{
	*no_cache = 0;
	switch (operation) {
	case OSSL_OP_KEYMGMT:
		return ep_keymgmt_algorithms;
	case OSSL_OP_SIGNATURE:
		return ep_signature_algorithms;
	case OSSL_OP_KEYEXCH:
		return ep_keyexch_algorithms;
	case OSSL_OP_DECODER:
		return ep_decoder_algorithms;
	case OSSL_OP_ENCODER:
		return ep_encoder_algorithms;
	case OSSL_OP_STORE:
		return ep_store_algorithms;
	}
	return NULL;
}

/*
 * libssl uses a TLS group only if the provider that names it is also the one whose key management
 * it gets for it.  Where that is us, we must name the EC groups; where it is not, nobody listens.
 */
struct relay {
	OSSL_CALLBACK *cb;
	void *arg;
};

static int relay_ec_group(const OSSL_PARAM params[], void *arg)
{
	const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, OSSL_CAPABILITY_TLS_GROUP_ALG);
	const struct relay *relay = arg;
	const char *alg;

	if (!p || !OSSL_PARAM_get_utf8_string_ptr(p, &alg) || strcmp(alg, "EC") != 0)
		return 1;
	return relay->cb(params, relay->arg);
}

static int ep_get_capabilities(void *provctx, const char *capability, OSSL_CALLBACK *cb, void *arg)
{
	struct relay relay = { cb, arg };
	struct ep_ctx *prov = provctx;

	if (strcmp(capability, "TLS-GROUP") != 0)
		return 0;
	return OSSL_PROVIDER_get_capabilities(prov->child_default, capability, relay_ec_group,
					      &relay);
}

static const OSSL_ITEM *ep_get_reason_strings(void *provctx)
{
	return ep_reason_strings;
}

static void ep_teardown(void *provctx)
{
	struct ep_ctx *prov = provctx;

	if (!prov)
		return;
	ep_chip_close_all(prov);
	OSSL_PROVIDER_unload(prov->child_default);
	OSSL_LIB_CTX_free(prov->child);
	free(prov->device);
	free(prov);
}

static const OSSL_DISPATCH provider_functions[] = {
	EP_FN(OSSL_FUNC_PROVIDER_TEARDOWN, ep_teardown),
	EP_FN(OSSL_FUNC_PROVIDER_GETTABLE_PARAMS, ep_gettable_params),
	EP_FN(OSSL_FUNC_PROVIDER_GET_PARAMS, ep_get_params),
	EP_FN(OSSL_FUNC_PROVIDER_QUERY_OPERATION, ep_query),
	EP_FN(OSSL_FUNC_PROVIDER_GET_CAPABILITIES, ep_get_capabilities),
	EP_FN(OSSL_FUNC_PROVIDER_GET_REASON_STRINGS, ep_get_reason_strings),
	EP_END,
};

int ecc508a_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
			  const OSSL_DISPATCH **out, void **provctx)
{
	struct ep_ctx *prov = calloc(1, sizeof(*prov));

	if (!prov)
		return 0;
	prov->handle = handle;
	if (!ep_core_init(prov, in))
		goto fail;
	/*
	 * Not a child in the sense of OSSL_LIB_CTX_new_child(): that mirrors the application's
	 * providers, us included, and a fetch from it could come back to us.
	 */
	prov->child = OSSL_LIB_CTX_new_from_dispatch(handle, in);
	if (prov->child)
		prov->child_default = OSSL_PROVIDER_load(prov->child, "default");
	if (!prov->child_default) {
		ep_raise(prov, EP_R_CHILD, "cannot load the default provider");
		goto fail;
	}
	*provctx = prov;
	*out = provider_functions;
	return 1;

fail:
	ep_teardown(prov);
	return 0;
}
