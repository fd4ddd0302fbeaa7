// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "emu.h"
#include "trace-read.h"

static const char *const kinds[] = {
	[TRACE_START] = "start",
	[TRACE_MSG] = "msg",
	[TRACE_CMD] = "cmd",
	[TRACE_DONE] = "done",
	[TRACE_WAKE] = "wake",
	[TRACE_READY] = "ready",
	[TRACE_IDLE] = "idle",
	[TRACE_SLEEP] = "sleep",
	[TRACE_WATCHDOG] = "watchdog",
	[TRACE_POWER_ON] = "power-on",
	[TRACE_POWER_OFF] = "power-off",
	[TRACE_FAULT] = "fault",
};

static double number(const cJSON *o, const char *name, double min, double max)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

	if (!cJSON_IsNumber(v) || !(v->valuedouble >= min))
		return min;
	return v->valuedouble > max ? max : v->valuedouble;
}

/* Only what may stand in SVG and VCD as it is. */
static void text(const cJSON *o, const char *name, char *out, size_t size)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);
	const char *p = cJSON_IsString(v) ? v->valuestring : "";
	size_t n = 0;

	for (; *p && n + 1 < size; p++)
		if (*p >= ' ' && *p < 127 && !strchr("<>&\"'", *p))
			out[n++] = *p;
	out[n] = 0;
}

static uint8_t *hex(const cJSON *o, unsigned int len)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "data");
	unsigned int i, byte;
	uint8_t *data;

	if (!cJSON_IsString(v) || strlen(v->valuestring) != 2 * (size_t)len || !len)
		return NULL;
	data = malloc(len);
	for (i = 0; data && i < len; i++) {
		if (sscanf(v->valuestring + 2 * i, "%2x", &byte) != 1)
			byte = 0;
		data[i] = (uint8_t)byte;
	}
	return data;
}

static bool parse(const char *line, struct trace_event *ev)
{
	cJSON *o = cJSON_Parse(line);
	char kind[16];
	unsigned int i;
	bool ok = false;

	memset(ev, 0, sizeof(*ev));
	if (!cJSON_IsObject(o))
		goto out;
	text(o, "ev", kind, sizeof(kind));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i], kind))
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		goto out;
	ok = true;
	ev->kind = (enum trace_kind)i;
	ev->t = (uint64_t)(number(o, "t_us", 0, 9e15) * 1000 + 0.5);
	ev->bus = (int)number(o, "bus", 0, TRACE_BUSES - 1);
	ev->chip = (int)number(o, "chip", -1, 1000);
	text(o, "text", ev->text, sizeof(ev->text));
	if (ev->kind == TRACE_MSG) {
		const cJSON *dir = cJSON_GetObjectItemCaseSensitive(o, "dir");

		ev->read = cJSON_IsString(dir) && dir->valuestring[0] == 'r';
		ev->stop = !cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(o, "stop"));
		ev->addr = (unsigned int)number(o, "addr", 0, 127);
		ev->len = (unsigned int)number(o, "len", 0, EMU_XFER_MAX);
		ev->acked = (unsigned int)number(o, "acked", 0, EMU_XFER_MAX);
		ev->speed = (unsigned int)number(o, "speed", 1, EMU_SPEED_MAX);
		ev->wire = (uint64_t)(number(o, "wire_us", 0, 1e12) * 1000);
		text(o, "status", ev->status, sizeof(ev->status));
		ev->data = hex(o, ev->len);
	} else if (ev->kind == TRACE_CMD) {
		text(o, "op", ev->op, sizeof(ev->op));
		ev->opcode = (unsigned int)number(o, "opcode", 0, 255);
		ev->p1 = (unsigned int)number(o, "p1", 0, 255);
		ev->p2 = (unsigned int)number(o, "p2", 0, 65535);
		ev->result = (unsigned int)number(o, "status", 0, 255);
		ev->slot = (int)number(o, "slot", -1, 15);
		ev->exec = (uint64_t)(number(o, "exec_us", 0, 1e9) * 1000);
	}
out:
	cJSON_Delete(o);
	return ok;
}

/* The writer may put an event before one that began earlier (a message is known when it ends). */
static int by_time(const void *a, const void *b)
{
	const struct trace_event *x = a, *y = b;

	return x->t < y->t ? -1 : x->t > y->t;
}

