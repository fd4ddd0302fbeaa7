// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Encrypted reads and writes: both sides derive TempKey from a nonce and a key that both
 * know (Nonce, GenDig), and XOR with it; a write carries a MAC (chapters 9.6, 9.18, 9.21).
 */
#include "engine_int.h"
#include "zone.h"

#define GENDIG_ZONE_DATA      2
#define READ_BLOCK	      0x82
/* Bit 6 must be set before the data zone is locked and is ignored after */
#define WRITE_BLOCK_ENCRYPTED 0xc2
#define NUM_IN		      20

struct crypt_args {
	u16 slot, address, key_slot;
	const u8 *key;
	const u8 *plain; /* write */
	u8 *out; /* read: 32 bytes */
};

/* SN[8], SN[0], SN[1], which enter every message */
void ecc_put_serial(const struct ecc_dev *dev, u8 p[3])
{
	p[0] = dev->config[12];
	p[1] = dev->config[0];
	p[2] = dev->config[1];
}

int ecc_random_nonce(struct ecc_dev *dev, const u8 num_in[20], u8 random[32])
{
	const struct ecc_cmd nonce = { .opcode = ECC_OP_NONCE, .data = num_in, .len = NUM_IN };

	return ecc_exec_exact(dev, &nonce, random, 32);
}

/* What the chip hashes into TempKey (chapter 9.14) */
void ecc_nonce_message(const u8 random[32], const u8 num_in[20], u8 msg[55])
{
	memcpy(msg, random, 32);
	memcpy(msg + 32, num_in, NUM_IN);
	msg[52] = ECC_OP_NONCE;
	msg[53] = 0;
	msg[54] = 0;
}

/* Nonce and GenDig in the chip, and the same here: @temp becomes TempKey */
int ecc_share_tempkey(struct ecc_dev *dev, u16 key_slot, const u8 key[32], u8 temp[32])
{
	u8 msg[96], random[32];
	u8 num_in[NUM_IN] = { 0 };
	u8 other[4] = { ECC_OP_GENDIG, GENDIG_ZONE_DATA, key_slot & 0xff, key_slot >> 8 };
	/* The data is used only if the key's NoMac is set, and then gives the same message */
	const struct ecc_cmd gendig = {
		.opcode = ECC_OP_GENDIG,
		.p1 = GENDIG_ZONE_DATA,
		.p2 = key_slot,
		.data = other,
		.len = sizeof(other),
	};
	int ret = 0;

	if (dev->ops->random)
		ret = dev->ops->random(dev->ctx, num_in, sizeof(num_in));
	if (ret)
		goto out;
	ret = ecc_random_nonce(dev, num_in, random);
	if (ret)
		goto out;
	ecc_nonce_message(random, num_in, msg);
	ret = dev->ops->sha256(dev->ctx, msg, 55, temp);
	if (ret)
		goto out;

	ret = ecc_exec_status(dev, &gendig);
	if (ret)
		goto out;
	memcpy(msg, key, 32);
	memcpy(msg + 32, other, sizeof(other));
	ecc_put_serial(dev, msg + 36);
	memset(msg + 39, 0, 25);
	memcpy(msg + 64, temp, 32);
	ret = dev->ops->sha256(dev->ctx, msg, sizeof(msg), temp);
out:
	ecc_wipe(msg, sizeof(msg));
	return ret;
}

static int do_read(struct ecc_dev *dev, void *arg)
{
	const struct crypt_args *a = arg;
	const struct ecc_cmd read = { .opcode = ECC_OP_READ, .p1 = READ_BLOCK, .p2 = a->address };
	u8 temp[32];
	int i, ret;

	ret = ecc_share_tempkey(dev, a->key_slot, a->key, temp);
	if (!ret)
		ret = ecc_exec_exact(dev, &read, a->out, 32);
	for (i = 0; !ret && i < 32; i++)
		a->out[i] ^= temp[i];
	ecc_wipe(temp, sizeof(temp));
	return ret;
}

