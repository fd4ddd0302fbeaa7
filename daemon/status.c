// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "daemon.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

#ifndef ECC508A_VERSION
#define ECC508A_VERSION "unknown"
#endif

static void status_time(cJSON *o, const char *name, time_t t)
{
	char text[32];
	struct tm tm;

	if (gmtime_r(&t, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		cJSON_AddStringToObject(o, name, text);
}

static void status_identity(const struct daemon *d, cJSON *root)
{
	cJSON *o = cJSON_AddObjectToObject(root, "identity");

	cJSON_AddStringToObject(o, "key", d->cfg.key);
	cJSON_AddStringToObject(o, "certificate", d->cfg.certificate);
	if (!d->have_identity)
		return;
	cJSON_AddBoolToObject(o, "development_key", d->identity.development);
	cJSON_AddStringToObject(o, "certificate_id", d->identity.cert_id);
	if (d->identity.ca_id[0])
		cJSON_AddStringToObject(o, "ca_certificate_id", d->identity.ca_id);
	cJSON_AddStringToObject(o, "subject", d->identity.subject);
	cJSON_AddStringToObject(o, "not_after", d->identity.not_after);
	cJSON_AddStringToObject(o, "client_id", d->identity.client_id);
}

static void status_tls(const struct daemon *d, cJSON *root)
{
	cJSON *o;

	if (!d->have_handshake)
		return;
	o = cJSON_AddObjectToObject(root, "tls");
	cJSON_AddStringToObject(o, "version", d->handshake.version);
	cJSON_AddStringToObject(o, "suite", d->handshake.suite);
	cJSON_AddNumberToObject(o, "handshake_ms", (double)d->handshake.handshake_us / 1000);
	cJSON_AddNumberToObject(o, "chip_ms", (double)d->handshake.sign_us / 1000);
	cJSON_AddNumberToObject(o, "signatures", d->handshake.signatures);
}

static void status_spool(const struct daemon *d, cJSON *root)
{
	cJSON *o = cJSON_AddObjectToObject(root, "spool");
	struct spool_stats st;

	spool_get_stats(d->spool, &st);
	cJSON_AddNumberToObject(o, "messages", st.messages);
	cJSON_AddNumberToObject(o, "bytes", (double)st.bytes);
	cJSON_AddNumberToObject(o, "max_bytes", (double)d->cfg.spool_max_bytes);
	cJSON_AddNumberToObject(o, "in_flight", d->inflight);
	if (st.oldest_ms)
		cJSON_AddNumberToObject(o, "oldest_s",
					(double)((clock_now_ms() - st.oldest_ms) / 1000));
	cJSON_AddNumberToObject(o, "expired", (double)st.expired);
	cJSON_AddNumberToObject(o, "damaged_bytes", (double)st.damaged);
}

static void status_counters(const struct daemon *d, cJSON *root)
{
	cJSON *o = cJSON_AddObjectToObject(root, "counters");
	struct control_stats st;

	control_get_stats(d->control, &st);
	cJSON_AddNumberToObject(o, "attempts", d->machine.attempts);
	cJSON_AddNumberToObject(o, "connects", d->machine.connects);
	cJSON_AddNumberToObject(o, "accepted", (double)d->counters.accepted);
	cJSON_AddNumberToObject(o, "acknowledged", (double)d->counters.acked);
	cJSON_AddNumberToObject(o, "qos0", (double)d->counters.unqueued);
	cJSON_AddNumberToObject(o, "refused", (double)d->counters.refused);
	cJSON_AddNumberToObject(o, "received", (double)d->counters.received);
	cJSON_AddNumberToObject(o, "unwanted", (double)d->counters.unwanted);
	cJSON_AddNumberToObject(o, "delivered", (double)st.delivered);
	cJSON_AddNumberToObject(o, "dropped", (double)st.dropped);
	cJSON_AddNumberToObject(o, "clients", st.clients);
	cJSON_AddNumberToObject(o, "subscriptions", st.filters);
}

char *daemon_status(const struct daemon *d)
{
	cJSON *root = cJSON_CreateObject();
	int64_t now = clock_mono_ms();
	char *text;
	cJSON *o;

	if (!root)
		return NULL;
	cJSON_AddStringToObject(root, "version", ECC508A_VERSION);
	cJSON_AddNumberToObject(root, "pid", getpid());
	cJSON_AddNumberToObject(root, "uptime_s", (double)((now - d->started_ms) / 1000));
	cJSON_AddStringToObject(root, "state", state_name(d->machine.state));
	cJSON_AddStringToObject(root, "text", d->machine.text);
	status_time(root, "since", d->since);
	cJSON_AddNumberToObject(root, "state_s", (double)((now - d->machine.since_ms) / 1000));
	if (d->machine.next_ms)
		cJSON_AddNumberToObject(root, "retry_s",
					(double)(machine_timeout(&d->machine, now) + 999) / 1000);
	o = cJSON_AddObjectToObject(root, "server");
	cJSON_AddStringToObject(o, "host", d->cfg.host);
	cJSON_AddNumberToObject(o, "port", d->cfg.port);
	if (d->cfg.alpn[0])
		cJSON_AddStringToObject(o, "alpn", d->cfg.alpn);
	status_identity(d, root);
	status_tls(d, root);
	status_spool(d, root);
	status_counters(d, root);
	text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return text;
}
