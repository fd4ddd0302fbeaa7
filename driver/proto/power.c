// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Waking, idling, sleeping, and finding back to a chip whose state is not known.
 *
 * A chip that is asleep, idle or busy does not acknowledge its address; that is all one
 * ever sees from outside.  So the engine remembers what it did last, and when that is in
 * doubt (ECC_POWER_UNKNOWN) starts over: sleep, wake, read the wake status.
 */
#include "engine_int.h"

/* How long the chip is tried for when its state is unknown: more than the longest Verify */
#define WAKE_PATIENCE_US 1500000
/* A single time the bus may fail in a word address before it is believed */
#define WORD_TRIES	 3

void ecc_dev_init(struct ecc_dev *dev, const struct ecc_bus_ops *ops, void *ctx, u8 addr)
{
	memset(dev, 0, sizeof(*dev));
	dev->ops = ops;
	dev->ctx = ctx;
	dev->addr = addr;
	dev->power = ECC_POWER_UNKNOWN;
	dev->status = ECC_STATUS_NONE;
}

bool ecc_bus_gone(int err)
{
	return err == -ENODEV || err == -ESHUTDOWN;
}

int ecc_bus_write(struct ecc_dev *dev, const u8 *buf, size_t len)
{
	int ret = dev->ops->write(dev->ctx, dev->addr, buf, len);

	if (!ret)
		dev->stats.tx_bytes += len + 1;
	else if (ret == -ENXIO)
		dev->stats.naks++;
	return ret;
}

int ecc_bus_read(struct ecc_dev *dev, u8 *buf, size_t len)
{
	int ret = dev->ops->read(dev->ctx, dev->addr, buf, len);

	if (!ret)
		dev->stats.rx_bytes += len + 1;
	else if (ret == -ENXIO)
		dev->stats.naks++;
	return ret;
}

int ecc_word(struct ecc_dev *dev, u8 word)
{
	dev->aux[0] = word;
	return ecc_bus_write(dev, dev->aux, 1);
}

void ecc_lost(struct ecc_dev *dev)
{
	dev->power = ECC_POWER_UNKNOWN;
	dev->confirmed = false;
}

/*
 * A word address that must arrive.  A NAK may be a disturbed bit, so it is tried again,
 * but not before tWHI: at 100 kHz the zeros of the address byte alone can wake a sleeping
 * chip, and then it will acknowledge the second time.
 */
static int word_surely(struct ecc_dev *dev, u8 word)
{
	int i, ret = -EIO;

	for (i = 0; i < WORD_TRIES; i++) {
		if (i)
			dev->ops->delay_us(dev->ctx, ECC_TWHI_US, 200);
		ret = ecc_word(dev, word);
		if (!ret || ecc_bus_gone(ret))
			break;
	}
	return ret;
}

static u32 watchdog_us(const struct ecc_dev *dev)
{
	return 1000 * (dev->config_valid ? ecc_config_watchdog_ms(dev->config) : 700);
}

/*
 * The chip acknowledged.  If that took so long (this program was not let run) that its
 * watchdog may have been faster, then somebody else's wake pulse on the same bus can have woken
 * it again, without TempKey.
 */
void ecc_note_time(struct ecc_dev *dev)
{
	if (dev->ops->now_us(dev->ctx) - dev->woken_us > watchdog_us(dev))
		dev->overslept = true;
}

static int pulse(struct ecc_dev *dev)
{
	int ret;

	dev->woken_us = dev->ops->now_us(dev->ctx);
	ret = dev->ops->wake(dev->ctx);
	/* Nobody acknowledges the pulse; a bus that lost arbitration may still have made it */
	if (ret && ecc_bus_gone(ret))
		return ret;
	dev->confirmed = false;
	memset(dev->last, 0, sizeof(dev->last));
	dev->stats.wakes++;
	dev->ops->delay_us(dev->ctx, ECC_TWHI_US, 50);
	return 0;
}

int ecc_sleep(struct ecc_dev *dev)
{
	enum ecc_power before = dev->power;
	int ret = -ENXIO;

	if (before == ECC_POWER_ASLEEP)
		return 0;
	dev->holds_state = false;
	dev->power = ECC_POWER_UNKNOWN;
	if (before != ECC_POWER_IDLE)
		ret = word_surely(dev, ECC_WORD_SLEEP);
	/* Idle hears nothing but a wake, and has no watchdog that would end it */
	if (ret == -ENXIO && before != ECC_POWER_AWAKE) {
		ret = pulse(dev);
		if (!ret)
			ret = word_surely(dev, ECC_WORD_SLEEP);
	}
	dev->confirmed = false;
	if (!ret)
		dev->power = ECC_POWER_ASLEEP;
	/*
	 * Never acknowledged: the watchdog was faster, or it is busy or gone.  It will be asleep
	 * by itself soon; until it is woken the next time its state is not known.
	 */
	return ret == -ENXIO ? 0 : ret;
}

