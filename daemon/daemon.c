// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0
/*
 * Two threads. This one runs the loop: control socket, signals, rtnetlink, timers, the state
 * machine and the spool. The other one (session.c) may block in name resolution or in the
 * chip; while it does, local programs are served as ever and the watchdog is fed.
 */

#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "notify.h"

#define DAEMON_STOP_MS	      5000
#define DAEMON_CLOCK_STORE_MS 3600000

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* Not a secret: it only keeps devices from knocking at the same moment. */
static uint32_t daemon_random(void *ctx, uint32_t bound)
{
	uint32_t r = 0;

	if (getrandom(&r, sizeof(r), 0) != sizeof(r))
		r = (uint32_t)clock_mono_us();
	return (uint32_t)(((uint64_t)r * ((uint64_t)bound + 1)) >> 32);
}

/* --- states --- */

/* One log line and one word to systemd for each change; @before is what there was. */
static void daemon_announce(struct daemon *d, const struct machine *before)
{
	const struct machine *m = &d->machine;
	int64_t wait = machine_timeout(m, clock_mono_ms());
	bool news = m->state != before->state || strcmp(m->text, before->text);
	int prio = LOG_NOTICE;

	if (m->state != before->state)
		d->since = time(NULL);
	if (m->state == STATE_CONNECTING)
		prio = LOG_INFO;
	else if (m->state == STATE_NO_CHIP || m->state == STATE_BAD_IDENTITY ||
		 m->state == STATE_NOT_TRUSTED || m->state == STATE_REFUSED)
		prio = LOG_ERR;
	else if (m->state != STATE_CONNECTED && m->state != STATE_STOPPING)
		prio = LOG_WARNING;

	if (m->state == STATE_CONNECTING)
		log_msg(prio, "connecting to %s port %d, attempt %u", d->cfg.host, d->cfg.port,
			m->attempts);
	else if (m->next_ms)
		log_msg(prio, "%s: %s; next try in %.1f s", state_name(m->state), m->text,
			(double)wait / 1000);
	else if (news)
		log_msg(prio, "%s%s%s", state_name(m->state), m->text[0] ? ": " : "", m->text);

	if (m->next_ms)
		notify_send("STATUS=%s, attempt %u: %s", state_name(m->state), m->attempts,
			    m->text);
	else
		notify_send("STATUS=%s", state_name(m->state));
}

static void daemon_start_attempt(struct daemon *d, int64_t now)
{
	struct machine before = d->machine;

	if (!machine_poll(&d->machine, now))
		return;
	daemon_announce(d, &before);
	if (session_connect(d->session)) {
		before = d->machine;
		machine_failed(&d->machine, now, STATE_LOST, "out of memory");
		daemon_announce(d, &before);
	}
}

static bool daemon_connected(const struct daemon *d)
{
	return d->machine.state == STATE_CONNECTED;
}

/* --- the way up --- */

/* Hand over what the spool has, as long as the broker keeps acknowledging. */
static void daemon_pump(struct daemon *d)
{
	struct spool_message msg;

	while (daemon_connected(d) && d->inflight < SESSION_INFLIGHT) {
		if (spool_next(d->spool, clock_now_ms(), &msg))
			return;
		if (!session_publish(d->session, msg.id, 1, msg.topic, msg.payload,
				     msg.payload_len))
			d->inflight++;
		spool_message_free(&msg);
	}
}

static int daemon_publish(void *ctx, int qos, const char *topic, size_t topic_len,
			  const void *payload, size_t len, uint64_t *id, const char **code,
			  const char **why)
{
	struct daemon *d = ctx;
	int ret;

	if (!qos) {
		*code = "offline";
		*why = "there is no connection, and QoS 0 messages are not queued: use QoS 1";
		ret = daemon_connected(d) ? session_publish(d->session, 0, 0, topic, payload, len)
					  : -ENOTCONN;
		if (ret)
			d->counters.refused++;
		else
			d->counters.unqueued++;
		return ret;
	}
	ret = spool_append(d->spool, clock_now_ms(), topic, topic_len, payload, len, id);
	if (!ret) {
		d->spool_told = false;
		d->counters.accepted++;
		return 0;
	}
	d->counters.refused++;
	*code = "spool";
	if (ret == -EDQUOT)
		*why = "the spool is full: the cloud has been away for long, see [spool] in "
		       "ecc508ad.conf";
	else if (ret == -ENOSPC || ret == -EFBIG)
		*why = "the disk is full: the message was not accepted";
	else
		*why = "the disk does not work: the message was not accepted, see the log";
	if (!d->spool_told)
		log_err("spool: a message is refused: %s (%s)", *why, strerror(-ret));
	d->spool_told = true;
	return ret;
}

