// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Errors in words: which layer, what happened, why, and what to do about it.  When the chip
 * refused, its own configuration is asked for the reason.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"

static bool has_slot(const struct ecc_cmd *cmd)
{
	switch (cmd->opcode) {
	case ECC_OP_READ:
	case ECC_OP_WRITE:
		return (cmd->p1 & 3) == 2;
	case ECC_OP_LOCK:
		return (cmd->p1 & 3) == 2;
	case ECC_OP_VERIFY:
		return (cmd->p1 & 7) != 2;
	case ECC_OP_INFO:
	case ECC_OP_NONCE:
	case ECC_OP_RANDOM:
	case ECC_OP_COUNTER:
	case ECC_OP_UPDATEEXTRA:
		return false;
	default:
		return true;
	}
}

static unsigned int slot_of(const struct ecc_cmd *cmd)
{
	if (cmd->opcode == ECC_OP_READ || cmd->opcode == ECC_OP_WRITE)
		return cmd->p2 >> 3 & 0xf;
	if (cmd->opcode == ECC_OP_LOCK)
		return cmd->p1 >> 2 & 0xf;
	return cmd->p2 & 0xf;
}

/* "slot 2: GenKey" */
static const char *what(const struct ecc_cmd *cmd, char buf[64])
{
	if (!cmd)
		return "the operation";
	if (has_slot(cmd))
		snprintf(buf, 64, "slot %u: %s", slot_of(cmd), ecc_opcode_name(cmd->opcode));
	else
		snprintf(buf, 64, "%s", ecc_opcode_name(cmd->opcode));
	return buf;
}

static enum ecc_reason reason_of(struct ecc508a_dev *dev, const struct ecc_cmd *cmd)
{
	struct result saved = dev->result;
	struct ecc508a_chip_info info;
	struct ecc_verdict verdict;
	int ret;

	ret = dev->t->info(dev, true, &info);
	dev->result = saved;
	if (ret)
		return ECC_REASON_COUNT;
	ecc_policy_check(info.config, (enum ecc_part)info.part, cmd, &verdict);
	if (verdict.reason)
		return verdict.reason;
	if (verdict.needs_auth)
		return ECC_REASON_NEEDS_AUTH;
	if (verdict.needs_random)
		return ECC_REASON_NEEDS_RANDOM;
	return ECC_REASON_OK;
}

static void explain_refusal(struct ecc508a_dev *dev, const struct ecc_cmd *cmd)
{
	uint8_t status = dev->result.status;
	enum ecc_reason reason;
	char buf[64];

	if (cmd && cmd->opcode == ECC_OP_LOCK && status == ECC_STATUS_EXECUTION &&
	    (cmd->p1 & 3) != 2) {
		reason = reason_of(dev, cmd);
		if (reason == ECC_REASON_OK) {
			error_set(
				dev,
				"%s: Lock refused by the chip (status 0x%02x): the checksum 0x%04x "
				"is not that of what the chip holds\n"
				"Nothing was locked. Read the zone back and compare it with what "
				"was "
				"meant to be written.",
				dev->name, status, cmd->p2);
			return;
		}
	} else if (cmd && cmd->opcode == ECC_OP_ECDH &&
		   (status == ECC_STATUS_ECC_FAULT || status == ECC_STATUS_EXECUTION)) {
		reason = reason_of(dev, cmd);
		if (reason == ECC_REASON_OK) {
			error_set(
				dev,
				"%s: %s refused by the chip (status 0x%02x): the peer's public key "
				"is not a point of P-256, or the slot holds no key",
				dev->name, what(cmd, buf), status);
			return;
		}
	} else {
		reason = cmd ? reason_of(dev, cmd) : ECC_REASON_COUNT;
	}
	if (reason == ECC_REASON_COUNT) {
		error_set(dev, "%s: %s refused by the chip (status 0x%02x, %s)", dev->name,
			  what(cmd, buf), status, ecc_status_name(status));
		return;
	}
	error_set(dev, "%s: %s refused by the chip (status 0x%02x, %s): %s\nRemedy: %s.", dev->name,
		  what(cmd, buf), status, ecc_status_name(status), ecc_reason_cause(reason),
		  ecc_reason_remedy(reason));
}

