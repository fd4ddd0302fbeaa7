// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Decoding of configuration zones whose meaning is documented slot by slot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "config.h"
#include "configs.h"

static void test_layout(void **state)
{
	u8 serial[9];
	static const u8 want[9] = { 0x01, 0x23, 0x3b, 0x7e, 0xe9, 0xf5, 0x34, 0x2b, 0xee };

	ecc_config_serial(config_508a_factory, serial);
	assert_memory_equal(serial, want, 9);
	assert_int_equal(ecc_part_from_revision(config_508a_factory + 4), ECC_PART_508A);
	assert_int_equal(ecc_part_from_revision(config_608a_factory + 4), ECC_PART_608A);
	assert_int_equal(ecc_part_from_revision(config_tflxtls + 4), ECC_PART_608B);
	assert_false(ecc_config_locked(config_508a_factory));
	assert_false(ecc_config_data_locked(config_508a_factory));
	assert_true(ecc_config_locked(config_tflxtls));
	assert_true(ecc_config_data_locked(config_tflxtls));
	assert_int_equal(ecc_config_address(config_508a_factory), 0x60);
	assert_int_equal(ecc_config_address(config_aws), 0x58);
	/* TFLXTLS: ChipMode bit 0 set, but byte 85 is 0: byte 16 counts */
	assert_int_equal(ecc_config_address(config_tflxtls), 0x36);
}

/* CRCs of real dumps: the tables above are what the parts had */
static void test_dumps(void **state)
{
	assert_int_equal(ecc_crc16(config_508a_factory, 128), 0x9cf9); /* F9 9C */
	assert_int_equal(ecc_crc16(config_608a_factory, 128), 0x4d24); /* 24 4D */
	assert_int_equal(ecc_crc16(config_aws, 128), 0x21a8); /* A8 21 */
}

static void test_address_by_user_extra(void **state)
{
	u8 config[128];

	memcpy(config, config_608a_factory, 128);
	config[85] = 0xb0;
	assert_int_equal(ecc_config_address(config), 0x60); /* ChipMode bit 0 is 0 */
	config[19] = 1;
	assert_int_equal(ecc_config_address(config), 0x58);
	memcpy(config, config_508a_factory, 128);
	config[85] = 0xb0;
	config[19] = 1;
	assert_int_equal(ecc_config_address(config), 0x60); /* a 508A has a Selector there */
}

static void test_watchdog(void **state)
{
	u8 config[128];

	memcpy(config, config_508a_factory, 128);
	assert_int_equal(ecc_config_watchdog_ms(config), 700);
	config[19] = 4;
	assert_true(ecc_config_watchdog_ms(config) > 5000);
}

static void test_sizes(void **state)
{
	unsigned int total = 0;

	for (unsigned int i = 0; i < 16; i++)
		total += ecc_slot_size(i);
	assert_int_equal(total, 1208);
	assert_int_equal(ecc_slot_size(7), 36);
	assert_int_equal(ecc_slot_size(8), 416);
	assert_int_equal(ecc_slot_size(15), 72);
	assert_int_equal(ecc_slot_size(16), 0);
}

/* Slot uses of the AWS kit: 0 device key, 4 secret-written key, 8 data, 11 and 15 public keys */
static void test_aws_slots(void **state)
{
	struct ecc_slot s;

	ecc_config_slot(config_aws, 0, &s);
	assert_true(s.is_private && s.is_secret && s.ext_sign && s.int_sign && s.ecdh);
	assert_true(s.ecdh_to_slot); /* 8F: bit 3 set */
	assert_true(s.genkey_allowed && !s.privwrite_allowed && s.pub_info && s.lockable);
	assert_int_equal(s.key_type, ECC_KEY_TYPE_P256);
	assert_int_equal(s.slot_config, 0x208f);
	assert_int_equal(s.key_config, 0x0033);

	ecc_config_slot(config_aws, 1, &s);
	assert_true(!s.is_private && s.is_secret && s.encrypt_read);
	assert_int_equal(s.read_key, 4);
	assert_int_equal(s.write_key, 4);
	assert_int_equal(s.write_config, 4);
	assert_int_equal(s.key_type, ECC_KEY_TYPE_OTHER);

	ecc_config_slot(config_aws, 4, &s);
	assert_true(s.req_random && s.lockable && s.is_secret && !s.encrypt_read);

	ecc_config_slot(config_aws, 6, &s);
	assert_true(s.no_mac);

	ecc_config_slot(config_aws, 8, &s);
	assert_true(!s.is_private && !s.is_secret && !s.write_config && s.lockable);
	assert_int_equal(s.size, 416);

	ecc_config_slot(config_aws, 11, &s);
	assert_int_equal(s.key_type, ECC_KEY_TYPE_P256);
	assert_true(s.lockable);
	assert_false(s.is_private || s.locked);

	ecc_config_slot(config_aws, 16, &s);
	assert_int_equal(s.size, 0);
}

