// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* ecc508a-emu: sets up buses and chips as the command line says, and serves them until it is told
 * to stop. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu.h"

static struct loop_source signals = { .fd = -1 };

void emu_say(const char *fmt, ...)
{
	va_list ap;

	fputs("ecc508a-emu: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

/* ---- chips ---- */

static int set_address(struct ecc508a_emu_chip *chip, int addr)
{
	uint8_t byte = (uint8_t)(addr << 1);
	int ret;

	/* Config byte 16 (DS508 table 2-5); it counts from the next power-up. */
	ret = ecc508a_emu_chip_poke(chip, ECC508A_EMU_CONFIG, 16, &byte, 1);
	if (ret)
		return ret;
	ecc508a_emu_chip_power(chip, false);
	ecc508a_emu_chip_power(chip, true);
	return 0;
}

static int chip_contents(struct ecc508a_emu_chip *chip, const struct emu_chip_options *opt,
			 const char *name)
{
	int ret;

	if (opt->preset) {
		ret = ecc508a_emu_chip_preset(chip, opt->preset);
		if (ret == -ENOTSUP && !opt->part_given)
			return ret;
		if (ret) {
			emu_say("%s: preset %s: %s", name, opt->preset,
				ret == -ENOENT	  ? "there is none of this name (--list presets)"
				: ret == -ENOTSUP ? "not for this part (choose another --part)"
						  : strerror(-ret));
			return ret;
		}
	}
	if (opt->addr >= 0) {
		ret = set_address(chip, opt->addr);
		if (ret) {
			emu_say("%s: cannot set address 0x%02x: %s", name, opt->addr,
				strerror(-ret));
			return ret;
		}
	}
	return 0;
}

/* One chip of this part with everything that the options put into it. */
static int chip_make(struct emu_bus *bus, const struct emu_chip_options *opt, int part,
		     const char *name, struct ecc508a_emu_chip **chipp)
{
	struct ecc508a_emu_chip *chip;
	int ret;

	ret = ecc508a_emu_chip_new(bus->core, (enum ecc508a_emu_part)part,
				   opt->has_serial ? opt->serial : NULL, &chip);
	if (ret) {
		emu_say("%s: %s", name, strerror(-ret));
		return ret;
	}
	if (opt->seed)
		ecc508a_emu_chip_set_seed(chip, opt->seed, strlen(opt->seed));
	/* What is there already has been somebody's chip: nothing but its file counts. */
	if (!opt->state || access(opt->state, F_OK)) {
		ret = chip_contents(chip, opt, name);
		if (!ret && opt->signer_cert)
			ret = emu_chip_provision(bus, chip, opt);
	}
	if (!ret && opt->state) {
		ret = ecc508a_emu_chip_open_state(chip, opt->state);
		if (ret && (ret != -EMEDIUMTYPE || opt->part_given))
			emu_say("%s: %s: %s", name, opt->state, ecc508a_emu_chip_error(chip));
	}
	if (ret) {
		ecc508a_emu_chip_free(chip);
		return ret;
	}
	*chipp = chip;
	return 0;
}

static int chip_tune(struct ecc508a_emu_chip *chip, const struct emu_bus_options *bus,
		     const struct emu_chip_options *opt, const char *name)
{
	char err[256];
	unsigned int i;
	int ret = 0;

	ecc508a_emu_chip_set(chip, ECC508A_EMU_P_EXEC, (uint64_t)bus->exec);
	ecc508a_emu_chip_set(chip, ECC508A_EMU_P_EXEC_SCALE, bus->scale);
	for (i = 0; !ret && opt->set && opt->set[i]; i++)
		ret = emu_chip_set_text(chip, opt->set[i], err, sizeof(err));
	for (i = 0; !ret && opt->quirk && opt->quirk[i]; i++)
		ret = emu_chip_quirk_text(chip, opt->quirk[i], err, sizeof(err));
	if (ret)
		emu_say("%s: %s", name, err);
	return ret;
}

static int chip_open(struct emu_bus *bus, const struct emu_chip_options *opt)
{
	/* Without --part the state file or the preset decides, if the default does not fit. */
	static const int others[] = { ECC508A_EMU_608B, ECC508A_EMU_608A };
	struct ecc508a_emu_chip *chip;
	char name[32];
	unsigned int i;
	int ret;

	snprintf(name, sizeof(name), "chip %u.%u", bus->index, bus->chips);
	bus->chips++;
	ret = chip_make(bus, opt, opt->part, name, &chip);
	for (i = 0; i < 2 && !opt->part_given && (ret == -EMEDIUMTYPE || ret == -ENOTSUP); i++)
		ret = chip_make(bus, opt, others[i], name, &chip);
	return ret ? ret : chip_tune(chip, bus->opt, opt, name);
}

/* ---- buses ---- */

static int add_faults(struct emu_bus *bus, const char *what)
{
	unsigned long long seed, permille = 10;
	char err[256] = "", *text = NULL;
	size_t size = 0;
	int used = -1, ret;
	FILE *f;

	if (sscanf(what, "%llu%n:%llu%n", &seed, &used, &permille, &used) >= 1 && !what[used]) {
		if (permille > 1000) {
			emu_say("--faults %s: at most 1000 per mille", what);
			return -EINVAL;
		}
		ecc508a_emu_bus_fault_seed(bus->core, seed, (unsigned int)permille);
		return 0;
	}
	f = fopen(what, "re");
	if (!f || (getdelim(&text, &size, 0, f) < 0 && ferror(f))) {
		emu_say("--faults %s: %s", what, strerror(errno));
		if (f)
			fclose(f);
		return -EINVAL;
	}
	fclose(f);
	ret = text ? ecc508a_emu_bus_faults(bus->core, text, err, sizeof(err)) : 0;
	if (ret)
		emu_say("--faults %s: %s", what, err);
	free(text);
	return ret;
}

static int bus_open(struct emu_bus *bus, unsigned int index, const struct emu_options *opt)
{
	const struct emu_bus_options *bopt = &opt->bus[index];
	unsigned int i;
	int ret;

	ret = emu_bus_open(bus, index, bopt);
	if (ret) {
		emu_say("bus %u: %s", index, strerror(-ret));
		return ret;
	}
	for (i = 0; i < bopt->chips; i++) {
		ret = chip_open(bus, &bopt->chip[i]);
		if (ret)
			return ret;
	}
	for (i = 0; bopt->faults && bopt->faults[i]; i++) {
		ret = add_faults(bus, bopt->faults[i]);
		if (ret)
			return ret;
	}
	/* Powered for a while (tPU): a virtual clock would not move before the first wake pulse. */
	ecc508a_emu_bus_advance(bus->core, 1000000);
	emu_trace_attach(bus);
	return 0;
}

/* Ways in are opened when everything behind them is there. */
static int bus_serve(struct emu_bus *bus, const struct emu_options *opt)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && bus->opt->socket && bus->opt->socket[i]; i++)
		ret = emu_socket_listen(bus, bus->opt->socket[i], opt->socket_mode);
	if (!ret && bus->opt->vbus)
		ret = emu_vbus_open(bus);
	return ret;
}

