// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * What idle, sleep, the watchdog and power loss keep, the 0xEE rule, and power cuts in EEPROM
 * writes.
 */
#include "host.h"

#define ALL_PARTS(part) for (int part = 0; part < ECC508A_EMU_PARTS; part++)

static uint8_t key[32];

static int setup(void **state)
{
	for (int i = 0; i < 32; i++)
		key[i] = (uint8_t)(i + 1);
	return 0;
}

static struct host *chip(int part)
{
	struct host *h = host_new((enum ecc508a_emu_part)part);
	const uint8_t permission = 0x84;

	host_slot(h, 0, 0x2087, 0x0033);
	host_slot(h, 4, 0x0f0f, 0x003c);
	host_poke(h, ECC508A_EMU_SLOT0 + 4, 0, key, 32);
	if (part != ECC508A_EMU_508A)
		host_poke(h, ECC508A_EMU_CONFIG, 69, &permission, 1);
	host_lock(h, true, true);
	return h;
}

/* Fills all volatile state there is. */
static void fill(struct host *h, int part)
{
	assert_status(host_authorise(h, 4, key), 0);
	assert_status(host_cmd(h, OP_RANDOM, 0, 0, NULL, 0), 0);
	if (part != ECC508A_EMU_508A) {
		assert_status(host_cmd(h, OP_INFO, 4, 3, NULL, 0), 0);
		assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
		assert_status(host_cmd(h, OP_SHA, 1, 2, "ab", 2), 0);
		assert_status(host_cmd(h, OP_NONCE, 0x43, 0, key, 32), 0);
		assert_status(host_cmd(h, OP_NONCE, 0x83, 0, key, 32), 0);
	}
	host_load(h, key);
}

/* Which of it is there: TempKey, AuthValid, SHA, MsgDigBuf, AltKeyBuf, latch, EEPROM seed bit. */
enum {
	TK = 1,
	AUTH = 2,
	SHA = 4,
	MSGDIG = 8,
	ALTKEY = 16,
	LATCH = 32,
	SEED = 64
};

