// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * How fast the emulated chip is in virtual time on one core, and how much memory a chip takes.
 * Every command is a whole one: group over the wire, execution, polling, answer. Figures of one run
 * on one machine; the targets next to them are those of the issue that asked for the emulator.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ecc508a-emu.h"

static struct ecc508a_emu_bus *bus;
static struct ecc508a_emu_chip *chip;

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "emulator-bench: %s\n", what);
	exit(1);
}

static void wake(uint64_t left)
{
	static const uint8_t idle = 2;

	if (left)
		ecc508a_emu_write(bus, 0x58, &idle, 1, 1000000);
	ecc508a_emu_bus_sda_low(bus, 60000);
	ecc508a_emu_bus_advance(bus, 1500000);
}

/* One command from wire to wire; idles and wakes before the watchdog would strike. */
static unsigned int command(uint8_t op, uint8_t p1, uint16_t p2, const void *data, unsigned int len,
			    uint8_t *rsp)
{
	static uint64_t wake_at;
	uint8_t buf[192] = { 3, (uint8_t)(len + 7), op, p1, (uint8_t)p2, (uint8_t)(p2 >> 8) };
	uint64_t t = ecc508a_emu_bus_now(bus);
	uint16_t crc;

	if (t >= wake_at) {
		wake(wake_at);
		wake_at = t + 700000000;
	}
	if (len)
		memcpy(buf + 6, data, len);
	crc = ecc508a_emu_crc16(buf + 1, len + 5);
	buf[len + 6] = (uint8_t)crc;
	buf[len + 7] = (uint8_t)(crc >> 8);
	if (ecc508a_emu_write(bus, 0x58, buf, len + 8, 1000000) != (int)len + 8)
		die("command not taken");
	t = ecc508a_emu_bus_next_event(bus);
	ecc508a_emu_bus_advance(bus, t - ecc508a_emu_bus_now(bus));
	if (ecc508a_emu_read(bus, 0x58, rsp, 75, 1000000) < 0)
		die("no answer");
	return rsp[0];
}

static double measure(const char *what, unsigned int n, unsigned int (*one)(void),
		      unsigned int want, double target)
{
	double t = now(), rate;

	for (unsigned int i = 0; i < n; i++)
		if (one() != want)
			die(what);
	t = now() - t;
	rate = n / t;
	printf("%-34s %10.0f /s", what, rate);
	if (target > 0)
		printf("   target %6.0f: %s", target, rate >= target ? "met" : "MISSED");
	printf("\n");
	return rate;
}

static uint8_t rsp[160], digest[32], chal[32], pub[64], rs[64];

static unsigned int info(void)
{
	return command(0x30, 0, 0, NULL, 0, rsp);
}

static unsigned int nonce(void)
{
	return command(0x16, 3, 0, digest, 32, rsp);
}

static unsigned int random32(void)
{
	return command(0x1b, 0, 0, NULL, 0, rsp);
}

static unsigned int mac(void)
{
	return command(0x08, 0, 5, chal, 32, rsp);
}

static unsigned int read_config(void)
{
	return command(0x02, 0x80, 0, NULL, 0, rsp);
}

static unsigned int sign(void)
{
	nonce();
	return command(0x41, 0x80, 0, NULL, 0, rsp);
}

static unsigned int verify(void)
{
	uint8_t data[128];

	nonce();
	memcpy(data, rs, 64);
	memcpy(data + 64, pub, 64);
	return command(0x45, 2, 4, data, 128, rsp);
}

static unsigned int ecdh(void)
{
	return command(0x43, 0, 2, pub, 64, rsp);
}

static unsigned int genkey(void)
{
	return command(0x40, 4, 0, NULL, 0, rsp);
}

static unsigned int mix(void)
{
	static unsigned int i;

	switch (i++ % 5) {
	case 0:
		return info() == 7 ? 0 : 1;
	case 1:
		return nonce() == 4 ? 0 : 1;
	case 2:
		return mac() == 35 ? 0 : 1;
	case 3:
		return random32() == 35 ? 0 : 1;
	default:
		return read_config() == 35 ? 0 : 1;
	}
}

static long resident_kib(void)
{
	long pages = 0, skip;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%ld %ld", &skip, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void memory(void)
{
	enum {
		CHIPS = 1000
	};
	static struct ecc508a_emu_bus *many[CHIPS];
	long before = resident_kib(), after;

	for (int i = 0; i < CHIPS; i++) {
		struct ecc508a_emu_chip *c;

		many[i] = ecc508a_emu_bus_new();
		if (!many[i] || ecc508a_emu_chip_new(many[i], ECC508A_EMU_608B, NULL, &c) < 0 ||
		    ecc508a_emu_chip_preset(c, "aws") < 0)
			die("1000 chips");
	}
	after = resident_kib();
	printf("%-34s %10ld KiB  target  65536: %s (process %ld KiB)\n",
	       "1000 chips, each on its own bus", after - before, after <= 65536 ? "met" : "MISSED",
	       after);
	for (int i = 0; i < CHIPS; i++)
		ecc508a_emu_bus_free(many[i]);
}

int main(int argc, char **argv)
{
	unsigned int scale = argc > 1 ? (unsigned int)atoi(argv[1]) : 10;
	uint8_t d[4];

	bus = ecc508a_emu_bus_new();
	if (!bus || ecc508a_emu_chip_new(bus, ECC508A_EMU_508A, NULL, &chip) < 0)
		die("no chip");
	ecc508a_emu_chip_set_seed(chip, "bench", 5);
	ecc508a_emu_chip_preset(chip, "aws");
	/* slot 2 gives its ECDH result out, slot 5 is a key for MAC */
	d[0] = 0x87;
	d[1] = 0x20;
	ecc508a_emu_chip_poke(chip, ECC508A_EMU_CONFIG, 24, d, 2);
	if (command(0x40, 0, 0, NULL, 0, rsp) != 67)
		die("GenKey");
	memcpy(pub, rsp + 1, 64);
	if (sign() != 67)
		die("Sign");
	memcpy(rs, rsp + 1, 64);

	measure("Info", 20000 * scale, info, 7, 100000);
	measure("Nonce", 20000 * scale, nonce, 4, 100000);
	measure("Random", 20000 * scale, random32, 35, 100000);
	measure("MAC", 20000 * scale, mac, 35, 100000);
	measure("Read of 32 bytes", 20000 * scale, read_config, 35, 100000);
	measure("a mix of these", 20000 * scale, mix, 0, 100000);
	measure("Sign (with its Nonce)", 300 * scale, sign, 67, 1500);
	measure("Verify (with its Nonce)", 300 * scale, verify, 4, 0);
	measure("ECDH", 300 * scale, ecdh, 35, 0);
	measure("GenKey", 300 * scale, genkey, 67, 0);
	ecc508a_emu_bus_free(bus);
	memory();
	return 0;
}
