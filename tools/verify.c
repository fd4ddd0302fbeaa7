// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a verify: have the chip verify a signature. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "crypto.h"
#include "ecc508a.h"
#include "verb.h"

#define INPUT_MAX    (1UL << 30)
#define SIG_FILE_MAX 4096

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "slot", required_argument, NULL, 's' },
						 { "stored", no_argument, NULL, 'S' },
						 { "key", required_argument, NULL, 'k' },
						 { "digest", required_argument, NULL, 'x' },
						 { "signature", required_argument, NULL, 'g' },
						 COMMON_LONG };
	const char *key = NULL, *given = NULL, *sigfile = NULL;
	uint8_t digest[32], sig[64], xy[64];
	struct ecc508a_dev *dev;
	unsigned int slot = 0;
	bool stored = false;
	uint8_t *data;
	size_t len;
	int c, ret;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "s:k:x:g:", options, NULL)) != -1) {
		switch (c) {
		case 's':
			slot = parse_number("--slot", optarg, 0, 15);
			break;
		case 'S':
			stored = true;
			break;
		case 'k':
			key = optarg;
			break;
		case 'x':
			given = optarg;
			break;
		case 'g':
			sigfile = optarg;
			break;
		default:
			common_option(c);
		}
	}
	if (!sigfile)
		die_usage("--signature FILE is missing");
	if (key && stored)
		die_usage("--key and --stored exclude each other");
	if (argc - optind > 1 || (given && optind != argc))
		die_usage("give one file, or none for standard input, or --digest");

	data = read_input(sigfile, SIG_FILE_MAX, &len);
	if (sig_parse(data, len, sig))
		die("%s is no ECDSA signature: neither DER nor 64 bytes R then S", sigfile);
	free(data);
	if (key)
		pubkey_from_file(key, xy);
	if (given) {
		if (parse_hex("--digest", given, digest, sizeof(digest)) != sizeof(digest))
			die_usage("--digest must be 32 bytes in hex");
	} else {
		data = read_input(argv[optind], INPUT_MAX, &len);
		sha256(data, len, digest);
		free(data);
	}

	dev = open_device(ECC508A_OPEN_READONLY);
	if (!key && !stored && ecc508a_pubkey(dev, slot, xy))
		die_device(dev);
	ret = stored ? ecc508a_verify_stored(dev, slot, digest, sig)
		     : ecc508a_verify(dev, xy, digest, sig);
	if (ret && ret != -EKEYREJECTED)
		die_device(dev);
	if (common.json) {
		struct cJSON *root = cJSON_CreateObject();

		cJSON_AddBoolToObject(root, "valid", !ret);
		print_json(root);
	} else {
		puts(ret ? "signature is NOT valid" : "signature is valid");
	}
	ecc508a_close(dev);
	return ret ? 1 : 0;
}

const struct verb verb_verify = {
	.name = "verify",
	.args = "--signature FILE [-k FILE | -s SLOT [--stored]] [FILE | --digest HEX]",
	.summary = "have the chip verify a signature",
	.help = "  -g, --signature F  DER, or 64 bytes R then S\n"
		"  -k, --key FILE     public key, certificate or key reference\n"
		"  -s, --slot N       without -k: the key of this slot (default 0)\n"
		"      --stored       it is a public key that was written into the slot\n"
		"  -x, --digest HEX   these 32 bytes instead of hashing a file\n",
	.run = run,
};