static unsigned int what_is_left(struct host *h, int part)
{
	struct ecc508a_emu_status st = host_status(h);
	unsigned int left = (st.tempkey.valid ? TK : 0) | (st.auth_valid ? AUTH : 0) |
			    (st.latch ? LATCH : 0);
	uint8_t kdf[20] = { 0, 0, 0, 16 };

	if (st.power != ECC508A_EMU_AWAKE)
		host_wake(h);
	h->hands_off = true;
	assert_status(host_cmd(h, OP_INFO, 2, 0, NULL, 0), 0);
	left |= h->rsp[1] & 1 ? SEED : 0;
	if (part != ECC508A_EMU_508A) {
		if (host_cmd(h, OP_SHA, 2, 1, "c", 1) == 0) {
			assert_hex(
				h->rsp,
				"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
			left |= SHA;
		}
		left |= host_cmd(h, OP_SIGN, 0xa0, 0, NULL, 0) == 0 ? MSGDIG : 0;
		left |= host_cmd(h, OP_KDF, 0x13, 0, kdf, 20) == 0 ? ALTKEY : 0;
	}
	h->hands_off = false;
	return left;
}

static void survival(void **state)
{
	ALL_PARTS (part) {
		bool old = part == ECC508A_EMU_508A;
		unsigned int all = old ? TK | AUTH | SEED
				       : TK | AUTH | SHA | MSGDIG | ALTKEY | LATCH | SEED;
		uint8_t pub[64];

		for (int how = 0; how < 5; how++) {
			struct host *h = chip(part);
			unsigned int want;

			host_put_key(h, 0, pub);
			fill(h, part);
			switch (how) {
			case 0: /* nothing */
				want = all;
				break;
			case 1:
				host_idle(h);
				want = all;
				break;
			case 2:
				host_sleep(h);
				want = all & LATCH;
				break;
			case 3:
				ecc508a_emu_bus_advance(h->bus, MS(1300));
				assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
				want = all & LATCH;
				break;
			default:
				host_power_cycle(h);
				want = 0;
			}
			assert_int_equal(what_is_left(h, part), want);
			host_free(h);
		}
	}
}

/* D-4 and its other reading; U4, U5. */
static void survival_quirks(void **state)
{
	struct host *h = chip(ECC508A_EMU_608A);

	ecc508a_emu_chip_quirk(h->chip, "sha-lost-in-idle", 1);
	ecc508a_emu_chip_quirk(h->chip, "latch-lost-in-sleep", 1);
	ecc508a_emu_chip_quirk(h->chip, "seed-bit-kept", 1);
	fill(h, ECC508A_EMU_608A);
	host_idle(h);
	assert_int_equal(what_is_left(h, ECC508A_EMU_608A) & SHA, 0);
	fill(h, ECC508A_EMU_608A);
	host_sleep(h);
	assert_int_equal(what_is_left(h, ECC508A_EMU_608A), SEED);
	host_free(h);
}

/* ------------------------------------------------------------------ watchdog */

static void watchdog(void **state)
{
	static const uint8_t mode[] = { 0x00, 0x04 };
	static const uint64_t want[3][2] = { { 1300, 10000 }, { 1300, 13000 }, { 1300, 13000 } };

	ALL_PARTS (part)
		for (int i = 0; i < 2; i++) {
			struct host *h = chip(part);

			host_poke(h, ECC508A_EMU_CONFIG, 19, mode + i, 1);
			ecc508a_emu_bus_sda_low(h->bus, US(60));
			/* it counts from the wake pulse, whatever happens on the bus */
			ecc508a_emu_bus_advance(h->bus, MS(2));
			assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
			ecc508a_emu_bus_advance(h->bus, host_status(h).watchdog_left - 1);
			assert_int_equal(host_status(h).power, ECC508A_EMU_AWAKE);
			ecc508a_emu_bus_advance(h->bus, 1);
			assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
			assert_int_equal(ecc508a_emu_bus_now(h->bus) / 1000000, want[part][i]);
			host_free(h);
		}
}

static void idle_restarts_the_watchdog(void **state)
{
	struct host *h = chip(ECC508A_EMU_508A);

	host_load(h, key);
	for (int i = 0; i < 10; i++) {
		ecc508a_emu_bus_advance(h->bus, MS(900));
		host_idle(h);
		/* it does not run in idle */
		ecc508a_emu_bus_advance(h->bus, MS(60000));
		assert_int_equal(host_status(h).power, ECC508A_EMU_IDLE);
		host_wake(h);
	}
	assert_true(host_tk_valid(h));
	host_free(h);
}

/* Refused with EE when the maximal time no longer fits; nothing is touched. */
static void watchdog_refuses(void **state)
{
	/* maximal times: DS508 table 9-4, cryptoauthlib */
	static const unsigned int sign_max[] = { 50, 115, 115 };

	ALL_PARTS (part) {
		struct host *h = chip(part);
		uint8_t pub[64];
		uint64_t left;

		host_put_key(h, 0, pub);
		host_load(h, key);
		h->hands_off = true;
		/* the group is 8 bytes at 100 kHz: 740 us on the wire before the STOP */
		left = host_status(h).watchdog_left - US(830);
		ecc508a_emu_bus_advance(h->bus, left - MS(sign_max[part]) + US(200));
		assert_refused(h, 0xee, OP_SIGN, 0x80, 0, NULL, 0);
		assert_true(host_tk_valid(h));
		/* a shorter command still fits */
		assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
		/* idle and wake, and it works */
		host_idle(h);
		host_wake(h);
		assert_status(host_cmd(h, OP_SIGN, 0x80, 0, NULL, 0), 0);
		assert_true(ref_verify(pub, key, h->rsp));
		host_free(h);
	}
}

static void watchdog_in_the_middle_of_a_transfer(void **state)
{
	struct host *h = chip(ECC508A_EMU_508A);
	uint8_t buf[40] = { 0x03, 0x27, 0x16, 0x03 };
	int n;

	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	ecc508a_emu_bus_advance(h->bus, host_status(h).watchdog_left - US(1000));
	/* 40 bytes take 3.6 ms: after about ten the chip is gone */
	n = ecc508a_emu_write(h->bus, 0x60, buf, 40, 100000);
	assert_in_range(n, 8, 12);
	assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
	host_free(h);
}

static void watchdog_in_the_middle_of_a_read(void **state)
{
	struct host *h = chip(ECC508A_EMU_508A);
	uint8_t buf[36];

	assert_status(host_cmd(h, OP_RANDOM, 0, 0, NULL, 0), 0);
	buf[0] = 0;
	ecc508a_emu_write(h->bus, 0x60, buf, 1, 100000);
	ecc508a_emu_bus_advance(h->bus, host_status(h).watchdog_left - US(1000));
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 35, 100000), 35);
	assert_int_equal(buf[0], 35);
	assert_hex(buf + 20, "ffffffffffffffffffffffffffffff");
	host_free(h);
}

