// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Transport: CRC and groups, wake, word addresses, buffers, busy, sleep, idle, watchdog (DS508 6
 * and 9.1).
 */
#include "host.h"

static void crc_vectors(void **state)
{
	/* cryptoauthlib's tests; the groups are from traces of real parts */
	static const struct {
		const char *hex;
		uint8_t lo, hi;
	} v[] = {
		{ "", 0x00, 0x00 },
		{ "80", 0x05, 0x80 },
		{ "01", 0x03, 0x83 },
		{ "91", 0x35, 0x83 },
		{ "01020304", 0xf0, 0x85 },
		{ "fffefd01", 0x2d, 0x0b },
		{ "67c6697351ff4aec29cdbaabf2fbe346", 0x81, 0xa4 },
		{ "61", 0x17, 0x83 },
		{ "6162", 0x9e, 0x15 },
		{ "616263", 0xe9, 0x1c },
		{ "313233343536373839", 0xdd, 0xbc },
		{ "0411", 0x33, 0x43 },
		{ "0730000000", 0x03, 0x5d },
		{ "0702800000", 0x09, 0xad },
		{ "0400", 0x03, 0x40 },
		{ "0401", 0x00, 0xc3 },
		{ "0403", 0x83, 0x42 },
		{ "0405", 0xc3, 0x43 },
		{ "0407", 0x40, 0xc2 },
		{ "0408", 0x60, 0xc0 },
		{ "040f", 0x23, 0x42 },
		{ "04ee", 0x31, 0x41 },
		{ "04ff", 0x01, 0x42 },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		uint8_t buf[32];
		size_t len = strlen(v[i].hex) / 2;

		unhex(v[i].hex, buf, len);
		assert_int_equal(ecc508a_emu_crc16(buf, len), v[i].lo | v[i].hi << 8);
	}
}

/* The trace of cryptoauthlib talking to a 608A, helium/gateway-mfr-rs issue 16. */
static void trace_608a(void **state)
{
	struct host *h = host_new(ECC508A_EMU_608A);
	uint8_t buf[16];

	host_wake(h);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 4, h->speed), 4);
	assert_hex(buf, "04113343");
	unhex("03 07 30 00 00 00 03 5D", buf, 8);
	assert_int_equal(ecc508a_emu_write(h->bus, 0x60, buf, 8, h->speed), 8);
	ecc508a_emu_bus_advance(h->bus, MS(5));
	buf[0] = 0;
	assert_int_equal(ecc508a_emu_write(h->bus, 0x60, buf, 1, h->speed), 1);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 1, h->speed), 1);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf + 1, 6, h->speed), 6);
	assert_hex(buf, "07 00 00 60 02 80 38");
	host_free(h);
}

static bool awake_after(uint16_t addr, const void *data, uint32_t len, uint32_t speed,
			uint16_t flags)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	uint8_t buf[8] = { 0 };
	struct ecc508a_emu_msg m = { .addr = addr, .flags = flags, .len = len, .buf = buf };
	bool ret;

	if (len)
		memcpy(buf, data, len);
	ecc508a_emu_bus_xfer(h->bus, &m, 1, speed);
	assert_int_not_equal(m.status, ECC508A_EMU_OK);
	ecc508a_emu_bus_advance(h->bus, US(1500));
	ret = ecc508a_emu_read(h->bus, 0x60, buf, 4, speed) == 4;
	if (ret)
		assert_hex(buf, "04113343");
	host_free(h);
	return ret;
}

static void wake_pulses(void **state)
{
	const uint8_t zero[8] = { 0 }, one = 1;

	/* eight zero bits of the general call: 60 us up to 133 kHz */
	assert_true(awake_after(0x00, zero, 1, 100000, 0));
	assert_true(awake_after(0x00, &one, 1, 100000, 0));
	assert_true(awake_after(0x00, NULL, 0, 133000, 0));
	assert_false(awake_after(0x00, NULL, 0, 134000, 0));
	assert_false(awake_after(0x00, zero, 8, 400000, ECC508A_EMU_M_IGNORE_NAK));
	/* own address: six zero bits, exactly 60 us at 100 kHz */
	assert_true(awake_after(0x60, NULL, 0, 100000, 0));
	assert_false(awake_after(0x60, NULL, 0, 101000, 0));
	/* ... unless the master goes on with zeros after the NAK */
	assert_true(awake_after(0x60, zero, 1, 130000, ECC508A_EMU_M_IGNORE_NAK));
	assert_false(awake_after(0x60, zero, 1, 130000, 0));
	/* an address without six zeros in a row does not wake */
	assert_false(awake_after(0x55, NULL, 0, 100000, 0));
	assert_false(awake_after(0x60, zero, 8, 1000000, ECC508A_EMU_M_IGNORE_NAK));
}

