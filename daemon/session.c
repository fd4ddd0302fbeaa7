// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/*
 * Threads: the functions named session_...() in session.h run in the main thread and touch
 * the two queues and the heartbeat only. Everything else in struct session belongs to the
 * MQTT thread, which runs session_main().
 *
 * Each attempt uses a new struct mosquitto. What libmosquitto would keep across a reconnect
 * (unacknowledged messages, in memory) lives in the spool, and one attempt cannot confuse
 * the next.
 */

#include "session.h"

#include <errno.h>
#include <mosquitto.h>
#include <netdb.h>
#include <openssl/err.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "identity.h"
#include "log.h"
#include "queue.h"
#include "tls.h"

/* While the main thread lags behind, stop reading so that TCP slows the broker down. */
#define SESSION_EVENTS_HIGH 64
/* getaddrinfo() with the usual resolver gives up within half a minute; the chip within 5 s. */
#define SESSION_ALIVE_MS    20000
#define SESSION_BLOCKED_MS  120000

enum session_order_kind {
	ORDER_CONNECT,
	ORDER_PUBLISH,
	ORDER_SUBSCRIBE,
	ORDER_UNSUBSCRIBE,
	ORDER_RELOAD,
	ORDER_STOP,
};

struct session_order {
	struct queue_item item;
	enum session_order_kind kind;
	uint64_t id;
	int qos;
	char topic[WIRE_TOPIC_MAX + 1];
	size_t payload_len;
	unsigned char payload[];
};

struct session_slot {
	bool used;
	int64_t sent_ms;
	int mid;
	uint64_t id;
};

struct session {
	const struct config *cfg;
	pthread_t thread;
	struct queue orders;
	struct queue events;
	_Atomic int64_t heartbeat_ms;
	_Atomic bool blocked;

	/* the MQTT thread's own */
	OSSL_LIB_CTX *libctx;
	struct identity *id;
	char client_id[129];
	SSL_CTX *ctx;
	struct tls_trace trace;
	struct mosquitto *mosq;
	int64_t deadline_ms; /* for CONNACK */
	int64_t misc_ms;
	bool stopping;
	bool closed; /* on_disconnect was called */
	struct session_slot publishes[SESSION_INFLIGHT];
	struct {
		int mid;
		char filter[WIRE_TOPIC_MAX + 1];
	} subscribes[SESSION_FILTERS];
};

static struct session_event *session_event_new(enum session_event_kind kind, size_t payload)
{
	struct session_event *e = calloc(1, sizeof(*e) + payload);

	if (e)
		e->kind = kind;
	else
		log_err("out of memory: an event of the MQTT session is lost");
	return e;
}

static void session_beat(struct session *s)
{
	s->heartbeat_ms = clock_mono_ms();
}

/* --- callbacks of libmosquitto, in the MQTT thread --- */

static void session_on_connack(struct mosquitto *mosq, void *obj, int code)
{
	struct session *s = obj;
	struct session_event *e;

	s->trace.attempt.connack = true;
	s->trace.attempt.connack_code = code;
	if (code)
		return;
	e = session_event_new(SESSION_CONNECTED, 0);
	if (!e)
		return;
	snprintf(e->u.handshake.version, sizeof(e->u.handshake.version), "%s", s->trace.version);
	snprintf(e->u.handshake.suite, sizeof(e->u.handshake.suite), "%s", s->trace.suite);
	e->u.handshake.handshake_us = s->trace.handshake_us;
	e->u.handshake.sign_us = s->trace.sign_us;
	e->u.handshake.signatures = s->trace.signatures;
	queue_put(&s->events, e);
}

static void session_on_disconnect(struct mosquitto *mosq, void *obj, int rc)
{
	struct session *s = obj;

	s->closed = true;
}

