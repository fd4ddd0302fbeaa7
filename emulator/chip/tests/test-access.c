// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Who may read, write, create and lock what, in each lock state (DS508 2.2, 2.4, 9.16, 9.21). */
#include "host.h"

#define ALL_PARTS(part) for (int part = 0; part < ECC508A_EMU_PARTS; part++)
#define PART(p)		((enum ecc508a_emu_part)(p))

enum {
	UNLOCKED,
	CONFIG_LOCKED,
	LOCKED,
	STATES
};

static uint8_t ones[32], data32[32];

static int setup(void **state)
{
	memset(ones, 0xff, sizeof(ones));
	for (int i = 0; i < 32; i++)
		data32[i] = (uint8_t)(i * 7 + 1);
	return 0;
}

static struct host *in_state(int part, int lock)
{
	struct host *h = host_new(PART(part));

	host_lock(h, lock >= CONFIG_LOCKED, lock >= LOCKED);
	return h;
}

/* ------------------------------------------------------------------ configuration zone */

static void config_is_always_readable(void **state)
{
	ALL_PARTS (part)
		for (int lock = 0; lock < STATES; lock++) {
			struct host *h = in_state(part, lock);
			uint8_t cfg[128];

			ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_CONFIG, 0, cfg, 128);
			for (unsigned int block = 0; block < 4; block++) {
				assert_status(host_cmd(h, OP_READ, 0x80, (uint16_t)(block << 3),
						       NULL, 0),
					      0);
				assert_memory_equal(h->rsp, cfg + 32 * block, 32);
			}
			for (unsigned int word = 0; word < 32; word++) {
				assert_status(host_cmd(h, OP_READ, 0, (uint16_t)word, NULL, 0), 0);
				assert_int_equal(h->rsp_len, 4);
				assert_memory_equal(h->rsp, cfg + 4 * word, 4);
			}
			assert_refused(h, 0x03, OP_READ, 0x80, 0x20, NULL, 0);
			assert_refused(h, 0x03, OP_READ, 0x00, 0x20, NULL, 0);
			host_free(h);
		}
}

static void config_write(void **state)
{
	ALL_PARTS (part) {
		struct host *h = in_state(part, UNLOCKED);
		uint8_t cfg[4];

		for (unsigned int word = 0; word < 32; word++) {
			/* words 0-3 (serial number ...) and 21 (UserExtra, Selector, locks) never */
			if (word < 4 || word == 21) {
				assert_refused(h, 0x0f, OP_WRITE, 0, (uint16_t)word, data32, 4);
				continue;
			}
			assert_status(
				host_cmd(h, OP_WRITE, 0, (uint16_t)word, data32 + word % 16, 4), 0);
			ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_CONFIG, 4 * word, cfg, 4);
			assert_memory_equal(cfg, data32 + word % 16, 4);
			if (word == 4) {
				/* keep the chip's address for the rest */
				static const uint8_t keep[4] = { 0xc0, 0, 0x55, 0 };

				assert_status(host_cmd(h, OP_WRITE, 0, 4, keep, 4), 0);
			}
		}
		assert_refused(h, 0x0f, OP_WRITE, 0x80, 0x00, data32, 32);
		assert_refused(h, 0x0f, OP_WRITE, 0x80, 0x10, data32, 32);
		assert_status(host_cmd(h, OP_WRITE, 0x80, 0x08, data32, 32), 0);
		assert_status(host_cmd(h, OP_WRITE, 0x80, 0x18, data32, 32), 0);
		/* no encrypted configuration */
		host_load(h, data32);
		{
			uint8_t sealed[64];

			host_seal(h, OP_WRITE, 0xc0, 0x08, data32, 32, sealed);
			assert_refused(h, 0x03, OP_WRITE, 0xc0, 0x08, sealed, 64);
		}
		host_lock(h, true, false);
		for (unsigned int word = 0; word < 32; word++)
			assert_refused(h, 0x0f, OP_WRITE, 0, (uint16_t)word, data32, 4);
		assert_refused(h, 0x0f, OP_WRITE, 0x80, 0x08, data32, 32);
		host_free(h);
	}
}

