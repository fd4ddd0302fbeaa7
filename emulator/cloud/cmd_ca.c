// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* init, and the commands about certificate authorities. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "cmd.h"
#include "pki.h"
#include "plugin.h"
#include "settings.h"

/* A signer and its root may be in one file: far below this. */
#define USER_FILE_MAX (256 * 1024)

/* '@' stands for REGION:ACCOUNT. */
static const char default_policy[] =
	"{\"Version\":\"2012-10-17\",\"Statement\":[\n"
	" {\"Effect\":\"Allow\",\"Action\":\"iot:Connect\",\n"
	"  \"Resource\":\"arn:aws:iot:@:client/${iot:Connection.Thing.ThingName}\"},\n"
	" {\"Effect\":\"Allow\",\"Action\":[\"iot:Publish\",\"iot:Receive\",\"iot:RetainPublish\"],"
	"\n"
	"  \"Resource\":["
	"\"arn:aws:iot:@:topic/${iot:Connection.Thing.ThingName}/*\",\n"
	"   \"arn:aws:iot:@:topic/$aws/things/${iot:Connection.Thing.ThingName}/*\"]},\n"
	" {\"Effect\":\"Allow\",\"Action\":\"iot:Publish\",\n"
	"  \"Resource\":\"arn:aws:iot:@:topic/$aws/rules/*\"},\n"
	" {\"Effect\":\"Allow\",\"Action\":\"iot:Subscribe\",\n"
	"  \"Resource\":["
	"\"arn:aws:iot:@:topicfilter/${iot:Connection.Thing.ThingName}/*\",\n"
	"   \"arn:aws:iot:@:topicfilter/$aws/things/${iot:Connection.Thing.ThingName}/*\"]}\n"
	"]}\n";

char *cmd_read_file(const char *path, size_t *len)
{
	char *data = malloc(USER_FILE_MAX + 1);
	size_t have;
	FILE *file;

	file = data ? fopen(path, "re") : NULL;
	if (!file) {
		cmd_error("%s: %s", path, strerror(errno));
		free(data);
		return NULL;
	}
	have = fread(data, 1, USER_FILE_MAX + 1, file);
	if (ferror(file) || have > USER_FILE_MAX) {
		cmd_error("%s: %s", path, ferror(file) ? strerror(errno) : "file is too large");
		fclose(file);
		free(data);
		return NULL;
	}
	fclose(file);
	data[have] = '\0';
	*len = have;
	return data;
}

static int write_default_policy(const struct cloud_store *store,
				const struct cloud_settings *settings)
{
	char text[2 * sizeof(default_policy)];
	size_t len = 0;

	for (const char *p = default_policy; *p; p++) {
		if (sizeof(text) - len < 64)
			return -EOVERFLOW;
		if (*p == '@')
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s:%s",
						settings->region, settings->account);
		else
			text[len++] = *p;
	}
	return cloud_store_write(store, CLOUD_DIR_POLICIES, "default.json", text, len);
}

static int new_registration_code(char code[65])
{
	unsigned char r[32];

	if (RAND_bytes(r, sizeof(r)) != 1)
		return -EIO;
	for (size_t i = 0; i < sizeof(r); i++)
		snprintf(code + 2 * i, 3, "%02x", r[i]);
	return 0;
}

static int prepare_locked(const struct cloud_store *store)
{
	struct cloud_settings settings;
	int ret;

	ret = cloud_settings_load(store, &settings);
	if (!ret && !cloud_store_exists(store, CLOUD_DIR_TOP, "settings.json")) {
		ret = new_registration_code(settings.registration_code);
		if (!ret)
			ret = cloud_settings_save(store, &settings);
		if (!ret)
			ret = write_default_policy(store, &settings);
	}
	return ret;
}

int cmd_prepare(struct cloud_store *store)
{
	int lock = cloud_store_lock(store), ret;

	if (lock < 0)
		return lock;
	ret = prepare_locked(store);
	cloud_store_unlock(lock);
	return ret;
}

