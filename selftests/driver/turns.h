/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * Fairness, counted and not timed: how many others had the chip between the moment at which
 * somebody asked for it and the moment at which he got it.  From the tracepoint ecc508a_turn,
 * whose order is that of the driver's own lock, so the speed of the machine does not matter.
 */
#ifndef SELFTESTS_TURNS_H
#define SELFTESTS_TURNS_H

#include <stdbool.h>
#include <sys/types.h>

struct turns {
	unsigned long taken; /* turns altogether */
	unsigned long waited; /* of them after a wait */
	unsigned long left; /* gave up, or were killed, in the queue */
	unsigned int longest; /* turns of others in front of one */
	pid_t who;
	unsigned int queue; /* longest queue */
	unsigned long lost; /* events that the kernel dropped: then the rest means nothing */
	unsigned long odd; /* events that make no sense */
};

/* Begins to record what happens in front of /dev/ecc508aN */
bool turns_begin(unsigned int chip);
/* Ends it, and says what happened; @pid: only his waits count (0: everybody's) */
bool turns_end(void);
bool turns_judge(struct turns *t, pid_t pid);

#endif
