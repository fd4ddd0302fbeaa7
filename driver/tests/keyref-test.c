// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* The key reference of Documentation/key-reference.rst, and everything that is almost one. */
#include <kunit/test.h>
#include <linux/slab.h>

#include "../keyref.h"

#define LEN 86
#define SERIAL 7
#define SLOT 18
#define POINT 22

/* The example of the specification; the point is the generator of P-256 (SP 800-186 3.2.1.3) */
static const u8 good[LEN] = {
	0x30, 0x54, 0x02, 0x01, 0x01, 0x04, 0x09, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
	0xee, 0x02, 0x01, 0x00, 0x04, 0x41, 0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47,
	0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33,
	0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a,
	0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b,
	0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};

/* The field prime, SP 800-186 3.2.1.3 */
static const u8 prime[32] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

/* A copy of exactly @len bytes, so that KASAN sees one byte too much */
static int parse(struct kunit *test, const u8 *der, size_t len, struct ecc508a_keyref *ref)
{
	u8 *copy = kmemdup(der, len, GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	ret = ecc508a_keyref_parse(copy, len, ref);
	kfree(copy);
	return ret;
}

static void example_of_the_specification(struct kunit *test)
{
	struct ecc508a_keyref ref;

	KUNIT_ASSERT_EQ(test, parse(test, good, LEN, &ref), 0);
	KUNIT_EXPECT_EQ(test, ref.slot, 0);
	KUNIT_EXPECT_EQ(test, memcmp(ref.serial, good + SERIAL, sizeof(ref.serial)), 0);
	KUNIT_EXPECT_EQ(test, memcmp(ref.pubkey, good + POINT, sizeof(ref.pubkey)), 0);
}

static void cut_short_anywhere(struct kunit *test)
{
	struct ecc508a_keyref ref;
	u8 der[LEN + 1] = {};
	size_t n;

	memcpy(der, good, LEN);
	for (n = 0; n <= LEN + 1; n++) {
		if (n == LEN)
			continue;
		KUNIT_EXPECT_EQ_MSG(test, parse(test, der, n, &ref), -EBADMSG, "%zu bytes", n);
		/* and with an outer length that agrees */
		if (n >= 2) {
			der[1] = n - 2;
			KUNIT_EXPECT_EQ_MSG(test, parse(test, der, n, &ref), -EBADMSG,
					    "%zu bytes, length mended", n);
			der[1] = good[1];
		}
	}
}

static bool is_frame(unsigned int i)
{
	return i < SERIAL || (i >= SERIAL + 9 && i < SLOT) || (i > SLOT && i < POINT);
}

static void frame_is_fixed(struct kunit *test)
{
	struct ecc508a_keyref ref;
	unsigned int i, value;
	u8 der[LEN];

	memcpy(der, good, LEN);
	for (i = 0; i < LEN; i++) {
		if (!is_frame(i))
			continue;
		for (value = 0; value < 256; value++) {
			der[i] = value;
			KUNIT_EXPECT_EQ_MSG(test, ecc508a_keyref_parse(der, LEN, &ref),
					    value == good[i] ? 0 : -EBADMSG, "byte %u = %02x", i,
					    value);
		}
		der[i] = good[i];
	}
}

static void slots(struct kunit *test)
{
	struct ecc508a_keyref ref;
	unsigned int slot;
	u8 der[LEN];

	memcpy(der, good, LEN);
	for (slot = 0; slot < 256; slot++) {
		der[SLOT] = slot;
		KUNIT_EXPECT_EQ_MSG(test, ecc508a_keyref_parse(der, LEN, &ref),
				    slot < 16 ? 0 : -EINVAL, "slot %u", slot);
		if (slot < 16)
			KUNIT_EXPECT_EQ(test, ref.slot, slot);
	}
}

static void serials_of_no_chip(struct kunit *test)
{
	struct ecc508a_keyref ref;
	u8 der[LEN];

	memcpy(der, good, LEN);
	memset(der + SERIAL, 0, 9);
	KUNIT_EXPECT_EQ(test, ecc508a_keyref_parse(der, LEN, &ref), -EINVAL);
	der[SERIAL + 8] = 1;
	KUNIT_EXPECT_EQ(test, ecc508a_keyref_parse(der, LEN, &ref), 0);
	memset(der + SERIAL, 0xff, 9);
	KUNIT_EXPECT_EQ(test, ecc508a_keyref_parse(der, LEN, &ref), -EINVAL);
	der[SERIAL] = 0;
	KUNIT_EXPECT_EQ(test, ecc508a_keyref_parse(der, LEN, &ref), 0);
}

static void coordinates_outside_the_field(struct kunit *test)
{
	struct ecc508a_keyref ref;
	unsigned int half;
	u8 der[LEN];

	for (half = 0; half < 2; half++) {
		memcpy(der, good, LEN);
		memcpy(der + POINT + half * 32, prime, 32);
		KUNIT_EXPECT_EQ(test, ecc508a_keyref_parse(der, LEN, &ref), -EINVAL);
		der[POINT + half * 32 + 31]--;
		KUNIT_EXPECT_EQ(test, ecc508a_keyref_parse(der, LEN, &ref), 0);
		memset(der + POINT + half * 32, 0xff, 32);
		KUNIT_EXPECT_EQ(test, ecc508a_keyref_parse(der, LEN, &ref), -EINVAL);
	}
}

static struct kunit_case keyref_cases[] = {
	KUNIT_CASE(example_of_the_specification),
	KUNIT_CASE(cut_short_anywhere),
	KUNIT_CASE(frame_is_fixed),
	KUNIT_CASE(slots),
	KUNIT_CASE(serials_of_no_chip),
	KUNIT_CASE(coordinates_outside_the_field),
	{}
};

static struct kunit_suite keyref_suite = {
	.name = "ecc508a-keyref",
	.test_cases = keyref_cases,
};

kunit_test_suite(keyref_suite);
