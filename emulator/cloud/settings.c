// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* Settings and fault knobs: one table says what exists and what is allowed. */

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "settings.h"

#define SETTINGS_FILE "settings.json"

struct key {
	const char *name;
	const char *help;
	size_t offset;
	size_t size; /* of a text; 0: a number */
	bool (*text_ok)(const char *text);
	int64_t min, max;
};

static bool account_ok(const char *text)
{
	return strlen(text) == 12 && strspn(text, "0123456789") == 12;
}

static bool region_ok(const char *text)
{
	return *text && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(text);
}

#define TEXT(key, field, ok, about)                                                           \
	{                                                                                     \
		.name = key, .help = about, .offset = offsetof(struct cloud_settings, field), \
		.size = sizeof(((struct cloud_settings *)0)->field), .text_ok = ok            \
	}
#define NUMBER(key, field, lo, hi, about)                                                     \
	{                                                                                     \
		.name = key, .help = about, .offset = offsetof(struct cloud_settings, field), \
		.min = lo, .max = hi                                                          \
	}

#define DAY_MS (24 * 3600 * 1000L)

static const struct key keys[] = {
	TEXT("account", account, account_ok, "12 digits of the pretended account"),
	TEXT("region", region, region_ok, "region in ARNs"),
	TEXT("registration-code", registration_code, cloud_id_ok,
	     "what a CA verification certificate must carry as CN"),
	TEXT("default-policy", default_policy, cloud_name_ok,
	     "policy attached at automatic activation"),
	NUMBER("activate-after-ms", activate_after_ms, -1, DAY_MS,
	       "activate a pending certificate this long after first contact, -1 never"),
	NUMBER("activate-after-tries", activate_after_tries, 0, 1000000,
	       "activate a pending certificate after so many refused connects, 0 never"),
	NUMBER("connect-rate", connect_rate, 0, 1000,
	       "CONNECTs a second for one client id, 0 unlimited (AWS: 1)"),
	NUMBER("require-sni", require_sni, 0, 1,
	       "refuse a client that sent no server name (needs the TLS shim of `serve`)"),
	NUMBER("log-publish", log_publish, 0, 1, "write a log line for each publish"),
	NUMBER("fault-refuse-connects", fault_refuse_connects, 0, 1000000,
	       "close the next N connections at CONNECT"),
	NUMBER("fault-connect-delay-ms", fault_connect_delay_ms, 0, 60000,
	       "sleep before answering a CONNECT (all clients wait)"),
	NUMBER("fault-cut-after", fault_cut_after, 0, 1000000,
	       "cut a session after N publishes and subscribes, 0 never"),
	NUMBER("fault-drop-connack", fault_drop_connack, -1, 1000000,
	       "swallow the next N CONNACKs, -1 all"),
	NUMBER("fault-drop-puback", fault_drop_puback, -1, 1000000,
	       "swallow the next N PUBACKs, -1 all"),
	NUMBER("fault-drop-suback", fault_drop_suback, -1, 1000000,
	       "swallow the next N SUBACKs, -1 all"),
	NUMBER("fault-drop-pingresp", fault_drop_pingresp, -1, 1000000,
	       "swallow the next N PINGRESPs, -1 all"),
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static void *field(const struct cloud_settings *settings, const struct key *key)
{
	return (char *)settings + key->offset;
}

void cloud_settings_default(struct cloud_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	strcpy(settings->account, "123456789012");
	strcpy(settings->region, "us-east-1");
	memset(settings->registration_code, '0', 64);
	strcpy(settings->default_policy, "default");
	settings->activate_after_ms = -1;
	settings->require_sni = 1;
	settings->log_publish = 1;
}

static int set_text(struct cloud_settings *settings, const struct key *key, const char *value)
{
	if (strlen(value) >= key->size || !key->text_ok(value))
		return -EINVAL;
	strcpy(field(settings, key), value);
	return 0;
}

static int set_number(struct cloud_settings *settings, const struct key *key, int64_t value)
{
	if (value < key->min || value > key->max)
		return -EINVAL;
	*(int64_t *)field(settings, key) = value;
	return 0;
}

int cloud_settings_load(const struct cloud_store *store, struct cloud_settings *settings)
{
	char *data;
	cJSON *json;
	size_t len;
	int ret;

	cloud_settings_default(settings);
	ret = cloud_store_read(store, CLOUD_DIR_TOP, SETTINGS_FILE, &data, &len);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	json = cJSON_ParseWithLength(data, len);
	free(data);
	ret = cJSON_IsObject(json) ? 0 : -EBADMSG;
	for (size_t i = 0; i < KEYS && !ret; i++) {
		const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, keys[i].name);

		if (!item)
			continue;
		if (keys[i].size)
			ret = cJSON_IsString(item) ? set_text(settings, &keys[i], item->valuestring)
						   : -EINVAL;
		else
			ret = cJSON_IsNumber(item) && item->valuedouble >= -1 &&
					      item->valuedouble <= (double)keys[i].max
				      ? set_number(settings, &keys[i], (int64_t)item->valuedouble)
				      : -EINVAL;
	}
	cJSON_Delete(json);
	if (ret) {
		cloud_settings_default(settings);
		return -EBADMSG;
	}
	return 0;
}

int cloud_settings_save(const struct cloud_store *store, const struct cloud_settings *settings)
{
	cJSON *json = cJSON_CreateObject();
	char *text;
	int ret;

	for (size_t i = 0; i < KEYS; i++) {
		const void *value = field(settings, &keys[i]);

		if (keys[i].size)
			cJSON_AddStringToObject(json, keys[i].name, value);
		else
			cJSON_AddNumberToObject(json, keys[i].name,
						(double)*(const int64_t *)value);
	}
	text = cJSON_Print(json);
	cJSON_Delete(json);
	if (!text)
		return -ENOMEM;
	ret = cloud_store_write(store, CLOUD_DIR_TOP, SETTINGS_FILE, text, strlen(text));
	free(text);
	return ret;
}

int cloud_settings_set(struct cloud_settings *settings, const char *name, const char *value,
		       const char **why)
{
	for (size_t i = 0; i < KEYS; i++) {
		long long number;
		char *end;

		if (strcmp(name, keys[i].name))
			continue;
		*why = keys[i].help;
		if (keys[i].size)
			return set_text(settings, &keys[i], value);
		errno = 0;
		number = strtoll(value, &end, 10);
		if (errno || end == value || *end)
			return -EINVAL;
		return set_number(settings, &keys[i], number);
	}
	return -ENOENT;
}

void cloud_settings_each(const struct cloud_settings *settings,
			 void (*show)(const char *key, const char *value, const char *help))
{
	char number[24];

	for (size_t i = 0; i < KEYS; i++) {
		const void *value = field(settings, &keys[i]);

		if (!keys[i].size)
			snprintf(number, sizeof(number), "%" PRId64, *(const int64_t *)value);
		show(keys[i].name, keys[i].size ? value : number, keys[i].help);
	}
}
