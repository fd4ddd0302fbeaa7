// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * What the chip will refuse, from the configuration zone alone (data sheet chapters 2.2, 2.4
 * and 9; for the 608 what Microchip's public documents say).  Checked in the order that a
 * user can act upon: is it a command, is the zone ready, is it the right kind of slot, does
 * the slot permit it.
 */
#include "policy.h"

/* Which private-key question a command asks */
struct check {
	const u8 *config;
	enum ecc_part part;
	const struct ecc_cmd *cmd;
	struct ecc_slot s;
	struct ecc_verdict *out;
	bool config_locked, data_locked;
};

#define TEMPKEY_SLOT	    0xffff
#define DATA_ADDRESS_UNUSED 0xf080 /* bits of Param2 that mean nothing in the data zone */

static bool is_608(const struct check *c)
{
	return c->part == ECC_PART_608A || c->part == ECC_PART_608B;
}

static void use_slot(struct check *c, unsigned int slot)
{
	c->out->slot = slot & 0xf;
	ecc_config_slot(c->config, slot & 0xf, &c->s);
}

/* Legal whatever the state, or 0x03 */
static enum ecc_reason shape(const struct check *c, u8 legal_p1, size_t len)
{
	if (c->cmd->p1 & ~legal_p1)
		return ECC_REASON_BAD_MODE;
	return c->cmd->len == len ? ECC_REASON_OK : ECC_REASON_BAD_LENGTH;
}

static enum ecc_reason private_key(const struct check *c)
{
	if (!c->config_locked)
		return ECC_REASON_CONFIG_UNLOCKED;
	if (!c->s.is_private)
		return ECC_REASON_NOT_PRIVATE;
	if (c->s.key_type != ECC_KEY_TYPE_P256)
		return ECC_REASON_NOT_P256;
	if (!c->s.is_secret)
		return ECC_REASON_NOT_SECRET_FLAG;
	return ECC_REASON_OK;
}

/* What the use of the slot's key hangs on; policies bind only once the data zone is locked */
static void key_conditions(struct check *c, bool random, bool latch, bool count)
{
	if (!c->data_locked)
		return;
	c->out->needs_auth = c->s.req_auth;
	c->out->needs_random = random && c->s.req_random;
	c->out->needs_latch = latch && c->s.intrusion_disable;
	c->out->limited = count && c->s.limited_use;
}

/* A symmetric secret for MAC and friends */
static enum ecc_reason secret_key(struct check *c)
{
	use_slot(c, c->cmd->p2);
	if (!c->config_locked)
		return ECC_REASON_CONFIG_UNLOCKED;
	if (c->s.is_private)
		return ECC_REASON_IS_PRIVATE;
	key_conditions(c, true, true, true);
	return ECC_REASON_OK;
}

/* A slot that can hold a public key of P-256 */
static enum ecc_reason public_key(const struct check *c)
{
	if (!c->config_locked)
		return ECC_REASON_CONFIG_UNLOCKED;
	if (c->s.is_private || c->out->slot < 8)
		return ECC_REASON_IS_PUBLIC_STORED;
	return c->s.key_type == ECC_KEY_TYPE_P256 ? ECC_REASON_OK : ECC_REASON_NOT_P256;
}

static unsigned int blocks(unsigned int slot)
{
	return (ecc_slot_size(slot) + 31) / 32;
}

/* Data zone: block << 8 | slot << 3 | word */
static bool data_address_ok(const struct check *c, bool word_access)
{
	unsigned int block = c->cmd->p2 >> 8, word = c->cmd->p2 & 7, slot = c->out->slot;

	if (block >= blocks(slot))
		return false;
	return !word_access || block * 32 + word * 4 < ecc_slot_size(slot);
}