static int daemon_commit(void *ctx, const char **why)
{
	struct daemon *d = ctx;
	struct spool_stats before, after;
	int ret;

	spool_get_stats(d->spool, &before);
	ret = spool_commit(d->spool);
	if (!ret)
		return 0;
	spool_get_stats(d->spool, &after);
	d->counters.accepted -= before.messages - after.messages;
	d->counters.refused += before.messages - after.messages;
	log_err("spool: the disk does not take messages: %s", strerror(-ret));
	*why = ret == -ENOSPC ? "the disk is full: the message was not accepted"
			      : "the disk does not work: the message was not accepted, see the log";
	return ret;
}

/* --- the way down --- */

static void daemon_subscribe(void *ctx, const char *filter)
{
	struct daemon *d = ctx;

	if (daemon_connected(d) && session_subscribe(d->session, filter))
		log_err("out of memory: %s is not subscribed", filter);
}

static void daemon_unsubscribe(void *ctx, const char *filter)
{
	struct daemon *d = ctx;

	if (daemon_connected(d))
		session_unsubscribe(d->session, filter);
}

static bool daemon_connected_op(void *ctx)
{
	return daemon_connected(ctx);
}

static char *daemon_status_op(void *ctx)
{
	return daemon_status(ctx);
}

static const struct control_ops daemon_control_ops = {
	.publish = daemon_publish,
	.commit = daemon_commit,
	.subscribe = daemon_subscribe,
	.unsubscribe = daemon_unsubscribe,
	.connected = daemon_connected_op,
	.status = daemon_status_op,
};

/* --- what the session reports --- */

static void daemon_on_identity(struct daemon *d, const struct session_event *e)
{
	d->identity = e->u.identity;
	d->have_identity = true;
	log_notice("identity: %s, client id %s, certificate %s, valid until %s",
		   d->identity.subject, d->identity.client_id, d->identity.cert_id,
		   d->identity.not_after);
}

static void daemon_on_connected(struct daemon *d, const struct session_event *e)
{
	struct machine before = d->machine;
	char text[MACHINE_TEXT_MAX];

	d->handshake = e->u.handshake;
	d->have_handshake = true;
	d->inflight = 0;
	spool_rewind(d->spool);
	snprintf(text, sizeof(text), "%s %s, handshake %.1f ms, of it %.1f ms in the %s",
		 d->handshake.version, d->handshake.suite, (double)d->handshake.handshake_us / 1000,
		 (double)d->handshake.sign_us / 1000,
		 d->identity.development ? "development key" : "chip");
	machine_connected(&d->machine, clock_mono_ms(), text);
	daemon_announce(d, &before);
	/* A server that proved itself has told us that our clock is about right. */
	clock_floor_store(d->cfg.state_dir);
	d->clock_next_ms = clock_mono_ms() + DAEMON_CLOCK_STORE_MS;
	control_each_filter(d->control, daemon_subscribe, d);
}

static void daemon_on_closed(struct daemon *d, const struct session_event *e)
{
	struct machine before = d->machine;

	machine_failed(&d->machine, clock_mono_ms(), e->state, e->text);
	daemon_announce(d, &before);
	d->inflight = 0;
	spool_rewind(d->spool);
	control_disconnected(d->control);
}

static void daemon_on_event(struct daemon *d, const struct session_event *e)
{
	switch (e->kind) {
	case SESSION_IDENTITY:
		daemon_on_identity(d, e);
		break;
	case SESSION_CONNECTED:
		daemon_on_connected(d, e);
		break;
	case SESSION_CLOSED:
		daemon_on_closed(d, e);
		break;
	case SESSION_PUBACK:
		if (!spool_ack(d->spool, e->id))
			d->counters.acked++;
		if (d->inflight)
			d->inflight--;
		break;
	case SESSION_UNSENT:
		/* Old news after a disconnect: everything is handed out again anyway. */
		if (!daemon_connected(d))
			break;
		if (d->inflight)
			d->inflight--;
		log_warn("message %llu could not be sent, it is tried again in the next session",
			 (unsigned long long)e->id);
		break;
	case SESSION_SUBACK:
		if (e->qos >= 128)
			log_warn("the broker refuses the subscription %s", e->topic);
		control_suback(d->control, e->topic, e->qos);
		break;
	case SESSION_MESSAGE:
		d->counters.received++;
		if (!control_deliver(d->control, e->qos, e->topic, e->payload, e->payload_len))
			d->counters.unwanted++;
		break;
	}
}

