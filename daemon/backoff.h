/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to wait before the next connection attempt. Pure arithmetic: no clock, no
 * random source of its own, so that tests can drive it through years in a millisecond.
 */
#ifndef ECC508AD_BACKOFF_H
#define ECC508AD_BACKOFF_H

#include <stdint.h>

/* A uniformly distributed number in [0, bound], bound included. */
typedef uint32_t (*backoff_rng)(void *ctx, uint32_t bound);

struct backoff {
	backoff_rng rng;
	void *rng_ctx;
	uint32_t base_ms;
	uint32_t cap_ms;
	unsigned int failures; /* of the general kind, in a row */
	unsigned int waits; /* "not accepted yet" answers in a row */
};

/* AWS allows one CONNECT a second for each client id; never be faster than that. */
#define BACKOFF_FLOOR_MS  1000u
#define BACKOFF_BASE_MS	  1000u
#define BACKOFF_CAP_MS	  300000u
/* A connection must last this long before the schedule starts again from the front. */
#define BACKOFF_STABLE_MS 60000u

void backoff_init(struct backoff *b, backoff_rng rng, void *rng_ctx, uint32_t cap_ms);

/* The next delay after a failure: full jitter under a doubling limit. */
uint32_t backoff_failure(struct backoff *b);

/*
 * The next delay while the cloud has not accepted the certificate yet: quick at first,
 * because somebody (or a registration rule) is about to activate it.
 */
uint32_t backoff_not_accepted(struct backoff *b);

/* A delay after the network changed: soon, but not every device of a site at once. */
uint32_t backoff_network(struct backoff *b);

void backoff_reset(struct backoff *b);

#endif
