// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The library over the emulator's socket: every operation, its messages, provisioning with
 * interruptions, threads, forks, killed holders, a server that dies.  OpenSSL is the referee for
 * signatures and shared secrets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "ecc508a.h"
#include "emulator.h"
#include "internal.h"
#include "provision.h"

static const uint8_t digest[32] = "a digest of thirty-two bytes ...";

static EVP_PKEY *public_key(const uint8_t xy[64])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	uint8_t point[65] = { 4 };
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)"P-256", 5),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_END,
	};
	EVP_PKEY *key = NULL;

	memcpy(point + 1, xy, 64);
	EVP_PKEY_fromdata_init(ctx);
	EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static bool openssl_verifies(const uint8_t xy[64], const uint8_t hash[32], const uint8_t sig[64])
{
	EVP_PKEY *key = public_key(xy);
	EVP_PKEY_CTX *ctx;
	ECDSA_SIG *s = ECDSA_SIG_new();
	uint8_t *der = NULL;
	int len, ok;

	if (!key)
		return false;
	ECDSA_SIG_set0(s, BN_bin2bn(sig, 32, NULL), BN_bin2bn(sig + 32, 32, NULL));
	len = i2d_ECDSA_SIG(s, &der);
	ctx = EVP_PKEY_CTX_new(key, NULL);
	EVP_PKEY_verify_init(ctx);
	ok = EVP_PKEY_verify(ctx, der, len, hash, 32) == 1;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	ECDSA_SIG_free(s);
	OPENSSL_free(der);
	return ok;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

#define assert_says(dev, word)                                                            \
	do {                                                                              \
		if (!strstr(ecc508a_error(dev), word))                                    \
			fail_msg("\"%s\" does not say \"%s\"", ecc508a_error(dev), word); \
	} while (0)

/* A blank chip, in virtual time unless a test needs the wall clock */
static void start(struct emulator *emu, const char *part, const char *preset, bool virtual_time)
{
	const char *const args[] = { "--part", part, "--preset", preset, NULL };

	emulator_start(emu, args);
	if (virtual_time)
		setenv("ECC508A_EMU_TIME", "virtual", 1);
	else
		unsetenv("ECC508A_EMU_TIME");
}

static struct ecc508a_dev *open_dev(const struct emulator *emu, unsigned int flags)
{
	struct ecc508a_dev *dev;

	if (ecc508a_open(emu->device, flags, &dev))
		fail_msg("%s", ecc508a_error(NULL));
	return dev;
}

static void provision(struct ecc508a_dev *dev)
{
	struct ecc508a_plan plan;

	if (ecc508a_plan_make(dev, ecc508a_profile_find("aws"), 0, &plan) ||
	    ecc508a_plan_run(dev, &plan, NULL, NULL))
		fail_msg("%s", ecc508a_error(dev));
}

static void test_open_errors(void **state)
{
	struct ecc508a_dev *dev;
	char name[300];

	assert_int_equal(ecc508a_open("emu:/nonexistent/bus", 0, &dev), -ENOENT);
	assert_null(dev);
	assert_says(NULL, "no emulator listens there");
	assert_int_equal(ecc508a_open("/dev/null", 0, &dev), -ENOTTY);
	assert_says(NULL, "is no device of the ecc508a driver");
	assert_int_equal(ecc508a_open("/dev/ecc508a4711", 0, &dev), -ENOENT);
	assert_says(NULL, "/dev/ecc508a4711");
	assert_int_equal(ecc508a_open("serial:0123", 0, &dev), -EINVAL);
	assert_says(NULL, "18 hexadecimal digits");
	assert_int_equal(ecc508a_open("emu:x", 0x80, &dev), -EINVAL);
	assert_int_equal(ecc508a_open("", 0, &dev), -EINVAL);
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	assert_int_equal(ecc508a_open(name, 0, &dev), -EINVAL);
	memcpy(name, "emu:", 4);
	name[200] = 0;
	assert_int_equal(ecc508a_open(name, 0, &dev), -ENAMETOOLONG);
	setenv("ECC508A_DEVICE", "emu:/nonexistent/other", 1);
	assert_int_equal(ecc508a_open(NULL, 0, &dev), -ENOENT);
	assert_says(NULL, "/nonexistent/other");
	unsetenv("ECC508A_DEVICE");
}

static void test_blank(void **state)
{
	struct ecc508a_chip_info info;
	struct ecc508a_dev *dev;
	struct emulator emu;
	uint8_t buf[64];

	start(&emu, "608b", "blank", true);
	dev = open_dev(&emu, 0);
	assert_int_equal(ecc508a_info(dev, false, &info), 0);
	assert_int_equal(info.part, ECC508A_CHIP_608B);
	assert_string_equal(info.part_name, "ATECC608B");
	assert_string_equal(info.transport, "emulator");
	assert_false(info.config_locked || info.data_locked);
	assert_int_equal(info.serial[0], 0x01);
	assert_int_equal(info.serial[1], 0x23);
	assert_int_equal(info.address, 0x60);
	assert_int_equal(ecc508a_random(dev, buf, 16), -ENODATA);
	assert_says(dev, "FF FF 00 00");
	assert_int_equal(ecc508a_sign(dev, 0, digest, buf), -EACCES);
	assert_int_equal(ecc508a_status(dev), 0x0f);
	assert_says(dev, "slot 0: Sign refused by the chip (status 0x0f");
	assert_says(dev, "configuration zone is not locked");
	assert_says(dev, "Remedy: ");
	assert_int_equal(ecc508a_sign(dev, 16, digest, buf), -EINVAL);
	assert_says(dev, "slots are 0 to 15");
	/* a checksum that is not that of the chip locks nothing */
	assert_int_equal(ecc508a_lock_config(dev, 0x1234), -EACCES);
	assert_says(dev, "checksum 0x1234");
	assert_int_equal(ecc508a_info(dev, true, &info), 0);
	assert_false(info.config_locked);
	ecc508a_close(dev);
	emulator_stop(&emu);
}

/* Interrupted after every step: the next run goes on from there and ends the same */
static void test_provision_resume(void **state)
{
	static const char *const parts[] = { "508a", "608a", "608b" };
	const struct ecc508a_profile *aws = ecc508a_profile_find("aws");
	struct ecc508a_chip_info info;
	struct ecc508a_plan plan;
	struct ecc508a_dev *dev;
	struct emulator emu;
	uint8_t xy[64];
	unsigned int steps, n;

	for (unsigned int p = 0; p < 3; p++) {
		start(&emu, parts[p], "blank", true);
		for (n = 0, steps = 1; n <= steps; n++) {
			dev = open_dev(&emu, 0);
			assert_int_equal(ecc508a_plan_make(dev, aws, 0, &plan), 0);
			steps = plan.steps;
			assert_int_equal(steps, 7);
			for (unsigned int i = 0; i < steps; i++)
				assert_int_equal(plan.step[i].done, i < n);
			/* "power off" after one more */
			if (n < steps) {
				plan.steps = n + 1;
				if (ecc508a_plan_run(dev, &plan, NULL, NULL))
					fail_msg("%s", ecc508a_error(dev));
			}
			ecc508a_close(dev);
		}
		dev = open_dev(&emu, 0);
		assert_int_equal(ecc508a_info(dev, true, &info), 0);
		assert_true(info.config_locked && info.data_locked);
		/* the published image, with the chip's own address */
		assert_int_equal(info.config[16], 0xc0);
		assert_memory_equal(info.config + 20, aws->config + 20, 32);
		assert_memory_equal(info.config + 96, aws->config + 96, 32);
		assert_int_equal(info.config[18], p ? 0x00 : 0xaa);
		for (unsigned int i = 0; i < 16; i++) {
			if (aws->keys >> i & 1)
				assert_int_equal(ecc508a_pubkey(dev, i, xy), 0);
		}
		ecc508a_close(dev);
		emulator_stop(&emu);
	}
}

static void test_provision_other(void **state)
{
	struct ecc508a_profile other = *ecc508a_profile_find("aws");
	struct ecc508a_chip_info info;
	struct ecc508a_plan plan;
	struct ecc508a_dev *dev;
	struct emulator emu;
	uint8_t block[32] = { 1 };

	start(&emu, "508a", "blank", true);
	dev = open_dev(&emu, 0);
	provision(dev);
	other.config[38] = 0x77;
	assert_int_equal(ecc508a_plan_make(dev, &other, 0, &plan), -EEXIST);
	assert_says(dev, "byte 38 is c4, not 77");
	assert_int_equal(ecc508a_plan_make(dev, ecc508a_profile_find("aws"), 0x35, &plan), -EEXIST);
	assert_says(dev, "byte 16");
	assert_null(ecc508a_profile_find("no such"));
	ecc508a_close(dev);
	emulator_stop(&emu);

	/* data that nobody planned for: refused, kept, and overwritten only when asked to */
	start(&emu, "508a", "blank", true);
	dev = open_dev(&emu, 0);
	assert_int_equal(ecc508a_plan_make(dev, ecc508a_profile_find("aws"), 0, &plan), 0);
	plan.steps = 2;
	assert_int_equal(ecc508a_plan_run(dev, &plan, NULL, NULL), 0);
	assert_int_equal(ecc508a_write(dev, ECC508A_DATA, 8, 0, block, 32), 0);
	assert_int_equal(ecc508a_plan_make(dev, ecc508a_profile_find("aws"), 0, &plan), 0);
	assert_int_equal(ecc508a_plan_run(dev, &plan, NULL, NULL), -EACCES);
	assert_says(dev, "--fill-data");
	assert_int_equal(ecc508a_info(dev, true, &info), 0);
	assert_false(info.data_locked);
	plan.fill_data = true;
	assert_int_equal(ecc508a_plan_run(dev, &plan, NULL, NULL), 0);
	assert_int_equal(ecc508a_info(dev, true, &info), 0);
	assert_true(info.data_locked);
	ecc508a_close(dev);
	emulator_stop(&emu);
}

static void test_provision_address(void **state)
{
	const struct ecc508a_profile *aws = ecc508a_profile_find("aws");
	struct ecc508a_chip_info info;
	struct ecc508a_plan plan;
	struct ecc508a_dev *dev;
	struct emulator emu;

	start(&emu, "508a", "blank", true);
	dev = open_dev(&emu, 0);
	assert_int_equal(ecc508a_plan_make(dev, aws, 0x58, &plan), 0);
	assert_non_null(strstr(plan.step[0].text, "0x60 to 0x58"));
	assert_int_equal(ecc508a_plan_run(dev, &plan, NULL, NULL), -EREMCHG);
	assert_says(dev, "answers at 0x58");
	ecc508a_close(dev);
	/* found at its new address */
	dev = open_dev(&emu, 0);
	assert_int_equal(ecc508a_info(dev, true, &info), 0);
	assert_int_equal(info.address, 0x58);
	assert_int_equal(ecc508a_plan_make(dev, aws, 0x58, &plan), 0);
	assert_true(plan.step[0].done);
	assert_int_equal(ecc508a_plan_run(dev, &plan, NULL, NULL), 0);
	ecc508a_close(dev);
	emulator_stop(&emu);
}

static void test_keys(void **state)
{
	struct ecc508a_dev *dev;
	struct emulator emu;
	uint8_t xy[64], sig[64], other[64], secret[32], want[32];
	uint8_t stored[72] = { 0 }, point[65];
	EVP_PKEY *host, *peer;
	EVP_PKEY_CTX *ctx;
	size_t len = sizeof(want), n;

	start(&emu, "508a", "blank", true);
	dev = open_dev(&emu, 0);
	provision(dev);
	assert_int_equal(ecc508a_pubkey(dev, 2, xy), 0);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(ecc508a_sign(dev, 2, digest, sig), 0);
		assert_true(openssl_verifies(xy, digest, sig));
	}
	assert_int_equal(ecc508a_verify(dev, xy, digest, sig), 0);
	sig[40] ^= 1;
	assert_false(openssl_verifies(xy, digest, sig));
	assert_int_equal(ecc508a_verify(dev, xy, digest, sig), -EKEYREJECTED);
	assert_says(dev, "does not match");
	sig[40] ^= 1;

	/* the same public key, stored in slot 11 */
	assert_int_equal(ecc508a_pubkey_stored(dev, 11, other), -ENOKEY);
	memcpy(stored + 4, xy, 32);
	memcpy(stored + 40, xy + 32, 32);
	assert_int_equal(ecc508a_write(dev, ECC508A_DATA, 11, 0, stored, 72), 0);
	assert_int_equal(ecc508a_pubkey_stored(dev, 11, other), 0);
	assert_memory_equal(other, xy, 64);
	assert_int_equal(ecc508a_verify_stored(dev, 11, digest, sig), 0);

	/* ECDH against OpenSSL */
	host = EVP_EC_gen("P-256");
	assert_int_equal(EVP_PKEY_get_octet_string_param(host, OSSL_PKEY_PARAM_PUB_KEY, point,
							 sizeof(point), &n),
			 1);
	if (ecc508a_ecdh(dev, 2, point + 1, secret))
		fail_msg("%s", ecc508a_error(dev));
	peer = public_key(xy);
	ctx = EVP_PKEY_CTX_new(host, NULL);
	EVP_PKEY_derive_init(ctx);
	EVP_PKEY_derive_set_peer(ctx, peer);
	assert_int_equal(EVP_PKEY_derive(ctx, want, &len), 1);
	assert_memory_equal(secret, want, 32);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(host);
	/* a point off the curve */
	point[20] ^= 1;
	assert_int_equal(ecc508a_ecdh(dev, 2, point + 1, secret), -EACCES);
	assert_says(dev, "not a point of P-256");

	/* a new key is a new key */
	assert_int_equal(ecc508a_genkey(dev, 2, other), 0);
	assert_memory_not_equal(other, xy, 64);
	assert_int_equal(ecc508a_pubkey(dev, 2, xy), 0);
	assert_memory_equal(other, xy, 64);

	/* refusals that name the deciding bit */
	assert_int_equal(ecc508a_sign(dev, 7, digest, sig), -EACCES);
	assert_says(dev, "slot 7: Sign refused");
	assert_says(dev, "SlotConfig bit 0");
	assert_int_equal(ecc508a_ecdh(dev, 7, xy, secret), -EACCES);
	assert_says(dev, "SlotConfig bit 2");
	assert_int_equal(ecc508a_genkey(dev, 8, other), -EACCES);
	assert_says(dev, "Private");
	assert_int_equal(ecc508a_read(dev, ECC508A_DATA, 4, 0, other, 32), -EACCES);
	assert_says(dev, "never read");
	ecc508a_close(dev);
	emulator_stop(&emu);
}