static void new_address_after_sleep(void **state)
{
	struct host *h = in_state(ECC508A_EMU_508A, UNLOCKED);
	static const uint8_t word4[4] = { 0xb0, 0x00, 0xaa, 0x00 };

	assert_status(host_cmd(h, OP_WRITE, 0, 4, word4, 4), 0);
	assert_int_equal(host_addr(h), 0x60);
	host_idle(h);
	host_wake(h);
	assert_int_equal(host_addr(h), 0x60);
	host_sleep(h);
	host_wake(h);
	assert_int_equal(host_addr(h), 0x58);
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	host_free(h);
}

static void user_extra_address(void **state)
{
	/* CAL issue 401: only with ChipMode b0 = 1 */
	for (int mode = 0; mode < 2; mode++) {
		struct host *h = in_state(ECC508A_EMU_608B, UNLOCKED);
		uint8_t m = (uint8_t)mode;

		host_poke(h, ECC508A_EMU_CONFIG, 19, &m, 1);
		assert_status(host_cmd(h, OP_UPDATEEXTRA, 1, 0xb0, NULL, 0), 0);
		host_sleep(h);
		host_wake(h);
		assert_int_equal(host_addr(h), mode ? 0x58 : 0x60);
		host_free(h);
	}
}

/* ------------------------------------------------------------------ OTP */

static void otp(void **state)
{
	ALL_PARTS (part) {
		bool old = part == ECC508A_EMU_508A;
		struct host *h = in_state(part, UNLOCKED);
		uint8_t buf[4] = { 0xf0, 0x0f, 0x00, 0xff };
		const uint8_t consumption = 0x55, readonly = 0xaa;

		assert_refused(h, 0x0f, OP_READ, 0x81, 0, NULL, 0);
		assert_refused(h, 0x0f, OP_WRITE, 0x81, 0, data32, 32);
		assert_refused(h, 0x0f, OP_WRITE, 0x01, 0, data32, 4);
		host_lock(h, true, false);
		assert_refused(h, 0x0f, OP_READ, 0x81, 0, NULL, 0);
		assert_refused(h, 0x0f, OP_READ, 0x01, 0, NULL, 0);
		assert_status(host_cmd(h, OP_WRITE, 0x81, 8, data32, 32), 0);
		assert_refused(h, 0x0f, OP_WRITE, 0x01, 0, data32, 4);
		host_lock(h, true, true);
		host_poke(h, ECC508A_EMU_CONFIG, 18, &readonly, 1);
		assert_status(host_cmd(h, OP_READ, 0x81, 8, NULL, 0), 0);
		assert_memory_equal(h->rsp, data32, 32);
		assert_status(host_cmd(h, OP_READ, 0x01, 9, NULL, 0), 0);
		assert_memory_equal(h->rsp, data32 + 4, 4);
		assert_refused(h, 0x0f, OP_WRITE, 0x81, 8, data32, 32);
		assert_refused(h, 0x0f, OP_WRITE, 0x01, 8, data32, 4);
		/* D-6: block 0 is readable */
		assert_status(host_cmd(h, OP_READ, 0x81, 0, NULL, 0), 0);
		host_poke(h, ECC508A_EMU_CONFIG, 18, &consumption, 1);
		if (old) {
			assert_status(host_cmd(h, OP_WRITE, 0x01, 8, buf, 4), 0);
			for (int i = 0; i < 4; i++)
				buf[i] &= data32[i];
			assert_status(host_cmd(h, OP_READ, 0x01, 8, NULL, 0), 0);
			assert_memory_equal(h->rsp, buf, 4);
			assert_status(host_cmd(h, OP_WRITE, 0x81, 0, data32, 32), 0);
			ecc508a_emu_chip_quirk(h->chip, "otp-words-hidden", 1);
			assert_refused(h, 0x0f, OP_READ, 0x01, 0, NULL, 0);
		} else {
			assert_refused(h, 0x0f, OP_WRITE, 0x01, 8, buf, 4);
			assert_refused(h, 0x0f, OP_WRITE, 0x81, 0, data32, 32);
		}
		/* outside the zone */
		assert_refused(h, 0x03, OP_READ, 0x81, 0x10, NULL, 0);
		host_free(h);
	}
}