static void describe(struct emu_bus *bus)
{
	struct ecc508a_emu_status st;
	unsigned int i, j;

	for (i = 0; i < bus->chips; i++) {
		ecc508a_emu_chip_status(ecc508a_emu_bus_chip(bus->core, i), &st);
		fprintf(stderr, "ecc508a-emu: chip %u.%u: %s at 0x%02x, serial ", bus->index, i,
			emu_part_title(st.part), st.addr);
		for (j = 0; j < 9; j++)
			fprintf(stderr, "%02x", st.serial[j]);
		fprintf(stderr, ", config %s, data %s\n", st.config_locked ? "locked" : "unlocked",
			st.data_locked ? "locked" : "unlocked");
	}
}

static void bus_close(struct emu_bus *bus)
{
	if (!bus->core)
		return;
	emu_vbus_close(bus);
	emu_socket_close(bus);
	emu_bus_close(bus);
}

/* ---- life of the process ---- */

static void on_signal(struct loop_source *src, uint32_t events)
{
	struct signalfd_siginfo si;

	if (read(src->fd, &si, sizeof(si)) == sizeof(si))
		loop_stop();
}

static int catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	signals.events = EPOLLIN;
	signals.ready = on_signal;
	return signals.fd < 0 ? -errno : loop_add(&signals);
}

