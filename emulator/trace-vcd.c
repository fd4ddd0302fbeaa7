// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * A trace as Value Change Dump, for GTKWave, PulseView and their I2C decoders: SCL and SDA of each
 * bus bit by bit, made from address, data and acknowledgements at the speed of the transfer;
 * "awake" and "busy" of each chip, and the command it works on as a string.
 */
#include <stdlib.h>
#include <string.h>

#include "trace-read.h"

struct change {
	uint64_t t;
	unsigned int order; /* keeps changes of one instant in the order they were made */
	char value; /* '0' or '1'; 's': text */
	const char *text;
	int signal;
};

struct vcd {
	struct change *c;
	size_t n, room;
	bool failed;
};

/* Signals are numbered: 2 for each bus, 3 for each chip. */
static int bus_signal(const struct trace_file *tf, int bus)
{
	int i, s = 0;

	for (i = 0; i < bus; i++)
		s += 2 + 3 * tf->chips[i];
	return s;
}

static int chip_signal(const struct trace_file *tf, int bus, int chip)
{
	return bus_signal(tf, bus) + 2 + 3 * chip;
}

static void add(struct vcd *v, uint64_t t, int signal, char value, const char *text)
{
	void *p;

	if (v->n == v->room) {
		v->room = v->room ? v->room * 2 : 4096;
		p = realloc(v->c, v->room * sizeof(*v->c));
		if (!p) {
			v->failed = true;
			return;
		}
		v->c = p;
	}
	v->c[v->n] = (struct change){ t, (unsigned int)v->n, value, text, signal };
	v->n++;
}

