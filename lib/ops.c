// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* The operations: check the arguments, run them under the device's lock, explain failures. */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Only what the driver would refuse too; the emulator has no file permissions of its own */
int need_writable(struct ecc508a_dev *dev, const struct ecc_cmd *cmd)
{
	return dev->read_only ? explain(dev, -EBADF, cmd) : 0;
}

static bool slot_ok(unsigned int slot)
{
	return slot < ECC_SLOTS;
}

static const char bad_slot[] = "there is no such slot; slots are 0 to 15";

void op_begin(struct ecc508a_dev *dev)
{
	dev_lock(dev);
	dev->result = (struct result){ .status = ECC_STATUS_NONE };
}

int op_end(struct ecc508a_dev *dev, int ret, const struct ecc_cmd *cmd)
{
	ret = explain(dev, ret, cmd);
	dev_unlock(dev);
	return ret;
}

ECC508A_API int ecc508a_info(struct ecc508a_dev *dev, bool refresh, struct ecc508a_chip_info *info)
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_INFO };

	memset(info, 0, sizeof(*info));
	op_begin(dev);
	return op_end(dev, dev->t->info(dev, refresh, info), &cmd);
}

ECC508A_API int ecc508a_random(struct ecc508a_dev *dev, void *buf, size_t len)
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_RANDOM };
	uint8_t *p = buf;
	int ret = 0;

	op_begin(dev);
	while (len && !ret) {
		size_t n = len < 4096 ? len : 4096;

		ret = dev->t->random(dev, p, n);
		p += n;
		len -= n;
	}
	return op_end(dev, ret, &cmd);
}

ECC508A_API int ecc508a_pubkey(struct ecc508a_dev *dev, unsigned int slot, uint8_t xy[64])
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_GENKEY, .p2 = slot };

	if (!slot_ok(slot))
		return refuse_argument(dev, bad_slot);
	op_begin(dev);
	return op_end(dev, dev->t->pubkey(dev, slot, false, xy), &cmd);
}

ECC508A_API int ecc508a_pubkey_stored(struct ecc508a_dev *dev, unsigned int slot, uint8_t xy[64])
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_READ, .p1 = 0x82, .p2 = slot << 3 };

	if (!slot_ok(slot) || slot < 8)
		return refuse_argument(dev, "public keys are stored in slots 8 to 15");
	op_begin(dev);
	return op_end(dev, dev->t->pubkey(dev, slot, true, xy), &cmd);
}

ECC508A_API int ecc508a_genkey(struct ecc508a_dev *dev, unsigned int slot, uint8_t xy[64])
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_GENKEY, .p1 = 0x04, .p2 = slot };
	int ret;

	if (!slot_ok(slot))
		return refuse_argument(dev, bad_slot);
	ret = need_writable(dev, &cmd);
	if (ret)
		return ret;
	op_begin(dev);
	return op_end(dev, dev->t->genkey(dev, slot, xy), &cmd);
}

ECC508A_API int ecc508a_sign(struct ecc508a_dev *dev, unsigned int slot, const uint8_t digest[32],
			     uint8_t sig[64])
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_SIGN, .p1 = 0x80, .p2 = slot };
	int ret;

	if (!slot_ok(slot))
		return refuse_argument(dev, bad_slot);
	ret = need_writable(dev, &cmd);
	if (ret)
		return ret;
	op_begin(dev);
	return op_end(dev, dev->t->sign(dev, slot, digest, sig), &cmd);
}

ECC508A_API int ecc508a_verify(struct ecc508a_dev *dev, const uint8_t xy[64],
			       const uint8_t digest[32], const uint8_t sig[64])
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_VERIFY, .p1 = 0x02, .p2 = 4, .len = 128 };

	op_begin(dev);
	return op_end(dev, dev->t->verify(dev, 0, xy, digest, sig), &cmd);
}

ECC508A_API int ecc508a_verify_stored(struct ecc508a_dev *dev, unsigned int slot,
				      const uint8_t digest[32], const uint8_t sig[64])
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_VERIFY, .p2 = slot, .len = 64 };

	if (!slot_ok(slot))
		return refuse_argument(dev, bad_slot);
	op_begin(dev);
	return op_end(dev, dev->t->verify(dev, slot, NULL, digest, sig), &cmd);
}

