// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

#define IDENTITY_FILE_MAX  (64u * 1024u)
#define IDENTITY_CHAIN_MAX 8
#define IDENTITY_WARN_DAYS 30

#ifdef ECC508AD_CHIP_PROVIDER
OSSL_provider_init_fn ecc508a_provider_init;
#endif

/* Kept with the context, so that they can be unloaded before it is freed. */
static OSSL_PROVIDER *identity_providers[2];

int identity_libctx_open(OSSL_LIB_CTX **out, char *error, size_t size)
{
	OSSL_LIB_CTX *libctx = OSSL_LIB_CTX_new();

	if (!libctx)
		goto err;
	identity_providers[0] = OSSL_PROVIDER_load(libctx, "default");
	if (!identity_providers[0])
		goto err;
#ifdef ECC508AD_CHIP_PROVIDER
	if (!OSSL_PROVIDER_add_builtin(libctx, "ecc508a", ecc508a_provider_init))
		goto err;
	identity_providers[1] = OSSL_PROVIDER_load(libctx, "ecc508a");
	if (!identity_providers[1])
		goto err;
#endif
	*out = libctx;
	return 0;
err:
	snprintf(error, size, "OpenSSL: %s", ERR_reason_error_string(ERR_peek_last_error()));
	identity_libctx_close(libctx);
	return -ENOMEM;
}

void identity_libctx_close(OSSL_LIB_CTX *libctx)
{
	for (int i = 1; i >= 0; i--) {
		if (identity_providers[i])
			OSSL_PROVIDER_unload(identity_providers[i]);
		identity_providers[i] = NULL;
	}
	OSSL_LIB_CTX_free(libctx);
}

/*
 * The most telling text of the error queue, which is then empty, and what the provider's
 * reason means for the state of the device.
 */
static enum state identity_openssl_error(char *out, size_t size)
{
	enum state state = STATE_BAD_IDENTITY;
	const char *data, *reason;
	unsigned long e;
	int flags;

	snprintf(out, size, "no reason given");
	while ((e = ERR_get_error_all(NULL, NULL, NULL, &data, &flags))) {
		reason = ERR_reason_error_string(e);
		if (reason && !strcmp(reason, "chip cannot be reached"))
			state = STATE_NO_CHIP;
		else if (reason && !strcmp(reason, "chip refused or failed"))
			state = STATE_NOT_PROVISIONED;
		if (data && *data && (flags & ERR_TXT_STRING))
			snprintf(out, size, "%s: %s", reason ? reason : "error", data);
		else if (reason && !strcmp(out, "no reason given"))
			snprintf(out, size, "%s", reason);
	}
	return state;
}

/* Read a small file. The buffer has one NUL more; OPENSSL_clear_free() it: it may be a key. */
static int identity_read_file(const char *path, char **out, size_t *out_len, bool *exposed)
{
	struct stat st;
	char *buf = NULL;
	size_t len = 0;
	int fd, ret = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st)) {
		ret = -errno;
		goto out;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > IDENTITY_FILE_MAX) {
		ret = S_ISREG(st.st_mode) ? -EFBIG : -EINVAL;
		goto out;
	}
	*exposed = (st.st_mode & 077) != 0;
	buf = OPENSSL_zalloc(IDENTITY_FILE_MAX + 1);
	if (!buf) {
		ret = -ENOMEM;
		goto out;
	}
	while (len < IDENTITY_FILE_MAX) {
		ssize_t n = read(fd, buf + len, IDENTITY_FILE_MAX - len);

		if (n < 0) {
			ret = -errno;
			goto out;
		}
		if (!n)
			break;
		len += (size_t)n;
	}
	*out = buf;
	*out_len = len;
	buf = NULL;
out:
	OPENSSL_clear_free(buf, IDENTITY_FILE_MAX + 1);
	close(fd);
	return ret;
}

/* There is nobody to ask: an encrypted key is refused instead of prompting. */
static int identity_no_passphrase(char *buf, int size, int rwflag, void *u)
{
	return -1;
}

