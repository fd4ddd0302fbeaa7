// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* The commands about device certificates. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cjson/cJSON.h>

#include "admit.h"
#include "cmd.h"
#include "settings.h"

/* Shorter beginnings of an id are more likely a mistake than a wish. */
#define PREFIX_MIN 4

int cmd_find_cert(const struct cloud_store *store, const char *text, char id[CLOUD_ID_LEN + 1])
{
	size_t len = strlen(text), found = 0;
	struct cloud_names names;
	int ret;

	if (len < PREFIX_MIN || len > CLOUD_ID_LEN || strspn(text, "0123456789abcdef") != len)
		return cmd_usage("\"%s\" is no certificateId, nor the beginning of one (4 to 64 "
				 "hex digits)",
				 text);
	ret = cloud_store_names(store, CLOUD_DIR_CERTS, ".json", &names);
	if (ret)
		return cmd_errno("the list of certificates", ret);
	for (size_t i = 0; i < names.count; i++) {
		if (cloud_id_ok(names.name[i]) && !strncmp(names.name[i], text, len)) {
			strcpy(id, names.name[i]);
			found++;
		}
	}
	cloud_names_free(&names);
	if (found == 1)
		return CMD_OK;
	return cmd_error(found ? "certificate %s: %zu of them begin so"
			       : "certificate %s: unknown; `list` shows the known ones",
			 text, found);
}

static bool status_is(const struct cloud_cert *cert, const char *status)
{
	return !status || !strcmp(cloud_status_name(cert->status), status);
}

int cmd_list(struct cloud_store *store, int argc, char **argv)
{
	const char *status = NULL;
	struct cloud_names names;
	enum cloud_status known;
	int ret, result = CMD_OK;
	bool ids = false;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--ids"))
			ids = true;
		else if (!strcmp(argv[i], "--status") && i + 1 < argc)
			status = argv[++i];
		else
			return cmd_usage("usage: list [--status S] [--ids]");
	}
	if (status && cloud_status_parse(status, &known))
		return cmd_usage("status is PENDING_ACTIVATION, ACTIVE, INACTIVE or REVOKED");
	ret = cloud_store_names(store, CLOUD_DIR_CERTS, ".json", &names);
	if (ret)
		return cmd_errno("the list of certificates", ret);
	for (size_t i = 0; i < names.count; i++) {
		struct cloud_cert cert;

		ret = cloud_cert_load(store, names.name[i], &cert);
		if (ret) {
			result = cmd_errno(names.name[i], ret);
			continue;
		}
		if (status_is(&cert, status) && ids)
			printf("%s\n", cert.id);
		else if (status_is(&cert, status))
			printf("%s %-18s %-24s %s\n", cert.id, cloud_status_name(cert.status),
			       *cert.thing ? cert.thing : "-", cert.x509.subject);
		cloud_cert_free(&cert);
	}
	cloud_names_free(&names);
	return result;
}

int cmd_show(struct cloud_store *store, int argc, char **argv)
{
	char id[CLOUD_ID_LEN + 1], *text;
	struct cloud_cert cert;
	cJSON *json, *list;
	int ret;

	if (argc != 2)
		return cmd_usage("usage: show ID");
	ret = cmd_find_cert(store, argv[1], id);
	if (ret)
		return ret;
	ret = cloud_cert_load(store, id, &cert);
	if (ret)
		return cmd_errno(id, ret);
	json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "certificateId", cert.id);
	cJSON_AddStringToObject(json, "caCertificateId", cert.ca_id);
	cJSON_AddStringToObject(json, "status", cloud_status_name(cert.status));
	cJSON_AddStringToObject(json, "thingName", cert.thing);
	list = cJSON_AddArrayToObject(json, "policies");
	for (int i = 0; i < cert.policies; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(cert.policy[i]));
	cJSON_AddNumberToObject(json, "creationDate", (double)cert.created_ms);
	cJSON_AddNumberToObject(json, "attempts", (double)cert.attempts);
	cJSON_AddStringToObject(json, "subject", cert.x509.subject);
	cJSON_AddStringToObject(json, "publicKeySha256", cert.x509.spki_sha256);
	cJSON_AddStringToObject(json, "certificatePem", cert.pem);
	text = cJSON_Print(json);
	cJSON_Delete(json);
	cloud_cert_free(&cert);
	if (!text)
		return cmd_errno(id, -ENOMEM);
	puts(text);
	free(text);
	return CMD_OK;
}

int cmd_activate(struct cloud_store *store, int argc, char **argv)
{
	const char *what = NULL, *thing = NULL, *policy = NULL;
	struct cloud_settings settings;
	char id[CLOUD_ID_LEN + 1];
	int ret;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--thing") && i + 1 < argc)
			thing = argv[++i];
		else if (!strcmp(argv[i], "--policy") && i + 1 < argc)
			policy = argv[++i];
		else if (argv[i][0] != '-' && !what)
			what = argv[i];
		else
			return cmd_usage("activate: what is \"%s\"?", argv[i]);
	}
	if (!what)
		return cmd_usage("usage: activate ID [--thing NAME] [--policy NAME]");
	if ((thing && !cloud_name_ok(thing)) || (policy && !cloud_name_ok(policy)))
		return cmd_usage("names are 1 to 128 letters, digits and \":_-\"");
	ret = cmd_find_cert(store, what, id);
	if (ret)
		return ret;
	ret = cloud_settings_load(store, &settings);
	if (!ret)
		ret = cloud_activate(store, id, thing, policy ? policy : settings.default_policy);
	return ret ? cmd_errno(id, ret) : CMD_OK;
}

