// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Fuzz target: what strangers hand to ecc508a-emu. The first byte chooses the socket, the control
 * socket or a trace file; the rest is what comes in. The chip behind it is a real one, on a virtual
 * clock.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emu.h"
#include "trace-read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct emu_chip_options chip_options = { .addr = -1 };
static struct emu_bus_options bus_options = { .speed = 100000,
					      .virtual_time = true,
					      .wire_time = true,
					      .scale = 1000,
					      .chip = &chip_options,
					      .chips = 1 };
static struct emu_bus bus;
static struct ecc508a_emu_chip *chip;

void emu_say(const char *fmt, ...)
{
}

/* A fuzzer that is root must not be taught to write files. */
int __wrap_ecc508a_emu_chip_save(struct ecc508a_emu_chip *c, const char *path);
int __wrap_ecc508a_emu_chip_save(struct ecc508a_emu_chip *c, const char *path)
{
	return -EPERM;
}

int __wrap_ecc508a_emu_chip_load(struct ecc508a_emu_chip *c, const char *path);
int __wrap_ecc508a_emu_chip_load(struct ecc508a_emu_chip *c, const char *path)
{
	return -EPERM;
}

int emu_vbus_set_speed(struct emu_bus *b, uint32_t hz, bool property)
{
	return 0;
}

static void set_up(void)
{
	char dir[] = "/tmp/fuzz-server.XXXXXX", path[64];

	if (bus.core)
		return;
	if (!mkdtemp(dir) || loop_init() || emu_bus_open(&bus, 0, &bus_options) ||
	    ecc508a_emu_chip_new(bus.core, ECC508A_EMU_608B, NULL, &chip))
		abort();
	bus.chips = 1;
	ecc508a_emu_chip_set_seed(chip, "fuzz", 4);
	snprintf(path, sizeof(path), "%s/s", dir);
	if (emu_socket_listen(&bus, path, 0600))
		abort();
	unlink(path);
	snprintf(path, sizeof(path), "%s/c", dir);
	if (emu_control_open(path, &bus, 1))
		abort();
	unlink(path);
	rmdir(dir);
}

static void stream(const uint8_t *data, size_t size, bool control)
{
	int sv[2];
	char sink[4096];
	size_t done = 0;
	ssize_t n;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sv))
		abort();
	if (control ? emu_control_adopt(sv[1]) : emu_socket_adopt(&bus, sv[1]))
		abort();
	while (done < size) {
		n = send(sv[0], data + done, size - done, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			break;
		if (n > 0)
			done += (size_t)n;
		while (loop_poll() > 0)
			while (recv(sv[0], sink, sizeof(sink), 0) > 0)
				;
	}
	close(sv[0]);
	while (loop_poll() > 0)
		;
	/* Nobody must be left over, whatever was said. */
	if (bus.virtual_clients || bus.real_clients || bus.holder || bus.in_flight || bus.queue)
		abort();
}

static void trace(const uint8_t *data, size_t size)
{
	struct trace_file tf;
	char path[64];
	FILE *out;
	int fd;

	fd = memfd_create("trace", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!trace_load(&tf, path)) {
		out = fopen("/dev/null", "we");
		trace_write_text(&tf, out);
		trace_write_vcd(&tf, out);
		trace_write_svg(&tf, out, 0);
		fclose(out);
		trace_free(&tf);
	}
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	set_up();
	if (!size)
		return 0;
	switch (data[0] % 3) {
	case 0:
		stream(data + 1, size - 1, false);
		break;
	case 1:
		stream(data + 1, size - 1, true);
		break;
	case 2:
		trace(data + 1, size - 1);
		break;
	}
	return 0;
}
