// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Finding, opening and closing devices.
 *
 * Fork: the child of a process that has devices open gets fresh locks (the thread that held one
 * does not exist in it) and may go on using them: a kernel device because its file is shared
 * and the driver serialises, an emulator because every operation makes its own connection.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define DEV_DIR	    "/dev"
#define SYS_DIR	    "/sys/class/ecc508a"
#define DEV_PREFIX  "ecc508a"
#define DEVICES_MAX 64

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct ecc508a_dev *list;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

static void init_lock(struct ecc508a_dev *dev)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&dev->lock, &attr);
	pthread_mutexattr_destroy(&attr);
}

static void before_fork(void)
{
	pthread_mutex_lock(&list_lock);
}

static void after_fork_parent(void)
{
	pthread_mutex_unlock(&list_lock);
}

static void after_fork_child(void)
{
	for (struct ecc508a_dev *dev = list; dev; dev = dev->next) {
		init_lock(dev);
		dev->sessions = 0; /* it is the parent's */
		if (dev->t->forked)
			dev->t->forked(dev);
	}
	pthread_mutex_init(&list_lock, NULL);
}

static void watch_forks(void)
{
	pthread_atfork(before_fork, after_fork_parent, after_fork_child);
}

void dev_lock(struct ecc508a_dev *dev)
{
	pthread_mutex_lock(&dev->lock);
}

void dev_unlock(struct ecc508a_dev *dev)
{
	pthread_mutex_unlock(&dev->lock);
}

