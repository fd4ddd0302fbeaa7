// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The key reference as DER and PEM.  Specification: Documentation/key-reference.rst.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "keyref.h"

/* DER tags; source: ITU-T X.690 8.3, 8.7, 8.9 */
#define TAG_INTEGER	 0x02
#define TAG_OCTET_STRING 0x04
#define TAG_SEQUENCE	 0x30

#define BEGIN_LINE "-----BEGIN " ECC508A_KEYREF_LABEL "-----"
#define END_LINE   "-----END " ECC508A_KEYREF_LABEL "-----"
#define PEM_LINE   64 /* characters a line; source: RFC 7468 section 2 */

/* Field prime of P-256; source: SP 800-186 section 3.2.1.3 */
static const uint8_t p256_prime[32] = {
	0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

__attribute__((format(printf, 3, 4))) static int fail(char *err, int rc, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err, ECC508A_KEYREF_ERR_SIZE, fmt, ap);
		va_end(ap);
	}
	return rc;
}

char *ecc508a_serial_format(const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
			    char text[ECC508A_KEYREF_SERIAL_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < ECC508A_KEYREF_SERIAL_LEN; i++) {
		text[2 * i] = digits[serial[i] >> 4];
		text[2 * i + 1] = digits[serial[i] & 15];
	}
	text[2 * i] = '\0';
	return text;
}

static bool all_bytes(const uint8_t *p, size_t len, uint8_t value)
{
	while (len--)
		if (*p++ != value)
			return false;
	return true;
}

/*
 * What every spelling demands of the values.  Whether the point is on the curve takes
 * arithmetic that lives elsewhere: whoever uses the point must check that, and whoever uses the
 * key compares the point with the chip's.
 */
static int check_values(const struct ecc508a_keyref *ref, int rc, char *err)
{
	if (all_bytes(ref->serial, sizeof(ref->serial), 0x00) ||
	    all_bytes(ref->serial, sizeof(ref->serial), 0xff))
		return fail(err, rc, "key reference: the serial number is all %s, no chip has that",
			    ref->serial[0] ? "ones" : "zeros");
	if (ref->slot >= ECC508A_KEYREF_SLOTS)
		return fail(err, rc, "key reference: slot %u does not exist (0 to 15)", ref->slot);
	if (ref->point[0] != 0x04)
		return fail(
			err, rc,
			"key reference: the public key starts with %02x, want 04 (uncompressed)",
			ref->point[0]);
	if (memcmp(ref->point + 1, p256_prime, 32) >= 0 ||
	    memcmp(ref->point + 33, p256_prime, 32) >= 0)
		return fail(
			err, rc,
			"key reference: a coordinate of the public key is not in the P-256 field");
	return 0;
}

/* ------------------------------------------------------------------ DER */

struct der {
	const uint8_t *p, *end;
};

/*
 * One element with a short-form length; all lengths in a reference are below 128, and DER
 * allows no longer form for them.
 */
static int der_take(struct der *d, uint8_t tag, const char *what, const uint8_t **val, size_t *len,
		    char *err)
{
	size_t left = d->end - d->p;

	if (left < 2)
		return fail(err, -EBADMSG, "key reference: cut short before the %s", what);
	if (d->p[0] != tag)
		return fail(err, -EBADMSG, "key reference: the %s has DER tag %02x, want %02x",
			    what, d->p[0], tag);
	if (d->p[1] >= 0x80)
		return fail(err, -EBADMSG, "key reference: the %s has a DER length of form %02x",
			    what, d->p[1]);
	if (d->p[1] > left - 2)
		return fail(err, -EBADMSG,
			    "key reference: cut short in the %s (%u bytes, have %zu)", what,
			    d->p[1], left - 2);
	*val = d->p + 2;
	*len = d->p[1];
	d->p += 2 + *len;
	return 0;
}

