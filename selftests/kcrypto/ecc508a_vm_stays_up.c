// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Keeps the virtual machine's own devices out of system sleep, for as long as it is loaded: the
 * transport of 9p has no way back from it, and the root file system comes over that.  All other
 * devices are suspended and resumed as ever.
 */
#include <linux/device.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/pci.h>

static int exempt(struct device *dev, void *data)
{
	dev_pm_syscore_device(dev, !!data);
	device_for_each_child(dev, data, exempt);
	return 0;
}

static void all(bool yes)
{
	struct pci_dev *pdev = NULL;

	for_each_pci_dev(pdev) exempt(&pdev->dev, yes ? pdev : NULL);
}

static int __init ecc508a_vm_stays_up_init(void)
{
	all(true);
	return 0;
}

static void __exit ecc508a_vm_stays_up_exit(void)
{
	all(false);
}

module_init(ecc508a_vm_stays_up_init);
module_exit(ecc508a_vm_stays_up_exit);
MODULE_DESCRIPTION("No system sleep for the virtual machine's own devices");
MODULE_AUTHOR("The ecc508a authors");
MODULE_LICENSE("GPL");
