// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Making a chip, setting it up, looking inside. */
#include <stdlib.h>

#include "chip.h"

/*
 * From the wake pulse to the first ACK.  The data sheet guarantees 1500 us (table 8-2), but clients
 * in the field send their first command after 150 us (ucryptoauthlib) or 1 ms (Adafruit) and work
 * on every part, so silicon listens much earlier.  A driver's own tests set 1500 us.
 */
#define TWHI_SILICON (120 * NSEC_PER_USEC)

static void factory(struct ecc508a_emu_chip *c, const uint8_t serial[9])
{
	uint8_t *cf = c->ee + EE_CONFIG;

	memset(c->ee, 0xff, sizeof(c->ee));
	memset(c->ee + EE_VALID, 0, 4);
	memcpy(cf, serial, 4);
	memcpy(cf + 4, c->part->revision, 4);
	memcpy(cf + 8, serial + 4, 5);
	cf[13] = c->part->byte13;
	cf[14] = c->part->byte14;
	cf[15] = 0x00;
	memcpy(cf + FACTORY_FIRST, c->part->factory, FACTORY_LEN);
}

int ecc508a_emu_chip_new(struct ecc508a_emu_bus *bus, enum ecc508a_emu_part part,
			 const uint8_t serial[9], struct ecc508a_emu_chip **chip)
{
	struct ecc508a_emu_chip *c, **tail;
	uint8_t sn[9];

	if ((unsigned int)part >= ECC508A_EMU_PARTS)
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->bus = bus;
	c->part = &emu_parts[part];
	emu_quirks_default(c);
	c->param[ECC508A_EMU_P_EXEC] = ECC508A_EMU_EXEC_TYP;
	c->param[ECC508A_EMU_P_EXEC_SCALE] = 1000;
	c->param[ECC508A_EMU_P_TWLO] = 60 * NSEC_PER_USEC;
	c->param[ECC508A_EMU_P_TWHI] = TWHI_SILICON;
	c->param[ECC508A_EMU_P_CLOCK_DRIFT] = 1000;
	c->power = ECC508A_EMU_SLEEP;
	c->t_watchdog = NEVER;
	c->sram.tk.sha_pub = -1;
	c->sram.sha_pub = -1;
	if (!serial) {
		emu_rng_bytes(&c->rng, sn, sizeof(sn));
		sn[0] = 0x01;
		sn[1] = 0x23;
		sn[8] = 0xee;
		serial = sn;
	}
	factory(c, serial);
	emu_power_latch_addr(c);
	for (tail = &bus->chips; *tail; tail = &(*tail)->next)
		;
	*tail = c;
	if (chip)
		*chip = c;
	return 0;
}

void ecc508a_emu_chip_free(struct ecc508a_emu_chip *chip)
{
	struct ecc508a_emu_chip **p;

	if (!chip)
		return;
	for (p = &chip->bus->chips; *p && *p != chip; p = &(*p)->next)
		;
	if (*p)
		*p = chip->next;
	emu_faults_forget(chip);
	emu_bus_touch(chip->bus);
	free(chip->state_path);
	free(chip->error);
	emu_wipe(chip, sizeof(*chip));
	free(chip);
}

struct ecc508a_emu_chip *ecc508a_emu_bus_chip(struct ecc508a_emu_bus *bus, unsigned int i)
{
	struct ecc508a_emu_chip *c = bus->chips;

	while (c && i--)
		c = c->next;
	return c;
}

int emu_chip_index(const struct ecc508a_emu_chip *c)
{
	int i = 0;

	for (const struct ecc508a_emu_chip *p = c->bus->chips; p && p != c; p = p->next)
		i++;
	return i;
}

void ecc508a_emu_chip_set_seed(struct ecc508a_emu_chip *chip, const void *seed, size_t len)
{
	emu_rng_seed(&chip->rng, seed, len);
}

int ecc508a_emu_chip_set_random(struct ecc508a_emu_chip *chip, const void *data, size_t len)
{
	if (len > sizeof(chip->rng.fixed))
		return -EINVAL;
	memcpy(chip->rng.fixed, data, len);
	chip->rng.fixed_len = (uint8_t)len;
	chip->rng.fixed_pos = 0;
	return 0;
}

void ecc508a_emu_chip_power(struct ecc508a_emu_chip *chip, bool on)
{
	uint64_t t = ecc508a_emu_bus_now(chip->bus);

	emu_bus_sync(chip->bus);
	if (on)
		emu_power_on(chip, t);
	else
		emu_power_off(chip, t);
}

/* ------------------------------------------------------------------ parameters */

