// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Decoding of the configuration zone (data sheet tables 2-5, 2-6 and 2-12). */
#include "config.h"

/* SlotConfig */
#define SC_READ_KEY	0x000f
#define SC_NO_MAC	(1 << 4)
#define SC_LIMITED_USE	(1 << 5)
#define SC_ENCRYPT_READ (1 << 6)
#define SC_IS_SECRET	(1 << 7)
#define SC_GENKEY	(1 << 13)
#define SC_PRIVWRITE	(1 << 14)

/* KeyConfig */
#define KC_PRIVATE    (1 << 0)
#define KC_PUB_INFO   (1 << 1)
#define KC_LOCKABLE   (1 << 5)
#define KC_REQ_RANDOM (1 << 6)
#define KC_REQ_AUTH   (1 << 7)
#define KC_INTRUSION  (1 << 12)

/* ChipMode, byte 19 */
#define CHIP_MODE_USER_ADDRESS	(1 << 0)
#define CHIP_MODE_LONG_WATCHDOG (1 << 2)

static u16 word_at(const u8 *config, unsigned int offset)
{
	return config[offset] | config[offset + 1] << 8;
}

u16 ecc_slot_size(unsigned int slot)
{
	if (slot < 8)
		return 36;
	if (slot == 8)
		return 416;
	return slot < ECC_SLOTS ? 72 : 0;
}

void ecc_config_slot(const u8 config[ECC_CONFIG_SIZE], unsigned int slot, struct ecc_slot *out)
{
	u16 sc, kc;

	memset(out, 0, sizeof(*out));
	if (slot >= ECC_SLOTS)
		return;
	sc = word_at(config, ECC_CFG_SLOT_CONFIG + 2 * slot);
	kc = word_at(config, ECC_CFG_KEY_CONFIG + 2 * slot);
	out->slot_config = sc;
	out->key_config = kc;
	out->read_key = sc & SC_READ_KEY;
	out->no_mac = sc & SC_NO_MAC;
	out->limited_use = sc & SC_LIMITED_USE;
	out->encrypt_read = sc & SC_ENCRYPT_READ;
	out->is_secret = sc & SC_IS_SECRET;
	out->write_key = sc >> 8 & 0xf;
	out->write_config = sc >> 12;
	out->is_private = kc & KC_PRIVATE;
	out->pub_info = kc & KC_PUB_INFO;
	out->key_type = kc >> 2 & 7;
	out->lockable = kc & KC_LOCKABLE;
	out->req_random = kc & KC_REQ_RANDOM;
	out->req_auth = kc & KC_REQ_AUTH;
	out->auth_key = kc >> 8 & 0xf;
	out->intrusion_disable = kc & KC_INTRUSION;
	out->x509_id = kc >> 14;
	out->locked = !(word_at(config, ECC_CFG_SLOT_LOCKED) >> slot & 1);
	out->size = ecc_slot_size(slot);
	if (out->is_private) {
		out->ext_sign = sc & 1;
		out->int_sign = sc & 2;
		out->ecdh = sc & 4;
		out->ecdh_to_slot = sc & 8;
		out->genkey_allowed = sc & SC_GENKEY;
		out->privwrite_allowed = sc & SC_PRIVWRITE;
	}
}

bool ecc_config_locked(const u8 config[ECC_CONFIG_SIZE])
{
	return config[ECC_CFG_LOCK_CONFIG] != ECC_CFG_UNLOCKED;
}

bool ecc_config_data_locked(const u8 config[ECC_CONFIG_SIZE])
{
	return config[ECC_CFG_LOCK_VALUE] != ECC_CFG_UNLOCKED;
}

void ecc_config_serial(const u8 config[ECC_CONFIG_SIZE], u8 serial[9])
{
	memcpy(serial, config, 4);
	memcpy(serial + 4, config + 8, 5);
}

u8 ecc_config_address(const u8 config[ECC_CONFIG_SIZE])
{
	enum ecc_part part = ecc_part_from_revision(config + ECC_CFG_REVISION);

	/* 608 only: byte 85 wins if ChipMode bit 0 says so and it was set */
	if ((part == ECC_PART_608A || part == ECC_PART_608B) &&
	    (config[ECC_CFG_CHIP_MODE] & CHIP_MODE_USER_ADDRESS) && config[ECC_CFG_SELECTOR])
		return config[ECC_CFG_SELECTOR] >> 1;
	return config[ECC_CFG_I2C_ADDRESS] >> 1;
}

/*
 * tWATCHDOG is 0.7 to 1.7 s around 1.3 (data sheet table 8-2).  The long one is 10 s
 * (508A) or 13 s (608) without limits; the same spread below 10 s is taken for both.
 */
u32 ecc_config_watchdog_ms(const u8 config[ECC_CONFIG_SIZE])
{
	return config[ECC_CFG_CHIP_MODE] & CHIP_MODE_LONG_WATCHDOG ? 5300 : 700;
}

bool ecc_config_writable(unsigned int offset)
{
	return (offset >= ECC_CFG_I2C_ADDRESS && offset < ECC_CFG_USER_EXTRA) ||
	       (offset >= ECC_CFG_SLOT_LOCKED && offset < ECC_CONFIG_SIZE);
}

bool ecc_config_slot_in_lock_crc(const u8 config[ECC_CONFIG_SIZE], unsigned int slot)
{
	return slot < ECC_SLOTS && !(config[ECC_CFG_KEY_CONFIG + 2 * slot] & KC_PRIVATE);
}

/*
 * A counter is two unary halves that take turns, so that an interrupted increment loses at
 * most one: bits cleared from the left in bytes 0-1 while n mod 32 is 0 to 15 and in bytes
 * 2-3 while it is 16 to 31, with the number of rounds of each half in bytes 4-5 and 6-7.
 */
static u16 counter_bits(u32 n)
{
	return n < 16 ? 0xffff >> n : 0;
}

void ecc_counter_encode(u32 value, u8 raw[8])
{
	u16 half[4] = {
		counter_bits(value % 32),
		value >= 16 ? counter_bits((value - 16) % 32) : 0xffff,
		value / 32,
		value >= 16 ? (value - 16) / 32 : 0,
	};
	int i;

	for (i = 0; i < 4; i++) {
		raw[2 * i] = half[i] >> 8;
		raw[2 * i + 1] = half[i] & 0xff;
	}
}

static unsigned int cleared_bits(u16 bits)
{
	unsigned int n = 0;

	while (n < 16 && !(bits & 0x8000)) {
		bits <<= 1;
		n++;
	}
	return n;
}

int ecc_counter_decode(const u8 raw[8], u32 *value)
{
	unsigned int low = cleared_bits(raw[0] << 8 | raw[1]);
	u8 check[8];
	u32 n;

	n = (u32)(raw[4] << 8 | raw[5]) * 32 + low;
	if (low == 16)
		n += cleared_bits(raw[2] << 8 | raw[3]);
	if (n > ECC_COUNTER_MAX)
		return -EINVAL;
	ecc_counter_encode(n, check);
	if (memcmp(check, raw, sizeof(check)))
		return -EINVAL;
	*value = n;
	return 0;
}
