// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * share SECONDS TRACE: eight programs on /dev/ecc508a0, and at the same time one program on each of
 * /dev/ecc508a1 to 4, of which two and two are on one bus.  TRACE is what the emulator of those
 * four writes.
 *
 * The fair share is counted in turns (turns.h): with eight who want the chip all the time, and one
 * more who dies in the queue again and again, nobody should see more than twice eight turns
 * of others between asking and getting.  A turn is one sequence, or one session within its time
 * limit.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "dev.h"
#include "turns.h"

#define USERS	8
#define CHIPS	5 /* the shared one, and four */
#define ALL	(USERS + CHIPS - 1)
#define HOG_MS	400
#define LONG_MS 120000 /* for a machine that does not come to it */

static unsigned int seconds;
static const char *trace;
static uint8_t keys[CHIPS][16][64];

struct count {
	char name[24];
	uint64_t good, bad, expired, slowest_ms;
	pid_t pid;
};

static struct {
	struct count user[ALL];
	uint64_t stop_ms;
	uint64_t judged, wrong, mistaken;
	uint32_t go;
} * shared;

static unsigned int killed;
static pid_t verifier = -1;
static int to_verifier[2];
static uint32_t timeouts_before;

/* What is signed goes to a process that has never seen the chip */
struct record {
	uint8_t chip, slot, digest[32], sig[64];
};

static void verify_all(int fd)
{
	struct record r;
	unsigned int other;

	while (read(fd, &r, sizeof(r)) == (ssize_t)sizeof(r)) {
		shared->judged++;
		if (ref_verify(keys[r.chip][r.slot], r.digest, r.sig) != 1)
			shared->wrong++;
		if (shared->judged % 16)
			continue;
		/* and it is nobody else's */
		other = (r.chip + 1) % CHIPS;
		if (ref_verify(keys[other][r.slot], r.digest, r.sig) != 0)
			shared->mistaken++;
	}
	_exit(0);
}

static bool submit(unsigned int chip, unsigned int slot, const uint8_t digest[32],
		   const uint8_t sig[64])
{
	struct record r = { .chip = (uint8_t)chip, .slot = (uint8_t)slot };

	memcpy(r.digest, digest, 32);
	memcpy(r.sig, sig, 64);
	return write(to_verifier[1], &r, sizeof(r)) == (ssize_t)sizeof(r);
}

static bool running(void)
{
	return now_ms() < shared->stop_ms;
}

static int open_chip(unsigned int chip)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/ecc508a%u", chip);
	return open(path, O_RDWR | O_CLOEXEC);
}

static bool sign(int fd, unsigned int chip, unsigned int slot)
{
	uint8_t digest[32], sig[64];

	fill_random(digest, sizeof(digest));
	return !dev_sign(fd, slot, digest, sig) && submit(chip, slot, digest, sig);
}

/* ---- the eight: each returns whether the result was right ---- */

static bool use_sign(int fd)
{
	return sign(fd, 0, 0);
}

static bool use_other_key(int fd)
{
	return sign(fd, 0, 3);
}

static bool use_random(int fd)
{
	static uint8_t before[300];
	uint8_t buf[300];
	size_t len = 32 + (now_us() % 3) * 134;
	bool ok = !dev_random(fd, buf, len) && memcmp(buf, before, 32);

	memcpy(before, buf, 32);
	return ok;
}

static bool use_pubkey(int fd)
{
	static const uint8_t slots[] = { 0, 2, 3, 7 };
	static unsigned int n;
	unsigned int slot = slots[n++ % 4];
	uint8_t xy[64];

	return !dev_pubkey(fd, slot, xy) && !memcmp(xy, keys[0][slot], 64);
}

static bool use_ecdh(int fd)
{
	struct ecc508a_ecdh e = { .slot = 2 };
	struct ref_key *key = ref_key_new(e.pubkey);
	uint8_t secret[32];
	bool ok = !dev_ioctl(fd, ECC508A_IOC_ECDH, &e) && !ref_ecdh(key, keys[0][2], secret) &&
		  !memcmp(secret, e.secret, 32);

	ref_key_free(key);
	return ok;
}

