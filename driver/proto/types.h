/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * What the protocol code needs from its surroundings: fixed-size integers,
 * memcpy and friends, errno.  The same source is compiled into the kernel
 * module, the library, the emulator's tests and the fuzzers.
 */
#ifndef ECC_PROTO_TYPES_H
#define ECC_PROTO_TYPES_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h> /* ARRAY_SIZE */
#include <linux/string.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif
#endif

/* Clear what held a secret, so that the compiler cannot leave it out */
static inline void ecc_wipe(void *buf, size_t len)
{
#ifdef __KERNEL__
	memzero_explicit(buf, len);
#else
	explicit_bzero(buf, len);
#endif
}

#endif
