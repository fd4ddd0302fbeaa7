// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Waking: SDA must be low for tWLO, 60 us (data sheet DS20005927A, table 8-2), which an I2C
 * controller can only do by sending zero bits slowly enough.
 *
 *   gpio          a line that pulls SDA low: any bus speed
 *   general-call  address 0 is eight zero bits: 80 us at 100 kHz, 60 us at 133 kHz.  Nobody
 *                 may answer, so no byte follows; a controller that must send one sends 0x01,
 *                 which listeners of the general call ignore
 *   address       the chip's own address and zero bytes: six zero bits at 0x60, 60 us at
 *                 100 kHz.  Controllers that go on after a NAK send the zero bytes as well
 *
 * Above 100 kHz only the first is inside the specification.  Real chips wake after something
 * between 15 and 60 us, so the others are tried with a warning.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gpio/consumer.h>
#include <linux/i2c.h>
#include <linux/moduleparam.h>
#include <linux/string.h>

#include "core.h"

#define TWLO_US 60
#define TWLO_SLACK_US 20
#define WAKE_LEN_MAX 8 /* zero bytes; 60 us at 1 MHz */

static const char *const names[] = {
	[ECC508A_WAKE_NONE] = "none",
	[ECC508A_WAKE_GENERAL_CALL] = "general-call",
	[ECC508A_WAKE_ADDRESS] = "address",
	[ECC508A_WAKE_GPIO] = "gpio",
};

static char *wake = "auto";
module_param(wake, charp, 0444);
MODULE_PARM_DESC(wake, "How to wake the chip: auto (default), general-call, address, gpio");

const char *ecc508a_wake_name(u8 method)
{
	return method < ARRAY_SIZE(names) ? names[method] : "unknown";
}

static bool can_mangle(struct ecc508a_chip *chip)
{
	return i2c_check_functionality(chip->client->adapter, I2C_FUNC_PROTOCOL_MANGLING);
}

static bool in_spec(const struct ecc508a_chip *chip)
{
	return chip->bus.wake == ECC508A_WAKE_GPIO || !chip->bus.hz ||
	       chip->bus.hz <= I2C_MAX_STANDARD_MODE_FREQ;
}

static void choose(struct ecc508a_chip *chip, u8 method)
{
	struct i2c_adapter *adap = chip->client->adapter;
	struct ecc508a_bus *bus = &chip->bus;
	u64 bits = (u64)TWLO_US * (bus->hz ?: I2C_MAX_STANDARD_MODE_FREQ);

	bus->wake = method;
	switch (method) {
	case ECC508A_WAKE_GENERAL_CALL:
		bus->wake_len = i2c_check_quirks(adap, I2C_AQ_NO_ZERO_LEN_WRITE) ||
				!i2c_check_functionality(adap, I2C_FUNC_SMBUS_QUICK);
		break;
	case ECC508A_WAKE_ADDRESS:
		bus->wake_len = clamp_t(u64, DIV_ROUND_UP_ULL(bits, 8 * USEC_PER_SEC), 1,
					WAKE_LEN_MAX);
		break;
	}
}

static void announce(struct ecc508a_chip *chip)
{
	struct device *dev = &chip->client->dev;
	const char *name = ecc508a_wake_name(chip->bus.wake);

	if (chip->bus.wake == ECC508A_WAKE_GPIO)
		dev_info(dev, "wake: by wake-gpios\n");
	else if (!chip->bus.hz)
		dev_info(dev, "wake: by %s; the bus does not tell its clock, at most 100 kHz is needed (give clock-frequency in the device tree, or bus_hz=)\n",
			 name);
	else if (in_spec(chip))
		dev_info(dev, "wake: by %s, bus at %u Hz\n", name, chip->bus.hz);
	else
		dev_warn(dev, "wake: no method fits a bus at %u Hz; trying %s, which not every chip understands (set clock-frequency = <100000> or connect wake-gpios)\n",
			 chip->bus.hz, name);
}

/**
 * ecc508a_wake_init() - choose how to wake
 * @chip: the chip, its bus is known
 *
 * Return: 0, or an error of wake-gpios (-EPROBE_DEFER).
 */
