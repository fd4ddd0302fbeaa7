// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Decoding of configuration zones that were read from parts, and of counters. */
#include <kunit/test.h>

#include "../proto/config.h"
#include "../proto/tests/configs.h"

static void who_it_is(struct kunit *test)
{
	static const u8 want[9] = { 0x01, 0x23, 0x3b, 0x7e, 0xe9, 0xf5, 0x34, 0x2b, 0xee };
	u8 serial[9];

	ecc_config_serial(config_508a_factory, serial);
	KUNIT_EXPECT_EQ(test, memcmp(serial, want, sizeof(want)), 0);
	KUNIT_EXPECT_EQ(test, ecc_config_address(config_508a_factory), 0x60);
	KUNIT_EXPECT_EQ(test, ecc_config_address(config_aws), 0x58);
	KUNIT_EXPECT_EQ(test, ecc_config_address(config_tflxtls), 0x36);
	KUNIT_EXPECT_EQ(test, ecc_config_watchdog_ms(config_508a_factory), 700);
}

/* The images are those of real parts: their CRCs have been published */
static void images_are_real(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ecc_crc16(config_508a_factory, 128), 0x9cf9);
	KUNIT_EXPECT_EQ(test, ecc_crc16(config_608a_factory, 128), 0x4d24);
	KUNIT_EXPECT_EQ(test, ecc_crc16(config_aws, 128), 0x21a8);
}

static void locks(struct kunit *test)
{
	u8 config[ECC_CONFIG_SIZE];
	struct ecc_slot slot;
	unsigned int i, j;

	KUNIT_EXPECT_FALSE(test, ecc_config_locked(config_508a_factory));
	KUNIT_EXPECT_FALSE(test, ecc_config_data_locked(config_508a_factory));
	KUNIT_EXPECT_TRUE(test, ecc_config_locked(config_tflxtls));
	KUNIT_EXPECT_TRUE(test, ecc_config_data_locked(config_tflxtls));
	for (i = 0; i < ECC_SLOTS; i++) {
		memcpy(config, config_508a_factory, sizeof(config));
		config[ECC_CFG_SLOT_LOCKED + i / 8] &= ~(1 << i % 8);
		for (j = 0; j < ECC_SLOTS; j++) {
			ecc_config_slot(config, j, &slot);
			KUNIT_EXPECT_EQ_MSG(test, slot.locked, i == j, "slot %u locked, asked %u",
					    i, j);
		}
	}
}

/* Slot uses of the AWS kit, as its documentation has them */
static void slots_of_the_aws_kit(struct kunit *test)
{
	struct ecc_slot s;

	ecc_config_slot(config_aws, 0, &s);
	KUNIT_EXPECT_TRUE(test, s.is_private && s.is_secret && s.ext_sign && s.int_sign && s.ecdh);
	KUNIT_EXPECT_TRUE(test, s.ecdh_to_slot && s.genkey_allowed && !s.privwrite_allowed);
	KUNIT_EXPECT_EQ(test, s.key_type, ECC_KEY_TYPE_P256);

	ecc_config_slot(config_aws, 1, &s);
	KUNIT_EXPECT_TRUE(test, !s.is_private && s.is_secret && s.encrypt_read);
	KUNIT_EXPECT_EQ(test, s.read_key, 4);
	KUNIT_EXPECT_EQ(test, s.write_key, 4);

	ecc_config_slot(config_aws, 8, &s);
	KUNIT_EXPECT_TRUE(test, !s.is_private && !s.is_secret && s.lockable);
	KUNIT_EXPECT_EQ(test, s.size, 416);
}

static void slots_that_are_none(struct kunit *test)
{
	static const unsigned int none[] = { 16, 17, 255, 0xffff, UINT_MAX };
	struct ecc_slot s;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(none); i++) {
		memset(&s, 0xa5, sizeof(s));
		ecc_config_slot(config_aws, none[i], &s);
		KUNIT_EXPECT_EQ(test, s.size, 0);
		KUNIT_EXPECT_FALSE(test, s.is_private || s.ext_sign || s.genkey_allowed);
		KUNIT_EXPECT_EQ(test, ecc_slot_size(none[i]), 0);
	}
}

