/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * The engine: waking, sending, polling, retrying, sleeping, and the sequences made of
 * them.  It knows no bus: the driver gives it I2C, the library the emulator's socket.
 * It takes no lock and allocates nothing: the caller holds the chip.
 */
#ifndef ECC_PROTO_ENGINE_H
#define ECC_PROTO_ENGINE_H

#include "config.h"

/**
 * struct ecc_bus_ops - how to reach the chip
 * @write:    START, address + W, data, STOP.  0, -ENXIO if address or data was not
 *            acknowledged, other negative errno for a bus error
 * @read:     START, address + R, len bytes, STOP.  As above
 * @wake:     produce the wake pulse (SDA low for tWLO); does not wait tWHI, does not read.
 *            0 or negative errno; a NAK is no error
 * @delay_us: let at least @us pass, at most @us + @slack
 * @now_us:   monotonic microseconds
 * @sha256:   for encrypted reads and writes; NULL makes them -EOPNOTSUPP
 * @random:   host random bytes for nonces; NULL = zeros are used as NumIn
 * @trace:    may be NULL; called after each command with its status (-1: no answer) and duration
 */
struct ecc_bus_ops {
	int (*write)(void *ctx, u8 addr, const u8 *buf, size_t len);
	int (*read)(void *ctx, u8 addr, u8 *buf, size_t len);
	int (*wake)(void *ctx);
	void (*delay_us)(void *ctx, u32 us, u32 slack);
	u64 (*now_us)(void *ctx);
	int (*sha256)(void *ctx, const u8 *data, size_t len, u8 digest[32]);
	int (*random)(void *ctx, u8 *buf, size_t len);
	void (*trace)(void *ctx, const struct ecc_cmd *cmd, int status, u32 us, int err);
};

enum ecc_power {
	ECC_POWER_UNKNOWN, /* after an error or at start: sleep it before waking */
	ECC_POWER_ASLEEP,
	ECC_POWER_IDLE,
	ECC_POWER_AWAKE,
};

/*
 * struct ecc_stats - counted since the engine was initialised
 */
struct ecc_stats {
	u64 commands, wakes, wake_failures, retries, polls, crc_errors, naks, watchdog;
	u64 tx_bytes, rx_bytes; /* bytes of successful transfers, address bytes included */
	u64 exec_us; /* time between command written and response read */
};

/*
 * struct ecc_dev - one chip, as its holder sees it
 * @buf needs to be DMA-able in the kernel: allocate the struct, do not put it on a stack.
 */
struct ecc_dev {
	const struct ecc_bus_ops *ops;
	void *ctx;
	u8 addr;
	enum ecc_part part;
	bool shared_bus; /* sleep rather than idle (erratum, AN3539 1.2.3) */
	/* state */
	enum ecc_power power;
	u64 woken_us; /* when the watchdog started */
	bool config_valid;
	u8 config[ECC_CONFIG_SIZE]; /* cache; locks and counters are re-read when used */
	u8 revision[4];
	/* the last command: what struct ecc508a_result reports */
	u8 status, opcode, retries;
	bool state_changed; /* a state-changing command was (or may have been) carried out */
	struct ecc_stats stats;
	/* private to the engine */
	bool confirmed; /* the chip acknowledged something since the last wake pulse */
	bool holds_state; /* commands ran since the sequence began: TempKey matters */
	bool overslept; /* and may be gone: there was time for the watchdog since a wake */
	bool in_run;
	u64 deadline_us; /* no new attempt after this */
	u8 last[3]; /* count and CRC of the last answer */
	u8 aux[8]; /* word addresses, wake status */
	u8 buf[ECC_CMD_MAX + 5];
};

void ecc_dev_init(struct ecc_dev *dev, const struct ecc_bus_ops *ops, void *ctx, u8 addr);

/*
 * Power.  ecc_wake() makes the chip ready with at least @budget_us left on the watchdog
 * (idle + wake when less is left, so TempKey survives).  From a known state it only makes
 * the pulse and waits tWHI: the next command's acknowledge tells whether it worked, so no
 * bytes are spent on reading the wake status.  From ECC_POWER_UNKNOWN it puts the chip to
 * sleep, wakes it, reads the status and keeps trying for up to 1.5 s.  Errors: -ENXIO
 * nobody answers, -EIO answers but not sanely, -ESTALE it was found asleep (or lost) while
 * a sequence had state in it.  (A failed 608 self-test is no error here: the commands that
 * are refused because of it say so with status 0x07.)
 *
 * After a successful command or sequence the chip is awake; after one that failed for want
 * of an answer the engine has tried to put it to sleep.  Going to sleep, now or after a
 * while, is the holder's business.  ecc_idle() keeps TempKey for the next command of a
 * session, at any distance; on a shared bus it sleeps when there is nothing to keep.
 */
