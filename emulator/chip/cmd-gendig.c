// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * GenDig (15): mixes something the chip stores into TempKey. DeriveKey (1C): makes a new stored key
 * of it.
 */
#include "chip.h"

enum {
	OF_CONFIG,
	OF_OTP,
	OF_DATA,
	OF_NONCE,
	OF_COUNTER,
	OF_KEY_CONFIG
};
#define TRANSPORT_KEY 0x8000

/* The parts of the 96-byte message that depend on the zone. */
struct gendig {
	uint8_t first[32], head[4], middle[25], last[32];
};

static int of_data(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, struct gendig *g)
{
	unsigned int slot = cmd->p2 & 15;
	int status;

	/* Transport keys are in every real chip and known to nobody outside Microchip. */
	if (cmd->p2 & TRANSPORT_KEY)
		return ST_EXEC;
	if (is_private(c, slot))
		return ST_EXEC;
	if (slot_config(c, slot) & SC_NO_MAC) {
		if (cmd->len < 4)
			return ST_EXEC;
		memcpy(g->head, cmd->data, 4);
	}
	status = emu_key_use(c, slot, USE_ALL);
	if (status == ST_OK)
		memcpy(g->first, slot_data(c, slot), 32);
	return status;
}

static void of_counter(const struct ecc508a_emu_chip *c, unsigned int n, struct gendig *g)
{
	uint32_t count = emu_counter_get(c, n);

	for (int i = 0; i < 4; i++)
		g->middle[1 + i] = (uint8_t)(count >> (8 * i));
}

static void of_key_config(const struct ecc508a_emu_chip *c, unsigned int slot, struct gendig *g)
{
	memcpy(g->middle + 1, c->ee + EE_CONFIG + 20 + 2 * slot, 2);
	memcpy(g->middle + 3, c->ee + EE_CONFIG + 96 + 2 * slot, 2);
	g->middle[5] = slot_unlocked(c, slot);
}

static bool legal(const struct emu_cmd *cmd)
{
	/* four bytes of OtherData are ignored where they are not needed */
	bool none_or_4 = cmd->len == 0 || cmd->len == 4;

	switch (cmd->p1) {
	case OF_CONFIG:
		return none_or_4 && cmd->p2 <= 3;
	case OF_OTP:
	case OF_COUNTER:
		return none_or_4 && cmd->p2 <= 1;
	case OF_DATA:
	case OF_KEY_CONFIG:
		return none_or_4;
	case OF_NONCE:
		return cmd->len == 32 && !(cmd->p2 & 0x7f00);
	}
	return false;
}

int emu_cmd_gendig(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	struct emu_tempkey *tk = &c->sram.tk;
	struct gendig g = { .head = { cmd->opcode, cmd->p1, (uint8_t)cmd->p2,
				      (uint8_t)(cmd->p2 >> 8) } };
	struct emu_sha256 s;
	int status = ST_OK;

	if (!legal(cmd))
		return ST_PARSE;
	if (!config_locked(c) || !emu_tk_ready(c))
		return ST_EXEC;
	memcpy(g.last, tk->value, 32);
	switch (cmd->p1) {
	case OF_CONFIG:
		memcpy(g.first, c->ee + EE_CONFIG + 32 * cmd->p2, 32);
		break;
	case OF_OTP:
		memcpy(g.first, c->ee + EE_OTP + 32 * cmd->p2, 32);
		break;
	case OF_DATA:
		status = of_data(c, cmd, &g);
		break;
	case OF_NONCE:
		/* b15 chooses which of the two goes first; it does not enter the message */
		g.head[3] = 0;
		memcpy(cmd->p2 & 0x8000 ? g.last : g.first, cmd->data, 32);
		if (cmd->p2 & 0x8000)
			memcpy(g.first, tk->value, 32);
		break;
	case OF_COUNTER:
		of_counter(c, cmd->p2, &g);
		break;
	case OF_KEY_CONFIG:
		of_key_config(c, cmd->p2 & 15, &g);
		break;
	}
	if (status != ST_OK)
		goto out;

	emu_sha256_init(&s);
	emu_sha256_update(&s, g.first, 32);
	emu_sha256_update(&s, g.head, 4);
	emu_hash_sn(&s, c);
	emu_sha256_update(&s, g.middle, 25);
	emu_sha256_update(&s, g.last, 32);
	emu_sha256_final(&s, tk->value);
	tk->len = 32;
	tk->sha_pub = -1;
	tk->gendig = cmd->p1 == OF_DATA;
	tk->key_id = cmd->p1 == OF_DATA ? cmd->p2 & 15 : 0;
	if (cmd->p1 == OF_DATA && slot_config(c, cmd->p2 & 15) & SC_NO_MAC)
		tk->nomac = true;
	if (!quirk(c, Q_GENDIG_KEEPS_GENKEY))
		tk->genkey = false;
out:
	emu_wipe(&g, sizeof(g));
	return status;
}

