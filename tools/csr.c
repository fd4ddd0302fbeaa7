// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a csr: a certificate signing request for the key in a slot. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "crypto.h"
#include "ecc508a.h"
#include "verb.h"

#define SUBJECT_MAX 512

/* "/CN=x/O=y" as openssl req -subj has it; a backslash protects the next character */
static void parse_subject(X509_NAME *name, const char *subject)
{
	char type[64], value[SUBJECT_MAX];
	const char *p = subject;

	if (*p != '/' || strlen(subject) >= SUBJECT_MAX)
		die_usage("the subject must look like /CN=name/O=organisation");
	while (*p) {
		size_t n = 0;

		p++;
		while (*p && *p != '=' && n < sizeof(type) - 1)
			type[n++] = *p++;
		type[n] = '\0';
		if (*p != '=')
			die_usage("in the subject, '%s' has no '='", type);
		p++;
		n = 0;
		while (*p && *p != '/') {
			if (*p == '\\' && p[1])
				p++;
			value[n++] = *p++;
		}
		value[n] = '\0';
		if (!n)
			die_usage("in the subject, %s is empty", type);
		if (!X509_NAME_add_entry_by_txt(name, type, MBSTRING_UTF8,
						(const unsigned char *)value, n, -1, 0))
			die_usage("OpenSSL does not take '%s=%s' in a subject", type, value);
	}
}

static void add_san(X509_REQ *req, const char *san)
{
	STACK_OF(X509_EXTENSION) *exts = sk_X509_EXTENSION_new_null();
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, NULL, NULL, req, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, san);
	if (!ext)
		die_usage("--san must look like DNS:name or IP:address, not '%s'", san);
	if (!exts || !sk_X509_EXTENSION_push(exts, ext) || !X509_REQ_add_extensions(req, exts))
		die_openssl("subject alternative name");
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
}

/* Signs with the chip: hash the inner part, put algorithm and signature in place */
static void sign_request(X509_REQ *req, struct ecc508a_dev *dev, unsigned int slot)
{
	/* BIT STRING in DER: tag, length, no unused bits, then the signature */
	uint8_t bits_der[3 + SIG_DER_MAX] = { 0x03 };
	const unsigned char *p = bits_der;
	ASN1_BIT_STRING *bits;
	X509_ALGOR *alg = X509_ALGOR_new();
	uint8_t digest[32], sig[64];
	unsigned char *tbs = NULL;
	int len;

	/* ecdsa-with-SHA256 takes no parameters, not even NULL (RFC 5758, 3.2) */
	if (!alg || !X509_ALGOR_set0(alg, OBJ_nid2obj(NID_ecdsa_with_SHA256), V_ASN1_UNDEF, NULL) ||
	    !X509_REQ_set1_signature_algo(req, alg))
		die_openssl("signature algorithm");
	len = i2d_re_X509_REQ_tbs(req, &tbs);
	if (len <= 0)
		die_openssl("encoding the request");
	sha256(tbs, len, digest);
	OPENSSL_free(tbs);
	if (ecc508a_sign(dev, slot, digest, sig))
		die_device(dev);
	bits_der[1] = 1 + sig_to_der(sig, bits_der + 3);
	bits = d2i_ASN1_BIT_STRING(NULL, &p, 2 + bits_der[1]);
	if (!bits)
		die_openssl("signature");
	X509_REQ_set0_signature(req, bits);
	X509_ALGOR_free(alg);
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "slot", required_argument, NULL, 's' },
						 { "subject", required_argument, NULL, 'n' },
						 { "san", required_argument, NULL, 'a' },
						 { "output", required_argument, NULL, 'o' },
						 { "force", no_argument, NULL, 'f' },
						 { "der", no_argument, NULL, 'D' },
						 COMMON_LONG };
	const char *output = NULL, *subject = NULL, *san = NULL;
	struct ecc508a_chip_info info;
	bool force = false, der = false;
	struct ecc508a_dev *dev;
	unsigned int slot = 0;
	char text[32], serial[19];
	uint8_t xy[64];
	X509_NAME *name;
	EVP_PKEY *key;
	X509_REQ *req;
	BIO *bio;
	int c;

	while ((c = getopt_long(argc, argv, COMMON_SHORT "s:n:a:o:f", options, NULL)) != -1) {
		switch (c) {
		case 's':
			slot = parse_number("--slot", optarg, 0, 15);
			break;
		case 'n':
			subject = optarg;
			break;
		case 'a':
			san = optarg;
			break;
		case 'o':
			output = optarg;
			break;
		case 'f':
			force = true;
			break;
		case 'D':
			der = true;
			break;
		default:
			common_option(c);
		}
	}
	if (optind != argc)
		die_usage("'%s' is not wanted here", argv[optind]);

	dev = open_device(0);
	if (ecc508a_info(dev, false, &info) || ecc508a_pubkey(dev, slot, xy))
		die_device(dev);
	if (!subject) {
		snprintf(text, sizeof(text), "/CN=%s", hex(info.serial, 9, serial));
		subject = text;
	}

	key = pubkey_from_xy(xy);
	name = X509_NAME_new();
	req = X509_REQ_new_ex(crypto_ctx(), NULL);
	bio = BIO_new(BIO_s_mem());
	if (!name || !req || !bio)
		die("out of memory");
	parse_subject(name, subject);
	if (!X509_REQ_set_version(req, X509_REQ_VERSION_1) ||
	    !X509_REQ_set_subject_name(req, name) || !X509_REQ_set_pubkey(req, key))
		die_openssl("filling in the request");
	if (san)
		add_san(req, san);
	sign_request(req, dev, slot);
	/* What leaves the tool is right, or nothing leaves it */
	if (X509_REQ_verify_ex(req, key, crypto_ctx(), NULL) != 1)
		die_openssl("the chip's signature over the request does not verify");

	if (common.json) {
		struct cJSON *root = cJSON_CreateObject();
		char *pem;

		PEM_write_bio_X509_REQ(bio, req);
		BIO_write(bio, "", 1);
		BIO_get_mem_data(bio, &pem);
		cJSON_AddStringToObject(root, "subject", subject);
		cJSON_AddNumberToObject(root, "slot", slot);
		cJSON_AddStringToObject(root, "csr", pem);
		print_json(root);
		BIO_free(bio);
	} else {
		if (der ? !i2d_X509_REQ_bio(bio, req) : !PEM_write_bio_X509_REQ(bio, req))
			die_openssl("encoding the request");
		write_bio(output, bio, force);
	}
	X509_REQ_free(req);
	X509_NAME_free(name);
	EVP_PKEY_free(key);
	ecc508a_close(dev);
	return 0;
}

const struct verb verb_csr = {
	.name = "csr",
	.args = "[-s SLOT] [-n SUBJECT] [-o FILE]",
	.summary = "a certificate signing request for the key of a slot, as PEM",
	.help = "  -s, --slot N       slot of the private key (default 0)\n"
		"  -n, --subject S    like /CN=name/O=organisation (default: /CN=serial number)\n"
		"  -a, --san LIST     subject alternative names, like DNS:name,IP:10.0.0.1\n"
		"  -o, --output FILE  default: standard output\n"
		"  -f, --force        replace FILE\n"
		"      --der          DER instead of PEM\n",
	.run = run,
};
