/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * Groups of bytes on the wire: CRC, commands, responses, status codes.
 * Source of every number: ATECC508A data sheet DS20005927A, chapters 6 and 9.
 */
#ifndef ECC_PROTO_PACKET_H
#define ECC_PROTO_PACKET_H

#include "types.h"

/* Word addresses: first byte of every write to the chip (table 6-2) */
#define ECC_WORD_RESET	 0x00
#define ECC_WORD_SLEEP	 0x01
#define ECC_WORD_IDLE	 0x02
#define ECC_WORD_COMMAND 0x03

/* Sizes of groups: count + opcode + P1 + P2 + CRC; count + status + CRC */
#define ECC_CMD_MIN	    7
#define ECC_CMD_MAX	    155
#define ECC_CMD_DATA_MAX    (ECC_CMD_MAX - ECC_CMD_MIN)
#define ECC_RSP_MIN	    4
#define ECC_RSP_MAX	    155
#define ECC_RSP_PAYLOAD_MAX (ECC_RSP_MAX - 3)

enum ecc_opcode {
	ECC_OP_PAUSE = 0x01,
	ECC_OP_READ = 0x02,
	ECC_OP_MAC = 0x08,
	ECC_OP_HMAC = 0x11,
	ECC_OP_WRITE = 0x12,
	ECC_OP_GENDIG = 0x15,
	ECC_OP_NONCE = 0x16,
	ECC_OP_LOCK = 0x17,
	ECC_OP_RANDOM = 0x1b,
	ECC_OP_DERIVEKEY = 0x1c,
	ECC_OP_UPDATEEXTRA = 0x20,
	ECC_OP_COUNTER = 0x24,
	ECC_OP_CHECKMAC = 0x28,
	ECC_OP_INFO = 0x30,
	ECC_OP_GENKEY = 0x40,
	ECC_OP_SIGN = 0x41,
	ECC_OP_ECDH = 0x43,
	ECC_OP_VERIFY = 0x45,
	ECC_OP_PRIVWRITE = 0x46,
	ECC_OP_SHA = 0x47,
	ECC_OP_AES = 0x51,
	ECC_OP_KDF = 0x56,
	ECC_OP_SELFTEST = 0x77,
	ECC_OP_SECUREBOOT = 0x80,
};

enum ecc_status {
	ECC_STATUS_OK = 0x00,
	ECC_STATUS_MISCOMPARE = 0x01,
	ECC_STATUS_PARSE = 0x03,
	ECC_STATUS_ECC_FAULT = 0x05,
	ECC_STATUS_SELFTEST = 0x07,
	ECC_STATUS_HEALTH = 0x08,
	ECC_STATUS_EXECUTION = 0x0f,
	ECC_STATUS_WAKE = 0x11,
	ECC_STATUS_WATCHDOG = 0xee,
	ECC_STATUS_COMM = 0xff,
	/* Not on the wire: no answer yet */
	ECC_STATUS_NONE = 0xfe,
};

enum ecc_part {
	ECC_PART_UNKNOWN,
	ECC_PART_508A,
	ECC_PART_608A,
	ECC_PART_608B,
};

/**
 * struct ecc_cmd - one command
 * @opcode: enum ecc_opcode
 * @p1:     Param1, mode
 * @p2:     Param2
 * @data:   data behind Param2, may be NULL if @len is 0
 * @len:    its length, at most ECC_CMD_DATA_MAX
 */
struct ecc_cmd {
	u8 opcode;
	u8 p1;
	u16 p2;
	const u8 *data;
	u8 len;
};

/* CRC-16, polynomial 0x8005, bits fed LSB first; low byte goes first on the wire */
u16 ecc_crc16(const void *data, size_t len);
/* The same over pieces: start with crc = 0 */
u16 ecc_crc16_update(u16 crc, const void *data, size_t len);

/**
 * ecc_packet_build - lay out word address, count, command, CRC
 * @buf:  room; buf[0] becomes ECC_WORD_COMMAND
 * @size: of @buf, at least ECC_CMD_MAX + 1 for the longest command
 * @cmd:  the command
 * Return: bytes to write (count + 1), or -EINVAL.
 */
int ecc_packet_build(u8 *buf, size_t size, const struct ecc_cmd *cmd);

/**
 * ecc_packet_parse - check a response group
 * @buf:     as read, count first; may be longer than the group (0xff padding)
 * @size:    bytes read
 * @payload: set to the first byte behind count
 * @len:     payload bytes (1 = a status byte)
 * Return: 0; -ENODATA if @size is shorter than the group; -EPROTO for an impossible count;
 * -EBADMSG for a wrong CRC.
 */
int ecc_packet_parse(const u8 *buf, size_t size, const u8 **payload, size_t *len);

/* Payload length that a command answers on success (1 = status only), 0 if not known */
size_t ecc_cmd_rsp_len(enum ecc_part part, const struct ecc_cmd *cmd);

/* errno (negative) for a status byte: the table of uapi/linux/ecc508a.h; 0 for OK and WAKE */
int ecc_status_errno(u8 status);
const char *ecc_status_name(u8 status);
const char *ecc_opcode_name(u8 opcode);
const char *ecc_part_name(enum ecc_part part);
enum ecc_part ecc_part_from_revision(const u8 rev[4]);
/* Is the opcode in this part's command set? */
bool ecc_part_has_opcode(enum ecc_part part, u8 opcode);

/**
 * struct ecc_exec_time - how long a command may take, in microseconds
 * @typ_us: when the first poll pays
 * @max_us: longest time by the tables, with the clock divider of ChipMode taken in
 */
struct ecc_exec_time {
	u32 typ_us;
	u32 max_us;
};

struct ecc_exec_time ecc_exec_time(enum ecc_part part, u8 opcode, u8 chip_mode);

/*
 * Does the command change EEPROM or consume something, so that it must never be blindly
 * sent twice (Lock, GenKey create, Write, PrivWrite, DeriveKey, UpdateExtra, Counter
 * increment, Verify validate/invalidate, SecureBoot store)?
 */
bool ecc_cmd_changes_state(const struct ecc_cmd *cmd);
/* May it only be sent with CAP_SYS_ADMIN (uapi/linux/ecc508a.h, class A)? */
bool ecc_cmd_needs_admin(const struct ecc_cmd *cmd);
/* Does it use a secret or a key (class W)? */
bool ecc_cmd_needs_write(const struct ecc_cmd *cmd);

#endif