ECC508A_API int ecc508a_ecdh(struct ecc508a_dev *dev, unsigned int slot, const uint8_t xy[64],
			     uint8_t secret[32])
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_ECDH, .p2 = slot, .len = 64 };
	int ret;

	if (!slot_ok(slot))
		return refuse_argument(dev, bad_slot);
	ret = need_writable(dev, &cmd);
	if (ret)
		return ret;
	op_begin(dev);
	return op_end(dev, dev->t->ecdh(dev, slot, xy, secret), &cmd);
}

static const char bad_range[] = "the range is outside the zone or slot (slots 0 to 7 have 36 "
				"bytes, 8 has 416, 9 to 15 have "
				"72; configuration 128, OTP 64)";

static bool range_ok(enum ecc508a_zone_id zone, unsigned int slot, size_t offset, size_t len)
{
	size_t size = 0;

	if (zone == ECC508A_CONFIG)
		size = ECC_CONFIG_SIZE;
	else if (zone == ECC508A_OTP)
		size = ECC_OTP_SIZE;
	else if (zone == ECC508A_DATA)
		size = ecc_slot_size(slot);
	return (zone == ECC508A_DATA || !slot) && len && offset < size && len <= size - offset;
}

/* The command that goes first; for messages */
static struct ecc_cmd rw_cmd(uint8_t opcode, enum ecc508a_zone_id zone, unsigned int slot,
			     size_t offset, size_t data_len)
{
	unsigned int block = offset / 32;

	return (struct ecc_cmd){
		.opcode = opcode,
		.p1 = 0x80 | zone,
		.p2 = zone == ECC508A_DATA ? block << 8 | slot << 3 : block << 3,
		.len = data_len,
	};
}

ECC508A_API int ecc508a_read(struct ecc508a_dev *dev, enum ecc508a_zone_id zone, unsigned int slot,
			     size_t offset, void *buf, size_t len)
{
	const struct ecc_cmd cmd = rw_cmd(ECC_OP_READ, zone, slot, offset, 0);

	if (!range_ok(zone, slot, offset, len))
		return refuse_argument(dev, bad_range);
	op_begin(dev);
	return op_end(dev, dev->t->read(dev, zone, slot, offset, 0, NULL, buf, len), &cmd);
}

/*
 * The first write of a range is named in messages.  A range of the configuration may be any:
 * the word at its start, because a block would touch bytes nobody can write.
 */
ECC508A_API int ecc508a_write(struct ecc508a_dev *dev, enum ecc508a_zone_id zone, unsigned int slot,
			      size_t offset, const void *buf, size_t len)
{
	struct ecc_cmd cmd = rw_cmd(ECC_OP_WRITE, zone, slot, offset, 32);
	int ret;

	if (zone == ECC508A_CONFIG) {
		cmd.p1 = 0;
		cmd.p2 = offset / 4;
		cmd.len = 4;
	}
	if (!range_ok(zone, slot, offset, len))
		return refuse_argument(dev, bad_range);
	ret = need_writable(dev, &cmd);
	if (ret)
		return ret;
	op_begin(dev);
	return op_end(dev, dev->t->write(dev, zone, slot, offset, 0, NULL, buf, len), &cmd);
}

ECC508A_API int ecc508a_read_encrypted(struct ecc508a_dev *dev, unsigned int slot, size_t offset,
				       unsigned int key_slot, const uint8_t key[32], void *buf,
				       size_t len)
{
	const struct ecc_cmd cmd = rw_cmd(ECC_OP_READ, ECC508A_DATA, slot, offset, 0);
	int ret;

	if (!slot_ok(key_slot) || !range_ok(ECC508A_DATA, slot, offset, len))
		return refuse_argument(dev, bad_range);
	ret = need_writable(dev, &cmd);
	if (ret)
		return ret;
	op_begin(dev);
	return op_end(dev, dev->t->read(dev, ECC508A_DATA, slot, offset, key_slot, key, buf, len),
		      &cmd);
}

