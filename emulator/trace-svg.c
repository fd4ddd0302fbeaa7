// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * A trace as a drawing. Time runs to the right; stretches in which nothing happens are cut out and
 * marked with their length, because a chip sleeps a thousand times longer than it works. Each bus
 * has a lane for its messages, each chip one for what it executes, one for its power state and one
 * that fills up as its watchdog runs.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "trace-read.h"

#define LEFT	    110.0
#define RIGHT	    30.0
#define TOP	    74.0
#define GAP_PX	    44.0 /* width of a stretch that was cut out */
#define GAP_NS	    12000000.0 /* and from which length on that is done */
#define MARGIN_NS   400000.0 /* kept on both sides of a cut */
#define WATCHDOG_NS 1300000000.0 /* tWATCHDOG typical (DS508 table 8-2) */
#define BUS_H	    34.0
#define EXEC_H	    24.0
#define POWER_H	    14.0
#define DOG_H	    18.0
#define LANE_GAP    6.0

struct span {
	double from, to; /* ns, shown to scale */
	double x; /* where it starts */
};

struct drawing {
	const struct trace_file *tf;
	FILE *out;
	struct span *span;
	size_t spans;
	double px_per_ns, width, end;
};

/* ---- the time axis ---- */

static double event_end(const struct trace_event *ev)
{
	double t = (double)ev->t;

	if (ev->kind == TRACE_MSG)
		return t + (double)ev->wire;
	if (ev->kind == TRACE_CMD)
		return t + (double)ev->exec;
	return t;
}

static bool make_spans(struct drawing *d)
{
	const struct trace_file *tf = d->tf;
	struct span *s = NULL;
	size_t i;

	d->span = calloc(tf->n + 1, sizeof(*d->span));
	if (!d->span)
		return false;
	for (i = 0; i < tf->n; i++) {
		double from = (double)tf->ev[i].t, to = event_end(&tf->ev[i]);

		if (tf->ev[i].kind == TRACE_START)
			continue;
		if (!s || from > s->to + GAP_NS) {
			s = &d->span[d->spans++];
			s->from = from - MARGIN_NS > 0 ? from - MARGIN_NS : 0;
			s->to = to + MARGIN_NS;
		} else if (to + MARGIN_NS > s->to) {
			s->to = to + MARGIN_NS;
		}
	}
	return true;
}

static void place_spans(struct drawing *d, double px_per_ms)
{
	double total = 0, x = LEFT;
	size_t i;

	for (i = 0; i < d->spans; i++)
		total += d->span[i].to - d->span[i].from;
	if (px_per_ms > 0) {
		d->px_per_ns = px_per_ms / 1e6;
	} else {
		/* As wide as a screen, but no message narrower than can be seen. */
		d->px_per_ns = total > 0 ? 1700.0 / total : 1e-5;
		if (d->px_per_ns < 12e-6)
			d->px_per_ns = 12e-6;
		if (d->px_per_ns > 200e-6)
			d->px_per_ns = 200e-6;
	}
	for (i = 0; i < d->spans; i++) {
		d->span[i].x = x;
		x += (d->span[i].to - d->span[i].from) * d->px_per_ns;
		if (i + 1 < d->spans)
			x += GAP_PX;
	}
	d->end = x;
	d->width = x + RIGHT < 760 ? 760 : x + RIGHT;
}

static double to_x(const struct drawing *d, double t)
{
	size_t lo = 0, hi = d->spans;

	while (lo + 1 < hi) {
		size_t mid = (lo + hi) / 2;

		if (d->span[mid].from <= t)
			lo = mid;
		else
			hi = mid;
	}
	if (!d->spans || t <= d->span[lo].from)
		return d->spans ? d->span[lo].x : LEFT;
	if (t <= d->span[lo].to)
		return d->span[lo].x + (t - d->span[lo].from) * d->px_per_ns;
	/* inside a cut */
	if (lo + 1 < d->spans) {
		double f = (t - d->span[lo].to) / (d->span[lo + 1].from - d->span[lo].to);

		return d->span[lo + 1].x - GAP_PX * (1 - f);
	}
	return d->end;
}

static double tick_step(double px_per_ns)
{
	static const double steps[] = { 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6,
					2e6, 5e6, 1e7, 2e7, 5e7, 1e8, 2e8, 5e8, 1e9 };
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) - 1; i++)
		if (steps[i] * px_per_ns >= 60)
			break;
	return steps[i];
}

