// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Zones, slots and addresses (DS508 2.1, table 9-2), and public keys as they are stored in slots. */
#include "chip.h"

const uint16_t emu_slot_size[NSLOTS] = { 36,  36, 36, 36, 36, 36, 36, 36,
					 416, 72, 72, 72, 72, 72, 72, 72 };

unsigned int emu_slot_off(unsigned int slot)
{
	if (slot <= 8)
		return EE_DATA + 36 * slot;
	return EE_DATA + 8 * 36 + 416 + 72 * (slot - 9);
}

static int in_zone(const struct ecc508a_emu_chip *c, struct emu_range *r, unsigned int start,
		   unsigned int size, bool block32, int past)
{
	unsigned int at = 32 * r->block + (block32 ? 0 : 4 * r->word);

	if (at >= size)
		return past;
	r->off = start + at;
	r->len = block32 ? 32 : 4;
	if (r->len > size - at)
		r->len = size - at;
	return ST_OK;
}

/*
 * Param2 of Read and Write. The word is ignored for 32 bytes. Bits that mean nothing in the zone
 * are a parse error; a block past the end of its slot is legal as such and refused for what the
 * slot is.
 */
int emu_addr_decode(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, unsigned int zone,
		    bool block32, struct emu_range *r)
{
	uint16_t a = cmd->p2;

	memset(r, 0, sizeof(*r));
	r->zone = zone;
	r->word = a & 7;
	switch (zone) {
	case 0:
		r->block = a >> 3;
		return in_zone(c, r, EE_CONFIG, 128, block32, ST_PARSE);
	case 1:
		r->block = a >> 3;
		return in_zone(c, r, EE_OTP, 64, block32, ST_PARSE);
	case 2:
		if (a & 0xf080)
			return ST_PARSE;
		r->slot = a >> 3 & 15;
		r->block = a >> 8;
		return in_zone(c, r, emu_slot_off(r->slot), emu_slot_size[r->slot], block32,
			       quirk(c, Q_ADDR_PAST_SLOT));
	}
	return ST_PARSE;
}

/* What Lock(data) compares: all slots that are not private, in full, then OTP (DS508 9.10). */
uint16_t emu_data_crc(const struct ecc508a_emu_chip *c)
{
	uint8_t buf[1208 + 64];
	unsigned int n = 0;
	uint16_t crc;

	for (unsigned int slot = 0; slot < NSLOTS; slot++) {
		if (is_private(c, slot))
			continue;
		memcpy(buf + n, c->ee + emu_slot_off(slot), emu_slot_size[slot]);
		n += emu_slot_size[slot];
	}
	memcpy(buf + n, c->ee + EE_OTP, 64);
	crc = ecc508a_emu_crc16(buf, n + 64);
	emu_wipe(buf, sizeof(buf));
	return crc;
}

/* Validity of a stored public key: nibble 5 in the first byte, when PubInfo asks for it. */
bool emu_pub_is_valid(const struct ecc508a_emu_chip *c, unsigned int slot)
{
	return is_public(c, slot) && key_config(c, slot) & KC_PUB_INFO &&
	       c->ee[emu_slot_off(slot)] >> 4 == 0x5;
}

void emu_pub_set_valid(struct ecc508a_emu_chip *c, unsigned int slot, bool valid)
{
	unsigned int off = emu_slot_off(slot);
	uint8_t byte = (uint8_t)((c->ee[off] & 0x0f) | (valid ? 0x50 : 0xa0));

	emu_ee_write(c, off, &byte, 1);
}

/* 4 pad, X, 4 pad, Y */
bool emu_pub_get(const struct ecc508a_emu_chip *c, unsigned int slot, uint8_t xy[64])
{
	const uint8_t *p = c->ee + emu_slot_off(slot);

	if (!is_public(c, slot))
		return false;
	memcpy(xy, p + 4, 32);
	memcpy(xy + 32, p + 40, 32);
	return true;
}
