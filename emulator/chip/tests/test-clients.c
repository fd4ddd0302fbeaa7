// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * How existing clients talk on the wire. Each wakes the chip, asks for the revision, draws a random
 * number and a nonce and goes away in its own manner; the habits were read from the clients'
 * sources.
 */
#include "host.h"

#include <errno.h>

static const uint8_t zero[8], one = 1, word_sleep = 1, word_idle = 2;

/* Word address and group; P1 and P2 are 0. */
static unsigned int group(uint8_t *buf, uint8_t op, const void *data, unsigned int len)
{
	uint16_t crc;

	memset(buf, 0, len + 8);
	buf[0] = 3;
	buf[1] = (uint8_t)(len + 7);
	buf[2] = op;
	if (len)
		memcpy(buf + 6, data, len);
	crc = ref_crc(buf + 1, len + 5);
	buf[len + 6] = (uint8_t)crc;
	buf[len + 7] = (uint8_t)(crc >> 8);
	return len + 8;
}

struct client {
	struct host *h;
	uint16_t addr;
	uint8_t rx[200];
};

static void start(struct client *c)
{
	memset(c, 0, sizeof(*c));
	c->h = host_preset(ECC508A_EMU_508A, "nerves_key");
	c->addr = 0x60;
}

static void end(struct client *c)
{
	host_free(c->h);
}

static int wr(struct client *c, uint16_t addr, const void *data, unsigned int len)
{
	return ecc508a_emu_write(c->h->bus, addr, data, len, c->h->speed);
}

static int rd(struct client *c, void *data, unsigned int len)
{
	return ecc508a_emu_read(c->h->bus, c->addr, data, len, c->h->speed);
}

static void sleep_us(struct client *c, unsigned int us)
{
	ecc508a_emu_bus_advance(c->h->bus, US(us));
}

static void good(const struct client *c, unsigned int payload)
{
	uint16_t crc = ref_crc(c->rx, payload + 1);

	assert_int_equal(c->rx[0], payload + 3);
	assert_int_equal(c->rx[payload + 1] | c->rx[payload + 2] << 8, crc);
}

/* The three commands every client sends: send() and receive(payload) are its own. */
static void session(struct client *c, void (*send)(struct client *, const uint8_t *, unsigned int),
		    void (*receive)(struct client *, unsigned int))
{
	uint8_t buf[64];

	send(c, buf, group(buf, OP_INFO, NULL, 0));
	receive(c, 4);
	good(c, 4);
	assert_hex(c->rx + 1, "00005000");
	send(c, buf, group(buf, OP_RANDOM, NULL, 0));
	receive(c, 32);
	good(c, 32);
	send(c, buf, group(buf, OP_NONCE, zero, 8));
	receive(c, 1);
	assert_int_equal(c->rx[1], 0x03);
	memset(buf, 0, sizeof(buf));
	send(c, buf, group(buf, OP_NONCE, (uint8_t[20]){ 0 }, 20));
	receive(c, 32);
	good(c, 32);
	assert_true(host_tk_valid(c->h));
}

static void send_plain(struct client *c, const uint8_t *buf, unsigned int len)
{
	assert_int_equal(wr(c, c->addr, buf, len), len);
}

/* ------------------------------------------------------------------ cryptoauthlib on Linux */

static void cal_receive(struct client *c, unsigned int payload)
{
	int tries = 0;

	sleep_us(c, 1000);
	while (wr(c, c->addr, zero, 1) < 0) {
		sleep_us(c, 2000);
		assert_true(++tries < 1250);
	}
	assert_int_equal(rd(c, c->rx, 1), 1);
	assert_int_equal(rd(c, c->rx + 1, c->rx[0] - 1U), c->rx[0] - 1);
}

static void cryptoauthlib(void **state)
{
	struct client c;

	start(&c);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(wr(&c, 0, &one, 1), -ENXIO);
		sleep_us(&c, 1500);
		assert_int_equal(rd(&c, c.rx, 4), 4);
		assert_hex(c.rx, "04113343");
		session(&c, send_plain, cal_receive);
		assert_int_equal(wr(&c, c.addr, &word_idle, 1), 1);
	}
	end(&c);
}

/* ------------------------------------------------------------------ mainline atmel-i2c */

static void kernel_receive(struct client *c, unsigned int payload)
{
	sleep_us(c, 50000);
	assert_int_equal(rd(c, c->rx, payload + 3), payload + 3);
}

static void kernel_wake(struct client *c)
{
	/* as many zeros as fit 60 us, to the own address, going on after the NAK */
	struct ecc508a_emu_msg m = {
		.addr = c->addr,
		.flags = ECC508A_EMU_M_IGNORE_NAK,
		.len = 1,
		.buf = (uint8_t *)(uintptr_t)zero,
	};

	ecc508a_emu_bus_xfer(c->h->bus, &m, 1, 100000);
	sleep_us(c, 1500);
	assert_int_equal(rd(c, c->rx, 4), 4);
	assert_int_equal(c->rx[1], 0x11);
}

