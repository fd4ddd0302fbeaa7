/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* Shared by power.c, exec.c and the sequences; nobody else. */
#ifndef ECC_PROTO_ENGINE_INT_H
#define ECC_PROTO_ENGINE_INT_H

#include "engine.h"

/* Data sheet table 8-2: SDA high after the wake pulse before the chip listens */
#define ECC_TWHI_US 1500

/*
 * No new attempt begins this long after the last sign of life; with the longest wait of a
 * single poll that keeps "no answer" below 3 s.
 */
#define ECC_DEADLINE_US 2000000

/* power.c */
int ecc_bus_write(struct ecc_dev *dev, const u8 *buf, size_t len);
int ecc_bus_read(struct ecc_dev *dev, u8 *buf, size_t len);
int ecc_word(struct ecc_dev *dev, u8 word); /* a write of one word address */
bool ecc_bus_gone(int err); /* the bus itself went away: trying again is no use */
int ecc_wake_confirmed(struct ecc_dev *dev); /* after a pulse: read the status now */
void ecc_lost(struct ecc_dev *dev); /* the chip's state is not known any more */
void ecc_note_time(struct ecc_dev *dev); /* it acknowledged; was that in time for TempKey? */

/* exec.c */
/* ecc_run() without forgetting what the last run left in retries and status */
int ecc_run_more(struct ecc_dev *dev, int (*fn)(struct ecc_dev *dev, void *arg), void *arg);
void ecc_run_begin(struct ecc_dev *dev);
/* ecc_exec() that insists on @len bytes of payload */
int ecc_exec_exact(struct ecc_dev *dev, const struct ecc_cmd *cmd, u8 *rsp, size_t len);
/* The same for commands that answer with a status alone */
int ecc_exec_status(struct ecc_dev *dev, const struct ecc_cmd *cmd);

static inline bool ecc_comm_error(int err)
{
	return err == -EIO || err == -ETIMEDOUT || err == -ENXIO || err == -ESTALE ||
	       err == -EUCLEAN;
}

/* The status of a command that a read-back proved carried out, instead of the read's own */
static inline void ecc_set_result(struct ecc_dev *dev, u8 opcode, u8 status)
{
	dev->opcode = opcode;
	dev->status = status;
}

/* read.c: one Read, under ecc_run_more() */
int ecc_read_config_word(struct ecc_dev *dev, unsigned int word, u8 out[4]);
int ecc_need_config(struct ecc_dev *dev);
/* Lock bytes from the chip unless the cache says locked, which is for ever */
int ecc_refresh_locks(struct ecc_dev *dev);

/* seq_crypt.c */
/* Nonce with the chip's random number; @temp becomes TempKey, @num_in are 20 bytes */
int ecc_random_nonce(struct ecc_dev *dev, const u8 num_in[20], u8 random[32]);
void ecc_nonce_message(const u8 random[32], const u8 num_in[20], u8 msg[55]);
/* Nonce and GenDig in the chip and here: both sides have @temp in TempKey afterwards */
int ecc_share_tempkey(struct ecc_dev *dev, u16 key_slot, const u8 key[32], u8 temp[32]);
/* SN[8], SN[0], SN[1], which enter every message */
void ecc_put_serial(const struct ecc_dev *dev, u8 p[3]);
/* seq_sign.c: 32 bytes into TempKey */
int ecc_load_tempkey(struct ecc_dev *dev, const u8 value[32]);

#endif
