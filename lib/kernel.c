// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* The transport of /dev/ecc508aN: one ioctl an operation, the driver does the rest. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/ecc508a.h>

#include "internal.h"

struct kernel {
	int fd;
	dev_t rdev; /* what the descriptor was opened on */
};

static int fd_of(const struct ecc508a_dev *dev)
{
	const struct kernel *k = dev->priv;

	return k->fd;
}

/*
 * Programs that become daemons close all descriptors, also those that they know nothing of, and the
 * number is soon somebody else's.
 */
static bool still_ours(const struct ecc508a_dev *dev)
{
	const struct kernel *k = dev->priv;
	struct stat st;

	return !fstat(k->fd, &st) && S_ISCHR(st.st_mode) && st.st_rdev == k->rdev;
}

/* Every request begins with a struct ecc508a_result */
static int request(struct ecc508a_dev *dev, unsigned long nr, void *arg)
{
	const struct ecc508a_result *r = arg;
	int ret;

	do {
		ret = ioctl(fd_of(dev), nr, arg) < 0 ? -errno : 0;
	} while (ret == -EINTR);
	if (ret && !r->opcode && !still_ours(dev))
		ret = -ENODEV;
	dev->result.status = r->status;
	dev->result.opcode = r->opcode;
	dev->result.retries = r->retries;
	/* Nothing was sent: there is no status */
	if (!r->opcode)
		dev->result.status = ECC_STATUS_NONE;
	return ret;
}

static const char *wake_text(unsigned int wake)
{
	switch (wake) {
	case ECC508A_WAKE_GENERAL_CALL:
		return "general call";
	case ECC508A_WAKE_ADDRESS:
		return "own address";
	case ECC508A_WAKE_GPIO:
		return "GPIO";
	default:
		return "none (no method fits this bus)";
	}
}

static int kernel_info(struct ecc508a_dev *dev, bool refresh, struct ecc508a_chip_info *info)
{
	struct ecc508a_info a = { .request = refresh ? ECC508A_INFO_REFRESH : 0 };
	int ret = request(dev, ECC508A_IOC_INFO, &a);

	if (ret)
		return ret;
	info->part = a.part <= ECC508A_PART_608B ? (enum ecc508a_chip_part)a.part
						 : ECC508A_CHIP_UNKNOWN;
	info->part_name = ecc_part_name((enum ecc_part)info->part);
	info->transport = "kernel";
	info->wake = wake_text(a.wake);
	info->bus_hz = a.flags & ECC508A_INFO_BUS_HZ_KNOWN ? a.bus_hz : 0;
	info->bus_nr = a.bus_nr;
	info->address = a.address;
	info->config_locked = a.flags & ECC508A_INFO_CONFIG_LOCKED;
	info->data_locked = a.flags & ECC508A_INFO_DATA_LOCKED;
	memcpy(info->revision, a.revision, sizeof(info->revision));
	memcpy(info->serial, a.serial, sizeof(info->serial));
	memcpy(info->config, a.config, sizeof(info->config));
	return 0;
}

static int kernel_random(struct ecc508a_dev *dev, uint8_t *buf, size_t len)
{
	struct ecc508a_random a = { .len = len, .buf = (uintptr_t)buf };

	return request(dev, ECC508A_IOC_RANDOM, &a);
}

static int kernel_pubkey(struct ecc508a_dev *dev, unsigned int slot, bool stored, uint8_t xy[64])
{
	struct ecc508a_pubkey a = {
		.slot = slot,
		.flags = stored ? ECC508A_PUBKEY_STORED : 0,
	};
	int ret = request(dev, ECC508A_IOC_PUBKEY, &a);

	if (!ret)
		memcpy(xy, a.pubkey, sizeof(a.pubkey));
	return ret;
}

static int kernel_genkey(struct ecc508a_dev *dev, unsigned int slot, uint8_t xy[64])
{
	struct ecc508a_pubkey a = { .slot = slot };
	int ret = request(dev, ECC508A_IOC_GENKEY, &a);

	if (!ret)
		memcpy(xy, a.pubkey, sizeof(a.pubkey));
	return ret;
}

