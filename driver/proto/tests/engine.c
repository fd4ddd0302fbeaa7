// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The engine against a bus that fails: every operation, with every kind of fault at every
 * single transfer, and with a bus or chip that stays broken from any transfer on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "fakechip.h"

struct op {
	const char *name;
	void (*prepare)(struct fake *f);
	int (*run)(struct ecc_dev *dev);
	/* the result is there and right, told from the chip's side */
	bool (*right)(const struct fake *f);
	unsigned int changes; /* commands that change the chip, exactly */
	bool may_be_unclear; /* -EUCLEAN is an honest answer: nothing can be read back */
};

static u8 out[512];
static u32 count;
static const u8 digest[32] = { 0xd1, 0xd2, 0xd3, 0xd4 };
static u8 message[64];

static int run_identify(struct ecc_dev *dev)
{
	int ret = ecc_identify(dev);

	return ret ? ret : dev->part == ECC_PART_508A ? 0 : -ENOENT;
}

static int run_random(struct ecc_dev *dev)
{
	return ecc_random(dev, out, 50, false);
}

static int run_pubkey(struct ecc_dev *dev)
{
	return ecc_pubkey(dev, 2, out);
}

static bool pubkey_right(const struct fake *f)
{
	u8 xy[64];

	fake_pubkey(f, 2, xy);
	return !memcmp(xy, out, 64);
}

static int run_sign(struct ecc_dev *dev)
{
	return ecc_sign(dev, 2, digest, out);
}

static bool sign_right(const struct fake *f)
{
	u8 sig[64];

	fake_signature(digest, 2, sig);
	return !memcmp(sig, out, 64);
}

static int run_verify(struct ecc_dev *dev)
{
	u8 sig[64], xy[64] = { 1 };

	fake_signature(digest, 0, sig);
	return ecc_verify(dev, xy, digest, sig);
}

/* A bad signature stays bad: the worst that a stale "success" could do */
static int run_verify_bad(struct ecc_dev *dev)
{
	u8 sig[64], xy[64] = { 1 };
	int ret;

	fake_signature(digest, 0, sig);
	sig[5] ^= 1;
	ret = ecc_verify(dev, xy, digest, sig);
	return ret == -EKEYREJECTED ? 0 : ret ? ret : -EBADE;
}

static int run_ecdh(struct ecc_dev *dev)
{
	u8 xy[64];

	memset(xy, 0x77, sizeof(xy));
	return ecc_ecdh(dev, 2, xy, 0, out);
}

static bool ecdh_right(const struct fake *f)
{
	return out[0] == 0x77 && out[31] == 0x77;
}

static int run_read(struct ecc_dev *dev)
{
	return ecc_read(dev, 2, 9, 2, out, 70);
}

static bool read_right(const struct fake *f)
{
	return !memcmp(out, f->data[9] + 2, 70);
}

static int run_write(struct ecc_dev *dev)
{
	size_t done;

	return ecc_write(dev, 2, 9, 32, message, 38, &done);
}

static bool write_right(const struct fake *f)
{
	return !memcmp(message, f->data[9] + 32, 38) && f->data[9][70] == 0x89 &&
	       f->data[9][31] == 0x89;
}

static void unlock_data(struct fake *f)
{
	f->config[86] = 0x55;
}

static void unlock_all(struct fake *f)
{
	f->config[86] = 0x55;
	f->config[87] = 0x55;
}

static bool write_unlocked_right(const struct fake *f)
{
	return !memcmp(message, f->data[9] + 32, 38) && f->data[9][70] == 0;
}

static int run_write_config(struct ecc_dev *dev)
{
	size_t done;

	return ecc_write(dev, 0, 0, 28, message, 36, &done);
}

static bool write_config_right(const struct fake *f)
{
	return !memcmp(message, f->config + 28, 36);
}

static int run_lock_config(struct ecc_dev *dev)
{
	return ecc_lock(dev, 0, 0, 0x1234);
}

static bool lock_config_right(const struct fake *f)
{
	return f->config[87] == 0;
}

static int run_lock_slot(struct ecc_dev *dev)
{
	return ecc_lock(dev, 2, 9, 0);
}

static bool lock_slot_right(const struct fake *f)
{
	return f->config[88] == 0xff && f->config[89] == 0xfd;
}

static int run_genkey(struct ecc_dev *dev)
{
	return ecc_genkey(dev, 2, out);
}

static int run_first_key(struct ecc_dev *dev)
{
	return ecc_genkey(dev, 4, out);
}

