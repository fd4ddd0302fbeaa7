// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Read (02): who may see what, and the encrypted read. */
#include "chip.h"

#define P1_ENCRYPTED 0x40
#define P1_BLOCK     0x80

/* SlotConfig IsSecret, EncryptRead: 00 clear, 01 prohibited setting, 10 never, 11 encrypted, 32
 * bytes. */
static int may_read_slot(const struct ecc508a_emu_chip *c, unsigned int slot, bool block32,
			 bool *encrypt)
{
	uint16_t sc = slot_config(c, slot);
	const struct emu_tempkey *tk = &c->sram.tk;

	if (!data_locked(c) || is_private(c, slot))
		return ST_EXEC;
	*encrypt = sc & SC_ENCRYPT_READ;
	if (!(sc & SC_IS_SECRET))
		return *encrypt ? ST_EXEC : ST_OK;
	if (!*encrypt || !block32)
		return ST_EXEC;
	if (!emu_tk_ready(c) || !tk->gendig || tk->source_input || tk->key_id != SC_READ_KEY(sc))
		return ST_EXEC;
	return ST_OK;
}

int emu_cmd_read(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	bool block32 = cmd->p1 & P1_BLOCK, encrypt = false;
	unsigned int zone = cmd->p1 & 3;
	struct emu_range r;
	int status;

	if (cmd->p1 & ~(P1_BLOCK | 3) || zone == 3 || cmd->len)
		return ST_PARSE;
	status = emu_addr_decode(c, cmd, zone, block32, &r);
	if (status != ST_OK)
		return status;
	if (zone == 1) {
		if (!data_locked(c))
			return ST_EXEC;
		if (quirk(c, Q_OTP_WORDS_HIDDEN) && has(c, F_OTP_CONSUMPTION) && cfg(c, 18) &&
		    r.off < EE_OTP + 8)
			return ST_EXEC;
	} else if (zone == 2) {
		status = may_read_slot(c, r.slot, block32, &encrypt);
		if (status != ST_OK)
			return status;
	}
	/* a short last block is padded with zeros, DS508 9.1.4 */
	memcpy(cmd->rsp, c->ee + r.off, r.len);
	cmd->rsp_len = block32 ? 32 : 4;
	if (encrypt)
		for (unsigned int i = 0; i < 32; i++)
			cmd->rsp[i] ^= c->sram.tk.value[i];
	return ST_OK;
}
