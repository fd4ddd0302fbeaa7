/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * The PKCS#11 module: what its files share.
 *
 * A chip is a slot with a token in it. Each P-256 private key of the chip is a private and a public key object
 * with the chip's slot number as CKA_ID. No PIN is needed (who may use the chip is decided by the permissions of
 * the device node); whoever logs in nevertheless may use any PIN. Nothing in the chip can be changed this way.
 *
 * One lock, taken in every function of the API. Each operation opens the chip and closes it again. After a
 * fork the child has to call C_Initialize() as the standard demands; until then it is told that it has not.
 */
#ifndef ECC508A_P11_H
#define ECC508A_P11_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <p11-kit/pkcs11.h>

#include "ecc508a.h"

#define P11_SLOTS 16 /* chips in one machine */
#define P11_KEYS 16 /* slots of a chip */
#define P11_SESSIONS 256
#define P11_SECRETS 16 /* derived secrets in one session */
#define P11_NAME_SIZE 128

/**
 * struct p11_key - a private key of the chip
 * @point: 04 || X || Y
 */
struct p11_key {
	uint8_t slot;
	bool can_sign, can_derive;
	uint8_t point[65];
};

/**
 * struct p11_slot - a chip
 * @keys_known: @keys was read from the chip (when the first session was opened)
 */
struct p11_slot {
	char name[P11_NAME_SIZE];
	unsigned int sessions;
	bool logged_in;
	bool keys_known;
	unsigned int nkeys;
	struct p11_key keys[P11_KEYS];
	struct ecc508a_chip_info info;
};

struct p11_secret {
	bool used;
	uint8_t value[32];
	size_t len; /* as many of its bytes as the template wanted */
	char label[32];
};

/**
 * struct p11_session - an open session
 * @found: handles that C_FindObjects() has still to give out
 * @sign, @verify: the key of an operation under way, NULL: none
 */
struct p11_session {
	bool used;
	CK_SLOT_ID slot_id;
	CK_FLAGS flags;
	bool finding;
	unsigned int nfound, next_found;
	CK_OBJECT_HANDLE found[2 * P11_KEYS + P11_SECRETS];
	const struct p11_key *sign, *verify;
	struct p11_secret secrets[P11_SECRETS];
};

/* module.c */
CK_RV p11_lock(void); /* CKR_CRYPTOKI_NOT_INITIALIZED unless C_Initialize() was called */
CK_RV p11_unlock(CK_RV rv); /* returns @rv */
void p11_debug(const char *func, const char *text);
void p11_pad(CK_UTF8CHAR *to, size_t size, const char *text);

/* token.c */
void p11_token_reset(void);
struct p11_slot *p11_slot(CK_SLOT_ID id);
CK_RV p11_open(const struct p11_slot *slot, struct ecc508a_dev **dev);
CK_RV p11_close(struct ecc508a_dev *dev, int rc, const char *func);
CK_RV p11_read_keys(struct p11_slot *slot);

/* session.c */
void p11_session_reset(void);
struct p11_session *p11_session(CK_SESSION_HANDLE handle);

/* object.c */
const struct p11_key *p11_key_by_handle(const struct p11_session *s, CK_OBJECT_HANDLE handle,
					bool *is_private);
CK_OBJECT_HANDLE p11_secret_handle(unsigned int i);

#define P11_API(name, ...) CK_RV name(__VA_ARGS__)

P11_API(p11_GetSlotList, CK_BBOOL present, CK_SLOT_ID *list, CK_ULONG *count);
P11_API(p11_GetSlotInfo, CK_SLOT_ID id, CK_SLOT_INFO *info);
P11_API(p11_GetTokenInfo, CK_SLOT_ID id, CK_TOKEN_INFO *info);
P11_API(p11_GetMechanismList, CK_SLOT_ID id, CK_MECHANISM_TYPE *list, CK_ULONG *count);
P11_API(p11_GetMechanismInfo, CK_SLOT_ID id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info);

P11_API(p11_OpenSession, CK_SLOT_ID id, CK_FLAGS flags, void *app, CK_NOTIFY notify,
	CK_SESSION_HANDLE *handle);
P11_API(p11_CloseSession, CK_SESSION_HANDLE handle);
P11_API(p11_CloseAllSessions, CK_SLOT_ID id);
P11_API(p11_GetSessionInfo, CK_SESSION_HANDLE handle, CK_SESSION_INFO *info);
P11_API(p11_Login, CK_SESSION_HANDLE handle, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG len);
P11_API(p11_Logout, CK_SESSION_HANDLE handle);

P11_API(p11_FindObjectsInit, CK_SESSION_HANDLE handle, CK_ATTRIBUTE *templ, CK_ULONG count);
P11_API(p11_FindObjects, CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE *objects, CK_ULONG max,
	CK_ULONG *count);
P11_API(p11_FindObjectsFinal, CK_SESSION_HANDLE handle);
P11_API(p11_GetAttributeValue, CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object,
	CK_ATTRIBUTE *templ, CK_ULONG count);
P11_API(p11_GetObjectSize, CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object, CK_ULONG *size);
P11_API(p11_DestroyObject, CK_SESSION_HANDLE handle, CK_OBJECT_HANDLE object);

P11_API(p11_SignInit, CK_SESSION_HANDLE handle, CK_MECHANISM *mech, CK_OBJECT_HANDLE key);
P11_API(p11_Sign, CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG len, CK_BYTE *sig,
	CK_ULONG *siglen);
P11_API(p11_VerifyInit, CK_SESSION_HANDLE handle, CK_MECHANISM *mech, CK_OBJECT_HANDLE key);
P11_API(p11_Verify, CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG len, CK_BYTE *sig,
	CK_ULONG siglen);
P11_API(p11_DeriveKey, CK_SESSION_HANDLE handle, CK_MECHANISM *mech, CK_OBJECT_HANDLE base,
	CK_ATTRIBUTE *templ, CK_ULONG count, CK_OBJECT_HANDLE *derived);
P11_API(p11_SeedRandom, CK_SESSION_HANDLE handle, CK_BYTE *seed, CK_ULONG len);
P11_API(p11_GenerateRandom, CK_SESSION_HANDLE handle, CK_BYTE *data, CK_ULONG len);

#endif