/* ------------------------------------------------------------------ power cuts */

static const uint8_t config_image[4][4] = { { 0xb0, 0x00, 0xaa, 0x00 },
					    { 0x8f, 0x20, 0xc4, 0x44 },
					    { 0x87, 0x20, 0x87, 0x20 },
					    { 0x8f, 0x0f, 0xc4, 0x36 } };

struct cut {
	unsigned int left;
	bool armed;
};

static bool cut_hook(void *ctx, unsigned int word)
{
	struct cut *c = ctx;

	return c->armed && c->left-- == 0;
}

static bool powered(struct host *h)
{
	return host_status(h).power != ECC508A_EMU_POWER_OFF;
}

/* One step of provisioning; false: the power went away. */
static bool step(struct host *h, uint8_t op, uint8_t p1, uint16_t p2, const void *data,
		 unsigned int len)
{
	struct ecc508a_emu_status st = host_status(h);
	int ret;

	if (st.power != ECC508A_EMU_AWAKE || st.watchdog_left < MS(300)) {
		if (st.power == ECC508A_EMU_AWAKE)
			host_idle(h);
		host_wake(h);
	}
	host_send(h, op, p1, p2, data, len);
	if (!powered(h))
		return false;
	ret = host_receive(h);
	assert_int_equal(ret, 0);
	return true;
}

/*
 * Blank to finished, and able to go on from anywhere, as a good provisioning tool is: it looks at
 * what is there before each irreversible step.
 */
static bool provision(struct host *h)
{
	uint8_t data[32];

	memset(data, 0x42, sizeof(data));
	if (!host_status(h).config_locked) {
		for (unsigned int i = 0; i < 4; i++)
			if (!step(h, OP_WRITE, 0, (uint16_t)(4 + i), config_image[i], 4))
				return false;
		if (!step(h, OP_LOCK, 0x80, 0, NULL, 0))
			return false;
		host_sleep(h);
	}
	if (!host_status(h).data_locked) {
		for (unsigned int slot = 0; slot < 3; slot += 2) {
			if (host_status(h).key_valid >> slot & 1)
				continue;
			if (!step(h, OP_GENKEY, 4, (uint16_t)slot, NULL, 0))
				return false;
		}
		for (unsigned int block = 0; block < 3; block++)
			if (!step(h, OP_WRITE, 0x82, (uint16_t)(block << 8 | 10 << 3), data, 32))
				return false;
		if (!step(h, OP_WRITE, 0x81, 0, data, 32) || !step(h, OP_LOCK, 0x81, 0, NULL, 0))
			return false;
	}
	if (host_status(h).slot_locked >> 10 & 1 && !step(h, OP_LOCK, 0x2a, 0, NULL, 0))
		return false;
	while (host_status(h).counter[0] < 33)
		if (!step(h, OP_COUNTER, 1, 0, NULL, 0))
			return false;
	return true;
}

