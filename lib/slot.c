// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* SlotConfig and KeyConfig of a slot in words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

static void add(char *text, size_t size, const char *word)
{
	size_t at = strlen(text);
	bool first = !at || text[at - 1] == ' ';

	snprintf(text + at, size - at, "%s%s", first ? "" : ", ", word);
}

static void summarise_private(const struct ecc_slot *s, char *text, size_t size)
{
	if (s->key_type != ECC_KEY_TYPE_P256 || !s->is_secret) {
		snprintf(text, size, "private slot that cannot be used (%s)",
			 s->is_secret ? "KeyType is not P-256" : "IsSecret is 0");
		return;
	}
	snprintf(text, size, "P-256 private key: ");
	if (s->ext_sign)
		add(text, size, "sign");
	if (s->int_sign)
		add(text, size, "sign internal");
	if (s->ecdh)
		add(text, size, s->ecdh_to_slot ? "ECDH to next slot" : "ECDH");
	if (s->genkey_allowed)
		add(text, size, "GenKey");
	if (s->privwrite_allowed)
		add(text, size, "PrivWrite");
	if (!s->pub_info)
		add(text, size, "public key hidden");
}

static void summarise_data(const struct ecc_slot *s, unsigned int slot, char *text, size_t size)
{
	const char *kind = s->key_type == ECC_KEY_TYPE_P256 && slot >= 8 ? "P-256 public key"
			   : s->key_type == ECC_KEY_TYPE_AES		 ? "AES keys"
			   : s->is_secret				 ? "secret"
									 : "data";

	snprintf(text, size, "%s: ", kind);
	if (!s->is_secret)
		add(text, size, "read");
	else
		add(text, size, s->encrypt_read ? "read encrypted" : "never read");
	if (s->write_config & 4)
		add(text, size, "write encrypted");
	else if (s->write_config == 0)
		add(text, size, "write");
	else if (s->write_config == 1)
		add(text, size, "write if not validated");
	else
		add(text, size, "never written");
	if (s->write_config & 2)
		add(text, size, "DeriveKey");
}

ECC508A_API int ecc508a_slot_info(const uint8_t config[128], unsigned int slot,
				  struct ecc508a_slot_info *out)
{
	struct ecc_slot s;

	memset(out, 0, sizeof(*out));
	if (slot >= ECC_SLOTS)
		return -EINVAL;
	ecc_config_slot(config, slot, &s);
	out->slot_config = s.slot_config;
	out->key_config = s.key_config;
	out->size = s.size;
	out->is_private = s.is_private;
	out->is_secret = s.is_secret;
	out->locked = s.locked;
	out->lockable = s.lockable;
	out->ext_sign = s.ext_sign;
	out->int_sign = s.int_sign;
	out->ecdh = s.ecdh;
	out->genkey_allowed = s.genkey_allowed;
	out->pub_info = s.pub_info;
	out->encrypt_read = s.encrypt_read;
	out->req_random = s.req_random;
	out->req_auth = s.req_auth;
	out->limited_use = s.limited_use;
	out->no_mac = s.no_mac;
	out->read_key = s.read_key;
	out->write_key = s.write_key;
	out->write_config = s.write_config;
	out->key_type = s.key_type;
	out->auth_key = s.auth_key;
	if (s.is_private)
		summarise_private(&s, out->summary, sizeof(out->summary));
	else
		summarise_data(&s, slot, out->summary, sizeof(out->summary));
	if (s.req_auth)
		add(out->summary, sizeof(out->summary), "needs authorisation");
	if (s.locked)
		add(out->summary, sizeof(out->summary), "slot locked");
	return 0;
}
