// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * What each command asks for before it does anything, violated one at a time: the status code, and
 * no EEPROM bit changed. Symmetric commands here, the ECC ones in test-rules-ecc.c.
 */
#include "host.h"

#define ALL_PARTS(part) for (int part = 0; part < ECC508A_EMU_PARTS; part++)

static uint8_t ones[32], key[32], buf128[128];

static int setup(void **state)
{
	memset(ones, 0xff, sizeof(ones));
	for (int i = 0; i < 32; i++)
		key[i] = (uint8_t)(i + 1);
	return 0;
}

/* Locked; slot 4 holds key and is harmless, 5 NoMac, 6 ReqRandom, 10 ReqAuth by 4, 11 LimitedUse. */
static struct host *chip(int part)
{
	struct host *h = host_new((enum ecc508a_emu_part)part);

	host_slot(h, 0, 0x2087, 0x0033);
	host_slot(h, 4, 0x0f0f, 0x003c);
	host_slot(h, 5, 0x0f1f, 0x003c);
	host_slot(h, 6, 0x0f0f, 0x007c);
	host_slot(h, 10, 0x0f0f, 0x04bc);
	host_slot(h, 11, 0x0f2f, 0x003c);
	for (unsigned int slot = 4; slot < 12; slot++)
		if (slot != 8 && slot != 9)
			host_poke(h, ECC508A_EMU_SLOT0 + slot, 0, key, 32);
	host_lock(h, true, true);
	return h;
}

/* ------------------------------------------------------------------ Nonce, Random */

static void nonce_rules(void **state)
{
	ALL_PARTS (part) {
		struct host *h = chip(part);
		bool old = part == ECC508A_EMU_508A;

		assert_refused(h, 0x03, OP_NONCE, 2, 0, buf128, 20);
		assert_refused(h, 0x03, OP_NONCE, 0, 0, buf128, 19);
		assert_refused(h, 0x03, OP_NONCE, 0, 0, buf128, 32);
		assert_refused(h, 0x03, OP_NONCE, 0, 1, buf128, 20);
		assert_refused(h, 0x03, OP_NONCE, 3, 0, buf128, 20);
		assert_refused(h, 0x03, OP_NONCE, 3, 1, buf128, 32);
		assert_refused(h, 0x03, OP_NONCE, 4, 0, buf128, 20);
		assert_refused(h, 0x03, OP_NONCE, 0x83, 0, buf128, 64);
		assert_refused(h, 0x03, OP_NONCE, 0xa3, 0, buf128, 64);
		assert_refused(h, 0x03, OP_NONCE, 0xc3, 0, buf128, 32);
		/* 64 bytes and other buffers: 608 */
		assert_status(host_cmd(h, OP_NONCE, 0x23, 0, buf128, 64), old ? 3 : 0);
		assert_int_equal(host_status(h).tempkey.len, old ? 0 : 64);
		assert_status(host_cmd(h, OP_NONCE, 0x43, 0, buf128, 32), old ? 3 : 0);
		assert_status(host_cmd(h, OP_NONCE, 0x63, 0, buf128, 64), old ? 3 : 0);
		assert_status(host_cmd(h, OP_NONCE, 0x83, 0, buf128, 32), old ? 3 : 0);
		/* hashing TempKey needs one; flags stay */
		host_sleep(h);
		assert_refused(h, 0x0f, OP_NONCE, 0, 0x8000, buf128, 20);
		host_load(h, key);
		assert_status(host_cmd(h, OP_NONCE, 0, 0x8000, buf128, 20), 0);
		assert_true(host_status(h).tempkey.source_input);
		/* an error takes TempKey */
		assert_refused(h, 0x03, OP_NONCE, 2, 0, buf128, 20);
		assert_false(host_tk_valid(h));
		host_free(h);
	}
}

static void nonce_flags(void **state)
{
	struct host *h = chip(ECC508A_EMU_608B);
	struct ecc508a_emu_status st;

	host_gendig(h, 5);
	st = host_status(h);
	assert_true(st.tempkey.gendig && st.tempkey.nomac && st.tempkey.key_id == 5);
	host_load(h, key);
	st = host_status(h);
	assert_true(st.tempkey.valid && st.tempkey.source_input);
	assert_false(st.tempkey.gendig || st.tempkey.nomac || st.tempkey.genkey ||
		     st.tempkey.key_id);
	assert_memory_equal(st.tempkey.value, key, 32);
	host_random_nonce(h);
	assert_false(host_status(h).tempkey.source_input);
	/* U16: the other buffers leave TempKey alone */
	assert_status(host_cmd(h, OP_NONCE, 0x43, 0, buf128, 32), 0);
	assert_status(host_cmd(h, OP_NONCE, 0x83, 0, buf128, 32), 0);
	assert_true(host_tk_valid(h));
	ecc508a_emu_chip_quirk(h->chip, "buffer-nonce-clears-tempkey", 1);
	assert_status(host_cmd(h, OP_NONCE, 0x83, 0, buf128, 32), 0);
	assert_false(host_tk_valid(h));
	host_free(h);
}

