// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * What the openssl command line cannot reach: copies of half-done operations, threads, fork, the
 *error queue, keys that are not ours.  Run by operations.sh, with
 *
 *	ECC508A_TEST_REF     key reference file (of a key that can sign)
 *	ECC508A_TEST_PUB     its public key, read from the chip by other means
 *	ECC508A_TEST_ORDER   "first": our provider comes before default
 *
 * The provider is linked in (OSSL_PROVIDER_add_builtin) as the daemon does it.  The referee is
 *always a library context of its own that has only the default provider.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/store.h>
#include <openssl/x509.h>

#include "ecc508a-provider.h"

#define THREADS 8
#define MESSAGE "The quick brown fox jumps over the lazy dog"

static OSSL_LIB_CTX *ours, *referee;
static OSSL_PROVIDER *ours_default, *ours_ecc, *referee_default;
static EVP_PKEY *pub; /* in the referee's context */

static EVP_PKEY *load(void)
{
	BIO *in = BIO_new_file(getenv("ECC508A_TEST_REF"), "r");
	EVP_PKEY *key = PEM_read_bio_PrivateKey_ex(in, NULL, NULL, NULL, ours, NULL);

	BIO_free(in);
	if (!key)
		ERR_print_errors_fp(stderr);
	assert_non_null(key);
	return key;
}

/* No failure may leave its words for the next operation to stumble over (nginx logs them, curl
 * stops) */
static void assert_quiet(void)
{
	if (ERR_peek_error()) {
		ERR_print_errors_fp(stderr);
		fail_msg("the error queue is not empty");
	}
}

static void assert_complains(const char *part)
{
	const char *data = "", *reason = NULL;
	char all[1024] = "";
	unsigned long e;
	int flags;

	while ((e = ERR_get_error_all(NULL, NULL, NULL, &data, &flags))) {
		reason = ERR_reason_error_string(e);
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "[%s: %s]",
			 reason ? reason : "?", flags & ERR_TXT_STRING ? data : "");
	}
	if (!strstr(all, part))
		fail_msg("the error queue does not say \"%s\": %s", part, all);
}

static int referee_verifies(const char *md, const void *msg, size_t len, const uint8_t *sig,
			    size_t siglen)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int rc;

	ERR_set_mark();
	rc = EVP_DigestVerifyInit_ex(ctx, NULL, md, referee, NULL, pub, NULL) == 1 &&
	     EVP_DigestVerify(ctx, sig, siglen, msg, len) == 1;
	ERR_pop_to_mark(); /* a no is an answer */
	EVP_MD_CTX_free(ctx);
	return rc;
}

static int referee_verifies_raw(const uint8_t *tbs, size_t len, const uint8_t *sig, size_t siglen)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(referee, pub, NULL);
	int rc;

	rc = EVP_PKEY_verify_init(ctx) == 1 && EVP_PKEY_verify(ctx, sig, siglen, tbs, len) == 1;
	EVP_PKEY_CTX_free(ctx);
	return rc;
}

static int sign_and_verify(EVP_PKEY *key, const char *md)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[72];
	size_t len = sizeof(sig);
	int rc;

	rc = EVP_DigestSignInit_ex(ctx, NULL, md, ours, NULL, key, NULL) == 1 &&
	     EVP_DigestSign(ctx, sig, &len, (const void *)MESSAGE, strlen(MESSAGE)) == 1 &&
	     referee_verifies(md, MESSAGE, strlen(MESSAGE), sig, len);
	EVP_MD_CTX_free(ctx);
	return rc;
}

/* ------------------------------------------------------------------ the key */

