// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* The preconditions of GenKey, Sign, Verify and ECDH, and of the commands only the 608 has. */
#include "host.h"

#define ALL_PARTS(part) for (int part = 0; part < ECC508A_EMU_PARTS; part++)
#define NEW_PARTS(part) for (int part = ECC508A_EMU_608A; part < ECC508A_EMU_PARTS; part++)

static uint8_t ones[32], key[32], zeros[128];

static int setup(void **state)
{
	memset(ones, 0xff, sizeof(ones));
	for (int i = 0; i < 32; i++)
		key[i] = (uint8_t)(i + 1);
	return 0;
}

/*
 * Locked. 0 a key for everything, 2 a second one; 4 the key of the authorisation, 5 a slot to
 * change; 9 a public key, 10 one that needs validation by 9, both that of slot 0.
 */
static struct host *chip(int part, uint8_t pub[64])
{
	struct host *h = host_new((enum ecc508a_emu_part)part);

	host_slot(h, 0, 0x2087, 0x0033);
	host_slot(h, 2, 0x2087, 0x0033);
	host_slot(h, 4, 0x0f0f, 0x003c);
	host_slot(h, 5, 0x0f0f, 0x003c);
	host_slot(h, 9, 0x0f0f, 0x0030);
	host_slot(h, 10, 0x0f09, 0x0032);
	host_poke(h, ECC508A_EMU_SLOT0 + 4, 0, key, 32);
	host_put_key(h, 0, pub);
	host_put_pub(h, 9, pub, 0);
	host_put_pub(h, 10, pub, 0xa);
	host_lock(h, true, true);
	return h;
}

/* One SlotConfig/KeyConfig that must make a command on slot 2 fail, with TempKey = key. */
static void refused_with(struct host *h, uint16_t sc, uint16_t kc, uint8_t op, uint8_t p1,
			 const void *data, unsigned int len)
{
	host_slot(h, 2, sc, kc);
	host_load(h, key);
	assert_refused(h, 0x0f, op, p1, 2, data, len);
	host_slot(h, 2, 0x2087, 0x0033);
}

/* ------------------------------------------------------------------ GenKey */

static void genkey_rules(void **state)
{
	ALL_PARTS (part) {
		uint8_t pub[64], other[3] = { 0x10, 0x09, 0x00 };
		struct host *h = chip(part, pub);

		assert_refused(h, 0x03, OP_GENKEY, 0x01, 0, NULL, 0);
		assert_refused(h, 0x03, OP_GENKEY, 0x24, 0, NULL, 0);
		assert_refused(h, 0x03, OP_GENKEY, 0x04, 0, other, 3);
		assert_refused(h, 0x03, OP_GENKEY, 0x10, 9, NULL, 0);
		/* U17: no key yet */
		assert_refused(h, 0x0f, OP_GENKEY, 0x00, 2, NULL, 0);
		/* not private, not P-256, not secret */
		refused_with(h, 0x2087, 0x0032, OP_GENKEY, 0x04, NULL, 0);
		refused_with(h, 0x2087, 0x003f, OP_GENKEY, 0x04, NULL, 0);
		refused_with(h, 0x2007, 0x0033, OP_GENKEY, 0x04, NULL, 0);
		/* ReqAuth counts for create too */
		refused_with(h, 0x2087, 0x04b3, OP_GENKEY, 0x04, NULL, 0);
		host_slot(h, 2, 0x2087, 0x04b3);
		assert_status(host_authorise(h, 4, key), 0);
		assert_status(host_cmd(h, OP_GENKEY, 4, 2, NULL, 0), 0);
		assert_refused(h, 0x0f, OP_GENKEY, 0x00, 2, NULL, 0);
		host_slot(h, 2, 0x2087, 0x0033);
		/* digest: needs TempKey, random if ReqRandom says so */
		host_sleep(h);
		assert_refused(h, 0x0f, OP_GENKEY, 0x08, 2, NULL, 0);
		assert_refused(h, 0x0f, OP_GENKEY, 0x0c, 2, NULL, 0);
		refused_with(h, 0x2087, 0x0073, OP_GENKEY, 0x0c, NULL, 0);
		host_slot(h, 2, 0x2087, 0x0073);
		host_random_nonce(h);
		assert_status(host_cmd(h, OP_GENKEY, 0x08, 2, NULL, 0), 0);
		assert_true(host_status(h).tempkey.genkey && host_status(h).tempkey.key_id == 2);
		/* mode 10 only over a stored public key */
		assert_refused(h, 0x0f, OP_GENKEY, 0x10, 4, other, 3);
		assert_refused(h, 0x0f, OP_GENKEY, 0x10, 9, other, 3);
		host_load(h, key);
		assert_refused(h, 0x00, OP_GENKEY, 0x10, 9, other, 3);
		assert_int_equal(h->rsp_len, 1);
		/* LimitedUse is ignored */
		host_slot(h, 2, 0x20a7, 0x0033);
		assert_status(host_cmd(h, OP_GENKEY, 4, 2, NULL, 0), 0);
		assert_int_equal(host_status(h).counter[0], 0);
		host_free(h);
	}
}