static void random_rules(void **state)
{
	ALL_PARTS (part) {
		struct host *h = chip(part);
		uint8_t first[32];

		assert_refused(h, 0x03, OP_RANDOM, 2, 0, NULL, 0);
		assert_refused(h, 0x03, OP_RANDOM, 0, 1, NULL, 0);
		assert_refused(h, 0x03, OP_RANDOM, 0, 0, ones, 1);
		assert_status(host_cmd(h, OP_RANDOM, 1, 0, NULL, 0), 0);
		memcpy(first, h->rsp, 32);
		/* Info(State): SRAM seed bit on the 508A, EEPROM seed bit only after mode 0 */
		assert_status(host_cmd(h, OP_INFO, 2, 0, NULL, 0), 0);
		assert_int_equal(h->rsp[1], part == ECC508A_EMU_508A ? 0x02 : 0x00);
		assert_status(host_cmd(h, OP_RANDOM, 0, 0, NULL, 0), 0);
		assert_memory_not_equal(h->rsp, first, 32);
		assert_status(host_cmd(h, OP_INFO, 2, 0, NULL, 0), 0);
		assert_int_equal(h->rsp[1], part == ECC508A_EMU_508A ? 0x03 : 0x01);
		host_free(h);
	}
}

/* ------------------------------------------------------------------ Info, UpdateExtra, Pause,
 * Counter */

static void info_rules(void **state)
{
	ALL_PARTS (part) {
		struct host *h = chip(part);
		bool old = part == ECC508A_EMU_508A;
		uint8_t pub[64];

		assert_refused(h, 0x03, OP_INFO, 5, 0, NULL, 0);
		assert_refused(h, 0x03, OP_INFO, 1, 16, NULL, 0);
		assert_refused(h, 0x03, OP_INFO, 0, 0, ones, 1);
		assert_refused(h, 0x0f, OP_INFO, 3, 0, NULL, 0);
		assert_refused(h, old ? 0x03 : 0x0f, OP_INFO, 4, 3, NULL, 0);
		assert_status(host_cmd(h, OP_INFO, 4, 0, NULL, 0), old ? 0x03 : 0x00);
		if (!old)
			assert_refused(h, 0x03, OP_INFO, 4, 1, NULL, 0);
		assert_status(host_cmd(h, OP_INFO, 1, 0, NULL, 0), 0);
		assert_hex(h->rsp, "00000000");
		host_put_key(h, 0, pub);
		assert_status(host_cmd(h, OP_INFO, 1, 0, NULL, 0), 0);
		assert_hex(h->rsp, "01000000");
		/*
		 * state word: NoMac GenKey GenDig SourceFlag KeyID | Valid AuthKeyID AuthValid
		 * seeds
		 */
		assert_status(host_authorise(h, 4, key), 0);
		host_gendig(h, 5);
		assert_status(host_cmd(h, OP_INFO, 2, 0, NULL, 0), 0);
		assert_int_equal(h->rsp[0], 0x80 | 0x20 | 5);
		assert_int_equal(h->rsp[1] & 0xfc, 0x80 | 4 << 3 | 0x04);
		assert_int_equal(h->rsp[2] | h->rsp[3], 0);
		host_load(h, key);
		assert_status(host_cmd(h, OP_GENKEY, 8, 0, NULL, 0), 0);
		assert_status(host_cmd(h, OP_INFO, 2, 0, NULL, 0), 0);
		assert_int_equal(h->rsp[0], 0x40 | 0x10 | 0);
		assert_true(host_tk_valid(h));
		host_free(h);
	}
}

/* The persistent latch of the 608, and the keys it locks. */
static void latch_rules(void **state)
{
	struct host *h = chip(ECC508A_EMU_608A);
	const uint8_t permission = 0x84;

	host_slot(h, 9, 0x0f0f, 0x1038); /* AES key, PersistentDisable */
	assert_refused(h, 0x0f, OP_AES, 0, 9, key, 16);
	assert_status(host_authorise(h, 4, key), 0);
	/* VolatileKeyPermission not enabled */
	assert_refused(h, 0x0f, OP_INFO, 4, 3, NULL, 0);
	host_poke(h, ECC508A_EMU_CONFIG, 69, &permission, 1);
	host_sleep(h);
	assert_refused(h, 0x0f, OP_INFO, 4, 3, NULL, 0);
	assert_status(host_authorise(h, 6, key), 0);
	assert_refused(h, 0x0f, OP_INFO, 4, 3, NULL, 0);
	assert_status(host_authorise(h, 4, key), 0);
	assert_status(host_cmd(h, OP_INFO, 4, 3, NULL, 0), 0);
	assert_hex(h->rsp, "01000000");
	assert_status(host_cmd(h, OP_AES, 0, 9, key, 16), 0);
	/* kept in sleep, lost without power */
	host_sleep(h);
	assert_status(host_cmd(h, OP_INFO, 4, 0, NULL, 0), 0);
	assert_hex(h->rsp, "01000000");
	host_power_cycle(h);
	assert_status(host_cmd(h, OP_INFO, 4, 0, NULL, 0), 0);
	assert_hex(h->rsp, "00000000");
	host_free(h);
}

