/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* What the files of ecc508a-emu share: messages, options, buses. */
#ifndef EMU_H
#define EMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecc508a-emu.h"
#include "loop.h"

#define EMU_XFER_MAX	65536u /* data bytes of one message */
#define EMU_SPEED_MIN	1000u
#define EMU_SPEED_MAX	5000000u

#define EMU_PRINTF(a, b) __attribute__((format(printf, a, b)))

/* To stderr, "ecc508a-emu: ..." and a newline. */
void emu_say(const char *fmt, ...) EMU_PRINTF(1, 2);

/* ------------------------------------------------------------------ options.c */


struct emu_chip_options {
	int part; /* enum ecc508a_emu_part */
	bool part_given;
	bool has_serial;
	uint8_t serial[9];
	int addr; /* 7 bit, -1: what the preset says */
	const char *preset, *state, *seed;
	const char *signer_cert, *signer_key, *device_cert, *subject;
	const char **set, **quirk; /* NULL terminated "name=value" */
};

struct emu_bus_options {
	bool vbus;
	const char **socket; /* NULL terminated */
	const char **faults;
	uint32_t speed;
	bool speed_property; /* the adapter has "clock-frequency" */
	bool mangling, quick; /* functionality of the adapter */
	bool nofreeze; /* served while the machine goes to sleep */
	uint16_t wake_addr; /* whose wake-gpios pull SDA low; 0: nobody's */
	uint32_t timeout_ms;
	bool virtual_time, wire_time;
	int exec; /* enum ecc508a_emu_exec */
	unsigned int scale; /* permille */
	struct emu_chip_options *chip;
	unsigned int chips;
};

struct emu_options {
	struct emu_bus_options *bus;
	unsigned int buses;
	const char *trace, *control, *pidfile;
	bool trace_data, daemon, verbose, quiet;
	int ready_fd; /* -1: none */
	unsigned int socket_mode;
};

/* Prints what is wrong and exits with 2, as getopt programs do. */
void emu_options_parse(struct emu_options *opt, int argc, char **argv);
void emu_options_free(struct emu_options *opt);

const char *emu_part_title(enum ecc508a_emu_part part); /* "ATECC508A" */
int emu_parse_speed(const char *text, uint32_t *hz);
/* "twlo=15us", "exec=max": one parameter of a chip; what is wrong goes to err. */
int emu_chip_set_text(struct ecc508a_emu_chip *chip, const char *text, char *err, size_t err_len);
int emu_chip_quirk_text(struct ecc508a_emu_chip *chip, const char *text, char *err, size_t err_len);
void emu_list_sets(void);

/* ------------------------------------------------------------------ bus.c */

struct emu_bus;

/* One transaction of somebody on a bus. The owner keeps it alive until done() was called. */
struct emu_request {
	struct ecc508a_emu_msg *msgs;
	unsigned int n;
	uint32_t speed;
	uint64_t gap_ns; /* on a virtual clock: lets this pass first */
	const void *owner; /* whose repeated START may follow */
	/* ret: as ecc508a_emu_bus_xfer(); called when the transfer is over on the wire */
	void (*done)(struct emu_request *req, int ret);
	struct emu_request *next;
};

struct emu_vbus;
struct emu_listener;

struct emu_bus {
	unsigned int index;
	struct ecc508a_emu_bus *core;
	const struct emu_bus_options *opt;
	uint32_t speed;
	unsigned int chips;

	struct emu_request *queue, **tail, *in_flight;
	int in_flight_ret;
	const void *holder; /* has the bus between a message without STOP and the next */
	uint64_t held_since;
	struct loop_timer timer;
	uint64_t epoch; /* CLOCK_MONOTONIC at emulated time 0 */
	unsigned int virtual_clients, real_clients;
	uint64_t transfers;
	bool running; /* inside bus_run() */

	struct emu_vbus *vbus;
	struct emu_listener *listeners;
	unsigned int adapter_nr;
};

int emu_bus_open(struct emu_bus *bus, unsigned int index, const struct emu_bus_options *opt);
void emu_bus_close(struct emu_bus *bus);

bool emu_bus_is_virtual(const struct emu_bus *bus);
/* A client comes or goes. -EBUSY: virtual time cannot be had. */
int emu_bus_client(struct emu_bus *bus, bool virtual_time);
void emu_bus_client_gone(struct emu_bus *bus, bool virtual_time);

void emu_bus_submit(struct emu_bus *bus, struct emu_request *req);
/* The owner is gone: its request is forgotten (done() is not called) and the bus is let go of. */
void emu_bus_withdraw(struct emu_bus *bus, struct emu_request *req);

/* Virtual clock: lets time pass. Real clock: catches up with it. */
void emu_bus_advance(struct emu_bus *bus, uint64_t ns);
/* After anything but a transfer was done to the core: the next event may be another one. */
void emu_bus_kick(struct emu_bus *bus);
void emu_bus_power(struct emu_bus *bus, int chip, bool on); /* chip -1: all */

/* ------------------------------------------------------------------ vbus.c, socket.c, control.c */

int emu_vbus_open(struct emu_bus *bus);
int emu_vbus_set_speed(struct emu_bus *bus, uint32_t hz, bool property);
void emu_vbus_close(struct emu_bus *bus);

int emu_socket_listen(struct emu_bus *bus, const char *path, unsigned int mode);
/* A connection that is there already: becomes a client of the first listener. Takes fd. */
int emu_socket_adopt(struct emu_bus *bus, int fd);
void emu_socket_close(struct emu_bus *bus);
/* Binds a UNIX stream socket, replacing one that nobody serves any more. */
int emu_unix_listen(const char *path, unsigned int mode);

int emu_control_open(const char *path, struct emu_bus *buses, unsigned int n);
int emu_control_adopt(int fd);
void emu_control_close(void);

/* ------------------------------------------------------------------ trace.c */

int emu_trace_open(const char *path, bool data, bool text);
void emu_trace_attach(struct emu_bus *bus);
void emu_trace_close(void);

/* ------------------------------------------------------------------ provision.c */

int emu_chip_provision(struct emu_bus *bus, struct ecc508a_emu_chip *chip,
		       const struct emu_chip_options *opt);

/* ------------------------------------------------------------------ the other subcommands */

int emu_main_ctl(int argc, char **argv);
int emu_main_trace(int argc, char **argv);

#endif
