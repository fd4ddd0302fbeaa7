// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "backoff.h"

void backoff_init(struct backoff *b, backoff_rng rng, void *rng_ctx, uint32_t cap_ms)
{
	*b = (struct backoff){
		.rng = rng,
		.rng_ctx = rng_ctx,
		.base_ms = BACKOFF_BASE_MS,
		.cap_ms = cap_ms < BACKOFF_FLOOR_MS ? BACKOFF_FLOOR_MS : cap_ms,
	};
}

static uint32_t backoff_limit(const struct backoff *b, uint32_t ms)
{
	return ms > b->cap_ms ? b->cap_ms : ms;
}

uint32_t backoff_failure(struct backoff *b)
{
	uint64_t limit = b->base_ms;
	uint32_t delay;

	/* 2^16 s is far above any cap; stop there so that the shift cannot overflow. */
	limit <<= b->failures < 16 ? b->failures : 16;
	if (limit > b->cap_ms)
		limit = b->cap_ms;
	if (b->failures < 16)
		b->failures++;

	delay = b->rng(b->rng_ctx, (uint32_t)limit);
	return delay < BACKOFF_FLOOR_MS ? BACKOFF_FLOOR_MS : delay;
}

/* Just-in-time registration usually takes seconds; a forgotten one takes days. */
static const uint32_t backoff_waits_ms[] = { 2000, 4000, 8000, 15000, 30000, 60000 };
#define BACKOFF_WAITS (sizeof(backoff_waits_ms) / sizeof(backoff_waits_ms[0]))

uint32_t backoff_not_accepted(struct backoff *b)
{
	uint32_t step = b->cap_ms;
	uint32_t delay;

	if (b->waits < BACKOFF_WAITS)
		step = backoff_limit(b, backoff_waits_ms[b->waits++]);

	/* Between half a step and a step: jitter that keeps the schedule recognisable. */
	delay = step / 2 + b->rng(b->rng_ctx, step - step / 2);
	return delay < BACKOFF_FLOOR_MS ? BACKOFF_FLOOR_MS : delay;
}

uint32_t backoff_network(struct backoff *b)
{
	b->failures = 0;
	return 200 + b->rng(b->rng_ctx, 800);
}

void backoff_reset(struct backoff *b)
{
	b->failures = 0;
	b->waits = 0;
}
