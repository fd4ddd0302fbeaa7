// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* `ecc508a-emu trace`: a trace file as text, waveform or drawing. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "emu.h"
#include "trace-read.h"

static const char usage_text[] =
	"usage: ecc508a-emu trace [--text | --vcd | --svg] [-o OUT] [--from MS] [--to MS]\n"
	"                         [--px-per-ms N] TRACE\n"
	"\n"
	"Shows what a server wrote with --trace (- is stdin).\n"
	"\n"
	"  --text   one line for each transfer, command and change of state (default)\n"
	"  --vcd    SCL and SDA bit by bit and the chips' states, for GTKWave or PulseView\n"
	"  --svg    a drawing: bus, power state, execution and watchdog over time\n";

enum {
	T_TEXT = 256,
	T_VCD,
	T_SVG,
	T_FROM,
	T_TO,
	T_PX
};

static const struct option long_options[] = {
	{ "text", no_argument, NULL, T_TEXT },
	{ "vcd", no_argument, NULL, T_VCD },
	{ "svg", no_argument, NULL, T_SVG },
	{ "from", required_argument, NULL, T_FROM },
	{ "to", required_argument, NULL, T_TO },
	{ "px-per-ms", required_argument, NULL, T_PX },
	{ "output", required_argument, NULL, 'o' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static double number(const char *text, double max)
{
	char *end;
	double v = strtod(text, &end);

	if (*end || end == text || !(v >= 0 && v <= max)) {
		emu_say("trace: '%s' is not a number from 0 to %.0f", text, max);
		exit(2);
	}
	return v;
}

static int write_out(const struct trace_file *tf, int format, const char *path, double px)
{
	FILE *out = path ? fopen(path, "we") : stdout;
	bool bad;

	if (!out) {
		emu_say("%s: %s", path, strerror(errno));
		return 1;
	}
	if (format == T_SVG)
		trace_write_svg(tf, out, px);
	else if (format == T_VCD)
		trace_write_vcd(tf, out);
	else
		trace_write_text(tf, out);
	bad = fflush(out) || ferror(out);
	if (bad)
		emu_say("%s: %s", path ? path : "stdout", strerror(errno));
	if (path)
		fclose(out);
	return bad ? 1 : 0;
}

int emu_main_trace(int argc, char **argv)
{
	double from = 0, to = 1e12, px = 0;
	const char *out = NULL;
	struct trace_file tf;
	int c, format = T_TEXT, ret;

	while ((c = getopt_long(argc, argv, "o:h", long_options, NULL)) != -1) {
		switch (c) {
		case T_TEXT:
		case T_VCD:
		case T_SVG:
			format = c;
			break;
		case T_FROM:
			from = number(optarg, 1e12);
			break;
		case T_TO:
			to = number(optarg, 1e12);
			break;
		case T_PX:
			px = number(optarg, 1e6);
			break;
		case 'o':
			out = optarg;
			break;
		case 'h':
			fputs(usage_text, stdout);
			return 0;
		default:
			return 2;
		}
	}
	if (argc - optind != 1) {
		fputs(usage_text, stderr);
		return 2;
	}
	if (trace_load(&tf, argv[optind]))
		return 1;
	trace_cut(&tf, (uint64_t)(from * 1e6), (uint64_t)(to * 1e6));
	ret = write_out(&tf, format, out, px);
	trace_free(&tf);
	return ret;
}
