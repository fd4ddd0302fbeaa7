// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Sign (41): of a digest from outside, or of a message the chip makes about its own state. */
#include "chip.h"

#define P1_INVALIDATE 0x01
#define P1_MSGDIG     0x20
#define P1_SERIAL     0x40
#define P1_EXTERNAL   0x80

/* The 55 bytes of an internal signature, DS508 table 9-42. */
static void internal_digest(const struct ecc508a_emu_chip *c, const struct emu_cmd *cmd,
			    uint8_t out[32])
{
	const struct emu_tempkey *tk = &c->sram.tk;
	unsigned int of = tk->key_id;
	uint8_t m[55] = { 0 };

	memcpy(m, tk->value, 32);
	m[32] = cmd->opcode;
	m[33] = cmd->p1;
	m[34] = (uint8_t)cmd->p2;
	m[35] = (uint8_t)(cmd->p2 >> 8);
	m[36] = cfg(c, 20 + 2 * of);
	m[37] = cfg(c, 21 + 2 * of);
	m[38] = cfg(c, 96 + 2 * of);
	m[39] = cfg(c, 97 + 2 * of);
	m[40] = (uint8_t)(tk->nomac << 7 | tk->genkey << 6 | tk->gendig << 5 |
			  tk->source_input << 4 | of);
	m[43] = cfg(c, 12);
	m[48] = cfg(c, 0);
	m[49] = cfg(c, 1);
	if (cmd->p1 & P1_SERIAL) {
		memcpy(m + 44, c->ee + EE_CONFIG + 8, 4);
		memcpy(m + 50, c->ee + EE_CONFIG + 2, 2);
	}
	m[52] = slot_unlocked(c, of);
	m[53] = emu_pub_is_valid(c, of);
	emu_sha256(m, sizeof(m), out);
	emu_wipe(m, sizeof(m));
}

int emu_cmd_sign(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	bool external = cmd->p1 & P1_EXTERNAL, msgdig = cmd->p1 & P1_MSGDIG;
	unsigned int slot = cmd->p2 & 15;
	uint16_t sc = slot_config(c, slot), kc = key_config(c, slot);
	const struct emu_tempkey *tk = &c->sram.tk;
	uint8_t hash[32];
	int status;

	if (cmd->p1 & 0x1e || cmd->len || (msgdig && (!has(c, F_BUFFERS) || !external)))
		return ST_PARSE;
	cmd->keep_tk = msgdig;
	if (!config_locked(c) || !(kc & KC_PRIVATE) || KC_TYPE(kc) != KC_TYPE_P256 ||
	    !(sc & SC_IS_SECRET))
		return ST_EXEC;
	if (!key_valid(c, slot))
		return quirk(c, Q_PUBLIC_OF_EMPTY);
	if (external) {
		if (data_locked(c) && !(sc & SC_EXT_SIGN))
			return ST_EXEC;
		if (msgdig ? !c->sram.msgdig_len : !emu_tk_ready(c))
			return ST_EXEC;
		memcpy(hash, msgdig ? c->sram.msgdig : tk->value, 32);
	} else {
		if (!data_locked(c) || !(sc & SC_INT_SIGN) || !emu_tk_ready(c) ||
		    !(tk->gendig || tk->genkey))
			return ST_EXEC;
		internal_digest(c, cmd, hash);
	}
	status = emu_key_use(c, slot, USE_AUTH | USE_LATCH | USE_COUNT);
	if (status != ST_OK)
		return status;
	if (emu_p256_sign(&c->rng, slot_data(c, slot) + 4, hash, cmd->rsp) < 0)
		return ST_ECC;
	cmd->rsp_len = 64;
	return ST_OK;
}
