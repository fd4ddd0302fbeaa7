// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * i2c-vbus.ko by itself: this program is the server of the bus (a thread) and
 * its client (the main thread, through /dev/i2c-N). It needs root, the module
 * loaded and i2c-dev; prints TAP.
 *
 * The bus it serves has one slave at 0x42. It keeps the last 256 bytes written
 * and reads them back; see slave() for how a test makes it misbehave.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "i2c-vbus.h"

#define ADDR 0x42

static unsigned int test_no, failures;
static bool failed;
static void *hole; /* a page nobody may touch */

#define CHECK(cond)                                                                           \
	do {                                                                                  \
		if (!(cond)) {                                                                \
			printf("# %s:%d: %s (errno %d)\n", __func__, __LINE__, #cond, errno); \
			failed = true;                                                        \
		}                                                                             \
	} while (0)

#define CHECK_ERR(expr, err)                                                                  \
	do {                                                                                  \
		errno = 0;                                                                    \
		long r_ = (expr);                                                             \
		if (r_ != -1 || errno != (err)) {                                             \
			printf("# %s:%d: %s: %ld, errno %d, wanted %d\n", __func__, __LINE__, \
			       #expr, r_, errno, (err));                                      \
			failed = true;                                                        \
		}                                                                             \
	} while (0)

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

static void sleep_ms(unsigned int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* ---- the server ---- */

enum mode {
	MODE_GOOD,
	MODE_SILENT, /* read transfers, never answer */
	MODE_STATUS, /* answer with fault_status on message fault_msg */
	MODE_GARBAGE, /* malformed answers, then a good one */
};

static struct server {
	int fd;
	unsigned int nr;
	pthread_t thread;
	volatile enum mode mode;
	volatile unsigned int fault_status, fault_msg;
	volatile unsigned int stale; /* answers refused with ESTALE */
	volatile unsigned int accepted_garbage;
	/* what was seen last */
	struct i2c_vbus_msg msgs[I2C_VBUS_MSG_MAX];
	volatile unsigned int num;
	uint8_t mem[256];
	unsigned int mem_len;
	int stop[2];
} srv;

static void garbage(const struct i2c_vbus_xfer *x)
{
	static const struct {
		int num_delta; /* results less than messages */
		uint16_t status, count, reserved;
		int extra; /* bytes too many */
	} bad[] = {
		{ 0, 9, 0, 0, 0 }, /* no such status */
		{ 0, I2C_VBUS_OK, 0xffff, 0, 0 }, /* more than asked for */
		{ 0, I2C_VBUS_OK, 0, 1, 0 }, /* reserved */
		{ 0, I2C_VBUS_OK, 0, 0, 7 }, /* trailing bytes */
		{ 1, I2C_VBUS_OK, 0, 0, 0 }, /* stopped early without a failure */
		{ -1, I2C_VBUS_OK, 0, 0, 0 }, /* one result too many */
		{ 9999, I2C_VBUS_OK, 0, 0, 0 }, /* results that are not there */
	};
	uint8_t buf[4096];
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct i2c_vbus_reply r = { .seq = x->seq, .reserved = bad[i].reserved };
		struct i2c_vbus_result res[I2C_VBUS_MSG_MAX + 1] = { 0 };
		size_t len;
		unsigned int j, n;

		n = bad[i].num_delta == 9999 ? 1 : (unsigned int)(x->num - bad[i].num_delta);
		r.num = bad[i].num_delta == 9999 ? 9999 : n;
		for (j = 0; j < n; j++) {
			res[j].status = bad[i].status;
			res[j].count = bad[i].count;
		}
		memcpy(buf, &r, sizeof(r));
		memcpy(buf + sizeof(r), res, n * sizeof(res[0]));
		len = sizeof(r) + n * sizeof(res[0]) + bad[i].extra;
		if (write(srv.fd, buf, len) != -1 || errno != EINVAL)
			srv.accepted_garbage++;
	}
	if (write(srv.fd, buf, 3) != -1 || errno != EINVAL)
		srv.accepted_garbage++;
	if (write(srv.fd, hole, 64) != -1 || errno != EFAULT)
		srv.accepted_garbage++;
}

static void answer(const uint8_t *frame)
{
	const struct i2c_vbus_xfer *x = (const void *)frame;
	const struct i2c_vbus_msg *m = (const void *)(x + 1);
	const uint8_t *data = (const uint8_t *)(m + x->num);
	static uint8_t out[I2C_VBUS_FRAME_MAX];
	struct i2c_vbus_reply *r = (void *)out;
	struct i2c_vbus_result *res = (void *)(r + 1);
	uint8_t reads[I2C_VBUS_DATA_MAX], *rp = reads;
	unsigned int i;

	memcpy(srv.msgs, m, x->num * sizeof(*m));
	srv.num = x->num;
	memset(r, 0, sizeof(*r));
	r->seq = x->seq;
	for (i = 0; i < x->num; i++) {
		res[i].status = I2C_VBUS_OK;
		res[i].count = m[i].len;
		if (m[i].addr != ADDR)
			res[i].status = I2C_VBUS_ADDR_NAK;
		if (srv.mode == MODE_STATUS && i == srv.fault_msg)
			res[i].status = srv.fault_status;
		if (res[i].status != I2C_VBUS_OK)
			res[i].count = 0;
		if (m[i].flags & I2C_M_RD) {
			memset(rp, 0, res[i].count);
			memcpy(rp, srv.mem,
			       res[i].count < srv.mem_len ? res[i].count : srv.mem_len);
			rp += res[i].count;
		} else {
			if (res[i].status == I2C_VBUS_OK) {
				srv.mem_len = m[i].len < 256 ? m[i].len : 256;
				memcpy(srv.mem, data, srv.mem_len);
			}
			data += m[i].len;
		}
		r->num = i + 1;
		if (res[i].status != I2C_VBUS_OK && !(m[i].flags & I2C_M_IGNORE_NAK))
			break;
	}
	memcpy(res + r->num, reads, rp - reads);
	if (write(srv.fd, out, (uint8_t *)(res + r->num) + (rp - reads) - out) < 0 &&
	    errno == ESTALE)
		srv.stale++;
}

static void *serve(void *arg)
{
	static uint8_t frame[I2C_VBUS_FRAME_MAX];
	struct pollfd p[2] = { { .fd = srv.fd, .events = POLLIN },
			       { .fd = srv.stop[0], .events = POLLIN } };

	for (;;) {
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents)
			return NULL;
		if (!(p[0].revents & POLLIN))
			continue;
		if (read(srv.fd, frame, sizeof(frame)) < 0)
			continue;
		if (srv.mode == MODE_SILENT)
			continue;
		if (srv.mode == MODE_GARBAGE)
			garbage((const void *)frame);
		answer(frame);
	}
}

static int new_bus(int fd, uint32_t timeout_ms, uint32_t func, unsigned int *nr)
{
	struct i2c_vbus_new arg = { .bus_hz = 100000,
				    .timeout_ms = timeout_ms,
				    .functionality = func,
				    .name = "vbus-test" };

	if (ioctl(fd, I2C_VBUS_NEW, &arg))
		return -1;
	*nr = arg.adapter_nr;
	return 0;
}

static void server_start(uint32_t timeout_ms, uint32_t func)
{
	memset(&srv, 0, sizeof(srv));
	srv.fd = open(I2C_VBUS_DEVICE, O_RDWR | O_CLOEXEC);
	CHECK(srv.fd >= 0);
	CHECK(new_bus(srv.fd, timeout_ms, func, &srv.nr) == 0);
	CHECK(pipe(srv.stop) == 0);
	CHECK(pthread_create(&srv.thread, NULL, serve, NULL) == 0);
}

static void server_stop(void)
{
	CHECK(write(srv.stop[1], "x", 1) == 1);
	pthread_join(srv.thread, NULL);
	close(srv.stop[0]);
	close(srv.stop[1]);
	close(srv.fd);
}

/* ---- the client ---- */

static int open_bus(unsigned int nr)
{
	uint64_t end = now_ms() + 3000;
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/i2c-%u", nr);
	while ((fd = open(path, O_RDWR | O_CLOEXEC)) < 0 && now_ms() < end)
		sleep_ms(2);
	return fd;
}

static bool bus_exists(unsigned int nr)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/bus/i2c/devices/i2c-%u", nr);
	return !access(path, F_OK);
}

