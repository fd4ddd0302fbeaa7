// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * SecureBoot (80), 608: is this the code the owner of a public key signed?
 *
 * SecureBoot configuration (70-71): b1:0 mode, b3 success sets the persistent latch, b4 the MAC
 * variant needs a random nonce, b11:8 slot of the stored digest or signature, b15:12 slot of the
 * public key.
 */
#include "chip.h"

enum {
	OFF,
	FULL_BOTH,
	FULL_SIG,
	FULL_DIG
};
enum {
	FULL = 5,
	FULL_STORE = 6,
	FULL_COPY = 7
};
#define P1_ONCE	   0x40
#define P1_MAC	   0x80
#define SB_PERSIST 0x0008
#define SB_RANDOM  0x0010

struct boot {
	unsigned int conf, cmd; /* configured mode, mode asked for */
	unsigned int store, key;
	uint8_t digest[32], pad[32];
	const uint8_t *sig;
};

/* b7: the digest comes under a pad of the IO key and TempKey. */
static int open_digest(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, struct boot *b,
		       uint16_t sb)
{
	const struct emu_tempkey *tk = &c->sram.tk;
	uint8_t msg[64];

	memcpy(b->digest, cmd->data, 32);
	if (!(cmd->p1 & P1_MAC))
		return ST_OK;
	if (!emu_tk_ready(c) || (sb & SB_RANDOM && tk->source_input) || emu_io_key(c, msg) != ST_OK)
		return ST_EXEC;
	memcpy(msg + 32, tk->value, 32);
	emu_sha256(msg, sizeof(msg), b->pad);
	for (unsigned int i = 0; i < 32; i++)
		b->digest[i] ^= b->pad[i];
	emu_wipe(msg, sizeof(msg));
	return ST_OK;
}

static int check_signature(struct ecc508a_emu_chip *c, const struct boot *b, const uint8_t *sig)
{
	uint8_t xy[64];

	if (!emu_pub_get(c, b->key, xy) ||
	    (data_locked(c) && key_config(c, b->key) & KC_PUB_INFO && !emu_pub_is_valid(c, b->key)))
		return ST_EXEC;
	return emu_p256_verify(xy, b->digest, sig) ? ST_OK : ST_MISCOMPARE;
}

static int decide(struct ecc508a_emu_chip *c, const struct boot *b)
{
	const uint8_t *stored = slot_data(c, b->store);

	if (b->cmd != FULL_STORE)
		return check_signature(c, b, b->sig);
	if (b->conf == FULL_SIG)
		return check_signature(c, b, stored);
	return emu_equal(stored, b->digest, 32) ? ST_OK : ST_MISCOMPARE;
}

static void answer_mac(const struct boot *b, struct emu_cmd *cmd, const uint8_t *stored)
{
	struct emu_sha256 s;

	emu_sha256_init(&s);
	emu_sha256_update(&s, b->pad, 32);
	emu_sha256_update(&s, b->digest, 32);
	if (b->cmd != FULL_STORE)
		emu_sha256_update(&s, b->sig, 64);
	else if (b->conf == FULL_SIG)
		emu_sha256_update(&s, stored, 64);
	emu_hash_cmd(&s, cmd);
	emu_sha256_final(&s, cmd->rsp);
	cmd->rsp_len = 32;
	emu_wipe(&s, sizeof(s));
}

int emu_cmd_secureboot(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	uint16_t sb = cfg16(c, 70);
	struct boot b = {
		.conf = sb & 3,
		.cmd = cmd->p1 & 7,
		.store = sb >> 8 & 15,
		.key = sb >> 12,
		.sig = cmd->data + 32,
	};
	bool stored = b.cmd != FULL;
	int status;

	if (b.cmd < FULL || cmd->p1 & 0x38 || cmd->p2 ||
	    cmd->len != (b.cmd == FULL_STORE ? 32 : 96))
		return ST_PARSE;
	if (!config_locked(c) || b.conf == OFF || c->boot_done)
		return ST_EXEC;
	if (stored &&
	    ((b.conf == FULL_BOTH && !quirk(c, Q_FULLBOTH_STORE)) || is_private(c, b.store) ||
	     emu_slot_size[b.store] < (b.conf == FULL_SIG ? 64 : 32)))
		return ST_EXEC;
	if (b.cmd == FULL_COPY && !slot_unlocked(c, b.store))
		return ST_EXEC;
	status = open_digest(c, cmd, &b, sb);
	if (status == ST_OK)
		status = decide(c, &b);
	if (cmd->p1 & P1_ONCE && (status == ST_OK || status == ST_MISCOMPARE))
		c->boot_done = true;
	if (status != ST_OK)
		goto out;
	if (b.cmd == FULL_COPY) {
		if (b.conf == FULL_SIG)
			emu_ee_write(c, emu_slot_off(b.store), b.sig, 64);
		else
			emu_ee_write(c, emu_slot_off(b.store), b.digest, 32);
	}
	if (sb & SB_PERSIST)
		c->latch = true;
	if (cmd->p1 & P1_MAC)
		answer_mac(&b, cmd, slot_data(c, b.store));
out:
	emu_wipe(&b, sizeof(b));
	return status;
}
