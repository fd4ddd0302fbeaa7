// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Write (12) and PrivWrite (46).
 *
 *		config unlocked		config locked, data not		both locked
 * config	byte by byte		-				-
 * OTP		-			32 bytes, clear or encrypted	508A consumption: AND
 * data		-			32 bytes, clear or encrypted	by SlotConfig
 * private	-			PrivWrite			PrivWrite encrypted
 */
#include "chip.h"

#define P1_ENCRYPTED 0x40
#define P1_BLOCK     0x80

/* Configuration bytes that Write may change: 16..83 and 88..127. */
static int write_config(struct ecc508a_emu_chip *c, const struct emu_range *r, const uint8_t *data)
{
	unsigned int first = r->off - EE_CONFIG, last = first + r->len - 1;

	if (config_locked(c))
		return ST_EXEC;
	/* one byte that is not writable spoils the whole write, DS508 9.21 */
	if (first < 16 || (first <= 87 && last >= 84))
		return quirk(c, Q_CONFIG_FIXED_BYTE);
	emu_ee_write(c, r->off, data, r->len);
	return ST_OK;
}

/* The MAC covers the command as sent and all 32 bytes of plaintext, also those of a short block. */
static void write_mac(const struct ecc508a_emu_chip *c, const struct emu_cmd *cmd,
		      const uint8_t *plain, unsigned int zeros, unsigned int len, uint8_t mac[32])
{
	struct emu_sha256 s;

	emu_sha256_init(&s);
	emu_sha256_update(&s, c->sram.tk.value, 32);
	emu_hash_cmd(&s, cmd);
	emu_hash_sn(&s, c);
	emu_hash_zero(&s, zeros);
	emu_sha256_update(&s, plain, len);
	emu_sha256_final(&s, mac);
	emu_wipe(&s, sizeof(s));
}

static int decrypt(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, uint8_t plain[32])
{
	uint8_t mac[32];

	for (unsigned int i = 0; i < 32; i++)
		plain[i] = cmd->data[i] ^ c->sram.tk.value[i];
	write_mac(c, cmd, plain, 25, 32, mac);
	return emu_equal(mac, cmd->data + 32, 32) ? ST_OK : quirk(c, Q_WRITE_BAD_MAC);
}

/* TempKey has gone through GenDig with the slot's WriteKey. */
static bool tk_from_write_key(const struct ecc508a_emu_chip *c, unsigned int slot)
{
	const struct emu_tempkey *tk = &c->sram.tk;

	return emu_tk_ready(c) && tk->gendig && tk->key_id == SC_WRITE_KEY(slot_config(c, slot));
}

static int write_otp(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd,
		     const struct emu_range *r)
{
	uint8_t buf[32];
	int status;

	if (!config_locked(c))
		return ST_EXEC;
	if (!data_locked(c)) {
		if (r->len != 32 || (quirk(c, Q_608_OTP_FIXED) && !has(c, F_OTP_CONSUMPTION)))
			return ST_EXEC;
		memcpy(buf, cmd->data, 32);
		if (cmd->p1 & P1_ENCRYPTED) {
			if (!emu_tk_ready(c))
				return ST_EXEC;
			status = decrypt(c, cmd, buf);
			if (status != ST_OK)
				return status;
		}
	} else {
		/* consumption mode: bits only ever go to 0 */
		if (!has(c, F_OTP_CONSUMPTION) || cfg(c, 18) != 0x55 || cmd->p1 & P1_ENCRYPTED)
			return ST_EXEC;
		for (unsigned int i = 0; i < r->len; i++)
			buf[i] = cmd->data[i] & c->ee[r->off + i];
	}
	emu_ee_write(c, r->off, buf, r->len);
	emu_wipe(buf, sizeof(buf));
	return ST_OK;
}

/* What the slot's WriteConfig makes of this Write: clear, encrypted, or not at all. */
static int slot_write_mode(const struct ecc508a_emu_chip *c, const struct emu_cmd *cmd,
			   const struct emu_range *r, bool *encrypted)
{
	uint16_t sc = slot_config(c, r->slot);
	unsigned int wc = SC_WRITE_CFG(sc);
	bool block32 = cmd->p1 & P1_BLOCK;

	*encrypted = false;
	if (is_private(c, r->slot) || !slot_unlocked(c, r->slot))
		return ST_EXEC;
	if (!data_locked(c)) {
		/* policies do not apply yet; b6 alone decides, and any key may have been used */
		if (!block32)
			return ST_EXEC;
		*encrypted = cmd->p1 & P1_ENCRYPTED;
		return *encrypted && !emu_tk_ready(c) ? ST_EXEC : ST_OK;
	}
	if (wc & 0x4) {
		*encrypted = true;
		return block32 && cmd->len == 64 && tk_from_write_key(c, r->slot) ? ST_OK : ST_EXEC;
	}
	if (cmd->len > 32)
		return ST_EXEC;
	if (wc == 0x0)
		return block32 || !(sc & SC_IS_SECRET) ? ST_OK : ST_EXEC;
	if (wc == 0x1)
		return block32 && !emu_pub_is_valid(c, r->slot) ? ST_OK : ST_EXEC;
	return ST_EXEC;
}

