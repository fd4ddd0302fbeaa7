// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* TempKey, and the pieces all hashed messages have in common. */
#include "chip.h"

/* Usable as a value; a private key in TempKey (608 GenKey FFFF) is not. */
bool emu_tk_ready(const struct ecc508a_emu_chip *c)
{
	return c->sram.tk.valid && !c->sram.tk.is_key;
}

void emu_tk_clear(struct ecc508a_emu_chip *c)
{
	emu_wipe(&c->sram.tk, sizeof(c->sram.tk));
	c->sram.tk.sha_pub = -1;
}

/* A new value: KeyID and all flags but SourceFlag are 0. */
void emu_tk_set(struct ecc508a_emu_chip *c, const uint8_t *value, unsigned int len,
		bool source_input)
{
	struct emu_tempkey *tk = &c->sram.tk;

	emu_tk_clear(c);
	memcpy(tk->value, value, len);
	tk->len = (uint8_t)len;
	tk->source_input = source_input;
	tk->valid = true;
}

void emu_hash_sn(struct emu_sha256 *s, const struct ecc508a_emu_chip *c)
{
	uint8_t sn[3] = { cfg(c, 12), cfg(c, 0), cfg(c, 1) };

	emu_sha256_update(s, sn, sizeof(sn));
}

void emu_hash_zero(struct emu_sha256 *s, unsigned int n)
{
	static const uint8_t zero[64];

	emu_sha256_update(s, zero, n);
}

void emu_hash_cmd(struct emu_sha256 *s, const struct emu_cmd *cmd)
{
	uint8_t head[4] = { cmd->opcode, cmd->p1, (uint8_t)cmd->p2, (uint8_t)(cmd->p2 >> 8) };

	emu_sha256_update(s, head, sizeof(head));
}
