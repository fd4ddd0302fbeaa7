// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Signatures to DER and back (X.690, SEC 1 C.5).  What comes from outside must be the one DER
 * of its two numbers: whatever is decoded encodes to the same bytes again.
 */
#include <kunit/test.h>
#include <linux/slab.h>

#include "../sigder.h"

/* Order of P-256, FIPS 186-4 D.1.2.3 */
static const u8 order[32] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
	0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
};

/* A copy of exactly @len bytes, so that KASAN sees one byte too much */
static int decode(struct kunit *test, const u8 *der, size_t len, u8 sig[ECC508A_SIG_SIZE])
{
	u8 *copy = kmemdup(der, len, GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	ret = ecc508a_sig_from_der(copy, len, sig);
	kfree(copy);
	return ret;
}

static void put(u8 sig[ECC508A_SIG_SIZE], unsigned int half, unsigned int at, u8 value)
{
	sig[half * 32 + at] = value;
}

static void shortest(struct kunit *test)
{
	static const u8 want[] = { 0x30, 6, 2, 1, 1, 2, 1, 1 };
	u8 sig[ECC508A_SIG_SIZE] = {}, back[ECC508A_SIG_SIZE], der[ECC508A_SIG_DER_MAX];

	put(sig, 0, 31, 1);
	put(sig, 1, 31, 1);
	KUNIT_ASSERT_EQ(test, ecc508a_sig_to_der(sig, der), sizeof(want));
	KUNIT_EXPECT_EQ(test, memcmp(der, want, sizeof(want)), 0);
	KUNIT_EXPECT_EQ(test, decode(test, want, sizeof(want), back), 0);
	KUNIT_EXPECT_EQ(test, memcmp(back, sig, sizeof(sig)), 0);
}

static void longest(struct kunit *test)
{
	u8 sig[ECC508A_SIG_SIZE], back[ECC508A_SIG_SIZE], der[ECC508A_SIG_DER_MAX];

	memset(sig, 0xff, sizeof(sig));
	KUNIT_ASSERT_EQ(test, ecc508a_sig_to_der(sig, der), 72);
	KUNIT_EXPECT_EQ(test, der[1], 70);
	KUNIT_EXPECT_EQ(test, der[2], 2);
	KUNIT_EXPECT_EQ(test, der[3], 33);
	KUNIT_EXPECT_EQ(test, der[4], 0);
	KUNIT_EXPECT_EQ(test, decode(test, der, 72, back), 0);
	KUNIT_EXPECT_EQ(test, memcmp(back, sig, sizeof(sig)), 0);
}

/* Each position of the highest byte, with and without the bit that asks for a zero before it */
static void every_length(struct kunit *test)
{
	static const u8 tops[] = { 0x01, 0x7f, 0x80, 0xff };
	u8 sig[ECC508A_SIG_SIZE], back[ECC508A_SIG_SIZE], der[ECC508A_SIG_DER_MAX];
	unsigned int r, s, top;
	size_t len;

	for (r = 0; r < 32; r++) {
		for (s = 0; s < 32; s++) {
			for (top = 0; top < ARRAY_SIZE(tops); top++) {
				memset(sig, 0, sizeof(sig));
				put(sig, 0, r, tops[top]);
				put(sig, 1, s, tops[(top + 1) % 4]);
				len = ecc508a_sig_to_der(sig, der);
				KUNIT_EXPECT_EQ(test, len, 6 + 32 - r + (tops[top] >> 7) +
						32 - s + (tops[(top + 1) % 4] >> 7));
				KUNIT_EXPECT_EQ(test, ecc508a_sig_from_der(der, len, back), 0);
				KUNIT_EXPECT_EQ(test, memcmp(back, sig, sizeof(sig)), 0);
			}
		}
	}
}

static void cut_short_anywhere(struct kunit *test)
{
	u8 sig[ECC508A_SIG_SIZE], back[ECC508A_SIG_SIZE], der[ECC508A_SIG_DER_MAX + 1] = {};
	size_t len, n;

	memset(sig, 0x9c, sizeof(sig));
	len = ecc508a_sig_to_der(sig, der);
	for (n = 0; n < len; n++) {
		KUNIT_EXPECT_EQ_MSG(test, decode(test, der, n, back), -EBADMSG, "%zu bytes", n);
		/* and with an outer length that agrees */
		if (n >= 2) {
			der[1] = n - 2;
			KUNIT_EXPECT_EQ_MSG(test, decode(test, der, n, back), -EBADMSG,
					    "%zu bytes, length mended", n);
			der[1] = len - 2;
		}
	}
	KUNIT_EXPECT_EQ(test, decode(test, der, len + 1, back), -EBADMSG);
	der[1]++;
	KUNIT_EXPECT_EQ(test, decode(test, der, len + 1, back), -EBADMSG);
}

static void every_wrong_byte(struct kunit *test)
{
	u8 sig[ECC508A_SIG_SIZE], back[ECC508A_SIG_SIZE];
	u8 der[ECC508A_SIG_DER_MAX], again[ECC508A_SIG_DER_MAX];
	unsigned int i, value;
	size_t len;

	memset(sig, 0x5a, sizeof(sig));
	put(sig, 1, 0, 0xa5);
	len = ecc508a_sig_to_der(sig, der);
	for (i = 0; i < len; i++) {
		u8 was = der[i];

		for (value = 0; value < 256; value++) {
			der[i] = value;
			if (ecc508a_sig_from_der(der, len, back))
				continue;
			KUNIT_EXPECT_EQ(test, ecc508a_sig_to_der(back, again), len);
			KUNIT_EXPECT_EQ_MSG(test, memcmp(again, der, len), 0,
					    "byte %u = %02x is another form of the same", i, value);
		}
		der[i] = was;
	}
}

struct bad_der {
	const char *what;
	u8 len;
	u8 der[ECC508A_SIG_DER_MAX + 2];
};

static const struct bad_der bad_ders[] = {
	{ "a SET", 8, { 0x31, 6, 2, 1, 1, 2, 1, 1 } },
	{ "long form of the length", 9, { 0x30, 0x81, 6, 2, 1, 1, 2, 1, 1 } },
	{ "indefinite length", 10, { 0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0 } },
	{ "an OCTET STRING", 8, { 0x30, 6, 4, 1, 1, 2, 1, 1 } },
	{ "negative r", 8, { 0x30, 6, 2, 1, 0x80, 2, 1, 1 } },
	{ "negative s", 8, { 0x30, 6, 2, 1, 1, 2, 1, 0xff } },
	{ "needless zero", 9, { 0x30, 7, 2, 2, 0, 1, 2, 1, 1 } },
	{ "empty r", 7, { 0x30, 5, 2, 0, 2, 1, 1 } },
	{ "empty s", 7, { 0x30, 5, 2, 1, 1, 2, 0 } },
	{ "one number", 5, { 0x30, 3, 2, 1, 1 } },
	{ "three numbers", 11, { 0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1 } },
	{ "r longer than all", 8, { 0x30, 6, 2, 0x7f, 1, 2, 1, 1 } },
	{ "s one longer than there is", 8, { 0x30, 6, 2, 1, 1, 2, 2, 1 } },
	{ "33 bytes that are none of padding", 40, { 0x30, 38, 2, 33, 1, [37] = 2, 1, 1 } },
	{ "nothing", 2, { 0x30, 0 } },
};

static void other_encodings(struct kunit *test)
{
	u8 sig[ECC508A_SIG_SIZE];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad_ders); i++)
		KUNIT_EXPECT_EQ_MSG(test, decode(test, bad_ders[i].der, bad_ders[i].len, sig),
				    -EBADMSG, "%s", bad_ders[i].what);
}

