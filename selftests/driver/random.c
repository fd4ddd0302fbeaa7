// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * random: COUNT random requests from four processes with two threads each, while they are
 * killed and interrupted, the driver is unbound and bound, and the bus pulled out and put back
 * with another chip on it.
 *
 *	random -s SEED -n COUNT -d DIR EMULATOR
 *
 * Every random number comes from SEED, and what happens to the processes happens at a number
 * of requests, not at a time; the scheduler remains.  DIR is where the emulator's control
 * socket and pid file go.  Leaves a bus with a chip of the "aws" kind, with the driver bound.
 *
 * Exit status 0: nobody hung, nobody complained.
 */
#include "random.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dev.h"

/*
 * Longer than any request may take: eight in front of it, some with a session of 0.25 s, on
 * a machine that does something else half of the time.
 */
#define HANG_MS 120000

static struct random_shared *shared;
static struct prng prng;
static const char *dir, *emulator;
static pid_t pids[RANDOM_PROCESSES];
static unsigned int generation, kills, unbinds, pulls, signals, resets, moved;
static char bus[32];
static unsigned int address;

/* ---- the users ---- */

static void on_signal(int sig)
{
}

static void drop_admin(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		_exit(90);
	data[0].effective &= ~(1u << CAP_SYS_ADMIN);
	data[0].permitted &= ~(1u << CAP_SYS_ADMIN);
	if (syscall(SYS_capset, &head, data))
		_exit(91);
}

