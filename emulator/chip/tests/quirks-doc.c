// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Writes Documentation/emulator.rst anew with the table of switches the library has: quirks-doc
 * <old >new. The text between the two marks is replaced, the rest is copied.
 */
#include <stdio.h>
#include <string.h>

#include "ecc508a-emu.h"

static void table(void)
{
	const struct ecc508a_emu_quirk_info *q;

	printf("\n.. list-table::\n   :header-rows: 1\n\n   * - Switch\n     - Default\n     - "
	       "Register\n"
	       "     - What it decides\n");
	for (unsigned int i = 0; (q = ecc508a_emu_quirk(i)); i++) {
		printf("   * - ``%s``\n", q->name);
		if (q->max > 200)
			printf("     - ``%02X``\n", (unsigned int)q->def);
		else
			printf("     - %d\n", q->def);
		printf("     - %s\n     - %s\n", strcmp(q->source, "-") ? q->source : "", q->text);
	}
	printf("\n");
}

int main(void)
{
	char line[4096];
	int inside = 0;

	while (fgets(line, sizeof(line), stdin)) {
		if (strncmp(line, ".. quirks: end", 14) == 0)
			inside = 0;
		if (!inside)
			fputs(line, stdout);
		if (strncmp(line, ".. quirks: begin", 16) == 0) {
			inside = 1;
			table();
		}
	}
	return 0;
}
