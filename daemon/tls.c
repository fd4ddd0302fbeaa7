// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "tls.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"

/* TLS 1.2 suites that AWS IoT Core takes and that keep forward secrecy; 1.3 has its own. */
#define TLS_CIPHERS                      \
	"ECDHE-ECDSA-AES128-GCM-SHA256:" \
	"ECDHE-RSA-AES128-GCM-SHA256:"   \
	"ECDHE-ECDSA-AES256-GCM-SHA384:" \
	"ECDHE-RSA-AES256-GCM-SHA384:"   \
	"ECDHE-ECDSA-CHACHA20-POLY1305:" \
	"ECDHE-RSA-CHACHA20-POLY1305"

static struct tls_trace *tls_trace_of(const SSL *ssl)
{
	return SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
}

static void tls_on_done(const SSL *ssl, struct tls_trace *t)
{
	/* TLS 1.3 says "done" again for each session ticket. */
	if (t->attempt.handshake_done)
		return;
	t->attempt.handshake_done = true;
	t->handshake_us = clock_mono_us() - t->start_us;
	snprintf(t->version, sizeof(t->version), "%s", SSL_get_version(ssl));
	snprintf(t->suite, sizeof(t->suite), "%s", SSL_get_cipher_name(ssl));
}

/*
 * The state machine calls this after every step. The step that ends with CertificateVerify
 * on its way is the one in which the key signed: its length is the time the chip took.
 */
static void tls_on_step(const SSL *ssl, struct tls_trace *t)
{
	int64_t now = clock_mono_us();

	if (!t->attempt.handshake_done && SSL_get_state(ssl) == TLS_ST_CW_CERT_VRFY) {
		t->sign_us = now - t->step_us;
		t->signatures++;
	}
	t->step_us = now;
}

/* The first entry of the queue is the provider's own; those behind it only say "failed". */
static void tls_on_key_failure(struct tls_trace *t)
{
	const char *data = NULL;
	unsigned long e;
	int flags = 0;

	t->attempt.key_failed = true;
	e = ERR_peek_error_all(NULL, NULL, NULL, &data, &flags);
	if (data && *data && flags & ERR_TXT_STRING)
		snprintf(t->attempt.key_text, sizeof(t->attempt.key_text), "%s", data);
	else if (e && ERR_reason_error_string(e))
		snprintf(t->attempt.key_text, sizeof(t->attempt.key_text), "%s",
			 ERR_reason_error_string(e));
}

static void tls_info(const SSL *ssl, int where, int ret)
{
	struct tls_trace *t = tls_trace_of(ssl);

	if (!t)
		return;
	if (where & SSL_CB_ALERT) {
		/* The high byte is the level; a warning (close_notify) decides nothing. */
		if (ret >> 8 != SSL3_AL_FATAL)
			return;
		if (where & SSL_CB_READ) {
			t->attempt.alert_in = true;
			t->attempt.alert_in_code = ret & 0xff;
		} else {
			t->attempt.alert_out = true;
			if (SSL_get_state(ssl) == TLS_ST_CW_CERT_VRFY)
				tls_on_key_failure(t);
		}
	} else if (where & SSL_CB_HANDSHAKE_START) {
		if (!t->attempt.handshake_done)
			t->step_us = clock_mono_us();
	} else if (where & SSL_CB_HANDSHAKE_DONE) {
		tls_on_done(ssl, t);
	} else if (where & SSL_CB_LOOP) {
		tls_on_step(ssl, t);
		/*
		 * ClientHello is on its way: here time begins, not while TCP connects. And TCP is
		 * up: an answer may come, and end it all, before anybody has looked at the socket.
		 */
		if (SSL_get_state(ssl) == TLS_ST_CW_CLNT_HELLO) {
			t->attempt.tcp_up = true;
			if (!t->start_us)
				t->start_us = t->step_us;
		}
	}
}

static int tls_verify(int ok, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tls_trace *t = ssl ? tls_trace_of(ssl) : NULL;

	if (!ok && t && !t->attempt.verify_error) {
		t->attempt.verify_error = X509_STORE_CTX_get_error(store);
		t->attempt.verify_depth = X509_STORE_CTX_get_error_depth(store);
	}
	return ok;
}

static int tls_use_identity(SSL_CTX *ctx, const struct identity *id)
{
	if (!SSL_CTX_use_certificate(ctx, id->leaf) || !SSL_CTX_use_PrivateKey(ctx, id->key))
		return 0;
	for (int i = 0; i < sk_X509_num(id->signers); i++) {
		if (!SSL_CTX_add1_chain_cert(ctx, sk_X509_value(id->signers, i)))
			return 0;
	}
	/* Send what the file holds, and do not fill the chain up from the server's CAs. */
	SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
	return 1;
}

static int tls_use_alpn(SSL_CTX *ctx, const char *name)
{
	unsigned char proto[65];
	size_t len = strlen(name);

	if (!len)
		return 1;
	proto[0] = (unsigned char)len;
	memcpy(proto + 1, name, len);
	return SSL_CTX_set_alpn_protos(ctx, proto, (unsigned int)len + 1) == 0;
}

SSL_CTX *tls_ctx_new(OSSL_LIB_CTX *libctx, const struct config *cfg, const struct identity *id,
		     struct tls_trace *trace, char *error, size_t size)
{
	SSL_CTX *ctx = SSL_CTX_new_ex(libctx, NULL, TLS_client_method());
	X509_VERIFY_PARAM *param;
	const char *what = "TLS", *reason;
	unsigned long e;

	ERR_clear_error();
	if (!ctx)
		goto err;
	SSL_CTX_set_app_data(ctx, trace);
	SSL_CTX_set_info_callback(ctx, tls_info);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, tls_verify);
	SSL_CTX_set_options(ctx,
			    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
	/* Nothing here resumes: AWS IoT gives no tickets, so each handshake is a whole one. */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	/* libmosquitto may repeat a write from another address. */
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (!SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) ||
	    !SSL_CTX_set_cipher_list(ctx, TLS_CIPHERS))
		goto err;

	param = SSL_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (!X509_VERIFY_PARAM_set1_host(param, cfg->host, 0))
		goto err;
	if (!tls_use_alpn(ctx, cfg->alpn))
		goto err;

	what = cfg->ca_file;
	if (!SSL_CTX_load_verify_file(ctx, cfg->ca_file))
		goto err;
	what = cfg->certificate;
	if (!tls_use_identity(ctx, id))
		goto err;
	return ctx;
err:
	e = ERR_peek_error();
	/* A file that cannot be opened is the C library's error, not OpenSSL's. */
	reason = ERR_SYSTEM_ERROR(e) ? strerror(ERR_GET_REASON(e)) : ERR_reason_error_string(e);
	if (!reason)
		reason = "no reason given";
	if (what == cfg->ca_file)
		snprintf(error, size,
			 "ca_file %s cannot be used (%s): it must hold the CA certificates of the "
			 "server in PEM form",
			 what, reason);
	else
		snprintf(error, size, "%s: %s", what, reason);
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return NULL;
}

void tls_prepare(SSL_CTX *ctx, struct tls_trace *trace, time_t now)
{
	unsigned int signatures = trace->signatures;

	memset(trace, 0, sizeof(*trace));
	trace->signatures = signatures;
	X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(ctx), now);
}
