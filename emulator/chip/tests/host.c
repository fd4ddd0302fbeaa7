// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
#include "host.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

const uint8_t test_serial[9] = { 0x01, 0x23, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0xee };

struct host *host_new(enum ecc508a_emu_part part)
{
	struct host *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->speed = 100000;
	h->bus = ecc508a_emu_bus_new();
	assert_non_null(h->bus);
	assert_int_equal(ecc508a_emu_chip_new(h->bus, part, test_serial, &h->chip), 0);
	ecc508a_emu_chip_set_seed(h->chip, "test", 4);
	return h;
}

struct host *host_preset(enum ecc508a_emu_part part, const char *preset)
{
	struct host *h = host_new(part);

	assert_int_equal(ecc508a_emu_chip_preset(h->chip, preset), 0);
	return h;
}

void host_free(struct host *h)
{
	ecc508a_emu_bus_free(h->bus);
	free(h);
}

struct ecc508a_emu_status host_status(struct host *h)
{
	struct ecc508a_emu_status st;

	ecc508a_emu_chip_status(h->chip, &st);
	return st;
}

uint16_t host_addr(struct host *h)
{
	return host_status(h).addr;
}

bool host_tk_valid(struct host *h)
{
	return host_status(h).tempkey.valid;
}

void host_wake(struct host *h)
{
	uint8_t zero = 0;

	ecc508a_emu_write(h->bus, 0, &zero, 1, 100000);
	ecc508a_emu_bus_advance(h->bus, US(1500));
}

void host_sleep(struct host *h)
{
	uint8_t word = 1;

	ecc508a_emu_write(h->bus, host_addr(h), &word, 1, h->speed);
}

void host_idle(struct host *h)
{
	uint8_t word = 2;

	ecc508a_emu_write(h->bus, host_addr(h), &word, 1, h->speed);
}

void host_power_cycle(struct host *h)
{
	ecc508a_emu_chip_power(h->chip, false);
	ecc508a_emu_bus_advance(h->bus, MS(10));
	ecc508a_emu_chip_power(h->chip, true);
	ecc508a_emu_bus_advance(h->bus, US(200));
}

uint16_t ref_crc(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint16_t crc = 0;

	while (len--) {
		for (unsigned int mask = 1; mask < 0x100; mask <<= 1) {
			unsigned int bit = (*p & mask) != 0, top = crc >> 15;

			crc = (uint16_t)(crc << 1);
			if (bit != top)
				crc ^= 0x8005;
		}
		p++;
	}
	return crc;
}

void host_send(struct host *h, uint8_t op, uint8_t p1, uint16_t p2, const void *data,
	       unsigned int len)
{
	uint8_t buf[256] = { 0x03, (uint8_t)(len + 7), op, p1, (uint8_t)p2, (uint8_t)(p2 >> 8) };
	uint16_t crc;

	if (len)
		memcpy(buf + 6, data, len);
	crc = ref_crc(buf + 1, len + 5);
	buf[len + 6] = (uint8_t)crc;
	buf[len + 7] = (uint8_t)(crc >> 8);
	assert_int_equal(ecc508a_emu_write(h->bus, host_addr(h), buf, len + 8, h->speed), len + 8);
}

int host_receive(struct host *h)
{
	uint8_t buf[160];
	unsigned int n;
	uint16_t crc;
	int ret = -1;

	h->rsp_len = 0;
	for (int i = 0; i < 4000 && ret < 0; i++) {
		ret = ecc508a_emu_read(h->bus, host_addr(h), buf, sizeof(buf), h->speed);
		if (ret < 0)
			ecc508a_emu_bus_advance(h->bus, US(500));
	}
	if (ret < 0)
		return -1;
	n = buf[0];
	if (n < 4 || n > sizeof(buf))
		return -1;
	crc = ref_crc(buf, n - 2);
	if (buf[n - 2] != (uint8_t)crc || buf[n - 1] != crc >> 8)
		return -1;
	/* past the group there are only ones */
	for (unsigned int i = n; i < sizeof(buf); i++)
		assert_int_equal(buf[i], 0xff);
	h->rsp_len = n - 3;
	memcpy(h->rsp, buf + 1, h->rsp_len);
	return h->rsp_len == 1 ? h->rsp[0] : 0;
}