static bool first_key_right(const struct fake *f)
{
	u8 xy[64];

	fake_pubkey(f, 4, xy);
	return f->generation[4] == 1 && !memcmp(xy, out, 64);
}

static int run_counter(struct ecc_dev *dev)
{
	return ecc_counter(dev, 1, true, &count);
}

static bool counter_right(const struct fake *f)
{
	return f->counter[1] == 1 && count == 1;
}

static const struct op ops[] = {
	{ "identify", NULL, run_identify, NULL, 0, false },
	{ "random", NULL, run_random, NULL, 0, false },
	{ "pubkey", NULL, run_pubkey, pubkey_right, 0, false },
	{ "sign", NULL, run_sign, sign_right, 0, false },
	{ "verify", NULL, run_verify, NULL, 0, false },
	{ "verify bad", NULL, run_verify_bad, NULL, 0, false },
	{ "ecdh", NULL, run_ecdh, ecdh_right, 0, false },
	{ "read", NULL, run_read, read_right, 0, false },
	{ "write", NULL, run_write, write_right, 3, false },
	{ "write unlocked", unlock_data, run_write, write_unlocked_right, 2, true },
	{ "write config", unlock_all, run_write_config, write_config_right, 2, false },
	{ "lock config", unlock_all, run_lock_config, lock_config_right, 1, false },
	{ "lock slot", NULL, run_lock_slot, lock_slot_right, 1, false },
	{ "new key", NULL, run_genkey, pubkey_right, 1, false },
	{ "first key", NULL, run_first_key, first_key_right, 1, false },
	{ "count up", NULL, run_counter, counter_right, 1, false },
};
#define OPS (sizeof(ops) / sizeof(ops[0]))

static void begin(struct fake *f, struct ecc_dev *dev, const struct op *op, bool known)
{
	unsigned int i;

	for (i = 0; i < sizeof(message); i++)
		message[i] = i * 7 + 1;
	fake_init(f);
	if (op->prepare)
		op->prepare(f);
	ecc_dev_init(dev, &fake_ops, f, 0x60);
	if (known) {
		assert_int_equal(ecc_identify(dev), 0);
		assert_int_equal(ecc_sleep(dev), 0);
	}
	f->transfers = 0;
	f->bytes = 0;
	f->changes = 0;
	memset(f->executed, 0, sizeof(f->executed));
	memset(out, 0, sizeof(out));
	count = 0;
}

static void check_single(const struct op *op, enum fault kind, unsigned int at, bool known)
{
	struct ecc_dev dev;
	struct fake f;
	u64 start;
	int ret;

	begin(&f, &dev, op, known);
	f.fault = kind;
	f.fault_at = at;
	start = f.now_us;
	ret = op->run(&dev);
	if (f.now_us - start > 3000000)
		fail_msg("%s: fault %d at transfer %u took %u ms", op->name, kind, at,
			 (unsigned int)((f.now_us - start) / 1000));
	if (ret && !(ret == -EUCLEAN && op->may_be_unclear))
		fail_msg("%s: fault %d at transfer %u: error %d", op->name, kind, at, ret);
	if (!ret && op->right && !op->right(&f))
		fail_msg("%s: fault %d at transfer %u: wrong result", op->name, kind, at);
	if (ret ? f.changes > op->changes : f.changes != op->changes)
		fail_msg("%s: fault %d at transfer %u: %u changes, not %u", op->name, kind, at,
			 f.changes, op->changes);
	ecc_sleep(&dev);
	/* A bit flipped in the sleep command itself nobody can see; the watchdog repairs it */
	if (kind >= FAULT_FLIP_FIRST && kind <= FAULT_FLIP_WORD && f.transfers == at)
		fake_ops.delay_us(&f, 1800000, 0);
	if (f.state != FAKE_SLEEP)
		fail_msg("%s: fault %d at transfer %u: not asleep", op->name, kind, at);
	/* and the chip still works */
	assert_int_equal(ecc_sign(&dev, 2, digest, out), 0);
	assert_true(sign_right(&f));
}

static void test_single_faults(void **state)
{
	unsigned int op, kind, at, transfers, cases = 0;
	struct ecc_dev dev;
	struct fake f;
	int known;

	for (op = 0; op < OPS; op++) {
		for (known = 0; known < 2; known++) {
			begin(&f, &dev, &ops[op], known);
			assert_int_equal(ops[op].run(&dev), 0);
			assert_true(!ops[op].right || ops[op].right(&f));
			assert_int_equal(f.changes, ops[op].changes);
			ecc_sleep(&dev);
			transfers = f.transfers;
			for (kind = FAULT_NAK; kind < FAULT_COUNT; kind++) {
				for (at = 1; at <= transfers; at++, cases++)
					check_single(&ops[op], kind, at, known);
			}
		}
	}
	print_message("# %u single faults\n", cases);
	assert_true(cases > 1000);
}