static bool bus_gone(unsigned int nr)
{
	uint64_t end = now_ms() + 3000;

	while (bus_exists(nr)) {
		if (now_ms() > end)
			return false;
		sleep_ms(2);
	}
	return true;
}

static int rdwr(int fd, struct i2c_msg *msgs, unsigned int n)
{
	struct i2c_rdwr_ioctl_data arg = { .msgs = msgs, .nmsgs = n };

	return ioctl(fd, I2C_RDWR, &arg);
}

static int put(int fd, uint16_t addr, uint16_t flags, const void *data, uint16_t len)
{
	struct i2c_msg m = { .addr = addr, .flags = flags, .len = len, .buf = (void *)data };

	return rdwr(fd, &m, 1);
}

static int get(int fd, uint16_t addr, uint16_t flags, void *data, uint16_t len)
{
	return put(fd, addr, flags | I2C_M_RD, data, len);
}

/* ---- tests ---- */

static void test_mode(void)
{
	struct stat st;

	CHECK(stat(I2C_VBUS_DEVICE, &st) == 0 && S_ISCHR(st.st_mode));
	CHECK((st.st_mode & 07777) == 0600);
}

static void test_arguments(void)
{
	struct i2c_vbus_new good = { .bus_hz = 100000 }, a;
	int fd = open(I2C_VBUS_DEVICE, O_RDWR);
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
	uint32_t hz = 400000;
	char buf[64] = { 0 };

	CHECK_ERR(read(fd, buf, sizeof(buf)), ENOTCONN);
	CHECK_ERR(write(fd, buf, sizeof(buf)), ENOTCONN);
	CHECK_ERR(ioctl(fd, I2C_VBUS_SET_SPEED, &hz), ENOTCONN);
	CHECK(poll(&p, 1, 0) == 1 && (p.revents & POLLERR));
	CHECK_ERR(ioctl(fd, _IO(0xeb, 99), 0), ENOTTY);
	CHECK_ERR(ioctl(fd, I2C_VBUS_NEW, hole), EFAULT);
	CHECK_ERR(ioctl(fd, I2C_VBUS_SET_SPEED, hole), EFAULT);

	a = good;
	a.adapter_nr = 7;
	CHECK_ERR(ioctl(fd, I2C_VBUS_NEW, &a), EINVAL);
	a = good;
	a.reserved[2] = 1;
	CHECK_ERR(ioctl(fd, I2C_VBUS_NEW, &a), EINVAL);
	a = good;
	memset(a.name, 'x', sizeof(a.name));
	CHECK_ERR(ioctl(fd, I2C_VBUS_NEW, &a), EINVAL);
	a = good;
	a.timeout_ms = I2C_VBUS_TIMEOUT_MAX_MS + 1;
	CHECK_ERR(ioctl(fd, I2C_VBUS_NEW, &a), EINVAL);
	a = good;
	a.functionality = I2C_FUNC_SMBUS_EMUL; /* without I2C_FUNC_I2C */
	CHECK_ERR(ioctl(fd, I2C_VBUS_NEW, &a), EINVAL);
	a = good;
	a.functionality = I2C_FUNC_I2C | I2C_FUNC_SLAVE;
	CHECK_ERR(ioctl(fd, I2C_VBUS_NEW, &a), EINVAL);

	a = good;
	CHECK(ioctl(fd, I2C_VBUS_NEW, &a) == 0);
	CHECK(bus_exists(a.adapter_nr));
	CHECK(poll(&p, 1, 0) == 0);
	hz = a.adapter_nr;
	a = good;
	CHECK_ERR(ioctl(fd, I2C_VBUS_NEW, &a), EBUSY);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	CHECK_ERR(read(fd, buf, sizeof(buf)), EAGAIN);
	CHECK_ERR(write(fd, buf, sizeof(buf)), ESTALE);
	CHECK_ERR(write(fd, buf, 4), EINVAL);
	close(fd);
	CHECK(bus_gone(hz));
}

