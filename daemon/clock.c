// SPDX-FileCopyrightText: 2026 The ecc508a authors
// SPDX-License-Identifier: Apache-2.0

#include "clock.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#ifndef ECC508AD_BUILD_EPOCH
#error "the build system defines ECC508AD_BUILD_EPOCH (seconds; from SOURCE_DATE_EPOCH if set)"
#endif

/* A stored time further ahead than this was written by a clock that ran wild. */
#define CLOCK_FLOOR_AHEAD (20LL * 366 * 86400)

/* Written before the threads start, then only by the main thread. */
static _Atomic int64_t clock_floor = ECC508AD_BUILD_EPOCH;

int64_t clock_mono_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_mono_ms(void)
{
	return clock_mono_us() / 1000;
}

void clock_floor_set(time_t floor)
{
	clock_floor = floor;
}

static int clock_path(const char *state_dir, const char *name, char *path, size_t size)
{
	return snprintf(path, size, "%s/%s", state_dir, name) < (int)size ? 0 : -1;
}

void clock_floor_load(const char *state_dir)
{
	char path[PATH_MAX], text[32];
	long long stored = 0;
	FILE *f;

	if (clock_path(state_dir, "clock", path, sizeof(path)))
		return;
	f = fopen(path, "re");
	if (f) {
		if (fgets(text, sizeof(text), f))
			stored = strtoll(text, NULL, 10);
		fclose(f);
	}
	if (stored > ECC508AD_BUILD_EPOCH && stored < ECC508AD_BUILD_EPOCH + CLOCK_FLOOR_AHEAD)
		clock_floor = stored;
	if (time(NULL) < clock_floor)
		log_warn("the clock is before %s: certificates are judged by that time until "
			 "the clock is set (NTP)",
			 stored > ECC508AD_BUILD_EPOCH ? "the last good time this device knew"
						       : "this program was built");
}

/* A new file and a rename: a power cut leaves the old time or the new one. */
void clock_floor_store(const char *state_dir)
{
	char path[PATH_MAX], temp[PATH_MAX], text[32];
	int64_t now = time(NULL);
	int fd, len;
	bool ok;

	if (now <= clock_floor)
		return;
	clock_floor = now;
	if (clock_path(state_dir, "clock", path, sizeof(path)) ||
	    clock_path(state_dir, "clock.new", temp, sizeof(temp)))
		return;
	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	len = snprintf(text, sizeof(text), "%lld\n", (long long)now);
	ok = write(fd, text, (size_t)len) == len && !fdatasync(fd);
	close(fd);
	if (!ok || rename(temp, path))
		unlink(temp);
}

time_t clock_now(bool *floored)
{
	time_t now = time(NULL);
	bool low = now < clock_floor;

	if (floored)
		*floored = low;
	return low ? (time_t)clock_floor : now;
}

int64_t clock_now_ms(void)
{
	struct timespec ts;
	int64_t ms, floor = clock_floor * 1000;

	clock_gettime(CLOCK_REALTIME, &ts);
	ms = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
	return ms < floor ? floor : ms;
}