/* From any transfer on nothing works any more: an error in time, and all well afterwards */
static void test_broken_for_good(void **state)
{
	static const enum fault kinds[] = { FAULT_NAK, FAULT_EIO, FAULT_FLIP_MIDDLE, FAULT_RESET };
	unsigned int op, kind, at, transfers, slow_kind = 0, slow_at = 0;
	const char *slowest = "";
	u64 start, longest = 0;
	struct ecc_dev dev;
	struct fake f;
	int ret;

	for (op = 0; op < OPS; op++) {
		begin(&f, &dev, &ops[op], true);
		assert_int_equal(ops[op].run(&dev), 0);
		transfers = f.transfers;
		for (kind = 0; kind <= 4; kind++) {
			for (at = 1; at <= transfers; at++) {
				begin(&f, &dev, &ops[op], true);
				f.fault = kind < 4 ? kinds[kind] : FAULT_NONE;
				f.stuck_busy = kind == 4;
				f.fault_at = at;
				f.forever = true;
				start = f.now_us;
				ret = ops[op].run(&dev);
				if (f.now_us - start > longest) {
					longest = f.now_us - start;
					slowest = ops[op].name;
					slow_kind = kind;
					slow_at = at;
				}
				if (!ret && ops[op].right && !ops[op].right(&f))
					fail_msg("%s: kind %u from %u: wrong", ops[op].name, kind,
						 at);
				if (f.changes > ops[op].changes)
					fail_msg("%s: kind %u from %u: repeated", ops[op].name,
						 kind, at);
				/* it comes back */
				f.fault_at = 0;
				f.busy_until = 0;
				ret = ecc_sign(&dev, 2, digest, out);
				if (ret)
					fail_msg("%s: kind %u from %u: no recovery, %d",
						 ops[op].name, kind, at, ret);
				assert_true(sign_right(&f));
				assert_int_equal(ecc_sleep(&dev), 0);
				assert_int_equal(f.state, FAKE_SLEEP);
			}
		}
	}
	print_message("# longest %u ms: %s, kind %u from transfer %u\n",
		      (unsigned int)(longest / 1000), slowest, slow_kind, slow_at);
	assert_true(longest < 3000000);
}

/* What chip.md's packet formats allow at the least: no wake status, no reset, one read */
static void test_minimal_bytes(void **state)
{
	struct ecc_dev dev;
	struct fake f;
	u64 start, exec;

	begin(&f, &dev, &ops[3], true);
	start = f.now_us;
	assert_int_equal(ecc_sign(&dev, 2, digest, out), 0);
	assert_int_equal(ecc_sleep(&dev), 0);
	/* pulse; Nonce 40 + 1, answer 4 + 1; Sign 8 + 1, answer 67 + 1; sleep 1 + 1 */
	assert_int_equal(f.bytes, 1 + 41 + 5 + 9 + 68 + 2);
	assert_int_equal(f.transfers, 6);
	/* the floor: tWHI, the bytes, the typical times; within 1 % */
	exec = 1500 + (u64)f.bytes * 90 + 100 + 42000;
	assert_true(f.now_us - start <= exec + exec / 100);
	assert_int_equal(dev.stats.polls, 0);
}

/* A bus that brings its own bad news: no second try, nothing sent any more */
static int gone_write(void *ctx, u8 addr, const u8 *buf, size_t len)
{
	struct fake *f = ctx;

	f->transfers++;
	return -ENODEV;
}

static void test_bus_gone(void **state)
{
	struct ecc_bus_ops gone = fake_ops;
	struct ecc_dev dev;
	struct fake f;
	unsigned int op;

	gone.write = gone_write;
	for (op = 0; op < OPS; op++) {
		begin(&f, &dev, &ops[op], true);
		dev.ops = &gone;
		assert_int_equal(ops[op].run(&dev), -ENODEV);
		assert_true(f.transfers <= 3);
	}
}