static void genkey_in_tempkey(void **state)
{
	NEW_PARTS(part)
	{
		uint8_t pub[64], theirs[64], a[32];
		struct host *h = chip(part, pub);

		assert_refused(h, 0x03, OP_GENKEY, 0x00, 0xffff, NULL, 0);
		assert_refused(h, 0x03, OP_GENKEY, 0x0c, 0xffff, NULL, 0);
		assert_status(host_cmd(h, OP_GENKEY, 0x04, 0xffff, NULL, 0), 0);
		memcpy(theirs, h->rsp, 64);
		/* good for ECDH, once, and for nothing else */
		assert_status(host_cmd(h, OP_ECDH, 0x0d, 0, pub, 64), 0);
		assert_int_equal(h->rsp_len, 32);
		memcpy(a, h->rsp, 32);
		assert_refused(h, 0x0f, OP_ECDH, 0x0d, 0, pub, 64);
		assert_status(host_cmd(h, OP_ECDH, 0x0c, 0, theirs, 64), 0);
		assert_memory_equal(h->rsp, a, 32);
		assert_status(host_cmd(h, OP_GENKEY, 0x04, 0xffff, NULL, 0), 0);
		assert_refused(h, 0x0f, OP_SIGN, 0x80, 0, NULL, 0);
		assert_status(host_cmd(h, OP_GENKEY, 0x04, 0xffff, NULL, 0), 0);
		assert_refused(h, 0x0f, OP_MAC, 0x05, 4, NULL, 0);
		host_free(h);
	}
	/* the 508A takes FFFF for slot 15 */
	uint8_t pub[64];
	struct host *h = chip(ECC508A_EMU_508A, pub);

	assert_refused(h, 0x0f, OP_GENKEY, 0x04, 0xffff, NULL, 0);
	host_free(h);
}

/* ------------------------------------------------------------------ Sign */

static void sign_rules(void **state)
{
	ALL_PARTS (part) {
		uint8_t pub[64], rs[64];
		struct host *h = chip(part, pub);

		assert_refused(h, 0x03, OP_SIGN, 0x82, 0, NULL, 0);
		assert_refused(h, 0x03, OP_SIGN, 0x90, 0, NULL, 0);
		assert_refused(h, 0x03, OP_SIGN, 0x80, 0, key, 32);
		assert_refused(h, 0x03, OP_SIGN, 0x20, 0, NULL, 0);
		assert_refused(h, part == ECC508A_EMU_508A ? 0x03 : 0x0f, OP_SIGN, 0xa0, 0, NULL,
			       0);
		assert_refused(h, 0x0f, OP_SIGN, 0x80, 0, NULL, 0); /* no TempKey */
		host_load(h, key);
		assert_refused(h, 0x0f, OP_SIGN, 0x80, 2, NULL, 0); /* no key */
		host_load(h, key);
		assert_status(host_cmd(h, OP_SIGN, 0x80, 0, NULL, 0), 0);
		memcpy(rs, h->rsp, 64);
		assert_true(ref_verify(pub, key, rs));
		assert_false(host_tk_valid(h));
		host_put_key(h, 2, pub);
		refused_with(h, 0x2086, 0x0033, OP_SIGN, 0x80, NULL, 0); /* ReadKey b0: external */
		refused_with(h, 0x2087, 0x0032, OP_SIGN, 0x80, NULL, 0);
		refused_with(h, 0x2087, 0x003f, OP_SIGN, 0x80, NULL, 0);
		refused_with(h, 0x2007, 0x0033, OP_SIGN, 0x80, NULL, 0);
		refused_with(h, 0x2087, 0x04b3, OP_SIGN, 0x80, NULL, 0);
		refused_with(h, 0x2087, 0x1033, OP_SIGN, 0x80, NULL, 0); /* latch is 0 */
		ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_LATCH, 1);
		host_slot(h, 2, 0x2087, 0x1033);
		host_load(h, key);
		assert_status(host_cmd(h, OP_SIGN, 0x80, 2, NULL, 0), 0);
		/* ReqRandom is not asked for: a digest from outside is input by nature */
		host_slot(h, 2, 0x2087, 0x0073);
		host_load(h, key);
		assert_status(host_cmd(h, OP_SIGN, 0x80, 2, NULL, 0), 0);
		/* internal: needs GenDig or GenKey in TempKey, ReadKey b1, the data lock */
		host_slot(h, 2, 0x2087, 0x0033);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_SIGN, 0x00, 2, NULL, 0);
		host_slot(h, 2, 0x2085, 0x0033);
		host_gendig(h, 4);
		assert_refused(h, 0x0f, OP_SIGN, 0x00, 2, NULL, 0);
		host_slot(h, 2, 0x2082, 0x0033);
		host_gendig(h, 4);
		assert_status(host_cmd(h, OP_SIGN, 0x00, 2, NULL, 0), 0);
		host_lock(h, true, false);
		host_gendig(h, 4);
		assert_refused(h, 0x0f, OP_SIGN, 0x00, 2, NULL, 0);
		/* LimitedUse */
		host_lock(h, true, true);
		host_slot(h, 2, 0x20a7, 0x0033);
		host_load(h, key);
		assert_status(host_cmd(h, OP_SIGN, 0x80, 2, NULL, 0), 0);
		assert_int_equal(host_status(h).counter[0], 1);
		host_lock(h, false, false);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_SIGN, 0x80, 2, NULL, 0);
		host_free(h);
	}
}

