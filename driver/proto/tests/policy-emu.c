// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The policy against the emulator, which was written by somebody else from the data sheet: for
 * random configurations and random commands the status must be the predicted one.  What hangs
 * on volatile state is arranged so that it is fulfilled, or excused by name in excused().
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "policy.h"
#include "rig.h"

/* The generator point, as a public key that is on the curve; and a private key */
static const u8 point[64] = {
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63,
	0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1,
	0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f,
	0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57,
	0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
};
static const u8 scalar[32] = { [0] = 0x12, [31] = 0x34 };

static u32 seed;

static u32 rnd(u32 below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % below;
}

/* Bits that a fab sets are kept; everything else at random, more often sensible than not */
static void random_config(const struct rig *r, u8 config[128])
{
	static const u16 key_configs[] = { 0x0033, 0x0013, 0x0053, 0x00b3, 0x0031, 0x1033,
					   0x001c, 0x003c, 0x005c, 0x0030, 0x0012, 0x4030,
					   0x0018, 0x009c, 0x101c, 0x0010 };
	static const u16 slot_configs[] = { 0x2087, 0x208f, 0x0083, 0x0081, 0x0082, 0x0085, 0x44c4,
					    0x0f0f, 0x8f0f, 0x0f8f, 0x468f, 0x1f0d, 0x20a7, 0x6087,
					    0x2f8f, 0xaf8f, 0x3087, 0x0f1f, 0x0044, 0x00af };
	u32 state = rnd(4);

	for (int i = 0; i < 16; i++) {
		u16 kc = key_configs[rnd(16)], sc = slot_configs[rnd(20)];

		if (!rnd(4))
			kc = rnd(65536) & ~0x2000;
		if (!rnd(4))
			sc = rnd(65536);
		config[20 + 2 * i] = sc;
		config[21 + 2 * i] = sc >> 8;
		config[96 + 2 * i] = kc;
		config[97 + 2 * i] = kc >> 8;
	}
	config[16] = 0xc0;
	config[18] = r->part == ECC_PART_508A ? (rnd(2) ? 0x55 : 0xaa) : 0;
	config[19] = r->part == ECC_PART_508A ? rnd(2) : 0;
	config[84] = rnd(4) ? 0 : 0x77;
	config[85] = rnd(4) ? 0 : 0x77;
	config[87] = state ? 0x00 : 0x55;
	config[86] = state > 1 ? 0x00 : 0x55;
	config[88] = rnd(3) ? 0xff : rnd(256);
	config[89] = rnd(3) ? 0xff : rnd(256);
	if (r->part != ECC_PART_508A) {
		config[69] = rnd(2) ? 0x81 : 0x00;
		config[90] = rnd(8) << 1;
		config[91] = rnd(256);
	}
	for (int i = 92; i < 96; i++)
		config[i] = rnd(3) ? 0 : 0x21;
}

static void load(const struct rig *r, const u8 config[128])
{
	u8 data[416], priv[36] = { 0 };
	struct ecc_slot s;

	memcpy(priv + 4, scalar, 32);
	assert_int_equal(ecc508a_emu_chip_poke(r->chip, ECC508A_EMU_CONFIG, 0, config, 128), 0);
	for (unsigned int i = 0; i < 16; i++) {
		ecc_config_slot(config, i, &s);
		memset(data, 0x11, sizeof(data));
		if (!s.is_private && i >= 8) {
			data[0] = s.pub_info ? 0x50 : 0x00;
			memcpy(data + 4, point, 32);
			memcpy(data + 40, point + 32, 32);
		}
		assert_int_equal(ecc508a_emu_chip_poke(r->chip, ECC508A_EMU_SLOT0 + i, 0,
						       s.is_private ? priv : data, s.size),
				 0);
	}
}

