// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The transfer interface under arbitrary traffic: two chips, messages of all kinds at all speeds,
 * pulses, power, time, and groups with a correct CRC so that the commands are reached. The first
 * byte chooses parts and presets, the second the locks; after that every operation takes what it
 * needs from the input.
 */
#include <stdlib.h>
#include <string.h>

#include "ecc508a-emu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *p;
	size_t left;
};

static uint8_t u8(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->p++;
}

static unsigned int bytes(struct input *in, uint8_t *out, unsigned int len)
{
	if (len > in->left)
		len = (unsigned int)in->left;
	memcpy(out, in->p, len);
	in->p += len;
	in->left -= len;
	return len;
}

static uint64_t events;

static void trace(void *ctx, const struct ecc508a_emu_event *ev)
{
	/* whatever happens, the trace makes sense */
	if (ev->type == ECC508A_EMU_EV_MSG && ev->msg->acked > ev->msg->len)
		abort();
	if (ev->type == ECC508A_EMU_EV_CMD && (!ev->op || ev->slot > 15))
		abort();
	events++;
}

static uint16_t address(struct input *in, struct ecc508a_emu_chip **chip)
{
	struct ecc508a_emu_status st;
	uint8_t a = u8(in);

	if (a & 0x80)
		return a & 0x7f;
	ecc508a_emu_chip_status(chip[a & 1], &st);
	return st.addr;
}

static void message(struct ecc508a_emu_bus *bus, struct ecc508a_emu_chip **chip, struct input *in)
{
	static const uint32_t speeds[] = { 100000, 400000, 1000000, 10000,
					   133000, 134000, 1,	    5000000 };
	struct ecc508a_emu_msg m[3];
	uint8_t buf[3][300];
	unsigned int n = 1 + u8(in) % 3, flags;
	int ret;

	memset(m, 0, sizeof(m));
	memset(buf, 0, sizeof(buf));
	for (unsigned int i = 0; i < n; i++) {
		flags = u8(in);
		m[i].addr = address(in, chip);
		m[i].flags = flags & 7;
		m[i].len = u8(in);
		m[i].buf = buf[i];
		if (!(m[i].flags & ECC508A_EMU_M_RD))
			bytes(in, buf[i], m[i].len);
	}
	ret = ecc508a_emu_bus_xfer(bus, m, n, speeds[u8(in) & 7]);
	if (ret < 0 || ret > (int)n)
		abort();
}

/* A well-formed group, and its answer. */
static void command(struct ecc508a_emu_bus *bus, struct ecc508a_emu_chip *chip, struct input *in)
{
	static const uint8_t ops[] = { 0x01, 0x02, 0x08, 0x11, 0x12, 0x15, 0x16, 0x17,
				       0x1b, 0x1c, 0x20, 0x24, 0x28, 0x30, 0x40, 0x41,
				       0x43, 0x45, 0x46, 0x47, 0x51, 0x56, 0x77, 0x80 };
	/* lengths that commands take; drawn more often than any other */
	static const uint8_t lens[] = { 0, 3, 4, 16, 20, 32, 36, 64, 68, 77, 83, 96, 128 };
	struct ecc508a_emu_status st;
	uint8_t buf[300] = { 3 };
	unsigned int len;
	uint16_t crc;

	ecc508a_emu_chip_status(chip, &st);
	buf[2] = ops[u8(in) % sizeof(ops)];
	bytes(in, buf + 3, 3);
	len = u8(in);
	len = len & 0x80 ? len & 0x7f : lens[len % sizeof(lens)];
	if (u8(in) & 1)
		memset(buf + 6, u8(in), len);
	else
		bytes(in, buf + 6, len);
	buf[1] = (uint8_t)(len + 7);
	crc = ecc508a_emu_crc16(buf + 1, len + 5);
	buf[len + 6] = (uint8_t)crc;
	buf[len + 7] = (uint8_t)(crc >> 8);
	ecc508a_emu_write(bus, st.addr, buf, len + 8, 1000000);
	ecc508a_emu_bus_advance(bus, 200000000);
	ecc508a_emu_read(bus, st.addr, buf, 160, 1000000);
}