int cmd_init(struct cloud_store *store, int argc, char **argv)
{
	struct cloud_settings settings;
	const char *why = "";
	int lock, ret = 0;

	lock = cloud_store_lock(store);
	if (lock < 0)
		return cmd_errno(store->path, lock);
	ret = cloud_settings_load(store, &settings);
	for (int i = 1; i < argc && !ret; i += 2) {
		if (i + 1 == argc ||
		    (strcmp(argv[i], "--account") && strcmp(argv[i], "--region"))) {
			cloud_store_unlock(lock);
			return cmd_usage("usage: init [--account N] [--region R]");
		}
		if (cloud_settings_set(&settings, argv[i] + 2, argv[i + 1], &why)) {
			cloud_store_unlock(lock);
			return cmd_usage("%s: \"%s\" is not: %s", argv[i], argv[i + 1], why);
		}
	}
	if (!ret && argc > 1) {
		ret = cloud_settings_save(store, &settings);
		if (!ret)
			ret = write_default_policy(store, &settings);
	}
	cloud_store_unlock(lock);
	if (ret)
		return cmd_errno(store->path, ret);
	printf("%s: account %s, region %s\n", store->path, settings.account, settings.region);
	return CMD_OK;
}

static int add_trusted(BIO *out, const char *pem, size_t len)
{
	X509 *cert = cloud_x509_parse(pem, len);
	int ret = -EBADMSG;

	/*
	 * As a "trusted certificate" an intermediate CA ends a chain, the root
	 * need not be known: AWS too registers the signer and never its root.
	 */
	if (cert && X509_add1_trust_object(cert, OBJ_nid2obj(NID_client_auth)) &&
	    PEM_write_bio_X509_AUX(out, cert))
		ret = 0;
	X509_free(cert);
	return ret;
}

static int trust_text(const struct cloud_store *store, BIO *out)
{
	struct cloud_names names;
	char *pem;
	size_t len;
	int ret;

	/* The server's own CA keeps the file from being empty; it is registered nowhere. */
	ret = cloud_store_read(store, CLOUD_DIR_SERVER, "ca.pem", &pem, &len);
	if (!ret) {
		ret = BIO_write(out, pem, (int)len) == (int)len ? 0 : -ENOMEM;
		free(pem);
	} else if (ret == -ENOENT) {
		ret = 0;
	}
	if (ret)
		return ret;
	ret = cloud_store_names(store, CLOUD_DIR_CAS, ".json", &names);
	for (size_t i = 0; !ret && i < names.count; i++) {
		struct cloud_ca ca;

		if (cloud_ca_load(store, names.name[i], &ca))
			continue;
		ret = add_trusted(out, ca.pem, strlen(ca.pem));
		cloud_ca_free(&ca);
	}
	cloud_names_free(&names);
	return ret;
}

int cmd_write_trust(const struct cloud_store *store)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *data;
	long len;
	int ret;

	if (!out)
		return -ENOMEM;
	ret = trust_text(store, out);
	len = BIO_get_mem_data(out, &data);
	if (!ret)
		ret = cloud_store_write(store, CLOUD_DIR_TOP, CLOUD_TRUST_FILE, data, (size_t)len);
	BIO_free(out);
	return ret;
}

static const char *bad_verification(const struct cloud_settings *settings, X509 *ca,
				    const char *path)
{
	const char *why = NULL;
	struct cloud_x509 info;
	char *data;
	X509 *cert;
	size_t len;

	data = cmd_read_file(path, &len);
	if (!data)
		return "the verification certificate cannot be read";
	cert = cloud_x509_parse(data, len);
	free(data);
	if (!cert || cloud_x509_describe(cert, &info))
		why = "the verification certificate is no certificate";
	else if (!cloud_x509_signed_by(cert, ca))
		why = "the verification certificate is not signed by this CA";
	else if (strcmp(info.common_name, settings->registration_code))
		why = "the CN of the verification certificate is not the registration code "
		      "(`ecc508a-cloud registration-code`)";
	else if (info.validity)
		why = "the verification certificate is not valid now";
	X509_free(cert);
	return why;
}

static int save_ca(struct cloud_store *store, X509 *cert, bool auto_registration)
{
	struct cloud_ca ca = { .active = true, .auto_registration = auto_registration };
	int lock, ret;

	ret = cloud_x509_id(cert, ca.id);
	ca.pem = cloud_x509_pem(cert);
	ca.created_ms = cloud_now_ms();
	lock = ret || !ca.pem ? -ENOMEM : cloud_store_lock(store);
	ret = lock < 0 ? lock : cloud_ca_save(store, &ca);
	if (!ret)
		ret = cmd_write_trust(store);
	cloud_store_unlock(lock);
	if (!ret)
		printf("%s\n", ca.id);
	cloud_ca_free(&ca);
	return ret ? cmd_errno("registering the CA", ret) : CMD_OK;
}

