// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a random: bytes from the chip's generator. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "ecc508a.h"
#include "verb.h"

/* 32 bytes take the chip about 5 ms with the bus: more than this is a mistake */
#define RANDOM_MAX  (1024 * 1024)
#define RANDOM_STEP 4096

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "bytes", required_argument, NULL, 'n' },
						 { "raw", no_argument, NULL, 'r' },
						 COMMON_LONG };
	struct ecc508a_dev *dev;
	size_t len = 32;
	bool raw = false;
	uint8_t *buf;
	char *text;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "n:r", options, NULL)) != -1) {
		if (c == 'n')
			len = parse_number("--bytes", optarg, 1, RANDOM_MAX);
		else if (c == 'r')
			raw = true;
		else
			common_option(c);
	}
	if (optind != argc)
		die_usage("'%s' is not wanted here", argv[optind]);

	dev = open_device(ECC508A_OPEN_READONLY);
	buf = malloc(len);
	text = malloc(2 * len + 1);
	if (!buf || !text)
		die("out of memory");
	for (size_t at = 0; at < len; at += RANDOM_STEP) {
		size_t n = len - at < RANDOM_STEP ? len - at : RANDOM_STEP;

		if (ecc508a_random(dev, buf + at, n))
			die_device(dev);
	}
	if (raw) {
		write_output(NULL, buf, len, false);
	} else if (common.json) {
		struct cJSON *root = cJSON_CreateObject();

		cJSON_AddStringToObject(root, "random", hex(buf, len, text));
		print_json(root);
	} else {
		puts(hex(buf, len, text));
	}
	explicit_bzero(buf, len);
	explicit_bzero(text, 2 * len + 1);
	free(text);
	free(buf);
	ecc508a_close(dev);
	return 0;
}

const struct verb verb_random = {
	.name = "random",
	.args = "[-n BYTES] [--raw]",
	.summary = "random bytes from the chip, in hex",
	.help = "  -n, --bytes N      how many (default 32)\n"
		"  -r, --raw          as they are\n",
	.run = run,
};
