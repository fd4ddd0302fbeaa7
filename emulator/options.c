// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The command line of `ecc508a-emu [serve]`. Options work from left to right: what describes a bus
 * or a chip applies to the last one that was started by --add-bus or --add-chip (the first are
 * there already).
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu.h"

enum {
	O_BUS = 256,
	O_SOCKET,
	O_SPEED,
	O_NO_SPEED,
	O_NO_MANGLING,
	O_NO_QUICK,
	O_NO_FREEZE,
	O_WAKE_GPIO,
	O_BUS_TIMEOUT,
	O_TIME,
	O_WIRE_TIME,
	O_FAULTS,
	O_ADD_BUS,
	O_ADD_CHIP,
	O_PART,
	O_SERIAL,
	O_ADDR,
	O_PRESET,
	O_STATE,
	O_SEED,
	O_SET,
	O_QUIRK,
	O_SIGNER_CERT,
	O_SIGNER_KEY,
	O_DEVICE_CERT,
	O_SUBJECT,
	O_TRACE,
	O_TRACE_NO_DATA,
	O_CONTROL,
	O_PIDFILE,
	O_READY_FD,
	O_SOCKET_MODE,
	O_LIST,
	O_VERSION,
};

static const struct option long_options[] = {
	{ "bus", no_argument, NULL, O_BUS },
	{ "socket", required_argument, NULL, O_SOCKET },
	{ "speed", required_argument, NULL, O_SPEED },
	{ "no-speed-property", no_argument, NULL, O_NO_SPEED },
	{ "no-mangling", no_argument, NULL, O_NO_MANGLING },
	{ "no-quick", no_argument, NULL, O_NO_QUICK },
	{ "no-freeze", no_argument, NULL, O_NO_FREEZE },
	{ "wake-gpio", required_argument, NULL, O_WAKE_GPIO },
	{ "bus-timeout", required_argument, NULL, O_BUS_TIMEOUT },
	{ "time", required_argument, NULL, O_TIME },
	{ "wire-time", required_argument, NULL, O_WIRE_TIME },
	{ "faults", required_argument, NULL, O_FAULTS },
	{ "add-bus", no_argument, NULL, O_ADD_BUS },
	{ "add-chip", no_argument, NULL, O_ADD_CHIP },
	{ "part", required_argument, NULL, O_PART },
	{ "serial", required_argument, NULL, O_SERIAL },
	{ "addr", required_argument, NULL, O_ADDR },
	{ "preset", required_argument, NULL, O_PRESET },
	{ "state", required_argument, NULL, O_STATE },
	{ "seed", required_argument, NULL, O_SEED },
	{ "set", required_argument, NULL, O_SET },
	{ "quirk", required_argument, NULL, O_QUIRK },
	{ "signer-cert", required_argument, NULL, O_SIGNER_CERT },
	{ "signer-key", required_argument, NULL, O_SIGNER_KEY },
	{ "device-cert", required_argument, NULL, O_DEVICE_CERT },
	{ "subject", required_argument, NULL, O_SUBJECT },
	{ "trace", required_argument, NULL, O_TRACE },
	{ "trace-no-data", no_argument, NULL, O_TRACE_NO_DATA },
	{ "control", required_argument, NULL, O_CONTROL },
	{ "daemon", no_argument, NULL, 'd' },
	{ "pidfile", required_argument, NULL, O_PIDFILE },
	{ "ready-fd", required_argument, NULL, O_READY_FD },
	{ "socket-mode", required_argument, NULL, O_SOCKET_MODE },
	{ "list", required_argument, NULL, O_LIST },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, O_VERSION },
	{ NULL, 0, NULL, 0 },
};

