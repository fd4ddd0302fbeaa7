/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that were let in, by the broker's pointer to them. */
#ifndef ECC508A_CLOUD_SESSION_H
#define ECC508A_CLOUD_SESSION_H

#include <stdint.h>

#include "tls.h"
#include "x509.h"

struct cloud_session {
	struct cloud_session *next;
	const void *client; /* struct mosquitto: only compared, never followed */
	char *client_id;
	char cert_id[CLOUD_ID_LEN + 1];
	char number[37]; /* AWS: sessionIdentifier */
	int64_t since_ms;
	int64_t packets; /* publishes and subscribes the client sent */
	const char *why; /* reason to report when it ends, NULL: not known yet */
	struct cloud_tls_conn *tls;
};

struct cloud_sessions {
	struct cloud_session *head;
};

struct cloud_session *cloud_session_add(struct cloud_sessions *all, const void *client,
					const char *client_id, const char *cert_id);
struct cloud_session *cloud_session_find(struct cloud_sessions *all, const void *client);
struct cloud_session *cloud_session_by_id(struct cloud_sessions *all, const char *client_id);
void cloud_session_end(struct cloud_sessions *all, struct cloud_session *session);

#endif
