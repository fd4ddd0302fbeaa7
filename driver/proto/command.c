// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* What is known of each command before it is sent: who has it, how long, what comes back. */
#include "packet.h"

#define ALL	 (1 << ECC_PART_508A | 1 << ECC_PART_608A | 1 << ECC_PART_608B)
#define ONLY_508 (1 << ECC_PART_508A)
#define ONLY_608 (1 << ECC_PART_608A | 1 << ECC_PART_608B)

/*
 * Times in units of 100 us.  508A: typical and maximum of data sheet tables 9-4 and
 * following; where the maxima that drivers allow in the field are longer, those (Sign,
 * Verify, Nonce, Read, Info).  608: the maxima of Microchip's cryptoauthlib 3.7 for the
 * clock dividers M0, M1, M2; no typical time is published, so the first poll comes at that
 * of the 508A, scaled by the divider.
 */
static const struct command {
	u8 opcode;
	u8 parts;
	const char *name;
	u16 typ, max508, max608[3];
} commands[] = {
	{ ECC_OP_PAUSE, ONLY_508, "Pause", 1, 30, { 30, 30, 30 } },
	{ ECC_OP_READ, ALL, "Read", 1, 50, { 50, 50, 50 } },
	{ ECC_OP_MAC, ALL, "MAC", 50, 140, { 550, 550, 550 } },
	{ ECC_OP_HMAC, ONLY_508, "HMAC", 130, 230, { 230, 230, 230 } },
	{ ECC_OP_WRITE, ALL, "Write", 70, 260, { 450, 450, 450 } },
	{ ECC_OP_GENDIG, ALL, "GenDig", 50, 110, { 250, 350, 350 } },
	{ ECC_OP_NONCE, ALL, "Nonce", 1, 290, { 290, 290, 290 } },
	{ ECC_OP_LOCK, ALL, "Lock", 80, 320, { 350, 350, 350 } },
	{ ECC_OP_RANDOM, ALL, "Random", 10, 230, { 230, 230, 230 } },
	{ ECC_OP_DERIVEKEY, ALL, "DeriveKey", 20, 500, { 500, 500, 500 } },
	{ ECC_OP_UPDATEEXTRA, ALL, "UpdateExtra", 80, 100, { 100, 100, 100 } },
	{ ECC_OP_COUNTER, ALL, "Counter", 50, 200, { 250, 250, 250 } },
	{ ECC_OP_CHECKMAC, ALL, "CheckMac", 50, 130, { 400, 400, 400 } },
	{ ECC_OP_INFO, ALL, "Info", 1, 20, { 50, 50, 50 } },
	{ ECC_OP_GENKEY, ALL, "GenKey", 110, 1150, { 1150, 2150, 6530 } },
	{ ECC_OP_SIGN, ALL, "Sign", 420, 600, { 1150, 2200, 6650 } },
	{ ECC_OP_ECDH, ALL, "ECDH", 380, 580, { 750, 1720, 5310 } },
	{ ECC_OP_VERIFY, ALL, "Verify", 380, 720, { 1050, 2950, 10850 } },
	{ ECC_OP_PRIVWRITE, ALL, "PrivWrite", 8, 480, { 500, 500, 500 } },
	{ ECC_OP_SHA, ALL, "SHA", 70, 90, { 360, 420, 750 } },
	{ ECC_OP_AES, ONLY_608, "AES", 10, 270, { 270, 270, 270 } },
	{ ECC_OP_KDF, ONLY_608, "KDF", 50, 1650, { 1650, 1650, 1650 } },
	{ ECC_OP_SELFTEST, ONLY_608, "SelfTest", 500, 2500, { 2500, 6250, 23240 } },
	{ ECC_OP_SECUREBOOT, ONLY_608, "SecureBoot", 380, 800, { 800, 1600, 4800 } },
};

static const struct command *find(u8 opcode)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (commands[i].opcode == opcode)
			return &commands[i];
	}
	return NULL;
}

const char *ecc_opcode_name(u8 opcode)
{
	const struct command *c = find(opcode);

	return c ? c->name : "unknown command";
}

bool ecc_part_has_opcode(enum ecc_part part, u8 opcode)
{
	const struct command *c = find(opcode);

	if (!c)
		return false;
	return part == ECC_PART_UNKNOWN || (c->parts >> part & 1);
}

struct ecc_exec_time ecc_exec_time(enum ecc_part part, u8 opcode, u8 chip_mode)
{
	const struct command *c = find(opcode);
	struct ecc_exec_time t = { 1000, 650000 };
	u8 divider = chip_mode >> 3;
	u16 max;

	if (!c)
		return t;
	t.typ_us = c->typ * 100;
	if (part == ECC_PART_508A) {
		max = c->max508;
	} else {
		/* ChipMode bits 7:3 of a 608: 0 = M0, 5 = M1, 13 = M2 */
		max = c->max608[divider == 13 ? 2 : divider == 5 ? 1 : 0];
		t.typ_us = t.typ_us * max / c->max608[0];
	}
	t.max_us = max * 100;
	return t;
}

