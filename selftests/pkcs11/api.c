// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The PKCS#11 module as an application sees it: the corners of the API that tools do not visit,
 *threads, fork. Run by selftests/pkcs11/run, with
 *
 *	ECC508A_TEST_MODULE  the module
 *	ECC508A_TEST_PUB     public key of slot 0, read from the chip by other means
 *
 * Signatures are judged by OpenSSL's default provider.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <p11-kit/pkcs11.h>

#define THREADS 4

static CK_FUNCTION_LIST *p11;
static EVP_PKEY *pub;
static CK_MECHANISM ecdsa = { CKM_ECDSA, NULL, 0 };

static int openssl_verifies(const uint8_t *digest, size_t len, const uint8_t sig[64])
{
	ECDSA_SIG *es = ECDSA_SIG_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pub, NULL);
	uint8_t *der = NULL;
	int n, rc;

	ECDSA_SIG_set0(es, BN_bin2bn(sig, 32, NULL), BN_bin2bn(sig + 32, 32, NULL));
	n = i2d_ECDSA_SIG(es, &der);
	rc = EVP_PKEY_verify_init(ctx) == 1 && EVP_PKEY_verify(ctx, der, n, digest, len) == 1;
	OPENSSL_free(der);
	EVP_PKEY_CTX_free(ctx);
	ECDSA_SIG_free(es);
	return rc;
}

static CK_SESSION_HANDLE open_session(void)
{
	CK_SESSION_HANDLE s;
	CK_SLOT_ID slot;
	CK_ULONG n = 1;

	assert_int_equal(p11->C_GetSlotList(CK_TRUE, &slot, &n), CKR_OK);
	assert_int_equal(n, 1);
	assert_int_equal(p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &s), CKR_OK);
	return s;
}

/* The first object of this class and id */
static CK_OBJECT_HANDLE find(CK_SESSION_HANDLE s, CK_OBJECT_CLASS class, CK_BYTE id)
{
	CK_ATTRIBUTE templ[] = { { CKA_CLASS, &class, sizeof(class) }, { CKA_ID, &id, 1 } };
	CK_OBJECT_HANDLE h = 0;
	CK_ULONG n;

	assert_int_equal(p11->C_FindObjectsInit(s, templ, 2), CKR_OK);
	assert_int_equal(p11->C_FindObjects(s, &h, 1, &n), CKR_OK);
	assert_int_equal(p11->C_FindObjectsFinal(s), CKR_OK);
	return n ? h : CK_INVALID_HANDLE;
}

