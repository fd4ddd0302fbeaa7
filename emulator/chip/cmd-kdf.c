// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * KDF (56), 608: TLS 1.2 PRF, AES or HKDF over a key in TempKey, AltKeyBuf or a slot.
 *
 * Details (u32le)	PRF b1:0 key length 16 32 48 64, b8 result 32/64, b10:9 AEAD split
 *			AES b1:0 key block
 *			HKDF b1:0 the message: 0 slot, 1 TempKey, 2 input, 3 with IV; b2 zero key
 *			b31:24 message length
 */
#include "chip.h"

/* clang-format off */
enum { PRF = 0, AES = 1, HKDF = 2 };
enum { SRC_TEMPKEY, SRC_TEMPKEY_UP, SRC_SLOT, SRC_ALTKEY };
enum { TO_TEMPKEY, TO_TEMPKEY_UP, TO_SLOT, TO_ALTKEY, TO_OUTPUT, TO_OUTPUT_ENC };
enum { MSG_SLOT, MSG_TEMPKEY, MSG_INPUT, MSG_IV };
/* clang-format on */

struct kdf {
	unsigned int algo, src, target;
	unsigned int src_slot, to_slot;
	uint32_t details;
	const uint8_t *msg;
	unsigned int msg_len;
	uint8_t msg_buf[64];
	uint8_t key[64], out[64];
	unsigned int key_len, out_len;
};

static int parse(const struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, struct kdf *k)
{
	const uint8_t *p = cmd->data;

	k->src = cmd->p1 & 3;
	k->target = cmd->p1 >> 2 & 7;
	k->algo = cmd->p1 >> 5 & 3;
	k->src_slot = cmd->p2 & 15;
	k->to_slot = cmd->p2 >> 8 & 15;
	if (cmd->p1 & 0x80 || k->target > TO_OUTPUT_ENC || k->algo > HKDF || cmd->len < 4)
		return ST_PARSE;
	k->details = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
		     (uint32_t)p[3] << 24;
	k->msg = p + 4;
	k->msg_len = cmd->len - 4;
	k->key_len = 32;
	k->out_len = 32;
	switch (k->algo) {
	case PRF:
		k->key_len = 16 * ((k->details & 3) + 1);
		if (k->details & 0x100)
			k->out_len = 64;
		/* AEAD: half to the target, half out; only one way of doing that is defined */
		if ((k->details >> 9 & 3) > 1 || ((k->details >> 9 & 3) && k->out_len != 64))
			return ST_PARSE;
		return k->msg_len == k->details >> 24 ? ST_OK : ST_PARSE;
	case AES:
		k->key_len = 16;
		if (!(cfg(c, 13) & 0x01))
			return ST_PARSE;
		return k->msg_len == 16 ? ST_OK : ST_PARSE;
	default:
		if ((k->details & 3) >= MSG_INPUT)
			return k->msg_len == k->details >> 24 ? ST_OK : ST_PARSE;
		return ST_OK;
	}
}

/* A slot can be read, written and used here only when policies are in force. */
static int from_slot(struct ecc508a_emu_chip *c, unsigned int slot, unsigned int at, void *buf,
		     unsigned int len)
{
	if (!data_locked(c) || is_private(c, slot) || at + len > emu_slot_size[slot])
		return ST_EXEC;
	memcpy(buf, slot_data(c, slot) + at, len);
	return ST_OK;
}

static int take(uint8_t *to, const uint8_t *from, unsigned int have, unsigned int at,
		unsigned int len)
{
	if (at + len > have)
		return ST_EXEC;
	memcpy(to, from + at, len);
	return ST_OK;
}

static int load_key(struct ecc508a_emu_chip *c, struct kdf *k)
{
	const struct emu_tempkey *tk = &c->sram.tk;
	unsigned int at = k->algo == AES ? 16 * (k->details & 3) : 0;
	int status;

	if (k->algo == HKDF && k->details & 0x04)
		return ST_OK; /* zero key */
	switch (k->src) {
	case SRC_TEMPKEY:
		return emu_tk_ready(c) ? take(k->key, tk->value, tk->len, at, k->key_len) : ST_EXEC;
	case SRC_TEMPKEY_UP:
		return emu_tk_ready(c) && tk->len == 64
			       ? take(k->key, tk->value + 32, 32, at, k->key_len)
			       : ST_EXEC;
	case SRC_ALTKEY:
		return take(k->key, c->sram.altkey, c->sram.altkey_len, at, k->key_len);
	default:
		status = from_slot(c, k->src_slot, at, k->key, k->key_len);
		if (status != ST_OK)
			return status;
		return emu_key_use(c, k->src_slot, USE_ALL);
	}
}

static int load_message(struct ecc508a_emu_chip *c, struct kdf *k)
{
	unsigned int loc = k->details & 3, len = k->details >> 24;
	int status;

	if (k->algo != HKDF || loc == MSG_INPUT)
		return ST_OK;
	if (loc == MSG_IV) {
		/* KdfIvLoc and KdfIvStr: the message must say "iv" where the configuration says */
		unsigned int at = cfg(c, 72);

		return at + 2 <= k->msg_len && memcmp(k->msg + at, c->ee + EE_CONFIG + 73, 2) == 0
			       ? ST_OK
			       : ST_EXEC;
	}
	if (!len || len > 32)
		len = 32;
	k->msg = k->msg_buf;
	k->msg_len = len;
	if (loc == MSG_TEMPKEY)
		return emu_tk_ready(c) ? take(k->msg_buf, c->sram.tk.value, 32, 0, len) : ST_EXEC;
	status = from_slot(c, k->to_slot, 0, k->msg_buf, len);
	return status;
}

