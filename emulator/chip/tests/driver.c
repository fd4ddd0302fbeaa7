// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The chip on standard input and output, line by line, for referees in other languages.
 *
 *	new PART SERIALHEX	a chip in the factory state, no time passes but what 'advance' says
 *	poke ZONE OFFSET HEX	EEPROM behind the chip's back; zone 0 config, 1 OTP, 2+n slot n
 *	peek ZONE OFFSET LEN
 *	cmd HEX			opcode, P1, P2 and data; answers the payload in hex, or '-' for none
 *	sleep | idle | power	then wakes again
 *	quirk NAME VALUE
 *
 * Every line is answered by one line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ecc508a-emu.h"

static struct ecc508a_emu_bus *bus;
static struct ecc508a_emu_chip *chip;

static size_t unhex(const char *s, uint8_t *out, size_t max)
{
	size_t n = 0;
	unsigned int byte;

	while (n < max && sscanf(s + 2 * n, "%2x", &byte) == 1)
		out[n++] = (uint8_t)byte;
	return n;
}

static void hex(const uint8_t *p, size_t len)
{
	if (!len)
		putchar('-');
	while (len--)
		printf("%02x", *p++);
	putchar('\n');
}

static uint16_t addr(void)
{
	struct ecc508a_emu_status st;

	ecc508a_emu_chip_status(chip, &st);
	return st.addr;
}

static void wake(void)
{
	ecc508a_emu_bus_advance(bus, 200000);
	ecc508a_emu_bus_sda_low(bus, 60000);
	ecc508a_emu_bus_advance(bus, 1500000);
}

static void command(const char *arg)
{
	uint8_t buf[256] = { 3 }, out[160];
	size_t n = unhex(arg, buf + 2, 200);
	uint16_t crc;

	buf[1] = (uint8_t)(n + 3);
	crc = ecc508a_emu_crc16(buf + 1, n + 1);
	buf[n + 2] = (uint8_t)crc;
	buf[n + 3] = (uint8_t)(crc >> 8);
	if (ecc508a_emu_write(bus, addr(), buf, (uint32_t)n + 4, 400000) != (int)n + 4 ||
	    ecc508a_emu_read(bus, addr(), out, sizeof(out), 400000) < 0 || out[0] < 4 ||
	    out[0] > 120)
		hex(NULL, 0);
	else
		hex(out + 1, out[0] - 3U);
}

static void memory(const char *line, bool poke)
{
	unsigned int zone, off, len;
	uint8_t buf[512];
	char text[1100];
	int ret;

	if (poke && sscanf(line, "%u %u %1099s", &zone, &off, text) == 3) {
		ret = ecc508a_emu_chip_poke(chip, zone, off, buf, unhex(text, buf, sizeof(buf)));
		puts(ret ? "error" : "ok");
	} else if (!poke && sscanf(line, "%u %u %u", &zone, &off, &len) == 3 &&
		   len <= sizeof(buf) && ecc508a_emu_chip_peek(chip, zone, off, buf, len) == 0) {
		hex(buf, len);
	} else {
		puts("error");
	}
}

static bool new_chip(const char *line)
{
	char part[16], serial[32];
	uint8_t sn[9];
	int p;

	if (sscanf(line, "%15s %31s", part, serial) != 2 || unhex(serial, sn, 9) != 9)
		return false;
	p = ecc508a_emu_part_by_name(part);
	if (p < 0)
		return false;
	ecc508a_emu_bus_free(bus);
	bus = ecc508a_emu_bus_new();
	ecc508a_emu_bus_set_wire_time(bus, false);
	if (ecc508a_emu_chip_new(bus, (enum ecc508a_emu_part)p, sn, &chip) < 0)
		return false;
	ecc508a_emu_chip_set(chip, ECC508A_EMU_P_EXEC, ECC508A_EMU_EXEC_ZERO);
	wake();
	return true;
}

static void control(const char *line)
{
	uint8_t word = strcmp(line, "idle") == 0 ? 2 : 1;

	if (strcmp(line, "power") == 0) {
		ecc508a_emu_chip_power(chip, false);
		ecc508a_emu_chip_power(chip, true);
	} else {
		ecc508a_emu_write(bus, addr(), &word, 1, 400000);
	}
	wake();
	puts("ok");
}

int main(void)
{
	static char line[2048];
	char name[64];
	int value;

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "new ", 4) == 0)
			puts(new_chip(line + 4) ? "ok" : "error");
		else if (!chip)
			puts("error");
		else if (strncmp(line, "cmd ", 4) == 0)
			command(line + 4);
		else if (strncmp(line, "poke ", 5) == 0)
			memory(line + 5, true);
		else if (strncmp(line, "peek ", 5) == 0)
			memory(line + 5, false);
		else if (sscanf(line, "quirk %63s %d", name, &value) == 2)
			puts(ecc508a_emu_chip_quirk(chip, name, value) ? "error" : "ok");
		else if (strcmp(line, "sleep") == 0 || strcmp(line, "idle") == 0 ||
			 strcmp(line, "power") == 0)
			control(line);
		else
			puts("error");
		fflush(stdout);
	}
	ecc508a_emu_bus_free(bus);
	return 0;
}