static const char usage_text[] =
	"usage: ecc508a-emu [serve] [OPTION...]\n"
	"       ecc508a-emu ctl CONTROL-SOCKET COMMAND ...    (ecc508a-emu ctl --help)\n"
	"       ecc508a-emu trace [--text|--vcd|--svg] ...    (ecc508a-emu trace --help)\n"
	"\n"
	"Emulates ATECC508A, ATECC608A and ATECC608B secure elements on I2C buses.\n"
	"\n"
	"Ways in (at least one):\n"
	"  --bus               be an I2C adapter of this machine (i2c-vbus.ko); prints i2c-N\n"
	"  --socket PATH       I2C over a UNIX socket; needs no kernel module and no root\n"
	"\n"
	"The chip:\n"
	"  --part 508a|608a|608b   (default: as preset or state file want it, else 508a)\n"
	"  --preset NAME       what it comes with (default blank; --list presets)\n"
	"  --serial 18HEX      serial number (default: random)\n"
	"  --addr 0xNN         7-bit I2C address (default: what the preset has)\n"
	"  --state FILE        keep the EEPROM in FILE; an existing one wins over --preset\n"
	"  --seed TEXT         reproducible random numbers and keys\n"
	"  --set NAME=VALUE    a parameter (--list sets); may be repeated\n"
	"  --quirk NAME=VALUE  what the data sheets leave open (--list quirks)\n"
	"  --signer-cert FILE --signer-key FILE --device-cert FILE [--subject CN]\n"
	"                      have the key of slot 0 certified, write the chain to FILE\n"
	"  --add-chip          another chip on this bus\n"
	"\n"
	"The bus:\n"
	"  --speed HZ          of the adapter (default 100000; 100k, 400k, 1M)\n"
	"  --time LIST         real (default) or virtual; typ (default), max, zero or scale=F for\n"
	"                      execution times; with commas\n"
	"  --wire-time on|off  whether a transfer takes its time (default on)\n"
	"  --faults FILE|SEED[:PERMILLE]\n"
	"                      script, or random faults (default 10 per mille)\n"
	"  --no-speed-property, --no-mangling, --no-quick, --bus-timeout MS\n"
	"                      make the adapter a poor one\n"
	"  --wake-gpio 0xNN    the driver of the chip at this address finds wake-gpios\n"
	"  --no-freeze         serve the bus while the machine goes to sleep and wakes up\n"
	"  --add-bus           another bus\n"
	"\n"
	"The server:\n"
	"  --trace FILE        JSON lines of all that happens (- for stdout)\n"
	"  --trace-no-data     leave the bytes on the bus out of it\n"
	"  --control PATH      UNIX socket for `ecc508a-emu ctl`\n"
	"  --socket-mode 0NNN  permissions of the sockets (default 0600)\n"
	"  -d, --daemon        go to the background once ready\n"
	"  --pidfile FILE, --ready-fd N\n"
	"  -v, --verbose       what happens, readable, on stderr\n"
	"  -q, --quiet         nothing on stderr but errors\n"
	"  --list parts|presets|quirks|sets, --version, -h, --help\n";

static void EMU_PRINTF(1, 2) bad(const char *fmt, ...)
{
	va_list ap;

	fputs("ecc508a-emu: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("; see ecc508a-emu --help\n", stderr);
	exit(2);
}

static void *grow(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p) {
		emu_say("out of memory");
		exit(1);
	}
	return p;
}

static void append(const char ***list, const char *text)
{
	size_t n = 0;

	while (*list && (*list)[n])
		n++;
	*list = grow(*list, (n + 2) * sizeof(**list));
	(*list)[n] = text;
	(*list)[n + 1] = NULL;
}

static struct emu_chip_options *add_chip(struct emu_bus_options *bus)
{
	bus->chip = grow(bus->chip, (bus->chips + 1) * sizeof(*bus->chip));
	bus->chip[bus->chips] = (struct emu_chip_options){ .part = ECC508A_EMU_508A, .addr = -1 };
	return &bus->chip[bus->chips++];
}

static struct emu_bus_options *add_bus(struct emu_options *opt)
{
	struct emu_bus_options *bus;

	opt->bus = grow(opt->bus, (opt->buses + 1) * sizeof(*opt->bus));
	bus = &opt->bus[opt->buses++];
	*bus = (struct emu_bus_options){
		.speed = 100000,
		.speed_property = true,
		.mangling = true,
		.quick = true,
		.wire_time = true,
		.exec = ECC508A_EMU_EXEC_TYP,
		.scale = 1000,
	};
	add_chip(bus);
	return bus;
}

static bool parse_u64(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	errno = 0;
	if (*text < '0' || *text > '9')
		return false;
	*value = strtoull(text, &end, 0);
	return !errno && !*end && *value <= max;
}

int emu_parse_speed(const char *text, uint32_t *hz)
{
	char *end;
	double v;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	v = strtod(text, &end);
	if (*end == 'k' || *end == 'K') {
		v *= 1e3;
		end++;
	} else if (*end == 'M') {
		v *= 1e6;
		end++;
	}
	if (!strcmp(end, "Hz"))
		end += 2;
	if (*end || !(v >= EMU_SPEED_MIN && v <= EMU_SPEED_MAX))
		return -EINVAL;
	*hz = (uint32_t)v;
	return 0;
}

