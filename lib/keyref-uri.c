// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The key reference as a URI.  Specification: Documentation/key-reference.rst.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "keyref.h"

#define NAME_MAX_SHOWN 32 /* of hostile text, in messages */

__attribute__((format(printf, 2, 3))) static int fail(char *err, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err, ECC508A_KEYREF_ERR_SIZE, fmt, ap);
		va_end(ap);
	}
	return -EINVAL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int ecc508a_serial_parse(const char *text, size_t len, uint8_t serial[ECC508A_KEYREF_SERIAL_LEN])
{
	uint8_t tmp[ECC508A_KEYREF_SERIAL_LEN];
	size_t i;

	if (len != 2 * sizeof(tmp))
		return -EINVAL;
	for (i = 0; i < sizeof(tmp); i++) {
		int hi = hex_digit(text[2 * i]), lo = hex_digit(text[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return -EINVAL;
		tmp[i] = hi << 4 | lo;
	}
	memcpy(serial, tmp, sizeof(tmp));
	return 0;
}

struct span {
	const char *p;
	size_t len;
};

static bool span_is(struct span s, const char *word)
{
	return s.len == strlen(word) && memcmp(s.p, word, s.len) == 0;
}

static int shown(struct span s)
{
	return s.len < NAME_MAX_SHOWN ? (int)s.len : NAME_MAX_SHOWN;
}

static int set_serial(struct ecc508a_uri *uri, struct span v, char *err)
{
	if (ecc508a_serial_parse(v.p, v.len, uri->serial))
		return fail(err, "URI: serial=%.*s is not a serial number (18 hex digits)",
			    shown(v), v.p);
	uri->has_serial = true;
	return 0;
}

static int set_slot(struct ecc508a_uri *uri, struct span v, char *err)
{
	unsigned int slot = 0;
	size_t i;

	for (i = 0; i < v.len && i < 2; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			break;
		slot = 10 * slot + (unsigned int)(v.p[i] - '0');
	}
	if (v.len == 0 || i != v.len || slot >= ECC508A_KEYREF_SLOTS ||
	    (v.len == 2 && v.p[0] == '0'))
		return fail(err, "URI: slot=%.*s is not a slot (0 to 15)", shown(v), v.p);
	uri->slot = slot;
	uri->has_slot = true;
	return 0;
}

static int set_type(struct ecc508a_uri *uri, struct span v, char *err)
{
	if (span_is(v, "private"))
		uri->type = ECC508A_URI_PRIVATE;
	else if (span_is(v, "public"))
		uri->type = ECC508A_URI_PUBLIC;
	else if (span_is(v, "cert"))
		uri->type = ECC508A_URI_CERT;
	else
		return fail(err, "URI: type=%.*s is not one of private, public, cert", shown(v),
			    v.p);
	return 0;
}

static int set_object(struct ecc508a_uri *uri, struct span v, char *err)
{
	if (span_is(v, "device"))
		uri->object = ECC508A_URI_DEVICE;
	else if (span_is(v, "signer"))
		uri->object = ECC508A_URI_SIGNER;
	else
		return fail(err, "URI: object=%.*s is not one of device, signer", shown(v), v.p);
	return 0;
}

static const struct {
	const char *name;
	int (*set)(struct ecc508a_uri *uri, struct span v, char *err);
} attributes[] = {
	{ "serial", set_serial },
	{ "slot", set_slot },
	{ "type", set_type },
	{ "object", set_object },
};

static int set_attribute(struct ecc508a_uri *uri, struct span attr, unsigned int *seen, char *err)
{
	const char *eq = memchr(attr.p, '=', attr.len);
	struct span name, value;
	size_t i;

	if (!eq)
		return fail(err, "URI: \"%.*s\" is not name=value", shown(attr), attr.p);
	name = (struct span){ attr.p, eq - attr.p };
	value = (struct span){ eq + 1, attr.len - name.len - 1 };
	for (i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (!span_is(name, attributes[i].name))
			continue;
		if (*seen & 1U << i)
			return fail(err, "URI: %s is given twice", attributes[i].name);
		*seen |= 1U << i;
		return attributes[i].set(uri, value, err);
	}
	return fail(err, "URI: unknown attribute \"%.*s\" (known: serial, slot, type, object)",
		    shown(name), name.p);
}

bool ecc508a_uri_is(const char *text)
{
	return strncmp(text, ECC508A_KEYREF_SCHEME ":", strlen(ECC508A_KEYREF_SCHEME ":")) == 0;
}

int ecc508a_uri_parse(const char *text, struct ecc508a_uri *uri, char *err)
{
	struct ecc508a_uri tmp = { 0 };
	unsigned int seen = 0;
	const char *p;
	size_t i, len;
	int rc;

	len = strnlen(text, ECC508A_KEYREF_URI_MAX + 1);
	if (len > ECC508A_KEYREF_URI_MAX)
		return fail(err, "URI: longer than %u characters", ECC508A_KEYREF_URI_MAX);
	/* Nothing of it needs an escape, so nothing outside printable ASCII gets into messages */
	for (i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return fail(err, "URI: byte %02x at position %zu does not belong in a URI",
				    (uint8_t)text[i], i);
	if (!ecc508a_uri_is(text))
		return fail(err, "URI: does not start with \"" ECC508A_KEYREF_SCHEME ":\"");

	p = text + strlen(ECC508A_KEYREF_SCHEME ":");
	if (*p == '/')
		return fail(err, "URI: no slashes after \"" ECC508A_KEYREF_SCHEME ":\", as in "
				 "ecc508a:slot=0");
	while (*p) {
		const char *semi = strchrnul(p, ';');

		rc = set_attribute(&tmp, (struct span){ p, semi - p }, &seen, err);
		if (rc)
			return rc;
		p = semi;
		if (*p == ';' && *++p == '\0')
			return fail(err, "URI: ends in a semicolon");
	}
	if (tmp.object && tmp.type && tmp.type != ECC508A_URI_CERT)
		return fail(err, "URI: object= chooses a certificate, type= says it is a key");
	if (tmp.object)
		tmp.type = ECC508A_URI_CERT;
	*uri = tmp;
	return 0;
}

int ecc508a_uri_format(const struct ecc508a_uri *uri, char text[ECC508A_KEYREF_URI_SIZE])
{
	static const char *const types[] = { NULL, "private", "public", "cert" };
	static const char *const objects[] = { NULL, "device", "signer" };
	char serial[ECC508A_KEYREF_SERIAL_SIZE];
	const char *sep = "";
	char *p;

	if (uri->slot >= ECC508A_KEYREF_SLOTS || (unsigned int)uri->type > ECC508A_URI_CERT ||
	    (unsigned int)uri->object > ECC508A_URI_SIGNER ||
	    (uri->object && uri->type != ECC508A_URI_CERT) || (uri->slot && !uri->has_slot))
		return -EINVAL;

	p = stpcpy(text, ECC508A_KEYREF_SCHEME ":");
	if (uri->has_serial) {
		p += sprintf(p, "serial=%s", ecc508a_serial_format(uri->serial, serial));
		sep = ";";
	}
	if (uri->has_slot) {
		p += sprintf(p, "%sslot=%u", sep, uri->slot);
		sep = ";";
	}
	if (uri->type) {
		p += sprintf(p, "%stype=%s", sep, types[uri->type]);
		sep = ";";
	}
	if (uri->object)
		sprintf(p, "%sobject=%s", sep, objects[uri->object]);
	return 0;
}
