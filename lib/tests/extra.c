// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The rarer commands over the emulator's socket.  What is expected is put together here from the
 * data sheet's message layouts with OpenSSL's hashes, or is a vector of cryptoauthlib or NIST.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "ecc508a.h"
#include "emulator.h"
#include "provision.h"

static const uint8_t num_in[20] = "twenty bytes of mine";

static void unhex(const char *hex, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned int byte;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		out[i] = byte;
	}
}

static void sha256(const uint8_t *data, size_t len, uint8_t digest[32])
{
	unsigned int n;

	assert_int_equal(EVP_Digest(data, len, digest, &n, EVP_sha256(), NULL), 1);
}

/* What a random Nonce leaves in TempKey */
static void tempkey(const uint8_t random[32], uint8_t out[32])
{
	uint8_t msg[55];

	memcpy(msg, random, 32);
	memcpy(msg + 32, num_in, 20);
	msg[52] = 0x16;
	msg[53] = 0;
	msg[54] = 0;
	sha256(msg, sizeof(msg), out);
}

static bool verifies(const uint8_t xy[64], const uint8_t digest[32], const uint8_t sig[64])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	ECDSA_SIG *s = ECDSA_SIG_new();
	uint8_t point[65] = { 4 }, *der = NULL;
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

static struct ecc508a_dev *start(struct emulator *emu, const char *part, bool all)
{
	const char *const args[] = { "--part", part, NULL };
	struct ecc508a_plan plan;
	struct ecc508a_dev *dev;

	setenv("ECC508A_EMU_TIME", "virtual", 1);
	emulator_start(emu, args);
	if (ecc508a_open(emu->device, 0, &dev))
		fail_msg("%s", ecc508a_error(NULL));
	assert_int_equal(ecc508a_plan_make(dev, ecc508a_profile_find("aws"), 0, &plan), 0);
	if (!all)
		plan.steps = 2; /* configuration written and locked */
	if (ecc508a_plan_run(dev, &plan, NULL, NULL))
		fail_msg("%s", ecc508a_error(dev));
	return dev;
}

static void stop(struct emulator *emu, struct ecc508a_dev *dev)
{
	ecc508a_close(dev);
	emulator_stop(emu);
}

/* Slot 4 of the profile: a key that is always written, with ReqRandom */
static void test_mac(void **state)
{
	static const char *const parts[] = { "508a", "608b" };
	uint8_t key[32], random[32], mac[32], want[32], msg[152] = { 0 }, text[200];
	struct ecc508a_chip_info info;
	struct ecc508a_dev *dev;
	struct emulator emu;
	unsigned int n;

	for (unsigned int p = 0; p < 2; p++) {
		dev = start(&emu, parts[p], true);
		assert_int_equal(ecc508a_info(dev, false, &info), 0);
		memset(key, 0x3c + p, sizeof(key));
		assert_int_equal(ecc508a_write(dev, ECC508A_DATA, 4, 0, key, 32), 0);

		for (int serial = 0; serial < 2; serial++) {
			if (ecc508a_mac_random(dev, 4, serial, num_in, random, mac))
				fail_msg("%s", ecc508a_error(dev));
			memset(msg, 0, sizeof(msg));
			memcpy(msg, key, 32);
			tempkey(random, msg + 32);
			msg[64] = 0x08;
			msg[65] = serial ? 0x41 : 0x01;
			msg[66] = 4;
			msg[79] = info.serial[8];
			msg[84] = info.serial[0];
			msg[85] = info.serial[1];
			if (serial) {
				memcpy(msg + 80, info.serial + 4, 4);
				memcpy(msg + 86, info.serial + 2, 2);
			}
			sha256(msg, 88, want);
			assert_memory_equal(mac, want, 32);
		}
		/* a challenge of the host's choice is not random */
		assert_int_equal(ecc508a_mac(dev, 4, false, key, mac), -EACCES);
		assert_non_null(strstr(ecc508a_error(dev), "ReqRandom"));

		assert_int_equal(ecc508a_checkmac_key(dev, 4, key), 0);
		key[7] ^= 1;
		assert_int_equal(ecc508a_checkmac_key(dev, 4, key), -EKEYREJECTED);
		key[7] ^= 1;

		for (unsigned int i = 0; i < sizeof(text); i++)
			text[i] = i;
		for (size_t len = 0; len <= sizeof(text); len += 13) {
			assert_int_equal(ecc508a_sha256(dev, text, len, mac), 0);
			sha256(text, len, want);
			assert_memory_equal(mac, want, 32);
		}
		if (ecc508a_hmac_sha256(dev, 4, text, 100, mac))
			fail_msg("%s", ecc508a_error(dev));
		HMAC(EVP_sha256(), key, 32, text, 100, want, &n);
		assert_memory_equal(mac, want, 32);

		/* HMAC: 32 zeros, TempKey, 11, mode 0, slot, 11 zeros, SN8, 4 zeros, SN0 SN1, 2
		 * zeros */
		if (p) {
			assert_int_equal(ecc508a_hmac_random(dev, 4, false, num_in, random, mac),
					 -EOPNOTSUPP);
		} else {
			if (ecc508a_hmac_random(dev, 4, false, num_in, random, mac))
				fail_msg("%s", ecc508a_error(dev));
			memset(msg, 0, sizeof(msg));
			tempkey(random, msg + 32);
			msg[64] = 0x11;
			msg[66] = 4;
			msg[79] = info.serial[8];
			msg[84] = info.serial[0];
			msg[85] = info.serial[1];
			HMAC(EVP_sha256(), key, 32, msg, 88, want, &n);
			assert_memory_equal(mac, want, 32);
		}
		stop(&emu, dev);
	}
}