static uint8_t *page(size_t n, int prot)
{
	uint8_t *p = mmap(NULL, n * 4096, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		_exit(92);
	return p;
}

static void *thread(void *arg)
{
	struct random_user *u = arg;

	u->area = page(2, PROT_READ | PROT_WRITE);
	mprotect(u->area + 4096, 4096, PROT_NONE);
	u->readonly = page(1, PROT_READ);
	random_use(u);
	return NULL;
}

static void process(unsigned int nr, uint64_t seed)
{
	struct random_user users[RANDOM_THREADS];
	struct random_files files = { -1, -1, -1 };
	pthread_t threads[RANDOM_THREADS];
	unsigned int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* an administrator, and one who only was given the files */
	if (nr == RANDOM_PROCESSES - 1)
		drop_admin();
	files.rw = dev_open(O_RDWR);
	files.ro = dev_open(O_RDONLY);
	files.nonblock = dev_open(O_RDWR | O_NONBLOCK);
	while (files.rw < 0 || files.ro < 0 || files.nonblock < 0) {
		/* between two chips; the numbers are wanted before the threads begin */
		if (files.rw < 0)
			files.rw = dev_open(O_RDWR);
		if (files.ro < 0)
			files.ro = dev_open(O_RDONLY);
		if (files.nonblock < 0)
			files.nonblock = dev_open(O_RDWR | O_NONBLOCK);
		sleep_ms(2);
	}
	for (i = 0; i < RANDOM_THREADS; i++) {
		users[i] = (struct random_user){
			.prng = { seed + i },
			.shared = shared,
			.files = &files,
			.process = nr,
			.thread = i,
			.admin = nr != RANDOM_PROCESSES - 1,
		};
		/* far apart, however near the seeds are */
		users[i].prng.state = prng_next(&users[i].prng);
		if (pthread_create(&threads[i], NULL, thread, &users[i]))
			_exit(93);
	}
	for (i = 0; i < RANDOM_THREADS; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}

static void begin(unsigned int nr)
{
	uint64_t seed = prng_next(&prng);

	generation++;
	memset(shared->now[nr], 0, sizeof(shared->now[nr]));
	fflush(stdout);
	pids[nr] = fork();
	if (!pids[nr])
		process(nr, seed);
	if (pids[nr] < 0) {
		perror("fork");
		exit(2);
	}
}

/* ---- what happens to them ---- */

static bool put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static bool there(void)
{
	return !access("/dev/ecc508a0", F_OK);
}

static bool wait_gone(void)
{
	uint64_t start = now_ms();

	while (there()) {
		if (now_ms() - start > HANG_MS) {
			printf("# the bus is gone and /dev/ecc508a0 is not\n");
			return false;
		}
		sleep_ms(5);
	}
	return true;
}

/* Again if need be: on a machine that stands still the driver may give up on its chip */
static bool bind_driver(void)
{
	char client[64];
	int i;

	snprintf(client, sizeof(client), "%s-%04x", bus + 4, address);
	for (i = 0; i < 5 && !there(); i++)
		put("/sys/bus/i2c/drivers/ecc508a/bind", client);
	return there();
}

static bool declare(void)
{
	char path[128], text[64];

	snprintf(path, sizeof(path), "/sys/bus/i2c/devices/%s/new_device", bus);
	snprintf(text, sizeof(text), "ecc508a 0x%02x", address);
	return put(path, text) && bind_driver();
}

static bool plug(unsigned int kind)
{
	static const struct {
		const char *options;
		unsigned int address;
	} kinds[] = {
		{ "--preset aws", 0x58 },
		{ "--preset blank", 0x60 },
		{ "--part 608b --preset tflxtls", 0x36 },
		{ "--part 608b --preset blank", 0x60 },
	};
	char command[1024];
	FILE *f;

	snprintf(command, sizeof(command),
		 "%s --bus --time zero --wire-time off --set twhi=1500us --seed %llu --control "
		 "%s/a.ctl"
		 " --trace %s/a.trace --pidfile %s/a.pid --daemon --quiet %s",
		 emulator, (unsigned long long)prng_next(&prng), dir, dir, dir,
		 kinds[kind].options);
	address = kinds[kind].address;
	f = popen(command, "re");
	if (!f || !fgets(bus, sizeof(bus), f) || pclose(f)) {
		printf("# the emulator did not start: %s\n", command);
		return false;
	}
	bus[strcspn(bus, "\n")] = 0;
	if (declare())
		return true;
	printf("# no driver for %s\n", kinds[kind].options);
	return false;
}

/* As an adapter that is pulled out: whatever is under way on it fails */
static bool pull(void)
{
	char path[256], text[32] = "";
	FILE *f;
	int pid;

	snprintf(path, sizeof(path), "%s/a.pid", dir);
	f = fopen(path, "re");
	if (!f || !fgets(text, sizeof(text), f)) {
		printf("# %s: %s\n", path, strerror(errno));
		return false;
	}
	fclose(f);
	pid = atoi(text);
	if (pid <= 1 || kill(pid, SIGKILL))
		return false;
	unlink(path);
	snprintf(path, sizeof(path), "%s/a.ctl", dir);
	unlink(path);
	pulls++;
	return wait_gone();
}

/*
 * A chip whose address somebody changed is not found where it was; that is what a random
 * write to the configuration, or UpdateExtra of a 608, can do.
 */
static bool was_moved(void)
{
	char command[512], answer[8192], *addr;
	FILE *f;
	bool ok;

	snprintf(command, sizeof(command), "%s ctl %s/a.ctl --json status", emulator, dir);
	f = popen(command, "re");
	ok = f && fgets(answer, sizeof(answer), f);
	if (f)
		pclose(f);
	addr = ok ? strstr(answer, "\"addr\":") : NULL;
	if (addr && (unsigned int)atoi(addr + 7) != address)
		return true;
	printf("# the driver does not find its chip at 0x%02x: %s\n", address, ok ? answer : "?");
	return false;
}

static bool unbind_bind(void)
{
	char client[64];

	snprintf(client, sizeof(client), "%s-%04x", bus + 4, address);
	unbinds++;
	if (!put("/sys/bus/i2c/drivers/ecc508a/unbind", client) || there()) {
		printf("# unbind %s: %s\n", client, strerror(errno));
		return false;
	}
	sleep_ms(prng_below(&prng, 20));
	if (bind_driver())
		return true;
	if (!was_moved())
		return false;
	moved++;
	return pull() && plug(prng_below(&prng, 2));
}

static bool control(const char *what)
{
	char command[512];

	snprintf(command, sizeof(command), "%s ctl %s/a.ctl %s >/dev/null", emulator, dir, what);
	return !system(command);
}

static bool something_happens(void)
{
	unsigned int what = prng_below(&prng, 100), who = prng_below(&prng, RANDOM_PROCESSES);

	if (what < 40) {
		kills++;
		kill(pids[who], SIGKILL);
		return true; /* reap() begins another one */
	}
	if (what < 60) {
		signals++;
		kill(pids[who], SIGUSR1);
		return true;
	}
	if (what < 85)
		return unbind_bind();
	if (what < 90) {
		resets++;
		return control("reset");
	}
	return pull() && plug(prng_below(&prng, 4));
}

/* ---- who hangs ---- */

static void show(const char *path)
{
	char buf[4096];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n <= 0)
		return;
	buf[n] = 0;
	for (char *line = strtok(buf, "\n"); line; line = strtok(NULL, "\n"))
		printf("#   %s\n", line);
}

static void show_process(pid_t pid)
{
	char path[300];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/stat", (int)pid, e->d_name);
		show(path);
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/stack", (int)pid, e->d_name);
		show(path);
	}
	if (d)
		closedir(d);
}

