/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * i2c-vbus: I2C adapters whose slaves are a program.
 *
 * Open /dev/i2c-vbus, create one adapter with I2C_VBUS_NEW, then serve it:
 * read() blocks until somebody starts a transfer and returns it as one frame,
 * write() answers it. poll() says EPOLLIN while a transfer waits to be read
 * and EPOLLOUT while one waits to be answered. Closing the file (or dying)
 * removes the adapter; a transfer under way fails with ENODEV at once.
 *
 * A transfer is one to I2C_VBUS_MSG_MAX messages between START and STOP, with
 * a repeated START in front of every message but the first. The adapter hands
 * out one transfer at a time.
 *
 * Request, as read():
 *	struct i2c_vbus_xfer
 *	struct i2c_vbus_msg[num]
 *	the data of all write messages, in order, nothing in between
 *
 * Answer, as write():
 *	struct i2c_vbus_reply
 *	struct i2c_vbus_result[num]
 *	result.count bytes for every read message, in order
 *
 * The server walks through the messages in order and stops at the first one
 * that fails, unless that failure is a NAK and the message carries
 * I2C_M_IGNORE_NAK: reply.num counts the messages it came to. Read messages
 * that succeed return exactly the bytes asked for. What an ignored NAK leaves
 * of a read is filled up with 0xFF, as an undriven bus would.
 *
 * An adapter that was created with a wake line has one more kind of request,
 * I2C_VBUS_SDA_LOW: something pulled SDA low for a while, outside of any
 * transfer. It has no messages, and is answered with no results.
 *
 * All integers are in host byte order.
 */
#ifndef _I2C_VBUS_H
#define _I2C_VBUS_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define I2C_VBUS_DEVICE		"/dev/i2c-vbus"

#define I2C_VBUS_MSG_MAX	64	/* messages of one transfer */
#define I2C_VBUS_DATA_MAX	65536	/* data bytes of one transfer, both ways */
#define I2C_VBUS_TIMEOUT_MAX_MS	30000
#define I2C_VBUS_NAME_MAX	32

/**
 * struct i2c_vbus_new - argument of I2C_VBUS_NEW
 * @bus_hz: reported as the device property "clock-frequency"; 0: no property
 * @timeout_ms: how long a transfer waits for its answer; 0: 1000
 * @functionality: I2C_FUNC_* bits, which must include I2C_FUNC_I2C. Without
 *	I2C_FUNC_PROTOCOL_MANGLING or I2C_FUNC_NOSTART the message flags of the
 *	same purpose are dropped before the server sees them, as hardware that
 *	cannot honour them does. Without I2C_FUNC_SMBUS_QUICK messages without
 *	data are refused with EOPNOTSUPP. 0: I2C_FUNC_I2C, I2C_FUNC_SMBUS_EMUL
 *	and I2C_FUNC_PROTOCOL_MANGLING.
 * @adapter_nr: returned: N of /dev/i2c-N; set to 0
 * @name: adapter name, NUL terminated; empty: "i2c-vbus"
 * @wake_addr: the client at this address gets a GPIO that pulls SDA low,
 *	as a board with wake-gpios has; 0: none. EOPNOTSUPP without CONFIG_GPIOLIB
 * @flags: I2C_VBUS_NEW_*
 * @reserved: must be 0
 */
struct i2c_vbus_new {
	__u32 bus_hz;
	__u32 timeout_ms;
	__u32 functionality;
	__u32 adapter_nr;
	char name[I2C_VBUS_NAME_MAX];
	__u16 wake_addr;
	__u16 flags;
	__u32 reserved[3];
};

/*
 * The calling thread is not frozen when the machine goes to sleep, so that
 * the slaves answer while drivers are suspended and resumed, as hardware does.
 */
#define I2C_VBUS_NEW_NOFREEZE	0x0001

#define I2C_VBUS_NEW		_IOWR(0xeb, 0x00, struct i2c_vbus_new)
/* Another "clock-frequency", or none (0); drivers that are bound keep theirs. */
#define I2C_VBUS_SET_SPEED	_IOW(0xeb, 0x01, __u32)

/* struct i2c_vbus_xfer.kind */
#define I2C_VBUS_XFER		0	/* a transfer */
#define I2C_VBUS_SDA_LOW	1	/* SDA was low for low_ns */

/**
 * struct i2c_vbus_xfer - head of a request frame
 * @seq: names the transfer; the answer repeats it
 * @num: messages that follow
 * @kind: I2C_VBUS_XFER or I2C_VBUS_SDA_LOW
 * @frame_len: bytes of the whole frame
 * @low_ns: with I2C_VBUS_SDA_LOW; else 0
 * @start_ns: CLOCK_MONOTONIC when the transfer was started
 */
struct i2c_vbus_xfer {
	__u32 seq;
	__u16 num;
	__u16 kind;
	__u32 frame_len;
	__u32 low_ns;
	__u64 start_ns;
};

/**
 * struct i2c_vbus_msg - one message of a request
 * @addr: 7 or 10 bit address
 * @flags: I2C_M_* as in <linux/i2c.h>
 * @len: data bytes, may be 0
 * @reserved: 0
 */
struct i2c_vbus_msg {
	__u16 addr;
	__u16 flags;
	__u16 len;
	__u16 reserved;
};

/**
 * struct i2c_vbus_reply - head of an answer frame
 * @seq: of the transfer that is answered
 * @num: results that follow
 * @reserved: must be 0
 */
struct i2c_vbus_reply {
	__u32 seq;
	__u16 num;
	__u16 reserved;
};

/* The caller of i2c_transfer() sees the errno on the right. */
enum i2c_vbus_status {
	I2C_VBUS_OK = 0,
	I2C_VBUS_ADDR_NAK = 1,	/* ENXIO */
	I2C_VBUS_DATA_NAK = 2,	/* EIO */
	I2C_VBUS_ARB_LOST = 3,	/* EAGAIN: the I2C core may retry */
	I2C_VBUS_TIMEOUT = 4,	/* ETIMEDOUT: SCL held low */
	I2C_VBUS_BUS_ERROR = 5,	/* EIO */
};

/**
 * struct i2c_vbus_result - what became of one message
 * @status: enum i2c_vbus_status
 * @count: WRITE: data bytes acknowledged (informative). READ: bytes that follow
 */
struct i2c_vbus_result {
	__u16 status;
	__u16 count;
};

/* The largest frame either way. */
#define I2C_VBUS_FRAME_MAX                                                     \
	(sizeof(struct i2c_vbus_xfer) +                                        \
	 I2C_VBUS_MSG_MAX * sizeof(struct i2c_vbus_msg) + I2C_VBUS_DATA_MAX)

#endif /* _I2C_VBUS_H */