static void sign_from_msgdig(void **state)
{
	uint8_t pub[64];
	struct host *h = chip(ECC508A_EMU_608B, pub);

	assert_status(host_cmd(h, OP_NONCE, 0x43, 0, key, 32), 0);
	host_load(h, ones);
	assert_status(host_cmd(h, OP_SIGN, 0xa0, 0, NULL, 0), 0);
	assert_true(ref_verify(pub, key, h->rsp));
	/* TempKey is left alone */
	assert_true(host_tk_valid(h));
	host_sleep(h);
	assert_refused(h, 0x0f, OP_SIGN, 0xa0, 0, NULL, 0);
	host_free(h);
}

/* ------------------------------------------------------------------ Verify */

static void make_signature(struct host *h, const uint8_t digest[32], uint8_t rs[64])
{
	host_load(h, digest);
	assert_status(host_cmd(h, OP_SIGN, 0x80, 0, NULL, 0), 0);
	memcpy(rs, h->rsp, 64);
}

static void verify_rules(void **state)
{
	ALL_PARTS (part) {
		uint8_t pub[64], data[128];
		struct host *h = chip(part, pub);

		make_signature(h, key, data);
		memcpy(data + 64, pub, 64);
		assert_refused(h, 0x03, OP_VERIFY, 0x04, 9, data, 64);
		assert_refused(h, 0x03, OP_VERIFY, 0x02, 3, data, 128);
		assert_refused(h, 0x03, OP_VERIFY, 0x02, 4, data, 64);
		assert_refused(h, 0x03, OP_VERIFY, 0x00, 9, data, 128);
		assert_refused(h, 0x03, OP_VERIFY, 0x03, 10, data, 64);
		assert_refused(h, 0x03, OP_VERIFY, 0x10, 9, data, 64);
		assert_refused(h, 0x03, OP_VERIFY, 0x23, 10, data, 83);
		if (part == ECC508A_EMU_508A)
			assert_refused(h, 0x03, OP_VERIFY, 0x22, 4, data, 128);
		assert_refused(h, 0x0f, OP_VERIFY, 0x02, 4, data, 128); /* no TempKey */
		host_load(h, key);
		assert_refused(h, 0x00, OP_VERIFY, 0x02, 4, data, 128);
		assert_false(host_tk_valid(h));
		assert_false(host_status(h).auth_valid);
		host_load(h, ones);
		assert_refused(h, 0x01, OP_VERIFY, 0x02, 4, data, 128);
		/*
		 * R or S of zero or out of range is a wrong signature, a bad point an ECC fault
		 * (U13)
		 */
		memset(data, 0, 32);
		host_load(h, key);
		assert_refused(h, 0x01, OP_VERIFY, 0x02, 4, data, 128);
		memset(data, 0xff, 32);
		host_load(h, key);
		assert_refused(h, 0x01, OP_VERIFY, 0x02, 4, data, 128);
		data[70] ^= 1;
		host_load(h, key);
		assert_refused(h, 0x05, OP_VERIFY, 0x02, 4, data, 128);
		assert_true(host_tk_valid(h));
		/* stored */
		make_signature(h, key, data);
		host_load(h, key);
		assert_refused(h, 0x00, OP_VERIFY, 0x00, 9, data, 64);
		assert_true(host_status(h).auth_valid && host_status(h).auth_key == 9);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_VERIFY, 0x00, 10, data, 64); /* not validated */
		host_put_pub(h, 10, pub, 5);
		host_load(h, key);
		assert_refused(h, 0x00, OP_VERIFY, 0x00, 10, data, 64);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_VERIFY, 0x00, 0, data, 64); /* private */
		host_load(h, key);
		assert_refused(h, 0x0f, OP_VERIFY, 0x00, 4, data, 64); /* no key of this type */
		host_slot(h, 9, 0x0f0f, 0x0070);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_VERIFY, 0x00, 9, data, 64); /* ReqRandom */
		host_slot(h, 9, 0x0f0f, 0x04b0);
		host_sleep(h);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_VERIFY, 0x00, 9, data, 64); /* ReqAuth */
		host_slot(h, 9, 0x0f2f, 0x0030);
		host_load(h, key);
		assert_status(host_cmd(h, OP_VERIFY, 0x00, 9, data, 64), 0);
		assert_int_equal(host_status(h).counter[0], 1);
		host_free(h);
	}
}

