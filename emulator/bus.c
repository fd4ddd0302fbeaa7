// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * A bus and its time.
 *
 * The core always runs on its virtual clock, and this file decides how that clock moves. In real
 * time it is first moved up to CLOCK_MONOTONIC; a transfer then takes its wire time out of it,
 * which puts it ahead, and the answer is held back until the wall clock has caught up. So a command
 * starts to execute at its STOP and not when the request came in, a NAK costs nine clocks and a
 * signature 64 bytes, as on a board. In virtual time nothing but the clients' delays (and the wire
 * time) moves it.
 *
 * Requests queue up in the order they come, except that whoever ended a message without STOP goes
 * first: the bus is his until his STOP.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu.h"

/* How long one may sit on the bus without STOP while others wait; SMBus would give up after 35 ms. */
#define HOLD_NS 1000000000ull

static void bus_timer(struct loop_timer *timer);

int emu_bus_open(struct emu_bus *bus, unsigned int index, const struct emu_bus_options *opt)
{
	memset(bus, 0, sizeof(*bus));
	bus->index = index;
	bus->opt = opt;
	bus->speed = opt->speed;
	bus->tail = &bus->queue;
	bus->timer.at = UINT64_MAX;
	bus->timer.fire = bus_timer;
	bus->core = ecc508a_emu_bus_new();
	if (!bus->core)
		return -ENOMEM;
	ecc508a_emu_bus_set_wire_time(bus->core, opt->wire_time);
	bus->epoch = loop_now();
	return 0;
}

void emu_bus_close(struct emu_bus *bus)
{
	loop_timer_cancel(&bus->timer);
	ecc508a_emu_bus_free(bus->core);
	bus->core = NULL;
}

bool emu_bus_is_virtual(const struct emu_bus *bus)
{
	return bus->opt->virtual_time || bus->virtual_clients;
}

/* Real time: moves the emulated clock up to the wall clock. It may be ahead by a wire time. */
static void bus_catch_up(struct emu_bus *bus)
{
	uint64_t wall, emulated;

	if (emu_bus_is_virtual(bus))
		return;
	wall = loop_now() - bus->epoch;
	emulated = ecc508a_emu_bus_now(bus->core);
	ecc508a_emu_bus_advance(bus->core, wall > emulated ? wall - emulated : 0);
}

/* When this bus wants to be looked at next: end of a transfer, a watchdog, a bus that is held. */
static void bus_arm(struct emu_bus *bus)
{
	uint64_t at = UINT64_MAX, ev;

	if (!emu_bus_is_virtual(bus)) {
		ev = bus->in_flight ? ecc508a_emu_bus_now(bus->core)
				    : ecc508a_emu_bus_next_event(bus->core);
		if (ev != UINT64_MAX)
			at = bus->epoch + ev;
	}
	if (!bus->in_flight && bus->holder && bus->queue && bus->held_since + HOLD_NS < at)
		at = bus->held_since + HOLD_NS;
	loop_timer_set(&bus->timer, at);
}

static struct emu_request *bus_next(struct emu_bus *bus)
{
	struct emu_request **p, *req;

	for (p = &bus->queue; *p; p = &(*p)->next) {
		if (bus->holder && (*p)->owner != bus->holder)
			continue;
		req = *p;
		*p = req->next;
		if (!*p)
			bus->tail = p;
		req->next = NULL;
		return req;
	}
	return NULL;
}

/* True if the transfer is over; false if it is still on the wire. */
static bool bus_start(struct emu_bus *bus, struct emu_request *req)
{
	const struct ecc508a_emu_msg *last = &req->msgs[req->n - 1];

	if (emu_bus_is_virtual(bus))
		ecc508a_emu_bus_advance(bus->core, req->gap_ns);
	else
		bus_catch_up(bus);
	bus->in_flight_ret = ecc508a_emu_bus_xfer(bus->core, req->msgs, req->n, req->speed);
	bus->transfers++;
	bus->holder = NULL;
	if (bus->in_flight_ret == (int)req->n && (last->flags & ECC508A_EMU_M_NOSTOP)) {
		bus->holder = req->owner;
		bus->held_since = loop_now();
	}
	bus->in_flight = req;
	return emu_bus_is_virtual(bus) || bus->epoch + ecc508a_emu_bus_now(bus->core) <= loop_now();
}

