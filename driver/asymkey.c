// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Key references in the kernel's keyrings: `keyctl padd asymmetric NAME KEYRING < ref.der`,
 * then pkey_query, pkey_sign and pkey_verify work with the key in the chip.
 *
 * The payload holds the reference, not the chip: keys may be added before the chip arrives
 * and outlive it.  Instantiation does not touch the bus, because the crypto core holds its
 * parser lock around it.
 *
 * Whoever can search a keyring for the key may sign with it (KEY_NEED_SEARCH): set the key's
 * permissions accordingly.
 */
#include <crypto/public_key.h>
#include <linux/err.h>
#include <linux/key-type.h>
#include <linux/keyctl.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
/* These two do not include what they need */
#include <keys/asymmetric-subtype.h>
#include <keys/asymmetric-parser.h>

#include "asymkey.h"
#include "compat.h"
#include "ecc508a.h"
#include "ecdsa.h"
#include "proto/config.h"
#include "sigder.h"

#define ECC508A_KEY_BITS 256

enum ecc508a_encoding {
	ECC508A_ENC_RAW, /* r || s: "raw" and "p1363" */
	ECC508A_ENC_X962,
};

static int ecc508a_key_encoding(const char *encoding, const char *hash_algo)
{
	if (hash_algo && strcmp(hash_algo, "sha256"))
		return -ENOPKG;
	if (!encoding || !strcmp(encoding, "raw") || !strcmp(encoding, "p1363"))
		return ECC508A_ENC_RAW;
	if (!strcmp(encoding, "x962"))
		return ECC508A_ENC_X962;
	return -ENOPKG;
}

static void ecc508a_key_describe(const struct key *key, struct seq_file *m)
{
	const struct ecc508a_keyref *ref = key->payload.data[asym_crypto];

	seq_printf(m, "ecc508a %*phN slot %u", ECC508A_SERIAL_SIZE, ref->serial, ref->slot);
}

static void ecc508a_key_destroy(void *payload_crypto, void *payload_other)
{
	kfree(payload_crypto);
}

/* Does the slot permit it?  1 or 0; with the chip away nobody can tell: no.  Or -ENOMEM. */
static int ecc508a_key_may_sign(const struct ecc508a_keyref *ref)
{
	struct ecc508a_info *info;
	struct ecc508a_chip *chip;
	struct ecc_slot slot;
	int may = 0;

	chip = ecc508a_chip_find(ref->serial);
	if (IS_ERR(chip))
		return 0;
	info = kzalloc(sizeof(*info), GFP_KERNEL);
	if (!info) {
		may = -ENOMEM;
	} else if (!ecc508a_chip_info(chip, info)) {
		ecc_config_slot(info->config, ref->slot, &slot);
		may = slot.is_private && slot.key_type == ECC_KEY_TYPE_P256 && slot.ext_sign;
	}
	kfree(info);
	ecc508a_chip_put(chip);
	return may;
}

static int ecc508a_key_query(const struct kernel_pkey_params *params,
			     struct kernel_pkey_query *info)
{
	const struct ecc508a_keyref *ref = params->key->payload.data[asym_crypto];
	int enc, may_sign;

	enc = ecc508a_key_encoding(params->encoding, params->hash_algo);
	if (enc < 0)
		return enc;
	may_sign = ecc508a_key_may_sign(ref);
	if (may_sign < 0)
		return may_sign;

	memset(info, 0, sizeof(*info));
	info->key_size = ECC508A_KEY_BITS;
	info->max_data_size = ECC508A_DIGEST_SIZE;
	info->max_sig_size = enc == ECC508A_ENC_X962 ? ECC508A_SIG_DER_MAX : ECC508A_SIG_SIZE;
	info->supported_ops = KEYCTL_SUPPORTS_VERIFY;

	if (may_sign)
		info->supported_ops |= KEYCTL_SUPPORTS_SIGN;
	return 0;
}

static int ecc508a_key_eds_op(struct kernel_pkey_params *params, const void *in, void *out)
{
	struct ecc508a_ecdsa_ctx ctx = { .has_priv = true, .has_pub = true };
	u8 sig[ECC508A_SIG_SIZE], der[ECC508A_SIG_DER_MAX];
	size_t len = sizeof(sig);
	const u8 *src = sig;
	int enc, ret;

	if (params->op != kernel_pkey_sign)
		return -EOPNOTSUPP;
	enc = ecc508a_key_encoding(params->encoding, params->hash_algo);
	if (enc < 0)
		return enc;
	if (params->in_len != ECC508A_DIGEST_SIZE)
		return -EINVAL;

	ctx.ref = *(const struct ecc508a_keyref *)params->key->payload.data[asym_crypto];
	ret = ecc508a_ecdsa_sign(&ctx, in, params->in_len, sig);
	if (ret)
		return ret;
	if (enc == ECC508A_ENC_X962) {
		len = ecc508a_sig_to_der(sig, der);
		src = der;
	}
	if (params->out_len < len)
		return -EOVERFLOW;
	memcpy(out, src, len);
	return len;
}

