// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The rarer requests of a 508A: MAC, HMAC, CheckMac, SHA, DeriveKey, attestation, UpdateExtra.
 * What the chip computed is computed again here with OpenSSL's SHA-256, from the message
 * layouts of data sheet DS20005927A.
 *
 * Needs a chip of the "aws" kind: key 4 guards writes to slot 1, slot 6 is the parent of
 * slot 5, slot 7 signs internal messages.
 */
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include "../tap.h"
#include "dev.h"

static int fd = -1;
static uint8_t sn[9], key1[32], key6[32];

static int write_encrypted(unsigned int slot, const uint8_t data[32], const uint8_t key[32])
{
	struct ecc508a_rw rw = { .zone = ECC508A_ZONE_DATA,
				 .slot = (uint16_t)slot,
				 .len = 32,
				 .flags = ECC508A_RW_ENCRYPTED,
				 .key_slot = 4,
				 .buf = (uintptr_t)data };

	memcpy(rw.key, key, 32);
	return dev_ioctl(fd, ECC508A_IOC_WRITE, &rw);
}

TEST(prepares)
{
	struct ecc508a_info info = { 0 };
	uint8_t key4[32];

	fd = dev_open(O_RDWR);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_INFO, &info), 0);
	memcpy(sn, info.serial, 9);
	fill_random(key4, 32);
	fill_random(key1, 32);
	fill_random(key6, 32);
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 4, 0, key4, 32), 0);
	CHECK_EQ(write_encrypted(1, key1, key4), 0);
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 6, 0, key6, 32), 0);
}

/* TempKey after a random Nonce */
static void nonce(const uint8_t random[32], const uint8_t num_in[20], uint8_t out[32])
{
	uint8_t m[55];

	memcpy(m, random, 32);
	memcpy(m + 32, num_in, 20);
	m[52] = 0x16;
	m[53] = 0;
	m[54] = 0;
	ref_sha256(m, sizeof(m), out);
}

/* The 88 bytes of a MAC (table 9-30) */
static void mac_message(uint8_t m[88], const uint8_t first[32], const uint8_t second[32],
			uint8_t opcode, uint8_t mode, uint16_t slot)
{
	memset(m, 0, 88);
	memcpy(m, first, 32);
	memcpy(m + 32, second, 32);
	m[64] = opcode;
	m[65] = mode;
	m[66] = (uint8_t)slot;
	m[67] = (uint8_t)(slot >> 8);
	m[79] = sn[8];
	m[84] = sn[0];
	m[85] = sn[1];
	if (mode & 0x40) {
		memcpy(m + 80, sn + 4, 4);
		memcpy(m + 86, sn + 2, 2);
	}
}

TEST(mac)
{
	struct ecc508a_mac m = { .slot = 1 };
	uint8_t msg[88], want[32], temp[32];

	fill_random(m.challenge, 32);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_MAC, &m), 0);
	mac_message(msg, key1, m.challenge, 0x08, 0x00, 1);
	ref_sha256(msg, sizeof(msg), want);
	CHECK_EQ(memcmp(m.mac, want, 32), 0);

	m.flags = ECC508A_MAC_SERIAL;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_MAC, &m), 0);
	mac_message(msg, key1, m.challenge, 0x08, 0x40, 1);
	ref_sha256(msg, sizeof(msg), want);
	CHECK_EQ(memcmp(m.mac, want, 32), 0);

	m.flags = ECC508A_MAC_RANDOM;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_MAC, &m), EINVAL); /* 12 zeros */
	memset(m.challenge + 20, 0, 12);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_MAC, &m), 0);
	nonce(m.random, m.challenge, temp);
	mac_message(msg, key1, temp, 0x08, 0x01, 1);
	ref_sha256(msg, sizeof(msg), want);
	CHECK_EQ(memcmp(m.mac, want, 32), 0);

	/* Slot 4 wants a random nonce (KeyConfig 0x007c) */
	m.slot = 4;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_MAC, &m), 0);
	m.flags = 0;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_MAC, &m), EACCES);
	m.slot = 6; /* NoMac */
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_MAC, &m), EACCES);
	m.slot = 16;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_MAC, &m), EINVAL);
}

