// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a pubkey: the public half of the key in a slot. */
#include <stdio.h>

#include <cjson/cJSON.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "crypto.h"
#include "ecc508a.h"
#include "verb.h"

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "slot", required_argument, NULL, 's' },
						 { "stored", no_argument, NULL, 'S' },
						 { "output", required_argument, NULL, 'o' },
						 { "force", no_argument, NULL, 'f' },
						 { "der", no_argument, NULL, 'D' },
						 { "raw", no_argument, NULL, 'r' },
						 COMMON_LONG };
	bool stored = false, force = false, der = false, raw = false;
	const char *output = NULL;
	struct ecc508a_dev *dev;
	unsigned int slot = 0;
	uint8_t xy[64];
	char text[129];
	EVP_PKEY *key;
	BIO *bio;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "s:o:fr", options, NULL)) != -1) {
		switch (c) {
		case 's':
			slot = parse_number("--slot", optarg, 0, 15);
			break;
		case 'S':
			stored = true;
			break;
		case 'o':
			output = optarg;
			break;
		case 'f':
			force = true;
			break;
		case 'D':
			der = true;
			break;
		case 'r':
			raw = true;
			break;
		default:
			common_option(c);
		}
	}
	if (optind != argc)
		die_usage("'%s' is not wanted here", argv[optind]);

	dev = open_device(ECC508A_OPEN_READONLY);
	if (stored ? ecc508a_pubkey_stored(dev, slot, xy) : ecc508a_pubkey(dev, slot, xy))
		die_device(dev);

	hex(xy, sizeof(xy), text);
	key = pubkey_from_xy(xy);
	bio = BIO_new(BIO_s_mem());
	if (!bio)
		die("out of memory");
	if (common.json) {
		struct cJSON *root = cJSON_CreateObject();
		char *pem;

		if (!PEM_write_bio_PUBKEY(bio, key))
			die_openssl("public key");
		BIO_write(bio, "", 1);
		BIO_get_mem_data(bio, &pem);
		cJSON_AddNumberToObject(root, "slot", slot);
		cJSON_AddStringToObject(root, "xy", text);
		cJSON_AddStringToObject(root, "pem", pem);
		print_json(root);
		BIO_free(bio);
	} else {
		if (raw)
			BIO_printf(bio, "%s\n", text);
		else if (der ? !i2d_PUBKEY_bio(bio, key) : !PEM_write_bio_PUBKEY(bio, key))
			die_openssl("public key");
		write_bio(output, bio, force);
	}
	EVP_PKEY_free(key);
	ecc508a_close(dev);
	return 0;
}

const struct verb verb_pubkey = {
	.name = "pubkey",
	.args = "[-s SLOT] [-o FILE]",
	.summary = "the public key of a slot, as PEM",
	.help = "  -s, --slot N       slot (default 0)\n"
		"      --stored       a public key that was written into the slot (8 to 15)\n"
		"  -o, --output FILE  default: standard output\n"
		"  -f, --force        replace FILE\n"
		"      --der          DER instead of PEM\n"
		"  -r, --raw          X and Y in hex\n",
	.run = run,
};