static bool hung(void)
{
	uint64_t now = now_ms(), began;
	unsigned int i, j;

	for (i = 0; i < RANDOM_PROCESSES; i++) {
		for (j = 0; j < RANDOM_THREADS; j++) {
			began = __atomic_load_n(&shared->now[i][j].began_ms, __ATOMIC_RELAXED);
			if (!began || !pids[i] || now < began + HANG_MS)
				continue;
			printf("# process %u: in request 0x%x for %llu ms\n", i,
			       shared->now[i][j].cmd, (unsigned long long)(now - began));
			show_process(pids[i]);
			return true;
		}
	}
	return false;
}

/* Whoever ended before there was enough is followed by another one; false: something is odd */
static bool reap(bool enough)
{
	unsigned int i;
	int status;

	for (i = 0; i < RANDOM_PROCESSES; i++) {
		if (!pids[i] || waitpid(pids[i], &status, WNOHANG) != pids[i])
			continue;
		pids[i] = 0;
		if (WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status) != SIGKILL) {
			printf("# process %u ended with status 0x%x\n", i, status);
			return false;
		}
		if (!enough)
			begin(i);
	}
	return true;
}

static bool run(void)
{
	uint64_t next = 0, issued, ended = 0, last = 0, last_ms = now_ms();
	unsigned int i;
	bool busy;

	for (i = 0; i < RANDOM_PROCESSES; i++)
		begin(i);
	for (;;) {
		issued = __atomic_load_n(&shared->issued, __ATOMIC_RELAXED);
		if (!reap(issued >= shared->wanted) || hung())
			return false;
		if (issued != last) {
			last = issued;
			last_ms = now_ms();
		} else if (now_ms() - last_ms > HANG_MS) {
			printf("# nobody has asked for anything for %u s\n", HANG_MS / 1000);
			for (i = 0; i < RANDOM_PROCESSES; i++)
				show_process(pids[i]);
			return false;
		}
		if (issued < shared->wanted) {
			if (issued >= next) {
				if (!something_happens())
					return false;
				next = issued + 20 + prng_below(&prng, 140);
			}
			sleep_ms(1);
			continue;
		}
		for (busy = false, i = 0; i < RANDOM_PROCESSES; i++)
			busy |= pids[i] > 0;
		if (!busy)
			return true;
		if (!ended)
			ended = now_ms();
		if (now_ms() - ended > HANG_MS) {
			printf("# a process does not end\n");
			return false;
		}
		sleep_ms(1);
	}
}

static void summary(uint64_t ms)
{
	unsigned int i;

	printf("# %llu requests in %llu ms, %u processes; %u kills, %u signals, %u unbound and "
	       "bound"
	       " (%u with another address), %u buses pulled out, %u power failures\n",
	       (unsigned long long)shared->issued, (unsigned long long)ms, generation, kills,
	       signals, unbinds, moved, pulls, resets);
	for (i = 0; i < 256; i++)
		if (shared->done[i])
			printf("#   %6llu %s\n", (unsigned long long)shared->done[i],
			       i ? strerror((int)i) : "done");
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal }; /* no SA_RESTART; for the children */
	uint64_t seed = 1, start;
	bool ok;
	int opt;

	setvbuf(stdout, NULL, _IOLBF, 0);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return 2;
	shared->wanted = 10000;
	while ((opt = getopt(argc, argv, "s:n:d:")) != -1) {
		switch (opt) {
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			shared->wanted = strtoull(optarg, NULL, 0);
			break;
		case 'd':
			dir = optarg;
			break;
		default:
			optind = argc;
			break;
		}
	}
	if (optind + 1 != argc || !dir) {
		fprintf(stderr, "usage: random [-s SEED] [-n COUNT] -d DIR EMULATOR\n");
		return 2;
	}
	emulator = argv[optind];
	sigaction(SIGUSR1, &sa, NULL);
	prng.state = seed;
	start = now_ms();
	ok = plug(0) && run();
	summary(now_ms() - start);
	for (opt = 0; opt < RANDOM_PROCESSES; opt++)
		if (pids[opt] > 0)
			kill(pids[opt], SIGKILL);
	/* A chip that has not been through all this, for what comes behind */
	return !(ok && !shared->complaints && pull() && plug(0));
}