static void wake_parameters(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	uint8_t buf[4];

	/* silicon wakes earlier than the data sheet guarantees */
	assert_int_equal(ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_TWLO, US(20)), 0);
	assert_int_equal(ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_TWHI, US(200)), 0);
	ecc508a_emu_write(h->bus, 0, NULL, 0, 400000);
	ecc508a_emu_bus_advance(h->bus, US(190));
	assert_int_equal(host_status(h).power, ECC508A_EMU_WAKING);
	ecc508a_emu_bus_advance(h->bus, US(10));
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 4, 400000), 4);
	host_sleep(h);
	/* a pulse by GPIO */
	ecc508a_emu_bus_sda_low(h->bus, US(19));
	assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
	ecc508a_emu_bus_sda_low(h->bus, US(20));
	assert_int_equal(host_status(h).power, ECC508A_EMU_WAKING);
	host_free(h);
}

static void before_twhi_nobody_answers(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	uint8_t buf[4];

	/* by default as silicon is, not as the data sheet has it */
	ecc508a_emu_bus_sda_low(h->bus, US(60));
	ecc508a_emu_bus_advance(h->bus, US(119));
	assert_int_equal(host_status(h).power, ECC508A_EMU_WAKING);
	ecc508a_emu_bus_advance(h->bus, US(1));
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 4, h->speed), 4);
	host_sleep(h);
	/* strict */
	assert_int_equal(ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_TWHI, US(1500)), 0);
	ecc508a_emu_bus_sda_low(h->bus, US(60));
	ecc508a_emu_bus_advance(h->bus, US(1300));
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 4, h->speed), -6);
	ecc508a_emu_bus_advance(h->bus, US(200));
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 4, h->speed), 4);
	host_free(h);
}

static void tpu(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);

	ecc508a_emu_chip_power(h->chip, false);
	ecc508a_emu_chip_power(h->chip, true);
	/* DS508 table 8-2: 100 us from VCC to the first wake pulse */
	ecc508a_emu_bus_sda_low(h->bus, US(70));
	assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
	ecc508a_emu_bus_sda_low(h->bus, US(70));
	assert_int_equal(host_status(h).power, ECC508A_EMU_WAKING);
	host_free(h);
}

static void traffic_to_a_neighbour_wakes(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	struct ecc508a_emu_chip *other;
	const uint8_t addr = 0x6a << 1, zeros[8] = { 0x04, 0 };

	assert_int_equal(ecc508a_emu_chip_new(h->bus, ECC508A_EMU_608B, NULL, &other), 0);
	assert_int_equal(ecc508a_emu_chip_poke(other, ECC508A_EMU_CONFIG, 16, &addr, 1), 0);
	host_wake(h);
	host_sleep(h);
	/* three acknowledged zero bytes at 400 kHz are 27 low bits in a row: 67 us */
	assert_int_equal(ecc508a_emu_write(h->bus, 0x6a, zeros, 2, 400000), 2);
	assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
	assert_int_equal(ecc508a_emu_write(h->bus, 0x6a, zeros, 8, 400000), 8);
	assert_int_equal(host_status(h).power, ECC508A_EMU_WAKING);
	host_free(h);
}

static void wake_while_awake_is_ignored(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	uint8_t buf[8], zero = 0;
	uint64_t left;

	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	left = host_status(h).watchdog_left;
	ecc508a_emu_write(h->bus, 0, &zero, 1, 100000);
	assert_true(host_status(h).watchdog_left < left);
	/* the result is still there */
	ecc508a_emu_write(h->bus, 0x60, &zero, 1, h->speed);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 7, h->speed), 7);
	assert_hex(buf, "07 00 00 50 00 03 91");
	host_free(h);
}

