// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The bus: messages bit by bit as far as that matters, and the clock.
 *
 * What matters is how long SDA stays low, since that is what wakes a chip. A byte is eight bits and
 * an acknowledge; runs of zeros go on across an acknowledge that somebody drives low and end at one
 * that nobody drives. The ninth clock of a NAK is high: that is why more zero bytes to a sleeping
 * chip do not make a longer pulse.
 */
#include <stdlib.h>

#include "chip.h"

#define SPEED_MAX 5000000U
#define LEN_MAX	  65535U /* struct i2c_msg.len is 16 bit */

struct ecc508a_emu_bus *ecc508a_emu_bus_new(void)
{
	struct ecc508a_emu_bus *bus = calloc(1, sizeof(*bus));

	if (bus) {
		bus->wire_time = true;
		bus->next = NEVER;
	}
	return bus;
}

void ecc508a_emu_bus_free(struct ecc508a_emu_bus *bus)
{
	if (!bus)
		return;
	while (bus->chips)
		ecc508a_emu_chip_free(bus->chips);
	emu_faults_free(bus);
	free(bus);
}

/* ------------------------------------------------------------------ time */

static void tick(struct ecc508a_emu_bus *bus)
{
	if (bus->now) {
		uint64_t t = bus->t_base + (bus->now(bus->now_ctx) - bus->now_base);

		if (t > bus->t)
			bus->t = t;
	}
}

void emu_bus_touch(struct ecc508a_emu_bus *bus)
{
	bus->next = 0;
}

void emu_bus_sync(struct ecc508a_emu_bus *bus)
{
	if (bus->t < bus->next)
		return;
	/* in order of time over all chips and faults: a trace must not jump back */
	for (;;) {
		struct ecc508a_emu_chip *first = NULL;
		uint64_t next = emu_fault_deadline(bus);

		for (struct ecc508a_emu_chip *c = bus->chips; c; c = c->next) {
			uint64_t t = emu_power_deadline(c);

			if (t < next) {
				next = t;
				first = c;
			}
		}
		bus->next = next;
		if (next > bus->t)
			break;
		if (first)
			emu_power_sync(first, next);
		else
			emu_fault_time(bus);
	}
}

void ecc508a_emu_bus_set_clock(struct ecc508a_emu_bus *bus, uint64_t (*now)(void *ctx), void *ctx)
{
	tick(bus);
	bus->now = now;
	bus->now_ctx = ctx;
	bus->t_base = bus->t;
	bus->now_base = now ? now(ctx) : 0;
	emu_bus_sync(bus);
}

uint64_t ecc508a_emu_bus_now(struct ecc508a_emu_bus *bus)
{
	tick(bus);
	return bus->t;
}

void ecc508a_emu_bus_advance(struct ecc508a_emu_bus *bus, uint64_t ns)
{
	tick(bus);
	if (!bus->now)
		bus->t = ns > NEVER - 1 - bus->t ? NEVER - 1 : bus->t + ns;
	emu_bus_sync(bus);
}

void ecc508a_emu_bus_set_wire_time(struct ecc508a_emu_bus *bus, bool on)
{
	bus->wire_time = on;
}

uint64_t ecc508a_emu_bus_next_event(struct ecc508a_emu_bus *bus)
{
	tick(bus);
	emu_bus_sync(bus);
	return bus->next;
}

/* ------------------------------------------------------------------ pulses */

/* One message on the wire. */
struct wire {
	struct ecc508a_emu_bus *bus;
	uint32_t speed;
	uint64_t t0;
	uint64_t bits; /* since t0 */
	unsigned int run; /* zero bits in a row */
	bool listen; /* a chip sleeps: pulses count */
};

static uint64_t bits_ns(const struct wire *w, uint64_t bits)
{
	return bits * NSEC_PER_SEC / w->speed;
}

static void pulse(struct wire *w)
{
	uint64_t low = bits_ns(w, w->run), end = w->t0 + bits_ns(w, w->bits);

	for (struct ecc508a_emu_chip *c = w->bus->chips; c; c = c->next)
		emu_power_pulse(c, end, low);
	w->run = 0;
}

static void put_bit(struct wire *w, bool high)
{
	if (high && w->run)
		pulse(w);
	w->bits++;
	if (!high)
		w->run++;
}

/* Eight bits and the acknowledge; time goes on. */
static void put_byte(struct wire *w, uint8_t byte, bool ack)
{
	struct ecc508a_emu_bus *bus = w->bus;

	if (w->listen) {
		for (int i = 7; i >= 0; i--)
			put_bit(w, byte >> i & 1);
		put_bit(w, !ack);
	} else {
		w->bits += 9;
	}
	if (bus->wire_time && !bus->now)
		bus->t = w->t0 + bits_ns(w, w->bits);
	if (bus->t >= bus->next)
		emu_bus_sync(bus);
}