static void kernel_send(struct client *c, const uint8_t *buf, unsigned int len)
{
	kernel_wake(c);
	send_plain(c, buf, len);
}

static void mainline_kernel(void **state)
{
	struct client c;
	uint8_t buf[16];

	start(&c);
	for (int i = 0; i < 2; i++) {
		kernel_send(&c, buf, group(buf, OP_RANDOM, NULL, 0));
		kernel_receive(&c, 32);
		good(&c, 32);
		/* sleep after each command, but not on an error path: the next wake finds it awake */
		if (i == 0)
			assert_int_equal(wr(&c, c.addr, &word_sleep, 1), 1);
	}
	ecc508a_emu_bus_advance(c.h->bus, MS(1300));
	kernel_send(&c, buf, group(buf, OP_INFO, NULL, 0));
	kernel_receive(&c, 4);
	good(&c, 4);
	end(&c);
}

/* It waits a fixed maximum, so a command that takes its maximal time must be done. */
static void mainline_kernel_maximal(void **state)
{
	struct client c;
	uint8_t buf[16];

	start(&c);
	ecc508a_emu_chip_set(c.h->chip, ECC508A_EMU_P_EXEC, ECC508A_EMU_EXEC_MAX);
	kernel_send(&c, buf, group(buf, OP_RANDOM, NULL, 0));
	kernel_receive(&c, 32);
	good(&c, 32);
	end(&c);
}

/* ------------------------------------------------------------------ nerves */

static void nerves_receive(struct client *c, unsigned int payload)
{
	int tries = 0;

	while (rd(c, c->rx, payload + 3) < 0) {
		sleep_us(c, 2000);
		assert_true(++tries < 200);
	}
}

static void nerves(void **state)
{
	struct client c;

	start(&c);
	/*
	 * the chip is awake from something else: the first read is no wake status, so sleep and
	 * again
	 */
	host_wake(c.h);
	assert_status(host_cmd(c.h, OP_INFO, 0, 0, NULL, 0), 0);
	for (int i = 0; i < 4; i++) {
		wr(&c, 0, zero, 1);
		sleep_us(&c, 2000);
		if (rd(&c, c.rx, 4) == 4 && memcmp(c.rx, "\x04\x11\x33\x43", 4) == 0)
			break;
		wr(&c, c.addr, &word_sleep, 1);
		sleep_us(&c, 500000);
		assert_true(i < 1);
	}
	session(&c, send_plain, nerves_receive);
	assert_int_equal(wr(&c, c.addr, &word_sleep, 1), 1);
	end(&c);
}

/* ------------------------------------------------------------------ go-atecc */

static void go_receive(struct client *c, unsigned int payload)
{
	struct ecc508a_emu_msg m[2] = {
		{ .addr = c->addr,
		  .flags = ECC508A_EMU_M_NOSTOP,
		  .len = 1,
		  .buf = (uint8_t *)(uintptr_t)zero },
		{ .addr = c->addr, .flags = ECC508A_EMU_M_RD, .len = 1, .buf = c->rx },
	};
	int tries = 0;

	/* word address 0 and the first byte in one transaction with a repeated START */
	while (ecc508a_emu_bus_xfer(c->h->bus, m, 2, c->h->speed) != 2) {
		sleep_us(c, 2000);
		assert_true(++tries < 200);
	}
	assert_int_equal(rd(c, c->rx + 1, c->rx[0] - 1U), c->rx[0] - 1);
}

static void go_atecc(void **state)
{
	struct client c;

	start(&c);
	wr(&c, 0, &one, 1);
	sleep_us(&c, 1500);
	assert_int_equal(rd(&c, c.rx, 4), 4);
	session(&c, send_plain, go_receive);
	wr(&c, c.addr, &word_idle, 1);
	end(&c);
}

/* ------------------------------------------------------------------ at-cryptoauth-rs */

static void rs_receive(struct client *c, unsigned int payload)
{
	int tries = 0;

	while (wr(c, c->addr, zero, 1) < 0)
		assert_true(++tries < 3000);
	assert_int_equal(rd(c, c->rx, 2), 2);
	assert_int_equal(rd(c, c->rx + 2, c->rx[0] - 2U), c->rx[0] - 2);
}

static void at_cryptoauth_rs(void **state)
{
	struct client c;
	int tries = 0;

	start(&c);
	assert_int_equal(wr(&c, c.addr, zero, 1), -ENXIO);
	/* the reads themselves are the waiting */
	while (rd(&c, c.rx, 4) < 0)
		assert_true(++tries < 300);
	assert_hex(c.rx, "04113343");
	session(&c, send_plain, rs_receive);
	wr(&c, c.addr, &word_idle, 1);
	end(&c);
}

/* ------------------------------------------------------------------ helium */

static void helium_receive(struct client *c, unsigned int payload)
{
	int tries = 0;

	/* always 151 bytes; what is past the count must be FF */
	sleep_us(c, 30000);
	while (rd(c, c->rx, 151) < 0) {
		sleep_us(c, 4000);
		assert_true(++tries < 3);
	}
	for (unsigned int i = c->rx[0]; i < 151; i++)
		assert_int_equal(c->rx[i], 0xff);
}

