// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "config.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "log.h"

#define CONFIG_FILE_MAX (64u * 1024u)

enum config_type {
	CONFIG_TEXT,
	CONFIG_PATH,
	CONFIG_HOST,
	CONFIG_INT,
	CONFIG_U32,
	CONFIG_U64_SIZE,
	CONFIG_S64_TIME,
	CONFIG_BOOL,
	CONFIG_MODE,
	CONFIG_LEVEL,
};

struct config_key {
	const char *section;
	const char *name;
	enum config_type type;
	size_t offset;
	size_t size;
	int64_t min;
	int64_t max;
};

#define KEY(sec, key, type, member, min, max)                          \
	{                                                              \
		sec, key, type, offsetof(struct config, member),       \
			sizeof(((struct config *)0)->member), min, max \
	}

static const struct config_key config_keys[] = {
	KEY("server", "host", CONFIG_HOST, host, 1, 0),
	KEY("server", "port", CONFIG_INT, port, 1, 65535),
	KEY("server", "ca_file", CONFIG_PATH, ca_file, 1, 0),
	KEY("server", "alpn", CONFIG_TEXT, alpn, 1, 0),
	KEY("identity", "key", CONFIG_TEXT, key, 1, 0),
	KEY("identity", "certificate", CONFIG_PATH, certificate, 1, 0),
	KEY("identity", "client_id", CONFIG_TEXT, client_id, 1, 0),
	/* AWS IoT Core accepts 30 to 1200 s; other brokers less. */
	KEY("mqtt", "keepalive", CONFIG_INT, keepalive, 5, 1200),
	KEY("mqtt", "clean_session", CONFIG_BOOL, clean_session, 0, 0),
	KEY("mqtt", "connect_timeout", CONFIG_INT, connect_timeout, 1, 600),
	KEY("mqtt", "ack_timeout", CONFIG_INT, ack_timeout, 1, 3600),
	KEY("mqtt", "retry_max", CONFIG_U32, retry_max, 1, 86400),
	KEY("control", "socket", CONFIG_PATH, socket, 1, 0),
	KEY("control", "mode", CONFIG_MODE, socket_mode, 0, 0777),
	KEY("spool", "directory", CONFIG_PATH, spool_dir, 1, 0),
	KEY("spool", "max_size", CONFIG_U64_SIZE, spool_max_bytes, 256 * 1024, 1LL << 40),
	KEY("spool", "max_messages", CONFIG_U32, spool_max_messages, 1, 1000000),
	KEY("spool", "max_age", CONFIG_S64_TIME, spool_max_age, 0, 10LL * 366 * 86400),
	KEY("daemon", "state_dir", CONFIG_PATH, state_dir, 1, 0),
	KEY("daemon", "log_level", CONFIG_LEVEL, log_level, 0, 0),
};

#define CONFIG_KEYS (sizeof(config_keys) / sizeof(config_keys[0]))

/* One file being read. */
struct config_reader {
	struct config *cfg;
	const char *name;
	const char *p; /* text not yet handed to inih */
	int line;
	bool seen[CONFIG_KEYS];
	char *error;
	size_t error_size;
	bool failed;
};

void config_defaults(struct config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->port = 8883;
	strcpy(cfg->alpn, "auto");
	strcpy(cfg->key, "ecc508a:");
	cfg->keepalive = 60;
	cfg->clean_session = true;
	cfg->connect_timeout = 30;
	cfg->ack_timeout = 60;
	cfg->retry_max = 300;
	strcpy(cfg->socket, "/run/ecc508ad/control");
	cfg->socket_mode = 0660;
	cfg->spool_max_bytes = 64u * 1024u * 1024u;
	cfg->spool_max_messages = 100000;
	strcpy(cfg->state_dir, "/var/lib/ecc508ad");
	cfg->log_level = LOG_INFO;
}

