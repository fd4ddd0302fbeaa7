/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * For programs that link the provider instead of loading ecc508a.so:
 *
 *	OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
 *	OSSL_PROVIDER_add_builtin(ctx, "ecc508a", ecc508a_provider_init);
 *	OSSL_PROVIDER *def = OSSL_PROVIDER_load(ctx, "default");
 *	OSSL_PROVIDER *ecc = OSSL_PROVIDER_load(ctx, "ecc508a");
 *	...
 *	OSSL_PROVIDER_unload(ecc);
 *	OSSL_PROVIDER_unload(def);
 *	OSSL_LIB_CTX_free(ctx);
 */
#ifndef ECC508A_PROVIDER_H
#define ECC508A_PROVIDER_H

#include <openssl/core.h>

int ecc508a_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
			  const OSSL_DISPATCH **out, void **provctx);

#endif