/*
 * Internal signature over GenKey's digest of slot 10, by the parent (slot 0, public half in slot
 * 9).
 */
static void validation(struct host *h, uint8_t p1, uint8_t data[83])
{
	uint8_t other[3] = { 0x10, 0x0a, 0x00 };
	static const uint8_t zero32[32];
	uint8_t od[19] = { p1, 0, 0, 0x09, 0x0f, 0x32, 0x00, 0x40 | 0x10 | 10, 0, 0 };
	struct ecc508a_emu_status st = host_status(h);
	uint8_t nibble;

	host_load(h, zero32);
	assert_status(host_cmd(h, OP_GENKEY, 0x10, 10, other, 3), 0);
	assert_status(host_cmd(h, OP_SIGN, p1, 0, NULL, 0), 0);
	memcpy(data, h->rsp, 64);
	ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 10, 0, &nibble, 1);
	od[16] = st.slot_locked >> 10 & 1;
	od[17] = nibble >> 4 == 5;
	memcpy(data + 64, od, 19);
	host_load(h, zero32);
	assert_status(host_cmd(h, OP_GENKEY, 0x10, 10, other, 3), 0);
}

static void validate_and_invalidate(void **state)
{
	ALL_PARTS (part) {
		uint8_t pub[64], data[83], byte, fmt = 0x31, bits[2];
		struct host *h = chip(part, pub);

		validation(h, 0x00, data);
		/* the direction must agree with OtherData[17] b0 */
		assert_refused(h, 0x0f, OP_VERIFY, 7, 10, data, 83);
		validation(h, 0x00, data);
		data[0] ^= 1;
		assert_refused(h, 0x01, OP_VERIFY, 3, 10, data, 83);
		data[0] ^= 1;
		/* TempKey must be GenKey's digest of this slot */
		host_load(h, key);
		assert_refused(h, 0x0f, OP_VERIFY, 3, 10, data, 83);
		host_load(h, key);
		assert_status(host_cmd(h, OP_GENKEY, 0x08, 0, NULL, 0), 0);
		assert_refused(h, 0x0f, OP_VERIFY, 3, 10, data, 83);
		/* X509format of the slot must be 0 */
		validation(h, 0x00, data);
		host_poke(h, ECC508A_EMU_CONFIG, 92, &fmt, 1);
		assert_refused(h, 0x0f, OP_VERIFY, 3, 10, data, 83);
		fmt = 0;
		host_poke(h, ECC508A_EMU_CONFIG, 92, &fmt, 1);
		/* and now for good, with the slot locked: the signature says so, and the nibble
		 * changes anyhow */
		bits[0] = 0xff;
		bits[1] = 0xfb;
		host_poke(h, ECC508A_EMU_CONFIG, 88, bits, 2);
		validation(h, 0x00, data);
		assert_status(host_cmd(h, OP_VERIFY, 3, 10, data, 83), 0);
		ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 10, 0, &byte, 1);
		assert_int_equal(byte >> 4, 5);
		assert_status(host_cmd(h, OP_INFO, 1, 10, NULL, 0), 0);
		assert_int_equal(h->rsp[0], 1);
		/* the signature for the other direction is made with Sign b0 */
		validation(h, 0x01, data);
		assert_refused(h, 0x0f, OP_VERIFY, 3, 10, data, 83);
		validation(h, 0x01, data);
		assert_status(host_cmd(h, OP_VERIFY, 7, 10, data, 83), 0);
		ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 10, 0, &byte, 1);
		assert_int_equal(byte >> 4, 0xa);
		/* U26: the parent must itself be valid if it needs validation */
		host_slot(h, 9, 0x0f0f, 0x0032);
		validation(h, 0x00, data);
		assert_refused(h, 0x0f, OP_VERIFY, 3, 10, data, 83);
		host_free(h);
	}
}

static void validate_external(void **state)
{
	ALL_PARTS (part) {
		uint8_t pub[64], rs[64], m[200], digest[32], byte,
			fmt = 0x31; /* key is block 1 of 3 */
		struct host *h = chip(part, pub);

		memset(m, 0x5c, sizeof(m));
		memcpy(m + 64, pub, 64);
		ref_sha256(m, 178, digest);
		make_signature(h, digest, rs);
		/* refused without X509format */
		for (int with = 0; with < 2; with++) {
			if (with)
				host_poke(h, ECC508A_EMU_CONFIG, 92, &fmt, 1);
			assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
			assert_status(host_cmd(h, OP_SHA, 1, 64, m, 64), 0);
			assert_status(host_cmd(h, OP_SHA, 3, 10, NULL, 0), 0);
			assert_status(host_cmd(h, OP_SHA, 2, 50, m + 128, 50), 0);
			assert_memory_equal(h->rsp, digest, 32);
			assert_status(host_cmd(h, OP_VERIFY, 1, 10, rs, 64), with ? 0 : 0x0f);
		}
		ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 10, 0, &byte, 1);
		assert_int_equal(byte >> 4, 5);
		/* another slot than the one that was hashed; no SHA(Public) at all */
		host_load(h, digest);
		assert_refused(h, 0x0f, OP_VERIFY, 1, 10, rs, 64);
		/* the key in the wrong block */
		assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
		assert_refused(h, 0x0f, OP_SHA, 3, 10, NULL, 0);
		/* a message of another length */
		assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
		assert_status(host_cmd(h, OP_SHA, 1, 64, m, 64), 0);
		assert_status(host_cmd(h, OP_SHA, 3, 10, NULL, 0), 0);
		assert_status(host_cmd(h, OP_SHA, 2, 0, NULL, 0), 0);
		assert_refused(h, 0x0f, OP_VERIFY, 1, 10, rs, 64);
		/* SHA(Public) needs a public key */
		assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
		assert_refused(h, 0x0f, OP_SHA, 3, 4, NULL, 0);
		host_free(h);
	}
}