/* A command of a random opcode whose parameters are more often legal than not */
static void random_cmd(const struct rig *r, struct ecc_cmd *cmd, u8 data[148])
{
	static const u8 opcodes[] = {
		ECC_OP_READ,	ECC_OP_READ,	 ECC_OP_MAC,	     ECC_OP_HMAC,
		ECC_OP_WRITE,	ECC_OP_WRITE,	 ECC_OP_GENDIG,	     ECC_OP_NONCE,
		ECC_OP_LOCK,	ECC_OP_RANDOM,	 ECC_OP_SIGN,	     ECC_OP_DERIVEKEY,
		ECC_OP_COUNTER, ECC_OP_CHECKMAC, ECC_OP_INFO,	     ECC_OP_GENKEY,
		ECC_OP_GENKEY,	ECC_OP_ECDH,	 ECC_OP_VERIFY,	     ECC_OP_PRIVWRITE,
		ECC_OP_SHA,	ECC_OP_AES,	 ECC_OP_UPDATEEXTRA,
	};
	static const u8 lengths[] = { 0, 3, 4, 16, 20, 32, 64, 68, 77, 83, 128 };
	struct ecc_verdict v;

	memset(cmd, 0, sizeof(*cmd));
	cmd->opcode = opcodes[rnd(sizeof(opcodes))];
	cmd->data = data;
	cmd->p2 = rnd(16);
	memset(data, 0x22, 148);
	switch (cmd->opcode) {
	case ECC_OP_READ:
	case ECC_OP_WRITE:
		cmd->p1 = rnd(3) | (rnd(2) ? 0x80 : 0) | (rnd(4) ? 0 : 0x40);
		if (cmd->opcode == ECC_OP_READ)
			cmd->p1 &= 0x83;
		cmd->p2 = (cmd->p1 & 3) == 2 ? rnd(4) << 8 | rnd(16) << 3 | rnd(8) : rnd(32);
		break;
	case ECC_OP_LOCK:
		cmd->p1 = 0x80 | (rnd(2) ? rnd(2) : 2 | rnd(16) << 2);
		break;
	case ECC_OP_NONCE:
		cmd->p1 = rnd(2) ? 3 : rnd(2);
		cmd->p2 = 0;
		break;
	case ECC_OP_RANDOM:
		cmd->p1 = rnd(2);
		cmd->p2 = 0;
		break;
	case ECC_OP_SIGN:
		cmd->p1 = rnd(4) ? 0x80 : rnd(256);
		break;
	case ECC_OP_GENKEY:
		cmd->p1 = rnd(5) * 4;
		if (!rnd(8))
			cmd->p2 = 0xffff;
		break;
	case ECC_OP_COUNTER:
		cmd->p1 = rnd(2);
		cmd->p2 = rnd(3);
		break;
	case ECC_OP_VERIFY:
		cmd->p1 = rnd(2) ? rnd(3) : rnd(8);
		if (cmd->p1 == 2)
			cmd->p2 = 4;
		memcpy(data + 64, point, 64);
		break;
	case ECC_OP_ECDH:
		cmd->p1 = rnd(2) ? 0 : rnd(16);
		memcpy(data, point, 64);
		break;
	case ECC_OP_PRIVWRITE:
		cmd->p1 = rnd(2) ? 0 : 0x40;
		memset(data, 0, 4);
		memcpy(data + 4, scalar, 32);
		break;
	case ECC_OP_MAC:
		cmd->p1 = rnd(2) | (rnd(3) ? 0 : 0x40);
		break;
	case ECC_OP_CHECKMAC:
	case ECC_OP_SHA:
	case ECC_OP_INFO:
		cmd->p1 = rnd(6);
		if (cmd->opcode == ECC_OP_SHA && !cmd->p1)
			cmd->p2 = 0;
		break;
	case ECC_OP_HMAC:
	case ECC_OP_DERIVEKEY:
		cmd->p1 = rnd(2) * 4;
		break;
	case ECC_OP_GENDIG:
		cmd->p1 = rnd(6);
		break;
	case ECC_OP_AES:
		cmd->p1 = rnd(2) | rnd(4) << 6;
		break;
	case ECC_OP_UPDATEEXTRA:
		cmd->p1 = rnd(4);
		break;
	}
	if (!rnd(20))
		cmd->p1 = rnd(256);
	if (!rnd(20))
		cmd->p2 = rnd(65536);
	/* mostly a length that the policy takes; the emulator is the judge of that */
	for (unsigned int i = 0; i < sizeof(lengths); i++) {
		cmd->len = lengths[i];
		ecc_policy_check(r->dev.config, r->part, cmd, &v);
		if (v.reason != ECC_REASON_BAD_LENGTH)
			break;
	}
	if (cmd->opcode == ECC_OP_WRITE && (cmd->p1 & 0x80) && !rnd(4))
		cmd->len = 64;
	if (cmd->opcode == ECC_OP_DERIVEKEY && rnd(2))
		cmd->len = 32;
	if (cmd->opcode == ECC_OP_SHA && (cmd->p1 & 7) != 4 && cmd->p1)
		cmd->p2 = cmd->len = 64;
	if (!rnd(30))
		cmd->len = rnd(100);
}

/*
 * Predicted fine, but 0x0f: the conditions on volatile state that this test does not fulfil.
 * TempKey is valid and random (a Nonce goes before every command); nobody is authorised, the
 * latch is 0, MACs and signatures are wrong.
 */
