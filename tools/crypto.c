// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* What the tool does in software: hashing, and the formats of keys and signatures. */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include "crypto.h"
#include "keyref.h"
#include "verb.h"

/* Larger files are no keys */
#define KEY_FILE_MAX 65536

void die_openssl(const char *what)
{
	char text[256] = "unknown error";
	unsigned long err = ERR_peek_last_error();

	if (err)
		ERR_error_string_n(err, text, sizeof(text));
	die("%s: %s", what, text);
}

OSSL_LIB_CTX *crypto_ctx(void)
{
	static OSSL_LIB_CTX *ctx;

	if (!ctx) {
		ctx = OSSL_LIB_CTX_new();
		if (!ctx || !OSSL_PROVIDER_load(ctx, "default"))
			die_openssl("cannot start OpenSSL");
	}
	return ctx;
}

void sha256(const void *data, size_t len, uint8_t digest[32])
{
	EVP_MD *md = EVP_MD_fetch(crypto_ctx(), "SHA256", NULL);

	if (!md || !EVP_Digest(data, len, digest, NULL, md, NULL))
		die_openssl("SHA-256");
	EVP_MD_free(md);
}

EVP_PKEY *pubkey_from_xy(const uint8_t xy[64])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(crypto_ctx(), "EC", NULL);
	uint8_t point[65] = { 0x04 };
	char group[] = "prime256v1";
	EVP_PKEY *key = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group) - 1),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_END,
	};

	memcpy(point + 1, xy, 64);
	if (!ctx || EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		die_openssl("the public key is not a point of P-256");
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *parse_pubkey(const uint8_t *data, size_t len)
{
	const unsigned char *p = data;
	BIO *bio = BIO_new_mem_buf(data, len);
	EVP_PKEY *key;
	X509 *cert;

	key = PEM_read_bio_PUBKEY_ex(bio, NULL, NULL, NULL, crypto_ctx(), NULL);
	if (!key)
		key = d2i_PUBKEY_ex(NULL, &p, len, crypto_ctx(), NULL);
	if (!key) {
		cert = X509_new_ex(crypto_ctx(), NULL);
		(void)BIO_reset(bio);
		if (cert && PEM_read_bio_X509(bio, &cert, NULL, NULL))
			key = X509_get_pubkey(cert);
		X509_free(cert);
	}
	BIO_free(bio);
	return key;
}

void pubkey_from_file(const char *path, uint8_t xy[64])
{
	struct ecc508a_keyref ref;
	uint8_t point[65];
	char group[32];
	EVP_PKEY *key;
	size_t len;
	uint8_t *data = read_input(path, KEY_FILE_MAX, &len);

	if (!ecc508a_keyref_decode(data, len, &ref, NULL)) {
		memcpy(xy, ref.point + 1, 64);
		free(data);
		return;
	}
	key = parse_pubkey(data, len);
	free(data);
	if (!key)
		die("%s holds no public key, certificate or key reference", path);
	if (!EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group),
					    NULL) ||
	    strcmp(group, "prime256v1"))
		die("%s: not a P-256 key", path);
	/* Compressed points come out uncompressed only if asked */
	EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
				       "uncompressed");
	if (!EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point),
					     &len) ||
	    len != sizeof(point))
		die_openssl(path);
	memcpy(xy, point + 1, 64);
	EVP_PKEY_free(key);
}

size_t sig_to_der(const uint8_t sig[64], uint8_t der[SIG_DER_MAX])
{
	ECDSA_SIG *s = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(sig, 32, NULL), *v = BN_bin2bn(sig + 32, 32, NULL);
	unsigned char *p = der;
	int len;

	if (!s || !r || !v || !ECDSA_SIG_set0(s, r, v))
		die_openssl("signature");
	len = i2d_ECDSA_SIG(s, NULL);
	if (len <= 0 || len > SIG_DER_MAX || i2d_ECDSA_SIG(s, &p) != len)
		die_openssl("signature");
	ECDSA_SIG_free(s);
	return len;
}

int sig_parse(const uint8_t *in, size_t len, uint8_t sig[64])
{
	const unsigned char *p = in;
	ECDSA_SIG *s;
	int ret = -1;

	if (len == 64) {
		memcpy(sig, in, 64);
		return 0;
	}
	s = d2i_ECDSA_SIG(NULL, &p, len);
	if (s && p == in + len && BN_bn2binpad(ECDSA_SIG_get0_r(s), sig, 32) == 32 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(s), sig + 32, 32) == 32)
		ret = 0;
	ECDSA_SIG_free(s);
	return ret;
}

void write_bio(const char *path, BIO *bio, int force)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	write_output(path, data, len, force);
	BIO_free(bio);
}