/* ------------------------------------------------------------------ ECDH */

static void ecdh_rules(void **state)
{
	ALL_PARTS (part) {
		bool old = part == ECC508A_EMU_508A;
		uint8_t pub[64], theirs[64], shared[32], got[32], bits[2] = { 0xf7, 0xff };
		struct host *h = chip(part, pub);

		assert_status(host_cmd(h, OP_GENKEY, 4, 2, NULL, 0), 0);
		memcpy(theirs, h->rsp, 64);
		assert_refused(h, 0x03, OP_ECDH, 0, 0, theirs, 63);
		assert_refused(h, 0x03, OP_ECDH, 0x02, 0, theirs, 64);
		assert_refused(h, 0x03, OP_ECDH, 0x10, 0, theirs, 64);
		assert_status(host_cmd(h, OP_ECDH, 0x0c, 0, theirs, 64), old ? 0x03 : 0x00);
		assert_refused(h, 0x00, OP_ECDH, 0, 0, theirs, 64);
		assert_int_equal(h->rsp_len, 32);
		memcpy(shared, h->rsp, 32);
		/* both sides agree */
		assert_status(host_cmd(h, OP_ECDH, 0, 2, pub, 64), 0);
		assert_memory_equal(h->rsp, shared, 32);
		refused_with(h, 0x2083, 0x0033, OP_ECDH, 0, pub, 64); /* ReadKey b2 */
		refused_with(h, 0x2087, 0x0032, OP_ECDH, 0, pub, 64);
		refused_with(h, 0x2007, 0x0033, OP_ECDH, 0, pub, 64);
		refused_with(h, 0x2087, 0x04b3, OP_ECDH, 0, pub, 64);
		host_load(h, key);
		assert_refused(h, 0x0f, OP_ECDH, 0, 4, theirs, 64);
		theirs[10] ^= 1;
		host_load(h, key);
		assert_refused(h, 0x05, OP_ECDH, 0, 0, theirs, 64); /* U13 */
		assert_true(host_tk_valid(h));
		theirs[10] ^= 1;
		/* b3: into slot KeyID+1, only from even slots, only if that one can take it */
		host_slot(h, 0, 0x208f, 0x0033);
		host_slot(h, 1, 0x0f0f, 0x003c);
		assert_status(host_cmd(h, OP_ECDH, 0, 0, theirs, 64), 0);
		assert_int_equal(h->rsp_len, 1);
		ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 1, 0, got, 32);
		assert_memory_equal(got, shared, 32);
		if (!old)
			assert_refused(h, 0x0f, OP_ECDH, 0x0c, 0, theirs, 64);
		host_slot(h, 1, 0x208f, 0x0033);
		host_put_key(h, 1, pub);
		assert_refused(h, 0x0f, OP_ECDH, 0, 1, theirs, 64);
		assert_refused(h, 0x0f, OP_ECDH, 0, 0, theirs, 64);
		host_slot(h, 2, 0x208f, 0x0033);
		host_slot(h, 3, 0x0f0f, 0x003c);
		host_poke(h, ECC508A_EMU_CONFIG, 88, bits, 2);
		assert_refused(h, 0x0f, OP_ECDH, 0, 2, pub, 64);
		host_lock(h, false, false);
		assert_refused(h, 0x0f, OP_ECDH, 0, 0, theirs, 64);
		host_free(h);
	}
}

