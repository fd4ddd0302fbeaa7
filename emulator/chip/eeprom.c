// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * EEPROM. It is programmed in words of four bytes; a word is the smallest thing that happens or
 * does not. A command that changes several words chooses their order so that every prefix is a
 * state the chip can live with: a key is invalidated before it is overwritten and validated last, a
 * public key's validity nibble goes first, a counter never runs backwards.
 *
 * Words are stored when the command executes and remembered until its execution time is over.
 * Programming is taken to happen in the second half of that time, evenly; a power loss undoes what
 * was yet to come.
 */
#include "chip.h"

void emu_ee_begin(struct ecc508a_emu_chip *c)
{
	c->n_undo = 0;
	c->ee_cut = false;
}

void emu_ee_write(struct ecc508a_emu_chip *c, unsigned int off, const void *buf, unsigned int len)
{
	const uint8_t *p = buf;

	while (len && !c->ee_cut) {
		unsigned int word = off / 4, skip = off % 4;
		unsigned int n = 4 - skip < len ? 4 - skip : len;

		if (c->ee_hook && c->ee_hook(c->ee_hook_ctx, word)) {
			/* the voltage is gone: nothing after this reaches the cells */
			c->ee_cut = true;
			break;
		}
		if (c->n_undo < EE_UNDO) {
			c->undo[c->n_undo].word = (uint16_t)word;
			memcpy(c->undo[c->n_undo].old, c->ee + 4 * word, 4);
			c->n_undo++;
		}
		memcpy(c->ee + off, p, n);
		c->ee_writes++;
		c->ee_dirty = true;
		off += n;
		p += n;
		len -= n;
	}
}

/* Execution ends early at @t: words not programmed by then never were. */
void emu_ee_interrupted(struct ecc508a_emu_chip *c, uint64_t t)
{
	uint64_t dur = c->t_done == NEVER ? 0 : c->t_done - c->t_start;
	unsigned int n = c->n_undo;

	if (!n || !dur || c->ee_cut)
		goto out;
	while (n) {
		uint64_t done = c->t_start + dur / 2 + dur / 2 * n / c->n_undo;

		if (done <= t)
			break;
		n--;
		memcpy(c->ee + 4 * c->undo[n].word, c->undo[n].old, 4);
		c->ee_dirty = true;
	}
	if (c->ee_dirty)
		emu_state_store(c);
out:
	c->n_undo = 0;
}

static void set_key_valid(struct ecc508a_emu_chip *c, unsigned int slot, bool valid)
{
	uint8_t bits[2] = { c->ee[EE_VALID], c->ee[EE_VALID + 1] };

	if (valid)
		bits[slot / 8] |= (uint8_t)(1 << slot % 8);
	else
		bits[slot / 8] &= (uint8_t) ~(1 << slot % 8);
	emu_ee_write(c, EE_VALID, bits, sizeof(bits));
}

void emu_key_store(struct ecc508a_emu_chip *c, unsigned int slot, const uint8_t d[32])
{
	uint8_t value[36] = { 0 };

	memcpy(value + 4, d, 32);
	set_key_valid(c, slot, false);
	emu_ee_write(c, emu_slot_off(slot), value, sizeof(value));
	set_key_valid(c, slot, true);
	emu_wipe(value, sizeof(value));
}

void ecc508a_emu_chip_set_eeprom_hook(struct ecc508a_emu_chip *chip,
				      bool (*hook)(void *ctx, unsigned int word), void *ctx)
{
	chip->ee_hook = hook;
	chip->ee_hook_ctx = ctx;
}
