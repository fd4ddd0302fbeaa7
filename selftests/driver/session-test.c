// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Who gets the chip and for how long: sessions, their time limit, the death of their holder,
 * poll, O_NONBLOCK, signals, fairness.  Needs a chip of the "aws" kind and root.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "dev.h"
#include "turns.h"

#define OP_NONCE	   0x16
#define OP_SIGN		   0x41
#define OP_INFO		   0x30
#define NONCE_PASS_THROUGH 0x03
#define SIGN_EXTERNAL	   0x80
#define INFO_STATE	   0x02

/* Less than the 60 s of those who hold the chip, and more than a busy machine needs */
#define SOON_MS 30000

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

/* Nor what an everyday request left behind, while the chip is still awake from it */
TEST(tempkey_of_a_request_is_nobodys)
{
	uint8_t digest[32] = { 7 }, sig[64], rx[64];
	size_t len = sizeof(rx);

	dev_autosuspend(20000);
	CHECK_EQ(dev_sign(fd, 0, digest, sig), 0);
	REQUIRE(!dev_session(other, 5000));
	CHECK_EQ(dev_exchange(other, OP_INFO, INFO_STATE, 0, NULL, 0, rx, &len, NULL), 0);
	CHECK_EQ(rx[1] & 0x80, 0);
	len = sizeof(rx);
	CHECK_EQ(dev_exchange(other, OP_SIGN, SIGN_EXTERNAL, 0, NULL, 0, rx, &len, NULL), EACCES);
	CHECK_EQ(dev_session_end(other), 0);
	dev_autosuspend(50);
}

/* It sleeps when a session ends, and not only when the next one begins */
TEST(asleep_after_a_session)
{
	uint8_t digest[32] = { 7 }, rx[64];
	size_t len = sizeof(rx);
	char state[32] = "";

	dev_autosuspend(20000);
	REQUIRE(!dev_session(fd, 5000));
	CHECK_EQ(dev_exchange(fd, OP_NONCE, NONCE_PASS_THROUGH, 0, digest, 32, rx, &len, NULL), 0);
	CHECK_EQ(dev_session_end(fd), 0);
	CHECK_EQ(dev_attr("power_state", state, sizeof(state)), 0);
	CHECK_EQ(strcmp(state, "asleep"), 0);
	dev_autosuspend(50);
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
	CHECK(now_ms() - start < SOON_MS);
	CHECK_EQ(poll(&p, 1, SOON_MS), 1);
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
	CHECK(now_ms() - start < SOON_MS);
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
	CHECK(now_ms() - start < SOON_MS);
	CHECK_EQ(dev_statistic("commands"), commands);
	waitpid(killer, NULL, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	CHECK_EQ(dev_sign(fd, 0, digest, sig), 0);
}

/* Waits for the chip with the descriptor that its parent uses as well */
static pid_t session_waiter(int f, unsigned int timeout_ms)
{
	pid_t pid = fork();

	if (!pid) {
		dev_session(f, timeout_ms);
		for (;;)
			pause();
	}
	return pid;
}

/* Until the driver has put somebody in the queue; only a hung machine takes that long */
static bool in_kernel_wait(pid_t pid)
{
	char path[64], buf[256], want[16], *p;
	FILE *f;
	int i;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)pid);
	snprintf(want, sizeof(want), "%d ", (int)SYS_ioctl);
	for (i = 0; i < 3000; i++) {
		f = fopen(path, "re");
		p = f ? fgets(buf, sizeof(buf), f) : NULL;
		if (f)
			fclose(f);
		if (p && !strncmp(buf, want, strlen(want))) /* and not "running" */
			return true;
		sleep_ms(10);
	}
	return false;
}