static void session_on_publish(struct mosquitto *mosq, void *obj, int mid)
{
	struct session *s = obj;
	struct session_event *e;

	for (int i = 0; i < SESSION_INFLIGHT; i++) {
		if (!s->publishes[i].used || s->publishes[i].mid != mid)
			continue;
		s->publishes[i].used = false;
		e = session_event_new(SESSION_PUBACK, 0);
		if (!e)
			return;
		e->id = s->publishes[i].id;
		queue_put(&s->events, e);
		return;
	}
}

static void session_on_message(struct mosquitto *mosq, void *obj,
			       const struct mosquitto_message *msg)
{
	struct session *s = obj;
	struct session_event *e;

	if (msg->payloadlen < 0 || (size_t)msg->payloadlen > WIRE_PAYLOAD_MAX ||
	    strlen(msg->topic) > WIRE_TOPIC_MAX) {
		log_warn("a message of %d bytes on %.64s... is beyond the limits and dropped",
			 msg->payloadlen, msg->topic);
		return;
	}
	e = session_event_new(SESSION_MESSAGE, (size_t)msg->payloadlen);
	if (!e)
		return;
	e->qos = msg->qos;
	snprintf(e->topic, sizeof(e->topic), "%s", msg->topic);
	e->payload_len = (size_t)msg->payloadlen;
	if (e->payload_len)
		memcpy(e->payload, msg->payload, e->payload_len);
	queue_put(&s->events, e);
}

static void session_post_suback(struct session *s, const char *filter, int granted)
{
	struct session_event *e = session_event_new(SESSION_SUBACK, 0);

	if (!e)
		return;
	e->qos = granted;
	snprintf(e->topic, sizeof(e->topic), "%s", filter);
	queue_put(&s->events, e);
}

static void session_on_subscribe(struct mosquitto *mosq, void *obj, int mid, int count,
				 const int *granted)
{
	struct session *s = obj;

	for (int i = 0; i < SESSION_FILTERS; i++) {
		if (s->subscribes[i].mid != mid)
			continue;
		s->subscribes[i].mid = 0;
		session_post_suback(s, s->subscribes[i].filter, count > 0 ? granted[0] : 128);
		return;
	}
}

static void session_on_log(struct mosquitto *mosq, void *obj, int level, const char *text)
{
	log_debug("mqtt: %s", text);
}

/* --- one attempt --- */

static void session_post_closed(struct session *s, enum state state, const char *text)
{
	struct session_event *e = session_event_new(SESSION_CLOSED, 0);

	if (!e)
		return;
	e->state = state;
	snprintf(e->text, sizeof(e->text), "%s", text);
	queue_put(&s->events, e);
}

/* Not from within a callback of libmosquitto. */
static void session_drop(struct session *s)
{
	if (s->mosq)
		mosquitto_destroy(s->mosq);
	s->mosq = NULL;
	memset(s->publishes, 0, sizeof(s->publishes));
	memset(s->subscribes, 0, sizeof(s->subscribes));
	ERR_clear_error();
}

static void session_close(struct session *s)
{
	struct attempt *a = &s->trace.attempt;
	char why[MACHINE_TEXT_MAX];
	enum state state;

	session_drop(s);
	a->host = s->cfg->host;
	a->port = s->cfg->port;
	a->ca_file = s->cfg->ca_file;
	a->cert_id = s->id ? s->id->cert_id : NULL;
	state = attempt_classify(a, why, sizeof(why));
	session_post_closed(s, state, why);
}

/* TCP errors hide behind those of TLS later: take them from the socket while they are there. */
static void session_look_at_tcp(struct session *s)
{
	struct attempt *a = &s->trace.attempt;
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	int fd = mosquitto_socket(s->mosq);
	int err = 0;

	if (fd < 0)
		return;
	if (!getpeername(fd, (struct sockaddr *)&peer, &len))
		a->tcp_up = true;
	len = sizeof(err);
	if (!getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) && err)
		a->sys_errno = err;
}

