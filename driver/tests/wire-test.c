// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Groups of bytes: CRC, commands, responses.  The vectors are those of cryptoauthlib's CRC
 * tests and of bus traces that users of the chip have published.
 */
#include <kunit/test.h>
#include <linux/crc16.h>
#include <linux/bitrev.h>

#include "../proto/packet.h"

struct crc_vector {
	const char *data;
	u8 len;
	u8 crc[2]; /* as on the wire */
};

static const struct crc_vector crc_vectors[] = {
	{ "", 0, { 0x00, 0x00 } },
	{ "\x80", 1, { 0x05, 0x80 } },
	{ "\x01", 1, { 0x03, 0x83 } },
	{ "\x91", 1, { 0x35, 0x83 } },
	{ "\x01\x02\x03\x04", 4, { 0xf0, 0x85 } },
	{ "\xff\xfe\xfd\x01", 4, { 0x2d, 0x0b } },
	{ "\x67\xc6\x69\x73\x51\xff\x4a\xec\x29\xcd\xba\xab\xf2\xfb\xe3\x46", 16, { 0x81, 0xa4 } },
	{ "a", 1, { 0x17, 0x83 } },
	{ "ab", 2, { 0x9e, 0x15 } },
	{ "abc", 3, { 0xe9, 0x1c } },
	{ "123456789", 9, { 0xdd, 0xbc } },
	{ "\x04\x11", 2, { 0x33, 0x43 } },
	{ "\x07\x30\x00\x00\x00", 5, { 0x03, 0x5d } },
	{ "\x07\x02\x80\x00\x00", 5, { 0x09, 0xad } },
};

static void crc_is_the_chips(struct kunit *test)
{
	unsigned int i, cut;

	for (i = 0; i < ARRAY_SIZE(crc_vectors); i++) {
		const struct crc_vector *v = &crc_vectors[i];
		u16 want = v->crc[0] | v->crc[1] << 8;

		KUNIT_EXPECT_EQ_MSG(test, ecc_crc16(v->data, v->len), want, "vector %u", i);
		for (cut = 0; cut <= v->len; cut++) {
			u16 crc = ecc_crc16_update(0, v->data, cut);

			crc = ecc_crc16_update(crc, v->data + cut, v->len - cut);
			KUNIT_EXPECT_EQ_MSG(test, crc, want, "vector %u in two at %u", i, cut);
		}
	}
}

struct command_vector {
	struct ecc_cmd cmd;
	u8 len;
	u8 group[10];
};

static const struct command_vector command_vectors[] = {
	{ { ECC_OP_INFO, 0x00, 0x0000 }, 7, { 7, 0x30, 0x00, 0x00, 0x00, 0x03, 0x5d } },
	{ { ECC_OP_INFO, 0x02, 0x0000 }, 7, { 7, 0x30, 0x02, 0x00, 0x00, 0x00, 0xd8 } },
	{ { ECC_OP_READ, 0x80, 0x0000 }, 7, { 7, 0x02, 0x80, 0x00, 0x00, 0x09, 0xad } },
	{ { ECC_OP_READ, 0x80, 0x0018 }, 7, { 7, 0x02, 0x80, 0x18, 0x00, 0x09, 0xfd } },
	{ { ECC_OP_READ, 0x82, 0x0150 }, 7, { 7, 0x02, 0x82, 0x50, 0x01, 0x09, 0x97 } },
	{ { ECC_OP_RANDOM, 0x00, 0x0000 }, 7, { 7, 0x1b, 0x00, 0x00, 0x00, 0x24, 0xcd } },
	{ { ECC_OP_GENKEY, 0x04, 0x0000 }, 7, { 7, 0x40, 0x04, 0x00, 0x00, 0x83, 0x87 } },
	{ { ECC_OP_SIGN, 0x80, 0x0000 }, 7, { 7, 0x41, 0x80, 0x00, 0x00, 0x28, 0x05 } },
	{ { ECC_OP_LOCK, 0x2a, 0x0000 }, 7, { 7, 0x17, 0x2a, 0x00, 0x00, 0x3d, 0x89 } },
	{ { ECC_OP_COUNTER, 0x01, 0x0001 }, 7, { 7, 0x24, 0x01, 0x01, 0x00, 0x06, 0xf7 } },
	{ { ECC_OP_UPDATEEXTRA, 0, 0x005a }, 7, { 7, 0x20, 0x00, 0x5a, 0x00, 0x05, 0x21 } },
	{ { ECC_OP_SELFTEST, 0x3d, 0x0000 }, 7, { 7, 0x77, 0x3d, 0x00, 0x00, 0x1d, 0xfc } },
	{ { ECC_OP_SHA, 0x02, 0x0003, (const u8 *)"abc", 3 }, 10,
	  { 10, 0x47, 0x02, 0x03, 0x00, 0x61, 0x62, 0x63, 0x70, 0x53 } },
};