static void before_initialize(void **state)
{
	CK_C_INITIALIZE_ARGS args = { 0 };
	CK_ULONG n = 0;

	assert_int_equal(p11->C_GetSlotList(CK_TRUE, NULL, &n), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(p11->C_Sign(1, NULL, 0, NULL, NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	assert_int_equal(p11->C_Finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
	args.pReserved = &n;
	assert_int_equal(p11->C_Initialize(&args), CKR_ARGUMENTS_BAD);
	args.pReserved = NULL;
	args.LockMutex = (CK_LOCKMUTEX)(uintptr_t)1;
	assert_int_equal(p11->C_Initialize(&args), CKR_ARGUMENTS_BAD);
	args.LockMutex = NULL;
	args.flags = CKF_OS_LOCKING_OK;
	assert_int_equal(p11->C_Initialize(&args), CKR_OK);
	assert_int_equal(p11->C_Initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
	assert_int_equal(p11->C_Finalize(&n), CKR_ARGUMENTS_BAD);
}

static void lengths_of_lists(void **state)
{
	CK_MECHANISM_TYPE mechs[8];
	CK_SLOT_ID slots[4];
	CK_ULONG n = 0;

	assert_int_equal(p11->C_GetSlotList(CK_FALSE, NULL, &n), CKR_OK);
	assert_int_equal(n, 1);
	n = 0;
	assert_int_equal(p11->C_GetSlotList(CK_FALSE, slots, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 1);
	n = 4;
	assert_int_equal(p11->C_GetSlotList(CK_FALSE, slots, &n), CKR_OK);
	assert_int_equal(n, 1);
	n = 1;
	assert_int_equal(p11->C_GetMechanismList(slots[0], mechs, &n), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(n, 2);
	assert_int_equal(p11->C_GetMechanismList(slots[0], mechs, &n), CKR_OK);
	assert_int_equal(p11->C_GetMechanismList(99, mechs, &n), CKR_SLOT_ID_INVALID);
	assert_int_equal(p11->C_GetMechanismList(slots[0], NULL, NULL), CKR_ARGUMENTS_BAD);
}

static void sessions(void **state)
{
	CK_SESSION_HANDLE s, t;
	CK_SESSION_INFO info;

	assert_int_equal(p11->C_OpenSession(0, 0, NULL, NULL, &s),
			 CKR_SESSION_PARALLEL_NOT_SUPPORTED);
	assert_int_equal(p11->C_OpenSession(7, CKF_SERIAL_SESSION, NULL, NULL, &s),
			 CKR_SLOT_ID_INVALID);
	s = open_session();
	t = open_session();
	assert_int_not_equal(s, t);
	assert_int_equal(p11->C_GetSessionInfo(s, &info), CKR_OK);
	assert_int_equal(info.state, CKS_RO_PUBLIC_SESSION);
	assert_int_equal(p11->C_Login(s, CKU_USER, (CK_BYTE *)"1234", 4), CKR_OK);
	assert_int_equal(p11->C_Login(t, CKU_USER, NULL, 0), CKR_USER_ALREADY_LOGGED_IN);
	assert_int_equal(p11->C_GetSessionInfo(t, &info), CKR_OK);
	assert_int_equal(info.state, CKS_RO_USER_FUNCTIONS);
	assert_int_equal(p11->C_Logout(s), CKR_OK);
	assert_int_equal(p11->C_Logout(s), CKR_USER_NOT_LOGGED_IN);
	assert_int_equal(p11->C_CloseSession(s), CKR_OK);
	assert_int_equal(p11->C_CloseSession(s), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(p11->C_CloseAllSessions(0), CKR_OK);
	assert_int_equal(p11->C_GetSessionInfo(t, &info), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(p11->C_GetSessionInfo(0, &info), CKR_SESSION_HANDLE_INVALID);
	assert_int_equal(p11->C_GetSessionInfo((CK_ULONG)-1, &info), CKR_SESSION_HANDLE_INVALID);
}

static void attributes(void **state)
{
	CK_SESSION_HANDLE s = open_session();
	CK_OBJECT_HANDLE priv = find(s, CKO_PRIVATE_KEY, 0), key = find(s, CKO_PUBLIC_KEY, 0);
	CK_BYTE point[67], small[10], spki[91], *der = NULL;
	CK_BBOOL sensitive = 0, extractable = 1;
	CK_ATTRIBUTE ec_point = { CKA_EC_POINT, NULL, 0 };
	CK_ATTRIBUTE too_small = { CKA_EC_POINT, small, sizeof(small) };
	CK_ATTRIBUTE info = { CKA_PUBLIC_KEY_INFO, spki, sizeof(spki) };
	CK_ATTRIBUTE mixed[] = {
		{ CKA_SENSITIVE, &sensitive, 1 },
		{ CKA_VALUE, small, sizeof(small) },
		{ CKA_MODULUS, small, sizeof(small) },
		{ CKA_EXTRACTABLE, &extractable, 1 },
	};

	assert_true(priv && key);
	assert_int_equal(p11->C_GetAttributeValue(s, key, &ec_point, 1), CKR_OK);
	assert_int_equal(ec_point.ulValueLen, 67);
	ec_point.pValue = point;
	assert_int_equal(p11->C_GetAttributeValue(s, key, &ec_point, 1), CKR_OK);
	assert_int_equal(p11->C_GetAttributeValue(s, key, &too_small, 1), CKR_BUFFER_TOO_SMALL);
	assert_int_equal(too_small.ulValueLen, CK_UNAVAILABLE_INFORMATION);

	/* the SubjectPublicKeyInfo is, to the byte, what OpenSSL makes of the independent reading */
	assert_int_equal(p11->C_GetAttributeValue(s, key, &info, 1), CKR_OK);
	assert_int_equal(i2d_PUBKEY(pub, &der), 91);
	assert_memory_equal(spki, der, 91);
	assert_memory_equal(point + 2, der + 26, 65);
	OPENSSL_free(der);

	/* what cannot be told is marked, the rest is told */
	assert_int_not_equal(p11->C_GetAttributeValue(s, priv, mixed, 4), CKR_OK);
	assert_int_equal(sensitive, CK_TRUE);
	assert_int_equal(extractable, CK_FALSE);
	assert_int_equal(mixed[1].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(mixed[2].ulValueLen, CK_UNAVAILABLE_INFORMATION);
	assert_int_equal(p11->C_GetAttributeValue(s, 4711, mixed, 1), CKR_OBJECT_HANDLE_INVALID);
	assert_int_equal(p11->C_DestroyObject(s, priv), CKR_TOKEN_WRITE_PROTECTED);
	assert_int_equal(p11->C_CloseSession(s), CKR_OK);
}

static void finding(void **state)
{
	CK_SESSION_HANDLE s = open_session();
	CK_OBJECT_HANDLE h[64], again;
	CK_ULONG n, total = 0;

	assert_int_equal(p11->C_FindObjects(s, h, 64, &n), CKR_OPERATION_NOT_INITIALIZED);
	assert_int_equal(p11->C_FindObjectsInit(s, NULL, 0), CKR_OK);
	assert_int_equal(p11->C_FindObjectsInit(s, NULL, 0), CKR_OPERATION_ACTIVE);
	do {
		assert_int_equal(p11->C_FindObjects(s, h + total, 3, &n), CKR_OK);
		total += n;
	} while (n);
	/* the AWS kit's configuration has private keys in slots 0, 2, 3 and 7 */
	assert_int_equal(total, 8);
	assert_int_equal(p11->C_FindObjectsFinal(s), CKR_OK);
	assert_int_equal(p11->C_FindObjectsFinal(s), CKR_OPERATION_NOT_INITIALIZED);
	assert_true(find(s, CKO_PRIVATE_KEY, 2));
	assert_false(find(s, CKO_PRIVATE_KEY, 1));
	assert_false(find(s, CKO_CERTIFICATE, 0));
	again = find(s, CKO_PRIVATE_KEY, 2);
	assert_int_equal(again, find(s, CKO_PRIVATE_KEY, 2));
	assert_int_equal(p11->C_CloseSession(s), CKR_OK);
}

static void signing(void **state)
{
	static const size_t lengths[] = { 20, 28, 32, 48, 64 };
	CK_SESSION_HANDLE s = open_session();
	CK_OBJECT_HANDLE priv = find(s, CKO_PRIVATE_KEY, 0), key = find(s, CKO_PUBLIC_KEY, 0);
	CK_MECHANISM rsa = { CKM_RSA_PKCS, NULL, 0 };
	CK_BYTE digest[65], sig[64];
	CK_ULONG len;
	size_t i;

	for (i = 0; i < sizeof(digest); i++)
		digest[i] = 7 * i + 1;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		assert_int_equal(p11->C_SignInit(s, &ecdsa, priv), CKR_OK);
		assert_int_equal(p11->C_SignInit(s, &ecdsa, priv), CKR_OPERATION_ACTIVE);
		assert_int_equal(p11->C_Sign(s, digest, lengths[i], NULL, &len), CKR_OK);
		assert_int_equal(len, 64);
		len = 63;
		assert_int_equal(p11->C_Sign(s, digest, lengths[i], sig, &len),
				 CKR_BUFFER_TOO_SMALL);
		assert_int_equal(len, 64);
		assert_int_equal(p11->C_Sign(s, digest, lengths[i], sig, &len), CKR_OK);
		assert_true(openssl_verifies(digest, lengths[i], sig));
		assert_int_equal(p11->C_Sign(s, digest, lengths[i], sig, &len),
				 CKR_OPERATION_NOT_INITIALIZED);
		assert_int_equal(p11->C_VerifyInit(s, &ecdsa, key), CKR_OK);
		assert_int_equal(p11->C_Verify(s, digest, lengths[i], sig, 64), CKR_OK);
	}
	sig[5] ^= 1;
	assert_int_equal(p11->C_VerifyInit(s, &ecdsa, key), CKR_OK);
	assert_int_equal(p11->C_Verify(s, digest, 32, sig, 64), CKR_SIGNATURE_INVALID);
	assert_int_equal(p11->C_VerifyInit(s, &ecdsa, key), CKR_OK);
	assert_int_equal(p11->C_Verify(s, digest, 32, sig, 63), CKR_SIGNATURE_LEN_RANGE);

	assert_int_equal(p11->C_SignInit(s, &rsa, priv), CKR_MECHANISM_INVALID);
	assert_int_equal(p11->C_SignInit(s, &ecdsa, key), CKR_KEY_TYPE_INCONSISTENT);
	assert_int_equal(p11->C_SignInit(s, &ecdsa, 4711), CKR_KEY_HANDLE_INVALID);
	assert_int_equal(p11->C_SignInit(s, NULL, priv), CKR_ARGUMENTS_BAD);
	/* slot 7 of this configuration does not sign for the outside */
	assert_int_equal(p11->C_SignInit(s, &ecdsa, find(s, CKO_PRIVATE_KEY, 7)),
			 CKR_KEY_FUNCTION_NOT_PERMITTED);
	assert_int_equal(p11->C_SignInit(s, &ecdsa, priv), CKR_OK);
	len = 64;
	assert_int_equal(p11->C_Sign(s, digest, 65, sig, &len), CKR_DATA_LEN_RANGE);
	assert_int_equal(p11->C_SignInit(s, &ecdsa, priv), CKR_OK);
	assert_int_equal(p11->C_Sign(s, NULL, 0, sig, &len), CKR_DATA_LEN_RANGE);
	assert_int_equal(p11->C_CloseSession(s), CKR_OK);
}

static void deriving(void **state)
{
	CK_SESSION_HANDLE s = open_session();
	CK_OBJECT_HANDLE priv = find(s, CKO_PRIVATE_KEY, 2), key = find(s, CKO_PUBLIC_KEY, 2);
	EVP_PKEY *peer = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), *chip = NULL;
	CK_BYTE spki[91], value[32], want[32], point[67] = { 0x04, 0x41 };
	CK_ATTRIBUTE info = { CKA_PUBLIC_KEY_INFO, spki, sizeof(spki) };
	CK_ATTRIBUTE attr = { CKA_VALUE, value, sizeof(value) };
	CK_ECDH1_DERIVE_PARAMS params = { CKD_NULL, 0, NULL, 65, point + 2 };
	CK_MECHANISM mech = { CKM_ECDH1_DERIVE, &params, sizeof(params) };
	CK_ULONG half = 16;
	CK_ATTRIBUTE templ[] = { { CKA_VALUE_LEN, &half, sizeof(half) } };
	const unsigned char *p = spki;
	CK_OBJECT_HANDLE z;
	EVP_PKEY_CTX *ctx;
	uint8_t *enc;
	size_t len = sizeof(want);

	assert_int_equal(EVP_PKEY_get1_encoded_public_key(peer, &enc), 65);
	memcpy(point + 2, enc, 65);
	OPENSSL_free(enc);
	assert_int_equal(p11->C_GetAttributeValue(s, key, &info, 1), CKR_OK);
	chip = d2i_PUBKEY(NULL, &p, sizeof(spki));
	ctx = EVP_PKEY_CTX_new(peer, NULL);
	assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
	assert_int_equal(EVP_PKEY_derive_set_peer(ctx, chip), 1);
	assert_int_equal(EVP_PKEY_derive(ctx, want, &len), 1);

	assert_int_equal(p11->C_DeriveKey(s, &mech, priv, NULL, 0, &z), CKR_OK);
	assert_int_equal(p11->C_GetAttributeValue(s, z, &attr, 1), CKR_OK);
	assert_int_equal(attr.ulValueLen, 32);
	assert_memory_equal(value, want, 32);
	assert_int_equal(p11->C_DestroyObject(s, z), CKR_OK);
	assert_int_equal(p11->C_GetAttributeValue(s, z, &attr, 1), CKR_OBJECT_HANDLE_INVALID);

	/* the point in an OCTET STRING, and half of the secret: its end */
	params.pPublicData = point;
	params.ulPublicDataLen = 67;
	assert_int_equal(p11->C_DeriveKey(s, &mech, priv, templ, 1, &z), CKR_OK);
	attr.ulValueLen = sizeof(value);
	assert_int_equal(p11->C_GetAttributeValue(s, z, &attr, 1), CKR_OK);
	assert_int_equal(attr.ulValueLen, 16);
	assert_memory_equal(value, want + 16, 16);

	params.ulPublicDataLen = 64;
	assert_int_equal(p11->C_DeriveKey(s, &mech, priv, NULL, 0, &z),
			 CKR_MECHANISM_PARAM_INVALID);
	params.ulPublicDataLen = 67;
	point[40] ^= 1; /* off the curve */
	assert_int_not_equal(p11->C_DeriveKey(s, &mech, priv, NULL, 0, &z), CKR_OK);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	EVP_PKEY_free(chip);
	assert_int_equal(p11->C_CloseSession(s), CKR_OK);
}

static void unsupported(void **state)
{
	CK_SESSION_HANDLE s = open_session();
	CK_BYTE buf[64];
	CK_ULONG n;

	assert_int_equal(p11->C_GenerateKeyPair(s, &ecdsa, NULL, 0, NULL, 0, &n, &n),
			 CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(p11->C_DigestInit(s, &ecdsa), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(p11->C_EncryptInit(s, &ecdsa, 1), CKR_FUNCTION_NOT_SUPPORTED);
	assert_int_equal(p11->C_SeedRandom(s, buf, 1), CKR_RANDOM_SEED_NOT_SUPPORTED);
	assert_int_equal(p11->C_GetFunctionStatus(s), CKR_FUNCTION_NOT_PARALLEL);
	memset(buf, 0, sizeof(buf));
	assert_int_equal(p11->C_GenerateRandom(s, buf, sizeof(buf)), CKR_OK);
	assert_memory_not_equal(buf, buf + 32, 32);
	assert_int_equal(p11->C_CloseSession(s), CKR_OK);
}

static void *thread_main(void *arg)
{
	CK_SESSION_HANDLE s = open_session();
	CK_OBJECT_HANDLE priv = find(s, CKO_PRIVATE_KEY, 0);
	CK_BYTE digest[32] = { 1 }, sig[64];
	intptr_t good = 0;
	CK_ULONG len;
	int i;

	for (i = 0; i < 10; i++) {
		len = sizeof(sig);
		digest[1] = i;
		good += p11->C_SignInit(s, &ecdsa, priv) == CKR_OK &&
			p11->C_Sign(s, digest, 32, sig, &len) == CKR_OK &&
			openssl_verifies(digest, 32, sig);
	}
	p11->C_CloseSession(s);
	return (void *)good;
}

static void threads(void **state)
{
	pthread_t t[THREADS];
	intptr_t sum = 0;
	void *good;
	int i;

	for (i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, thread_main, NULL);
	for (i = 0; i < THREADS; i++) {
		pthread_join(t[i], &good);
		sum += (intptr_t)good;
	}
	assert_int_equal(sum, 10 * THREADS);
}

/* A child must initialize again, and then all is well, in the parent too */
static void forked(void **state)
{
	CK_SESSION_HANDLE s = open_session();
	CK_ULONG n;
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		if (p11->C_GetSlotList(CK_TRUE, NULL, &n) != CKR_CRYPTOKI_NOT_INITIALIZED)
			_exit(2);
		if (p11->C_Initialize(NULL) != CKR_OK)
			_exit(3);
		if ((intptr_t)thread_main(NULL) != 10)
			_exit(4);
		p11->C_Finalize(NULL);
		_exit(0);
	}
	assert_int_equal((intptr_t)thread_main(NULL), 10);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(p11->C_CloseSession(s), CKR_OK);
}

static unsigned int created, destroyed, locked, unlocked;

static CK_RV my_create(void **m)
{
	created++;
	*m = &created;
	return CKR_OK;
}

static CK_RV my_destroy(void *m)
{
	destroyed++;
	return CKR_OK;
}

static CK_RV my_lock(void *m)
{
	locked++;
	return CKR_OK;
}

static CK_RV my_unlock(void *m)
{
	unlocked++;
	return CKR_OK;
}

static void foreign_mutexes(void **state)
{
	CK_C_INITIALIZE_ARGS args = { my_create, my_destroy, my_lock, my_unlock, 0, NULL };

	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(p11->C_Initialize(&args), CKR_OK);
	p11->C_CloseSession(open_session());
	assert_int_equal(p11->C_Finalize(NULL), CKR_OK);
	assert_int_equal(created, 1);
	assert_int_equal(destroyed, 1);
	assert_true(locked >= 4);
	assert_int_equal(locked, unlocked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_initialize), cmocka_unit_test(lengths_of_lists),
		cmocka_unit_test(sessions),	     cmocka_unit_test(attributes),
		cmocka_unit_test(finding),	     cmocka_unit_test(signing),
		cmocka_unit_test(deriving),	     cmocka_unit_test(unsupported),
		cmocka_unit_test(threads),	     cmocka_unit_test(forked),
		cmocka_unit_test(foreign_mutexes),
	};
	void *module = dlopen(getenv("ECC508A_TEST_MODULE"), RTLD_NOW);
	CK_C_GetFunctionList get;
	BIO *in;
	int rc;

	if (!module) {
		printf("Bail out! %s\n", dlerror());
		return 1;
	}
	*(void **)&get = dlsym(module, "C_GetFunctionList");
	if (!get || get(&p11) != CKR_OK)
		return 1;
	in = BIO_new_file(getenv("ECC508A_TEST_PUB"), "r");
	pub = PEM_read_bio_PUBKEY(in, NULL, NULL, NULL);
	BIO_free(in);
	rc = cmocka_run_group_tests_name("pkcs11", tests, NULL, NULL);
	EVP_PKEY_free(pub);
	dlclose(module);
	return rc;
}
