/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* log.jsonl: what the cloud saw, one JSON object a line, for tests to read. */
#ifndef ECC508A_CLOUD_AUDIT_H
#define ECC508A_CLOUD_AUDIT_H

#include <cjson/cJSON.h>

#include "store.h"

#define CLOUD_LOG_FILE "log.jsonl"

/* A new line with its time and event name; NULL only without memory. */
cJSON *cloud_log_line(const char *event);

/* Appends and frees @line. A log that cannot be written never stops the broker. */
int cloud_log_write(const struct cloud_store *store, cJSON *line);

#endif
