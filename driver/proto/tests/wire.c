// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Packets, CRC and status against known groups: cryptoauthlib's CRC tests, published bus
 * traces, and values computed by an independent model of the layouts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "packet.h"

static size_t unhex(const char *hex, u8 *out)
{
	size_t n = 0;
	int hi = -1;

	for (; *hex; hex++) {
		int d;

		if (*hex >= '0' && *hex <= '9')
			d = *hex - '0';
		else if (*hex >= 'A' && *hex <= 'F')
			d = *hex - 'A' + 10;
		else
			continue;
		if (hi < 0) {
			hi = d;
		} else {
			out[n++] = hi << 4 | d;
			hi = -1;
		}
	}
	assert_int_equal(hi, -1);
	return n;
}

static void test_crc(void **state)
{
	static const struct {
		const char *data, *crc;
	} v[] = {
		{ "", "00 00" },
		{ "80", "05 80" },
		{ "01", "03 83" },
		{ "91", "35 83" },
		{ "01 02 03 04", "F0 85" },
		{ "FF FE FD 01", "2D 0B" },
		{ "67 C6 69 73 51 FF 4A EC 29 CD BA AB F2 FB E3 46", "81 A4" },
		{ "61", "17 83" },
		{ "61 62", "9E 15" },
		{ "61 62 63", "E9 1C" },
		{ "31 32 33 34 35 36 37 38 39", "DD BC" },
		{ "04 11", "33 43" },
		{ "07 30 00 00 00", "03 5D" },
		{ "07 02 80 00 00", "09 AD" },
	};
	u8 data[64], crc[2];

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		size_t n = unhex(v[i].data, data), half = n / 2;
		u16 want;

		unhex(v[i].crc, crc);
		want = crc[0] | crc[1] << 8;
		assert_int_equal(ecc_crc16(data, n), want);
		assert_int_equal(ecc_crc16_update(ecc_crc16(data, half), data + half, n - half),
				 want);
	}
}

/* Lock CRCs over whole zones of one value */
static void test_crc_zones(void **state)
{
	u8 fill[1208 + 64];

	memset(fill, 0xff, sizeof(fill));
	assert_int_equal(ecc_crc16(fill, sizeof(fill)), 0xdff1); /* F1 DF */
	assert_int_equal(ecc_crc16(fill, sizeof(fill) - 36), 0x120f); /* 0F 12: slot 0 private */
	memset(fill, 0, 1208 - 36);
	assert_int_equal(ecc_crc16(fill, 1208 - 36 + 64), 0x8209); /* 09 82 */
}

