// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Writing keys.  Where the private half of a chip key is to be written, the reference is. Software
 * keys that are here because we come first in the list go to the default provider's encoders.
 * Public halves need nothing of us: OpenSSL exports them and writes them itself.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/encoder.h>
#include <openssl/params.h>

#include "provider.h"

struct ep_enc {
	struct ep_ctx *prov;
	char *cipher; /* the caller wants it encrypted */
};

static void *ep_enc_newctx(void *provctx)
{
	struct ep_enc *enc = calloc(1, sizeof(*enc));

	if (enc)
		enc->prov = provctx;
	return enc;
}

static void ep_enc_freectx(void *vctx)
{
	struct ep_enc *enc = vctx;

	if (!enc)
		return;
	free(enc->cipher);
	free(enc);
}

static const OSSL_PARAM *ep_enc_settable_params(void *provctx)
{
	static const OSSL_PARAM types[] = {
		OSSL_PARAM_utf8_string(OSSL_ENCODER_PARAM_CIPHER, NULL, 0),
		OSSL_PARAM_END,
	};

	return types;
}

static int ep_enc_set_params(void *vctx, const OSSL_PARAM params[])
{
	const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, OSSL_ENCODER_PARAM_CIPHER);
	struct ep_enc *enc = vctx;
	const char *name;

	if (!p)
		return 1;
	free(enc->cipher);
	enc->cipher = NULL;
	if (!OSSL_PARAM_get_utf8_string_ptr(p, &name))
		return 0;
	if (name && *name) {
		enc->cipher = strdup(name);
		return enc->cipher != NULL;
	}
	return 1;
}

static int ep_enc_does_private(void *provctx, int selection)
{
	return selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY;
}

static int ep_enc_does_any(void *provctx, int selection)
{
	return 1;
}

static int software(const struct ep_enc *enc, const struct ep_key *key, OSSL_CORE_BIO *cout,
		    int selection, const char *type, const char *structure,
		    OSSL_PASSPHRASE_CALLBACK *pw, void *pwarg)
{
	OSSL_ENCODER_CTX *ctx;
	int ok = 0;
	BIO *out;

	out = BIO_new_from_core_bio(enc->prov->child, cout);
	ctx = OSSL_ENCODER_CTX_new_for_pkey(key->pkey, selection, type, structure, NULL);
	if (!out || !ctx)
		goto out;
	if (enc->cipher && OSSL_ENCODER_CTX_set_cipher(ctx, enc->cipher, NULL) != 1)
		goto out;
	if (pw && OSSL_ENCODER_CTX_set_passphrase_cb(ctx, pw, pwarg) != 1)
		goto out;
	ok = OSSL_ENCODER_to_bio(ctx, out) == 1;
out:
	OSSL_ENCODER_CTX_free(ctx);
	BIO_free(out);
	return ok;
}

static int reference(const struct ep_enc *enc, const struct ep_key *key, OSSL_CORE_BIO *cout,
		     bool pem)
{
	char text[ECC508A_KEYREF_PEM_SIZE], err[ECC508A_KEYREF_ERR_SIZE];
	uint8_t der[ECC508A_KEYREF_DER_LEN];
	int rc, len, ok = 0;
	BIO *out;

	if (enc->cipher) {
		ep_raise(enc->prov, EP_R_NO_PASSPHRASE,
			 "it holds no secret; write it without a cipher");
		return 0;
	}
	rc = pem ? ecc508a_keyref_encode_pem(&key->ref, text, err)
		 : ecc508a_keyref_encode_der(&key->ref, der, err);
	if (rc) {
		ep_raise(enc->prov, EP_R_BAD_REFERENCE, "%s", err);
		return 0;
	}
	out = BIO_new_from_core_bio(enc->prov->child, cout);
	if (out) {
		len = pem ? (int)strlen(text) : (int)sizeof(der);
		ok = BIO_write(out, pem ? (const void *)text : der, len) == len;
	}
	BIO_free(out);
	return ok;
}

