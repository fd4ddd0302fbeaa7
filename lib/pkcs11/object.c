// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Objects: what they are made of, and how they are found.
 */
#include <stdio.h>

#include "p11.h"

/* Object handles: two for each key of the chip (private, public), then the session's secrets */
#define SECRET_BASE 0x100

/* namedCurve prime256v1 (RFC 5480 2.1.1.1) */
static const uint8_t ec_params[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
/* SubjectPublicKeyInfo up to the point */
static const uint8_t spki_head[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
};

enum object_type {
	PRIVATE_KEY,
	PUBLIC_KEY,
	SECRET_KEY
};

struct object {
	enum object_type type;
	const struct p11_key *key;
	const struct p11_secret *secret;
};

/* A value, before it is copied to the caller */
struct value {
	uint8_t buf[128];
	size_t len;
};

const struct p11_key *p11_key_by_handle(const struct p11_session *s, CK_OBJECT_HANDLE handle,
					bool *is_private)
{
	const struct p11_slot *slot = p11_slot(s->slot_id);

	if (handle < 1 || handle > 2 * slot->nkeys)
		return NULL;
	*is_private = handle & 1;
	return &slot->keys[(handle - 1) / 2];
}

CK_OBJECT_HANDLE p11_secret_handle(unsigned int i)
{
	return SECRET_BASE + i;
}

static bool find_object(const struct p11_session *s, CK_OBJECT_HANDLE handle, struct object *o)
{
	bool is_private;

	memset(o, 0, sizeof(*o));
	o->key = p11_key_by_handle(s, handle, &is_private);
	if (o->key) {
		o->type = is_private ? PRIVATE_KEY : PUBLIC_KEY;
		return true;
	}
	if (handle < SECRET_BASE || handle >= SECRET_BASE + P11_SECRETS ||
	    !s->secrets[handle - SECRET_BASE].used)
		return false;
	o->type = SECRET_KEY;
	o->secret = &s->secrets[handle - SECRET_BASE];
	return true;
}

static CK_RV put(struct value *v, const void *data, size_t len)
{
	memcpy(v->buf, data, len);
	v->len = len;
	return CKR_OK;
}

static CK_RV put_bool(struct value *v, bool yes)
{
	CK_BBOOL b = yes ? CK_TRUE : CK_FALSE;

	return put(v, &b, sizeof(b));
}

static CK_RV put_ulong(struct value *v, CK_ULONG n)
{
	return put(v, &n, sizeof(n));
}

static CK_RV secret_attribute(const struct p11_secret *s, CK_ATTRIBUTE_TYPE type, struct value *v)
{
	switch (type) {
	case CKA_CLASS:
		return put_ulong(v, CKO_SECRET_KEY);
	case CKA_KEY_TYPE:
		return put_ulong(v, CKK_GENERIC_SECRET);
	case CKA_VALUE:
		return put(v, s->value, s->len);
	case CKA_VALUE_LEN:
		return put_ulong(v, s->len);
	case CKA_LABEL:
		return put(v, s->label, strlen(s->label));
	case CKA_ID:
		return put(v, "", 0);
	case CKA_EXTRACTABLE:
	case CKA_DESTROYABLE:
		return put_bool(v, true);
	case CKA_TOKEN:
	case CKA_PRIVATE:
	case CKA_MODIFIABLE:
	case CKA_COPYABLE:
	case CKA_SENSITIVE:
	case CKA_ALWAYS_SENSITIVE:
	case CKA_NEVER_EXTRACTABLE:
	case CKA_LOCAL:
	case CKA_DERIVE:
	case CKA_SIGN:
	case CKA_VERIFY:
	case CKA_ENCRYPT:
	case CKA_DECRYPT:
	case CKA_WRAP:
	case CKA_UNWRAP:
		return put_bool(v, false);
	}
	return CKR_ATTRIBUTE_TYPE_INVALID;
}

/* What private and public keys share */
static CK_RV key_attribute(const struct p11_key *key, CK_ATTRIBUTE_TYPE type, struct value *v)
{
	uint8_t spki[sizeof(spki_head) + sizeof(key->point)];
	static const CK_MECHANISM_TYPE mechs[] = { CKM_ECDSA, CKM_ECDH1_DERIVE };
	char label[16];

	switch (type) {
	case CKA_KEY_TYPE:
		return put_ulong(v, CKK_EC);
	case CKA_ID:
		return put(v, &key->slot, 1);
	case CKA_LABEL:
		snprintf(label, sizeof(label), "slot%u", key->slot);
		return put(v, label, strlen(label));
	case CKA_EC_PARAMS:
		return put(v, ec_params, sizeof(ec_params));
	case CKA_PUBLIC_KEY_INFO:
		memcpy(spki, spki_head, sizeof(spki_head));
		memcpy(spki + sizeof(spki_head), key->point, sizeof(key->point));
		return put(v, spki, sizeof(spki));
	case CKA_TOKEN:
		return put_bool(v, true);
	case CKA_PRIVATE: /* no login is needed to see it */
	case CKA_MODIFIABLE:
	case CKA_COPYABLE:
	case CKA_DESTROYABLE:
	case CKA_LOCAL: /* perhaps, but the chip does not remember */
	case CKA_TRUSTED:
		return put_bool(v, false);
	case CKA_KEY_GEN_MECHANISM:
		return put_ulong(v, CK_UNAVAILABLE_INFORMATION);
	case CKA_ALLOWED_MECHANISMS:
		return put(v, mechs, sizeof(mechs));
	case CKA_SUBJECT:
	case CKA_START_DATE:
	case CKA_END_DATE:
		return put(v, "", 0);
	}
	return CKR_ATTRIBUTE_TYPE_INVALID;
}

static CK_RV private_attribute(const struct p11_key *key, CK_ATTRIBUTE_TYPE type, struct value *v)
{
	switch (type) {
	case CKA_CLASS:
		return put_ulong(v, CKO_PRIVATE_KEY);
	case CKA_VALUE:
		return CKR_ATTRIBUTE_SENSITIVE;
	case CKA_SENSITIVE:
	case CKA_ALWAYS_SENSITIVE:
	case CKA_NEVER_EXTRACTABLE:
		return put_bool(v, true);
	case CKA_SIGN:
		return put_bool(v, key->can_sign);
	case CKA_DERIVE:
		return put_bool(v, key->can_derive);
	case CKA_EXTRACTABLE:
	case CKA_DECRYPT:
	case CKA_SIGN_RECOVER:
	case CKA_UNWRAP:
	case CKA_ALWAYS_AUTHENTICATE:
	case CKA_WRAP_WITH_TRUSTED:
		return put_bool(v, false);
	}
	return key_attribute(key, type, v);
}

static CK_RV public_attribute(const struct p11_key *key, CK_ATTRIBUTE_TYPE type, struct value *v)
{
	uint8_t octets[2 + sizeof(key->point)] = { 0x04, sizeof(key->point) };

	switch (type) {
	case CKA_CLASS:
		return put_ulong(v, CKO_PUBLIC_KEY);
	case CKA_EC_POINT: /* DER: an OCTET STRING around the point */
		memcpy(octets + 2, key->point, sizeof(key->point));
		return put(v, octets, sizeof(octets));
	case CKA_VERIFY:
		return put_bool(v, true);
	case CKA_ENCRYPT:
	case CKA_VERIFY_RECOVER:
	case CKA_WRAP:
	case CKA_DERIVE:
		return put_bool(v, false);
	}
	return key_attribute(key, type, v);
}

static CK_RV attribute(const struct object *o, CK_ATTRIBUTE_TYPE type, struct value *v)
{
	v->len = 0;
	switch (o->type) {
	case PRIVATE_KEY:
		return private_attribute(o->key, type, v);
	case PUBLIC_KEY:
		return public_attribute(o->key, type, v);
	case SECRET_KEY:
		return secret_attribute(o->secret, type, v);
	}
	return CKR_GENERAL_ERROR;
}

CK_RV p11_GetAttributeValue(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ,
			    CK_ULONG count)
{
	struct p11_session *s;
	struct object o;
	struct value v;
	CK_RV rv, one;
	CK_ULONG i;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s || (!templ && count))
		return p11_unlock(s ? CKR_ARGUMENTS_BAD : CKR_SESSION_HANDLE_INVALID);
	if (!find_object(s, object, &o))
		return p11_unlock(CKR_OBJECT_HANDLE_INVALID);
	/* One bad attribute does not keep the others from being answered (PKCS#11 2.40, 5.7) */
	for (i = 0; i < count; i++) {
		one = attribute(&o, templ[i].type, &v);
		if (one == CKR_OK && templ[i].pValue && templ[i].ulValueLen < v.len)
			one = CKR_BUFFER_TOO_SMALL;
		if (one == CKR_OK) {
			if (templ[i].pValue)
				memcpy(templ[i].pValue, v.buf, v.len);
			templ[i].ulValueLen = v.len;
		} else {
			templ[i].ulValueLen = CK_UNAVAILABLE_INFORMATION;
			rv = one;
		}
	}
	explicit_bzero(&v, sizeof(v));
	return p11_unlock(rv);
}

