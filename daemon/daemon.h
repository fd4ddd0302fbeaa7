/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* The main thread: joins the parts and owns machine, spool and control socket. */
#ifndef ECC508AD_DAEMON_H
#define ECC508AD_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "config.h"
#include "control.h"
#include "loop.h"
#include "machine.h"
#include "netwatch.h"
#include "session.h"
#include "spool.h"

struct daemon_counters {
	uint64_t accepted; /* QoS 1 publishes that are safe on disk */
	uint64_t refused; /* publishes turned away */
	uint64_t acked; /* of the accepted ones, by the broker */
	uint64_t unqueued; /* QoS 0 publishes handed to the session */
	uint64_t received;
	uint64_t unwanted; /* received, and no local program listened any more */
};

struct daemon {
	struct config cfg;
	int loop;
	int lock_fd;
	int64_t started_ms;
	struct machine machine;
	time_t since; /* wall clock of the last change of state */
	struct session *session;
	struct spool *spool;
	struct control *control;
	struct netwatch netwatch;
	struct loop_watch watch_session;
	struct loop_watch watch_signal;
	struct loop_watch watch_network;
	unsigned int inflight;
	bool stopping;
	int64_t watchdog_ms;
	int64_t watchdog_next_ms;
	int64_t clock_next_ms;
	struct session_identity identity;
	bool have_identity;
	struct session_handshake handshake;
	bool have_handshake;
	struct daemon_counters counters;
	bool spool_told; /* the log knows that the spool refuses */
};

int daemon_open(struct daemon *d, char *error, size_t size);
/* Until SIGTERM. */
int daemon_run(struct daemon *d);
void daemon_close(struct daemon *d);

/* JSON for the STATUS request, to be freed. */
char *daemon_status(const struct daemon *d);

#endif
