// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * I2C over a UNIX stream socket, version 1: a request of 16 bytes (and the bytes to write), a
 * response of 12 (and the bytes read), one at a time, little-endian.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "emu-bus.h"
#include "internal.h"

#define MAGIC_REQUEST	 0x49
#define MAGIC_RESPONSE	 0x69
#define PROTOCOL_VERSION 1

enum {
	OP_HELLO,
	OP_WRITE,
	OP_READ,
	OP_DELAY
};
enum {
	ST_OK,
	ST_NAK_ADDRESS,
	ST_NAK_DATA,
	ST_BUS_ERROR,
	ST_UNSUPPORTED
};

#define HELLO_VIRTUAL 1

/* The clock at which a wake by the bus still works; the chip runs up to 1 MHz otherwise */
#define BUS_HZ 100000

/* The server answers at once; if it does not, it is gone */
#define ANSWER_SECONDS 5

static u64 monotonic_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void put32(u8 *p, u32 v)
{
	p[0] = v;
	p[1] = v >> 8;
	p[2] = v >> 16;
	p[3] = v >> 24;
}

static u32 get32(const u8 *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (u32)p[3] << 24;
}

static int send_all(int fd, const u8 *buf, size_t len)
{
	while (len) {
		ssize_t n = send(fd, buf, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -ENODEV;
		buf += n;
		len -= n;
	}
	return 0;
}

static int recv_all(int fd, u8 *buf, size_t len)
{
	while (len) {
		ssize_t n = recv(fd, buf, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -ENODEV;
		buf += n;
		len -= n;
	}
	return 0;
}

static int transfer(struct emu_bus *bus, u8 op, u8 addr, u8 flags, const u8 *tx, u8 *rx, u32 len,
		    u32 gap)
{
	u8 msg[16 + ECC_CMD_MAX + 1] = { MAGIC_REQUEST, op, addr, flags }, rsp[12];
	size_t n = 16;
	u32 count;
	int ret;

	put32(msg + 4, bus->hz);
	put32(msg + 8, op == OP_HELLO ? PROTOCOL_VERSION : len);
	put32(msg + 12, gap);
	if (op == OP_WRITE) {
		if (len > ECC_CMD_MAX + 1)
			return -EINVAL;
		memcpy(msg + 16, tx, len);
		n += len;
	}
	ret = send_all(bus->fd, msg, n);
	ecc_wipe(msg, sizeof(msg));
	if (!ret)
		ret = recv_all(bus->fd, rsp, sizeof(rsp));
	bus->last_us = monotonic_us();
	if (ret)
		return ret;
	count = get32(rsp + 4);
	if (rsp[0] != MAGIC_RESPONSE)
		return -ENODEV;
	if (op == OP_READ && count) {
		if (count > len)
			return -ENODEV; /* out of step: nothing after this can be trusted */
		ret = recv_all(bus->fd, rx, count);
		if (ret)
			return ret;
	}
	/* In virtual time the bus takes time too, if the server counts it */
	bus->virtual_us += get32(rsp + 8);
	switch (rsp[1]) {
	case ST_OK:
		if (op == OP_HELLO && count != PROTOCOL_VERSION)
			return -EPROTONOSUPPORT;
		return op == OP_READ && count != len ? -EIO : 0;
	case ST_NAK_ADDRESS:
	case ST_NAK_DATA:
		return -ENXIO;
	case ST_UNSUPPORTED:
		return -EOPNOTSUPP;
	default:
		return -EIO;
	}
}

static u32 gap(const struct emu_bus *bus)
{
	u64 us = monotonic_us() - bus->last_us;

	return us > UINT32_MAX ? UINT32_MAX : us;
}

static int bus_write(void *ctx, u8 addr, const u8 *buf, size_t len)
{
	struct emu_bus *bus = ctx;

	return transfer(bus, OP_WRITE, addr, 0, buf, NULL, len, gap(bus));
}

static int bus_read(void *ctx, u8 addr, u8 *buf, size_t len)
{
	struct emu_bus *bus = ctx;

	return transfer(bus, OP_READ, addr, 0, NULL, buf, len, gap(bus));
}

/*
 * The general call: eight zero bits.  The data byte 01 keeps devices that listen to general
 * calls from taking it for an order.
 */
static int bus_wake(void *ctx)
{
	static const u8 one = 0x01;
	struct emu_bus *bus = ctx;
	int ret = transfer(bus, OP_WRITE, 0, 0, &one, NULL, 1, gap(bus));

	return ret == -ENXIO ? 0 : ret;
}

static void bus_delay(void *ctx, u32 us, u32 slack)
{
	struct emu_bus *bus = ctx;
	struct timespec ts = { us / 1000000, us % 1000000 * 1000 };

	if (bus->virtual_time) {
		bus->virtual_us += us;
		transfer(bus, OP_DELAY, 0, 0, NULL, NULL, 0, us);
		return;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, &ts) == EINTR)
		;
}

static u64 bus_now(void *ctx)
{
	const struct emu_bus *bus = ctx;

	return bus->virtual_time ? bus->virtual_us : monotonic_us();
}

static int bus_sha256(void *ctx, const u8 *data, size_t len, u8 digest[32])
{
	soft_sha256(data, len, digest);
	return 0;
}

static int bus_random(void *ctx, u8 *buf, size_t len)
{
	return getrandom(buf, len, 0) == (ssize_t)len ? 0 : -EIO;
}

const struct ecc_bus_ops emu_bus_ops = {
	.write = bus_write,
	.read = bus_read,
	.wake = bus_wake,
	.delay_us = bus_delay,
	.now_us = bus_now,
	.sha256 = bus_sha256,
	.random = bus_random,
};

int emu_bus_connect(struct emu_bus *bus, const char *path, const char **why)
{
	const struct timeval timeout = { .tv_sec = ANSWER_SECONDS };
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int ret;

	*why = "";
	if (strlen(path) >= sizeof(sun.sun_path)) {
		*why = "the path is too long for a UNIX socket";
		return -ENAMETOOLONG;
	}
	strcpy(sun.sun_path, path);
	bus->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bus->fd < 0)
		return -errno;
	setsockopt(bus->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(bus->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	do {
		ret = connect(bus->fd, (struct sockaddr *)&sun, sizeof(sun)) ? -errno : 0;
	} while (ret == -EINTR);
	if (ret) {
		*why = ret == -ECONNREFUSED || ret == -ENOENT
			       ? "no emulator listens there; start one with `ecc508a-emu --socket "
				 "PATH`"
		       : ret == -EACCES ? "permission denied"
					: strerror(-ret);
		goto fail;
	}
	bus->hz = BUS_HZ;
	bus->last_us = monotonic_us();
	ret = transfer(bus, OP_HELLO, 0, bus->virtual_time ? HELLO_VIRTUAL : 0, NULL, NULL, 0, 0);
	if (!ret)
		return 0;
	*why = ret == -EOPNOTSUPP && bus->virtual_time ? "the emulator does not offer virtual time"
	       : ret == -EPROTONOSUPPORT	       ? "it speaks another version"
						       : "what listens there is no emulator";
	ret = -EPROTO;
fail:
	close(bus->fd);
	bus->fd = -1;
	return ret;
}

void emu_bus_disconnect(struct emu_bus *bus)
{
	if (bus->fd >= 0)
		close(bus->fd);
	bus->fd = -1;
}
