/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* One random thing after the other, done to /dev/ecc508a0 (see random.c). */
#ifndef SELFTESTS_RANDOM_H
#define SELFTESTS_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

#define RANDOM_PROCESSES 4
#define RANDOM_THREADS	 2

/* What all processes see */
struct random_shared {
	uint64_t issued; /* ioctls */
	uint64_t wanted;
	uint64_t done[256]; /* by errno */
	struct {
		uint64_t began_ms; /* 0: not in the kernel */
		uint32_t cmd;
	} now[RANDOM_PROCESSES][RANDOM_THREADS];
	uint32_t complaints;
};

/* splitmix64 (Steele, Lea, Flood 2014): every seed is a good one */
struct prng {
	uint64_t state;
};

uint64_t prng_next(struct prng *p);
/* 0 to n - 1 */
unsigned int prng_below(struct prng *p, unsigned int n);
/* n of a hundred times */
bool prng_percent(struct prng *p, unsigned int n);

/* The files of a process, shared by its threads */
struct random_files {
	int rw, ro, nonblock;
};

struct random_user {
	struct prng prng;
	struct random_shared *shared;
	struct random_files *files;
	unsigned int process, thread;
	bool admin;
	uint8_t *area; /* a page that may be used, and a page that may not */
	uint8_t *readonly;
	uint8_t config[128]; /* as last seen */
};

/* Does things until @shared has had enough; returns if the chip cannot be opened any more */
void random_use(struct random_user *u);

#endif