static void key_facts(void **state)
{
	EVP_PKEY *key = load(), *both;
	char group[32];
	BIGNUM *priv = NULL;
	OSSL_PARAM *params = NULL;
	size_t len;

	assert_quiet();
	assert_true(EVP_PKEY_is_a(key, "EC"));
	assert_true(EVP_PKEY_is_a(key, "id-ecPublicKey"));
	assert_int_equal(EVP_PKEY_get_id(key), EVP_PKEY_EC);
	assert_int_equal(EVP_PKEY_get_bits(key), 256);
	assert_int_equal(EVP_PKEY_get_security_bits(key), 128);
	assert_int_equal(EVP_PKEY_get_size(key), 72);
	assert_int_equal(EVP_PKEY_get_group_name(key, group, sizeof(group), &len), 1);
	assert_string_equal(group, "prime256v1");
	assert_string_equal(OSSL_PROVIDER_get0_name(EVP_PKEY_get0_provider(key)), "ecc508a");

	/* The same public key as the referee read from the chip, either way round */
	assert_int_equal(EVP_PKEY_eq(key, pub), 1);
	assert_int_equal(EVP_PKEY_eq(pub, key), 1);

	/* and no private half to be had */
	assert_int_equal(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &priv), 0);
	assert_int_equal(EVP_PKEY_todata(key, EVP_PKEY_KEYPAIR, &params), 0);
	assert_null(params);
	ERR_clear_error();

	both = EVP_PKEY_dup(key);
	assert_non_null(both);
	assert_int_equal(EVP_PKEY_eq(key, both), 1);
	EVP_PKEY_free(key);
	assert_true(sign_and_verify(both, "SHA256"));
	EVP_PKEY_free(both);
	assert_quiet();
}

static void key_reload(void **state)
{
	int i;

	for (i = 0; i < 20; i++)
		EVP_PKEY_free(load());
	assert_quiet();
}

static void key_check(void **state)
{
	EVP_PKEY *key = load();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(ours, key, NULL);

	assert_int_equal(EVP_PKEY_public_check(ctx), 1);
	assert_int_equal(EVP_PKEY_pairwise_check(ctx), 1);
	assert_quiet();
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
}

/* ------------------------------------------------------------------ signing */

static void digests(void **state)
{
	static const char *const mds[] = { "SHA1",   "SHA224", "SHA256",
					   "SHA384", "SHA512", "SHA3-256" };
	EVP_PKEY *key = load();
	size_t i;

	for (i = 0; i < sizeof(mds) / sizeof(mds[0]); i++)
		if (!sign_and_verify(key, mds[i]))
			fail_msg("%s", mds[i]);
	assert_quiet();
	EVP_PKEY_free(key);
}

/* Digests shorter and longer than 256 bits, zero bits in front */
static void raw_lengths(void **state)
{
	static const size_t lengths[] = { 1, 20, 28, 31, 32, 33, 48, 64 };
	uint8_t tbs[65] = { 0, 0 }, sig[72];
	EVP_PKEY *key = load();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(ours, key, NULL);
	size_t i, len;

	for (i = 2; i < sizeof(tbs); i++)
		tbs[i] = 3 * i;
	tbs[0] = 0x80;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		len = sizeof(sig);
		assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
		assert_int_equal(EVP_PKEY_sign(ctx, sig, &len, tbs, lengths[i]), 1);
		if (!referee_verifies_raw(tbs, lengths[i], sig, len))
			fail_msg("%zu bytes", lengths[i]);
	}
	assert_quiet();

	/* What cannot be a digest is not signed */
	len = sizeof(sig);
	assert_int_equal(EVP_PKEY_sign(ctx, sig, &len, tbs, 65), 0);
	assert_complains("digest not usable");
	len = sizeof(sig);
	assert_int_equal(EVP_PKEY_sign(ctx, sig, &len, tbs, 0), 0);
	assert_complains("digest not usable");
	len = 71;
	assert_int_equal(EVP_PKEY_sign(ctx, sig, &len, tbs, 32), 0);
	assert_complains("output buffer too small");
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
}

