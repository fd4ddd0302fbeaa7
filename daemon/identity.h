/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* Who this device is: the key in the chip and the certificates that vouch for it. */
#ifndef ECC508AD_IDENTITY_H
#define ECC508AD_IDENTITY_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "attempt.h"

struct identity {
	EVP_PKEY *key;
	X509 *leaf;
	STACK_OF(X509) * signers; /* what is sent after the leaf */
	bool development; /* the key is a file, not a chip */
	char cert_id[65]; /* AWS certificateId: SHA-256 of the DER, hex */
	char ca_id[65]; /* the same of the signer, empty without one */
	char subject[256];
	char common_name[129];
	char not_after[32]; /* ISO 8601 */
	time_t expires;
};

/* A private library context with the chip's provider: no system file can change it. */
int identity_libctx_open(OSSL_LIB_CTX **out, char *error, size_t size);
void identity_libctx_close(OSSL_LIB_CTX *libctx);

/*
 * Load key and certificates and check that they belong together at time @now.
 * On failure returns a negative errno; @state and @why tell cause and remedy.
 */
int identity_load(OSSL_LIB_CTX *libctx, const char *key, const char *cert_file, time_t now,
		  struct identity **out, enum state *state, char *why, size_t size);
void identity_free(struct identity *id);

#endif