static EVP_PKEY *identity_key_from_store(OSSL_LIB_CTX *libctx, const char *uri)
{
	OSSL_STORE_CTX *store;
	EVP_PKEY *key = NULL;

	store = OSSL_STORE_open_ex(uri, libctx, NULL, NULL, NULL, NULL, NULL, NULL);
	if (!store)
		return NULL;
	if (!OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY))
		goto out;
	while (!key && !OSSL_STORE_eof(store)) {
		OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (!info)
			break;
		if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
			key = OSSL_STORE_INFO_get1_PKEY(info);
		OSSL_STORE_INFO_free(info);
	}
out:
	OSSL_STORE_close(store);
	return key;
}

static bool identity_key_is_chip(const EVP_PKEY *key)
{
	const OSSL_PROVIDER *prov = EVP_PKEY_get0_provider(key);

	return prov && !strcmp(OSSL_PROVIDER_get0_name(prov), "ecc508a");
}

static int identity_load_key(OSSL_LIB_CTX *libctx, const char *name, struct identity *id,
			     enum state *state, char *why, size_t size)
{
	bool uri = !strncmp(name, "ecc508a:", 8);
	bool reference = uri, exposed = false;
	char text[256];
	char *buf = NULL;
	size_t len = 0;
	BIO *bio;
	int ret;

	ERR_clear_error();
	if (uri) {
		id->key = identity_key_from_store(libctx, name);
	} else {
		if (!strncmp(name, "file:", 5))
			name += 5;
		ret = identity_read_file(name, &buf, &len, &exposed);
		if (ret) {
			*state = STATE_NOT_PROVISIONED;
			snprintf(why, size,
				 "the key %s cannot be read (%s): make a key reference with "
				 "`ecc508a key`",
				 name, strerror(-ret));
			return ret;
		}
		reference = strstr(buf, "ECC508A KEY REFERENCE") != NULL;
		bio = BIO_new_mem_buf(buf, (int)len);
		if (bio)
			id->key = PEM_read_bio_PrivateKey_ex(bio, NULL, identity_no_passphrase,
							     NULL, libctx, NULL);
		BIO_free(bio);
		OPENSSL_clear_free(buf, IDENTITY_FILE_MAX + 1);
	}
	if (!id->key) {
		*state = identity_openssl_error(text, sizeof(text));
		if (reference) {
			snprintf(why, size, "the key %s cannot be used (%s): %s", name, text,
				 *state == STATE_NOT_PROVISIONED
					 ? "set the chip up with `ecc508a provision`"
					 : "check the chip with `ecc508a doctor`");
		} else {
			snprintf(
				why, size,
				"%s is neither a key reference (BEGIN ECC508A KEY REFERENCE) nor a "
				"PEM key without a passphrase (%s)",
				name, text);
		}
		return -ENOKEY;
	}
	id->development = !identity_key_is_chip(id->key);
	if (id->development)
		log_warn("development key: %s is a software key that can be copied%s; a product "
			 "uses a key in the chip",
			 name, exposed ? " and its file is readable for others" : "");
	return 0;
}

static int identity_load_chain(OSSL_LIB_CTX *libctx, const char *path, struct identity *id,
			       enum state *state, char *why, size_t size)
{
	bool exposed;
	char *buf = NULL;
	size_t len;
	BIO *bio = NULL;
	X509 *x = NULL;
	int n, ret;

	ret = identity_read_file(path, &buf, &len, &exposed);
	if (ret) {
		*state = ret == -ENOENT ? STATE_NOT_PROVISIONED : STATE_BAD_IDENTITY;
		snprintf(why, size,
			 "the certificate %s cannot be read (%s): put the signed certificate and "
			 "its signer there",
			 path, strerror(-ret));
		return ret;
	}
	*state = STATE_BAD_IDENTITY;
	ret = -ENOMEM;
	bio = BIO_new_mem_buf(buf, (int)len);
	id->signers = sk_X509_new_null();
	if (!bio || !id->signers)
		goto out;

