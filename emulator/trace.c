// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * What happens on the buses, as it happens: JSON lines into a file (the format that `ecc508a-emu
 * trace` turns into text, VCD or a drawing) and, with -v, readable lines on stderr. A line is
 * complete and in the kernel's hands before the client sees the answer, so a kill -9 loses nothing
 * that anybody relied on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "emu.h"

#define LINE_MAX_BYTES (EMU_XFER_MAX * 2 + 1024)

static struct {
	int fd;
	bool data, text, failed;
	const char *path;
	char *line;
	size_t len;
} trace = { .fd = -1 };

static void EMU_PRINTF(1, 2) put(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(trace.line + trace.len, LINE_MAX_BYTES - trace.len, fmt, ap);
	va_end(ap);
	if (n > 0)
		trace.len += (size_t)n;
	if (trace.len > LINE_MAX_BYTES - 1)
		trace.len = LINE_MAX_BYTES - 1;
}

static void put_hex(const uint8_t *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len && trace.len + 3 < LINE_MAX_BYTES; i++) {
		trace.line[trace.len++] = digits[data[i] >> 4];
		trace.line[trace.len++] = digits[data[i] & 15];
	}
}

static void put_us(const char *name, uint64_t ns)
{
	put("\"%s\":%llu.%03llu", name, (unsigned long long)(ns / 1000),
	    (unsigned long long)(ns % 1000));
}

static void end_line(void)
{
	size_t done = 0;
	ssize_t n;

	put("}\n");
	while (done < trace.len && !trace.failed) {
		n = write(trace.fd, trace.line + done, trace.len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			emu_say("trace %s: %s; tracing ends here", trace.path, strerror(errno));
			trace.failed = true;
			break;
		}
		done += (size_t)n;
	}
	explicit_bzero(trace.line, trace.len);
	trace.len = 0;
}

static void begin_line(const struct emu_bus *bus, const struct ecc508a_emu_event *ev,
		       const char *name)
{
	trace.len = 0;
	put("{");
	put_us("t_us", ev->t_ns);
	put(",\"ev\":\"%s\",\"bus\":%u,\"chip\":%d", name, bus->index, ev->chip);
}

static const char *status_name(uint32_t status)
{
	static const char *const names[] = { "ok",    "nak-addr", "nak-data",
					     "error", "arb-lost", "scl-low" };

	return status < 6 ? names[status] : "error";
}

static void json_msg(const struct emu_bus *bus, const struct ecc508a_emu_event *ev)
{
	const struct ecc508a_emu_msg *m = ev->msg;

	begin_line(bus, ev, "msg");
	put(",\"dir\":\"%s\",\"addr\":%u,\"len\":%u,\"status\":\"%s\",\"acked\":%u,\"stop\":%s",
	    m->flags & ECC508A_EMU_M_RD ? "r" : "w", m->addr, m->len, status_name(m->status),
	    m->acked, m->flags & ECC508A_EMU_M_NOSTOP ? "false" : "true");
	put(",\"speed\":%u,", ev->speed_hz);
	put_us("wire_us", m->wire_ns);
	/* Nobody drove what a read that was not acknowledged has in its buffer. */
	if (trace.data && m->len && !(m->status && (m->flags & ECC508A_EMU_M_RD))) {
		put(",\"data\":\"");
		put_hex(m->buf, m->len);
		put("\"");
	}
	end_line();
}

static void json_cmd(const struct emu_bus *bus, const struct ecc508a_emu_event *ev)
{
	begin_line(bus, ev, "cmd");
	put(",\"op\":\"%s\",\"opcode\":%u,\"p1\":%u,\"p2\":%u,\"status\":%u,\"slot\":%d,\"rsp\":%"
	    "u,",
	    ev->op, ev->opcode, ev->p1, ev->p2, ev->status, ev->slot, ev->rsp_len);
	put_us("exec_us", ev->exec_ns);
	end_line();
}

static const char *event_name(const struct ecc508a_emu_event *ev)
{
	switch (ev->type) {
	case ECC508A_EMU_EV_MSG:
		return "msg";
	case ECC508A_EMU_EV_CMD:
		return "cmd";
	case ECC508A_EMU_EV_DONE:
		return "done";
	case ECC508A_EMU_EV_WAKE:
		return "wake";
	case ECC508A_EMU_EV_READY:
		return "ready";
	case ECC508A_EMU_EV_IDLE:
		return "idle";
	case ECC508A_EMU_EV_SLEEP:
		return "sleep";
	case ECC508A_EMU_EV_WATCHDOG:
		return "watchdog";
	case ECC508A_EMU_EV_POWER:
		return ev->value ? "power-on" : "power-off";
	case ECC508A_EMU_EV_FAULT:
		return "fault";
	}
	return "?";
}

static void json_event(const struct emu_bus *bus, const struct ecc508a_emu_event *ev)
{
	const char *p;

	if (ev->type == ECC508A_EMU_EV_MSG) {
		json_msg(bus, ev);
		return;
	}
	if (ev->type == ECC508A_EMU_EV_CMD) {
		json_cmd(bus, ev);
		return;
	}
	begin_line(bus, ev, event_name(ev));
	if (ev->text) {
		put(",\"text\":\"");
		for (p = ev->text; *p; p++)
			if (*p >= ' ' && *p != '"' && *p != '\\')
				put("%c", *p);
		put("\"");
	}
	end_line();
}

static void text_event(const struct emu_bus *bus, const struct ecc508a_emu_event *ev)
{
	const struct ecc508a_emu_msg *m = ev->msg;
	uint32_t i;

	fprintf(stderr, "%12.3f ms  %u.%c  ", (double)ev->t_ns / 1e6, bus->index,
		ev->chip < 0	? '-'
		: ev->chip < 10 ? '0' + ev->chip
				: '+');
	switch (ev->type) {
	case ECC508A_EMU_EV_MSG:
		fprintf(stderr, "%c 0x%02x", m->flags & ECC508A_EMU_M_RD ? 'R' : 'W', m->addr);
		if (m->status == ECC508A_EMU_NAK_ADDR)
			fputs(" NAK", stderr);
		for (i = 0; trace.data && !m->status && i < m->len && i < 40; i++)
			fprintf(stderr, " %02x", m->buf[i]);
		if (trace.data && !m->status && m->len > 40)
			fprintf(stderr, " ... (%u bytes)", m->len);
		if (m->status == ECC508A_EMU_NAK_DATA)
			fprintf(stderr, " NAK after %u", m->acked);
		fputc('\n', stderr);
		break;
	case ECC508A_EMU_EV_CMD:
		fprintf(stderr, "%s p1=%02x p2=%04x -> %02x, busy for %.1f ms\n", ev->op, ev->p1,
			ev->p2, ev->status, (double)ev->exec_ns / 1e6);
		break;
	default:
		fprintf(stderr, "%s%s%s\n", event_name(ev), ev->text ? ": " : "",
			ev->text ? ev->text : "");
		break;
	}
}

static void trace_event(void *ctx, const struct ecc508a_emu_event *ev)
{
	const struct emu_bus *bus = ctx;

	if (trace.fd >= 0 && !trace.failed)
		json_event(bus, ev);
	if (trace.text)
		text_event(bus, ev);
}

int emu_trace_open(const char *path, bool data, bool text)
{
	struct timespec ts;

	trace.data = data;
	trace.text = text;
	trace.path = path;
	trace.failed = false;
	if (!path)
		return 0;
	trace.line = malloc(LINE_MAX_BYTES);
	if (!trace.line)
		return -ENOMEM;
	/* Mode 0600: the bus carries secrets in the clear, and a trace shows them. */
	trace.fd = strcmp(path, "-")
			   ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600)
			   : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (trace.fd < 0) {
		emu_say("cannot write the trace %s: %s", path, strerror(errno));
		return -EIO;
	}
	clock_gettime(CLOCK_REALTIME, &ts);
	trace.len = 0;
	put("{\"t_us\":0,\"ev\":\"start\",\"version\":\"%s\",\"wall_s\":%lld.%06ld", EMU_VERSION,
	    (long long)ts.tv_sec, ts.tv_nsec / 1000);
	end_line();
	return 0;
}

void emu_trace_attach(struct emu_bus *bus)
{
	if (trace.fd >= 0 || trace.text)
		ecc508a_emu_bus_set_trace(bus->core, trace_event, bus);
}

void emu_trace_close(void)
{
	if (trace.fd >= 0)
		close(trace.fd);
	trace.fd = -1;
	free(trace.line);
	trace.line = NULL;
}