/*
 * While TLS is being set up, libmosquitto takes every failed system call for "try again": it
 * would call SSL_connect() on a dead socket for ever. Data that came before the end (an alert)
 * is read first.
 */
static bool session_tcp_is_dead(struct session *s)
{
	struct attempt *a = &s->trace.attempt;
	char c;
	ssize_t n = recv(mosquitto_socket(s->mosq), &c, 1, MSG_PEEK | MSG_DONTWAIT);

	if (!a->tcp_up && a->sys_errno)
		return true;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n < 0 && errno != ENOTCONN && !a->sys_errno)
		a->sys_errno = errno;
	return n <= 0;
}

static void session_unload(struct session *s)
{
	SSL_CTX_free(s->ctx);
	s->ctx = NULL;
	identity_free(s->id);
	s->id = NULL;
}

static bool session_client_id(struct session *s, char *why, size_t size)
{
	const char *id = s->cfg->client_id[0] ? s->cfg->client_id : s->id->common_name;

	if (!*id) {
		snprintf(why, size,
			 "the certificate has no common name: set client_id in section [identity]");
		return false;
	}
	snprintf(s->client_id, sizeof(s->client_id), "%s", id);
	return true;
}

static void session_post_identity(struct session *s)
{
	struct session_event *e = session_event_new(SESSION_IDENTITY, 0);

	if (!e)
		return;
	memcpy(e->u.identity.cert_id, s->id->cert_id, sizeof(e->u.identity.cert_id));
	memcpy(e->u.identity.ca_id, s->id->ca_id, sizeof(e->u.identity.ca_id));
	memcpy(e->u.identity.subject, s->id->subject, sizeof(e->u.identity.subject));
	memcpy(e->u.identity.not_after, s->id->not_after, sizeof(e->u.identity.not_after));
	memcpy(e->u.identity.client_id, s->client_id, sizeof(e->u.identity.client_id));
	e->u.identity.development = s->id->development;
	queue_put(&s->events, e);
}

/* Load what is not loaded. On failure the attempt is over and the main thread knows why. */
static bool session_ready(struct session *s)
{
	enum state state = STATE_BAD_IDENTITY;
	char why[MACHINE_TEXT_MAX] = "out of memory";
	time_t now = clock_now(NULL);

	if (s->ctx && now > s->id->expires)
		session_unload(s); /* let the check say it */
	if (s->ctx)
		return true;
	if (!s->libctx && identity_libctx_open(&s->libctx, why, sizeof(why)))
		goto err;
	if (identity_load(s->libctx, s->cfg->key, s->cfg->certificate, now, &s->id, &state, why,
			  sizeof(why)))
		goto err;
	if (!session_client_id(s, why, sizeof(why)))
		goto err;
	s->ctx = tls_ctx_new(s->libctx, s->cfg, s->id, &s->trace, why, sizeof(why));
	if (!s->ctx) {
		state = STATE_NOT_TRUSTED;
		goto err;
	}
	session_post_identity(s);
	return true;
err:
	session_unload(s);
	session_post_closed(s, state, why);
	return false;
}