static void updateextra_rules(void **state)
{
	ALL_PARTS (part) {
		struct host *h = host_new((enum ecc508a_emu_part)part);
		bool old = part == ECC508A_EMU_508A;
		uint8_t mode = 1;

		assert_refused(h, 0x03, OP_UPDATEEXTRA, 4, 1, NULL, 0);
		assert_refused(h, 0x03, OP_UPDATEEXTRA, 0, 0x100, NULL, 0);
		assert_refused(h, 0x03, OP_UPDATEEXTRA, 0, 1, ones, 1);
		assert_status(host_cmd(h, OP_UPDATEEXTRA, 0, 0x5a, NULL, 0), 0);
		assert_refused(h, 0x0f, OP_UPDATEEXTRA, 0, 0x5b, NULL, 0);
		/* Selector: SelectorMode 0 always; 608 UserExtraAdd: once */
		assert_status(host_cmd(h, OP_UPDATEEXTRA, 1, 7, NULL, 0), 0);
		assert_status(host_cmd(h, OP_UPDATEEXTRA, 1, 8, NULL, 0), old ? 0 : 0x0f);
		if (old) {
			host_poke(h, ECC508A_EMU_CONFIG, 19, &mode, 1);
			assert_refused(h, 0x0f, OP_UPDATEEXTRA, 1, 9, NULL, 0);
		}
		host_lock(h, true, true);
		/* mode 2 uses up one count: nothing happens for slots without a limit */
		assert_refused(h, 0x00, OP_UPDATEEXTRA, 2, 4, NULL, 0);
		host_slot(h, 11, 0x0f2f, 0x003c);
		assert_status(host_cmd(h, OP_UPDATEEXTRA, 2, 11, NULL, 0), 0);
		assert_int_equal(host_status(h).counter[0], 1);
		host_free(h);
	}
}

static void pause_rules(void **state)
{
	struct host *h = chip(ECC508A_EMU_508A);
	uint8_t buf[4];

	assert_refused(h, 0x03, OP_PAUSE, 0, 1, NULL, 0);
	assert_status(host_cmd(h, OP_PAUSE, 0, 0, NULL, 0), 0);
	host_send(h, OP_PAUSE, 9, 0, NULL, 0);
	assert_int_equal(host_status(h).power, ECC508A_EMU_IDLE);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 4, 400000), -6);
	host_free(h);
	/* removed on the 608 */
	h = chip(ECC508A_EMU_608B);
	assert_refused(h, 0x03, OP_PAUSE, 0, 0, NULL, 0);
	host_free(h);
}

static void counter_rules(void **state)
{
	ALL_PARTS (part) {
		struct host *h = host_new((enum ecc508a_emu_part)part);

		assert_refused(h, 0x0f, OP_COUNTER, 0, 0, NULL, 0); /* U11 */
		host_lock(h, true, false);
		assert_refused(h, 0x03, OP_COUNTER, 2, 0, NULL, 0);
		assert_refused(h, 0x03, OP_COUNTER, 0, 2, NULL, 0);
		assert_refused(h, 0x03, OP_COUNTER, 0, 0, ones, 4);
		assert_status(host_cmd(h, OP_COUNTER, 1, 1, NULL, 0), 0);
		assert_hex(h->rsp, "01000000");
		assert_status(host_cmd(h, OP_COUNTER, 0, 0, NULL, 0), 0);
		assert_hex(h->rsp, "00000000");
		host_free(h);
	}
}

/* ------------------------------------------------------------------ MAC, HMAC, CheckMac */

static void mac_rules(void **state)
{
	ALL_PARTS (part) {
		struct host *h = host_new((enum ecc508a_emu_part)part);

		assert_refused(h, 0x0f, OP_MAC, 0, 4, key, 32); /* U11 */
		host_free(h);
		h = chip(part);
		assert_refused(h, 0x03, OP_MAC, 0x08, 4, key, 32);
		assert_refused(h, 0x03, OP_MAC, 0x80, 4, key, 32);
		assert_refused(h, 0x03, OP_MAC, 0x10, 4, key, 32);
		assert_refused(h, 0x03, OP_MAC, 0x20, 4, key, 32);
		assert_refused(h, 0x03, OP_MAC, 0x00, 4, NULL, 0);
		assert_refused(h, 0x03, OP_MAC, 0x01, 4, key, 32);
		/* TempKey needed and not there */
		assert_refused(h, 0x0f, OP_MAC, 0x01, 4, NULL, 0);
		/* SourceFlag */
		host_random_nonce(h);
		assert_refused(h, 0x0f, OP_MAC, 0x05, 4, NULL, 0);
		host_load(h, ones);
		assert_refused(h, 0x0f, OP_MAC, 0x01, 4, NULL, 0);
		/* NoMacFlag of TempKey, NoMac of the slot */
		host_gendig(h, 5);
		assert_refused(h, 0x0f, OP_MAC, 0x01, 4, NULL, 0);
		assert_refused(h, 0x0f, OP_MAC, 0x00, 5, key, 32);
		/* private slot */
		assert_refused(h, 0x0f, OP_MAC, 0x00, 0, key, 32);
		/* ReqRandom: the challenge does not do, nor an input nonce */
		assert_refused(h, 0x0f, OP_MAC, 0x00, 6, key, 32);
		host_load(h, ones);
		assert_refused(h, 0x0f, OP_MAC, 0x05, 6, NULL, 0);
		host_random_nonce(h);
		assert_status(host_cmd(h, OP_MAC, 0x01, 6, NULL, 0), 0);
		/* TempKey goes even when it was not used */
		host_load(h, ones);
		assert_status(host_cmd(h, OP_MAC, 0x00, 4, key, 32), 0);
		assert_false(host_tk_valid(h));
		/* ReqAuth: once per authorisation, with the right key */
		assert_refused(h, 0x0f, OP_MAC, 0x00, 10, key, 32);
		assert_status(host_authorise(h, 6, key), 0);
		assert_refused(h, 0x0f, OP_MAC, 0x00, 10, key, 32);
		assert_status(host_authorise(h, 4, key), 0);
		assert_status(host_cmd(h, OP_MAC, 0x00, 10, key, 32), 0);
		assert_false(host_status(h).auth_valid);
		assert_refused(h, 0x0f, OP_MAC, 0x00, 10, key, 32);
		host_free(h);
	}
}

