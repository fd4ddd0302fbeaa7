// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Signing, verifying, ECDH and random numbers.
 */
#include <stdio.h>

#include "p11.h"

#define DIGEST_MAX 64 /* SHA-512; nobody has a longer digest */

/* The session, if it may start an operation with this key */
static CK_RV op_init(struct p11_session *s, CK_MECHANISM *mech, CK_OBJECT_HANDLE handle,
		     bool want_private, const struct p11_key **key)
{
	bool is_private;

	if (!mech)
		return CKR_ARGUMENTS_BAD;
	if (mech->mechanism != CKM_ECDSA)
		return CKR_MECHANISM_INVALID;
	if (mech->ulParameterLen)
		return CKR_MECHANISM_PARAM_INVALID;
	*key = p11_key_by_handle(s, handle, &is_private);
	if (!*key)
		return CKR_KEY_HANDLE_INVALID;
	if (is_private != want_private) {
		*key = NULL;
		return CKR_KEY_TYPE_INCONSISTENT;
	}
	return CKR_OK;
}

/* The leftmost 256 bits of a longer digest, a shorter one as a number (FIPS 186-5 6.4.1) */
static bool to_digest(const uint8_t *data, size_t len, uint8_t digest[32])
{
	if (!data || !len || len > DIGEST_MAX)
		return false;
	memset(digest, 0, 32);
	if (len >= 32)
		memcpy(digest, data, 32);
	else
		memcpy(digest + 32 - len, data, len);
	return true;
}

CK_RV p11_SignInit(CK_SESSION_HANDLE handle, CK_MECHANISM *mech, CK_OBJECT_HANDLE key)
{
	struct p11_session *s;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s)
		return p11_unlock(CKR_SESSION_HANDLE_INVALID);
	if (s->sign)
		return p11_unlock(CKR_OPERATION_ACTIVE);
	rv = op_init(s, mech, key, true, &s->sign);
	if (rv == CKR_OK && !s->sign->can_sign) {
		s->sign = NULL;
		rv = CKR_KEY_FUNCTION_NOT_PERMITTED;
	}
	return p11_unlock(rv);
}

CK_RV p11_Sign(CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG len, CK_BYTE *sig,
	       CK_ULONG *siglen)
{
	const struct p11_key *key;
	struct ecc508a_dev *dev;
	struct p11_session *s;
	uint8_t digest[32];
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s)
		return p11_unlock(CKR_SESSION_HANDLE_INVALID);
	if (!s->sign)
		return p11_unlock(CKR_OPERATION_NOT_INITIALIZED);
	if (!siglen) {
		s->sign = NULL;
		return p11_unlock(CKR_ARGUMENTS_BAD);
	}
	/* Asking for the length, or offering too little room, does not end the operation */
	if (!sig || *siglen < 64) {
		*siglen = 64;
		return p11_unlock(sig ? CKR_BUFFER_TOO_SMALL : CKR_OK);
	}
	key = s->sign;
	s->sign = NULL;
	if (!to_digest(data, len, digest))
		return p11_unlock(CKR_DATA_LEN_RANGE);
	rv = p11_open(p11_slot(s->slot_id), &dev);
	if (rv == CKR_OK)
		rv = p11_close(dev, ecc508a_sign(dev, key->slot, digest, sig), "sign");
	if (rv == CKR_OK)
		*siglen = 64;
	return p11_unlock(rv);
}

CK_RV p11_VerifyInit(CK_SESSION_HANDLE handle, CK_MECHANISM *mech, CK_OBJECT_HANDLE key)
{
	struct p11_session *s;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s)
		return p11_unlock(CKR_SESSION_HANDLE_INVALID);
	if (s->verify)
		return p11_unlock(CKR_OPERATION_ACTIVE);
	return p11_unlock(op_init(s, mech, key, false, &s->verify));
}

CK_RV p11_Verify(CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG len, CK_BYTE *sig,
		 CK_ULONG siglen)
{
	const struct p11_key *key;
	struct ecc508a_dev *dev;
	struct p11_session *s;
	uint8_t digest[32];
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s)
		return p11_unlock(CKR_SESSION_HANDLE_INVALID);
	if (!s->verify)
		return p11_unlock(CKR_OPERATION_NOT_INITIALIZED);
	key = s->verify;
	s->verify = NULL;
	if (!to_digest(data, len, digest))
		return p11_unlock(CKR_DATA_LEN_RANGE);
	if (!sig || siglen != 64)
		return p11_unlock(CKR_SIGNATURE_LEN_RANGE);
	rv = p11_open(p11_slot(s->slot_id), &dev);
	if (rv == CKR_OK)
		rv = p11_close(dev, ecc508a_verify(dev, key->point + 1, digest, sig), "verify");
	return p11_unlock(rv);
}

/* ------------------------------------------------------------------ ECDH */