static enum ecc_reason check_info(struct check *c)
{
	if (c->cmd->len)
		return ECC_REASON_BAD_LENGTH;
	switch (c->cmd->p1) {
	case 0:
	case 2:
		return ECC_REASON_OK;
	case 1:
		if (c->cmd->p2 >= ECC_SLOTS)
			return ECC_REASON_BAD_MODE;
		use_slot(c, c->cmd->p2);
		return ECC_REASON_OK;
	case 3: /* GPIO: not on parts with I2C; the chip then says 0x0f */
		return ECC_REASON_BAD_ADDRESS;
	case 4: /* the persistent latch: read, clear, set */
		if (!is_608(c) || c->cmd->p2 == 1 || c->cmd->p2 > 3)
			return ECC_REASON_BAD_MODE;
		c->out->needs_auth = c->cmd->p2;
		if (c->cmd->p2 && !(c->config[69] & 0x80))
			return ECC_REASON_NEEDS_AUTH;
		return ECC_REASON_OK;
	default:
		return ECC_REASON_BAD_MODE;
	}
}

static enum ecc_reason check_read(struct check *c)
{
	bool word = !(c->cmd->p1 & 0x80);
	enum ecc_reason r = shape(c, 0x83, 0);

	if (r)
		return r;
	switch (c->cmd->p1 & 3) {
	case 0:
		return c->cmd->p2 > 0x1f ? ECC_REASON_BAD_MODE : ECC_REASON_OK;
	case 1:
		if (c->cmd->p2 > 0x0f)
			return ECC_REASON_BAD_MODE;
		break;
	case 2:
		if (c->cmd->p2 & DATA_ADDRESS_UNUSED)
			return ECC_REASON_BAD_MODE;
		use_slot(c, c->cmd->p2 >> 3);
		break;
	default:
		return ECC_REASON_BAD_MODE;
	}
	if (!c->config_locked)
		return ECC_REASON_CONFIG_UNLOCKED;
	if (!c->data_locked)
		return ECC_REASON_DATA_UNLOCKED;
	if ((c->cmd->p1 & 3) == 1)
		return ECC_REASON_OK;
	if (c->s.is_private)
		return ECC_REASON_IS_PRIVATE;
	if (!data_address_ok(c, word))
		return ECC_REASON_BAD_ADDRESS;
	/* EncryptRead without IsSecret is a setting that the data sheet prohibits */
	if (!c->s.is_secret)
		return c->s.encrypt_read ? ECC_REASON_READ_SECRET : ECC_REASON_OK;
	if (!c->s.encrypt_read)
		return ECC_REASON_READ_SECRET;
	if (word)
		return ECC_REASON_WORD_ACCESS;
	c->out->needs_tempkey = true;
	return ECC_REASON_READ_ENCRYPTED;
}

static enum ecc_reason write_config(struct check *c, bool word)
{
	unsigned int first = c->cmd->p2 * 4, n = 4, i;

	if (c->config_locked)
		return ECC_REASON_CONFIG_LOCKED;
	if (!word) {
		first &= ~31u;
		n = 32;
	}
	for (i = first; i < first + n; i++) {
		if (!ecc_config_writable(i))
			return ECC_REASON_BAD_ADDRESS;
	}
	return ECC_REASON_OK;
}

static enum ecc_reason write_otp(struct check *c, bool word)
{
	if (!c->config_locked)
		return ECC_REASON_CONFIG_UNLOCKED;
	if (!c->data_locked) {
		c->out->needs_tempkey = c->cmd->p1 & 0x40;
		return word ? ECC_REASON_WORD_ACCESS : ECC_REASON_OK;
	}
	/* Consumption mode of the 508A: bits can still be cleared */
	if (c->part == ECC_PART_508A && c->config[ECC_CFG_OTP_MODE] == 0x55 && !(c->cmd->p1 & 0x40))
		return ECC_REASON_OK;
	return ECC_REASON_OTP_MODE;
}

static enum ecc_reason write_data(struct check *c, bool word, bool mac)
{
	if (!c->config_locked)
		return ECC_REASON_CONFIG_UNLOCKED;
	if (c->s.is_private)
		return ECC_REASON_IS_PRIVATE;
	if (!data_address_ok(c, word))
		return ECC_REASON_BAD_ADDRESS;
	if (c->s.locked)
		return ECC_REASON_SLOT_LOCKED;
	if (!c->data_locked) {
		c->out->needs_tempkey = c->cmd->p1 & 0x40;
		return word ? ECC_REASON_WORD_ACCESS : ECC_REASON_OK;
	}
	if (c->s.write_config & 4) {
		if (word)
			return ECC_REASON_WORD_ACCESS;
		c->out->needs_tempkey = true;
		return mac ? ECC_REASON_OK : ECC_REASON_WRITE_ENCRYPTED;
	}
	if (c->s.write_config > 1)
		return ECC_REASON_WRITE_NEVER;
	if (mac) /* an encrypted write to a slot that takes clear ones */
		return ECC_REASON_WRITE_CLEAR;
	if (word && (c->s.is_secret || c->s.write_config))
		return ECC_REASON_WORD_ACCESS;
	c->out->pub_invalid = c->s.write_config == 1 && c->s.pub_info;
	return ECC_REASON_OK;
}

