// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The I2C bus as the engine sees it, and what can be found out about it.
 */
#include <crypto/sha2.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/i2c.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/property.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "core.h"
#include "trace.h"

static unsigned int bus_hz;
module_param(bus_hz, uint, 0444);
MODULE_PARM_DESC(bus_hz, "I2C clock in Hz of adapters that do not tell it themselves");

/* Longest transfer: word address and the longest command; a response is shorter */
#define BOUNCE_SIZE (ECC_CMD_MAX + 1)

/* Another master was faster: how often to try again before it counts as a bus error */
#define ARBITRATION_TRIES 5

/*
 * The clock below which traffic for others may wake an idle chip, which then disturbs them
 * (erratum, Microchip AN3539 1.2.3; mended in the 608B).
 */
#define SLOW_BUS_HZ 300000

/**
 * ecc508a_bus_xfer() - one message
 * @chip: the chip
 * @msg:  its buffer must be DMA-able
 *
 * Return: 0; -ENXIO if it was not acknowledged; other errors of the adapter.  Drivers report
 * a NAK in many ways: -ENXIO, -EREMOTEIO (bcm2835, designware), -EIO (i2c-algo-bit for a byte
 * that was written), 0 messages done (i2c-virtio).  -EIO of a read stays what it is: the
 * adapter may have clocked some of the answer out, which the engine has to know.
 */
int ecc508a_bus_xfer(struct ecc508a_chip *chip, struct i2c_msg *msg)
{
	unsigned int tries;
	int ret = -EIO;

	if (ecc508a_fault_transfer())
		return -EIO;
	for (tries = 0; tries < ARBITRATION_TRIES; tries++) {
		ret = i2c_transfer(chip->client->adapter, msg, 1);
		if (ret != -EAGAIN)
			break;
		usleep_range(100, 1000);
	}
	switch (ret) {
	case 1:
		return 0;
	case 0:
	case -ENXIO:
	case -EREMOTEIO:
		return -ENXIO;
	case -EIO:
		return msg->flags & I2C_M_RD ? -EIO : -ENXIO;
	case -EAGAIN:
		return -EIO;
	default:
		return ret;
	}
}

static int bus_write(void *ctx, u8 addr, const u8 *buf, size_t len)
{
	struct ecc508a_chip *chip = ctx;
	struct i2c_msg msg = {
		.addr = addr,
		.flags = I2C_M_DMA_SAFE,
		.len = len,
		.buf = chip->bus.bounce,
	};
	int ret;

	if (len > BOUNCE_SIZE)
		return -EMSGSIZE;
	memcpy(chip->bus.bounce, buf, len);
	ret = ecc508a_bus_xfer(chip, &msg);
	memzero_explicit(chip->bus.bounce, len);
	return ret;
}

static int bus_read(void *ctx, u8 addr, u8 *buf, size_t len)
{
	struct ecc508a_chip *chip = ctx;
	struct i2c_msg msg = {
		.addr = addr,
		.flags = I2C_M_RD | I2C_M_DMA_SAFE,
		.len = len,
		.buf = chip->bus.bounce,
	};
	int ret;

	if (len > BOUNCE_SIZE)
		return -EMSGSIZE;
	ret = ecc508a_bus_xfer(chip, &msg);
	if (!ret)
		memcpy(buf, chip->bus.bounce, len);
	memzero_explicit(chip->bus.bounce, len);
	return ret;
}

static int bus_wake(void *ctx)
{
	struct ecc508a_chip *chip = ctx;
	int ret = ecc508a_wake_pulse(chip);

	trace_ecc508a_wake(chip->index, chip->bus.wake, ret);
	return ret;
}

static void bus_delay_us(void *ctx, u32 us, u32 slack)
{
	usleep_range(us, us + slack);
}

static u64 bus_now_us(void *ctx)
{
	return ktime_to_us(ktime_get());
}

static int bus_sha256(void *ctx, const u8 *data, size_t len, u8 digest[32])
{
	sha256(data, len, digest);
	return 0;
}

static int bus_random(void *ctx, u8 *buf, size_t len)
{
	get_random_bytes(buf, len);
	return 0;
}

static void bus_trace(void *ctx, const struct ecc_cmd *cmd, int status, u32 us, int err)
{
	struct ecc508a_chip *chip = ctx;
	struct ecc508a_failure *f;

	trace_ecc508a_cmd(chip->index, cmd->opcode, cmd->p1, cmd->p2, cmd->len, status, us, err);
	if (!err)
		return;
	spin_lock(&chip->snap_lock);
	f = &chip->snap.failures[chip->snap.nr_failures++ % ECC508A_FAILURES];
	f->when = ktime_get_boottime();
	f->err = err;
	f->status = status;
	f->opcode = cmd->opcode;
	f->p1 = cmd->p1;
	f->p2 = cmd->p2;
	spin_unlock(&chip->snap_lock);
}

const struct ecc_bus_ops ecc508a_bus_ops = {
	.write = bus_write,
	.read = bus_read,
	.wake = bus_wake,
	.delay_us = bus_delay_us,
	.now_us = bus_now_us,
	.sha256 = bus_sha256,
	.random = bus_random,
	.trace = bus_trace,
};

/* Device tree and software nodes hang on the adapter, ACPI names the speed per client. */
static u32 find_clock(struct i2c_adapter *adap)
{
	u32 hz = i2c_acpi_find_bus_speed(&adap->dev);

	if (hz)
		return hz;
	if (!device_property_read_u32(&adap->dev, "clock-frequency", &hz))
		return hz;
	if (adap->dev.parent && !device_property_read_u32(adap->dev.parent, "clock-frequency", &hz))
		return hz;
	return bus_hz;
}

static int is_other_client(struct device *dev, void *data)
{
	const struct i2c_client *client = i2c_verify_client(dev);
	const struct i2c_client *self = data;

	return client && client->addr != self->addr;
}

/**
 * ecc508a_bus_look() - find out how fast the bus is and who else lives there
 * @chip: the chip
 *
 * Devices come and go, so this is done again each time the chip was asleep.
 */
void ecc508a_bus_look(struct ecc508a_chip *chip)
{
	struct i2c_adapter *adap = chip->client->adapter;
	bool slow;

	chip->bus.hz = find_clock(adap);
	chip->bus.shared = device_for_each_child(&adap->dev, chip->client, is_other_client);
	slow = !chip->bus.hz || chip->bus.hz <= SLOW_BUS_HZ;
	chip->eng.shared_bus = chip->bus.shared && slow && chip->eng.part != ECC_PART_608B;
}

int ecc508a_bus_init(struct ecc508a_chip *chip)
{
	chip->bus.bounce = kmalloc(BOUNCE_SIZE, GFP_KERNEL);
	if (!chip->bus.bounce)
		return -ENOMEM;
	ecc_dev_init(&chip->eng, &ecc508a_bus_ops, chip, chip->client->addr);
	ecc508a_bus_look(chip);
	return 0;
}

void ecc508a_bus_exit(struct ecc508a_chip *chip)
{
	kfree_sensitive(chip->bus.bounce);
	chip->bus.bounce = NULL;
}