static void ecdh_608(void **state)
{
	static const uint8_t legal[] = { 0x00, 0x04, 0x05, 0x08, 0x09, 0x0c, 0x0d, 0x0e, 0x0f };
	uint8_t pub[64], co[2] = { 0x02, 0x41 }, shared[32];
	struct host *h = chip(ECC508A_EMU_608A, pub);

	for (unsigned int p1 = 0; p1 < 256; p1++)
		if (!memchr(legal, (int)p1, sizeof(legal)))
			assert_refused(h, 0x03, OP_ECDH, (uint8_t)p1, 0, pub, 64);
	/* to TempKey */
	assert_status(host_cmd(h, OP_ECDH, 0x0c, 0, pub, 64), 0);
	memcpy(shared, h->rsp, 32);
	assert_status(host_cmd(h, OP_ECDH, 0x08, 0, pub, 64), 0);
	assert_true(host_tk_valid(h));
	assert_memory_equal(host_status(h).tempkey.value, shared, 32);
	/* encryption needs the IO protection key; protection 1 forbids clear output, 2 any */
	assert_refused(h, 0x0f, OP_ECDH, 0x0e, 0, pub, 64);
	host_poke(h, ECC508A_EMU_CONFIG, 90, co, 2);
	assert_refused(h, 0x0f, OP_ECDH, 0x0c, 0, pub, 64);
	assert_refused(h, 0x0f, OP_ECDH, 0x00, 0, pub, 64);
	assert_status(host_cmd(h, OP_ECDH, 0x0e, 0, pub, 64), 0);
	co[1] = 0x42;
	host_poke(h, ECC508A_EMU_CONFIG, 90, co, 2);
	assert_refused(h, 0x0f, OP_ECDH, 0x0e, 0, pub, 64);
	assert_status(host_cmd(h, OP_ECDH, 0x08, 0, pub, 64), 0);
	host_free(h);
}

/* ------------------------------------------------------------------ PrivWrite */

static void privwrite_rules(void **state)
{
	ALL_PARTS (part) {
		struct host *h = host_new((enum ecc508a_emu_part)part);
		uint8_t v[68] = { 0 };

		host_slot(h, 2, 0x2087, 0x0033);
		host_lock(h, true, false);
		v[35] = 1;
		assert_refused(h, 0x03, OP_PRIVWRITE, 0x80, 2, v, 68);
		assert_refused(h, 0x03, OP_PRIVWRITE, 0x00, 2, v, 36);
		refused_with(h, 0x2087, 0x003c, OP_PRIVWRITE, 0, v, 68);
		refused_with(h, 0x2087, 0x003f, OP_PRIVWRITE, 0, v, 68);
		refused_with(h, 0x2007, 0x0033, OP_PRIVWRITE, 0, v, 68);
		/* zero, the group order, a value too long */
		v[35] = 0;
		assert_refused(h, 0x0f, OP_PRIVWRITE, 0, 2, v, 68);
		unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", v + 4,
		      32);
		assert_refused(h, 0x0f, OP_PRIVWRITE, 0, 2, v, 68);
		v[35]--;
		v[0] = 1;
		assert_refused(h, 0x0f, OP_PRIVWRITE, 0, 2, v, 68);
		v[0] = 0;
		assert_status(host_cmd(h, OP_PRIVWRITE, 0, 2, v, 68), 0);
		host_free(h);
	}
}

/* ------------------------------------------------------------------ 608: AES, KDF, SecureBoot,
 * SelfTest */

static void removed_and_new(void **state)
{
	uint8_t pub[64];
	struct host *h = chip(ECC508A_EMU_508A, pub);

	assert_refused(h, 0x03, OP_AES, 0, 0xffff, zeros, 16);
	assert_refused(h, 0x03, OP_KDF, 0x10, 0, zeros, 20);
	assert_refused(h, 0x03, OP_SELFTEST, 0, 0, NULL, 0);
	assert_refused(h, 0x03, OP_SECUREBOOT, 5, 0, zeros, 96);
	host_free(h);
}

static void aes_rules(void **state)
{
	NEW_PARTS(part)
	{
		uint8_t pub[64], off = 0x00, enable;
		struct host *h = chip(part, pub);

		host_slot(h, 9, 0x0f0f, 0x0038);
		host_load(h, key);
		ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_CONFIG, 13, &enable, 1);
		host_poke(h, ECC508A_EMU_CONFIG, 13, &off, 1);
		assert_refused(h, 0x03, OP_AES, 0, 9, zeros, 16);
		host_poke(h, ECC508A_EMU_CONFIG, 13, &enable, 1);
		assert_refused(h, 0x03, OP_AES, 0, 4, zeros, 16); /* KeyType */
		assert_refused(h, 0x03, OP_AES, 2, 9, zeros, 16);
		assert_refused(h, 0x03, OP_AES, 8, 9, zeros, 16);
		assert_refused(h, 0x03, OP_AES, 0, 9, zeros, 15);
		assert_refused(h, 0x03, OP_AES, 3, 9, zeros, 16);
		assert_status(host_cmd(h, OP_AES, 0, 9, zeros, 16), 0);
		assert_refused(h, 0x0f, OP_AES, 0x80, 0xffff, zeros, 16); /* TempKey has 32 bytes */
		host_sleep(h);
		assert_refused(h, 0x0f, OP_AES, 0, 0xffff, zeros, 16);
		host_slot(h, 5, 0x0f0f, 0x0038);
		assert_status(host_cmd(h, OP_AES, 0x40, 5, zeros, 16), 0);
		assert_refused(h, 0x0f, OP_AES, 0x80, 5, zeros, 16); /* slot has 36 bytes */
		host_free(h);
	}
}