static enum ecc_reason check_write(struct check *c)
{
	bool word = !(c->cmd->p1 & 0x80), encrypted = c->cmd->p1 & 0x40;
	bool mac = c->cmd->len == 64;
	u8 zone = c->cmd->p1 & 3;

	if (c->cmd->p1 & ~0xc3)
		return ECC_REASON_BAD_MODE;
	if (word ? encrypted || c->cmd->len != 4 : !mac && (encrypted || c->cmd->len != 32))
		return ECC_REASON_BAD_LENGTH;
	/* A MAC without bit 6 only where the bit does not matter; the configuration has none */
	if (mac && (!zone || (!encrypted && (zone == 1 || !c->data_locked))))
		return ECC_REASON_BAD_LENGTH;
	switch (c->cmd->p1 & 3) {
	case 0:
		return c->cmd->p2 > 0x1f ? ECC_REASON_BAD_MODE : write_config(c, word);
	case 1:
		return c->cmd->p2 > 0x0f ? ECC_REASON_BAD_MODE : write_otp(c, word);
	case 2:
		if (c->cmd->p2 & DATA_ADDRESS_UNUSED)
			return ECC_REASON_BAD_MODE;
		use_slot(c, c->cmd->p2 >> 3);
		return write_data(c, word, mac);
	default:
		return ECC_REASON_BAD_MODE;
	}
}

static enum ecc_reason check_lock(struct check *c)
{
	enum ecc_reason r = shape(c, 0xbf, 0);

	if (r)
		return r;
	if ((c->cmd->p1 & 3) != 2 && (c->cmd->p1 & 0x3c))
		return ECC_REASON_BAD_MODE;
	switch (c->cmd->p1 & 3) {
	case 0:
		return c->config_locked ? ECC_REASON_CONFIG_LOCKED : ECC_REASON_OK;
	case 1:
		if (!c->config_locked)
			return ECC_REASON_CONFIG_UNLOCKED;
		return c->data_locked ? ECC_REASON_DATA_LOCKED : ECC_REASON_OK;
	case 2:
		use_slot(c, c->cmd->p1 >> 2);
		if (!c->config_locked)
			return ECC_REASON_CONFIG_UNLOCKED;
		if (!c->s.lockable)
			return ECC_REASON_NOT_LOCKABLE;
		return c->s.locked ? ECC_REASON_SLOT_LOCKED : ECC_REASON_OK;
	default:
		return ECC_REASON_BAD_MODE;
	}
}

static enum ecc_reason check_random(struct check *c)
{
	enum ecc_reason r = shape(c, 0x01, 0);

	return !r && c->cmd->p2 ? ECC_REASON_BAD_MODE : r;
}

static enum ecc_reason check_nonce(struct check *c)
{
	u8 mode = c->cmd->p1 & 3;

	if (mode == 2)
		return ECC_REASON_BAD_MODE;
	if (mode != 3) {
		c->out->needs_tempkey = c->cmd->p2 & 0x8000;
		return c->cmd->p2 & 0x7fff ? ECC_REASON_BAD_MODE : shape(c, 0x03, 20);
	}
	if (c->cmd->p2)
		return ECC_REASON_BAD_MODE;
	if (!is_608(c))
		return shape(c, 0x03, 32);
	if ((c->cmd->p1 & 0xc0) == 0xc0 || (c->cmd->p1 & 0xe0) == 0xa0)
		return ECC_REASON_BAD_MODE;
	return shape(c, 0xe3, c->cmd->p1 & 0x20 ? 64 : 32);
}

