// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"

#define BATCH 64

static int epfd = -1;
static bool stopped;
static struct loop_timer *timers;
static struct epoll_event batch[BATCH];
static int batch_len, batch_pos;

uint64_t loop_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int loop_init(void)
{
	/* The default slack of 50 us is more than half a byte at 100 kHz. */
	prctl(PR_SET_TIMERSLACK, 1000UL);
	epfd = epoll_create1(EPOLL_CLOEXEC);
	return epfd < 0 ? -errno : 0;
}

void loop_exit(void)
{
	if (epfd >= 0)
		close(epfd);
	epfd = -1;
}

int loop_add(struct loop_source *src)
{
	struct epoll_event ev = { .events = src->events, .data.ptr = src };

	return epoll_ctl(epfd, EPOLL_CTL_ADD, src->fd, &ev) ? -errno : 0;
}

int loop_watch(struct loop_source *src, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = src };

	if (src->events == events)
		return 0;
	src->events = events;
	return epoll_ctl(epfd, EPOLL_CTL_MOD, src->fd, &ev) ? -errno : 0;
}

void loop_remove(struct loop_source *src)
{
	int i;

	epoll_ctl(epfd, EPOLL_CTL_DEL, src->fd, NULL);
	for (i = batch_pos; i < batch_len; i++)
		if (batch[i].data.ptr == src)
			batch[i].data.ptr = NULL;
}

void loop_timer_set(struct loop_timer *timer, uint64_t at)
{
	timer->at = at;
	if (timer->listed)
		return;
	timer->listed = true;
	timer->next = timers;
	timers = timer;
}

void loop_timer_cancel(struct loop_timer *timer)
{
	struct loop_timer **p;

	timer->at = UINT64_MAX;
	if (!timer->listed)
		return;
	for (p = &timers; *p; p = &(*p)->next) {
		if (*p != timer)
			continue;
		*p = timer->next;
		break;
	}
	timer->listed = false;
}

static struct loop_timer *earliest(void)
{
	struct loop_timer *t, *best = NULL;

	for (t = timers; t; t = t->next)
		if (t->at != UINT64_MAX && (!best || t->at < best->at))
			best = t;
	return best;
}

static void run_timers(void)
{
	struct loop_timer *t;
	uint64_t now = loop_now();

	/* A timer that arms itself again for the past runs in the next round. */
	while (!stopped && (t = earliest()) && t->at <= now) {
		t->at = UINT64_MAX;
		t->fire(t);
	}
}

static int dispatch(const struct timespec *timeout)
{
	batch_pos = 0;
	batch_len = epoll_pwait2(epfd, batch, BATCH, timeout, NULL);
	if (batch_len < 0) {
		batch_len = 0;
		return errno == EINTR ? 0 : -errno;
	}
	while (batch_pos < batch_len && !stopped) {
		struct epoll_event *ev = &batch[batch_pos++];
		struct loop_source *src = ev->data.ptr;

		if (src)
			src->ready(src, ev->events);
	}
	batch_len = 0;
	return batch_pos;
}

int loop_poll(void)
{
	static const struct timespec now;

	stopped = false;
	run_timers();
	return dispatch(&now);
}

int loop_run(void)
{
	int ret = 0;

	stopped = false;
	while (!stopped && ret >= 0) {
		struct timespec ts, *tsp = NULL;
		const struct loop_timer *t;

		run_timers();
		if (stopped)
			break;
		t = earliest();
		if (t) {
			uint64_t now = loop_now(), left = t->at > now ? t->at - now : 0;

			ts.tv_sec = (time_t)(left / 1000000000u);
			ts.tv_nsec = (long)(left % 1000000000u);
			tsp = &ts;
		}
		ret = dispatch(tsp);
	}
	return ret < 0 ? ret : 0;
}

void loop_stop(void)
{
	stopped = true;
}