const char *emu_part_title(enum ecc508a_emu_part part)
{
	static const char *const titles[] = { "ATECC508A", "ATECC608A", "ATECC608B" };

	return (unsigned int)part < ECC508A_EMU_PARTS ? titles[part] : "?";
}

static bool parse_serial(const char *text, uint8_t serial[9])
{
	unsigned int i, byte;
	int used;

	if (strlen(text) != 18 || strspn(text, "0123456789abcdefABCDEF") != 18)
		return false;
	for (i = 0; i < 9; i++) {
		if (sscanf(text + 2 * i, "%2x%n", &byte, &used) != 1 || used != 2)
			return false;
		serial[i] = (uint8_t)byte;
	}
	return true;
}

static void parse_time(struct emu_bus_options *bus, const char *text)
{
	char *copy = strdup(text), *save, *word, *end;
	double f;

	if (!copy)
		bad("out of memory");
	for (word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (!strcmp(word, "real")) {
			bus->virtual_time = false;
		} else if (!strcmp(word, "virtual")) {
			bus->virtual_time = true;
		} else if (!strcmp(word, "typ")) {
			bus->exec = ECC508A_EMU_EXEC_TYP;
		} else if (!strcmp(word, "max")) {
			bus->exec = ECC508A_EMU_EXEC_MAX;
		} else if (!strcmp(word, "zero")) {
			bus->exec = ECC508A_EMU_EXEC_ZERO;
		} else if (!strncmp(word, "scale=", 6)) {
			f = strtod(word + 6, &end);
			if (*end || end == word + 6 || !(f >= 0.001 && f <= 1000))
				bad("--time %s: the scale is a number from 0.001 to 1000", word);
			bus->scale = (unsigned int)(f * 1000 + 0.5);
		} else {
			bad("--time %s: want real, virtual, typ, max, zero or scale=F", word);
		}
	}
	free(copy);
}

/* ---- parameters and quirks: also for `ctl set` and `ctl quirk` ---- */

static const struct {
	const char *name, *text;
	enum ecc508a_emu_param param;
	enum {
		AS_TIME,
		AS_PERMILLE,
		AS_EXEC
	} as;
} sets[] = {
	{ "exec", "typ, max or zero: which execution times", ECC508A_EMU_P_EXEC, AS_EXEC },
	{ "exec-scale", "per mille of the execution time (1000)", ECC508A_EMU_P_EXEC_SCALE,
	  AS_PERMILLE },
	{ "twlo", "SDA low that wakes (60us; silicon 15us to 60us)", ECC508A_EMU_P_TWLO, AS_TIME },
	{ "twhi", "from the wake pulse to the first ACK (120us; the data sheet says 1500us)",
	  ECC508A_EMU_P_TWHI, AS_TIME },
	{ "watchdog", "from wake to forced sleep (1.3s; 0: as ChipMode says)",
	  ECC508A_EMU_P_TWATCHDOG, AS_TIME },
	{ "drift", "the chip's own clock, per mille (1000)", ECC508A_EMU_P_CLOCK_DRIFT,
	  AS_PERMILLE },
};

static bool parse_time_ns(const char *text, uint64_t *ns)
{
	char *end;
	double v;

	if (*text < '0' || *text > '9')
		return false;
	v = strtod(text, &end);
	if (!strcmp(end, "s"))
		v *= 1e9;
	else if (!strcmp(end, "ms"))
		v *= 1e6;
	else if (!strcmp(end, "us"))
		v *= 1e3;
	else if (strcmp(end, "ns") && !(v == 0 && !*end))
		return false;
	if (!(v >= 0 && v <= 3.6e12))
		return false;
	*ns = (uint64_t)(v + 0.5);
	return true;
}

static const char *split(const char *text, char *name, size_t size)
{
	const char *eq = strchr(text, '=');

	if (!eq || (size_t)(eq - text) >= size)
		return NULL;
	memcpy(name, text, (size_t)(eq - text));
	name[eq - text] = 0;
	return eq + 1;
}

