/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
#ifndef TOOL_CRYPTO_H
#define TOOL_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/bio.h>
#include <openssl/evp.h>

/* "DER" of two INTEGERs of at most 33 bytes */
#define SIG_DER_MAX 72

/* A library context of our own with nothing but the default provider in it: what the
 * machine's openssl.cnf says about providers neither helps nor hurts the tool */
OSSL_LIB_CTX *crypto_ctx(void);
void die_openssl(const char *what) __attribute__((noreturn));

void sha256(const void *data, size_t len, uint8_t digest[32]);
EVP_PKEY *pubkey_from_xy(const uint8_t xy[64]);
/* From PEM or DER: SubjectPublicKeyInfo, certificate or key reference; dies */
void pubkey_from_file(const char *path, uint8_t xy[64]);

size_t sig_to_der(const uint8_t sig[64], uint8_t der[SIG_DER_MAX]);
/* 0, or -1 if it is neither DER nor 64 bytes */
int sig_parse(const uint8_t *in, size_t len, uint8_t sig[64]);

/* Writes what a memory BIO holds, and frees it */
void write_bio(const char *path, BIO *bio, int force);

#endif