static void otp_encrypted(void **state)
{
	struct host *h = in_state(ECC508A_EMU_608A, CONFIG_LOCKED);
	uint8_t data[64];

	/* TempKey has to be there; the MAC has to fit */
	memset(data, 0, sizeof(data));
	assert_refused(h, 0x0f, OP_WRITE, 0xc1, 0, data, 64);
	host_load(h, ones);
	assert_refused(h, 0x0f, OP_WRITE, 0xc1, 0, data, 64);
	host_load(h, ones);
	host_seal(h, OP_WRITE, 0xc1, 0, data32, 32, data);
	assert_status(host_cmd(h, OP_WRITE, 0xc1, 0, data, 64), 0);
	host_lock(h, true, true);
	assert_status(host_cmd(h, OP_READ, 0x81, 0, NULL, 0), 0);
	assert_memory_equal(h->rsp, data32, 32);
	host_free(h);
}

/* ------------------------------------------------------------------ data zone, before its lock */

static void data_before_lock(void **state)
{
	ALL_PARTS (part) {
		struct host *h = in_state(part, UNLOCKED);
		uint8_t data[64];

		assert_refused(h, 0x0f, OP_READ, 0x82, 0x50, NULL, 0);
		assert_refused(h, 0x0f, OP_WRITE, 0x82, 0x50, data32, 32);
		assert_refused(h, 0x0f, OP_WRITE, 0x02, 0x50, data32, 4);
		host_lock(h, true, false);
		host_slot(h, 10, 0x8f8f, 0x003c); /* never write, never read: not yet in force */
		assert_refused(h, 0x0f, OP_READ, 0x82, 0x50, NULL, 0);
		assert_refused(h, 0x0f, OP_READ, 0x02, 0x50, NULL, 0);
		assert_refused(h, 0x0f, OP_WRITE, 0x02, 0x50, data32, 4);
		assert_status(host_cmd(h, OP_WRITE, 0x82, 0x50, data32, 32), 0);
		/* private slots only by PrivWrite and GenKey */
		assert_refused(h, 0x0f, OP_WRITE, 0x82, 0x00, data32, 32);
		/* encrypted with whatever TempKey */
		host_load(h, ones);
		host_seal(h, OP_WRITE, 0xc2, 0x0150, data32, 32, data);
		assert_status(host_cmd(h, OP_WRITE, 0xc2, 0x0150, data, 64), 0);
		assert_int_equal(
			ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 10, 32, data, 32), 0);
		assert_memory_equal(data, data32, 32);
		assert_refused(h, 0x0f, OP_WRITE, 0xc2, 0x0150, data, 64);
		/* a MAC without bit 6 means nothing before the lock */
		assert_refused(h, 0x03, OP_WRITE, 0x82, 0x0150, data, 64);
		/* a locked slot is locked */
		data[0] = 0xff;
		data[1] = 0xfb;
		host_poke(h, ECC508A_EMU_CONFIG, 88, data, 2);
		assert_refused(h, 0x0f, OP_WRITE, 0x82, 0x50, data32, 32);
		host_free(h);
	}
}

/* ------------------------------------------------------------------ data zone, locked: reading */

