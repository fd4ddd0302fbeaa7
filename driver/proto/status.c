// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Status codes (data sheet table 9-3) and the parts that send them. */
#include "packet.h"

int ecc_status_errno(u8 status)
{
	switch (status) {
	case ECC_STATUS_OK:
	case ECC_STATUS_WAKE:
		return 0;
	case ECC_STATUS_MISCOMPARE:
		return -EKEYREJECTED;
	case ECC_STATUS_PARSE:
		return -EBADMSG;
	case ECC_STATUS_ECC_FAULT:
	case ECC_STATUS_SELFTEST:
	case ECC_STATUS_HEALTH:
		return -EREMOTEIO;
	case ECC_STATUS_EXECUTION:
		return -EACCES;
	default:
		return -EIO;
	}
}

const char *ecc_status_name(u8 status)
{
	switch (status) {
	case ECC_STATUS_OK:
		return "success";
	case ECC_STATUS_MISCOMPARE:
		return "miscompare";
	case ECC_STATUS_PARSE:
		return "parse error";
	case ECC_STATUS_ECC_FAULT:
		return "ECC fault";
	case ECC_STATUS_SELFTEST:
		return "self-test error";
	case ECC_STATUS_HEALTH:
		return "random number generator health error";
	case ECC_STATUS_EXECUTION:
		return "execution error";
	case ECC_STATUS_WAKE:
		return "after wake";
	case ECC_STATUS_WATCHDOG:
		return "watchdog about to expire";
	case ECC_STATUS_COMM:
		return "communication error";
	case ECC_STATUS_NONE:
		return "no answer";
	default:
		return "unknown status";
	}
}

const char *ecc_part_name(enum ecc_part part)
{
	switch (part) {
	case ECC_PART_508A:
		return "ATECC508A";
	case ECC_PART_608A:
		return "ATECC608A";
	case ECC_PART_608B:
		return "ATECC608B";
	default:
		return "unknown part";
	}
}

/*
 * The third byte tells the family, the fourth of a 608 the revision: 01 and 02 are 608A, 03
 * is 608B.  UNCONFIRMED: what a 608C says; it is taken for a 608B, which it replaces.
 */
enum ecc_part ecc_part_from_revision(const u8 rev[4])
{
	if (rev[0] || rev[1])
		return ECC_PART_UNKNOWN;
	if (rev[2] == 0x50)
		return ECC_PART_508A;
	if (rev[2] == 0x60)
		return rev[3] >= 0x03 ? ECC_PART_608B : ECC_PART_608A;
	return ECC_PART_UNKNOWN;
}
