// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * KUnit tests of what only exists in the kernel, and of driver/proto as the kernel compiles it.
 * Loading the module runs them; /sys/kernel/debug/kunit/ecc508a-NAME/results has the results.
 * Each file brings its own suite.
 */
#include <linux/module.h>

#include "../compat.h"

#if ECC508A_STRING_NS
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
#else
MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
#endif
MODULE_AUTHOR("The ecc508a authors");
MODULE_DESCRIPTION("KUnit tests of ecc508a.ko");
MODULE_LICENSE("GPL");
