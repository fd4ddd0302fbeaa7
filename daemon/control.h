/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket: local programs and what they said. Clients are hostile or slow until
 * proved otherwise: every buffer has a bound, and none of them can hold up another.
 */
#ifndef ECC508AD_CONTROL_H
#define ECC508AD_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTROL_CLIENTS_MAX 64
#define CONTROL_FILTERS_MAX 50
/* What waits for a subscriber that does not read; more is dropped and it is told. */
#define CONTROL_OUT_MAX	    (1024u * 1024u)

/* What the socket's owner does for it. */
struct control_ops {
	/*
	 * Take a message. QoS 1: it is appended, and becomes safe with commit(). QoS 0: it is
	 * on its way. Returns 0, or a negative errno with a code and a sentence.
	 */
	int (*publish)(void *ctx, int qos, const char *topic, size_t topic_len, const void *payload,
		       size_t len, uint64_t *id, const char **code, const char **why);
	int (*commit)(void *ctx, const char **why);
	/* The first subscriber came, the last one left. */
	void (*subscribe)(void *ctx, const char *filter);
	void (*unsubscribe)(void *ctx, const char *filter);
	bool (*connected)(void *ctx);
	/* JSON text to be freed, or NULL. */
	char *(*status)(void *ctx);
};

struct control;

struct control_stats {
	unsigned int clients;
	unsigned int filters;
	uint64_t delivered;
	uint64_t dropped;
};

int control_open(int loop, const char *path, unsigned int mode, const struct control_ops *ops,
		 void *ctx, struct control **out, char *error, size_t size);
void control_close(struct control *c);

/* At the end of each turn of the loop: commit, answer, free who has gone. */
void control_turn(struct control *c);

/* A message from the broker. Returns to how many clients it went. */
unsigned int control_deliver(struct control *c, int qos, const char *topic, const void *payload,
			     size_t len);

/* The broker's answer to a subscription (128: refused). */
void control_suback(struct control *c, const char *filter, int granted);

/* The session ended: nobody has to wait for a SUBACK any more. */
void control_disconnected(struct control *c);

/* Call @fn for every filter somebody listens to. */
void control_each_filter(struct control *c, void (*fn)(void *ctx, const char *filter), void *ctx);

void control_get_stats(const struct control *c, struct control_stats *st);

#endif