static int by_time(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	if (x->t != y->t)
		return x->t < y->t ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* One clock: SDA changes while SCL is low, SCL is high for the second half. */
static uint64_t put_bit(struct vcd *v, int scl, uint64_t t, uint64_t period, bool bit)
{
	add(v, t, scl, '0', NULL);
	add(v, t + period / 8, scl + 1, bit ? '1' : '0', NULL);
	add(v, t + period / 2, scl, '1', NULL);
	return t + period;
}

static uint64_t put_byte(struct vcd *v, int scl, uint64_t t, uint64_t period, uint8_t byte,
			 bool nak)
{
	int i;

	for (i = 7; i >= 0; i--)
		t = put_bit(v, scl, t, period, byte >> i & 1);
	return put_bit(v, scl, t, period, nak);
}

static void put_msg(struct vcd *v, const struct trace_file *tf, const struct trace_event *ev)
{
	uint64_t period = 1000000000ull / ev->speed, t = ev->t;
	bool addr_nak = !strcmp(ev->status, "nak-addr");
	int scl = bus_signal(tf, ev->bus);
	unsigned int i, bytes;

	/* A master that was told to ignore the NAK went on: the wire time tells. */
	bytes = ev->wire / (9 * period) > 1 ? (unsigned int)(ev->wire / (9 * period)) - 1 : 0;
	if (!addr_nak || bytes > ev->len)
		bytes = addr_nak && bytes < ev->len ? bytes : ev->len;
	if (!strcmp(ev->status, "nak-data") && bytes > ev->acked + 1)
		bytes = ev->acked + 1;

	add(v, t, scl + 1, '1', NULL);
	add(v, t, scl, '1', NULL);
	add(v, t + period / 4, scl + 1, '0', NULL); /* START */
	t += period / 2;
	t = put_byte(v, scl, t, period, (uint8_t)(ev->addr << 1 | ev->read), addr_nak);
	for (i = 0; i < bytes; i++)
		t = put_byte(v, scl, t, period, ev->data ? ev->data[i] : 0xff,
			     ev->read ? i + 1 == bytes : i >= ev->acked);
	add(v, t, scl, '0', NULL);
	if (ev->stop || strcmp(ev->status, "ok")) {
		add(v, t + period / 8, scl + 1, '0', NULL);
		add(v, t + period / 4, scl, '1', NULL);
		add(v, t + period / 2, scl + 1, '1', NULL); /* STOP */
	} else {
		add(v, t + period / 8, scl + 1, '1', NULL);
		add(v, t + period / 4, scl, '1', NULL);
	}
}

static void put_event(struct vcd *v, const struct trace_file *tf, const struct trace_event *ev)
{
	int s;

	if (ev->kind == TRACE_MSG)
		put_msg(v, tf, ev);
	if (ev->chip < 0)
		return;
	s = chip_signal(tf, ev->bus, ev->chip);
	switch (ev->kind) {
	case TRACE_WAKE:
		add(v, ev->t, s, '1', NULL);
		break;
	case TRACE_IDLE:
	case TRACE_SLEEP:
	case TRACE_WATCHDOG:
	case TRACE_POWER_OFF:
		add(v, ev->t, s, '0', NULL);
		add(v, ev->t, s + 1, '0', NULL);
		add(v, ev->t, s + 2, 's', "");
		break;
	case TRACE_CMD:
		add(v, ev->t, s + 1, '1', NULL);
		add(v, ev->t, s + 2, 's', ev->op);
		break;
	case TRACE_DONE:
		add(v, ev->t, s + 1, '0', NULL);
		add(v, ev->t, s + 2, 's', "");
		break;
	default:
		break;
	}
}

static void put_id(FILE *out, int signal)
{
	do {
		fputc('!' + signal % 90, out);
		signal /= 90;
	} while (signal);
}

static void declare(FILE *out, const char *type, int signal, const char *name)
{
	fprintf(out, "$var %s 1 ", type);
	put_id(out, signal);
	fprintf(out, " %s $end\n", name);
}

static void header(const struct trace_file *tf, FILE *out)
{
	int b, c, s;

	fputs("$version ecc508a-emu $end\n$timescale 1ns $end\n", out);
	for (b = 0; b < tf->buses; b++) {
		fprintf(out, "$scope module bus%d $end\n", b);
		declare(out, "wire", bus_signal(tf, b), "scl");
		declare(out, "wire", bus_signal(tf, b) + 1, "sda");
		for (c = 0; c < tf->chips[b]; c++) {
			s = chip_signal(tf, b, c);
			fprintf(out, "$scope module chip%d $end\n", c);
			declare(out, "wire", s, "awake");
			declare(out, "wire", s + 1, "busy");
			declare(out, "string", s + 2, "command");
			fputs("$upscope $end\n", out);
		}
		fputs("$upscope $end\n", out);
	}
	fputs("$enddefinitions $end\n#0\n$dumpvars\n", out);
	for (b = 0; b < tf->buses; b++) {
		for (s = 0; s < 2 + 3 * tf->chips[b]; s++) {
			if (s >= 2 && (s - 2) % 3 == 2)
				fputs("s ", out);
			else
				fputc(s < 2 ? '1' : '0', out);
			put_id(out, bus_signal(tf, b) + s);
			fputc('\n', out);
		}
	}
	fputs("$end\n", out);
}

void trace_write_vcd(const struct trace_file *tf, FILE *out)
{
	struct vcd v = { 0 };
	uint64_t last = 0;
	size_t i;

	for (i = 0; i < tf->n; i++)
		if (tf->ev[i].kind != TRACE_START)
			put_event(&v, tf, &tf->ev[i]);
	if (v.n)
		qsort(v.c, v.n, sizeof(*v.c), by_time);
	header(tf, out);
	for (i = 0; i < v.n; i++) {
		if (v.c[i].t != last)
			fprintf(out, "#%llu\n", (unsigned long long)v.c[i].t);
		last = v.c[i].t;
		if (v.c[i].value == 's')
			fprintf(out, "s%s ", v.c[i].text);
		else
			fputc(v.c[i].value, out);
		put_id(out, v.c[i].signal);
		fputc('\n', out);
	}
	free(v.c);
	if (v.failed)
		fputs("$comment cut short: out of memory $end\n", out);
}
