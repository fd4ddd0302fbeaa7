/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* What the requests of ioctl.c and those of ioctl-*.c share. */
#ifndef _ECC508A_IOCTL_H
#define _ECC508A_IOCTL_H

#include <linux/build_bug.h>
#include <linux/fs.h>

#include "core.h"

/* Permission classes of uapi/linux/ecc508a.h, each includes the one before */
enum ecc508a_class_of_use {
	CLASS_R,
	CLASS_W,
	CLASS_A,
};

/**
 * struct ecc508a_call - one request under way
 * @filp:   whose
 * @file:   the same, as this driver knows it
 * @chip:   of whom
 * @result: the struct ecc508a_result at the head of the argument, or NULL
 */
struct ecc508a_call {
	struct file *filp;
	struct ecc508a_file *file;
	struct ecc508a_chip *chip;
	struct ecc508a_result *result;
};

/**
 * struct ecc508a_request - what ioctl() knows of a request
 * @cmd:    the whole number, so that a size that does not fit is refused
 * @parts:  BIT(enum ecc_part) of the parts that have the command, 0 for all
 * @perm:   the least class; the function may ask for more
 * @result: the argument begins with a struct ecc508a_result
 * @fn:     checks the argument (a copy in the kernel), runs it
 */
struct ecc508a_request {
	unsigned int cmd;
	u8 parts;
	enum ecc508a_class_of_use perm;
	bool result;
	int (*fn)(struct ecc508a_call *call, void *arg);
};

#define PARTS_508 BIT(ECC_PART_508A)
#define PARTS_608 (BIT(ECC_PART_608A) | BIT(ECC_PART_608B))

/* An argument with a result at its head, which ioctl() relies on */
#define REQUEST(_nr, _type, _perm, _parts, _fn) {				\
	.cmd = _nr,								\
	.parts = _parts,							\
	.perm = _perm,								\
	.result = !BUILD_BUG_ON_ZERO(offsetof(_type, result)),			\
	.fn = _fn,								\
}

int ecc508a_call_allow(const struct ecc508a_call *call, enum ecc508a_class_of_use perm);
int ecc508a_call_begin(struct ecc508a_call *call, unsigned int flags);
int ecc508a_call_end(struct ecc508a_call *call, unsigned int flags, int err);

/* ioctl-ext.c: requests from 0x20 on */
const struct ecc508a_request *ecc508a_request_ext(unsigned int nr);

#endif