CK_RV p11_GetObjectSize(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ULONG *size)
{
	struct p11_session *s;
	struct object o;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s || !size)
		return p11_unlock(s ? CKR_ARGUMENTS_BAD : CKR_SESSION_HANDLE_INVALID);
	if (!find_object(s, object, &o))
		return p11_unlock(CKR_OBJECT_HANDLE_INVALID);
	*size = CK_UNAVAILABLE_INFORMATION;
	return p11_unlock(CKR_OK);
}

CK_RV p11_DestroyObject(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object)
{
	struct p11_session *s;
	struct object o;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s)
		return p11_unlock(CKR_SESSION_HANDLE_INVALID);
	if (!find_object(s, object, &o))
		return p11_unlock(CKR_OBJECT_HANDLE_INVALID);
	if (o.type != SECRET_KEY)
		return p11_unlock(CKR_TOKEN_WRITE_PROTECTED);
	explicit_bzero(&s->secrets[object - SECRET_BASE], sizeof(s->secrets[0]));
	return p11_unlock(CKR_OK);
}

/* ------------------------------------------------------------------ finding */

static bool matches(const struct object *o, const CK_ATTRIBUTE *templ, CK_ULONG count)
{
	struct value v;
	CK_ULONG i;

	for (i = 0; i < count; i++)
		if (attribute(o, templ[i].type, &v) != CKR_OK || templ[i].ulValueLen != v.len ||
		    (v.len && (!templ[i].pValue || memcmp(templ[i].pValue, v.buf, v.len) != 0)))
			return false;
	return true;
}

