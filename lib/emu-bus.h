/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* The emulator's socket as a bus: "I2C over a UNIX stream socket, version 1". */
#ifndef ECC508A_EMU_BUS_H
#define ECC508A_EMU_BUS_H

#include "engine.h"

/**
 * struct emu_bus - one connection
 * @virtual_time: nobody sleeps; delays are sent to the server, which counts them
 */
struct emu_bus {
	int fd;
	bool virtual_time;
	u64 virtual_us;
	u64 last_us; /* of the last response */
	u32 hz;
};

extern const struct ecc_bus_ops emu_bus_ops;

/* 0 or a negative errno; @why gets a text that says what went wrong */
int emu_bus_connect(struct emu_bus *bus, const char *path, const char **why);
void emu_bus_disconnect(struct emu_bus *bus);

#endif
