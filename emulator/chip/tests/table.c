// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Writes Documentation/emulator-commands.rst: every command and mode, in every lock state, on every
 * part, as the running emulator answers. The state around the command is the one it was made for:
 * keys are there, TempKey is what the mode wants, slots allow it. What is left is what the part and
 * the locks say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "ecc508a-emu.h"

enum prep {
	NOTHING,
	INPUT,
	RANDOM,
	GENDIG,
	GENKEY,
	SHA,
	SHA_HMAC,
	TK_KEY,
	BUFFERS
};

struct row {
	const char *name, *mode;
	uint8_t op, p1;
	uint16_t p2;
	unsigned int len;
	enum prep prep;
};

/* clang-format off */
static const struct row rows[] = {
	{ "AES", "encrypt, key in a slot", 0x51, 0x00, 14, 16, NOTHING },
	{ "AES", "decrypt, key in TempKey", 0x51, 0x01, 0xffff, 16, INPUT },
	{ "AES", "multiply for GCM", 0x51, 0x03, 0, 32, NOTHING },
	{ "CheckMac", "00 challenge", 0x28, 0x00, 4, 77, NOTHING },
	{ "CheckMac", "01 TempKey as challenge", 0x28, 0x01, 4, 77, RANDOM },
	{ "CheckMac", "02 TempKey as key", 0x28, 0x02, 4, 77, RANDOM },
	{ "Counter", "00 read", 0x24, 0x00, 0, 0, NOTHING },
	{ "Counter", "01 increment", 0x24, 0x01, 1, 0, NOTHING },
	{ "DeriveKey", "00 create, random nonce", 0x1c, 0x00, 3, 0, RANDOM },
	{ "DeriveKey", "04 create, input nonce", 0x1c, 0x04, 3, 0, INPUT },
	{ "ECDH", "00 as configured: output", 0x43, 0x00, 0, 64, NOTHING },
	{ "ECDH", "00 as configured: next slot", 0x43, 0x00, 2, 64, NOTHING },
	{ "ECDH", "08 to TempKey", 0x43, 0x08, 0, 64, NOTHING },
	{ "ECDH", "0C output", 0x43, 0x0c, 0, 64, NOTHING },
	{ "ECDH", "0D output, key in TempKey", 0x43, 0x0d, 0, 64, TK_KEY },
	{ "ECDH", "0E output, encrypted", 0x43, 0x0e, 0, 64, NOTHING },
	{ "GenDig", "00 configuration", 0x15, 0x00, 1, 0, INPUT },
	{ "GenDig", "01 OTP", 0x15, 0x01, 1, 0, INPUT },
	{ "GenDig", "02 key in a slot", 0x15, 0x02, 4, 0, INPUT },
	{ "GenDig", "03 shared nonce", 0x15, 0x03, 0, 32, INPUT },
	{ "GenDig", "04 counter", 0x15, 0x04, 0, 0, INPUT },
	{ "GenDig", "05 configuration of a key", 0x15, 0x05, 4, 0, INPUT },
	{ "GenKey", "00 public key", 0x40, 0x00, 0, 0, NOTHING },
	{ "GenKey", "04 create", 0x40, 0x04, 0, 0, NOTHING },
	{ "GenKey", "08 public key, digest", 0x40, 0x08, 0, 0, INPUT },
	{ "GenKey", "0C create, digest", 0x40, 0x0c, 0, 0, INPUT },
	{ "GenKey", "10 digest of a stored key", 0x40, 0x10, 9, 3, INPUT },
	{ "GenKey", "04 to TempKey (FFFF)", 0x40, 0x04, 0xffff, 0, NOTHING },
	{ "HMAC", "00", 0x11, 0x00, 4, 0, RANDOM },
	{ "HMAC", "40 with serial number", 0x11, 0x40, 4, 0, RANDOM },
	{ "Info", "00 revision", 0x30, 0x00, 0, 0, NOTHING },
	{ "Info", "01 key valid", 0x30, 0x01, 0, 0, NOTHING },
	{ "Info", "02 state", 0x30, 0x02, 0, 0, NOTHING },
	{ "Info", "03 GPIO", 0x30, 0x03, 0, 0, NOTHING },
	{ "Info", "04 persistent latch, read", 0x30, 0x04, 0, 0, NOTHING },
	{ "Info", "04 persistent latch, set, no permission", 0x30, 0x04, 3, 0, NOTHING },
	{ "KDF", "PRF, key in TempKey, output", 0x56, 0x10, 0, 20, INPUT },
	{ "KDF", "PRF, key in a slot, output", 0x56, 0x12, 4, 20, NOTHING },
	{ "KDF", "PRF, to TempKey", 0x56, 0x03, 0, 20, BUFFERS },
	{ "KDF", "PRF, to a slot", 0x56, 0x0b, 0x0800, 20, BUFFERS },
	{ "KDF", "AES, key in TempKey, output", 0x56, 0x30, 0, 20, INPUT },
	{ "KDF", "HKDF, key in TempKey, encrypted output", 0x56, 0x54, 0, 20, INPUT },
	{ "Lock", "80 configuration, no CRC", 0x17, 0x80, 0, 0, NOTHING },
	{ "Lock", "81 data and OTP, no CRC", 0x17, 0x81, 0, 0, NOTHING },
	{ "Lock", "00 configuration, wrong CRC", 0x17, 0x00, 0x1234, 0, NOTHING },
	{ "Lock", "22 slot 8", 0x17, 0x22, 0, 0, NOTHING },
	{ "MAC", "00 challenge", 0x08, 0x00, 4, 32, NOTHING },
	{ "MAC", "01 TempKey as challenge", 0x08, 0x01, 4, 0, RANDOM },
	{ "MAC", "06 TempKey as key", 0x08, 0x06, 4, 32, INPUT },
	{ "MAC", "41 with serial number", 0x08, 0x41, 4, 0, RANDOM },
	{ "Nonce", "00 random", 0x16, 0x00, 0, 20, NOTHING },
	{ "Nonce", "01 random, no seed update", 0x16, 0x01, 0, 20, NOTHING },
	{ "Nonce", "00 of TempKey (P2 8000)", 0x16, 0x00, 0x8000, 20, INPUT },
	{ "Nonce", "03 pass-through", 0x16, 0x03, 0, 32, NOTHING },
	{ "Nonce", "23 pass-through, 64 bytes", 0x16, 0x23, 0, 64, NOTHING },
	{ "Nonce", "43 to MsgDigBuf", 0x16, 0x43, 0, 32, NOTHING },
	{ "Nonce", "83 to AltKeyBuf", 0x16, 0x83, 0, 32, NOTHING },
	{ "Pause", "Selector matches", 0x01, 0x00, 0, 0, NOTHING },
	{ "PrivWrite", "00 clear", 0x46, 0x00, 1, 68, NOTHING },
	{ "PrivWrite", "40 encrypted", 0x46, 0x40, 1, 68, GENDIG },
	{ "Random", "00", 0x1b, 0x00, 0, 0, NOTHING },
	{ "Random", "01 no seed update", 0x1b, 0x01, 0, 0, NOTHING },
	{ "Read", "80 configuration, 32 bytes", 0x02, 0x80, 0, 0, NOTHING },
	{ "Read", "00 configuration, 4 bytes", 0x02, 0x00, 0, 0, NOTHING },
	{ "Read", "81 OTP, 32 bytes", 0x02, 0x81, 0, 0, NOTHING },
	{ "Read", "01 OTP, 4 bytes", 0x02, 0x01, 2, 0, NOTHING },
	{ "Read", "82 clear slot, 32 bytes", 0x02, 0x82, 8 << 3, 0, NOTHING },
	{ "Read", "02 clear slot, 4 bytes", 0x02, 0x02, 8 << 3, 0, NOTHING },
	{ "Read", "82 encrypted slot", 0x02, 0x82, 6 << 3, 0, GENDIG },
	{ "Read", "82 private slot", 0x02, 0x82, 0, 0, NOTHING },
	{ "SecureBoot", "05 Full", 0x80, 0x05, 0, 96, NOTHING },
	{ "SecureBoot", "06 FullStore", 0x80, 0x06, 0, 32, NOTHING },
	{ "SecureBoot", "07 FullCopy", 0x80, 0x07, 0, 96, NOTHING },
	{ "SelfTest", "3D all", 0x77, 0x3d, 0, 0, NOTHING },
	{ "SelfTest", "00 failure register", 0x77, 0x00, 0, 0, NOTHING },
	{ "SHA", "00 start", 0x47, 0x00, 0, 0, NOTHING },
	{ "SHA", "01 update, 64 bytes", 0x47, 0x01, 64, 64, SHA },
	{ "SHA", "01 update, 10 bytes", 0x47, 0x01, 10, 10, SHA },
	{ "SHA", "02 end", 0x47, 0x02, 10, 10, SHA },
	{ "SHA", "42 end, to MsgDigBuf", 0x47, 0x42, 10, 10, SHA },
	{ "SHA", "03 public key of a slot", 0x47, 0x03, 9, 0, SHA },
	{ "SHA", "04 HMAC start, key in a slot", 0x47, 0x04, 4, 0, NOTHING },
	{ "SHA", "04 HMAC start, key in TempKey (FFFF)", 0x47, 0x04, 0xffff, 0, INPUT },
	{ "SHA", "05 HMAC end", 0x47, 0x05, 10, 10, SHA_HMAC },
	{ "SHA", "02 HMAC end", 0x47, 0x02, 10, 10, SHA_HMAC },
	{ "SHA", "06 read context", 0x47, 0x06, 0, 0, SHA },
	{ "SHA", "07 write context", 0x47, 0x07, 36, 36, NOTHING },
	{ "Sign", "80 external", 0x41, 0x80, 0, 0, INPUT },
	{ "Sign", "A0 external, from MsgDigBuf", 0x41, 0xa0, 0, 0, BUFFERS },
	{ "Sign", "00 internal, after GenDig", 0x41, 0x00, 0, 0, GENDIG },
	{ "Sign", "40 internal with serial number, after GenKey", 0x41, 0x40, 0, 0, GENKEY },
	{ "UpdateExtra", "00 UserExtra", 0x20, 0x00, 0x5a, 0, NOTHING },
	{ "UpdateExtra", "01 Selector / UserExtraAdd", 0x20, 0x01, 0x5a, 0, NOTHING },
	{ "UpdateExtra", "02 use up one count", 0x20, 0x02, 13, 0, NOTHING },
	{ "Verify", "00 stored key", 0x45, 0x00, 9, 64, INPUT },
	{ "Verify", "02 external key", 0x45, 0x02, 4, 128, INPUT },
	{ "Verify", "22 external key, digest in MsgDigBuf", 0x45, 0x22, 4, 128, BUFFERS },
	{ "Verify", "82 external key, answer with MAC", 0x45, 0x82, 4, 128, INPUT },
	{ "Write", "00 configuration, 4 bytes", 0x12, 0x00, 5, 4, NOTHING },
	{ "Write", "80 configuration block 1", 0x12, 0x80, 8, 32, NOTHING },
	{ "Write", "80 configuration block 0", 0x12, 0x80, 0, 32, NOTHING },
	{ "Write", "81 OTP, 32 bytes", 0x12, 0x81, 0, 32, NOTHING },
	{ "Write", "01 OTP, 4 bytes, OTPmode consumption", 0x12, 0x01, 0, 4, NOTHING },
	{ "Write", "82 clear slot, 32 bytes", 0x12, 0x82, 8 << 3, 32, NOTHING },
	{ "Write", "02 clear slot, 4 bytes", 0x12, 0x02, 8 << 3, 4, NOTHING },
	{ "Write", "82 slot that wants encryption", 0x12, 0x82, 6 << 3, 32, NOTHING },
	{ "Write", "C2 encrypted", 0x12, 0xc2, 6 << 3, 64, GENDIG },
	{ "Write", "C1 OTP, encrypted", 0x12, 0xc1, 0, 64, GENDIG },
	{ "Write", "82 private slot", 0x12, 0x82, 0, 32, NOTHING },
};
/* clang-format on */

