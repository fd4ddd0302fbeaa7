// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * One command, and a sequence of commands, against a bus that may fail at any transfer.
 *
 * What may be sent again is decided by one question: can the chip have carried it out?  Not
 * if it never acknowledged, or answered that it did not understand.  If it can have, and the
 * command changes EEPROM or uses up a limited key, the answer is -EUCLEAN and somebody who
 * knows the command reads back (lock.c, write.c, genkey.c, counter.c).
 */
#include "engine_int.h"

#define SEND_TRIES 3 /* of one command */
#define READ_TRIES 4 /* of one answer */
#define RUN_TRIES  3 /* of one sequence */

/* The longest single wait; longer only where the tables say so (SelfTest at divider M2) */
#define WAIT_CAP_US	 2500000
#define POLL_STEP_MIN_US 250
#define POLL_STEP_MAX_US 2000
/*
 * A timer with slack fires at its end, if nothing else interrupts before: it is paid in full, by
 * every command.  There is one such wait a command, so it would not save power either.
 */
#define WAIT_SLACK_US 50

static u32 since(struct ecc_dev *dev, u64 start)
{
	return dev->ops->now_us(dev->ctx) - start;
}

static bool slot_limited(const struct ecc_dev *dev, u16 slot)
{
	struct ecc_slot s;

	ecc_config_slot(dev->config, slot & 0xf, &s);
	return s.limited_use;
}

/* Does the command use up one of a limited number of uses of its key? */
static bool uses_limited_key(const struct ecc_dev *dev, const struct ecc_cmd *cmd)
{
	if (!dev->config_valid)
		return false;
	switch (cmd->opcode) {
	case ECC_OP_SIGN:
	case ECC_OP_MAC:
	case ECC_OP_HMAC:
	case ECC_OP_CHECKMAC:
		return slot_limited(dev, cmd->p2);
	case ECC_OP_ECDH:
		return !(cmd->p1 & 1) && slot_limited(dev, cmd->p2);
	case ECC_OP_GENDIG:
		return cmd->p1 == 2 && cmd->p2 < 0x8000 && slot_limited(dev, cmd->p2);
	case ECC_OP_VERIFY:
		return !(cmd->p1 & 7) && slot_limited(dev, cmd->p2);
	case ECC_OP_SHA:
		return (cmd->p1 & 7) == 4 && cmd->p2 != 0xffff && slot_limited(dev, cmd->p2);
	case ECC_OP_AES:
		return cmd->p2 != 0xffff && slot_limited(dev, cmd->p2);
	case ECC_OP_KDF:
		return (cmd->p1 & 3) == 2 && slot_limited(dev, cmd->p2);
	default:
		return false;
	}
}

/* A 608 makes an ephemeral key in TempKey; a 508A takes the same Param2 for slot 15 */
static bool key_in_tempkey(const struct ecc_dev *dev, const struct ecc_cmd *cmd)
{
	return cmd->opcode == ECC_OP_GENKEY && cmd->p2 == 0xffff &&
	       (dev->part == ECC_PART_608A || dev->part == ECC_PART_608B);
}

/* Does it leave a mark, so that twice is once too often? */
static bool must_not_repeat(const struct ecc_dev *dev, const struct ecc_cmd *cmd)
{
	if (key_in_tempkey(dev, cmd))
		return false;
	return ecc_cmd_changes_state(cmd) || uses_limited_key(dev, cmd);
}

/* Not carried out, and not by the chip's will: again, if nothing before it was lost too */
static int not_executed(struct ecc_dev *dev)
{
	if (dev->power == ECC_POWER_UNKNOWN && dev->holds_state) {
		dev->holds_state = false;
		return -ESTALE;
	}
	return -EAGAIN;
}

/* A command that changes the chip was sent, perhaps, and what came of it is not known */
static int unclear(struct ecc_dev *dev)
{
	ecc_lost(dev);
	dev->state_changed = true;
	return -EUCLEAN;
}

/*
 * The write of a command failed.  The chip begins to execute at the STOP after the last byte,
 * so it did not, unless what failed was the acknowledge of the very last byte.  A chip that
 * acknowledges a word address right afterwards is not executing, and cannot have finished.
 */
