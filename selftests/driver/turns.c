// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* See turns.h. */
#include "turns.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define TRACING	    "/sys/kernel/tracing"
#define EVENT	    TRACING "/events/ecc508a/ecc508a_turn"
#define WAITERS_MAX 64

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_TRUNC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	if (!ok)
		printf("# %s: cannot write '%s'\n", path, text);
	return ok;
}

bool turns_begin(unsigned int chip)
{
	char filter[32];

	if (access(TRACING "/trace", F_OK))
		mount("tracefs", TRACING, "tracefs", 0, NULL);
	snprintf(filter, sizeof(filter), "chip==%u", chip);
	/* a clock that only counts: the events of several processors stay in order */
	return put(TRACING "/trace_clock", "counter") && put(TRACING "/buffer_size_kb", "8192") &&
	       put(EVENT "/filter", filter) && put(TRACING "/trace", "\n") &&
	       put(EVENT "/enable", "1") && put(TRACING "/tracing_on", "1");
}

bool turns_end(void)
{
	return put(EVENT "/enable", "0") && put(EVENT "/filter", "0");
}

struct waiter {
	pid_t pid;
	unsigned int others;
};

/* One line: " name-PID [000] flags clock: ecc508a_turn: ecc508a0 waits pid=1 session=0 waiting=2" */
static void event(struct turns *t, struct waiter *w, unsigned int *n, const char *what, pid_t pid,
		  pid_t only)
{
	unsigned int i, j;

	for (i = 0; i < *n && w[i].pid != pid; i++)
		;
	if (!strcmp(what, "waits")) {
		if (i < *n || *n == WAITERS_MAX) {
			t->odd++;
			return;
		}
		w[(*n)++] = (struct waiter){ pid, 0 };
		if (*n > t->queue)
			t->queue = *n;
		return;
	}
	if (!strcmp(what, "over"))
		return;
	if (!strcmp(what, "has")) {
		t->taken++;
		for (j = 0; j < *n; j++)
			w[j].others += j != i;
		/* those who do not wait find nobody waiting */
		if (i == *n) {
			t->odd += *n > 0;
			return;
		}
		t->waited++;
		if (w[i].others > t->longest && (!only || only == pid)) {
			t->longest = w[i].others;
			t->who = pid;
		}
	} else if (!strcmp(what, "leaves")) {
		t->left++;
		t->odd += i == *n;
	} else {
		t->odd++;
	}
	if (i < *n)
		w[i] = w[--*n];
}

bool turns_judge(struct turns *t, pid_t only)
{
	struct waiter waiters[WAITERS_MAX];
	unsigned int n = 0;
	unsigned long kept, written;
	char line[512], what[16], *p;
	FILE *f;
	int pid;

	memset(t, 0, sizeof(*t));
	f = fopen(TRACING "/trace", "re");
	if (!f)
		return false;
	while (fgets(line, sizeof(line), f)) {
		p = strstr(line, "entries-in-buffer/entries-written:");
		if (p && sscanf(p + 34, "%lu/%lu", &kept, &written) == 2)
			t->lost += written - kept;
		t->lost += !!strstr(line, "LOST");
		p = strstr(line, "ecc508a_turn: ");
		if (!p)
			continue;
		if (sscanf(p + 14, "%*s %15s pid=%d", what, &pid) != 2)
			t->odd++;
		else
			event(t, waiters, &n, what, pid, only);
	}
	fclose(f);
	return t->taken;
}