/* Awake and with enough time for any command, without losing TempKey. */
static void keep_awake(struct host *h)
{
	struct ecc508a_emu_status st = host_status(h);

	if (st.power == ECC508A_EMU_AWAKE && st.watchdog_left > MS(700))
		return;
	if (st.power == ECC508A_EMU_AWAKE)
		host_idle(h);
	host_wake(h);
}

int host_cmd(struct host *h, uint8_t op, uint8_t p1, uint16_t p2, const void *data,
	     unsigned int len)
{
	if (!h->hands_off)
		keep_awake(h);
	host_send(h, op, p1, p2, data, len);
	return host_receive(h);
}

void assert_refused(struct host *h, int want, uint8_t op, uint8_t p1, uint16_t p2, const void *data,
		    unsigned int len)
{
	static char before[8192], after[8192];
	int n = ecc508a_emu_chip_export(h->chip, before, sizeof(before));
	int got = host_cmd(h, op, p1, p2, data, len);

	if (got != want)
		print_message("op %02x p1 %02x p2 %04x len %u: status %02x, expected %02x\n", op,
			      p1, p2, len, (unsigned int)got, (unsigned int)want);
	assert_int_equal(got, want);
	assert_int_equal(ecc508a_emu_chip_export(h->chip, after, sizeof(after)), n);
	assert_memory_equal(before, after, (size_t)n);
}

void host_load(struct host *h, const uint8_t value[32])
{
	assert_status(host_cmd(h, OP_NONCE, 3, 0, value, 32), 0);
}

void host_random_nonce(struct host *h)
{
	static const uint8_t num_in[20] = { 1, 2, 3 };

	assert_status(host_cmd(h, OP_NONCE, 0, 0, num_in, 20), 0);
}

void host_gendig(struct host *h, unsigned int slot)
{
	uint8_t other[4] = { OP_GENDIG, 0x02, (uint8_t)slot, 0x00 };

	host_random_nonce(h);
	assert_status(host_cmd(h, OP_GENDIG, 2, (uint16_t)slot, other, 4), 0);
}

void host_seal(struct host *h, uint8_t op, uint8_t p1, uint16_t p2, const uint8_t *plain,
	       unsigned int len, uint8_t *out)
{
	struct ecc508a_emu_status st = host_status(h);
	uint8_t m[128] = { 0 }, pad[64];
	unsigned int zeros = op == OP_PRIVWRITE ? 21 : 25;

	memcpy(pad, st.tempkey.value, 32);
	ref_sha256(pad, 32, pad + 32);
	for (unsigned int i = 0; i < len; i++)
		out[i] = plain[i] ^ pad[i];
	memcpy(m, st.tempkey.value, 32);
	m[32] = op;
	m[33] = p1;
	m[34] = (uint8_t)p2;
	m[35] = (uint8_t)(p2 >> 8);
	m[36] = st.serial[8];
	m[37] = st.serial[0];
	m[38] = st.serial[1];
	memcpy(m + 39 + zeros, plain, len);
	ref_sha256(m, 39 + zeros + len, out + len);
}

int host_authorise(struct host *h, unsigned int slot, const uint8_t key[32])
{
	struct ecc508a_emu_status st;
	uint8_t data[77] = { 0 }, m[88] = { 0 };

	host_random_nonce(h);
	st = host_status(h);
	data[64] = OP_MAC;
	data[65] = 0x01;
	data[66] = (uint8_t)slot;
	memcpy(m, key, 32);
	memcpy(m + 32, st.tempkey.value, 32);
	memcpy(m + 64, data + 64, 4);
	m[79] = st.serial[8];
	m[84] = st.serial[0];
	m[85] = st.serial[1];
	ref_sha256(m, 88, data + 32);
	return host_cmd(h, OP_CHECKMAC, 0x01, (uint16_t)slot, data, 77);
}

