// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Everything that can go wrong on the bus, at every place in every operation.
 *
 * After one fault the operation has succeeded nevertheless, or says in less than 3 s that it
 * did not; then the chip works and sleeps.  What cannot be undone is carried out once by an
 * operation that succeeds, and never twice by one that does not (the emulator's trace).
 *
 * Needs a chip of the "aws" kind, its control socket and its trace (selftests/driver/faults).
 */
#include <fcntl.h>
#include <unistd.h>

#include "../tap.h"
#include "dev.h"
#include "emu.h"

#define LIMIT_MS 3000

static int fd = -1;
static uint8_t xy[64], digest[32];
static struct ecc508a_verify good;
static uint8_t block[64];

/* Each returns 0, an errno, or -1 if the result is wrong */
static int op_sign(void)
{
	uint8_t sig[64];
	int ret = dev_sign(fd, 0, digest, sig);

	return ret ? ret : ref_verify(xy, digest, sig) == 1 ? 0 : -1;
}

static int op_verify(void)
{
	struct ecc508a_verify v = good;

	return dev_ioctl(fd, ECC508A_IOC_VERIFY, &v);
}

static int op_verify_bad(void)
{
	struct ecc508a_verify v = good;
	int ret;

	v.digest[7] ^= 1;
	ret = dev_ioctl(fd, ECC508A_IOC_VERIFY, &v);
	return ret == EKEYREJECTED ? 0 : ret ? ret : -1;
}

static int op_pubkey(void)
{
	uint8_t got[64];
	int ret = dev_pubkey(fd, 0, got);

	return ret ? ret : memcmp(got, xy, 64) ? -1 : 0;
}

static int op_random(void)
{
	uint8_t a[64] = { 0 };
	int ret = dev_random(fd, a, sizeof(a));

	return ret ? ret : memcmp(a, a + 32, 32) ? 0 : -1;
}

static int op_ecdh(void)
{
	struct ecc508a_ecdh e = { .slot = 2 };
	uint8_t secret[32], mine[64];
	struct ref_key *key = ref_key_new(e.pubkey);
	int ret = dev_ioctl(fd, ECC508A_IOC_ECDH, &e);

	if (!ret) {
		ret = dev_pubkey(fd, 2, mine);
		if (ref_ecdh(key, mine, secret) || memcmp(secret, e.secret, 32))
			ret = -1;
	}
	ref_key_free(key);
	return ret;
}

static int op_read(void)
{
	uint8_t in[64];
	int ret = dev_read(fd, ECC508A_ZONE_DATA, 8, 0, in, sizeof(in));

	return ret ? ret : memcmp(in, block, sizeof(in)) ? -1 : 0;
}

static int op_write(void)
{
	fill_random(block, 64);
	return dev_write(fd, ECC508A_ZONE_DATA, 8, 0, block, 64);
}

static int op_counter(void)
{
	struct ecc508a_counter c = { .id = 1, .flags = ECC508A_COUNTER_INCREMENT };
	long before = emu_status("counter1"), after;
	int ret = dev_ioctl(fd, ECC508A_IOC_COUNTER, &c);

	after = emu_status("counter1");
	if (!ret)
		return after == before + 1 && c.value == (uint32_t)after ? 0 : -1;
	return after > before + 1 ? -1 : ret;
}

static int op_genkey(void)
{
	uint8_t made[64], sig[64];
	int ret = dev_genkey(fd, 3, made);

	if (ret)
		return ret;
	if (dev_sign(fd, 3, digest, sig))
		return -1;
	return ref_verify(made, digest, sig) == 1 ? 0 : -1;
}

/* Locks slot 10 of a chip whose EEPROM was put back to what it was before */
static uint8_t saved_block[64];

static bool eeprom(const char *cmd)
{
	const char *dir = getenv("ECC508A_EMU_DIR");
	char request[256], answer[512];

	snprintf(request, sizeof(request), "{\"cmd\":\"%s\",\"file\":\"%s/eeprom\"}", cmd,
		 dir ? dir : "/tmp");
	return emu_call(request, answer, sizeof(answer));
}

static int op_lock(void)
{
	struct ecc508a_lock l = { .what = ECC508A_LOCK_SLOT, .slot = 10 };
	int ret;

	ret = dev_ioctl(fd, ECC508A_IOC_LOCK, &l);
	if (ret)
		return ret;
	return emu_status("slot_unlocked") == 0xfbff ? 0 : -1;
}

static int op_refresh(void)
{
	struct ecc508a_info i = { .request = ECC508A_INFO_REFRESH };

	return dev_ioctl(fd, ECC508A_IOC_INFO, &i);
}

static const struct operation {
	const char *name;
	int (*fn)(void);
	int opcode, p1; /* the command that changes the chip, or -1 */
	unsigned int times; /* how often one operation sends it */
	bool again; /* no harm if it is sent more than that */
} operations[] = {
	{ "sign", op_sign, -1, -1, 0, false },
	{ "verify", op_verify, -1, -1, 0, false },
	{ "verify a wrong one", op_verify_bad, -1, -1, 0, false },
	{ "pubkey", op_pubkey, -1, -1, 0, false },
	{ "random", op_random, -1, -1, 0, false },
	{ "ecdh", op_ecdh, -1, -1, 0, false },
	{ "write", op_write, 0x12, -1, 2, true },
	{ "read", op_read, -1, -1, 0, false },
	{ "counter", op_counter, 0x24, 1, 1, false },
	{ "genkey", op_genkey, 0x40, 4, 1, false },
	{ "lock", op_lock, 0x17, -1, 1, false },
	{ "info", op_refresh, -1, -1, 0, false },
};

#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static unsigned int struck_total, recovered_total;

/*
 * One operation with @fault in place.  @must: it has to succeed.  Return: whether the fault
 * struck at all.
 */
static bool one(const struct operation *op, const char *fault, bool must)
{
	long before = emu_faults_clear(), struck;
	unsigned int done;
	uint64_t t;
	int ret;

	if (op->fn == op_lock) {
		CHECK(eeprom("load"));
		memcpy(block, saved_block, sizeof(block));
	}

	if (!emu_fault(fault)) {
		TAP_COMPLAIN("the emulator does not take '%s'", fault);
		return false;
	}
	emu_trace_mark();
	t = now_ms();
	ret = op->fn();
	t = now_ms() - t;
	struck = emu_faults_clear() - before;
	done = op->opcode < 0 ? 0 : emu_trace_done(op->opcode, op->p1);
	if (struck) {
		struck_total++;
		recovered_total += !ret;
	}
	if (ret < 0)
		TAP_COMPLAIN("%s with '%s': wrong result", op->name, fault);
	if (ret > 0 && (must || (ret != EIO && ret != ETIMEDOUT && ret != EUCLEAN)))
		TAP_COMPLAIN("%s with '%s': error %d %s", op->name, fault, ret, strerror(ret));
	if (t > LIMIT_MS * time_scale())
		TAP_COMPLAIN("%s with '%s': took %llu ms", op->name, fault, (unsigned long long)t);
	if ((done > op->times && !op->again) || (!ret && op->opcode >= 0 && done < op->times))
		TAP_COMPLAIN("%s with '%s': carried out %u times", op->name, fault, done);
	/* It works, whatever became of that one */
	ret = op_pubkey();
	if (ret)
		TAP_COMPLAIN("%s with '%s': afterwards %d", op->name, fault, ret);
	if (!dev_asleep() || !emu_is_asleep())
		TAP_COMPLAIN("%s with '%s': the chip is not asleep", op->name, fault);
	return struck > 0;
}

static void summary(void)
{
	printf("# %u faults struck, %u operations succeeded all the same\n", struck_total,
	       recovered_total);
	struck_total = 0;
	recovered_total = 0;
}

/* The same fault at the first, second, ... place until it does not strike any more */
static void everywhere(const char *kind)
{
	char fault[128];
	unsigned int i, n;

	for (i = 0; i < OPERATIONS; i++) {
		for (n = 1; n < 100; n++) {
			snprintf(fault, sizeof(fault), "%s nth=%u times=1", kind, n);
			if (!one(&operations[i], fault, true))
				break;
		}
		if (n == 1)
			TAP_COMPLAIN("'%s' never struck in %s", fault, operations[i].name);
	}
	summary();
}

/* In the first, second, ... message that has such a byte; all of the first, then a sample */
static void in_every_byte(const char *kind, unsigned int step)
{
	char fault[128];
	unsigned int i, n, byte, bit = 0;

	for (i = 0; i < OPERATIONS; i++) {
		for (byte = 0; byte < 160; byte += byte < 4 ? 1 : step) {
			for (n = 1; n < 20; n++) {
				char flipped[16] = "";

				bit = (bit + 3) % 8;
				if (!strncmp(kind, "flip", 4))
					snprintf(flipped, sizeof(flipped), "bit=%u", bit);
				snprintf(fault, sizeof(fault), "%s byte=%u %s nth=%u times=1", kind,
					 byte, flipped, n);
				if (!one(&operations[i], fault, true))
					break;
			}
			if (n == 1)
				break;
		}
		if (!byte)
			TAP_COMPLAIN("'%s' never struck in %s", fault, operations[i].name);
	}
	summary();
}

TEST(prepares)
{
	uint8_t sig[64];

	fd = dev_open(O_RDWR);
	CHECK(fd >= 0);
	CHECK(emu_connect());
	fill_random(digest, sizeof(digest));
	CHECK_EQ(dev_pubkey(fd, 0, xy), 0);
	CHECK_EQ(dev_sign(fd, 0, digest, sig), 0);
	memcpy(good.pubkey, xy, 64);
	memcpy(good.digest, digest, 32);
	memcpy(good.sig, sig, 64);
	CHECK_EQ(op_write(), 0);
	memcpy(saved_block, block, sizeof(block));
	CHECK(eeprom("save"));
	for (unsigned int i = 0; i < OPERATIONS; i++)
		CHECK_EQ(operations[i].fn(), 0);
}

TEST(address_not_acknowledged)
{
	everywhere("nak-addr");
}

TEST(byte_not_acknowledged)
{
	in_every_byte("nak-data", 61);
}

TEST(bit_flipped_in_response)
{
	in_every_byte("flip dir=read", 19);
}

TEST(bit_flipped_in_command)
{
	in_every_byte("flip dir=write", 41);
}

TEST(bus_error)
{
	everywhere("bus-error");
}

TEST(response_cut_short)
{
	in_every_byte("truncate", 29);
}

/* The chip did it, and nobody heard */
TEST(response_lost)
{
	everywhere("lost-response");
}

/* A watchdog in the middle of a command; a supply that breaks down for 10 ms */
TEST(chip_falls_asleep)
{
	everywhere("watchdog");
}

TEST(supply_breaks_down)
{
	everywhere("brown-out");
}

TEST(does_not_wake)
{
	everywhere("no-wake");
}

/* What does not go away: an errno in time, and a chip that works once it has gone */
TEST(lasting_faults)
{
	static const char *const faults[] = {
		"nak-addr",
		"flip dir=read byte=1 bit=3",
		"flip dir=write byte=3 bit=1",
		"stuck-busy nth=1 for=2500ms",
		"lost-response",
		"no-wake",
		"bus-error",
	};
	unsigned int i, j;

	for (i = 0; i < OPERATIONS; i++) {
		for (j = 0; j < sizeof(faults) / sizeof(faults[0]); j++) {
			/* the slowest ones with the first and the riskiest operation only */
			if (i && operations[i].opcode < 0)
				continue;
			if (!one(&operations[i], faults[j], false))
				TAP_COMPLAIN("'%s' never struck in %s", faults[j],
					     operations[i].name);
		}
	}
}

int main(void)
{
	return tap_run();
}
