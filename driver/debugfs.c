// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * /sys/kernel/debug/ecc508a: the configuration in words, the last failures, and, in kernels
 * built with fault injection, I2C transfers that fail on demand.  Reading never waits for
 * the chip; nothing can be sent to it from here.
 */
#include <linux/debugfs.h>
#include <linux/fault-inject.h>
#include <linux/ktime.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "core.h"

static struct dentry *root;

#ifdef CONFIG_FAULT_INJECTION
static DECLARE_FAULT_ATTR(fail_transfer);

bool ecc508a_fault_transfer(void)
{
	return should_fail(&fail_transfer, 1);
}
#endif

static void show_slot(struct seq_file *s, unsigned int nr, const struct ecc_slot *slot)
{
	seq_printf(s, "slot %u: SlotConfig %04x KeyConfig %04x size %u%s\n", nr, slot->slot_config,
		   slot->key_config, slot->size, slot->locked ? " locked" : "");
	if (slot->is_private)
		seq_printf(s, "  private key:%s%s%s%s%s%s%s\n",
			   slot->ext_sign ? " sign" : "", slot->int_sign ? " sign-internal" : "",
			   slot->ecdh ? " ecdh" : "", slot->ecdh_to_slot ? " ecdh-to-slot" : "",
			   slot->genkey_allowed ? " genkey" : "",
			   slot->privwrite_allowed ? " privwrite" : "",
			   slot->pub_info ? " public" : "");
	else
		seq_printf(s, "  data, key type %u: ReadKey %u WriteKey %u WriteConfig %x%s%s%s\n",
			   slot->key_type, slot->read_key, slot->write_key, slot->write_config,
			   slot->is_secret ? " secret" : "",
			   slot->encrypt_read ? " read-encrypted" : "",
			   slot->pub_info ? " validated" : "");
	if (slot->no_mac || slot->limited_use || slot->lockable || slot->req_random)
		seq_printf(s, "  needs:%s%s%s%s\n", slot->no_mac ? " no-mac" : "",
			   slot->limited_use ? " limited-use" : "",
			   slot->lockable ? " lockable" : "",
			   slot->req_random ? " random-nonce" : "");
	if (slot->req_auth)
		seq_printf(s, "  needs authorisation by slot %u\n", slot->auth_key);
}

static int config_show(struct seq_file *s, void *unused)
{
	struct ecc508a_chip *chip = s->private;
	u8 config[ECC_CONFIG_SIZE];
	struct ecc_slot slot;
	unsigned int i;
	u32 value;

	spin_lock(&chip->snap_lock);
	memcpy(config, chip->snap.config, sizeof(config));
	spin_unlock(&chip->snap_lock);

	seq_printf(s, "%s %*phN revision %4phN\n", ecc_part_name(chip->part), ECC508A_SERIAL_SIZE,
		   chip->serial, chip->revision);
	seq_printf(s, "configuration %s, data and OTP %s\n",
		   ecc_config_locked(config) ? "locked" : "unlocked",
		   ecc_config_data_locked(config) ? "locked" : "unlocked");
	seq_printf(s, "I2C address 0x%02x, watchdog %u ms at least, ChipMode %02x\n",
		   ecc_config_address(config), ecc_config_watchdog_ms(config),
		   config[ECC_CFG_CHIP_MODE]);
	for (i = 0; i < 2; i++) {
		const u8 *raw = config + (i ? ECC_CFG_COUNTER1 : ECC_CFG_COUNTER0);

		if (ecc_counter_decode(raw, &value))
			seq_printf(s, "counter %u: %8phN is no legal pattern\n", i, raw);
		else
			seq_printf(s, "counter %u: %u\n", i, value);
	}
	for (i = 0; i < ECC_SLOTS; i++) {
		ecc_config_slot(config, i, &slot);
		show_slot(s, i, &slot);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(config);

static int errors_show(struct seq_file *s, void *unused)
{
	struct ecc508a_chip *chip = s->private;
	struct ecc508a_failure *log;
	unsigned int i, nr, first;

	log = kmalloc(sizeof(chip->snap.failures), GFP_KERNEL);
	if (!log)
		return -ENOMEM;
	spin_lock(&chip->snap_lock);
	nr = chip->snap.nr_failures;
	memcpy(log, chip->snap.failures, sizeof(chip->snap.failures));
	spin_unlock(&chip->snap_lock);

	first = nr > ECC508A_FAILURES ? nr - ECC508A_FAILURES : 0;
	seq_printf(s, "%u failed commands, the last %u:\n", nr, nr - first);
	for (i = first; i < nr; i++) {
		const struct ecc508a_failure *f = &log[i % ECC508A_FAILURES];
		s64 us = ktime_to_us(f->when);

		seq_printf(s, "[%5lld.%06lld] %s p1 %02x p2 %04x: ", us / USEC_PER_SEC,
			   us % USEC_PER_SEC, ecc_opcode_name(f->opcode), f->p1, f->p2);
		if (f->status < 0)
			seq_printf(s, "no answer, error %d\n", f->err);
		else
			seq_printf(s, "status %02x (%s), error %d\n", f->status,
				   ecc_status_name(f->status), f->err);
	}
	kfree(log);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(errors);

void ecc508a_debugfs_add(struct ecc508a_chip *chip)
{
	chip->debugfs = debugfs_create_dir(dev_name(&chip->dev), root);
	debugfs_create_file("config", 0400, chip->debugfs, chip, &config_fops);
	debugfs_create_file("errors", 0400, chip->debugfs, chip, &errors_fops);
}

void ecc508a_debugfs_remove(struct ecc508a_chip *chip)
{
	debugfs_remove_recursive(chip->debugfs);
}

void ecc508a_debugfs_init(void)
{
	root = debugfs_create_dir(ECC508A_NAME, NULL);
#ifdef CONFIG_FAULT_INJECTION
	fault_create_debugfs_attr("fail_transfer", root, &fail_transfer);
#endif
}

void ecc508a_debugfs_exit(void)
{
	debugfs_remove_recursive(root);
}