struct unit {
	struct ecc508a_emu_bus *bus;
	struct ecc508a_emu_chip *chip;
	uint8_t rsp[160];
	unsigned int len;
	uint8_t rs[64], pub[64], digest[32];
};

static void command(struct unit *u, uint8_t op, uint8_t p1, uint16_t p2, const uint8_t *data,
		    unsigned int len)
{
	uint8_t buf[256] = { 3, (uint8_t)(len + 7), op, p1, (uint8_t)p2, (uint8_t)(p2 >> 8) };
	uint16_t crc;

	memcpy(buf + 6, data, len);
	crc = ecc508a_emu_crc16(buf + 1, len + 5);
	buf[len + 6] = (uint8_t)crc;
	buf[len + 7] = (uint8_t)(crc >> 8);
	u->len = 0;
	if (ecc508a_emu_write(u->bus, 0x60, buf, len + 8, 400000) != (int)len + 8 ||
	    ecc508a_emu_read(u->bus, 0x60, buf, 150, 400000) != 150 || buf[0] > 120)
		exit(2);
	u->len = buf[0] - 3U;
	memcpy(u->rsp, buf + 1, u->len);
}

static void poke16(struct unit *u, unsigned int off, uint16_t value)
{
	uint8_t le[2] = { (uint8_t)value, (uint8_t)(value >> 8) };

	ecc508a_emu_chip_poke(u->chip, ECC508A_EMU_CONFIG, off, le, 2);
}