static void test_data(void **state)
{
	struct ecc508a_dev *dev;
	struct emulator emu;
	uint8_t data[416], back[416], key[32], wrong[32];
	uint32_t value;

	start(&emu, "608a", "blank", true);
	dev = open_dev(&emu, 0);
	provision(dev);
	for (unsigned int i = 0; i < sizeof(data); i++)
		data[i] = i * 5 + 3;
	assert_int_equal(ecc508a_write(dev, ECC508A_DATA, 8, 0, data, 416), 0);
	assert_int_equal(ecc508a_read(dev, ECC508A_DATA, 8, 0, back, 416), 0);
	assert_memory_equal(data, back, 416);
	/* any range, also within a word */
	assert_int_equal(ecc508a_write(dev, ECC508A_DATA, 8, 37, "hello", 5), 0);
	memcpy(data + 37, "hello", 5);
	assert_int_equal(ecc508a_read(dev, ECC508A_DATA, 8, 3, back, 400), 0);
	assert_memory_equal(data + 3, back, 400);
	assert_int_equal(ecc508a_read(dev, ECC508A_DATA, 8, 400, back, 17), -EINVAL);
	assert_says(dev, "outside the zone");
	assert_int_equal(ecc508a_read(dev, ECC508A_CONFIG, 1, 0, back, 4), -EINVAL);

	/* slot 9: secret, read and written encrypted with the key of slot 4 */
	memset(key, 0x5a, sizeof(key));
	assert_int_equal(ecc508a_write(dev, ECC508A_DATA, 4, 0, key, 32), 0);
	assert_int_equal(ecc508a_write(dev, ECC508A_DATA, 9, 0, data, 72), -EACCES);
	assert_says(dev, "takes encrypted writes only");
	if (ecc508a_write_encrypted(dev, 9, 0, 4, key, data, 72))
		fail_msg("%s", ecc508a_error(dev));
	if (ecc508a_read_encrypted(dev, 9, 0, 4, key, back, 72))
		fail_msg("%s", ecc508a_error(dev));
	assert_memory_equal(data, back, 72);
	memcpy(wrong, key, 32);
	wrong[0] ^= 1;
	assert_int_equal(ecc508a_write_encrypted(dev, 9, 0, 4, wrong, data, 32), -EACCES);
	assert_int_equal(ecc508a_read(dev, ECC508A_DATA, 9, 0, back, 32), -EACCES);
	assert_says(dev, "read it encrypted");

	assert_int_equal(ecc508a_counter(dev, 0, false, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(ecc508a_counter(dev, 0, true, &value), 0);
	assert_int_equal(ecc508a_counter(dev, 0, true, &value), 0);
	assert_int_equal(value, 2);
	assert_int_equal(ecc508a_counter(dev, 2, true, &value), -EINVAL);

	assert_int_equal(ecc508a_lock_slot(dev, 8), 0);
	assert_int_equal(ecc508a_lock_slot(dev, 8), -EALREADY);
	assert_int_equal(ecc508a_write(dev, ECC508A_DATA, 8, 0, data, 32), -EACCES);
	assert_says(dev, "SlotLocked");
	assert_int_equal(ecc508a_lock_slot(dev, 2), -EACCES);
	assert_says(dev, "Lockable");
	assert_int_equal(ecc508a_lock_config(dev, 0), -EALREADY);
	assert_int_equal(ecc508a_random(dev, back, 100), 0);
	ecc508a_close(dev);

	dev = open_dev(&emu, ECC508A_OPEN_READONLY);
	assert_int_equal(ecc508a_sign(dev, 0, digest, back), -EBADF);
	assert_says(dev, "opened for writing");
	assert_int_equal(ecc508a_pubkey(dev, 0, back), 0);
	assert_int_equal(ecc508a_counter(dev, 0, true, &value), -EBADF);
	assert_int_equal(ecc508a_counter(dev, 0, false, &value), 0);
	ecc508a_close(dev);
	emulator_stop(&emu);
}

static void test_session(void **state)
{
	struct ecc508a_dev *dev;
	struct emulator emu;
	uint8_t xy[64], sig[64], status;
	size_t len;

	start(&emu, "508a", "aws", false);
	dev = open_dev(&emu, 0);
	assert_int_equal(ecc508a_pubkey(dev, 0, xy), 0);
	len = sizeof(sig);
	assert_int_equal(ecc508a_exchange(dev, 0x30, 0, 0, NULL, 0, sig, &len), -ENOTCONN);
	assert_int_equal(ecc508a_session_begin(dev, 0), -EINVAL);
	assert_int_equal(ecc508a_session_begin(dev, 5000), 0);
	assert_int_equal(ecc508a_session_begin(dev, 5000), -EBUSY);
	len = 1;
	assert_int_equal(ecc508a_exchange(dev, 0x16, 3, 0, digest, 32, &status, &len), 0);
	assert_int_equal(len, 1);
	/* longer than the watchdog: TempKey waits in idle */
	usleep(1800000);
	len = sizeof(sig);
	if (ecc508a_exchange(dev, 0x41, 0x80, 0, NULL, 0, sig, &len))
		fail_msg("%s", ecc508a_error(dev));
	assert_int_equal(len, 64);
	assert_true(openssl_verifies(xy, digest, sig));
	len = sizeof(sig);
	assert_int_equal(ecc508a_exchange(dev, 0x41, 0x80, 0, NULL, 0, sig, &len), -EACCES);
	assert_int_equal(ecc508a_session_end(dev), 0);
	assert_int_equal(ecc508a_session_end(dev), -ENOTCONN);

	assert_int_equal(ecc508a_session_begin(dev, 50), 0);
	usleep(80000);
	len = sizeof(sig);
	assert_int_equal(ecc508a_exchange(dev, 0x30, 0, 0, NULL, 0, sig, &len), -ETIME);
	assert_says(dev, "time limit");
	assert_int_equal(ecc508a_session_end(dev), -ETIME);
	assert_int_equal(ecc508a_sign(dev, 0, digest, sig), 0);
	ecc508a_close(dev);
	emulator_stop(&emu);
}

struct worker {
	struct ecc508a_dev *dev;
	const uint8_t *xy;
	int bad;
};

static void *sign_some(void *arg)
{
	struct worker *w = arg;
	uint8_t hash[32], sig[64];

	for (int i = 0; i < 8; i++) {
		memset(hash, i + (int)(intptr_t)w, sizeof(hash));
		if (ecc508a_sign(w->dev, 0, hash, sig) || !openssl_verifies(w->xy, hash, sig))
			w->bad++;
	}
	return NULL;
}

static void test_threads_and_forks(void **state)
{
	struct ecc508a_dev *dev;
	struct worker w[3];
	struct emulator emu;
	pthread_t thread[3];
	pid_t child[3];
	uint8_t xy[64];
	int status;

	start(&emu, "508a", "aws", false);
	dev = open_dev(&emu, 0);
	assert_int_equal(ecc508a_pubkey(dev, 0, xy), 0);
	for (int i = 0; i < 3; i++) {
		w[i] = (struct worker){ .dev = dev, .xy = xy };
		pthread_create(&thread[i], NULL, sign_some, &w[i]);
	}
	/* while the threads sign, children that inherited the device sign too */
	for (int i = 0; i < 3; i++) {
		usleep(20000);
		child[i] = fork();
		if (!child[i]) {
			struct worker mine = { .dev = dev, .xy = xy };

			sign_some(&mine);
			_exit(mine.bad);
		}
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_int_equal(status, 0);
		pthread_join(thread[i], NULL);
		assert_int_equal(w[i].bad, 0);
	}
	ecc508a_close(dev);
	emulator_stop(&emu);
}

/* A holder that dies in the middle of anything leaves the others a working chip */
static void test_killed_holder(void **state)
{
	struct ecc508a_dev *dev;
	struct emulator emu;
	uint8_t xy[64], sig[64];
	double start_time;

	start(&emu, "508a", "aws", false);
	dev = open_dev(&emu, 0);
	assert_int_equal(ecc508a_pubkey(dev, 0, xy), 0);
	for (int i = 0; i < 12; i++) {
		pid_t child = fork();

		if (!child) {
			for (;;)
				ecc508a_sign(dev, 0, digest, sig);
		}
		usleep(30000 + 4700 * i);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		start_time = now();
		if (ecc508a_sign(dev, 0, digest, sig))
			fail_msg("%s", ecc508a_error(dev));
		assert_true(openssl_verifies(xy, digest, sig));
		assert_true(now() - start_time < 3);
	}
	ecc508a_close(dev);
	emulator_stop(&emu);
}

static void test_server_dies(void **state)
{
	struct ecc508a_dev *dev;
	struct emulator emu;
	uint8_t sig[64];
	double start_time;

	start(&emu, "508a", "aws", false);
	dev = open_dev(&emu, 0);
	assert_int_equal(ecc508a_sign(dev, 0, digest, sig), 0);
	emulator_stop(&emu);
	start_time = now();
	assert_int_equal(ecc508a_sign(dev, 0, digest, sig), -ENODEV);
	assert_says(dev, "went away");
	assert_true(now() - start_time < 3);
	ecc508a_close(dev);
}

/* One transfer in fifty goes wrong in some way: everything still succeeds */
static void test_bad_bus(void **state)
{
	const char *const args[] = { "--preset", "aws", "--faults", "4711:20", NULL };
	struct ecc508a_dev *dev;
	struct emulator emu;
	uint8_t xy[64], sig[64];
	int bad = 0;

	emulator_start(&emu, args);
	setenv("ECC508A_EMU_TIME", "virtual", 1);
	dev = open_dev(&emu, 0);
	assert_int_equal(ecc508a_pubkey(dev, 0, xy), 0);
	for (int i = 0; i < 200; i++) {
		int ret = ecc508a_sign(dev, 0, digest, sig);

		if (ret) {
			print_message("# signature %d: error %d\n", i, ret);
			bad++;
			continue;
		}
		assert_true(openssl_verifies(xy, digest, sig));
	}
	print_message("# %d of 200 signatures failed\n", bad);
	assert_true(bad <= 2);
	ecc508a_close(dev);
	emulator_stop(&emu);
}

static void test_serial(void **state)
{
	const char *const args[] = { "--preset", "aws", "--serial", "0123aabbccddeeffee", NULL };
	static const uint8_t right[9] = { 0x01, 0x23, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xee };
	uint8_t wrong[9];
	struct ecc508a_dev *dev;
	struct emulator emu;

	emulator_start(&emu, args);
	setenv("ECC508A_EMU_TIME", "virtual", 1);
	setenv("ECC508A_DEVICE", emu.device, 1);
	assert_int_equal(ecc508a_open_serial(right, 0, &dev), 0);
	assert_string_equal(ecc508a_name(dev), emu.device);
	ecc508a_close(dev);
	assert_int_equal(ecc508a_open("serial:0123AABBCCDDEEFFEE", 0, &dev), 0);
	ecc508a_close(dev);
	memcpy(wrong, right, 9);
	wrong[3]++;
	assert_int_equal(ecc508a_open_serial(wrong, 0, &dev), -ENOENT);
	assert_says(NULL, "0123aabcccddeeffee");
	assert_says(NULL, "0123aabbccddeeffee");
	assert_int_equal(ecc508a_list(NULL, NULL), 1);
	unsetenv("ECC508A_DEVICE");
	emulator_stop(&emu);
}

static void test_slot_words(void **state)
{
	const struct ecc508a_profile *aws = ecc508a_profile_find("aws");
	struct ecc508a_slot_info s;
	uint8_t config[128];
	char why[256];

	memcpy(config, aws->config, 128);
	assert_int_equal(ecc508a_slot_info(config, 2, &s), 0);
	assert_string_equal(s.summary, "P-256 private key: sign, sign internal, ECDH, GenKey");
	ecc508a_slot_info(config, 9, &s);
	assert_string_equal(s.summary, "secret: read encrypted, write encrypted");
	ecc508a_slot_info(config, 8, &s);
	assert_string_equal(s.summary, "data: read, write");
	assert_int_equal(s.size, 416);
	assert_int_equal(ecc508a_slot_info(config, 16, &s), -EINVAL);
	/* config[86], [87] are 0: locked */
	assert_int_equal(ecc508a_may(config, ECC508A_CHIP_508A, 0x41, 0x80, 0, why, sizeof(why)),
			 0);
	assert_int_equal(ecc508a_may(config, ECC508A_CHIP_508A, 0x41, 0x80, 7, why, sizeof(why)),
			 -EACCES);
	assert_non_null(strstr(why, "SlotConfig bit 0"));
	assert_int_equal(ecc508a_may(config, ECC508A_CHIP_508A, 0x51, 0, 7, why, sizeof(why)),
			 -EOPNOTSUPP);
}

/* FIPS 180-4 and NIST example vectors, and the lengths around a block against OpenSSL */
static void test_sha256(void **state)
{
	static const uint8_t abc[32] = {
		0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
		0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
		0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
	};
	uint8_t buf[300], ours[32], theirs[32];
	unsigned int n;

	soft_sha256((const uint8_t *)"abc", 3, ours);
	assert_memory_equal(ours, abc, 32);
	for (size_t len = 0; len < sizeof(buf); len++) {
		memset(buf, (int)len, sizeof(buf));
		soft_sha256(buf, len, ours);
		assert_int_equal(EVP_Digest(buf, len, theirs, &n, EVP_sha256(), NULL), 1);
		assert_memory_equal(ours, theirs, 32);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_slot_words),
		cmocka_unit_test(test_open_errors),
		cmocka_unit_test(test_blank),
		cmocka_unit_test(test_provision_resume),
		cmocka_unit_test(test_provision_other),
		cmocka_unit_test(test_provision_address),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_serial),
		cmocka_unit_test(test_threads_and_forks),
		cmocka_unit_test(test_killed_holder),
		cmocka_unit_test(test_server_dies),
		cmocka_unit_test(test_bad_bus),
	};

	return cmocka_run_group_tests_name("libecc508a", tests, NULL, NULL);
}
