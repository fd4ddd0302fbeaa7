// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/* Any text as a configuration file: accepted, or refused with a place and a reason. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config cfg;
	char error[512] = "";
	char *text = malloc(size + 1);
	int ret;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = 0;
	config_defaults(&cfg);
	ret = config_parse(&cfg, "x", text, error, sizeof(error));
	if (ret && strncmp(error, "x:", 2))
		abort();
	if (!ret && config_check(&cfg, "x", error, sizeof(error)) && !error[0])
		abort();
	if (!ret &&
	    (cfg.port < 1 || cfg.port > 65535 || cfg.keepalive < 5 || cfg.socket_mode > 0777))
		abort();
	free(text);
	return 0;
}
