// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Writing zones in the clear, read back where that is allowed.
 *
 * The chip takes blocks of 32 bytes, and words of 4 bytes where the zone's state permits it.
 * A block at the end of a slot may be longer than the slot: the excess is not stored.
 */
#include "engine_int.h"
#include "zone.h"

#define WRITE_TRIES 3

struct target {
	u8 zone;
	u16 slot, size;
	bool data_locked;
	bool words; /* 4-byte writes allowed */
	bool readable;
	bool nibble; /* byte 0 bits 7:4 belong to the chip (validity of a public key) */
};

static int do_command(struct ecc_dev *dev, void *arg)
{
	return ecc_exec_status(dev, arg);
}

static int look_at_target(struct ecc_dev *dev, u8 zone, u16 slot, struct target *t)
{
	struct ecc_slot s;
	int ret;

	ret = ecc_refresh_locks(dev);
	if (ret)
		return ret;
	memset(t, 0, sizeof(*t));
	t->zone = zone;
	t->slot = slot;
	t->size = ecc_zone_size(zone, slot);
	t->data_locked = ecc_config_data_locked(dev->config);
	switch (zone) {
	case ECC_ZONE_CONFIG:
		t->words = true;
		t->readable = true;
		break;
	case ECC_ZONE_OTP:
		t->words = t->data_locked;
		t->readable = t->data_locked;
		break;
	default:
		ecc_config_slot(dev->config, slot, &s);
		t->words = t->data_locked && !s.is_secret;
		t->readable = t->data_locked && !s.is_secret && !s.is_private;
		t->nibble = slot >= 8 && s.pub_info && !s.is_private;
		break;
	}
	return 0;
}

static bool same(const struct target *t, u16 offset, const u8 *a, const u8 *b, size_t len)
{
	if (!len)
		return true;
	if (t->nibble && !offset && ((a[0] ^ b[0]) & 0x0f))
		return false;
	if ((!t->nibble || offset) && a[0] != b[0])
		return false;
	return !memcmp(a + 1, b + 1, len - 1);
}

/* One Write.  A lost answer is followed by a look; only what is not there is sent again */
static int write_chunk(struct ecc_dev *dev, const struct target *t, u16 offset, const u8 *data,
		       size_t len)
{
	struct ecc_cmd cmd = {
		.opcode = ECC_OP_WRITE,
		.p1 = t->zone | (len == 32 ? 0x80 : 0),
		.p2 = ecc_zone_address(t->zone, t->slot, offset),
		.data = data,
		.len = len,
	};
	size_t stored = len < (size_t)(t->size - offset) ? len : (size_t)(t->size - offset);
	u8 back[32];
	int tries, ret;

	for (tries = 1;; tries++) {
		ret = ecc_run_more(dev, do_command, &cmd);
		if (ret != -EUCLEAN || !t->readable || tries == WRITE_TRIES)
			return ret;
		dev->retries++;
		if (ecc_read_chunk(dev, t->zone, t->slot, offset, back, len))
			return -EUCLEAN;
		if (same(t, offset, data, back, stored)) {
			ecc_set_result(dev, ECC_OP_WRITE, ECC_STATUS_OK);
			return 0;
		}
	}
}

/* The bytes of a word around the ones to be written */
static int merge_word(struct ecc_dev *dev, const struct target *t, u16 offset, const u8 *buf,
		      size_t len, u8 word[4])
{
	int ret = ecc_read_chunk(dev, t->zone, t->slot, offset & ~3, word, 4);

	if (!ret)
		memcpy(word + (offset & 3), buf, len);
	return ret;
}

/*
 * How much the Write at @offset takes: up to 32 bytes as a block, up to 4 in a word.
 * -EINVAL if there is no way.
 */
static int chunk_size(const struct target *t, u16 offset, size_t len, bool *block)
{
	u16 in_block = offset % 32, in_word = offset % 4;
	bool last = !in_block && len == (size_t)(t->size - offset);

	*block = false;
	if (t->zone == ECC_ZONE_CONFIG) {
		/* A Write fails as a whole if one byte cannot be written; 84 to 87 never can */
		*block = !in_block && len >= 32 && ecc_config_writable(offset) && offset != 64;
	} else if (!in_block) {
		/*
		 * The end of the slot if words are forbidden, and before the lock whatever there
		 * is: zeros behind it.
		 */
		*block = len >= 32 || !t->data_locked || (last && !t->words);
	}
	if (*block)
		return len < 32 ? (int)len : 32;
	if (!t->words || ((in_word || len < 4) && !t->readable))
		return -EINVAL;
	return len < (size_t)(4 - in_word) ? (int)len : 4 - in_word;
}

/* Nothing is sent before the whole request is known to be possible */
static int check(const struct target *t, u16 offset, size_t len)
{
	bool block;
	size_t i;
	int n;

	if (t->zone == ECC_ZONE_CONFIG) {
		for (i = 0; i < len; i++) {
			if (!ecc_config_writable(offset + i))
				return -EINVAL;
		}
	}
	while (len) {
		n = chunk_size(t, offset, len, &block);
		if (n < 0)
			return n;
		offset += n;
		len -= n;
	}
	return 0;
}

static int verify_range(struct ecc_dev *dev, const struct target *t, u16 offset, const u8 *buf,
			size_t len)
{
	u8 back[32];
	int ret;

	while (len) {
		size_t n = 32 - offset % 32;

		if (n > len)
			n = len;
		ret = ecc_read_more(dev, t->zone, t->slot, offset, back, n);
		if (ret)
			return ret;
		if (!same(t, offset, buf, back, n))
			return -EIO;
		offset += n;
		buf += n;
		len -= n;
	}
	return 0;
}

int ecc_write(struct ecc_dev *dev, u8 zone, u16 slot, u16 offset, const u8 *buf, size_t len,
	      size_t *done)
{
	const u8 *data = buf;
	struct target t;
	u16 pos = offset;
	u8 chunk[32];
	bool block;
	u8 status;
	int n, ret;

	*done = 0;
	if (!ecc_zone_fits(zone, slot, offset, len))
		return -EINVAL;
	ecc_run_begin(dev);
	ret = look_at_target(dev, zone, slot, &t);
	if (!ret)
		ret = check(&t, offset, len);
	while (!ret && *done < len) {
		n = chunk_size(&t, pos, len - *done, &block);
		if (block) {
			memset(chunk, 0, sizeof(chunk));
			memcpy(chunk, data, n);
			ret = write_chunk(dev, &t, pos, chunk, 32);
		} else if (n == 4) {
			ret = write_chunk(dev, &t, pos, data, 4);
		} else {
			ret = merge_word(dev, &t, pos, data, n, chunk);
			if (!ret)
				ret = write_chunk(dev, &t, pos & ~3, chunk, 4);
		}
		if (ret)
			break;
		if (zone == ECC_ZONE_CONFIG)
			memcpy(dev->config + pos, data, n);
		*done += n;
		pos += n;
		data += n;
	}
	ecc_wipe(chunk, sizeof(chunk));
	status = dev->status;
	if (!ret && t.readable) {
		ret = verify_range(dev, &t, offset, buf, len);
		if (!ret)
			ecc_set_result(dev, ECC_OP_WRITE, status);
	}
	return ret;
}