static void daemon_session_event(struct loop_watch *w, uint32_t events)
{
	struct daemon *d = container_of(w, struct daemon, watch_session);
	struct session_event *e;

	/* A bounded bite: a flood from the broker must not starve the control socket. */
	for (int i = 0; i < 64 && (e = session_next_event(d->session)); i++) {
		daemon_on_event(d, e);
		free(e);
	}
}

/* --- signals, network, time --- */

static void daemon_signal(struct loop_watch *w, uint32_t events)
{
	struct daemon *d = container_of(w, struct daemon, watch_signal);
	struct signalfd_siginfo si;

	while (read(w->fd, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGHUP) {
			log_notice("SIGHUP: reading key and certificates again");
			session_reload(d->session);
			machine_retry(&d->machine, clock_mono_ms());
			continue;
		}
		log_info("signal %u from pid %u: stopping", si.ssi_signo, si.ssi_pid);
		d->stopping = true;
	}
}

static void daemon_network(struct loop_watch *w, uint32_t events)
{
	struct daemon *d = container_of(w, struct daemon, watch_network);
	int64_t before = d->machine.next_ms;

	if (!netwatch_read(&d->netwatch))
		return;
	machine_network(&d->machine, clock_mono_ms());
	if (d->machine.next_ms != before)
		log_info("the network has changed: trying again now");
}

static int daemon_timeout(const struct daemon *d, int64_t now)
{
	int64_t t = machine_timeout(&d->machine, now);

	if (d->watchdog_ms && (t < 0 || d->watchdog_next_ms - now < t))
		t = d->watchdog_next_ms - now;
	if (daemon_connected(d) && (t < 0 || d->clock_next_ms - now < t))
		t = d->clock_next_ms - now;
	if (t < 0)
		return -1;
	return t > 60000 ? 60000 : (int)t;
}

static void daemon_timers(struct daemon *d, int64_t now)
{
	daemon_start_attempt(d, now);
	if (d->watchdog_ms && now >= d->watchdog_next_ms) {
		d->watchdog_next_ms = now + d->watchdog_ms;
		if (session_alive(d->session, now))
			notify_send("WATCHDOG=1");
		else
			log_err("the MQTT thread hangs: no sign of life for the watchdog");
	}
	if (daemon_connected(d) && now >= d->clock_next_ms) {
		d->clock_next_ms = now + DAEMON_CLOCK_STORE_MS;
		clock_floor_store(d->cfg.state_dir);
	}
}

/* --- start and end --- */

static int daemon_open_signals(struct daemon *d)
{
	sigset_t set;

	/* A broker that goes away while we write is an error code, not a reason to die. */
	signal(SIGPIPE, SIG_IGN);
	/* The same for a file size limit: the spool refuses, the daemon lives. */
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	d->watch_signal.fn = daemon_signal;
	d->watch_signal.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (d->watch_signal.fd < 0)
		return -errno;
	return loop_add(d->loop, &d->watch_signal, EPOLLIN);
}

/* Two daemons in one state directory would send and remove each other's messages. */
static int daemon_lock(struct daemon *d, char *error, size_t size)
{
	char path[CONFIG_VALUE_MAX + 8], text[32];
	ssize_t n;
	int ret;

	if (mkdir(d->cfg.state_dir, 0700) && errno != EEXIST) {
		ret = -errno;
		snprintf(error, size, "state directory: %s: %s", d->cfg.state_dir, strerror(errno));
		return ret;
	}
	snprintf(path, sizeof(path), "%s/lock", d->cfg.state_dir);
	d->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (d->lock_fd < 0) {
		ret = -errno;
		snprintf(error, size, "state directory: %s: %s", path, strerror(errno));
		return ret;
	}
	if (flock(d->lock_fd, LOCK_EX | LOCK_NB)) {
		n = read(d->lock_fd, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = 0;
		text[strcspn(text, "\n")] = 0;
		snprintf(error, size,
			 "another ecc508ad (pid %s) uses %s: stop it, or give this one another "
			 "state_dir",
			 text[0] ? text : "unknown", d->cfg.state_dir);
		return -EBUSY;
	}
	n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(d->lock_fd, 0) || write(d->lock_fd, text, (size_t)n) != n)
		log_debug("%s: %s", path, strerror(errno));
	return 0;
}