static void config_fail(struct config_reader *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void config_fail(struct config_reader *r, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (r->failed)
		return; /* the first mistake is the one to repair first */
	r->failed = true;
	n = snprintf(r->error, r->error_size, "%s:%d: ", r->name, r->line);
	if (n < 0 || (size_t)n >= r->error_size)
		return;
	va_start(ap, fmt);
	vsnprintf(r->error + n, r->error_size - (size_t)n, fmt, ap);
	va_end(ap);
}

static bool config_section_known(const char *section)
{
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		if (!strcmp(config_keys[i].section, section))
			return true;
	}
	return false;
}

/* inih calls nobody for a section without keys, so section lines are judged here. */
static void config_check_section_line(struct config_reader *r, const char *line)
{
	char section[64];
	const char *end;

	while (*line == ' ' || *line == '\t')
		line++;
	if (*line != '[')
		return;
	end = strchr(++line, ']');
	if (!end)
		return; /* inih reports it */
	if ((size_t)(end - line) < sizeof(section)) {
		memcpy(section, line, (size_t)(end - line));
		section[end - line] = 0;
		if (config_section_known(section))
			return;
	}
	config_fail(r,
		    "unknown section [%.*s]: server, identity, mqtt, control, spool and daemon "
		    "exist",
		    (int)(end - line > 40 ? 40 : end - line), line);
}

/*
 * inih reads lines through this, which also counts them: the library as Debian builds it
 * does not tell its handler the line.
 */
static char *config_read_line(char *buf, int num, void *stream)
{
	struct config_reader *r = stream;
	size_t len, room = num > 0 ? (size_t)num - 1 : 0;
	const char *nl;

	if (!*r->p || !room || r->failed)
		return NULL;
	nl = strchr(r->p, '\n');
	len = nl ? (size_t)(nl - r->p) + 1 : strlen(r->p);
	r->line++;
	if (len > room) {
		config_fail(r, "the line is longer than %zu characters", room - 1);
		return NULL;
	}
	memcpy(buf, r->p, len);
	buf[len] = 0;
	r->p += len;
	config_check_section_line(r, buf);
	return buf;
}

static bool config_int(const char *value, int64_t min, int64_t max, int64_t *out)
{
	long long v;
	char *end;

	errno = 0;
	v = strtoll(value, &end, 10);
	if (errno || end == value || *end || v < min || v > max)
		return false;
	*out = v;
	return true;
}

/* A number with one letter behind it, as "64M" or "7d". */
static bool config_scaled(const char *value, const char *letters, const int64_t *factors,
			  int64_t min, int64_t max, int64_t *out)
{
	const char *letter;
	int64_t factor = 1;
	char digits[24];
	size_t len = strlen(value);

	if (!len || len >= sizeof(digits))
		return false;
	memcpy(digits, value, len + 1);
	letter = strchr(letters, digits[len - 1]);
	if (letter) {
		factor = factors[letter - letters];
		digits[len - 1] = 0;
	}
	if (!config_int(digits, 0, INT64_MAX / factor, out))
		return false;
	*out *= factor;
	return *out >= min && *out <= max;
}

static bool config_set_string(struct config_reader *r, const struct config_key *k,
			      const char *value, char *dst)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (!*value) {
		config_fail(r, "%s has no value", k->name);
		return false;
	}
	if (strlen(value) >= k->size) {
		config_fail(r, "%s is longer than %zu characters", k->name, k->size - 1);
		return false;
	}
	if (k->type == CONFIG_PATH && value[0] != '/') {
		config_fail(r, "%s must be an absolute path, not \"%s\"", k->name, value);
		return false;
	}
	if (k->type == CONFIG_HOST) {
		if (inet_pton(AF_INET, value, &v4) == 1 || inet_pton(AF_INET6, value, &v6) == 1) {
			config_fail(
				r,
				"host must be a name, not the address %s: the server is told the "
				"name (SNI) and must prove it",
				value);
			return false;
		}
		if (strpbrk(value, ":/ \t")) {
			config_fail(r, "host is a name alone, not \"%s\": the port has its own key",
				    value);
			return false;
		}
	}
	strcpy(dst, value);
	return true;
}

