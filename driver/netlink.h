/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
#ifndef ECC508A_NETLINK_H
#define ECC508A_NETLINK_H

int ecc508a_nl_init(void);
void ecc508a_nl_exit(void);

#endif