static size_t kdf_rsp_len(const struct ecc_cmd *cmd)
{
	u8 target = cmd->p1 >> 2 & 7;
	bool prf = !(cmd->p1 & 0x60);
	u8 details = cmd->len >= 2 ? cmd->data[1] : 0;
	size_t len = 32;

	/* PRF: details bit 8 asks for 64 bytes, bits 10:9 split them between target and output */
	if (target < 4)
		return prf && (details & 6) ? 32 : 1;
	if (prf && (details & 1) && !(details & 6))
		len = 64;
	return target == 5 ? len + 32 : len;
}

static size_t sha_rsp_len(enum ecc_part part, u8 mode)
{
	switch (mode & 7) {
	case 2:
	case 5: /* 508A: HMAC end */
		return 32;
	case 6: /* 608: read context, 36 to 99 bytes */
		return 0;
	default:
		return 1;
	}
}

size_t ecc_cmd_rsp_len(enum ecc_part part, const struct ecc_cmd *cmd)
{
	switch (cmd->opcode) {
	case ECC_OP_INFO:
	case ECC_OP_COUNTER:
		return 4;
	case ECC_OP_READ:
		return cmd->p1 & 0x80 ? 32 : 4;
	case ECC_OP_RANDOM:
	case ECC_OP_MAC:
	case ECC_OP_HMAC:
		return 32;
	case ECC_OP_NONCE:
		return (cmd->p1 & 3) == 3 ? 1 : 32;
	case ECC_OP_GENKEY:
		return cmd->p1 & 0x10 ? 1 : 64;
	case ECC_OP_SIGN:
		return 64;
	case ECC_OP_ECDH:
		if (part == ECC_PART_508A)
			return 32;
		if ((cmd->p1 & 0x0c) == 0x04 || (cmd->p1 & 0x0c) == 0x08)
			return 1;
		return cmd->p1 & 2 ? 64 : 32;
	case ECC_OP_VERIFY:
	case ECC_OP_SECUREBOOT:
		return cmd->p1 & 0x80 ? 32 : 1;
	case ECC_OP_SHA:
		return sha_rsp_len(part, cmd->p1);
	case ECC_OP_AES:
		return 16;
	case ECC_OP_KDF:
		return kdf_rsp_len(cmd);
	case ECC_OP_PAUSE:
	case ECC_OP_WRITE:
	case ECC_OP_GENDIG:
	case ECC_OP_LOCK:
	case ECC_OP_DERIVEKEY:
	case ECC_OP_UPDATEEXTRA:
	case ECC_OP_CHECKMAC:
	case ECC_OP_PRIVWRITE:
	case ECC_OP_SELFTEST:
		return 1;
	default:
		return 0;
	}
}

static bool genkey_creates(const struct ecc_cmd *cmd)
{
	/* Mode bit 4 (digest of a stored public key) overrides bit 2 (create) */
	return (cmd->p1 & 0x04) && !(cmd->p1 & 0x10);
}

bool ecc_cmd_changes_state(const struct ecc_cmd *cmd)
{
	switch (cmd->opcode) {
	case ECC_OP_LOCK:
	case ECC_OP_WRITE:
	case ECC_OP_PRIVWRITE:
	case ECC_OP_DERIVEKEY:
	case ECC_OP_UPDATEEXTRA:
		return true;
	case ECC_OP_GENKEY:
		return genkey_creates(cmd);
	case ECC_OP_COUNTER:
		return cmd->p1 & 1;
	case ECC_OP_VERIFY: /* validate, invalidate, validate external: the validity nibble */
		return cmd->p1 & 1;
	case ECC_OP_SECUREBOOT: /* FullCopy stores what it verified */
		return (cmd->p1 & 7) == 7;
	case ECC_OP_ECDH: /* into slot + 1 */
		return (cmd->p1 & 0x0c) == 0x04;
	case ECC_OP_KDF: /* into a slot */
		return (cmd->p1 >> 2 & 7) == 2;
	default:
		return false;
	}
}

bool ecc_cmd_needs_admin(const struct ecc_cmd *cmd)
{
	switch (cmd->opcode) {
	case ECC_OP_LOCK:
	case ECC_OP_PRIVWRITE:
	case ECC_OP_DERIVEKEY:
	case ECC_OP_UPDATEEXTRA:
		return true;
	case ECC_OP_GENKEY:
		return genkey_creates(cmd);
	case ECC_OP_WRITE:
		return (cmd->p1 & 3) == 0;
	default:
		/* An opcode nobody described may do anything */
		return !find(cmd->opcode);
	}
}

bool ecc_cmd_needs_write(const struct ecc_cmd *cmd)
{
	switch (cmd->opcode) {
	case ECC_OP_INFO:
		/* Mode 4 with P2 2 or 3 changes the persistent latch */
		return cmd->p1 == 4 && cmd->p2;
	case ECC_OP_READ:
	case ECC_OP_RANDOM:
	case ECC_OP_NONCE:
	case ECC_OP_SELFTEST:
	case ECC_OP_PAUSE:
		return false;
	case ECC_OP_SHA:
		return (cmd->p1 & 7) == 4; /* HMAC with a slot's key */
	case ECC_OP_GENKEY:
	case ECC_OP_VERIFY:
	case ECC_OP_COUNTER:
		return ecc_cmd_changes_state(cmd);
	default:
		return true;
	}
}
