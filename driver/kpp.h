/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
#ifndef ECC508A_KPP_H
#define ECC508A_KPP_H

#define ECC508A_ECDH_NAME "ecdh-nist-p256-ecc508a"
#define ECC508A_ECDH_DRIVER "ecdh-nist-p256-ecc508a-chip"
#define ECC508A_ECDH_PRIORITY 50

int ecc508a_kpp_register(void);
void ecc508a_kpp_unregister(void);

#endif
