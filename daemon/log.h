/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Log lines: to the journal with <N> prefixes, to a terminal in plain text, or to
 * syslog when the daemon has put itself in the background.
 */
#ifndef ECC508AD_LOG_H
#define ECC508AD_LOG_H

#include <stdbool.h>
#include <syslog.h>

/* Choose where lines go; @background selects syslog. */
void log_open(bool background);

/* Drop lines less important than @level (LOG_ERR .. LOG_DEBUG). */
void log_set_level(int level);
int log_level_from_name(const char *name);

void log_msg(int prio, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_err(...)	log_msg(LOG_ERR, __VA_ARGS__)
#define log_warn(...)	log_msg(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_msg(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)	log_msg(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	log_msg(LOG_DEBUG, __VA_ARGS__)

#endif