static int daemon_open_spool(struct daemon *d, char *error, size_t size)
{
	struct spool_limits limits = {
		.max_bytes = d->cfg.spool_max_bytes,
		.max_messages = d->cfg.spool_max_messages,
		.max_age_ms = d->cfg.spool_max_age * 1000,
	};
	struct spool_stats st;
	int ret = spool_open(d->cfg.spool_dir, &limits, &d->spool, error, size);

	if (ret)
		return ret;
	spool_get_stats(d->spool, &st);
	if (st.torn)
		log_notice("spool: cut off %llu bytes of a message that was never acknowledged",
			   (unsigned long long)st.torn);
	if (st.damaged)
		log_err("spool: skipped %llu damaged bytes: messages are lost, check the disk",
			(unsigned long long)st.damaged);
	if (st.messages)
		log_notice("spool: %u messages wait to be sent", st.messages);
	return 0;
}

int daemon_open(struct daemon *d, char *error, size_t size)
{
	int ret;

	d->watch_signal.fd = -1;
	d->watch_network.fd = -1;
	d->lock_fd = -1;
	d->started_ms = clock_mono_ms();
	d->since = time(NULL);
	machine_init(&d->machine, d->started_ms, daemon_random, NULL, d->cfg.retry_max * 1000);

	error[0] = 0;
	ret = d->loop = loop_open();
	if (ret < 0)
		goto err;
	ret = daemon_open_signals(d);
	if (ret)
		goto err;
	ret = daemon_lock(d, error, size);
	if (ret)
		goto err;
	clock_floor_load(d->cfg.state_dir);
	ret = daemon_open_spool(d, error, size);
	if (ret)
		goto err;
	ret = control_open(d->loop, d->cfg.socket, d->cfg.socket_mode, &daemon_control_ops, d,
			   &d->control, error, size);
	if (ret)
		goto err;
	ret = session_start(&d->cfg, &d->session, error, size);
	if (ret)
		goto err;
	d->watch_session.fn = daemon_session_event;
	d->watch_session.fd = session_event_fd(d->session);
	ret = loop_add(d->loop, &d->watch_session, EPOLLIN);
	if (ret)
		goto err;

	/* Without it the schedule still works, only slower after a cable was plugged in. */
	d->watch_network.fn = daemon_network;
	d->watch_network.fd = netwatch_open(&d->netwatch);
	if (d->watch_network.fd < 0 || loop_add(d->loop, &d->watch_network, EPOLLIN))
		log_warn("rtnetlink is not available: a new network is noticed late");

	d->watchdog_ms = notify_watchdog_ms();
	d->watchdog_next_ms = d->started_ms;
	return 0;
err:
	if (!error[0])
		snprintf(error, size, "cannot start: %s", strerror(-ret));
	return ret;
}

int daemon_run(struct daemon *d)
{
	int ret = 0;

	while (!d->stopping && ret >= 0) {
		int64_t now = clock_mono_ms();

		daemon_timers(d, now);
		ret = loop_turn(d->loop, daemon_timeout(d, now));
		control_turn(d->control);
		daemon_pump(d);
	}
	if (ret < 0)
		log_err("event loop: %s", strerror(-ret));
	return ret < 0 ? ret : 0;
}

void daemon_close(struct daemon *d)
{
	struct spool_stats st;
	bool hung = false;

	notify_send("STOPPING=1\nSTATUS=stopping");
	machine_stop(&d->machine, clock_mono_ms());
	control_close(d->control);
	d->control = NULL;
	if (d->session)
		hung = session_stop(d->session, DAEMON_STOP_MS) != 0;
	if (d->spool) {
		spool_get_stats(d->spool, &st);
		if (st.messages)
			log_notice("stopped; %u messages stay in the spool", st.messages);
		else
			log_notice("stopped");
	}
	spool_close(d->spool);
	if (d->netwatch.sock)
		netwatch_close(&d->netwatch);
	if (d->watch_signal.fd >= 0)
		close(d->watch_signal.fd);
	loop_close(d->loop);
	if (d->lock_fd >= 0)
		close(d->lock_fd);
	if (hung) {
		log_warn("the MQTT thread hangs in the resolver or the chip: leaving without it");
		_exit(0);
	}
}
