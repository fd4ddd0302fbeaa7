// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a key: the file that programs are given instead of a private key. */
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "ecc508a.h"
#include "keyref.h"
#include "verb.h"

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "slot", required_argument, NULL, 's' },
						 { "output", required_argument, NULL, 'o' },
						 { "force", no_argument, NULL, 'f' },
						 { "der", no_argument, NULL, 'D' },
						 { "uri", no_argument, NULL, 'u' },
						 COMMON_LONG };
	char pem[ECC508A_KEYREF_PEM_SIZE], err[ECC508A_KEYREF_ERR_SIZE],
		uri[ECC508A_KEYREF_URI_SIZE];
	struct ecc508a_uri parts = { .has_serial = true, .has_slot = true };
	bool force = false, der_only = false, uri_only = false;
	uint8_t der[ECC508A_KEYREF_DER_LEN];
	struct ecc508a_chip_info info;
	struct ecc508a_keyref ref;
	const char *output = NULL;
	struct ecc508a_dev *dev;
	unsigned int slot = 0;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "s:o:fu", options, NULL)) != -1) {
		switch (c) {
		case 's':
			slot = parse_number("--slot", optarg, 0, 15);
			break;
		case 'o':
			output = optarg;
			break;
		case 'f':
			force = true;
			break;
		case 'D':
			der_only = true;
			break;
		case 'u':
			uri_only = true;
			break;
		default:
			common_option(c);
		}
	}
	if (optind != argc)
		die_usage("'%s' is not wanted here", argv[optind]);

	dev = open_device(ECC508A_OPEN_READONLY);
	if (ecc508a_info(dev, false, &info))
		die_device(dev);
	ref.slot = slot;
	memcpy(ref.serial, info.serial, sizeof(ref.serial));
	ref.point[0] = 0x04;
	if (ecc508a_pubkey(dev, slot, ref.point + 1))
		die_device(dev);
	if (ecc508a_keyref_encode_der(&ref, der, err) || ecc508a_keyref_encode_pem(&ref, pem, err))
		die("%s", err);
	memcpy(parts.serial, info.serial, sizeof(parts.serial));
	parts.slot = slot;
	if (ecc508a_uri_format(&parts, uri))
		die("cannot make a URI of it");

	if (common.json) {
		struct cJSON *root = cJSON_CreateObject();
		char text[2 * sizeof(der) + 1];

		cJSON_AddStringToObject(root, "pem", pem);
		cJSON_AddStringToObject(root, "der", hex(der, sizeof(der), text));
		cJSON_AddStringToObject(root, "uri", uri);
		print_json(root);
	} else if (uri_only) {
		strcat(uri, "\n");
		write_output(output, uri, strlen(uri), force);
	} else if (der_only) {
		write_output(output, der, sizeof(der), force);
	} else {
		write_output(output, pem, strlen(pem), force);
	}
	ecc508a_close(dev);
	return 0;
}

const struct verb verb_key = {
	.name = "key",
	.args = "[-s SLOT] [-o FILE]",
	.summary = "write the key reference file that OpenSSL programs take as private key",
	.help = "  -s, --slot N       slot of the private key (default 0)\n"
		"  -o, --output FILE  default: standard output\n"
		"  -f, --force        replace FILE\n"
		"      --der          DER, as `keyctl padd asymmetric` wants it\n"
		"  -u, --uri          only the URI\n",
	.run = run,
};