static void derive_mac(const struct ecc508a_emu_chip *c, const struct emu_cmd *cmd,
		       const uint8_t *parent, uint8_t mac[32])
{
	struct emu_sha256 s;

	emu_sha256_init(&s);
	emu_sha256_update(&s, parent, 32);
	emu_hash_cmd(&s, cmd);
	emu_hash_sn(&s, c);
	emu_sha256_final(&s, mac);
	emu_wipe(&s, sizeof(s));
}

static int may_derive(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, unsigned int target,
		      unsigned int parent, bool create, bool need_mac)
{
	uint16_t sc = slot_config(c, target), kc = key_config(c, target);
	const struct emu_tempkey *tk = &c->sram.tk;
	uint8_t mac[32];
	int status;

	if (!config_locked(c) || kc & KC_PRIVATE || KC_TYPE(kc) != KC_TYPE_OTHER ||
	    !(sc & SC_GENKEY) || !slot_unlocked(c, target))
		return ST_EXEC;
	if (!emu_tk_ready(c) || tk->nomac || tk->source_input != !!(cmd->p1 & 0x04))
		return ST_EXEC;
	if ((create || need_mac) && is_private(c, parent))
		return ST_EXEC;
	if (need_mac) {
		if (cmd->len != 32)
			return ST_EXEC;
		derive_mac(c, cmd, slot_data(c, parent), mac);
		if (!emu_equal(mac, cmd->data, 32))
			return quirk(c, Q_DERIVE_BAD_MAC);
	}
	/* ReqAuth and ReqRandom are those of the source; the limit is always the parent's */
	status = emu_key_use(c, create ? parent : target, USE_AUTH | USE_RANDOM | USE_LATCH);
	if (status == ST_OK && (create || need_mac))
		status = emu_key_use(c, parent, USE_COUNT);
	return status;
}

int emu_cmd_derivekey(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	unsigned int target = cmd->p2 & 15, parent = SC_WRITE_KEY(slot_config(c, target));
	uint16_t sc = slot_config(c, target);
	bool create = sc & SC_DERIVE_PARENT, need_mac = sc & SC_DERIVE_MAC;
	struct emu_sha256 s;
	uint8_t key[32];
	int status;

	if (cmd->p1 & ~0x04 || (cmd->len != 0 && cmd->len != 32))
		return ST_PARSE;
	status = may_derive(c, cmd, target, parent, create, need_mac);
	if (status != ST_OK)
		return status;
	emu_sha256_init(&s);
	emu_sha256_update(&s, slot_data(c, create ? parent : target), 32);
	emu_hash_cmd(&s, cmd);
	emu_hash_sn(&s, c);
	emu_hash_zero(&s, 25);
	emu_sha256_update(&s, c->sram.tk.value, 32);
	emu_sha256_final(&s, key);
	emu_ee_write(c, emu_slot_off(target), key, 32);
	emu_wipe(key, sizeof(key));
	emu_wipe(&s, sizeof(s));
	return ST_OK;
}
