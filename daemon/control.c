// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/*
 * Replies leave in the order of the requests. A QoS 1 publish is answered only when it is on
 * disk; to pay for one fdatasync() and not for many, all publishes that arrived in one turn
 * of the loop are made safe together (control_turn()).
 */

#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"
#include "loop.h"
#include "topic.h"
#include "wire.h"

#ifndef ECC508A_VERSION
#define ECC508A_VERSION "unknown"
#endif

#define CONTROL_IN_MAX	 (WIRE_LINE_MAX + 1 + WIRE_PAYLOAD_MAX)
/* A client that does not read its replies is not read from either. */
#define CONTROL_OUT_BUSY (256u * 1024u)
#define CONTROL_BATCH	 64

struct control_filter {
	char name[WIRE_TOPIC_MAX + 1];
	unsigned int users;
	bool active; /* the broker has granted it in this session */
};

struct control_client {
	struct loop_watch watch;
	struct control_client *next;
	struct control *owner;
	unsigned int number;
	struct ucred cred;
	bool named; /* the log knows who it is */
	/* input */
	char *in;
	size_t in_len, in_room;
	bool in_payload; /* a PUB line was read, its payload follows */
	struct wire_request req;
	int req_error;
	const char *req_why;
	/* output */
	char *out;
	size_t out_len, out_room;
	uint64_t dropped; /* messages, since it was last told */
	/* what it waits for */
	uint64_t pending[CONTROL_BATCH];
	unsigned int npending;
	struct control_filter *wait_filter;
	struct control_filter *filters[CONTROL_FILTERS_MAX];
	unsigned int nfilters;
	bool stalled; /* has input that waits for room in the output */
	bool eof;
	bool closing; /* flush, then close */
	bool dead;
};

struct control {
	struct loop_watch watch;
	int loop;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const struct control_ops *ops;
	void *ctx;
	struct control_client *clients;
	unsigned int nclients;
	unsigned int serial;
	struct control_filter filters[CONTROL_FILTERS_MAX];
	uint64_t delivered;
	uint64_t dropped;
};

static void client_run(struct control_client *cl);

/* --- output --- */

static void client_kill(struct control_client *cl)
{
	if (cl->dead)
		return;
	cl->dead = true;
	loop_remove(cl->owner->loop, &cl->watch);
	close(cl->watch.fd);
	cl->watch.fd = -1;
}

static void client_interest(struct control_client *cl)
{
	uint32_t ev = 0;

	if (cl->dead)
		return;
	if (!cl->eof && !cl->closing && !cl->wait_filter && cl->out_len < CONTROL_OUT_BUSY)
		ev |= EPOLLIN;
	if (cl->out_len)
		ev |= EPOLLOUT;
	loop_change(cl->owner->loop, &cl->watch, ev);
}

