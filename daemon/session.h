/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The MQTT thread. Everything that can block lives in it (name resolution, the chip's
 * signature, libmosquitto); the main thread tells it what to do and hears what became of it
 * through two queues. It makes one attempt when told to and never decides to try again.
 */
#ifndef ECC508AD_SESSION_H
#define ECC508AD_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "machine.h"
#include "queue.h"
#include "wire.h"

/* Messages given to libmosquitto and not acknowledged; AWS IoT allows 100. */
#define SESSION_INFLIGHT 20
/* AWS IoT: 50 subscriptions on one connection. */
#define SESSION_FILTERS	 50

enum session_event_kind {
	SESSION_IDENTITY, /* the certificates were loaded and fit */
	SESSION_CONNECTED,
	SESSION_CLOSED, /* the attempt failed or the session ended: state, text */
	SESSION_PUBACK, /* id has reached the broker */
	SESSION_UNSENT, /* id could not be handed to libmosquitto */
	SESSION_SUBACK, /* topic = filter, qos = granted, 128 if refused */
	SESSION_MESSAGE,
};

struct session_identity {
	char cert_id[65];
	char ca_id[65];
	char subject[256];
	char not_after[32];
	char client_id[129];
	bool development;
};

struct session_handshake {
	char version[16];
	char suite[64];
	int64_t handshake_us;
	int64_t sign_us;
	unsigned int signatures; /* by this process, all handshakes */
};

struct session_event {
	struct queue_item item;
	enum session_event_kind kind;
	enum state state;
	uint64_t id;
	int qos;
	union {
		struct session_identity identity;
		struct session_handshake handshake;
	} u;
	char text[MACHINE_TEXT_MAX];
	char topic[WIRE_TOPIC_MAX + 1];
	size_t payload_len;
	unsigned char payload[];
};

struct session;

/* Start the thread. */
int session_start(const struct config *cfg, struct session **out, char *error, size_t size);

/*
 * Stop it: say goodbye to the broker, at most @timeout_ms. Returns -ETIMEDOUT if the thread
 * hangs in the resolver; it is then left alone and the process has to end.
 */
int session_stop(struct session *s, int timeout_ms);

/* Readable when session_next_event() has something. */
int session_event_fd(const struct session *s);
struct session_event *session_next_event(struct session *s);

/* Orders; each returns 0 or -ENOMEM. */
int session_connect(struct session *s);
int session_publish(struct session *s, uint64_t id, int qos, const char *topic, const void *payload,
		    size_t payload_len);
int session_subscribe(struct session *s, const char *filter);
int session_unsubscribe(struct session *s, const char *filter);
/* Drop key and certificates, and the connection made with them. */
int session_reload(struct session *s);

/* False if the thread has not moved for longer than anything it does may take. */
bool session_alive(const struct session *s, int64_t now_ms);

#endif