static bool excused(const struct ecc_cmd *cmd, const struct ecc_verdict *v)
{
	if (v->needs_auth || v->needs_latch)
		return true;
	switch (cmd->opcode) {
	case ECC_OP_WRITE:
	case ECC_OP_PRIVWRITE: /* MAC; a validated public key is stored */
		return v->needs_tempkey || v->pub_invalid;
	case ECC_OP_LOCK: /* checksum */
		return !(cmd->p1 & 0x80);
	case ECC_OP_SIGN: /* internal: not from GenDig or GenKey; or from MsgDigBuf, which is empty */
		return !(cmd->p1 & 0x80) || (cmd->p1 & 0x20);
	case ECC_OP_VERIFY: /* validation needs GenKey's or SHA's digest; MsgDigBuf; parent's state */
		return (cmd->p1 & 1) || (cmd->p1 & 0xa0);
	case ECC_OP_ECDH: /* TempKey holds no key */
		return cmd->p1 & 1;
	case ECC_OP_MAC:
	case ECC_OP_CHECKMAC:
	case ECC_OP_HMAC: /* SourceFlag is Rand; a challenge of the host is no random nonce */
		return (cmd->p1 & 4) || v->needs_random;
	case ECC_OP_DERIVEKEY: /* MAC, SourceFlag, parent */
		return true;
	case ECC_OP_GENDIG: /* NoMac wants its four bytes; transport keys are unknown */
		return cmd->p1 == 2 && (cmd->len < 4 || cmd->p2 >= 0x8000);
	case ECC_OP_SHA: /* no context */
		return (cmd->p1 & 7) && (cmd->p1 & 7) != 4;
	case ECC_OP_INFO:
		return cmd->p1 == 4 && cmd->p2;
	default:
		return false;
	}
}

static void compare(struct rig *r, unsigned int round, unsigned int seen[256][2])
{
	const u8 zero[20] = { 0 };
	const struct ecc_cmd nonce = { .opcode = ECC_OP_NONCE, .data = zero, .len = 20 };
	u8 data[148], config[128];
	struct ecc_verdict v;
	struct ecc_cmd cmd;
	u32 start = seed;
	u8 got;

	memcpy(config, r->dev.config, 128);
	random_config(r, config);
	memcpy(r->dev.config, config, 128);
	load(r, config);
	random_cmd(r, &cmd, data);
	ecc_policy_check(config, r->part, &cmd, &v);

	assert_int_equal(ecc_exec(&r->dev, &nonce, NULL, 0, NULL), 0);
	ecc_exec(&r->dev, &cmd, NULL, 0, NULL);
	got = r->dev.status;
	assert_int_equal(ecc_sleep(&r->dev), 0);
	if (!ecc_part_has_opcode(r->part, cmd.opcode)) {
		assert_int_equal(v.reason, ECC_REASON_NO_SUCH_COMMAND);
		return;
	}
	if (got == ECC_STATUS_MISCOMPARE)
		got = ECC_STATUS_OK;
	seen[cmd.opcode][got != 0]++;
	if (v.status == got)
		return;
	if (!v.status && got == ECC_STATUS_EXECUTION && excused(&cmd, &v))
		return;
	/* A SHA context must have the length that its first four bytes say */
	if (!v.status && got == ECC_STATUS_PARSE && cmd.opcode == ECC_OP_SHA && (cmd.p1 & 7) == 7)
		return;
	fail_msg("round %u (seed %u) %s: %s %02x %02x %04x +%u: predicted %02x (%s), chip says "
		 "%02x; "
		 "locks %02x %02x, slot %u: config %02x%02x key %02x%02x, SlotLocked %02x%02x",
		 round, start, ecc_part_name(r->part), ecc_opcode_name(cmd.opcode), cmd.opcode,
		 cmd.p1, cmd.p2, cmd.len, v.status, ecc_reason_cause(v.reason), got, config[87],
		 config[86], v.slot, config[21 + 2 * (v.slot & 15)], config[20 + 2 * (v.slot & 15)],
		 config[97 + 2 * (v.slot & 15)], config[96 + 2 * (v.slot & 15)], config[89],
		 config[88]);
}

static void run_part(enum ecc_part part, unsigned int rounds)
{
	unsigned int seen[256][2] = { 0 };
	struct rig r;

	rig_init(&r, part, "blank", 400000);
	for (unsigned int i = 0; i < rounds; i++)
		compare(&r, i, seen);
	/* Each command was both taken and refused: the comparison compared something */
	for (unsigned int op = 0; op < 256; op++) {
		if (!seen[op][0] && !seen[op][1])
			continue;
		if (!seen[op][0] || !seen[op][1])
			fail_msg("%s was %s only", ecc_opcode_name(op),
				 seen[op][0] ? "accepted" : "refused");
	}
	rig_free(&r);
}

static unsigned int rounds(void)
{
	const char *env = getenv("ROUNDS");

	return env ? strtoul(env, NULL, 0) : 20000;
}

static void test_508a(void **state)
{
	seed = 508;
	run_part(ECC_PART_508A, rounds());
}

static void test_608a(void **state)
{
	seed = 608;
	run_part(ECC_PART_608A, rounds());
}

static void test_608b(void **state)
{
	seed = 609;
	run_part(ECC_PART_608B, rounds());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_508a),
		cmocka_unit_test(test_608a),
		cmocka_unit_test(test_608b),
	};

	return cmocka_run_group_tests_name("policy against the emulator", tests, NULL, NULL);
}