static int write_pidfile(const char *path, pid_t pid)
{
	FILE *f = fopen(path, "we");
	bool bad = !f || fprintf(f, "%d\n", (int)pid) < 0;

	if (f && fclose(f))
		bad = true;
	if (bad)
		emu_say("cannot write %s: %s", path, strerror(errno));
	return bad ? -EIO : 0;
}

static void announce(const struct emu_bus *bus, unsigned int n, const struct emu_options *opt)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (bus[i].vbus)
			printf("i2c-%u\n", bus[i].adapter_nr);
	fflush(stdout);
	if (opt->ready_fd < 0)
		return;
	for (i = 0; i < n; i++)
		if (bus[i].vbus)
			dprintf(opt->ready_fd, "i2c-%u\n", bus[i].adapter_nr);
	if (dprintf(opt->ready_fd, "ready\n") < 0)
		emu_say("--ready-fd %d: %s", opt->ready_fd, strerror(errno));
	close(opt->ready_fd);
}

/*
 * Everything is set up by now, so the parent can say "ready" and leave. Sockets and kernel buses
 * belong to descriptors, which the child inherits.
 */
static int go_to_background(const struct emu_bus *bus, const struct emu_options *opt)
{
	pid_t pid;
	int null;

	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		emu_say("cannot go to the background: %s", strerror(errno));
		return -errno;
	}
	if (pid > 0) {
		if (opt->pidfile && write_pidfile(opt->pidfile, pid)) {
			kill(pid, SIGTERM);
			_exit(1);
		}
		announce(bus, opt->buses, opt);
		_exit(0);
	}
	setsid();
	if (opt->ready_fd >= 0)
		close(opt->ready_fd);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	return 0;
}

static int get_ready(const struct emu_bus *bus, const struct emu_options *opt)
{
	int ret = 0;

	if (opt->daemon) {
		ret = go_to_background(bus, opt);
	} else {
		if (opt->pidfile)
			ret = write_pidfile(opt->pidfile, getpid());
		if (!ret)
			announce(bus, opt->buses, opt);
	}
	/* Not before fork(): epoll watches the signals of the process that adds a signalfd. */
	return ret ? ret : catch_signals();
}

static int serve(int argc, char **argv)
{
	struct emu_options opt;
	struct emu_bus *bus;
	unsigned int i;
	int ret;

	emu_options_parse(&opt, argc, argv);
	bus = calloc(opt.buses, sizeof(*bus));
	ret = bus ? loop_init() : -ENOMEM;
	if (!ret)
		ret = emu_trace_open(opt.trace, opt.trace_data, opt.verbose);
	for (i = 0; !ret && i < opt.buses; i++)
		ret = bus_open(&bus[i], i, &opt);
	for (i = 0; !ret && i < opt.buses; i++)
		ret = bus_serve(&bus[i], &opt);
	if (!ret && opt.control)
		ret = emu_control_open(opt.control, bus, opt.buses);
	if (!ret) {
		for (i = 0; !opt.quiet && i < opt.buses; i++)
			describe(&bus[i]);
		ret = get_ready(bus, &opt);
	}
	if (!ret)
		ret = loop_run();

	emu_control_close();
	for (i = 0; bus && i < opt.buses; i++)
		bus_close(&bus[i]);
	if (opt.pidfile && !ret)
		unlink(opt.pidfile);
	emu_trace_close();
	loop_exit();
	free(bus);
	emu_options_free(&opt);
	return ret ? 1 : 0;
}

int main(int argc, char **argv)
{
	umask(077);
	if (argc > 1 && !strcmp(argv[1], "ctl"))
		return emu_main_ctl(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "trace"))
		return emu_main_trace(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "serve"))
		return serve(argc - 1, argv + 1);
	return serve(argc, argv);
}
