// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Reading key references.  Two decoders, as OpenSSL likes them: PEM to DER by the label, and DER to
 * a key.
 *
 * The return value 1 without a call of the callback means "not mine, ask the next one"; 0 means
 * "mine, and bad", ends the search, and leaves our message on the error queue.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/params.h>

#include "chip.h"
#include "provider.h"

#define LINE_SIZE     256
#define BLOCK_MAX     2048 /* of a reference with short lines and blanks; a tidy one has 191 */
#define PEM_DATA_TYPE "EC"

static void *ep_dec_newctx(void *provctx)
{
	return provctx;
}

static void ep_dec_freectx(void *vctx)
{
}

static int ep_dec_does_selection(void *provctx, int selection)
{
	/* 0: whatever there is */
	return selection == 0 || selection & OSSL_KEYMGMT_SELECT_KEYPAIR;
}

static bool starts_with(const char *line, const char *prefix)
{
	return strncmp(line, prefix, strlen(prefix)) == 0;
}

enum block {
	BLOCK_NONE,
	BLOCK_OTHER,
	BLOCK_OURS,
	BLOCK_TOO_LONG
};

/*
 * One PEM block, from BEGIN to END, and not a byte further: whoever reads a file with several
 * blocks goes on from where the decoders stopped.
 */
static enum block read_block(BIO *in, char *buf, size_t *len)
{
	enum block kind = BLOCK_NONE;
	bool at_start = true; /* of a line; a long one comes in pieces */
	char line[LINE_SIZE];
	int n;

	*len = 0;
	while ((n = BIO_gets(in, line, sizeof(line))) > 0) {
		bool start = at_start;

		at_start = line[n - 1] == '\n';
		if (kind == BLOCK_NONE) {
			if (!start || !starts_with(line, "-----BEGIN "))
				continue;
			kind = starts_with(line, "-----BEGIN " ECC508A_KEYREF_LABEL "-----")
				       ? BLOCK_OURS
				       : BLOCK_OTHER;
		}
		if (kind == BLOCK_OURS) {
			if ((size_t)n > BLOCK_MAX - *len) {
				kind = BLOCK_TOO_LONG;
			} else {
				memcpy(buf + *len, line, n);
				*len += n;
			}
		}
		if (start && starts_with(line, "-----END "))
			break;
	}
	return kind;
}

static int give_der(const struct ecc508a_keyref *ref, OSSL_CALLBACK *cb, void *cbarg)
{
	uint8_t der[ECC508A_KEYREF_DER_LEN];
	char type[] = PEM_DATA_TYPE, structure[] = EP_STRUCTURE;
	int object = OSSL_OBJECT_PKEY;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE, type, 0),
		OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_STRUCTURE, structure, 0),
		OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_DATA, der, sizeof(der)),
		OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &object),
		OSSL_PARAM_construct_end(),
	};

	return ecc508a_keyref_encode_der(ref, der, NULL) == 0 && cb(params, cbarg);
}

static bool public_only(int selection)
{
	return selection && !(selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY);
}

/* Who wants just the public half needs no chip */
static bool chip_is_there(struct ep_ctx *prov, const struct ecc508a_keyref *ref, int selection)
{
	return public_only(selection) || !prov->check_on_load ||
	       ep_chip_find(prov, ref->serial, NULL);
}

static int ep_dec_pem(void *vctx, OSSL_CORE_BIO *cin, int selection, OSSL_CALLBACK *cb, void *cbarg,
		      OSSL_PASSPHRASE_CALLBACK *pw, void *pwarg)
{
	struct ep_ctx *prov = vctx;
	char err[ECC508A_KEYREF_ERR_SIZE];
	struct ecc508a_keyref ref;
	char buf[BLOCK_MAX];
	enum block kind;
	size_t len;
	BIO *in;

	in = BIO_new_from_core_bio(prov->child, cin);
	if (!in)
		return 0;
	kind = read_block(in, buf, &len);
	BIO_free(in);
	switch (kind) {
	case BLOCK_NONE:
	case BLOCK_OTHER:
		return 1;
	case BLOCK_TOO_LONG:
		ep_raise(prov, EP_R_BAD_REFERENCE, "longer than %u bytes; write it again",
			 BLOCK_MAX);
		return 0;
	case BLOCK_OURS:
		break;
	}
	if (ecc508a_keyref_decode_pem(buf, len, &ref, err)) {
		ep_raise(prov, EP_R_BAD_REFERENCE, "%s", err);
		return 0;
	}
	/*
	 * The second decoder would find this out as well, but what it says is lost where the first
	 * one works for a store (as in "openssl pkey -in FILE").
	 */
	if (!chip_is_there(prov, &ref, selection))
		return 0;
	return give_der(&ref, cb, cbarg);
}

