// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * SHA (47). On the 508A the context is TempKey's memory: starting destroys TempKey, and any error
 * or other command destroys the context. On the 608 it is memory of its own that can be read and
 * written.
 */
#include "chip.h"

enum {
	START,
	UPDATE,
	END,
	PUBLIC,
	HMAC_START,
	HMAC_END,
	READ_CONTEXT,
	WRITE_CONTEXT
};
enum {
	TO_TEMPKEY = 0x00,
	TO_MSGDIG = 0x40,
	TO_OUTPUT = 0xc0
};
#define FROM_TEMPKEY 0xffff

static int start(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd)
{
	struct emu_sram *s = &c->sram;

	if (cmd->len || cmd->p2)
		return ST_PARSE;
	emu_sha256_init(&s->sha);
	s->sha_mode = SHA_PLAIN;
	s->sha_pub = -1;
	return ST_OK;
}

static int hmac_start(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd)
{
	struct emu_sram *s = &c->sram;
	unsigned int slot = cmd->p2 & 15;
	int status;

	if (cmd->len)
		return ST_PARSE;
	if (cmd->p2 == FROM_TEMPKEY && has(c, F_BUFFERS)) {
		if (!emu_tk_ready(c))
			return ST_EXEC;
		memcpy(s->hmac_key, s->tk.value, 32);
	} else {
		if (!config_locked(c) || is_private(c, slot) || slot_config(c, slot) & SC_NO_MAC)
			return ST_EXEC;
		status = emu_key_use(c, slot, USE_AUTH | USE_LATCH | USE_COUNT);
		if (status != ST_OK)
			return status;
		memcpy(s->hmac_key, slot_data(c, slot), 32);
	}
	emu_hmac_init(&s->sha, s->hmac_key, 32);
	s->sha_mode = SHA_HMAC;
	s->sha_pub = -1;
	return ST_OK;
}

static int update(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd)
{
	struct emu_sram *s = &c->sram;

	if (cmd->len > 64 || cmd->p2 != cmd->len || (has(c, F_SHA_OLD_MODES) && cmd->len != 64))
		return ST_PARSE;
	if (s->sha_mode == SHA_NONE)
		return ST_EXEC;
	emu_sha256_update(&s->sha, cmd->data, cmd->len);
	return ST_OK;
}

/* The public key in a slot as the next 64 bytes, for certificates (Verify ValidateExternal). */
static int public(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd)
{
	struct emu_sram *s = &c->sram;
	unsigned int slot = cmd->p2 & 15;
	uint8_t xy[64], format;

	if (cmd->len)
		return ST_PARSE;
	if (!config_locked(c) || s->sha_mode == SHA_NONE || !emu_pub_get(c, slot, xy))
		return ST_EXEC;
	format = cfg(c, 92 + KC_X509(key_config(c, slot)));
	if (format && s->sha.len != 64U * (format & 0x0f))
		return ST_EXEC;
	emu_sha256_update(&s->sha, xy, sizeof(xy));
	s->sha_pub = (int8_t)slot;
	return ST_OK;
}

static int finish(struct ecc508a_emu_chip *c, struct emu_cmd *cmd, unsigned int target,
		  bool hmac_mode)
{
	struct emu_sram *s = &c->sram;
	uint64_t blocks;
	int8_t pub;

	if (cmd->len > 64 || cmd->p2 != cmd->len || (has(c, F_SHA_OLD_MODES) && cmd->len > 63))
		return ST_PARSE;
	if (s->sha_mode == SHA_NONE)
		return ST_EXEC;
	/* 508A: each kind has its own end */
	if (has(c, F_SHA_OLD_MODES) && hmac_mode != (s->sha_mode == SHA_HMAC))
		return ST_EXEC;
	emu_sha256_update(&s->sha, cmd->data, cmd->len);
	blocks = s->sha.len / 64 + (quirk(c, Q_X509_LENGTH_WITH_END) && s->sha.len % 64);
	pub = s->sha_pub;
	if (s->sha_mode == SHA_HMAC)
		emu_hmac_final(&s->sha, s->hmac_key, 32, cmd->rsp);
	else
		emu_sha256_final(&s->sha, cmd->rsp);
	s->sha_mode = SHA_NONE;
	emu_wipe(s->hmac_key, sizeof(s->hmac_key));
	cmd->rsp_len = 32;
	if (target == TO_TEMPKEY) {
		emu_tk_set(c, cmd->rsp, 32, quirk(c, Q_SHA_END_SOURCE));
		s->tk.sha_pub = pub;
		s->tk.sha_blocks = blocks > 255 ? 255 : (uint8_t)blocks;
		cmd->keep_tk = true;
	} else if (target == TO_MSGDIG) {
		memcpy(s->msgdig, cmd->rsp, 32);
		s->msgdig_len = 32;
	}
	return ST_OK;
}

