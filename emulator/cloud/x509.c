// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* What the stand-in reads out of certificates. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "x509.h"

static void to_hex(const unsigned char *in, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * len] = '\0';
}

bool cloud_id_ok(const char *id)
{
	return strlen(id) == CLOUD_ID_LEN && strspn(id, "0123456789abcdef") == CLOUD_ID_LEN;
}

int cloud_x509_id(const X509 *cert, char id[CLOUD_ID_LEN + 1])
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned int len;

	if (!X509_digest(cert, EVP_sha256(), md, &len) || len != CLOUD_ID_LEN / 2)
		return -EBADMSG;
	to_hex(md, len, id);
	return 0;
}

static void subject_text(X509 *cert, char *out, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n = 0;

	/* RFC 2253 output escapes control and non-ASCII bytes, so the text is safe anywhere. */
	if (bio && X509_NAME_print_ex(bio, X509_get_subject_name(cert), 0, XN_FLAG_RFC2253) >= 0)
		n = BIO_read(bio, out, (int)size - 1);
	out[n > 0 ? n : 0] = '\0';
	BIO_free(bio);
}

static void common_name(X509 *cert, char *out, size_t size)
{
	X509_NAME *name = X509_get_subject_name(cert);
	unsigned char *utf8 = NULL;
	int at, len;

	out[0] = '\0';
	at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	if (at < 0)
		return;
	len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	/* A NUL inside a name is an attack on string compares: such a CN does not exist for us. */
	if (len > 0 && (size_t)len < size && !memchr(utf8, 0, (size_t)len)) {
		memcpy(out, utf8, (size_t)len);
		out[len] = '\0';
	}
	OPENSSL_free(utf8);
}

static void spki_text(X509 *cert, struct cloud_x509 *out)
{
	unsigned char *der = NULL, md[EVP_MAX_MD_SIZE];
	unsigned int mdlen;
	int len;

	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
	if (len <= 0)
		return;
	if (EVP_Digest(der, (size_t)len, md, &mdlen, EVP_sha256(), NULL))
		to_hex(md, mdlen, out->spki_sha256);
	if ((size_t)len * 2 < sizeof(out->spki))
		to_hex(der, (size_t)len, out->spki);
	OPENSSL_free(der);
}

static void serial_text(X509 *cert, char *out, size_t size)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(cert);
	int len = ASN1_STRING_length(serial);

	if (len > 0 && (size_t)len * 2 < size)
		to_hex(ASN1_STRING_get0_data(serial), (size_t)len, out);
}

int cloud_x509_describe(X509 *cert, struct cloud_x509 *out)
{
	int ret;

	memset(out, 0, sizeof(*out));
	ret = cloud_x509_id(cert, out->id);
	if (ret)
		return ret;
	subject_text(cert, out->subject, sizeof(out->subject));
	common_name(cert, out->common_name, sizeof(out->common_name));
	serial_text(cert, out->serial, sizeof(out->serial));
	spki_text(cert, out);
	/* X509_cmp_current_time() returns 0 for a malformed time: that is not valid either. */
	if (X509_cmp_current_time(X509_get0_notAfter(cert)) <= 0)
		out->validity = "expired";
	else if (X509_cmp_current_time(X509_get0_notBefore(cert)) >= 0)
		out->validity = "not-yet-valid";
	ERR_clear_error();
	return 0;
}

bool cloud_x509_signed_by(X509 *cert, X509 *ca)
{
	EVP_PKEY *key = X509_get0_pubkey(ca);
	bool ok;

	if (!key || X509_NAME_cmp(X509_get_issuer_name(cert), X509_get_subject_name(ca)))
		return false;
	ok = X509_verify(cert, key) == 1;
	ERR_clear_error();
	return ok;
}

static bool key_ok(EVP_PKEY *key)
{
	char group[32];

	if (!key)
		return false;
	/* AWS: RSA of at least 2048 bits, or one of the NIST curves. */
	if (EVP_PKEY_is_a(key, "RSA"))
		return EVP_PKEY_get_bits(key) >= 2048;
	if (!EVP_PKEY_is_a(key, "EC") || !EVP_PKEY_get_group_name(key, group, sizeof(group), NULL))
		return false;
	return !strcmp(group, "prime256v1") || !strcmp(group, "P-256") ||
	       !strcmp(group, "secp384r1") || !strcmp(group, "P-384") ||
	       !strcmp(group, "secp521r1") || !strcmp(group, "P-521");
}

const char *cloud_x509_bad_ca(X509 *cert)
{
	/* 1 is "v3 with basicConstraints CA:TRUE"; the other non-zero values are guesses. */
	if (X509_check_ca(cert) != 1)
		return "it is no CA certificate (basicConstraints CA:TRUE is missing)";
	if (X509_cmp_current_time(X509_get0_notAfter(cert)) <= 0)
		return "it has expired";
	if (X509_cmp_current_time(X509_get0_notBefore(cert)) >= 0)
		return "it is not valid yet (check this machine's clock)";
	if (!key_ok(X509_get0_pubkey(cert)))
		return "its key is neither RSA of 2048 bits or more nor EC P-256, P-384 or P-521";
	return NULL;
}

X509 *cloud_x509_parse(const char *data, size_t len)
{
	X509 *cert = NULL;
	BIO *bio;

	if (len > INT_MAX)
		return NULL;
	bio = BIO_new_mem_buf(data, (int)len);
	if (!bio)
		return NULL;
	cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	if (!cert) {
		const unsigned char *der = (const unsigned char *)data;

		cert = d2i_X509(NULL, &der, (long)len);
		if (cert && der != (const unsigned char *)data + len) {
			X509_free(cert);
			cert = NULL;
		}
	}
	BIO_free(bio);
	ERR_clear_error();
	return cert;
}

char *cloud_x509_pem(X509 *cert)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *data, *out = NULL;
	long len;

	if (bio && PEM_write_bio_X509(bio, cert)) {
		len = BIO_get_mem_data(bio, &data);
		out = strndup(data, (size_t)len);
	}
	BIO_free(bio);
	return out;
}