static bool config_set(struct config_reader *r, const struct config_key *k, const char *value)
{
	static const int64_t size_factors[] = { 1024, 1024 * 1024, 1024 * 1024 * 1024 };
	static const int64_t time_factors[] = { 1, 60, 3600, 86400 };
	void *dst = (char *)r->cfg + k->offset;
	int64_t n;
	char *end;
	unsigned long mode;

	switch (k->type) {
	case CONFIG_TEXT:
	case CONFIG_PATH:
	case CONFIG_HOST:
		return config_set_string(r, k, value, dst);
	case CONFIG_INT:
	case CONFIG_U32:
		if (!config_int(value, k->min, k->max, &n)) {
			config_fail(r, "%s must be a number from %lld to %lld, not \"%s\"", k->name,
				    (long long)k->min, (long long)k->max, value);
			return false;
		}
		if (k->type == CONFIG_INT)
			*(int *)dst = (int)n;
		else
			*(uint32_t *)dst = (uint32_t)n;
		return true;
	case CONFIG_U64_SIZE:
		if (!config_scaled(value, "KMG", size_factors, k->min, k->max, &n)) {
			config_fail(r, "%s must be a size of at least 256K, as 64M, not \"%s\"",
				    k->name, value);
			return false;
		}
		*(uint64_t *)dst = (uint64_t)n;
		return true;
	case CONFIG_S64_TIME:
		if (!config_scaled(value, "smhd", time_factors, k->min, k->max, &n)) {
			config_fail(r, "%s must be a time, as 3600, 12h or 7d, not \"%s\"", k->name,
				    value);
			return false;
		}
		*(int64_t *)dst = n;
		return true;
	case CONFIG_BOOL:
		if (!strcmp(value, "yes") || !strcmp(value, "no")) {
			*(bool *)dst = value[0] == 'y';
			return true;
		}
		config_fail(r, "%s must be yes or no, not \"%s\"", k->name, value);
		return false;
	case CONFIG_MODE:
		mode = strtoul(value, &end, 8);
		if (value[0] != '0' || *end || mode > 0777) {
			config_fail(r, "%s must be octal permissions, as 0660, not \"%s\"", k->name,
				    value);
			return false;
		}
		*(uint32_t *)dst = (uint32_t)mode;
		return true;
	case CONFIG_LEVEL:
		*(int *)dst = log_level_from_name(value);
		if (*(int *)dst < 0) {
			config_fail(r,
				    "%s must be error, warning, notice, info or debug, not \"%s\"",
				    k->name, value);
			return false;
		}
		return true;
	}
	return false;
}

static int config_handler(void *user, const char *section, const char *name, const char *value)
{
	struct config_reader *r = user;

	if (r->failed)
		return 0;
	for (size_t i = 0; i < CONFIG_KEYS; i++) {
		const struct config_key *k = &config_keys[i];

		if (strcmp(k->section, section) || strcmp(k->name, name))
			continue;
		if (r->seen[i]) {
			config_fail(r, "%s is set twice in this file", name);
			return 0;
		}
		r->seen[i] = true;
		return config_set(r, k, value);
	}
	if (!*section)
		config_fail(r, "%s stands before the first [section]", name);
	else if (!config_section_known(section))
		config_fail(r, "unknown section [%s]", section);
	else
		config_fail(r, "unknown key %s in section [%s]", name, section);
	return 0;
}

int config_parse(struct config *cfg, const char *name, const char *text, char *error, size_t size)
{
	struct config_reader r = {
		.cfg = cfg,
		.name = name,
		.p = text,
		.error = error,
		.error_size = size,
	};
	int line = ini_parse_stream(config_read_line, &r, config_handler, &r);

	/* inih reads on after a line it does not understand: that one came first. */
	if (line && (!r.failed || line < r.line)) {
		r.failed = false;
		r.line = line;
		config_fail(&r, "%s",
			    line < 0 ? "out of memory"
				     : "this is neither [section], key = value, nor a comment");
	}
	return r.failed ? -EINVAL : 0;
}