static void copied_context(void **state)
{
	EVP_PKEY *key = load();
	EVP_MD_CTX *a = EVP_MD_CTX_new(), *b = EVP_MD_CTX_new();
	uint8_t sig[72];
	size_t len = 0;

	assert_int_equal(EVP_DigestSignInit_ex(a, NULL, "SHA256", ours, NULL, key, NULL), 1);
	assert_int_equal(EVP_DigestSignUpdate(a, "ab", 2), 1);
	assert_int_equal(EVP_MD_CTX_copy_ex(b, a), 1);
	EVP_PKEY_free(key); /* the contexts keep what they need */
	assert_int_equal(EVP_DigestSignUpdate(a, "c", 1), 1);
	assert_int_equal(EVP_DigestSignFinal(a, NULL, &len), 1);
	assert_int_equal(len, 72);
	assert_int_equal(EVP_DigestSignFinal(a, sig, &len), 1);
	assert_true(referee_verifies("SHA256", "abc", 3, sig, len));
	EVP_MD_CTX_free(a);

	len = sizeof(sig);
	assert_int_equal(EVP_DigestSignUpdate(b, "d", 1), 1);
	assert_int_equal(EVP_DigestSignFinal(b, sig, &len), 1);
	assert_true(referee_verifies("SHA256", "abd", 3, sig, len));
	assert_false(referee_verifies("SHA256", "abc", 3, sig, len));
	EVP_MD_CTX_free(b);
	assert_quiet();
}

static void verify_with_chip_key(void **state)
{
	EVP_PKEY *key = load();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t sig[72];
	size_t len = sizeof(sig);

	assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, "SHA256", ours, NULL, key, NULL), 1);
	assert_int_equal(EVP_DigestSign(ctx, sig, &len, (const void *)"abc", 3), 1);
	assert_int_equal(EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", ours, NULL, key, NULL), 1);
	assert_int_equal(EVP_DigestVerify(ctx, sig, len, (const void *)"abc", 3), 1);
	assert_int_equal(EVP_DigestVerifyInit_ex(ctx, NULL, "SHA256", ours, NULL, key, NULL), 1);
	assert_int_equal(EVP_DigestVerify(ctx, sig, len, (const void *)"abd", 3), 0);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	ERR_clear_error();
}

/* ------------------------------------------------------------------ other keys, in our hands */

static void public_key_of_others(void **state)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(ours, "EC", "provider=ecc508a");
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params = NULL;
	EVP_MD_CTX *mdctx = EVP_MD_CTX_new();

	assert_non_null(ctx);
	assert_int_equal(EVP_PKEY_todata(pub, EVP_PKEY_PUBLIC_KEY, &params), 1);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	assert_int_equal(EVP_PKEY_eq(key, pub), 1);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);

	/* A public key signs nothing, and says so */
	ERR_clear_error();
	assert_int_not_equal(EVP_DigestSignInit_ex(mdctx, NULL, "SHA256", ours, "provider=ecc508a",
						   key, NULL),
			     1);
	assert_complains("key has no private half");
	EVP_MD_CTX_free(mdctx);
	EVP_PKEY_free(key);
}

/* Any curve: we may be first in somebody's list */
static void software_keys(void **state)
{
	static const char *const groups[] = { "P-256", "P-384", "P-521", "secp256k1",
					      "brainpoolP256r1" };
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key, *copy;
	EVP_MD_CTX *mdctx;
	uint8_t sig[256];
	size_t i, len;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		ctx = EVP_PKEY_CTX_new_from_name(ours, "EC", "provider=ecc508a");
		key = NULL;
		assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
		assert_int_equal(EVP_PKEY_CTX_set_group_name(ctx, groups[i]), 1);
		assert_int_equal(EVP_PKEY_keygen(ctx, &key), 1);
		EVP_PKEY_CTX_free(ctx);
		copy = EVP_PKEY_dup(key);
		assert_non_null(copy);
		assert_int_equal(EVP_PKEY_eq(key, copy), 1);

		mdctx = EVP_MD_CTX_new();
		len = sizeof(sig);
		assert_int_equal(
			EVP_DigestSignInit_ex(mdctx, NULL, "SHA384", ours, NULL, copy, NULL), 1);
		assert_int_equal(EVP_DigestSign(mdctx, sig, &len, (const void *)"abc", 3), 1);
		assert_int_equal(
			EVP_DigestVerifyInit_ex(mdctx, NULL, "SHA384", ours, NULL, key, NULL), 1);
		assert_int_equal(EVP_DigestVerify(mdctx, sig, len, (const void *)"abc", 3), 1);
		EVP_MD_CTX_free(mdctx);
		EVP_PKEY_free(key);
		EVP_PKEY_free(copy);
	}
	assert_quiet();
}