static int session_make_client(struct session *s)
{
	int rc;

	s->mosq = mosquitto_new(s->client_id, s->cfg->clean_session, s);
	if (!s->mosq)
		return MOSQ_ERR_NOMEM;
	mosquitto_connect_callback_set(s->mosq, session_on_connack);
	mosquitto_disconnect_callback_set(s->mosq, session_on_disconnect);
	mosquitto_publish_callback_set(s->mosq, session_on_publish);
	mosquitto_message_callback_set(s->mosq, session_on_message);
	mosquitto_subscribe_callback_set(s->mosq, session_on_subscribe);
	mosquitto_log_callback_set(s->mosq, session_on_log);
	/* With the defaults off libmosquitto takes our context as it is. */
	rc = mosquitto_void_option(s->mosq, MOSQ_OPT_SSL_CTX, s->ctx);
	if (!rc)
		rc = mosquitto_int_option(s->mosq, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
	if (!rc)
		rc = mosquitto_int_option(s->mosq, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);
	return rc;
}

/* On this machine a connect fails at once, and libmosquitto has eaten the socket's error. */
static bool session_errno_is_connect(int err)
{
	return err == ECONNREFUSED || err == ENETUNREACH || err == EHOSTUNREACH ||
	       err == ETIMEDOUT || err == ENETDOWN || err == EADDRNOTAVAIL;
}

static void session_attempt(struct session *s)
{
	int rc, err;

	if (s->mosq)
		return;
	s->blocked = true; /* the chip, then the resolver */
	if (!session_ready(s))
		goto out;
	tls_prepare(s->ctx, &s->trace, clock_now(NULL));
	s->closed = false;
	rc = session_make_client(s);
	if (rc) {
		log_err("libmosquitto: %s", mosquitto_strerror(rc));
		session_close(s);
		goto out;
	}
	s->deadline_ms = clock_mono_ms() + (int64_t)s->cfg->connect_timeout * 1000;
	errno = 0;
	rc = mosquitto_connect_async(s->mosq, s->cfg->host, s->cfg->port, s->cfg->keepalive);
	err = errno;
	session_look_at_tcp(s);
	if (rc == MOSQ_ERR_EAI)
		s->trace.attempt.dns_failed = true;
	else if (!s->trace.attempt.tcp_up && !s->trace.attempt.sys_errno &&
		 (rc == MOSQ_ERR_ERRNO || session_errno_is_connect(err)))
		s->trace.attempt.sys_errno = err;
	if (rc || (!s->trace.attempt.tcp_up && s->trace.attempt.sys_errno))
		session_close(s);
out:
	s->blocked = false;
	session_beat(s);
}

/* --- orders --- */

static void session_do_publish(struct session *s, const struct session_order *o)
{
	struct session_slot *slot = NULL;
	struct session_event *e;
	int mid, rc = MOSQ_ERR_NO_CONN;

	for (int i = 0; i < SESSION_INFLIGHT && o->qos; i++) {
		if (!s->publishes[i].used) {
			slot = &s->publishes[i];
			break;
		}
	}
	if (s->mosq && s->trace.attempt.connack && !s->closed && (slot || !o->qos))
		rc = mosquitto_publish(s->mosq, &mid, o->topic, (int)o->payload_len, o->payload,
				       o->qos, false);
	if (!rc && slot) {
		slot->used = true;
		slot->mid = mid;
		slot->id = o->id;
		slot->sent_ms = clock_mono_ms();
	}
	if (!rc || !o->qos)
		return;
	e = session_event_new(SESSION_UNSENT, 0);
	if (!e)
		return;
	e->id = o->id;
	queue_put(&s->events, e);
}

static void session_do_subscribe(struct session *s, const struct session_order *o)
{
	int mid, i;

	if (!s->mosq || !s->trace.attempt.connack || s->closed)
		return; /* the main thread subscribes again after the next connect */
	for (i = 0; i < SESSION_FILTERS && s->subscribes[i].mid; i++)
		;
	if (i == SESSION_FILTERS ||
	    mosquitto_subscribe(s->mosq, &mid, o->topic, 1) != MOSQ_ERR_SUCCESS) {
		session_post_suback(s, o->topic, 128);
		return;
	}
	s->subscribes[i].mid = mid;
	snprintf(s->subscribes[i].filter, sizeof(s->subscribes[i].filter), "%s", o->topic);
}

static void session_run_orders(struct session *s)
{
	struct session_order *o;

	while ((o = queue_get(&s->orders))) {
		switch (o->kind) {
		case ORDER_CONNECT:
			session_attempt(s);
			break;
		case ORDER_PUBLISH:
			session_do_publish(s, o);
			break;
		case ORDER_SUBSCRIBE:
			session_do_subscribe(s, o);
			break;
		case ORDER_UNSUBSCRIBE:
			if (s->mosq && s->trace.attempt.connack && !s->closed)
				mosquitto_unsubscribe(s->mosq, NULL, o->topic);
			break;
		case ORDER_RELOAD:
			if (s->mosq) {
				mosquitto_disconnect(s->mosq);
				session_drop(s);
				session_unload(s);
				session_post_closed(s, STATE_LOST, "reload: connecting again");
			} else {
				session_unload(s);
			}
			break;
		case ORDER_STOP:
			s->stopping = true;
			break;
		}
		free(o);
	}
}

/* --- the loop --- */

/*
 * MQTT 3.1.1 sends a publish again only in a new session. A broker that answers pings but
 * has lost a PUBACK would keep the message, and its place in flight, for ever.
 */
static bool session_puback_overdue(const struct session *s, int64_t now)
{
	for (int i = 0; i < SESSION_INFLIGHT; i++) {
		if (s->publishes[i].used &&
		    now - s->publishes[i].sent_ms > (int64_t)s->cfg->ack_timeout * 1000)
			return true;
	}
	return false;
}

static void session_serve(struct session *s, short revents)
{
	int rc = MOSQ_ERR_SUCCESS;
	int64_t now = clock_mono_ms();

	if (revents)
		session_look_at_tcp(s);
	if (revents && !s->trace.attempt.handshake_done && session_tcp_is_dead(s)) {
		session_close(s);
		return;
	}
	s->blocked = true; /* the signature is made inside these calls */
	if (!rc && (revents & POLLOUT || mosquitto_want_write(s->mosq)))
		rc = mosquitto_loop_write(s->mosq, 1);
	if (!rc && revents & (POLLIN | POLLERR | POLLHUP))
		rc = mosquitto_loop_read(s->mosq, 1);
	if (!rc && now - s->misc_ms >= 1000) {
		s->misc_ms = now;
		rc = mosquitto_loop_misc(s->mosq);
		if (rc && s->trace.attempt.connack)
			s->trace.attempt.timed_out = rc == MOSQ_ERR_KEEPALIVE;
	}
	s->blocked = false;

	if (!rc && !s->closed && mosquitto_socket(s->mosq) >= 0 &&
	    s->trace.attempt.connack_code == 0) {
		if (s->trace.attempt.connack ? !session_puback_overdue(s, now)
					     : now < s->deadline_ms)
			return;
		s->trace.attempt.timed_out = true;
	}
	session_close(s);
}

static void session_turn(struct session *s)
{
	struct pollfd pfd[2] = { { .fd = s->orders.fd, .events = POLLIN } };
	nfds_t n = 1;
	int fd = s->mosq ? mosquitto_socket(s->mosq) : -1;

	if (fd >= 0) {
		pfd[1].fd = fd;
		if (queue_count(&s->events) < SESSION_EVENTS_HIGH)
			pfd[1].events |= POLLIN;
		/* Until TCP is up, writable is how it tells. */
		if (mosquitto_want_write(s->mosq) || !s->trace.attempt.tcp_up)
			pfd[1].events |= POLLOUT;
		n = 2;
	}
	poll(pfd, n, fd >= 0 ? 500 : 2000);
	session_beat(s);
	session_run_orders(s);
	if (s->mosq)
		session_serve(s, n == 2 && fd == mosquitto_socket(s->mosq) ? pfd[1].revents : 0);
}

static void session_goodbye(struct session *s)
{
	if (s->mosq && s->trace.attempt.connack && !s->closed) {
		/* A farewell tells the broker not to wait for us (and not to send a will). */
		mosquitto_disconnect(s->mosq);
		for (int i = 0; i < 10 && !s->closed && mosquitto_want_write(s->mosq); i++) {
			struct pollfd pfd = { .fd = mosquitto_socket(s->mosq), .events = POLLOUT };

			if (pfd.fd < 0 || poll(&pfd, 1, 100) < 0)
				break;
			mosquitto_loop_write(s->mosq, 1);
		}
	}
	session_drop(s);
	session_unload(s);
	if (s->libctx)
		identity_libctx_close(s->libctx);
	s->libctx = NULL;
}

static void *session_main(void *arg)
{
	struct session *s = arg;

	while (!s->stopping)
		session_turn(s);
	session_goodbye(s);
	OPENSSL_thread_stop();
	return NULL;
}

/* --- called by the main thread --- */

int session_start(const struct config *cfg, struct session **out, char *error, size_t size)
{
	struct session *s = calloc(1, sizeof(*s));
	sigset_t all, old;
	int ret = -ENOMEM;

	if (!s)
		goto err;
	s->cfg = cfg;
	s->orders.fd = -1;
	s->events.fd = -1;
	ret = queue_init(&s->orders);
	if (!ret)
		ret = queue_init(&s->events);
	if (ret)
		goto err;
	session_beat(s);
	/* Signals are the main thread's business. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = -pthread_create(&s->thread, NULL, session_main, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (ret)
		goto err;
	*out = s;
	return 0;
err:
	snprintf(error, size, "MQTT thread: %s", strerror(-ret));
	if (s) {
		queue_destroy(&s->orders);
		queue_destroy(&s->events);
	}
	free(s);
	return ret;
}

static int session_order(struct session *s, enum session_order_kind kind, const char *topic,
			 struct session_order **out, size_t payload_len)
{
	struct session_order *o = calloc(1, sizeof(*o) + payload_len);

	if (!o)
		return -ENOMEM;
	o->kind = kind;
	if (topic)
		snprintf(o->topic, sizeof(o->topic), "%s", topic);
	if (out)
		*out = o;
	else
		queue_put(&s->orders, o);
	return 0;
}

int session_stop(struct session *s, int timeout_ms)
{
	struct timespec ts;
	int ret;

	if (session_order(s, ORDER_STOP, NULL, NULL, 0))
		return -ENOMEM;
	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += timeout_ms / 1000;
	ts.tv_nsec += (timeout_ms % 1000) * 1000000L;
	if (ts.tv_nsec >= 1000000000L) {
		ts.tv_nsec -= 1000000000L;
		ts.tv_sec++;
	}
	ret = pthread_timedjoin_np(s->thread, NULL, &ts);
	if (ret)
		return -ret;
	queue_destroy(&s->orders);
	queue_destroy(&s->events);
	free(s);
	return 0;
}

int session_event_fd(const struct session *s)
{
	return s->events.fd;
}

struct session_event *session_next_event(struct session *s)
{
	return queue_get(&s->events);
}

int session_connect(struct session *s)
{
	return session_order(s, ORDER_CONNECT, NULL, NULL, 0);
}

int session_publish(struct session *s, uint64_t id, int qos, const char *topic, const void *payload,
		    size_t payload_len)
{
	struct session_order *o;
	int ret = session_order(s, ORDER_PUBLISH, topic, &o, payload_len);

	if (ret)
		return ret;
	o->id = id;
	o->qos = qos;
	o->payload_len = payload_len;
	if (payload_len)
		memcpy(o->payload, payload, payload_len);
	queue_put(&s->orders, o);
	return 0;
}

int session_subscribe(struct session *s, const char *filter)
{
	return session_order(s, ORDER_SUBSCRIBE, filter, NULL, 0);
}

int session_unsubscribe(struct session *s, const char *filter)
{
	return session_order(s, ORDER_UNSUBSCRIBE, filter, NULL, 0);
}

int session_reload(struct session *s)
{
	return session_order(s, ORDER_RELOAD, NULL, NULL, 0);
}

bool session_alive(const struct session *s, int64_t now_ms)
{
	int64_t silent = now_ms - s->heartbeat_ms;

	return silent < (s->blocked ? SESSION_BLOCKED_MS : SESSION_ALIVE_MS);
}