static int compare_numbers(const void *a, const void *b)
{
	const unsigned int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Numbers of the devices that a directory names ("ecc508a0", ...), in order */
static unsigned int scan(const char *path, unsigned int numbers[DEVICES_MAX])
{
	const size_t prefix = strlen(DEV_PREFIX);
	DIR *dir = opendir(path);
	unsigned int n = 0;
	struct dirent *e;

	if (!dir)
		return 0;
	while (n < DEVICES_MAX && (e = readdir(dir))) {
		unsigned long number;
		char *end;

		if (strncmp(e->d_name, DEV_PREFIX, prefix) ||
		    !isdigit((unsigned char)e->d_name[prefix]))
			continue;
		number = strtoul(e->d_name + prefix, &end, 10);
		if (!*end && number < 1000000)
			numbers[n++] = number;
	}
	closedir(dir);
	qsort(numbers, n, sizeof(numbers[0]), compare_numbers);
	return n;
}

ECC508A_API int ecc508a_list(int (*fn)(const char *name, void *arg), void *arg)
{
	const char *env = getenv("ECC508A_DEVICE");
	unsigned int numbers[DEVICES_MAX], n;
	char name[32];
	int ret;

	if (env && *env) {
		ret = fn ? fn(env, arg) : 0;
		return ret ? ret : 1;
	}
	n = scan(DEV_DIR, numbers);
	for (unsigned int i = 0; i < n && fn; i++) {
		snprintf(name, sizeof(name), DEV_DIR "/" DEV_PREFIX "%u", numbers[i]);
		ret = fn(name, arg);
		if (ret)
			return ret;
	}
	return n;
}

static int explain_no_device(void)
{
	unsigned int numbers[DEVICES_MAX];

	if (scan(SYS_DIR, numbers)) {
		error_set(NULL,
			  "system: the driver has a chip (" SYS_DIR "/" DEV_PREFIX
			  "%u), but there is "
			  "no node in " DEV_DIR "\n"
			  "Is devtmpfs mounted and udev running? In a container the node must be "
			  "passed in.",
			  numbers[0]);
	} else if (access("/sys/module/ecc508a", F_OK)) {
		error_set(
			NULL,
			"system: no device " DEV_DIR "/" DEV_PREFIX
			"0: the kernel module ecc508a is "
			"not loaded\n"
			"Load it with `modprobe ecc508a`, or name another device in ECC508A_DEVICE "
			"(for an emulator emu:/path/to/socket).");
	} else {
		error_set(
			NULL,
			"system: no device " DEV_DIR "/" DEV_PREFIX
			"0: the driver is loaded but has "
			"found no chip\n"
			"`dmesg | grep ecc508a` says why; without a device tree entry bind it with "
			"`echo ecc508a 0x60 > /sys/bus/i2c/devices/i2c-N/new_device`.");
	}
	return -ENOENT;
}

static bool parse_hex_serial(const char *hex, uint8_t serial[9])
{
	for (int i = 0; i < 9; i++) {
		unsigned int byte;
		char pair[3] = { 0 };

		if (!isxdigit((unsigned char)hex[2 * i]) ||
		    !isxdigit((unsigned char)hex[2 * i + 1]))
			return false;
		memcpy(pair, hex + 2 * i, 2);
		if (sscanf(pair, "%2x", &byte) != 1)
			return false;
		serial[i] = byte;
	}
	return !hex[18];
}

static int open_named(const char *name, unsigned int flags, struct ecc508a_dev **out)
{
	struct ecc508a_dev *dev = calloc(1, sizeof(*dev));
	int ret;

	if (!dev) {
		error_set(NULL, "system: out of memory");
		return -ENOMEM;
	}
	pthread_once(&fork_once, watch_forks);
	init_lock(dev);
	dev->flags = flags;
	dev->result.status = ECC_STATUS_NONE;
	if (!strncmp(name, "emu:", 4)) {
		snprintf(dev->name, sizeof(dev->name), "%s", name);
		ret = emu_open(dev, name + 4);
	} else {
		snprintf(dev->name, sizeof(dev->name), "%s%s", strchr(name, '/') ? "" : DEV_DIR "/",
			 name);
		ret = kernel_open(dev, dev->name);
	}
	if (ret) {
		pthread_mutex_destroy(&dev->lock);
		free(dev);
		return ret;
	}
	dev->read_only = dev->read_only || (flags & ECC508A_OPEN_READONLY);
	pthread_mutex_lock(&list_lock);
	dev->next = list;
	list = dev;
	pthread_mutex_unlock(&list_lock);
	error_forget(dev);
	*out = dev;
	return 0;
}

ECC508A_API int ecc508a_open(const char *device, unsigned int flags, struct ecc508a_dev **dev)
{
	const char *env = getenv("ECC508A_DEVICE");
	unsigned int numbers[DEVICES_MAX], n;
	uint8_t serial[9];
	char name[32];

	*dev = NULL;
	if (flags & ~(unsigned int)ECC508A_OPEN_READONLY) {
		error_set(NULL, "library: unknown flag 0x%x for ecc508a_open()", flags);
		return -EINVAL;
	}
	if (!device && env && *env)
		device = env;
	if (!device) {
		n = scan(DEV_DIR, numbers);
		if (!n)
			return explain_no_device();
		if (n > 1) {
			error_set(NULL,
				  "system: there are %u chips; it is not clear which is meant\n"
				  "Name one: " DEV_DIR "/" DEV_PREFIX
				  "%u or serial:..., as argument or "
				  "in ECC508A_DEVICE.",
				  n, numbers[0]);
			return -ENOTUNIQ;
		}
		snprintf(name, sizeof(name), DEV_PREFIX "%u", numbers[0]);
		return open_named(name, flags, dev);
	}
	if (strlen(device) >= ECC508A_NAME_MAX - sizeof(DEV_DIR) || !*device) {
		error_set(NULL, "library: '%.64s' is no device name", device);
		return -EINVAL;
	}
	if (!strncmp(device, "serial:", 7)) {
		if (!parse_hex_serial(device + 7, serial)) {
			error_set(NULL,
				  "library: '%.64s': a serial number is 18 hexadecimal digits",
				  device);
			return -EINVAL;
		}
		return ecc508a_open_serial(serial, flags, dev);
	}
	return open_named(device, flags, dev);
}

static bool has_serial(const char *name, unsigned int flags, const uint8_t serial[9], bool *seen,
		       uint8_t other[9], struct ecc508a_dev **dev, int *err)
{
	uint8_t here[9];

	*err = open_named(name, flags, dev);
	if (*err)
		return false;
	*err = ecc508a_serial(*dev, here);
	if (!*err && !memcmp(here, serial, 9))
		return true;
	if (*err) {
		error_set(NULL, "%s", ecc508a_error(*dev));
	} else {
		*seen = true;
		memcpy(other, here, 9);
	}
	ecc508a_close(*dev);
	*dev = NULL;
	return false;
}

static void hex_serial(const uint8_t serial[9], char text[19])
{
	for (int i = 0; i < 9; i++)
		snprintf(text + 2 * i, 3, "%02x", serial[i]);
}

ECC508A_API int ecc508a_open_serial(const uint8_t serial[9], unsigned int flags,
				    struct ecc508a_dev **dev)
{
	const char *env = getenv("ECC508A_DEVICE");
	unsigned int numbers[DEVICES_MAX], n;
	char name[32], want[19], have[19];
	bool seen = false;
	uint8_t other[9];
	int err = -ENOENT;

	*dev = NULL;
	/* A device that is named is the only one that is looked at */
	if (env && *env && strncmp(env, "serial:", 7)) {
		if (has_serial(env, flags, serial, &seen, other, dev, &err))
			return 0;
		n = 1;
	} else {
		n = scan(DEV_DIR, numbers);
		if (!n)
			return explain_no_device();
		for (unsigned int i = 0; i < n; i++) {
			snprintf(name, sizeof(name), DEV_DIR "/" DEV_PREFIX "%u", numbers[i]);
			if (has_serial(name, flags, serial, &seen, other, dev, &err))
				return 0;
		}
	}
	if (!seen)
		return err; /* no chip could be asked: the last reason stands */
	hex_serial(serial, want);
	hex_serial(other, have);
	error_set(NULL,
		  "system: no chip has the serial number %s; %s%s\n"
		  "Is this the board that the key or reference was made for?",
		  want, n > 1 ? "one of those here is " : "the one here is ", have);
	return -ENOENT;
}

ECC508A_API void ecc508a_close(struct ecc508a_dev *dev)
{
	struct ecc508a_dev **p;

	if (!dev)
		return;
	pthread_mutex_lock(&list_lock);
	for (p = &list; *p; p = &(*p)->next) {
		if (*p == dev) {
			*p = dev->next;
			break;
		}
	}
	pthread_mutex_unlock(&list_lock);
	if (dev->sessions)
		dev->t->session_end(dev);
	dev->t->close(dev);
	error_forget(dev);
	pthread_mutex_destroy(&dev->lock);
	free(dev);
}

ECC508A_API int ecc508a_serial(struct ecc508a_dev *dev, uint8_t serial[9])
{
	struct ecc508a_chip_info info;
	int ret;

	if (dev->has_serial) {
		memcpy(serial, dev->serial, sizeof(dev->serial));
		return 0;
	}
	ret = ecc508a_info(dev, false, &info);
	if (!ret)
		memcpy(serial, info.serial, sizeof(info.serial));
	return ret;
}

ECC508A_API const char *ecc508a_name(const struct ecc508a_dev *dev)
{
	return dev->name;
}

ECC508A_API int ecc508a_status(const struct ecc508a_dev *dev)
{
	return dev->result.status == ECC_STATUS_NONE ? -1 : dev->result.status;
}