/* A chip that was cut off wakes, answers and is consistent. */
static void sane(struct host *h)
{
	struct ecc508a_emu_status st = host_status(h);
	uint8_t digest[32] = { 1 };

	assert_true(st.config_locked || !st.data_locked);
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	for (unsigned int slot = 0; slot < 3; slot += 2) {
		assert_status(host_cmd(h, OP_INFO, 1, (uint16_t)slot, NULL, 0), 0);
		assert_int_equal(h->rsp[0], st.key_valid >> slot & 1);
		if (!h->rsp[0])
			continue;
		/* a key that is valid is whole */
		assert_status(host_cmd(h, OP_GENKEY, 0, (uint16_t)slot, NULL, 0), 0);
		host_load(h, digest);
		assert_status(host_cmd(h, OP_SIGN, 0x80, (uint16_t)slot, NULL, 0), 0);
	}
}

static void finished(struct host *h)
{
	struct ecc508a_emu_status st = host_status(h);
	uint8_t buf[72];

	assert_true(st.config_locked && st.data_locked);
	assert_int_equal(st.key_valid, 5);
	assert_int_equal(st.slot_locked, 0xfbff);
	ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 10, 0, buf, 72);
	for (int i = 0; i < 72; i++)
		assert_int_equal(buf[i], 0x42);
}

static void cut_at_every_write(void **state)
{
	ALL_PARTS (part) {
		struct host *h = host_new((enum ecc508a_emu_part)part);
		unsigned int total, jumps = 0;

		assert_true(provision(h));
		finished(h);
		total = (unsigned int)host_status(h).eeprom_writes;
		assert_true(total > 80);
		host_free(h);

		for (unsigned int n = 0; n < total; n++) {
			struct cut cut = { .left = n, .armed = true };
			uint32_t counter;

			h = host_new((enum ecc508a_emu_part)part);
			ecc508a_emu_chip_set_eeprom_hook(h->chip, cut_hook, &cut);
			assert_false(provision(h));
			cut.armed = false;
			ecc508a_emu_bus_advance(h->bus, MS(5));
			ecc508a_emu_chip_power(h->chip, true);
			ecc508a_emu_bus_advance(h->bus, US(200));
			sane(h);
			counter = host_status(h).counter[0];
			assert_true(provision(h));
			finished(h);
			/* it may have jumped ahead by what one carry hides, and never fell back */
			assert_true(host_status(h).counter[0] >= counter);
			assert_in_range(host_status(h).counter[0], 33, 33 + 17);
			jumps += host_status(h).counter[0] > 33;
			host_free(h);
		}
		/* DS508 9.3: the count may jump by more than one; it does at the one carry on the
		 * way */
		assert_int_equal(jumps, 1);
	}
}

/* A key that is replaced by another: at no point a valid mixture of the two. */
static void cut_between_two_keys(void **state)
{
	for (unsigned int n = 0;; n++) {
		struct cut cut = { .left = n };
		struct host *h = chip(ECC508A_EMU_508A);
		uint8_t before[64];

		ecc508a_emu_chip_set_eeprom_hook(h->chip, cut_hook, &cut);
		assert_status(host_cmd(h, OP_GENKEY, 4, 0, NULL, 0), 0);
		memcpy(before, h->rsp, 64);
		cut.armed = true;
		if (step(h, OP_GENKEY, 4, 0, NULL, 0)) {
			/* no word was left to cut at */
			assert_true(n > 8);
			host_free(h);
			break;
		}
		cut.armed = false;
		ecc508a_emu_chip_power(h->chip, true);
		ecc508a_emu_bus_advance(h->bus, US(200));
		if (n == 0) {
			assert_status(host_cmd(h, OP_GENKEY, 0, 0, NULL, 0), 0);
			assert_memory_equal(h->rsp, before, 64);
		} else {
			assert_int_equal(host_status(h).key_valid, 0);
			assert_status(host_cmd(h, OP_GENKEY, 0, 0, NULL, 0), 0x0f);
		}
		host_free(h);
	}
}