/* As a TLS server does it: parameters from one key, the public half from the wire */
static void ephemeral_exchange(void **state)
{
	EVP_PKEY *a, *b = EVP_PKEY_new(), *b_pub = EVP_PKEY_new();
	uint8_t za[32], zb[32], *enc;
	EVP_PKEY_CTX *ctx;
	size_t len;

	ctx = EVP_PKEY_CTX_new_from_name(ours, "EC", "provider=ecc508a");
	a = NULL;
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_group_name(ctx, "P-256"), 1);
	assert_int_equal(EVP_PKEY_keygen(ctx, &a), 1);
	EVP_PKEY_CTX_free(ctx);

	/* b is generated from a as its template */
	ctx = EVP_PKEY_CTX_new_from_pkey(ours, a, NULL);
	EVP_PKEY_free(b);
	b = NULL;
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_keygen(ctx, &b), 1);
	EVP_PKEY_CTX_free(ctx);
	assert_int_equal(EVP_PKEY_eq(a, b), 0);

	assert_int_equal(EVP_PKEY_copy_parameters(b_pub, b), 1);
	len = EVP_PKEY_get1_encoded_public_key(b, &enc);
	assert_int_equal(len, 65);
	assert_int_equal(EVP_PKEY_set1_encoded_public_key(b_pub, enc, len), 1);
	OPENSSL_free(enc);

	ctx = EVP_PKEY_CTX_new_from_pkey(ours, a, NULL);
	len = sizeof(za);
	assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
	assert_int_equal(EVP_PKEY_derive_set_peer(ctx, b_pub), 1);
	assert_int_equal(EVP_PKEY_derive(ctx, za, &len), 1);
	EVP_PKEY_CTX_free(ctx);
	ctx = EVP_PKEY_CTX_new_from_pkey(ours, b, NULL);
	len = sizeof(zb);
	assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
	assert_int_equal(EVP_PKEY_derive_set_peer(ctx, a), 1);
	assert_int_equal(EVP_PKEY_derive(ctx, zb, &len), 1);
	EVP_PKEY_CTX_free(ctx);
	assert_memory_equal(za, zb, sizeof(za));
	EVP_PKEY_free(a);
	EVP_PKEY_free(b);
	EVP_PKEY_free(b_pub);
	assert_quiet();
}

/* ------------------------------------------------------------------ store */

static void store(void **state)
{
	OSSL_STORE_CTX *ctx;
	OSSL_STORE_INFO *info;
	EVP_PKEY *key = NULL;

	ctx = OSSL_STORE_open_ex("ecc508a:slot=0", ours, NULL, NULL, NULL, NULL, NULL, NULL);
	assert_non_null(ctx);
	info = OSSL_STORE_load(ctx);
	assert_non_null(info);
	assert_int_equal(OSSL_STORE_INFO_get_type(info), OSSL_STORE_INFO_PKEY);
	key = OSSL_STORE_INFO_get1_PKEY(info);
	OSSL_STORE_INFO_free(info);
	assert_null(OSSL_STORE_load(ctx));
	assert_true(OSSL_STORE_eof(ctx));
	OSSL_STORE_close(ctx);
	assert_int_equal(EVP_PKEY_eq(key, pub), 1);
	assert_true(sign_and_verify(key, "SHA256"));
	EVP_PKEY_free(key);

	ctx = OSSL_STORE_open_ex("ecc508a:type=public", ours, NULL, NULL, NULL, NULL, NULL, NULL);
	assert_non_null(ctx);
	info = OSSL_STORE_load(ctx);
	assert_non_null(info);
	assert_int_equal(OSSL_STORE_INFO_get_type(info), OSSL_STORE_INFO_PUBKEY);
	OSSL_STORE_INFO_free(info);
	OSSL_STORE_close(ctx);
	ERR_clear_error();

	assert_null(
		OSSL_STORE_open_ex("ecc508a:slot=16", ours, NULL, NULL, NULL, NULL, NULL, NULL));
	assert_complains("slot=16 is not a slot (0 to 15)");
	assert_null(OSSL_STORE_open_ex("ecc508a:pin=1", ours, NULL, NULL, NULL, NULL, NULL, NULL));
	assert_complains("unknown attribute \"pin\"");
}