	ERR_clear_error();
	for (n = 0;; n++) {
		x = X509_new_ex(libctx, NULL);
		if (!x)
			goto out;
		if (!PEM_read_bio_X509(bio, &x, identity_no_passphrase, NULL))
			break;
		if (n == IDENTITY_CHAIN_MAX) {
			snprintf(why, size, "%s has more than %d certificates", path,
				 IDENTITY_CHAIN_MAX);
			ret = -E2BIG;
			goto out;
		}
		if (!n)
			id->leaf = x;
		else if (!sk_X509_push(id->signers, x))
			goto out;
		x = NULL;
	}
	/* Running out of BEGIN lines is the normal end; all else is a damaged block. */
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
		snprintf(why, size, "certificate %d in %s is damaged: copy the file again", n + 1,
			 path);
		ret = -EBADMSG;
		goto out;
	}
	if (!n) {
		snprintf(why, size,
			 "%s has no certificate in it: it must hold BEGIN CERTIFICATE blocks, the "
			 "device's first",
			 path);
		ret = -ENODATA;
		goto out;
	}
	ret = 0;
out:
	ERR_clear_error();
	X509_free(x);
	BIO_free(bio);
	OPENSSL_clear_free(buf, IDENTITY_FILE_MAX + 1);
	if (ret == -ENOMEM)
		snprintf(why, size, "out of memory");
	return ret;
}

static bool identity_key_fits(EVP_PKEY *key, const X509 *x)
{
	EVP_PKEY *pub = X509_get0_pubkey(x);
	unsigned char a[256], b[256];
	size_t alen = 0, blen = 0;
	bool eq;

	if (!pub)
		return false;
	/* The points themselves: comparing across two providers is another's code path. */
	if (EVP_PKEY_get_octet_string_param(key, "pub", a, sizeof(a), &alen) &&
	    EVP_PKEY_get_octet_string_param(pub, "pub", b, sizeof(b), &blen))
		return alen == blen && alen && !memcmp(a, b, alen);
	eq = EVP_PKEY_eq(key, pub) == 1;
	ERR_clear_error();
	return eq;
}

static void identity_name(const X509_NAME *name, char *out, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n = -1;

	if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0)
		n = BIO_read(bio, out, (int)size - 1);
	out[n > 0 ? n : 0] = 0;
	BIO_free(bio);
}

static void identity_hex_digest(const X509 *x, char out[65])
{
	unsigned char md[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	out[0] = 0;
	if (!X509_digest(x, EVP_sha256(), md, &len) || len != 32)
		return;
	for (unsigned int i = 0; i < len; i++)
		snprintf(out + 2 * i, 3, "%02x", md[i]);
}

static void identity_time(const ASN1_TIME *t, char *out, size_t size, time_t *seconds)
{
	struct tm tm = { 0 };

	snprintf(out, size, "?");
	*seconds = 0;
	if (ASN1_TIME_to_tm(t, &tm)) {
		*seconds = timegm(&tm);
		strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
	}
}

static int identity_check_key(struct identity *id, const char *key, const char *path, char *why,
			      size_t size)
{
	if (identity_key_fits(id->key, id->leaf))
		return 0;
	for (int i = 0; i < sk_X509_num(id->signers); i++) {
		if (identity_key_fits(id->key, sk_X509_value(id->signers, i))) {
			snprintf(why, size,
				 "%s is in the wrong order: the certificate of this device is "
				 "number "
				 "%d, it must be the first",
				 path, i + 2);
			return -EKEYREJECTED;
		}
	}
	snprintf(why, size,
		 "the certificate %s is not for the key %s (subject %s has another public key): "
		 "use the certificate made from this key's request, or the key it was made for",
		 path, key, id->subject);
	return -EKEYREJECTED;
}

/* Each certificate must be signed by the next: a signer rebuilt wrong fails silently in a cloud. */
static int identity_check_links(struct identity *id, const char *path, char *why, size_t size)
{
	X509 *x = id->leaf;

	for (int i = 0; i < sk_X509_num(id->signers); i++) {
		X509 *ca = sk_X509_value(id->signers, i);

		if (X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(ca))) {
			char issuer[160];

			identity_name(X509_get_issuer_name(x), issuer, sizeof(issuer));
			snprintf(why, size,
				 "%s is in the wrong order: certificate %d must be its signer %s",
				 path, i + 2, issuer);
			return -EKEYREJECTED;
		}
		if (X509_check_ca(ca) <= 0) {
			snprintf(why, size, "certificate %d in %s is not one of a CA", i + 2, path);
			return -EKEYREJECTED;
		}
		if (X509_verify(x, X509_get0_pubkey(ca)) != 1) {
			snprintf(why, size,
				 "certificate %d in %s has the signer's name but did not sign "
				 "certificate %d: put the true signer there",
				 i + 2, path, i + 1);
			return -EKEYREJECTED;
		}
		x = ca;
	}
	return 0;
}