static enum ecc_reason check_genkey(struct check *c)
{
	bool create = c->cmd->p1 & 0x04, digest = c->cmd->p1 & 0x08;
	enum ecc_reason r;

	if (c->cmd->p1 & ~0x1c)
		return ECC_REASON_BAD_MODE;
	if (is_608(c) && c->cmd->p2 == TEMPKEY_SLOT) {
		r = c->cmd->p1 == 0x04 ? shape(c, 0x04, 0) : ECC_REASON_BAD_MODE;
		return r ? r : c->config_locked ? ECC_REASON_OK : ECC_REASON_CONFIG_UNLOCKED;
	}
	use_slot(c, c->cmd->p2);
	/* Bit 4, the digest of a stored public key, overrides the others */
	if (c->cmd->p1 & 0x10) {
		r = shape(c, 0x1c, 3);
		if (!r)
			r = public_key(c);
		if (!r)
			key_conditions(c, true, false, false);
		c->out->needs_tempkey = true;
		return r;
	}
	r = shape(c, 0x0c, 0);
	if (!r)
		r = private_key(c);
	if (r)
		return r;
	if (create) {
		if (c->s.locked)
			return ECC_REASON_SLOT_LOCKED;
		if (c->data_locked && !c->s.genkey_allowed)
			return ECC_REASON_GENKEY_FORBIDDEN;
	} else if (c->data_locked && !c->s.pub_info) {
		return ECC_REASON_PUBINFO;
	}
	c->out->needs_tempkey = digest;
	/* A 508A makes and shows keys in spite of its intrusion latch */
	key_conditions(c, digest, !create && is_608(c), false);
	return ECC_REASON_OK;
}

static enum ecc_reason check_sign(struct check *c)
{
	bool external = c->cmd->p1 & 0x80;
	enum ecc_reason r = shape(c, is_608(c) && external ? 0xe1 : 0xc1, 0);

	if (r)
		return r;
	use_slot(c, c->cmd->p2);
	r = private_key(c);
	if (r)
		return r;
	if (external) {
		if (c->data_locked && !c->s.ext_sign)
			return ECC_REASON_EXT_SIGN;
	} else {
		if (!c->data_locked)
			return ECC_REASON_DATA_UNLOCKED;
		if (!c->s.int_sign)
			return ECC_REASON_INT_SIGN;
	}
	key_conditions(c, false, true, true);
	c->out->needs_tempkey = true;
	return ECC_REASON_OK;
}

/* Whether the slot is open to Validate (3), Invalidate (7) or ValidateExternal (1) */
static enum ecc_reason validatable(struct check *c, u8 mode)
{
	unsigned int format = c->config[ECC_CFG_X509_FORMAT + c->s.x509_id];
	enum ecc_reason r = public_key(c);

	if (r)
		return r;
	if (!c->s.pub_info || (mode == 1 ? !format : format))
		return ECC_REASON_VALIDATE;
	/* The rest hangs on the parent, the slot that ReadKey names */
	use_slot(c, c->s.read_key);
	r = public_key(c);
	if (!r)
		key_conditions(c, true, true, true);
	return r;
}

static enum ecc_reason check_verify(struct check *c)
{
	u8 mode = c->cmd->p1 & 7, legal = is_608(c) && !(mode & 1) ? 0xa7 : 0x07;
	size_t len = mode == 2 ? 128 : mode < 2 ? 64 : 83;
	enum ecc_reason r;

	if (mode > 3 && mode != 7)
		return ECC_REASON_BAD_MODE;
	r = shape(c, legal, len);
	if (r)
		return r;
	c->out->needs_tempkey = true;
	if (mode == 2)
		return c->cmd->p2 == ECC_KEY_TYPE_P256 ? ECC_REASON_OK : ECC_REASON_BAD_MODE;
	use_slot(c, c->cmd->p2);
	if (mode)
		return validatable(c, mode);
	r = public_key(c);
	if (!r)
		key_conditions(c, true, true, true);
	return r;
}