void ecc508a_emu_bus_sda_low(struct ecc508a_emu_bus *bus, uint64_t ns)
{
	tick(bus);
	if (!bus->now && bus->wire_time)
		bus->t += ns;
	emu_bus_sync(bus);
	for (struct ecc508a_emu_chip *c = bus->chips; c; c = c->next)
		emu_power_pulse(c, bus->t, ns);
	emu_bus_sync(bus);
}

/* ------------------------------------------------------------------ messages */

static enum emu_strike strike(struct ecc508a_emu_bus *bus, enum emu_point at,
			      struct ecc508a_emu_chip *c, bool read, unsigned int byte,
			      uint8_t *value)
{
	struct emu_opportunity o = { .at = at, .c = c, .read = read, .byte = byte, .value = value };

	if (!bus->faults)
		return STRIKE_NONE;
	o.opcode = c && read ? c->out_opcode : 0;
	return emu_fault(bus, &o);
}

static void stop(struct ecc508a_emu_bus *bus)
{
	bus->in_xfer = false;
	for (struct ecc508a_emu_chip *c = bus->chips; c; c = c->next)
		emu_link_stop(c);
	emu_bus_sync(bus);
}

static void do_read(struct wire *w, struct ecc508a_emu_msg *m, struct ecc508a_emu_chip *who)
{
	struct ecc508a_emu_bus *bus = w->bus;
	bool cut = false;

	for (uint32_t i = 0; i < m->len; i++) {
		uint8_t byte = 0xff;
		bool driven = false;

		/* wired AND: whoever is addressed can pull SDA low */
		for (struct ecc508a_emu_chip *c = bus->chips; c; c = c->next)
			if (c->addressed)
				byte &= emu_link_read(c, &driven);
		if (bus->faults && who && !cut)
			cut = strike(bus, AT_BYTE_RD, who, true, i, &byte) == STRIKE_TRUNCATE;
		if (cut)
			byte = 0xff;
		m->buf[i] = byte;
		m->acked += driven && !cut;
		put_byte(w, byte, i + 1 < m->len);
	}
}

static void do_write(struct wire *w, struct ecc508a_emu_msg *m, struct ecc508a_emu_chip *who)
{
	struct ecc508a_emu_bus *bus = w->bus;

	for (uint32_t i = 0; i < m->len; i++) {
		uint8_t byte = m->buf[i];
		bool ack = false;

		if (who && strike(bus, AT_BYTE_WR, who, false, i, &byte) == STRIKE_NAK) {
			who->addressed = false;
			emu_link_flush(who);
		}
		for (struct ecc508a_emu_chip *c = bus->chips; c; c = c->next)
			if (c->addressed)
				ack |= emu_link_write(c, byte);
		put_byte(w, m->buf[i], ack);
		if (ack) {
			m->acked++;
			continue;
		}
		if (m->status == ECC508A_EMU_OK)
			m->status = ECC508A_EMU_NAK_DATA;
		if (!(m->flags & ECC508A_EMU_M_IGNORE_NAK))
			break;
	}
}

static uint32_t bus_failure(enum emu_strike strike)
{
	switch (strike) {
	case STRIKE_ARB_LOST:
		return ECC508A_EMU_ARB_LOST;
	case STRIKE_SCL_LOW:
		return ECC508A_EMU_SCL_LOW;
	default:
		return ECC508A_EMU_BUS_ERROR;
	}
}