static int set_status(struct cloud_store *store, int argc, char **argv, enum cloud_status status)
{
	char id[CLOUD_ID_LEN + 1];
	struct cloud_cert cert;
	int lock, ret;

	if (argc != 2)
		return cmd_usage("usage: %s ID", argv[0]);
	ret = cmd_find_cert(store, argv[1], id);
	if (ret)
		return ret;
	lock = cloud_store_lock(store);
	if (lock < 0)
		return cmd_errno(id, lock);
	ret = cloud_cert_load(store, id, &cert);
	if (!ret) {
		cert.status = status;
		ret = cloud_cert_save(store, &cert);
		cloud_cert_free(&cert);
	}
	cloud_store_unlock(lock);
	return ret ? cmd_errno(id, ret) : CMD_OK;
}

int cmd_deactivate(struct cloud_store *store, int argc, char **argv)
{
	return set_status(store, argc, argv, CLOUD_INACTIVE);
}

int cmd_revoke(struct cloud_store *store, int argc, char **argv)
{
	return set_status(store, argc, argv, CLOUD_REVOKED);
}

/* Works on a damaged record too: it is the way out of one. */
int cmd_delete(struct cloud_store *store, int argc, char **argv)
{
	char id[CLOUD_ID_LEN + 1], name[CLOUD_ID_LEN + 6];
	int lock, ret;

	if (argc != 2)
		return cmd_usage("usage: delete ID");
	ret = cmd_find_cert(store, argv[1], id);
	if (ret)
		return ret;
	snprintf(name, sizeof(name), "%s.json", id);
	lock = cloud_store_lock(store);
	ret = lock < 0 ? lock : cloud_store_remove(store, CLOUD_DIR_CERTS, name);
	cloud_store_unlock(lock);
	return ret ? cmd_errno(id, ret) : CMD_OK;
}

static int new_cert(struct cloud_store *store, X509 *x509, bool active)
{
	struct cloud_settings settings;
	struct cloud_cert cert = { .created_ms = cloud_now_ms() };
	struct cloud_cert old;
	struct cloud_ca ca;
	int lock, ret;

	cert.status = active ? CLOUD_ACTIVE : CLOUD_INACTIVE;
	ret = cloud_x509_describe(x509, &cert.x509);
	cert.pem = cloud_x509_pem(x509);
	if (ret || !cert.pem)
		return cmd_error("the certificate cannot be read");
	strcpy(cert.id, cert.x509.id);
	if (!cloud_ca_find(store, x509, &ca)) {
		strcpy(cert.ca_id, ca.id);
		cloud_ca_free(&ca);
	}
	ret = cloud_settings_load(store, &settings);
	lock = ret ? ret : cloud_store_lock(store);
	ret = lock < 0 ? lock : cloud_cert_load(store, cert.id, &old);
	if (!ret) {
		cloud_cert_free(&old);
		ret = -EEXIST;
	} else if (ret == -ENOENT) {
		ret = cloud_cert_save(store, &cert);
	}
	cloud_store_unlock(lock);
	if (!ret && active)
		ret = cloud_activate(store, cert.id, NULL, settings.default_policy);
	if (!ret)
		printf("%s\n", cert.id);
	else
		cmd_errno(cert.id, ret);
	cloud_cert_free(&cert);
	return ret ? CMD_FAIL : CMD_OK;
}

int cmd_register_cert(struct cloud_store *store, int argc, char **argv)
{
	bool active = argc == 3 && !strcmp(argv[2], "--active");
	char *data;
	size_t len;
	X509 *x509;
	int ret;

	if (argc != 2 && !active)
		return cmd_usage("usage: register-cert FILE [--active]");
	data = cmd_read_file(argv[1], &len);
	if (!data)
		return CMD_FAIL;
	x509 = cloud_x509_parse(data, len);
	free(data);
	if (!x509)
		return cmd_error("%s: no certificate in it (PEM or DER)", argv[1]);
	ret = new_cert(store, x509, active);
	X509_free(x509);
	return ret;
}

/* The first certificate with @status, or @id if it has it; the id is printed. */
static bool reached(const struct cloud_store *store, const char *id, const char *status)
{
	struct cloud_names names;
	bool found = false;

	if (cloud_store_names(store, CLOUD_DIR_CERTS, ".json", &names))
		return false;
	for (size_t i = 0; i < names.count && !found; i++) {
		struct cloud_cert cert;

		if ((id && strncmp(names.name[i], id, strlen(id))) ||
		    cloud_cert_load(store, names.name[i], &cert))
			continue;
		found = status_is(&cert, status);
		if (found)
			printf("%s\n", cert.id);
		cloud_cert_free(&cert);
	}
	cloud_names_free(&names);
	return found;
}

int cmd_wait(struct cloud_store *store, int argc, char **argv)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	const char *id = NULL, *status = NULL;
	struct timespec start, now;
	enum cloud_status known;
	long timeout = 30;
	char *end = "";

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--status") && i + 1 < argc)
			status = argv[++i];
		else if (!strcmp(argv[i], "--timeout") && i + 1 < argc)
			timeout = strtol(argv[++i], &end, 10);
		else if (argv[i][0] != '-' && !id)
			id = argv[i];
		else
			return cmd_usage("wait: what is \"%s\"?", argv[i]);
	}
	if (!status || cloud_status_parse(status, &known) || *end || timeout < 0 || timeout > 86400)
		return cmd_usage("usage: wait [ID] --status PENDING_ACTIVATION|ACTIVE|INACTIVE|"
				 "REVOKED [--timeout SECONDS]");
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (!reached(store, id, status)) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec >= timeout)
			return cmd_error("no certificate became %s within %ld s", status, timeout);
		nanosleep(&pause, NULL);
	}
	return CMD_OK;
}
