// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* The throw-away PKI of the broker's own side: P-256, like Amazon Root CA 3. */

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "pki.h"
#include "x509.h"

/* Clocks of test machines are off by hours; ten years outlive any of them. */
#define BACKDATE (-24L * 3600)
#define LIFETIME (10L * 365 * 24 * 3600)

bool cloud_host_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len <= 253 && name[0] != '-' && name[0] != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
		       len;
}

static X509 *new_cert(EVP_PKEY *key, const char *cn)
{
	unsigned char serial[16];
	X509 *cert = X509_new();
	X509_NAME *name;
	BIGNUM *bn = NULL;

	if (!cert || RAND_bytes(serial, sizeof(serial)) != 1)
		goto fail;
	serial[0] &= 0x7f;
	bn = BN_bin2bn(serial, sizeof(serial), NULL);
	name = X509_get_subject_name(cert);
	if (!bn || !BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert)) ||
	    !X509_set_version(cert, X509_VERSION_3) || !X509_set_pubkey(cert, key) ||
	    !X509_gmtime_adj(X509_getm_notBefore(cert), BACKDATE) ||
	    !X509_gmtime_adj(X509_getm_notAfter(cert), LIFETIME) ||
	    !X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1,
					-1, 0))
		goto fail;
	BN_free(bn);
	return cert;
fail:
	BN_free(bn);
	X509_free(cert);
	return NULL;
}

static bool add_ext(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	return ok;
}

static bool sign(X509 *cert, X509 *issuer, EVP_PKEY *key)
{
	return X509_set_issuer_name(cert, X509_get_subject_name(issuer)) &&
	       add_ext(cert, issuer, NID_subject_key_identifier, "hash") &&
	       add_ext(cert, issuer, NID_authority_key_identifier, "keyid") &&
	       X509_sign(cert, key, EVP_sha256());
}

static X509 *make_ca(EVP_PKEY *key)
{
	X509 *cert = new_cert(key, "ecc508a cloud stand-in root CA");

	if (cert && add_ext(cert, cert, NID_basic_constraints, "critical,CA:TRUE") &&
	    add_ext(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign") &&
	    sign(cert, cert, key))
		return cert;
	X509_free(cert);
	return NULL;
}

static X509 *make_server(EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key, const char *host_name)
{
	/* The CN field holds 64 characters; clients look at the SAN anyway. */
	X509 *cert = new_cert(key, strlen(host_name) <= 64 ? host_name : "ecc508a-cloud");
	struct in_addr address;
	char san[512];

	snprintf(san, sizeof(san), "%s:%s,DNS:localhost,IP:127.0.0.1",
		 inet_pton(AF_INET, host_name, &address) == 1 ? "IP" : "DNS", host_name);
	if (cert && add_ext(cert, ca, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_ext(cert, ca, NID_key_usage, "critical,digitalSignature") &&
	    add_ext(cert, ca, NID_ext_key_usage, "serverAuth") &&
	    add_ext(cert, ca, NID_subject_alt_name, san) && sign(cert, ca, ca_key))
		return cert;
	X509_free(cert);
	return NULL;
}

static int save_cert(const struct cloud_store *store, const char *name, X509 *cert)
{
	char *pem = cloud_x509_pem(cert);
	int ret = -ENOMEM;

	if (pem)
		ret = cloud_store_write(store, CLOUD_DIR_SERVER, name, pem, strlen(pem));
	free(pem);
	return ret;
}

static int save_key(const struct cloud_store *store, const char *name, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	int ret = -ENOMEM;
	char *data;
	long len;

	if (bio && PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL)) {
		len = BIO_get_mem_data(bio, &data);
		ret = cloud_store_write(store, CLOUD_DIR_SERVER, name, data, (size_t)len);
	}
	BIO_free(bio);
	return ret;
}

static X509 *load_cert(const struct cloud_store *store, const char *name)
{
	X509 *cert = NULL;
	char *data;
	size_t len;

	if (!cloud_store_read(store, CLOUD_DIR_SERVER, name, &data, &len)) {
		cert = cloud_x509_parse(data, len);
		free(data);
	}
	if (cert && X509_cmp_current_time(X509_get0_notAfter(cert)) <= 0) {
		X509_free(cert);
		cert = NULL;
	}
	return cert;
}

static EVP_PKEY *load_key(const struct cloud_store *store, const char *name)
{
	EVP_PKEY *key = NULL;
	char *data;
	size_t len;
	BIO *bio;

	if (cloud_store_read(store, CLOUD_DIR_SERVER, name, &data, &len))
		return NULL;
	bio = BIO_new_mem_buf(data, (int)len);
	if (bio)
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	OPENSSL_cleanse(data, len);
	free(data);
	ERR_clear_error();
	return key;
}

static int prepare_ca(const struct cloud_store *store, X509 **cert, EVP_PKEY **key)
{
	int ret;

	*cert = load_cert(store, "ca.pem");
	*key = load_key(store, "ca.key");
	if (*cert && *key && X509_check_private_key(*cert, *key) == 1)
		return 0;
	ERR_clear_error();
	X509_free(*cert);
	EVP_PKEY_free(*key);
	*cert = NULL;
	*key = EVP_EC_gen("P-256");
	if (*key)
		*cert = make_ca(*key);
	if (!*cert)
		return -EIO;
	ret = save_key(store, "ca.key", *key);
	return ret ? ret : save_cert(store, "ca.pem", *cert);
}

static bool still_good(const struct cloud_store *store, X509 *ca, const char *host_name)
{
	X509 *cert = load_cert(store, "server.pem");
	EVP_PKEY *key = load_key(store, "server.key");
	bool good;

	good = cert && key && X509_check_private_key(cert, key) == 1 &&
	       cloud_x509_signed_by(cert, ca) &&
	       (X509_check_host(cert, host_name, 0, 0, NULL) == 1 ||
		X509_check_ip_asc(cert, host_name, 0) == 1);
	ERR_clear_error();
	X509_free(cert);
	EVP_PKEY_free(key);
	return good;
}

int cloud_pki_prepare(const struct cloud_store *store, const char *host_name)
{
	EVP_PKEY *ca_key = NULL, *key = NULL;
	X509 *ca = NULL, *cert = NULL;
	int ret;

	ret = prepare_ca(store, &ca, &ca_key);
	if (ret || still_good(store, ca, host_name))
		goto out;
	ret = -EIO;
	key = EVP_EC_gen("P-256");
	if (key)
		cert = make_server(key, ca, ca_key, host_name);
	if (!cert)
		goto out;
	ret = save_key(store, "server.key", key);
	if (!ret)
		ret = save_cert(store, "server.pem", cert);
out:
	X509_free(cert);
	X509_free(ca);
	EVP_PKEY_free(key);
	EVP_PKEY_free(ca_key);
	return ret;
}