TEST(hmac)
{
	struct ecc508a_mac m = { .slot = 1 };
	uint8_t msg[88], want[32], temp[32];
	static const uint8_t zeros[32];
	unsigned int len = 32;

	fill_random(m.challenge, 32);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_HMAC, &m), 0);
	mac_message(msg, zeros, m.challenge, 0x11, 0x04, 1);
	HMAC(EVP_sha256(), key1, 32, msg, sizeof(msg), want, &len);
	CHECK_EQ(memcmp(m.mac, want, 32), 0);

	m.flags = ECC508A_MAC_RANDOM;
	memset(m.challenge + 20, 0, 12);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_HMAC, &m), 0);
	nonce(m.random, m.challenge, temp);
	mac_message(msg, zeros, temp, 0x11, 0x00, 1);
	HMAC(EVP_sha256(), key1, 32, msg, sizeof(msg), want, &len);
	CHECK_EQ(memcmp(m.mac, want, 32), 0);
}

TEST(checkmac)
{
	struct ecc508a_checkmac c = { .slot = 1 };
	uint8_t msg[88];

	/* With the OtherData of a MAC (08, mode 0, slot 1, no serial number) */
	fill_random(c.challenge, 32);
	c.other[0] = 0x08;
	c.other[2] = 1;
	mac_message(msg, key1, c.challenge, 0x08, 0x00, 1);
	ref_sha256(msg, sizeof(msg), c.response);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_CHECKMAC, &c), 0);
	c.response[31] ^= 1;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_CHECKMAC, &c), EKEYREJECTED);
	CHECK_EQ(c.result.status, 1);

	/* With the key itself */
	memset(&c, 0, sizeof(c));
	c.slot = 1;
	c.flags = ECC508A_CHECKMAC_KEY;
	memcpy(c.response, key1, 32);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_CHECKMAC, &c), 0);
	c.response[0] ^= 1;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_CHECKMAC, &c), EKEYREJECTED);
	c.challenge[0] = 1;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_CHECKMAC, &c), EINVAL);
}

/* An authorisation is for the session that made it, and for nobody after it */
TEST(authorisation_is_not_left_behind)
{
	struct ecc508a_checkmac c = { .slot = 1, .flags = ECC508A_CHECKMAC_KEY };
	uint8_t rx[64];
	size_t len = sizeof(rx);

	memcpy(c.response, key1, 32);
	REQUIRE(!dev_session(fd, 5000));
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_CHECKMAC, &c), 0);
	CHECK_EQ(dev_exchange(fd, 0x30, 2, 0, NULL, 0, rx, &len, NULL), 0);
	CHECK_EQ(rx[1] & 0x7c, 1 << 3 | 1 << 2); /* AuthKeyID 1, AuthValid */
	CHECK_EQ(dev_session_end(fd), 0);

	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_CHECKMAC, &c), 0);
	REQUIRE(!dev_session(fd, 5000));
	len = sizeof(rx);
	CHECK_EQ(dev_exchange(fd, 0x30, 2, 0, NULL, 0, rx, &len, NULL), 0);
	CHECK_EQ(rx[1] & 0x04, 0);
	CHECK_EQ(dev_session_end(fd), 0);
}

/*
 * What these requests leave in the chip is for nobody: it sleeps when they return, and not
 * only when nothing has been asked of it for a while.
 */