/* Exit status of a child; -1 if it had to be killed */
static int ends_within(pid_t pid, unsigned int ms)
{
	uint64_t start = now_ms();
	int status;

	while (waitpid(pid, &status, WNOHANG) != pid) {
		if (now_ms() - start > ms) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return -1;
		}
		sleep_ms(5);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* SESSION_END while another process waits for a session of the same file */
TEST(ending_is_interruptible)
{
	struct sigaction sa = { .sa_handler = on_signal };
	int shared = dev_open(O_RDWR);
	pid_t holder = session_holder(60000), waiter, ender;

	REQUIRE(holder > 0);
	waiter = session_waiter(shared, 1000);
	CHECK(in_kernel_wait(waiter));
	ender = fork();
	if (!ender) {
		sigaction(SIGUSR1, &sa, NULL);
		_exit(dev_session_end(shared));
	}
	CHECK(in_kernel_wait(ender));
	kill(ender, SIGUSR1);
	CHECK_EQ(ends_within(ender, SOON_MS), EINTR);
	/* The holder still has his session: nobody else was let in meanwhile */
	CHECK_EQ(kill(holder, SIGKILL), 0);
	kill(waiter, SIGKILL);
	waitpid(holder, NULL, 0);
	waitpid(waiter, NULL, 0);
	close(shared);
}

/* Some ask for the other names of the same two conditions */
TEST(poll_by_any_name)
{
	static const short names[] = { POLLIN, POLLRDNORM, POLLOUT, POLLWRNORM };
	struct pollfd p = { .fd = other };
	unsigned int i;
	pid_t pid;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		p.events = names[i];
		REQUIRE(!dev_session(fd, 5000));
		pid = fork();
		if (!pid) {
			p.revents = 0;
			_exit(poll(&p, 1, 60000) != 1 || p.revents != names[i]);
		}
		sleep_ms(50);
		CHECK_EQ(dev_session_end(fd), 0);
		CHECK_EQ(ends_within(pid, SOON_MS), 0);
	}
}

/*
 * A holder gives his session back at the moment at which its time is up.  Whoever is next
 * must not lose his own to the limit of that one.
 */
#define ROUNDS	 120
#define LIMIT_MS 12

static void *next_holder(void *arg)
{
	*(int *)arg = dev_session(other, 5000);
	return NULL;
}

TEST(limit_meets_end)
{
	unsigned int i, late = 0, early = 0;
	uint8_t rx[64];
	pthread_t next;
	uint64_t start;
	int begun, ret;
	size_t len;

	for (i = 0; i < ROUNDS; i++) {
		len = sizeof(rx);
		REQUIRE(!dev_session(fd, LIMIT_MS + i % 8));
		start = now_us();
		/* awake, so that ending takes a while */
		dev_exchange(fd, OP_INFO, 0, 0, NULL, 0, rx, &len, NULL);
		pthread_create(&next, NULL, next_holder, &begun);
		while (now_us() - start < LIMIT_MS * 1000 + i % 16 * 500)
			;
		ret = dev_session_end(fd);
		CHECK(ret == 0 || ret == ETIME);
		early += ret == 0;
		late += ret == ETIME;
		pthread_join(next, NULL);
		CHECK_EQ(begun, 0);
		len = sizeof(rx);
		CHECK_EQ(dev_exchange(other, OP_INFO, 0, 0, NULL, 0, rx, &len, NULL), 0);
		CHECK_EQ(dev_session_end(other), 0);
	}
	printf("# ended %u times before the limit, %u times by it\n", early, late);
	CHECK(dev_asleep());
}

/*
 * Four who want the chip all the time: nobody sees more than three turns of others between
 * asking and getting.  Counted, since the time depends on the machine (see turns.h).
 */
#define USERS 4
#define SIGNS 12

TEST(fair)
{
	uint8_t digest[32] = { 8 }, sig[64];
	pid_t pids[USERS];
	struct turns t;
	int i, j, f, bad;

	REQUIRE(turns_begin(0));
	for (i = 0; i < USERS; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		f = dev_open(O_RDWR);
		for (bad = 0, j = 0; j < SIGNS; j++)
			bad += !!dev_sign(f, 0, digest, sig);
		_exit(bad);
	}
	for (i = 0; i < USERS; i++)
		CHECK_EQ(ends_within(pids[i], 4 * SOON_MS), 0);
	CHECK(turns_end());
	REQUIRE(turns_judge(&t, 0));
	printf("# %lu turns, %lu after a wait, the longest for %u turns\n", t.taken, t.waited,
	       t.longest);
	CHECK_EQ(t.lost, 0);
	CHECK_EQ(t.odd, 0);
	CHECK(t.taken >= USERS * SIGNS);
	CHECK(t.waited > SIGNS);
	/* the kernel's random numbers may ask as well */
	CHECK(t.longest <= USERS);
}

int main(void)
{
	return tap_run();
}
