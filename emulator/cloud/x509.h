/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* What the stand-in reads out of certificates. */
#ifndef ECC508A_CLOUD_X509_H
#define ECC508A_CLOUD_X509_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

/* AWS names a certificate by the SHA-256 of its DER, in lower-case hex. */
#define CLOUD_ID_LEN 64

struct cloud_x509 {
	char id[CLOUD_ID_LEN + 1];
	char subject[512];
	char common_name[129]; /* empty: none, or none that fits */
	char serial[65];
	char spki_sha256[CLOUD_ID_LEN + 1];
	char spki[800]; /* DER in hex; empty if larger (only a log field) */
	const char *validity; /* NULL: valid now, else "expired" or "not-yet-valid" */
};

bool cloud_id_ok(const char *id);
int cloud_x509_id(const X509 *cert, char id[CLOUD_ID_LEN + 1]);
int cloud_x509_describe(X509 *cert, struct cloud_x509 *out);
bool cloud_x509_signed_by(X509 *cert, X509 *ca);

/* NULL if AWS would take @cert as a CA, else the reason it would not. */
const char *cloud_x509_bad_ca(X509 *cert);

/* The first certificate of a PEM or DER file in memory; NULL if there is none. */
X509 *cloud_x509_parse(const char *data, size_t len);

/* Heap-allocated PEM, NULL on failure. */
char *cloud_x509_pem(X509 *cert);

#endif
