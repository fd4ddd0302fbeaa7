// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * What the driver does: every everyday request, judged by OpenSSL or by what is known of the
 * chip.  Needs a chip of the "aws" kind (a key in slots 0, 2, 3 and 7) and root.
 */
#include <fcntl.h>
#include <unistd.h>

#include "../tap.h"
#include "dev.h"

static int fd = -1;

TEST(opens)
{
	fd = dev_open(O_RDWR);
	CHECK(fd >= 0);
}

TEST(info)
{
	struct ecc508a_info a = { 0 }, b = { .request = ECC508A_INFO_REFRESH };
	char attr[64], hex[20];
	long long commands;
	int i;

	/* Without refresh: at once, and nothing is sent */
	commands = dev_statistic("commands");
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_INFO, &a), 0);
	CHECK_EQ(dev_statistic("commands"), commands);
	CHECK_EQ(a.abi_version, ECC508A_ABI_VERSION);
	CHECK_EQ(a.serial[0], 0x01);
	CHECK_EQ(a.serial[1], 0x23);
	CHECK(a.part >= ECC508A_PART_508A && a.part <= ECC508A_PART_608B);
	CHECK(a.flags & ECC508A_INFO_CONFIG_LOCKED);
	CHECK(a.flags & ECC508A_INFO_DATA_LOCKED);
	CHECK_EQ(memcmp(a.config, a.serial, 4), 0);
	CHECK_EQ(memcmp(a.config + 8, a.serial + 4, 5), 0);
	CHECK_EQ(memcmp(a.config + 4, a.revision, 4), 0);
	CHECK_EQ(a.address, a.config[16] >> 1);

	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_INFO, &b), 0);
	CHECK(dev_statistic("commands") > commands);
	CHECK_EQ(b.result.opcode, 0x02);
	CHECK_EQ(b.result.status, 0);
	CHECK_EQ(memcmp(a.config, b.config, sizeof(a.config)), 0);

	/* and sysfs says the same */
	for (i = 0; i < 9; i++)
		sprintf(hex + 2 * i, "%02x", a.serial[i]);
	CHECK_EQ(dev_attr("serial_number", attr, sizeof(attr)), 0);
	CHECK_EQ(strcmp(attr, hex), 0);
	CHECK_EQ(dev_attr("config_locked", attr, sizeof(attr)), 0);
	CHECK_EQ(strcmp(attr, "1"), 0);
	CHECK_EQ(dev_attr("data_locked", attr, sizeof(attr)), 0);
	CHECK_EQ(strcmp(attr, "1"), 0);
	CHECK_EQ(dev_attr("wake_method", attr, sizeof(attr)), 0);
	CHECK_EQ(strcmp(attr, a.wake == ECC508A_WAKE_GENERAL_CALL ? "general-call"
			      : a.wake == ECC508A_WAKE_ADDRESS	  ? "address"
								  : "gpio"),
		 0);
}

TEST(random)
{
	static const size_t lens[] = { 1, 31, 32, 33, 255, 256, 257, 4096 };
	static uint8_t a[4096 + 1], b[4096];
	unsigned int i, j, same = 0;

	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		memset(a, 0, sizeof(a));
		a[lens[i]] = 0x5a;
		CHECK_EQ(dev_random(fd, a, lens[i]), 0);
		CHECK_EQ(a[lens[i]], 0x5a);
	}
	CHECK_EQ(dev_random(fd, b, sizeof(b)), 0);
	CHECK(memcmp(a, b, sizeof(b)));
	/* no block of 32 bytes twice, which a stuck generator or a lost block would give */
	for (i = 32; i < sizeof(b); i += 32)
		for (j = 0; j < i; j += 32)
			same += !memcmp(b + i, b + j, 32);
	CHECK_EQ(same, 0);
	CHECK(memcmp(b, "\xff\xff\x00\x00", 4));
}

