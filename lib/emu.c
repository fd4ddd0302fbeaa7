// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The transport of an emulator's socket: the same engine that the driver runs, with this process
 * as bus master.  What the driver would do for all programs is done here between programs that
 * use the same socket:
 *
 *  - one at a time: flock() on PATH.lock, held for an operation or a session; the kernel frees
 *    it when its holder dies;
 *  - every operation makes its own connection, so nothing is shared with a forked child;
 *  - the chip is put to sleep before the lock is released.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "emu-bus.h"
#include "emu-extra.h"
#include "internal.h"

/* The chip answers at this address unless $ECC508A_ADDRESS names another; then it is looked for */
#define DEFAULT_ADDRESS 0x60
#define FIRST_ADDRESS	0x08
#define LAST_ADDRESS	0x77

struct emu {
	char path[ECC508A_NAME_MAX];
	struct emu_bus bus;
	struct ecc_dev eng;
	int lock_fd;
	unsigned int users; /* operation within session */
	uint64_t session_end_us; /* 0: no session */
	bool virtual_time;
};

static uint64_t monotonic_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* A lock file beside the socket; where that cannot be made, the folder serves as well */
static int open_lock(const char *path)
{
	char name[ECC508A_NAME_MAX + 8];
	int fd;

	snprintf(name, sizeof(name), "%s.lock", path);
	fd = open(name, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0) {
		snprintf(name, sizeof(name), "%s", path);
		fd = open(dirname(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

static int take(struct emu *e)
{
	const char *why;
	int ret;

	if (e->users++)
		return 0;
	e->lock_fd = open_lock(e->path);
	if (e->lock_fd < 0) {
		/* Not even the folder is left */
		ret = e->lock_fd == -ENOENT ? -ENODEV : e->lock_fd;
		goto fail;
	}
	do {
		ret = flock(e->lock_fd, LOCK_EX) ? -errno : 0;
	} while (ret == -EINTR);
	if (ret)
		goto fail_lock;
	e->bus.virtual_time = e->virtual_time;
	ret = emu_bus_connect(&e->bus, e->path, &why);
	if (!ret)
		return 0;
	ret = -ENODEV;
fail_lock:
	close(e->lock_fd);
	e->lock_fd = -1;
fail:
	e->users = 0;
	return ret;
}

static void give_back(struct emu *e)
{
	if (--e->users)
		return;
	ecc_sleep(&e->eng);
	emu_bus_disconnect(&e->bus);
	close(e->lock_fd);
	e->lock_fd = -1;
}

/* The session's time is over: what it held is given to the others, as the driver does */
static int check_session(struct emu *e)
{
	if (!e->session_end_us || monotonic_us() < e->session_end_us)
		return 0;
	e->session_end_us = 0;
	give_back(e);
	return -ETIME;
}

static int end(struct ecc508a_dev *dev, int ret)
{
	struct emu *e = dev->priv;

	dev->result.status = e->eng.status;
	dev->result.opcode = e->eng.opcode;
	dev->result.retries = e->eng.retries;
	/* Within a session: wait in idle, which has no watchdog and keeps TempKey */
	if (e->users > 1)
		ecc_idle(&e->eng);
	give_back(e);
	return ret;
}

/* A wake, or the chip's answer, may be lost like anything else on a bus */
#define FIND_TRIES 3

/*
 * Who answers?  A wake reaches all, so each address can be asked; the usual one first.  If nobody
 * does, the engine still tries the usual address with all its patience.
 */
static void find_chip(struct ecc_dev *eng)
{
	unsigned int addr, usual = eng->addr, tries;
	u8 rsp[4];

	for (tries = 0; tries < FIND_TRIES; tries++) {
		eng->ops->wake(eng->ctx);
		eng->ops->delay_us(eng->ctx, 1500, 100);
		if (!eng->ops->read(eng->ctx, usual, rsp, sizeof(rsp)))
			return;
		for (addr = FIRST_ADDRESS; addr <= LAST_ADDRESS; addr++) {
			if (eng->ops->read(eng->ctx, addr, rsp, sizeof(rsp)))
				continue;
			eng->addr = addr;
			return;
		}
	}
}

static int identify(struct emu *e)
{
	find_chip(&e->eng);
	return ecc_identify(&e->eng);
}

/* Before anything else the chip is found and asked who it is, as the driver does at probe */
static int begin(struct ecc508a_dev *dev, struct emu **out)
{
	struct emu *e = dev->priv;
	int ret = check_session(e);

	*out = e;
	if (!ret)
		ret = take(e);
	if (ret || e->eng.config_valid)
		return ret;
	ret = identify(e);
	return ret ? end(dev, ret) : 0;
}

static int emu_info(struct ecc508a_dev *dev, bool refresh, struct ecc508a_chip_info *info)
{
	struct emu *e;
	int ret = begin(dev, &e);

	if (ret)
		return ret;
	if (refresh)
		ret = identify(e);
	if (ret)
		return end(dev, ret);
	info->part = (enum ecc508a_chip_part)e->eng.part;
	info->part_name = ecc_part_name(e->eng.part);
	info->transport = "emulator";
	info->wake = "general call";
	info->bus_hz = e->bus.hz;
	info->bus_nr = -1;
	info->address = e->eng.addr;
	info->config_locked = ecc_config_locked(e->eng.config);
	info->data_locked = ecc_config_data_locked(e->eng.config);
	memcpy(info->revision, e->eng.revision, sizeof(info->revision));
	ecc_config_serial(e->eng.config, info->serial);
	memcpy(info->config, e->eng.config, sizeof(info->config));
	return end(dev, 0);
}

static int emu_random(struct ecc508a_dev *dev, uint8_t *buf, size_t len)
{
	struct emu *e;
	int ret = begin(dev, &e);

	return ret ? ret : end(dev, ecc_random(&e->eng, buf, len, false));
}

static int emu_pubkey(struct ecc508a_dev *dev, unsigned int slot, bool stored, uint8_t xy[64])
{
	struct emu *e;
	int ret = begin(dev, &e);

	if (ret)
		return ret;
	ret = stored ? ecc_pubkey_stored(&e->eng, slot, xy) : ecc_pubkey(&e->eng, slot, xy);
	return end(dev, ret);
}

static int emu_genkey(struct ecc508a_dev *dev, unsigned int slot, uint8_t xy[64])
{
	struct emu *e;
	int ret = begin(dev, &e);

	return ret ? ret : end(dev, ecc_genkey(&e->eng, slot, xy));
}

static int emu_sign(struct ecc508a_dev *dev, unsigned int slot, const uint8_t digest[32],
		    uint8_t sig[64])
{
	struct emu *e;
	int ret = begin(dev, &e);

	return ret ? ret : end(dev, ecc_sign(&e->eng, slot, digest, sig));
}

static int emu_verify(struct ecc508a_dev *dev, unsigned int slot, const uint8_t *xy,
		      const uint8_t digest[32], const uint8_t sig[64])
{
	struct emu *e;
	int ret = begin(dev, &e);

	if (ret)
		return ret;
	ret = xy ? ecc_verify(&e->eng, xy, digest, sig)
		 : ecc_verify_stored(&e->eng, slot, digest, sig);
	return end(dev, ret);
}

static int emu_ecdh(struct ecc508a_dev *dev, unsigned int slot, const uint8_t xy[64],
		    uint8_t secret[32])
{
	struct emu *e;
	int ret = begin(dev, &e);

	return ret ? ret : end(dev, ecc_ecdh(&e->eng, slot, xy, 0, secret));
}

static int emu_read(struct ecc508a_dev *dev, unsigned int zone, unsigned int slot, size_t offset,
		    unsigned int key_slot, const uint8_t *key, void *buf, size_t len)
{
	struct emu *e;
	int ret = begin(dev, &e);

	if (ret)
		return ret;
	ret = key ? ecc_read_encrypted(&e->eng, slot, offset, key_slot, key, buf, len)
		  : ecc_read(&e->eng, zone, slot, offset, buf, len);
	return end(dev, ret);
}

static int emu_write(struct ecc508a_dev *dev, unsigned int zone, unsigned int slot, size_t offset,
		     unsigned int key_slot, const uint8_t *key, const void *buf, size_t len)
{
	struct emu *e;
	int ret = begin(dev, &e);
	size_t done;

	if (ret)
		return ret;
	ret = key ? ecc_write_encrypted(&e->eng, slot, offset, key_slot, key, buf, len, &done)
		  : ecc_write(&e->eng, zone, slot, offset, buf, len, &done);
	return end(dev, ret);
}

static int emu_lock(struct ecc508a_dev *dev, unsigned int what, unsigned int slot, uint16_t crc)
{
	struct emu *e;
	int ret = begin(dev, &e);

	return ret ? ret : end(dev, ecc_lock(&e->eng, what, slot, crc));
}

static int emu_counter(struct ecc508a_dev *dev, unsigned int id, bool increment, uint32_t *value)
{
	struct emu *e;
	int ret = begin(dev, &e);

	return ret ? ret : end(dev, ecc_counter(&e->eng, id, increment, value));
}

static int emu_session_begin(struct ecc508a_dev *dev, unsigned int timeout_ms)
{
	struct emu *e = dev->priv;
	int ret = take(e);

	if (!ret)
		e->session_end_us = monotonic_us() + timeout_ms * 1000ull;
	return ret;
}

static int emu_session_end(struct ecc508a_dev *dev)
{
	struct emu *e = dev->priv;

	if (!e->session_end_us)
		return -ETIME;
	e->session_end_us = 0;
	give_back(e);
	return 0;
}

static int emu_exchange(struct ecc508a_dev *dev, const struct ecc_cmd *cmd, void *rx,
			size_t *rx_len)
{
	struct emu *e;
	int ret = begin(dev, &e);
	size_t len = 0;

	if (ret)
		return ret;
	ret = ecc_exec(&e->eng, cmd, rx, *rx_len, &len);
	*rx_len = len;
	return end(dev, ret);
}

static int emu_extra(struct ecc508a_dev *dev, unsigned long nr, void *arg)
{
	struct emu *e;
	int ret = begin(dev, &e);

	return ret ? ret : end(dev, emu_run_extra(&e->eng, nr, arg));
}

static void emu_close(struct ecc508a_dev *dev)
{
	ecc_wipe(dev->priv, sizeof(struct emu));
	free(dev->priv);
}

/*
 * A thread of the parent may have been in the middle of an operation: the connection and the lock
 * are its own (closing our copies does not release its lock), and the engine's state is torn.
 */
static void emu_forked(struct ecc508a_dev *dev)
{
	struct emu *e = dev->priv;
	u8 addr = e->eng.addr;

	emu_bus_disconnect(&e->bus);
	if (e->lock_fd >= 0)
		close(e->lock_fd);
	e->lock_fd = -1;
	e->users = 0;
	e->session_end_us = 0;
	ecc_dev_init(&e->eng, &emu_bus_ops, &e->bus, addr);
}

static const struct transport emu_transport = {
	.name = "emulator",
	.close = emu_close,
	.forked = emu_forked,
	.info = emu_info,
	.random = emu_random,
	.pubkey = emu_pubkey,
	.genkey = emu_genkey,
	.sign = emu_sign,
	.verify = emu_verify,
	.ecdh = emu_ecdh,
	.read = emu_read,
	.write = emu_write,
	.lock = emu_lock,
	.counter = emu_counter,
	.session_begin = emu_session_begin,
	.session_end = emu_session_end,
	.exchange = emu_exchange,
	.extra = emu_extra,
};

int emu_open(struct ecc508a_dev *dev, const char *path)
{
	const char *address = getenv("ECC508A_ADDRESS"), *time = getenv("ECC508A_EMU_TIME");
	unsigned int addr = address ? strtoul(address, NULL, 0) : DEFAULT_ADDRESS;
	const char *why;
	struct emu *e;
	int ret;

	if (addr < FIRST_ADDRESS || addr > LAST_ADDRESS) {
		error_set(
			NULL,
			"library: ECC508A_ADDRESS=%.16s: a 7-bit address from 0x%02x to 0x%02x is "
			"wanted",
			address, FIRST_ADDRESS, LAST_ADDRESS);
		return -EINVAL;
	}
	e = calloc(1, sizeof(*e));
	if (!e) {
		error_set(NULL, "system: out of memory");
		return -ENOMEM;
	}
	snprintf(e->path, sizeof(e->path), "%s", path);
	e->lock_fd = -1;
	e->bus.fd = -1;
	e->virtual_time = time && !strcmp(time, "virtual");
	/* Is anybody there?  The chip itself is asked by the first operation */
	e->bus.virtual_time = e->virtual_time;
	ret = emu_bus_connect(&e->bus, path, &why);
	emu_bus_disconnect(&e->bus);
	if (ret) {
		error_set(NULL, "emulator: %s: %s", dev->name, why);
		free(e);
		return ret;
	}
	ecc_dev_init(&e->eng, &emu_bus_ops, &e->bus, addr);
	dev->priv = e;
	dev->t = &emu_transport;
	return 0;
}