/* ------------------------------------------------------------------ threads and fork */

static int rounds;

static void *thread_main(void *arg)
{
	EVP_PKEY *key = arg;
	intptr_t good = 0;
	int i;

	for (i = 0; i < rounds; i++)
		good += sign_and_verify(key, "SHA256");
	return (void *)good;
}

static void threads(void **state)
{
	pthread_t t[THREADS];
	EVP_PKEY *key = load();
	void *good;
	long sum = 0;
	int i;

	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&t[i], NULL, thread_main, key), 0);
	for (i = 0; i < THREADS; i++) {
		pthread_join(t[i], &good);
		sum += (intptr_t)good;
	}
	assert_int_equal(sum, (long)THREADS * rounds);
	EVP_PKEY_free(key);
	assert_quiet();
}

/* As a server with workers: load, fork, sign in all of them at once */
static void forks(void **state)
{
	static EVP_PKEY *key; /* where a leak checker finds it, in the children too */
	pid_t pid[4];
	int i, status;

	key = load();
	assert_true(sign_and_verify(key, "SHA256"));
	rounds = (rounds + 4) / 5;
	for (i = 0; i < 4; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] == 0)
			_exit((intptr_t)thread_main(key) == rounds ? 0 : 1);
	}
	assert_int_equal((intptr_t)thread_main(key), rounds);
	for (i = 0; i < 4; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	EVP_PKEY_free(key);
}

/* ------------------------------------------------------------------ TLS in one process */

static X509 *self_signed(OSSL_LIB_CTX *ctx, EVP_PKEY *key, const char *name)
{
	X509 *cert = X509_new_ex(ctx, NULL);

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -60);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_set_pubkey(cert, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
				   (const void *)name, -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(cert));
	assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
	return cert;
}

static void handshake(SSL_CTX *client_ctx, SSL_CTX *server_ctx)
{
	SSL *client = SSL_new(client_ctx), *server = SSL_new(server_ctx);
	BIO *c, *s;
	int i, rc = 0, rs = 0;

	assert_int_equal(BIO_new_bio_pair(&c, 0, &s, 0), 1);
	SSL_set_bio(client, c, c);
	SSL_set_bio(server, s, s);
	SSL_set_connect_state(client);
	SSL_set_accept_state(server);
	for (i = 0; i < 20 && !(rc == 1 && rs == 1); i++) {
		rc = SSL_do_handshake(client);
		rs = SSL_do_handshake(server);
	}
	if (rc != 1 || rs != 1)
		ERR_print_errors_fp(stderr);
	assert_int_equal(rc, 1);
	assert_int_equal(rs, 1);
	assert_int_equal(SSL_get_verify_result(server), X509_V_OK);
	assert_quiet();
	SSL_free(client);
	SSL_free(server);
}