static bool run_message(struct ecc508a_emu_bus *bus, struct ecc508a_emu_msg *m, uint32_t speed,
			bool last)
{
	bool rd = m->flags & ECC508A_EMU_M_RD;
	struct wire w = { .bus = bus, .speed = speed, .t0 = bus->t, .bits = 1 };
	struct ecc508a_emu_chip *who = NULL;
	bool ack = false, go_on, end;

	m->status = ECC508A_EMU_OK;
	m->acked = 0;
	bus->in_xfer = true;
	for (struct ecc508a_emu_chip *c = bus->chips; c; c = c->next) {
		w.listen |= c->power == ECC508A_EMU_SLEEP || c->power == ECC508A_EMU_IDLE;
		if (!emu_link_start(c, (uint8_t)m->addr, rd)) {
			if (bus->faults && m->addr != c->addr)
				(void)strike(bus, AT_FOREIGN, c, rd, 0, NULL);
			continue;
		}
		if (bus->faults) {
			enum emu_strike s = strike(bus, AT_START, c, rd, 0, NULL);

			if (s != STRIKE_NONE) {
				c->addressed = false;
				if (s != STRIKE_NAK)
					m->status = bus_failure(s);
				continue;
			}
		}
		ack = true;
		if (!who)
			who = c;
	}
	put_byte(&w, (uint8_t)(m->addr << 1 | rd), ack);
	if (!ack && m->status == ECC508A_EMU_OK)
		m->status = ECC508A_EMU_NAK_ADDR;
	if (m->status == ECC508A_EMU_OK || m->flags & ECC508A_EMU_M_IGNORE_NAK) {
		if (rd)
			do_read(&w, m, who);
		else
			do_write(&w, m, who);
	} else if (rd && m->len) {
		memset(m->buf, 0xff, m->len);
	}

	go_on = m->status == ECC508A_EMU_OK || m->flags & ECC508A_EMU_M_IGNORE_NAK;
	end = !go_on || (last && !(m->flags & ECC508A_EMU_M_NOSTOP));
	if (end)
		w.bits++;
	if (w.run)
		pulse(&w);
	m->wire_ns = bits_ns(&w, w.bits);
	if (bus->wire_time && !bus->now)
		bus->t = w.t0 + m->wire_ns;
	if (bus->trace) {
		struct ecc508a_emu_event ev = {
			.type = ECC508A_EMU_EV_MSG,
			.t_ns = w.t0,
			.msg = m,
			.speed_hz = speed,
			.chip = who ? emu_chip_index(who) : -1,
			.slot = -1,
		};

		bus->trace(bus->trace_ctx, &ev);
	}
	if (end)
		stop(bus);
	return go_on;
}

int ecc508a_emu_bus_xfer(struct ecc508a_emu_bus *bus, struct ecc508a_emu_msg *msgs, unsigned int n,
			 uint32_t speed_hz)
{
	unsigned int done = 0;

	if (!speed_hz || speed_hz > SPEED_MAX)
		return -EINVAL;
	for (unsigned int i = 0; i < n; i++) {
		if (msgs[i].addr > 0x7f || msgs[i].len > LEN_MAX || (msgs[i].len && !msgs[i].buf))
			return -EINVAL;
		msgs[i].status = ECC508A_EMU_BUS_ERROR;
		msgs[i].acked = 0;
		msgs[i].wire_ns = 0;
	}
	tick(bus);
	emu_bus_sync(bus);
	while (done < n) {
		if (!run_message(bus, &msgs[done], speed_hz, done + 1 == n))
			break;
		done++;
	}
	return (int)done;
}

int ecc508a_emu_write(struct ecc508a_emu_bus *bus, uint16_t addr, const void *data, uint32_t len,
		      uint32_t speed_hz)
{
	struct ecc508a_emu_msg m = { .addr = addr, .len = len };
	int ret;

	/* a write message is only read from */
	memcpy(&m.buf, &data, sizeof(m.buf));
	ret = ecc508a_emu_bus_xfer(bus, &m, 1, speed_hz);
	if (ret < 0)
		return ret;
	if (m.status >= ECC508A_EMU_BUS_ERROR)
		return -EIO;
	return m.status == ECC508A_EMU_NAK_ADDR ? -ENXIO : (int)m.acked;
}

int ecc508a_emu_read(struct ecc508a_emu_bus *bus, uint16_t addr, void *data, uint32_t len,
		     uint32_t speed_hz)
{
	struct ecc508a_emu_msg m = {
		.addr = addr, .flags = ECC508A_EMU_M_RD, .len = len, .buf = data
	};
	int ret = ecc508a_emu_bus_xfer(bus, &m, 1, speed_hz);

	if (ret < 0)
		return ret;
	if (m.status >= ECC508A_EMU_BUS_ERROR)
		return -EIO;
	return m.status == ECC508A_EMU_NAK_ADDR ? -ENXIO : (int)len;
}

void ecc508a_emu_bus_abort(struct ecc508a_emu_bus *bus)
{
	bus->in_xfer = false;
	for (struct ecc508a_emu_chip *c = bus->chips; c; c = c->next) {
		c->addressed = false;
		c->touched = false;
		c->n_write = 0;
	}
}

/* ------------------------------------------------------------------ trace */

void ecc508a_emu_bus_set_trace(struct ecc508a_emu_bus *bus,
			       void (*trace)(void *ctx, const struct ecc508a_emu_event *ev),
			       void *ctx)
{
	bus->trace = trace;
	bus->trace_ctx = ctx;
}

void emu_trace(struct ecc508a_emu_chip *c, enum ecc508a_emu_event_type type, uint64_t t, int value,
	       const char *text)
{
	struct ecc508a_emu_event ev = {
		.type = type, .t_ns = t, .slot = -1, .value = value, .text = text
	};

	if (!c->bus->trace)
		return;
	ev.chip = emu_chip_index(c);
	c->bus->trace(c->bus->trace_ctx, &ev);
}