int explain(struct ecc508a_dev *dev, int err, const struct ecc_cmd *cmd)
{
	const char *name = dev->name;
	char buf[64];

	if (!err)
		return 0;
	what(cmd, buf);
	switch (err) {
	case -EACCES:
	case -EBADMSG:
		if (dev->result.status != ECC_STATUS_NONE && dev->result.status) {
			explain_refusal(dev, cmd);
			break;
		}
		error_set(dev, "%s: %s: %s", name, what(cmd, buf), strerror(-err));
		break;
	case -EREMOTEIO:
		error_set(dev,
			  "%s: chip: %s failed with a fault of the chip's own (status 0x%02x, %s)\n"
			  "Try again; if it stays, the chip or its supply is bad.",
			  name, what(cmd, buf), dev->result.status,
			  ecc_status_name(dev->result.status));
		break;
	case -EKEYREJECTED:
		error_set(dev, "%s: %s: the signature or MAC does not match", name, what(cmd, buf));
		break;
	case -ENOKEY:
		error_set(dev,
			  "%s: %s: the slot holds no key\n"
			  "Make one with `ecc508a provision`, or write the public key into it.",
			  name, what(cmd, buf));
		break;
	case -ENODATA:
		error_set(dev,
			  "%s: the chip gives no random numbers (only FF FF 00 00 for ever) before "
			  "its "
			  "configuration is locked\n"
			  "Remedy: `ecc508a provision` first.",
			  name);
		break;
	case -EALREADY:
		error_set(dev, "%s: %s: it is locked already", name, what(cmd, buf));
		break;
	case -ERANGE:
		error_set(dev, "%s: the counter is at its end (%u)", name, ECC_COUNTER_MAX);
		break;
	case -EOPNOTSUPP:
		error_set(dev, "%s: %s: this part has no such command or mode", name,
			  what(cmd, buf));
		break;
	case -EUCLEAN:
		error_set(
			dev,
			"%s: chip: %s was sent, its answer was lost, and reading back cannot tell "
			"whether it was carried out\n"
			"Look at the chip (`ecc508a info`) before you repeat it.",
			name, what(cmd, buf));
		break;
	case -ETIMEDOUT:
		error_set(dev,
			  "%s: chip: %s: it stayed busy for longer than it may\n"
			  "It was left to its watchdog; try again. If it stays, check supply and "
			  "bus.",
			  name, what(cmd, buf));
		break;
	case -ENXIO:
		error_set(dev,
			  "%s: bus: no answer from the chip: it did not wake, or is not at this "
			  "address\n"
			  "Check address, wiring and bus clock (waking by the bus needs 100 kHz); "
			  "`ecc508a doctor` tests each.",
			  name);
		break;
	case -EIO:
		error_set(dev,
			  "%s: bus: %s: no valid answer after %u retries (bus error or checksum)\n"
			  "Check wiring, pull-ups and bus clock; the kernel log may say more.",
			  name, what(cmd, buf), dev->result.retries);
		break;
	case -ENODEV:
	case -ESHUTDOWN:
		error_set(dev, "%s: the chip was unbound or its bus went away\nOpen it again.",
			  name);
		break;
	case -EPERM:
		error_set(dev,
			  "%s: driver: %s cannot be undone and needs CAP_SYS_ADMIN\n"
			  "Run the program as root.",
			  name, what(cmd, buf));
		break;
	case -EBADF:
		error_set(dev,
			  "%s: driver: %s needs the device opened for writing\n"
			  "Check that the node is writable for you (group ecc508a) and was not "
			  "opened "
			  "read-only.",
			  name, what(cmd, buf));
		break;
	case -EAGAIN:
	case -EBUSY:
		error_set(dev, "%s: the chip is in use by another program; try again", name);
		break;
	case -EINTR:
		error_set(dev, "%s: interrupted by a signal while waiting for the chip", name);
		break;
	case -ETIME:
		error_set(dev,
			  "%s: the session's time limit was reached; TempKey is lost\n"
			  "Begin a new session with a longer limit.",
			  name);
		break;
	case -ESTALE:
		error_set(
			dev,
			"%s: the chip lost its volatile state (TempKey); begin the sequence again",
			name);
		break;
	case -ENOTCONN:
		error_set(dev, "%s: no session; call ecc508a_session_begin() first", name);
		break;
	case -EMSGSIZE:
		error_set(dev, "%s: %s: the answer is longer than the room for it", name,
			  what(cmd, buf));
		break;
	case -EINVAL:
		error_set(dev,
			  "%s: %s: an argument is out of range (slot, offset or length; before the "
			  "data zone is locked offsets are multiples of 32)",
			  name, what(cmd, buf));
		break;
	default:
		error_set(dev, "%s: %s: %s", name, what(cmd, buf), strerror(-err));
		break;
	}
	return err;
}

int refuse_argument(struct ecc508a_dev *dev, const char *text)
{
	error_set(dev, "library: %s", text);
	return -EINVAL;
}

ECC508A_API int ecc508a_may(const uint8_t config[128], enum ecc508a_chip_part part, uint8_t opcode,
			    uint8_t p1, uint16_t p2, char *why, size_t size)
{
	struct ecc_cmd cmd = { .opcode = opcode, .p1 = p1, .p2 = p2 };
	struct ecc_verdict v;
	char buf[64];

	if (size)
		why[0] = '\0';
	/* The question is about the mode, not about data: give it the length it wants */
	for (unsigned int len = 0; len <= ECC_CMD_DATA_MAX; len++) {
		cmd.len = len;
		ecc_policy_check(config, (enum ecc_part)part, &cmd, &v);
		if (v.reason != ECC_REASON_BAD_LENGTH)
			break;
	}
	if (v.reason == ECC_REASON_OK)
		return 0;
	if (size)
		snprintf(why, size, "%s: %s; remedy: %s", what(&cmd, buf),
			 ecc_reason_cause(v.reason), ecc_reason_remedy(v.reason));
	return v.reason == ECC_REASON_NO_SUCH_COMMAND ? -EOPNOTSUPP : -EACCES;
}