/* Non-negative, minimal, below 2^15: what is larger is out of range anyway */
static int der_take_uint(struct der *d, const char *what, unsigned int *value, char *err)
{
	const uint8_t *v;
	size_t len;
	int rc;

	rc = der_take(d, TAG_INTEGER, what, &v, &len, err);
	if (rc)
		return rc;
	if (len == 0 || len > 2 || v[0] & 0x80)
		return fail(err, -EBADMSG, "key reference: the %s is not a small positive number",
			    what);
	if (len == 2 && v[0] == 0 && !(v[1] & 0x80))
		return fail(err, -EBADMSG, "key reference: the %s is not in its shortest form",
			    what);
	*value = len == 2 ? v[0] << 8 | v[1] : v[0];
	return 0;
}

static int der_take_octets(struct der *d, const char *what, uint8_t *out, size_t want, char *err)
{
	const uint8_t *v;
	size_t len;
	int rc;

	rc = der_take(d, TAG_OCTET_STRING, what, &v, &len, err);
	if (rc)
		return rc;
	if (len != want)
		return fail(err, -EBADMSG, "key reference: the %s has %zu bytes, want %zu", what,
			    len, want);
	memcpy(out, v, want);
	return 0;
}

int ecc508a_keyref_decode_der(const uint8_t *der, size_t len, struct ecc508a_keyref *ref, char *err)
{
	struct der d = { .p = der, .end = der + len };
	struct ecc508a_keyref tmp = { 0 };
	const uint8_t *body;
	unsigned int version, slot;
	size_t body_len;
	int rc;

	if (len == 0)
		return fail(err, -EBADMSG, "key reference: empty");
	rc = der_take(&d, TAG_SEQUENCE, "outer SEQUENCE", &body, &body_len, err);
	if (rc)
		return rc;
	if (d.p != d.end)
		return fail(err, -EBADMSG, "key reference: %zu bytes after its end",
			    (size_t)(d.end - d.p));
	d.p = body;

	rc = der_take_uint(&d, "version", &version, err);
	if (rc)
		return rc;
	if (version != ECC508A_KEYREF_VERSION)
		return fail(err, -EPROTONOSUPPORT,
			    "key reference: version %u, this program knows only version %u; "
			    "write the reference again with this release",
			    version, ECC508A_KEYREF_VERSION);
	rc = der_take_octets(&d, "serial number", tmp.serial, sizeof(tmp.serial), err);
	if (rc)
		return rc;
	rc = der_take_uint(&d, "slot", &slot, err);
	if (rc)
		return rc;
	if (slot >= ECC508A_KEYREF_SLOTS)
		return fail(err, -EBADMSG, "key reference: slot %u does not exist (0 to 15)", slot);
	tmp.slot = slot;
	rc = der_take_octets(&d, "public key", tmp.point, sizeof(tmp.point), err);
	if (rc)
		return rc;
	if (d.p != d.end)
		return fail(err, -EBADMSG, "key reference: %zu unknown bytes after the public key",
			    (size_t)(d.end - d.p));
	rc = check_values(&tmp, -EBADMSG, err);
	if (rc)
		return rc;
	*ref = tmp;
	return 0;
}

static uint8_t *der_put(uint8_t *p, uint8_t tag, const uint8_t *val, size_t len)
{
	*p++ = tag;
	*p++ = len;
	memcpy(p, val, len);
	return p + len;
}

int ecc508a_keyref_encode_der(const struct ecc508a_keyref *ref, uint8_t der[ECC508A_KEYREF_DER_LEN],
			      char *err)
{
	const uint8_t version = ECC508A_KEYREF_VERSION;
	uint8_t *p = der;
	int rc;

	rc = check_values(ref, -EINVAL, err);
	if (rc)
		return rc;
	*p++ = TAG_SEQUENCE;
	*p++ = ECC508A_KEYREF_DER_LEN - 2;
	p = der_put(p, TAG_INTEGER, &version, 1);
	p = der_put(p, TAG_OCTET_STRING, ref->serial, sizeof(ref->serial));
	p = der_put(p, TAG_INTEGER, &ref->slot, 1);
	der_put(p, TAG_OCTET_STRING, ref->point, sizeof(ref->point));
	return 0;
}