int ecc508a_wake_init(struct ecc508a_chip *chip)
{
	struct device *dev = &chip->client->dev;
	int method;

	chip->bus.gpio = gpiod_get_optional(dev, "wake", GPIOD_OUT_LOW);
	if (IS_ERR(chip->bus.gpio)) {
		int ret = PTR_ERR(chip->bus.gpio);

		chip->bus.gpio = NULL;
		return dev_err_probe(dev, ret, "wake-gpios\n");
	}

	method = match_string(names, ARRAY_SIZE(names), wake);
	if (method == ECC508A_WAKE_GPIO && !chip->bus.gpio) {
		dev_err(dev, "wake=gpio, but there is no wake-gpios property\n");
		return -EINVAL;
	}
	if (method <= ECC508A_WAKE_NONE) {
		if (strcmp(wake, "auto"))
			dev_warn(dev, "wake=%s is not known, using auto\n", wake);
		if (chip->bus.gpio)
			method = ECC508A_WAKE_GPIO;
		else if (chip->bus.hz > I2C_MAX_STANDARD_MODE_FREQ && can_mangle(chip))
			method = ECC508A_WAKE_ADDRESS;
		else
			method = ECC508A_WAKE_GENERAL_CALL;
	}
	choose(chip, method);
	announce(chip);
	return 0;
}

void ecc508a_wake_exit(struct ecc508a_chip *chip)
{
	if (chip->bus.gpio)
		gpiod_put(chip->bus.gpio);
	chip->bus.gpio = NULL;
}

/**
 * ecc508a_wake_next() - nobody woke up: is there another way?
 * @chip: the chip
 *
 * Only while probing, each way once: general call, then own address, or the other way round.
 * Return: whether there is, and then it is the one that is used.
 */
bool ecc508a_wake_next(struct ecc508a_chip *chip)
{
	bool first_address = chip->bus.hz > I2C_MAX_STANDARD_MODE_FREQ && can_mangle(chip);
	u8 second = first_address ? ECC508A_WAKE_GENERAL_CALL : ECC508A_WAKE_ADDRESS;

	if (strcmp(wake, "auto") || chip->bus.wake == ECC508A_WAKE_GPIO ||
	    chip->bus.wake == second)
		return false;
	choose(chip, second);
	announce(chip);
	return true;
}

static void pulse_gpio(struct ecc508a_chip *chip)
{
	struct i2c_adapter *adap = chip->client->adapter;

	/* A start bit in the middle of somebody's transfer would be his last. */
	i2c_lock_bus(adap, I2C_LOCK_ROOT_ADAPTER);
	gpiod_set_value_cansleep(chip->bus.gpio, 1);
	usleep_range(TWLO_US, TWLO_US + TWLO_SLACK_US);
	gpiod_set_value_cansleep(chip->bus.gpio, 0);
	i2c_unlock_bus(adap, I2C_LOCK_ROOT_ADAPTER);
}

/**
 * ecc508a_wake_pulse() - hold SDA low long enough
 * @chip: the chip
 *
 * Does not wait for the chip (tWHI) and does not look whether it woke: that is the engine's.
 * Return: 0, also if nobody acknowledged, which is how it should be; an error of the bus.
 */
int ecc508a_wake_pulse(struct ecc508a_chip *chip)
{
	struct ecc508a_bus *bus = &chip->bus;
	struct i2c_msg msg = {
		.flags = I2C_M_DMA_SAFE,
		.len = bus->wake_len,
		.buf = bus->bounce,
	};
	int ret;

	switch (bus->wake) {
	case ECC508A_WAKE_GPIO:
		pulse_gpio(chip);
		return 0;
	case ECC508A_WAKE_ADDRESS:
		msg.addr = chip->eng.addr;
		if (can_mangle(chip))
			msg.flags |= I2C_M_IGNORE_NAK;
		memset(bus->bounce, 0, WAKE_LEN_MAX);
		break;
	default:
		msg.addr = 0;
		bus->bounce[0] = 0x01;
		break;
	}
	ret = ecc508a_bus_xfer(chip, &msg);
	if (ret == -EOPNOTSUPP && !msg.len) {
		bus->wake_len = 1; /* nor does it say so beforehand */
		msg.len = 1;
		ret = ecc508a_bus_xfer(chip, &msg);
	}
	return ret == -ENXIO ? 0 : ret;
}