static int identity_check_time(X509 *x, int number, const char *path, time_t now, enum state *state,
			       char *why, size_t size)
{
	char text[32];
	time_t t;

	if (X509_cmp_time(X509_get0_notBefore(x), &now) > 0) {
		identity_time(X509_get0_notBefore(x), text, sizeof(text), &t);
		*state = STATE_CLOCK_WRONG;
		snprintf(
			why, size,
			"certificate %d in %s is not valid before %s: set the clock (NTP), or wait",
			number, path, text);
		return -EKEYREJECTED;
	}
	if (X509_cmp_time(X509_get0_notAfter(x), &now) < 0) {
		identity_time(X509_get0_notAfter(x), text, sizeof(text), &t);
		snprintf(why, size,
			 "certificate %d in %s has expired on %s: have a new one signed "
			 "(`ecc508a csr`)",
			 number, path, text);
		return -EKEYEXPIRED;
	}
	return 0;
}

static int identity_check(struct identity *id, const char *key, const char *path, time_t now,
			  enum state *state, char *why, size_t size)
{
	int ret;

	*state = STATE_BAD_IDENTITY;
	ret = identity_check_key(id, key, path, why, size);
	if (ret)
		return ret;
	ret = identity_check_links(id, path, why, size);
	if (ret)
		return ret;
	ret = identity_check_time(id->leaf, 1, path, now, state, why, size);
	for (int i = 0; !ret && i < sk_X509_num(id->signers); i++)
		ret = identity_check_time(sk_X509_value(id->signers, i), i + 2, path, now, state,
					  why, size);
	return ret;
}

static void identity_describe(struct identity *id)
{
	X509_NAME *subject = X509_get_subject_name(id->leaf);

	identity_hex_digest(id->leaf, id->cert_id);
	if (sk_X509_num(id->signers))
		identity_hex_digest(sk_X509_value(id->signers, 0), id->ca_id);
	identity_name(subject, id->subject, sizeof(id->subject));
	if (X509_NAME_get_text_by_NID(subject, NID_commonName, id->common_name,
				      sizeof(id->common_name)) < 0)
		id->common_name[0] = 0;
	identity_time(X509_get0_notAfter(id->leaf), id->not_after, sizeof(id->not_after),
		      &id->expires);
}

int identity_load(OSSL_LIB_CTX *libctx, const char *key, const char *cert_file, time_t now,
		  struct identity **out, enum state *state, char *why, size_t size)
{
	struct identity *id = calloc(1, sizeof(*id));
	int ret;

	if (!id)
		return -ENOMEM;
	ret = identity_load_key(libctx, key, id, state, why, size);
	if (ret)
		goto err;
	ret = identity_load_chain(libctx, cert_file, id, state, why, size);
	if (ret)
		goto err;
	identity_describe(id);
	ret = identity_check(id, key, cert_file, now, state, why, size);
	ERR_clear_error();
	if (ret)
		goto err;
	if (!sk_X509_num(id->signers))
		log_warn("%s holds the device certificate alone: some brokers need its signer too",
			 cert_file);
	if (id->expires - now < IDENTITY_WARN_DAYS * 86400)
		log_warn("the certificate expires on %s: renew it now", id->not_after);
	*out = id;
	return 0;
err:
	identity_free(id);
	return ret;
}

void identity_free(struct identity *id)
{
	if (!id)
		return;
	EVP_PKEY_free(id->key);
	X509_free(id->leaf);
	sk_X509_pop_free(id->signers, X509_free);
	free(id);
}