/* ------------------------------------------------------------------ PEM */

_Static_assert(sizeof(BEGIN_LINE END_LINE) + 2 + (ECC508A_KEYREF_DER_LEN + 2) / 3 * 4 + 2 <
		       ECC508A_KEYREF_PEM_SIZE,
	       "room for the PEM form");

static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int ecc508a_keyref_encode_pem(const struct ecc508a_keyref *ref, char pem[ECC508A_KEYREF_PEM_SIZE],
			      char *err)
{
	uint8_t der[ECC508A_KEYREF_DER_LEN + 3] = { 0 };
	unsigned int column = 0;
	char *p = pem;
	size_t i;
	int rc;

	rc = ecc508a_keyref_encode_der(ref, der, err);
	if (rc)
		return rc;
	p = stpcpy(p, BEGIN_LINE "\n");
	for (i = 0; i < ECC508A_KEYREF_DER_LEN; i += 3) {
		size_t left = ECC508A_KEYREF_DER_LEN - i;
		uint32_t v = der[i] << 16 | der[i + 1] << 8 | der[i + 2];

		*p++ = b64[v >> 18];
		*p++ = b64[v >> 12 & 63];
		*p++ = left > 1 ? b64[v >> 6 & 63] : '=';
		*p++ = left > 2 ? b64[v & 63] : '=';
		column += 4;
		if (column == PEM_LINE) {
			*p++ = '\n';
			column = 0;
		}
	}
	if (column)
		*p++ = '\n';
	strcpy(p, END_LINE "\n");
	return 0;
}

/* A line without its end: LF, CR LF, or the end of the text. */
static const char *next_line(const char *p, const char *end, size_t *len)
{
	const char *lf = memchr(p, '\n', end - p);
	const char *stop = lf ? lf : end;

	*len = stop - p;
	/* trailing blanks are what editors and mail programs add (RFC 7468 section 2) */
	while (*len && (p[*len - 1] == '\r' || p[*len - 1] == ' ' || p[*len - 1] == '\t'))
		(*len)--;
	return lf ? lf + 1 : end;
}

static bool line_is(const char *p, size_t len, const char *want)
{
	return len == strlen(want) && memcmp(p, want, len) == 0;
}

struct unbase64 {
	uint8_t *out;
	size_t len, size;
	uint32_t acc;
	unsigned int n; /* characters in acc */
	unsigned int pad;
};

static int unbase64_feed(struct unbase64 *u, const char *p, size_t len, char *err)
{
	for (; len; p++, len--) {
		const char *digit = *p ? strchr(b64, *p) : NULL;

		if (*p == '=') {
			if (u->n + u->pad < 2 || u->n + u->pad > 3)
				return fail(err, -EBADMSG,
					    "key reference: base64 padding in the wrong place");
			u->pad++;
			continue;
		}
		if (!digit)
			return fail(err, -EBADMSG,
				    "key reference: byte %02x is not a base64 character",
				    (uint8_t)*p);
		if (u->pad)
			return fail(err, -EBADMSG,
				    "key reference: base64 goes on after its padding");
		u->acc = u->acc << 6 | (uint32_t)(digit - b64);
		if (++u->n < 4)
			continue;
		if (u->size - u->len < 3)
			return fail(err, -EBADMSG, "key reference: longer than any reference is");
		u->out[u->len++] = u->acc >> 16;
		u->out[u->len++] = u->acc >> 8;
		u->out[u->len++] = u->acc;
		u->acc = 0;
		u->n = 0;
	}
	return 0;
}