static void test_tflxtls_slots(void **state)
{
	struct ecc_slot s;

	/* permanent primary key: sign, ECDH, random nonce wanted, no GenKey */
	ecc_config_slot(config_tflxtls, 0, &s);
	assert_true(s.is_private && s.ext_sign && !s.int_sign && s.ecdh && s.req_random);
	assert_false(s.genkey_allowed || s.lockable);
	/* internal signatures only */
	ecc_config_slot(config_tflxtls, 1, &s);
	assert_true(s.int_sign && !s.ext_sign && !s.ecdh);
	/* secondary keys can be made anew and locked */
	ecc_config_slot(config_tflxtls, 3, &s);
	assert_true(s.genkey_allowed && s.lockable);
	/* encrypted write with key 6 */
	ecc_config_slot(config_tflxtls, 5, &s);
	assert_int_equal(s.write_config, 4);
	assert_int_equal(s.write_key, 6);
	/* AES */
	ecc_config_slot(config_tflxtls, 9, &s);
	assert_int_equal(s.key_type, ECC_KEY_TYPE_AES);
	/* validated public key with parent 13 */
	ecc_config_slot(config_tflxtls, 14, &s);
	assert_true(s.pub_info);
	assert_int_equal(s.read_key, 13);
	assert_int_equal(s.write_config, 1);
}

static void test_slot_locked(void **state)
{
	struct ecc_slot s;
	u8 config[128];

	memcpy(config, config_aws, 128);
	config[89] = 0xfd;
	ecc_config_slot(config, 9, &s);
	assert_true(s.locked);
	ecc_config_slot(config, 8, &s);
	assert_false(s.locked);
	ecc_config_slot(config, 1, &s);
	assert_false(s.locked);
}

static void test_writable(void **state)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < 200; i++)
		n += ecc_config_writable(i);
	assert_int_equal(n, 68 + 40);
	assert_false(ecc_config_writable(15));
	assert_true(ecc_config_writable(16));
	assert_true(ecc_config_writable(83));
	assert_false(ecc_config_writable(84));
	assert_false(ecc_config_writable(87));
	assert_true(ecc_config_writable(88));
	assert_true(ecc_config_writable(127));
	assert_false(ecc_config_writable(128));
}

static void test_lock_crc_slots(void **state)
{
	for (unsigned int i = 0; i < 16; i++) {
		bool private_slot = i == 0 || i == 2 || i == 3 || i == 7;

		assert_int_equal(ecc_config_slot_in_lock_crc(config_aws, i), !private_slot);
	}
	assert_false(ecc_config_slot_in_lock_crc(config_aws, 16));
}

static void test_counters(void **state)
{
	static const struct {
		u32 n;
		u8 raw[8];
	} v[] = {
		{ 0, { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0 } },
		{ 1, { 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0 } },
		{ 31, { 0x00, 0x00, 0x00, 0x01, 0, 0, 0, 0 } },
		{ 32, { 0xff, 0xff, 0x00, 0x00, 0, 1, 0, 0 } },
		{ 33, { 0x7f, 0xff, 0x00, 0x00, 0, 1, 0, 0 } },
		{ 100, { 0x0f, 0xff, 0x00, 0x00, 0, 3, 0, 2 } },
		{ 2097151, { 0x00, 0x00, 0x00, 0x01, 0xff, 0xff, 0xff, 0xff } },
	};
	u32 value;
	u8 raw[8];

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		ecc_counter_encode(v[i].n, raw);
		assert_memory_equal(raw, v[i].raw, 8);
		assert_int_equal(ecc_counter_decode(v[i].raw, &value), 0);
		assert_int_equal(value, v[i].n);
	}
	for (u32 n = 0; n <= ECC_COUNTER_MAX; n += n < 5000 ? 1 : 997) {
		ecc_counter_encode(n, raw);
		assert_int_equal(ecc_counter_decode(raw, &value), 0);
		assert_int_equal(value, n);
		raw[n % 8] ^= 0x10;
		if (!ecc_counter_decode(raw, &value))
			assert_int_not_equal(value, n);
	}
	memset(raw, 0xff, sizeof(raw));
	assert_int_equal(ecc_counter_decode(raw, &value), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_dumps),
		cmocka_unit_test(test_address_by_user_extra),
		cmocka_unit_test(test_watchdog),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_aws_slots),
		cmocka_unit_test(test_tflxtls_slots),
		cmocka_unit_test(test_slot_locked),
		cmocka_unit_test(test_writable),
		cmocka_unit_test(test_lock_crc_slots),
		cmocka_unit_test(test_counters),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