static int config_load_file(struct config *cfg, const char *path, char *error, size_t size)
{
	char *text = NULL;
	size_t len;
	FILE *f = fopen(path, "re");
	int ret;

	if (!f) {
		ret = -errno;
		snprintf(error, size, "%s: %s", path, strerror(errno));
		return ret;
	}
	text = malloc(CONFIG_FILE_MAX + 1);
	if (!text) {
		ret = -ENOMEM;
		snprintf(error, size, "%s: out of memory", path);
		goto out;
	}
	len = fread(text, 1, CONFIG_FILE_MAX + 1, f);
	if (ferror(f)) {
		ret = -EIO;
		snprintf(error, size, "%s: %s", path, strerror(errno));
		goto out;
	}
	if (len > CONFIG_FILE_MAX || memchr(text, 0, len)) {
		ret = -EINVAL;
		snprintf(error, size, "%s: this is not a configuration file (%s)", path,
			 len > CONFIG_FILE_MAX ? "longer than 64 KiB" : "it has NUL bytes");
		goto out;
	}
	text[len] = 0;
	ret = config_parse(cfg, path, text, error, size);
out:
	free(text);
	fclose(f);
	return ret;
}

static int config_is_dropin(const struct dirent *de)
{
	size_t len = strlen(de->d_name);

	return de->d_name[0] != '.' && len > 5 && !strcmp(de->d_name + len - 5, ".conf");
}

int config_load(struct config *cfg, const char *path, char *error, size_t size)
{
	struct dirent **list = NULL;
	char dir[PATH_MAX], file[PATH_MAX + 256];
	int n, ret;

	config_defaults(cfg);
	ret = config_load_file(cfg, path, error, size);
	if (ret)
		return ret;

	if (snprintf(dir, sizeof(dir), "%s.d", path) >= (int)sizeof(dir))
		return -ENAMETOOLONG;
	n = scandir(dir, &list, config_is_dropin, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "%s/%s", dir, list[i]->d_name);
		if (!ret)
			ret = config_load_file(cfg, file, error, size);
		free(list[i]);
	}
	free(list);
	return ret ? ret : config_check(cfg, path, error, size);
}

int config_check(struct config *cfg, const char *path, char *error, size_t size)
{
	static const struct {
		size_t offset;
		const char *section, *key, *what;
	} required[] = {
		{ offsetof(struct config, host), "server", "host",
		  "the name of the broker (aws iot describe-endpoint --endpoint-type "
		  "iot:Data-ATS)" },
		{ offsetof(struct config, ca_file), "server", "ca_file",
		  "the CA certificates that the server must be signed by" },
		{ offsetof(struct config, certificate), "identity", "certificate",
		  "the device certificate and its signer in one PEM file" },
	};

	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
		if (*((const char *)cfg + required[i].offset))
			continue;
		snprintf(error, size, "%s: section [%s] needs %s: %s", path, required[i].section,
			 required[i].key, required[i].what);
		return -EINVAL;
	}
	/* AWS IoT Core: MQTT on port 443 is told from HTTPS by its ALPN name alone. */
	if (!strcmp(cfg->alpn, "auto"))
		strcpy(cfg->alpn, cfg->port == 443 ? "x-amzn-mqtt-ca" : "");
	else if (!strcmp(cfg->alpn, "none"))
		cfg->alpn[0] = 0;
	if (!cfg->spool_dir[0] && snprintf(cfg->spool_dir, sizeof(cfg->spool_dir), "%s/spool",
					   cfg->state_dir) >= (int)sizeof(cfg->spool_dir)) {
		snprintf(error, size, "%s: state_dir is too long", path);
		return -EINVAL;
	}
	return 0;
}