int ecc_wake(struct ecc_dev *dev, u32 budget_us);
int ecc_sleep(struct ecc_dev *dev);
int ecc_idle(struct ecc_dev *dev);
/* Anything -> asleep, whatever the chip was doing; waits for a busy chip up to max_us */
int ecc_resync(struct ecc_dev *dev);

/**
 * ecc_exec - one command: wake if needed, send, wait typical time, poll with a growing step,
 *            read, check count and CRC, re-read on a bad CRC
 * @dev:  the chip
 * @cmd:  the command
 * @rsp:  room for the payload (without count and CRC), may be NULL
 * @size: of @rsp
 * @len:  its length, 1 for a status alone; may be NULL
 *
 * The command is sent again only when it surely was not executed (status 0xff, a write that
 * was not acknowledged), or failed for a reason of chance (status 0x05 of Sign and GenKey).
 *
 * Return: 0, or an errno by status (dev->status holds the byte), or
 * -EOPNOTSUPP  this part has no such command; nothing was sent
 * -ESTALE      not executed, and what commands before it left in TempKey is gone: the
 *              sequence must start again (ecc_run() does; a session is told)
 * -ETIMEDOUT, -EIO, -ENXIO  no answer; the command changes nothing, so may be repeated
 * -EUCLEAN     a command that changes the chip was sent and its answer was lost
 * -EMSGSIZE    the payload is longer than @size
 * -ENODEV, -ESHUTDOWN  from the bus: it is gone
 */
int ecc_exec(struct ecc_dev *dev, const struct ecc_cmd *cmd, u8 *rsp, size_t size, size_t *len);

/**
 * ecc_run - run a sequence, and again from its start after a retriable failure
 * @dev: the chip
 * @arg: of @fn
 * @fn:  the sequence; must build everything it needs itself (TempKey is gone on a retry)
 * Never runs @fn again once dev->state_changed is set; the error is then -EUCLEAN unless
 * @fn itself found out by reading back.
 * Return: what @fn returned the last time, or -EUCLEAN.
 */
int ecc_run(struct ecc_dev *dev, int (*fn)(struct ecc_dev *dev, void *arg), void *arg);

/* Sequences.  Arguments and errors as the ioctls of the same name (uapi/linux/ecc508a.h). */
int ecc_identify(struct ecc_dev *dev); /* wake, Info(Revision), configuration zone */
int ecc_refresh_config(struct ecc_dev *dev);
int ecc_random(struct ecc_dev *dev, u8 *buf, size_t len, bool allow_fixed);
int ecc_pubkey(struct ecc_dev *dev, u16 slot, u8 xy[64]);
int ecc_pubkey_stored(struct ecc_dev *dev, u16 slot, u8 xy[64]);
int ecc_genkey(struct ecc_dev *dev, u16 slot, u8 xy[64]);
int ecc_sign(struct ecc_dev *dev, u16 slot, const u8 digest[32], u8 sig[64]);
int ecc_verify(struct ecc_dev *dev, const u8 xy[64], const u8 digest[32], const u8 sig[64]);
int ecc_verify_stored(struct ecc_dev *dev, u16 slot, const u8 digest[32], const u8 sig[64]);
/* @to: 0 output, 1 slot + 1, 2 TempKey (608) */
int ecc_ecdh(struct ecc_dev *dev, u16 slot, const u8 xy[64], int to, u8 secret[32]);
int ecc_read(struct ecc_dev *dev, u8 zone, u16 slot, u16 offset, u8 *buf, size_t len);
int ecc_read_encrypted(struct ecc_dev *dev, u16 slot, u16 offset, u16 key_slot, const u8 key[32],
		       u8 *buf, size_t len);
/* @done: bytes that surely are in the chip, also on failure */
int ecc_write(struct ecc_dev *dev, u8 zone, u16 slot, u16 offset, const u8 *buf, size_t len,
	      size_t *done);
int ecc_write_encrypted(struct ecc_dev *dev, u16 slot, u16 offset, u16 key_slot, const u8 key[32],
			const u8 *buf, size_t len, size_t *done);
/* @what: 0 config, 1 data and OTP, 2 slot; -EALREADY if locked */
int ecc_lock(struct ecc_dev *dev, unsigned int what, u16 slot, u16 crc);
int ecc_counter(struct ecc_dev *dev, u16 id, bool increment, u32 *value);

#endif