static int after_failed_write(struct ecc_dev *dev, bool changes, u32 typ_us, u64 start)
{
	int ret = ecc_word(dev, ECC_WORD_RESET);

	if (ecc_bus_gone(ret))
		return ret;
	if (!ret && (!changes || since(dev, start) < typ_us)) {
		dev->confirmed = true;
		return -EAGAIN;
	}
	if (changes)
		return unclear(dev);
	ecc_lost(dev);
	return not_executed(dev);
}

static u32 wait_limit(const struct ecc_exec_time *time)
{
	u32 limit = 2 * time->max_us + 50000;

	if (limit > WAIT_CAP_US)
		limit = time->max_us + 100000 > WAIT_CAP_US ? time->max_us + 100000 : WAIT_CAP_US;
	return limit;
}

/* The chip had nothing to say: all ones, but for a byte that may have been disturbed */
static bool is_empty(const u8 *buf, size_t len)
{
	size_t other = 0;

	while (len--)
		other += *buf++ != 0xff;
	return other <= 1;
}

/* Is it the answer to the command before?  Whole CRCs are compared, that is enough here */
static bool is_last_answer(const struct ecc_dev *dev)
{
	u8 count = dev->buf[0];

	return count == dev->last[0] && !memcmp(dev->buf + count - 2, dev->last + 1, 2);
}

static void note_answer(struct ecc_dev *dev)
{
	u8 count = dev->buf[0];

	dev->last[0] = count;
	memcpy(dev->last + 1, dev->buf + count - 2, 2);
}

/*
 * Wait for the answer and check it; the payload lies in dev->buf.
 *
 * An answer can be read again: the chip keeps it, and sets its read pointer back on request.
 * It keeps the answer to the command before as well, if this one never reached it (a disturbed
 * word address is acknowledged and ignored) - and "success" of a Nonce must not be taken for
 * that of a Verify.  So the pointer is set back only when something was read, for then the
 * answer is new; a chip that is not busy and has nothing to say (-ENOMSG) most likely never
 * heard of the command.  When a read failed in the adapter nobody knows how much it took; what
 * comes then is believed unless it is the old answer.
 */
static int await_answer(struct ecc_dev *dev, size_t want, const struct ecc_exec_time *time,
			const u8 **payload, size_t *len)
{
	u64 start = dev->ops->now_us(dev->ctx);
	u32 limit = wait_limit(time);
	u32 step = time->typ_us / 16;
	bool reset = false, seen = false, blind = false;
	int bad = 0, ret;

	if (step < POLL_STEP_MIN_US)
		step = POLL_STEP_MIN_US;
	dev->ops->delay_us(dev->ctx, time->typ_us, WAIT_SLACK_US);
	for (;;) {
		bool late = since(dev, start) > limit;

		ret = reset ? ecc_word(dev, ECC_WORD_RESET) : 0;
		if (!ret)
			ret = ecc_bus_read(dev, dev->buf, want);
		if (!ret) {
			ret = ecc_packet_parse(dev->buf, want, payload, len);
			if (!ret) {
				if (blind && is_last_answer(dev))
					return -EIO;
				note_answer(dev);
				return 0;
			}
			if (!seen && is_empty(dev->buf, want))
				return blind ? -EIO : -ENOMSG;
			dev->stats.crc_errors++;
			if (++bad == READ_TRIES)
				return -EIO;
			if (!blind)
				seen = true;
			want = ECC_RSP_MAX;
			reset = true;
			continue;
		}
		if (ecc_bus_gone(ret))
			return ret;
		/* NAK: busy.  Anything else may have moved the read pointer */
		if (ret != -ENXIO) {
			reset = true;
			blind = !seen;
		}
		if (late)
			return ret == -ENXIO ? -ETIMEDOUT : -EIO;
		dev->stats.polls++;
		if (step > POLL_STEP_MAX_US)
			step = POLL_STEP_MAX_US;
		dev->ops->delay_us(dev->ctx, step, step / 4);
		step += step / 2;
	}
}

/* The one command whose only byte of output looks like a status: bits of failed tests */
static bool is_result(const struct ecc_cmd *cmd, u8 byte)
{
	return cmd->opcode == ECC_OP_SELFTEST && !(byte & 0xc0) && byte != ECC_STATUS_PARSE &&
	       byte != ECC_STATUS_EXECUTION && byte != ECC_STATUS_WAKE;
}