TEST(nothing_is_left_in_the_chip)
{
	static const struct ecc508a_mac mac = { .slot = 1, .flags = ECC508A_MAC_RANDOM };
	struct ecc508a_mac m = mac;
	struct ecc508a_checkmac c = { .slot = 1, .flags = ECC508A_CHECKMAC_KEY };
	struct ecc508a_sha s = { .flags = ECC508A_SHA_HMAC, .slot = 1 };
	struct ecc508a_attest a = { .key_slot = 7 };
	struct ecc508a_derivekey d = { .slot = 5 };
	struct ecc508a_verify v = { .slot = 11, .flags = ECC508A_VERIFY_STORED };
	struct {
		unsigned long cmd;
		void *arg;
		int want;
	} calls[] = {
		{ ECC508A_IOC_MAC, &m, 0 },	 { ECC508A_IOC_HMAC, &m, 0 },
		{ ECC508A_IOC_CHECKMAC, &c, 0 }, { ECC508A_IOC_SHA, &s, 0 },
		{ ECC508A_IOC_ATTEST, &a, 0 },	 { ECC508A_IOC_DERIVEKEY, &d, 0 },
		{ ECC508A_IOC_VERIFY, &v, -1 }, /* the slot holds no key: any refusal */
	};
	char state[32];
	unsigned int i;
	int ret;

	memcpy(c.response, key1, 32);
	dev_autosuspend(20000);
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		m = mac;
		ret = dev_ioctl(fd, calls[i].cmd, calls[i].arg);
		if (calls[i].want >= 0)
			CHECK_EQ(ret, calls[i].want);
		CHECK_EQ(dev_attr("power_state", state, sizeof(state)), 0);
		if (strcmp(state, "asleep"))
			TAP_COMPLAIN("request %u leaves the chip %s", i, state);
	}
	dev_autosuspend(50);
}

TEST(sha)
{
	static const unsigned int lens[] = { 0, 1, 55, 56, 63, 64, 65, 127, 128, 1000, 4096 };
	static uint8_t buf[4096];
	struct ecc508a_sha s = { .buf = (uintptr_t)buf };
	uint8_t want[32];
	unsigned int i, n = 32;

	fill_random(buf, sizeof(buf));
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		s.len = lens[i];
		s.flags = 0;
		s.slot = 0;
		CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_SHA, &s), 0);
		ref_sha256(buf, lens[i], want);
		CHECK_EQ(memcmp(s.digest, want, 32), 0);
		s.flags = ECC508A_SHA_HMAC;
		s.slot = 1;
		CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_SHA, &s), 0);
		HMAC(EVP_sha256(), key1, 32, buf, lens[i], want, &n);
		CHECK_EQ(memcmp(s.digest, want, 32), 0);
	}
	s.len = 4097;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_SHA, &s), EINVAL);
	s.len = 1;
	s.flags = 0;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_SHA, &s), EINVAL); /* a slot without HMAC */
}

/* Slot 5 is made from its parent, slot 6 (SlotConfig 0x36c4); a MAC shows what it became */
TEST(derivekey)
{
	struct ecc508a_derivekey d = { .slot = 5 };
	struct ecc508a_mac m = { .slot = 5 };
	uint8_t msg[96] = { 0 }, key5[32], want[32], mac[88], temp[32];
	int random;

	for (random = 0; random < 2; random++) {
		memset(d.input, 0, sizeof(d.input));
		fill_random(d.input, 20);
		d.flags = random ? ECC508A_DERIVEKEY_RANDOM : 0;
		CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_DERIVEKEY, &d), 0);
		if (random)
			nonce(d.random, d.input, temp);
		else
			memcpy(temp, d.input, 32);
		memset(msg, 0, sizeof(msg));
		memcpy(msg, key6, 32);
		msg[32] = 0x1c;
		msg[33] = random ? 0 : 4;
		msg[34] = 5;
		msg[36] = sn[8];
		msg[37] = sn[0];
		msg[38] = sn[1];
		memcpy(msg + 64, temp, 32);
		ref_sha256(msg, sizeof(msg), key5);
		CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_MAC, &m), 0);
		mac_message(mac, key5, m.challenge, 0x08, 0, 5);
		ref_sha256(mac, sizeof(mac), want);
		CHECK_EQ(memcmp(m.mac, want, 32), 0);
	}
	d.slot = 8;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_DERIVEKEY, &d), EACCES);
}

