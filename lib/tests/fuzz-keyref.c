// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Fuzz target of the key reference codec.  What decodes must encode to the same bytes (there is
 * one DER form of a reference), and to a PEM file and a URI that decode to the same.
 */
#include <stdlib.h>
#include <string.h>

#include "../keyref.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char err[ECC508A_KEYREF_ERR_SIZE], pem[ECC508A_KEYREF_PEM_SIZE];
	char text[ECC508A_KEYREF_URI_MAX + 2], uri_text[ECC508A_KEYREF_URI_SIZE];
	uint8_t der[ECC508A_KEYREF_DER_LEN];
	struct ecc508a_keyref ref, again;
	struct ecc508a_uri uri, uri_again;
	size_t n;
	int rc;

	memset(err, 0, sizeof(err));
	rc = ecc508a_keyref_decode_der(data, size, &ref, err);
	if (rc == 0) {
		must(size == sizeof(der));
		must(ecc508a_keyref_encode_der(&ref, der, err) == 0);
		must(memcmp(der, data, size) == 0);
		must(ecc508a_keyref_encode_pem(&ref, pem, err) == 0);
		must(strlen(pem) < sizeof(pem));
		must(ecc508a_keyref_decode_pem(pem, strlen(pem), &again, err) == 0);
		must(memcmp(&again, &ref, sizeof(ref)) == 0);
	} else {
		must(rc < 0 && err[0] && memchr(err, 0, sizeof(err)));
	}

	memset(err, 0, sizeof(err));
	rc = ecc508a_keyref_decode((const char *)data, size, &ref, err);
	must(rc == 0 || (rc < 0 && err[0]));
	if (rc == 0)
		must(ecc508a_keyref_encode_der(&ref, der, err) == 0);

	n = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
	memcpy(text, data, n);
	text[n] = '\0';
	memset(err, 0, sizeof(err));
	rc = ecc508a_uri_parse(text, &uri, err);
	if (rc == 0) {
		must(ecc508a_uri_format(&uri, uri_text) == 0);
		must(strlen(uri_text) < sizeof(uri_text));
		must(ecc508a_uri_parse(uri_text, &uri_again, err) == 0);
		must(memcmp(&uri, &uri_again, sizeof(uri)) == 0);
	} else {
		must(rc < 0 && err[0] && memchr(err, 0, sizeof(err)));
	}
	return 0;
}