ECC508A_API int ecc508a_write_encrypted(struct ecc508a_dev *dev, unsigned int slot, size_t offset,
					unsigned int key_slot, const uint8_t key[32],
					const void *buf, size_t len)
{
	const struct ecc_cmd cmd = rw_cmd(ECC_OP_WRITE, ECC508A_DATA, slot, offset, 64);
	int ret;

	if (!slot_ok(key_slot) || !range_ok(ECC508A_DATA, slot, offset, len))
		return refuse_argument(dev, bad_range);
	ret = need_writable(dev, &cmd);
	if (ret)
		return ret;
	op_begin(dev);
	return op_end(dev, dev->t->write(dev, ECC508A_DATA, slot, offset, key_slot, key, buf, len),
		      &cmd);
}

static int lock(struct ecc508a_dev *dev, unsigned int what, unsigned int slot, uint16_t crc)
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_LOCK, .p1 = what | slot << 2, .p2 = crc };
	int ret;

	if (!slot_ok(slot))
		return refuse_argument(dev, bad_slot);
	ret = need_writable(dev, &cmd);
	if (ret)
		return ret;
	op_begin(dev);
	return op_end(dev, dev->t->lock(dev, what, slot, crc), &cmd);
}

ECC508A_API int ecc508a_lock_config(struct ecc508a_dev *dev, uint16_t crc)
{
	return lock(dev, 0, 0, crc);
}

ECC508A_API int ecc508a_lock_data(struct ecc508a_dev *dev, uint16_t crc)
{
	return lock(dev, 1, 0, crc);
}

ECC508A_API int ecc508a_lock_slot(struct ecc508a_dev *dev, unsigned int slot)
{
	return lock(dev, 2, slot, 0);
}

ECC508A_API int ecc508a_counter(struct ecc508a_dev *dev, unsigned int id, bool increment,
				uint32_t *value)
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_COUNTER, .p1 = increment, .p2 = id };
	int ret;

	if (id > 1)
		return refuse_argument(dev, "there is no such counter; counters are 0 and 1");
	ret = increment ? need_writable(dev, &cmd) : 0;
	if (ret)
		return ret;
	op_begin(dev);
	return op_end(dev, dev->t->counter(dev, id, increment, value), &cmd);
}

ECC508A_API uint16_t ecc508a_crc16(uint16_t crc, const void *data, size_t len)
{
	return ecc_crc16_update(crc, data, len);
}

/* The lock is kept until the end of the session: other threads wait, as other programs do */
ECC508A_API int ecc508a_session_begin(struct ecc508a_dev *dev, unsigned int timeout_ms)
{
	int ret;

	if (!timeout_ms || timeout_ms > 60000)
		return refuse_argument(dev, "a session lasts 1 to 60000 ms");
	ret = need_writable(dev, NULL);
	if (ret)
		return ret;
	op_begin(dev);
	if (dev->sessions)
		return op_end(dev, -EBUSY, NULL);
	ret = dev->t->session_begin(dev, timeout_ms);
	if (ret)
		return op_end(dev, ret, NULL);
	dev->sessions = 1;
	return 0;
}

ECC508A_API int ecc508a_session_end(struct ecc508a_dev *dev)
{
	int ret;

	op_begin(dev);
	if (!dev->sessions)
		return op_end(dev, -ENOTCONN, NULL);
	ret = dev->t->session_end(dev);
	dev->sessions = 0;
	dev_unlock(dev);
	return op_end(dev, ret, NULL);
}

ECC508A_API int ecc508a_exchange(struct ecc508a_dev *dev, uint8_t opcode, uint8_t p1, uint16_t p2,
				 const void *tx, size_t tx_len, void *rx, size_t *rx_len)
{
	struct ecc_cmd cmd = { .opcode = opcode, .p1 = p1, .p2 = p2, .data = tx };

	if (tx_len > ECC_CMD_DATA_MAX)
		return refuse_argument(dev, "a command carries at most 148 bytes of data");
	cmd.len = tx_len;
	op_begin(dev);
	if (!dev->sessions)
		return op_end(dev, -ENOTCONN, &cmd);
	return op_end(dev, dev->t->exchange(dev, &cmd, rx, rx_len), &cmd);
}