static void kdf_rules(void **state)
{
	NEW_PARTS(part)
	{
		uint8_t pub[64], d[40] = { 0x01, 0, 0, 16 }, co[2] = { 0x00, 0x40 };
		struct host *h = chip(part, pub);

		assert_refused(h, 0x03, OP_KDF, 0x80, 0, d, 20);
		assert_refused(h, 0x03, OP_KDF, 0x18, 0, d, 20);
		assert_refused(h, 0x03, OP_KDF, 0x70, 0, d, 20);
		assert_refused(h, 0x03, OP_KDF, 0x10, 0, d, 3);
		assert_refused(h, 0x03, OP_KDF, 0x10, 0, d, 21); /* message length */
		assert_refused(h, 0x0f, OP_KDF, 0x10, 0, d, 20); /* no TempKey */
		assert_refused(h, 0x0f, OP_KDF, 0x11, 0, d, 20); /* no upper half */
		assert_refused(h, 0x0f, OP_KDF, 0x13, 0, d, 20); /* no AltKeyBuf */
		host_load(h, key);
		assert_refused(h, 0x0f, OP_KDF, 0x30, 0, d, 20); /* KDF-AES not enabled */
		assert_refused(h, 0x0f, OP_KDF, 0x14, 0, d, 20); /* no IO protection key */
		d[0] = 0x03;
		host_load(h, key);
		assert_refused(h, 0x0f, OP_KDF, 0x10, 0, d, 20); /* 64-byte key from 32 bytes */
		d[0] = 0x01;
		assert_status(host_cmd(h, OP_KDF, 0x12, 4, d, 20), 0);
		assert_refused(h, 0x0f, OP_KDF, 0x12, 0, d, 20); /* private source */
		assert_refused(h, 0x0f, OP_KDF, 0x0a, 0x0004, d, 20); /* private target */
		assert_status(host_cmd(h, OP_KDF, 0x0a, 0x0504, d, 20), 0);
		host_slot(h, 5, 0x8f0f, 0x003c);
		assert_refused(h, 0x0f, OP_KDF, 0x0a, 0x0504, d, 20); /* target not writable */
		co[1] = 0x44; /* KDF output must be encrypted */
		host_poke(h, ECC508A_EMU_CONFIG, 90, co, 2);
		assert_refused(h, 0x0f, OP_KDF, 0x12, 4, d, 20);
		co[1] = 0x40;
		host_poke(h, ECC508A_EMU_CONFIG, 90, co, 2);
		host_lock(h, true, false);
		assert_refused(h, 0x0f, OP_KDF, 0x12, 4, d, 20); /* slots need the data lock */
		host_free(h);
	}
}

static void kdf_iv(void **state)
{
	uint8_t pub[64], d[24] = { 0x03, 0, 0, 20 }, loc[3] = { 9, 'i', 'v' };
	struct host *h = chip(ECC508A_EMU_608B, pub);

	host_poke(h, ECC508A_EMU_CONFIG, 72, loc, 3);
	host_load(h, key);
	assert_refused(h, 0x0f, OP_KDF, 0x50, 0, d, 24);
	d[4 + 9] = 'i';
	d[4 + 10] = 'v';
	host_load(h, key);
	assert_status(host_cmd(h, OP_KDF, 0x50, 0, d, 24), 0);
	/* KdfIvLoc F0 disables it */
	loc[0] = 0xf0;
	host_poke(h, ECC508A_EMU_CONFIG, 72, loc, 3);
	assert_refused(h, 0x0f, OP_KDF, 0x50, 0, d, 24);
	host_free(h);
}