/* u32le count, eight state words little endian, the buffered part of a block */
static int read_context(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	const struct emu_sha256 *h = &c->sram.sha;
	unsigned int rest = h->len % 64;

	if (cmd->len || cmd->p2)
		return ST_PARSE;
	if (c->sram.sha_mode == SHA_NONE ||
	    (c->sram.sha_mode == SHA_HMAC && !quirk(c, Q_SHA_CONTEXT_OF_HMAC)))
		return ST_EXEC;
	for (int i = 0; i < 4; i++)
		cmd->rsp[i] = (uint8_t)(h->len >> (8 * i));
	for (int i = 0; i < 32; i++)
		cmd->rsp[4 + i] = (uint8_t)(h->h[i / 4] >> (8 * (i % 4)));
	memcpy(cmd->rsp + 36, h->buf, rest);
	cmd->rsp_len = 36 + rest;
	return ST_OK;
}

static int write_context(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd)
{
	struct emu_sha256 *h = &c->sram.sha;
	const uint8_t *p = cmd->data;
	uint32_t len;

	if (cmd->len < 36 || cmd->p2 != cmd->len)
		return ST_PARSE;
	len = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	if (cmd->len != 36 + len % 64)
		return ST_PARSE;
	for (int i = 0; i < 8; i++) {
		const uint8_t *w = p + 4 + 4 * i;

		h->h[i] = (uint32_t)w[0] | (uint32_t)w[1] << 8 | (uint32_t)w[2] << 16 |
			  (uint32_t)w[3] << 24;
	}
	memcpy(h->buf, p + 36, len % 64);
	h->len = len;
	c->sram.sha_mode = SHA_PLAIN;
	c->sram.sha_pub = -1;
	return ST_OK;
}

static int run(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	unsigned int mode = cmd->p1 & 7, target = cmd->p1 & 0xc0;
	bool old = has(c, F_SHA_OLD_MODES);

	if (cmd->p1 & 0x38 || (target && (old || mode != END || target == 0x80)))
		return ST_PARSE;
	switch (mode) {
	case START:
		return start(c, cmd);
	case UPDATE:
		return update(c, cmd);
	case END:
		return finish(c, cmd, target, false);
	case PUBLIC:
		return public(c, cmd);
	case HMAC_START:
		return hmac_start(c, cmd);
	case HMAC_END:
		return old ? finish(c, cmd, TO_TEMPKEY, true) : ST_PARSE;
	case READ_CONTEXT:
		return has(c, F_SHA_CONTEXT) ? read_context(c, cmd) : ST_PARSE;
	default:
		return has(c, F_SHA_CONTEXT) ? write_context(c, cmd) : ST_PARSE;
	}
}

int emu_cmd_sha(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	int status;

	if (!has(c, F_SHA_IN_TEMPKEY) && quirk(c, Q_608_SHA_KEEPS_TK))
		cmd->keep_tk = true;
	status = run(c, cmd);
	if (status != ST_OK && has(c, F_SHA_IN_TEMPKEY))
		c->sram.sha_mode = SHA_NONE;
	return status;
}