static void test_speed(void)
{
	static const uint32_t speeds[] = { 0, 1000000, 0, 400000 };
	unsigned int i;

	server_start(0, 0);
	for (i = 0; i < 4; i++)
		CHECK(ioctl(srv.fd, I2C_VBUS_SET_SPEED, &speeds[i]) == 0);
	server_stop();
}

static void test_transfers(void)
{
	uint8_t out[300], in[300];
	struct i2c_msg m[2] = { { .addr = ADDR, .len = 3, .buf = out },
				{ .addr = ADDR, .flags = I2C_M_RD, .len = 3, .buf = in } };
	unsigned long funcs = 0;
	unsigned int i;
	int fd;

	server_start(0, 0);
	fd = open_bus(srv.nr);
	CHECK(fd >= 0);
	for (i = 0; i < sizeof(out); i++)
		out[i] = i * 7 + 1;

	CHECK(ioctl(fd, I2C_FUNCS, &funcs) == 0);
	CHECK(funcs == (I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL | I2C_FUNC_PROTOCOL_MANGLING));

	CHECK(put(fd, ADDR, 0, out, 200) == 1);
	CHECK(srv.num == 1 && srv.msgs[0].len == 200 && srv.msgs[0].flags == 0);
	CHECK(get(fd, ADDR, 0, in, 200) == 1);
	CHECK(!memcmp(in, out, 200));

	/* combined: one frame with two messages */
	memset(in, 0, sizeof(in));
	CHECK(rdwr(fd, m, 2) == 2);
	CHECK(srv.num == 2 && srv.msgs[1].flags == I2C_M_RD);
	CHECK(!memcmp(in, out, 3) && in[3] == 0);

	/* nobody there, zero-length, general call */
	CHECK_ERR(put(fd, 0x43, 0, out, 1), ENXIO);
	CHECK_ERR(get(fd, 0x43, 0, in, 1), ENXIO);
	CHECK(put(fd, ADDR, 0, out, 0) == 1);
	CHECK(srv.num == 1 && srv.msgs[0].len == 0);
	CHECK_ERR(put(fd, 0, 0, out, 0), ENXIO);
	CHECK_ERR(put(fd, 0, 0, out, 1), ENXIO);
	CHECK(srv.msgs[0].addr == 0 && srv.msgs[0].len == 1);

	/* plain read() and write() of i2c-dev */
	CHECK(ioctl(fd, I2C_SLAVE, ADDR) == 0);
	CHECK(write(fd, out, 5) == 5);
	CHECK(read(fd, in, 5) == 5 && !memcmp(in, out, 5));

	/* what the adapter cannot do */
	in[0] = 1;
	m[1].flags = I2C_M_RD | I2C_M_RECV_LEN;
	m[1].len = 64;
	CHECK_ERR(rdwr(fd, &m[1], 1), EOPNOTSUPP);
	CHECK_ERR(put(fd, 0x142, I2C_M_TEN, out, 1), EOPNOTSUPP);
	close(fd);
	server_stop();
	CHECK(bus_gone(srv.nr));
}

