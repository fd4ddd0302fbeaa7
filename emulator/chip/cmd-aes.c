// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* AES (51), 608: one block of AES-128, or one multiplication for GCM. */
#include "chip.h"

enum {
	ENCRYPT = 0,
	DECRYPT = 1,
	GFM = 3
};
#define FROM_TEMPKEY 0xffff

static int block_key(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, uint8_t key[16])
{
	unsigned int slot = cmd->p2 & 15, at = 16U * (cmd->p1 >> 6);
	const struct emu_tempkey *tk = &c->sram.tk;
	int status;

	if (cmd->p2 == FROM_TEMPKEY) {
		if (!emu_tk_ready(c) || at + 16 > tk->len)
			return ST_EXEC;
		memcpy(key, tk->value + at, 16);
		return ST_OK;
	}
	/* a slot of another kind is a parse error: seen on a 608A, cryptoauthlib issue 56 */
	if (KC_TYPE(key_config(c, slot)) != KC_TYPE_AES || is_private(c, slot))
		return ST_PARSE;
	if (at + 16 > emu_slot_size[slot])
		return ST_EXEC;
	status = emu_key_use(c, slot, USE_AUTH | USE_LATCH | USE_COUNT);
	if (status == ST_OK)
		memcpy(key, slot_data(c, slot) + at, 16);
	return status;
}

int emu_cmd_aes(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	unsigned int mode = cmd->p1 & 7;
	uint8_t key[16];
	int status;

	cmd->keep_tk = !quirk(c, Q_608_AES_CLEARS_TK);
	if (!(cfg(c, 13) & 0x01) || cmd->p1 & 0x38)
		return ST_PARSE;
	if (mode == GFM) {
		if (cmd->p1 != GFM || cmd->len != 32)
			return ST_PARSE;
		emu_gfm(cmd->data, cmd->data + 16, cmd->rsp);
		cmd->rsp_len = 16;
		return ST_OK;
	}
	if (mode != ENCRYPT && mode != DECRYPT)
		return ST_PARSE;
	if (cmd->len != 16)
		return ST_PARSE;
	if (!config_locked(c))
		return ST_EXEC;
	status = block_key(c, cmd, key);
	if (status != ST_OK)
		return status;
	status = emu_aes128(key, mode == ENCRYPT, cmd->data, cmd->rsp) == 0 ? ST_OK : ST_EXEC;
	cmd->rsp_len = 16;
	emu_wipe(key, sizeof(key));
	return status;
}
