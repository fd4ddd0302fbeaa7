// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Test helper, not installed: reads a reference (file argument) and prints it, or writes one:
 *	keyref-cat FILE
 *	keyref-cat --make der|pem SERIAL SLOT POINTHEX
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../keyref.h"

static int make(char **argv)
{
	char err[ECC508A_KEYREF_ERR_SIZE], pem[ECC508A_KEYREF_PEM_SIZE];
	uint8_t der[ECC508A_KEYREF_DER_LEN];
	struct ecc508a_keyref ref = { 0 };
	size_t i;

	if (ecc508a_serial_parse(argv[1], strlen(argv[1]), ref.serial))
		return 2;
	ref.slot = strtoul(argv[2], NULL, 10);
	for (i = 0; i < sizeof(ref.point); i++)
		if (sscanf(argv[3] + 2 * i, "%2hhx", &ref.point[i]) != 1)
			return 2;
	if (strcmp(argv[0], "der") == 0) {
		if (ecc508a_keyref_encode_der(&ref, der, err))
			goto refused;
		fwrite(der, 1, sizeof(der), stdout);
	} else {
		if (ecc508a_keyref_encode_pem(&ref, pem, err))
			goto refused;
		fputs(pem, stdout);
	}
	return 0;

refused:
	fprintf(stderr, "%s\n", err);
	return 1;
}

int main(int argc, char **argv)
{
	char err[ECC508A_KEYREF_ERR_SIZE], serial[ECC508A_KEYREF_SERIAL_SIZE];
	static char buf[ECC508A_KEYREF_PEM_MAX + 1];
	struct ecc508a_keyref ref;
	size_t i, n;
	FILE *f;

	if (argc == 6 && strcmp(argv[1], "--make") == 0)
		return make(argv + 2);
	if (argc != 2)
		return 2;
	f = fopen(argv[1], "rb");
	if (!f) {
		perror(argv[1]);
		return 2;
	}
	n = fread(buf, 1, sizeof(buf), f);
	fclose(f);
	if (ecc508a_keyref_decode(buf, n, &ref, err)) {
		fprintf(stderr, "%s\n", err);
		return 1;
	}
	printf("serial %s\nslot %u\npoint ", ecc508a_serial_format(ref.serial, serial), ref.slot);
	for (i = 0; i < sizeof(ref.point); i++)
		printf("%02x", ref.point[i]);
	printf("\n");
	return 0;
}