static void test_limits(void)
{
	static uint8_t big[8192];
	struct i2c_msg m[42];
	unsigned int i;
	int fd;

	server_start(0, 0);
	fd = open_bus(srv.nr);
	for (i = 0; i < 42; i++)
		m[i] = (struct i2c_msg){ .addr = ADDR, .len = 1500, .buf = big };
	CHECK(rdwr(fd, m, 42) == 42); /* 63000 bytes */
	for (i = 0; i < 42; i++)
		m[i].len = 1600;
	CHECK_ERR(rdwr(fd, m, 42), EOPNOTSUPP); /* 67200 */
	CHECK(put(fd, ADDR, 0, big, 8192) == 1);
	CHECK(get(fd, ADDR, 0, big, 8192) == 1);
	close(fd);
	server_stop();
}

static void test_errors(void)
{
	static const struct {
		unsigned int status;
		int err;
	} map[] = {
		{ I2C_VBUS_ADDR_NAK, ENXIO },  { I2C_VBUS_DATA_NAK, EIO },
		{ I2C_VBUS_ARB_LOST, EAGAIN }, { I2C_VBUS_TIMEOUT, ETIMEDOUT },
		{ I2C_VBUS_BUS_ERROR, EIO },
	};
	uint8_t buf[4] = { 1, 2, 3, 4 };
	struct i2c_msg m[3] = { { .addr = ADDR, .len = 4, .buf = buf },
				{ .addr = ADDR, .len = 2, .buf = buf },
				{ .addr = ADDR, .len = 1, .buf = buf } };
	unsigned int i;
	int fd;

	server_start(0, 0);
	fd = open_bus(srv.nr);
	srv.mode = MODE_STATUS;
	for (i = 0; i < 5; i++) {
		srv.fault_status = map[i].status;
		srv.fault_msg = 0;
		CHECK_ERR(put(fd, ADDR, 0, buf, 4), map[i].err);
		srv.fault_msg = 1; /* in the middle of a combined transfer */
		CHECK_ERR(rdwr(fd, m, 3), map[i].err);
	}
	close(fd);
	server_stop();
}

