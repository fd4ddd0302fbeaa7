// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Lock (17). Nothing here can be undone, in the emulator as little as in the chip. */
#include "chip.h"

#define P1_NO_CRC 0x80

static int lock_zone(struct ecc508a_emu_chip *c, unsigned int at, uint16_t crc,
		     const struct emu_cmd *cmd)
{
	static const uint8_t locked;

	if (!(cmd->p1 & P1_NO_CRC) && cmd->p2 != crc)
		return ST_EXEC;
	emu_ee_write(c, EE_CONFIG + at, &locked, 1);
	return ST_OK;
}

static int lock_slot(struct ecc508a_emu_chip *c, unsigned int slot)
{
	uint16_t bits = cfg16(c, 88);
	uint8_t out[2];

	if (!config_locked(c) || !(key_config(c, slot) & KC_LOCKABLE) || !slot_unlocked(c, slot))
		return ST_EXEC;
	bits &= (uint16_t) ~(1U << slot);
	out[0] = (uint8_t)bits;
	out[1] = (uint8_t)(bits >> 8);
	emu_ee_write(c, EE_CONFIG + 88, out, sizeof(out));
	return ST_OK;
}

int emu_cmd_lock(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	unsigned int what = cmd->p1 & 3, slot = cmd->p1 >> 2 & 15;

	if (what == 3 || cmd->p1 & 0x40 || (what != 2 && slot) || cmd->len)
		return ST_PARSE;
	switch (what) {
	case 0:
		if (config_locked(c))
			return ST_EXEC;
		return lock_zone(c, 87, ecc508a_emu_crc16(c->ee + EE_CONFIG, 128), cmd);
	case 1:
		if (!config_locked(c) || data_locked(c))
			return ST_EXEC;
		return lock_zone(c, 86, emu_data_crc(c), cmd);
	default:
		return lock_slot(c, slot);
	}
}