/* RFC 5246, 5: P_SHA256 with the message as seed */
static void prf(struct kdf *k)
{
	uint8_t a[32];
	struct emu_sha256 s;

	emu_hmac(k->key, k->key_len, k->msg, k->msg_len, a);
	for (unsigned int i = 0; i < k->out_len; i += 32) {
		emu_hmac_init(&s, k->key, k->key_len);
		emu_sha256_update(&s, a, 32);
		emu_sha256_update(&s, k->msg, k->msg_len);
		emu_hmac_final(&s, k->key, k->key_len, k->out + i);
		emu_hmac(k->key, k->key_len, a, 32, a);
	}
	emu_wipe(a, sizeof(a));
	emu_wipe(&s, sizeof(s));
}

static int compute(struct kdf *k)
{
	switch (k->algo) {
	case PRF:
		prf(k);
		return ST_OK;
	case AES:
		return emu_aes128(k->key, true, k->msg, k->out) == 0 ? ST_OK : ST_EXEC;
	default:
		emu_hmac(k->key, 32, k->msg, k->msg_len, k->out);
		return ST_OK;
	}
}

/* May the target take the result? Asked before anything is computed or counted. */
static int check_target(struct ecc508a_emu_chip *c, const struct kdf *k)
{
	unsigned int prot = CO_KDF_PROT(chip_options(c)), wc;
	uint8_t key[32];
	int status;

	switch (k->target) {
	case TO_TEMPKEY_UP:
		return emu_tk_ready(c) && k->out_len == 32 ? ST_OK : ST_EXEC;
	case TO_ALTKEY:
		return k->out_len == 32 || k->details >> 9 & 3 ? ST_OK : ST_EXEC;
	case TO_SLOT:
		wc = SC_WRITE_CFG(slot_config(c, k->to_slot));
		if (!data_locked(c) || is_private(c, k->to_slot) || !slot_unlocked(c, k->to_slot) ||
		    k->out_len > emu_slot_size[k->to_slot])
			return ST_EXEC;
		return wc == 0 || quirk(c, Q_KDF_SLOT_ANY) ? ST_OK : ST_EXEC;
	case TO_OUTPUT:
		return prot ? ST_EXEC : ST_OK;
	case TO_OUTPUT_ENC:
		status = emu_io_key(c, key);
		emu_wipe(key, sizeof(key));
		return prot >= 2 ? ST_EXEC : status;
	}
	return ST_OK;
}

static void output(struct emu_cmd *cmd, const uint8_t *data, unsigned int len)
{
	memcpy(cmd->rsp + cmd->rsp_len, data, len);
	cmd->rsp_len += len;
}

static void output_encrypted(struct ecc508a_emu_chip *c, struct emu_cmd *cmd, const struct kdf *k)
{
	uint8_t msg[48], nonce[32], pad[32];

	(void)emu_io_key(c, msg); /* check_target() has asked */
	emu_rng_bytes(&c->rng, nonce, sizeof(nonce));
	output(cmd, k->out, k->out_len);
	for (unsigned int i = 0; i < k->out_len; i++) {
		if (i % 32 == 0) {
			memcpy(msg + 32, nonce + i / 2, 16);
			emu_sha256(msg, sizeof(msg), pad);
		}
		cmd->rsp[i] ^= pad[i % 32];
	}
	output(cmd, nonce, sizeof(nonce));
	emu_wipe(msg, sizeof(msg));
	emu_wipe(pad, sizeof(pad));
}

static void deliver(struct ecc508a_emu_chip *c, struct emu_cmd *cmd, const struct kdf *k)
{
	struct emu_tempkey *tk = &c->sram.tk;
	bool split = k->algo == PRF && (k->details >> 9 & 3);
	unsigned int len = split ? 32 : k->out_len;

	cmd->keep_tk = true;
	switch (k->target) {
	case TO_TEMPKEY:
		emu_tk_set(c, k->out, len, quirk(c, Q_DERIVED_SOURCE));
		break;
	case TO_TEMPKEY_UP:
		memcpy(tk->value + 32, k->out, 32);
		tk->len = 64;
		break;
	case TO_SLOT:
		emu_ee_write(c, emu_slot_off(k->to_slot), k->out, len);
		cmd->keep_tk = false;
		break;
	case TO_ALTKEY:
		memcpy(c->sram.altkey, k->out, 32);
		c->sram.altkey_len = 32;
		cmd->keep_tk = false;
		break;
	case TO_OUTPUT:
		output(cmd, k->out, k->out_len);
		cmd->keep_tk = !quirk(c, Q_KDF_OUTPUT_CLEARS_TK);
		return;
	default:
		output_encrypted(c, cmd, k);
		cmd->keep_tk = !quirk(c, Q_KDF_OUTPUT_CLEARS_TK);
		return;
	}
	if (split)
		output(cmd, k->out + 32, 32);
}

int emu_cmd_kdf(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	struct kdf k = { 0 };
	int status = parse(c, cmd, &k);

	if (status != ST_OK)
		return status;
	if (!config_locked(c) || (k.algo == AES && !(chip_options(c) & CO_KDF_AES)))
		return ST_EXEC;
	status = check_target(c, &k);
	if (status == ST_OK)
		status = load_message(c, &k);
	if (status == ST_OK)
		status = load_key(c, &k);
	if (status == ST_OK)
		status = compute(&k);
	if (status == ST_OK)
		deliver(c, cmd, &k);
	emu_wipe(&k, sizeof(k));
	return status;
}
