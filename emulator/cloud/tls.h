/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TLS shim. The plugin interface of mosquitto shows nothing of the TLS
 * session and cannot judge SNI, ALPN or unknown CAs the way AWS does. `serve`
 * therefore preloads the plugin into the broker, where it stands between
 * mosquitto and libssl. Without the preload everything here says "unknown"
 * and the broker's own, stricter TLS behaviour remains.
 */
#ifndef ECC508A_CLOUD_TLS_H
#define ECC508A_CLOUD_TLS_H

#include <stdbool.h>
#include <stdint.h>

#include "store.h"

struct cloud_tls_traffic {
	uint64_t bytes;
	uint64_t packets;
};

struct cloud_tls {
	char version[16]; /* empty: the shim is not loaded */
	char cipher[64];
	char sni[256];
	char alpn[32];
	double handshake_ms;
	int chain_length; /* certificates the client sent */
	struct cloud_tls_traffic in, out;
	bool client_said_goodbye; /* an MQTT DISCONNECT was read */
};

/*
 * A handle on the TLS session that mosquitto_client_certificate() was asked
 * about last, NULL without shim. It stays valid until cloud_tls_put().
 */
struct cloud_tls_conn *cloud_tls_get(void);
void cloud_tls_put(struct cloud_tls_conn *conn);
void cloud_tls_read(const struct cloud_tls_conn *conn, struct cloud_tls *out);

/* Adds the CAs of a PEM file to the listener; false without shim. */
bool cloud_tls_trust(const char *path);

/* Where the fault knobs are; NULL when the plugin goes away. */
void cloud_tls_faults(const struct cloud_store *store);

#endif
