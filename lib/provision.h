/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * Provisioning: from a blank chip to a device identity.  First a plan is made and can be
 * shown; carrying it out writes, reads back, and only then locks.  It may be interrupted
 * anywhere and run again: what is done already is recognised by looking at the chip.
 */
#ifndef ECC508A_PROVISION_H
#define ECC508A_PROVISION_H

#include "ecc508a.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct ecc508a_profile - a known configuration
 * @name:   "aws"
 * @config: for a 508A; bytes 16 to 127 count; 84 to 87 are never written.  Byte 16 (address)
 *          is the chip's own unless asked for; on a 608 bytes 18, 19, 68 to 83, 90 and 91, which mean
 *          something else there, are set so that it behaves as a 508A
 * @keys:   bit n: slot n gets a new private key
 */
struct ecc508a_profile {
	const char *name;
	const char *summary;
	uint8_t config[128];
	uint16_t keys;
};
const struct ecc508a_profile *ecc508a_profile_find(const char *name);
const struct ecc508a_profile *ecc508a_profile_at(unsigned int i); /* NULL at the end */

enum ecc508a_step_kind {
	ECC508A_STEP_WRITE_CONFIG,
	ECC508A_STEP_LOCK_CONFIG, /* irreversible */
	ECC508A_STEP_GENKEY, /* destroys the key that is there */
	ECC508A_STEP_LOCK_DATA, /* irreversible */
};

/**
 * struct ecc508a_step - one step of a plan
 * @done: the chip is there already
 * @text: one line for people
 */
struct ecc508a_step {
	enum ecc508a_step_kind kind;
	uint8_t slot;
	bool done;
	bool irreversible;
	char text[128];
};

/**
 * struct ecc508a_plan - what is to be done
 * @config:    what the chip will hold
 * @fill_data: may be set before ecc508a_plan_run(): write FF into all data slots and OTP if they do not
 *             hold what a blank chip holds (the lock's checksum must be known).  What was
 *             written there before is lost
 */
#define ECC508A_PLAN_MAX 24
struct ecc508a_plan {
	const struct ecc508a_profile *profile;
	bool fill_data;
	uint8_t config[128];
	unsigned int steps;
	struct ecc508a_step step[ECC508A_PLAN_MAX];
};

/**
 * ecc508a_plan_make() - look at the chip and say what is to do
 * @address: 7-bit address the chip shall answer to, or 0 to leave it
 * Return: 0; -EEXIST the chip is locked with another configuration (ecc508a_error() names
 * the first byte that differs)
 */
int ecc508a_plan_make(struct ecc508a_dev *dev, const struct ecc508a_profile *profile,
		      uint8_t address, struct ecc508a_plan *plan);

/**
 * ecc508a_plan_run() - carry it out
 * @progress: called before (done = false) and after (done = true) each step; may be NULL
 * Return: 0; -EREMCHG the address was changed, so the chip is not behind this device any more
 * (open it at its new address and run again); -EIO what was read back is not what was written;
 * else the error of the step
 */
int ecc508a_plan_run(struct ecc508a_dev *dev, struct ecc508a_plan *plan,
		     void (*progress)(const struct ecc508a_step *step, bool done, void *arg),
		     void *arg);

#ifdef __cplusplus
}
#endif
#endif
