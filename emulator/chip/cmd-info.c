// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Info (30), UpdateExtra (20), Pause (01) and SelfTest (77): commands about the chip itself. */
#include "chip.h"

enum {
	INFO_REVISION,
	INFO_KEY_VALID,
	INFO_STATE,
	INFO_GPIO,
	INFO_LATCH
};

static bool slot_holds_key(const struct ecc508a_emu_chip *c, unsigned int slot)
{
	if (is_private(c, slot))
		return key_valid(c, slot);
	return emu_pub_is_valid(c, slot);
}

static int info_latch(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd)
{
	uint8_t permission = cfg(c, 69);

	if (cmd->p2 != 0 && cmd->p2 != 2 && cmd->p2 != 3)
		return ST_PARSE;
	if (cmd->p2) {
		/* needs the CheckMac of the VolatileKeyPermission slot */
		if (!(permission & 0x80) || !c->sram.auth_valid ||
		    c->sram.auth_key != (permission & 0x0f))
			return ST_EXEC;
		c->latch = cmd->p2 == 3;
	}
	return ST_OK;
}

int emu_cmd_info(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	const struct emu_sram *s = &c->sram;
	uint8_t *out = cmd->rsp;
	int status;

	if (cmd->len)
		return ST_PARSE;
	switch (cmd->p1) {
	case INFO_REVISION:
		memcpy(out, c->ee + EE_CONFIG + 4, 4);
		break;
	case INFO_KEY_VALID:
		if (cmd->p2 > 15)
			return ST_PARSE;
		out[quirk(c, Q_KEYVALID_LAST_BYTE) ? 3 : 0] = slot_holds_key(c, cmd->p2);
		break;
	case INFO_STATE:
		out[0] = (uint8_t)(s->tk.nomac << 7 | s->tk.genkey << 6 | s->tk.gendig << 5 |
				   s->tk.source_input << 4 | s->tk.key_id);
		out[1] = (uint8_t)(s->tk.valid << 7 | s->auth_key << 3 | s->auth_valid << 2 |
				   s->seed_ee);
		if (has(c, F_SEED_BIT))
			out[1] |= (uint8_t)(s->seed_sram << 1);
		break;
	case INFO_GPIO:
		/* legal on single-wire parts only, and those cannot be asked over I2C */
		return ST_EXEC;
	case INFO_LATCH:
		if (!has(c, F_LATCH))
			return ST_PARSE;
		status = info_latch(c, cmd);
		if (status != ST_OK)
			return status;
		out[0] = c->latch;
		break;
	default:
		return ST_PARSE;
	}
	cmd->rsp_len = 4;
	return ST_OK;
}

static int extra_byte(struct ecc508a_emu_chip *c, unsigned int which, uint8_t value)
{
	unsigned int at = 84 + which;
	bool zero_only = true;

	if (!config_locked(c) && !quirk(c, Q_EXTRA_BEFORE_LOCK))
		return ST_EXEC;
	if (which == 1 && has(c, F_SELECTOR)) {
		/* ChipMode b0, SelectorMode */
		zero_only = cfg(c, 19) & 0x01;
		if (zero_only && quirk(c, Q_SELECTOR_NONZERO)) {
			if (!cfg(c, at))
				return ST_EXEC;
			zero_only = false;
		}
	}
	if (zero_only && cfg(c, at))
		return ST_EXEC;
	emu_ee_write(c, EE_CONFIG + at, &value, 1);
	return ST_OK;
}

int emu_cmd_updateextra(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	unsigned int slot = cmd->p2 & 15;

	if (cmd->p1 > 3 || cmd->len)
		return ST_PARSE;
	if (cmd->p1 & 0x02) {
		if (!has(c, F_SELECTOR) && !quirk(c, Q_608_EXTRA_COUNT))
			return ST_PARSE;
		if (!config_locked(c))
			return ST_EXEC;
		/* silently fine for a slot without a limit */
		if (!(slot_config(c, slot) & SC_LIMITED_USE))
			return ST_OK;
		return emu_limited_use(c, slot);
	}
	if (cmd->p2 > 0xff)
		return ST_PARSE;
	return extra_byte(c, cmd->p1, (uint8_t)cmd->p2);
}

/* All but the chip whose Selector is named go idle, without a word. */
int emu_cmd_pause(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	if (cmd->p2 || cmd->len)
		return ST_PARSE;
	if (cmd->p1 != cfg(c, 85))
		cmd->silent = true;
	return ST_OK;
}

int emu_cmd_selftest(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	uint8_t legal = 0x3f, run = cmd->p1;
	uint8_t ecdsa = (uint8_t)quirk(c, Q_SELFTEST_ECDSA_BIT);

	/* b0 RNG, b2 (or b1, see the quirk) ECDSA, b3 ECDH, b4 AES, b5 SHA */
	legal &= (uint8_t) ~(0x06 & ~ecdsa);
	if (run & ~legal || cmd->p2 || cmd->len)
		return ST_PARSE;
	/* the tests themselves are injected: units in c->broken fail, all others pass */
	if (run) {
		uint8_t broken = c->broken;

		if (broken & 0x06)
			broken |= ecdsa;
		c->failed = (uint8_t)((c->failed & ~run) | (broken & run));
	}
	cmd->rsp[0] = c->failed;
	cmd->rsp_len = 1;
	return ST_OK;
}
