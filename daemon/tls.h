/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* The TLS client: our own SSL_CTX, and an account of what happened in a handshake. */
#ifndef ECC508AD_TLS_H
#define ECC508AD_TLS_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "attempt.h"
#include "config.h"
#include "identity.h"

/* Belongs to one SSL_CTX; filled by its callbacks. */
struct tls_trace {
	struct attempt attempt;
	int64_t start_us;
	int64_t step_us;
	int64_t handshake_us; /* from ClientHello to Finished */
	int64_t sign_us; /* of it, making the CertificateVerify */
	unsigned int signatures; /* since the program started */
	char version[16];
	char suite[64];
};

/* @error gets cause and remedy. */
SSL_CTX *tls_ctx_new(OSSL_LIB_CTX *libctx, const struct config *cfg, const struct identity *id,
		     struct tls_trace *trace, char *error, size_t size);

/* Before each attempt: forget the last one, judge certificates by the time @now. */
void tls_prepare(SSL_CTX *ctx, struct tls_trace *trace, time_t now);

#endif
