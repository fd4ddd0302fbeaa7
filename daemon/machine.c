// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "machine.h"

#include <stdio.h>
#include <string.h>

static void machine_enter(struct machine *m, int64_t now, enum state state, const char *text)
{
	if (m->state != state)
		m->since_ms = now;
	m->state = state;
	snprintf(m->text, sizeof(m->text), "%s", text);
}

void machine_init(struct machine *m, int64_t now, backoff_rng rng, void *rng_ctx, uint32_t cap_ms)
{
	memset(m, 0, sizeof(*m));
	backoff_init(&m->backoff, rng, rng_ctx, cap_ms);
	m->since_ms = now;
	m->next_ms = now;
	m->network_ms = now - MACHINE_NETWORK_GAP_MS;
	m->connected_ms = MACHINE_NEVER;
	machine_enter(m, now, STATE_STARTING, "");
}

static bool machine_busy(const struct machine *m)
{
	return m->state == STATE_CONNECTING || m->state == STATE_CONNECTED ||
	       m->state == STATE_STOPPING;
}

bool machine_poll(struct machine *m, int64_t now)
{
	if (m->state == STATE_CONNECTED && !m->stable &&
	    now - m->connected_ms >= BACKOFF_STABLE_MS) {
		m->stable = true;
		m->short_sessions = 0;
		backoff_reset(&m->backoff);
	}
	if (machine_busy(m) || now < m->next_ms)
		return false;
	m->attempts++;
	m->next_ms = 0;
	machine_enter(m, now, STATE_CONNECTING, "");
	return true;
}

void machine_connected(struct machine *m, int64_t now, const char *text)
{
	if (m->state == STATE_STOPPING)
		return;
	m->connects++;
	m->connected_ms = now;
	m->stable = false;
	m->next_ms = 0;
	/* Accepted: a later wait for activation is a new one and starts quickly again. */
	m->backoff.waits = 0;
	machine_enter(m, now, STATE_CONNECTED, text);
}

static void machine_note_short_session(struct machine *m, int64_t now, char *text, size_t size)
{
	if (now - m->connected_ms >= MACHINE_SHORT_MS) {
		m->short_sessions = 0;
		return;
	}
	if (++m->short_sessions >= MACHINE_SHORT_COUNT) {
		size_t len = strlen(text);

		snprintf(text + len, size - len,
			 " within seconds, %u times in a row: another device may use the same "
			 "client id, or the policy forbids a topic",
			 m->short_sessions);
	}
}

void machine_failed(struct machine *m, int64_t now, enum state why, const char *cause)
{
	char text[MACHINE_TEXT_MAX];
	uint32_t delay;

	if (m->state == STATE_STOPPING)
		return;
	snprintf(text, sizeof(text), "%s", cause);
	if (m->connected_ms != MACHINE_NEVER)
		machine_note_short_session(m, now, text, sizeof(text));
	m->connected_ms = MACHINE_NEVER;
	m->stable = false;

	switch (why) {
	case STATE_NO_CHIP:
	case STATE_NOT_PROVISIONED:
	case STATE_BAD_IDENTITY:
		delay = MACHINE_IDENTITY_MS;
		break;
	case STATE_PENDING:
	case STATE_REFUSED:
		delay = backoff_not_accepted(&m->backoff);
		break;
	default:
		delay = backoff_failure(&m->backoff);
		break;
	}
	machine_enter(m, now, why, text);
	m->next_ms = now + delay;
}

/*
 * Only what a network can cure is hurried. IPv6 routers repeat their announcements, and a
 * cloud that has just said no must not be asked again each time one passes.
 */
void machine_network(struct machine *m, int64_t now)
{
	int64_t next;

	if (m->state != STATE_NO_NETWORK && m->state != STATE_UNREACHABLE && m->state != STATE_LOST)
		return;
	if (now - m->network_ms < MACHINE_NETWORK_GAP_MS)
		return;
	m->network_ms = now;
	next = now + backoff_network(&m->backoff);
	if (next < m->next_ms)
		m->next_ms = next;
}

void machine_retry(struct machine *m, int64_t now)
{
	if (machine_busy(m))
		return;
	m->next_ms = now;
}

void machine_stop(struct machine *m, int64_t now)
{
	m->next_ms = 0;
	machine_enter(m, now, STATE_STOPPING, "");
}

int64_t machine_timeout(const struct machine *m, int64_t now)
{
	if (m->state == STATE_CONNECTED && !m->stable) {
		int64_t left = m->connected_ms + BACKOFF_STABLE_MS - now;

		return left > 0 ? left : 0;
	}
	if (machine_busy(m))
		return -1;
	return m->next_ms > now ? m->next_ms - now : 0;
}