static void test_build(void **state)
{
	static const struct {
		u8 opcode, p1;
		u16 p2;
		u8 len, fill;
		const char *group;
	} v[] = {
		{ 0x30, 0x00, 0x0000, 0, 0, "07 30 00 00 00 03 5D" },
		{ 0x30, 0x02, 0x0000, 0, 0, "07 30 02 00 00 00 D8" },
		{ 0x30, 0x01, 0x0000, 0, 0, "07 30 01 00 00 00 D7" },
		{ 0x02, 0x80, 0x0000, 0, 0, "07 02 80 00 00 09 AD" },
		{ 0x02, 0x80, 0x0008, 0, 0, "07 02 80 08 00 0A 4D" },
		{ 0x02, 0x80, 0x0010, 0, 0, "07 02 80 10 00 0A 1D" },
		{ 0x02, 0x80, 0x0018, 0, 0, "07 02 80 18 00 09 FD" },
		{ 0x02, 0x00, 0x0004, 0, 0, "07 02 00 04 00 1D 6D" },
		{ 0x02, 0x00, 0x0015, 0, 0, "07 02 00 15 00 17 5D" },
		{ 0x02, 0x81, 0x0000, 0, 0, "07 02 81 00 00 0A 27" },
		{ 0x02, 0x82, 0x0050, 0, 0, "07 02 82 50 00 0A 14" },
		{ 0x02, 0x82, 0x0150, 0, 0, "07 02 82 50 01 09 97" },
		{ 0x02, 0x82, 0x0250, 0, 0, "07 02 82 50 02 89 95" },
		{ 0x1b, 0x00, 0x0000, 0, 0, "07 1B 00 00 00 24 CD" },
		{ 0x1b, 0x01, 0x0000, 0, 0, "07 1B 01 00 00 27 47" },
		{ 0x16, 0x00, 0x0000, 20, 0,
		  "1B 16 00 00 00"
		  "00000000000000000000"
		  "00000000000000000000"
		  "7D E0" },
		{ 0x16, 0x03, 0x0000, 32, 0,
		  "27 16 03 00 00"
		  "0000000000000000"
		  "0000000000000000"
		  "0000000000000000"
		  "0000000000000000"
		  "C7 B8" },
		{ 0x40, 0x04, 0x0000, 0, 0, "07 40 04 00 00 83 87" },
		{ 0x40, 0x00, 0x0000, 0, 0, "07 40 00 00 00 00 05" },
		{ 0x41, 0x80, 0x0000, 0, 0, "07 41 80 00 00 28 05" },
		{ 0x47, 0x00, 0x0000, 0, 0, "07 47 00 00 00 2E 85" },
		{ 0x17, 0x80, 0x0000, 0, 0, "07 17 80 00 00 39 8D" },
		{ 0x17, 0x81, 0x0000, 0, 0, "07 17 81 00 00 3A 07" },
		{ 0x17, 0x02, 0x0000, 0, 0, "07 17 02 00 00 2D 88" },
		{ 0x17, 0x2a, 0x0000, 0, 0, "07 17 2A 00 00 3D 89" },
		{ 0x24, 0x00, 0x0000, 0, 0, "07 24 00 00 00 0C FD" },
		{ 0x24, 0x01, 0x0001, 0, 0, "07 24 01 01 00 06 F7" },
		{ 0x20, 0x00, 0x005a, 0, 0, "07 20 00 5A 00 05 21" },
		{ 0x01, 0x00, 0x0000, 0, 0, "07 01 00 00 00 3C 2D" },
		{ 0x77, 0x3d, 0x0000, 0, 0, "07 77 3D 00 00 1D FC" },
	};
	u8 want[160], got[ECC_CMD_MAX + 1], data[64];

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ecc_cmd cmd = { v[i].opcode, v[i].p1, v[i].p2, data, v[i].len };
		size_t n = unhex(v[i].group, want);

		memset(data, v[i].fill, sizeof(data));
		assert_int_equal(ecc_packet_build(got, sizeof(got), &cmd), n + 1);
		assert_int_equal(got[0], 0x03);
		assert_memory_equal(got + 1, want, n);
		/* no byte of room too little is used */
		assert_int_equal(ecc_packet_build(got, n, &cmd), -EINVAL);
	}
}

static void test_build_sha_abc(void **state)
{
	struct ecc_cmd cmd = { ECC_OP_SHA, 2, 3, (const u8 *)"abc", 3 };
	u8 want[16], got[ECC_CMD_MAX + 1];
	size_t n = unhex("0A 47 02 03 00 61 62 63 70 53", want);

	assert_int_equal(ecc_packet_build(got, sizeof(got), &cmd), n + 1);
	assert_memory_equal(got + 1, want, n);
}

static void test_build_bounds(void **state)
{
	u8 data[256] = { 0 }, got[300];
	struct ecc_cmd cmd = { ECC_OP_VERIFY, 0, 0, data, ECC_CMD_DATA_MAX };

	assert_int_equal(ecc_packet_build(got, sizeof(got), &cmd), ECC_CMD_MAX + 1);
	cmd.len++;
	assert_int_equal(ecc_packet_build(got, sizeof(got), &cmd), -EINVAL);
	cmd.len = 1;
	cmd.data = NULL;
	assert_int_equal(ecc_packet_build(got, sizeof(got), &cmd), -EINVAL);
}

