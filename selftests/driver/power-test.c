// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Runtime power management and system sleep.  Needs a chip of the "aws" kind whose server is not
 * frozen with the other programs (ecc508a-emu --no-freeze), and root.
 *
 * Suspend-to-idle itself is not entered (pm_test): nothing in QEMU's machine wakes a guest from it
 * reliably.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "dev.h"

#define OP_NONCE	   0x16
#define OP_SIGN		   0x41
#define NONCE_PASS_THROUGH 0x03
#define SIGN_EXTERNAL	   0x80
#define PM_TEST		   "/sys/power/pm_test"
#define PM_DELAY	   "/sys/module/suspend/parameters/pm_test_delay"
#define DEVICE		   "/sys/class/ecc508a/ecc508a0/device/power/"

static int fd = -1;
static uint8_t xy[64];

static int put(const char *path, const char *text)
{
	int f = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	if (f < 0)
		return errno;
	if (write(f, text, strlen(text)) < 0)
		ret = errno;
	close(f);
	return ret;
}

static bool status_is(const char *want)
{
	char text[32] = "";

	for (int i = 0; i < 1500; i++) {
		if (!dev_attr("device/power/runtime_status", text, sizeof(text)) &&
		    !strncmp(text, want, strlen(want)))
			return true;
		sleep_ms(20);
	}
	printf("# runtime_status is %s\n", text);
	return false;
}

static int good_signature(void)
{
	uint8_t digest[32], sig[64];
	int ret;

	fill_random(digest, sizeof(digest));
	ret = dev_sign(fd, 0, digest, sig);
	if (ret)
		return ret;
	return ref_verify(xy, digest, sig) == 1 ? 0 : -1;
}

/* 0, or the errno of going to sleep */
static int suspend(const char *level)
{
	int ret = put(PM_TEST, level);

	if (!ret)
		ret = put("/sys/power/state", "freeze");
	put(PM_TEST, "none");
	return ret;
}

TEST(opens)
{
	fd = dev_open(O_RDWR);
	REQUIRE(fd >= 0);
	CHECK_EQ(dev_pubkey(fd, 0, xy), 0);
	put(PM_DELAY, "1");
}

TEST(sleeps_when_unused)
{
	CHECK_EQ(good_signature(), 0);
	CHECK(status_is("suspended"));
	CHECK(dev_asleep());
	CHECK_EQ(good_signature(), 0);
}

/* A delay that never ends while the test looks: awake from one operation to the next */
TEST(stays_awake_for_a_while)
{
	long long wakes;

	CHECK_EQ(put(DEVICE "autosuspend_delay_ms", "600000"), 0);
	CHECK_EQ(good_signature(), 0);
	CHECK(status_is("active"));
	wakes = dev_statistic("wakes");
	CHECK(wakes > 0);
	/* longer than the watchdog of the chip: it is asleep, and the driver finds out */
	sleep_ms(2500);
	CHECK(status_is("active"));
	CHECK_EQ(good_signature(), 0);
	CHECK(dev_statistic("wakes") > wakes);
	CHECK_EQ(put(DEVICE "autosuspend_delay_ms", "50"), 0);
	CHECK(status_is("suspended"));
	CHECK(dev_asleep());
}

TEST(control)
{
	CHECK_EQ(put(DEVICE "control", "on"), 0);
	CHECK(status_is("active"));
	CHECK_EQ(good_signature(), 0);
	CHECK_EQ(put(DEVICE "control", "auto"), 0);
	CHECK(status_is("suspended"));
	CHECK(dev_asleep());
}

static void sleep_unused(const char *level)
{
	CHECK_EQ(good_signature(), 0);
	CHECK_EQ(suspend(level), 0);
	CHECK_EQ(good_signature(), 0);
	CHECK(status_is("suspended"));
	CHECK(dev_asleep());
}

TEST(freezer)
{
	sleep_unused("freezer");
}

TEST(devices)
{
	sleep_unused("devices");
}