static void hmac_rules(void **state)
{
	struct host *h = chip(ECC508A_EMU_508A);

	assert_refused(h, 0x03, OP_HMAC, 0x01, 4, NULL, 0);
	assert_refused(h, 0x03, OP_HMAC, 0x00, 4, key, 32);
	assert_refused(h, 0x0f, OP_HMAC, 0x00, 4, NULL, 0);
	host_load(h, key);
	assert_refused(h, 0x0f, OP_HMAC, 0x00, 4, NULL, 0);
	host_load(h, key);
	assert_status(host_cmd(h, OP_HMAC, 0x04, 4, NULL, 0), 0);
	host_random_nonce(h);
	assert_refused(h, 0x0f, OP_HMAC, 0x00, 5, NULL, 0);
	host_random_nonce(h);
	assert_refused(h, 0x0f, OP_HMAC, 0x00, 0, NULL, 0);
	host_gendig(h, 5);
	assert_refused(h, 0x0f, OP_HMAC, 0x00, 4, NULL, 0);
	host_random_nonce(h);
	assert_refused(h, 0x0f, OP_HMAC, 0x00, 10, NULL, 0);
	host_load(h, key);
	assert_refused(h, 0x0f, OP_HMAC, 0x04, 6, NULL, 0);
	host_random_nonce(h);
	assert_status(host_cmd(h, OP_HMAC, 0x00, 6, NULL, 0), 0);
	host_free(h);
	h = chip(ECC508A_EMU_608A);
	assert_refused(h, 0x03, OP_HMAC, 0x00, 4, NULL, 0);
	host_free(h);
}

/* A response for CheckMac with a challenge of our own: message of mode 00. */
static void checkmac_data(unsigned int slot, uint8_t data[77])
{
	uint8_t m[88] = { 0 };

	memset(data, 0, 77);
	memset(data, 0x77, 32);
	data[64] = OP_MAC;
	data[66] = (uint8_t)slot;
	memcpy(m, key, 32);
	memcpy(m + 32, data, 32);
	memcpy(m + 64, data + 64, 4);
	m[79] = 0xee;
	m[84] = 0x01;
	m[85] = 0x23;
	ref_sha256(m, 88, data + 32);
}

static void checkmac_rules(void **state)
{
	ALL_PARTS (part) {
		struct host *h = host_new((enum ecc508a_emu_part)part);
		uint8_t data[77];

		checkmac_data(4, data);
		assert_refused(h, 0x0f, OP_CHECKMAC, 0, 4, data, 77); /* U11 */
		host_free(h);
		h = chip(part);
		assert_refused(h, 0x03, OP_CHECKMAC, 0x08, 4, data, 77);
		assert_refused(h, 0x03, OP_CHECKMAC, 0x20, 4, data, 77);
		assert_refused(h, 0x03, OP_CHECKMAC, 0x00, 4, data, 76);
		assert_refused(h, 0x0f, OP_CHECKMAC, 0x01, 4, data, 77);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_CHECKMAC, 0x01, 4, data, 77);
		assert_refused(h, 0x0f, OP_CHECKMAC, 0x00, 0, data, 77);
		assert_status(host_cmd(h, OP_CHECKMAC, 0, 4, data, 77), 0);
		assert_true(host_status(h).auth_valid && host_status(h).auth_key == 4);
		assert_false(host_tk_valid(h));
		checkmac_data(6, data);
		assert_refused(h, 0x0f, OP_CHECKMAC, 0, 6, data, 77);
		/* a wrong answer authorises nobody */
		host_sleep(h);
		checkmac_data(4, data);
		data[40] ^= 1;
		assert_refused(h, 0x01, OP_CHECKMAC, 0, 4, data, 77);
		assert_false(host_status(h).auth_valid);
		/* sleep takes the authorisation away, idle does not */
		data[40] ^= 1;
		assert_status(host_cmd(h, OP_CHECKMAC, 0, 4, data, 77), 0);
		host_idle(h);
		host_wake(h);
		assert_true(host_status(h).auth_valid);
		host_sleep(h);
		assert_false(host_status(h).auth_valid);
		/* ReqAuth on the checked key itself */
		checkmac_data(10, data);
		assert_refused(h, 0x0f, OP_CHECKMAC, 0, 10, data, 77);
		host_free(h);
	}
}