int ecc_idle(struct ecc_dev *dev)
{
	int ret;

	if (dev->power != ECC_POWER_AWAKE)
		return 0;
	/*
	 * 508A and 608A in idle may be woken by other devices' traffic below 300 kHz and then
	 * corrupt it (AN3539 1.2.3): with others on the bus idle only for TempKey's sake.
	 */
	if (dev->shared_bus && !dev->holds_state)
		return ecc_sleep(dev);
	ret = word_surely(dev, ECC_WORD_IDLE);
	if (ret) {
		ecc_lost(dev);
		return ret;
	}
	ecc_note_time(dev);
	dev->power = ECC_POWER_IDLE;
	dev->confirmed = false;
	return 0;
}

/* What the chip's buffer holds: 0 the wake status, -ENXIO no chip, -EPROTO something else */
static int read_wake_status(struct ecc_dev *dev)
{
	const u8 *payload;
	size_t len;
	int ret;

	ret = ecc_bus_read(dev, dev->aux, ECC_RSP_MIN);
	if (ret)
		return ret;
	ret = ecc_packet_parse(dev->aux, ECC_RSP_MIN, &payload, &len);
	if (ret || len != 1)
		return -EPROTO;
	/* 0x07: a 608 whose power-on self-test failed; it is awake */
	if (payload[0] == ECC_STATUS_WAKE || payload[0] == ECC_STATUS_SELFTEST)
		return 0;
	return -EPROTO;
}

int ecc_wake_confirmed(struct ecc_dev *dev)
{
	int ret, i;

	for (i = 0; i < WORD_TRIES; i++) {
		ret = read_wake_status(dev);
		if (!ret) {
			dev->confirmed = true;
			return 0;
		}
		if (ecc_bus_gone(ret))
			return ret;
		/* Read again from the start, if it is there */
		ecc_word(dev, ECC_WORD_RESET);
	}
	return ret;
}

/*
 * From an unknown state.  The chip may be asleep, awake with anything in its buffer (by us,
 * by noise on the bus, by another master), or busy for up to a second with a command whose
 * sender died; or not there.
 */
static int wake_unknown(struct ecc_dev *dev)
{
	u64 start = dev->ops->now_us(dev->ctx);
	u32 wait = 500;
	bool answered = false;
	int ret;

	dev->holds_state = false;
	for (;;) {
		/* Asleep it is defined; if it was already, nobody hears this */
		ret = ecc_word(dev, ECC_WORD_SLEEP);
		if (ecc_bus_gone(ret))
			return ret;
		ret = pulse(dev);
		if (ret)
			return ret;
		ret = read_wake_status(dev);
		if (!ret) {
			dev->confirmed = true;
			dev->power = ECC_POWER_AWAKE;
			return 0;
		}
		if (ecc_bus_gone(ret))
			return ret;
		if (ret != -ENXIO)
			answered = true;
		dev->stats.wake_failures++;
		if (dev->ops->now_us(dev->ctx) - start > WAKE_PATIENCE_US) {
			dev->deadline_us = 0; /* that was the last attempt */
			return answered ? -EIO : -ENXIO;
		}
		dev->ops->delay_us(dev->ctx, wait, wait / 4);
		if (wait < 20000)
			wait *= 2;
	}
}

static int wake_known(struct ecc_dev *dev)
{
	int ret;

	/*
	 * With other devices on the bus their traffic may have woken the chip some time ago;
	 * a wake pulse would then not restart the watchdog.  Sleep does.
	 */
	if (dev->shared_bus && dev->power == ECC_POWER_ASLEEP) {
		ret = ecc_word(dev, ECC_WORD_SLEEP);
		if (ecc_bus_gone(ret))
			return ret;
	}
	ret = pulse(dev);
	if (ret)
		return ret;
	dev->power = ECC_POWER_AWAKE;
	return 0;
}

int ecc_wake(struct ecc_dev *dev, u32 budget_us)
{
	u32 limit;
	u64 elapsed;
	int ret;

	if (dev->power == ECC_POWER_UNKNOWN) {
		if (dev->holds_state) {
			dev->holds_state = false;
			return -ESTALE;
		}
		return wake_unknown(dev);
	}
	if (dev->power != ECC_POWER_AWAKE)
		return wake_known(dev);

	limit = watchdog_us(dev);
	/* More than there is: begin with a full one, the chip may be better than its minimum */
	if (budget_us > limit - 50000)
		budget_us = limit - 50000;
	elapsed = dev->ops->now_us(dev->ctx) - dev->woken_us;
	if (elapsed + budget_us <= limit)
		return 0;

	/* Idle and wake restart the watchdog and keep TempKey (data sheet 6.1) */
	dev->stats.watchdog++;
	ret = word_surely(dev, ECC_WORD_IDLE);
	if (ecc_bus_gone(ret))
		return ret;
	if (ret) {
		/* It went to sleep before us */
		ecc_lost(dev);
		return ecc_wake(dev, budget_us);
	}
	ecc_note_time(dev);
	dev->power = ECC_POWER_IDLE;
	return wake_known(dev);
}

int ecc_resync(struct ecc_dev *dev)
{
	int ret;

	dev->holds_state = false;
	ecc_lost(dev);
	ret = ecc_wake(dev, 0);
	if (ret)
		return ret;
	return ecc_sleep(dev);
}
