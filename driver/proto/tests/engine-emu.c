// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The engine against the emulator: what a signature costs, long operations across the watchdog,
 * and thousands of operations on a bus where everything goes wrong now and then.  The emulator's
 * trace tells what was really carried out, OpenSSL whether a signature is good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "rig.h"

static const enum ecc_part parts[] = { ECC_PART_508A, ECC_PART_608A, ECC_PART_608B };

struct seen {
	unsigned int done[256]; /* commands carried out, by opcode */
	unsigned int increments, creations, undone, watchdogs, bytes;
};

static void watch(void *ctx, const struct ecc508a_emu_event *ev)
{
	struct seen *s = ctx;

	if (ev->type == ECC508A_EMU_EV_WATCHDOG)
		s->watchdogs++;
	/* What is cut off in the middle takes back what was not programmed yet */
	if (ev->type == ECC508A_EMU_EV_FAULT &&
	    (strstr(ev->text, "brown-out") || strstr(ev->text, "watchdog")))
		s->undone++;
	if (ev->type == ECC508A_EMU_EV_MSG)
		s->bytes += 1 + ev->msg->len;
	if (ev->type != ECC508A_EMU_EV_CMD || ev->status)
		return;
	s->done[ev->opcode]++;
	s->increments += ev->opcode == ECC_OP_COUNTER && (ev->p1 & 1);
	s->creations += ev->opcode == ECC_OP_GENKEY && (ev->p1 & 4);
}

static bool good(const u8 xy[64], const u8 digest[32], const u8 sig[64])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	ECDSA_SIG *s = ECDSA_SIG_new();
	u8 point[65] = { 4 }, *der = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)"P-256", 5),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_END,
	};
	EVP_PKEY *key = NULL;
	int len, ok;

	memcpy(point + 1, xy, 64);
	EVP_PKEY_fromdata_init(ctx);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	EVP_PKEY_CTX_free(ctx);
	ECDSA_SIG_set0(s, BN_bin2bn(sig, 32, NULL), BN_bin2bn(sig + 32, 32, NULL));
	len = i2d_ECDSA_SIG(s, &der);
	ctx = EVP_PKEY_CTX_new(key, NULL);
	EVP_PKEY_verify_init(ctx);
	ok = EVP_PKEY_verify(ctx, der, len, digest, 32);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	ECDSA_SIG_free(s);
	OPENSSL_free(der);
	return ok == 1;
}

/* wake + bytes on the wire + execution, and what the engine adds to it */
static void test_cost_of_signature(void **state)
{
	u8 digest[32] = { 1 }, sig[64], xy[64];
	struct seen seen = { 0 };
	struct rig r;
	u64 start, took, floor;

	rig_init(&r, ECC_PART_508A, "aws", 100000);
	assert_int_equal(ecc_pubkey(&r.dev, 0, xy), 0);
	assert_int_equal(ecc_sleep(&r.dev), 0);
	ecc508a_emu_bus_set_trace(r.bus, watch, &seen);
	start = ecc508a_emu_bus_now(r.bus);
	assert_int_equal(ecc_sign(&r.dev, 0, digest, sig), 0);
	assert_int_equal(ecc_sleep(&r.dev), 0);
	took = ecc508a_emu_bus_now(r.bus) - start;
	/* pulse 2, Nonce 41, status 5, Sign 9, signature 68, sleep 2; nine clocks each */
	floor = 1500000 + (2 + 41 + 5 + 9 + 68 + 2) * 90000ull + 100000 + 42000000;
	print_message("# sign %u us, floor %u us, %u bytes\n", (unsigned int)(took / 1000),
		      (unsigned int)(floor / 1000), seen.bytes);
	assert_int_equal(seen.bytes, 127);
	assert_true(took <= floor + floor / 50);
	assert_int_equal(seen.done[ECC_OP_SIGN], 1);
	assert_true(good(xy, digest, sig));
	rig_free(&r);
}

/* 4 kB of random numbers take longer than the watchdog allows, on a chip at its slowest */
static void test_long_operation(void **state)
{
	struct seen seen = { 0 };
	static u8 buf[4096];
	struct rig r;

	rig_init(&r, ECC_PART_608B, "aws", 100000);
	ecc508a_emu_chip_set(r.chip, ECC508A_EMU_P_EXEC, ECC508A_EMU_EXEC_MAX);
	ecc508a_emu_chip_set(r.chip, ECC508A_EMU_P_TWATCHDOG, 700000000);
	ecc508a_emu_bus_set_trace(r.bus, watch, &seen);
	assert_int_equal(ecc_random(&r.dev, buf, sizeof(buf), false), 0);
	assert_int_equal(seen.watchdogs, 0);
	assert_int_equal(seen.done[ECC_OP_RANDOM], 128);
	assert_true(r.dev.stats.watchdog >= 3);
	assert_int_equal(r.dev.retries, 0);
	rig_free(&r);
}

