// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

int loop_open(void)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

void loop_close(int loop)
{
	if (loop >= 0)
		close(loop);
}

int loop_add(int loop, struct loop_watch *w, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = w };

	return epoll_ctl(loop, EPOLL_CTL_ADD, w->fd, &ev) ? -errno : 0;
}

void loop_change(int loop, struct loop_watch *w, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = w };

	if (w->fd >= 0)
		epoll_ctl(loop, EPOLL_CTL_MOD, w->fd, &ev);
}

void loop_remove(int loop, struct loop_watch *w)
{
	if (w->fd >= 0)
		epoll_ctl(loop, EPOLL_CTL_DEL, w->fd, NULL);
}

int loop_turn(int loop, int timeout_ms)
{
	struct epoll_event ev[16];
	int n = epoll_wait(loop, ev, 16, timeout_ms);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		struct loop_watch *w = ev[i].data.ptr;

		if (w->fd >= 0)
			w->fn(w, ev[i].events);
	}
	return n;
}