static void client_flush(struct control_client *cl)
{
	size_t done = 0;

	while (!cl->dead && done < cl->out_len) {
		ssize_t n = send(cl->watch.fd, cl->out + done, cl->out_len - done,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			client_kill(cl);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	memmove(cl->out, cl->out + done, cl->out_len - done);
	cl->out_len -= done;
}

static bool client_out_room(struct control_client *cl, size_t len)
{
	size_t room = cl->out_room ? cl->out_room : 4096;
	char *p;

	while (room < cl->out_len + len)
		room *= 2;
	if (room == cl->out_room)
		return true;
	p = realloc(cl->out, room);
	if (!p)
		return false;
	cl->out = p;
	cl->out_room = room;
	return true;
}

static void client_put(struct control_client *cl, const void *data, size_t len)
{
	if (cl->dead || !len)
		return;
	if (!client_out_room(cl, len)) {
		log_err("control: out of memory, client %u is cut", cl->number);
		client_kill(cl);
		return;
	}
	memcpy(cl->out + cl->out_len, data, len);
	cl->out_len += len;
}

static void client_say(struct control_client *cl, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void client_say(struct control_client *cl, const char *fmt, ...)
{
	char line[WIRE_LINE_MAX + 64];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n > sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	client_put(cl, line, (size_t)n);
}

/* --- publishes waiting for the disk --- */

static void control_commit(struct control *c)
{
	struct control_client *cl;
	const char *why = NULL;
	bool any = false;
	int ret;

	for (cl = c->clients; cl; cl = cl->next)
		any |= cl->npending > 0;
	if (!any)
		return;
	ret = c->ops->commit(c->ctx, &why);
	for (cl = c->clients; cl; cl = cl->next) {
		for (unsigned int i = 0; i < cl->npending; i++) {
			if (ret)
				client_say(cl, "ERR spool %s", why);
			else
				client_say(cl, "OK %llu", (unsigned long long)cl->pending[i]);
		}
		cl->npending = 0;
	}
}

/* A reply that is not "published": those before it go first. */
static void client_reply_in_order(struct control_client *cl)
{
	if (cl->npending)
		control_commit(cl->owner);
}

static void client_error(struct control_client *cl, const char *code, const char *why)
{
	client_reply_in_order(cl);
	client_say(cl, "ERR %s %s", code, why);
}

/* Who publishes and listens is worth a line; a monitor asking for the status is not. */
static void client_name(struct control_client *cl)
{
	if (cl->named)
		return;
	cl->named = true;
	log_info("control: client %u is pid %d, uid %d, gid %d", cl->number, (int)cl->cred.pid,
		 (int)cl->cred.uid, (int)cl->cred.gid);
}

static void client_fatal(struct control_client *cl, const char *code, const char *why)
{
	client_error(cl, code, why);
	client_name(cl);
	log_warn("control: client %u is cut: %s", cl->number, why);
	cl->closing = true;
}

static void client_publish(struct control_client *cl, const char *payload)
{
	struct wire_request *req = &cl->req;
	const char *code = "topic", *why = cl->req_why;
	uint64_t id = 0;

	if (cl->req_error || topic_check_publish(req->topic, req->topic_len, &why)) {
		client_error(cl, code, why);
		return;
	}
	if (cl->owner->ops->publish(cl->owner->ctx, req->qos, req->topic, req->topic_len, payload,
				    req->payload_len, &id, &code, &why)) {
		client_error(cl, code, why);
		return;
	}
	if (!req->qos) {
		client_reply_in_order(cl);
		client_say(cl, "OK");
		return;
	}
	cl->pending[cl->npending++] = id;
	if (cl->npending == CONTROL_BATCH)
		control_commit(cl->owner);
}

/* --- subscriptions --- */

static struct control_filter *control_find_filter(struct control *c, const char *name)
{
	for (int i = 0; i < CONTROL_FILTERS_MAX; i++) {
		if (c->filters[i].users && !strcmp(c->filters[i].name, name))
			return &c->filters[i];
	}
	return NULL;
}

static struct control_filter *control_use_filter(struct control *c, const char *name)
{
	struct control_filter *f = control_find_filter(c, name);

	for (int i = 0; !f && i < CONTROL_FILTERS_MAX; i++) {
		if (c->filters[i].users)
			continue;
		f = &c->filters[i];
		snprintf(f->name, sizeof(f->name), "%s", name);
		f->active = false;
	}
	if (f && !f->users++)
		c->ops->subscribe(c->ctx, f->name);
	return f;
}

static void control_leave_filter(struct control *c, struct control_filter *f)
{
	if (--f->users)
		return;
	c->ops->unsubscribe(c->ctx, f->name);
}

static bool client_has_filter(const struct control_client *cl, const struct control_filter *f)
{
	for (unsigned int i = 0; i < cl->nfilters; i++) {
		if (cl->filters[i] == f)
			return true;
	}
	return false;
}

static void client_subscribe(struct control_client *cl)
{
	struct control *c = cl->owner;
	struct control_filter *f;
	const char *why;

	if (topic_check_filter(cl->req.topic, cl->req.topic_len, &why)) {
		client_error(cl, "topic", why);
		return;
	}
	client_reply_in_order(cl);
	f = control_find_filter(c, cl->req.topic);
	if (!f || !client_has_filter(cl, f)) {
		f = control_use_filter(c, cl->req.topic);
		if (!f) {
			client_error(cl, "limit",
				     "50 subscriptions are in use, AWS IoT allows no more");
			return;
		}
		cl->filters[cl->nfilters++] = f;
	}
	/* While there is no session the answer is yes: it is made with the next one. */
	if (f->active || !c->ops->connected(c->ctx))
		client_say(cl, "OK");
	else
		cl->wait_filter = f;
}

static void client_forget(struct control_client *cl, struct control_filter *f)
{
	for (unsigned int i = 0; i < cl->nfilters; i++) {
		if (cl->filters[i] != f)
			continue;
		cl->filters[i] = cl->filters[--cl->nfilters];
		control_leave_filter(cl->owner, f);
		return;
	}
}

static void client_unsubscribe(struct control_client *cl)
{
	struct control_filter *f = control_find_filter(cl->owner, cl->req.topic);

	if (!f || !client_has_filter(cl, f)) {
		client_error(cl, "topic", "this connection has no such subscription");
		return;
	}
	client_reply_in_order(cl);
	client_forget(cl, f);
	client_say(cl, "OK");
}

void control_suback(struct control *c, const char *filter, int granted)
{
	struct control_filter *f = control_find_filter(c, filter);

	if (!f)
		return;
	f->active = granted < 128;
	for (struct control_client *cl = c->clients; cl; cl = cl->next) {
		if (cl->dead || cl->wait_filter != f)
			continue;
		cl->wait_filter = NULL;
		if (f->active) {
			client_say(cl, "OK");
		} else {
			client_say(cl, "ERR refused the broker does not allow this subscription: "
				       "check the policy of the certificate");
			client_forget(cl, f);
		}
		client_run(cl);
	}
}

void control_disconnected(struct control *c)
{
	for (int i = 0; i < CONTROL_FILTERS_MAX; i++)
		c->filters[i].active = false;
	for (struct control_client *cl = c->clients; cl; cl = cl->next) {
		if (cl->dead || !cl->wait_filter)
			continue;
		cl->wait_filter = NULL;
		client_say(cl, "OK");
		client_run(cl);
	}
}

void control_each_filter(struct control *c, void (*fn)(void *ctx, const char *filter), void *ctx)
{
	for (int i = 0; i < CONTROL_FILTERS_MAX; i++) {
		if (c->filters[i].users)
			fn(ctx, c->filters[i].name);
	}
}

/* --- requests --- */

static void client_status(struct control_client *cl)
{
	char *text = cl->owner->ops->status(cl->owner->ctx);

	client_reply_in_order(cl);
	if (!text) {
		client_say(cl, "ERR memory the daemon is out of memory");
		return;
	}
	client_say(cl, "STATUS %zu", strlen(text));
	client_put(cl, text, strlen(text));
	free(text);
}

static void client_request(struct control_client *cl)
{
	if (cl->req.verb == WIRE_PUB || cl->req.verb == WIRE_SUB)
		client_name(cl);
	switch (cl->req.verb) {
	case WIRE_PUB:
		cl->in_payload = true;
		break;
	case WIRE_SUB:
		if (cl->req_error)
			client_error(cl, "topic", cl->req_why);
		else
			client_subscribe(cl);
		break;
	case WIRE_UNSUB:
		if (cl->req_error)
			client_error(cl, "topic", cl->req_why);
		else
			client_unsubscribe(cl);
		break;
	case WIRE_STATUS:
		client_status(cl);
		break;
	case WIRE_PING:
		client_reply_in_order(cl);
		client_say(cl, "OK");
		break;
	case WIRE_QUIT:
		client_reply_in_order(cl);
		client_say(cl, "OK");
		cl->closing = true;
		break;
	}
}

/* Returns how many bytes of input were used, 0 if more are needed. */
static size_t client_step(struct control_client *cl, const char *p, size_t len)
{
	const char *nl;
	size_t line;

	if (cl->in_payload) {
		if (len < cl->req.payload_len)
			return 0;
		cl->in_payload = false;
		client_publish(cl, p);
		return cl->req.payload_len;
	}
	nl = memchr(p, '\n', len > WIRE_LINE_MAX + 1 ? WIRE_LINE_MAX + 1 : len);
	if (!nl) {
		if (len > WIRE_LINE_MAX)
			client_fatal(cl, "line", "the line is longer than 320 bytes");
		return 0;
	}
	line = (size_t)(nl - p);
	cl->req_error = wire_parse_request(p, line, &cl->req, &cl->req_why);
	if (cl->req_error == -EBADMSG)
		client_fatal(cl, "request", cl->req_why);
	else if (cl->req_error == -EMSGSIZE)
		client_fatal(cl, "size", cl->req_why);
	else
		client_request(cl);
	return line + 1;
}

static void client_run(struct control_client *cl)
{
	size_t at = 0;

	while (!cl->dead && !cl->closing && !cl->wait_filter) {
		bool payload = cl->in_payload;
		size_t used;

		cl->stalled = cl->out_len >= CONTROL_OUT_BUSY;
		if (cl->stalled)
			break;
		if (at == cl->in_len && !(payload && !cl->req.payload_len))
			break;
		used = client_step(cl, cl->in + at, cl->in_len - at);
		if (!used && !(payload && !cl->in_payload))
			break;
		at += used;
	}
	if (at) {
		memmove(cl->in, cl->in + at, cl->in_len - at);
		cl->in_len -= at;
	}
}

static void client_read(struct control_client *cl)
{
	ssize_t n;

	if (cl->in_len == cl->in_room) {
		size_t room = cl->in_room ? cl->in_room * 2 : 2048;
		char *p;

		if (room > CONTROL_IN_MAX)
			room = CONTROL_IN_MAX;
		p = realloc(cl->in, room);
		if (!p) {
			client_kill(cl);
			return;
		}
		cl->in = p;
		cl->in_room = room;
	}
	n = recv(cl->watch.fd, cl->in + cl->in_len, cl->in_room - cl->in_len, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		cl->eof = true;
		return;
	}
	cl->in_len += (size_t)n;
	client_run(cl);
}

static void client_event(struct loop_watch *w, uint32_t events)
{
	struct control_client *cl = (struct control_client *)w;

	if (events & EPOLLIN)
		client_read(cl);
	/* Gone both ways: nobody reads an answer any more. */
	if (!cl->dead && events & (EPOLLHUP | EPOLLERR) && !(events & EPOLLIN))
		client_kill(cl);
}

/* --- the socket --- */

static void control_accept(struct loop_watch *w, uint32_t events)
{
	struct control *c = (struct control *)w;
	struct control_client *cl;
	struct ucred cred = { 0 };
	socklen_t len = sizeof(cred);
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	if (c->nclients >= CONTROL_CLIENTS_MAX) {
		static const char busy[] = "ERR limit 64 programs are connected already\n";

		log_warn("control: %d clients, pid %d (uid %d) is turned away", CONTROL_CLIENTS_MAX,
			 (int)cred.pid, (int)cred.uid);
		if (send(fd, busy, sizeof(busy) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			log_debug("control: it was gone already");
		close(fd);
		return;
	}
	cl = calloc(1, sizeof(*cl));
	if (!cl) {
		close(fd);
		return;
	}
	cl->watch.fd = fd;
	cl->watch.fn = client_event;
	cl->owner = c;
	cl->number = ++c->serial;
	if (loop_add(c->loop, &cl->watch, EPOLLIN)) {
		close(fd);
		free(cl);
		return;
	}
	cl->next = c->clients;
	c->clients = cl;
	c->nclients++;
	cl->cred = cred;
	client_say(cl, "ecc508ad %d %s", WIRE_VERSION, ECC508A_VERSION);
}

static void client_free(struct control_client *cl)
{
	client_kill(cl);
	while (cl->nfilters)
		client_forget(cl, cl->filters[cl->nfilters - 1]);
	if (cl->named)
		log_info("control: client %u has left", cl->number);
	free(cl->in);
	free(cl->out);
	free(cl);
}

void control_turn(struct control *c)
{
	struct control_client **p, *cl;

	for (cl = c->clients; cl; cl = cl->next) {
		if (!cl->stalled)
			continue;
		client_flush(cl);
		client_run(cl);
	}
	control_commit(c);
	for (p = &c->clients; (cl = *p);) {
		client_flush(cl);
		if (cl->dropped && cl->out_len < CONTROL_OUT_MAX / 2) {
			client_say(cl, "DROPPED %llu", (unsigned long long)cl->dropped);
			cl->dropped = 0;
			client_flush(cl);
		}
		if (!cl->dead && !cl->out_len && (cl->closing || (cl->eof && !cl->wait_filter)))
			client_kill(cl);
		if (cl->dead) {
			*p = cl->next;
			c->nclients--;
			client_free(cl);
			continue;
		}
		client_interest(cl);
		p = &cl->next;
	}
}

unsigned int control_deliver(struct control *c, int qos, const char *topic, const void *payload,
			     size_t len)
{
	unsigned int n = 0;

	for (struct control_client *cl = c->clients; cl; cl = cl->next) {
		bool match = false;

		for (unsigned int i = 0; !match && i < cl->nfilters; i++)
			match = topic_matches(cl->filters[i]->name, topic);
		if (!match || cl->dead || cl->closing)
			continue;
		if (cl->out_len + len + WIRE_LINE_MAX > CONTROL_OUT_MAX) {
			if (!cl->dropped++)
				log_warn("control: client %u does not read, its messages are "
					 "dropped",
					 cl->number);
			c->dropped++;
			continue;
		}
		client_say(cl, "MSG %d %zu %s", qos, len, topic);
		client_put(cl, payload, len);
		c->delivered++;
		n++;
	}
	return n;
}

void control_get_stats(const struct control *c, struct control_stats *st)
{
	memset(st, 0, sizeof(*st));
	st->clients = c->nclients;
	for (int i = 0; i < CONTROL_FILTERS_MAX; i++)
		st->filters += c->filters[i].users > 0;
	st->delivered = c->delivered;
	st->dropped = c->dropped;
}

/* A socket file nobody listens on is what a killed daemon leaves: only that may be removed. */
static int control_clear_path(const struct sockaddr_un *sa, char *error, size_t size)
{
	struct stat st;
	int fd, err = 0;

	if (lstat(sa->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode)) {
		snprintf(error, size,
			 "control socket: %s exists and is not a socket: remove it or choose "
			 "another path (socket in section [control])",
			 sa->sun_path);
		return -EEXIST;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)sa, sizeof(*sa)))
		err = errno;
	close(fd);
	if (err != ECONNREFUSED) {
		snprintf(error, size,
			 "control socket: another program answers on %s: stop it or choose another "
			 "path (socket in section [control])",
			 sa->sun_path);
		return -EADDRINUSE;
	}
	log_notice("control socket: removing %s, left by a daemon that was killed", sa->sun_path);
	return unlink(sa->sun_path) ? -errno : 0;
}

/* systemd makes the directory; elsewhere the last part of it is made here. */
static void control_make_dir(const char *path)
{
	char dir[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (slash && slash != dir) {
		*slash = 0;
		if (!mkdir(dir, 0755))
			log_info("control socket: made %s", dir);
	}
}

int control_open(int loop, const char *path, unsigned int mode, const struct control_ops *ops,
		 void *ctx, struct control **out, char *error, size_t size)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct control *c = calloc(1, sizeof(*c));
	mode_t mask;
	int ret = -ENOMEM;

	error[0] = 0;
	if (!c)
		goto err;
	c->loop = loop;
	c->ops = ops;
	c->ctx = ctx;
	c->watch.fn = control_accept;
	c->watch.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->watch.fd < 0) {
		ret = -errno;
		goto err;
	}
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	control_make_dir(path);
	ret = control_clear_path(&sa, error, size);
	if (ret)
		goto err;
	/* Never more open than it will be, not even between bind() and chmod(). */
	mask = umask(0177);
	ret = bind(c->watch.fd, (struct sockaddr *)&sa, sizeof(sa)) ? -errno : 0;
	umask(mask);
	if (ret)
		goto err;
	memcpy(c->path, sa.sun_path, sizeof(c->path));
	if (chmod(path, mode) || listen(c->watch.fd, 16)) {
		ret = -errno;
		goto err;
	}
	ret = loop_add(loop, &c->watch, EPOLLIN);
	if (ret)
		goto err;
	*out = c;
	return 0;
err:
	if (!error[0])
		snprintf(error, size, "control socket: %s: %s", path, strerror(-ret));
	control_close(c);
	return ret;
}

void control_close(struct control *c)
{
	struct control_client *cl;

	if (!c)
		return;
	while ((cl = c->clients)) {
		client_flush(cl);
		c->clients = cl->next;
		client_free(cl);
	}
	if (c->watch.fd >= 0) {
		loop_remove(c->loop, &c->watch);
		close(c->watch.fd);
	}
	if (c->path[0])
		unlink(c->path);
	free(c);
}