static int judge_status(struct ecc_dev *dev, const struct ecc_cmd *cmd, bool changes)
{
	switch (dev->status) {
	case ECC_STATUS_COMM:
		/* It did not understand; TempKey is as it was */
		return -EAGAIN;
	case ECC_STATUS_WATCHDOG:
		/* Not executed, TempKey is gone; a new watchdog helps */
		if (ecc_word(dev, ECC_WORD_IDLE))
			ecc_lost(dev);
		else
			dev->power = ECC_POWER_IDLE;
		dev->confirmed = false;
		if (!dev->holds_state)
			return -EAGAIN;
		dev->holds_state = false;
		return -ESTALE;
	case ECC_STATUS_WAKE:
		/* It has been asleep since: before the command, or after it */
		if (changes)
			return unclear(dev);
		ecc_lost(dev);
		return not_executed(dev);
	case ECC_STATUS_ECC_FAULT:
		/* Bad luck with a random number; TempKey is kept */
		if (cmd->opcode == ECC_OP_SIGN || cmd->opcode == ECC_OP_GENKEY)
			return -EAGAIN;
		return -EREMOTEIO;
	case ECC_STATUS_EXECUTION:
		/* Perhaps it is right, perhaps only TempKey is missing: not from a fresh start */
		if (!dev->holds_state || !dev->overslept)
			return ecc_status_errno(dev->status);
		ecc_lost(dev);
		dev->holds_state = false;
		return -ESTALE;
	default:
		return ecc_status_errno(dev->status);
	}
}

static int transact(struct ecc_dev *dev, const struct ecc_cmd *cmd, bool changes,
		    const u8 **payload, size_t *len)
{
	u8 mode = dev->config_valid ? dev->config[ECC_CFG_CHIP_MODE] : 0;
	struct ecc_exec_time time = ecc_exec_time(dev->part, cmd->opcode, mode);
	size_t want = ecc_cmd_rsp_len(dev->part, cmd);
	u64 start;
	int n, ret;

	dev->status = ECC_STATUS_NONE;
	if (!dev->holds_state)
		dev->overslept = false;
	ret = ecc_wake(dev, time.max_us + 20000);
	if (ret)
		return ret;
	/* Whether this one was carried out must never be in doubt for want of a wake */
	if (changes && !dev->confirmed) {
		ret = ecc_wake_confirmed(dev);
		if (ecc_bus_gone(ret))
			return ret;
		if (ret) {
			ecc_lost(dev);
			return not_executed(dev);
		}
	}

	n = ecc_packet_build(dev->buf, sizeof(dev->buf), cmd);
	if (n < 0)
		return n;
	dev->opcode = cmd->opcode;
	dev->stats.commands++;
	start = dev->ops->now_us(dev->ctx);
	ret = ecc_bus_write(dev, dev->buf, n);
	if (ret) {
		if (ecc_bus_gone(ret))
			return ret;
		return after_failed_write(dev, changes, time.typ_us, start);
	}
	dev->confirmed = true;
	ecc_note_time(dev);

	start = dev->ops->now_us(dev->ctx);
	ret = await_answer(dev, want ? want + 3 : ECC_RSP_MAX, &time, payload, len);
	dev->stats.exec_us += since(dev, start);
	if (ret) {
		if (ecc_bus_gone(ret))
			return ret;
		if (ret == -ENOMSG && !changes) {
			/* Never heard, or said and lost: TempKey may be used up */
			ecc_lost(dev);
			return not_executed(dev);
		}
		if (changes)
			return unclear(dev);
		ecc_lost(dev);
		return ret;
	}
	dev->deadline_us = dev->ops->now_us(dev->ctx) + ECC_DEADLINE_US;

	if (*len == 1 && !is_result(cmd, **payload)) {
		dev->status = **payload;
		if (dev->status != ECC_STATUS_OK)
			return judge_status(dev, cmd, changes);
	}
	dev->status = ECC_STATUS_OK;
	dev->holds_state = true;
	if (changes)
		dev->state_changed = true;
	return 0;
}

