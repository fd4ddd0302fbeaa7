/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The onboarding states and the schedule between them. Time is handed in (milliseconds of
 * a clock that never jumps), actions are handed out: nothing here touches the world.
 */
#ifndef ECC508AD_MACHINE_H
#define ECC508AD_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "attempt.h"
#include "backoff.h"

#define MACHINE_TEXT_MAX 384

#define MACHINE_NEVER INT64_MIN

struct machine {
	enum state state;
	char text[MACHINE_TEXT_MAX];
	int64_t since_ms;
	int64_t next_ms; /* when to try again, 0 = not waiting */
	int64_t connected_ms; /* when the present session began, or MACHINE_NEVER */
	int64_t network_ms; /* when a network event last counted */
	bool stable; /* the present session has lasted long enough */
	unsigned int attempts;
	unsigned int connects;
	unsigned int short_sessions; /* cut within seconds, in a row */
	struct backoff backoff;
};

/* Three sessions in a row shorter than this look like two devices with one client id. */
#define MACHINE_SHORT_MS       10000
#define MACHINE_SHORT_COUNT    3
/* Without a route there is nothing to hurry for; a key or certificate is looked at again. */
#define MACHINE_IDENTITY_MS    10000
#define MACHINE_NETWORK_GAP_MS 5000

void machine_init(struct machine *m, int64_t now, backoff_rng rng, void *rng_ctx, uint32_t cap_ms);

/* True if an attempt has to start now; the machine is then connecting. */
bool machine_poll(struct machine *m, int64_t now);

/* The attempt succeeded. */
void machine_connected(struct machine *m, int64_t now, const char *text);

/* The attempt failed, or the session ended, for the reason @why. */
void machine_failed(struct machine *m, int64_t now, enum state why, const char *text);

/* A route or an address appeared. */
void machine_network(struct machine *m, int64_t now);

/* Try again at once (the operator asked). */
void machine_retry(struct machine *m, int64_t now);

void machine_stop(struct machine *m, int64_t now);

/* Milliseconds until machine_poll() has something to do, -1 for never. */
int64_t machine_timeout(const struct machine *m, int64_t now);

#endif
