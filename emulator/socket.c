// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Serves a bus on a UNIX stream socket: "I2C over a UNIX stream socket, version 1", which
 * Documentation/emulator-server.rst describes byte by byte. A request is answered before the next
 * one of the same connection is looked at; any number of connections share the bus.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "emu.h"

#define REQ_MAGIC 0x49
#define RSP_MAGIC 0x69
#define REQ_LEN	  16u
#define RSP_LEN	  12u
#define VERSION	  1u

enum op {
	OP_HELLO,
	OP_WRITE,
	OP_READ,
	OP_DELAY,
	OP_POWER
};
enum status {
	ST_OK,
	ST_NAK_ADDR,
	ST_NAK_DATA,
	ST_BUS_ERROR,
	ST_NOT_SUPPORTED
};

#define FLAG_NOSTOP  0x01
#define FLAG_VIRTUAL 0x01

struct emu_listener {
	struct loop_source src;
	struct emu_bus *bus;
	struct emu_client *clients;
	struct emu_listener *next;
	char *path;
};

struct emu_client {
	struct loop_source src;
	struct emu_listener *listener;
	struct emu_client *next;
	bool greeted, virtual_time;
	bool busy; /* a request is on the bus or a delay runs */
	bool closing; /* once the output is gone */
	bool removed, parsing; /* see client_drop() */

	struct emu_request req;
	struct ecc508a_emu_msg msg;
	struct loop_timer delay;

	uint8_t in[REQ_LEN + EMU_XFER_MAX];
	size_t in_len;
	uint8_t data[EMU_XFER_MAX]; /* of the WRITE under way */
	uint8_t out[RSP_LEN + EMU_XFER_MAX];
	size_t out_len, out_pos;
};

static void client_parse(struct emu_client *c);

static uint32_t get32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

/* The memory lives on while client_parse() of this client is on the stack. */
static void client_drop(struct emu_client *c)
{
	struct emu_bus *bus = c->listener->bus;
	struct emu_client **p;

	if (!c->removed) {
		c->removed = true;
		for (p = &c->listener->clients; *p; p = &(*p)->next) {
			if (*p != c)
				continue;
			*p = c->next;
			break;
		}
		loop_remove(&c->src);
		loop_timer_cancel(&c->delay);
		close(c->src.fd);
		c->req.owner = c;
		emu_bus_withdraw(bus, &c->req);
		if (c->greeted)
			emu_bus_client_gone(bus, c->virtual_time);
	}
	if (c->parsing)
		return;
	explicit_bzero(c, sizeof(*c));
	free(c);
}

static void client_flush(struct emu_client *c)
{
	while (c->out_pos < c->out_len) {
		ssize_t n = send(c->src.fd, c->out + c->out_pos, c->out_len - c->out_pos,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			if (errno == EAGAIN) {
				loop_watch(&c->src, EPOLLOUT);
				return;
			}
			c->closing = true;
			c->out_pos = c->out_len;
			break;
		}
		c->out_pos += (size_t)n;
	}
	c->out_len = c->out_pos = 0;
}

static void respond(struct emu_client *c, enum status status, uint32_t count, uint64_t bus_ns,
		    const uint8_t *data, size_t len)
{
	uint64_t us = (bus_ns + 999) / 1000;

	memset(c->out, 0, RSP_LEN);
	c->out[0] = RSP_MAGIC;
	c->out[1] = (uint8_t)status;
	put32(c->out + 4, count);
	put32(c->out + 8, us > UINT32_MAX ? UINT32_MAX : (uint32_t)us);
	if (len && data != c->out + RSP_LEN)
		memcpy(c->out + RSP_LEN, data, len);
	c->out_len = RSP_LEN + len;
	c->out_pos = 0;
	client_flush(c);
}

/* An answer came from outside client_parse(): go on with what was read ahead. */
static void client_resume(struct emu_client *c)
{
	c->busy = false;
	if (!c->parsing)
		client_parse(c);
}

static void client_done(struct emu_request *req, int ret)
{
	struct emu_client *c =
		(struct emu_client *)(void *)((char *)req - offsetof(struct emu_client, req));
	const struct ecc508a_emu_msg *m = &c->msg;
	bool rd = m->flags & ECC508A_EMU_M_RD;
	enum status status;

	if (ret < 0)
		status = ST_NOT_SUPPORTED;
	else if (m->status <= ECC508A_EMU_BUS_ERROR)
		status = (enum status)m->status;
	else
		status = ST_BUS_ERROR;
	if (rd)
		respond(c, status, status == ST_OK ? m->len : 0, m->wire_ns, m->buf,
			status == ST_OK ? m->len : 0);
	else
		respond(c, status, ret < 0 ? 0 : m->acked, m->wire_ns, NULL, 0);
	client_resume(c);
}

