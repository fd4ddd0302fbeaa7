/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line protocol of the control socket: the grammar and nothing else, so that the
 * daemon, the command-line tool, the tests and the fuzzer read it with the same code.
 * It is documented in Documentation/daemon-socket.rst.
 */
#ifndef ECC508AD_WIRE_H
#define ECC508AD_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_VERSION 1

/* AWS IoT Core limits: 256 bytes of topic, 128 KiB of payload. */
#define WIRE_TOPIC_MAX	 256
#define WIRE_PAYLOAD_MAX (128u * 1024u)
/* A verb, two numbers and a topic, without the line feed. */
#define WIRE_LINE_MAX	 320

enum wire_verb {
	WIRE_PUB,
	WIRE_SUB,
	WIRE_UNSUB,
	WIRE_STATUS,
	WIRE_PING,
	WIRE_QUIT,
};

struct wire_request {
	enum wire_verb verb;
	int qos;
	size_t payload_len;
	size_t topic_len;
	char topic[WIRE_TOPIC_MAX + 1];
};

enum wire_reply_kind {
	WIRE_HELLO, /* ecc508ad <protocol> <version> */
	WIRE_OK, /* OK [number] */
	WIRE_ERR, /* ERR <code> <text> */
	WIRE_DATA, /* STATUS <length> + bytes */
	WIRE_MSG, /* MSG <qos> <length> <topic> + bytes */
	WIRE_DROPPED, /* DROPPED <count> */
};

struct wire_reply {
	enum wire_reply_kind kind;
	int qos;
	uint64_t number; /* of OK, DROPPED, HELLO */
	size_t payload_len;
	char code[32];
	char text[WIRE_LINE_MAX + 1]; /* of ERR; topic of MSG; version of HELLO */
};

/*
 * Parse one request line (without its line feed).
 * Returns 0, or
 * -EBADMSG   not a request: nothing that follows can be understood, close
 * -EMSGSIZE  the payload is announced longer than allowed: close
 * -ENAMETOOLONG  the topic is too long; the payload still has to be skipped
 * @why is set to a sentence for the client in each of these cases.
 */
int wire_parse_request(const char *line, size_t len, struct wire_request *req, const char **why);

/* Parse one line from the daemon. Returns 0 or -EBADMSG. */
int wire_parse_reply(const char *line, size_t len, struct wire_reply *reply);

#endif