/* Nonce, a thought, Sign: TempKey is his alone */
static bool use_session(int fd)
{
	uint8_t digest[32], rx[64], status;
	size_t len = sizeof(rx);
	int ret;

	fill_random(digest, sizeof(digest));
	if (dev_session(fd, 60000))
		return false;
	ret = dev_exchange(fd, 0x16, 3, 0, digest, 32, rx, &len, &status);
	sleep_ms(5);
	len = sizeof(rx);
	if (!ret)
		ret = dev_exchange(fd, 0x41, 0x80, 0, NULL, 0, rx, &len, &status);
	if (dev_session_end(fd))
		return false;
	/* the machine stood still for longer than the chip's watchdog, and the driver said so */
	if (ret == ESTALE)
		return true;
	return !ret && len == 64 && submit(0, 0, digest, rx);
}

/* Wants little, and seldom */
static bool use_now_and_then(int fd)
{
	sleep_ms(300);
	return sign(fd, 0, 0);
}

/* Never gives it back of his own accord, and asks again at once */
static bool use_hog(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLPRI };

	if (dev_session(fd, HOG_MS))
		return false;
	if (poll(&p, 1, LONG_MS) != 1 || !(p.revents & POLLPRI))
		return false;
	return dev_session_end(fd) == ETIME;
}

static const struct {
	const char *name;
	bool (*use)(int fd);
} users[USERS] = {
	{ "sign", use_sign },		{ "sign, other key", use_other_key },
	{ "random", use_random },	{ "public key", use_pubkey },
	{ "ECDH", use_ecdh },		{ "session", use_session },
	{ "seldom", use_now_and_then }, { "hog", use_hog },
};

static void be_user(unsigned int nr)
{
	struct count *c = &shared->user[nr];
	unsigned int chip = nr < USERS ? 0 : nr - USERS + 1;
	int fd = open_chip(chip);
	uint64_t t;
	bool ok;

	close(to_verifier[0]);
	while (!__atomic_load_n(&shared->go, __ATOMIC_ACQUIRE))
		sleep_ms(2);
	while (running()) {
		t = now_ms();
		errno = 0;
		ok = nr < USERS ? users[nr].use(fd) : sign(fd, chip, 0);
		t = now_ms() - t;
		if (t > c->slowest_ms)
			c->slowest_ms = t;
		c->good += ok;
		c->bad += !ok;
		if (!ok && c->bad < 4)
			printf("# %s: wrong, or errno %d\n", c->name, errno);
	}
	fflush(stdout);
	_exit(0);
}

/* ---- the tests ---- */

TEST(opens)
{
	static const uint8_t slots[] = { 0, 2, 3, 7 };
	unsigned int chip, i;
	int fd;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	REQUIRE(shared != MAP_FAILED);
	for (chip = 0; chip < CHIPS; chip++) {
		fd = open_chip(chip);
		REQUIRE(fd >= 0);
		for (i = 0; i < sizeof(slots); i++)
			CHECK_EQ(dev_pubkey(fd, slots[i], keys[chip][slots[i]]), 0);
		for (i = 0; i < chip; i++)
			CHECK(memcmp(keys[i][0], keys[chip][0], 64));
		close(fd);
	}
	REQUIRE(!pipe(to_verifier));
	timeouts_before = (uint32_t)dev_statistic("session_timeouts");
}

/* Somebody comes, gets in line, and is killed there */
static void die_in_the_queue(void)
{
	uint8_t digest[32] = { 1 }, sig[64];
	unsigned int n = 0;
	pid_t pid;
	int fd;

	while (running()) {
		pid = fork();
		if (!pid) {
			fd = open_chip(0);
			for (;;)
				if (dev_sign(fd, 0, digest, sig))
					_exit(1);
		}
		sleep_ms(20 + 37 * n++ % 180);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		killed++;
	}
}

TEST(everybody_works)
{
	unsigned int i;
	int status;
	pid_t pid;

	verifier = fork();
	if (!verifier) {
		close(to_verifier[1]);
		verify_all(to_verifier[0]);
	}
	REQUIRE(turns_begin(0));
	shared->stop_ms = ~0ULL;
	for (i = 0; i < ALL; i++) {
		if (i < USERS)
			snprintf(shared->user[i].name, sizeof(shared->user[i].name), "%s",
				 users[i].name);
		else
			snprintf(shared->user[i].name, sizeof(shared->user[i].name),
				 "alone on ecc508a%u", i - USERS + 1);
		fflush(stdout);
		pid = fork();
		if (!pid)
			be_user(i);
		REQUIRE(pid > 0);
		shared->user[i].pid = pid;
	}
	close(to_verifier[1]);
	shared->stop_ms = now_ms() + seconds * 1000;
	__atomic_store_n(&shared->go, 1, __ATOMIC_RELEASE);
	die_in_the_queue();
	for (i = 0; i < ALL; i++) {
		CHECK(waitpid(shared->user[i].pid, &status, 0) == shared->user[i].pid);
		CHECK_EQ(status, 0);
	}
	CHECK(turns_end());
	CHECK(waitpid(verifier, &status, 0) == verifier);
	CHECK_EQ(status, 0);
	printf("# %u s; killed in the queue: %u\n", seconds, killed);
	for (i = 0; i < ALL; i++)
		printf("#   %-20s %5llu good %llu bad, longest %llu ms\n", shared->user[i].name,
		       (unsigned long long)shared->user[i].good,
		       (unsigned long long)shared->user[i].bad,
		       (unsigned long long)shared->user[i].slowest_ms);
}