static void draw_axis(struct drawing *d, double bottom)
{
	double step = tick_step(d->px_per_ns), t, x, last = -1000;
	size_t i;

	for (i = 0; i < d->spans; i++) {
		const struct span *s = &d->span[i];

		for (t = ceil(s->from / step) * step; t <= s->to; t += step) {
			x = to_x(d, t);
			fprintf(d->out, "<path class='grid' d='M%.1f %.1fV%.1f'/>\n", x, TOP - 6,
				bottom);
			if (x - last < 56)
				continue;
			last = x;
			fprintf(d->out, "<text class='tick' x='%.1f' y='%.1f'>%.*f</text>\n", x,
				TOP - 10, step < 1e6 ? 2 : 0, t / 1e6);
		}
		if (i + 1 < d->spans) {
			double gap = d->span[i + 1].from - s->to;

			x = to_x(d, s->to);
			fprintf(d->out,
				"<rect class='cut' x='%.1f' y='%.1f' width='%.1f' "
				"height='%.1f'/>\n",
				x, TOP - 6, GAP_PX, bottom - TOP + 6);
			fprintf(d->out, "<text class='tick' x='%.1f' y='%.1f'>%.*f %s</text>\n",
				x + GAP_PX / 2, TOP - 24, gap < 1e9 ? 0 : 1,
				gap < 1e9 ? gap / 1e6 : gap / 1e9, gap < 1e9 ? "ms" : "s");
		}
	}
	fprintf(d->out, "<text class='lane' x='%.1f' y='%.1f'>ms</text>\n", LEFT - 8, TOP - 10);
}

/* ---- lanes ---- */

static void lane_name(struct drawing *d, double y, const char *name, int number)
{
	fprintf(d->out, "<text class='lane' x='%.1f' y='%.1f'>%s", LEFT - 8, y, name);
	if (number >= 0)
		fprintf(d->out, " %d", number);
	fputs("</text>\n", d->out);
}

static void draw_messages(struct drawing *d, int bus, double y)
{
	size_t i;
	unsigned int j;

	fprintf(d->out, "<path class='rail' d='M%.1f %.1fH%.1f'/>\n", LEFT, y + BUS_H, d->end);
	for (i = 0; i < d->tf->n; i++) {
		const struct trace_event *ev = &d->tf->ev[i];
		double x, w;
		const char *meaning, *class;

		if (ev->kind != TRACE_MSG || ev->bus != bus)
			continue;
		meaning = trace_msg_meaning(ev);
		x = to_x(d, (double)ev->t);
		w = to_x(d, event_end(ev)) - x;
		if (w < 1.5)
			w = 1.5;
		class = !strcmp(meaning, "wake")   ? "wake"
			: strcmp(ev->status, "ok") ? "nak"
			: ev->read		   ? "rd"
						   : "wr";
		fprintf(d->out,
			"<rect class='%s' x='%.1f' y='%.1f' width='%.1f' height='%.1f'><title>",
			class, x, !strcmp(class, "nak") ? y + BUS_H / 2 : y, w,
			!strcmp(class, "nak") ? BUS_H / 2 : BUS_H);
		fprintf(d->out, "%.3f ms: %s 0x%02x, %u bytes, %s", (double)ev->t / 1e6,
			ev->read ? "read" : "write", ev->addr, ev->len, ev->status);
		for (j = 0; ev->data && j < ev->len && j < 80; j++)
			fprintf(d->out, "%s%02x", j ? " " : ": ", ev->data[j]);
		fputs("</title></rect>\n", d->out);
		if (w > 6.5 * (double)strlen(meaning))
			fprintf(d->out, "<text class='in' x='%.1f' y='%.1f'>%s</text>\n", x + w / 2,
				y + BUS_H / 2 + 4, meaning);
		else if (w > 9 && !strcmp(ev->status, "ok"))
			fprintf(d->out,
				"<text class='up' transform='translate(%.1f %.1f) "
				"rotate(-90)'>%s</text>\n",
				x + w / 2 + 3.5, y + BUS_H - 3, meaning);
	}
}

static void draw_faults(struct drawing *d, int bus, double y)
{
	size_t i;

	for (i = 0; i < d->tf->n; i++) {
		const struct trace_event *ev = &d->tf->ev[i];
		double x = to_x(d, (double)ev->t);

		if (ev->kind == TRACE_FAULT && ev->bus == bus)
			fprintf(d->out,
				"<path class='fault' d='M%.1f %.1fl5 -9h-10z'><title>%.3f ms: "
				"fault: %s"
				"</title></path>\n",
				x, y, (double)ev->t / 1e6, ev->text);
	}
}

/* Where the next command of this chip begins: a label must end before it. */
static double next_command_x(const struct drawing *d, size_t i)
{
	const struct trace_event *ev = &d->tf->ev[i], *e;

	for (i++; i < d->tf->n; i++) {
		e = &d->tf->ev[i];
		if (e->kind == TRACE_CMD && e->bus == ev->bus && e->chip == ev->chip)
			return to_x(d, (double)e->t);
	}
	return d->end + RIGHT;
}

