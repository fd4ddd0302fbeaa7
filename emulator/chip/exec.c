// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * A complete group and a STOP: check it, run it, answer, and be busy for a while.
 *
 * The command takes effect at once and its result is held back until the execution time is over. A
 * power loss before that takes back the EEPROM words not yet programmed (eeprom.c).
 */
#include "chip.h"

/* Microseconds by data sheet for this part and clock divider. */
static const struct emu_time *op_time(const struct ecc508a_emu_chip *c, const struct emu_op *op)
{
	unsigned int row = c->part->time_row;

	if (has(c, F_CLOCK_DIVIDER)) {
		/* ChipMode b7:3: 0 = M0, 5 = M1, 13 = M2; anything else is taken as M0 */
		unsigned int div = cfg(c, 19) >> 3;

		row = div == 5 ? TIME_608_M1 : div == 13 ? TIME_608_M2 : TIME_608_M0;
	}
	return &op->time[row];
}

static uint64_t scaled(const struct ecc508a_emu_chip *c, uint64_t us)
{
	return emu_chip_clock(c, us * c->param[ECC508A_EMU_P_EXEC_SCALE]);
}

static uint64_t busy_ns(const struct ecc508a_emu_chip *c, const struct emu_op *op, int status)
{
	const struct emu_time *t = op ? op_time(c, op) : NULL;
	uint64_t typ;

	switch (c->param[ECC508A_EMU_P_EXEC]) {
	case ECC508A_EMU_EXEC_ZERO:
		return 0;
	case ECC508A_EMU_EXEC_MAX:
		/* the worst a host has to wait for, refusals included */
		return scaled(c, t ? t->max_us : 1000);
	default:
		typ = t ? t->typ_us : 100;
		/* DS508 9: a command that fails usually returns earlier than typical */
		if (status != ST_OK && status != ST_MISCOMPARE && typ > 400)
			typ /= 4;
		return scaled(c, typ);
	}
}

static bool too_late(const struct ecc508a_emu_chip *c, const struct emu_op *op, uint64_t t)
{
	int64_t max = (int64_t)scaled(c, op_time(c, op)->max_us);

	if (c->param[ECC508A_EMU_P_EXEC] == ECC508A_EMU_EXEC_ZERO)
		return false;
	max += quirk(c, Q_WATCHDOG_MARGIN_MS) * (int64_t)NSEC_PER_MSEC;
	return (int64_t)t + max > (int64_t)c->t_watchdog;
}

/* In the failure state only configuration reads and SelfTest work (TFLX self-test page). */
static bool works_when_failed(const struct emu_cmd *cmd)
{
	return cmd->opcode == 0x77 || (cmd->opcode == 0x02 && (cmd->p1 & 0x03) == 0);
}

static int run(struct ecc508a_emu_chip *c, struct emu_cmd *cmd)
{
	struct emu_tempkey *tk = &c->sram.tk;
	int status;

	if (!cmd->op) {
		status = ST_PARSE;
	} else {
		if (cmd->op->rng && c->health) {
			if (chip_options(c) & CO_HEALTH_CLEAR)
				c->health = false;
			return ST_HEALTH;
		}
		status = cmd->op->run(c, cmd);
	}
	/* DS508 2.5.1: these two leave TempKey for the repetition */
	if (status == ST_IO || status == ST_ECC)
		return status;
	switch (cmd->op ? cmd->op->tk : TK_CLEAR) {
	case TK_CLEAR:
		if (!cmd->keep_tk)
			emu_tk_clear(c);
		break;
	case TK_NEW:
		if (status != ST_OK)
			emu_tk_clear(c);
		break;
	}
	/* 508A: the SHA context lives in TempKey, and no other command may come in between */
	if (has(c, F_SHA_IN_TEMPKEY) && c->sram.sha_mode != SHA_NONE && cmd->opcode != 0x47) {
		c->sram.sha_mode = SHA_NONE;
		tk->valid = false;
	}
	return status;
}

