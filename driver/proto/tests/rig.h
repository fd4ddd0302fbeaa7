/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* The engine on an emulated bus in virtual time, in one process. */
#ifndef RIG_H
#define RIG_H

#include "ecc508a-emu.h"
#include "engine.h"

struct rig {
	struct ecc508a_emu_bus *bus;
	struct ecc508a_emu_chip *chip;
	struct ecc_dev dev;
	enum ecc_part part;
	u32 hz;
	/* somebody else on the bus: before transfer number @strike_at, counted from 0 */
	void (*stranger)(struct rig *r);
	unsigned int transfers, strike_at;
};

void rig_init(struct rig *r, enum ecc_part part, const char *preset, u32 hz);
void rig_free(struct rig *r);

#endif