static void label_command(struct drawing *d, size_t i, double x, double w, double y)
{
	const struct trace_event *ev = &d->tf->ev[i];
	double need = 6.5 * (double)strlen(ev->op), next = next_command_x(d, i);
	double time = (double)ev->exec / 1e6;

	y += EXEC_H / 2 + 4;
	if (w > need + 40)
		fprintf(d->out, "<text class='in' x='%.1f' y='%.1f'>%s %.1f ms</text>\n", x + w / 2,
			y, ev->op, time);
	else if (w > need)
		fprintf(d->out, "<text class='in' x='%.1f' y='%.1f'>%s</text>\n", x + w / 2, y,
			ev->op);
	else if (x + w + need + 44 < next)
		fprintf(d->out, "<text x='%.1f' y='%.1f'>%s %.1f ms</text>\n", x + w + 3, y, ev->op,
			time);
	else if (x + w + need + 4 < next)
		fprintf(d->out, "<text x='%.1f' y='%.1f'>%s</text>\n", x + w + 3, y, ev->op);
}

static void draw_commands(struct drawing *d, int bus, int chip, double y)
{
	size_t i;

	for (i = 0; i < d->tf->n; i++) {
		const struct trace_event *ev = &d->tf->ev[i];
		double x, w;

		if (ev->kind != TRACE_CMD || ev->bus != bus || ev->chip != chip)
			continue;
		x = to_x(d, (double)ev->t);
		w = to_x(d, event_end(ev)) - x;
		if (w < 2)
			w = 2;
		fprintf(d->out,
			"<rect class='%s' x='%.1f' y='%.1f' width='%.1f' height='%.1f' "
			"rx='2'><title>"
			"%.3f ms: %s p1=0x%02x p2=0x%04x, status 0x%02x, %.2f ms</title></rect>\n",
			ev->result ? "bad" : "cmd", x, y, w, EXEC_H, (double)ev->t / 1e6, ev->op,
			ev->p1, ev->p2, ev->result, (double)ev->exec / 1e6);
		label_command(d, i, x, w, y);
	}
}

static void draw_state(struct drawing *d, const char *state, double from, double to, double y)
{
	double x = to_x(d, from), w = to_x(d, to) - x;

	if (w <= 0)
		return;
	fprintf(d->out,
		"<rect class='%s' x='%.1f' y='%.1f' width='%.1f' height='%.1f'><title>%s for %.2f "
		"ms"
		"</title></rect>\n",
		state, x, y, w, POWER_H, state, (to - from) / 1e6);
	if (w > 7.0 * (double)strlen(state))
		fprintf(d->out, "<text class='in' x='%.1f' y='%.1f'>%s</text>\n", x + w / 2,
			y + POWER_H - 3, state);
}

/* From wake to whatever stopped it; the height is how much of tWATCHDOG was used up. */
static void draw_watchdog(struct drawing *d, double from, double to, bool fired, double y)
{
	double x0 = to_x(d, from), x1 = to_x(d, to), f = (to - from) / WATCHDOG_NS;

	if (f > 1 || fired)
		f = 1;
	fprintf(d->out,
		"<path class='%s' d='M%.1f %.1fL%.1f %.1fV%.1fz'><title>%.1f ms "
		"awake%s</title></path>\n",
		fired ? "fired" : "dog", x0, y + DOG_H, x1, y + DOG_H - f * DOG_H, y + DOG_H,
		(to - from) / 1e6, fired ? ": the watchdog fired" : "");
	if (fired)
		fprintf(d->out, "<text class='alarm' x='%.1f' y='%.1f'>watchdog</text>\n", x1 + 3,
			y + DOG_H - 4);
}

static void draw_power(struct drawing *d, int bus, int chip, double y, double y_dog)
{
	double since = d->spans ? d->span[0].from : 0, awake = -1, t = since;
	const char *state = "asleep", *next;
	size_t i;

	for (i = 0; i < d->tf->n; i++) {
		const struct trace_event *ev = &d->tf->ev[i];

		if (ev->bus != bus || ev->chip != chip)
			continue;
		t = (double)ev->t;
		next = NULL;
		switch (ev->kind) {
		case TRACE_WAKE:
			next = "waking";
			break;
		case TRACE_READY:
			next = "awake";
			break;
		case TRACE_IDLE:
			next = "idle";
			break;
		case TRACE_SLEEP:
		case TRACE_WATCHDOG:
		case TRACE_POWER_ON:
			next = "asleep";
			break;
		case TRACE_POWER_OFF:
			next = "off";
			break;
		default:
			break;
		}
		if (!next)
			continue;
		draw_state(d, state, since, t, y);
		if (ev->kind == TRACE_WAKE) {
			awake = t;
		} else if (ev->kind != TRACE_READY && awake >= 0) {
			draw_watchdog(d, awake, t, ev->kind == TRACE_WATCHDOG, y_dog);
			awake = -1;
		}
		state = next;
		since = t;
	}
	t = d->spans ? d->span[d->spans - 1].to : 0;
	draw_state(d, state, since, t, y);
	if (awake >= 0)
		draw_watchdog(d, awake, t, false, y_dog);
}