static void mischief(struct ecc508a_emu_bus *bus, struct ecc508a_emu_chip *chip, struct input *in)
{
	const struct ecc508a_emu_quirk_info *q;
	uint8_t what = u8(in), value = u8(in);

	switch (what % 6) {
	case 0:
		q = ecc508a_emu_quirk(value % 48);
		if (q)
			ecc508a_emu_chip_quirk(chip, q->name, u8(in) & 1 ? q->max : q->min);
		break;
	case 1:
		ecc508a_emu_chip_set(
			chip, (enum ecc508a_emu_param)(value % (ECC508A_EMU_PARAMS + 1)), u8(in));
		break;
	case 2:
		ecc508a_emu_bus_fault_seed(bus, value, u8(in));
		break;
	case 3:
		ecc508a_emu_bus_faults_clear(bus);
		break;
	case 4: {
		uint8_t patch[16];

		ecc508a_emu_chip_poke(chip, ECC508A_EMU_CONFIG, 16 + value % 96, patch,
				      bytes(in, patch, 16));
		break;
	}
	default:
		ecc508a_emu_bus_faults(
			bus, value & 1 ? "brown-out op=Write for=1ms times=0" : "watchdog op=Sign",
			NULL, 0);
		break;
	}
}

static void one(struct ecc508a_emu_bus *bus, struct ecc508a_emu_chip **chip, struct input *in)
{
	uint8_t op = u8(in), word = 1 + (op >> 6 & 1);
	struct ecc508a_emu_chip *c = chip[op >> 7];
	struct ecc508a_emu_status st;

	switch (op & 0x0f) {
	case 0:
	case 1:
	case 2:
		message(bus, chip, in);
		break;
	case 3:
		ecc508a_emu_bus_advance(bus, (uint64_t)u8(in) * u8(in) * 100000);
		break;
	case 4:
		ecc508a_emu_bus_sda_low(bus, (uint64_t)u8(in) * 1000);
		break;
	case 5:
		ecc508a_emu_chip_power(c, op & 0x40);
		break;
	case 6:
		ecc508a_emu_bus_abort(bus);
		break;
	case 7:
		mischief(bus, c, in);
		break;
	case 8:
		ecc508a_emu_chip_status(c, &st);
		ecc508a_emu_write(bus, st.addr, &word, 1, 400000);
		break;
	default:
		ecc508a_emu_chip_power(c, true);
		ecc508a_emu_bus_sda_low(bus, 70000);
		ecc508a_emu_bus_advance(bus, 1500000);
		command(bus, c, in);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const preset[] = { "blank",	 "aws",	   "aws-config",
					      "tflxtls", "tngtls", "nerves_key" };
	static const uint8_t serial[9] = { 0x01, 0x23, 1, 2, 3, 4, 5, 6, 0xee };
	struct input in = { data, size };
	struct ecc508a_emu_bus *bus = ecc508a_emu_bus_new();
	struct ecc508a_emu_chip *chip[2];
	uint8_t what = u8(&in), locks = u8(&in), bytes2[2];
	struct ecc508a_emu_status st;

	if (!bus)
		return 0;
	for (int i = 0; i < 2; i++) {
		ecc508a_emu_chip_new(bus, (enum ecc508a_emu_part)((what + i) % 3), serial,
				     &chip[i]);
		ecc508a_emu_chip_set_seed(chip[i], "fuzz", 4);
		(void)ecc508a_emu_chip_preset(chip[i], preset[what / 3 % 6]);
		bytes2[0] = locks & 1 ? 0x55 : 0;
		bytes2[1] = locks & 2 ? 0x55 : 0;
		ecc508a_emu_chip_poke(chip[i], ECC508A_EMU_CONFIG, 86, bytes2, 2);
	}
	ecc508a_emu_bus_set_trace(bus, trace, NULL);
	for (int n = 0; in.left && n < 64; n++)
		one(bus, chip, &in);
	for (int i = 0; i < 2; i++) {
		ecc508a_emu_chip_status(chip[i], &st);
		if (st.counter[0] > 2097151U + 65536 || st.tempkey.len > 64)
			abort();
	}
	ecc508a_emu_bus_free(bus);
	return 0;
}
