// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Calls up into OpenSSL's core: configuration values and the error queue.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "provider.h"

const OSSL_ITEM ep_reason_strings[] = {
	{ EP_R_BAD_REFERENCE, "key reference is damaged" },
	{ EP_R_BAD_URI, "bad ecc508a: URI" },
	{ EP_R_CHIP_UNAVAILABLE, "chip cannot be reached" },
	{ EP_R_OTHER_CHIP, "key reference is for another chip" },
	{ EP_R_OTHER_KEY, "slot holds another key" },
	{ EP_R_CHIP_FAILED, "chip refused or failed" },
	{ EP_R_BAD_SIGNATURE, "chip's signature does not fit the public key" },
	{ EP_R_PRIVATE_EXPORT, "private key cannot leave the chip" },
	{ EP_R_NO_KEY, "no key set" },
	{ EP_R_NO_PRIVATE, "key has no private half" },
	{ EP_R_BAD_DIGEST, "digest not usable" },
	{ EP_R_BAD_PEER, "peer key not usable" },
	{ EP_R_BUFFER_TOO_SMALL, "output buffer too small" },
	{ EP_R_CHILD, "default provider failed" },
	{ EP_R_NO_PASSPHRASE, "key reference takes no passphrase" },
	{ EP_R_BAD_CONFIG, "bad value in the provider's configuration" },
	{ EP_R_NO_CERTIFICATE, "no certificate stored" },
	{ EP_R_NO_MEMORY, "out of memory" },
	{ 0, NULL },
};

void ep_raise_at(const struct ep_ctx *prov, const char *file, int line, const char *func,
		 enum ep_reason reason, const char *fmt, ...)
{
	va_list ap;

	if (!prov->new_error || !prov->vset_error)
		return;
	prov->new_error(prov->handle);
	if (prov->set_error_debug)
		prov->set_error_debug(prov->handle, file, line, func);
	va_start(ap, fmt);
	prov->vset_error(prov->handle, reason, fmt, ap);
	va_end(ap);
}

static int ep_config(struct ep_ctx *prov)
{
	const char *device = NULL, *check = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_ptr("device", &device, 0),
		OSSL_PARAM_utf8_ptr("check-on-load", &check, 0),
		OSSL_PARAM_END,
	};

	prov->check_on_load = true;
	if (prov->get_params)
		prov->get_params(prov->handle, params);
	/* Now, not when it is needed: nginx, for one, starts its workers with an empty environment */
	if (!device || !*device)
		device = secure_getenv("ECC508A_DEVICE");
	if (device && *device) {
		prov->device = strdup(device);
		if (!prov->device) {
			ep_raise(prov, EP_R_NO_MEMORY, "configuration");
			return 0;
		}
	}
	if (check && strcmp(check, "no") == 0) {
		prov->check_on_load = false;
	} else if (check && strcmp(check, "yes") != 0) {
		/* A provider that does not load is passed over without a word: fail when used */
		snprintf(prov->bad_config, sizeof(prov->bad_config),
			 "check-on-load = %.32s, want yes or no", check);
	}
	return 1;
}

int ep_core_init(struct ep_ctx *prov, const OSSL_DISPATCH *in)
{
	for (; in->function_id; in++) {
		switch (in->function_id) {
		case OSSL_FUNC_CORE_GET_PARAMS:
			prov->get_params = OSSL_FUNC_core_get_params(in);
			break;
		case OSSL_FUNC_CORE_NEW_ERROR:
			prov->new_error = OSSL_FUNC_core_new_error(in);
			break;
		case OSSL_FUNC_CORE_SET_ERROR_DEBUG:
			prov->set_error_debug = OSSL_FUNC_core_set_error_debug(in);
			break;
		case OSSL_FUNC_CORE_VSET_ERROR:
			prov->vset_error = OSSL_FUNC_core_vset_error(in);
			break;
		}
	}
	return ep_config(prov);
}