static void read_by_slot_config(void **state)
{
	/* IsSecret b7, EncryptRead b6; ReadKey 4 */
	static const struct {
		uint16_t sc;
		int clear32, clear4, encrypted;
	} v[] = {
		{ 0x0f04, 0x00, 0x00, 0x00 },
		{ 0x0f44, 0x0f, 0x0f, 0x0f }, /* prohibited setting */
		{ 0x0f84, 0x0f, 0x0f, 0x0f },
		{ 0x0fc4, 0x0f, 0x0f, 0x00 },
	};

	ALL_PARTS (part)
		for (size_t i = 0; i < 4; i++) {
			struct host *h = in_state(part, LOCKED);
			struct ecc508a_emu_status st;

			host_slot(h, 4, 0x0f0f, 0x003c);
			host_slot(h, 6, 0x0f0f, 0x003c);
			host_slot(h, 10, v[i].sc, 0x003c);
			host_poke(h, ECC508A_EMU_SLOT0 + 10, 0, data32, 32);
			assert_status(host_cmd(h, OP_READ, 0x82, 0x50, NULL, 0), v[i].clear32);
			assert_status(host_cmd(h, OP_READ, 0x02, 0x50, NULL, 0), v[i].clear4);
			host_gendig(h, 4);
			st = host_status(h);
			assert_status(host_cmd(h, OP_READ, 0x82, 0x50, NULL, 0), v[i].encrypted);
			assert_false(host_tk_valid(h));
			if (v[i].encrypted == 0 && v[i].sc == 0x0fc4)
				for (int k = 0; k < 32; k++)
					assert_int_equal(h->rsp[k] ^ st.tempkey.value[k],
							 data32[k]);
			if (v[i].sc == 0x0fc4) {
				/* four bytes never, another key never, without GenDig never */
				host_gendig(h, 4);
				assert_refused(h, 0x0f, OP_READ, 0x02, 0x50, NULL, 0);
				host_gendig(h, 6);
				assert_refused(h, 0x0f, OP_READ, 0x82, 0x50, NULL, 0);
				host_random_nonce(h);
				assert_refused(h, 0x0f, OP_READ, 0x82, 0x50, NULL, 0);
				/* SourceFlag must be Rand */
				host_load(h, ones);
				assert_status(host_cmd(h, OP_GENDIG, 2, 4, NULL, 0), 0);
				assert_refused(h, 0x0f, OP_READ, 0x82, 0x50, NULL, 0);
				/* and each block needs its own */
				host_gendig(h, 4);
				assert_status(host_cmd(h, OP_READ, 0x82, 0x50, NULL, 0), 0);
				assert_refused(h, 0x0f, OP_READ, 0x82, 0x0150, NULL, 0);
			}
			/* private slots never, whatever the bits */
			host_slot(h, 10, v[i].sc, 0x003d);
			assert_refused(h, 0x0f, OP_READ, 0x82, 0x50, NULL, 0);
			host_free(h);
		}
}

static void addresses(void **state)
{
	static const unsigned int size[16] = { 36,  36, 36, 36, 36, 36, 36, 36,
					       416, 72, 72, 72, 72, 72, 72, 72 };
	struct host *h = in_state(ECC508A_EMU_508A, LOCKED);
	uint8_t all[416];

	for (unsigned int slot = 0; slot < 16; slot++) {
		host_slot(h, slot, 0x0f0f, 0x003c);
		for (unsigned int i = 0; i < size[slot]; i++)
			all[i] = (uint8_t)(slot * 16 + i);
		host_poke(h, ECC508A_EMU_SLOT0 + slot, 0, all, size[slot]);
		for (unsigned int block = 0; block < 16; block++) {
			uint16_t a = (uint16_t)(block << 8 | slot << 3);
			unsigned int at = 32 * block, have = at < size[slot] ? size[slot] - at : 0;

			if (!have) {
				assert_refused(h, 0x0f, OP_READ, 0x82, a, NULL, 0);
				continue;
			}
			assert_status(host_cmd(h, OP_READ, 0x82, a, NULL, 0), 0);
			assert_int_equal(h->rsp_len, 32);
			if (have > 32)
				have = 32;
			assert_memory_equal(h->rsp, all + at, have);
			for (unsigned int i = have; i < 32; i++)
				assert_int_equal(h->rsp[i], 0);
			for (unsigned int word = 0; word < 8; word++) {
				bool there = 4 * word < have;

				assert_status(host_cmd(h, OP_READ, 0x02, (uint16_t)(a | word), NULL,
						       0),
					      there ? 0 : 0x0f);
				if (there)
					assert_memory_equal(h->rsp, all + at + 4 * word, 4);
			}
		}
	}
	/* DS508's example: slot 9, byte 52 is 014D */
	assert_status(host_cmd(h, OP_READ, 0x02, 0x014d, NULL, 0), 0);
	assert_int_equal(h->rsp[0], (uint8_t)(9 * 16 + 52));
	/* bits that mean nothing */
	assert_refused(h, 0x03, OP_READ, 0x82, 0x0080, NULL, 0);
	assert_refused(h, 0x03, OP_READ, 0x82, 0x1000, NULL, 0);
	assert_refused(h, 0x03, OP_READ, 0x83, 0, NULL, 0);
	assert_refused(h, 0x03, OP_READ, 0xc2, 0, NULL, 0);
	assert_refused(h, 0x03, OP_READ, 0x84, 0, NULL, 0);
	assert_refused(h, 0x03, OP_READ, 0x80, 0, ones, 1);
	/* a 32-byte write to a short block stores what there is room for (word is ignored) */
	assert_status(host_cmd(h, OP_WRITE, 0x82, 0x0249, data32, 32), 0);
	assert_status(host_cmd(h, OP_READ, 0x82, 0x0248, NULL, 0), 0);
	assert_memory_equal(h->rsp, data32, 8);
	assert_status(host_cmd(h, OP_READ, 0x82, 0x0050, NULL, 0), 0);
	assert_int_equal(h->rsp[0], 10 * 16);
	host_free(h);
}