static void test_ignore_nak(void)
{
	uint8_t buf[4] = { 0 }, in[6];
	struct i2c_msg m[2] = {
		{ .addr = 0x43, .flags = I2C_M_IGNORE_NAK, .len = 4, .buf = buf },
		{ .addr = ADDR, .flags = I2C_M_RD, .len = 4, .buf = in },
	};
	int fd;

	server_start(0, 0);
	fd = open_bus(srv.nr);
	CHECK(put(fd, 0x43, I2C_M_IGNORE_NAK, buf, 4) == 1);
	CHECK(srv.msgs[0].flags == I2C_M_IGNORE_NAK);
	CHECK(rdwr(fd, m, 2) == 2); /* goes on after the NAK */
	memset(in, 0, sizeof(in));
	CHECK(get(fd, 0x43, I2C_M_IGNORE_NAK, in, 6) == 1);
	CHECK(in[0] == 0xff && in[5] == 0xff); /* what a bus nobody drives reads as */
	/* only NAKs are ignored */
	srv.mode = MODE_STATUS;
	srv.fault_status = I2C_VBUS_BUS_ERROR;
	CHECK_ERR(put(fd, ADDR, I2C_M_IGNORE_NAK, buf, 4), EIO);
	close(fd);
	server_stop();

	/* An adapter that cannot do it drops the flag, as hardware drivers do. */
	server_start(0, I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL);
	fd = open_bus(srv.nr);
	CHECK_ERR(put(fd, 0x43, I2C_M_IGNORE_NAK, buf, 4), ENXIO);
	CHECK(srv.msgs[0].flags == 0);
	close(fd);
	server_stop();
}

static void test_functionality(void)
{
	const uint32_t func = I2C_FUNC_I2C | (I2C_FUNC_SMBUS_EMUL & ~I2C_FUNC_SMBUS_QUICK);
	unsigned long funcs = 0;
	uint8_t b = 0;
	int fd;

	server_start(0, func);
	fd = open_bus(srv.nr);
	CHECK(ioctl(fd, I2C_FUNCS, &funcs) == 0 && funcs == func);
	CHECK_ERR(put(fd, ADDR, 0, &b, 0), EOPNOTSUPP);
	CHECK(put(fd, ADDR, 0, &b, 1) == 1);
	close(fd);
	server_stop();
}

static void test_garbage(void)
{
	uint8_t b[4] = { 1, 2, 3, 4 }, in[4] = { 0 };
	struct i2c_msg m[2] = { { .addr = ADDR, .len = 4, .buf = b },
				{ .addr = ADDR, .flags = I2C_M_RD, .len = 4, .buf = in } };
	int fd;

	server_start(0, 0);
	fd = open_bus(srv.nr);
	srv.mode = MODE_GARBAGE;
	CHECK(rdwr(fd, m, 2) == 2); /* the good answer at the end counts */
	CHECK(srv.accepted_garbage == 0);
	CHECK(!memcmp(b, in, 4));
	close(fd);
	server_stop();
}

