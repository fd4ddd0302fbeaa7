// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The key reference codec.  The sample below was made by hand from the specification: the point is
 * the base point G of P-256 (SP 800-186 3.2.1.3), the base64 was done by the base64 program.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../keyref.h"

#define SERIAL 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xee
#define G_X                                                                                       \
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, \
		0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45,     \
		0xd8, 0x98, 0xc2, 0x96
#define G_Y                                                                                       \
	0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, \
		0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68,     \
		0x37, 0xbf, 0x51, 0xf5

static const uint8_t sample_der[] = {
	0x30, 0x54, 0x02, 0x01, 0x01, 0x04, 0x09, SERIAL,
	0x02, 0x01, 0x00, 0x04, 0x41, 0x04, G_X,  G_Y,
};
static const char sample_pem[] =
	"-----BEGIN ECC508A KEY REFERENCE-----\n"
	"MFQCAQEECQEjRWeJq83v7gIBAARBBGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPSh\n"
	"OUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU=\n"
	"-----END ECC508A KEY REFERENCE-----\n";
static const struct ecc508a_keyref sample = { .serial = { SERIAL },
					      .slot = 0,
					      .point = { 0x04, G_X, G_Y } };

static void assert_ref(const struct ecc508a_keyref *ref)
{
	assert_memory_equal(ref->serial, sample.serial, sizeof(ref->serial));
	assert_int_equal(ref->slot, sample.slot);
	assert_memory_equal(ref->point, sample.point, sizeof(ref->point));
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" does not say \"%s\"", text, part);
}

static void refused_der(const uint8_t *der, size_t len, int rc, const char *why)
{
	struct ecc508a_keyref ref = { .slot = 77 };
	char err[ECC508A_KEYREF_ERR_SIZE] = "";

	assert_int_equal(ecc508a_keyref_decode_der(der, len, &ref, err), rc);
	assert_has(err, why);
	assert_int_equal(ref.slot, 77); /* untouched */
	assert_int_equal(ecc508a_keyref_decode_der(der, len, &ref, NULL), rc);
}

static void refused_pem(const char *pem, size_t len, int rc, const char *why)
{
	struct ecc508a_keyref ref = { .slot = 77 };
	char err[ECC508A_KEYREF_ERR_SIZE] = "";

	assert_int_equal(ecc508a_keyref_decode_pem(pem, len, &ref, err), rc);
	assert_has(err, why);
	assert_int_equal(ref.slot, 77);
}

static void der_round_trip(void **state)
{
	uint8_t der[ECC508A_KEYREF_DER_LEN];
	struct ecc508a_keyref ref;

	assert_int_equal(sizeof(sample_der), ECC508A_KEYREF_DER_LEN);
	assert_int_equal(ecc508a_keyref_decode_der(sample_der, sizeof(sample_der), &ref, NULL), 0);
	assert_ref(&ref);
	assert_int_equal(ecc508a_keyref_encode_der(&sample, der, NULL), 0);
	assert_memory_equal(der, sample_der, sizeof(der));
}