/* ------------------------------------------------------------------ data zone, locked: writing */

static void write_by_write_config(void **state)
{
	ALL_PARTS (part)
		for (unsigned int wc = 0; wc < 16; wc++)
			for (unsigned int secret = 0; secret < 2; secret++) {
				struct host *h = in_state(part, LOCKED);
				uint16_t sc = (uint16_t)(wc << 12 | 0x0400 | secret << 7);
				bool always = wc == 0, pub = wc == 1, enc = wc & 4;
				uint8_t data[64];

				host_slot(h, 4, 0x0f0f, 0x003c);
				host_slot(h, 6, 0x0f0f, 0x003c);
				host_slot(h, 10, sc, 0x003c);
				assert_status(host_cmd(h, OP_WRITE, 0x82, 0x50, data32, 32),
					      always || pub ? 0 : 0x0f);
				assert_status(host_cmd(h, OP_WRITE, 0x02, 0x50, data32, 4),
					      always && !secret ? 0 : 0x0f);
				/* encrypted, with b6 and without: it is ignored now */
				for (unsigned int b6 = 0; b6 < 2; b6++) {
					uint8_t p1 = b6 ? 0xc2 : 0x82;

					host_gendig(h, 4);
					host_seal(h, OP_WRITE, p1, 0x50, data32, 32, data);
					assert_status(host_cmd(h, OP_WRITE, p1, 0x50, data, 64),
						      enc ? 0 : 0x0f);
				}
				if (enc) {
					/* another key, a wrong MAC, no GenDig, another P1 in the
					 * MAC */
					host_gendig(h, 6);
					host_seal(h, OP_WRITE, 0x82, 0x50, data32, 32, data);
					assert_refused(h, 0x0f, OP_WRITE, 0x82, 0x50, data, 64);
					host_gendig(h, 4);
					host_seal(h, OP_WRITE, 0x82, 0x50, data32, 32, data);
					data[63] ^= 1;
					assert_refused(h, 0x0f, OP_WRITE, 0x82, 0x50, data, 64);
					host_random_nonce(h);
					host_seal(h, OP_WRITE, 0x82, 0x50, data32, 32, data);
					assert_refused(h, 0x0f, OP_WRITE, 0x82, 0x50, data, 64);
					host_gendig(h, 4);
					host_seal(h, OP_WRITE, 0xc2, 0x50, data32, 32, data);
					assert_refused(h, 0x0f, OP_WRITE, 0x82, 0x50, data, 64);
				}
				/* slot lock beats everything */
				data[0] = 0xff;
				data[1] = 0xfb;
				host_poke(h, ECC508A_EMU_CONFIG, 88, data, 2);
				assert_refused(h, 0x0f, OP_WRITE, 0x82, 0x50, data32, 32);
				host_free(h);
			}
}

static void write_parse(void **state)
{
	struct host *h = in_state(ECC508A_EMU_508A, LOCKED);

	host_slot(h, 10, 0x0f0f, 0x003c);
	assert_refused(h, 0x03, OP_WRITE, 0x83, 0x50, data32, 32);
	assert_refused(h, 0x03, OP_WRITE, 0x92, 0x50, data32, 32);
	assert_refused(h, 0x03, OP_WRITE, 0x82, 0x50, data32, 31);
	assert_refused(h, 0x03, OP_WRITE, 0x82, 0x50, NULL, 0);
	assert_refused(h, 0x03, OP_WRITE, 0x02, 0x50, data32, 5);
	/* a MAC for four bytes does not occur */
	assert_refused(h, 0x03, OP_WRITE, 0x42, 0x50, data32, 4);
	assert_refused(h, 0x03, OP_WRITE, 0xc2, 0x50, data32, 32);
	assert_refused(h, 0x0f, OP_WRITE, 0x82, 0x0350, data32, 32);
	host_free(h);
}

