// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * ecc508a.ko: driver of Microchip's ATECC508A, ATECC608A and ATECC608B on I2C.
 */
#include <linux/i2c.h>
#include <linux/module.h>

#include "core.h"
#include "kcrypto.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static int __init ecc508a_init(void)
{
	int ret;

	ret = ecc508a_chip_init();
	if (ret)
		return ret;
	ecc508a_debugfs_init();
	ret = ecc508a_kcrypto_init();
	if (ret)
		goto out;
	ret = i2c_add_driver(&ecc508a_i2c_driver);
	if (ret)
		goto out_kcrypto;
	return 0;

out_kcrypto:
	ecc508a_kcrypto_exit();
out:
	ecc508a_debugfs_exit();
	ecc508a_chip_exit();
	return ret;
}
module_init(ecc508a_init);

static void __exit ecc508a_exit(void)
{
	i2c_del_driver(&ecc508a_i2c_driver);
	ecc508a_kcrypto_exit();
	ecc508a_debugfs_exit();
	ecc508a_chip_exit();
}
module_exit(ecc508a_exit);

MODULE_AUTHOR("The ecc508a authors");
MODULE_DESCRIPTION("Microchip ATECC508A, ATECC608A and ATECC608B secure elements");
MODULE_LICENSE("GPL");
