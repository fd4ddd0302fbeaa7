// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Somebody else talks to the chip in the middle of a sequence, as a program on /dev/i2c-N can:
 * each of the things he may do, before each transfer of each sequence.  The sequence succeeds,
 * its result is right, and the next one succeeds, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rig.h"

static void put(struct rig *r, u16 addr, const u8 *bytes, u32 len)
{
	ecc508a_emu_write(r->bus, addr, bytes, len, r->hz);
}

static void word(struct rig *r, u8 word)
{
	put(r, r->dev.addr, &word, 1);
}

static void wake(struct rig *r)
{
	ecc508a_emu_bus_sda_low(r->bus, 80000);
	ecc508a_emu_bus_advance(r->bus, 2000000);
}

static void take(struct rig *r, u32 len)
{
	u8 buf[8];

	ecc508a_emu_read(r->bus, r->dev.addr, buf, len, r->hz);
}

static void do_sleep(struct rig *r)
{
	word(r, ECC_WORD_SLEEP);
}

static void do_idle(struct rig *r)
{
	word(r, ECC_WORD_IDLE);
}

static void do_rewind(struct rig *r)
{
	word(r, ECC_WORD_RESET);
}

static void do_read(struct rig *r)
{
	take(r, 4);
}

static void do_half_read(struct rig *r)
{
	take(r, 1);
}

/* Awake as before, but what it had in mind is gone */
static void sleep_wake(struct rig *r)
{
	do_sleep(r);
	wake(r);
}

static void idle_wake(struct rig *r)
{
	do_idle(r);
	wake(r);
}

static void wake_sleep(struct rig *r)
{
	wake(r);
	do_sleep(r);
}

static void wake_idle(struct rig *r)
{
	wake(r);
	do_idle(r);
}

/* Info(Revision) of somebody who does not wait for the answer */
static void do_command(struct rig *r)
{
	static const u8 info[] = { 3, 7, 0x30, 0, 0, 0, 0x03, 0x5d };

	put(r, r->dev.addr, info, sizeof(info));
}

static void do_garbage(struct rig *r)
{
	static const u8 garbage[] = { 3, 7, 0x30, 0, 0, 0, 0, 0 };

	put(r, r->dev.addr, garbage, sizeof(garbage));
}

static const struct {
	const char *name;
	void (*act)(struct rig *r);
} acts[] = {
	{ "sleep", do_sleep },	       { "idle", do_idle },	      { "wake", wake },
	{ "read", do_read },	       { "half read", do_half_read }, { "rewind", do_rewind },
	{ "sleep, wake", sleep_wake }, { "idle, wake", idle_wake },   { "wake, sleep", wake_sleep },
	{ "wake, idle", wake_idle },   { "command", do_command },     { "garbage", do_garbage },
};

static const u8 digest[32] = { 0x31, 0x41, 0x59, 0x26 };
static u8 xy[64], good[64]; /* its public key, and a signature once one is needed */

static int check_signature(struct rig *r, const u8 *sig)
{
	r->stranger = NULL;
	return ecc_verify(&r->dev, xy, digest, sig);
}

static int run_sign(struct rig *r)
{
	u8 sig[64];
	int ret = ecc_sign(&r->dev, 0, digest, sig);

	return ret ? ret : check_signature(r, sig);
}

static int run_pubkey(struct rig *r)
{
	u8 out[64];
	int ret = ecc_pubkey(&r->dev, 0, out);

	return ret ? ret : memcmp(out, xy, 64);
}

static int run_verify(struct rig *r)
{
	u8 other[32];
	int ret;

	if (!good[0]) {
		void (*later)(struct rig *) = r->stranger;

		r->stranger = NULL;
		assert_int_equal(ecc_sign(&r->dev, 0, digest, good), 0);
		ecc_sleep(&r->dev);
		r->stranger = later;
		r->transfers = 0;
	}
	memcpy(other, digest, 32);
	ret = ecc_verify(&r->dev, xy, digest, good);
	r->stranger = NULL;
	other[0] ^= 1;
	return ret ? ret : ecc_verify(&r->dev, xy, other, good) != -EKEYREJECTED;
}

static int run_read(struct rig *r)
{
	u8 out[9], want[9];
	int ret = ecc_read(&r->dev, 0, 0, 0, out, 4);

	ecc_config_serial(r->dev.config, want);
	return ret ? ret : memcmp(out, want, 4);
}

static int run_random(struct rig *r)
{
	u8 out[32] = { 0 }, zero[32] = { 0 };
	int ret = ecc_random(&r->dev, out, 32, false);

	return ret ? ret : !memcmp(out, zero, 32);
}

static const struct {
	const char *name;
	int (*run)(struct rig *r);
} ops[] = {
	{ "sign", run_sign }, { "pubkey", run_pubkey }, { "verify", run_verify },
	{ "read", run_read }, { "random", run_random },
};

/*
 * An answer does not say what it answers.  One of the same length to somebody else's command is
 * taken for ours; only sequences whose results are checked by what follows are safe from that.
 */
static bool cannot_be_told(size_t act, size_t op)
{
	return acts[act].act == do_command && ops[op].run == run_read;
}

static void disturb_all(enum ecc_part part, const char *preset, u32 hz, bool awake)
{
	struct rig r;
	size_t op, act;
	unsigned int at, bad = 0, cases = 0;
	int ret;

	memset(good, 0, sizeof(good));
	rig_init(&r, part, preset, hz);
	assert_int_equal(ecc_pubkey(&r.dev, 0, xy), 0);
	for (op = 0; op < sizeof(ops) / sizeof(ops[0]); op++) {
		for (act = 0; act < sizeof(acts) / sizeof(acts[0]); act++) {
			for (at = 0;; at++) {
				if (!awake)
					ecc_sleep(&r.dev);
				r.stranger = acts[act].act;
				r.transfers = 0;
				r.strike_at = at;
				ret = ops[op].run(&r);
				r.stranger = NULL;
				cases++;
				if (cannot_be_told(act, op))
					ret = 0;
				if (ret && bad++ < 20)
					print_error(
						"%s, before transfer %u of %s: %d (status %02x)\n",
						acts[act].name, at, ops[op].name, ret,
						r.dev.status);
				if (ops[0].run(&r)) {
					bad++;
					print_error("... and then signing fails\n");
				}
				if (r.transfers <= at)
					break;
			}
		}
	}
	rig_free(&r);
	assert_true(cases > 200);
	assert_int_equal(bad, 0);
}

static void test_508a(void **state)
{
	disturb_all(ECC_PART_508A, "aws", 100000, false);
}

static void test_508a_awake(void **state)
{
	disturb_all(ECC_PART_508A, "aws", 100000, true);
}

static void test_608b_fast(void **state)
{
	disturb_all(ECC_PART_608B, "tflxtls", 400000, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_508a),
		cmocka_unit_test(test_508a_awake),
		cmocka_unit_test(test_608b_fast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