static void test_parse_status(void **state)
{
	static const struct {
		const char *group;
		u8 status;
		int err;
	} v[] = {
		{ "04 00 03 40", 0x00, 0 },	     { "04 01 00 C3", 0x01, -EKEYREJECTED },
		{ "04 03 83 42", 0x03, -EBADMSG },   { "04 05 C3 43", 0x05, -EREMOTEIO },
		{ "04 07 40 C2", 0x07, -EREMOTEIO }, { "04 08 60 C0", 0x08, -EREMOTEIO },
		{ "04 0F 23 42", 0x0f, -EACCES },    { "04 11 33 43", 0x11, 0 },
		{ "04 EE 31 41", 0xee, -EIO },	     { "04 FF 01 42", 0xff, -EIO },
	};
	u8 buf[8];
	const u8 *payload;
	size_t len;

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		memset(buf, 0xff, sizeof(buf));
		unhex(v[i].group, buf);
		assert_int_equal(ecc_packet_parse(buf, sizeof(buf), &payload, &len), 0);
		assert_int_equal(len, 1);
		assert_int_equal(*payload, v[i].status);
		assert_int_equal(ecc_status_errno(*payload), v[i].err);
		assert_string_not_equal(ecc_status_name(*payload), "unknown status");
		/* every single wrong bit is found */
		for (int bit = 0; bit < 32; bit++) {
			buf[bit / 8] ^= 1 << (bit % 8);
			assert_true(ecc_packet_parse(buf, sizeof(buf), &payload, &len) < 0);
			buf[bit / 8] ^= 1 << (bit % 8);
		}
	}
	/* cryptoauthlib's idea of a failed self-test is no valid group */
	unhex("04 07 C4 40", buf);
	assert_int_equal(ecc_packet_parse(buf, 4, &payload, &len), -EBADMSG);
}

static void test_parse_revisions(void **state)
{
	static const struct {
		const char *group;
		enum ecc_part part;
	} v[] = {
		{ "07 00 00 50 00 03 91", ECC_PART_508A },
		{ "07 00 00 60 02 80 38", ECC_PART_608A },
		{ "07 00 00 60 01 00 3A", ECC_PART_608A },
		{ "07 00 00 60 03 83 BB", ECC_PART_608B },
	};
	static const u8 other[4] = { 0x80, 0x00, 0x10, 0x01 };
	const u8 *payload;
	size_t len;
	u8 buf[8];

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		unhex(v[i].group, buf);
		assert_int_equal(ecc_packet_parse(buf, 7, &payload, &len), 0);
		assert_int_equal(len, 4);
		assert_int_equal(ecc_part_from_revision(payload), v[i].part);
	}
	assert_int_equal(ecc_part_from_revision(other), ECC_PART_UNKNOWN);
}

static void test_parse_hostile(void **state)
{
	const u8 *payload;
	size_t len;
	u8 buf[256];

	memset(buf, 0xff, sizeof(buf));
	assert_int_equal(ecc_packet_parse(buf, sizeof(buf), &payload, &len), -EPROTO);
	assert_int_equal(ecc_packet_parse(buf, 0, &payload, &len), -ENODATA);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(ecc_packet_parse(buf, sizeof(buf), &payload, &len), -EPROTO);
	for (int count = 0; count < 256; count++) {
		int ret;

		buf[0] = count;
		ret = ecc_packet_parse(buf, 4, &payload, &len);
		if (count < 4 || count > 155)
			assert_int_equal(ret, -EPROTO);
		else if (count > 4)
			assert_int_equal(ret, -ENODATA);
	}
	/* a random group before the configuration is locked */
	unhex("23 FFFF0000 FFFF0000 FFFF0000 FFFF0000 FFFF0000 FFFF0000 FFFF0000 FFFF0000 41 1A",
	      buf);
	assert_int_equal(ecc_packet_parse(buf, 35, &payload, &len), 0);
	assert_int_equal(len, 32);
}

static void test_times(void **state)
{
	/* table 9-4 typical, and maxima that the field needs */
	assert_int_equal(ecc_exec_time(ECC_PART_508A, ECC_OP_SIGN, 0).typ_us, 42000);
	assert_int_equal(ecc_exec_time(ECC_PART_508A, ECC_OP_GENKEY, 0).max_us, 115000);
	assert_int_equal(ecc_exec_time(ECC_PART_608B, ECC_OP_VERIFY, 0x00).max_us, 105000);
	assert_int_equal(ecc_exec_time(ECC_PART_608B, ECC_OP_VERIFY, 0x28).max_us, 295000);
	assert_int_equal(ecc_exec_time(ECC_PART_608B, ECC_OP_VERIFY, 0x68).max_us, 1085000);
	/* a 508A has no divider, whatever is in its ChipMode */
	assert_int_equal(ecc_exec_time(ECC_PART_508A, ECC_OP_VERIFY, 0x68).max_us, 72000);
	/* a command nobody knows gets time */
	assert_true(ecc_exec_time(ECC_PART_608B, 0x99, 0).max_us >= 500000);
	for (int op = 0; op < 256; op++) {
		for (int part = 0; part <= ECC_PART_608B; part++) {
			struct ecc_exec_time t = ecc_exec_time(part, op, 0x68);

			assert_true(t.typ_us > 0 && t.typ_us <= t.max_us);
		}
	}
}

