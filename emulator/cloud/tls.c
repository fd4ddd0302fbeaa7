// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/*
 * The TLS shim: the four libssl functions mosquitto uses that AWS would answer
 * differently, or that carry what tests want to see. mosquitto serves all
 * clients from one thread, so nothing here is locked.
 */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/ssl.h>

#include "plugin.h"
#include "settings.h"
#include "tls.h"

#define EXPORT __attribute__((visibility("default")))

/* AWS: MQTT over port 443 is asked for by this name. */
static const unsigned char aws_alpn[] = "\x0ex-amzn-mqtt-ca";

enum packet {
	PACKET_CONNACK = 2,
	PACKET_PUBACK = 4,
	PACKET_SUBACK = 9,
	PACKET_PINGRESP = 13,
	PACKET_DISCONNECT = 14,
};

/* Finds the packets in one direction of the stream. */
struct framer {
	enum {
		AT_TYPE,
		IN_LENGTH,
		IN_BODY
	} state;
	unsigned int type;
	unsigned int shift;
	uint32_t left;
	bool drop;
	struct cloud_tls_traffic seen;
};

struct cloud_tls_conn {
	int refs;
	SSL *ssl; /* NULL once mosquitto has freed it */
	struct cloud_tls info;
	struct timespec started;
	bool finished;
	struct framer in, out;
};

static struct cloud_tls_conn *last_asked;
static const struct cloud_store *fault_store;
static SSL_CTX *listener;
static int conn_index = -1;

/* Stores libssl's own function of that name in *@fn, a function pointer. */
static void real(const char *name, void *fn)
{
	void *found = dlsym(RTLD_NEXT, name);

	/* Only reached from mosquitto, which was linked with libssl. */
	if (!found)
		abort();
	memcpy(fn, &found, sizeof(found));
}

static void conn_free(void *parent, void *ptr, CRYPTO_EX_DATA *ad, int idx, long argl, void *argp)
{
	struct cloud_tls_conn *conn = ptr;

	if (!conn)
		return;
	if (last_asked == conn)
		last_asked = NULL;
	conn->ssl = NULL;
	cloud_tls_put(conn);
}

static struct cloud_tls_conn *conn_of(SSL *ssl, bool create)
{
	struct cloud_tls_conn *conn;

	if (conn_index < 0)
		conn_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, conn_free);
	if (conn_index < 0)
		return NULL;
	conn = SSL_get_ex_data(ssl, conn_index);
	if (conn || !create)
		return conn;
	conn = calloc(1, sizeof(*conn));
	if (!conn)
		return NULL;
	conn->refs = 1;
	conn->ssl = ssl;
	if (!SSL_set_ex_data(ssl, conn_index, conn)) {
		free(conn);
		return NULL;
	}
	return conn;
}

static double since_ms(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) * 1e3 +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e6;
}

static void on_info(const SSL *ssl, int where, int ret)
{
	struct cloud_tls_conn *conn = conn_of((SSL *)ssl, where & SSL_CB_HANDSHAKE_START);

	/* TLS 1.3 reports its tickets as further handshakes: the first one counts. */
	if (!conn || conn->finished)
		return;
	if (where & SSL_CB_HANDSHAKE_START) {
		clock_gettime(CLOCK_MONOTONIC, &conn->started);
	} else if (where & SSL_CB_HANDSHAKE_DONE) {
		conn->info.handshake_ms = since_ms(&conn->started);
		conn->finished = true;
	}
}

