// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
#include "fakechip.h"

#define BYTE_US	    90 /* nine clocks at 100 kHz */
#define WATCHDOG_US 1300000

/* Own CRC, so that the code under test does not check itself */
static u16 crc(const u8 *p, size_t len)
{
	u16 reg = 0;

	for (; len--; p++) {
		for (u8 mask = 1; mask; mask <<= 1) {
			u8 bit = !!(*p & mask), top = reg >> 15;

			reg <<= 1;
			if (bit ^ top)
				reg ^= 0x8005;
		}
	}
	return reg;
}

static void fall_asleep(struct fake *f)
{
	f->state = FAKE_SLEEP;
	f->tempkey_valid = false;
	f->in_len = 0;
	f->out_len = 0;
	f->busy_until = 0;
}

static void pass(struct fake *f, u64 us)
{
	f->now_us += us;
	if (f->state == FAKE_AWAKE && f->now_us > f->watchdog_us)
		fall_asleep(f);
}

static void put(struct fake *f, const u8 *payload, size_t len)
{
	u16 c;

	f->out[0] = len + 3;
	memcpy(f->out + 1, payload, len);
	c = crc(f->out, len + 1);
	f->out[len + 1] = c & 0xff;
	f->out[len + 2] = c >> 8;
	f->out_len = len + 3;
	f->out_pos = 0;
}

static void put_status(struct fake *f, u8 status)
{
	put(f, &status, 1);
}

static void wake_up(struct fake *f)
{
	if (f->state == FAKE_AWAKE)
		return;
	if (f->state == FAKE_SLEEP)
		f->tempkey_valid = false;
	f->state = FAKE_AWAKE;
	f->ready_us = f->now_us + 1500;
	f->watchdog_us = f->now_us + WATCHDOG_US;
	f->in_len = 0;
	put_status(f, 0x11);
}

void fake_pubkey(const struct fake *f, unsigned int slot, u8 xy[64])
{
	memset(xy, 0x40 + slot, 64);
	xy[0] = f->generation[slot];
}

void fake_signature(const u8 digest[32], unsigned int slot, u8 sig[64])
{
	for (int i = 0; i < 64; i++)
		sig[i] = digest[i & 31] ^ (slot << 4) ^ i;
}

static u8 *stored(struct fake *f, u8 zone, u16 p2, unsigned int *left)
{
	unsigned int at;

	if (zone == 0) {
		at = (p2 >> 3) * 32 + (p2 & 7) * 4;
		*left = 128 - at;
		return f->config + at;
	}
	at = (p2 >> 8) * 32 + (p2 & 7) * 4;
	*left = ecc_slot_size(p2 >> 3 & 15) - at;
	return f->data[p2 >> 3 & 15] + at;
}

static void rw(struct fake *f, bool write, u8 p1, u16 p2, const u8 *data)
{
	unsigned int n = p1 & 0x80 ? 32 : 4, left;
	u8 block[32] = { 0 };
	u8 *p;

	if (n == 32)
		p2 &= ~7;
	p = stored(f, p1 & 3, p2, &left);
	if ((write && !(p1 & 3) && f->config[87] != 0x55) ||
	    (!write && (p1 & 3) && f->config[86] == 0x55)) {
		put_status(f, 0x0f);
	} else if (write) {
		memcpy(p, data, n < left ? n : left);
		f->changes++;
		put_status(f, 0);
	} else {
		memcpy(block, p, n < left ? n : left);
		put(f, block, n);
	}
}

static void lock(struct fake *f, u8 p1)
{
	u8 *byte = p1 & 2 ? &f->config[88 + (p1 >> 5)] : &f->config[p1 & 1 ? 86 : 87];
	u8 mask = p1 & 2 ? 1 << (p1 >> 2 & 7) : 0x55;

	if (!(*byte & mask)) {
		put_status(f, 0x0f);
		return;
	}
	*byte &= ~mask;
	f->changes++;
	put_status(f, 0);
}

