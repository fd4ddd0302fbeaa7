// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Sessions and the login that is not needed.
 */
#include <stdlib.h>

#include "p11.h"

static struct p11_session *sessions[P11_SESSIONS];

static void destroy(unsigned int i)
{
	struct p11_session *s = sessions[i];
	struct p11_slot *slot;

	if (!s)
		return;
	slot = p11_slot(s->slot_id);
	if (slot && slot->sessions && --slot->sessions == 0) {
		/* The login ends with the last session; so does what we know of the keys */
		slot->logged_in = false;
		slot->keys_known = false;
	}
	explicit_bzero(s, sizeof(*s));
	free(s);
	sessions[i] = NULL;
}

void p11_session_reset(void)
{
	unsigned int i;

	for (i = 0; i < P11_SESSIONS; i++)
		destroy(i);
}

/* Handles start at 1: 0 is CK_INVALID_HANDLE */
struct p11_session *p11_session(CK_SESSION_HANDLE handle)
{
	return handle >= 1 && handle <= P11_SESSIONS ? sessions[handle - 1] : NULL;
}

CK_RV p11_OpenSession(CK_SLOT_ID id, CK_FLAGS flags, void *app, CK_NOTIFY notify,
		      CK_SESSION_HANDLE *handle)
{
	struct p11_slot *slot;
	unsigned int i;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	slot = p11_slot(id);
	if (!slot || !handle)
		return p11_unlock(slot ? CKR_ARGUMENTS_BAD : CKR_SLOT_ID_INVALID);
	if (!(flags & CKF_SERIAL_SESSION))
		return p11_unlock(CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	if (p11_read_keys(slot) != CKR_OK)
		return p11_unlock(CKR_TOKEN_NOT_PRESENT);
	for (i = 0; i < P11_SESSIONS && sessions[i]; i++)
		;
	if (i == P11_SESSIONS)
		return p11_unlock(CKR_SESSION_COUNT);
	sessions[i] = calloc(1, sizeof(*sessions[i]));
	if (!sessions[i])
		return p11_unlock(CKR_HOST_MEMORY);
	sessions[i]->slot_id = id;
	sessions[i]->flags = flags;
	slot->sessions++;
	*handle = i + 1;
	return p11_unlock(CKR_OK);
}

CK_RV p11_CloseSession(CK_SESSION_HANDLE handle)
{
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	if (!p11_session(handle))
		return p11_unlock(CKR_SESSION_HANDLE_INVALID);
	destroy(handle - 1);
	return p11_unlock(CKR_OK);
}

CK_RV p11_CloseAllSessions(CK_SLOT_ID id)
{
	unsigned int i;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	if (!p11_slot(id))
		return p11_unlock(CKR_SLOT_ID_INVALID);
	for (i = 0; i < P11_SESSIONS; i++)
		if (sessions[i] && sessions[i]->slot_id == id)
			destroy(i);
	return p11_unlock(CKR_OK);
}

CK_RV p11_GetSessionInfo(CK_SESSION_HANDLE handle, CK_SESSION_INFO *info)
{
	struct p11_session *s;
	bool user, rw;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s || !info)
		return p11_unlock(s ? CKR_ARGUMENTS_BAD : CKR_SESSION_HANDLE_INVALID);
	user = p11_slot(s->slot_id)->logged_in;
	rw = s->flags & CKF_RW_SESSION;
	memset(info, 0, sizeof(*info));
	info->slotID = s->slot_id;
	info->flags = s->flags;
	if (rw)
		info->state = user ? CKS_RW_USER_FUNCTIONS : CKS_RW_PUBLIC_SESSION;
	else
		info->state = user ? CKS_RO_USER_FUNCTIONS : CKS_RO_PUBLIC_SESSION;
	return p11_unlock(CKR_OK);
}

CK_RV p11_Login(CK_SESSION_HANDLE handle, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG len)
{
	struct p11_session *s;
	struct p11_slot *slot;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s)
		return p11_unlock(CKR_SESSION_HANDLE_INVALID);
	slot = p11_slot(s->slot_id);
	if (user == CKU_CONTEXT_SPECIFIC)
		return p11_unlock(CKR_OPERATION_NOT_INITIALIZED);
	if (user != CKU_USER)
		return p11_unlock(CKR_USER_TYPE_INVALID);
	if (slot->logged_in)
		return p11_unlock(CKR_USER_ALREADY_LOGGED_IN);
	slot->logged_in = true;
	return p11_unlock(CKR_OK);
}

CK_RV p11_Logout(CK_SESSION_HANDLE handle)
{
	struct p11_session *s;
	struct p11_slot *slot;
	CK_RV rv;

	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	s = p11_session(handle);
	if (!s)
		return p11_unlock(CKR_SESSION_HANDLE_INVALID);
	slot = p11_slot(s->slot_id);
	if (!slot->logged_in)
		return p11_unlock(CKR_USER_NOT_LOGGED_IN);
	slot->logged_in = false;
	return p11_unlock(CKR_OK);
}