TEST(every_result_is_right)
{
	unsigned int i;

	for (i = 0; i < ALL; i++) {
		CHECK_EQ(shared->user[i].bad, 0);
		CHECK(shared->user[i].good > 0);
	}
	printf("# %llu signatures judged\n", (unsigned long long)shared->judged);
	CHECK(shared->judged > 0);
	CHECK_EQ(shared->wrong, 0);
	CHECK_EQ(shared->mistaken, 0);
}

/* Twice the share of eight; a session is one turn, however long */
TEST(nobody_waits_for_more_than_twice_his_share)
{
	struct turns all, seldom;

	REQUIRE(turns_judge(&all, 0));
	printf("# %lu turns, %lu after a wait, %lu left the queue; longest queue %u\n", all.taken,
	       all.waited, all.left, all.queue);
	CHECK_EQ(all.lost, 0);
	CHECK_EQ(all.odd, 0);
	CHECK(all.waited > 0 && all.left > 0 && all.queue >= USERS / 2);
	printf("# longest wait: %u turns of others (process %d); the fair share is %u, allowed "
	       "%u\n",
	       all.longest, (int)all.who, USERS, 2 * USERS);
	CHECK(all.longest <= 2 * USERS);
	REQUIRE(turns_judge(&seldom, shared->user[6].pid));
	printf("# he who comes seldom waited for %u turns at most\n", seldom.longest);
	CHECK(seldom.longest <= 2 * USERS);
}

TEST(who_hogs_is_stopped)
{
	CHECK_EQ(dev_statistic("session_timeouts") - timeouts_before, shared->user[7].good);
}

static long long number(const char *line, const char *name)
{
	char key[32];
	const char *p;

	snprintf(key, sizeof(key), "\"%s\":", name);
	p = strstr(line, key);
	return p ? atoll(p + strlen(key)) : -1;
}

/*
 * From the emulator's trace: Sign takes tens of milliseconds, and while one chip executes it the
 * others are sent theirs, on the other bus and on its own.  By the order of the lines, since
 * each bus has a time of its own; "done" is there before the driver can have read the answer.
 */
TEST(chips_work_at_the_same_time)
{
	static char line[65536];
	unsigned long signs = 0, same = 0, cross = 0;
	bool flying[2][2] = { { false } };
	FILE *f = fopen(trace, "re");
	long long b, c;

	REQUIRE(f);
	while (fgets(line, sizeof(line), f)) {
		b = number(line, "bus");
		c = number(line, "chip");
		if (b < 0 || b > 1 || c < 0 || c > 1)
			continue;
		if (strstr(line, "\"ev\":\"done\"")) {
			flying[b][c] = false;
		} else if (strstr(line, "\"ev\":\"cmd\"") && strstr(line, "\"op\":\"Sign\"") &&
			   !number(line, "status")) {
			signs++;
			same += flying[b][!c];
			cross += flying[!b][0] || flying[!b][1];
			flying[b][c] = true;
		}
	}
	fclose(f);
	printf("# %lu Sign commands; begun while the other chip of the bus executed one: %lu, "
	       "while one of the other bus did: %lu\n",
	       signs, same, cross);
	CHECK(signs >= 4);
	/* with a lock held meanwhile: none at all */
	CHECK(same >= 1 + signs / 50);
	CHECK(cross >= 1 + signs / 50);
}

TEST(asleep)
{
	CHECK(dev_asleep());
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: share SECONDS TRACE\n");
		return 2;
	}
	seconds = (unsigned int)strtoul(argv[1], NULL, 0);
	trace = argv[2];
	return tap_run();
}