static void locks(struct unit *u, int lock)
{
	poke16(u, 86, (uint16_t)((lock > 1 ? 0x00 : 0x55) | (lock > 0 ? 0x00 : 0x55) << 8));
}

/* A chip on which everything is allowed that can be; all slots that can have keys do. */
static void make(struct unit *u, int part, int lock)
{
	static const uint8_t serial[9] = { 0x01, 0x23, 1, 2, 3, 4, 5, 6, 0xee };
	static const uint16_t slots[16][2] = {
		{ 0x2087, 0x0033 }, { 0x6487, 0x0033 }, { 0x208f, 0x0033 }, { 0x3480, 0x003c },
		{ 0x0f0f, 0x003c }, { 0x0f0f, 0x003c }, { 0x44c4, 0x003c }, { 0x0f0f, 0x003c },
		{ 0x0f0f, 0x003c }, { 0x0f0f, 0x0030 }, { 0x0f0f, 0x0032 }, { 0x0f0f, 0x003c },
		{ 0x0f0f, 0x003c }, { 0x0f2f, 0x003c }, { 0x0f0f, 0x0038 }, { 0x0f0f, 0x003c },
	};
	uint8_t byte, value[72] = { 0 }, zero[40] = { 0 };

	u->bus = ecc508a_emu_bus_new();
	ecc508a_emu_chip_new(u->bus, (enum ecc508a_emu_part)part, serial, &u->chip);
	ecc508a_emu_chip_set_seed(u->chip, "table", 5);
	ecc508a_emu_chip_set(u->chip, ECC508A_EMU_P_EXEC, ECC508A_EMU_EXEC_ZERO);
	for (unsigned int i = 0; i < 16; i++) {
		poke16(u, 20 + 2 * i, slots[i][0]);
		poke16(u, 96 + 2 * i, slots[i][1]);
	}
	byte = 0x01;
	ecc508a_emu_chip_poke(u->chip, ECC508A_EMU_CONFIG, 13, &byte, 1);
	if (part == ECC508A_EMU_508A) {
		byte = 0x55;
		ecc508a_emu_chip_poke(u->chip, ECC508A_EMU_CONFIG, 18, &byte, 1);
	} else {
		poke16(u, 90, 0x4006);
		poke16(u, 70, 0x9b03); /* FullDig, digest in 11, key in 9 */
	}
	ecc508a_emu_bus_sda_low(u->bus, 60000);
	ecc508a_emu_bus_advance(u->bus, 2000000);
	locks(u, 2);
	for (uint16_t slot = 0; slot < 3; slot++)
		command(u, 0x40, 0x04, slot, zero, 0);
	command(u, 0x40, 0x00, 0, zero, 0);
	memcpy(u->pub, u->rsp, 64);
	memcpy(value + 4, u->pub, 32);
	memcpy(value + 40, u->pub + 32, 32);
	ecc508a_emu_chip_poke(u->chip, ECC508A_EMU_SLOT0 + 9, 0, value, 72);
	ecc508a_emu_chip_poke(u->chip, ECC508A_EMU_SLOT0 + 11, 0, zero, 32);
	memset(u->digest, 0, 32);
	command(u, 0x16, 0x03, 0, u->digest, 32);
	command(u, 0x41, 0x80, 0, zero, 0);
	memcpy(u->rs, u->rsp, 64);
	locks(u, lock);
}

