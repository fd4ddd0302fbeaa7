// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Verify (45): with a stored key, with a key from outside, and to change the validity of a stored
 * key.
 */
#include "chip.h"

enum {
	STORED = 0,
	VALIDATE_EXTERNAL = 1,
	EXTERNAL = 2,
	VALIDATE = 3,
	INVALIDATE = 7
};
#define P1_MODE	  0x07
#define P1_MSGDIG 0x20
#define P1_MAC	  0x80

struct verify {
	uint8_t hash[32], xy[64];
	const uint8_t *rs;
	unsigned int slot; /* whose state a success changes */
};

/* A public key in a slot that a signature may be checked with. */
static int stored_key(struct ecc508a_emu_chip *c, unsigned int slot, uint8_t xy[64])
{
	if (!config_locked(c) || !emu_pub_get(c, slot, xy))
		return ST_EXEC;
	if (data_locked(c) && key_config(c, slot) & KC_PUB_INFO && !emu_pub_is_valid(c, slot))
		return ST_EXEC;
	return ST_OK;
}

/* The parent of a slot to be validated is named by its ReadKey. */
static int parent_key(struct ecc508a_emu_chip *c, unsigned int slot, uint8_t xy[64])
{
	unsigned int parent = SC_READ_KEY(slot_config(c, slot));
	int status;

	if (!config_locked(c) || !is_public(c, slot) || !(key_config(c, slot) & KC_PUB_INFO) ||
	    !emu_pub_get(c, parent, xy))
		return ST_EXEC;
	if (quirk(c, Q_PARENT_MUST_BE_VALID)) {
		status = stored_key(c, parent, xy);
		if (status != ST_OK)
			return status;
	}
	return emu_key_use(c, parent, USE_AUTH | USE_RANDOM | USE_LATCH | USE_COUNT);
}

static uint8_t x509_format(const struct ecc508a_emu_chip *c, unsigned int slot)
{
	return cfg(c, 92 + KC_X509(key_config(c, slot)));
}

/* TempKey must be SHA(Public) of a message of the length X509format says, over this very slot. */
static int setup_x509(struct ecc508a_emu_chip *c, struct verify *v)
{
	const struct emu_tempkey *tk = &c->sram.tk;
	uint8_t format = x509_format(c, v->slot);

	if (!format || tk->sha_pub != (int)v->slot || tk->sha_blocks != format >> 4)
		return ST_EXEC;
	return parent_key(c, v->slot, v->xy);
}

/* TempKey must be GenKey's digest of this slot; the message is that of an internal Sign. */
static int setup_validate(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, struct verify *v)
{
	const struct emu_tempkey *tk = &c->sram.tk;
	const uint8_t *od = cmd->data + 64;
	uint8_t m[55];

	if (v->slot < 8 || !tk->genkey || tk->key_id != v->slot || x509_format(c, v->slot))
		return ST_EXEC;
	if ((od[17] & 1) != (cmd->p1 >> 2 & 1))
		return ST_EXEC;
	memcpy(m, tk->value, 32);
	m[32] = 0x41;
	memcpy(m + 33, od, 10);
	m[43] = cfg(c, 12);
	memcpy(m + 44, od + 10, 4);
	m[48] = cfg(c, 0);
	m[49] = cfg(c, 1);
	memcpy(m + 50, od + 14, 5);
	emu_sha256(m, sizeof(m), v->hash);
	return parent_key(c, v->slot, v->xy);
}

static int setup(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, struct verify *v)
{
	int status;

	switch (cmd->p1 & P1_MODE) {
	case STORED:
		status = stored_key(c, v->slot, v->xy);
		if (status != ST_OK)
			return status;
		return emu_key_use(c, v->slot, USE_AUTH | USE_RANDOM | USE_LATCH | USE_COUNT);
	case EXTERNAL:
		memcpy(v->xy, cmd->data + 64, 64);
		return ST_OK;
	case VALIDATE_EXTERNAL:
		return setup_x509(c, v);
	default:
		return setup_validate(c, cmd, v);
	}
}

static int parse(const struct ecc508a_emu_chip *c, const struct emu_cmd *cmd)
{
	unsigned int mode = cmd->p1 & P1_MODE, len;

	switch (mode) {
	case STORED:
	case VALIDATE_EXTERNAL:
		len = 64;
		break;
	case EXTERNAL:
		len = 128;
		if (cmd->p2 != KC_TYPE_P256)
			return ST_PARSE;
		break;
	case VALIDATE:
	case INVALIDATE:
		len = 83;
		break;
	default:
		return ST_PARSE;
	}
	if (cmd->len != len || cmd->p1 & 0x58)
		return ST_PARSE;
	if (cmd->p1 & (P1_MSGDIG | P1_MAC) &&
	    (!has(c, F_BUFFERS) || (mode != STORED && mode != EXTERNAL)))
		return ST_PARSE;
	return ST_OK;
}

/* 608: the answer itself is authenticated with the IO protection key. */
static int answer_mac(struct ecc508a_emu_chip *c, struct emu_cmd *cmd, const struct verify *v)
{
	const uint8_t *nonce = c->sram.msgdig + (cmd->p1 & P1_MSGDIG ? 32 : 0);
	struct emu_sha256 s;
	uint8_t key[32];
	int status = emu_io_key(c, key);

	if (status != ST_OK)
		return status;
	emu_sha256_init(&s);
	emu_sha256_update(&s, key, 32);
	emu_sha256_update(&s, v->hash, 32);
	emu_sha256_update(&s, nonce, 32);
	emu_sha256_update(&s, v->rs, 64);
	emu_hash_cmd(&s, cmd);
	emu_sha256_final(&s, cmd->rsp);
	cmd->rsp_len = 32;
	emu_wipe(key, sizeof(key));
	emu_wipe(&s, sizeof(s));
	return ST_OK;
}

static bool mac_possible(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd)
{
	uint8_t key[32];
	bool ok = emu_io_key(c, key) == ST_OK &&
		  c->sram.msgdig_len >= (cmd->p1 & P1_MSGDIG ? 64 : 32);

	emu_wipe(key, sizeof(key));
	return ok;
}

int emu_cmd_verify(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	bool msgdig = cmd->p1 & P1_MSGDIG;
	unsigned int mode = cmd->p1 & P1_MODE;
	struct verify v = { .rs = cmd->data, .slot = cmd->p2 & 15 };
	int status = parse(c, cmd);

	if (status != ST_OK)
		return status;
	cmd->keep_tk = msgdig;
	if (msgdig ? !c->sram.msgdig_len : !emu_tk_ready(c))
		return ST_EXEC;
	if (cmd->p1 & P1_MAC && !mac_possible(c, cmd))
		return ST_EXEC;
	memcpy(v.hash, msgdig ? c->sram.msgdig : c->sram.tk.value, 32);
	status = setup(c, cmd, &v);
	if (status != ST_OK)
		return status;
	if (!emu_p256_point_ok(v.xy))
		return quirk(c, Q_ECC_BAD_POINT);
	if (!emu_p256_verify(v.xy, v.hash, v.rs))
		return ST_MISCOMPARE;
	if (mode == STORED) {
		c->sram.auth_valid = true;
		c->sram.auth_key = (uint8_t)v.slot;
	} else if (mode != EXTERNAL) {
		/* the nibble changes whatever the locks say */
		emu_pub_set_valid(c, v.slot, mode != INVALIDATE);
	}
	return cmd->p1 & P1_MAC ? answer_mac(c, cmd, &v) : ST_OK;
}
