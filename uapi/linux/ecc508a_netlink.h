/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * Generic netlink family "ecc508a": which chips there are, and what happens to them.
 *
 * The specification is Documentation/netlink/specs/ecc508a.yaml; a test holds this
 * file against what the kernel's own generator makes of it.
 */
#ifndef _UAPI_LINUX_ECC508A_NETLINK_H
#define _UAPI_LINUX_ECC508A_NETLINK_H

#define ECC508A_FAMILY_NAME "ecc508a"
#define ECC508A_FAMILY_VERSION 1

/* enum ecc508a_part and enum ecc508a_wake of linux/ecc508a.h have these values, too */
enum ecc508a_nl_part {
	ECC508A_NL_PART_UNKNOWN,
	ECC508A_NL_PART_ATECC508A,
	ECC508A_NL_PART_ATECC608A,
	ECC508A_NL_PART_ATECC608B,
};

enum ecc508a_nl_wake {
	ECC508A_NL_WAKE_NONE,
	ECC508A_NL_WAKE_GENERAL_CALL,
	ECC508A_NL_WAKE_ADDRESS,
	ECC508A_NL_WAKE_GPIO,
};

/**
 * enum ecc508a_nl_health - what the last conversation with the chip was like
 * @ECC508A_NL_HEALTH_OK: the chip answers
 * @ECC508A_NL_HEALTH_NO_ANSWER: no answer, all retries are used up
 * @ECC508A_NL_HEALTH_FAULT: the chip reports a fault of its own (status 0x05, 0x07, 0x08)
 */
enum ecc508a_nl_health {
	ECC508A_NL_HEALTH_OK,
	ECC508A_NL_HEALTH_NO_ANSWER,
	ECC508A_NL_HEALTH_FAULT,
};

enum {
	ECC508A_A_CHIP_INDEX = 1,
	ECC508A_A_CHIP_NAME,
	ECC508A_A_CHIP_PART,
	ECC508A_A_CHIP_SERIAL,
	ECC508A_A_CHIP_REVISION,
	ECC508A_A_CHIP_BUS,
	ECC508A_A_CHIP_ADDRESS,
	ECC508A_A_CHIP_WAKE,
	ECC508A_A_CHIP_CONFIG_LOCKED,
	ECC508A_A_CHIP_DATA_LOCKED,
	ECC508A_A_CHIP_SLOT_LOCKED,
	ECC508A_A_CHIP_HEALTH,

	__ECC508A_A_CHIP_MAX,
	ECC508A_A_CHIP_MAX = (__ECC508A_A_CHIP_MAX - 1)
};

enum {
	ECC508A_CMD_GET = 1,
	ECC508A_CMD_ADD_NTF,
	ECC508A_CMD_DEL_NTF,
	ECC508A_CMD_LOCK_NTF,
	ECC508A_CMD_HEALTH_NTF,

	__ECC508A_CMD_MAX,
	ECC508A_CMD_MAX = (__ECC508A_CMD_MAX - 1)
};

#define ECC508A_MCGRP_EVENTS "events"

#endif /* _UAPI_LINUX_ECC508A_NETLINK_H */
