/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * What the files of the OpenSSL provider share.
 *
 * A key is one of two things.  A *chip key* names a slot; its public half lives in memory, its
 * private half never does.  A *software key* is any other EC key that OpenSSL handed to us because
 * we come first in somebody's list of providers: it is passed on, unlooked at, to the default
 * provider in our own (child) library context.  So the order of the providers does not matter.
 *
 * Threads and fork: keys are immutable but for the reference count (software keys are as immutable
 * as the default provider's).  No lock is held between operations; a kernel device is kept open
 * from the first one on (chip.c), an emulator's socket is not.
 */
#ifndef ECC508A_PROVIDER_INTERNAL_H
#define ECC508A_PROVIDER_INTERNAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/evp.h>

#include "keyref.h"

#define EP_NAME	     "ecc508a"
#define EP_PROPS     "provider=" EP_NAME
#define EP_STRUCTURE "ecc508a-keyref" /* data structure name between our two decoders */
#define EP_EC_NAMES  "EC:id-ecPublicKey:1.2.840.10045.2.1"
#define EP_POINT_LEN ECC508A_KEYREF_POINT_LEN
#define EP_SIG_MAX   72 /* DER of two 256-bit integers with the top bit set */

/* Dispatch tables want one function type */
#define EP_FN(id, fn)                    \
	{                                \
		id, (void (*)(void))(fn) \
	}
#define EP_END          \
	{               \
		0, NULL \
	}

/* Reason codes; the texts are in core.c */
enum ep_reason {
	EP_R_NONE,
	EP_R_BAD_REFERENCE,
	EP_R_BAD_URI,
	EP_R_CHIP_UNAVAILABLE,
	EP_R_OTHER_CHIP,
	EP_R_OTHER_KEY,
	EP_R_CHIP_FAILED,
	EP_R_BAD_SIGNATURE,
	EP_R_PRIVATE_EXPORT,
	EP_R_NO_KEY,
	EP_R_NO_PRIVATE,
	EP_R_BAD_DIGEST,
	EP_R_BAD_PEER,
	EP_R_BUFFER_TOO_SMALL,
	EP_R_CHILD,
	EP_R_NO_PASSPHRASE,
	EP_R_BAD_CONFIG,
	EP_R_NO_CERTIFICATE,
	EP_R_NO_MEMORY,
};

struct ep_chip;

struct ep_ctx {
	const OSSL_CORE_HANDLE *handle;
	OSSL_FUNC_core_get_params_fn *get_params;
	OSSL_FUNC_core_new_error_fn *new_error;
	OSSL_FUNC_core_set_error_debug_fn *set_error_debug;
	OSSL_FUNC_core_vset_error_fn *vset_error;
	OSSL_LIB_CTX *child; /* hashing, verifying, software keys */
	OSSL_PROVIDER *child_default;
	char *device; /* configuration or $ECC508A_DEVICE; NULL: as the library finds it */
	char bad_config[128]; /* what is wrong with it; told when the chip is wanted */
	_Atomic(struct ep_chip *) chips; /* that are open (chip.c) */
	bool check_on_load; /* configuration: compare a reference with the chip when it is loaded */
};

/**
 * struct ep_key - a key as OpenSSL's core sees it
 * @pkey:     in the child context: the public half of a chip key; everything of a software key;
 * NULL only between keymgmt new and import
 * @chip:     the private half is in a slot: @ref says which
 * @has_pub, @has_priv: what there is
 */
struct ep_key {
	atomic_uint refs;
	struct ep_ctx *prov;
	EVP_PKEY *pkey;
	bool chip;
	bool has_pub, has_priv;
	struct ecc508a_keyref ref;
};

/* core.c */
int ep_core_init(struct ep_ctx *prov, const OSSL_DISPATCH *in);
extern const OSSL_ITEM ep_reason_strings[];
__attribute__((format(printf, 6, 7))) void ep_raise_at(const struct ep_ctx *prov, const char *file,
						       int line, const char *func,
						       enum ep_reason reason, const char *fmt, ...);
#define ep_raise(prov, reason, ...) \
	ep_raise_at(prov, __FILE__, __LINE__, __func__, reason, __VA_ARGS__)

/* key.c */
struct ep_key *ep_key_new(struct ep_ctx *prov);
struct ep_key *ep_key_ref(struct ep_key *key);
void ep_key_free(struct ep_key *key);
/* The parts of @key->pkey are told again */
void ep_key_look(struct ep_key *key);
/* A chip key, or with @public_only just its public half as a software key */
struct ep_key *ep_key_from_ref(struct ep_ctx *prov, const struct ecc508a_keyref *ref,
			       bool public_only);
/* The uncompressed P-256 point of any key; 0 if it has none or is on another curve */
int ep_key_point(const struct ep_key *key, uint8_t point[EP_POINT_LEN]);
/* Gives a key to an object callback of a decoder or of the store; consumes the key */
int ep_key_hand_over(struct ep_key *key, OSSL_CALLBACK *cb, void *cbarg);
EVP_PKEY *ep_pkey_from_params(struct ep_ctx *prov, int selection, const OSSL_PARAM params[]);

/* Operations */
extern const OSSL_ALGORITHM ep_keymgmt_algorithms[];
extern const OSSL_ALGORITHM ep_signature_algorithms[];
extern const OSSL_ALGORITHM ep_keyexch_algorithms[];
extern const OSSL_ALGORITHM ep_decoder_algorithms[];
extern const OSSL_ALGORITHM ep_encoder_algorithms[];
extern const OSSL_ALGORITHM ep_store_algorithms[];

#endif
