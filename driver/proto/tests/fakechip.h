/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * A few dozen lines that behave like a chip on a bus, with a fault at any transfer, in virtual
 * time.  No cryptography: results are patterns that a test can predict.
 */
#ifndef FAKECHIP_H
#define FAKECHIP_H

#include "engine.h"

enum fault {
	FAULT_NONE,
	FAULT_NAK, /* not acknowledged, nothing happened */
	FAULT_EIO, /* the adapter failed, nothing happened */
	FAULT_EIO_AFTER, /* the adapter failed, but the chip saw it all */
	FAULT_FLIP_FIRST, /* a bit of the first, a middle, the last byte */
	FAULT_FLIP_MIDDLE,
	FAULT_FLIP_LAST,
	FAULT_FLIP_WORD, /* the word address becomes one that is ignored */
	FAULT_LOST, /* a command is carried out, then the chip is asleep */
	FAULT_RESET, /* brown-out just before */
	FAULT_COUNT
};

struct fake {
	u64 now_us;
	enum {
		FAKE_SLEEP,
		FAKE_IDLE,
		FAKE_AWAKE
	} state;
	u64 ready_us, busy_until, watchdog_us;
	u8 in[200], out[200];
	size_t in_len, out_len, out_pos;
	bool partial;
	/* what it stores */
	u8 config[128], data[16][416], otp[64];
	u32 counter[2];
	u8 generation[16]; /* of the key, 0 none */
	bool tempkey_valid;
	u8 tempkey[32];
	u8 random;
	bool fixed_random;
	/* faults */
	enum fault fault;
	unsigned int fault_at; /* transfer it strikes, counted from 1 */
	bool forever; /* and at all after it */
	bool stuck_busy; /* from fault_at on it never gets ready */
	bool struck;
	/* what it saw */
	unsigned int transfers, bytes;
	unsigned int executed[256], changes;
};

void fake_init(struct fake *f);
extern const struct ecc_bus_ops fake_ops;

void fake_pubkey(const struct fake *f, unsigned int slot, u8 xy[64]);
void fake_signature(const u8 digest[32], unsigned int slot, u8 sig[64]);

#endif