static void der_bad(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		int rc;
		const char *why;
	} edits[] = {
		{ 0, 0x31, -EBADMSG, "outer SEQUENCE has DER tag 31, want 30" },
		{ 1, 0x53, -EBADMSG, "1 bytes after its end" },
		{ 1, 0x55, -EBADMSG, "cut short in the outer SEQUENCE" },
		{ 1, 0x81, -EBADMSG, "DER length of form 81" },
		{ 1, 0x80, -EBADMSG, "DER length of form 80" },
		{ 2, 0x04, -EBADMSG, "version has DER tag 04" },
		{ 3, 0x00, -EBADMSG, "version is not a small positive number" },
		{ 4, 0x02, -EPROTONOSUPPORT, "version 2, this program knows only version 1" },
		{ 4, 0x00, -EPROTONOSUPPORT, "version 0" },
		{ 4, 0x81, -EBADMSG, "version is not a small positive number" },
		{ 5, 0x0c, -EBADMSG, "serial number has DER tag 0c" },
		{ 6, 0x08, -EBADMSG, "serial number has 8 bytes, want 9" },
		{ 6, 0x7f, -EBADMSG, "cut short in the serial number" },
		{ 16, 0x0a, -EBADMSG, "slot has DER tag 0a" },
		{ 18, 0x10, -EBADMSG, "slot 16 does not exist" },
		{ 18, 0xff, -EBADMSG, "slot is not a small positive number" },
		{ 19, 0x03, -EBADMSG, "public key has DER tag 03" },
		{ 20, 0x40, -EBADMSG, "public key has 64 bytes, want 65" },
		{ 21, 0x02, -EBADMSG, "starts with 02, want 04" },
	};
	uint8_t der[ECC508A_KEYREF_DER_LEN + 1];
	size_t i;

	for (i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		memcpy(der, sample_der, sizeof(sample_der));
		der[edits[i].at] = edits[i].value;
		refused_der(der, sizeof(sample_der), edits[i].rc, edits[i].why);
	}
	refused_der(der, 0, -EBADMSG, "empty");
	for (i = 1; i < sizeof(sample_der); i++)
		refused_der(sample_der, i, -EBADMSG, "cut short");
	memcpy(der, sample_der, sizeof(sample_der));
	der[sizeof(sample_der)] = 0;
	refused_der(der, sizeof(der), -EBADMSG, "1 bytes after its end");

	memcpy(der, sample_der, sizeof(sample_der));
	memset(der + 7, 0, 9);
	refused_der(der, sizeof(sample_der), -EBADMSG, "serial number is all zeros");
	memset(der + 7, 0xff, 9);
	refused_der(der, sizeof(sample_der), -EBADMSG, "serial number is all ones");
	memcpy(der, sample_der, sizeof(sample_der));
	memset(der + 22, 0xff, 32);
	refused_der(der, sizeof(sample_der), -EBADMSG, "not in the P-256 field");
	memcpy(der, sample_der, sizeof(sample_der));
	memset(der + 54, 0xff, 32);
	refused_der(der, sizeof(sample_der), -EBADMSG, "not in the P-256 field");
}

/* Longer INTEGERs, and something after the public key, need another outer length */
static void der_bad_shape(void **state)
{
	uint8_t der[128] = { 0x30 };
	size_t len;

	memcpy(der + 2, "\x02\x02\x00\x01", 4);
	memcpy(der + 6, sample_der + 5, 81);
	der[1] = 85;
	refused_der(der, 87, -EBADMSG, "version is not in its shortest form");
	memcpy(der + 2, "\x02\x02\x01\x00", 4);
	refused_der(der, 87, -EPROTONOSUPPORT, "version 256");
	memcpy(der + 2, "\x02\x03\x01\x00\x00", 5);
	refused_der(der, 87, -EBADMSG, "version is not a small positive number");

	len = sizeof(sample_der);
	memcpy(der, sample_der, len);
	memcpy(der + len, "\x05\x00", 2);
	der[1] = 86;
	refused_der(der, len + 2, -EBADMSG, "2 unknown bytes after the public key");

	/* a private key of another kind is no reference */
	refused_der((const uint8_t *)"\x30\x03\x02\x01\x01", 5, -EBADMSG,
		    "cut short before the serial number");
}

static void encode_bad(void **state)
{
	char err[ECC508A_KEYREF_ERR_SIZE], pem[ECC508A_KEYREF_PEM_SIZE];
	uint8_t der[ECC508A_KEYREF_DER_LEN];
	struct ecc508a_keyref ref = sample;

	ref.slot = 16;
	assert_int_equal(ecc508a_keyref_encode_der(&ref, der, err), -EINVAL);
	assert_has(err, "slot 16 does not exist");
	assert_int_equal(ecc508a_keyref_encode_pem(&ref, pem, NULL), -EINVAL);
	ref = sample;
	ref.point[0] = 0;
	assert_int_equal(ecc508a_keyref_encode_der(&ref, der, err), -EINVAL);
	ref = sample;
	memset(ref.serial, 0xff, sizeof(ref.serial));
	assert_int_equal(ecc508a_keyref_encode_der(&ref, der, err), -EINVAL);
	assert_has(err, "all ones");
}