int ecc508a_emu_chip_set(struct ecc508a_emu_chip *chip, enum ecc508a_emu_param param,
			 uint64_t value)
{
	static const struct {
		uint64_t min, max;
	} range[ECC508A_EMU_PARAMS] = {
		[ECC508A_EMU_P_EXEC] = { ECC508A_EMU_EXEC_TYP, ECC508A_EMU_EXEC_ZERO },
		[ECC508A_EMU_P_EXEC_SCALE] = { 1, 1000000 },
		[ECC508A_EMU_P_TWLO] = { 0, NSEC_PER_SEC },
		[ECC508A_EMU_P_TWHI] = { 0, NSEC_PER_SEC },
		[ECC508A_EMU_P_TWATCHDOG] = { 0, 3600 * NSEC_PER_SEC },
		[ECC508A_EMU_P_CLOCK_DRIFT] = { 100, 10000 },
		[ECC508A_EMU_P_BROKEN] = { 0, 0x3f },
		[ECC508A_EMU_P_LATCH] = { 0, 1 },
	};

	if ((unsigned int)param >= ECC508A_EMU_PARAMS || value < range[param].min ||
	    value > range[param].max)
		return -EINVAL;
	if (param == ECC508A_EMU_P_BROKEN)
		chip->broken = (uint8_t)value;
	else if (param == ECC508A_EMU_P_LATCH)
		chip->latch = value;
	else
		chip->param[param] = value;
	return 0;
}

uint64_t ecc508a_emu_chip_get(const struct ecc508a_emu_chip *chip, enum ecc508a_emu_param param)
{
	if (param == ECC508A_EMU_P_BROKEN)
		return chip->broken;
	if (param == ECC508A_EMU_P_LATCH)
		return chip->latch;
	return (unsigned int)param < ECC508A_EMU_PARAMS ? chip->param[param] : 0;
}

/* ------------------------------------------------------------------ looking inside */

static uint64_t left(uint64_t until, uint64_t now)
{
	return until == NEVER || until <= now ? 0 : until - now;
}

void ecc508a_emu_chip_status(struct ecc508a_emu_chip *chip, struct ecc508a_emu_status *st)
{
	const struct emu_tempkey *tk = &chip->sram.tk;
	uint64_t now = ecc508a_emu_bus_now(chip->bus);

	emu_bus_sync(chip->bus);
	memset(st, 0, sizeof(*st));
	st->part = (enum ecc508a_emu_part)(chip->part - emu_parts);
	st->power = chip->power;
	st->addr = chip->addr;
	memcpy(st->serial, chip->ee + EE_CONFIG, 4);
	memcpy(st->serial + 4, chip->ee + EE_CONFIG + 8, 5);
	st->config_locked = config_locked(chip);
	st->data_locked = data_locked(chip);
	st->slot_locked = cfg16(chip, 88);
	st->key_valid = (uint16_t)(chip->ee[EE_VALID] | chip->ee[EE_VALID + 1] << 8);
	st->tempkey.valid = tk->valid;
	st->tempkey.source_input = tk->source_input;
	st->tempkey.gendig = tk->gendig;
	st->tempkey.genkey = tk->genkey;
	st->tempkey.nomac = tk->nomac;
	st->tempkey.key_id = tk->key_id;
	st->tempkey.len = tk->len;
	memcpy(st->tempkey.value, tk->value, sizeof(tk->value));
	st->auth_valid = chip->sram.auth_valid;
	st->auth_key = chip->sram.auth_key;
	st->latch = chip->latch;
	st->failed = chip->failed;
	st->counter[0] = emu_counter_get(chip, 0);
	st->counter[1] = emu_counter_get(chip, 1);
	st->watchdog_left = left(chip->t_watchdog, now);
	st->busy_left = chip->power == ECC508A_EMU_BUSY ? left(chip->t_done, now) : 0;
	st->commands = chip->commands;
	st->eeprom_writes = chip->ee_writes;
}

static int locate(unsigned int zone, unsigned int off, size_t len, unsigned int *at)
{
	unsigned int start, size;

	if (zone == ECC508A_EMU_CONFIG) {
		start = EE_CONFIG;
		size = 128;
	} else if (zone == ECC508A_EMU_OTP) {
		start = EE_OTP;
		size = 64;
	} else if (zone < ECC508A_EMU_SLOT0 + NSLOTS) {
		start = emu_slot_off(zone - ECC508A_EMU_SLOT0);
		size = emu_slot_size[zone - ECC508A_EMU_SLOT0];
	} else {
		return -ERANGE;
	}
	if (off > size || len > size - off)
		return -ERANGE;
	*at = start + off;
	return 0;
}

int ecc508a_emu_chip_peek(struct ecc508a_emu_chip *chip, unsigned int zone, unsigned int off,
			  void *buf, size_t len)
{
	unsigned int at;
	int ret = locate(zone, off, len, &at);

	if (ret == 0)
		memcpy(buf, chip->ee + at, len);
	return ret;
}

int ecc508a_emu_chip_poke(struct ecc508a_emu_chip *chip, unsigned int zone, unsigned int off,
			  const void *buf, size_t len)
{
	unsigned int at, slot;
	int ret = locate(zone, off, len, &at);

	if (ret < 0)
		return ret;
	memcpy(chip->ee + at, buf, len);
	if (zone >= ECC508A_EMU_SLOT0) {
		slot = zone - ECC508A_EMU_SLOT0;
		if (is_private(chip, slot) && len)
			chip->ee[EE_VALID + slot / 8] |= (uint8_t)(1 << slot % 8);
	}
	/* a chip that sleeps takes its address when it wakes */
	if (zone == ECC508A_EMU_CONFIG && chip->power <= ECC508A_EMU_SLEEP)
		emu_power_latch_addr(chip);
	return emu_state_store(chip);
}
