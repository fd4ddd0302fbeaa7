// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Slots and tokens: the chips of the machine.
 */
#include <errno.h>
#include <stdio.h>

#include "keyref.h"
#include "p11.h"

static struct {
	unsigned int n;
	struct p11_slot slot[P11_SLOTS];
} chips;

void p11_token_reset(void)
{
	memset(&chips, 0, sizeof(chips));
}

struct p11_slot *p11_slot(CK_SLOT_ID id)
{
	return id < chips.n ? &chips.slot[id] : NULL;
}

/* An errno of the library as a return value */
static CK_RV to_rv(int rc)
{
	switch (-rc) {
	case 0:
		return CKR_OK;
	case EACCES: /* the chip's configuration forbids it */
		return CKR_KEY_FUNCTION_NOT_PERMITTED;
	case EPERM:
		return CKR_FUNCTION_REJECTED;
	case ENODEV:
	case ENXIO:
	case ENOENT:
	case ECONNREFUSED:
	case ENOTCONN:
		return CKR_DEVICE_REMOVED;
	case ENOMEM:
		return CKR_HOST_MEMORY;
	case EKEYREJECTED:
		return CKR_SIGNATURE_INVALID;
	}
	return CKR_DEVICE_ERROR;
}

CK_RV p11_open(const struct p11_slot *slot, struct ecc508a_dev **dev)
{
	int rc = ecc508a_open(slot->name, 0, dev);

	/* Without the right to sign there still is much to see */
	if (rc == -EACCES)
		rc = ecc508a_open(slot->name, ECC508A_OPEN_READONLY, dev);
	if (rc)
		p11_debug(slot->name, ecc508a_error(NULL));
	return rc ? CKR_DEVICE_REMOVED : CKR_OK;
}

CK_RV p11_close(struct ecc508a_dev *dev, int rc, const char *func)
{
	if (rc)
		p11_debug(func, ecc508a_error(dev));
	ecc508a_close(dev);
	return to_rv(rc);
}

/* Which keys are there?  Asks the chip for each public key, so only when somebody wants to know. */
CK_RV p11_read_keys(struct p11_slot *slot)
{
	struct ecc508a_slot_info si;
	struct ecc508a_dev *dev;
	struct p11_key *key;
	unsigned int i;
	int rc = 0;
	CK_RV rv;

	if (slot->keys_known)
		return CKR_OK;
	rv = p11_open(slot, &dev);
	if (rv != CKR_OK)
		return rv;
	rc = ecc508a_info(dev, false, &slot->info);
	slot->nkeys = 0;
	for (i = 0; !rc && i < P11_KEYS; i++) {
		if (ecc508a_slot_info(slot->info.config, i, &si) || !si.is_private)
			continue;
		key = &slot->keys[slot->nkeys];
		key->slot = i;
		key->can_sign = si.ext_sign;
		key->can_derive = si.ecdh;
		key->point[0] = 0x04;
		/* No key, or one whose public half is not to be seen: nothing that could be used
		 * from here */
		if (ecc508a_pubkey(dev, i, key->point + 1) == 0)
			slot->nkeys++;
		else
			p11_debug("keys", ecc508a_error(dev));
	}
	rv = p11_close(dev, rc, "keys");
	slot->keys_known = rv == CKR_OK;
	return rv;
}

static int add_chip(const char *name, void *arg)
{
	unsigned int i;

	for (i = 0; i < chips.n; i++)
		if (strcmp(chips.slot[i].name, name) == 0)
			return 0;
	if (chips.n == P11_SLOTS || strlen(name) >= P11_NAME_SIZE)
		return 0;
	/* A slot number, once given, stays */
	strcpy(chips.slot[chips.n++].name, name);
	return 0;
}

static CK_RV read_info(struct p11_slot *slot)
{
	struct ecc508a_dev *dev;
	CK_RV rv = p11_open(slot, &dev);

	if (rv != CKR_OK)
		return rv;
	return p11_close(dev, ecc508a_info(dev, false, &slot->info), "info");
}

CK_RV p11_GetSlotList(CK_BBOOL present, CK_SLOT_ID *list, CK_ULONG *count)
{
	CK_ULONG n = 0;
	unsigned int i;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	if (!count)
		return p11_unlock(CKR_ARGUMENTS_BAD);
	/* The standard lets the set of slots change only when the length is asked for */
	if (!list || !chips.n)
		ecc508a_list(add_chip, NULL);
	for (i = 0; i < chips.n; i++) {
		if (present && !chips.slot[i].sessions && read_info(&chips.slot[i]) != CKR_OK)
			continue;
		if (list && n < *count)
			list[n] = i;
		n++;
	}
	if (list && n > *count)
		rv = CKR_BUFFER_TOO_SMALL;
	*count = n;
	return p11_unlock(rv);
}

