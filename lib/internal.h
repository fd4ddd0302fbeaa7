/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * Inside libecc508a.  A device is a name, a lock and a transport; a transport runs one operation
 * at a time and reports what the chip said.  Messages are made in one place (explain.c) from
 * the command, the error and the chip's configuration, so every transport explains alike.
 */
#ifndef ECC508A_INTERNAL_H
#define ECC508A_INTERNAL_H

#include <pthread.h>

#include "ecc508a.h"
#include "policy.h"

#define ECC508A_API	 __attribute__((visibility("default")))
#define ECC508A_NAME_MAX 256

/**
 * struct result - what the last command of an operation said
 * @status: the chip's status byte, ECC_STATUS_NONE if there was no answer
 * @retries: how often the operation was started again
 */
struct result {
	uint8_t status, opcode, retries;
};

/**
 * struct transport - one way to a chip
 * All functions are called with the device's lock held, return 0 or a negative errno of
 * linux/ecc508a.h, and fill in dev->result when the chip was reached.
 */
struct transport {
	const char *name;
	void (*close)(struct ecc508a_dev *dev);
	/* In a forked child: forget what a thread of the parent was doing; may be NULL */
	void (*forked)(struct ecc508a_dev *dev);
	int (*info)(struct ecc508a_dev *dev, bool refresh, struct ecc508a_chip_info *info);
	int (*random)(struct ecc508a_dev *dev, uint8_t *buf, size_t len);
	int (*pubkey)(struct ecc508a_dev *dev, unsigned int slot, bool stored, uint8_t xy[64]);
	int (*genkey)(struct ecc508a_dev *dev, unsigned int slot, uint8_t xy[64]);
	int (*sign)(struct ecc508a_dev *dev, unsigned int slot, const uint8_t digest[32],
		    uint8_t sig[64]);
	/* xy NULL: with the public key stored in slot */
	int (*verify)(struct ecc508a_dev *dev, unsigned int slot, const uint8_t *xy,
		      const uint8_t digest[32], const uint8_t sig[64]);
	int (*ecdh)(struct ecc508a_dev *dev, unsigned int slot, const uint8_t xy[64],
		    uint8_t secret[32]);
	/* key NULL: in the clear */
	int (*read)(struct ecc508a_dev *dev, unsigned int zone, unsigned int slot, size_t offset,
		    unsigned int key_slot, const uint8_t *key, void *buf, size_t len);
	int (*write)(struct ecc508a_dev *dev, unsigned int zone, unsigned int slot, size_t offset,
		     unsigned int key_slot, const uint8_t *key, const void *buf, size_t len);
	int (*lock)(struct ecc508a_dev *dev, unsigned int what, unsigned int slot, uint16_t crc);
	int (*counter)(struct ecc508a_dev *dev, unsigned int id, bool increment, uint32_t *value);
	int (*session_begin)(struct ecc508a_dev *dev, unsigned int timeout_ms);
	int (*session_end)(struct ecc508a_dev *dev);
	int (*exchange)(struct ecc508a_dev *dev, const struct ecc_cmd *cmd, void *rx,
			size_t *rx_len);
	/* Requests from 0x20 on: ECC508A_IOC_... and its structure, arguments checked */
	int (*extra)(struct ecc508a_dev *dev, unsigned long nr, void *arg);
};

struct ecc508a_dev {
	const struct transport *t;
	void *priv; /* of the transport */
	pthread_mutex_t lock; /* recursive: a session holds it between calls */
	struct ecc508a_dev *next; /* all open devices, for fork */
	unsigned int flags;
	bool read_only; /* whatever was asked for, this is what it got */
	bool has_serial; /* the transport cannot lead to another chip while it is open: */
	uint8_t serial[9]; /* its number */
	unsigned int sessions; /* 0 or 1 */
	struct result result;
	char name[ECC508A_NAME_MAX];
};

/* kernel.c, emu.c: on failure they leave a message for ecc508a_error(NULL) */
int kernel_open(struct ecc508a_dev *dev, const char *path);
int emu_open(struct ecc508a_dev *dev, const char *path);

/* device.c */
void dev_lock(struct ecc508a_dev *dev);
void dev_unlock(struct ecc508a_dev *dev);

/* error.c: the text of this thread's last error on a device; dev NULL for a failed open */
void error_set(const struct ecc508a_dev *dev, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void error_forget(const struct ecc508a_dev *dev);

/* explain.c: make the message for @err of an operation and return @err */
int explain(struct ecc508a_dev *dev, int err, const struct ecc_cmd *cmd);
/* ops.c: lock the device, forget the last result; explain, unlock */
void op_begin(struct ecc508a_dev *dev);
int op_end(struct ecc508a_dev *dev, int ret, const struct ecc_cmd *cmd);
int need_writable(struct ecc508a_dev *dev, const struct ecc_cmd *cmd);

/* An argument that never reached the transport */
int refuse_argument(struct ecc508a_dev *dev, const char *what);

/* sha256.c */
void soft_sha256(const uint8_t *data, size_t len, uint8_t digest[32]);

#endif
