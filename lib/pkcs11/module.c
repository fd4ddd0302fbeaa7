// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The module as a whole: C_Initialize() to C_Finalize(), the lock, and the list of functions.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "p11.h"

static pthread_mutex_t own_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
	bool initialized;
	pid_t pid;
	CK_C_INITIALIZE_ARGS args; /* the application's mutex functions, if they are to be used */
	void *mutex;
} module;

/* After a fork everything belongs to the parent, the state of the mutex included */
static bool initialized(void)
{
	return module.initialized && module.pid == getpid();
}

CK_RV p11_lock(void)
{
	CK_RV rv = CKR_OK;

	if (!initialized())
		return CKR_CRYPTOKI_NOT_INITIALIZED;
	if (module.mutex)
		rv = module.args.LockMutex(module.mutex);
	else
		pthread_mutex_lock(&own_mutex);
	return rv;
}

CK_RV p11_unlock(CK_RV rv)
{
	if (module.mutex)
		module.args.UnlockMutex(module.mutex);
	else
		pthread_mutex_unlock(&own_mutex);
	return rv;
}

/* PKCS#11 has numbers for errors; the words are for whoever asks for them */
void p11_debug(const char *func, const char *text)
{
	const char *on = secure_getenv("ECC508A_PKCS11_DEBUG");

	if (on && *on && *on != '0')
		fprintf(stderr, "ecc508a-pkcs11: %s: %s\n", func, text);
}

void p11_pad(CK_UTF8CHAR *to, size_t size, const char *text)
{
	size_t len = strnlen(text, size);

	memcpy(to, text, len);
	memset(to + len, ' ', size - len);
}

static CK_RV p11_Initialize(void *init_args)
{
	const CK_C_INITIALIZE_ARGS *args = init_args;
	CK_RV rv;

	if (initialized())
		return CKR_CRYPTOKI_ALREADY_INITIALIZED;
	memset(&module, 0, sizeof(module));
	pthread_mutex_init(&own_mutex, NULL);
	if (args) {
		bool all = args->CreateMutex && args->DestroyMutex && args->LockMutex &&
			   args->UnlockMutex;
		bool any = args->CreateMutex || args->DestroyMutex || args->LockMutex ||
			   args->UnlockMutex;

		if (args->pReserved || any != all)
			return CKR_ARGUMENTS_BAD;
		if (all && !(args->flags & CKF_OS_LOCKING_OK)) {
			module.args = *args;
			rv = args->CreateMutex(&module.mutex);
			if (rv != CKR_OK)
				return rv;
		}
	}
	p11_session_reset();
	p11_token_reset();
	module.pid = getpid();
	module.initialized = true;
	return CKR_OK;
}

static CK_RV p11_Finalize(void *reserved)
{
	CK_RV rv;

	if (reserved)
		return CKR_ARGUMENTS_BAD;
	rv = p11_lock();
	if (rv != CKR_OK)
		return rv;
	p11_session_reset();
	p11_token_reset();
	p11_unlock(CKR_OK);
	if (module.mutex)
		module.args.DestroyMutex(module.mutex);
	memset(&module, 0, sizeof(module));
	return CKR_OK;
}

static CK_RV p11_GetInfo(CK_INFO *info)
{
	CK_RV rv = p11_lock();

	if (rv != CKR_OK)
		return rv;
	if (!info)
		return p11_unlock(CKR_ARGUMENTS_BAD);
	memset(info, 0, sizeof(*info));
	info->cryptokiVersion.major = 2;
	info->cryptokiVersion.minor = 40;
	p11_pad(info->manufacturerID, sizeof(info->manufacturerID), "ecc508a");
	p11_pad(info->libraryDescription, sizeof(info->libraryDescription), "ATECC508A/608A/608B");
	info->libraryVersion.major = ECC508A_MAJOR;
	info->libraryVersion.minor = ECC508A_MINOR;
	return p11_unlock(CKR_OK);
}

/*
 * The standard wants an answer from every function.  These change the chip, need a PIN to be set,
 * or are of algorithms that the chip does not have.
 */
#define NOT_SUPPORTED(name, ...)                                                                  \
	static CK_RV name(__VA_ARGS__)                                                            \
	{                                                                                         \
		return initialized() ? CKR_FUNCTION_NOT_SUPPORTED : CKR_CRYPTOKI_NOT_INITIALIZED; \
	}

#define S    CK_SESSION_HANDLE s
#define B(x) CK_BYTE *x
#define N(x) CK_ULONG x
#define P(x) CK_ULONG *x
#define M    CK_MECHANISM *m
#define O(x) CK_OBJECT_HANDLE x
#define A(x) CK_ATTRIBUTE *x

