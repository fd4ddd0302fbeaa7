// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "wire.h"

#include <errno.h>
#include <string.h>

struct wire_cursor {
	const char *p;
	const char *end;
};

/* Take the next word; words are separated by exactly one space. */
static bool wire_word(struct wire_cursor *c, const char **word, size_t *len)
{
	const char *sp;

	if (c->p >= c->end)
		return false;
	sp = memchr(c->p, ' ', (size_t)(c->end - c->p));
	*word = c->p;
	if (sp) {
		*len = (size_t)(sp - c->p);
		c->p = sp + 1;
	} else {
		*len = (size_t)(c->end - c->p);
		c->p = c->end;
	}
	return *len > 0;
}

static bool wire_is(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && !memcmp(word, name, len);
}

/* Plain decimal, no sign, no leading zeroes, at most 18 digits: it cannot overflow. */
static bool wire_number(struct wire_cursor *c, uint64_t *out)
{
	const char *w;
	size_t len;
	uint64_t n = 0;

	if (!wire_word(c, &w, &len) || len > 18 || (len > 1 && w[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (w[i] < '0' || w[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(w[i] - '0');
	}
	*out = n;
	return true;
}

static int wire_topic(struct wire_cursor *c, struct wire_request *req, const char **why)
{
	size_t len = (size_t)(c->end - c->p);

	if (!len) {
		*why = "the topic is missing";
		return -EBADMSG;
	}
	if (memchr(c->p, 0, len)) {
		*why = "the topic has a NUL byte";
		return -EBADMSG;
	}
	if (len > WIRE_TOPIC_MAX) {
		*why = "the topic is longer than 256 bytes";
		return -ENAMETOOLONG;
	}
	memcpy(req->topic, c->p, len);
	req->topic[len] = 0;
	req->topic_len = len;
	return 0;
}

static int wire_parse_pub(struct wire_cursor *c, struct wire_request *req, const char **why)
{
	uint64_t qos, payload;

	if (!wire_number(c, &qos) || qos > 1) {
		*why = "PUB needs a quality of service of 0 or 1: PUB <qos> <length> <topic>";
		return -EBADMSG;
	}
	if (!wire_number(c, &payload)) {
		*why = "PUB needs the payload length in bytes: PUB <qos> <length> <topic>";
		return -EBADMSG;
	}
	req->qos = (int)qos;
	if (payload > WIRE_PAYLOAD_MAX) {
		*why = "the payload is longer than 131072 bytes";
		return -EMSGSIZE;
	}
	req->payload_len = (size_t)payload;
	return wire_topic(c, req, why);
}

int wire_parse_request(const char *line, size_t len, struct wire_request *req, const char **why)
{
	struct wire_cursor c = { line, line + len };
	static const struct {
		const char *name;
		enum wire_verb verb;
	} verbs[] = {
		{ "PUB", WIRE_PUB },	   { "SUB", WIRE_SUB },	  { "UNSUB", WIRE_UNSUB },
		{ "STATUS", WIRE_STATUS }, { "PING", WIRE_PING }, { "QUIT", WIRE_QUIT },
	};
	const char *word;
	size_t wlen;

	memset(req, 0, sizeof(*req));
	*why = "unknown request: PUB, SUB, UNSUB, STATUS, PING and QUIT exist";
	if (!wire_word(&c, &word, &wlen))
		return -EBADMSG;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!wire_is(word, wlen, verbs[i].name))
			continue;
		req->verb = verbs[i].verb;
		switch (req->verb) {
		case WIRE_PUB:
			return wire_parse_pub(&c, req, why);
		case WIRE_SUB:
		case WIRE_UNSUB:
			return wire_topic(&c, req, why);
		default:
			if (wlen == len)
				return 0;
			*why = "this request takes no argument";
			return -EBADMSG;
		}
	}
	return -EBADMSG;
}

static int wire_rest(struct wire_cursor *c, struct wire_reply *r)
{
	size_t len = (size_t)(c->end - c->p);

	if (len > WIRE_LINE_MAX || memchr(c->p, 0, len))
		return -EBADMSG;
	memcpy(r->text, c->p, len);
	r->text[len] = 0;
	return 0;
}

int wire_parse_reply(const char *line, size_t len, struct wire_reply *r)
{
	struct wire_cursor c = { line, line + len };
	const char *word;
	size_t wlen;
	uint64_t n;

	memset(r, 0, sizeof(*r));
	if (!wire_word(&c, &word, &wlen))
		return -EBADMSG;

	if (wire_is(word, wlen, "OK")) {
		r->kind = WIRE_OK;
		if (wlen == len)
			return 0;
		return wire_number(&c, &r->number) && c.p == c.end ? 0 : -EBADMSG;
	}
	if (wire_is(word, wlen, "ERR")) {
		r->kind = WIRE_ERR;
		if (!wire_word(&c, &word, &wlen) || wlen >= sizeof(r->code))
			return -EBADMSG;
		memcpy(r->code, word, wlen);
		return wire_rest(&c, r);
	}
	if (wire_is(word, wlen, "MSG")) {
		r->kind = WIRE_MSG;
		if (!wire_number(&c, &n) || n > 2)
			return -EBADMSG;
		r->qos = (int)n;
		if (!wire_number(&c, &n) || n > WIRE_PAYLOAD_MAX || c.p == c.end)
			return -EBADMSG;
		r->payload_len = (size_t)n;
		return wire_rest(&c, r);
	}
	if (wire_is(word, wlen, "STATUS")) {
		r->kind = WIRE_DATA;
		if (!wire_number(&c, &n) || n > WIRE_PAYLOAD_MAX || c.p != c.end)
			return -EBADMSG;
		r->payload_len = (size_t)n;
		return 0;
	}
	if (wire_is(word, wlen, "DROPPED")) {
		r->kind = WIRE_DROPPED;
		return wire_number(&c, &r->number) && c.p == c.end ? 0 : -EBADMSG;
	}
	if (wire_is(word, wlen, "ecc508ad")) {
		r->kind = WIRE_HELLO;
		if (!wire_number(&c, &r->number))
			return -EBADMSG;
		return wire_rest(&c, r);
	}
	return -EBADMSG;
}