static void count(struct trace_file *tf)
{
	size_t i;

	for (i = 0; i < tf->n; i++) {
		const struct trace_event *ev = &tf->ev[i];

		if (ev->kind == TRACE_START)
			continue;
		if (ev->bus >= tf->buses)
			tf->buses = ev->bus + 1;
		if (ev->chip >= tf->chips[ev->bus])
			tf->chips[ev->bus] = ev->chip + 1;
	}
}

int trace_load(struct trace_file *tf, const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	size_t size = 0, room = 0, no = 0;
	char *line = NULL;
	void *p;
	int ret = 0;

	memset(tf, 0, sizeof(*tf));
	if (!f) {
		emu_say("%s: %s", path, strerror(errno));
		return -1;
	}
	while (!ret && getline(&line, &size, f) >= 0) {
		no++;
		if (tf->n == room) {
			room = room ? room * 2 : 1024;
			p = realloc(tf->ev, room * sizeof(*tf->ev));
			if (!p) {
				emu_say("out of memory");
				ret = -1;
				break;
			}
			tf->ev = p;
		}
		if (parse(line, &tf->ev[tf->n])) {
			tf->n++;
		} else if (strchr(line, '\n')) {
			emu_say("%s:%zu: not a line of a trace", path, no);
			ret = -1;
		}
	}
	free(line);
	if (f != stdin)
		fclose(f);
	if (ret) {
		trace_free(tf);
		return ret;
	}
	if (tf->n)
		qsort(tf->ev, tf->n, sizeof(*tf->ev), by_time);
	count(tf);
	return 0;
}

void trace_free(struct trace_file *tf)
{
	size_t i;

	for (i = 0; i < tf->n; i++)
		free(tf->ev[i].data);
	free(tf->ev);
	memset(tf, 0, sizeof(*tf));
}

void trace_cut(struct trace_file *tf, uint64_t from, uint64_t to)
{
	size_t i, n = 0;

	for (i = 0; i < tf->n; i++) {
		if (tf->ev[i].t >= from && tf->ev[i].t < to)
			tf->ev[n++] = tf->ev[i];
		else
			free(tf->ev[i].data);
	}
	tf->n = n;
}

const char *trace_msg_meaning(const struct trace_event *ev)
{
	if (ev->kind != TRACE_MSG)
		return "";
	if (ev->addr == 0)
		return "wake";
	if (!strcmp(ev->status, "nak-addr"))
		return "NAK";
	if (ev->read)
		return "read";
	if (!ev->data)
		return "write";
	switch (ev->data[0]) { /* word address, DS508 table 6-2 */
	case 0x00:
		return "rewind";
	case 0x01:
		return "sleep";
	case 0x02:
		return "idle";
	case 0x03:
		return "command";
	default:
		return "write";
	}
}

void trace_write_text(const struct trace_file *tf, FILE *out)
{
	size_t i;
	unsigned int j;

	for (i = 0; i < tf->n; i++) {
		const struct trace_event *ev = &tf->ev[i];

		if (ev->kind == TRACE_START) {
			fputs("---- the server starts\n", out);
			continue;
		}
		fprintf(out, "%12.3f ms  bus %d  ", (double)ev->t / 1e6, ev->bus);
		if (ev->chip >= 0)
			fprintf(out, "chip %d  ", ev->chip);
		else
			fputs("        ", out);
		switch (ev->kind) {
		case TRACE_MSG:
			fprintf(out, "%s 0x%02x %-7s %3u bytes %7.1f us", ev->read ? "R" : "W",
				ev->addr, trace_msg_meaning(ev), ev->len, (double)ev->wire / 1e3);
			for (j = 0; ev->data && j < ev->len; j++)
				fprintf(out, "%s%02x", j ? " " : "  ", ev->data[j]);
			if (strcmp(ev->status, "ok"))
				fprintf(out, "  [%s]", ev->status);
			if (!ev->stop)
				fputs("  [no STOP]", out);
			break;
		case TRACE_CMD:
			fprintf(out, "  %s(0x%02x) p1=0x%02x p2=0x%04x", ev->op, ev->opcode, ev->p1,
				ev->p2);
			if (ev->slot >= 0)
				fprintf(out, " slot %d", ev->slot);
			fprintf(out, " -> status 0x%02x, %.1f ms", ev->result,
				(double)ev->exec / 1e6);
			break;
		default:
			fprintf(out, "  %s%s%s", kinds[ev->kind], ev->text[0] ? ": " : "",
				ev->text);
			break;
		}
		fputc('\n', out);
	}
}