static int write_data(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd,
		      const struct emu_range *r)
{
	uint8_t buf[32] = { 0 };
	bool encrypted;
	int status;

	if (!config_locked(c))
		return ST_EXEC;
	status = slot_write_mode(c, cmd, r, &encrypted);
	if (status != ST_OK)
		return status;
	memcpy(buf, cmd->data, cmd->len < 32 ? cmd->len : 32);
	if (encrypted) {
		status = decrypt(c, cmd, buf);
		if (status != ST_OK)
			goto out;
	}
	/* a public key that needs validation is invalid from the first changed word on */
	if (is_public(c, r->slot) && key_config(c, r->slot) & KC_PUB_INFO) {
		if (r->off == emu_slot_off(r->slot))
			buf[0] = (uint8_t)((buf[0] & 0x0f) | 0xa0);
		else
			emu_pub_set_valid(c, r->slot, false);
	}
	emu_ee_write(c, r->off, buf, r->len);
out:
	emu_wipe(buf, sizeof(buf));
	return status;
}

int emu_cmd_write(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	bool block32 = cmd->p1 & P1_BLOCK, enc = cmd->p1 & P1_ENCRYPTED;
	unsigned int zone = cmd->p1 & 3;
	struct emu_range r;
	int status;

	if (cmd->p1 & ~(P1_BLOCK | P1_ENCRYPTED | 3) || zone == 3)
		return ST_PARSE;
	if (block32 ? cmd->len != 64 && (enc || cmd->len != 32) : enc || cmd->len != 4)
		return ST_PARSE;
	/* encrypted configuration does not exist; a MAC without b6 only where b6 is ignored */
	if (zone == 0 && cmd->len == 64)
		return ST_PARSE;
	if (!enc && cmd->len == 64 && (zone == 1 || !data_locked(c)))
		return ST_PARSE;
	status = emu_addr_decode(c, cmd, zone, block32, &r);
	if (status != ST_OK)
		return status;
	switch (zone) {
	case 0:
		return write_config(c, &r, cmd->data);
	case 1:
		return write_otp(c, cmd, &r);
	default:
		return write_data(c, cmd, &r);
	}
}

/* 36 bytes: TempKey over the first 32, SHA-256 of TempKey over the last 4. */
static int priv_decrypt(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, uint8_t value[36])
{
	uint8_t pad[32], mac[32];

	emu_sha256(c->sram.tk.value, 32, pad);
	for (unsigned int i = 0; i < 36; i++)
		value[i] = cmd->data[i] ^ (i < 32 ? c->sram.tk.value[i] : pad[i - 32]);
	write_mac(c, cmd, value, 21, 36, mac);
	emu_wipe(pad, sizeof(pad));
	return emu_equal(mac, cmd->data + 36, 32) ? ST_OK : quirk(c, Q_WRITE_BAD_MAC);
}

int emu_cmd_privwrite(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	static const uint8_t zero[4];
	unsigned int slot = cmd->p2 & 15;
	uint8_t value[36];
	int status = ST_OK;

	if (cmd->p1 & ~P1_ENCRYPTED || cmd->len != 68)
		return ST_PARSE;
	if (!config_locked(c) || !is_private(c, slot) ||
	    KC_TYPE(key_config(c, slot)) != KC_TYPE_P256 ||
	    !(slot_config(c, slot) & SC_IS_SECRET) || !slot_unlocked(c, slot))
		return ST_EXEC;
	if (data_locked(c)) {
		if (!(cmd->p1 & P1_ENCRYPTED) || !(slot_config(c, slot) & SC_ENCRYPT_WRITE) ||
		    !tk_from_write_key(c, slot))
			return ST_EXEC;
	} else if (cmd->p1 & P1_ENCRYPTED && !emu_tk_ready(c)) {
		return ST_EXEC;
	}
	memcpy(value, cmd->data, 36);
	if (cmd->p1 & P1_ENCRYPTED)
		status = priv_decrypt(c, cmd, value);
	if (status == ST_OK && (!emu_equal(value, zero, 4) || !emu_p256_scalar_ok(value + 4)))
		status = ST_EXEC;
	if (status == ST_OK)
		emu_key_store(c, slot, value + 4);
	emu_wipe(value, sizeof(value));
	return status;
}