static void helium(void **state)
{
	struct client c;

	start(&c);
	/* SDA by GPIO */
	ecc508a_emu_bus_sda_low(c.h->bus, US(70));
	sleep_us(&c, 1500);
	session(&c, send_plain, helium_receive);
	wr(&c, c.addr, &word_idle, 1);
	end(&c);
}

/* ------------------------------------------------------------------ Arduino */

static void arduino_receive(struct client *c, unsigned int payload)
{
	int tries = 0;

	while (rd(c, c->rx, payload + 3) < 0 || c->rx[0] == 0xff) {
		sleep_us(c, 3000);
		assert_true(++tries < 20);
	}
}

static void arduino(void **state)
{
	struct client c;

	start(&c);
	assert_int_equal(wr(&c, 0, NULL, 0), -ENXIO);
	sleep_us(&c, 1500);
	/* data at 1 MHz from here on */
	c.h->speed = 1000000;
	arduino_receive(&c, 1);
	assert_hex(c.rx, "04113343");
	session(&c, send_plain, arduino_receive);
	wr(&c, c.addr, &word_idle, 1);
	end(&c);
}

/* ------------------------------------------------------------------ Adafruit, ucryptoauthlib */

/*
 * Both send before tWHI is over by the data sheet: real chips are faster, so the parameter is set
 * here.
 */
static void adafruit_receive(struct client *c, unsigned int payload)
{
	sleep_us(c, 24000);
	assert_int_equal(rd(c, c->rx, payload + 3), payload + 3);
}

static void adafruit(void **state)
{
	struct client c;

	start(&c);
	wr(&c, 0, zero, 1);
	sleep_us(&c, 1000);
	/* the wake status is never read */
	session(&c, send_plain, adafruit_receive);
	wr(&c, c.addr, &word_idle, 1);
	end(&c);
}

static void ucrypto_receive(struct client *c, unsigned int payload)
{
	int tries = 0;

	while (rd(c, c->rx, 1) < 0) {
		sleep_us(c, 100);
		assert_true(++tries < 2500);
	}
	assert_int_equal(rd(c, c->rx + 1, c->rx[0] - 1U), c->rx[0] - 1);
}

static void ucryptoauthlib(void **state)
{
	struct client c;

	start(&c);
	wr(&c, c.addr, zero, 2);
	sleep_us(&c, 150);
	session(&c, send_plain, ucrypto_receive);
	end(&c);
}

/* With the guaranteed tWHI the early command is refused, and comes through when it is repeated. */
static void too_early(void **state)
{
	struct client c;
	uint8_t buf[16];
	unsigned int len = group(buf, OP_INFO, NULL, 0);

	start(&c);
	ecc508a_emu_chip_set(c.h->chip, ECC508A_EMU_P_TWHI, US(1500));
	wr(&c, c.addr, zero, 2);
	sleep_us(&c, 150);
	assert_int_equal(wr(&c, c.addr, buf, len), -ENXIO);
	sleep_us(&c, 1400);
	send_plain(&c, buf, len);
	ucrypto_receive(&c, 4);
	good(&c, 4);
	end(&c);
}

/* ------------------------------------------------------------------ i2cdetect */

static void i2cdetect(void **state)
{
	struct client c;
	unsigned int found = 0;

	start(&c);
	/* scanning low addresses at 100 kHz wakes it: 0x00..0x03 hold SDA low for 60 us and more */
	for (uint16_t a = 0x00; a < 0x78; a++) {
		int ret = wr(&c, a, NULL, 0);

		found += ret == 0;
		assert_true(ret == 0 ? a == 0x60 : ret == -ENXIO);
		sleep_us(&c, 100);
	}
	assert_int_equal(found, 1);
	/* and so does the usual range from 0x08: 0x40 is seven zeros */
	host_sleep(c.h);
	found = 0;
	for (uint16_t a = 0x08; a < 0x78; a++) {
		uint8_t byte;

		found += ecc508a_emu_read(c.h->bus, a, &byte, 1, 100000) == 1;
		sleep_us(&c, 100);
	}
	assert_int_equal(found, 1);
	/* none of it disturbs the chip */
	assert_status(host_cmd(c.h, OP_INFO, 0, 0, NULL, 0), 0);
	end(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cryptoauthlib),
		cmocka_unit_test(mainline_kernel),
		cmocka_unit_test(mainline_kernel_maximal),
		cmocka_unit_test(nerves),
		cmocka_unit_test(go_atecc),
		cmocka_unit_test(at_cryptoauth_rs),
		cmocka_unit_test(helium),
		cmocka_unit_test(arduino),
		cmocka_unit_test(adafruit),
		cmocka_unit_test(ucryptoauthlib),
		cmocka_unit_test(too_early),
		cmocka_unit_test(i2cdetect),
	};

	return cmocka_run_group_tests_name("clients", tests, NULL, NULL);
}
