/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* A trace file in memory, for `ecc508a-emu trace`. */
#ifndef EMU_TRACE_READ_H
#define EMU_TRACE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum trace_kind {
	TRACE_START, /* of the server: the clocks begin at 0 again */
	TRACE_MSG,
	TRACE_CMD,
	TRACE_DONE,
	TRACE_WAKE,
	TRACE_READY,
	TRACE_IDLE,
	TRACE_SLEEP,
	TRACE_WATCHDOG,
	TRACE_POWER_ON,
	TRACE_POWER_OFF,
	TRACE_FAULT,
};

struct trace_event {
	enum trace_kind kind;
	uint64_t t; /* ns */
	int bus, chip; /* chip -1: none */
	/* TRACE_MSG */
	bool read, stop;
	unsigned int addr, len, acked, speed;
	char status[16]; /* "ok", "nak-addr", ... */
	uint64_t wire; /* ns */
	uint8_t *data; /* NULL if the trace has none */
	/* TRACE_CMD */
	char op[24];
	unsigned int opcode, p1, p2, result;
	int slot;
	uint64_t exec; /* ns */
	/* TRACE_FAULT and others */
	char text[64];
};

struct trace_file {
	struct trace_event *ev;
	size_t n;
	int buses; /* highest number + 1 */
	int chips[64]; /* of each bus, highest number + 1 */
};

#define TRACE_BUSES 64

/* Says on stderr what is wrong. The last line may be cut off: the writer may have been killed. */
int trace_load(struct trace_file *tf, const char *path);
void trace_free(struct trace_file *tf);
/* Keeps the events from <= t < to. */
void trace_cut(struct trace_file *tf, uint64_t from, uint64_t to);

/* "wake", "sleep", "idle", "command", "read": what a message is about, in a word. */
const char *trace_msg_meaning(const struct trace_event *ev);

void trace_write_text(const struct trace_file *tf, FILE *out);
void trace_write_vcd(const struct trace_file *tf, FILE *out);
/* px_per_ms 0: chosen so that it fits a wide screen. */
void trace_write_svg(const struct trace_file *tf, FILE *out, double px_per_ms);

#endif