/* What the group is worth before any command sees it. */
static int check(const struct ecc508a_emu_chip *c, struct emu_cmd *cmd, uint64_t t)
{
	unsigned int count = c->in[0];
	uint16_t crc;

	if (count < 4 || count > CMD_MAX)
		return ST_IO;
	crc = ecc508a_emu_crc16(c->in, count - 2);
	if (c->in[count - 2] != (uint8_t)crc || c->in[count - 1] != crc >> 8)
		return ST_IO;
	if (count < 7)
		return quirk(c, Q_SHORT_COUNT);
	cmd->opcode = c->in[1];
	cmd->p1 = c->in[2];
	cmd->p2 = (uint16_t)(c->in[3] | c->in[4] << 8);
	cmd->data = c->in + 5;
	cmd->len = count - 7;
	cmd->op = emu_op_find(c->part, cmd->opcode);
	if (c->failed && !works_when_failed(cmd))
		return ST_SELFTEST;
	if (cmd->op && too_late(c, cmd->op, t))
		return ST_WATCHDOG;
	return -1;
}

static void trace_cmd(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, int status, uint64_t t)
{
	struct ecc508a_emu_event ev = {
		.type = ECC508A_EMU_EV_CMD,
		.t_ns = t,
		.chip = emu_chip_index(c),
		.op = cmd->op ? cmd->op->name : "?",
		.opcode = cmd->opcode,
		.p1 = cmd->p1,
		.p2 = cmd->p2,
		.slot = -1,
		.status = (uint8_t)status,
		.rsp_len = (uint16_t)c->out_len,
		.exec_ns = c->t_done - t,
	};

	switch (cmd->op ? cmd->op->slot : SLOT_NONE) {
	case SLOT_P2:
		ev.slot = cmd->p2 & 15;
		break;
	case SLOT_ADDR:
		if ((cmd->p1 & 3) == 2)
			ev.slot = cmd->p2 >> 3 & 15;
		break;
	case SLOT_LOCK:
		if ((cmd->p1 & 3) == 2)
			ev.slot = cmd->p1 >> 2 & 15;
		break;
	}
	c->bus->trace(c->bus->trace_ctx, &ev);
}

void emu_exec(struct ecc508a_emu_chip *c, uint64_t t)
{
	struct emu_cmd cmd = { 0 };
	struct emu_opportunity o = { .c = c };
	uint8_t forced = 0;
	enum emu_strike strike = STRIKE_NONE;
	int status = check(c, &cmd, t);

	c->commands++;
	emu_ee_begin(c);
	o.opcode = cmd.opcode;
	o.value = &forced;
	if (c->bus->faults && status < 0) {
		o.at = AT_CMD;
		strike = emu_fault(c->bus, &o);
		if (strike == STRIKE_STATUS)
			status = forced;
	}
	if (status < 0)
		status = run(c, &cmd);
	c->in_len = 0;
	emu_wipe(c->in, sizeof(c->in));

	c->power = ECC508A_EMU_BUSY;
	c->t_start = t;
	c->t_done = t + busy_ns(c, cmd.op, status);
	if (status == ST_OK && cmd.rsp_len) {
		emu_link_answer(c, cmd.rsp, cmd.rsp_len);
	} else {
		uint8_t byte = (uint8_t)status;

		emu_link_answer(c, &byte, 1);
	}
	c->out_opcode = cmd.opcode;
	emu_wipe(cmd.rsp, sizeof(cmd.rsp));
	if (c->bus->faults) {
		o.at = AT_RESULT;
		strike = emu_fault(c->bus, &o);
		if (strike == STRIKE_LOST)
			c->out_len = 0;
		else if (strike == STRIKE_BUSY)
			c->t_done = o.busy_ns ? t + o.busy_ns : NEVER;
	}
	if (c->bus->trace)
		trace_cmd(c, &cmd, status, t);
	if (c->ee_cut)
		emu_power_off(c, t);
	else if (cmd.silent)
		emu_power_idle(c, t);
	if (c->ee_dirty)
		emu_state_store(c);
	emu_bus_touch(c->bus);
}
