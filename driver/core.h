/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * What the files of ecc508a.ko share.
 *
 * Three things guard a chip, always taken in this order:
 *
 *   turn        whose turn it is (arbiter.c): a FIFO queue.  A single request keeps its turn
 *               for one sequence, a session for many system calls.
 *   chip->lock  held around everything that touches the chip or chip->client.  Only the
 *               holder of the turn and the three who may interrupt a session (its time
 *               limit, system sleep, removal) ever want it, so it is next to never waited for.
 *   chip->snap_lock  spinlock of the copy of the state that readers may see without a turn.
 *
 * Runtime PM: the usage count is raised under chip->lock for as long as the chip is in use,
 * so the runtime callbacks own the engine when they run and take no lock.
 *
 * Lifetime: struct ecc508a_chip embeds its class device and lives until the last reference
 * is dropped.  chip->client is NULL once the driver is unbound; nothing reachable from an
 * open file is devm memory.
 */
#ifndef _ECC508A_CORE_H
#define _ECC508A_CORE_H

#include <linux/cdev.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/i2c.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "ecc508a.h"
#include "proto/engine.h"
#include "proto/policy.h"

#define ECC508A_NAME "ecc508a"
#define ECC508A_MINORS 64

struct gpio_desc;
struct ecc508a_file;

/**
 * struct ecc508a_turn - one who waits for the chip, or has it
 * @node:    in arbiter.queue while waiting
 * @granted: completed when the turn is his, or when there is nothing to wait for any more
 * @ret:     0, or -ENODEV; set before @granted
 * @file:    the open file if the turn is for a session
 * @pid:     whose, for those who trace
 */
struct ecc508a_turn {
	struct list_head node;
	struct completion granted;
	int ret;
	struct ecc508a_file *file;
	pid_t pid;
};

/* For the tracepoint: in line, served, given up because of a signal, finished */
enum ecc508a_turn_event {
	ECC508A_TURN_WAITS = 0,
	ECC508A_TURN_HAS = 1,
	ECC508A_TURN_LEAVES = 2,
	ECC508A_TURN_OVER = 3,
};

/**
 * struct ecc508a_arbiter - the queue in front of a chip
 * @lock:    guards the rest
 * @queue:   struct ecc508a_turn, first come first served
 * @busy:    somebody has the turn
 * @session: the file whose session has it, or NULL
 * @dead:    the chip is gone: nobody gets a turn any more
 * @poll:    woken when the chip becomes free, a session ends or the chip goes
 * @waiting: length of @queue
 */
struct ecc508a_arbiter {
	spinlock_t lock; /* all below */
	struct list_head queue;
	bool busy;
	struct ecc508a_file *session;
	bool dead;
	wait_queue_head_t poll;
	unsigned int waiting;
};

/* One entry of debugfs "errors" */
struct ecc508a_failure {
	ktime_t when;
	int err;
	int status;
	u8 opcode, p1;
	u16 p2;
};

#define ECC508A_FAILURES 16

/* The state after the last sequence, for those without a turn */
struct ecc508a_snapshot {
	u8 config[ECC_CONFIG_SIZE];
	struct ecc_stats stats;
	enum ecc_power power;
	u8 address;
	u64 turns, session_timeouts;
	struct ecc508a_failure failures[ECC508A_FAILURES];
	unsigned int nr_failures; /* ever; the last ECC508A_FAILURES are kept */
};

/**
 * struct ecc508a_bus - how the chip is reached, and what is known of the way
 * @hz:       bus clock, 0 if unknown
 * @shared:   others live on the bus
 * @wake:     enum ecc508a_wake
 * @wake_len: zero bytes behind the address of a wake pulse
 * @gpio:     wake-gpios or NULL
 * @bounce:   DMA-able room for one transfer
 */
struct ecc508a_bus {
	u32 hz;
	bool shared;
	u8 wake;
	u8 wake_len;
	struct gpio_desc *gpio;
	u8 *bounce;
};

struct ecc508a_chip {
	struct device dev;
	struct cdev cdev;
	unsigned int index;
	u8 serial[ECC508A_SERIAL_SIZE];
	u8 revision[4];
	enum ecc_part part;
	unsigned short client_addr, bus_nr;

	struct ecc508a_arbiter arb;
	struct mutex lock; /* the chip itself, client, suspended, eng */
	struct i2c_client *client; /* NULL: unbound */
	bool suspended; /* system sleep */
	bool unhealthy;
	struct ecc_dev eng;
	struct ecc508a_bus bus;

	/* the session that has the turn (session.c); under lock */
	bool session_open; /* it has begun, and holds the chip awake */
	struct delayed_work session_end;
	struct delayed_work session_keep;
	unsigned long session_deadline;

	spinlock_t snap_lock; /* snap */
	struct ecc508a_snapshot snap;

	struct dentry *debugfs;
};

