// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The chip's end of the wire: word addresses, the command buffer, the output buffer
 * (DS508 6.2, 6.5, 6.6). One buffer pair, one read pointer that goes on from transfer to transfer
 * until word address 0 resets it.
 */
#include "chip.h"

enum {
	WORD_RESET = 0x00,
	WORD_SLEEP = 0x01,
	WORD_IDLE = 0x02,
	WORD_COMMAND = 0x03
};

/* Bytes the group in the input buffer needs, or 0 when its count is outside 4..155. */
static unsigned int group_len(const struct ecc508a_emu_chip *c)
{
	return c->in[0] >= 4 && c->in[0] <= CMD_MAX ? c->in[0] : 0;
}

static bool partial(const struct ecc508a_emu_chip *c)
{
	return c->in_len > 0;
}

bool emu_link_start(struct ecc508a_emu_chip *c, uint8_t addr, bool read)
{
	c->addressed = false;
	/* sleep and idle take effect only when the STOP follows at once */
	c->n_write = 0;
	if (c->power != ECC508A_EMU_AWAKE || addr != c->addr || addr == 0)
		return false;
	if (read && partial(c) && !quirk(c, Q_PARTIAL_READ))
		return false;
	c->addressed = true;
	return true;
}

static bool command_byte(struct ecc508a_emu_chip *c, uint8_t byte)
{
	unsigned int need;

	if (c->in_len == 0) {
		/* one memory: a new group overwrites the old result */
		c->out_len = 0;
		c->out_pos = 0;
		c->in[0] = byte;
		c->in_len = 1;
		c->touched = true;
		return true;
	}
	need = group_len(c);
	if (c->in_len >= (need ? need : CMD_MAX))
		return quirk(c, Q_EXTRA_BYTES_ACKED);
	c->in[c->in_len++] = byte;
	c->touched = true;
	return true;
}

bool emu_link_write(struct ecc508a_emu_chip *c, uint8_t byte)
{
	/* the watchdog can strike between two bytes */
	if (c->power != ECC508A_EMU_AWAKE)
		return false;
	if (c->n_write++ > 0)
		return c->word == WORD_COMMAND ? command_byte(c, byte) : true;
	c->word = byte;
	switch (byte) {
	case WORD_RESET:
		c->in_len = 0;
		c->out_pos = 0;
		return true;
	case WORD_SLEEP:
	case WORD_IDLE:
		return true;
	case WORD_COMMAND:
		if (!quirk(c, Q_SPLIT_GROUP))
			c->in_len = 0;
		return true;
	default:
		return !quirk(c, Q_RESERVED_WORD_ADDR);
	}
}

uint8_t emu_link_read(struct ecc508a_emu_chip *c, bool *driven)
{
	if (c->power != ECC508A_EMU_AWAKE || c->out_pos >= c->out_len)
		return 0xff;
	*driven = true;
	return c->out[c->out_pos++];
}

void emu_link_stop(struct ecc508a_emu_chip *c)
{
	unsigned int n = c->n_write;
	bool touched = c->touched, addressed = c->addressed;

	c->addressed = false;
	c->touched = false;
	c->n_write = 0;
	if (c->power != ECC508A_EMU_AWAKE)
		return;
	if (addressed && n == 1 && c->word == WORD_SLEEP) {
		emu_power_sleep(c, c->bus->t, false);
	} else if (addressed && n == 1 && c->word == WORD_IDLE) {
		emu_power_idle(c, c->bus->t);
	} else if (touched) {
		unsigned int need = group_len(c);

		if (!need || c->in_len >= need)
			emu_exec(c, c->bus->t);
		else if (!quirk(c, Q_SPLIT_GROUP))
			c->in_len = 0;
	}
}

void emu_link_flush(struct ecc508a_emu_chip *c)
{
	emu_wipe(c->in, sizeof(c->in));
	emu_wipe(c->out, sizeof(c->out));
	c->in_len = 0;
	c->out_len = 0;
	c->out_pos = 0;
	c->out_opcode = 0;
	c->touched = false;
}

/* Puts a response group into the output buffer. */
void emu_link_answer(struct ecc508a_emu_chip *c, const uint8_t *payload, unsigned int len)
{
	uint16_t crc;

	c->out[0] = (uint8_t)(len + 3);
	memcpy(c->out + 1, payload, len);
	crc = ecc508a_emu_crc16(c->out, len + 1);
	c->out[len + 1] = (uint8_t)crc;
	c->out[len + 2] = (uint8_t)(crc >> 8);
	c->out_len = len + 3;
	c->out_pos = 0;
}

uint16_t ecc508a_emu_crc16(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint16_t crc = 0;

	/* x^16 + x^15 + x^2 + 1; bits enter least significant first, the register shifts left */
	for (size_t i = 0; i < len; i++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			unsigned int in = p[i] >> bit & 1;

			if (crc >> 15 != in)
				crc = (uint16_t)(crc << 1 ^ 0x8005);
			else
				crc = (uint16_t)(crc << 1);
		}
	return crc;
}
