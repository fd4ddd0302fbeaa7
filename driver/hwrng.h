/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
#ifndef ECC508A_HWRNG_H
#define ECC508A_HWRNG_H

int ecc508a_hwrng_init(void);
void ecc508a_hwrng_exit(void);

#endif