/* Everything at its slowest, for each clock divider: no command is given up too early */
static void test_slowest(void **state)
{
	static const u8 dividers[] = { 0x00, 0x28, 0x68 };
	u8 digest[32] = { 2 }, sig[64], xy[64], secret[32], mode;
	struct rig r;

	for (unsigned int i = 0; i < 3; i++) {
		rig_init(&r, ECC_PART_608B, "aws", 100000);
		mode = dividers[i] | 0x01;
		assert_int_equal(ecc508a_emu_chip_poke(r.chip, ECC508A_EMU_CONFIG, 19, &mode, 1),
				 0);
		ecc508a_emu_chip_set(r.chip, ECC508A_EMU_P_EXEC, ECC508A_EMU_EXEC_MAX);
		ecc508a_emu_chip_set(r.chip, ECC508A_EMU_P_EXEC_SCALE, 1100);
		assert_int_equal(ecc_refresh_config(&r.dev), 0);
		assert_int_equal(ecc_pubkey(&r.dev, 2, xy), 0);
		assert_int_equal(ecc_sign(&r.dev, 2, digest, sig), 0);
		assert_true(good(xy, digest, sig));
		assert_int_equal(ecc_verify(&r.dev, xy, digest, sig), 0);
		assert_int_equal(ecc_ecdh(&r.dev, 2, xy, 0, secret), 0);
		assert_int_equal(r.dev.stats.retries, 0);
		rig_free(&r);
	}
}

static u32 rnd(u32 *seed, u32 below)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % below;
}

/* What each operation left behind, held against what the emulator saw */
static void test_storm(void **state)
{
	const char *env = getenv("ROUNDS");
	unsigned int rounds = env ? strtoul(env, NULL, 0) : 400, failed = 0, unclear = 0;
	u8 digest[32], sig[64], xy[64], now_xy[64], data[72], back[72];
	u32 seed = 1, count, before;
	struct seen seen, s0;
	u64 start, longest = 0;
	struct rig r;
	size_t done;
	int ret;

	for (unsigned int p = 0; p < 3; p++) {
		rig_init(&r, parts[p], "aws", 100000);
		memset(&seen, 0, sizeof(seen));
		ecc508a_emu_bus_set_trace(r.bus, watch, &seen);
		for (unsigned int i = 0; i < rounds; i++) {
			unsigned int op = rnd(&seed, 6);

			assert_int_equal(ecc_pubkey(&r.dev, 2, xy), 0);
			assert_int_equal(ecc_counter(&r.dev, 0, false, &before), 0);
			assert_int_equal(ecc_sleep(&r.dev), 0);
			for (unsigned int j = 0; j < sizeof(data); j++)
				data[j] = rnd(&seed, 256);
			memcpy(digest, data, 32);
			s0 = seen;
			ecc508a_emu_bus_fault_seed(r.bus, seed, 25);
			start = ecc508a_emu_bus_now(r.bus);
			switch (op) {
			case 0:
			case 1:
				ret = ecc_sign(&r.dev, 2, digest, sig);
				if (!ret)
					assert_true(good(xy, digest, sig));
				break;
			case 2:
				ret = ecc_genkey(&r.dev, 2, now_xy);
				assert_true(seen.creations - s0.creations <=
					    1 + seen.undone - s0.undone);
				if (!ret)
					assert_true(seen.creations > s0.creations);
				break;
			case 3:
				ret = ecc_counter(&r.dev, 0, true, &count);
				assert_true(seen.increments - s0.increments <=
					    1 + seen.undone - s0.undone);
				if (!ret)
					assert_int_equal(count, before + 1);
				break;
			case 4:
				ret = ecc_write(&r.dev, 2, 10, 0, data, 72, &done);
				break;
			default:
				ret = ecc_read(&r.dev, 2, 10, 0, back, 72);
				break;
			}
			ecc_sleep(&r.dev);
			if (ecc508a_emu_bus_now(r.bus) - start > longest)
				longest = ecc508a_emu_bus_now(r.bus) - start;
			ecc508a_emu_bus_fault_seed(r.bus, 0, 0);
			ecc508a_emu_bus_faults_clear(r.bus);
			failed += ret != 0;
			unclear += ret == -EUCLEAN;
			if (ret && ret != -EIO && ret != -ETIMEDOUT && ret != -ENXIO &&
			    ret != -EUCLEAN && ret != -EREMOTEIO)
				fail_msg("round %u: operation %u: error %d", i, op, ret);

			/* In calm: did it do what it said? */
			if (op == 3) {
				assert_int_equal(ecc_counter(&r.dev, 0, false, &count), 0);
				assert_true(count == before + 1 || (ret && count == before));
			}
			if (!ret && op == 2) {
				assert_int_equal(ecc_pubkey(&r.dev, 2, xy), 0);
				assert_memory_equal(xy, now_xy, 64);
			}
			if (!ret && op == 4) {
				assert_int_equal(ecc_read(&r.dev, 2, 10, 0, back, 72), 0);
				assert_memory_equal(back, data, 72);
			}
		}
		rig_free(&r);
	}
	print_message("# %u operations, %u failed, %u of them unclear, longest %u ms\n", 3 * rounds,
		      failed, unclear, (unsigned int)(longest / 1000000));
	assert_true(failed * 20 < 3 * rounds);
	assert_true(longest < 6000000000ull);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cost_of_signature),
		cmocka_unit_test(test_long_operation),
		cmocka_unit_test(test_slowest),
		cmocka_unit_test(test_storm),
	};

	return cmocka_run_group_tests_name("engine on the emulator", tests, NULL, NULL);
}
