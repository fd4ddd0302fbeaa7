// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The three parts and their commands as tables.
 *
 * Sources: features and factory dumps, the migration note from the 508A to the 608B (DS00003539)
 * and published dumps of parts; times, DS508 table 9-4 for the 508A and cryptoauthlib's
 * device_execution_time tables for the 608 with clock divider M0, M1, M2. The 608B has no table of
 * its own and is taken to be as the 608A. For the 608 only maxima are published: its typical time
 * is half of the maximum here.
 */
#include "chip.h"

/* clang-format off */
/* Factory dump of an ATECC508A, bytes 16..127. */
static const uint8_t factory_508a[FACTORY_LEN] = {
	0xc0, 0x00, 0x55, 0x00, 0x83, 0x20, 0x87, 0x20, 0x8f, 0x20, 0xc4, 0x8f, 0x8f, 0x8f, 0x8f, 0x8f,
	0x9f, 0x8f, 0xaf, 0x8f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0xaf, 0x8f, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff,
	0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x55, 0x55, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x33, 0x00, 0x33, 0x00, 0x33, 0x00, 0x1c, 0x00, 0x1c, 0x00, 0x1c, 0x00, 0x1c, 0x00, 0x1c, 0x00,
	0x3c, 0x00, 0x3c, 0x00, 0x3c, 0x00, 0x3c, 0x00, 0x3c, 0x00, 0x3c, 0x00, 0x3c, 0x00, 0x1c, 0x00,
};
/* clang-format on */

/* clang-format off */
/* Factory dump of an ATECC608A; the 608B agrees up to byte 99, the rest is assumed. */
static const uint8_t factory_608[FACTORY_LEN] = {
	0xc0, 0x00, 0x00, 0x00, 0x83, 0x20, 0x87, 0x20, 0x8f, 0x20, 0xc4, 0x8f, 0x8f, 0x8f, 0x8f, 0x8f,
	0x9f, 0x8f, 0xaf, 0x8f, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0xaf, 0x8f, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x55, 0x55, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x33, 0x00, 0x33, 0x00, 0x33, 0x00, 0x1c, 0x00, 0x1c, 0x00, 0x1c, 0x00, 0x1c, 0x00, 0x1c, 0x00,
	0x3c, 0x00, 0x3c, 0x00, 0x3c, 0x00, 0x3c, 0x00, 0x3c, 0x00, 0x3c, 0x00, 0x3c, 0x00, 0x1c, 0x00,
};
/* clang-format on */

#define FEATURES_508                                                                       \
	(F_OTP_CONSUMPTION | F_LAST_KEY_USE | F_SELECTOR | F_SEED_BIT | F_SHA_IN_TEMPKEY | \
	 F_SHA_OLD_MODES | F_GENKEY_DESPITE_LATCH)
#define FEATURES_608                                                                         \
	(F_EXTRA_ADDR | F_CHIP_OPTIONS | F_COUNT_MATCH | F_CLOCK_DIVIDER | F_AES | F_LATCH | \
	 F_BUFFERS | F_SHA_CONTEXT | F_ECDH_MODES | F_SECURE_BOOT | F_SELF_TEST)

const struct emu_part emu_parts[ECC508A_EMU_PARTS] = {
	[ECC508A_EMU_508A] = {
		.name = "508a",
		.long_name = "ATECC508A",
		.revision = { 0x00, 0x00, 0x50, 0x00 },
		.byte13 = 0xc0,
		.byte14 = 0x55,
		.features = FEATURES_508 | F_IDLE_ERRATUM,
		.watchdog_long_ns = 10 * NSEC_PER_SEC,
		.time_row = TIME_508,
		.factory = factory_508a,
	},
	[ECC508A_EMU_608A] = {
		.name = "608a",
		.long_name = "ATECC608A",
		.revision = { 0x00, 0x00, 0x60, 0x02 },
		.byte13 = 0x01,
		.byte14 = 0x55,
		.features = FEATURES_608 | F_IDLE_ERRATUM,
		.watchdog_long_ns = 13 * NSEC_PER_SEC,
		.time_row = TIME_608_M0,
		.factory = factory_608,
	},
	[ECC508A_EMU_608B] = {
		.name = "608b",
		.long_name = "ATECC608B",
		.revision = { 0x00, 0x00, 0x60, 0x03 },
		.byte13 = 0x61,
		.byte14 = 0x4d,
		.features = FEATURES_608,
		.watchdog_long_ns = 13 * NSEC_PER_SEC,
		.time_row = TIME_608_M0,
		.factory = factory_608,
	},
};

#define P508 (1 << ECC508A_EMU_508A)
#define P608 (1 << ECC508A_EMU_608A | 1 << ECC508A_EMU_608B)
#define PALL (P508 | P608)
#define MAX(ms)                       \
	{                             \
		(ms) * 500, (ms)*1000 \
	} /* only a maximum is known */
#define NONE         \
	{            \
		0, 0 \
	}

