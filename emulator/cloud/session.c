// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* Connections that were let in. A list: a stand-in has few clients. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "record.h"
#include "session.h"

static void make_number(char out[37])
{
	unsigned char r[16] = { 0 };

	RAND_bytes(r, sizeof(r));
	snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 r[0], r[1], r[2], r[3], r[4], r[5], (r[6] & 0x0f) | 0x40, r[7],
		 (r[8] & 0x3f) | 0x80, r[9], r[10], r[11], r[12], r[13], r[14], r[15]);
}

struct cloud_session *cloud_session_add(struct cloud_sessions *all, const void *client,
					const char *client_id, const char *cert_id)
{
	struct cloud_session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->client_id = strdup(client_id);
	if (!session->client_id) {
		free(session);
		return NULL;
	}
	session->client = client;
	snprintf(session->cert_id, sizeof(session->cert_id), "%s", cert_id);
	make_number(session->number);
	session->since_ms = cloud_now_ms();
	session->next = all->head;
	all->head = session;
	return session;
}

struct cloud_session *cloud_session_find(struct cloud_sessions *all, const void *client)
{
	struct cloud_session *s;

	for (s = all->head; s && s->client != client; s = s->next)
		;
	return s;
}

struct cloud_session *cloud_session_by_id(struct cloud_sessions *all, const char *client_id)
{
	struct cloud_session *s;

	for (s = all->head; s && strcmp(s->client_id, client_id); s = s->next)
		;
	return s;
}

void cloud_session_end(struct cloud_sessions *all, struct cloud_session *session)
{
	struct cloud_session **at = &all->head;

	while (*at && *at != session)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = session->next;
	cloud_tls_put(session->tls);
	free(session->client_id);
	free(session);
}
