/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
#ifndef ECC508A_KCRYPTO_H
#define ECC508A_KCRYPTO_H

int ecc508a_kcrypto_init(void);
void ecc508a_kcrypto_exit(void);

#endif