int emu_chip_set_text(struct ecc508a_emu_chip *chip, const char *text, char *err, size_t err_len)
{
	const char *value;
	char name[32];
	uint64_t v = 0;
	bool ok = false;
	unsigned int i;

	value = split(text, name, sizeof(name));
	for (i = 0; value && i < sizeof(sets) / sizeof(sets[0]); i++)
		if (!strcmp(sets[i].name, name))
			break;
	if (!value || i == sizeof(sets) / sizeof(sets[0])) {
		snprintf(err, err_len, "'%s' is not NAME=VALUE of a known parameter (--list sets)",
			 text);
		return -EINVAL;
	}
	switch (sets[i].as) {
	case AS_TIME:
		ok = parse_time_ns(value, &v);
		break;
	case AS_PERMILLE:
		ok = parse_u64(value, 1000000, &v);
		break;
	case AS_EXEC:
		ok = true;
		if (!strcmp(value, "typ"))
			v = ECC508A_EMU_EXEC_TYP;
		else if (!strcmp(value, "max"))
			v = ECC508A_EMU_EXEC_MAX;
		else if (!strcmp(value, "zero"))
			v = ECC508A_EMU_EXEC_ZERO;
		else
			ok = false;
		break;
	}
	if (!ok || ecc508a_emu_chip_set(chip, sets[i].param, v)) {
		snprintf(err, err_len, "'%s' is not a value for %s: %s", value, name, sets[i].text);
		return -EINVAL;
	}
	return 0;
}

int emu_chip_quirk_text(struct ecc508a_emu_chip *chip, const char *text, char *err, size_t err_len)
{
	const char *value;
	char name[64];
	uint64_t v = 0;
	int ret;

	value = split(text, name, sizeof(name));
	if (!value || !parse_u64(value, INT_MAX, &v)) {
		snprintf(err, err_len, "'%s' is not NAME=NUMBER (--list quirks)", text);
		return -EINVAL;
	}
	ret = ecc508a_emu_chip_quirk(chip, name, (int)v);
	if (ret)
		snprintf(err, err_len, "%s: %s (--list quirks)", text,
			 ret == -ENOENT ? "no such quirk" : "not a legal value");
	return ret;
}

void emu_list_sets(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		printf("%-12s %s\n", sets[i].name, sets[i].text);
}

static void list(const char *what)
{
	const struct ecc508a_emu_quirk_info *q;
	const char *name, *text;
	unsigned int i;

	if (!strcmp(what, "parts")) {
		for (i = 0; i < ECC508A_EMU_PARTS; i++)
			puts(ecc508a_emu_part_name((enum ecc508a_emu_part)i));
	} else if (!strcmp(what, "presets")) {
		for (i = 0; (name = ecc508a_emu_preset_name(i, &text)); i++)
			printf("%-12s %s\n", name, text);
	} else if (!strcmp(what, "quirks")) {
		for (i = 0; (q = ecc508a_emu_quirk(i)); i++)
			printf("%-26s %-12s default %d of %d..%d: %s\n", q->name, q->source, q->def,
			       q->min, q->max, q->text);
	} else if (!strcmp(what, "sets")) {
		emu_list_sets();
	} else {
		bad("--list %s: want parts, presets, quirks or sets", what);
	}
	exit(0);
}

static void check(const struct emu_options *opt)
{
	const struct emu_bus_options *bus;
	const struct emu_chip_options *chip;
	unsigned int i, j;

	for (i = 0; i < opt->buses; i++) {
		bus = &opt->bus[i];
		if (!bus->vbus && !bus->socket)
			bad("bus %u has no way in: give --bus or --socket PATH", i);
		if (bus->vbus && bus->virtual_time)
			bad("--bus needs --time real: the kernel does not tell how long it waits");
		for (j = 0; j < bus->chips; j++) {
			chip = &bus->chip[j];
			if (!chip->signer_cert != !chip->signer_key ||
			    !chip->signer_cert != !chip->device_cert)
				bad("--signer-cert, --signer-key and --device-cert go together");
			if (chip->subject && !chip->signer_cert)
				bad("--subject without --signer-cert");
		}
	}
	if (opt->daemon && opt->trace && !strcmp(opt->trace, "-"))
		bad("--trace - and --daemon exclude each other");
}

