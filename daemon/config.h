/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file; ecc508ad.conf(5) describes every key. */
#ifndef ECC508AD_CONFIG_H
#define ECC508AD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_VALUE_MAX 256

struct config {
	/* [server] */
	char host[CONFIG_VALUE_MAX];
	int port;
	char ca_file[CONFIG_VALUE_MAX];
	char alpn[64]; /* empty: none; "auto" has been resolved */
	/* [identity] */
	char key[CONFIG_VALUE_MAX];
	char certificate[CONFIG_VALUE_MAX];
	char client_id[129]; /* empty: the common name of the certificate */
	/* [mqtt] */
	int keepalive;
	bool clean_session;
	int connect_timeout;
	int ack_timeout;
	uint32_t retry_max;
	/* [control] */
	char socket[108]; /* sun_path */
	uint32_t socket_mode;
	/* [spool] */
	char spool_dir[CONFIG_VALUE_MAX]; /* empty: <state_dir>/spool */
	uint64_t spool_max_bytes;
	uint32_t spool_max_messages;
	int64_t spool_max_age; /* seconds, 0 = for ever */
	/* [daemon] */
	char state_dir[CONFIG_VALUE_MAX];
	int log_level;
};

/*
 * Read @path, then the files <path>.d/ *.conf in the order of their names.
 * @error names file, line, cause and remedy of the first mistake.
 */
int config_load(struct config *cfg, const char *path, char *error, size_t size);

/* The same for text in memory, which messages call @name. */
int config_parse(struct config *cfg, const char *name, const char *text, char *error, size_t size);

/* What no single line shows: keys that are missing. */
int config_check(struct config *cfg, const char *path, char *error, size_t size);

void config_defaults(struct config *cfg);

#endif
