// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ECDH (43): where the shared secret may go is half of the command. */
#include "chip.h"

#define P1_FROM_TEMPKEY 0x01
#define P1_ENCRYPT	0x02
#define P1_TARGET	0x0c
enum {
	TO_COMPAT = 0x00,
	TO_SLOT = 0x04,
	TO_TEMPKEY = 0x08,
	TO_OUTPUT = 0x0c
};

static bool mode_legal(const struct ecc508a_emu_chip *c, uint8_t p1)
{
	static const uint8_t legal[] = { 0x00, 0x04, 0x08, 0x0c, 0x0e, 0x05, 0x09, 0x0d, 0x0f };

	if (!has(c, F_ECDH_MODES))
		return p1 == 0;
	return memchr(legal, p1, sizeof(legal)) != NULL;
}

/* Settles the target: TO_SLOT, TO_TEMPKEY or TO_OUTPUT, or refuses. */
static int choose_target(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, unsigned int slot)
{
	unsigned int target = cmd->p1 & P1_TARGET;
	bool bit3 = slot_config(c, slot) & SC_ECDH_SLOT;

	if (quirk(c, Q_ECDH_BIT3_INVERTED))
		bit3 = !bit3;
	if (target == TO_COMPAT)
		return bit3 ? TO_SLOT : TO_OUTPUT;
	if (cmd->p1 & P1_FROM_TEMPKEY || !quirk(c, Q_ECDH_BIT3_BINDS) || !data_locked(c))
		return (int)target;
	/* a key whose secrets belong into a slot does not give them out, and the other way round */
	if ((target == TO_SLOT && !bit3) || (target == TO_OUTPUT && bit3))
		return -1;
	return (int)target;
}

/* 608: 32 bytes of output under a one-time pad of the IO protection key, then the nonce. */
static int protect(struct ecc508a_emu_chip *c, struct emu_cmd *cmd, const uint8_t secret[32])
{
	uint8_t msg[48], pad[32];
	int status = emu_io_key(c, msg);

	if (status != ST_OK)
		return status;
	emu_rng_bytes(&c->rng, cmd->rsp + 32, 32);
	memcpy(msg + 32, cmd->rsp + 32, 16);
	emu_sha256(msg, sizeof(msg), pad);
	for (unsigned int i = 0; i < 32; i++)
		cmd->rsp[i] = secret[i] ^ pad[i];
	cmd->rsp_len = 64;
	emu_wipe(msg, sizeof(msg));
	emu_wipe(pad, sizeof(pad));
	return ST_OK;
}

static int deliver(struct ecc508a_emu_chip *c, struct emu_cmd *cmd, int target,
		   const uint8_t secret[32])
{
	unsigned int to = (cmd->p2 & 15) | 1, prot = CO_ECDH_PROT(chip_options(c));

	switch (target) {
	case TO_SLOT:
		emu_ee_write(c, emu_slot_off(to), secret, 32);
		return ST_OK;
	case TO_TEMPKEY:
		emu_tk_set(c, secret, 32, quirk(c, Q_DERIVED_SOURCE));
		cmd->keep_tk = true;
		return ST_OK;
	}
	if (cmd->p1 & P1_ENCRYPT)
		return prot >= 2 ? ST_EXEC : protect(c, cmd, secret);
	if (prot)
		return ST_EXEC;
	memcpy(cmd->rsp, secret, 32);
	cmd->rsp_len = 32;
	return ST_OK;
}

int emu_cmd_ecdh(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	bool from_tk = cmd->p1 & P1_FROM_TEMPKEY;
	unsigned int slot = cmd->p2 & 15, to = slot | 1;
	uint16_t sc = slot_config(c, slot), kc = key_config(c, slot);
	unsigned int prot = CO_ECDH_PROT(chip_options(c));
	uint8_t d[32], secret[32];
	int status = ST_OK, target;

	if (!mode_legal(c, cmd->p1) || cmd->len != 64)
		return ST_PARSE;
	if (!config_locked(c))
		return ST_EXEC;
	if (from_tk) {
		if (!c->sram.tk.valid || !c->sram.tk.is_key)
			return ST_EXEC;
	} else {
		if (!(kc & KC_PRIVATE) || KC_TYPE(kc) != KC_TYPE_P256 || !(sc & SC_IS_SECRET) ||
		    (data_locked(c) && !(sc & SC_ECDH)))
			return ST_EXEC;
		if (!key_valid(c, slot))
			return quirk(c, Q_PUBLIC_OF_EMPTY);
	}
	target = choose_target(c, cmd, slot);
	if (target < 0)
		return ST_EXEC;
	if (target == TO_SLOT && (to == slot || is_private(c, to) || !slot_unlocked(c, to)))
		return ST_EXEC;
	/* refuse before the key is used, not after */
	if (target == TO_OUTPUT && (prot >= 2 || (prot == 1 && !(cmd->p1 & P1_ENCRYPT))))
		return ST_EXEC;
	if (cmd->p1 & P1_ENCRYPT && emu_io_key(c, secret) != ST_OK)
		return ST_EXEC;
	if (!emu_p256_point_ok(cmd->data))
		return quirk(c, Q_ECC_BAD_POINT);
	if (!from_tk)
		status = emu_key_use(c, slot, USE_AUTH | USE_LATCH | USE_COUNT);
	if (status != ST_OK)
		return status;
	memcpy(d, from_tk ? c->sram.tk.value : slot_data(c, slot) + 4, 32);
	status = emu_p256_ecdh(d, cmd->data, secret) == 0 ? ST_OK : ST_ECC;
	if (status == ST_OK)
		status = deliver(c, cmd, target, secret);
	emu_wipe(d, sizeof(d));
	emu_wipe(secret, sizeof(secret));
	return status;
}
