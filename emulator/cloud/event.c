// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* The messages AWS IoT publishes by itself; field names and order are AWS's. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "event.h"

static char *finish(cJSON *json)
{
	char *text = cJSON_PrintUnformatted(json);

	cJSON_Delete(json);
	return text;
}

char *cloud_event_registered(const struct cloud_settings *settings, const struct cloud_cert *cert)
{
	cJSON *json = cJSON_CreateObject();
	char created[24];

	snprintf(created, sizeof(created), "%" PRId64, cert->created_ms);
	cJSON_AddStringToObject(json, "certificateId", cert->id);
	cJSON_AddStringToObject(json, "caCertificateId", cert->ca_id);
	cJSON_AddNumberToObject(json, "timestamp", (double)cloud_now_ms());
	cJSON_AddStringToObject(json, "certificateStatus", "PENDING_ACTIVATION");
	cJSON_AddStringToObject(json, "awsAccountId", settings->account);
	cJSON_AddStringToObject(json, "certificateRegistrationTimestamp", created);
	return finish(json);
}

static cJSON *presence(const struct cloud_session *session, const char *type)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "clientId", session->client_id);
	cJSON_AddNumberToObject(json, "timestamp", (double)cloud_now_ms());
	cJSON_AddStringToObject(json, "eventType", type);
	return json;
}

char *cloud_event_connected(const struct cloud_session *session, const char *address)
{
	cJSON *json = presence(session, "connected");

	cJSON_AddStringToObject(json, "sessionIdentifier", session->number);
	cJSON_AddStringToObject(json, "principalIdentifier", session->cert_id);
	cJSON_AddStringToObject(json, "ipAddress", address ? address : "");
	cJSON_AddNumberToObject(json, "versionNumber", 0);
	return finish(json);
}

char *cloud_event_disconnected(const struct cloud_session *session, const char *reason)
{
	cJSON *json = presence(session, "disconnected");

	cJSON_AddBoolToObject(json, "clientInitiatedDisconnect",
			      !strcmp(reason, "CLIENT_INITIATED_DISCONNECT"));
	cJSON_AddStringToObject(json, "sessionIdentifier", session->number);
	cJSON_AddStringToObject(json, "principalIdentifier", session->cert_id);
	cJSON_AddStringToObject(json, "disconnectReason", reason);
	cJSON_AddNumberToObject(json, "versionNumber", 0);
	return finish(json);
}