static void execute(struct fake *f)
{
	u8 op = f->in[1], p1 = f->in[2], buf[64];
	u16 p2 = f->in[3] | f->in[4] << 8;
	const u8 *data = f->in + 5;
	u8 keep = 0;

	f->executed[op]++;
	f->busy_until = f->now_us + ecc_exec_time(ECC_PART_508A, op, 0).typ_us;
	switch (op) {
	case 0x30:
		if (p1 == 1) {
			memset(buf, 0, 4);
			buf[0] = !!f->generation[p2 & 15];
			put(f, buf, 4);
		} else {
			put(f, f->config + 4, 4);
		}
		keep = 1;
		break;
	case 0x02:
	case 0x12:
		rw(f, op == 0x12, p1, p2, data);
		break;
	case 0x17:
		lock(f, p1);
		break;
	case 0x1b:
		memset(buf, ++f->random, 32);
		for (int i = 0; f->fixed_random && i < 32; i++)
			buf[i] = i & 2 ? 0x00 : 0xff;
		put(f, buf, 32);
		break;
	case 0x16:
		memcpy(f->tempkey, data, 32);
		f->tempkey_valid = true;
		put_status(f, 0);
		keep = 1;
		break;
	case 0x40:
		if (p1 & 4) {
			f->generation[p2 & 15]++;
			f->changes++;
		} else if (!f->generation[p2 & 15]) {
			put_status(f, 0x0f);
			break;
		}
		fake_pubkey(f, p2 & 15, buf);
		put(f, buf, 64);
		break;
	case 0x41:
		if (!f->tempkey_valid) {
			put_status(f, 0x0f);
			break;
		}
		fake_signature(f->tempkey, p2 & 15, buf);
		put(f, buf, 64);
		break;
	case 0x45:
		fake_signature(f->tempkey, 0, buf);
		put_status(f, !f->tempkey_valid ? 0x0f : memcmp(buf, data, 64) ? 1 : 0);
		break;
	case 0x43:
		put(f, data, 32);
		break;
	case 0x24:
		if (p1 & 1) {
			f->counter[p2]++;
			f->changes++;
		}
		memset(buf, 0, 4);
		buf[0] = f->counter[p2];
		put(f, buf, 4);
		break;
	default:
		put_status(f, 0x03);
		break;
	}
	if (!keep)
		f->tempkey_valid = false;
}

/* The STOP after a write that may have completed a command */
static void stop(struct fake *f)
{
	u16 c;

	if (!f->in_len || f->in_len < f->in[0])
		return;
	c = crc(f->in, f->in[0] - 2);
	if (f->in[f->in[0] - 2] != (c & 0xff) || f->in[f->in[0] - 1] != c >> 8) {
		put_status(f, 0xff);
		f->busy_until = f->now_us + 50;
	} else {
		execute(f);
	}
	f->in_len = 0;
}

static bool listening(struct fake *f)
{
	return f->state == FAKE_AWAKE && f->now_us >= f->ready_us && f->now_us >= f->busy_until;
}

static int chip_write(struct fake *f, const u8 *buf, size_t len)
{
	if (!listening(f))
		return -ENXIO;
	switch (buf[0]) {
	case 0x00:
		f->in_len = 0;
		f->out_pos = 0;
		return 0;
	case 0x01:
		fall_asleep(f);
		return 0;
	case 0x02:
		f->state = FAKE_IDLE;
		f->in_len = 0;
		f->out_len = 0;
		return 0;
	case 0x03:
		for (size_t i = 1; i < len; i++) {
			if (f->in_len && f->in_len >= f->in[0]) {
				stop(f);
				return -ENXIO;
			}
			f->in[f->in_len++] = buf[i];
			if (f->in[0] < 7 || f->in[0] > 155) {
				f->in_len = 0;
				put_status(f, 0xff);
				return 0;
			}
		}
		stop(f);
		return 0;
	default:
		return 0;
	}
}

static int chip_read(struct fake *f, u8 *buf, size_t len)
{
	if (!listening(f) || f->in_len)
		return -ENXIO;
	for (size_t i = 0; i < len; i++)
		buf[i] = f->out_pos < f->out_len ? f->out[f->out_pos++] : 0xff;
	return 0;
}

static enum fault strike(struct fake *f)
{
	f->transfers++;
	if (!f->fault_at || f->transfers < f->fault_at || (!f->forever && f->struck))
		return FAULT_NONE;
	f->struck = true;
	if (f->stuck_busy) {
		f->busy_until = f->now_us + 3600000000ull;
		return FAULT_NONE;
	}
	return f->fault;
}

