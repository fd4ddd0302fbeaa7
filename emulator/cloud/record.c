// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* The rows of the registry, each a small JSON file. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "record.h"

static const char *const status_names[] = {
	[CLOUD_PENDING_ACTIVATION] = "PENDING_ACTIVATION",
	[CLOUD_ACTIVE] = "ACTIVE",
	[CLOUD_INACTIVE] = "INACTIVE",
	[CLOUD_REVOKED] = "REVOKED",
};

const char *cloud_status_name(enum cloud_status status)
{
	return status_names[status];
}

int cloud_status_parse(const char *name, enum cloud_status *status)
{
	for (size_t i = 0; i < sizeof(status_names) / sizeof(status_names[0]); i++) {
		if (!strcmp(name, status_names[i])) {
			*status = (enum cloud_status)i;
			return 0;
		}
	}
	return -EINVAL;
}

bool cloud_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len >= 1 && len <= CLOUD_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_-") ==
		       len;
}

int64_t cloud_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static const char *get_string(const cJSON *json, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
}

static int get_count(const cJSON *json, const char *key, int64_t *value)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);

	/* 2^53: beyond it a double, which is what cJSON holds, is no integer any more. */
	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) ||
	    item->valuedouble > 9007199254740992.0)
		return -EBADMSG;
	*value = (int64_t)item->valuedouble;
	return 0;
}

static int get_copy(const cJSON *json, const char *key, char *out, size_t size)
{
	const char *text = get_string(json, key);

	if (!text || strlen(text) >= size)
		return -EBADMSG;
	strcpy(out, text);
	return 0;
}

/* The certificate inside a record must be the one the record is named after. */
static int get_pem(const cJSON *json, const char *id, char **pem, X509 **cert)
{
	const char *text = get_string(json, "certificatePem");
	char actual[CLOUD_ID_LEN + 1];
	X509 *x509;

	if (!text)
		return -EBADMSG;
	x509 = cloud_x509_parse(text, strlen(text));
	if (!x509)
		return -EBADMSG;
	if (cloud_x509_id(x509, actual) || strcmp(actual, id)) {
		X509_free(x509);
		return -EBADMSG;
	}
	*pem = strdup(text);
	if (!*pem) {
		X509_free(x509);
		return -ENOMEM;
	}
	*cert = x509;
	return 0;
}

static int load_json(const struct cloud_store *store, const char *dir, const char *id, cJSON **json)
{
	char name[CLOUD_ID_LEN + 6];
	char *data;
	size_t len;
	int ret;

	if (!cloud_id_ok(id))
		return -EINVAL;
	snprintf(name, sizeof(name), "%s.json", id);
	ret = cloud_store_read(store, dir, name, &data, &len);
	if (ret)
		return ret == -EFBIG ? -EBADMSG : ret;
	*json = cJSON_ParseWithLength(data, len);
	free(data);
	if (!cJSON_IsObject(*json)) {
		cJSON_Delete(*json);
		return -EBADMSG;
	}
	return 0;
}

static int save_json(const struct cloud_store *store, const char *dir, const char *id, cJSON *json)
{
	char name[CLOUD_ID_LEN + 6];
	char *text;
	int ret;

	snprintf(name, sizeof(name), "%s.json", id);
	text = cJSON_Print(json);
	if (!text)
		return -ENOMEM;
	ret = cloud_store_write(store, dir, name, text, strlen(text));
	free(text);
	return ret;
}

static int get_policies(const cJSON *json, struct cloud_cert *cert)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "policies");
	const cJSON *item;

	if (!cJSON_IsArray(list))
		return -EBADMSG;
	cJSON_ArrayForEach (item, list) {
		const char *name = cJSON_GetStringValue(item);

		if (!name || !cloud_name_ok(name) || cert->policies == CLOUD_POLICIES_MAX)
			return -EBADMSG;
		strcpy(cert->policy[cert->policies++], name);
	}
	return 0;
}

static int cert_from_pem(const cJSON *json, struct cloud_cert *cert)
{
	X509 *x509;
	int ret;

	ret = get_pem(json, cert->id, &cert->pem, &x509);
	if (ret)
		return ret;
	ret = cloud_x509_describe(x509, &cert->x509);
	X509_free(x509);
	return ret;
}

static int cert_from_json(const cJSON *json, struct cloud_cert *cert)
{
	char status[32];

	if (get_copy(json, "caCertificateId", cert->ca_id, sizeof(cert->ca_id)) ||
	    get_copy(json, "status", status, sizeof(status)) ||
	    cloud_status_parse(status, &cert->status) ||
	    get_copy(json, "thingName", cert->thing, sizeof(cert->thing)) ||
	    get_count(json, "creationDate", &cert->created_ms) ||
	    get_count(json, "attempts", &cert->attempts) || get_policies(json, cert))
		return -EBADMSG;
	if ((*cert->ca_id && !cloud_id_ok(cert->ca_id)) ||
	    (*cert->thing && !cloud_name_ok(cert->thing)))
		return -EBADMSG;
	return 0;
}

