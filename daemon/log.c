// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum {
	LOG_TO_PLAIN,
	LOG_TO_JOURNAL,
	LOG_TO_SYSLOG
} log_sink = LOG_TO_PLAIN;
static int log_level = LOG_INFO;

/* systemd.exec(5): JOURNAL_STREAM is "device:inode" of the stream the journal reads. */
static bool log_stderr_is_journal(void)
{
	const char *env = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	if (!env || sscanf(env, "%llu:%llu", &dev, &ino) != 2)
		return false;
	if (fstat(STDERR_FILENO, &st))
		return false;
	return st.st_dev == dev && st.st_ino == ino;
}

void log_open(bool background)
{
	if (background) {
		openlog("ecc508ad", LOG_PID, LOG_DAEMON);
		log_sink = LOG_TO_SYSLOG;
	} else {
		log_sink = log_stderr_is_journal() ? LOG_TO_JOURNAL : LOG_TO_PLAIN;
	}
}

static const char *const log_names[] = {
	[LOG_ERR] = "error", [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
	[LOG_INFO] = "info", [LOG_DEBUG] = "debug",
};

int log_level_from_name(const char *name)
{
	for (int i = LOG_ERR; i <= LOG_DEBUG; i++) {
		if (!strcmp(name, log_names[i]))
			return i;
	}
	return -1;
}

void log_set_level(int level)
{
	log_level = level;
}

/*
 * Text from outside (topics, certificate subjects, broker errors) reaches the log:
 * one event must stay one line, and a terminal must not be steered by it.
 */
static void log_sanitize(char *s)
{
	for (; *s; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
	}
}

void log_msg(int prio, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (prio > log_level)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_sanitize(line);

	switch (log_sink) {
	case LOG_TO_SYSLOG:
		syslog(prio, "%s", line);
		break;
	case LOG_TO_JOURNAL:
		fprintf(stderr, "<%d>%s\n", prio, line);
		break;
	case LOG_TO_PLAIN:
		if (prio <= LOG_WARNING)
			fprintf(stderr, "ecc508ad: %s: %s\n", log_names[prio], line);
		else
			fprintf(stderr, "ecc508ad: %s\n", line);
		break;
	}
}