/* A session: commands one by one; TempKey survives idle and the watchdog's restart */
static void test_session(void **state)
{
	const struct ecc_cmd nonce = { ECC_OP_NONCE, 3, 0, digest, 32 };
	const struct ecc_cmd sign = { ECC_OP_SIGN, 0x80, 2, NULL, 0 };
	struct ecc_dev dev;
	struct fake f;
	size_t len;
	u8 rsp[64];

	begin(&f, &dev, &ops[3], true);
	assert_int_equal(ecc_exec(&dev, &nonce, rsp, sizeof(rsp), &len), 0);
	assert_int_equal(len, 1);
	assert_int_equal(rsp[0], 0);
	assert_int_equal(ecc_idle(&dev), 0);
	assert_int_equal(f.state, FAKE_IDLE);
	f.now_us += 20000000;
	assert_int_equal(ecc_exec(&dev, &sign, out, sizeof(out), &len), 0);
	assert_int_equal(len, 64);
	assert_true(sign_right(&f));

	/* 680 ms after the wake there is too little time left: idle, wake, sign */
	assert_int_equal(ecc_exec(&dev, &nonce, NULL, 0, NULL), 0);
	f.now_us += 680000;
	assert_int_equal(ecc_exec(&dev, &sign, out, sizeof(out), &len), 0);
	assert_true(sign_right(&f));
	assert_int_equal(dev.stats.watchdog, 1);

	/* Nobody idled it and the watchdog came: the session is told, once */
	assert_int_equal(ecc_exec(&dev, &nonce, NULL, 0, NULL), 0);
	f.state = FAKE_SLEEP;
	f.tempkey_valid = false;
	f.now_us += 5000000;
	assert_int_equal(ecc_exec(&dev, &sign, out, sizeof(out), &len), -ESTALE);
	assert_int_equal(f.executed[ECC_OP_SIGN], 2);
	assert_int_equal(ecc_exec(&dev, &sign, out, sizeof(out), &len), -EACCES);
	assert_int_equal(dev.status, ECC_STATUS_EXECUTION);
}

/* A bus on which somebody else wakes the chip again after its watchdog put it to sleep */
static unsigned int stall_at;

static int stalled_write(void *ctx, u8 addr, const u8 *buf, size_t len)
{
	struct fake *f = ctx;

	if (stall_at && !--stall_at) {
		f->now_us += 5000000;
		f->tempkey_valid = false;
		f->watchdog_us = f->now_us + 700000;
	}
	return fake_ops.write(ctx, addr, buf, len);
}

/* The program stands still before any write of a signature; the chip is found awake, and empty */
static void test_woken_by_others(void **state)
{
	const struct ecc_cmd nonce = { ECC_OP_NONCE, 3, 0, digest, 32 };
	const struct ecc_cmd sign = { ECC_OP_SIGN, 0x80, 2, NULL, 0 };
	struct ecc_bus_ops bus = fake_ops;
	struct ecc_dev dev;
	unsigned int at;
	struct fake f;
	size_t len;

	bus.write = stalled_write;
	for (at = 1; at <= 4; at++) {
		begin(&f, &dev, &ops[3], true);
		dev.ops = &bus;
		stall_at = at;
		assert_int_equal(ecc_sign(&dev, 2, digest, out), 0);
		assert_true(sign_right(&f));
	}

	/* In a session the caller is told, and only once; a true refusal stays one */
	begin(&f, &dev, &ops[3], true);
	dev.ops = &bus;
	assert_int_equal(ecc_exec(&dev, &nonce, NULL, 0, NULL), 0);
	stall_at = 1;
	assert_int_equal(ecc_exec(&dev, &sign, out, sizeof(out), &len), -ESTALE);
	assert_int_equal(ecc_exec(&dev, &sign, out, sizeof(out), &len), -EACCES);
	assert_int_equal(ecc_exec(&dev, &nonce, NULL, 0, NULL), 0);
	assert_int_equal(ecc_exec(&dev, &sign, out, sizeof(out), &len), 0);

	/* and while it waited for the holder to go on, before it was told to idle */
	assert_int_equal(ecc_exec(&dev, &nonce, NULL, 0, NULL), 0);
	stall_at = 1;
	assert_int_equal(ecc_idle(&dev), 0);
	assert_int_equal(ecc_exec(&dev, &sign, out, sizeof(out), &len), -ESTALE);
}

