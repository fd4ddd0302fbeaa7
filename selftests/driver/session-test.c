// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Who gets the chip and for how long: sessions, their time limit, the death of their holder,
 * poll, O_NONBLOCK, signals, fairness.  Needs a chip of the "aws" kind and root.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "dev.h"

#define OP_NONCE	   0x16
#define OP_SIGN		   0x41
#define OP_INFO		   0x30
#define NONCE_PASS_THROUGH 0x03
#define SIGN_EXTERNAL	   0x80
#define INFO_STATE	   0x02

static int fd = -1, other = -1;
static uint8_t xy[64];

TEST(opens)
{
	fd = dev_open(O_RDWR);
	other = dev_open(O_RDWR);
	CHECK(fd >= 0 && other >= 0);
	CHECK_EQ(dev_pubkey(fd, 0, xy), 0);
}

static short polled(int f)
{
	struct pollfd p = { .fd = f, .events = POLLIN | POLLOUT | POLLPRI };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

TEST(rules)
{
	uint8_t rx[64];
	size_t len = sizeof(rx);

	CHECK_EQ(dev_exchange(fd, OP_INFO, 0, 0, NULL, 0, rx, &len, NULL), ENOTCONN);
	CHECK_EQ(dev_session_end(fd), ENOTCONN);
	CHECK_EQ(dev_session(fd, 5000), 0);
	CHECK_EQ(dev_session(fd, 5000), EBUSY);
	len = sizeof(rx);
	CHECK_EQ(dev_exchange(other, OP_INFO, 0, 0, NULL, 0, rx, &len, NULL), ENOTCONN);
	CHECK_EQ(dev_session_end(fd), 0);
	CHECK_EQ(dev_session_end(fd), ENOTCONN);
}

/* Nonce, a pause, Sign: TempKey lives from one command to the next */
static void sign_in_two_steps(unsigned int pause_ms)
{
	uint8_t digest[32], rx[64], status;
	size_t len = sizeof(rx);

	fill_random(digest, sizeof(digest));
	REQUIRE(!dev_session(fd, 20000));
	CHECK_EQ(dev_exchange(fd, OP_NONCE, NONCE_PASS_THROUGH, 0, digest, 32, rx, &len, &status),
		 0);
	CHECK_EQ(len, 1);
	sleep_ms(pause_ms);
	len = sizeof(rx);
	CHECK_EQ(dev_exchange(fd, OP_SIGN, SIGN_EXTERNAL, 0, NULL, 0, rx, &len, &status), 0);
	CHECK_EQ(status, 0);
	CHECK_EQ(len, 64);
	CHECK_EQ(ref_verify(xy, digest, rx), 1);
	CHECK_EQ(dev_session_end(fd), 0);
}

TEST(raw_sign)
{
	sign_in_two_steps(0);
}

/* Longer than any watchdog (1.7 s at most) */
TEST(tempkey_survives_the_watchdog)
{
	sign_in_two_steps(2500);
}

/* What one session leaves behind is not there in the next */
TEST(tempkey_is_nobody_elses)
{
	uint8_t digest[32] = { 7 }, rx[64];
	size_t len = sizeof(rx);

	REQUIRE(!dev_session(fd, 5000));
	CHECK_EQ(dev_exchange(fd, OP_NONCE, NONCE_PASS_THROUGH, 0, digest, 32, rx, &len, NULL), 0);
	len = sizeof(rx);
	CHECK_EQ(dev_exchange(fd, OP_INFO, INFO_STATE, 0, NULL, 0, rx, &len, NULL), 0);
	CHECK_EQ(rx[1] & 0x80, 0x80); /* TempKey.Valid */
	CHECK_EQ(dev_session_end(fd), 0);
	REQUIRE(!dev_session(other, 5000));
	len = sizeof(rx);
	CHECK_EQ(dev_exchange(other, OP_INFO, INFO_STATE, 0, NULL, 0, rx, &len, NULL), 0);
	CHECK_EQ(rx[1] & 0x80, 0);
	len = sizeof(rx);
	CHECK_EQ(dev_exchange(other, OP_SIGN, SIGN_EXTERNAL, 0, NULL, 0, rx, &len, NULL), EACCES);
	CHECK_EQ(dev_session_end(other), 0);
	CHECK(dev_asleep());
}

TEST(everyday_requests_inside)
{
	uint8_t digest[32] = { 9 }, sig[64];

	REQUIRE(!dev_session(fd, 5000));
	CHECK_EQ(dev_sign(fd, 0, digest, sig), 0);
	CHECK_EQ(ref_verify(xy, digest, sig), 1);
	CHECK_EQ(dev_session_end(fd), 0);
}

TEST(nonblock_and_poll)
{
	uint8_t digest[32] = { 3 }, sig[64];
	int nb = dev_open(O_RDWR | O_NONBLOCK);

	CHECK_EQ(polled(nb), POLLIN | POLLOUT);
	CHECK_EQ(dev_sign(nb, 0, digest, sig), 0);
	REQUIRE(!dev_session(fd, 5000));
	CHECK_EQ(polled(nb), 0);
	CHECK_EQ(polled(fd), POLLIN | POLLOUT);
	CHECK_EQ(dev_sign(nb, 0, digest, sig), EAGAIN);
	CHECK_EQ(dev_session(nb, 1000), EAGAIN);
	CHECK_EQ(dev_session_end(fd), 0);
	CHECK_EQ(polled(nb), POLLIN | POLLOUT);
	CHECK_EQ(dev_sign(nb, 0, digest, sig), 0);
	close(nb);
}

TEST(time_limit)
{
	uint8_t digest[32] = { 4 }, sig[64], rx[64];
	long long timeouts = dev_statistic("session_timeouts");
	struct pollfd p = { .fd = fd, .events = POLLPRI };
	size_t len = sizeof(rx);
	uint64_t start = now_ms();

	REQUIRE(!dev_session(fd, 300));
	/* Another user waits no longer than that */
	CHECK_EQ(dev_sign(other, 0, digest, sig), 0);
	CHECK(now_ms() - start >= 250);
	CHECK(now_ms() - start < 1500);
	CHECK_EQ(poll(&p, 1, 1000), 1);
	CHECK_EQ(p.revents & POLLPRI, POLLPRI);
	CHECK_EQ(dev_exchange(fd, OP_INFO, 0, 0, NULL, 0, rx, &len, NULL), ETIME);
	CHECK_EQ(dev_sign(fd, 0, digest, sig), ETIME);
	CHECK_EQ(dev_session_end(fd), ETIME);
	CHECK_EQ(dev_session_end(fd), ENOTCONN);
	CHECK_EQ(dev_sign(fd, 0, digest, sig), 0);
	CHECK_EQ(dev_statistic("session_timeouts"), timeouts + 1);
	CHECK(dev_asleep());
}

/* In a child: begin a session, say so, wait to be killed */
static pid_t session_holder(unsigned int timeout_ms)
{
	int pipefd[2];
	char c = 1;
	pid_t pid;

	if (pipe(pipefd))
		return -1;
	pid = fork();
	if (!pid) {
		int f = dev_open(O_RDWR);

		c = (char)dev_session(f, timeout_ms);
		if (write(pipefd[1], &c, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(pipefd[1]);
	if (read(pipefd[0], &c, 1) != 1)
		c = 1;
	close(pipefd[0]);
	if (c) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return -1;
	}
	return pid;
}

TEST(death_of_the_holder)
{
	uint8_t digest[32] = { 5 }, sig[64];
	pid_t pid = session_holder(60000);
	uint64_t start;

	REQUIRE(pid > 0);
	start = now_ms();
	kill(pid, SIGKILL);
	CHECK_EQ(dev_sign(fd, 0, digest, sig), 0);
	CHECK(now_ms() - start < 2000);
	waitpid(pid, NULL, 0);
	CHECK(dev_asleep());
}

static void on_signal(int sig)
{
}

TEST(waiting_is_interruptible)
{
	struct sigaction sa = { .sa_handler = on_signal }; /* no SA_RESTART */
	uint8_t digest[32] = { 6 }, sig[64];
	long long commands;
	pid_t pid = session_holder(60000), killer;
	uint64_t start = now_ms();

	REQUIRE(pid > 0);
	commands = dev_statistic("commands");
	sigaction(SIGUSR1, &sa, NULL);
	killer = fork();
	if (!killer) {
		sleep_ms(200);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	CHECK_EQ(dev_sign(fd, 0, digest, sig), EINTR);
	CHECK(now_ms() - start < 3000);
	CHECK_EQ(dev_statistic("commands"), commands);
	waitpid(killer, NULL, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK_EQ(dev_sign(fd, 0, digest, sig), 0);
}

/*
 * Four who want the chip all the time: each gets his quarter, and nobody's longest wait is
 * more than twice the fair one (his own sequence and one of each other).
 */
#define USERS 4
#define SIGNS 12

struct user {
	uint32_t done, failed;
	uint64_t longest, total;
};

TEST(fair)
{
	struct user *u = mmap(NULL, sizeof(*u) * USERS, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint8_t digest[32] = { 8 }, sig[64];
	pid_t pids[USERS];
	uint64_t start, fair;
	int i, j, f;

	REQUIRE(u != MAP_FAILED);
	for (i = 0; i < USERS; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		f = dev_open(O_RDWR);
		start = now_ms();
		for (j = 0; j < SIGNS; j++) {
			uint64_t t = now_ms();

			if (dev_sign(f, 0, digest, sig))
				u[i].failed++;
			t = now_ms() - t;
			if (t > u[i].longest)
				u[i].longest = t;
			u[i].done++;
		}
		u[i].total = now_ms() - start;
		_exit(0);
	}
	for (i = 0; i < USERS; i++)
		waitpid(pids[i], NULL, 0);
	for (i = 0; i < USERS; i++) {
		fair = u[i].total / SIGNS;
		printf("# user %d: %u signatures in %llu ms, longest %llu ms\n", i, u[i].done,
		       (unsigned long long)u[i].total, (unsigned long long)u[i].longest);
		CHECK_EQ(u[i].failed, 0);
		CHECK_EQ(u[i].done, SIGNS);
		CHECK(u[i].longest <= 2 * fair + 20);
	}
	munmap(u, sizeof(*u) * USERS);
}

int main(void)
{
	return tap_run();
}
