// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * May this key be used now? SlotConfig and KeyConfig policies bind only once the data zone is
 * locked (DS508 2.2). Order: authorisation, random nonce, latch, limited use; the count is taken
 * last, when nothing else stands in the way.
 */
#include "chip.h"

int emu_key_use(struct ecc508a_emu_chip *c, unsigned int slot, unsigned int how)
{
	uint16_t kc = key_config(c, slot);

	if (!data_locked(c))
		return ST_OK;
	if (how & USE_AUTH && kc & KC_REQ_AUTH) {
		if (!c->sram.auth_valid || c->sram.auth_key != KC_AUTH_KEY(kc))
			return ST_EXEC;
		/* one authorisation, one use */
		c->sram.auth_valid = false;
	}
	if (how & USE_RANDOM && kc & KC_REQ_RANDOM && (!emu_tk_ready(c) || c->sram.tk.source_input))
		return ST_EXEC;
	if (how & USE_LATCH && kc & KC_LATCH && !c->latch)
		return ST_EXEC;
	if (how & USE_COUNT && slot_config(c, slot) & SC_LIMITED_USE)
		return emu_limited_use(c, slot);
	return ST_OK;
}

/* The 608's IO protection key, ChipOptions b1 and b15:12. */
int emu_io_key(struct ecc508a_emu_chip *c, uint8_t key[32])
{
	uint16_t co = chip_options(c);

	if (!(co & CO_IO_KEY) || is_private(c, CO_IO_SLOT(co)))
		return ST_EXEC;
	memcpy(key, slot_data(c, CO_IO_SLOT(co)), 32);
	return ST_OK;
}