int cmd_register_ca(struct cloud_store *store, int argc, char **argv)
{
	const char *file = NULL, *verification = NULL, *bad;
	struct cloud_settings settings;
	bool auto_registration = true;
	X509 *cert;
	char *data;
	size_t len;
	int ret;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--verification-cert") && i + 1 < argc)
			verification = argv[++i];
		else if (!strcmp(argv[i], "--no-auto-registration"))
			auto_registration = false;
		else if (argv[i][0] != '-' && !file)
			file = argv[i];
		else
			return cmd_usage("register-ca: what is \"%s\"?", argv[i]);
	}
	if (!file)
		return cmd_usage("usage: register-ca FILE [--verification-cert FILE] "
				 "[--no-auto-registration]");
	data = cmd_read_file(file, &len);
	if (!data)
		return CMD_FAIL;
	cert = cloud_x509_parse(data, len);
	free(data);
	if (!cert)
		return cmd_error("%s: no certificate in it (PEM or DER); give the certificate of "
				 "the CA that signs the devices, not its key",
				 file);
	ret = cloud_settings_load(store, &settings);
	bad = cloud_x509_bad_ca(cert);
	if (!bad && !ret && verification)
		bad = bad_verification(&settings, cert, verification);
	if (ret)
		ret = cmd_errno("settings.json", ret);
	else if (bad)
		ret = cmd_error("%s: not registered: %s", file, bad);
	else
		ret = save_ca(store, cert, auto_registration);
	X509_free(cert);
	return ret;
}

int cmd_registration_code(struct cloud_store *store, int argc, char **argv)
{
	struct cloud_settings settings;
	int ret;

	ret = cloud_settings_load(store, &settings);
	if (ret)
		return cmd_errno("settings.json", ret);
	printf("%s\n", settings.registration_code);
	return CMD_OK;
}

int cmd_list_cas(struct cloud_store *store, int argc, char **argv)
{
	bool ids = argc == 2 && !strcmp(argv[1], "--ids");
	struct cloud_names names;
	int ret, result = CMD_OK;

	if (argc > 1 && !ids)
		return cmd_usage("usage: list-cas [--ids]");
	ret = cloud_store_names(store, CLOUD_DIR_CAS, ".json", &names);
	if (ret)
		return cmd_errno("the list of CAs", ret);
	for (size_t i = 0; i < names.count; i++) {
		struct cloud_x509 info;
		struct cloud_ca ca;

		ret = cloud_ca_load(store, names.name[i], &ca);
		if (ret) {
			result = cmd_errno(names.name[i], ret);
			continue;
		}
		if (ids)
			printf("%s\n", ca.id);
		else if (!cloud_x509_describe(ca.cert, &info))
			printf("%s %-8s auto-registration %-7s %s\n", ca.id,
			       ca.active ? "ACTIVE" : "INACTIVE",
			       ca.auto_registration ? "ENABLE" : "DISABLE", info.subject);
		cloud_ca_free(&ca);
	}
	cloud_names_free(&names);
	return result;
}

static int apply_ca_option(struct cloud_ca *ca, const char *option, const char *value)
{
	if (!strcmp(option, "--status") &&
	    (!strcmp(value, "ACTIVE") || !strcmp(value, "INACTIVE"))) {
		ca->active = !strcmp(value, "ACTIVE");
		return 0;
	}
	if (!strcmp(option, "--auto-registration") &&
	    (!strcmp(value, "on") || !strcmp(value, "off"))) {
		ca->auto_registration = !strcmp(value, "on");
		return 0;
	}
	return -EINVAL;
}

int cmd_update_ca(struct cloud_store *store, int argc, char **argv)
{
	struct cloud_ca ca;
	int lock, ret;

	if (argc < 4 || argc % 2)
		return cmd_usage("usage: update-ca ID [--status ACTIVE|INACTIVE] "
				 "[--auto-registration on|off]");
	lock = cloud_store_lock(store);
	if (lock < 0)
		return cmd_errno(argv[1], lock);
	ret = cloud_ca_load(store, argv[1], &ca);
	if (ret) {
		cloud_store_unlock(lock);
		return cmd_errno(argv[1], ret);
	}
	for (int i = 2; i < argc && !ret; i += 2)
		ret = apply_ca_option(&ca, argv[i], argv[i + 1]);
	if (!ret)
		ret = cloud_ca_save(store, &ca);
	cloud_ca_free(&ca);
	cloud_store_unlock(lock);
	if (ret == -EINVAL)
		return cmd_usage("update-ca: --status ACTIVE|INACTIVE, --auto-registration on|off");
	return ret ? cmd_errno(argv[1], ret) : CMD_OK;
}
