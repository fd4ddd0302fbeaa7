// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Wake, idle, sleep, watchdog and power, and what each of them leaves in SRAM:
 *
 *			idle	sleep	watchdog	power loss
 *	I/O buffers	-	-	-		-
 *	struct emu_sram	kept	-	-		-
 *	latch		kept	kept	kept		-
 *	failure state	clear	clear	clear		clear	(when waking)
 */
#include "chip.h"

/* The chip's own clock may be off; ns by its clock in ns of the world. */
uint64_t emu_chip_clock(const struct ecc508a_emu_chip *c, uint64_t ns)
{
	uint64_t drift = c->param[ECC508A_EMU_P_CLOCK_DRIFT];

	return drift == 1000 ? ns : (uint64_t)((double)ns * 1000.0 / (double)drift);
}

/* Wake to forced sleep. DS508 table 8-2: 1.3 s typically, ChipMode b2 selects the long one. */
uint64_t emu_power_watchdog_time(const struct ecc508a_emu_chip *c)
{
	uint64_t set = c->param[ECC508A_EMU_P_TWATCHDOG];

	if (cfg(c, 19) & 0x04)
		return emu_chip_clock(c, c->part->watchdog_long_ns);
	return emu_chip_clock(c, set ? set : 1300 * NSEC_PER_MSEC);
}

void emu_power_latch_addr(struct ecc508a_emu_chip *c)
{
	uint8_t byte = cfg(c, 16);

	if (has(c, F_EXTRA_ADDR) && cfg(c, 19) & 0x01 && cfg(c, 85))
		byte = cfg(c, 85);
	c->addr = byte >> 1;
	/* byte 14 b0 = 0: a single-wire part, deaf on I2C */
	if (!(cfg(c, 14) & 0x01))
		c->addr = 0;
}

static void forget(struct ecc508a_emu_chip *c)
{
	emu_wipe(&c->sram, sizeof(c->sram));
	c->sram.tk.sha_pub = -1;
	c->sram.sha_pub = -1;
	emu_link_flush(c);
}

void emu_power_pulse(struct ecc508a_emu_chip *c, uint64_t t_end, uint64_t low_ns)
{
	uint64_t need = c->param[ECC508A_EMU_P_TWLO];
	struct emu_opportunity o = { .at = AT_WAKE, .c = c };

	if (c->power != ECC508A_EMU_SLEEP && c->power != ECC508A_EMU_IDLE)
		return;
	/* 8 zero bits at 300 kHz, AN3539 1.2.3 */
	if (c->power == ECC508A_EMU_IDLE && has(c, F_IDLE_ERRATUM) && quirk(c, Q_IDLE_ERRATUM) &&
	    need > 26 * NSEC_PER_USEC)
		need = 26 * NSEC_PER_USEC;
	if (low_ns < need || t_end < c->t_listen)
		return;
	if (c->bus->faults && emu_fault(c->bus, &o) == STRIKE_NO_WAKE)
		return;
	emu_power_wake(c, t_end);
}

void emu_power_wake(struct ecc508a_emu_chip *c, uint64_t t)
{
	c->was_idle = c->power == ECC508A_EMU_IDLE;
	c->power = ECC508A_EMU_WAKING;
	c->t_ready = t + c->param[ECC508A_EMU_P_TWHI];
	c->t_watchdog = t + emu_power_watchdog_time(c);
	emu_link_flush(c);
	emu_trace(c, ECC508A_EMU_EV_WAKE, t, 0, NULL);
	emu_bus_touch(c->bus);
}

static void ready(struct ecc508a_emu_chip *c)
{
	uint8_t status = ST_WAKE;

	c->power = ECC508A_EMU_AWAKE;
	if (!c->was_idle)
		emu_power_latch_addr(c);
	if (!c->was_idle || quirk(c, Q_IDLE_CLEARS_FAILURE)) {
		c->failed = 0;
		c->health = false;
	}
	/* power-on self test of the 608; the group is 04 07 40 C2 */
	if (chip_options(c) & CO_POST && c->broken) {
		c->failed = c->broken;
		status = ST_SELFTEST;
	}
	emu_link_answer(c, &status, 1);
	c->out_opcode = 0;
	emu_trace(c, ECC508A_EMU_EV_READY, c->t_ready, status, NULL);
}

void emu_power_idle(struct ecc508a_emu_chip *c, uint64_t t)
{
	emu_link_flush(c);
	if (quirk(c, Q_SHA_LOST_IN_IDLE))
		c->sram.sha_mode = SHA_NONE;
	c->power = ECC508A_EMU_IDLE;
	c->t_watchdog = NEVER;
	emu_trace(c, ECC508A_EMU_EV_IDLE, t, 0, NULL);
	emu_bus_touch(c->bus);
}

void emu_power_sleep(struct ecc508a_emu_chip *c, uint64_t t, bool watchdog)
{
	bool seed_ee = c->sram.seed_ee && quirk(c, Q_SEED_BIT_KEPT);

	if (c->power == ECC508A_EMU_BUSY)
		emu_ee_interrupted(c, t);
	forget(c);
	c->sram.seed_ee = seed_ee;
	if (quirk(c, Q_LATCH_LOST_IN_SLEEP))
		c->latch = false;
	c->power = ECC508A_EMU_SLEEP;
	c->t_watchdog = NEVER;
	emu_trace(c, watchdog ? ECC508A_EMU_EV_WATCHDOG : ECC508A_EMU_EV_SLEEP, t, 0, NULL);
	emu_bus_touch(c->bus);
}

void emu_power_off(struct ecc508a_emu_chip *c, uint64_t t)
{
	if (c->power == ECC508A_EMU_POWER_OFF)
		return;
	if (c->power == ECC508A_EMU_BUSY)
		emu_ee_interrupted(c, t);
	forget(c);
	c->addressed = false;
	c->latch = false;
	c->boot_done = false;
	c->failed = 0;
	c->health = false;
	c->power = ECC508A_EMU_POWER_OFF;
	c->t_watchdog = NEVER;
	emu_trace(c, ECC508A_EMU_EV_POWER, t, 0, NULL);
	emu_bus_touch(c->bus);
}

void emu_power_on(struct ecc508a_emu_chip *c, uint64_t t)
{
	if (c->power != ECC508A_EMU_POWER_OFF)
		return;
	forget(c);
	c->power = ECC508A_EMU_SLEEP;
	c->t_listen = t + TPU_NS;
	emu_power_latch_addr(c);
	emu_trace(c, ECC508A_EMU_EV_POWER, t, 1, NULL);
}

uint64_t emu_power_deadline(const struct ecc508a_emu_chip *c)
{
	uint64_t t = NEVER;

	if (c->power == ECC508A_EMU_WAKING)
		t = c->t_ready;
	else if (c->power == ECC508A_EMU_BUSY)
		t = c->t_done;
	else if (c->power != ECC508A_EMU_AWAKE)
		return NEVER;
	return c->t_watchdog < t ? c->t_watchdog : t;
}

/* The one event that is due first. */
void emu_power_sync(struct ecc508a_emu_chip *c, uint64_t t)
{
	if (t >= c->t_watchdog) {
		emu_power_sleep(c, c->t_watchdog, true);
	} else if (c->power == ECC508A_EMU_WAKING && t >= c->t_ready) {
		ready(c);
	} else if (c->power == ECC508A_EMU_BUSY && t >= c->t_done) {
		c->power = ECC508A_EMU_AWAKE;
		c->n_undo = 0;
		emu_trace(c, ECC508A_EMU_EV_DONE, c->t_done, 0, NULL);
	}
}