/* Sign(internal) of slot 7 over GenKey(digest) of slot 0: 55 bytes (chapter 9.18) */
TEST(attest)
{
	struct ecc508a_attest a = { .slot = 0, .key_slot = 7, .what = ECC508A_ATTEST_KEY };
	struct ecc508a_info info = { 0 };
	uint8_t pub0[64], pub7[64], temp[32], g[128] = { 0 }, m[55] = { 0 }, digest[32];
	unsigned int i;

	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_INFO, &info), 0);
	CHECK_EQ(dev_pubkey(fd, 0, pub0), 0);
	CHECK_EQ(dev_pubkey(fd, 7, pub7), 0);
	fill_random(a.num_in, 20);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_ATTEST, &a), 0);
	CHECK_EQ(memcmp(a.pubkey, pub0, 64), 0);

	nonce(a.random, a.num_in, temp);
	memcpy(g, temp, 32);
	g[32] = 0x40;
	g[33] = 0x08;
	g[36] = sn[8];
	g[37] = sn[0];
	g[38] = sn[1];
	memcpy(g + 64, pub0, 64);
	ref_sha256(g, sizeof(g), m); /* TempKey */
	m[32] = 0x41;
	m[34] = 7;
	memcpy(m + 36, info.config + 20, 2); /* SlotConfig and KeyConfig of slot 0 */
	memcpy(m + 38, info.config + 96, 2);
	m[40] = 0x40; /* GenKeyData, random, KeyID 0 */
	m[43] = sn[8];
	m[48] = sn[0];
	m[49] = sn[1];
	m[52] = info.config[88] & 1;
	ref_sha256(m, sizeof(m), digest);
	CHECK_EQ(ref_verify(pub7, digest, a.sig), 1);

	/* With all of the serial number (mode bit 6) */
	a.flags = ECC508A_ATTEST_SERIAL;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_ATTEST, &a), 0);
	nonce(a.random, a.num_in, g);
	ref_sha256(g, sizeof(g), m);
	m[33] = 0x40;
	memcpy(m + 44, sn + 4, 4);
	memcpy(m + 50, sn + 2, 2);
	ref_sha256(m, sizeof(m), digest);
	CHECK_EQ(ref_verify(pub7, digest, a.sig), 1);
	a.flags = 0;

	a.key_slot = 3; /* may not: SlotConfig 0x2087 signs what it is given, and internal */
	a.what = 3;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_ATTEST, &a), EINVAL);
	a.what = ECC508A_ATTEST_KEY;
	a.key_slot = 8;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_ATTEST, &a), EACCES);
	/* nothing that could be taken for an answer */
	for (i = 0; i < 64; i++)
		CHECK(!a.sig[i] && !a.pubkey[i] && !a.random[i / 2]);
}

TEST(only_on_608)
{
	struct ecc508a_aes a = { .slot = 9, .len = 16 };
	struct ecc508a_kdf k = { 0 };
	struct ecc508a_secureboot s = { .mode = 5 };
	struct ecc508a_selftest t = { .tests = 1 };

	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_AES, &a), EOPNOTSUPP);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_KDF, &k), EOPNOTSUPP);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_SECUREBOOT, &s), EOPNOTSUPP);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_SELFTEST, &t), EOPNOTSUPP);
}

TEST(classes)
{
	struct ecc508a_sha s = { .flags = ECC508A_SHA_HMAC };
	struct ecc508a_mac m = { 0 };
	struct ecc508a_privwrite p = { 0 };
	struct ecc508a_updateextra u = { 0 };
	int ro = dev_open(O_RDONLY);
	long long commands = dev_statistic("commands");

	CHECK_EQ(dev_ioctl(ro, ECC508A_IOC_SHA, &s), EBADF);
	CHECK_EQ(dev_ioctl(ro, ECC508A_IOC_MAC, &m), EBADF);
	CHECK_EQ(dev_ioctl(ro, ECC508A_IOC_PRIVWRITE, &p), EBADF);
	CHECK_EQ(dev_ioctl(ro, ECC508A_IOC_UPDATEEXTRA, &u), EBADF);
	u.flags = 1;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_UPDATEEXTRA, &u), EINVAL);
	u.flags = 0;
	u.value = 256;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_UPDATEEXTRA, &u), EINVAL);
	p.key[0] = 1;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_PRIVWRITE, &p), EINVAL);
	CHECK_EQ(dev_statistic("commands"), commands);
	close(ro);
	CHECK(dev_asleep());
}

int main(void)
{
	return tap_run();
}