static void checkmac_copy(void **state)
{
	/* slot of the key, ReadKey of the neighbour, mode, copied? */
	static const struct {
		unsigned int slot;
		uint8_t read_key, mode;
		bool copied;
	} v[] = {
		{ 4, 0, 0x01, true }, { 4, 1, 0x01, false },  { 4, 0, 0x05, true },
		{ 5, 0, 0x01, true }, { 5, 15, 0x01, false },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct host *h = chip(ECC508A_EMU_508A);
		unsigned int to = v[i].slot | 1;
		uint8_t data[77] = { 0 }, m[88] = { 0 }, other[32];
		struct ecc508a_emu_status st;

		memset(other, 0x3c, sizeof(other));
		host_slot(h, 5, (uint16_t)(0x0f00 | v[i].read_key), 0x003c);
		if (to != v[i].slot)
			host_poke(h, ECC508A_EMU_SLOT0 + to, 0, other, 32);
		else
			memcpy(other, key, 32);
		if (v[i].mode & 4)
			host_load(h, ones);
		else
			host_random_nonce(h);
		memcpy(m, key, 32);
		memcpy(m + 32, host_status(h).tempkey.value, 32);
		m[79] = 0xee;
		m[84] = 0x01;
		m[85] = 0x23;
		ref_sha256(m, 88, data + 32);
		assert_status(host_cmd(h, OP_CHECKMAC, v[i].mode, (uint16_t)v[i].slot, data, 77),
			      0);
		st = host_status(h);
		assert_int_equal(st.tempkey.valid, v[i].copied);
		if (v[i].copied) {
			assert_memory_equal(st.tempkey.value, other, 32);
			assert_true(st.tempkey.source_input);
			assert_false(st.tempkey.gendig || st.tempkey.nomac);
		}
		host_free(h);
	}
}

/* ------------------------------------------------------------------ GenDig, DeriveKey */

static void gendig_rules(void **state)
{
	ALL_PARTS (part) {
		struct host *h = host_new((enum ecc508a_emu_part)part);

		host_load(h, key);
		assert_refused(h, 0x0f, OP_GENDIG, 2, 4, NULL, 0); /* U11 */
		assert_false(host_tk_valid(h));
		host_free(h);
		h = chip(part);
		assert_refused(h, 0x0f, OP_GENDIG, 2, 4, NULL, 0);
		host_load(h, key);
		assert_refused(h, 0x03, OP_GENDIG, 6, 0, NULL, 0);
		assert_false(host_tk_valid(h));
		host_load(h, key);
		assert_refused(h, 0x03, OP_GENDIG, 0, 4, NULL, 0);
		assert_refused(h, 0x03, OP_GENDIG, 1, 2, NULL, 0);
		assert_refused(h, 0x03, OP_GENDIG, 4, 2, NULL, 0);
		assert_refused(h, 0x03, OP_GENDIG, 3, 0, key, 20);
		assert_refused(h, 0x03, OP_GENDIG, 3, 0x0100, key, 32);
		assert_refused(h, 0x03, OP_GENDIG, 2, 4, key, 5);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_GENDIG, 2, 0, NULL, 0); /* private */
		host_load(h, key);
		assert_refused(h, 0x0f, OP_GENDIG, 2, 5, NULL, 0); /* NoMac without OtherData */
		host_load(h, key);
		assert_refused(h, 0x0f, OP_GENDIG, 2, 0x8000, NULL, 0); /* transport key */
		host_load(h, key);
		assert_refused(h, 0x0f, OP_GENDIG, 2, 6, NULL, 0); /* ReqRandom */
		host_random_nonce(h);
		assert_status(host_cmd(h, OP_GENDIG, 2, 6, NULL, 0), 0);
		host_random_nonce(h);
		assert_refused(h, 0x0f, OP_GENDIG, 2, 10, NULL, 0); /* ReqAuth */
		assert_status(host_authorise(h, 4, key), 0);
		host_random_nonce(h);
		assert_status(host_cmd(h, OP_GENDIG, 2, 10, NULL, 0), 0);
		/* SourceFlag stays, NoMac sticks, GenKeyData goes */
		host_load(h, key);
		assert_status(host_cmd(h, OP_GENKEY, 4, 0, NULL, 0), 0);
		host_load(h, key);
		assert_status(host_cmd(h, OP_GENKEY, 8, 0, NULL, 0), 0);
		assert_status(host_cmd(h, OP_GENDIG, 2, 4, NULL, 0), 0);
		assert_true(host_status(h).tempkey.source_input);
		assert_false(host_status(h).tempkey.genkey);
		assert_status(host_cmd(h, OP_GENDIG, 2, 5, key, 4), 0);
		assert_status(host_cmd(h, OP_GENDIG, 0, 0, NULL, 0), 0);
		assert_true(host_status(h).tempkey.nomac);
		assert_false(host_status(h).tempkey.gendig);
		host_lock(h, true, false);
		/* ReqRandom only with the data zone locked */
		host_load(h, key);
		assert_status(host_cmd(h, OP_GENDIG, 2, 6, NULL, 0), 0);
		host_free(h);
	}
}