static int kernel_sign(struct ecc508a_dev *dev, unsigned int slot, const uint8_t digest[32],
		       uint8_t sig[64])
{
	struct ecc508a_sign a = { .slot = slot };
	int ret;

	memcpy(a.digest, digest, sizeof(a.digest));
	ret = request(dev, ECC508A_IOC_SIGN, &a);
	if (!ret)
		memcpy(sig, a.sig, sizeof(a.sig));
	return ret;
}

static int kernel_verify(struct ecc508a_dev *dev, unsigned int slot, const uint8_t *xy,
			 const uint8_t digest[32], const uint8_t sig[64])
{
	struct ecc508a_verify a = { .slot = slot, .flags = xy ? 0 : ECC508A_VERIFY_STORED };

	memcpy(a.digest, digest, sizeof(a.digest));
	memcpy(a.sig, sig, sizeof(a.sig));
	if (xy)
		memcpy(a.pubkey, xy, sizeof(a.pubkey));
	return request(dev, ECC508A_IOC_VERIFY, &a);
}

static int kernel_ecdh(struct ecc508a_dev *dev, unsigned int slot, const uint8_t xy[64],
		       uint8_t secret[32])
{
	struct ecc508a_ecdh a = { .slot = slot };
	int ret;

	memcpy(a.pubkey, xy, sizeof(a.pubkey));
	ret = request(dev, ECC508A_IOC_ECDH, &a);
	if (!ret)
		memcpy(secret, a.secret, sizeof(a.secret));
	ecc_wipe(&a, sizeof(a));
	return ret;
}

static void fill_rw(struct ecc508a_rw *a, unsigned int zone, unsigned int slot, size_t offset,
		    unsigned int key_slot, const uint8_t *key, const void *buf, size_t len)
{
	memset(a, 0, sizeof(*a));
	a->zone = zone;
	a->slot = slot;
	a->offset = offset;
	a->len = len;
	a->buf = (uintptr_t)buf;
	if (key) {
		a->flags = ECC508A_RW_ENCRYPTED;
		a->key_slot = key_slot;
		memcpy(a->key, key, sizeof(a->key));
	}
}

static int kernel_read(struct ecc508a_dev *dev, unsigned int zone, unsigned int slot, size_t offset,
		       unsigned int key_slot, const uint8_t *key, void *buf, size_t len)
{
	struct ecc508a_rw a;
	int ret;

	fill_rw(&a, zone, slot, offset, key_slot, key, buf, len);
	ret = request(dev, ECC508A_IOC_READ, &a);
	ecc_wipe(&a, sizeof(a));
	return ret;
}

static int kernel_write(struct ecc508a_dev *dev, unsigned int zone, unsigned int slot,
			size_t offset, unsigned int key_slot, const uint8_t *key, const void *buf,
			size_t len)
{
	struct ecc508a_rw a;
	int ret;

	fill_rw(&a, zone, slot, offset, key_slot, key, buf, len);
	ret = request(dev, ECC508A_IOC_WRITE, &a);
	ecc_wipe(&a, sizeof(a));
	return ret;
}

static int kernel_lock(struct ecc508a_dev *dev, unsigned int what, unsigned int slot, uint16_t crc)
{
	struct ecc508a_lock a = { .what = what, .slot = slot, .crc = crc };

	return request(dev, ECC508A_IOC_LOCK, &a);
}

static int kernel_counter(struct ecc508a_dev *dev, unsigned int id, bool increment, uint32_t *value)
{
	struct ecc508a_counter a = {
		.id = id,
		.flags = increment ? ECC508A_COUNTER_INCREMENT : 0,
	};
	int ret = request(dev, ECC508A_IOC_COUNTER, &a);

	*value = a.value;
	return ret;
}

static int kernel_session_begin(struct ecc508a_dev *dev, unsigned int timeout_ms)
{
	struct ecc508a_session a = { .timeout_ms = timeout_ms };
	int ret;

	do {
		ret = ioctl(fd_of(dev), ECC508A_IOC_SESSION_BEGIN, &a) < 0 ? -errno : 0;
	} while (ret == -EINTR);
	return ret;
}

static int kernel_session_end(struct ecc508a_dev *dev)
{
	return ioctl(fd_of(dev), ECC508A_IOC_SESSION_END) < 0 ? -errno : 0;
}