/* Power lost at a point in time instead of at a word: the same promise. */
static void cut_at_any_time(void **state)
{
	for (unsigned int ms = 0; ms < 60; ms++) {
		struct host *h = host_new(ECC508A_EMU_608B);
		uint8_t data[32];
		bool locked = false, key0 = false;

		memset(data, 0x42, sizeof(data));
		/* again and again a bit later, until it went through: Lock, GenKey, Write */
		for (unsigned int tries = 0; !locked || !key0; tries++) {
			struct ecc508a_emu_status st;

			assert_true(tries < 200);
			host_wake(h);
			if (!locked)
				host_send(h, OP_LOCK, 0x80, 0, NULL, 0);
			else
				host_send(h, OP_GENKEY, 4, 0, NULL, 0);
			ecc508a_emu_bus_advance(h->bus, MS(ms) + MS(tries));
			host_power_cycle(h);
			st = host_status(h);
			/* what is locked stays locked */
			assert_true(st.config_locked || !locked);
			locked = st.config_locked;
			key0 = st.key_valid & 1;
			sane(h);
			host_sleep(h);
		}
		host_free(h);
	}
}

/* Half of a command's EEPROM words are programmed when half of the second half of its time is over.
 */
static void interrupted_write(void **state)
{
	struct host *h = chip(ECC508A_EMU_608B);
	uint8_t data[32], got[32];

	ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_EXEC, ECC508A_EMU_EXEC_MAX);
	memset(data, 0xa5, sizeof(data));
	host_wake(h);
	host_send(h, OP_WRITE, 0x82, 4 << 3, data, 32); /* 45 ms */
	ecc508a_emu_bus_advance(h->bus, MS(10));
	ecc508a_emu_chip_power(h->chip, false);
	ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 4, 0, got, 32);
	assert_memory_equal(got, key, 32);
	ecc508a_emu_chip_power(h->chip, true);
	ecc508a_emu_bus_advance(h->bus, MS(1));
	host_wake(h);
	host_send(h, OP_WRITE, 0x82, 4 << 3, data, 32);
	ecc508a_emu_bus_advance(h->bus, MS(34));
	ecc508a_emu_chip_power(h->chip, false);
	ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 4, 0, got, 32);
	assert_memory_equal(got, data, 16);
	assert_memory_equal(got + 16, key + 16, 16);
	host_free(h);
}

/* ------------------------------------------------------------------ real time */

static uint64_t fake_clock(void *ctx)
{
	return *(uint64_t *)ctx;
}

static void real_clock(void **state)
{
	struct host *h = chip(ECC508A_EMU_508A);
	uint64_t clock = 123456789;
	uint8_t buf[4], zero = 0;

	ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_TWHI, US(1500));
	ecc508a_emu_bus_advance(h->bus, MS(5));
	ecc508a_emu_bus_set_clock(h->bus, fake_clock, &clock);
	assert_int_equal(ecc508a_emu_bus_now(h->bus), MS(5));
	/* advance() does nothing, the wire takes no time of its own */
	ecc508a_emu_bus_advance(h->bus, MS(5));
	ecc508a_emu_write(h->bus, 0, &zero, 1, 100000);
	/* the pulse ends 90 us after the message began, by the bus; the clock has not moved */
	assert_int_equal(ecc508a_emu_bus_now(h->bus), MS(5));
	assert_int_equal(ecc508a_emu_bus_next_event(h->bus), MS(5) + US(1590));
	clock += US(1589);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 4, 100000), -6);
	clock += US(1);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 4, 100000), 4);
	clock += MS(1400);
	assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
	assert_int_equal(ecc508a_emu_bus_next_event(h->bus), UINT64_MAX);
	host_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survival),
		cmocka_unit_test(survival_quirks),
		cmocka_unit_test(watchdog),
		cmocka_unit_test(idle_restarts_the_watchdog),
		cmocka_unit_test(watchdog_refuses),
		cmocka_unit_test(watchdog_in_the_middle_of_a_transfer),
		cmocka_unit_test(watchdog_in_the_middle_of_a_read),
		cmocka_unit_test(cut_at_every_write),
		cmocka_unit_test(cut_between_two_keys),
		cmocka_unit_test(cut_at_any_time),
		cmocka_unit_test(interrupted_write),
		cmocka_unit_test(real_clock),
	};

	return cmocka_run_group_tests_name("power", tests, setup, NULL);
}
