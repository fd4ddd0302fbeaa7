// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * What a factory does after the chip has its key: asks it for the public half of slot 0 over the
 * bus, has a signer CA certify it, and leaves device and signer certificate in a PEM file.
 */
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu.h"

#define OP_GENKEY     0x40
#define GENKEY_PUBLIC 0x00 /* "calculate the public key of a stored private key" (DS508 9.7) */
#define WORD_COMMAND  0x03
#define VALID_DAYS    3650
#define SPEED	      100000u

/* ---- the chip's side ---- */

static int wake(struct ecc508a_emu_bus *bus, uint16_t addr)
{
	uint8_t rsp[4];

	ecc508a_emu_bus_sda_low(bus, 80000);
	ecc508a_emu_bus_advance(bus, 2000000);
	return ecc508a_emu_read(bus, addr, rsp, sizeof(rsp), SPEED) == 4 ? 0 : -EIO;
}

static int get_public_key(struct emu_bus *bus, struct ecc508a_emu_chip *chip, uint8_t xy[64])
{
	uint8_t cmd[8] = { WORD_COMMAND, 7, OP_GENKEY, GENKEY_PUBLIC, 0, 0 }, rsp[67];
	struct ecc508a_emu_status st;
	unsigned int ms;
	uint16_t crc;
	int ret;

	ecc508a_emu_chip_status(chip, &st);
	crc = ecc508a_emu_crc16(cmd + 1, 5);
	cmd[6] = (uint8_t)crc;
	cmd[7] = (uint8_t)(crc >> 8);
	ret = wake(bus->core, st.addr);
	if (ret)
		return ret;
	if (ecc508a_emu_write(bus->core, st.addr, cmd, sizeof(cmd), SPEED) != (int)sizeof(cmd))
		return -EIO;
	for (ms = 0; ms < 1000; ms++) {
		ecc508a_emu_bus_advance(bus->core, 1000000);
		ret = ecc508a_emu_read(bus->core, st.addr, rsp, sizeof(rsp), SPEED);
		if (ret != -ENXIO)
			break;
	}
	if (ret != (int)sizeof(rsp) || rsp[0] != 67)
		return -ENOKEY;
	memcpy(xy, rsp + 1, 64);
	return 0;
}

/* ---- the signer's side ---- */

static EVP_PKEY *point_to_key(const uint8_t xy[64])
{
	uint8_t point[65] = { POINT_CONVERSION_UNCOMPRESSED };
	char group[] = "prime256v1";
	OSSL_PARAM params[3] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	memcpy(point + 1, xy, 64);
	if (ctx && EVP_PKEY_fromdata_init(ctx) == 1)
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static bool add_ext(X509 *cert, X509 *signer, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx(&ctx, signer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	return ok;
}

/* Unique for a key, and the same again for the same chip. */
static bool set_serial(X509 *cert, const uint8_t xy[64])
{
	uint8_t hash[32];
	BIGNUM *bn;
	bool ok;

	SHA256(xy, 64, hash);
	hash[0] = (hash[0] & 0x7f) | 0x40;
	bn = BN_bin2bn(hash, 16, NULL);
	ok = bn && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert));
	BN_free(bn);
	return ok;
}

static X509 *certify(X509 *signer, EVP_PKEY *signer_key, const uint8_t xy[64], const char *cn)
{
	EVP_PKEY *key = point_to_key(xy);
	X509 *cert = X509_new();
	X509_NAME *name;
	bool ok;

	ok = key && cert && X509_set_version(cert, X509_VERSION_3) && set_serial(cert, xy);
	name = ok ? X509_get_subject_name(cert) : NULL;
	ok = ok &&
	     X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)cn, -1,
					-1, 0) &&
	     X509_set_issuer_name(cert, X509_get_subject_name(signer)) &&
	     X509_gmtime_adj(X509_getm_notBefore(cert), -3600) &&
	     X509_time_adj_ex(X509_getm_notAfter(cert), VALID_DAYS, 0, NULL) &&
	     X509_set_pubkey(cert, key) &&
	     add_ext(cert, signer, NID_basic_constraints, "critical,CA:FALSE") &&
	     add_ext(cert, signer, NID_key_usage, "critical,digitalSignature") &&
	     add_ext(cert, signer, NID_ext_key_usage, "clientAuth") &&
	     add_ext(cert, signer, NID_subject_key_identifier, "hash") &&
	     add_ext(cert, signer, NID_authority_key_identifier, "keyid") &&
	     X509_sign(cert, signer_key, EVP_sha256());
	EVP_PKEY_free(key);
	if (!ok) {
		X509_free(cert);
		cert = NULL;
	}
	return cert;
}

static X509 *read_cert(const char *path)
{
	FILE *f = fopen(path, "re");
	X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;

	if (!cert)
		emu_say("--signer-cert %s: %s", path, f ? "no PEM certificate" : strerror(errno));
	if (f)
		fclose(f);
	return cert;
}

static EVP_PKEY *read_key(const char *path)
{
	FILE *f = fopen(path, "re");
	EVP_PKEY *key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;

	if (!key)
		emu_say("--signer-key %s: %s", path, f ? "no PEM private key" : strerror(errno));
	if (f)
		fclose(f);
	return key;
}

static int write_chain(const char *path, X509 *cert, X509 *signer)
{
	FILE *f = fopen(path, "we");
	bool ok;

	ok = f && PEM_write_X509(f, cert) && PEM_write_X509(f, signer) && !fchmod(fileno(f), 0644);
	if (f && fclose(f))
		ok = false;
	if (!ok)
		emu_say("--device-cert %s: %s", path, strerror(errno));
	return ok ? 0 : -EIO;
}

static int certify_chip(const struct emu_chip_options *opt, const uint8_t xy[64], const char *cn)
{
	X509 *signer = read_cert(opt->signer_cert), *cert = NULL;
	EVP_PKEY *key = signer ? read_key(opt->signer_key) : NULL;
	int ret = -EINVAL;

	if (!key)
		goto out;
	if (X509_check_private_key(signer, key) != 1) {
		emu_say("%s is not the key of %s", opt->signer_key, opt->signer_cert);
		goto out;
	}
	cert = certify(signer, key, xy, cn);
	if (!cert) {
		emu_say("cannot make the device certificate: %s",
			ERR_reason_error_string(ERR_peek_error()));
		goto out;
	}
	ret = write_chain(opt->device_cert, cert, signer);
out:
	ERR_clear_error();
	X509_free(cert);
	X509_free(signer);
	EVP_PKEY_free(key);
	return ret;
}

int emu_chip_provision(struct emu_bus *bus, struct ecc508a_emu_chip *chip,
		       const struct emu_chip_options *opt)
{
	struct ecc508a_emu_status st;
	char cn[32];
	uint8_t xy[64];
	unsigned int i;
	int ret;

	ret = get_public_key(bus, chip, xy);
	/* It and its neighbours start like chips that were just powered up. */
	for (i = 0; i < bus->chips; i++) {
		ecc508a_emu_chip_power(ecc508a_emu_bus_chip(bus->core, i), false);
		ecc508a_emu_chip_power(ecc508a_emu_bus_chip(bus->core, i), true);
	}
	if (ret) {
		emu_say("chip %u.%u gives no public key for slot 0; --signer-cert needs a preset "
			"with a key there (aws)",
			bus->index, bus->chips - 1);
		return ret;
	}
	ecc508a_emu_chip_status(chip, &st);
	for (i = 0; i < 9; i++)
		snprintf(cn + 2 * i, 3, "%02X", st.serial[i]);
	return certify_chip(opt, xy, opt->subject ? opt->subject : cn);
}
