// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* MAC (08), HMAC (11, 508A) and CheckMac (28): proofs that somebody knows a key in a slot. */
#include "chip.h"

#define P1_BLOCK2_TEMPKEY 0x01
#define P1_BLOCK1_TEMPKEY 0x02
#define P1_SOURCE	  0x04
#define P1_OTP		  0x20
#define P1_SERIAL	  0x40
#define P1_TEMPKEY	  (P1_BLOCK1_TEMPKEY | P1_BLOCK2_TEMPKEY)

/* SN8, SN[4:8] or zeros, SN0 SN1, SN[2:4] or zeros */
static void hash_serial(struct emu_sha256 *s, const struct ecc508a_emu_chip *c, bool serial)
{
	uint8_t m[9] = { cfg(c, 12), 0, 0, 0, 0, cfg(c, 0), cfg(c, 1), 0, 0 };

	if (serial) {
		memcpy(m + 1, c->ee + EE_CONFIG + 8, 4);
		memcpy(m + 7, c->ee + EE_CONFIG + 2, 2);
	}
	emu_sha256_update(s, m, sizeof(m));
}

/* TempKey as mode bits 0 to 2 want it. */
static bool tk_fits(const struct ecc508a_emu_chip *c, uint8_t p1)
{
	return emu_tk_ready(c) && c->sram.tk.source_input == !!(p1 & P1_SOURCE);
}

static int may_use(struct ecc508a_emu_chip *c, unsigned int slot, bool with_tk)
{
	/* ReqRandom asks for a random nonce in the message: a challenge of the host's choice is
	 * none */
	if (data_locked(c) && key_config(c, slot) & KC_REQ_RANDOM && !with_tk)
		return ST_EXEC;
	return emu_key_use(c, slot, USE_ALL);
}

int emu_cmd_mac(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	bool b1_tk = cmd->p1 & P1_BLOCK1_TEMPKEY, b2_tk = cmd->p1 & P1_BLOCK2_TEMPKEY;
	const struct emu_tempkey *tk = &c->sram.tk;
	unsigned int slot = cmd->p2 & 15;
	struct emu_sha256 s;
	int status;

	if (cmd->p1 & ~(P1_TEMPKEY | P1_SOURCE | P1_SERIAL) || cmd->len != (b2_tk ? 0 : 32))
		return ST_PARSE;
	if (!config_locked(c) || ((b1_tk || b2_tk) && (!tk_fits(c, cmd->p1) || tk->nomac)))
		return ST_EXEC;
	if (!b1_tk) {
		if (is_private(c, slot) || slot_config(c, slot) & SC_NO_MAC)
			return ST_EXEC;
		status = may_use(c, slot, b2_tk);
		if (status != ST_OK)
			return status;
	}
	emu_sha256_init(&s);
	emu_sha256_update(&s, b1_tk ? tk->value : slot_data(c, slot), 32);
	emu_sha256_update(&s, b2_tk ? tk->value : cmd->data, 32);
	emu_hash_cmd(&s, cmd);
	emu_hash_zero(&s, 11);
	hash_serial(&s, c, cmd->p1 & P1_SERIAL);
	emu_sha256_final(&s, cmd->rsp);
	cmd->rsp_len = 32;
	emu_wipe(&s, sizeof(s));
	return ST_OK;
}

int emu_cmd_hmac(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	const struct emu_tempkey *tk = &c->sram.tk;
	unsigned int slot = cmd->p2 & 15;
	struct emu_sha256 s;
	int status;

	if (cmd->p1 & ~(P1_SOURCE | P1_SERIAL) || cmd->len)
		return ST_PARSE;
	if (!config_locked(c) || !tk_fits(c, cmd->p1) || tk->nomac || is_private(c, slot) ||
	    slot_config(c, slot) & SC_NO_MAC)
		return ST_EXEC;
	status = may_use(c, slot, true);
	if (status != ST_OK)
		return status;
	emu_hmac_init(&s, slot_data(c, slot), 32);
	emu_hash_zero(&s, 32);
	emu_sha256_update(&s, tk->value, 32);
	emu_hash_cmd(&s, cmd);
	emu_hash_zero(&s, 11);
	hash_serial(&s, c, cmd->p1 & P1_SERIAL);
	emu_hmac_final(&s, slot_data(c, slot), 32, cmd->rsp);
	cmd->rsp_len = 32;
	emu_wipe(&s, sizeof(s));
	return ST_OK;
}

/* The message the client's MAC command hashed, rebuilt from OtherData; DS508 table 9-6. */
static void checkmac_message(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, uint8_t out[32])
{
	const uint8_t *chal = cmd->data, *od = cmd->data + 64, *tk = c->sram.tk.value;
	uint8_t m[88] = { 0 };

	memcpy(m, cmd->p1 & P1_BLOCK1_TEMPKEY ? tk : slot_data(c, cmd->p2 & 15), 32);
	memcpy(m + 32, cmd->p1 & P1_BLOCK2_TEMPKEY ? tk : chal, 32);
	memcpy(m + 64, od, 4);
	if (cmd->p1 & P1_OTP)
		memcpy(m + 68, c->ee + EE_OTP, 8);
	memcpy(m + 76, od + 4, 3);
	m[79] = cfg(c, 12);
	memcpy(m + 80, od + 7, 4);
	m[84] = cfg(c, 0);
	m[85] = cfg(c, 1);
	memcpy(m + 86, od + 11, 2);
	emu_sha256(m, sizeof(m), out);
	emu_wipe(m, sizeof(m));
}

/* Modes 01 and 05: a proven key opens its neighbour, which is copied to TempKey. */
static void copy(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	unsigned int target = (cmd->p2 & 15) | 1;

	if (cmd->p1 != 0x01 && !(cmd->p1 == 0x05 && quirk(c, Q_CHECKMAC_COPY_05)))
		return;
	/* for a private slot bits 3:0 of SlotConfig are not ReadKey, and it is never copied */
	if (is_private(c, target) || SC_READ_KEY(slot_config(c, target)) != 0)
		return;
	emu_tk_set(c, slot_data(c, target), 32, true);
	cmd->keep_tk = true;
}

int emu_cmd_checkmac(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	uint8_t legal = P1_TEMPKEY | P1_SOURCE;
	unsigned int slot = cmd->p2 & 15;
	bool b1_tk = cmd->p1 & P1_BLOCK1_TEMPKEY;
	uint8_t want[32];
	int status;

	if (has(c, F_BUFFERS) && quirk(c, Q_CHECKMAC_OTP))
		legal |= P1_OTP;
	if (cmd->p1 & ~legal || cmd->len != 77)
		return ST_PARSE;
	if (!config_locked(c) || (cmd->p1 & P1_TEMPKEY && !tk_fits(c, cmd->p1)))
		return ST_EXEC;
	if (!b1_tk) {
		if (is_private(c, slot))
			return ST_EXEC;
		status = may_use(c, slot, cmd->p1 & P1_BLOCK2_TEMPKEY);
		if (status != ST_OK)
			return status;
	}
	checkmac_message(c, cmd, want);
	if (!emu_equal(want, cmd->data + 32, 32)) {
		emu_wipe(want, sizeof(want));
		return ST_MISCOMPARE;
	}
	emu_wipe(want, sizeof(want));
	if (b1_tk == quirk(c, Q_CHECKMAC_AUTH_B1)) {
		c->sram.auth_valid = true;
		c->sram.auth_key = (uint8_t)slot;
	}
	copy(c, cmd);
	return ST_OK;
}