static void derivekey_by_write_config(void **state)
{
	ALL_PARTS (part)
		for (unsigned int wc = 0; wc < 16; wc++) {
			struct host *h = chip(part);
			bool allowed = wc & 2, create = wc & 1, need_mac = wc & 8;
			uint8_t parent[32], m[96] = { 0 }, mac[32], got[32], want[32];

			memset(parent, 0x5a, sizeof(parent));
			host_slot(h, 3, (uint16_t)(wc << 12 | 0x0780), 0x003c);
			host_poke(h, ECC508A_EMU_SLOT0 + 3, 0, key, 32);
			host_poke(h, ECC508A_EMU_SLOT0 + 7, 0, parent, 32);
			host_slot(h, 7, 0x0f0f, 0x003c);
			/* MAC: parent, command, serial number */
			memcpy(m, parent, 32);
			unhex("1c 04 03 00 ee 01 23", m + 32, 7);
			ref_sha256(m, 39, mac);
			memcpy(m, create ? parent : key, 32);
			memcpy(m + 64, ones, 32);
			ref_sha256(m, 96, want);
			host_load(h, ones);
			if (need_mac && allowed) {
				assert_refused(h, 0x0f, OP_DERIVEKEY, 4, 3, NULL, 0);
				host_load(h, ones);
				mac[0] ^= 1;
				assert_refused(h, 0x0f, OP_DERIVEKEY, 4, 3, mac, 32);
				mac[0] ^= 1;
				host_load(h, ones);
			}
			assert_status(host_cmd(h, OP_DERIVEKEY, 4, 3, mac, need_mac ? 32 : 0),
				      allowed ? 0 : 0x0f);
			assert_false(host_tk_valid(h));
			ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 3, 0, got, 32);
			assert_memory_equal(got, allowed ? want : key, 32);
			host_free(h);
		}
}

static void derivekey_rules(void **state)
{
	ALL_PARTS (part) {
		struct host *h = chip(part);
		uint8_t bits[2] = { 0xf7, 0xff };

		host_slot(h, 3, 0x2480, 0x003c);
		assert_refused(h, 0x03, OP_DERIVEKEY, 1, 3, NULL, 0);
		assert_refused(h, 0x03, OP_DERIVEKEY, 4, 3, key, 31);
		assert_refused(h, 0x0f, OP_DERIVEKEY, 4, 3, NULL, 0); /* no TempKey */
		host_random_nonce(h);
		assert_refused(h, 0x0f, OP_DERIVEKEY, 4, 3, NULL, 0); /* SourceFlag */
		host_gendig(h, 5);
		assert_refused(h, 0x0f, OP_DERIVEKEY, 0, 3, NULL, 0); /* NoMacFlag */
		host_load(h, key);
		assert_refused(h, 0x0f, OP_DERIVEKEY, 4, 0, NULL, 0); /* private target */
		host_slot(h, 3, 0x2480, 0x0030);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_DERIVEKEY, 4, 3, NULL, 0); /* KeyType */
		host_slot(h, 3, 0x2480, 0x007c);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_DERIVEKEY, 4, 3, NULL,
			       0); /* ReqRandom of the source: target */
		host_slot(h, 3, 0x3480, 0x007c);
		host_load(h, key);
		assert_status(host_cmd(h, OP_DERIVEKEY, 4, 3, NULL, 0),
			      0); /* source: slot 4, no ReqRandom */
		host_slot(h, 3, 0x3680, 0x003c);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_DERIVEKEY, 4, 3, NULL, 0); /* ReqRandom of the parent */
		host_slot(h, 3, 0x3a80, 0x003c);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_DERIVEKEY, 4, 3, NULL, 0); /* ReqAuth of the parent */
		host_slot(h, 3, 0x3080, 0x003c);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_DERIVEKEY, 4, 3, NULL, 0); /* private parent */
		host_slot(h, 3, 0x3b80, 0x003c);
		host_load(h, key);
		assert_status(host_cmd(h, OP_DERIVEKEY, 4, 3, NULL, 0), 0); /* LimitedUse parent */
		assert_int_equal(host_status(h).counter[0], 1);
		host_slot(h, 3, 0x24a0, 0x003c);
		host_load(h, key);
		assert_status(host_cmd(h, OP_DERIVEKEY, 4, 3, NULL, 0),
			      0); /* a limited target is not counted */
		assert_int_equal(host_status(h).counter[0], 1);
		host_slot(h, 3, 0x2480, 0x003c);
		host_poke(h, ECC508A_EMU_CONFIG, 88, bits, 2);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_DERIVEKEY, 4, 3, NULL, 0); /* slot lock */
		host_lock(h, false, false);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_DERIVEKEY, 4, 3, NULL, 0); /* configuration not locked */
		host_free(h);
	}
}

/* ------------------------------------------------------------------ SHA */

static void sha_rules_508(void **state)
{
	struct host *h = chip(ECC508A_EMU_508A);

	assert_refused(h, 0x0f, OP_SHA, 1, 64, buf128, 64);
	assert_refused(h, 0x0f, OP_SHA, 2, 0, NULL, 0);
	assert_refused(h, 0x03, OP_SHA, 0, 1, NULL, 0);
	assert_refused(h, 0x03, OP_SHA, 0, 0, key, 1);
	assert_refused(h, 0x03, OP_SHA, 6, 0, NULL, 0);
	assert_refused(h, 0x03, OP_SHA, 0x42, 0, NULL, 0);
	/* starting destroys TempKey; updates take 64 bytes and nothing else; errors end it */
	host_load(h, key);
	assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
	assert_false(host_tk_valid(h));
	assert_refused(h, 0x03, OP_SHA, 1, 63, buf128, 63);
	assert_refused(h, 0x0f, OP_SHA, 2, 0, NULL, 0);
	assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
	assert_refused(h, 0x03, OP_SHA, 2, 64, buf128, 64);
	/* any other command ends it, Info too */
	assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	assert_refused(h, 0x0f, OP_SHA, 2, 0, NULL, 0);
	/* each kind has its own end */
	assert_status(host_cmd(h, OP_SHA, 4, 4, NULL, 0), 0);
	assert_refused(h, 0x0f, OP_SHA, 2, 0, NULL, 0);
	assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
	assert_refused(h, 0x0f, OP_SHA, 5, 0, NULL, 0);
	/* HMAC keys: not private, not NoMac, authorised */
	assert_refused(h, 0x0f, OP_SHA, 4, 0, NULL, 0);
	assert_refused(h, 0x0f, OP_SHA, 4, 5, NULL, 0);
	assert_refused(h, 0x0f, OP_SHA, 4, 10, NULL, 0);
	assert_status(host_cmd(h, OP_SHA, 4, 11, NULL, 0), 0);
	assert_int_equal(host_status(h).counter[0], 1);
	/* the digest is left in TempKey (U14) */
	assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
	assert_status(host_cmd(h, OP_SHA, 2, 3, "abc", 3), 0);
	assert_true(host_tk_valid(h) && host_status(h).tempkey.source_input);
	assert_memory_equal(host_status(h).tempkey.value, h->rsp, 32);
	host_free(h);
}