static void read_pointer(void **state)
{
	struct host *h = host_new(ECC508A_EMU_608B);
	uint8_t buf[16], zero = 0;

	host_wake(h);
	host_send(h, OP_INFO, 0, 0, NULL, 0);
	ecc508a_emu_bus_advance(h->bus, MS(5));
	/* in pieces, without reset */
	for (int i = 0; i < 7; i++)
		assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf + i, 1, h->speed), 1);
	assert_hex(buf, "07 00 00 60 03 83 BB");
	/* then only ones, no wrap */
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 8, h->speed), 8);
	assert_hex(buf, "ffffffffffffffff");
	/* and again from the start */
	assert_int_equal(ecc508a_emu_write(h->bus, 0x60, &zero, 1, h->speed), 1);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 9, h->speed), 9);
	assert_hex(buf, "07 00 00 60 03 83 BB ff ff");
	host_free(h);
}

static void busy_naks(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	uint8_t buf[40], word = 1;

	host_wake(h);
	host_send(h, OP_RANDOM, 0, 0, NULL, 0); /* typically 1 ms */
	ecc508a_emu_bus_advance(h->bus, US(500));
	assert_int_equal(host_status(h).power, ECC508A_EMU_BUSY);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 35, h->speed), -6);
	/* sleep is not taken while busy */
	assert_int_equal(ecc508a_emu_write(h->bus, 0x60, &word, 1, h->speed), -6);
	ecc508a_emu_bus_advance(h->bus, US(500));
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 35, h->speed), 35);
	assert_hex(
		buf,
		"23 FFFF0000 FFFF0000 FFFF0000 FFFF0000 FFFF0000 FFFF0000 FFFF0000 FFFF0000 41 1A");
	host_free(h);
}

static void maximal_and_scaled_time(void **state)
{
	struct host *h = host_preset(ECC508A_EMU_508A, "aws");
	const uint8_t digest[32] = { 1 };

	assert_int_equal(ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_EXEC, ECC508A_EMU_EXEC_MAX),
			 0);
	host_wake(h);
	assert_status(host_cmd(h, OP_NONCE, 3, 0, digest, 32), 0);
	host_send(h, OP_SIGN, 0x80, 0, NULL, 0);
	assert_true(host_status(h).busy_left > MS(49) && host_status(h).busy_left <= MS(50));
	assert_status(host_receive(h), 0);
	assert_int_equal(ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_EXEC_SCALE, 500), 0);
	assert_status(host_cmd(h, OP_NONCE, 3, 0, digest, 32), 0);
	host_send(h, OP_SIGN, 0x80, 0, NULL, 0);
	assert_true(host_status(h).busy_left > MS(24) && host_status(h).busy_left <= MS(25));
	assert_status(host_receive(h), 0);
	assert_int_equal(ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_EXEC, ECC508A_EMU_EXEC_ZERO),
			 0);
	host_send(h, OP_INFO, 0, 0, NULL, 0);
	assert_int_equal(host_status(h).power, ECC508A_EMU_AWAKE);
	host_free(h);
}

static void clock_divider(void **state)
{
	/* cryptoauthlib's tables for Sign on a 608: 115, 220, 665 ms */
	static const struct {
		uint8_t mode;
		unsigned int ms;
	} v[] = { { 0x00, 115 }, { 0x28, 220 }, { 0x68, 665 } };

	for (int i = 0; i < 3; i++) {
		struct host *h = host_preset(ECC508A_EMU_608A, "aws");

		host_poke(h, ECC508A_EMU_CONFIG, 19, &v[i].mode, 1);
		ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_EXEC, ECC508A_EMU_EXEC_MAX);
		host_wake(h);
		host_send(h, OP_GENKEY, 0, 0, NULL, 0);
		ecc508a_emu_bus_advance(h->bus, MS(700));
		assert_status(host_receive(h), 0);
		host_idle(h);
		host_wake(h);
		assert_status(host_cmd(h, OP_NONCE, 3, 0, h->rsp, 32), 0);
		host_idle(h);
		host_wake(h);
		host_send(h, OP_SIGN, 0x80, 0, NULL, 0);
		assert_true(host_status(h).busy_left > MS(v[i].ms - 1) &&
			    host_status(h).busy_left <= MS(v[i].ms));
		host_free(h);
	}
}