static void pem_round_trip(void **state)
{
	char pem[ECC508A_KEYREF_PEM_SIZE], big[1024];
	struct ecc508a_keyref ref;
	size_t i, n;

	assert_int_equal(ecc508a_keyref_encode_pem(&sample, pem, NULL), 0);
	assert_string_equal(pem, sample_pem);
	assert_int_equal(ecc508a_keyref_decode_pem(pem, strlen(pem), &ref, NULL), 0);
	assert_ref(&ref);

	/* no newline at the end, comments and other blocks around it, CR LF, trailing blanks */
	assert_int_equal(ecc508a_keyref_decode_pem(pem, strlen(pem) - 1, &ref, NULL), 0);
	assert_ref(&ref);
	n = snprintf(
		big, sizeof(big),
		"0 a comment\n\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n%s"
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
		pem);
	memset(&ref, 0, sizeof(ref));
	assert_int_equal(ecc508a_keyref_decode(big, n, &ref, NULL), 0);
	assert_ref(&ref);
	for (i = n = 0; pem[i]; i++) {
		if (pem[i] == '\n') {
			big[n++] = ' ';
			big[n++] = '\r';
		}
		big[n++] = pem[i];
	}
	memset(&ref, 0, sizeof(ref));
	assert_int_equal(ecc508a_keyref_decode_pem(big, n, &ref, NULL), 0);
	assert_ref(&ref);

	memset(&ref, 0, sizeof(ref));
	assert_int_equal(ecc508a_keyref_decode(sample_der, sizeof(sample_der), &ref, NULL), 0);
	assert_ref(&ref);
}

#define B "-----BEGIN ECC508A KEY REFERENCE-----\n"
#define E "-----END ECC508A KEY REFERENCE-----\n"

static void pem_bad(void **state)
{
	static const struct {
		const char *pem;
		int rc;
		const char *why;
	} bad[] = {
		{ "", -EBADMSG, "empty file" },
		{ "hello\n", -ENOENT, "no \"-----BEGIN ECC508A KEY REFERENCE-----\" line" },
		{ "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", -ENOENT,
		  "no \"" },
		{ " " B E, -ENOENT, "no \"" },
		{ B, -EBADMSG, "END line is missing" },
		{ B E, -EBADMSG, "empty" },
		{ B B E, -EBADMSG, "BEGIN line inside" },
		{ B "AAAA\n-----END PRIVATE KEY-----\n", -EBADMSG, "END line is missing" },
		{ B "MFQ\n" E, -EBADMSG, "base64 is cut short" },
		{ B "M===\n" E, -EBADMSG, "padding in the wrong place" },
		{ B "====\n" E, -EBADMSG, "padding in the wrong place" },
		{ B "MA=A\n" E, -EBADMSG, "goes on after its padding" },
		{ B "MB==\n" E, -EBADMSG, "stray bits" },
		{ B "MAB=\n" E, -EBADMSG, "stray bits" },
		{ B "MFQCAQEE CQEj\n" E, -EBADMSG, "byte 20 is not a base64" },
		{ B "Proc-Type: 4,ENCRYPTED\n" E, -EBADMSG, "is not a base64" },
		{ B "MAA=\n" E, -EBADMSG, "cut short before the version" },
	};
	char big[2 * sizeof(sample_pem)];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused_pem(bad[i].pem, strlen(bad[i].pem), bad[i].rc, bad[i].why);
	refused_pem(B "MA\0A\n" E, sizeof(B "MA\0A\n" E) - 1, -EBADMSG, "byte 00");

	snprintf(big, sizeof(big), "%s%s", sample_pem, sample_pem);
	refused_pem(big, strlen(big), -EEXIST, "two references");
	refused_pem(big, ECC508A_KEYREF_PEM_MAX + 1, -EFBIG, "65537 bytes");

	/* more than a reference's worth of base64 */
	memset(big, 'A', sizeof(big));
	memcpy(big, B, strlen(B));
	refused_pem(big, sizeof(big), -EBADMSG, "longer than any reference");
}

static void check(void **state)
{
	static const uint8_t other[9] = { 0x01, 0x23, 0, 0, 0, 0, 0, 0x01, 0xee };
	char err[ECC508A_KEYREF_ERR_SIZE];
	uint8_t point[65];

	assert_int_equal(ecc508a_keyref_check(&sample, sample.serial, NULL, err), 0);
	assert_int_equal(ecc508a_keyref_check(&sample, sample.serial, sample.point, err), 0);
	assert_int_equal(ecc508a_keyref_check(&sample, other, sample.point, err), -EXDEV);
	assert_has(err, "names chip 0123456789abcdefee, this is chip 0123000000000001ee");
	memcpy(point, sample.point, sizeof(point));
	point[64] ^= 1;
	assert_int_equal(ecc508a_keyref_check(&sample, sample.serial, point, err), -EKEYREJECTED);
	assert_has(err, "slot 0 of chip 0123456789abcdefee holds another key");
}