static void range(struct kunit *test)
{
	u8 sig[ECC508A_SIG_SIZE] = {};
	unsigned int half;

	KUNIT_EXPECT_EQ(test, ecc508a_sig_check_range(sig), -EBADMSG);
	for (half = 0; half < 2; half++) {
		memset(sig, 0, sizeof(sig));
		put(sig, !half, 31, 1);
		KUNIT_EXPECT_EQ(test, ecc508a_sig_check_range(sig), -EBADMSG);
		put(sig, half, 31, 1);
		KUNIT_EXPECT_EQ(test, ecc508a_sig_check_range(sig), 0);
		memcpy(sig + half * 32, order, 32);
		KUNIT_EXPECT_EQ(test, ecc508a_sig_check_range(sig), -EBADMSG);
		sig[half * 32 + 31]--;
		KUNIT_EXPECT_EQ(test, ecc508a_sig_check_range(sig), 0);
		memset(sig + half * 32, 0xff, 32);
		KUNIT_EXPECT_EQ(test, ecc508a_sig_check_range(sig), -EBADMSG);
	}
}

/* FIPS 186-4 6.4: the leftmost bits of a longer hash */
static void digests(struct kunit *test)
{
	u8 in[64], out[ECC508A_DIGEST_SIZE];
	unsigned int i;

	for (i = 0; i < sizeof(in); i++)
		in[i] = i + 1;
	ecc508a_digest_fit(in, 64, out);
	KUNIT_EXPECT_EQ(test, memcmp(out, in, 32), 0);
	ecc508a_digest_fit(in, 32, out);
	KUNIT_EXPECT_EQ(test, memcmp(out, in, 32), 0);
	ecc508a_digest_fit(in, 20, out);
	KUNIT_EXPECT_EQ(test, memcmp(out + 12, in, 20), 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(out, 0, 12));
}

static struct kunit_case sigder_cases[] = {
	KUNIT_CASE(shortest),
	KUNIT_CASE(longest),
	KUNIT_CASE(every_length),
	KUNIT_CASE(cut_short_anywhere),
	KUNIT_CASE(every_wrong_byte),
	KUNIT_CASE(other_encodings),
	KUNIT_CASE(range),
	KUNIT_CASE(digests),
	{}
};

static struct kunit_suite sigder_suite = {
	.name = "ecc508a-sigder",
	.test_cases = sigder_cases,
};

kunit_test_suite(sigder_suite);