CK_RV p11_GetSlotInfo(CK_SLOT_ID id, CK_SLOT_INFO *info)
{
	struct p11_slot *slot;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	slot = p11_slot(id);
	if (!slot || !info)
		return p11_unlock(slot ? CKR_ARGUMENTS_BAD : CKR_SLOT_ID_INVALID);
	memset(info, 0, sizeof(*info));
	p11_pad(info->slotDescription, sizeof(info->slotDescription), slot->name);
	p11_pad(info->manufacturerID, sizeof(info->manufacturerID), "Microchip");
	info->flags = CKF_HW_SLOT | CKF_REMOVABLE_DEVICE;
	if (read_info(slot) == CKR_OK)
		info->flags |= CKF_TOKEN_PRESENT;
	return p11_unlock(CKR_OK);
}

CK_RV p11_GetTokenInfo(CK_SLOT_ID id, CK_TOKEN_INFO *info)
{
	char serial[ECC508A_KEYREF_SERIAL_SIZE], label[33];
	struct p11_slot *slot;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	slot = p11_slot(id);
	if (!slot || !info)
		return p11_unlock(slot ? CKR_ARGUMENTS_BAD : CKR_SLOT_ID_INVALID);
	if (read_info(slot) != CKR_OK)
		return p11_unlock(CKR_TOKEN_NOT_PRESENT);

	memset(info, 0, sizeof(*info));
	ecc508a_serial_format(slot->info.serial, serial);
	snprintf(label, sizeof(label), "%s %s", slot->info.part_name, serial);
	p11_pad(info->label, sizeof(info->label), label);
	p11_pad(info->manufacturerID, sizeof(info->manufacturerID), "Microchip");
	p11_pad(info->model, sizeof(info->model), slot->info.part_name);
	/* 16 characters for 18 digits: the last byte is the same on (nearly) all chips */
	p11_pad(info->serialNumber, sizeof(info->serialNumber), serial);
	info->flags = CKF_RNG | CKF_TOKEN_INITIALIZED | CKF_WRITE_PROTECTED;
	info->ulMaxSessionCount = P11_SESSIONS;
	info->ulSessionCount = slot->sessions;
	info->ulMaxRwSessionCount = P11_SESSIONS;
	info->ulRwSessionCount = CK_UNAVAILABLE_INFORMATION;
	info->ulTotalPublicMemory = CK_UNAVAILABLE_INFORMATION;
	info->ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION;
	info->ulTotalPrivateMemory = CK_UNAVAILABLE_INFORMATION;
	info->ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION;
	info->hardwareVersion.major = slot->info.revision[2];
	info->hardwareVersion.minor = slot->info.revision[3];
	info->firmwareVersion.major = slot->info.revision[0];
	info->firmwareVersion.minor = slot->info.revision[1];
	return p11_unlock(CKR_OK);
}

#define EC_FLAGS (CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS)
static const struct {
	CK_MECHANISM_TYPE type;
	CK_MECHANISM_INFO info;
} mechanisms[] = {
	{ CKM_ECDSA, { 256, 256, CKF_HW | CKF_SIGN | CKF_VERIFY | EC_FLAGS } },
	{ CKM_ECDH1_DERIVE, { 256, 256, CKF_HW | CKF_DERIVE | EC_FLAGS } },
};
#define MECHANISMS (sizeof(mechanisms) / sizeof(mechanisms[0]))

CK_RV p11_GetMechanismList(CK_SLOT_ID id, CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
	unsigned int i;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	if (!p11_slot(id) || !count)
		return p11_unlock(count ? CKR_SLOT_ID_INVALID : CKR_ARGUMENTS_BAD);
	if (list && *count < MECHANISMS)
		rv = CKR_BUFFER_TOO_SMALL;
	else if (list)
		for (i = 0; i < MECHANISMS; i++)
			list[i] = mechanisms[i].type;
	*count = MECHANISMS;
	return p11_unlock(rv);
}

CK_RV p11_GetMechanismInfo(CK_SLOT_ID id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
	unsigned int i;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	if (!p11_slot(id) || !info)
		return p11_unlock(info ? CKR_SLOT_ID_INVALID : CKR_ARGUMENTS_BAD);
	for (i = 0; i < MECHANISMS; i++) {
		if (mechanisms[i].type == type) {
			*info = mechanisms[i].info;
			return p11_unlock(CKR_OK);
		}
	}
	return p11_unlock(CKR_MECHANISM_INVALID);
}