static int do_write(struct ecc_dev *dev, void *arg)
{
	const struct crypt_args *a = arg;
	u8 temp[32], msg[96], data[64];
	const struct ecc_cmd write = {
		.opcode = ECC_OP_WRITE,
		.p1 = WRITE_BLOCK_ENCRYPTED,
		.p2 = a->address,
		.data = data,
		.len = sizeof(data),
	};
	int i, ret;

	ret = ecc_share_tempkey(dev, a->key_slot, a->key, temp);
	if (ret)
		goto out;
	memcpy(msg, temp, 32);
	msg[32] = ECC_OP_WRITE;
	msg[33] = WRITE_BLOCK_ENCRYPTED;
	msg[34] = a->address & 0xff;
	msg[35] = a->address >> 8;
	ecc_put_serial(dev, msg + 36);
	memset(msg + 39, 0, 25);
	memcpy(msg + 64, a->plain, 32);
	ret = dev->ops->sha256(dev->ctx, msg, sizeof(msg), data + 32);
	if (ret)
		goto out;
	for (i = 0; i < 32; i++)
		data[i] = a->plain[i] ^ temp[i];
	ret = ecc_exec_status(dev, &write);
out:
	ecc_wipe(temp, sizeof(temp));
	ecc_wipe(msg, sizeof(msg));
	ecc_wipe(data, sizeof(data));
	return ret;
}

static int begin(struct ecc_dev *dev, u16 slot, u16 offset, u16 key_slot, size_t len)
{
	if (key_slot >= ECC_SLOTS || !ecc_zone_fits(ECC_ZONE_DATA, slot, offset, len))
		return -EINVAL;
	if (!dev->ops->sha256)
		return -EOPNOTSUPP;
	ecc_run_begin(dev);
	return ecc_need_config(dev); /* the serial number */
}

int ecc_read_encrypted(struct ecc_dev *dev, u16 slot, u16 offset, u16 key_slot, const u8 key[32],
		       u8 *buf, size_t len)
{
	u8 block[32];
	struct crypt_args a = { .slot = slot, .key_slot = key_slot, .key = key, .out = block };
	int ret;

	ret = begin(dev, slot, offset, key_slot, len);
	while (!ret && len) {
		u16 skip = offset % 32;
		size_t n = 32 - skip;

		if (n > len)
			n = len;
		a.address = ecc_zone_address(ECC_ZONE_DATA, slot, offset - skip);
		ret = ecc_run_more(dev, do_read, &a);
		if (ret)
			break;
		memcpy(buf, block + skip, n);
		buf += n;
		offset += n;
		len -= n;
	}
	ecc_wipe(block, sizeof(block));
	return ret;
}

/* Whole blocks; the last one of the slot may be short, or end with padding before the lock */
int ecc_write_encrypted(struct ecc_dev *dev, u16 slot, u16 offset, u16 key_slot, const u8 key[32],
			const u8 *buf, size_t len, size_t *done)
{
	u8 block[32];
	struct crypt_args a = { .slot = slot, .key_slot = key_slot, .key = key, .plain = block };
	int ret;

	*done = 0;
	ret = begin(dev, slot, offset, key_slot, len);
	if (ret)
		return ret;
	ret = ecc_refresh_locks(dev);
	if (ret)
		return ret;
	if (offset % 32 || (len % 32 && offset + len != ecc_slot_size(slot) &&
			    ecc_config_data_locked(dev->config)))
		return -EINVAL;
	while (*done < len) {
		size_t n = len - *done < 32 ? len - *done : 32;

		memset(block, 0, sizeof(block));
		memcpy(block, buf + *done, n);
		a.address = ecc_zone_address(ECC_ZONE_DATA, slot, offset + *done);
		ret = ecc_run_more(dev, do_write, &a);
		if (ret)
			break;
		*done += n;
	}
	ecc_wipe(block, sizeof(block));
	return ret;
}
