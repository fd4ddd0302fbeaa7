/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* An emulator of one's own for a test: started, asked nicely to listen, killed. */
#ifndef TEST_EMULATOR_H
#define TEST_EMULATOR_H

#include <sys/types.h>

struct emulator {
	pid_t pid;
	char dir[64], socket[80], device[96];
};

/* @args: further options of ecc508a-emu, NULL at the end; the program is $ECC508A_EMU */
void emulator_start(struct emulator *emu, const char *const *args);
void emulator_stop(struct emulator *emu);

#endif