void host_put_pub(struct host *h, unsigned int slot, const uint8_t pub[64], uint8_t nibble)
{
	uint8_t stored[72] = { (uint8_t)(nibble << 4) };

	memcpy(stored + 4, pub, 32);
	memcpy(stored + 40, pub + 32, 32);
	host_poke(h, ECC508A_EMU_SLOT0 + slot, 0, stored, 72);
}

/* The pair of cryptoauthlib's PrivWrite test. */
void host_put_key(struct host *h, unsigned int slot, uint8_t pub[64])
{
	uint8_t d[36] = { 0 };

	unhex("878F0AB6A526D7111C26E6170810796E7B33007F832B8D64467ED6F870537A19", d + 4, 32);
	host_poke(h, ECC508A_EMU_SLOT0 + slot, 0, d, 36);
	unhex("8f8d182bd819048582a9927ea0c56defb4159548e11ca5f7abac45bbce76815b"
	      "e5c64fcd2fd12698544de037951726666073046119ad5e11a90aa49773aeac86",
	      pub, 64);
}

void host_poke(struct host *h, unsigned int zone, unsigned int off, const void *data, size_t len)
{
	assert_int_equal(ecc508a_emu_chip_poke(h->chip, zone, off, data, len), 0);
}

void host_slot(struct host *h, unsigned int slot, uint16_t slot_config, uint16_t key_config)
{
	uint8_t sc[2] = { (uint8_t)slot_config, (uint8_t)(slot_config >> 8) };
	uint8_t kc[2] = { (uint8_t)key_config, (uint8_t)(key_config >> 8) };

	host_poke(h, ECC508A_EMU_CONFIG, 20 + 2 * slot, sc, 2);
	host_poke(h, ECC508A_EMU_CONFIG, 96 + 2 * slot, kc, 2);
}

void host_lock(struct host *h, bool config, bool data)
{
	uint8_t bytes[2] = { data ? 0x00 : 0x55, config ? 0x00 : 0x55 };

	host_poke(h, ECC508A_EMU_CONFIG, 86, bytes, 2);
}

void unhex(const char *hex, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned int byte;

		while (*hex == ' ')
			hex++;
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		out[i] = (uint8_t)byte;
		hex += 2;
	}
	while (*hex == ' ')
		hex++;
	assert_int_equal(*hex, '\0');
}

void assert_hex(const uint8_t *got, const char *hex)
{
	uint8_t want[256];
	size_t digits = 0;

	for (const char *p = hex; *p; p++)
		digits += *p != ' ';
	assert_true(digits / 2 <= sizeof(want));
	unhex(hex, want, digits / 2);
	assert_memory_equal(got, want, digits / 2);
}

void ref_sha256(const void *data, size_t len, uint8_t out[32])
{
	assert_int_equal(EVP_Q_digest(NULL, "SHA256", NULL, data, len, out, NULL), 1);
}

bool ref_verify(const uint8_t xy[64], const uint8_t digest[32], const uint8_t rs[64])
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	ECDSA_SIG *sig = ECDSA_SIG_new();
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params;
	uint8_t point[65] = { 4 }, *der = NULL;
	int len, ret;

	memcpy(point + 1, xy, 64);
	OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
	OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point));
	params = OSSL_PARAM_BLD_to_param(bld);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params), 1);
	EVP_PKEY_CTX_free(ctx);
	ECDSA_SIG_set0(sig, BN_bin2bn(rs, 32, NULL), BN_bin2bn(rs + 32, 32, NULL));
	len = i2d_ECDSA_SIG(sig, &der);
	ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	ret = EVP_PKEY_verify(ctx, der, (size_t)len, digest, 32);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	ECDSA_SIG_free(sig);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	OPENSSL_free(der);
	return ret == 1;
}
