/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/* The main thread's event loop: epoll, and one function for each descriptor. */
#ifndef ECC508AD_LOOP_H
#define ECC508AD_LOOP_H

#include <stdint.h>

struct loop_watch {
	void (*fn)(struct loop_watch *w, uint32_t events);
	int fd;
};

int loop_open(void);
void loop_close(int loop);
int loop_add(int loop, struct loop_watch *w, uint32_t events);
void loop_change(int loop, struct loop_watch *w, uint32_t events);
/*
 * Stop watching. An event of @w may still be on its way in the present turn: keep the memory,
 * with w->fd < 0, until loop_turn() has returned.
 */
void loop_remove(int loop, struct loop_watch *w);
/* Wait at most @timeout_ms (-1: for ever) and call the functions. */
int loop_turn(int loop, int timeout_ms);

#endif