/* Awake, as runtime PM sees it, when the system goes to sleep */
TEST(devices_while_awake)
{
	CHECK_EQ(put(DEVICE "autosuspend_delay_ms", "600000"), 0);
	CHECK_EQ(good_signature(), 0);
	CHECK(status_is("active"));
	CHECK_EQ(suspend("devices"), 0);
	CHECK_EQ(good_signature(), 0);
	CHECK_EQ(put(DEVICE "autosuspend_delay_ms", "50"), 0);
	CHECK(dev_asleep());
}

/* Signs until it is told to stop; the rest is told in shared memory */
struct worker {
	volatile int stop;
	volatile unsigned int done, failed, wrong;
	volatile int error;
};

static void work(struct worker *w)
{
	int ret;

	fd = dev_open(O_RDWR);
	while (!w->stop) {
		ret = good_signature();
		if (!ret) {
			w->done++;
		} else if (ret < 0) {
			w->wrong++;
		} else {
			w->failed++;
			w->error = ret;
		}
	}
	_exit(0);
}

/* One finishes before the machine sleeps, the next one waits until it is awake */
TEST(in_flight)
{
	struct worker *w =
		mmap(NULL, sizeof(*w), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int before;
	pid_t pid;

	REQUIRE(w != MAP_FAILED);
	pid = fork();
	if (!pid)
		work(w);
	for (int i = 0; i < 4; i++) {
		before = w->done;
		for (int j = 0; j < 3000 && w->done == before; j++)
			sleep_ms(20);
		CHECK(w->done > before);
		sleep_ms(37 * (unsigned int)i); /* at another place of a sequence */
		CHECK_EQ(suspend(i % 2 ? "devices" : "freezer"), 0);
	}
	before = w->done;
	for (int j = 0; j < 3000 && w->done == before; j++)
		sleep_ms(20);
	w->stop = 1;
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	printf("# signed %u failed %u (%s) wrong %u\n", w->done, w->failed, strerror(w->error),
	       w->wrong);
	CHECK(w->done > before);
	CHECK_EQ(w->failed, 0);
	CHECK_EQ(w->wrong, 0);
	CHECK(dev_asleep());
	munmap(w, sizeof(*w));
}

/* TempKey does not outlive system sleep, and its owner is told instead of being given another */
TEST(session_ends)
{
	uint8_t digest[32] = { 5 }, rx[64];
	size_t len = sizeof(rx);

	REQUIRE(!dev_session(fd, 60000));
	CHECK_EQ(dev_exchange(fd, OP_NONCE, NONCE_PASS_THROUGH, 0, digest, 32, rx, &len, NULL), 0);
	CHECK_EQ(suspend("devices"), 0);
	len = sizeof(rx);
	CHECK_EQ(dev_exchange(fd, OP_SIGN, SIGN_EXTERNAL, 0, NULL, 0, rx, &len, NULL), ETIME);
	CHECK_EQ(dev_session_end(fd), ETIME);
	CHECK_EQ(good_signature(), 0);
	REQUIRE(!dev_session(fd, 60000));
	CHECK_EQ(dev_session_end(fd), 0);
	CHECK(dev_asleep());
}

/* The freezer alone touches no device: the session goes on */
TEST(session_goes_on)
{
	uint8_t digest[32], rx[64];
	size_t len = sizeof(rx);

	fill_random(digest, sizeof(digest));
	REQUIRE(!dev_session(fd, 60000));
	CHECK_EQ(dev_exchange(fd, OP_NONCE, NONCE_PASS_THROUGH, 0, digest, 32, rx, &len, NULL), 0);
	CHECK_EQ(suspend("freezer"), 0);
	len = sizeof(rx);
	CHECK_EQ(dev_exchange(fd, OP_SIGN, SIGN_EXTERNAL, 0, NULL, 0, rx, &len, NULL), 0);
	CHECK_EQ(ref_verify(xy, digest, rx), 1);
	CHECK_EQ(dev_session_end(fd), 0);
}

int main(void)
{
	return tap_run();
}