/* ChipOptions switch the IO protection key on (bit 1) and say where it is (bits 15:12) */
static bool io_key(const struct check *c)
{
	unsigned int slot = c->config[ECC_CFG_CHIP_OPTIONS + 1] >> 4;
	struct ecc_slot key;

	ecc_config_slot(c->config, slot, &key);
	return (c->config[ECC_CFG_CHIP_OPTIONS] & 2) && !key.is_private;
}

/* Where the secret goes, and whether it may */
static enum ecc_reason ecdh_target(struct check *c)
{
	unsigned int prot = c->config[ECC_CFG_CHIP_OPTIONS + 1] & 3;
	bool encrypt = c->cmd->p1 & 2, to_slot, output;
	u8 to = c->cmd->p1 & 0x0c;
	struct ecc_slot next;

	to_slot = to == 0x04 || (!to && c->s.ecdh_to_slot);
	output = to == 0x0c || (!to && !c->s.ecdh_to_slot);
	/* UNCONFIRMED: that a mode of the 608 cannot overrule SlotConfig bit 3 */
	if (!(c->cmd->p1 & 1) && c->data_locked &&
	    ((to == 0x04 && !c->s.ecdh_to_slot) || (to == 0x0c && c->s.ecdh_to_slot)))
		return ECC_REASON_ECDH_TO_SLOT;
	if (to_slot) {
		ecc_config_slot(c->config, c->out->slot | 1, &next);
		if ((c->out->slot & 1) || next.is_private || next.locked)
			return ECC_REASON_ECDH_TO_SLOT;
	}
	if (!is_608(c) || !output)
		return ECC_REASON_OK;
	if (prot > 1 || (prot == 1 && !encrypt))
		return ECC_REASON_IO_KEY;
	return encrypt && !io_key(c) ? ECC_REASON_IO_KEY : ECC_REASON_OK;
}

static enum ecc_reason check_ecdh(struct check *c)
{
	u8 p1 = c->cmd->p1, to = p1 & 0x0c;
	enum ecc_reason r = shape(c, is_608(c) ? 0x0f : 0x00, 64);

	if (r)
		return r;
	/* Encryption goes with "output", and a key in TempKey has no SlotConfig to ask */
	if (((p1 & 2) && to != 0x0c) || ((p1 & 1) && !to))
		return ECC_REASON_BAD_MODE;
	if (!c->config_locked)
		return ECC_REASON_CONFIG_UNLOCKED;
	use_slot(c, c->cmd->p2);
	if (p1 & 1) {
		c->out->needs_tempkey = true;
		return ecdh_target(c);
	}
	r = private_key(c);
	if (r)
		return r;
	if (c->data_locked && !c->s.ecdh)
		return ECC_REASON_ECDH;
	key_conditions(c, false, true, true);
	return ecdh_target(c);
}

static enum ecc_reason check_counter(struct check *c)
{
	enum ecc_reason r = shape(c, 0x01, 0);

	if (r)
		return r;
	if (c->cmd->p2 > 1)
		return ECC_REASON_BAD_MODE;
	return c->config_locked ? ECC_REASON_OK : ECC_REASON_CONFIG_UNLOCKED;
}

/* Mode bit 1 puts TempKey where the key of the slot would be: the slot does not matter then */
static enum ecc_reason mac_key(struct check *c)
{
	c->out->needs_tempkey = c->cmd->p1 & 3;
	if (c->cmd->p1 & 2)
		return c->config_locked ? ECC_REASON_OK : ECC_REASON_CONFIG_UNLOCKED;
	return secret_key(c);
}

static enum ecc_reason check_mac(struct check *c)
{
	enum ecc_reason r = shape(c, 0x47, c->cmd->p1 & 1 ? 0 : 32);

	if (!r)
		r = mac_key(c);
	if (r || (c->cmd->p1 & 2))
		return r;
	return c->s.no_mac ? ECC_REASON_NO_MAC : ECC_REASON_OK;
}

static enum ecc_reason check_hmac(struct check *c)
{
	enum ecc_reason r = shape(c, 0x44, 0);

	if (r)
		return r;
	r = secret_key(c);
	if (r)
		return r;
	c->out->needs_tempkey = true;
	return c->s.no_mac ? ECC_REASON_NO_MAC : ECC_REASON_OK;
}