/* clang-format off */
/* Typical and maximal time of the 508A; then the 608 at M0, M1, M2. */
static const struct emu_op ops[] = {
	{ 0x01, P508, TK_CLEAR, SLOT_NONE, false, "Pause", emu_cmd_pause,
	  { { 100, 3000 }, NONE, NONE, NONE } },
	{ 0x02, PALL, TK_CLEAR, SLOT_ADDR, false, "Read", emu_cmd_read,
	  { { 100, 1000 }, { 500, 5000 }, { 500, 5000 }, { 500, 5000 } } },
	{ 0x08, PALL, TK_CLEAR, SLOT_P2, false, "MAC", emu_cmd_mac,
	  { { 5000, 14000 }, MAX(55), MAX(55), MAX(55) } },
	{ 0x11, P508, TK_CLEAR, SLOT_P2, false, "HMAC", emu_cmd_hmac,
	  { { 13000, 23000 }, NONE, NONE, NONE } },
	{ 0x12, PALL, TK_CLEAR, SLOT_ADDR, false, "Write", emu_cmd_write,
	  { { 7000, 26000 }, MAX(45), MAX(45), MAX(45) } },
	{ 0x15, PALL, TK_NEW, SLOT_P2, false, "GenDig", emu_cmd_gendig,
	  { { 5000, 11000 }, MAX(25), MAX(35), MAX(35) } },
	{ 0x16, PALL, TK_NEW, SLOT_NONE, true, "Nonce", emu_cmd_nonce,
	  { { 100, 7000 }, MAX(20), MAX(20), MAX(20) } },
	{ 0x17, PALL, TK_CLEAR, SLOT_LOCK, false, "Lock", emu_cmd_lock,
	  { { 8000, 32000 }, MAX(35), MAX(35), MAX(35) } },
	{ 0x1b, PALL, TK_CLEAR, SLOT_NONE, true, "Random", emu_cmd_random,
	  { { 1000, 23000 }, MAX(23), MAX(23), MAX(23) } },
	{ 0x1c, PALL, TK_CLEAR, SLOT_P2, false, "DeriveKey", emu_cmd_derivekey,
	  { { 2000, 50000 }, MAX(50), MAX(50), MAX(50) } },
	{ 0x20, PALL, TK_CLEAR, SLOT_NONE, false, "UpdateExtra", emu_cmd_updateextra,
	  { { 8000, 10000 }, MAX(10), MAX(10), MAX(10) } },
	{ 0x24, PALL, TK_CLEAR, SLOT_NONE, false, "Counter", emu_cmd_counter,
	  { { 5000, 20000 }, MAX(25), MAX(25), MAX(25) } },
	{ 0x28, PALL, TK_CLEAR, SLOT_P2, false, "CheckMac", emu_cmd_checkmac,
	  { { 5000, 13000 }, MAX(40), MAX(40), MAX(40) } },
	{ 0x30, PALL, TK_KEEP, SLOT_NONE, false, "Info", emu_cmd_info,
	  { { 100, 1000 }, { 500, 5000 }, { 500, 5000 }, { 500, 5000 } } },
	{ 0x40, PALL, TK_NEW, SLOT_P2, true, "GenKey", emu_cmd_genkey,
	  { { 11000, 115000 }, MAX(115), MAX(215), MAX(653) } },
	{ 0x41, PALL, TK_CLEAR, SLOT_P2, true, "Sign", emu_cmd_sign,
	  { { 42000, 50000 }, MAX(115), MAX(220), MAX(665) } },
	{ 0x43, PALL, TK_CLEAR, SLOT_P2, false, "ECDH", emu_cmd_ecdh,
	  { { 38000, 58000 }, MAX(75), MAX(172), MAX(531) } },
	{ 0x45, PALL, TK_CLEAR, SLOT_P2, false, "Verify", emu_cmd_verify,
	  { { 38000, 58000 }, MAX(105), MAX(295), MAX(1085) } },
	{ 0x46, PALL, TK_CLEAR, SLOT_P2, false, "PrivWrite", emu_cmd_privwrite,
	  { { 800, 48000 }, MAX(50), MAX(50), MAX(50) } },
	{ 0x47, PALL, TK_CLEAR, SLOT_NONE, false, "SHA", emu_cmd_sha,
	  { { 7000, 9000 }, MAX(36), MAX(42), MAX(75) } },
	{ 0x51, P608, TK_CLEAR, SLOT_P2, false, "AES", emu_cmd_aes,
	  { NONE, MAX(27), MAX(27), MAX(27) } },
	{ 0x56, P608, TK_CLEAR, SLOT_P2, false, "KDF", emu_cmd_kdf,
	  { NONE, MAX(165), MAX(165), MAX(165) } },
	{ 0x77, P608, TK_CLEAR, SLOT_NONE, false, "SelfTest", emu_cmd_selftest,
	  { NONE, MAX(250), MAX(625), MAX(2324) } },
	{ 0x80, P608, TK_CLEAR, SLOT_NONE, false, "SecureBoot", emu_cmd_secureboot,
	  { NONE, MAX(80), MAX(160), MAX(480) } },
};
/* clang-format on */

#define NOPS (sizeof(ops) / sizeof(ops[0]))

const struct emu_op *emu_op_find(const struct emu_part *part, uint8_t opcode)
{
	unsigned int bit = 1U << (part - emu_parts);

	for (unsigned int i = 0; i < NOPS; i++)
		if (ops[i].opcode == opcode)
			return ops[i].parts & bit ? &ops[i] : NULL;
	return NULL;
}

const struct emu_op *emu_op_by_name(const char *name)
{
	for (unsigned int i = 0; i < NOPS; i++)
		if (strcasecmp(ops[i].name, name) == 0)
			return &ops[i];
	return NULL;
}

const struct emu_op *emu_op_table(unsigned int i)
{
	return i < NOPS ? &ops[i] : NULL;
}

int ecc508a_emu_part_by_name(const char *name)
{
	if (!name)
		return -1;
	for (int i = 0; i < ECC508A_EMU_PARTS; i++)
		if (strcasecmp(name, emu_parts[i].name) == 0 ||
		    strcasecmp(name, emu_parts[i].long_name) == 0)
			return i;
	return -1;
}

const char *ecc508a_emu_part_name(enum ecc508a_emu_part part)
{
	return (unsigned int)part < ECC508A_EMU_PARTS ? emu_parts[part].name : "?";
}