static void tls(void **state)
{
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	static const char *const groups[] = { "X25519:P-256", "P-256", "P-384:P-256" };
	EVP_PKEY *key = load(), *soft = EVP_PKEY_Q_keygen(referee, NULL, "EC", "P-256");
	X509 *cert = self_signed(ours, key, "device");
	X509 *server_cert = self_signed(referee, soft, "server");
	SSL_CTX *client, *server;
	size_t v, g;
	int side;

	for (v = 0; v < 2; v++) {
		for (g = 0; g < 3; g++) {
			for (side = 0; side < 2; side++) {
				client = SSL_CTX_new_ex(side ? referee : ours, NULL,
							TLS_client_method());
				server = SSL_CTX_new_ex(side ? ours : referee, NULL,
							TLS_server_method());
				SSL_CTX_set_min_proto_version(client, versions[v]);
				SSL_CTX_set_max_proto_version(client, versions[v]);
				assert_int_equal(SSL_CTX_set1_groups_list(client, groups[g]), 1);
				assert_int_equal(SSL_CTX_set1_groups_list(server, groups[g]), 1);
				/* the chip's side, and the other */
				SSL_CTX_use_certificate(side ? server : client, cert);
				assert_int_equal(
					SSL_CTX_use_PrivateKey(side ? server : client, key), 1);
				assert_int_equal(SSL_CTX_check_private_key(side ? server : client),
						 1);
				X509_STORE_add_cert(SSL_CTX_get_cert_store(side ? client : server),
						    cert);
				SSL_CTX_use_certificate(side ? client : server, server_cert);
				SSL_CTX_use_PrivateKey(side ? client : server, soft);
				X509_STORE_add_cert(SSL_CTX_get_cert_store(side ? server : client),
						    server_cert);
				SSL_CTX_set_verify(client, SSL_VERIFY_PEER, NULL);
				SSL_CTX_set_verify(
					server, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
					NULL);
				assert_quiet();
				handshake(client, server);
				SSL_CTX_free(client);
				SSL_CTX_free(server);
			}
		}
	}

	/* A certificate of another key is noticed before anything is sent */
	client = SSL_CTX_new_ex(ours, NULL, TLS_client_method());
	assert_int_equal(SSL_CTX_use_certificate(client, server_cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(client, key), 0);
	assert_complains("key values mismatch");
	SSL_CTX_free(client);

	X509_free(cert);
	X509_free(server_cert);
	EVP_PKEY_free(key);
	EVP_PKEY_free(soft);
}

/* ------------------------------------------------------------------ */

static int setup(void **state)
{
	const char *order = getenv("ECC508A_TEST_ORDER");
	const char *n = getenv("ECC508A_TEST_ROUNDS");
	BIO *in;

	rounds = n ? atoi(n) : 10;
	ours = OSSL_LIB_CTX_new();
	referee = OSSL_LIB_CTX_new();
	OSSL_PROVIDER_add_builtin(ours, "ecc508a", ecc508a_provider_init);
	if (order && strcmp(order, "first") == 0)
		ours_ecc = OSSL_PROVIDER_load(ours, "ecc508a");
	ours_default = OSSL_PROVIDER_load(ours, "default");
	if (!ours_ecc)
		ours_ecc = OSSL_PROVIDER_load(ours, "ecc508a");
	referee_default = OSSL_PROVIDER_load(referee, "default");
	in = BIO_new_file(getenv("ECC508A_TEST_PUB"), "r");
	pub = PEM_read_bio_PUBKEY_ex(in, NULL, NULL, NULL, referee, NULL);
	BIO_free(in);
	if (ours_ecc && ours_default && referee_default && pub)
		return 0;
	ERR_print_errors_fp(stderr);
	return -1;
}

static int teardown(void **state)
{
	EVP_PKEY_free(pub);
	OSSL_PROVIDER_unload(ours_ecc);
	OSSL_PROVIDER_unload(ours_default);
	OSSL_PROVIDER_unload(referee_default);
	OSSL_LIB_CTX_free(ours);
	OSSL_LIB_CTX_free(referee);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_facts),
		cmocka_unit_test(key_reload),
		cmocka_unit_test(key_check),
		cmocka_unit_test(digests),
		cmocka_unit_test(raw_lengths),
		cmocka_unit_test(copied_context),
		cmocka_unit_test(verify_with_chip_key),
		cmocka_unit_test(public_key_of_others),
		cmocka_unit_test(software_keys),
		cmocka_unit_test(ephemeral_exchange),
		cmocka_unit_test(store),
		cmocka_unit_test(threads),
		cmocka_unit_test(forks),
		cmocka_unit_test(tls),
	};

	return cmocka_run_group_tests_name("operations", tests, setup, teardown);
}