static void sha_rules_608(void **state)
{
	struct host *h = chip(ECC508A_EMU_608A);
	uint8_t ctx[64];

	assert_refused(h, 0x0f, OP_SHA, 1, 64, buf128, 64);
	assert_refused(h, 0x0f, OP_SHA, 6, 0, NULL, 0);
	assert_refused(h, 0x03, OP_SHA, 5, 0, NULL, 0);
	assert_refused(h, 0x03, OP_SHA, 8, 0, NULL, 0);
	assert_refused(h, 0x03, OP_SHA, 0x82, 0, NULL, 0);
	assert_refused(h, 0x0f, OP_SHA, 4, 0xffff, NULL, 0);
	/* errors and other commands leave the context alone */
	assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
	assert_refused(h, 0x03, OP_SHA, 1, 65, buf128, 65);
	assert_refused(h, 0x03, OP_SHA, 1, 4, buf128, 5);
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	assert_status(host_cmd(h, OP_SHA, 1, 1, "a", 1), 0);
	assert_status(host_cmd(h, OP_SHA, 1, 0, NULL, 0), 0);
	host_idle(h);
	host_wake(h);
	assert_status(host_cmd(h, OP_SHA, 0xc2, 2, "bc", 2), 0);
	assert_hex(h->rsp, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_false(host_tk_valid(h));
	/* into MsgDigBuf, from where Verify takes it */
	assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
	assert_status(host_cmd(h, OP_SHA, 0x42, 3, "abc", 3), 0);
	assert_false(host_tk_valid(h));
	assert_status(host_cmd(h, OP_VERIFY, 0x22, 4, buf128, 128), 5);
	/* a written context must have the length its counter says */
	memset(ctx, 0, sizeof(ctx));
	ctx[0] = 5;
	assert_refused(h, 0x03, OP_SHA, 7, 40, ctx, 40);
	assert_refused(h, 0x03, OP_SHA, 7, 35, ctx, 35);
	assert_refused(h, 0x03, OP_SHA, 7, 40, ctx, 41);
	assert_status(host_cmd(h, OP_SHA, 7, 41, ctx, 41), 0);
	/* an HMAC's context is not given out by default */
	assert_status(host_cmd(h, OP_SHA, 4, 4, NULL, 0), 0);
	assert_refused(h, 0x0f, OP_SHA, 6, 0, NULL, 0);
	host_free(h);
}

/* ------------------------------------------------------------------ limited use */

static void limited_use(void **state)
{
	ALL_PARTS (part) {
		struct host *h = chip(part);
		uint8_t full[8], last[16];

		for (uint32_t n = 1; n <= 40; n++) {
			assert_status(host_cmd(h, OP_MAC, 0, 11, key, 32), 0);
			assert_int_equal(host_status(h).counter[0], n);
		}
		/* reading and writing it are no uses */
		assert_status(host_cmd(h, OP_READ, 0x82, 11 << 3, NULL, 0), 0);
		assert_int_equal(host_status(h).counter[0], 40);
		/* a refused use is none either */
		assert_refused(h, 0x0f, OP_MAC, 0x01, 11, NULL, 0);
		unhex("0000 0001 FFFF FFFF", full, 8);
		host_poke(h, ECC508A_EMU_CONFIG, 52, full, 8);
		assert_refused(h, 0x0f, OP_MAC, 0, 11, key, 32);
		assert_refused(h, 0x0f, OP_UPDATEEXTRA, 2, 11, NULL, 0);

		/* slot 15: LastKeyUse on the 508A, Counter0 on the 608 */
		host_slot(h, 15, 0x0f2f, 0x003c);
		host_poke(h, ECC508A_EMU_SLOT0 + 15, 0, key, 32);
		if (part != ECC508A_EMU_508A) {
			assert_refused(h, 0x0f, OP_MAC, 0, 15, key, 32);
			host_free(h);
			continue;
		}
		memset(last, 0, sizeof(last));
		last[0] = last[1] = 0xff; /* 16 uses */
		host_poke(h, ECC508A_EMU_CONFIG, 68, last, 16);
		for (int n = 1; n <= 16; n++) {
			static const uint8_t legal[] = { 0x7f, 0x3f, 0x1f, 0x0f,
							 0x07, 0x03, 0x01, 0x00 };

			assert_status(host_cmd(h, OP_MAC, 0, 15, key, 32), 0);
			ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_CONFIG, 68, last, 16);
			assert_int_equal(last[(n - 1) / 8], legal[(n - 1) % 8]);
		}
		assert_refused(h, 0x0f, OP_MAC, 0, 15, key, 32);
		host_free(h);
	}
}