static void commands_are_laid_out(struct kunit *test)
{
	u8 buf[ECC_CMD_MAX + 1];
	unsigned int i;
	int len;

	for (i = 0; i < ARRAY_SIZE(command_vectors); i++) {
		const struct command_vector *v = &command_vectors[i];

		memset(buf, 0xa5, sizeof(buf));
		len = ecc_packet_build(buf, sizeof(buf), &v->cmd);
		KUNIT_ASSERT_EQ_MSG(test, len, v->len + 1, "vector %u", i);
		KUNIT_EXPECT_EQ(test, buf[0], ECC_WORD_COMMAND);
		KUNIT_EXPECT_EQ_MSG(test, memcmp(buf + 1, v->group, v->len), 0, "vector %u", i);
		KUNIT_EXPECT_EQ_MSG(test, buf[len], 0xa5, "vector %u: wrote past its end", i);
		KUNIT_EXPECT_EQ(test, ecc_packet_build(buf, len - 1, &v->cmd), -EINVAL);
	}
}

static void no_command_is_too_long(struct kunit *test)
{
	u8 *data = kunit_kzalloc(test, 256, GFP_KERNEL);
	u8 *buf = kunit_kzalloc(test, 256, GFP_KERNEL);
	struct ecc_cmd cmd = { .opcode = ECC_OP_VERIFY };
	unsigned int len;

	KUNIT_ASSERT_NOT_NULL(test, data);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	cmd.data = data;
	for (len = 0; len < 256; len++) {
		cmd.len = len;
		if (len <= ECC_CMD_DATA_MAX)
			KUNIT_EXPECT_EQ(test, ecc_packet_build(buf, 256, &cmd), len + 8);
		else
			KUNIT_EXPECT_EQ(test, ecc_packet_build(buf, 256, &cmd), -EINVAL);
	}
	cmd.len = 1;
	cmd.data = NULL;
	KUNIT_EXPECT_EQ(test, ecc_packet_build(buf, 256, &cmd), -EINVAL);
}

struct status_vector {
	u8 group[4];
	int err;
};

static const struct status_vector status_vectors[] = {
	{ { 4, 0x00, 0x03, 0x40 }, 0 },
	{ { 4, 0x01, 0x00, 0xc3 }, -EKEYREJECTED },
	{ { 4, 0x03, 0x83, 0x42 }, -EBADMSG },
	{ { 4, 0x05, 0xc3, 0x43 }, -EREMOTEIO },
	{ { 4, 0x07, 0x40, 0xc2 }, -EREMOTEIO },
	{ { 4, 0x08, 0x60, 0xc0 }, -EREMOTEIO },
	{ { 4, 0x0f, 0x23, 0x42 }, -EACCES },
	{ { 4, 0x11, 0x33, 0x43 }, 0 },
	{ { 4, 0xee, 0x31, 0x41 }, -EIO },
	{ { 4, 0xff, 0x01, 0x42 }, -EIO },
};