/**
 * struct ecc508a_file - one open file
 * @chip:    with a reference
 * @lock:    serialises beginning and ending a session on this file
 * @expired: its session was ended by the driver; every request says -ETIME until
 *           SESSION_END or SESSION_BEGIN (guarded by arb.lock)
 */
struct ecc508a_file {
	struct ecc508a_chip *chip;
	struct mutex lock; /* beginning and ending a session */
	bool expired;
};

#define to_ecc508a_chip(d) container_of(d, struct ecc508a_chip, dev)

/* arbiter.c */
void ecc508a_arbiter_init(struct ecc508a_arbiter *arb);
int ecc508a_turn_take(struct ecc508a_arbiter *arb, struct ecc508a_file *session, bool nonblock);
void ecc508a_turn_give(struct ecc508a_arbiter *arb);
void ecc508a_arbiter_kill(struct ecc508a_arbiter *arb);
bool ecc508a_turn_is_session(struct ecc508a_arbiter *arb, const struct ecc508a_file *file);
bool ecc508a_turn_revoke(struct ecc508a_arbiter *arb, const struct ecc508a_file *file);

/* chip.c */
extern struct class ecc508a_class;
extern struct workqueue_struct *ecc508a_wq;
struct ecc508a_chip *ecc508a_chip_alloc(struct i2c_client *client);
int ecc508a_chip_register(struct ecc508a_chip *chip);
void ecc508a_chip_unregister(struct ecc508a_chip *chip);
void ecc508a_chip_snapshot(struct ecc508a_chip *chip);
void ecc508a_notify(struct ecc508a_chip *chip, enum ecc508a_event event);
int ecc508a_chip_init(void);
void ecc508a_chip_exit(void);

/*
 * use.c: everybody's way to the chip.  Between begin and end the caller has the turn (his
 * own or his session's) and chip->lock.
 */
#define ECC508A_USE_NONBLOCK BIT(0)
/* What the sequence leaves in the chip's volatile memory is for nobody: sleep at the end */
#define ECC508A_USE_FORGET BIT(1)
/* Only within the file's session: -ENOTCONN if it has none */
#define ECC508A_USE_SESSION BIT(2)
int ecc508a_use_begin(struct ecc508a_chip *chip, struct ecc508a_file *file, unsigned int flags);
void ecc508a_use_end(struct ecc508a_chip *chip, struct ecc508a_file *file, unsigned int flags,
		     int err);
void ecc508a_chip_sleep(struct ecc508a_chip *chip);
int ecc508a_hold(struct ecc508a_chip *chip);
void ecc508a_drop(struct ecc508a_chip *chip);

/* bus.c */
extern const struct ecc_bus_ops ecc508a_bus_ops;
int ecc508a_bus_init(struct ecc508a_chip *chip);
void ecc508a_bus_exit(struct ecc508a_chip *chip);
void ecc508a_bus_look(struct ecc508a_chip *chip);
int ecc508a_bus_xfer(struct ecc508a_chip *chip, struct i2c_msg *msg);

/* wake.c */
int ecc508a_wake_init(struct ecc508a_chip *chip);
void ecc508a_wake_exit(struct ecc508a_chip *chip);
bool ecc508a_wake_next(struct ecc508a_chip *chip);
int ecc508a_wake_pulse(struct ecc508a_chip *chip);
const char *ecc508a_wake_name(u8 wake);

/* session.c */
void ecc508a_session_init(struct ecc508a_chip *chip);
int ecc508a_session_begin(struct ecc508a_file *file, u32 timeout_ms, bool nonblock);
int ecc508a_session_end(struct ecc508a_file *file);
int ecc508a_session_finish(struct ecc508a_file *file);
void ecc508a_session_used(struct ecc508a_chip *chip);
void ecc508a_session_revoke(struct ecc508a_chip *chip);
void ecc508a_session_cancel(struct ecc508a_chip *chip);

/* pm.c */
extern const struct dev_pm_ops ecc508a_pm_ops;
void ecc508a_pm_init(struct ecc508a_chip *chip);
void ecc508a_pm_exit(struct i2c_client *client);

/* cdev.c, ioctl.c, sysfs.c, debugfs.c, i2c.c */
extern const struct file_operations ecc508a_fops;
long ecc508a_ioctl(struct file *filp, unsigned int cmd, unsigned long arg);
extern const struct attribute_group *ecc508a_groups[];
void ecc508a_debugfs_init(void);
void ecc508a_debugfs_exit(void);
void ecc508a_debugfs_add(struct ecc508a_chip *chip);
void ecc508a_debugfs_remove(struct ecc508a_chip *chip);
#ifdef CONFIG_FAULT_INJECTION
bool ecc508a_fault_transfer(void);
#else
static inline bool ecc508a_fault_transfer(void)
{
	return false;
}
#endif
extern struct i2c_driver ecc508a_i2c_driver;

#endif