static void client_delay_over(struct loop_timer *timer)
{
	struct emu_client *c =
		(struct emu_client *)(void *)((char *)timer - offsetof(struct emu_client, delay));

	respond(c, ST_OK, 0, 0, NULL, 0);
	client_resume(c);
}

static void client_hello(struct emu_client *c, const uint8_t *h)
{
	bool virtual_time = h[3] & FLAG_VIRTUAL;
	struct emu_bus *bus = c->listener->bus;

	if (get32(h + 8) != VERSION) {
		respond(c, ST_NOT_SUPPORTED, VERSION, 0, NULL, 0);
		return;
	}
	if (c->greeted)
		emu_bus_client_gone(bus, c->virtual_time);
	c->greeted = !emu_bus_client(bus, virtual_time);
	c->virtual_time = virtual_time;
	respond(c, c->greeted ? ST_OK : ST_NOT_SUPPORTED, VERSION, 0, NULL, 0);
}

static void client_transfer(struct emu_client *c, const uint8_t *h)
{
	uint32_t speed = get32(h + 4), len = get32(h + 8);
	struct emu_bus *bus = c->listener->bus;
	bool rd = h[1] == OP_READ;

	if (h[2] > 0x7f || speed < 1 || speed > EMU_SPEED_MAX || len > EMU_XFER_MAX) {
		respond(c, ST_NOT_SUPPORTED, 0, 0, NULL, 0);
		return;
	}
	c->msg = (struct ecc508a_emu_msg){
		.addr = h[2],
		.flags = (uint16_t)((rd ? ECC508A_EMU_M_RD : 0) |
				    (h[3] & FLAG_NOSTOP ? ECC508A_EMU_M_NOSTOP : 0)),
		.len = len,
		.buf = rd ? c->out + RSP_LEN : c->data,
	};
	c->req = (struct emu_request){
		.msgs = &c->msg, .n = 1, .speed = speed, .owner = c, .done = client_done
	};
	/* A client in virtual time tells its delays by DELAY, others by this. */
	if (!c->virtual_time)
		c->req.gap_ns = get32(h + 12) * 1000ull;
	c->busy = true;
	emu_bus_submit(bus, &c->req);
}

static void client_request(struct emu_client *c, const uint8_t *h)
{
	struct emu_bus *bus = c->listener->bus;
	uint64_t ns = get32(h + 12) * 1000ull;

	if (!c->greeted && h[1] != OP_HELLO) {
		c->closing = true;
		respond(c, ST_NOT_SUPPORTED, 0, 0, NULL, 0);
		return;
	}
	switch (h[1]) {
	case OP_HELLO:
		client_hello(c, h);
		break;
	case OP_WRITE:
	case OP_READ:
		client_transfer(c, h);
		break;
	case OP_DELAY:
		if (emu_bus_is_virtual(bus)) {
			emu_bus_advance(bus, ns);
			respond(c, ST_OK, 0, 0, NULL, 0);
			break;
		}
		c->busy = true;
		loop_timer_set(&c->delay, loop_now() + ns);
		break;
	case OP_POWER:
		if (h[3] > 1) {
			respond(c, ST_NOT_SUPPORTED, 0, 0, NULL, 0);
			break;
		}
		emu_bus_power(bus, -1, h[3]);
		respond(c, ST_OK, 0, 0, NULL, 0);
		break;
	default:
		respond(c, ST_NOT_SUPPORTED, 0, 0, NULL, 0);
		break;
	}
}

/* Takes the next whole request out of the buffer: its head to h, data of a WRITE to c->data. */
static bool next_request(struct emu_client *c, uint8_t h[REQ_LEN])
{
	size_t data = 0, len;

	if (c->in_len && c->in[0] != REQ_MAGIC) {
		c->closing = true;
		return false;
	}
	if (c->in_len < REQ_LEN)
		return false;
	if (c->in[1] == OP_WRITE) {
		data = get32(c->in + 8);
		if (data > EMU_XFER_MAX) {
			/* Too long to take, so what follows it cannot be found. */
			c->closing = true;
			data = 0;
		}
	}
	len = REQ_LEN + data;
	if (c->in_len < len)
		return false;
	memcpy(h, c->in, REQ_LEN);
	memcpy(c->data, c->in + REQ_LEN, data);
	c->in_len -= len;
	memmove(c->in, c->in + len, c->in_len);
	return true;
}

