// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Command and response groups (data sheet chapters 6.2 and 9.1). */
#include "packet.h"

int ecc_packet_build(u8 *buf, size_t size, const struct ecc_cmd *cmd)
{
	unsigned int count = ECC_CMD_MIN + cmd->len;
	u16 crc;

	if (cmd->len > ECC_CMD_DATA_MAX || (cmd->len && !cmd->data) || size < count + 1)
		return -EINVAL;

	buf[0] = ECC_WORD_COMMAND;
	buf[1] = count;
	buf[2] = cmd->opcode;
	buf[3] = cmd->p1;
	buf[4] = cmd->p2 & 0xff;
	buf[5] = cmd->p2 >> 8;
	if (cmd->len)
		memcpy(buf + 6, cmd->data, cmd->len);
	crc = ecc_crc16(buf + 1, count - 2);
	buf[count - 1] = crc & 0xff;
	buf[count] = crc >> 8;
	return count + 1;
}

int ecc_packet_parse(const u8 *buf, size_t size, const u8 **payload, size_t *len)
{
	size_t count;
	u16 crc;

	if (!size)
		return -ENODATA;
	count = buf[0];
	if (count < ECC_RSP_MIN || count > ECC_RSP_MAX)
		return -EPROTO;
	if (count > size)
		return -ENODATA;
	crc = ecc_crc16(buf, count - 2);
	if (buf[count - 2] != (crc & 0xff) || buf[count - 1] != crc >> 8)
		return -EBADMSG;
	*payload = buf + 1;
	*len = count - 3;
	return 0;
}
