// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * State files and fault scripts. First byte: 0 the rest is a state file as it is; 1 a script;
 * otherwise the rest is patched into the EEPROM of a good state whose CRC is then made right, so
 * that the commands meet configurations nobody would write.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ecc508a-emu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ecc508a_emu_bus *new_bus(unsigned int part, struct ecc508a_emu_chip **chip)
{
	static const uint8_t serial[9] = { 0x01, 0x23, 1, 2, 3, 4, 5, 6, 0xee };
	struct ecc508a_emu_bus *bus = ecc508a_emu_bus_new();

	if (!bus || ecc508a_emu_chip_new(bus, (enum ecc508a_emu_part)(part % 3), serial, chip) < 0)
		abort();
	ecc508a_emu_chip_set_seed(*chip, "fuzz", 4);
	ecc508a_emu_chip_set(*chip, ECC508A_EMU_P_EXEC, ECC508A_EMU_EXEC_ZERO);
	return bus;
}

static void command(struct ecc508a_emu_bus *bus, struct ecc508a_emu_chip *chip, uint8_t op,
		    uint8_t p1, uint16_t p2, unsigned int len)
{
	uint8_t buf[200] = { 3, (uint8_t)(len + 7), op, p1, (uint8_t)p2, (uint8_t)(p2 >> 8) };
	struct ecc508a_emu_status st;
	uint16_t crc;

	memset(buf + 6, 0x11, len);
	crc = ecc508a_emu_crc16(buf + 1, len + 5);
	buf[len + 6] = (uint8_t)crc;
	buf[len + 7] = (uint8_t)(crc >> 8);
	ecc508a_emu_chip_status(chip, &st);
	ecc508a_emu_write(bus, st.addr, buf, len + 8, 400000);
	ecc508a_emu_read(bus, st.addr, buf, 150, 400000);
}

/* Every command on a few slots, whatever the configuration says. */
static void exercise(struct ecc508a_emu_bus *bus, struct ecc508a_emu_chip *chip)
{
	ecc508a_emu_bus_advance(bus, 200000);
	ecc508a_emu_bus_sda_low(bus, 60000);
	ecc508a_emu_bus_advance(bus, 1500000);
	for (uint16_t slot = 0; slot < 16; slot += 5) {
		command(bus, chip, 0x24, 1, slot & 1, 0);
		command(bus, chip, 0x16, 0, 0, 20);
		command(bus, chip, 0x15, 2, slot, 4);
		command(bus, chip, 0x02, 0x82, (uint16_t)(slot << 3), 0);
		command(bus, chip, 0x16, 3, 0, 32);
		command(bus, chip, 0x40, 0x0c, slot, 0);
		command(bus, chip, 0x41, 0x00, slot, 0);
		command(bus, chip, 0x16, 3, 0, 32);
		command(bus, chip, 0x1c, 4, slot, 32);
		command(bus, chip, 0x08, 0, slot, 32);
		command(bus, chip, 0x12, 0x82, (uint16_t)(slot << 3), 32);
		command(bus, chip, 0x16, 3, 0, 32);
		command(bus, chip, 0x45, 0, slot, 64);
		command(bus, chip, 0x47, 4, slot, 0);
		command(bus, chip, 0x47, 3, slot, 0);
		command(bus, chip, 0x51, 0xc0, slot, 16);
		command(bus, chip, 0x56, 0x0a, (uint16_t)(slot << 8 | slot), 21);
		command(bus, chip, 0x17, (uint8_t)(2 | slot << 2), 0, 0);
	}
	command(bus, chip, 0x80, 6, 0, 32);
	command(bus, chip, 0x80, 7, 0, 96);
	command(bus, chip, 0x17, 0x80, 0, 0);
	command(bus, chip, 0x17, 0x81, 0, 0);
}

static void import(const char *text, size_t len)
{
	char again[8192];

	for (unsigned int part = 0; part < 3; part++) {
		struct ecc508a_emu_chip *chip;
		struct ecc508a_emu_bus *bus = new_bus(part, &chip);

		if (ecc508a_emu_chip_import(chip, text, len) == 0) {
			int n = ecc508a_emu_chip_export(chip, again, sizeof(again));

			/* what was taken is what is given, but for the case of digits */
			if ((size_t)n != len || strncasecmp(again, text, len) != 0)
				abort();
			exercise(bus, chip);
		} else if (!*ecc508a_emu_chip_error(chip)) {
			abort();
		}
		ecc508a_emu_bus_free(bus);
	}
}

static void script(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), err[200];
	struct ecc508a_emu_chip *chip;
	struct ecc508a_emu_bus *bus = new_bus(2, &chip);

	if (text && ecc508a_emu_bus_faults(bus, text, err, sizeof(err)) == 0)
		exercise(bus, chip);
	free(text);
	ecc508a_emu_bus_free(bus);
}

static void patched(unsigned int part, const uint8_t *data, size_t size)
{
	struct ecc508a_emu_chip *chip;
	struct ecc508a_emu_bus *bus = new_bus(part, &chip);
	size_t n = size < 112 ? size : 112;

	ecc508a_emu_chip_poke(chip, ECC508A_EMU_CONFIG, 16, data, n);
	ecc508a_emu_chip_poke(chip, ECC508A_EMU_SLOT0 + 8, 0, data + n,
			      size - n < 416 ? size - n : 416);
	{
		char text[8192];
		int len = ecc508a_emu_chip_export(chip, text, sizeof(text));

		ecc508a_emu_bus_free(bus);
		import(text, (size_t)len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] == 0)
		import((const char *)data + 1, size - 1);
	else if (data[0] == 1)
		script(data + 1, size - 1);
	else
		patched(data[0], data + 1, size - 1);
	return 0;
}
