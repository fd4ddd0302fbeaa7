// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "rig.h"

static void stranger(struct rig *r)
{
	if (r->stranger && r->transfers++ == r->strike_at)
		r->stranger(r);
}

static int transfer(struct rig *r, u16 addr, u16 flags, u8 *buf, size_t len)
{
	struct ecc508a_emu_msg msg = { .addr = addr, .flags = flags, .len = len, .buf = buf };

	stranger(r);
	ecc508a_emu_bus_xfer(r->bus, &msg, 1, r->hz);
	switch (msg.status) {
	case ECC508A_EMU_OK:
		return 0;
	case ECC508A_EMU_NAK_ADDR:
	case ECC508A_EMU_NAK_DATA:
		return -ENXIO;
	default:
		return -EIO;
	}
}

static int rig_write(void *ctx, u8 addr, const u8 *buf, size_t len)
{
	return transfer(ctx, addr, 0, (u8 *)buf, len);
}

static int rig_read(void *ctx, u8 addr, u8 *buf, size_t len)
{
	return transfer(ctx, addr, ECC508A_EMU_M_RD, buf, len);
}

static int rig_wake(void *ctx)
{
	struct rig *r = ctx;
	u8 one = 1;

	if (r->hz <= 100000)
		transfer(ctx, 0, 0, &one, 1);
	else {
		stranger(r);
		ecc508a_emu_bus_sda_low(r->bus, 80000);
	}
	return 0;
}

static void rig_delay(void *ctx, u32 us, u32 slack)
{
	struct rig *r = ctx;

	ecc508a_emu_bus_advance(r->bus, us * 1000ull);
}

static u64 rig_now(void *ctx)
{
	struct rig *r = ctx;

	return ecc508a_emu_bus_now(r->bus) / 1000;
}

static const struct ecc_bus_ops ops = {
	.write = rig_write,
	.read = rig_read,
	.wake = rig_wake,
	.delay_us = rig_delay,
	.now_us = rig_now,
};

void rig_init(struct rig *r, enum ecc_part part, const char *preset, u32 hz)
{
	static const enum ecc508a_emu_part parts[] = {
		[ECC_PART_508A] = ECC508A_EMU_508A,
		[ECC_PART_608A] = ECC508A_EMU_608A,
		[ECC_PART_608B] = ECC508A_EMU_608B,
	};
	static const u8 serial[9] = { 0x01, 0x23, 1, 2, 3, 4, 5, 6, 0xee };
	struct ecc508a_emu_status st;

	r->stranger = NULL;
	r->hz = hz;
	r->part = part;
	r->bus = ecc508a_emu_bus_new();
	assert_non_null(r->bus);
	assert_int_equal(ecc508a_emu_chip_new(r->bus, parts[part], serial, &r->chip), 0);
	ecc508a_emu_chip_set_seed(r->chip, "rig", 3);
	assert_int_equal(ecc508a_emu_chip_preset(r->chip, preset), 0);
	ecc508a_emu_chip_status(r->chip, &st);
	ecc_dev_init(&r->dev, &ops, r, st.addr);
	assert_int_equal(ecc_identify(&r->dev), 0);
	assert_int_equal(r->dev.part, part);
	assert_int_equal(ecc_sleep(&r->dev), 0);
}

void rig_free(struct rig *r)
{
	ecc508a_emu_bus_free(r->bus);
}