/* What may be wished for in a derived secret */
static CK_RV read_template(const CK_ATTRIBUTE *templ, CK_ULONG count, struct p11_secret *secret)
{
	CK_ULONG i, n;

	secret->len = sizeof(secret->value);
	for (i = 0; i < count; i++) {
		if (!templ[i].pValue && templ[i].ulValueLen)
			return CKR_ATTRIBUTE_VALUE_INVALID;
		switch (templ[i].type) {
		case CKA_CLASS:
		case CKA_KEY_TYPE:
		case CKA_VALUE_LEN:
			if (templ[i].ulValueLen != sizeof(n))
				return CKR_ATTRIBUTE_VALUE_INVALID;
			memcpy(&n, templ[i].pValue, sizeof(n));
			if (templ[i].type == CKA_CLASS && n != CKO_SECRET_KEY)
				return CKR_TEMPLATE_INCONSISTENT;
			if (templ[i].type == CKA_KEY_TYPE && n != CKK_GENERIC_SECRET)
				return CKR_TEMPLATE_INCONSISTENT;
			if (templ[i].type == CKA_VALUE_LEN) {
				if (n < 1 || n > sizeof(secret->value))
					return CKR_ATTRIBUTE_VALUE_INVALID;
				secret->len = n;
			}
			break;
		case CKA_LABEL:
			snprintf(secret->label, sizeof(secret->label), "%.*s",
				 (int)(templ[i].ulValueLen < 31 ? templ[i].ulValueLen : 31),
				 (const char *)templ[i].pValue);
			break;
		case CKA_TOKEN:
		case CKA_SENSITIVE:
			/* a session object that the caller can read is all it can be */
			if (templ[i].ulValueLen != 1 || *(CK_BBOOL *)templ[i].pValue != CK_FALSE)
				return CKR_TEMPLATE_INCONSISTENT;
			break;
		}
	}
	return CKR_OK;
}

/* The peer's point: as it is, or in an OCTET STRING (both are seen in the wild; 2.40 allows both) */
static const uint8_t *peer_point(const CK_ECDH1_DERIVE_PARAMS *params)
{
	const uint8_t *p = params->pPublicData;

	if (!p)
		return NULL;
	if (params->ulPublicDataLen == 67 && p[0] == 0x04 && p[1] == 65 && p[2] == 0x04)
		return p + 2;
	return params->ulPublicDataLen == 65 && p[0] == 0x04 ? p : NULL;
}

static CK_RV derive(struct p11_session *s, const CK_MECHANISM *mech, CK_OBJECT_HANDLE base,
		    const CK_ATTRIBUTE *templ, CK_ULONG count, CK_OBJECT_HANDLE *derived)
{
	const CK_ECDH1_DERIVE_PARAMS *params = mech->pParameter;
	struct p11_secret secret = { .used = true };
	const struct p11_key *key;
	struct ecc508a_dev *dev;
	const uint8_t *point;
	unsigned int i;
	bool is_private;
	CK_RV rv;

	if (mech->mechanism != CKM_ECDH1_DERIVE)
		return CKR_MECHANISM_INVALID;
	if (!params || mech->ulParameterLen != sizeof(*params) || params->kdf != CKD_NULL ||
	    params->ulSharedDataLen)
		return CKR_MECHANISM_PARAM_INVALID;
	point = peer_point(params);
	if (!point)
		return CKR_MECHANISM_PARAM_INVALID;
	key = p11_key_by_handle(s, base, &is_private);
	if (!key)
		return CKR_KEY_HANDLE_INVALID;
	if (!is_private)
		return CKR_KEY_TYPE_INCONSISTENT;
	if (!key->can_derive)
		return CKR_KEY_FUNCTION_NOT_PERMITTED;
	rv = read_template(templ, count, &secret);
	if (rv != CKR_OK)
		return rv;
	for (i = 0; i < P11_SECRETS && s->secrets[i].used; i++)
		;
	if (i == P11_SECRETS)
		return CKR_DEVICE_MEMORY;
	rv = p11_open(p11_slot(s->slot_id), &dev);
	if (rv == CKR_OK)
		rv = p11_close(dev, ecc508a_ecdh(dev, key->slot, point + 1, secret.value), "ECDH");
	if (rv == CKR_OK) {
		/* A shorter key is the end of the secret, bytes are dropped at its front
		 * (2.40 2.3.8) */
		memmove(secret.value, secret.value + sizeof(secret.value) - secret.len, secret.len);
		s->secrets[i] = secret;
		*derived = p11_secret_handle(i);
	}
	explicit_bzero(&secret, sizeof(secret));
	return rv;
}

CK_RV p11_DeriveKey(CK_SESSION_HANDLE handle, CK_MECHANISM *mech, CK_OBJECT_HANDLE base,
		    CK_ATTRIBUTE *templ, CK_ULONG count, CK_OBJECT_HANDLE *derived)
{
	struct p11_session *s;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s)
		return p11_unlock(CKR_SESSION_HANDLE_INVALID);
	if (!mech || (!templ && count) || !derived)
		return p11_unlock(CKR_ARGUMENTS_BAD);
	return p11_unlock(derive(s, mech, base, templ, count, derived));
}

/* ------------------------------------------------------------------ random numbers */

CK_RV p11_SeedRandom(CK_SESSION_HANDLE handle, CK_BYTE *seed, CK_ULONG len)
{
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	return p11_unlock(p11_session(handle) ? CKR_RANDOM_SEED_NOT_SUPPORTED
					      : CKR_SESSION_HANDLE_INVALID);
}

CK_RV p11_GenerateRandom(CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG len)
{
	struct ecc508a_dev *dev;
	struct p11_session *s;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s)
		return p11_unlock(CKR_SESSION_HANDLE_INVALID);
	if (!data && len)
		return p11_unlock(CKR_ARGUMENTS_BAD);
	if (!len)
		return p11_unlock(CKR_OK);
	rv = p11_open(p11_slot(s->slot_id), &dev);
	if (rv == CKR_OK)
		rv = p11_close(dev, ecc508a_random(dev, data, len), "random");
	return p11_unlock(rv);
}