static void secureboot_rules(void **state)
{
	NEW_PARTS(part)
	{
		uint8_t pub[64], data[96], conf[2] = { 0x00, 0x95 };
		struct host *h = chip(part, pub);

		memcpy(data, key, 32);
		make_signature(h, key, data + 32);
		assert_refused(h, 0x03, OP_SECUREBOOT, 0x04, 0, data, 96);
		assert_refused(h, 0x03, OP_SECUREBOOT, 0x0d, 0, data, 96);
		assert_refused(h, 0x03, OP_SECUREBOOT, 0x05, 1, data, 96);
		assert_refused(h, 0x03, OP_SECUREBOOT, 0x05, 0, data, 32);
		assert_refused(h, 0x03, OP_SECUREBOOT, 0x06, 0, data, 96);
		assert_refused(h, 0x0f, OP_SECUREBOOT, 0x05, 0, data, 96); /* disabled */
		conf[0] = 0x01; /* FullBoth */
		host_poke(h, ECC508A_EMU_CONFIG, 70, conf, 2);
		assert_refused(h, 0x00, OP_SECUREBOOT, 0x05, 0, data, 96);
		assert_refused(h, 0x0f, OP_SECUREBOOT, 0x06, 0, data, 32); /* U25 */
		assert_refused(h, 0x0f, OP_SECUREBOOT, 0x07, 0, data, 96);
		assert_false(host_status(h).latch);
		conf[0] = 0x0a; /* FullSig, success sets the latch */
		conf[1] = 0x9b; /* signature in slot 11 */
		host_poke(h, ECC508A_EMU_CONFIG, 70, conf, 2);
		host_slot(h, 11, 0x0f0f, 0x003c);
		assert_refused(h, 0x01, OP_SECUREBOOT, 0x06, 0, data, 32);
		assert_status(host_cmd(h, OP_SECUREBOOT, 0x07, 0, data, 96), 0);
		assert_true(host_status(h).latch);
		assert_refused(h, 0x00, OP_SECUREBOOT, 0x06, 0, data, 32);
		/* MAC variant: IO key and TempKey */
		assert_refused(h, 0x0f, OP_SECUREBOOT, 0x86, 0, data, 32);
		/* key slot must hold a public key */
		conf[1] = 0x4b;
		host_poke(h, ECC508A_EMU_CONFIG, 70, conf, 2);
		assert_refused(h, 0x0f, OP_SECUREBOOT, 0x05, 0, data, 96);
		conf[1] = 0x9b;
		host_poke(h, ECC508A_EMU_CONFIG, 70, conf, 2);
		/* b6: that was it until the power is cycled */
		assert_refused(h, 0x00, OP_SECUREBOOT, 0x45, 0, data, 96);
		assert_refused(h, 0x0f, OP_SECUREBOOT, 0x05, 0, data, 96);
		host_sleep(h);
		assert_refused(h, 0x0f, OP_SECUREBOOT, 0x05, 0, data, 96);
		host_power_cycle(h);
		assert_refused(h, 0x00, OP_SECUREBOOT, 0x05, 0, data, 96);
		host_free(h);
	}
}

static void selftest_rules(void **state)
{
	NEW_PARTS(part)
	{
		uint8_t pub[64], buf[4], co = 0x01, long_watchdog = 0x04;
		struct host *h = chip(part, pub);

		/* the host's keep-alive would clear the failure state (U4) */
		host_poke(h, ECC508A_EMU_CONFIG, 19, &long_watchdog, 1);
		assert_refused(h, 0x03, OP_SELFTEST, 0x40, 0, NULL, 0);
		assert_refused(h, 0x03, OP_SELFTEST, 0x3d, 1, NULL, 0);
		assert_refused(h, 0x00, OP_SELFTEST, 0x3d, 0, NULL, 0);
		assert_refused(h, 0x00, OP_SELFTEST, 0x3b, 0, NULL, 0);
		/* ECDH and AES broken */
		ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_BROKEN, 0x18);
		assert_refused(h, 0x08, OP_SELFTEST, 0x08, 0, NULL, 0);
		assert_refused(h, 0x18, OP_SELFTEST, 0x3d, 0, NULL, 0);
		assert_refused(h, 0x18, OP_SELFTEST, 0x00, 0, NULL, 0);
		/* failure state: only configuration reads and SelfTest */
		assert_refused(h, 0x07, OP_INFO, 0, 0, NULL, 0);
		assert_refused(h, 0x07, OP_SIGN, 0x80, 0, NULL, 0);
		assert_refused(h, 0x07, OP_READ, 0x81, 0, NULL, 0);
		assert_refused(h, 0x00, OP_READ, 0x80, 0, NULL, 0);
		/* a test that passes later clears its bit */
		ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_BROKEN, 0x10);
		assert_refused(h, 0x10, OP_SELFTEST, 0x08, 0, NULL, 0);
		/* waking clears it all */
		host_sleep(h);
		assert_refused(h, 0x00, OP_INFO, 0, 0, NULL, 0);
		/* unless the power-on self test finds it again */
		host_poke(h, ECC508A_EMU_CONFIG, 90, &co, 1);
		host_sleep(h);
		host_wake(h);
		assert_int_equal(ecc508a_emu_read(h->bus, 0x60, buf, 4, h->speed), 4);
		assert_hex(buf, "04 07 40 C2");
		assert_refused(h, 0x07, OP_INFO, 0, 0, NULL, 0);
		host_free(h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(genkey_rules),	     cmocka_unit_test(genkey_in_tempkey),
		cmocka_unit_test(sign_rules),	     cmocka_unit_test(sign_from_msgdig),
		cmocka_unit_test(verify_rules),	     cmocka_unit_test(validate_and_invalidate),
		cmocka_unit_test(validate_external), cmocka_unit_test(ecdh_rules),
		cmocka_unit_test(ecdh_608),	     cmocka_unit_test(privwrite_rules),
		cmocka_unit_test(removed_and_new),   cmocka_unit_test(aes_rules),
		cmocka_unit_test(kdf_rules),	     cmocka_unit_test(kdf_iv),
		cmocka_unit_test(secureboot_rules),  cmocka_unit_test(selftest_rules),
	};

	return cmocka_run_group_tests_name("rules-ecc", tests, setup, NULL);
}