/* ---- the page ---- */

static const char style[] =
	"text{font:11px sans-serif;fill:#222}"
	".title{font-size:15px;font-weight:bold}"
	".tick{text-anchor:middle;fill:#666}.lane{text-anchor:end;fill:#444}"
	".in{text-anchor:middle;pointer-events:none}.up{font-size:10px;pointer-events:none;fill:#"
	"fff}"
	".grid{stroke:#e4e4e4}.rail{stroke:#999}.cut{fill:#f1f1f1;stroke:#bbb;stroke-dasharray:3 3}"
	".wr{fill:#4c78a8}.rd{fill:#3a9e6d}.nak{fill:#c9ccd1}.wake{fill:#e8a33d}"
	".wr+.in,.rd+.in{fill:#fff}.nak+.in{fill:#444}"
	".cmd{fill:#b8a1d9;stroke:#7d5fb0}.bad{fill:#f2a8a0;stroke:#c23b2e}"
	".asleep{fill:#e6e6ea}.waking{fill:#ffe08a}.awake{fill:#b9e3c6}.idle{fill:#c5dcf5}.off{"
	"fill:#555}"
	".dog{fill:#f4c7a1;stroke:#c98b53}.fired{fill:#e0796b;stroke:#a32b1c}"
	".fault{fill:#c23b2e}.alarm{fill:#a32b1c;font-weight:bold}";

static void legend(struct drawing *d)
{
	static const struct {
		const char *class, *text;
	} items[] = {
		{ "wr", "write" },	    { "rd", "read" },	    { "nak", "not acknowledged" },
		{ "wake", "wake pulse" },   { "cmd", "executing" }, { "bad", "refused or failed" },
		{ "dog", "watchdog runs" },
	};
	double x = LEFT;
	size_t i;

	for (i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
		fprintf(d->out,
			"<rect class='%s' x='%.1f' y='30' width='12' height='10'/>"
			"<text x='%.1f' y='39'>%s</text>\n",
			items[i].class, x, x + 16, items[i].text);
		x += 30 + 6.2 * (double)strlen(items[i].text);
	}
}

static double lanes_height(const struct trace_file *tf, int bus)
{
	return BUS_H + 16 + tf->chips[bus] * (EXEC_H + POWER_H + DOG_H + 3 * LANE_GAP) + 10;
}

void trace_write_svg(const struct trace_file *tf, FILE *out, double px_per_ms)
{
	struct drawing d = { .tf = tf, .out = out };
	double y = TOP, bottom = TOP;
	int bus, chip;

	if (!make_spans(&d)) {
		fputs("<svg xmlns='http://www.w3.org/2000/svg'/>\n", out);
		return;
	}
	place_spans(&d, px_per_ms);
	for (bus = 0; bus < tf->buses; bus++)
		bottom += lanes_height(tf, bus);
	fprintf(out,
		"<svg xmlns='http://www.w3.org/2000/svg' width='%.0f' height='%.0f' viewBox='0 0 "
		"%.0f %.0f'>\n"
		"<style>%s</style>\n<rect width='100%%' height='100%%' fill='#fff'/>\n"
		"<text class='title' x='%.1f' y='20'>What the chips saw</text>\n",
		d.width, bottom + 14, d.width, bottom + 14, style, LEFT);
	legend(&d);
	draw_axis(&d, bottom);
	for (bus = 0; bus < tf->buses; bus++) {
		y += 12;
		lane_name(&d, y + BUS_H / 2 + 4, "bus", bus);
		draw_messages(&d, bus, y);
		draw_faults(&d, bus, y);
		y += BUS_H + LANE_GAP;
		for (chip = 0; chip < tf->chips[bus]; chip++) {
			lane_name(&d, y + EXEC_H / 2 + 4, "chip", chip);
			draw_commands(&d, bus, chip, y);
			y += EXEC_H + LANE_GAP;
			lane_name(&d, y + POWER_H - 3, "power", -1);
			lane_name(&d, y + POWER_H + LANE_GAP + DOG_H - 4, "watchdog", -1);
			draw_power(&d, bus, chip, y, y + POWER_H + LANE_GAP);
			y += POWER_H + LANE_GAP + DOG_H + LANE_GAP;
		}
		y += 8;
	}
	fputs("</svg>\n", out);
	free(d.span);
}