int ecc_exec(struct ecc_dev *dev, const struct ecc_cmd *cmd, u8 *rsp, size_t size, size_t *len)
{
	bool changes = must_not_repeat(dev, cmd);
	u64 start = dev->ops->now_us(dev->ctx);
	const u8 *payload = NULL;
	size_t n = 0;
	int tries, ret;

	if (!ecc_part_has_opcode(dev->part, cmd->opcode))
		return -EOPNOTSUPP;
	if (!dev->in_run)
		dev->deadline_us = start + ECC_DEADLINE_US;

	for (tries = 1;; tries++) {
		ret = transact(dev, cmd, changes, &payload, &n);
		if (ret != -EAGAIN)
			break;
		if (tries == SEND_TRIES || dev->ops->now_us(dev->ctx) > dev->deadline_us) {
			ret = dev->status == ECC_STATUS_ECC_FAULT ? -EREMOTEIO : -EIO;
			break;
		}
		dev->stats.retries++;
	}
	if (!ret && rsp) {
		if (n > size)
			ret = -EMSGSIZE;
		else
			memcpy(rsp, payload, n);
	}
	if (len)
		*len = n;
	ecc_wipe(dev->buf, sizeof(dev->buf));
	if (dev->ops->trace)
		dev->ops->trace(dev->ctx, cmd, dev->status == ECC_STATUS_NONE ? -1 : dev->status,
				since(dev, start), ret);
	return ret;
}

int ecc_exec_exact(struct ecc_dev *dev, const struct ecc_cmd *cmd, u8 *rsp, size_t len)
{
	size_t n;
	int ret = ecc_exec(dev, cmd, rsp, len, &n);

	if (ret == -EMSGSIZE || (!ret && n != len))
		ret = -EIO;
	return ret;
}

int ecc_exec_status(struct ecc_dev *dev, const struct ecc_cmd *cmd)
{
	u8 status;

	return ecc_exec_exact(dev, cmd, &status, 1);
}

void ecc_run_begin(struct ecc_dev *dev)
{
	dev->retries = 0;
	dev->opcode = 0;
	dev->status = ECC_STATUS_NONE;
	dev->state_changed = false;
}

/*
 * The chip says the same whether it is not allowed or TempKey is not what the command wants.
 * What this sequence put there may be gone: somebody else on the bus made the chip sleep and
 * wake, or spoke to it.  Asking (Info) is no cheaper than trying once more.
 */
static bool state_missed(const struct ecc_dev *dev, int err)
{
	return err == -EACCES && dev->status == ECC_STATUS_EXECUTION && dev->holds_state;
}

int ecc_run_more(struct ecc_dev *dev, int (*fn)(struct ecc_dev *dev, void *arg), void *arg)
{
	bool changed_before = dev->state_changed;
	int tries, ret;

	dev->in_run = true;
	dev->deadline_us = dev->ops->now_us(dev->ctx) + ECC_DEADLINE_US;
	for (tries = 1;; tries++) {
		dev->holds_state = false;
		dev->state_changed = false;
		ret = fn(dev, arg);
		if (!ret)
			break;
		if (dev->state_changed) {
			/* Half a sequence that cannot be begun again */
			if (ecc_comm_error(ret))
				ret = -EUCLEAN;
			break;
		}
		if (ret == -EREMOTEIO && tries == 1 &&
		    (dev->status == ECC_STATUS_SELFTEST || dev->status == ECC_STATUS_HEALTH))
			ecc_sleep(dev); /* waking clears either state */
		else if (ret == -EIO || ret == -ETIMEDOUT)
			ecc_lost(dev);
		else if (ret != -ESTALE && !(tries == 1 && state_missed(dev, ret)))
			break;
		if (tries == RUN_TRIES || dev->ops->now_us(dev->ctx) > dev->deadline_us)
			break;
		dev->retries++;
		dev->stats.retries++;
	}
	if (ret == -ESTALE)
		ret = -EIO;
	/* Do not leave it awake behind an error nobody may come back from */
	if (ecc_comm_error(ret))
		ecc_sleep(dev);
	dev->holds_state = false;
	dev->in_run = false;
	dev->state_changed |= changed_before;
	return ret;
}

int ecc_run(struct ecc_dev *dev, int (*fn)(struct ecc_dev *dev, void *arg), void *arg)
{
	ecc_run_begin(dev);
	return ecc_run_more(dev, fn, arg);
}
