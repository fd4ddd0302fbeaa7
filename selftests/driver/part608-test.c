// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * What only a 608 can do, judged by OpenSSL.  Needs a TrustFLEX chip ("tflxtls"): an AES key in
 * slot 9, the secure boot key in slot 15.
 */
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <unistd.h>

#include "../tap.h"
#include "dev.h"

static int fd = -1;

TEST(is_one)
{
	struct ecc508a_info info = { 0 };

	fd = dev_open(O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_INFO, &info), 0);
	CHECK(info.part == ECC508A_PART_608A || info.part == ECC508A_PART_608B);
}

static void aes_ecb(const uint8_t key[16], uint8_t *buf, int len)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL);
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	EVP_EncryptUpdate(ctx, buf, &n, buf, len);
	EVP_CIPHER_CTX_free(ctx);
}

TEST(aes)
{
	uint8_t keys[64], plain[64], buf[64], want[64];
	struct ecc508a_aes a = { .slot = 9, .len = 64, .buf = (uintptr_t)buf };
	unsigned int block;

	fill_random(keys, sizeof(keys));
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 9, 0, keys, sizeof(keys)), 0);
	for (block = 0; block < 4; block++) {
		fill_random(plain, sizeof(plain));
		memcpy(buf, plain, sizeof(buf));
		memcpy(want, plain, sizeof(want));
		aes_ecb(keys + 16 * block, want, sizeof(want));
		a.key_block = (uint16_t)block;
		a.flags = 0;
		CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_AES, &a), 0);
		CHECK_EQ(memcmp(buf, want, sizeof(buf)), 0);
		a.flags = ECC508A_AES_DECRYPT;
		CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_AES, &a), 0);
		CHECK_EQ(memcmp(buf, plain, sizeof(buf)), 0);
	}
	a.len = 17;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_AES, &a), EINVAL);
	a.len = 16;
	a.key_block = 4;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_AES, &a), EINVAL);
	a.key_block = 0;
	a.slot = ECC508A_SLOT_TEMPKEY;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_AES, &a), ENOTCONN);
}

/* PRF with a key of 32 bytes from TempKey to the caller: P_SHA256 of TLS 1.2 (RFC 5246, 5) */
TEST(kdf)
{
	uint8_t key[32], seed[40], a1[32], in[72], want[32];
	struct ecc508a_kdf k = { .mode = 0x10,
				 .flags = ECC508A_KDF_LOAD,
				 .len = sizeof(seed),
				 .details = (uint32_t)sizeof(seed) << 24 | 1,
				 .buf = (uintptr_t)seed };
	unsigned int n = 32;

	fill_random(key, sizeof(key));
	fill_random(seed, sizeof(seed));
	memcpy(k.tempkey, key, 32);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_KDF, &k), 0);
	CHECK_EQ(k.out_len, 32);
	HMAC(EVP_sha256(), key, 32, seed, sizeof(seed), a1, &n);
	memcpy(in, a1, 32);
	memcpy(in + 32, seed, sizeof(seed));
	HMAC(EVP_sha256(), key, 32, in, sizeof(in), want, &n);
	CHECK_EQ(memcmp(k.out, want, 32), 0);

	k.mode = 0x14; /* encrypted */
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_KDF, &k), EOPNOTSUPP);
	k.mode = 0x00; /* to TempKey: for a session only */
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_KDF, &k), ENOTCONN);
}

TEST(secureboot)
{
	struct ecc508a_secureboot s = { .mode = 5 };
	uint8_t xy[64], raw[72] = { 0 };
	struct ref_key *key = ref_key_new(xy);

	memcpy(raw + 4, xy, 32);
	memcpy(raw + 40, xy + 32, 32);
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 15, 0, raw, sizeof(raw)), 0);
	fill_random(s.digest, 32);
	ref_sign(key, s.digest, s.sig);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_SECUREBOOT, &s), 0);
	s.digest[3] ^= 2;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_SECUREBOOT, &s), EKEYREJECTED);
	s.mode = 4;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_SECUREBOOT, &s), EINVAL);
	s.mode = 0x85;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_SECUREBOOT, &s), EINVAL);
	ref_key_free(key);
}

TEST(selftest)
{
	struct ecc508a_selftest t = { .tests = 0x3d, .failed = 99 };

	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_SELFTEST, &t), 0);
	CHECK_EQ(t.failed, 0);
	t.tests = 0x40;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_SELFTEST, &t), EINVAL);
}

/* An ephemeral key in TempKey, made and used in one session */
TEST(ephemeral_ecdh)
{
	struct ecc508a_ecdh e = { .slot = ECC508A_SLOT_TEMPKEY };
	struct ref_key *key = ref_key_new(e.pubkey);
	uint8_t mine[64], secret[32];
	size_t len = sizeof(mine);

	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_ECDH, &e), ENOTCONN);
	REQUIRE(!dev_session(fd, 5000));
	CHECK_EQ(dev_exchange(fd, 0x40, 0x04, 0xffff, NULL, 0, mine, &len, NULL), 0);
	CHECK_EQ(len, 64);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_ECDH, &e), 0);
	CHECK_EQ(ref_ecdh(key, mine, secret), 0);
	CHECK_EQ(memcmp(secret, e.secret, 32), 0);
	CHECK_EQ(dev_session_end(fd), 0);
	ref_key_free(key);
}

TEST(signs_and_sleeps)
{
	uint8_t xy[64], digest[32], sig[64];

	CHECK_EQ(dev_pubkey(fd, 0, xy), 0);
	fill_random(digest, 32);
	CHECK_EQ(dev_sign(fd, 0, digest, sig), 0);
	CHECK_EQ(ref_verify(xy, digest, sig), 1);
	CHECK(dev_asleep());
}

int main(void)
{
	return tap_run();
}