NOT_SUPPORTED(p11_InitToken, CK_SLOT_ID id, B(pin), N(len), B(label))
NOT_SUPPORTED(p11_InitPIN, S, B(pin), N(len))
NOT_SUPPORTED(p11_SetPIN, S, B(old), N(oldlen), B(new), N(newlen))
NOT_SUPPORTED(p11_GetOperationState, S, B(state), P(len))
NOT_SUPPORTED(p11_SetOperationState, S, B(state), N(len), O(k1), O(k2))
NOT_SUPPORTED(p11_CreateObject, S, A(t), N(n), CK_OBJECT_HANDLE *o)
NOT_SUPPORTED(p11_CopyObject, S, O(from), A(t), N(n), CK_OBJECT_HANDLE *o)
NOT_SUPPORTED(p11_SetAttributeValue, S, O(o), A(t), N(n))
NOT_SUPPORTED(p11_key_init, S, M, O(key))
NOT_SUPPORTED(p11_mech_init, S, M)
NOT_SUPPORTED(p11_in_out, S, B(in), N(len), B(out), P(outlen))
NOT_SUPPORTED(p11_in, S, B(in), N(len))
NOT_SUPPORTED(p11_out, S, B(out), P(outlen))
NOT_SUPPORTED(p11_digest_key, S, O(key))
NOT_SUPPORTED(p11_GenerateKey, S, M, A(t), N(n), CK_OBJECT_HANDLE *o)
NOT_SUPPORTED(p11_GenerateKeyPair, S, M, A(t1), N(n1), A(t2), N(n2), CK_OBJECT_HANDLE *o1,
	      CK_OBJECT_HANDLE *o2)
NOT_SUPPORTED(p11_WrapKey, S, M, O(k1), O(k2), B(out), P(outlen))
NOT_SUPPORTED(p11_UnwrapKey, S, M, O(key), B(in), N(len), A(t), N(n), CK_OBJECT_HANDLE *o)
NOT_SUPPORTED(p11_WaitForSlotEvent, CK_FLAGS flags, CK_SLOT_ID *id, void *reserved)

static CK_RV p11_not_parallel(CK_SESSION_HANDLE s)
{
	return CKR_FUNCTION_NOT_PARALLEL;
}

static CK_RV p11_GetFunctionList(CK_FUNCTION_LIST **list);

static CK_FUNCTION_LIST functions = {
	.version = { 2, 40 },
	.C_Initialize = p11_Initialize,
	.C_Finalize = p11_Finalize,
	.C_GetInfo = p11_GetInfo,
	.C_GetFunctionList = p11_GetFunctionList,
	.C_GetSlotList = p11_GetSlotList,
	.C_GetSlotInfo = p11_GetSlotInfo,
	.C_GetTokenInfo = p11_GetTokenInfo,
	.C_GetMechanismList = p11_GetMechanismList,
	.C_GetMechanismInfo = p11_GetMechanismInfo,
	.C_InitToken = p11_InitToken,
	.C_InitPIN = p11_InitPIN,
	.C_SetPIN = p11_SetPIN,
	.C_OpenSession = p11_OpenSession,
	.C_CloseSession = p11_CloseSession,
	.C_CloseAllSessions = p11_CloseAllSessions,
	.C_GetSessionInfo = p11_GetSessionInfo,
	.C_GetOperationState = p11_GetOperationState,
	.C_SetOperationState = p11_SetOperationState,
	.C_Login = p11_Login,
	.C_Logout = p11_Logout,
	.C_CreateObject = p11_CreateObject,
	.C_CopyObject = p11_CopyObject,
	.C_DestroyObject = p11_DestroyObject,
	.C_GetObjectSize = p11_GetObjectSize,
	.C_GetAttributeValue = p11_GetAttributeValue,
	.C_SetAttributeValue = p11_SetAttributeValue,
	.C_FindObjectsInit = p11_FindObjectsInit,
	.C_FindObjects = p11_FindObjects,
	.C_FindObjectsFinal = p11_FindObjectsFinal,
	.C_EncryptInit = p11_key_init,
	.C_Encrypt = p11_in_out,
	.C_EncryptUpdate = p11_in_out,
	.C_EncryptFinal = p11_out,
	.C_DecryptInit = p11_key_init,
	.C_Decrypt = p11_in_out,
	.C_DecryptUpdate = p11_in_out,
	.C_DecryptFinal = p11_out,
	.C_DigestInit = p11_mech_init,
	.C_Digest = p11_in_out,
	.C_DigestUpdate = p11_in,
	.C_DigestKey = p11_digest_key,
	.C_DigestFinal = p11_out,
	.C_SignInit = p11_SignInit,
	.C_Sign = p11_Sign,
	.C_SignUpdate = p11_in,
	.C_SignFinal = p11_out,
	.C_SignRecoverInit = p11_key_init,
	.C_SignRecover = p11_in_out,
	.C_VerifyInit = p11_VerifyInit,
	.C_Verify = p11_Verify,
	.C_VerifyUpdate = p11_in,
	.C_VerifyFinal = p11_in,
	.C_VerifyRecoverInit = p11_key_init,
	.C_VerifyRecover = p11_in_out,
	.C_DigestEncryptUpdate = p11_in_out,
	.C_DecryptDigestUpdate = p11_in_out,
	.C_SignEncryptUpdate = p11_in_out,
	.C_DecryptVerifyUpdate = p11_in_out,
	.C_GenerateKey = p11_GenerateKey,
	.C_GenerateKeyPair = p11_GenerateKeyPair,
	.C_WrapKey = p11_WrapKey,
	.C_UnwrapKey = p11_UnwrapKey,
	.C_DeriveKey = p11_DeriveKey,
	.C_SeedRandom = p11_SeedRandom,
	.C_GenerateRandom = p11_GenerateRandom,
	.C_GetFunctionStatus = p11_not_parallel,
	.C_CancelFunction = p11_not_parallel,
	.C_WaitForSlotEvent = p11_WaitForSlotEvent,
};

static CK_RV p11_GetFunctionList(CK_FUNCTION_LIST **list)
{
	if (!list)
		return CKR_ARGUMENTS_BAD;
	*list = &functions;
	return CKR_OK;
}

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
	return p11_GetFunctionList(list);
}