static int kernel_exchange(struct ecc508a_dev *dev, const struct ecc_cmd *cmd, void *rx,
			   size_t *rx_len)
{
	struct ecc508a_exchange a = {
		.opcode = cmd->opcode,
		.param1 = cmd->p1,
		.param2 = cmd->p2,
		.tx_len = cmd->len,
		.rx_len = *rx_len < ECC508A_PACKET_MAX ? *rx_len : ECC508A_PACKET_MAX,
		.tx = (uintptr_t)cmd->data,
		.rx = (uintptr_t)rx,
	};
	int ret = request(dev, ECC508A_IOC_EXCHANGE, &a);

	*rx_len = a.rx_len;
	return ret;
}

static int kernel_extra(struct ecc508a_dev *dev, unsigned long nr, void *arg)
{
	return request(dev, nr, arg);
}

static void kernel_close(struct ecc508a_dev *dev)
{
	if (still_ours(dev))
		close(fd_of(dev));
	free(dev->priv);
}

static const struct transport kernel_transport = {
	.name = "kernel",
	.close = kernel_close,
	.info = kernel_info,
	.random = kernel_random,
	.pubkey = kernel_pubkey,
	.genkey = kernel_genkey,
	.sign = kernel_sign,
	.verify = kernel_verify,
	.ecdh = kernel_ecdh,
	.read = kernel_read,
	.write = kernel_write,
	.lock = kernel_lock,
	.counter = kernel_counter,
	.session_begin = kernel_session_begin,
	.session_end = kernel_session_end,
	.exchange = kernel_exchange,
	.extra = kernel_extra,
};

static void explain_open(const char *path, int err)
{
	struct stat st;

	switch (err) {
	case ENOENT:
		if (access("/sys/module/ecc508a", F_OK))
			error_set(NULL,
				  "system: %s: no such device: the kernel module ecc508a is not "
				  "loaded\n"
				  "Load it with `modprobe ecc508a`.",
				  path);
		else
			error_set(NULL,
				  "system: %s: no such device, though the driver is loaded\n"
				  "`ecc508a info --list` shows those that exist; `dmesg | grep "
				  "ecc508a` says why one is missing.",
				  path);
		break;
	case EACCES: {
		const struct group *gr = NULL;

		if (!stat(path, &st))
			gr = getgrgid(st.st_gid);
		if (gr && st.st_gid)
			error_set(NULL,
				  "system: %s: permission denied: it belongs to the group %s\n"
				  "Add yourself with `usermod -aG %s USER` and log in again.",
				  path, gr->gr_name, gr->gr_name);
		else
			error_set(
				NULL,
				"system: %s: permission denied\n"
				"Install the udev rule that gives it to the group ecc508a and join "
				"that group, or run as root.",
				path);
		break;
	}
	case EBUSY:
		error_set(NULL, "system: %s: busy: another program has it to itself; try again",
			  path);
		break;
	case ENXIO:
	case ENODEV:
		error_set(NULL, "system: %s: the chip behind it was unbound or removed", path);
		break;
	default:
		error_set(NULL, "system: %s: %s", path, strerror(err));
		break;
	}
}

int kernel_open(struct ecc508a_dev *dev, const char *path)
{
	struct ecc508a_info probe = { .request = 0 };
	bool read_only = dev->flags & ECC508A_OPEN_READONLY;
	struct kernel *k;
	struct stat st;
	int fd, err;

	fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (fd < 0 && errno == EACCES && !read_only) {
		/* As much as the file permits */
		read_only = true;
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0) {
		err = errno;
		explain_open(path, err);
		return -err;
	}
	/* Any file can be named; only ours knows this request */
	err = ioctl(fd, ECC508A_IOC_INFO, &probe) < 0 ? errno : 0;
	if (err == ENOTTY || err == EINVAL || fstat(fd, &st)) {
		close(fd);
		error_set(NULL, "library: %s is no device of the ecc508a driver", path);
		return -ENOTTY;
	}
	k = calloc(1, sizeof(*k));
	if (!k) {
		close(fd);
		error_set(NULL, "system: out of memory");
		return -ENOMEM;
	}
	k->fd = fd;
	k->rdev = st.st_rdev;
	/* A chip that is bound again, here or elsewhere, is another device */
	dev->has_serial = !err;
	memcpy(dev->serial, probe.serial, sizeof(dev->serial));
	dev->priv = k;
	dev->read_only = read_only;
	dev->t = &kernel_transport;
	return 0;
}