static void prepare(struct unit *u, enum prep prep)
{
	uint8_t zero[64] = { 0 };

	switch (prep) {
	case INPUT:
		command(u, 0x16, 0x43, 0, zero, 32);
		command(u, 0x16, 0x03, 0, zero, 32);
		break;
	case RANDOM:
	case GENDIG:
		command(u, 0x16, 0x00, 0, zero, 20);
		if (prep == GENDIG)
			command(u, 0x15, 0x02, 4, zero, 0);
		break;
	case GENKEY:
		command(u, 0x16, 0x00, 0, zero, 20);
		command(u, 0x40, 0x08, 0, zero, 0);
		break;
	case SHA:
		command(u, 0x47, 0x00, 0, zero, 0);
		break;
	case SHA_HMAC:
		command(u, 0x47, 0x04, 4, zero, 0);
		break;
	case TK_KEY:
		command(u, 0x40, 0x04, 0xffff, zero, 0);
		break;
	case BUFFERS:
		command(u, 0x16, 0x43, 0, zero, 32);
		command(u, 0x16, 0x83, 0, zero, 32);
		break;
	default:
		break;
	}
}

/* Ciphertext and MAC of @len bytes at @data, for the TempKey the chip has. */
static void seal(struct unit *u, const struct row *r, uint8_t *data, unsigned int len)
{
	uint8_t m[128] = { 0 }, pad[64];
	struct ecc508a_emu_status st;
	unsigned int at = 39 + (r->op == 0x46 ? 21 : 25);

	ecc508a_emu_chip_status(u->chip, &st);
	memcpy(pad, st.tempkey.value, 32);
	EVP_Q_digest(NULL, "SHA256", NULL, pad, 32, pad + 32, NULL);
	memcpy(m, pad, 32);
	m[32] = r->op;
	m[33] = r->p1;
	m[34] = (uint8_t)r->p2;
	m[35] = (uint8_t)(r->p2 >> 8);
	m[36] = st.serial[8];
	m[37] = st.serial[0];
	m[38] = st.serial[1];
	memcpy(m + at, data, len);
	EVP_Q_digest(NULL, "SHA256", NULL, m, at + len, data + len, NULL);
	for (unsigned int i = 0; i < len; i++)
		data[i] ^= pad[i];
}

