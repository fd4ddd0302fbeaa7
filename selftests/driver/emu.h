/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* The emulator behind the bus: faults, state and trace, over its control socket. */
#ifndef SELFTESTS_EMU_H
#define SELFTESTS_EMU_H

#include <stdbool.h>
#include <stdint.h>

/* $ECC508A_EMU_CONTROL and $ECC508A_EMU_TRACE; false if they are not there */
bool emu_connect(void);

/* A request as JSON; the answer in @answer.  false if it was refused */
bool emu_call(const char *request, char *answer, unsigned int size);

bool emu_fault(const char *fault);
/* How many have struck since the server began; takes all faults away */
long emu_faults_clear(void);
/* A number from the first chip's status, -1 if there is none of that name */
long emu_status(const char *name);
bool emu_is_asleep(void);

/* The trace from here on */
void emu_trace_mark(void);
/* Commands since the mark with that opcode and Param1 (-1: any) that the chip carried out */
unsigned int emu_trace_done(int opcode, int p1);

#endif
