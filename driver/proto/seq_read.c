// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Reading zones in the clear, in as few bytes on the bus as the zone allows. */
#include "engine_int.h"
#include "zone.h"

struct read_args {
	struct ecc_cmd cmd;
	u8 *out;
	size_t len;
};

u16 ecc_zone_size(u8 zone, u16 slot)
{
	switch (zone) {
	case ECC_ZONE_CONFIG:
		return slot ? 0 : ECC_CONFIG_SIZE;
	case ECC_ZONE_OTP:
		return slot ? 0 : ECC_OTP_SIZE;
	case ECC_ZONE_DATA:
		return ecc_slot_size(slot);
	default:
		return 0;
	}
}

bool ecc_zone_fits(u8 zone, u16 slot, u16 offset, size_t len)
{
	u16 size = ecc_zone_size(zone, slot);

	return len && offset < size && len <= (size_t)(size - offset);
}

u16 ecc_zone_address(u8 zone, u16 slot, u16 offset)
{
	u16 block = offset / 32, word = offset % 32 / 4;

	if (zone == ECC_ZONE_DATA)
		return block << 8 | slot << 3 | word;
	return block << 3 | word;
}

static int do_read(struct ecc_dev *dev, void *arg)
{
	const struct read_args *a = arg;

	return ecc_exec_exact(dev, &a->cmd, a->out, a->len);
}

int ecc_read_chunk(struct ecc_dev *dev, u8 zone, u16 slot, u16 offset, u8 *out, size_t len)
{
	struct read_args a = {
		.cmd = {
			.opcode = ECC_OP_READ,
			.p1 = zone | (len == 32 ? 0x80 : 0),
			.p2 = ecc_zone_address(zone, slot, offset),
		},
		.out = out,
		.len = len,
	};

	return ecc_run_more(dev, do_read, &a);
}

int ecc_read_config_word(struct ecc_dev *dev, unsigned int word, u8 out[4])
{
	return ecc_read_chunk(dev, ECC_ZONE_CONFIG, 0, word * 4, out, 4);
}

int ecc_refresh_locks(struct ecc_dev *dev)
{
	u8 word[4];
	int ret;

	ret = ecc_need_config(dev);
	/* Nothing is ever unlocked */
	if (ret || (ecc_config_locked(dev->config) && ecc_config_data_locked(dev->config)))
		return ret;
	ret = ecc_read_config_word(dev, ECC_CFG_USER_EXTRA / 4, word);
	if (ret)
		return ret;
	if (!memcmp(word, dev->config + ECC_CFG_USER_EXTRA, sizeof(word)))
		return 0;
	/* Another master has been here: whatever it locked may not be what is known */
	dev->config_valid = false;
	return ecc_need_config(dev);
}

/* Words are forbidden where SlotConfig says IsSecret; not knowing, take blocks */
static bool words_allowed(struct ecc_dev *dev, u8 zone, u16 slot)
{
	struct ecc_slot s;

	if (zone != ECC_ZONE_DATA)
		return true;
	if (!dev->config_valid)
		return false;
	ecc_config_slot(dev->config, slot, &s);
	return !s.is_secret;
}

int ecc_read_more(struct ecc_dev *dev, u8 zone, u16 slot, u16 offset, u8 *buf, size_t len)
{
	bool words = words_allowed(dev, zone, slot);
	u8 block[32];
	int ret = 0;

	while (len) {
		u16 in_block = offset % 32, in_word = offset % 4;
		size_t n = 32 - in_block;

		if (n > len)
			n = len;
		/*
		 * A word costs 17 bytes on the bus, a block 45: words if two do.  (A block read
		 * that runs over the end of a slot is padded with zeros.)
		 */
		if (words && in_word + n <= 8) {
			if (n > (size_t)(4 - in_word))
				n = 4 - in_word;
			ret = ecc_read_chunk(dev, zone, slot, offset - in_word, block, 4);
			if (!ret)
				memcpy(buf, block + in_word, n);
		} else {
			ret = ecc_read_chunk(dev, zone, slot, offset - in_block, block, 32);
			if (!ret)
				memcpy(buf, block + in_block, n);
		}
		if (ret)
			break;
		buf += n;
		offset += n;
		len -= n;
	}
	ecc_wipe(block, sizeof(block));
	return ret;
}

int ecc_read(struct ecc_dev *dev, u8 zone, u16 slot, u16 offset, u8 *buf, size_t len)
{
	if (!ecc_zone_fits(zone, slot, offset, len))
		return -EINVAL;
	ecc_run_begin(dev);
	return ecc_read_more(dev, zone, slot, offset, buf, len);
}
