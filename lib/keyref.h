/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * The key reference: what a program is given instead of a private key.
 *
 * It names a chip by its serial number, a slot, and the public key that was in the slot when the
 * reference was made, so that a reference which outlived its chip or its key is refused instead
 * of signing with another key.  Three spellings of one thing: DER, PEM and (without the public
 * key) a URI.  Documentation/key-reference.rst is the specification.
 *
 * The codec allocates nothing, reads no file, calls no crypto library and talks to no chip.  Every
 * function that can fail returns 0 or a negative errno and, unless @err is NULL, writes one line
 * into it that says what is wrong.  All input is taken as hostile.
 */
#ifndef ECC508A_KEYREF_H
#define ECC508A_KEYREF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ECC508A_KEYREF_VERSION 1
#define ECC508A_KEYREF_LABEL   "ECC508A KEY REFERENCE"
#define ECC508A_KEYREF_SCHEME  "ecc508a"

#define ECC508A_KEYREF_SERIAL_LEN 9
#define ECC508A_KEYREF_POINT_LEN  65 /* 04 || X || Y */
#define ECC508A_KEYREF_SLOTS	  16

#define ECC508A_KEYREF_DER_LEN	   86 /* every version 1 reference has this length */
#define ECC508A_KEYREF_PEM_SIZE	   256 /* room for the PEM form and its NUL */
#define ECC508A_KEYREF_PEM_MAX	   65536 /* longer files are refused unread */
#define ECC508A_KEYREF_URI_SIZE	   96 /* room for the URI and its NUL */
#define ECC508A_KEYREF_URI_MAX	   256 /* longer URIs are refused */
#define ECC508A_KEYREF_SERIAL_SIZE 19 /* a serial number in hex and its NUL */
#define ECC508A_KEYREF_ERR_SIZE	   256

/**
 * struct ecc508a_keyref - one private key in one chip
 * @serial: SN[0..8] of the chip
 * @slot:   0 to 15
 * @point:  the public key, uncompressed
 */
struct ecc508a_keyref {
	uint8_t serial[ECC508A_KEYREF_SERIAL_LEN];
	uint8_t slot;
	uint8_t point[ECC508A_KEYREF_POINT_LEN];
};

/**
 * ecc508a_keyref_encode_der() - write the 86 bytes of a reference
 * Return: 0; -EINVAL if @ref could not be decoded again (slot, point or serial out of range)
 */
int ecc508a_keyref_encode_der(const struct ecc508a_keyref *ref, uint8_t der[ECC508A_KEYREF_DER_LEN],
			      char *err);

/**
 * ecc508a_keyref_decode_der() - read exactly one reference
 * Return: 0; -EBADMSG it is no reference or a damaged one; -EPROTONOSUPPORT it is of a
 * version this code does not know.  @ref is written only on success.
 */
int ecc508a_keyref_decode_der(const uint8_t *der, size_t len, struct ecc508a_keyref *ref,
			      char *err);

/**
 * ecc508a_keyref_encode_pem() - as a PEM file
 * @pem: NUL-terminated text, lines end in LF
 */
int ecc508a_keyref_encode_pem(const struct ecc508a_keyref *ref, char pem[ECC508A_KEYREF_PEM_SIZE],
			      char *err);

/**
 * ecc508a_keyref_decode_pem() - find the one reference in a PEM file
 * @pem: the whole file; needs no NUL
 * @len: its length
 *
 * Text and other PEM blocks around the reference are passed over.
 * Return: as decode_der; -ENOENT there is no reference; -EEXIST there are two; -EFBIG
 */
int ecc508a_keyref_decode_pem(const char *pem, size_t len, struct ecc508a_keyref *ref, char *err);

/** ecc508a_keyref_decode() - DER or PEM, told apart by their looks */
int ecc508a_keyref_decode(const void *data, size_t len, struct ecc508a_keyref *ref, char *err);

/**
 * ecc508a_keyref_check() - is this the chip and the key that the reference means?
 * @serial: of the chip at hand
 * @point:  public key in the slot at hand, or NULL if it is not known yet
 *
 * Return: 0; -EXDEV another chip (both serial numbers are in @err); -EKEYREJECTED the
 * right chip, but the slot holds another key now
 */
int ecc508a_keyref_check(const struct ecc508a_keyref *ref,
			 const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
			 const uint8_t point[ECC508A_KEYREF_POINT_LEN], char *err);

enum ecc508a_uri_type {
	ECC508A_URI_ANY, /* not said: the key, and the certificates if there are any */
	ECC508A_URI_PRIVATE,
	ECC508A_URI_PUBLIC,
	ECC508A_URI_CERT,
};

enum ecc508a_uri_object {
	ECC508A_URI_OBJECT_ANY,
	ECC508A_URI_DEVICE, /* the device's certificate */
	ECC508A_URI_SIGNER, /* the certificate of the CA that signed it */
};

/**
 * struct ecc508a_uri - a parsed "ecc508a:" URI
 * @has_serial: false: the only chip
 * @has_slot:   false: slot 0
 */
struct ecc508a_uri {
	bool has_serial;
	bool has_slot;
	uint8_t serial[ECC508A_KEYREF_SERIAL_LEN];
	uint8_t slot;
	enum ecc508a_uri_type type;
	enum ecc508a_uri_object object;
};

/** ecc508a_uri_is() - does it start with our scheme?  Says nothing about the rest. */
bool ecc508a_uri_is(const char *text);

/**
 * ecc508a_uri_parse() - read a URI
 * Return: 0; -EINVAL
 */
int ecc508a_uri_parse(const char *text, struct ecc508a_uri *uri, char *err);

/**
 * ecc508a_uri_format() - write a URI; parsing it gives the same structure
 * Return: 0; -EINVAL if a field is out of range
 */
int ecc508a_uri_format(const struct ecc508a_uri *uri, char text[ECC508A_KEYREF_URI_SIZE]);

/** ecc508a_serial_format() - 18 lower-case hex digits; returns @text */
char *ecc508a_serial_format(const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
			    char text[ECC508A_KEYREF_SERIAL_SIZE]);

/** ecc508a_serial_parse() - 18 hex digits of either case, the first @len characters.  -EINVAL */
int ecc508a_serial_parse(const char *text, size_t len, uint8_t serial[ECC508A_KEYREF_SERIAL_LEN]);

#ifdef __cplusplus
}
#endif
#endif