static int ep_dec_der(void *vctx, OSSL_CORE_BIO *cin, int selection, OSSL_CALLBACK *cb, void *cbarg,
		      OSSL_PASSPHRASE_CALLBACK *pw, void *pwarg)
{
	/* SEQUENCE of 84 bytes { INTEGER 1 byte long, ...: nothing else of that length begins so */
	static const uint8_t head[] = { 0x30, ECC508A_KEYREF_DER_LEN - 2, 0x02, 0x01 };
	uint8_t der[ECC508A_KEYREF_DER_LEN];
	struct ep_ctx *prov = vctx;
	char err[ECC508A_KEYREF_ERR_SIZE];
	struct ecc508a_keyref ref;
	struct ep_key *key;
	size_t len = 0;
	BIO *in;
	int n;

	in = BIO_new_from_core_bio(prov->child, cin);
	if (!in)
		return 0;
	while (len < sizeof(der) && (n = BIO_read(in, der + len, (int)(sizeof(der) - len))) > 0)
		len += n;
	BIO_free(in);
	if (len < 8 || memcmp(der, head, sizeof(head)) != 0 || der[5] != 0x04 || der[6] != 0x09)
		return 1;
	if (ecc508a_keyref_decode_der(der, len, &ref, err)) {
		ep_raise(prov, EP_R_BAD_REFERENCE, "%s", err);
		return 0;
	}
	if (!chip_is_there(prov, &ref, selection))
		return 0;
	key = ep_key_from_ref(prov, &ref, public_only(selection));
	return key && ep_key_hand_over(key, cb, cbarg);
}

/* For a key management of somebody else, which cannot take the object itself */
static int ep_dec_export_object(void *vctx, const void *reference, size_t size, OSSL_CALLBACK *cb,
				void *cbarg)
{
	struct ep_key *key;

	if (size != sizeof(key))
		return 0;
	key = *(struct ep_key *const *)reference;
	if (!key || key->chip)
		return 0;
	return EVP_PKEY_export(key->pkey,
			       OSSL_KEYMGMT_SELECT_PUBLIC_KEY | OSSL_KEYMGMT_SELECT_ALL_PARAMETERS,
			       cb, cbarg);
}

static const OSSL_DISPATCH pem_functions[] = {
	EP_FN(OSSL_FUNC_DECODER_NEWCTX, ep_dec_newctx),
	EP_FN(OSSL_FUNC_DECODER_FREECTX, ep_dec_freectx),
	EP_FN(OSSL_FUNC_DECODER_DECODE, ep_dec_pem),
	EP_END,
};

static const OSSL_DISPATCH der_functions[] = {
	EP_FN(OSSL_FUNC_DECODER_NEWCTX, ep_dec_newctx),
	EP_FN(OSSL_FUNC_DECODER_FREECTX, ep_dec_freectx),
	EP_FN(OSSL_FUNC_DECODER_DOES_SELECTION, ep_dec_does_selection),
	EP_FN(OSSL_FUNC_DECODER_DECODE, ep_dec_der),
	EP_FN(OSSL_FUNC_DECODER_EXPORT_OBJECT, ep_dec_export_object),
	EP_END,
};

const OSSL_ALGORITHM ep_decoder_algorithms[] = {
	{ "DER", EP_PROPS ",input=pem", pem_functions, "key reference, PEM to DER" },
	{ EP_EC_NAMES, EP_PROPS ",input=der,structure=" EP_STRUCTURE, der_functions,
	  "key reference, DER" },
	{ NULL, NULL, NULL, NULL },
};