static void test_classes(void **state)
{
	static const struct {
		struct ecc_cmd cmd;
		bool changes, admin, write;
	} v[] = {
		{ { .opcode = ECC_OP_LOCK, .p1 = 0x80 }, true, true, true },
		{ { .opcode = ECC_OP_GENKEY, .p1 = 0x04 }, true, true, true },
		{ { .opcode = ECC_OP_GENKEY, .p1 = 0x0c }, true, true, true },
		{ { .opcode = ECC_OP_GENKEY, .p1 = 0x00 }, false, false, false },
		{ { .opcode = ECC_OP_GENKEY, .p1 = 0x10 }, false, false, false },
		{ { .opcode = ECC_OP_WRITE, .p1 = 0x80 }, true, true, true },
		{ { .opcode = ECC_OP_WRITE, .p1 = 0x82 }, true, false, true },
		{ { .opcode = ECC_OP_PRIVWRITE }, true, true, true },
		{ { .opcode = ECC_OP_DERIVEKEY }, true, true, true },
		{ { .opcode = ECC_OP_UPDATEEXTRA }, true, true, true },
		{ { .opcode = ECC_OP_COUNTER, .p1 = 1 }, true, false, true },
		{ { .opcode = ECC_OP_COUNTER, .p1 = 0 }, false, false, false },
		{ { .opcode = ECC_OP_VERIFY, .p1 = 0x02 }, false, false, false },
		{ { .opcode = ECC_OP_VERIFY, .p1 = 0x03 }, true, false, true },
		{ { .opcode = ECC_OP_VERIFY, .p1 = 0x07 }, true, false, true },
		{ { .opcode = ECC_OP_SIGN, .p1 = 0x80 }, false, false, true },
		{ { .opcode = ECC_OP_ECDH }, false, false, true },
		{ { .opcode = ECC_OP_MAC }, false, false, true },
		{ { .opcode = ECC_OP_READ, .p1 = 0x80 }, false, false, false },
		{ { .opcode = ECC_OP_INFO }, false, false, false },
		{ { .opcode = ECC_OP_INFO, .p1 = 4, .p2 = 3 }, false, false, true },
		{ { .opcode = ECC_OP_RANDOM }, false, false, false },
		{ { .opcode = ECC_OP_SECUREBOOT, .p1 = 7 }, true, false, true },
		{ { .opcode = 0x99 }, false, true, true },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		assert_int_equal(ecc_cmd_changes_state(&v[i].cmd), v[i].changes);
		assert_int_equal(ecc_cmd_needs_admin(&v[i].cmd), v[i].admin);
		assert_int_equal(ecc_cmd_needs_write(&v[i].cmd), v[i].write);
	}
}

static void test_parts(void **state)
{
	assert_true(ecc_part_has_opcode(ECC_PART_508A, ECC_OP_HMAC));
	assert_false(ecc_part_has_opcode(ECC_PART_608A, ECC_OP_HMAC));
	assert_false(ecc_part_has_opcode(ECC_PART_608B, ECC_OP_PAUSE));
	assert_false(ecc_part_has_opcode(ECC_PART_508A, ECC_OP_AES));
	assert_true(ecc_part_has_opcode(ECC_PART_608B, ECC_OP_SECUREBOOT));
	assert_false(ecc_part_has_opcode(ECC_PART_608B, 0x99));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crc),
		cmocka_unit_test(test_crc_zones),
		cmocka_unit_test(test_build),
		cmocka_unit_test(test_build_sha_abc),
		cmocka_unit_test(test_build_bounds),
		cmocka_unit_test(test_parse_status),
		cmocka_unit_test(test_parse_revisions),
		cmocka_unit_test(test_parse_hostile),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