static void bus_finish(struct emu_bus *bus)
{
	struct emu_request *req = bus->in_flight;

	bus->in_flight = NULL;
	req->done(req, bus->in_flight_ret);
}

/* Not recursive: done() may submit the next request of its owner. */
static void bus_run(struct emu_bus *bus)
{
	struct emu_request *req;

	if (bus->running)
		return;
	bus->running = true;
	while (!bus->in_flight && (req = bus_next(bus)))
		if (bus_start(bus, req))
			bus_finish(bus);
	bus->running = false;
	bus_arm(bus);
}

static void bus_timer(struct loop_timer *timer)
{
	struct emu_bus *bus =
		(struct emu_bus *)(void *)((char *)timer - offsetof(struct emu_bus, timer));

	if (bus->in_flight) {
		if (emu_bus_is_virtual(bus) ||
		    bus->epoch + ecc508a_emu_bus_now(bus->core) <= loop_now())
			bus_finish(bus);
	} else if (bus->holder && bus->queue && loop_now() >= bus->held_since + HOLD_NS) {
		emu_say("bus %u: a client sits on the bus without STOP; taking it away",
			bus->index);
		ecc508a_emu_bus_abort(bus->core);
		bus->holder = NULL;
	}
	if (!bus->in_flight)
		bus_catch_up(bus);
	bus_run(bus);
}

void emu_bus_submit(struct emu_bus *bus, struct emu_request *req)
{
	req->next = NULL;
	*bus->tail = req;
	bus->tail = &req->next;
	bus_run(bus);
}

static void forget(struct emu_request *req, int ret)
{
}

void emu_bus_withdraw(struct emu_bus *bus, struct emu_request *req)
{
	static struct emu_request nobody = { .done = forget };
	struct emu_request **p;

	for (p = &bus->queue; *p; p = &(*p)->next) {
		if (*p != req)
			continue;
		*p = req->next;
		if (!*p)
			bus->tail = p;
		break;
	}
	if (bus->in_flight == req)
		bus->in_flight = &nobody; /* it stays on the wire until it is over */
	if (bus->holder == req->owner) {
		ecc508a_emu_bus_abort(bus->core);
		bus->holder = NULL;
	}
	bus_run(bus);
}

int emu_bus_client(struct emu_bus *bus, bool virtual_time)
{
	if (!virtual_time) {
		bus->real_clients++;
		return 0;
	}
	if (!bus->opt->virtual_time && (bus->vbus || bus->real_clients))
		return -EBUSY;
	bus_catch_up(bus);
	bus->virtual_clients++;
	bus_arm(bus);
	return 0;
}

void emu_bus_client_gone(struct emu_bus *bus, bool virtual_time)
{
	if (!virtual_time) {
		bus->real_clients--;
		return;
	}
	bus->virtual_clients--;
	/* Back to real time without a jump. */
	if (!emu_bus_is_virtual(bus))
		bus->epoch = loop_now() - ecc508a_emu_bus_now(bus->core);
	bus_arm(bus);
}

void emu_bus_advance(struct emu_bus *bus, uint64_t ns)
{
	if (emu_bus_is_virtual(bus))
		ecc508a_emu_bus_advance(bus->core, ns);
	else if (!bus->in_flight)
		bus_catch_up(bus);
}

void emu_bus_kick(struct emu_bus *bus)
{
	if (!bus->running)
		bus_arm(bus);
}

void emu_bus_power(struct emu_bus *bus, int chip, bool on)
{
	unsigned int i;

	emu_bus_advance(bus, 0);
	for (i = 0; i < bus->chips; i++)
		if (chip < 0 || (unsigned int)chip == i)
			ecc508a_emu_chip_power(ecc508a_emu_bus_chip(bus->core, i), on);
	emu_bus_kick(bus);
}