static void pub_info_nibble(void **state)
{
	ALL_PARTS (part) {
		struct host *h = in_state(part, LOCKED);
		uint8_t pub[64], byte;

		host_slot(h, 10, 0x0f0f, 0x0032); /* public key to be validated, always writable */
		host_slot(h, 11, 0x1f0f, 0x0032); /* PubInvalid */
		host_slot(h, 12, 0x0f0f, 0x003a); /* not a P-256 key: plain data */
		host_put_key(h, 0, pub);
		host_put_pub(h, 10, pub, 5);
		host_put_pub(h, 11, pub, 5);
		host_put_pub(h, 12, pub, 5);
		/* a write to another block invalidates too */
		assert_status(host_cmd(h, OP_WRITE, 0x82, 0x0150, data32, 32), 0);
		ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 10, 0, &byte, 1);
		assert_int_equal(byte >> 4, 0xa);
		/* and one that brings its own nibble */
		host_put_pub(h, 10, pub, 5);
		data32[0] = 0x57;
		assert_status(host_cmd(h, OP_WRITE, 0x82, 0x50, data32, 32), 0);
		ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 10, 0, &byte, 1);
		assert_int_equal(byte, 0xa7);
		/* PubInvalid: not while it is valid */
		assert_refused(h, 0x0f, OP_WRITE, 0x82, 0x58, data32, 32);
		host_put_pub(h, 11, pub, 0xa);
		assert_status(host_cmd(h, OP_WRITE, 0x82, 0x58, data32, 32), 0);
		assert_status(host_cmd(h, OP_WRITE, 0x82, 0x60, data32, 32), 0);
		ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 12, 0, &byte, 1);
		assert_int_equal(byte, 0x57);
		host_free(h);
	}
}

/* ------------------------------------------------------------------ keys */

static void genkey_by_state(void **state)
{
	ALL_PARTS (part)
		for (unsigned int wc = 0; wc < 16; wc++) {
			struct host *h = in_state(part, UNLOCKED);
			uint8_t bits[2] = { 0xfe, 0xff };

			host_slot(h, 0, (uint16_t)(wc << 12 | 0x87), 0x0033);
			assert_refused(h, 0x0f, OP_GENKEY, 4, 0, NULL, 0);
			host_lock(h, true, false);
			/* before the data lock WriteConfig and PubInfo do not count */
			host_slot(h, 0, (uint16_t)(wc << 12 | 0x87), 0x0031);
			assert_status(host_cmd(h, OP_GENKEY, 4, 0, NULL, 0), 0);
			assert_int_equal(h->rsp_len, 64);
			assert_status(host_cmd(h, OP_GENKEY, 0, 0, NULL, 0), 0);
			host_lock(h, true, true);
			assert_status(host_cmd(h, OP_GENKEY, 4, 0, NULL, 0), wc & 2 ? 0 : 0x0f);
			assert_refused(h, 0x0f, OP_GENKEY, 0, 0, NULL, 0);
			host_slot(h, 0, (uint16_t)(wc << 12 | 0x87), 0x0033);
			assert_status(host_cmd(h, OP_GENKEY, 0, 0, NULL, 0), 0);
			host_poke(h, ECC508A_EMU_CONFIG, 88, bits, 2);
			assert_refused(h, 0x0f, OP_GENKEY, 4, 0, NULL, 0);
			/* the slot lock does not hide the public key */
			assert_status(host_cmd(h, OP_GENKEY, 0, 0, NULL, 0), 0);
			host_free(h);
		}
}

