/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
#ifndef ECC508A_EMU_EXTRA_H
#define ECC508A_EMU_EXTRA_H

#include "engine.h"

/* @nr: ECC508A_IOC_... from 0x20 on, @arg: its structure */
int emu_run_extra(struct ecc_dev *eng, unsigned long nr, void *arg);

#endif