static void uri_good(void **state)
{
	static const struct {
		const char *in, *out;
	} uris[] = {
		{ "ecc508a:", "ecc508a:" },
		{ "ecc508a:slot=0", "ecc508a:slot=0" },
		{ "ecc508a:slot=15;serial=0123456789ABCDEFEE",
		  "ecc508a:serial=0123456789abcdefee;slot=15" },
		{ "ecc508a:type=private;slot=2", "ecc508a:slot=2;type=private" },
		{ "ecc508a:type=public", "ecc508a:type=public" },
		{ "ecc508a:object=signer", "ecc508a:type=cert;object=signer" },
		{ "ecc508a:type=cert;object=device", "ecc508a:type=cert;object=device" },
	};
	char text[ECC508A_KEYREF_URI_SIZE], err[ECC508A_KEYREF_ERR_SIZE];
	struct ecc508a_uri uri;
	size_t i;

	for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		err[0] = '\0';
		if (ecc508a_uri_parse(uris[i].in, &uri, err))
			fail_msg("%s: %s", uris[i].in, err);
		assert_int_equal(ecc508a_uri_format(&uri, text), 0);
		assert_string_equal(text, uris[i].out);
	}
	assert_int_equal(ecc508a_uri_parse("ecc508a:slot=9;serial=0123456789abcdefee", &uri, NULL),
			 0);
	assert_true(uri.has_serial && uri.has_slot);
	assert_int_equal(uri.slot, 9);
	assert_memory_equal(uri.serial, sample.serial, 9);
	assert_int_equal(uri.type, ECC508A_URI_ANY);
	uri.slot = 16;
	assert_int_equal(ecc508a_uri_format(&uri, text), -EINVAL);
}

static void uri_bad(void **state)
{
	static const struct {
		const char *in, *why;
	} uris[] = {
		{ "", "does not start with \"ecc508a:\"" },
		{ "ecc508a", "does not start with" },
		{ "pkcs11:slot=0", "does not start with" },
		{ "ECC508A:slot=0", "does not start with" },
		{ "ecc508a://slot=0", "no slashes" },
		{ "ecc508a:slot", "\"slot\" is not name=value" },
		{ "ecc508a:;", "is not name=value" },
		{ "ecc508a:slot=0;", "ends in a semicolon" },
		{ "ecc508a:slot=0;;serial=0123456789abcdefee", "is not name=value" },
		{ "ecc508a:slot=16", "slot=16 is not a slot" },
		{ "ecc508a:slot=", "slot= is not a slot" },
		{ "ecc508a:slot=00", "slot=00 is not a slot" },
		{ "ecc508a:slot=-1", "slot=-1 is not a slot" },
		{ "ecc508a:slot=1x", "slot=1x is not a slot" },
		{ "ecc508a:slot=100", "slot=100 is not a slot" },
		{ "ecc508a:slot=1;slot=1", "slot is given twice" },
		{ "ecc508a:serial=0123", "not a serial number (18 hex digits)" },
		{ "ecc508a:serial=0123456789abcdefeg", "not a serial number" },
		{ "ecc508a:Slot=1", "unknown attribute \"Slot\"" },
		{ "ecc508a:pin=1234", "unknown attribute \"pin\"" },
		{ "ecc508a:type=key", "type=key is not one of private, public, cert" },
		{ "ecc508a:object=root", "object=root is not one of device, signer" },
		{ "ecc508a:type=private;object=device", "type= says it is a key" },
		{ "ecc508a:slot=1 ", "byte 20 at position 14" },
		{ "ecc508a:slot=\x80", "byte 80 at position 13" },
	};
	char err[ECC508A_KEYREF_ERR_SIZE], longer[ECC508A_KEYREF_URI_MAX + 2];
	struct ecc508a_uri uri = { .slot = 77 };
	size_t i;

	for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		err[0] = '\0';
		assert_int_equal(ecc508a_uri_parse(uris[i].in, &uri, err), -EINVAL);
		assert_has(err, uris[i].why);
	}
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_int_equal(ecc508a_uri_parse(longer, &uri, err), -EINVAL);
	assert_has(err, "longer than 256");
	assert_int_equal(uri.slot, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(der_round_trip), cmocka_unit_test(der_bad),
		cmocka_unit_test(der_bad_shape),  cmocka_unit_test(encode_bad),
		cmocka_unit_test(pem_round_trip), cmocka_unit_test(pem_bad),
		cmocka_unit_test(check),	  cmocka_unit_test(uri_good),
		cmocka_unit_test(uri_bad),
	};

	return cmocka_run_group_tests_name("keyref", tests, NULL, NULL);
}
