/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
#ifndef ECC508A_SIGDER_H
#define ECC508A_SIGDER_H

#include <linux/types.h>

#include "../uapi/linux/ecc508a.h"

/* SEQUENCE of two INTEGERs of at most 33 bytes */
#define ECC508A_SIG_DER_MAX 72

size_t ecc508a_sig_to_der(const u8 sig[ECC508A_SIG_SIZE], u8 der[ECC508A_SIG_DER_MAX]);
int ecc508a_sig_from_der(const u8 *der, size_t len, u8 sig[ECC508A_SIG_SIZE]);
int ecc508a_sig_check_range(const u8 sig[ECC508A_SIG_SIZE]);
void ecc508a_digest_fit(const u8 *in, size_t len, u8 out[ECC508A_DIGEST_SIZE]);

#endif