static int unbase64_finish(struct unbase64 *u, char *err)
{
	uint32_t acc = u->acc;

	if (u->n == 0 && u->pad == 0)
		return 0;
	if (u->n + u->pad != 4)
		return fail(err, -EBADMSG, "key reference: base64 is cut short");
	acc <<= 6 * u->pad;
	if (acc & (u->pad == 2 ? 0xffff : 0xff))
		return fail(err, -EBADMSG,
			    "key reference: base64 has stray bits before its padding");
	if (u->size - u->len < 2)
		return fail(err, -EBADMSG, "key reference: longer than any reference is");
	u->out[u->len++] = acc >> 16;
	if (u->pad == 1)
		u->out[u->len++] = acc >> 8;
	return 0;
}

int ecc508a_keyref_decode_pem(const char *pem, size_t len, struct ecc508a_keyref *ref, char *err)
{
	enum {
		OUTSIDE,
		INSIDE,
		DONE
	} state = OUTSIDE;
	/* Room to see that it is too long, not more */
	uint8_t der[ECC508A_KEYREF_DER_LEN + 10];
	struct unbase64 u = { .out = der, .size = sizeof(der) };
	const char *end = pem + len;
	const char *p, *next;
	size_t n;
	int rc;

	if (len == 0)
		return fail(err, -EBADMSG, "key reference: empty file");
	if (len > ECC508A_KEYREF_PEM_MAX)
		return fail(err, -EFBIG,
			    "key reference: the file has %zu bytes, at most %u are read", len,
			    ECC508A_KEYREF_PEM_MAX);

	for (p = pem; p < end; p = next) {
		next = next_line(p, end, &n);
		if (line_is(p, n, BEGIN_LINE)) {
			if (state == DONE)
				return fail(
					err, -EEXIST,
					"key reference: the file holds two references, want one");
			if (state == INSIDE)
				return fail(err, -EBADMSG,
					    "key reference: BEGIN line inside a reference");
			state = INSIDE;
		} else if (state != INSIDE) {
			continue;
		} else if (line_is(p, n, END_LINE)) {
			rc = unbase64_finish(&u, err);
			if (rc)
				return rc;
			state = DONE;
		} else if (n && *p == '-') {
			return fail(err, -EBADMSG, "key reference: the END line is missing");
		} else {
			rc = unbase64_feed(&u, p, n, err);
			if (rc)
				return rc;
		}
	}
	if (state == OUTSIDE)
		return fail(err, -ENOENT, "key reference: no \"%s\" line in the file", BEGIN_LINE);
	if (state == INSIDE)
		return fail(err, -EBADMSG, "key reference: cut short, the END line is missing");
	return ecc508a_keyref_decode_der(der, u.len, ref, err);
}

int ecc508a_keyref_decode(const void *data, size_t len, struct ecc508a_keyref *ref, char *err)
{
	const uint8_t *p = data;

	/* A PEM file may start with any comment, a '0' (0x30) too */
	if (len && p[0] == TAG_SEQUENCE && !memmem(data, len, BEGIN_LINE, strlen(BEGIN_LINE)))
		return ecc508a_keyref_decode_der(data, len, ref, err);
	return ecc508a_keyref_decode_pem(data, len, ref, err);
}

int ecc508a_keyref_check(const struct ecc508a_keyref *ref,
			 const uint8_t serial[ECC508A_KEYREF_SERIAL_LEN],
			 const uint8_t point[ECC508A_KEYREF_POINT_LEN], char *err)
{
	char want[ECC508A_KEYREF_SERIAL_SIZE], have[ECC508A_KEYREF_SERIAL_SIZE];

	ecc508a_serial_format(ref->serial, want);
	if (memcmp(ref->serial, serial, sizeof(ref->serial)) != 0)
		return fail(err, -EXDEV,
			    "the key reference names chip %s, this is chip %s; "
			    "use the reference that was written for this chip",
			    want, ecc508a_serial_format(serial, have));
	if (point && memcmp(ref->point, point, sizeof(ref->point)) != 0)
		return fail(err, -EKEYREJECTED,
			    "slot %u of chip %s holds another key than the key reference was made "
			    "for; if the key was generated anew, write the reference again and get "
			    "a new certificate",
			    ref->slot, want);
	return 0;
}
