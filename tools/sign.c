// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a sign: sign a file, or a digest, with the key in a slot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "crypto.h"
#include "ecc508a.h"
#include "verb.h"

#define INPUT_MAX (1UL << 30)

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "slot", required_argument, NULL, 's' },
						 { "digest", required_argument, NULL, 'x' },
						 { "output", required_argument, NULL, 'o' },
						 { "force", no_argument, NULL, 'f' },
						 { "raw", no_argument, NULL, 'r' },
						 COMMON_LONG };
	uint8_t digest[32], sig[64], der[SIG_DER_MAX];
	const char *output = NULL, *given = NULL;
	bool force = false, raw = false;
	struct ecc508a_dev *dev;
	unsigned int slot = 0;
	size_t len;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "s:x:o:fr", options, NULL)) != -1) {
		switch (c) {
		case 's':
			slot = parse_number("--slot", optarg, 0, 15);
			break;
		case 'x':
			given = optarg;
			break;
		case 'o':
			output = optarg;
			break;
		case 'f':
			force = true;
			break;
		case 'r':
			raw = true;
			break;
		default:
			common_option(c);
		}
	}
	if (argc - optind > 1 || (given && optind != argc))
		die_usage("give one file, or none for standard input, or --digest");

	dev = open_device(0);
	if (given) {
		if (parse_hex("--digest", given, digest, sizeof(digest)) != sizeof(digest))
			die_usage("--digest must be 32 bytes in hex");
	} else {
		uint8_t *data = read_input(argv[optind], INPUT_MAX, &len);

		sha256(data, len, digest);
		free(data);
	}
	if (ecc508a_sign(dev, slot, digest, sig))
		die_device(dev);
	len = sig_to_der(sig, der);
	if (common.json) {
		struct cJSON *root = cJSON_CreateObject();
		char text[2 * SIG_DER_MAX + 1];

		cJSON_AddNumberToObject(root, "slot", slot);
		cJSON_AddStringToObject(root, "digest", hex(digest, sizeof(digest), text));
		cJSON_AddStringToObject(root, "raw", hex(sig, sizeof(sig), text));
		cJSON_AddStringToObject(root, "der", hex(der, len, text));
		print_json(root);
	} else if (raw) {
		write_output(output, sig, sizeof(sig), force);
	} else {
		write_output(output, der, len, force);
	}
	ecc508a_close(dev);
	return 0;
}

const struct verb verb_sign = {
	.name = "sign",
	.args = "[-s SLOT] [-o FILE] [FILE | --digest HEX]",
	.summary = "sign the SHA-256 of a file; the signature is DER",
	.help = "  -s, --slot N       slot of the private key (default 0)\n"
		"  -x, --digest HEX   sign these 32 bytes instead of hashing a file\n"
		"  -o, --output FILE  default: standard output\n"
		"  -f, --force        replace FILE\n"
		"  -r, --raw          64 bytes R then S instead of DER\n",
	.run = run,
};