TEST(sign_and_verify)
{
	struct ecc508a_verify v = { 0 };
	uint8_t xy[64], digest[32], sig[64];
	int i;

	CHECK_EQ(dev_pubkey(fd, 0, xy), 0);
	for (i = 0; i < 5; i++) {
		fill_random(digest, sizeof(digest));
		CHECK_EQ(dev_sign(fd, 0, digest, sig), 0);
		CHECK_EQ(ref_verify(xy, digest, sig), 1);
		digest[31] ^= 1;
		CHECK_EQ(ref_verify(xy, digest, sig), 0);
		digest[31] ^= 1;
	}
	/* digests are used as they are, also all zeros and all ones */
	memset(digest, 0xff, sizeof(digest));
	CHECK_EQ(dev_sign(fd, 0, digest, sig), 0);
	CHECK_EQ(ref_verify(xy, digest, sig), 1);

	memcpy(v.pubkey, xy, 64);
	memcpy(v.digest, digest, 32);
	memcpy(v.sig, sig, 64);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_VERIFY, &v), 0);
	v.sig[0] ^= 0x80;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_VERIFY, &v), EKEYREJECTED);
	CHECK_EQ(v.result.status, 1);
	CHECK_EQ(v.result.opcode, 0x45);
}

/* Signatures of somebody else */
TEST(verify_foreign)
{
	struct ecc508a_verify v = { 0 };
	struct ref_key *key = ref_key_new(v.pubkey);

	fill_random(v.digest, 32);
	ref_sign(key, v.digest, v.sig);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_VERIFY, &v), 0);
	v.digest[0] ^= 1;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_VERIFY, &v), EKEYREJECTED);
	v.digest[0] ^= 1;
	v.pubkey[10] ^= 1; /* no longer on the curve */
	CHECK(dev_ioctl(fd, ECC508A_IOC_VERIFY, &v) != 0);
	ref_key_free(key);
}

/* Slot 11 holds a public key, with 4 bytes of padding before X and Y (data sheet 2.1.1) */
TEST(stored_public_key)
{
	struct ecc508a_pubkey p = { .slot = 11, .flags = ECC508A_PUBKEY_STORED };
	struct ecc508a_verify v = { .slot = 11, .flags = ECC508A_VERIFY_STORED };
	uint8_t xy[64], raw[72] = { 0 };
	struct ref_key *key = ref_key_new(xy);

	memcpy(raw + 4, xy, 32);
	memcpy(raw + 40, xy + 32, 32);
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 11, 0, raw, sizeof(raw)), 0);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_PUBKEY, &p), 0);
	CHECK_EQ(memcmp(p.pubkey, xy, 64), 0);
	fill_random(v.digest, 32);
	ref_sign(key, v.digest, v.sig);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_VERIFY, &v), 0);
	v.sig[40] ^= 4;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_VERIFY, &v), EKEYREJECTED);
	ref_key_free(key);
}

TEST(ecdh)
{
	struct ecc508a_ecdh e = { .slot = 2 };
	uint8_t xy[64], secret[32];
	struct ref_key *key = ref_key_new(e.pubkey);

	CHECK_EQ(dev_pubkey(fd, 2, xy), 0);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_ECDH, &e), 0);
	CHECK_EQ(ref_ecdh(key, xy, secret), 0);
	CHECK_EQ(memcmp(secret, e.secret, 32), 0);

	e.pubkey[63] ^= 1;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_ECDH, &e), EACCES);
	CHECK(!memcmp(e.secret, (uint8_t[32]){ 0 }, 32));
	e.pubkey[63] ^= 1;
	e.slot = 8;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_ECDH, &e), EACCES);
	CHECK_EQ(e.result.status, 0x0f);
	ref_key_free(key);
}

TEST(genkey)
{
	uint8_t before[64], after[64], again[64], digest[32], sig[64];

	CHECK_EQ(dev_pubkey(fd, 3, before), 0);
	CHECK_EQ(dev_genkey(fd, 3, after), 0);
	CHECK(memcmp(before, after, 64));
	CHECK_EQ(dev_pubkey(fd, 3, again), 0);
	CHECK_EQ(memcmp(after, again, 64), 0);
	fill_random(digest, 32);
	CHECK_EQ(dev_sign(fd, 3, digest, sig), 0);
	CHECK_EQ(ref_verify(after, digest, sig), 1);
	CHECK_EQ(ref_verify(before, digest, sig), 0);
	CHECK_EQ(dev_genkey(fd, 8, after), EACCES);
}