static int encode(const struct ep_enc *enc, OSSL_CORE_BIO *cout, const void *obj, int selection,
		  bool pem, const char *structure, OSSL_PASSPHRASE_CALLBACK *pw, void *pwarg)
{
	const struct ep_key *key = obj;

	if (!key || !key->pkey)
		return 0;
	if (key->chip && !pem && strcmp(structure, "PrivateKeyInfo") == 0) {
		/* Asked for by those who go on to parse it as PKCS#8: PKCS#12 and the like */
		ep_raise(enc->prov, EP_R_PRIVATE_EXPORT,
			 "slot %u; there is no PKCS#8 or PKCS#12 form of it", key->ref.slot);
		return 0;
	}
	if (key->chip)
		return reference(enc, key, cout, pem);
	return software(enc, key, cout, selection, pem ? "PEM" : "DER", structure, pw, pwarg);
}

#define ENCODER(fn, pem, structure)                                                             \
	static int fn(void *vctx, OSSL_CORE_BIO *cout, const void *obj,                         \
		      const OSSL_PARAM abstract[], int selection, OSSL_PASSPHRASE_CALLBACK *pw, \
		      void *pwarg)                                                              \
	{                                                                                       \
		return encode(vctx, cout, obj, selection, pem, structure, pw, pwarg);           \
	}

ENCODER(ep_enc_pki_pem, true, "PrivateKeyInfo")
ENCODER(ep_enc_pki_der, false, "PrivateKeyInfo")
ENCODER(ep_enc_ts_pem, true, "type-specific")
ENCODER(ep_enc_ts_der, false, "type-specific")

static int ep_enc_text(void *vctx, OSSL_CORE_BIO *cout, const void *obj,
		       const OSSL_PARAM abstract[], int selection, OSSL_PASSPHRASE_CALLBACK *pw,
		       void *pwarg)
{
	const struct ep_key *key = obj;
	const struct ep_enc *enc = vctx;
	char serial[ECC508A_KEYREF_SERIAL_SIZE];
	BIO *out;
	int ok;

	if (!key || !key->pkey)
		return 0;
	if (key->chip && selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) {
		out = BIO_new_from_core_bio(enc->prov->child, cout);
		ok = out && BIO_printf(out, "Private key in slot %u of chip %s\n", key->ref.slot,
				       ecc508a_serial_format(key->ref.serial, serial)) > 0;
		BIO_free(out);
		if (!ok)
			return 0;
		selection &= ~OSSL_KEYMGMT_SELECT_PRIVATE_KEY;
		selection |= OSSL_KEYMGMT_SELECT_PUBLIC_KEY;
	}
	return software(enc, key, cout, selection, "TEXT", NULL, pw, pwarg);
}

#define FUNCTIONS(name, does, fn)                                                     \
	static const OSSL_DISPATCH name[] = {                                         \
		EP_FN(OSSL_FUNC_ENCODER_NEWCTX, ep_enc_newctx),                       \
		EP_FN(OSSL_FUNC_ENCODER_FREECTX, ep_enc_freectx),                     \
		EP_FN(OSSL_FUNC_ENCODER_SETTABLE_CTX_PARAMS, ep_enc_settable_params), \
		EP_FN(OSSL_FUNC_ENCODER_SET_CTX_PARAMS, ep_enc_set_params),           \
		EP_FN(OSSL_FUNC_ENCODER_DOES_SELECTION, does),                        \
		EP_FN(OSSL_FUNC_ENCODER_ENCODE, fn),                                  \
		EP_END,                                                               \
	}

FUNCTIONS(pki_pem_functions, ep_enc_does_private, ep_enc_pki_pem);
FUNCTIONS(pki_der_functions, ep_enc_does_private, ep_enc_pki_der);
FUNCTIONS(ts_pem_functions, ep_enc_does_private, ep_enc_ts_pem);
FUNCTIONS(ts_der_functions, ep_enc_does_private, ep_enc_ts_der);
FUNCTIONS(text_functions, ep_enc_does_any, ep_enc_text);

/* No import_object function: nobody else's keys are written by us */
const OSSL_ALGORITHM ep_encoder_algorithms[] = {
	{ EP_EC_NAMES, EP_PROPS ",output=pem,structure=PrivateKeyInfo", pki_pem_functions, NULL },
	{ EP_EC_NAMES, EP_PROPS ",output=der,structure=PrivateKeyInfo", pki_der_functions, NULL },
	{ EP_EC_NAMES, EP_PROPS ",output=pem,structure=type-specific", ts_pem_functions, NULL },
	{ EP_EC_NAMES, EP_PROPS ",output=der,structure=type-specific", ts_der_functions, NULL },
	{ EP_EC_NAMES, EP_PROPS ",output=text", text_functions, NULL },
	{ NULL, NULL, NULL, NULL },
};