void emu_options_parse(struct emu_options *opt, int argc, char **argv)
{
	struct emu_bus_options *bus;
	struct emu_chip_options *chip;
	uint64_t v;
	int c;

	*opt = (struct emu_options){ .ready_fd = -1, .socket_mode = 0600, .trace_data = true };
	bus = add_bus(opt);
	chip = bus->chip;
	while ((c = getopt_long(argc, argv, "dvqh", long_options, NULL)) != -1) {
		switch (c) {
		case O_BUS:
			bus->vbus = true;
			break;
		case O_SOCKET:
			append(&bus->socket, optarg);
			break;
		case O_SPEED:
			if (emu_parse_speed(optarg, &bus->speed))
				bad("--speed %s: want Hz from 1k to 5M", optarg);
			break;
		case O_NO_SPEED:
			bus->speed_property = false;
			break;
		case O_NO_MANGLING:
			bus->mangling = false;
			break;
		case O_NO_QUICK:
			bus->quick = false;
			break;
		case O_NO_FREEZE:
			bus->nofreeze = true;
			break;
		case O_WAKE_GPIO:
			if (!parse_u64(optarg, 0x7f, &v) || v < 8)
				bad("--wake-gpio %s: want a 7-bit address from 0x08 to 0x7f",
				    optarg);
			bus->wake_addr = (uint16_t)v;
			break;
		case O_BUS_TIMEOUT:
			if (!parse_u64(optarg, 30000, &v) || !v)
				bad("--bus-timeout %s: want ms from 1 to 30000", optarg);
			bus->timeout_ms = (uint32_t)v;
			break;
		case O_TIME:
			parse_time(bus, optarg);
			break;
		case O_WIRE_TIME:
			if (strcmp(optarg, "on") && strcmp(optarg, "off"))
				bad("--wire-time %s: want on or off", optarg);
			bus->wire_time = !strcmp(optarg, "on");
			break;
		case O_FAULTS:
			append(&bus->faults, optarg);
			break;
		case O_ADD_BUS:
			bus = add_bus(opt);
			chip = bus->chip;
			break;
		case O_ADD_CHIP:
			chip = add_chip(bus);
			break;
		case O_PART:
			chip->part = ecc508a_emu_part_by_name(optarg);
			if (chip->part < 0)
				bad("--part %s: want 508a, 608a or 608b", optarg);
			chip->part_given = true;
			break;
		case O_SERIAL:
			if (!parse_serial(optarg, chip->serial))
				bad("--serial %s: want 18 hexadecimal digits", optarg);
			chip->has_serial = true;
			break;
		case O_ADDR:
			if (!parse_u64(optarg, 0x7f, &v) || v < 8)
				bad("--addr %s: want a 7-bit address from 0x08 to 0x7f%s", optarg,
				    v >= 0x80 && v <= 0xff ? " (half of the 8-bit form)" : "");
			chip->addr = (int)v;
			break;
		case O_PRESET:
			chip->preset = optarg;
			break;
		case O_STATE:
			chip->state = optarg;
			break;
		case O_SEED:
			chip->seed = optarg;
			break;
		case O_SET:
			append(&chip->set, optarg);
			break;
		case O_QUIRK:
			append(&chip->quirk, optarg);
			break;
		case O_SIGNER_CERT:
			chip->signer_cert = optarg;
			break;
		case O_SIGNER_KEY:
			chip->signer_key = optarg;
			break;
		case O_DEVICE_CERT:
			chip->device_cert = optarg;
			break;
		case O_SUBJECT:
			chip->subject = optarg;
			break;
		case O_TRACE:
			opt->trace = optarg;
			break;
		case O_TRACE_NO_DATA:
			opt->trace_data = false;
			break;
		case O_CONTROL:
			opt->control = optarg;
			break;
		case O_PIDFILE:
			opt->pidfile = optarg;
			break;
		case O_READY_FD:
			if (!parse_u64(optarg, INT_MAX, &v))
				bad("--ready-fd %s: want a descriptor", optarg);
			opt->ready_fd = (int)v;
			break;
		case O_SOCKET_MODE:
			opt->socket_mode = (unsigned int)strtoul(optarg, NULL, 8);
			if (strspn(optarg, "01234567") != strlen(optarg) || !*optarg ||
			    opt->socket_mode > 0777)
				bad("--socket-mode %s: want octal permissions", optarg);
			break;
		case O_LIST:
			list(optarg);
			break;
		case 'd':
			opt->daemon = true;
			break;
		case 'v':
			opt->verbose = true;
			break;
		case 'q':
			opt->quiet = true;
			break;
		case 'h':
			fputs(usage_text, stdout);
			exit(0);
		case O_VERSION:
			puts("ecc508a-emu " EMU_VERSION);
			exit(0);
		default:
			exit(2);
		}
	}
	if (optind < argc)
		bad("what is '%s'?", argv[optind]);
	check(opt);
}

void emu_options_free(struct emu_options *opt)
{
	unsigned int i, j;

	for (i = 0; i < opt->buses; i++) {
		for (j = 0; j < opt->bus[i].chips; j++) {
			free(opt->bus[i].chip[j].set);
			free(opt->bus[i].chip[j].quirk);
		}
		free(opt->bus[i].chip);
		free(opt->bus[i].socket);
		free(opt->bus[i].faults);
	}
	free(opt->bus);
}