/* The 55 bytes of Sign(internal), table 9-42: over the digest of GenKey */
static void test_attest(void **state)
{
	uint8_t random[32], xy[64], by[64], sig[64], msg[128] = { 0 }, m55[55] = { 0 }, digest[32];
	struct ecc508a_chip_info info;
	struct ecc508a_dev *dev;
	struct emulator emu;

	dev = start(&emu, "508a", true);
	assert_int_equal(ecc508a_info(dev, false, &info), 0);
	assert_int_equal(ecc508a_pubkey(dev, 3, by), 0);
	if (ecc508a_attest(dev, ECC508A_ATTESTATION_KEY, 0, 3, true, num_in, random, xy, sig))
		fail_msg("%s", ecc508a_error(dev));
	/* TempKey: nonce, 40, 08, slot, SN8 SN0 SN1, 25 zeros, X Y */
	tempkey(random, msg);
	msg[32] = 0x40;
	msg[33] = 0x08;
	msg[36] = info.serial[8];
	msg[37] = info.serial[0];
	msg[38] = info.serial[1];
	memcpy(msg + 64, xy, 64);
	sha256(msg, sizeof(msg), m55);
	m55[32] = 0x41;
	m55[33] = 0x40;
	m55[34] = 3;
	memcpy(m55 + 36, info.config + 20, 2);
	memcpy(m55 + 38, info.config + 96, 2);
	m55[40] = 0x40; /* GenKeyData, slot 0, SourceFlag random */
	m55[43] = info.serial[8];
	memcpy(m55 + 44, info.serial + 4, 4);
	m55[48] = info.serial[0];
	m55[49] = info.serial[1];
	memcpy(m55 + 50, info.serial + 2, 2);
	m55[52] = 1; /* not locked */
	sha256(m55, sizeof(m55), digest);
	assert_true(verifies(by, digest, sig));
	/* and a key that may not sign such things */
	assert_int_equal(ecc508a_attest(dev, ECC508A_ATTESTATION_KEY, 0, 8, true, num_in, random,
					xy, sig),
			 -EACCES);
	stop(&emu, dev);
}