int cloud_cert_load(const struct cloud_store *store, const char *id, struct cloud_cert *cert)
{
	cJSON *json = NULL;
	int ret;

	memset(cert, 0, sizeof(*cert));
	ret = load_json(store, CLOUD_DIR_CERTS, id, &json);
	if (ret)
		return ret;
	strcpy(cert->id, id);
	ret = cert_from_json(json, cert);
	if (!ret)
		ret = cert_from_pem(json, cert);
	cJSON_Delete(json);
	if (ret)
		cloud_cert_free(cert);
	return ret;
}

int cloud_cert_save(const struct cloud_store *store, const struct cloud_cert *cert)
{
	cJSON *json = cJSON_CreateObject(), *list;
	int ret = -ENOMEM;

	if (!cJSON_AddStringToObject(json, "certificateId", cert->id) ||
	    !cJSON_AddStringToObject(json, "caCertificateId", cert->ca_id) ||
	    !cJSON_AddStringToObject(json, "status", cloud_status_name(cert->status)) ||
	    !cJSON_AddStringToObject(json, "thingName", cert->thing))
		goto out;
	list = cJSON_AddArrayToObject(json, "policies");
	for (int i = 0; i < cert->policies; i++) {
		if (!cJSON_AddItemToArray(list, cJSON_CreateString(cert->policy[i])))
			goto out;
	}
	if (!cJSON_AddNumberToObject(json, "creationDate", (double)cert->created_ms) ||
	    !cJSON_AddNumberToObject(json, "attempts", (double)cert->attempts) ||
	    !cJSON_AddStringToObject(json, "certificatePem", cert->pem))
		goto out;
	ret = save_json(store, CLOUD_DIR_CERTS, cert->id, json);
out:
	cJSON_Delete(json);
	return ret;
}

void cloud_cert_free(struct cloud_cert *cert)
{
	free(cert->pem);
	memset(cert, 0, sizeof(*cert));
}

static int ca_from_json(const cJSON *json, struct cloud_ca *ca)
{
	const char *status = get_string(json, "status");
	const char *registration = get_string(json, "autoRegistrationStatus");

	if (!status || !registration || get_count(json, "creationDate", &ca->created_ms))
		return -EBADMSG;
	ca->active = !strcmp(status, "ACTIVE");
	ca->auto_registration = !strcmp(registration, "ENABLE");
	if ((!ca->active && strcmp(status, "INACTIVE")) ||
	    (!ca->auto_registration && strcmp(registration, "DISABLE")))
		return -EBADMSG;
	return get_pem(json, ca->id, &ca->pem, &ca->cert);
}

int cloud_ca_load(const struct cloud_store *store, const char *id, struct cloud_ca *ca)
{
	cJSON *json = NULL;
	int ret;

	memset(ca, 0, sizeof(*ca));
	ret = load_json(store, CLOUD_DIR_CAS, id, &json);
	if (ret)
		return ret;
	strcpy(ca->id, id);
	ret = ca_from_json(json, ca);
	cJSON_Delete(json);
	if (ret)
		cloud_ca_free(ca);
	return ret;
}

int cloud_ca_save(const struct cloud_store *store, const struct cloud_ca *ca)
{
	cJSON *json = cJSON_CreateObject();
	int ret = -ENOMEM;

	if (cJSON_AddStringToObject(json, "certificateId", ca->id) &&
	    cJSON_AddStringToObject(json, "status", ca->active ? "ACTIVE" : "INACTIVE") &&
	    cJSON_AddStringToObject(json, "autoRegistrationStatus",
				    ca->auto_registration ? "ENABLE" : "DISABLE") &&
	    cJSON_AddNumberToObject(json, "creationDate", (double)ca->created_ms) &&
	    cJSON_AddStringToObject(json, "certificatePem", ca->pem))
		ret = save_json(store, CLOUD_DIR_CAS, ca->id, json);
	cJSON_Delete(json);
	return ret;
}

void cloud_ca_free(struct cloud_ca *ca)
{
	X509_free(ca->cert);
	free(ca->pem);
	memset(ca, 0, sizeof(*ca));
}

int cloud_ca_find(const struct cloud_store *store, X509 *cert, struct cloud_ca *ca)
{
	struct cloud_names names;
	int ret;

	ret = cloud_store_names(store, CLOUD_DIR_CAS, ".json", &names);
	if (ret)
		return ret;
	ret = -ENOENT;
	for (size_t i = 0; i < names.count && ret == -ENOENT; i++) {
		/* A damaged CA signs nothing, and must not keep the others from signing. */
		if (cloud_ca_load(store, names.name[i], ca))
			continue;
		if (cloud_x509_signed_by(cert, ca->cert))
			ret = 0;
		else
			cloud_ca_free(ca);
	}
	cloud_names_free(&names);
	return ret;
}