static void fill(struct unit *u, const struct row *r, uint8_t data[160])
{
	memset(data, 0, 160);
	switch (r->op) {
	case 0x43:
		memcpy(data, u->pub, 64);
		break;
	case 0x45:
		memcpy(data, u->rs, 64);
		memcpy(data + 64, u->pub, 64);
		break;
	case 0x12:
		if (r->len == 64)
			seal(u, r, data, 32);
		break;
	case 0x46:
		data[35] = 1;
		if (r->p1 == 0x40)
			seal(u, r, data, 36);
		break;
	case 0x56:
		data[0] = r->p1 >> 5 == 2 ? 2 : 1;
		data[3] = 16;
		break;
	case 0x80:
		memcpy(data + 32, u->rs, 64);
		break;
	}
}

static void cell(const struct row *r, int part, int lock)
{
	struct unit u;
	uint8_t data[160];

	make(&u, part, lock);
	prepare(&u, r->prep);
	fill(&u, r, data);
	command(&u, r->op, r->p1, r->p2, data, r->len);
	if (u.len == 1)
		printf("     - ``%02X``\n", u.rsp[0]);
	else
		printf("     - %u bytes\n", u.len);
	ecc508a_emu_bus_free(u.bus);
}

int main(void)
{
	static const char *const titles[] = { "ATECC508A", "ATECC608A", "ATECC608B" };

	printf(".. SPDX-License-Identifier: Apache-2.0\n"
	       ".. SPDX-FileCopyrightText: 2026 The ecc508a authors\n"
	       ".. Generated by emulator/chip/tests/table.c from the running emulator: do not "
	       "edit.\n\n"
	       "Commands by lock state\n"
	       "======================\n\n"
	       "What the emulator answers to each command and mode, on a chip whose slots allow "
	       "what can be allowed\n"
	       "and whose TempKey is what the mode wants: 0 for success without data, the number "
	       "of bytes for data,\n"
	       "otherwise the status code. ``03`` is a parse error (the part does not know the "
	       "mode), ``0F`` an\n"
	       "execution error (not in this state), ``01`` a comparison that failed (CheckMac and "
	       "SecureBoot are\n"
	       "asked with wrong data here). The columns are the lock states a chip goes through: "
	       "nothing locked,\n"
	       "configuration locked, configuration and data locked.\n");
	for (int part = 0; part < ECC508A_EMU_PARTS; part++) {
		printf("\n%s\n---------\n\n.. list-table::\n   :header-rows: 1\n\n"
		       "   * - Command\n     - Mode\n     - unlocked\n     - config\n     - "
		       "config, data\n",
		       titles[part]);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			printf("   * - %s\n     - %s\n", rows[i].name, rows[i].mode);
			for (int lock = 0; lock < 3; lock++)
				cell(&rows[i], part, lock);
		}
	}
	return 0;
}
