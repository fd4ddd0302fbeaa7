/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings and fault knobs. They live in settings.json and may be changed
 * while the broker runs; the plugin reads them at every connect and tick.
 */
#ifndef ECC508A_CLOUD_SETTINGS_H
#define ECC508A_CLOUD_SETTINGS_H

#include <stdint.h>

#include "record.h"

struct cloud_settings {
	char account[13];
	char region[33];
	char registration_code[65];
	char default_policy[CLOUD_NAME_MAX + 1]; /* attached at automatic activation */
	int64_t activate_after_ms;    /* -1: never by itself */
	int64_t activate_after_tries; /* 0: never by itself */
	int64_t connect_rate;	      /* CONNECTs a second and client id, 0: any (AWS: 1) */
	int64_t require_sni;	      /* 1: a TLS client hello without SNI is refused, as AWS does */
	int64_t log_publish;	      /* 1: every publish is a log line */
	int64_t fault_refuse_connects; /* close the next N connects */
	int64_t fault_connect_delay_ms; /* let every CONNECT wait (the whole broker waits) */
	int64_t fault_cut_after;	/* cut a session after N publishes and subscribes, 0: never */
	int64_t fault_drop_connack;   /* swallow the next N packets of each of these kinds, */
	int64_t fault_drop_puback;    /* -1: all of them. Needs the TLS shim (`serve`). */
	int64_t fault_drop_suback;
	int64_t fault_drop_pingresp;
};

void cloud_settings_default(struct cloud_settings *settings);
/* -ENOENT leaves the defaults in @settings and is returned as 0. */
int cloud_settings_load(const struct cloud_store *store, struct cloud_settings *settings);
int cloud_settings_save(const struct cloud_store *store, const struct cloud_settings *settings);

/* 0, -ENOENT (no such key) or -EINVAL (@why says what is allowed). */
int cloud_settings_set(struct cloud_settings *settings, const char *key, const char *value,
		       const char **why);

/* Calls @show for each key in order, for `settings`. */
void cloud_settings_each(const struct cloud_settings *settings,
			 void (*show)(const char *key, const char *value, const char *help));

#endif
