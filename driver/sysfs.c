// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * /sys/class/ecc508a/ecc508aN: who the chip is and how it fares.  Nothing here talks to the
 * chip or waits for it.  Documented in Documentation/ABI/testing/sysfs-class-ecc508a.
 */
#include <linux/device.h>
#include <linux/sysfs.h>

#include "core.h"

static ssize_t serial_number_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%*phN\n", ECC508A_SERIAL_SIZE, to_ecc508a_chip(dev)->serial);
}
static DEVICE_ATTR_RO(serial_number);

static ssize_t revision_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%4phN\n", to_ecc508a_chip(dev)->revision);
}
static DEVICE_ATTR_RO(revision);

static ssize_t model_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", ecc_part_name(to_ecc508a_chip(dev)->part));
}
static DEVICE_ATTR_RO(model);

static ssize_t address_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "0x%02x\n", READ_ONCE(to_ecc508a_chip(dev)->snap.address));
}
static DEVICE_ATTR_RO(address);

static ssize_t config_locked_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct ecc508a_chip *chip = to_ecc508a_chip(dev);

	return sysfs_emit(buf, "%d\n", ecc_config_locked(chip->snap.config));
}
static DEVICE_ATTR_RO(config_locked);

static ssize_t data_locked_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct ecc508a_chip *chip = to_ecc508a_chip(dev);

	return sysfs_emit(buf, "%d\n", ecc_config_data_locked(chip->snap.config));
}
static DEVICE_ATTR_RO(data_locked);

/* Numbers of the slots that are locked one by one */
static ssize_t slots_locked_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct ecc508a_chip *chip = to_ecc508a_chip(dev);
	unsigned long locked = 0;
	struct ecc_slot slot;
	unsigned int i;

	for (i = 0; i < ECC_SLOTS; i++) {
		ecc_config_slot(chip->snap.config, i, &slot);
		if (slot.locked)
			locked |= BIT(i);
	}
	return sysfs_emit(buf, "%*pbl\n", ECC_SLOTS, &locked);
}
static DEVICE_ATTR_RO(slots_locked);

static ssize_t wake_method_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", ecc508a_wake_name(to_ecc508a_chip(dev)->bus.wake));
}
static DEVICE_ATTR_RO(wake_method);

static ssize_t bus_frequency_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u32 hz = READ_ONCE(to_ecc508a_chip(dev)->bus.hz);

	return hz ? sysfs_emit(buf, "%u\n", hz) : sysfs_emit(buf, "unknown\n");
}
static DEVICE_ATTR_RO(bus_frequency);

static ssize_t healthy_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", ecc508a_chip_healthy(to_ecc508a_chip(dev)));
}
static DEVICE_ATTR_RO(healthy);

static ssize_t power_state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char *const names[] = {
		[ECC_POWER_UNKNOWN] = "unknown",
		[ECC_POWER_ASLEEP] = "asleep",
		[ECC_POWER_IDLE] = "idle",
		[ECC_POWER_AWAKE] = "awake",
	};

	return sysfs_emit(buf, "%s\n", names[READ_ONCE(to_ecc508a_chip(dev)->snap.power)]);
}
static DEVICE_ATTR_RO(power_state);

static struct attribute *chip_attrs[] = {
	&dev_attr_serial_number.attr,
	&dev_attr_revision.attr,
	&dev_attr_model.attr,
	&dev_attr_address.attr,
	&dev_attr_config_locked.attr,
	&dev_attr_data_locked.attr,
	&dev_attr_slots_locked.attr,
	&dev_attr_wake_method.attr,
	&dev_attr_bus_frequency.attr,
	&dev_attr_healthy.attr,
	&dev_attr_power_state.attr,
	NULL
};

static const struct attribute_group chip_group = {
	.attrs = chip_attrs,
};

/* One file a number; the spinlock keeps a 64-bit number whole on 32-bit machines. */
#define STATISTIC(_name, _field)						\
static ssize_t _name##_show(struct device *dev, struct device_attribute *attr,	\
			    char *buf)						\
{										\
	struct ecc508a_chip *chip = to_ecc508a_chip(dev);			\
	u64 value;								\
										\
	spin_lock(&chip->snap_lock);						\
	value = chip->snap._field;						\
	spin_unlock(&chip->snap_lock);						\
	return sysfs_emit(buf, "%llu\n", value);				\
}										\
static DEVICE_ATTR_RO(_name)

STATISTIC(commands, stats.commands);
STATISTIC(wakes, stats.wakes);
STATISTIC(wake_failures, stats.wake_failures);
STATISTIC(retries, stats.retries);
STATISTIC(polls, stats.polls);
STATISTIC(crc_errors, stats.crc_errors);
STATISTIC(naks, stats.naks);
STATISTIC(watchdog, stats.watchdog);
STATISTIC(tx_bytes, stats.tx_bytes);
STATISTIC(rx_bytes, stats.rx_bytes);
STATISTIC(execution_us, stats.exec_us);
STATISTIC(turns, turns);
STATISTIC(session_timeouts, session_timeouts);
STATISTIC(failures, nr_failures);

static struct attribute *statistics_attrs[] = {
	&dev_attr_commands.attr,
	&dev_attr_wakes.attr,
	&dev_attr_wake_failures.attr,
	&dev_attr_retries.attr,
	&dev_attr_polls.attr,
	&dev_attr_crc_errors.attr,
	&dev_attr_naks.attr,
	&dev_attr_watchdog.attr,
	&dev_attr_tx_bytes.attr,
	&dev_attr_rx_bytes.attr,
	&dev_attr_execution_us.attr,
	&dev_attr_turns.attr,
	&dev_attr_session_timeouts.attr,
	&dev_attr_failures.attr,
	NULL
};

static const struct attribute_group statistics_group = {
	.name = "statistics",
	.attrs = statistics_attrs,
};

const struct attribute_group *ecc508a_groups[] = {
	&chip_group,
	&statistics_group,
	NULL
};