static void responses_are_checked(struct kunit *test)
{
	const u8 *payload;
	unsigned int i, bit;
	size_t len;
	u8 buf[8];

	for (i = 0; i < ARRAY_SIZE(status_vectors); i++) {
		const struct status_vector *v = &status_vectors[i];

		memset(buf, 0xff, sizeof(buf));
		memcpy(buf, v->group, 4);
		KUNIT_ASSERT_EQ(test, ecc_packet_parse(buf, sizeof(buf), &payload, &len), 0);
		KUNIT_EXPECT_EQ(test, len, 1);
		KUNIT_EXPECT_PTR_EQ(test, payload, (const u8 *)buf + 1);
		KUNIT_EXPECT_EQ_MSG(test, ecc_status_errno(*payload), v->err, "status %02x",
				    *payload);
		for (bit = 0; bit < 32; bit++) {
			buf[bit / 8] ^= 1 << bit % 8;
			KUNIT_EXPECT_LT_MSG(test, ecc_packet_parse(buf, 8, &payload, &len), 0,
					    "status %02x, bit %u", v->group[1], bit);
			buf[bit / 8] ^= 1 << bit % 8;
		}
		for (bit = 0; bit < 4; bit++)
			KUNIT_EXPECT_LT(test, ecc_packet_parse(buf, bit, &payload, &len), 0);
	}
}

/*
 * Every count byte in a buffer of every length, each allocated to its exact size, so that
 * KASAN sees one byte too much.
 */
static void hostile_counts_are_refused(struct kunit *test)
{
	unsigned int size, count;
	const u8 *payload;
	size_t len;

	for (size = 0; size <= ECC_RSP_MAX + 1; size++) {
		u8 *buf = kmalloc(size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, buf);
		for (count = 0; size && count < 256; count++) {
			int ret;

			memset(buf, 0, size);
			buf[0] = count;
			ret = ecc_packet_parse(buf, size, &payload, &len);
			if (count < ECC_RSP_MIN || count > ECC_RSP_MAX)
				KUNIT_EXPECT_EQ(test, ret, -EPROTO);
			else if (count > size)
				KUNIT_EXPECT_EQ(test, ret, -ENODATA);
			else
				KUNIT_EXPECT_EQ(test, ret, -EBADMSG);
		}
		kfree(buf);
	}
}

/* The kernel has that CRC as well, with its bits the other way round */
static void crc_agrees_with_the_kernels(struct kunit *test)
{
	u8 data[64];
	unsigned int i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i * 37 + 11;
	for (i = 0; i <= sizeof(data); i++)
		KUNIT_EXPECT_EQ(test, ecc_crc16(data, i), bitrev16(crc16(0, data, i)));
}

static void revisions_name_parts(struct kunit *test)
{
	static const u8 r508[] = { 0, 0, 0x50, 0 }, r608a[] = { 0, 0, 0x60, 2 },
			r608b[] = { 0, 0, 0x60, 3 }, r108[] = { 0x80, 0, 0x10, 1 },
			ones[] = { 0xff, 0xff, 0xff, 0xff };

	KUNIT_EXPECT_EQ(test, ecc_part_from_revision(r508), ECC_PART_508A);
	KUNIT_EXPECT_EQ(test, ecc_part_from_revision(r608a), ECC_PART_608A);
	KUNIT_EXPECT_EQ(test, ecc_part_from_revision(r608b), ECC_PART_608B);
	KUNIT_EXPECT_EQ(test, ecc_part_from_revision(r108), ECC_PART_UNKNOWN);
	KUNIT_EXPECT_EQ(test, ecc_part_from_revision(ones), ECC_PART_UNKNOWN);
}

static struct kunit_case wire_cases[] = {
	KUNIT_CASE(crc_is_the_chips),
	KUNIT_CASE(crc_agrees_with_the_kernels),
	KUNIT_CASE(commands_are_laid_out),
	KUNIT_CASE(no_command_is_too_long),
	KUNIT_CASE(responses_are_checked),
	KUNIT_CASE(hostile_counts_are_refused),
	KUNIT_CASE(revisions_name_parts),
	{}
};

static struct kunit_suite wire_suite = {
	.name = "ecc508a-wire",
	.test_cases = wire_cases,
};

kunit_test_suite(wire_suite);
