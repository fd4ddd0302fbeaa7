// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "link.h"
#include "verb.h"

#define LINK_DEFAULT "/run/ecc508ad/control"
#define LINK_BUF     65536

static void link_die_connect(const char *path, int err)
{
	switch (err) {
	case ENOENT:
	case ECONNREFUSED:
		die("the daemon does not run (nobody answers on %s): systemctl start ecc508ad",
		    path);
	case EACCES:
		die("%s: permission denied: you have to be in the group ecc508a", path);
	default:
		die("%s: %s", path, strerror(err));
	}
}

void link_open(struct link *l, const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct wire_reply hello;

	memset(l, 0, sizeof(*l));
	if (!path)
		path = getenv("ECC508AD_SOCKET");
	if (!path || !*path)
		path = LINK_DEFAULT;
	l->path = path;
	l->timeout_ms = 10000;
	if (strlen(path) >= sizeof(sa.sun_path))
		die_usage("the socket path is longer than %zu characters", sizeof(sa.sun_path) - 1);
	strcpy(sa.sun_path, path);
	l->buf = malloc(LINK_BUF);
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (!l->buf || l->fd < 0)
		die("out of memory or descriptors");
	if (connect(l->fd, (struct sockaddr *)&sa, sizeof(sa)))
		link_die_connect(path, errno);

	link_expect(l, WIRE_HELLO, &hello);
	if (hello.number != WIRE_VERSION)
		die("the daemon %s speaks protocol %llu, this program %d: use those of one version",
		    hello.text, (unsigned long long)hello.number, WIRE_VERSION);
}

void link_close(struct link *l)
{
	close(l->fd);
	free(l->payload);
	free(l->buf);
}

void link_send(struct link *l, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = send(l->fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		/* It has hung up; if it said why, that can still be read */
		if (n < 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

void link_say(struct link *l, const char *fmt, ...)
{
	char line[WIRE_LINE_MAX + 2];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0 || n > WIRE_LINE_MAX)
		die_usage("the topic is longer than %d bytes", WIRE_TOPIC_MAX);
	line[n++] = '\n';
	link_send(l, line, (size_t)n);
}

/* More bytes behind those that are there; 0 when the time is up */
static int link_fill(struct link *l)
{
	struct pollfd pfd = { .fd = l->fd, .events = POLLIN };
	ssize_t n;
	int ready;

	memmove(l->buf, l->buf + l->at, l->len - l->at);
	l->len -= l->at;
	l->at = 0;
	do
		ready = poll(&pfd, 1, l->timeout_ms);
	while (ready < 0 && errno == EINTR);
	if (!ready)
		return 0;
	n = recv(l->fd, l->buf + l->len, LINK_BUF - l->len, 0);
	if (n < 0)
		die("%s: %s", l->path, strerror(errno));
	if (!n)
		die("the daemon has hung up: it was stopped, see its log");
	l->len += (size_t)n;
	return 1;
}

/* A payload follows its line at once: waiting for it is bounded as well */
static void link_payload(struct link *l, size_t want)
{
	size_t have = 0;

	free(l->payload);
	l->payload = malloc(want + 1);
	if (!l->payload)
		die("out of memory");
	while (have < want) {
		size_t n = l->len - l->at;

		if (!n) {
			if (!link_fill(l))
				die("the daemon stopped in the middle of a message");
			continue;
		}
		if (n > want - have)
			n = want - have;
		memcpy(l->payload + have, l->buf + l->at, n);
		l->at += n;
		have += n;
	}
	l->payload[want] = '\0';
}

int link_reply(struct link *l, struct wire_reply *reply)
{
	char *nl;
	size_t len;

	while (!(nl = memchr(l->buf + l->at, '\n', l->len - l->at))) {
		if (l->len - l->at > WIRE_LINE_MAX + 64)
			die("%s: this is not the daemon", l->path);
		if (!link_fill(l))
			return 0;
	}
	len = (size_t)(nl - (l->buf + l->at));
	if (wire_parse_reply(l->buf + l->at, len, reply))
		die("%s: this is not the daemon", l->path);
	l->at += len + 1;
	if (reply->kind == WIRE_MSG || reply->kind == WIRE_DATA)
		link_payload(l, reply->payload_len);
	return 1;
}

void link_expect(struct link *l, enum wire_reply_kind kind, struct wire_reply *reply)
{
	if (!link_reply(l, reply))
		die("the daemon does not answer");
	if (reply->kind == WIRE_ERR)
		die("%s", reply->text);
	if (reply->kind != kind)
		die("%s: this is not the daemon", l->path);
}