/* CAL's counter_match test: at the limit the key stops and the counter stays. */
static void count_match(void **state)
{
	struct host *h = chip(ECC508A_EMU_608A);
	uint8_t byte = 0xa1, limit[8] = { 32, 0, 0, 0, 32, 0, 0, 0 }, form[8];

	host_slot(h, 10, 0x0f0f, 0x003c);
	host_poke(h, ECC508A_EMU_CONFIG, 18, &byte, 1);
	host_poke(h, ECC508A_EMU_SLOT0 + 10, 0, limit, 8);
	unhex("0000 0001 0000 0000", form, 8); /* 31 */
	host_poke(h, ECC508A_EMU_CONFIG, 52, form, 8);
	assert_status(host_cmd(h, OP_MAC, 0, 11, key, 32), 0);
	assert_int_equal(host_status(h).counter[0], 32);
	assert_refused(h, 0x0f, OP_MAC, 0, 11, key, 32);
	host_free(h);
}

/* ------------------------------------------------------------------ TempKey after each command */

static void tempkey_after(void **state)
{
	/* Commands that succeed or fail; TempKey survives only where @kept says. */
	static const struct {
		uint8_t op, p1;
		uint16_t p2;
		unsigned int len;
		unsigned int kept; /* bit per part */
	} v[] = {
		{ OP_INFO, 0, 0, 0, 7 },	   { OP_INFO, 2, 0, 0, 7 },
		{ OP_INFO, 9, 0, 0, 7 },	   { OP_READ, 0x80, 0, 0, 0 },
		{ OP_READ, 0x83, 0, 0, 0 },	   { OP_RANDOM, 0, 0, 0, 0 },
		{ OP_COUNTER, 0, 0, 0, 0 },	   { OP_COUNTER, 5, 0, 0, 0 },
		{ OP_UPDATEEXTRA, 0, 1, 0, 0 },	   { OP_LOCK, 0x80, 0, 0, 0 },
		{ OP_WRITE, 0x82, 0x20, 32, 0 },   { OP_MAC, 0, 4, 32, 0 },
		{ OP_SIGN, 0x80, 0, 0, 0 },	   { OP_SHA, 0, 0, 0, 0 },
		{ OP_ECDH, 0, 0, 64, 7 /* 05 */ }, { OP_VERIFY, 2, 4, 128, 7 /* 05 */ },
		{ OP_GENKEY, 4, 0, 0, 7 },	   { OP_GENKEY, 0x20, 0, 0, 0 },
		{ OP_NONCE, 2, 0, 20, 0 },	   { OP_PRIVWRITE, 0, 0, 68, 0 },
		{ OP_AES, 0, 0xffff, 16, 6 },	   { OP_AES, 7, 0xffff, 16, 6 },
		{ OP_SELFTEST, 1, 0, 0, 0 },	   { 0x99, 0, 0, 0, 0 },
	};

	ALL_PARTS (part)
		for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
			struct host *h = chip(part);
			bool kept = v[i].kept >> part & 1;

			host_put_key(h, 0, buf128);
			memset(buf128, 0, sizeof(buf128));
			host_load(h, key);
			host_cmd(h, v[i].op, v[i].p1, v[i].p2, buf128, v[i].len);
			if (host_tk_valid(h) != kept)
				print_message("part %d op %02x p1 %02x\n", part, v[i].op, v[i].p1);
			assert_int_equal(host_tk_valid(h), kept);
			host_free(h);
		}
}

/* A CRC error leaves TempKey, whatever the command. */
static void crc_error_keeps_tempkey(void **state)
{
	struct host *h = chip(ECC508A_EMU_508A);
	uint8_t group[8];

	host_load(h, key);
	unhex("03 07 1B 00 00 00 24 CC", group, 8);
	ecc508a_emu_write(h->bus, 0x60, group, 8, h->speed);
	assert_status(host_receive(h), 0xff);
	assert_true(host_tk_valid(h));
	host_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonce_rules),
		cmocka_unit_test(nonce_flags),
		cmocka_unit_test(random_rules),
		cmocka_unit_test(info_rules),
		cmocka_unit_test(latch_rules),
		cmocka_unit_test(updateextra_rules),
		cmocka_unit_test(pause_rules),
		cmocka_unit_test(counter_rules),
		cmocka_unit_test(mac_rules),
		cmocka_unit_test(hmac_rules),
		cmocka_unit_test(checkmac_rules),
		cmocka_unit_test(checkmac_copy),
		cmocka_unit_test(gendig_rules),
		cmocka_unit_test(derivekey_by_write_config),
		cmocka_unit_test(derivekey_rules),
		cmocka_unit_test(sha_rules_508),
		cmocka_unit_test(sha_rules_608),
		cmocka_unit_test(limited_use),
		cmocka_unit_test(count_match),
		cmocka_unit_test(tempkey_after),
		cmocka_unit_test(crc_error_keeps_tempkey),
	};

	return cmocka_run_group_tests_name("rules", tests, setup, NULL);
}