static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *outlen,
		   const unsigned char *in, unsigned int inlen, void *arg)
{
	if (SSL_select_next_proto((unsigned char **)out, outlen, aws_alpn, sizeof(aws_alpn) - 1, in,
				  inlen) == OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_OK;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* AWS lets the handshake finish and looks the certificate up afterwards: so does the plugin. */
static int accept_any(int ok, X509_STORE_CTX *ctx)
{
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

EXPORT void SSL_CTX_set_verify(SSL_CTX *ctx, int mode, SSL_verify_cb callback)
{
	void (*next)(SSL_CTX *, int, SSL_verify_cb);

	real("SSL_CTX_set_verify", &next);
	if (mode & SSL_VERIFY_FAIL_IF_NO_PEER_CERT) {
		const char *max = getenv(CLOUD_TLS_MAX_ENV);

		SSL_CTX_free(listener);
		listener = SSL_CTX_up_ref(ctx) ? ctx : NULL;
		if (!getenv(CLOUD_STRICT_ENV))
			callback = accept_any;
		SSL_CTX_set_info_callback(ctx, on_info);
		SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
		/* AWS resumes no session: every connect is a full handshake, a full signature. */
		SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
		SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
		SSL_CTX_set_num_tickets(ctx, 0);
		if (max && !strcmp(max, "1.2"))
			SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	}
	next(ctx, mode, callback);
}

EXPORT X509 *SSL_get1_peer_certificate(const SSL *ssl)
{
	X509 *(*next)(const SSL *);

	real("SSL_get1_peer_certificate", &next);
	last_asked = conn_of((SSL *)ssl, true);
	return next(ssl);
}

static int64_t *knob(struct cloud_settings *settings, unsigned int type)
{
	switch (type) {
	case PACKET_CONNACK:
		return &settings->fault_drop_connack;
	case PACKET_PUBACK:
		return &settings->fault_drop_puback;
	case PACKET_SUBACK:
		return &settings->fault_drop_suback;
	case PACKET_PINGRESP:
		return &settings->fault_drop_pingresp;
	}
	return NULL;
}

static bool take_fault(unsigned int type)
{
	struct cloud_settings settings;
	int64_t *left;
	bool drop;
	int lock;

	if (!fault_store || !knob(&settings, type))
		return false;
	lock = cloud_store_lock(fault_store);
	if (lock < 0)
		return false;
	left = knob(&settings, type);
	drop = !cloud_settings_load(fault_store, &settings) && *left;
	if (drop && *left > 0) {
		--*left;
		cloud_settings_save(fault_store, &settings);
	}
	cloud_store_unlock(lock);
	return drop;
}

/* Feeds one byte; true if it ends a packet. */
static bool frame_byte(struct framer *f, unsigned char byte)
{
	switch (f->state) {
	case AT_TYPE:
		f->type = byte >> 4;
		f->left = 0;
		f->shift = 0;
		f->state = IN_LENGTH;
		return false;
	case IN_LENGTH:
		f->left |= (uint32_t)(byte & 0x7f) << f->shift;
		f->shift += 7;
		/* Four length bytes at most (MQTT 3.1.1, 2.2.3); mosquitto cuts off what has more. */
		if ((byte & 0x80) && f->shift < 28)
			return false;
		f->state = f->left ? IN_BODY : AT_TYPE;
		break;
	case IN_BODY:
		if (!--f->left)
			f->state = AT_TYPE;
		break;
	}
	if (f->state == AT_TYPE)
		f->seen.packets++;
	return f->state == AT_TYPE;
}

EXPORT int SSL_read(SSL *ssl, void *buf, int num)
{
	int (*next)(SSL *, void *, int), n;
	struct cloud_tls_conn *conn;

	real("SSL_read", &next);
	n = next(ssl, buf, num);
	/* Behind the read: it may have been the one that began the handshake. */
	conn = conn_of(ssl, false);
	if (!conn || n <= 0)
		return n;
	conn->in.seen.bytes += (uint64_t)n;
	for (int i = 0; i < n; i++) {
		if (frame_byte(&conn->in, ((unsigned char *)buf)[i]) &&
		    conn->in.type == PACKET_DISCONNECT)
			conn->info.client_said_goodbye = true;
	}
	return n;
}

/* mosquitto writes packet by packet, so a drop is decided where a write begins a packet. */
EXPORT int SSL_write(SSL *ssl, const void *buf, int num)
{
	struct cloud_tls_conn *conn = conn_of(ssl, false);
	int (*next)(SSL *, const void *, int);
	int n = num;

	real("SSL_write", &next);
	if (!conn || num <= 0)
		return next(ssl, buf, num);
	if (conn->out.state == AT_TYPE)
		conn->out.drop = take_fault(*(const unsigned char *)buf >> 4);
	if (!conn->out.drop)
		n = next(ssl, buf, num);
	for (int i = 0; i < n; i++)
		frame_byte(&conn->out, ((const unsigned char *)buf)[i]);
	if (n > 0 && !conn->out.drop)
		conn->out.seen.bytes += (uint64_t)n;
	return n;
}

struct cloud_tls_conn *cloud_tls_get(void)
{
	struct cloud_tls_conn *conn = last_asked;

	last_asked = NULL;
	if (conn)
		conn->refs++;
	return conn;
}

void cloud_tls_put(struct cloud_tls_conn *conn)
{
	if (conn && !--conn->refs)
		free(conn);
}

void cloud_tls_read(const struct cloud_tls_conn *conn, struct cloud_tls *out)
{
	const unsigned char *alpn = NULL;
	STACK_OF(X509) * chain;
	const char *name;
	unsigned int len = 0;

	memset(out, 0, sizeof(*out));
	if (!conn)
		return;
	*out = conn->info;
	out->in = conn->in.seen;
	out->out = conn->out.seen;
	if (!conn->ssl)
		return;
	snprintf(out->version, sizeof(out->version), "%s", SSL_get_version(conn->ssl));
	snprintf(out->cipher, sizeof(out->cipher), "%s",
		 SSL_CIPHER_get_name(SSL_get_current_cipher(conn->ssl)));
	name = SSL_get_servername(conn->ssl, TLSEXT_NAMETYPE_host_name);
	snprintf(out->sni, sizeof(out->sni), "%s", name ? name : "");
	SSL_get0_alpn_selected(conn->ssl, &alpn, &len);
	if (alpn && len < sizeof(out->alpn))
		memcpy(out->alpn, alpn, len);
	/* On the server side OpenSSL keeps the leaf apart from the rest. */
	chain = SSL_get_peer_cert_chain(conn->ssl);
	out->chain_length = 1 + (chain ? sk_X509_num(chain) : 0);
}

bool cloud_tls_trust(const char *path)
{
	/* Those it knows already are no error (X509_STORE_add_cert). */
	return listener && SSL_CTX_load_verify_file(listener, path) == 1;
}

void cloud_tls_faults(const struct cloud_store *store)
{
	fault_store = store;
	if (!store) {
		SSL_CTX_free(listener);
		listener = NULL;
	}
}