static void flip(enum fault fault, u8 *buf, size_t len)
{
	size_t at = fault == FAULT_FLIP_FIRST ? 0 : fault == FAULT_FLIP_LAST ? len - 1 : len / 2;

	buf[at] ^= 1 << (at % 8);
}

static int fake_write(void *ctx, u8 addr, const u8 *buf, size_t len)
{
	struct fake *f = ctx;
	enum fault fault = strike(f);
	u8 copy[200];
	int ret;

	memcpy(copy, buf, len);
	pass(f, (len + 1) * BYTE_US);
	f->bytes += len + 1;
	switch (fault) {
	case FAULT_NAK:
		return -ENXIO;
	case FAULT_EIO:
		return -EIO;
	case FAULT_RESET:
		fall_asleep(f);
		break;
	case FAULT_FLIP_FIRST:
	case FAULT_FLIP_MIDDLE:
	case FAULT_FLIP_LAST:
		flip(fault, copy, len);
		break;
	case FAULT_FLIP_WORD:
		copy[0] ^= 0x04;
		break;
	default:
		break;
	}
	ret = chip_write(f, copy, len);
	if (fault == FAULT_LOST)
		fall_asleep(f);
	return fault == FAULT_EIO_AFTER ? -EIO : ret;
}

static int fake_read(void *ctx, u8 addr, u8 *buf, size_t len)
{
	struct fake *f = ctx;
	enum fault fault = strike(f);
	int ret;

	memset(buf, 0xff, len);
	pass(f, (len + 1) * BYTE_US);
	f->bytes += len + 1;
	switch (fault) {
	case FAULT_NAK:
		return -ENXIO;
	case FAULT_EIO:
		return -EIO;
	case FAULT_LOST:
	case FAULT_RESET:
		fall_asleep(f);
		break;
	default:
		break;
	}
	ret = chip_read(f, buf, len);
	if (fault == FAULT_EIO_AFTER)
		return -EIO;
	if (!ret && fault >= FAULT_FLIP_FIRST && fault <= FAULT_FLIP_LAST)
		flip(fault, buf, len);
	return ret;
}

static int fake_wake(void *ctx)
{
	struct fake *f = ctx;
	enum fault fault = strike(f);

	pass(f, BYTE_US);
	f->bytes++;
	switch (fault) {
	case FAULT_NAK:
	case FAULT_EIO:
		return -EIO;
	case FAULT_RESET:
	case FAULT_LOST:
		fall_asleep(f);
		return 0;
	default:
		wake_up(f);
		return 0;
	}
}

static void fake_delay(void *ctx, u32 us, u32 slack)
{
	pass(ctx, us);
}

static u64 fake_now(void *ctx)
{
	struct fake *f = ctx;

	return f->now_us;
}

const struct ecc_bus_ops fake_ops = {
	.write = fake_write,
	.read = fake_read,
	.wake = fake_wake,
	.delay_us = fake_delay,
	.now_us = fake_now,
};

/* A locked 508A with keys in 0 and 2, and data of its own in every slot */
void fake_init(struct fake *f)
{
	static const u8 head[16] = { 0x01, 0x23, 0xa1, 0xb2, 0x00, 0x00, 0x50, 0x00,
				     0x11, 0x22, 0x33, 0x44, 0xee, 0xc0, 0x71, 0x00 };
	int i;

	memset(f, 0, sizeof(*f));
	f->now_us = 5000000;
	memcpy(f->config, head, sizeof(head));
	f->config[16] = 0xc0;
	f->config[86] = 0x00;
	f->config[87] = 0x00;
	f->config[88] = 0xff;
	f->config[89] = 0xff;
	for (i = 0; i < 16; i++) {
		/* slots 0, 2, 4, 6 private, the others clear data; all lockable */
		bool key = i < 8 && !(i & 1);

		f->config[20 + 2 * i] = key ? 0x87 : 0x0f;
		f->config[21 + 2 * i] = key ? 0x20 : 0x0f;
		f->config[96 + 2 * i] = key ? 0x33 : 0x3c;
		memset(f->data[i], 0x80 + i, sizeof(f->data[i]));
	}
	f->generation[0] = 1;
	f->generation[2] = 1;
}
