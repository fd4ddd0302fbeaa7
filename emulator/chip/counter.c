// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The two counters, and what limits the use of a key.
 *
 * Stored form, big endian: two unary halves of 16 bits that take turns every 16 counts, and for
 * each the number of times it has been used up (cryptoauthlib calib_write_config_counter). Two
 * words are written for a count that carries: the binary word first, so that a power cut in between
 * makes the count jump ahead (DS508 9.3 allows that) and never fall back.
 */
#include "chip.h"

#define COUNTER_MAX 2097151U

static unsigned int ones_gone(uint16_t half)
{
	unsigned int n = 0;

	for (int bit = 15; bit >= 0; bit--)
		n += !(half >> bit & 1);
	return n;
}

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t emu_counter_get(const struct ecc508a_emu_chip *c, unsigned int n)
{
	const uint8_t *p = c->ee + EE_CONFIG + 52 + 8 * n;
	unsigned int a = ones_gone(be16(p)), b = ones_gone(be16(p + 2));
	uint32_t na = 32U * be16(p + 4) + a, nb = 32U * be16(p + 6) + b + 16;

	/* the second half has not begun as long as the first has bits left in its first round */
	if (be16(p + 6) == 0 && b == 0 && a < 16)
		return na;
	return na > nb ? na : nb;
}

static uint16_t unary(uint32_t n)
{
	return n % 32 >= 16 ? 0 : (uint16_t)(0xffff >> n % 32);
}

static void encode(uint32_t n, uint8_t p[8])
{
	uint16_t half[4] = { unary(n), 0xffff, (uint16_t)(n / 32), 0 };

	if (n >= 16) {
		half[1] = unary(n - 16);
		half[3] = (uint16_t)((n - 16) / 32);
	}
	for (int i = 0; i < 4; i++) {
		p[2 * i] = (uint8_t)(half[i] >> 8);
		p[2 * i + 1] = (uint8_t)half[i];
	}
}

int emu_counter_step(struct ecc508a_emu_chip *c, unsigned int n)
{
	unsigned int off = EE_CONFIG + 52 + 8 * n;
	uint32_t count = emu_counter_get(c, n);
	uint8_t form[8];

	if (count >= COUNTER_MAX)
		return ST_EXEC;
	encode(count + 1, form);
	if (memcmp(c->ee + off + 4, form + 4, 4) != 0)
		emu_ee_write(c, off + 4, form + 4, 4);
	emu_ee_write(c, off, form, 4);
	return ST_OK;
}

/* 508A slot 15: clear the first bit that is still set in bytes 68..83, from bit 7 down. */
static int last_key_use(struct ecc508a_emu_chip *c)
{
	for (unsigned int i = 68; i < 84; i++) {
		uint8_t byte = cfg(c, i);

		if (!byte)
			continue;
		for (int bit = 7; bit >= 0; bit--)
			if (byte >> bit & 1) {
				byte &= (uint8_t) ~(1 << bit);
				break;
			}
		emu_ee_write(c, EE_CONFIG + i, &byte, 1);
		return ST_OK;
	}
	return ST_EXEC;
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* One use of a LimitedUse key. */
int emu_limited_use(struct ecc508a_emu_chip *c, unsigned int slot)
{
	if (slot == 15 && has(c, F_LAST_KEY_USE))
		return last_key_use(c);
	/* 608 CountMatch, byte 18: the limit is stored twice in the first 8 bytes of a slot */
	if (has(c, F_COUNT_MATCH) && cfg(c, 18) & 0x01) {
		const uint8_t *p = slot_data(c, cfg(c, 18) >> 4);

		if (le32(p) == le32(p + 4) && emu_counter_get(c, 0) >= le32(p))
			return ST_EXEC;
	}
	return emu_counter_step(c, 0);
}

/* Counter, opcode 24: P1 0 read, 1 increment; P2 which. */
int emu_cmd_counter(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	uint32_t n;

	if (cmd->p1 > 1 || cmd->p2 > 1 || cmd->len)
		return ST_PARSE;
	if (!config_locked(c) && !quirk(c, Q_COUNTER_BEFORE_LOCK))
		return ST_EXEC;
	if (cmd->p1 == 1 && emu_counter_step(c, cmd->p2) != ST_OK)
		return ST_EXEC;
	n = emu_counter_get(c, cmd->p2);
	for (int i = 0; i < 4; i++)
		cmd->rsp[i] = (uint8_t)(n >> (8 * i));
	cmd->rsp_len = 4;
	return ST_OK;
}