static void privwrite_by_state(void **state)
{
	ALL_PARTS (part)
		for (unsigned int wc = 0; wc < 16; wc++) {
			struct host *h = in_state(part, UNLOCKED);
			uint8_t value[68] = { 0 }, data[68], bits[2] = { 0xfe, 0xff };

			value[35] = 5;
			host_slot(h, 0, (uint16_t)(wc << 12 | 0x0487), 0x0033);
			host_slot(h, 4, 0x0f0f, 0x003c);
			host_slot(h, 6, 0x0f0f, 0x003c);
			assert_refused(h, 0x0f, OP_PRIVWRITE, 0, 0, value, 68);
			host_lock(h, true, false);
			assert_status(host_cmd(h, OP_PRIVWRITE, 0, 0, value, 68), 0);
			assert_int_equal(host_status(h).key_valid, 1);
			/* encrypted with any TempKey */
			assert_refused(h, 0x0f, OP_PRIVWRITE, 0x40, 0, value, 68);
			host_load(h, ones);
			host_seal(h, OP_PRIVWRITE, 0x40, 0, value, 36, data);
			assert_status(host_cmd(h, OP_PRIVWRITE, 0x40, 0, data, 68), 0);
			host_lock(h, true, true);
			assert_refused(h, 0x0f, OP_PRIVWRITE, 0, 0, value, 68);
			value[35] = 6;
			host_gendig(h, 4);
			host_seal(h, OP_PRIVWRITE, 0x40, 0, value, 36, data);
			assert_status(host_cmd(h, OP_PRIVWRITE, 0x40, 0, data, 68),
				      wc & 4 ? 0 : 0x0f);
			host_gendig(h, 6);
			host_seal(h, OP_PRIVWRITE, 0x40, 0, value, 36, data);
			assert_refused(h, 0x0f, OP_PRIVWRITE, 0x40, 0, data, 68);
			host_poke(h, ECC508A_EMU_CONFIG, 88, bits, 2);
			host_gendig(h, 4);
			host_seal(h, OP_PRIVWRITE, 0x40, 0, value, 36, data);
			assert_refused(h, 0x0f, OP_PRIVWRITE, 0x40, 0, data, 68);
			host_free(h);
		}
}

/* ------------------------------------------------------------------ locks */

static void lock_order(void **state)
{
	ALL_PARTS (part) {
		struct host *h = in_state(part, UNLOCKED);

		assert_refused(h, 0x0f, OP_LOCK, 0x81, 0, NULL, 0);
		assert_refused(h, 0x0f, OP_LOCK, 0x02 | 8 << 2, 0, NULL, 0);
		assert_refused(h, 0x03, OP_LOCK, 0x83, 0, NULL, 0);
		assert_refused(h, 0x03, OP_LOCK, 0xc0, 0, NULL, 0);
		assert_refused(h, 0x03, OP_LOCK, 0x84, 0, NULL, 0);
		assert_refused(h, 0x03, OP_LOCK, 0x80, 0, ones, 2);
		assert_status(host_cmd(h, OP_LOCK, 0x80, 0, NULL, 0), 0);
		assert_true(host_status(h).config_locked);
		assert_false(host_status(h).data_locked);
		assert_refused(h, 0x0f, OP_LOCK, 0x80, 0, NULL, 0);
		/* slot 8 is lockable in the factory configuration (3C 00), slot 3 is not (1C 00) */
		assert_status(host_cmd(h, OP_LOCK, 0x02 | 8 << 2, 0, NULL, 0), 0);
		assert_int_equal(host_status(h).slot_locked, 0xfeff);
		assert_refused(h, 0x0f, OP_LOCK, 0x02 | 8 << 2, 0, NULL, 0);
		assert_refused(h, 0x0f, OP_LOCK, 0x02 | 3 << 2, 0, NULL, 0);
		assert_status(host_cmd(h, OP_LOCK, 0x81, 0, NULL, 0), 0);
		assert_true(host_status(h).data_locked);
		assert_refused(h, 0x0f, OP_LOCK, 0x81, 0, NULL, 0);
		/* P1 2A is slot 10, and works after the data lock as well */
		assert_status(host_cmd(h, OP_LOCK, 0x2a, 0, NULL, 0), 0);
		assert_int_equal(host_status(h).slot_locked, 0xfaff);
		assert_status(host_cmd(h, OP_LOCK, 0x36, 0, NULL, 0), 0);
		assert_int_equal(host_status(h).slot_locked, 0xdaff);
		host_free(h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_is_always_readable),
		cmocka_unit_test(config_write),
		cmocka_unit_test(new_address_after_sleep),
		cmocka_unit_test(user_extra_address),
		cmocka_unit_test(otp),
		cmocka_unit_test(otp_encrypted),
		cmocka_unit_test(data_before_lock),
		cmocka_unit_test(read_by_slot_config),
		cmocka_unit_test(addresses),
		cmocka_unit_test(write_by_write_config),
		cmocka_unit_test(write_parse),
		cmocka_unit_test(pub_info_nibble),
		cmocka_unit_test(genkey_by_state),
		cmocka_unit_test(privwrite_by_state),
		cmocka_unit_test(lock_order),
	};

	return cmocka_run_group_tests_name("access", tests, setup, NULL);
}
