// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* Policies and settings. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "policy.h"
#include "settings.h"

static int policy_list(struct cloud_store *store)
{
	struct cloud_names names;
	int ret;

	ret = cloud_store_names(store, CLOUD_DIR_POLICIES, ".json", &names);
	if (ret)
		return cmd_errno("the list of policies", ret);
	for (size_t i = 0; i < names.count; i++)
		printf("%s\n", names.name[i]);
	cloud_names_free(&names);
	return CMD_OK;
}

static void file_name(const char *policy, char out[CLOUD_NAME_MAX + 6])
{
	snprintf(out, CLOUD_NAME_MAX + 6, "%s.json", policy);
}

static int policy_show(struct cloud_store *store, const char *name)
{
	char file[CLOUD_NAME_MAX + 6], *text;
	size_t len;
	int ret;

	file_name(name, file);
	ret = cloud_store_read(store, CLOUD_DIR_POLICIES, file, &text, &len);
	if (ret)
		return cmd_errno(name, ret);
	fwrite(text, 1, len, stdout);
	free(text);
	return CMD_OK;
}

static int policy_put(struct cloud_store *store, const char *name, const char *path)
{
	char file[CLOUD_NAME_MAX + 6], *text;
	const char *wrong;
	int lock, ret;
	size_t len;

	text = cmd_read_file(path, &len);
	if (!text)
		return CMD_FAIL;
	wrong = cloud_policy_check(text, len);
	if (wrong) {
		free(text);
		return cmd_error("%s: not stored: %s", path, wrong);
	}
	file_name(name, file);
	lock = cloud_store_lock(store);
	ret = lock < 0 ? lock : cloud_store_write(store, CLOUD_DIR_POLICIES, file, text, len);
	cloud_store_unlock(lock);
	free(text);
	return ret ? cmd_errno(name, ret) : CMD_OK;
}

static int policy_delete(struct cloud_store *store, const char *name)
{
	char file[CLOUD_NAME_MAX + 6];
	int lock, ret;

	file_name(name, file);
	lock = cloud_store_lock(store);
	ret = lock < 0 ? lock : cloud_store_remove(store, CLOUD_DIR_POLICIES, file);
	cloud_store_unlock(lock);
	return ret ? cmd_errno(name, ret) : CMD_OK;
}

/* The place of @policy in the certificate's list, or the length of the list. */
static int place(const struct cloud_cert *cert, const char *policy)
{
	int at;

	for (at = 0; at < cert->policies && strcmp(cert->policy[at], policy); at++)
		;
	return at;
}

static int change(struct cloud_cert *cert, const char *policy, bool attach)
{
	int at = place(cert, policy);

	if (attach && at == CLOUD_POLICIES_MAX)
		return -ENOSPC;
	if (attach && at == cert->policies)
		strcpy(cert->policy[cert->policies++], policy);
	if (!attach && at == cert->policies)
		return -ENOENT;
	if (!attach) {
		cert->policies--;
		memmove(cert->policy[at], cert->policy[at + 1],
			sizeof(cert->policy[0]) * (size_t)(cert->policies - at));
	}
	return 0;
}

static int policy_attach(struct cloud_store *store, const char *what, const char *policy,
			 bool attach)
{
	char file[CLOUD_NAME_MAX + 6], id[CLOUD_ID_LEN + 1];
	struct cloud_cert cert;
	int lock, ret;

	file_name(policy, file);
	if (attach && !cloud_store_exists(store, CLOUD_DIR_POLICIES, file))
		return cmd_error("policy %s: unknown; `policy put` makes one", policy);
	ret = cmd_find_cert(store, what, id);
	if (ret)
		return ret;
	lock = cloud_store_lock(store);
	if (lock < 0)
		return cmd_errno(id, lock);
	ret = cloud_cert_load(store, id, &cert);
	if (!ret) {
		ret = change(&cert, policy, attach);
		if (!ret)
			ret = cloud_cert_save(store, &cert);
		cloud_cert_free(&cert);
	}
	cloud_store_unlock(lock);
	return ret ? cmd_errno(policy, ret) : CMD_OK;
}

int cmd_policy(struct cloud_store *store, int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "", *name;

	if (!strcmp(verb, "list") && argc == 2)
		return policy_list(store);
	if (argc < 3)
		return cmd_usage("usage: policy list | show NAME | put NAME FILE | delete NAME | "
				 "attach ID NAME | detach ID NAME");
	name = !strcmp(verb, "attach") || !strcmp(verb, "detach") ? argv[argc - 1] : argv[2];
	if (!cloud_name_ok(name))
		return cmd_usage("\"%s\": names are 1 to 128 letters, digits and \":_-\"", name);
	if (!strcmp(verb, "show") && argc == 3)
		return policy_show(store, name);
	if (!strcmp(verb, "put") && argc == 4)
		return policy_put(store, name, argv[3]);
	if (!strcmp(verb, "delete") && argc == 3)
		return policy_delete(store, name);
	if (!strcmp(verb, "attach") && argc == 4)
		return policy_attach(store, argv[2], name, true);
	if (!strcmp(verb, "detach") && argc == 4)
		return policy_attach(store, argv[2], name, false);
	return cmd_usage("policy: \"%s\" with %d arguments does not exist", verb, argc - 2);
}

static void show_setting(const char *key, const char *value, const char *help)
{
	printf("%-24s %-20.20s # %s\n", key, value, help);
}

int cmd_set(struct cloud_store *store, int argc, char **argv)
{
	struct cloud_settings settings;
	const char *why = "";
	int lock, ret;

	if (argc != 1 && argc != 3)
		return cmd_usage("usage: set [KEY VALUE]");
	lock = cloud_store_lock(store);
	if (lock < 0)
		return cmd_errno("settings.json", lock);
	ret = cloud_settings_load(store, &settings);
	if (ret) {
		cloud_store_unlock(lock);
		return cmd_errno("settings.json", ret);
	}
	if (argc == 1) {
		cloud_store_unlock(lock);
		cloud_settings_each(&settings, show_setting);
		return CMD_OK;
	}
	ret = cloud_settings_set(&settings, argv[1], argv[2], &why);
	if (ret) {
		cloud_store_unlock(lock);
		return ret == -ENOENT
			       ? cmd_usage("no setting \"%s\"; `set` lists them", argv[1])
			       : cmd_usage("%s: \"%s\" will not do: %s", argv[1], argv[2], why);
	}
	ret = cloud_settings_save(store, &settings);
	cloud_store_unlock(lock);
	return ret ? cmd_errno("settings.json", ret) : CMD_OK;
}