static int ecc508a_key_verify(const struct key *key, const struct public_key_signature *pks)
{
	struct ecc508a_ecdsa_ctx ctx = { .has_priv = true, .has_pub = true };
#if ECC508A_HAS_PKS_M
	const u8 *digest = pks->m;
	u32 digest_size = pks->m_size;
#else
	const u8 *digest = pks->digest;
	u32 digest_size = pks->digest_size;
#endif
	u8 sig[ECC508A_SIG_SIZE];
	int enc, ret;

	enc = ecc508a_key_encoding(pks->encoding, pks->hash_algo);
	if (enc < 0)
		return enc;
	if (digest_size != ECC508A_DIGEST_SIZE)
		return -EINVAL;
	if (enc == ECC508A_ENC_X962) {
		/*
		 * keyctl(2) hands down max_sig_size bytes whatever the length of the caller's
		 * signature: what follows the SEQUENCE is not part of it.
		 */
		u32 len = pks->s_size;

		if (len >= 2)
			len = min_t(u32, len, 2 + pks->s[1]);
		ret = ecc508a_sig_from_der(pks->s, len, sig);
		if (ret)
			return ret;
	} else {
		if (pks->s_size != sizeof(sig))
			return -EBADMSG;
		memcpy(sig, pks->s, sizeof(sig));
	}
	ctx.ref = *(const struct ecc508a_keyref *)key->payload.data[asym_crypto];
	return ecc508a_ecdsa_verify(&ctx, digest, digest_size, sig);
}

static struct asymmetric_key_subtype ecc508a_key_subtype = {
	.owner = THIS_MODULE,
	.name = "ecc508a",
	.name_len = sizeof("ecc508a") - 1,
	.describe = ecc508a_key_describe,
	.destroy = ecc508a_key_destroy,
	.query = ecc508a_key_query,
	.eds_op = ecc508a_key_eds_op,
	.verify_signature = ecc508a_key_verify,
};

static int ecc508a_key_parse(struct key_preparsed_payload *prep)
{
	struct asymmetric_key_ids *kids;
	struct ecc508a_keyref *ref;
	int ret;

	ref = kzalloc(sizeof(*ref), GFP_KERNEL);
	if (!ref)
		return -ENOMEM;
	/* -EBADMSG: not ours, the next parser may try */
	ret = ecc508a_keyref_parse(prep->data, prep->datalen, ref);
	if (ret)
		goto free_ref;

	ret = -ENOMEM;
	kids = kzalloc(sizeof(*kids), GFP_KERNEL);
	if (!kids)
		goto free_ref;
	/* id: serial number, then slot, so that "id:" searches find the key */
	kids->id[0] = asymmetric_key_generate_id(ref->serial, sizeof(ref->serial), &ref->slot, 1);
	if (IS_ERR(kids->id[0])) {
		ret = PTR_ERR(kids->id[0]);
		goto free_kids;
	}
	prep->description = kasprintf(GFP_KERNEL, "ecc508a %*phN slot %u", ECC508A_SERIAL_SIZE,
				      ref->serial, ref->slot);
	if (!prep->description)
		goto free_id;

	__module_get(ecc508a_key_subtype.owner);
	prep->payload.data[asym_subtype] = &ecc508a_key_subtype;
	prep->payload.data[asym_key_ids] = kids;
	prep->payload.data[asym_crypto] = ref;
	prep->payload.data[asym_auth] = NULL;
	prep->quotalen = sizeof(*ref) + sizeof(*kids);
	return 0;

free_id:
	kfree(kids->id[0]);
free_kids:
	kfree(kids);
free_ref:
	kfree(ref);
	return ret;
}

static struct asymmetric_key_parser ecc508a_key_parser = {
	.owner = THIS_MODULE,
	.name = "ecc508a",
	.parse = ecc508a_key_parse,
};

int ecc508a_key_register(void)
{
	return register_asymmetric_key_parser(&ecc508a_key_parser);
}

void ecc508a_key_unregister(void)
{
	unregister_asymmetric_key_parser(&ecc508a_key_parser);
}
