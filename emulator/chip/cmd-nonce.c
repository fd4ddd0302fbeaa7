// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Random (1B) and Nonce (16). */
#include "chip.h"

#define P1_NO_SEED 0x01
#define P1_64	   0x20
#define P1_MSGDIG  0x40
#define P1_ALTKEY  0x80
#define P2_CALC	   0x8000 /* hash TempKey instead of a random number */

/* Before the configuration is locked the generator only says FF FF 00 00. */
static void draw(struct ecc508a_emu_chip *c, bool update_seed, uint8_t out[32])
{
	static const uint8_t fake[4] = { 0xff, 0xff, 0x00, 0x00 };

	if (!config_locked(c)) {
		for (unsigned int i = 0; i < 32; i++)
			out[i] = fake[i % 4];
		return;
	}
	emu_rng_bytes(&c->rng, out, 32);
	c->sram.seed_sram = true;
	if (update_seed)
		c->sram.seed_ee = true;
}

int emu_cmd_random(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	if (cmd->p1 > 1 || cmd->p2 || cmd->len)
		return ST_PARSE;
	draw(c, !(cmd->p1 & P1_NO_SEED), cmd->rsp);
	cmd->rsp_len = 32;
	return ST_OK;
}

static int nonce_random(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	struct emu_tempkey *tk = &c->sram.tk;
	uint8_t tail[3] = { cmd->opcode, cmd->p1, (uint8_t)cmd->p2 };
	uint8_t value[32];
	struct emu_sha256 s;

	if (cmd->len != 20 || cmd->p2 & ~P2_CALC)
		return ST_PARSE;
	emu_sha256_init(&s);
	if (cmd->p2 & P2_CALC) {
		if (!emu_tk_ready(c))
			return ST_EXEC;
		emu_sha256_update(&s, tk->value, 32);
	} else {
		draw(c, !(cmd->p1 & P1_NO_SEED), cmd->rsp);
		emu_sha256_update(&s, cmd->rsp, 32);
	}
	emu_sha256_update(&s, cmd->data, 20);
	emu_sha256_update(&s, tail, sizeof(tail));
	emu_sha256_final(&s, value);
	if (cmd->p2 & P2_CALC) {
		/* flags stay as they are, and the host gets to see the result */
		memcpy(tk->value, value, 32);
		tk->len = 32;
		tk->sha_pub = -1;
		memcpy(cmd->rsp, value, 32);
	} else {
		emu_tk_set(c, value, 32, false);
	}
	cmd->rsp_len = 32;
	emu_wipe(value, sizeof(value));
	return ST_OK;
}

static int nonce_pass(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	unsigned int target = cmd->p1 & 0xc0, len = cmd->p1 & P1_64 ? 64 : 32;

	if (cmd->p1 != 3 && !has(c, F_BUFFERS))
		return ST_PARSE;
	if (target == 0xc0 || (target == P1_ALTKEY && len == 64) || cmd->len != len || cmd->p2)
		return ST_PARSE;
	if (target == 0) {
		emu_tk_set(c, cmd->data, len, true);
		return ST_OK;
	}
	if (target == P1_MSGDIG) {
		memcpy(c->sram.msgdig, cmd->data, len);
		c->sram.msgdig_len = (uint8_t)len;
	} else {
		memcpy(c->sram.altkey, cmd->data, 32);
		c->sram.altkey_len = 32;
	}
	if (quirk(c, Q_BUFFER_NONCE_CLEARS_TK))
		emu_tk_clear(c);
	return ST_OK;
}

int emu_cmd_nonce(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	switch (cmd->p1 & 3) {
	case 0:
	case 1:
		if (cmd->p1 & ~1)
			return ST_PARSE;
		return nonce_random(c, cmd);
	case 3:
		if (cmd->p1 & 0x1c)
			return ST_PARSE;
		return nonce_pass(c, cmd);
	default:
		return ST_PARSE;
	}
}
