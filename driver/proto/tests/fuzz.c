// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Fuzz target: the input is first a packet, then a configuration with a command for the policy,
 * then a chip from hell: what every transfer of the engine returns.  Beside memory errors it
 * looks for answers that never end.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine.h"
#include "policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tape {
	const u8 *p;
	size_t left;
	u64 now;
};

static u8 next(struct tape *t)
{
	if (!t->left)
		return 0xff;
	t->left--;
	return *t->p++;
}

static int verdict(u8 byte)
{
	switch (byte & 7) {
	case 0:
		return -ENXIO;
	case 1:
		return -EIO;
	case 2:
		return -ETIMEDOUT;
	default:
		return 0;
	}
}

static int tape_write(void *ctx, u8 addr, const u8 *buf, size_t len)
{
	struct tape *t = ctx;

	t->now += 100 * len;
	return verdict(next(t));
}

/* The group after the verdict byte: given a right CRC half of the time, so that it gets further */
static int tape_read(void *ctx, u8 addr, u8 *buf, size_t len)
{
	struct tape *t = ctx;
	u8 how = next(t);
	size_t i, n;
	u16 crc;

	t->now += 100 * len;
	if (verdict(how))
		return verdict(how);
	for (i = 0; i < len; i++)
		buf[i] = next(t);
	n = how & 0x10 ? 4 : len;
	if (how & 8 && n >= 4) {
		buf[0] = n;
		crc = ecc_crc16(buf, n - 2);
		buf[n - 2] = crc & 0xff;
		buf[n - 1] = crc >> 8;
	}
	return 0;
}

static int tape_wake(void *ctx)
{
	struct tape *t = ctx;

	return next(t) & 0x80 ? -EIO : 0;
}

static void tape_delay(void *ctx, u32 us, u32 slack)
{
	struct tape *t = ctx;

	t->now += us;
}

static u64 tape_now(void *ctx)
{
	struct tape *t = ctx;

	return t->now++;
}

static int tape_sha256(void *ctx, const u8 *data, size_t len, u8 digest[32])
{
	memset(digest, len, 32);
	return 0;
}

static const struct ecc_bus_ops ops = {
	.write = tape_write,
	.read = tape_read,
	.wake = tape_wake,
	.delay_us = tape_delay,
	.now_us = tape_now,
	.sha256 = tape_sha256,
};

static void packet(const u8 *data, size_t size)
{
	const u8 *payload;
	size_t len;

	if (!ecc_packet_parse(data, size, &payload, &len) &&
	    (payload < data || payload + len > data + size))
		abort();
}

static void policy(const u8 *data, size_t size)
{
	struct ecc_verdict v;
	struct ecc_cmd cmd;
	struct ecc_slot s;
	u32 value;

	if (size < ECC_CONFIG_SIZE + 6)
		return;
	cmd.opcode = data[128];
	cmd.p1 = data[129];
	cmd.p2 = data[130] | data[131] << 8;
	cmd.len = data[132];
	cmd.data = NULL;
	for (unsigned int i = 0; i < 17; i++)
		ecc_config_slot(data, i, &s);
	ecc_counter_decode(data + ECC_CFG_COUNTER0, &value);
	ecc_policy_check(data, data[133] & 3, &cmd, &v);
	if (v.reason >= ECC_REASON_COUNT || (v.slot > 15 && v.slot != ECC_POLICY_NO_SLOT) ||
	    (v.reason == ECC_REASON_OK) != (v.status == 0))
		abort();
	if (!ecc_reason_cause(v.reason) || !ecc_reason_remedy(v.reason))
		abort();
}

static void engine(const u8 *data, size_t size)
{
	struct tape t = { .p = data, .left = size };
	u8 buf[512], key[32] = { 0 }, xy[128] = { 0 };
	struct ecc_dev dev;
	size_t done;
	u32 value;
	int ret;

	ecc_dev_init(&dev, &ops, &t, 0x60);
	ecc_identify(&dev);
	ret = next(&t) % 13;
	t.now = 0;
	switch (ret) {
	case 0:
		ecc_random(&dev, buf, 100, false);
		break;
	case 1:
		ecc_pubkey(&dev, 3, buf);
		break;
	case 2:
		ecc_pubkey_stored(&dev, 9, buf);
		break;
	case 3:
		ecc_genkey(&dev, 1, buf);
		break;
	case 4:
		ecc_sign(&dev, 1, key, buf);
		break;
	case 5:
		ecc_verify(&dev, xy, key, xy);
		break;
	case 6:
		ecc_ecdh(&dev, 1, xy, next(&t) % 3, buf);
		break;
	case 7:
		ecc_read(&dev, 2, 8, 5, buf, 300);
		break;
	case 8:
		ecc_write(&dev, 2, 8, next(&t), key, 32, &done);
		break;
	case 9:
		ecc_read_encrypted(&dev, 9, 3, 4, key, buf, 60);
		break;
	case 10:
		ecc_write_encrypted(&dev, 9, 0, 4, key, xy, 72, &done);
		break;
	case 11:
		ecc_lock(&dev, next(&t) % 3, 0, 0);
		break;
	default:
		ecc_counter(&dev, 0, true, &value);
		break;
	}
	/* An operation is at most fourteen commands, and each may be slow but not for ever */
	if (t.now > 14 * 3000000ull) {
		fprintf(stderr, "operation %d took %llu us\n", ret, (unsigned long long)t.now);
		abort();
	}
	ecc_sleep(&dev);
	if (dev.in_run || dev.retries > 20)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	packet(data, size);
	policy(data, size);
	engine(data, size);
	return 0;
}