CK_RV p11_FindObjectsInit(CK_SESSION_HANDLE handle, CK_ATTRIBUTE *templ, CK_ULONG count)
{
	CK_OBJECT_HANDLE h;
	struct p11_session *s;
	struct object o;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s || (!templ && count))
		return p11_unlock(s ? CKR_ARGUMENTS_BAD : CKR_SESSION_HANDLE_INVALID);
	if (s->finding)
		return p11_unlock(CKR_OPERATION_ACTIVE);
	s->finding = true;
	s->nfound = s->next_found = 0;
	for (h = 1; h <= 2 * P11_KEYS; h++)
		if (find_object(s, h, &o) && matches(&o, templ, count))
			s->found[s->nfound++] = h;
	for (h = SECRET_BASE; h < SECRET_BASE + P11_SECRETS; h++)
		if (find_object(s, h, &o) && matches(&o, templ, count))
			s->found[s->nfound++] = h;
	return p11_unlock(CKR_OK);
}

CK_RV p11_FindObjects(CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE *objects, CK_ULONG max,
		      CK_ULONG *count)
{
	struct p11_session *s;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s)
		return p11_unlock(CKR_SESSION_HANDLE_INVALID);
	if (!count || (!objects && max))
		return p11_unlock(CKR_ARGUMENTS_BAD);
	if (!s->finding)
		return p11_unlock(CKR_OPERATION_NOT_INITIALIZED);
	for (*count = 0; *count < max && s->next_found < s->nfound; (*count)++)
		objects[*count] = s->found[s->next_found++];
	return p11_unlock(CKR_OK);
}

CK_RV p11_FindObjectsFinal(CK_SESSION_HANDLE handle)
{
	struct p11_session *s;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s)
		return p11_unlock(CKR_SESSION_HANDLE_INVALID);
	if (!s->finding)
		return p11_unlock(CKR_OPERATION_NOT_INITIALIZED);
	s->finding = false;
	return p11_unlock(CKR_OK);
}