TEST(read_and_write)
{
	uint8_t out[416], in[416], config[128];
	struct ecc508a_info info = { 0 };
	unsigned int offset, len, i;

	CHECK_EQ(dev_read(fd, ECC508A_ZONE_CONFIG, 0, 0, config, 128), 0);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_INFO, &info), 0);
	CHECK_EQ(memcmp(config, info.config, 128), 0);

	fill_random(out, sizeof(out));
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 8, 0, out, sizeof(out)), 0);
	CHECK_EQ(dev_read(fd, ECC508A_ZONE_DATA, 8, 0, in, sizeof(in)), 0);
	CHECK_EQ(memcmp(in, out, sizeof(in)), 0);
	for (i = 0; i < 12; i++) {
		fill_random(&offset, sizeof(offset));
		fill_random(&len, sizeof(len));
		offset %= 416;
		len = 1 + len % (416 - offset > 70 ? 70 : 416 - offset);
		memset(in, 0, sizeof(in));
		CHECK_EQ(dev_read(fd, ECC508A_ZONE_DATA, 8, offset, in, len), 0);
		CHECK_EQ(memcmp(in, out + offset, len), 0);
		fill_random(out + offset, len);
		CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 8, offset, out + offset, len), 0);
	}
	CHECK_EQ(dev_read(fd, ECC508A_ZONE_DATA, 8, 0, in, sizeof(in)), 0);
	CHECK_EQ(memcmp(in, out, sizeof(in)), 0);

	CHECK_EQ(dev_read(fd, ECC508A_ZONE_DATA, 0, 0, in, 32), EACCES); /* a private key */
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_CONFIG, 0, 20, config + 20, 4), EACCES); /* locked */
}

/* Slot 4 takes its key in the clear and guards slot 9 */
TEST(encrypted)
{
	uint8_t key[32], wrong[32], out[64], in[64];
	struct ecc508a_rw rw = { .zone = ECC508A_ZONE_DATA,
				 .slot = 9,
				 .len = 64,
				 .flags = ECC508A_RW_ENCRYPTED,
				 .key_slot = 4 };

	fill_random(key, sizeof(key));
	fill_random(out, sizeof(out));
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 4, 0, key, sizeof(key)), 0);
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 9, 0, out, sizeof(out)), EACCES);
	memcpy(rw.key, key, 32);
	rw.buf = (uintptr_t)out;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_WRITE, &rw), 0);
	CHECK_EQ(rw.done, 64);
	rw.buf = (uintptr_t)in;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_READ, &rw), 0);
	CHECK_EQ(memcmp(in, out, 64), 0);
	CHECK_EQ(dev_read(fd, ECC508A_ZONE_DATA, 9, 0, in, 64), EACCES);

	/* The wrong key: a write is refused, a read gives noise */
	fill_random(wrong, sizeof(wrong));
	memcpy(rw.key, wrong, 32);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_READ, &rw), 0);
	CHECK(memcmp(in, out, 64));
	rw.buf = (uintptr_t)wrong;
	rw.len = 32;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_WRITE, &rw), EACCES);
	CHECK_EQ(rw.done, 0);
}

TEST(counter)
{
	struct ecc508a_counter c = { .id = 1 };
	uint32_t before;

	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_COUNTER, &c), 0);
	before = c.value;
	c.flags = ECC508A_COUNTER_INCREMENT;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_COUNTER, &c), 0);
	CHECK_EQ(c.value, before + 1);
	c.flags = 0;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_COUNTER, &c), 0);
	CHECK_EQ(c.value, before + 1);
}

TEST(lock_again)
{
	struct ecc508a_lock l = { .what = ECC508A_LOCK_CONFIG };

	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_LOCK, &l), EALREADY);
	l.what = ECC508A_LOCK_DATA;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_LOCK, &l), EALREADY);
	l.what = ECC508A_LOCK_SLOT;
	l.slot = 2; /* KeyConfig 0x0013: not lockable */
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_LOCK, &l), EACCES);
	CHECK_EQ(l.result.opcode, 0x17);
	CHECK_EQ(l.result.status, 0x0f);
}

TEST(sleeps_when_idle)
{
	uint8_t digest[32] = { 1 }, sig[64];
	char attr[32];

	CHECK_EQ(dev_sign(fd, 0, digest, sig), 0);
	CHECK_EQ(dev_attr("power_state", attr, sizeof(attr)), 0);
	CHECK(dev_asleep());
	CHECK_EQ(dev_attr("healthy", attr, sizeof(attr)), 0);
	CHECK_EQ(strcmp(attr, "1"), 0);
}

int main(void)
{
	return tap_run();
}
