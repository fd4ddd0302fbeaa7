/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two clocks. Timers use one that never jumps. Certificates are judged by the wall clock, but
 * never by one that is before the last time known to be good: a board without a battery
 * starts in 1970, where every certificate is "not yet valid".
 */
#ifndef ECC508AD_CLOCK_H
#define ECC508AD_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

/* Read the last good time from @state_dir; the date of the build is the floor below it. */
void clock_floor_load(const char *state_dir);

/* Note that the time is good now: a server whose certificate we checked has answered. */
void clock_floor_store(const char *state_dir);

/* max(wall clock, floor); @floored tells which of the two it was. */
time_t clock_now(bool *floored);
int64_t clock_now_ms(void);

/* For tests. */
void clock_floor_set(time_t floor);

#endif
