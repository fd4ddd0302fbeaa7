/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
#ifndef ECC508A_ASYMKEY_H
#define ECC508A_ASYMKEY_H

int ecc508a_key_register(void);
void ecc508a_key_unregister(void);

#endif