static enum ecc_reason check_checkmac(struct check *c)
{
	/* UNCONFIRMED: that bit 5 (OTP in the message), known from the ATSHA204A, is gone */
	enum ecc_reason r = shape(c, 0x07, 77);

	return r ? r : mac_key(c);
}

static enum ecc_reason check_gendig(struct check *c)
{
	u8 zone = c->cmd->p1;

	if (zone > 5)
		return ECC_REASON_BAD_MODE;
	if (zone == 3 ? c->cmd->len != 32 : c->cmd->len && c->cmd->len != 4)
		return ECC_REASON_BAD_LENGTH;
	if (zone == 3 && (c->cmd->p2 & 0x7f00))
		return ECC_REASON_BAD_MODE;
	if ((zone == 0 && c->cmd->p2 > 3) || ((zone == 1 || zone == 4) && c->cmd->p2 > 1))
		return ECC_REASON_BAD_MODE;
	c->out->needs_tempkey = true;
	if (!c->config_locked)
		return ECC_REASON_CONFIG_UNLOCKED;
	if (zone != 2 || c->cmd->p2 >= 0x8000)
		return ECC_REASON_OK;
	return secret_key(c);
}

static enum ecc_reason check_derivekey(struct check *c)
{
	enum ecc_reason r;
	bool mac;

	if (c->cmd->len != 0 && c->cmd->len != 32)
		return ECC_REASON_BAD_LENGTH;
	r = shape(c, 0x04, c->cmd->len);
	if (r)
		return r;
	r = secret_key(c);
	if (r)
		return r;
	if (c->s.key_type != ECC_KEY_TYPE_OTHER)
		return ECC_REASON_KEY_TYPE;
	if (!(c->s.write_config & 2))
		return ECC_REASON_NO_DERIVE;
	if (c->s.locked)
		return ECC_REASON_SLOT_LOCKED;
	mac = c->s.write_config & 8;
	if (mac && !c->cmd->len)
		return ECC_REASON_BAD_LENGTH;
	c->out->needs_tempkey = true;
	return ECC_REASON_OK;
}

static enum ecc_reason check_privwrite(struct check *c)
{
	bool encrypted = c->cmd->p1 & 0x40;
	enum ecc_reason r = shape(c, 0x40, 68);

	if (r)
		return r;
	use_slot(c, c->cmd->p2);
	r = private_key(c);
	if (r)
		return r;
	if (c->s.locked)
		return ECC_REASON_SLOT_LOCKED;
	c->out->needs_tempkey = encrypted;
	if (!c->data_locked)
		return ECC_REASON_OK;
	if (!c->s.privwrite_allowed)
		return ECC_REASON_PRIVWRITE_FORBIDDEN;
	return encrypted ? ECC_REASON_OK : ECC_REASON_WRITE_ENCRYPTED;
}

static enum ecc_reason check_updateextra(struct check *c)
{
	u8 mode = c->cmd->p1;
	enum ecc_reason r = shape(c, 0x03, 0);

	if (r)
		return r;
	if (mode & 2) {
		use_slot(c, c->cmd->p2);
		c->out->limited = c->s.limited_use;
		return c->config_locked ? ECC_REASON_OK : ECC_REASON_CONFIG_UNLOCKED;
	}
	if (c->cmd->p2 > 0xff)
		return ECC_REASON_BAD_MODE;
	if (mode == 0)
		return c->config[ECC_CFG_USER_EXTRA] ? ECC_REASON_SLOT_LOCKED : ECC_REASON_OK;
	/* Selector of a 508A in SelectorMode 0 may change at any time */
	if (c->part == ECC_PART_508A && !(c->config[ECC_CFG_CHIP_MODE] & 1))
		return ECC_REASON_OK;
	return c->config[ECC_CFG_SELECTOR] ? ECC_REASON_SLOT_LOCKED : ECC_REASON_OK;
}

/* An HMAC key: a slot, or on a 608 TempKey */
static enum ecc_reason hmac_key(struct check *c)
{
	enum ecc_reason r;

