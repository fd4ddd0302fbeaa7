/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * The event loop of ecc508a-emu: one thread, epoll for descriptors and a list of timers in
 * nanoseconds of CLOCK_MONOTONIC (the wire times that the server keeps are tens of microseconds).
 */
#ifndef EMU_LOOP_H
#define EMU_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop_source {
	int fd;
	uint32_t events; /* EPOLLIN, EPOLLOUT as asked for; hang-ups are always reported */
	void (*ready)(struct loop_source *src, uint32_t events);
};

struct loop_timer {
	uint64_t at; /* UINT64_MAX: not armed */
	void (*fire)(struct loop_timer *timer);
	struct loop_timer *next;
	bool listed;
};

uint64_t loop_now(void);

int loop_init(void);
void loop_exit(void);

int loop_add(struct loop_source *src);
int loop_watch(struct loop_source *src, uint32_t events);
/* Safe from any callback: an event of a removed source that was already fetched is dropped. */
void loop_remove(struct loop_source *src);

void loop_timer_set(struct loop_timer *timer, uint64_t at);
void loop_timer_cancel(struct loop_timer *timer);

/* Until loop_stop(). */
int loop_run(void);
/* What is due now, without waiting: how many sources were ready. */
int loop_poll(void);
void loop_stop(void);

#endif
