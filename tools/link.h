/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* The other end of the daemon's control socket: status, pub and sub use it. */
#ifndef TOOL_LINK_H
#define TOOL_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "../daemon/wire.h"

struct link {
	int fd;
	int timeout_ms; /* for each read, -1 = for ever */
	const char *path;
	char *buf; /* what was read and not used */
	size_t len, at;
	uint8_t *payload; /* of the last reply, with a NUL behind it */
};

/* Connects to path, or $ECC508AD_SOCKET, or /run/ecc508ad/control; dies with the remedy */
void link_open(struct link *l, const char *path);
void link_close(struct link *l);

void link_send(struct link *l, const void *data, size_t len);
void link_say(struct link *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The next reply and its payload; returns 0 when the time is up, dies on all else */
int link_reply(struct link *l, struct wire_reply *reply);
/* The answer to a request; messages in between are not expected. Dies on ERR */
void link_expect(struct link *l, enum wire_reply_kind kind, struct wire_reply *reply);

#define LINK_SOCKET_HELP \
	"  -S, --socket PATH  the daemon's socket (default /run/ecc508ad/control)\n"

#endif
