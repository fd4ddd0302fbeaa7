/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* What differs between the 508A, the 608A and the 608B, as data. The commands ask has(c, F_...). */
#ifndef EMU_PARTS_H
#define EMU_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "ecc508a-emu.h"

enum emu_feature {
	F_OTP_CONSUMPTION = 1 << 0, /* byte 18 is OTPmode, 55 = consumption */
	F_LAST_KEY_USE = 1 << 1, /* bytes 68-83 count the uses of slot 15 */
	F_SELECTOR = 1 << 2, /* byte 85 is Selector; ChipMode b0 SelectorMode; Pause exists */
	F_SEED_BIT = 1 << 3, /* Info(State) shows the SRAM RNG seed bit */
	F_SHA_IN_TEMPKEY = 1 << 4, /* SHA context shares TempKey: any other command kills it */
	F_SHA_OLD_MODES = 1 << 5, /* update takes exactly 64 bytes; HMAC ends with mode 5 */
	F_GENKEY_DESPITE_LATCH = 1 << 6, /* IntrusionDisable leaves GenKey alone */
	F_EXTRA_ADDR = 1 << 7, /* byte 85 is UserExtraAdd; ChipMode b0 makes it the address */
	F_CHIP_OPTIONS = 1 << 8, /* bytes 90-91: POST, IO protection, KDF-AES, output protection */
	F_COUNT_MATCH = 1 << 9, /* byte 18 */
	F_CLOCK_DIVIDER = 1 << 10, /* ChipMode b7:3 */
	F_AES = 1 << 11, /* AES_Enable byte, KeyType 6 */
	F_LATCH = 1 << 12, /* persistent latch, Info mode 4 */
	F_BUFFERS = 1 << 13, /* MsgDigBuf, AltKeyBuf, 64-byte TempKey; commands that take them */
	F_SHA_CONTEXT = 1 << 14, /* SHA modes 6 and 7, digest targets */
	F_ECDH_MODES = 1 << 15, /* output to TempKey, encrypted output, TempKey as the key */
	F_SECURE_BOOT = 1 << 16,
	F_SELF_TEST = 1 << 17, /* failure state, status 07 and 08 */
	F_IDLE_ERRATUM =
		1
		<< 18, /* in idle, foreign traffic at <= 300 kHz wakes it and it disturbs the bus */
};

struct emu_part {
	const char *name, *long_name;
	uint8_t revision[4];
	uint8_t byte13, byte14; /* as observed on a sample */
	uint32_t features;
	uint64_t watchdog_long_ns; /* ChipMode b2 */
	unsigned int time_row; /* column group of the execution time table */
	const uint8_t *factory; /* config bytes 16..127 */
};
extern const struct emu_part emu_parts[ECC508A_EMU_PARTS];

#define FACTORY_FIRST 16
#define FACTORY_LEN   112

struct ecc508a_emu_chip;
struct emu_cmd;

/* What a command leaves of TempKey, DS508 2.5.1. */
enum emu_tk_rule {
	TK_KEEP, /* never touched */
	TK_CLEAR, /* Valid = 0 whatever happens, except I/O error and ECC fault */
	TK_NEW, /* the command makes one; cleared on any error but those two */
};

/* Where a command names its slot, for the trace. */
enum emu_slot_rule {
	SLOT_NONE,
	SLOT_P2,
	SLOT_ADDR,
	SLOT_LOCK
};

struct emu_time {
	uint32_t typ_us, max_us;
};

enum {
	TIME_508,
	TIME_608_M0,
	TIME_608_M1,
	TIME_608_M2,
	TIMES
};

struct emu_op {
	uint8_t opcode;
	uint8_t parts; /* bit mask of enum ecc508a_emu_part */
	uint8_t tk, slot;
	bool rng; /* draws random numbers: a failed health test stops it */
	const char *name;
	int (*run)(struct ecc508a_emu_chip *c, struct emu_cmd *cmd);
	struct emu_time time[TIMES];
};

const struct emu_op *emu_op_find(const struct emu_part *part, uint8_t opcode);
const struct emu_op *emu_op_by_name(const char *name);
const struct emu_op *emu_op_table(unsigned int i);

/* An aligned piece of EEPROM that an address and a length stand for. */
struct emu_range {
	unsigned int zone, slot, block, word;
	unsigned int off; /* in the EEPROM */
	unsigned int len; /* bytes that exist: 4, 8 or 32 */
};

#define EMU_HANDLERS(X)                                                                        \
	X(aes)                                                                                 \
	X(checkmac) X(counter) X(derivekey) X(ecdh) X(gendig) X(genkey) X(hmac) X(info) X(kdf) \
		X(lock) X(mac) X(nonce) X(pause) X(privwrite) X(random) X(read) X(secureboot)  \
			X(selftest) X(sha) X(sign) X(updateextra) X(verify) X(write)
#define EMU_DECLARE(name) int emu_cmd_##name(struct ecc508a_emu_chip *c, struct emu_cmd *cmd);
EMU_HANDLERS(EMU_DECLARE)

#endif
