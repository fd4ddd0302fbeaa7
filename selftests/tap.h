/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * Test programs that speak TAP with the meaning that the kernel's kselftest gives it: a plan,
 * "ok N name", "not ok N name", "ok N name # SKIP why", and exit status 0 passed, 1 failed,
 * 4 skipped.
 *
 * The kernel's own kselftest_harness.h is in no headers package; getting it costs a download
 * of the whole kernel source (139 MB), and the versions of it differ in what they print.
 * These sixty lines are what we would use of it.
 *
 *	TEST(signs) { CHECK(sign() == 0); }
 *	int main(void) { return tap_run(); }
 *
 * A test goes on after a failed CHECK; REQUIRE leaves it.  Tests run in the order of the file.
 */
#ifndef TAP_H
#define TAP_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAP_PASS 0
#define TAP_FAIL 1
#define TAP_SKIP 4
#define TAP_MAX 128

struct tap_test {
	const char *name;
	void (*fn)(void);
};

static struct tap_test tap_tests[TAP_MAX];
static unsigned int tap_count;
static bool tap_failed;
static char tap_skipped[128];

#define TEST(name_)                                                                                \
	static void test_##name_(void);                                                            \
	static __attribute__((constructor)) void add_##name_(void)                                 \
	{                                                                                          \
		tap_tests[tap_count].name = #name_;                                                \
		tap_tests[tap_count++].fn = test_##name_;                                          \
	}                                                                                          \
	static void test_##name_(void)

#define TAP_COMPLAIN(...)                                                                          \
	do {                                                                                       \
		int e_ = errno;                                                                    \
		printf("# %s:%d: ", __FILE__, __LINE__);                                           \
		printf(__VA_ARGS__);                                                               \
		printf(" (errno %d %s)\n", e_, strerror(e_));                                      \
		tap_failed = true;                                                                 \
	} while (0)

#define CHECK(cond)                                                                                \
	do {                                                                                       \
		if (!(cond))                                                                       \
			TAP_COMPLAIN("%s", #cond);                                                 \
	} while (0)

#define REQUIRE(cond)                                                                              \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			TAP_COMPLAIN("%s", #cond);                                                 \
			return;                                                                    \
		}                                                                                  \
	} while (0)

/* An expression that is an errno, or 0 */
#define CHECK_EQ(expr, want)                                                                       \
	do {                                                                                       \
		long long got_ = (expr), want_ = (want);                                           \
		if (got_ != want_)                                                                 \
			TAP_COMPLAIN("%s is %lld, not %lld", #expr, got_, want_);                  \
	} while (0)

#define SKIP(...)                                                                                  \
	do {                                                                                       \
		snprintf(tap_skipped, sizeof(tap_skipped), __VA_ARGS__);                           \
		return;                                                                            \
	} while (0)

static inline int tap_run(void)
{
	unsigned int i, failed = 0, skipped = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%u\n", tap_count);
	for (i = 0; i < tap_count; i++) {
		tap_failed = false;
		tap_skipped[0] = 0;
		tap_tests[i].fn();
		if (tap_failed)
			printf("not ok %u %s\n", i + 1, tap_tests[i].name);
		else if (tap_skipped[0])
			printf("ok %u %s # SKIP %s\n", i + 1, tap_tests[i].name, tap_skipped);
		else
			printf("ok %u %s\n", i + 1, tap_tests[i].name);
		failed += tap_failed;
		skipped += !tap_failed && tap_skipped[0];
	}
	printf("# %u passed, %u failed, %u skipped\n", tap_count - failed - skipped, failed,
	       skipped);
	return failed ? TAP_FAIL : skipped == tap_count ? TAP_SKIP : TAP_PASS;
}

#endif