static void nothing_without_stop(void **state)
{
	struct host *h = host_new(ECC508A_EMU_608A);
	uint8_t cmd[8], buf[8];
	struct ecc508a_emu_msg m[2] = {
		{ .addr = 0x60, .flags = ECC508A_EMU_M_NOSTOP, .len = 8, .buf = cmd },
		{ .addr = 0x60, .flags = ECC508A_EMU_M_RD, .len = 4, .buf = buf },
	};

	unhex("03 07 30 00 00 00 03 5D", cmd, 8);
	host_wake(h);
	/* a read in the same transaction comes before the STOP: refused as for a partial command */
	assert_int_equal(ecc508a_emu_bus_xfer(h->bus, m, 2, h->speed), 1);
	assert_int_equal(m[1].status, ECC508A_EMU_NAK_ADDR);
	assert_int_equal(host_status(h).commands, 1);
	ecc508a_emu_bus_advance(h->bus, MS(5));
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 7, h->speed), 7);
	assert_hex(buf, "07 00 00 60 02 80 38");
	/* the master dies in mid-air: nothing is executed */
	m[0].flags = ECC508A_EMU_M_NOSTOP;
	assert_int_equal(ecc508a_emu_bus_xfer(h->bus, m, 1, h->speed), 1);
	ecc508a_emu_bus_abort(h->bus);
	assert_int_equal(host_status(h).commands, 1);
	host_free(h);
}

static void sleep_needs_stop_right_after(void **state)
{
	struct host *h = host_new(ECC508A_EMU_608A);
	uint8_t word[2] = { 0x01, 0x00 }, buf[4];
	struct ecc508a_emu_msg m[2] = {
		{ .addr = 0x60, .flags = ECC508A_EMU_M_NOSTOP, .len = 1, .buf = word },
		{ .addr = 0x60, .flags = ECC508A_EMU_M_RD, .len = 4, .buf = buf },
	};

	host_wake(h);
	/* CAL issue 324: 01 must be the only byte */
	ecc508a_emu_write(h->bus, 0x60, word, 2, h->speed);
	assert_int_equal(host_status(h).power, ECC508A_EMU_AWAKE);
	assert_int_equal(ecc508a_emu_bus_xfer(h->bus, m, 2, h->speed), 2);
	assert_int_equal(host_status(h).power, ECC508A_EMU_AWAKE);
	ecc508a_emu_write(h->bus, 0x60, word, 1, h->speed);
	assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 4, 400000), -6);
	host_free(h);
}

static void split_group(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	uint8_t buf[16];

	host_wake(h);
	unhex("03 07 30 00", buf, 4);
	assert_int_equal(ecc508a_emu_write(h->bus, 0x60, buf, 4, h->speed), 4);
	/* D-1: reading in between is refused */
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 4, h->speed), -6);
	unhex("03 00 00 03 5D", buf, 5);
	assert_int_equal(ecc508a_emu_write(h->bus, 0x60, buf, 5, h->speed), 5);
	assert_status(host_receive(h), 0);
	assert_hex(h->rsp, "00005000");

	/* the other readings of the data sheet */
	assert_int_equal(ecc508a_emu_chip_quirk(h->chip, "partial-read-acked", 1), 0);
	unhex("03 07 30 00", buf, 4);
	ecc508a_emu_write(h->bus, 0x60, buf, 4, h->speed);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 4, h->speed), 4);
	assert_hex(buf, "ffffffff");
	/* word address 0 drops what was sent */
	buf[0] = 0;
	ecc508a_emu_write(h->bus, 0x60, buf, 1, h->speed);
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	assert_int_equal(ecc508a_emu_chip_quirk(h->chip, "split-group", 0), 0);
	unhex("03 07 30 00", buf, 4);
	ecc508a_emu_write(h->bus, 0x60, buf, 4, h->speed);
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	host_free(h);
}