static void client_parse(struct emu_client *c)
{
	uint8_t h[REQ_LEN];

	c->parsing = true;
	while (!c->removed && !c->busy && !c->closing && c->out_len == 0 && next_request(c, h))
		client_request(c, h);
	c->parsing = false;
	if (c->removed || (c->closing && c->out_len == 0 && !c->busy)) {
		client_drop(c);
		return;
	}
	loop_watch(&c->src, c->out_len ? EPOLLOUT : c->busy ? 0 : EPOLLIN);
}

static void client_ready(struct loop_source *src, uint32_t events)
{
	struct emu_client *c =
		(struct emu_client *)(void *)((char *)src - offsetof(struct emu_client, src));
	ssize_t n;

	if (events & EPOLLOUT)
		client_flush(c);
	if (events & EPOLLIN) {
		n = recv(src->fd, c->in + c->in_len, sizeof(c->in) - c->in_len, MSG_DONTWAIT);
		if (n > 0) {
			c->in_len += (size_t)n;
		} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
			client_drop(c);
			return;
		}
	} else if (events & (EPOLLHUP | EPOLLERR)) {
		client_drop(c);
		return;
	}
	client_parse(c);
}

static int client_new(struct emu_listener *l, int fd)
{
	struct emu_client *c = calloc(1, sizeof(*c));

	if (!c) {
		close(fd);
		return -ENOMEM;
	}
	c->listener = l;
	c->src = (struct loop_source){ .fd = fd, .events = EPOLLIN, .ready = client_ready };
	c->delay = (struct loop_timer){ .at = UINT64_MAX, .fire = client_delay_over };
	if (loop_add(&c->src)) {
		close(fd);
		free(c);
		return -ENOMEM;
	}
	c->next = l->clients;
	l->clients = c;
	return 0;
}

static void listener_ready(struct loop_source *src, uint32_t events)
{
	struct emu_listener *l =
		(struct emu_listener *)(void *)((char *)src - offsetof(struct emu_listener, src));
	int fd = accept4(src->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		client_new(l, fd);
}

int emu_socket_adopt(struct emu_bus *bus, int fd)
{
	return bus->listeners ? client_new(bus->listeners, fd) : -EINVAL;
}

int emu_unix_listen(const char *path, unsigned int mode)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, probe, ret;
	struct stat st;
	mode_t mask;

	if (strlen(path) >= sizeof(sa.sun_path)) {
		emu_say("%s: a socket path has at most %zu bytes", path, sizeof(sa.sun_path) - 1);
		return -ENAMETOOLONG;
	}
	strcpy(sa.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* umask, so that at no time somebody else can connect */
	mask = umask(0777 & ~mode);
	ret = bind(fd, (struct sockaddr *)&sa, sizeof(sa)) ? -errno : 0;
	if (ret == -EADDRINUSE && !lstat(path, &st) && S_ISSOCK(st.st_mode)) {
		/* Left behind by a server that was killed? */
		probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (probe >= 0 && connect(probe, (struct sockaddr *)&sa, sizeof(sa)) &&
		    errno == ECONNREFUSED && !unlink(path))
			ret = bind(fd, (struct sockaddr *)&sa, sizeof(sa)) ? -errno : 0;
		if (probe >= 0)
			close(probe);
	}
	umask(mask);
	if (!ret && listen(fd, 128))
		ret = -errno;
	if (ret) {
		emu_say("cannot listen on %s: %s%s", path, strerror(-ret),
			ret == -EADDRINUSE ? " (another server, or not a socket)" : "");
		close(fd);
		return ret;
	}
	return fd;
}

int emu_socket_listen(struct emu_bus *bus, const char *path, unsigned int mode)
{
	struct emu_listener *l;
	int ret;

	l = calloc(1, sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->bus = bus;
	l->path = strdup(path);
	ret = l->path ? emu_unix_listen(path, mode) : -ENOMEM;
	if (ret < 0)
		goto fail;
	l->src = (struct loop_source){ .fd = ret, .events = EPOLLIN, .ready = listener_ready };
	ret = loop_add(&l->src);
	if (ret) {
		close(l->src.fd);
		goto fail;
	}
	l->next = bus->listeners;
	bus->listeners = l;
	return 0;

fail:
	free(l->path);
	free(l);
	return ret;
}

void emu_socket_close(struct emu_bus *bus)
{
	struct emu_listener *l;

	while ((l = bus->listeners)) {
		bus->listeners = l->next;
		while (l->clients)
			client_drop(l->clients);
		loop_remove(&l->src);
		close(l->src.fd);
		unlink(l->path);
		free(l->path);
		free(l);
	}
}