	if (is_608(c) && c->cmd->p2 == TEMPKEY_SLOT) {
		c->out->needs_tempkey = true;
		return ECC_REASON_OK;
	}
	r = secret_key(c);
	c->out->needs_random = false;
	if (r)
		return r;
	return c->s.no_mac ? ECC_REASON_NO_MAC : ECC_REASON_OK;
}

static enum ecc_reason check_sha(struct check *c)
{
	u8 mode = c->cmd->p1 & 7, target = c->cmd->p1 & 0xc0;

	if ((c->cmd->p1 & 0x38) || (target && (!is_608(c) || mode != 2 || target == 0x80)))
		return ECC_REASON_BAD_MODE;
	switch (mode) {
	case 0: /* start */
		if (c->cmd->p2)
			return ECC_REASON_BAD_MODE;
		return c->cmd->len ? ECC_REASON_BAD_LENGTH : ECC_REASON_OK;
	case 1: /* update */
		if (c->cmd->p2 != c->cmd->len || c->cmd->len > 64 ||
		    (!is_608(c) && c->cmd->len != 64))
			return ECC_REASON_BAD_LENGTH;
		return ECC_REASON_OK;
	case 2: /* end */
	case 5: /* 508A: end of HMAC */
		if (mode == 5 && is_608(c))
			return ECC_REASON_BAD_MODE;
		if (c->cmd->p2 != c->cmd->len || c->cmd->len > (is_608(c) ? 64 : 63))
			return ECC_REASON_BAD_LENGTH;
		return ECC_REASON_OK;
	case 3: /* public */
		if (c->cmd->len)
			return ECC_REASON_BAD_LENGTH;
		use_slot(c, c->cmd->p2);
		return public_key(c);
	case 4: /* HMAC */
		return c->cmd->len ? ECC_REASON_BAD_LENGTH : hmac_key(c);
	case 6: /* 608: read the context */
		if (is_608(c) && !c->cmd->p2)
			return c->cmd->len ? ECC_REASON_BAD_LENGTH : ECC_REASON_OK;
		return ECC_REASON_BAD_MODE;
	default: /* write it */
		if (!is_608(c))
			return ECC_REASON_BAD_MODE;
		return c->cmd->len < 36 || c->cmd->p2 != c->cmd->len ? ECC_REASON_BAD_LENGTH
								     : ECC_REASON_OK;
	}
}

static enum ecc_reason check_aes(struct check *c)
{
	u8 mode = c->cmd->p1 & 7;

	if (!(c->config[ECC_CFG_AES_ENABLE] & 1))
		return ECC_REASON_AES_DISABLED;
	if ((c->cmd->p1 & 0x38) || mode == 2 || mode > 3)
		return ECC_REASON_BAD_MODE;
	if (c->cmd->len != (mode == 3 ? 32 : 16))
		return ECC_REASON_BAD_LENGTH;
	if (mode == 3)
		return c->cmd->p1 == 3 ? ECC_REASON_OK : ECC_REASON_BAD_MODE;
	if (c->cmd->p2 == TEMPKEY_SLOT) {
		c->out->needs_tempkey = true;
		return c->config_locked ? ECC_REASON_OK : ECC_REASON_CONFIG_UNLOCKED;
	}
	use_slot(c, c->cmd->p2);
	if (!c->config_locked)
		return ECC_REASON_CONFIG_UNLOCKED;
	if (c->s.key_type != ECC_KEY_TYPE_AES || c->s.is_private)
		return ECC_REASON_KEY_TYPE;
	/* Four key blocks, but a slot of 36 bytes has room for two */
	if ((c->cmd->p1 >> 6) * 16 + 16 > c->s.size)
		return ECC_REASON_BAD_ADDRESS;
	key_conditions(c, false, true, true);
	return ECC_REASON_OK;
}

static enum ecc_reason check_kdf(struct check *c)
{
	if (c->cmd->len < 4)
		return ECC_REASON_BAD_LENGTH;
	if ((c->cmd->p1 & 0x80) || (c->cmd->p1 & 0x60) == 0x60)
		return ECC_REASON_BAD_MODE;
	if ((c->cmd->p1 & 3) == 2) {
		use_slot(c, c->cmd->p2);
		if (!c->data_locked)
			return ECC_REASON_DATA_UNLOCKED;
		c->out->needs_auth = c->s.req_auth;
	} else if ((c->cmd->p1 & 3) < 2) {
		c->out->needs_tempkey = true;
	}
	return ECC_REASON_OK;
}