/* Any 128 bytes may come from a chip; UBSAN looks on */
static void any_bytes_decode(struct kunit *test)
{
	u8 config[ECC_CONFIG_SIZE], serial[9];
	unsigned int value, slot;
	struct ecc_slot s;
	u32 count;

	for (value = 0; value < 256; value++) {
		memset(config, value, sizeof(config));
		for (slot = 0; slot < ECC_SLOTS; slot++) {
			ecc_config_slot(config, slot, &s);
			KUNIT_EXPECT_LT(test, s.read_key, 16);
			KUNIT_EXPECT_LT(test, s.write_key, 16);
			KUNIT_EXPECT_LT(test, s.auth_key, 16);
		}
		ecc_config_serial(config, serial);
		KUNIT_EXPECT_LT(test, ecc_config_address(config), 0x80);
		KUNIT_EXPECT_GE(test, ecc_config_watchdog_ms(config), 700);
		ecc_counter_decode(config, &count);
	}
}

struct count {
	u32 value;
	u8 raw[8];
};

/* Data sheet chapter 3.4 and cryptoauthlib's calib_write_config_counter() */
static const struct count counts[] = {
	{ 0, { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 } },
	{ 1, { 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0 } },
	{ 31, { 0x00, 0x00, 0x00, 0x01, 0, 0, 0, 0 } },
	{ 32, { 0xff, 0xff, 0x00, 0x00, 0, 1, 0, 0 } },
	{ 33, { 0x7f, 0xff, 0x00, 0x00, 0, 1, 0, 0 } },
	{ 100, { 0x0f, 0xff, 0x00, 0x00, 0, 3, 0, 2 } },
	{ 2097151, { 0x00, 0x00, 0x00, 0x01, 0xff, 0xff, 0xff, 0xff } },
};

static void counters(struct kunit *test)
{
	unsigned int i;
	u32 value;
	u8 raw[8];

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		ecc_counter_encode(counts[i].value, raw);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(raw, counts[i].raw, 8), 0, "%u is %8ph",
				    counts[i].value, raw);
		KUNIT_EXPECT_EQ(test, ecc_counter_decode(counts[i].raw, &value), 0);
		KUNIT_EXPECT_EQ(test, value, counts[i].value);
	}
	memset(raw, 0xaa, sizeof(raw));
	KUNIT_EXPECT_EQ(test, ecc_counter_decode(raw, &value), -EINVAL);
}

/* What Write may change: not the serial number, revision, lock bytes (data sheet table 2-5) */
static void what_may_be_written(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		KUNIT_EXPECT_FALSE_MSG(test, ecc_config_writable(i), "byte %u", i);
	for (i = 16; i < 84; i++)
		KUNIT_EXPECT_TRUE_MSG(test, ecc_config_writable(i), "byte %u", i);
	for (i = 84; i < 88; i++)
		KUNIT_EXPECT_FALSE_MSG(test, ecc_config_writable(i), "byte %u", i);
	for (i = 90; i < 128; i++)
		KUNIT_EXPECT_TRUE_MSG(test, ecc_config_writable(i), "byte %u", i);
	KUNIT_EXPECT_FALSE(test, ecc_config_writable(128));
}

static struct kunit_case config_cases[] = {
	KUNIT_CASE(who_it_is),
	KUNIT_CASE(images_are_real),
	KUNIT_CASE(locks),
	KUNIT_CASE(slots_of_the_aws_kit),
	KUNIT_CASE(slots_that_are_none),
	KUNIT_CASE(any_bytes_decode),
	KUNIT_CASE(counters),
	KUNIT_CASE(what_may_be_written),
	{}
};

static struct kunit_suite config_suite = {
	.name = "ecc508a-config",
	.test_cases = config_cases,
};

kunit_test_suite(config_suite);