static void test_privwrite_extra(void **state)
{
	uint8_t d[32], want[64], xy[64];
	struct ecc508a_chip_info info;
	struct ecc508a_dev *dev;
	struct emulator emu;

	unhex("878F0AB6A526D7111C26E6170810796E7B33007F832B8D64467ED6F870537A19", d, 32);
	unhex("8f8d182bd819048582a9927ea0c56defb4159548e11ca5f7abac45bbce76815b"
	      "e5c64fcd2fd12698544de037951726666073046119ad5e11a90aa49773aeac86",
	      want, 64);
	dev = start(&emu, "508a", false);
	if (ecc508a_privwrite(dev, 2, d, 0, NULL))
		fail_msg("%s", ecc508a_error(dev));
	assert_int_equal(ecc508a_pubkey(dev, 2, xy), 0);
	assert_memory_equal(xy, want, 64);
	assert_int_equal(ecc508a_privwrite(dev, 8, d, 0, NULL), -EACCES);

	assert_int_equal(ecc508a_update_extra(dev, 84, 0x5a), 0);
	assert_int_equal(ecc508a_info(dev, true, &info), 0);
	assert_int_equal(info.config[84], 0x5a);
	assert_int_equal(ecc508a_update_extra(dev, 84, 0x5b), -EACCES);
	assert_int_equal(ecc508a_update_extra(dev, 86, 0), -EINVAL);
	stop(&emu, dev);

	dev = start(&emu, "508a", true);
	assert_int_equal(ecc508a_privwrite(dev, 2, d, 4, d), -EACCES);
	assert_non_null(strstr(ecc508a_error(dev), "WriteConfig bit 14"));
	assert_int_equal(ecc508a_selftest(dev, 0, xy), -EOPNOTSUPP);
	stop(&emu, dev);
}

static void test_608(void **state)
{
	uint8_t key[32], msg[16], out[64], want[64], block[16], failed = 1, status;
	struct ecc508a_dev *dev;
	struct emulator emu;
	size_t len;

	dev = start(&emu, "608a", true);
	for (int i = 0; i < 16; i++)
		key[i] = key[i + 16] = msg[i] = i;
	/* cryptoauthlib's vector: PRF, 32 bytes of key, 64 of output */
	unhex("1ebcbe62005ab948fdffe1c402aaba354ec676050c9bc1aae1ff5b1509a4a04a"
	      "44254664c2a480f5b77ea2d1020c7ba4b3640c4ac793324c26d6fddfdb1f011a",
	      want, 64);
	if (ecc508a_kdf(dev, 0x10, 0, 0, 0x10000101, msg, 16, key, out, &len))
		fail_msg("%s", ecc508a_error(dev));
	assert_int_equal(len, 64);
	assert_memory_equal(out, want, 64);

	/* NIST's AES-128 example, with the key in TempKey */
	unhex("2b7e151628aed2a6abf7158809cf4f3c", key, 16);
	unhex("6bc1bee22e409f96e93d7e117393172a", block, 16);
	unhex("3ad77bb40d7a3660a89ecaf32466ef97", want, 16);
	assert_int_equal(ecc508a_session_begin(dev, 5000), 0);
	len = 1;
	assert_int_equal(ecc508a_exchange(dev, 0x16, 3, 0, key, 32, &status, &len), 0);
	if (ecc508a_aes(dev, 0xffff, 0, false, block, 16))
		fail_msg("%s", ecc508a_error(dev));
	assert_memory_equal(block, want, 16);
	assert_int_equal(ecc508a_session_end(dev), 0);
	/* no slot of this configuration is for AES */
	assert_int_equal(ecc508a_aes(dev, 8, 0, false, block, 16), -EBADMSG);
	assert_non_null(strstr(ecc508a_error(dev), "KeyType"));
	assert_int_equal(ecc508a_aes(dev, 8, 0, false, block, 15), -EINVAL);

	assert_int_equal(ecc508a_selftest(dev, 0x3d, &failed), 0);
	assert_int_equal(failed, 0);
	assert_int_equal(ecc508a_secureboot(dev, 5, key, out), -EACCES);
	assert_non_null(strstr(ecc508a_error(dev), "SecureBoot"));
	assert_int_equal(ecc508a_secureboot(dev, 5, key, NULL), -EINVAL);
	stop(&emu, dev);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_attest),
		cmocka_unit_test(test_privwrite_extra),
		cmocka_unit_test(test_608),
	};

	return cmocka_run_group_tests_name("libecc508a, rarer commands", tests, NULL, NULL);
}