static enum ecc_reason check_secureboot(struct check *c)
{
	unsigned int boot = c->config[70] & 3, mode = c->cmd->p1 & 7;

	if (mode < 5 || (c->cmd->p1 & 0x38))
		return ECC_REASON_BAD_MODE;
	if (c->cmd->len != 32 && c->cmd->len != 96)
		return ECC_REASON_BAD_LENGTH;
	if (!boot || (boot == 1 && mode != 5))
		return ECC_REASON_SECURE_BOOT;
	return ECC_REASON_OK;
}

static enum ecc_reason check_selftest(struct check *c)
{
	return shape(c, 0x3f, 0);
}

static enum ecc_reason check_pause(struct check *c)
{
	return c->cmd->len ? ECC_REASON_BAD_LENGTH : ECC_REASON_OK;
}

static const struct {
	u8 opcode;
	enum ecc_reason (*check)(struct check *c);
} checks[] = {
	{ ECC_OP_AES, check_aes },
	{ ECC_OP_CHECKMAC, check_checkmac },
	{ ECC_OP_COUNTER, check_counter },
	{ ECC_OP_DERIVEKEY, check_derivekey },
	{ ECC_OP_ECDH, check_ecdh },
	{ ECC_OP_GENDIG, check_gendig },
	{ ECC_OP_GENKEY, check_genkey },
	{ ECC_OP_HMAC, check_hmac },
	{ ECC_OP_INFO, check_info },
	{ ECC_OP_KDF, check_kdf },
	{ ECC_OP_LOCK, check_lock },
	{ ECC_OP_MAC, check_mac },
	{ ECC_OP_NONCE, check_nonce },
	{ ECC_OP_PAUSE, check_pause },
	{ ECC_OP_PRIVWRITE, check_privwrite },
	{ ECC_OP_RANDOM, check_random },
	{ ECC_OP_READ, check_read },
	{ ECC_OP_SECUREBOOT, check_secureboot },
	{ ECC_OP_SELFTEST, check_selftest },
	{ ECC_OP_SHA, check_sha },
	{ ECC_OP_SIGN, check_sign },
	{ ECC_OP_UPDATEEXTRA, check_updateextra },
	{ ECC_OP_VERIFY, check_verify },
	{ ECC_OP_WRITE, check_write },
};

/* The chip tells what it cannot make sense of (0x03) from what it forbids (0x0f) */
static u8 status_of(const struct ecc_cmd *cmd, enum ecc_reason reason)
{
	switch (reason) {
	case ECC_REASON_OK:
		return ECC_STATUS_OK;
	case ECC_REASON_NO_SUCH_COMMAND:
	case ECC_REASON_BAD_MODE:
	case ECC_REASON_BAD_LENGTH:
	case ECC_REASON_AES_DISABLED:
		return ECC_STATUS_PARSE;
	case ECC_REASON_KEY_TYPE:
		return cmd->opcode == ECC_OP_AES ? ECC_STATUS_PARSE : ECC_STATUS_EXECUTION;
	default:
		return ECC_STATUS_EXECUTION;
	}
}

void ecc_policy_check(const u8 config[ECC_CONFIG_SIZE], enum ecc_part part,
		      const struct ecc_cmd *cmd, struct ecc_verdict *out)
{
	struct check c = {
		.config = config,
		.part = part,
		.cmd = cmd,
		.out = out,
		.config_locked = ecc_config_locked(config),
		.data_locked = ecc_config_data_locked(config),
	};
	size_t i;

	memset(out, 0, sizeof(*out));
	out->slot = ECC_POLICY_NO_SLOT;
	out->reason = ECC_REASON_NO_SUCH_COMMAND;
	if (ecc_part_has_opcode(part, cmd->opcode)) {
		for (i = 0; i < ARRAY_SIZE(checks); i++) {
			if (checks[i].opcode == cmd->opcode)
				out->reason = checks[i].check(&c);
		}
	}
	out->status = status_of(cmd, out->reason);
}