static void test_refusals(void **state)
{
	struct ecc_dev dev;
	struct fake f;
	size_t done;
	u32 value;

	begin(&f, &dev, &ops[3], true);
	/* no key, and the chip says 0x0f: told from a policy refusal */
	assert_int_equal(ecc_pubkey(&dev, 4, out), -ENOKEY);
	assert_int_equal(dev.status, ECC_STATUS_EXECUTION);
	assert_int_equal(dev.opcode, ECC_OP_GENKEY);
	assert_int_equal(ecc_lock(&dev, 0, 0, 0), -EALREADY);
	assert_int_equal(f.executed[ECC_OP_LOCK], 0);
	assert_int_equal(ecc_lock(&dev, 3, 0, 0), -EINVAL);
	assert_int_equal(ecc_lock(&dev, 0, 1, 0), -EINVAL);
	assert_int_equal(ecc_sign(&dev, 16, digest, out), -EINVAL);
	assert_int_equal(ecc_read(&dev, 2, 9, 72, out, 1), -EINVAL);
	assert_int_equal(ecc_read(&dev, 2, 9, 0, out, 73), -EINVAL);
	assert_int_equal(ecc_read(&dev, 3, 0, 0, out, 1), -EINVAL);
	assert_int_equal(ecc_read(&dev, 2, 16, 0, out, 1), -EINVAL);
	assert_int_equal(ecc_write(&dev, 0, 0, 84, message, 4, &done), -EINVAL);
	assert_int_equal(ecc_write(&dev, 0, 0, 12, message, 8, &done), -EINVAL);
	assert_int_equal(f.executed[ECC_OP_WRITE], 0);
	assert_int_equal(ecc_counter(&dev, 2, false, &value), -EINVAL);
	f.counter[0] = 0;
	assert_int_equal(ecc_ecdh(&dev, 2, message, 2, out), -EOPNOTSUPP);
	assert_int_equal(ecc_read_encrypted(&dev, 5, 0, 3, digest, out, 32), -EOPNOTSUPP);
}

/* Somebody else locked the chip with another configuration: the cache must not be believed */
static void test_stale_cache(void **state)
{
	struct ecc_dev dev;
	struct fake f;
	size_t done;

	begin(&f, &dev, &ops[3], false);
	f.config[86] = 0x55;
	assert_int_equal(ecc_identify(&dev), 0);
	f.config[86] = 0x00;
	f.config[20 + 2 * 9] = 0x8f; /* slot 9 became secret: no 4-byte writes */
	assert_int_equal(ecc_write(&dev, 2, 9, 0, message, 4, &done), -EINVAL);
	assert_int_equal(f.executed[ECC_OP_WRITE], 0);
	assert_int_equal(dev.config[38], 0x8f);
}

/* A bad answer is read again, not made again */
static void test_no_needless_repeat(void **state)
{
	static const enum fault kinds[] = { FAULT_NAK,	      FAULT_EIO,	 FAULT_EIO_AFTER,
					    FAULT_FLIP_FIRST, FAULT_FLIP_MIDDLE, FAULT_FLIP_LAST };
	struct ecc_dev dev;
	struct fake f;

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		begin(&f, &dev, &ops[3], true);
		f.fault = kinds[i];
		f.fault_at = 5; /* pulse, Nonce, answer, Sign, answer */
		assert_int_equal(ecc_sign(&dev, 2, digest, out), 0);
		assert_true(sign_right(&f));
		assert_int_equal(f.executed[ECC_OP_SIGN], 1);
		assert_int_equal(dev.retries, 0);
	}
}

/* Uses of a key that are counted are not spent on a retry */
static void test_limited_use(void **state)
{
	struct ecc_dev dev;
	struct fake f;

	begin(&f, &dev, &ops[3], false);
	f.config[20 + 2 * 2] |= 0x20;
	assert_int_equal(ecc_identify(&dev), 0);
	assert_int_equal(ecc_sleep(&dev), 0);
	f.transfers = 0;
	f.fault = FAULT_LOST;
	f.fault_at = 5;
	assert_int_equal(ecc_sign(&dev, 2, digest, out), -EUCLEAN);
	assert_int_equal(f.executed[ECC_OP_SIGN], 1);
}

/* An unlocked chip gives FF FF 00 00: never to be taken for random */
static void test_fixed_random(void **state)
{
	struct ecc_dev dev;
	struct fake f;

	begin(&f, &dev, &ops[1], true);
	f.fixed_random = true;
	assert_int_equal(ecc_random(&dev, out, 32, false), -ENODATA);
	assert_int_equal(ecc_random(&dev, out, 32, true), 0);
	assert_int_equal(out[0], 0xff);
	assert_int_equal(out[31], 0x00);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minimal_bytes),
		cmocka_unit_test(test_single_faults),
		cmocka_unit_test(test_broken_for_good),
		cmocka_unit_test(test_bus_gone),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_woken_by_others),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_stale_cache),
		cmocka_unit_test(test_no_needless_repeat),
		cmocka_unit_test(test_limited_use),
		cmocka_unit_test(test_fixed_random),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
