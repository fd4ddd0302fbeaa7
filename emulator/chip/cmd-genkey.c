// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* GenKey (40): new keys, public keys, and digests of public keys in TempKey. */
#include "chip.h"

#define P1_CREATE     0x04
#define P1_DIGEST     0x08
#define P1_PUB_DIGEST 0x10
#define TO_TEMPKEY    0xffff

/* TempKey becomes proof that it saw this public key. @what: the 3 bytes after the opcode. */
static void digest(struct ecc508a_emu_chip *c, const uint8_t what[3], const uint8_t xy[64],
		   unsigned int slot)
{
	struct emu_tempkey *tk = &c->sram.tk;
	uint8_t opcode = 0x40;
	struct emu_sha256 s;

	emu_sha256_init(&s);
	emu_sha256_update(&s, tk->value, 32);
	emu_sha256_update(&s, &opcode, 1);
	emu_sha256_update(&s, what, 3);
	emu_hash_sn(&s, c);
	emu_hash_zero(&s, 25);
	emu_sha256_update(&s, xy, 64);
	emu_sha256_final(&s, tk->value);
	tk->len = 32;
	tk->genkey = true;
	tk->gendig = false;
	tk->key_id = (uint8_t)slot;
	tk->sha_pub = -1;
}

/* Mode 10: over a public key that is stored in a slot. */
static int stored_digest(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd)
{
	unsigned int slot = cmd->p2 & 15;
	uint8_t xy[64];
	int status;

	if (cmd->len != 3)
		return ST_PARSE;
	if (!config_locked(c) || !emu_pub_get(c, slot, xy) || !emu_tk_ready(c))
		return ST_EXEC;
	status = emu_key_use(c, slot, USE_AUTH | USE_RANDOM);
	if (status == ST_OK)
		digest(c, cmd->data, xy, slot);
	return status;
}

/* 608, P2 FFFF: an ephemeral key that lives in TempKey, for one ECDH. */
static int to_tempkey(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	uint8_t d[32];
	int status = ST_ECC;

	if (cmd->p1 != P1_CREATE || cmd->len)
		return ST_PARSE;
	if (!config_locked(c))
		return ST_EXEC;
	if (emu_p256_generate(&c->rng, d) == 0 && emu_p256_public(d, cmd->rsp) == 0) {
		emu_tk_set(c, d, 32, false);
		c->sram.tk.is_key = true;
		cmd->rsp_len = 64;
		status = ST_OK;
	}
	emu_wipe(d, sizeof(d));
	return status;
}

static int may(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, unsigned int slot)
{
	bool create = cmd->p1 & P1_CREATE;
	uint16_t sc = slot_config(c, slot), kc = key_config(c, slot);
	unsigned int how = USE_AUTH;

	if (!config_locked(c) || !(kc & KC_PRIVATE) || KC_TYPE(kc) != KC_TYPE_P256 ||
	    !(sc & SC_IS_SECRET))
		return ST_EXEC;
	if (create) {
		if (!slot_unlocked(c, slot) || (data_locked(c) && !(sc & SC_GENKEY)))
			return ST_EXEC;
	} else {
		if (data_locked(c) && !(kc & KC_PUB_INFO))
			return ST_EXEC;
		if (!key_valid(c, slot))
			return quirk(c, Q_PUBLIC_OF_EMPTY);
	}
	if (cmd->p1 & P1_DIGEST) {
		if (!emu_tk_ready(c))
			return ST_EXEC;
		how |= USE_RANDOM;
	}
	if (!create && !has(c, F_GENKEY_DESPITE_LATCH))
		how |= USE_LATCH;
	return emu_key_use(c, slot, how);
}

int emu_cmd_genkey(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	uint8_t what[3] = { cmd->p1, (uint8_t)cmd->p2, (uint8_t)(cmd->p2 >> 8) };
	unsigned int slot = cmd->p2 & 15;
	uint8_t d[32];
	int status;

	if (cmd->p1 & ~(P1_CREATE | P1_DIGEST | P1_PUB_DIGEST))
		return ST_PARSE;
	if (cmd->p2 == TO_TEMPKEY && has(c, F_BUFFERS))
		return to_tempkey(c, cmd);
	if (cmd->p1 & P1_PUB_DIGEST)
		return stored_digest(c, cmd);
	if (cmd->len)
		return ST_PARSE;
	status = may(c, cmd, slot);
	if (status != ST_OK)
		return status;
	if (cmd->p1 & P1_CREATE) {
		if (emu_p256_generate(&c->rng, d) < 0)
			return ST_ECC;
		emu_key_store(c, slot, d);
	} else {
		memcpy(d, slot_data(c, slot) + 4, 32);
	}
	status = emu_p256_public(d, cmd->rsp) == 0 ? ST_OK : ST_ECC;
	emu_wipe(d, sizeof(d));
	if (status != ST_OK)
		return status;
	cmd->rsp_len = 64;
	if (cmd->p1 & P1_DIGEST)
		digest(c, what, cmd->rsp, slot);
	return ST_OK;
}