/* A server that reads into a hole loses nothing. */
static void test_redelivery(void)
{
	struct i2c_vbus_xfer *x;
	uint8_t frame[256], b = 0x55;
	unsigned int nr = 0;
	int fd, bus, st;
	pid_t pid;

	fd = open(I2C_VBUS_DEVICE, O_RDWR | O_CLOEXEC);
	CHECK(new_bus(fd, 5000, 0, &nr) == 0);
	bus = open_bus(nr);
	pid = fork();
	if (!pid)
		_exit(put(bus, ADDR, 0, &b, 1) == -1 && errno == ENXIO ? 0 : 1);
	CHECK(poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 2000) == 1);
	CHECK_ERR(read(fd, hole, 4096), EFAULT);
	CHECK_ERR(read(fd, frame, 10), EMSGSIZE);
	CHECK(read(fd, frame, sizeof(frame)) ==
	      sizeof(struct i2c_vbus_xfer) + sizeof(struct i2c_vbus_msg) + 1);
	x = (void *)frame;
	CHECK(x->num == 1 && x->frame_len == 33 && frame[32] == 0x55);
	CHECK(poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, 0) == 1);
	struct {
		struct i2c_vbus_reply r;
		struct i2c_vbus_result s;
	} a = { { x->seq, 1, 0 }, { I2C_VBUS_ADDR_NAK, 0 } };
	CHECK(write(fd, &a, sizeof(a)) == sizeof(a));
	CHECK_ERR(write(fd, &a, sizeof(a)), ESTALE); /* once */
	CHECK(waitpid(pid, &st, 0) == pid && st == 0);
	close(bus);
	close(fd);
}

static void test_timeout(void)
{
	uint64_t t;
	uint8_t b = 0;
	int fd;

	server_start(200, 0);
	fd = open_bus(srv.nr);
	srv.mode = MODE_SILENT;
	t = now_ms();
	CHECK_ERR(put(fd, ADDR, 0, &b, 1), ETIMEDOUT);
	t = now_ms() - t;
	CHECK(t >= 190 && t < 2000);
	srv.mode = MODE_GOOD;
	CHECK(put(fd, ADDR, 0, &b, 1) == 1);
	close(fd);
	server_stop();

	/* A late answer is told apart and does not reach the next transfer. */
	struct i2c_vbus_xfer *x;
	uint8_t frame[256];
	unsigned int nr = 0;
	int bus;
	struct {
		struct i2c_vbus_reply r;
		struct i2c_vbus_result s;
	} a = { { 0, 1, 0 }, { I2C_VBUS_OK, 1 } };

	fd = open(I2C_VBUS_DEVICE, O_RDWR | O_CLOEXEC);
	CHECK(new_bus(fd, 100, 0, &nr) == 0);
	bus = open_bus(nr);
	CHECK_ERR(put(bus, ADDR, 0, &b, 1), ETIMEDOUT); /* never even read */
	fcntl(fd, F_SETFL, O_NONBLOCK);
	CHECK_ERR(read(fd, frame, sizeof(frame)), EAGAIN);
	pid_t pid = fork();
	if (!pid)
		_exit(put(bus, ADDR, 0, &b, 1) == -1 && errno == ETIMEDOUT ? 0 : 1);
	CHECK(poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, 2000) == 1);
	CHECK(read(fd, frame, sizeof(frame)) > 0);
	x = (void *)frame;
	a.r.seq = x->seq;
	CHECK(waitpid(pid, &(int){ 0 }, 0) == pid);
	CHECK_ERR(write(fd, &a, sizeof(a)), ESTALE);
	close(bus);
	close(fd);
}

/* A server in its own process, killed while a transfer waits for it. */
static void test_kill(bool hold)
{
	unsigned int nr = 0;
	uint8_t b = 0;
	int p[2], fd, i;
	uint64_t t;
	pid_t pid, killer;

	CHECK(pipe(p) == 0);
	pid = fork();
	if (!pid) {
		int v = open(I2C_VBUS_DEVICE, O_RDWR | O_CLOEXEC);

		if (new_bus(v, 30000, 0, &nr))
			_exit(1);
		if (write(p[1], &nr, sizeof(nr)) != sizeof(nr))
			_exit(1);
		for (;;)
			pause();
	}
	CHECK(read(p[0], &nr, sizeof(nr)) == sizeof(nr));
	close(p[0]);
	close(p[1]);
	fd = open_bus(nr);
	CHECK(fd >= 0);
	t = now_ms();
	killer = fork();
	if (!killer) {
		sleep_ms(300);
		kill(pid, SIGKILL);
		_exit(0);
	}
	CHECK_ERR(put(fd, ADDR, 0, &b, 1), ENODEV);
	t = now_ms() - t;
	CHECK(t >= 250 && t < 2000);
	waitpid(killer, NULL, 0);
	waitpid(pid, NULL, 0);

	for (i = 0; i < 5; i++)
		CHECK_ERR(put(fd, ADDR, 0, &b, 1), ENODEV);
	if (hold)
		sleep_ms(25000);
	/* the bus disappears for new users though this one holds it */
	CHECK(bus_gone(nr));
	CHECK_ERR(put(fd, ADDR, 0, &b, 1), ENODEV);
	close(fd);
}

