/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * What differs between the kernels this module is built for (6.1 to 7.x).  An out-of-tree
 * module has no other way than the version, and this is the only place that asks; only
 * things that are never backported into a stable kernel are asked about.
 */
#ifndef ECC508A_COMPAT_H
#define ECC508A_COMPAT_H

#include <linux/version.h>

/* 6.13 moved sign and verify from struct akcipher_alg to struct sig_alg */
#define ECC508A_HAS_SIG_ALG (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0))
/* 6.13 and 6.14: sign() returned 0, key_size() bytes; no distribution kernel has them */
#if ECC508A_HAS_SIG_ALG && LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
#error "6.13 and 6.14 are not supported (struct sig_alg was in flux); use 6.12 or 6.15"
#endif
/* 6.2 made the device const in class.dev_uevent */
#define ECC508A_CONST_UEVENT (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0))
/* 6.3 dropped the id argument of i2c_driver.probe; before, .probe_new had none */
#define ECC508A_PROBE_NEW (LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0))
/* 6.13 made the names of symbol namespaces strings */
#define ECC508A_STRING_NS (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0))
/* 7.0 renamed public_key_signature.digest, .digest_size to .m, .m_size */
#define ECC508A_HAS_PKS_M (LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0))

#endif