static void bad_groups(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	uint8_t buf[256] = { 0 };

	host_wake(h);
	/* bad CRC */
	unhex("03 07 30 00 00 00 03 5E", buf, 8);
	ecc508a_emu_write(h->bus, 0x60, buf, 8, h->speed);
	assert_status(host_receive(h), 0xff);
	/* count out of 4..155 */
	for (int count = 0; count < 256; count++) {
		if (count >= 4 && count <= 155)
			continue;
		memset(buf, 0, sizeof(buf));
		buf[0] = 3;
		buf[1] = (uint8_t)count;
		assert_int_equal(ecc508a_emu_write(h->bus, 0x60, buf, 8, h->speed), 8);
		assert_status(host_receive(h), 0xff);
		host_idle(h);
		host_wake(h);
	}
	/* U2: 4..6 with a good CRC */
	for (unsigned int count = 4; count < 7; count++) {
		uint16_t crc;

		unhex("03 00 30 00 00 00", buf, 6);
		buf[1] = (uint8_t)count;
		crc = ref_crc(buf + 1, count - 2);
		buf[count - 1] = (uint8_t)crc;
		buf[count] = (uint8_t)(crc >> 8);
		assert_int_equal(ecc508a_emu_write(h->bus, 0x60, buf, count + 1, h->speed),
				 count + 1);
		assert_status(host_receive(h), 0x03);
	}
	/* unknown opcode; a byte beyond the count is not acknowledged */
	assert_status(host_cmd(h, 0x99, 0, 0, NULL, 0), 0x03);
	unhex("03 07 30 00 00 00 03 5D AA", buf, 9);
	assert_int_equal(ecc508a_emu_write(h->bus, 0x60, buf, 9, h->speed), 8);
	/* reserved word addresses: acknowledged and ignored */
	assert_status(host_receive(h), 0);
	buf[0] = 0x77;
	assert_int_equal(ecc508a_emu_write(h->bus, 0x60, buf, 3, h->speed), 3);
	ecc508a_emu_chip_quirk(h->chip, "reserved-word-addr", 1);
	assert_int_equal(ecc508a_emu_write(h->bus, 0x60, buf, 3, h->speed), 0);
	host_free(h);
}

static void general_call_is_never_acked(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	uint8_t buf[4] = { 0 };

	host_wake(h);
	assert_int_equal(ecc508a_emu_write(h->bus, 0, buf, 1, h->speed), -6);
	assert_int_equal(ecc508a_emu_read(h->bus, 0, buf, 1, h->speed), -6);
	for (uint16_t a = 0; a < 0x80; a++)
		assert_int_equal(ecc508a_emu_write(h->bus, a, NULL, 0, h->speed) >= 0, a == 0x60);
	host_free(h);
}

static void arguments(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	struct ecc508a_emu_msg m = { .addr = 0x80 };

	assert_int_equal(ecc508a_emu_bus_xfer(h->bus, &m, 1, 100000), -22);
	m.addr = 0x60;
	assert_int_equal(ecc508a_emu_bus_xfer(h->bus, &m, 1, 0), -22);
	assert_int_equal(ecc508a_emu_bus_xfer(h->bus, &m, 1, 6000000), -22);
	m.len = 1;
	assert_int_equal(ecc508a_emu_bus_xfer(h->bus, &m, 1, 100000), -22);
	assert_int_equal(ecc508a_emu_bus_xfer(h->bus, NULL, 0, 100000), 0);
	host_free(h);
}

static void wire_time(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	uint64_t t = ecc508a_emu_bus_now(h->bus);

	/* START, 9 bits of address, STOP at 100 kHz: 110 us */
	ecc508a_emu_write(h->bus, 0x55, NULL, 0, 100000);
	assert_int_equal(ecc508a_emu_bus_now(h->bus) - t, US(110));
	ecc508a_emu_bus_set_wire_time(h->bus, false);
	t = ecc508a_emu_bus_now(h->bus);
	ecc508a_emu_write(h->bus, 0x55, NULL, 0, 100000);
	assert_int_equal(ecc508a_emu_bus_now(h->bus), t);
	host_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc_vectors),
		cmocka_unit_test(trace_608a),
		cmocka_unit_test(wake_pulses),
		cmocka_unit_test(wake_parameters),
		cmocka_unit_test(before_twhi_nobody_answers),
		cmocka_unit_test(tpu),
		cmocka_unit_test(traffic_to_a_neighbour_wakes),
		cmocka_unit_test(wake_while_awake_is_ignored),
		cmocka_unit_test(read_pointer),
		cmocka_unit_test(busy_naks),
		cmocka_unit_test(maximal_and_scaled_time),
		cmocka_unit_test(clock_divider),
		cmocka_unit_test(nothing_without_stop),
		cmocka_unit_test(sleep_needs_stop_right_after),
		cmocka_unit_test(split_group),
		cmocka_unit_test(bad_groups),
		cmocka_unit_test(general_call_is_never_acked),
		cmocka_unit_test(arguments),
		cmocka_unit_test(wire_time),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