static void test_kill_now(void)
{
	test_kill(false);
}

/* Nobody gets a "task blocked for more than N seconds" for keeping the bus open. */
static void test_kill_and_hold(void)
{
	static const char *const knob = "/proc/sys/kernel/hung_task_timeout_secs";
	FILE *f = fopen(knob, "w");

	if (f) {
		fprintf(f, "10\n");
		fclose(f);
	}
	test_kill(true);
	f = fopen(knob, "w");
	if (f) {
		fprintf(f, "120\n");
		fclose(f);
	}
}

static void test_churn(void)
{
	unsigned int i, nr = 0, last = 0;
	uint8_t b = 0;
	int fd, bus;

	for (i = 0; i < 100; i++) {
		fd = open(I2C_VBUS_DEVICE, O_RDWR | O_CLOEXEC);
		CHECK(fd >= 0 && new_bus(fd, 5, 0, &nr) == 0);
		if (i % 3 == 0) {
			bus = open_bus(nr);
			CHECK(bus >= 0);
			CHECK_ERR(put(bus, ADDR, 0, &b, 1), ETIMEDOUT);
			if (i % 2) {
				close(fd);
				close(bus);
				continue;
			}
			close(bus);
		}
		close(fd);
		last = nr;
	}
	CHECK(bus_gone(last));
}

/* Two processes on one bus while a third keeps the server busy with nonsense. */
static void test_hammer(void)
{
	uint64_t end = now_ms() + 1500;
	unsigned int i;
	pid_t pid[2];
	int st, fd;

	server_start(2000, 0);
	fd = open_bus(srv.nr);
	for (i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			uint8_t out[64], in[64];
			struct i2c_msg m[2] = {
				{ .addr = ADDR, .len = 64, .buf = out },
				{ .addr = ADDR, .flags = I2C_M_RD, .len = 64, .buf = in }
			};
			unsigned int n = 0;

			while (now_ms() < end) {
				memset(out, n++ * 2 + i, sizeof(out));
				if (rdwr(fd, m, 2) != 2 || memcmp(out, in, 64))
					_exit(1);
			}
			_exit(0);
		}
	}
	srand(1);
	while (now_ms() < end) {
		uint8_t junk[64];

		for (i = 0; i < sizeof(junk); i++)
			junk[i] = rand();
		junk[4] = rand() % 3;
		junk[5] = junk[6] = junk[7] = 0;
		if (write(srv.fd, junk, rand() % 64) >= 0)
			srv.accepted_garbage++;
	}
	for (i = 0; i < 2; i++)
		CHECK(waitpid(pid[i], &st, 0) == pid[i] && st == 0);
	CHECK(srv.accepted_garbage == 0);
	close(fd);
	server_stop();
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "only root may open " I2C_VBUS_DEVICE, test_mode },
	{ "bad arguments are refused", test_arguments },
	{ "bus speed changes and goes away", test_speed },
	{ "plain, combined, zero-length and general call transfers", test_transfers },
	{ "largest transfers", test_limits },
	{ "every failure has its errno", test_errors },
	{ "I2C_M_IGNORE_NAK with and without protocol mangling", test_ignore_nak },
	{ "functionality mask", test_functionality },
	{ "malformed answers are refused", test_garbage },
	{ "a failed read loses no transfer", test_redelivery },
	{ "time-out and late answers", test_timeout },
	{ "server killed in the middle of a transfer", test_kill_now },
	{ "server killed, bus held open for 25 s", test_kill_and_hold },
	{ "100 adapters come and go", test_churn },
	{ "two clients and nonsense from the server", test_hammer },
};

int main(void)
{
	const unsigned int n = sizeof(tests) / sizeof(tests[0]);
	unsigned int i;

	hole = mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%u\n", n);
	for (i = 0; i < n; i++) {
		uint64_t t = now_ms();

		failed = false;
		tests[i].run();
		failures += failed;
		printf("%sok %u - %s (%llu ms)\n", failed ? "not " : "", ++test_no, tests[i].name,
		       (unsigned long long)(now_ms() - t));
	}
	return failures ? 1 : 0;
}
