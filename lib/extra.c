// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The rarer commands.  The structures of linux/ecc508a.h are the language to both transports: the
 * kernel takes them as they are, emu-extra.c takes them apart.
 */
#include <errno.h>
#include <string.h>

#include <linux/ecc508a.h>

#include "internal.h"

static int run(struct ecc508a_dev *dev, unsigned long nr, void *arg, const struct ecc_cmd *cmd)
{
	int ret = ecc_cmd_needs_write(cmd) || ecc_cmd_needs_admin(cmd) ? need_writable(dev, cmd)
								       : 0;

	if (ret)
		return ret;
	op_begin(dev);
	return op_end(dev, dev->t->extra(dev, nr, arg), cmd);
}

static int bad_slot(struct ecc508a_dev *dev)
{
	return refuse_argument(dev, "there is no such slot; slots are 0 to 15");
}

static int any_mac(struct ecc508a_dev *dev, bool hmac, unsigned int slot, bool serial,
		   const uint8_t *input, uint8_t *random, uint8_t mac[32])
{
	struct ecc508a_mac a = {
		.slot = slot,
		.flags = (serial ? ECC508A_MAC_SERIAL : 0) | (random ? ECC508A_MAC_RANDOM : 0),
	};
	const struct ecc_cmd cmd = {
		.opcode = hmac ? ECC_OP_HMAC : ECC_OP_MAC,
		.p1 = (serial ? 0x40 : 0) | (hmac ? 0 : random != NULL),
		.p2 = slot,
		.len = hmac || random ? 0 : 32,
	};
	int ret;

	if (slot >= ECC_SLOTS)
		return bad_slot(dev);
	memcpy(a.challenge, input, random ? 20 : 32);
	ret = run(dev, hmac ? ECC508A_IOC_HMAC : ECC508A_IOC_MAC, &a, &cmd);
	if (!ret) {
		memcpy(mac, a.mac, sizeof(a.mac));
		if (random)
			memcpy(random, a.random, sizeof(a.random));
	}
	ecc_wipe(&a, sizeof(a));
	return ret;
}

ECC508A_API int ecc508a_mac(struct ecc508a_dev *dev, unsigned int slot, bool serial,
			    const uint8_t challenge[32], uint8_t mac[32])
{
	return any_mac(dev, false, slot, serial, challenge, NULL, mac);
}

ECC508A_API int ecc508a_mac_random(struct ecc508a_dev *dev, unsigned int slot, bool serial,
				   const uint8_t num_in[20], uint8_t random[32], uint8_t mac[32])
{
	return any_mac(dev, false, slot, serial, num_in, random, mac);
}

ECC508A_API int ecc508a_hmac(struct ecc508a_dev *dev, unsigned int slot, bool serial,
			     const uint8_t challenge[32], uint8_t mac[32])
{
	return any_mac(dev, true, slot, serial, challenge, NULL, mac);
}

ECC508A_API int ecc508a_hmac_random(struct ecc508a_dev *dev, unsigned int slot, bool serial,
				    const uint8_t num_in[20], uint8_t random[32], uint8_t mac[32])
{
	return any_mac(dev, true, slot, serial, num_in, random, mac);
}

ECC508A_API int ecc508a_checkmac(struct ecc508a_dev *dev, unsigned int slot,
				 const uint8_t challenge[32], const uint8_t response[32],
				 const uint8_t other_data[13])
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_CHECKMAC, .p2 = slot, .len = 77 };
	struct ecc508a_checkmac a = { .slot = slot };

	if (slot >= ECC_SLOTS)
		return bad_slot(dev);
	memcpy(a.challenge, challenge, sizeof(a.challenge));
	memcpy(a.response, response, sizeof(a.response));
	memcpy(a.other, other_data, sizeof(a.other));
	return run(dev, ECC508A_IOC_CHECKMAC, &a, &cmd);
}

ECC508A_API int ecc508a_checkmac_key(struct ecc508a_dev *dev, unsigned int slot,
				     const uint8_t key[32])
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_CHECKMAC, .p1 = 1, .p2 = slot, .len = 77 };
	struct ecc508a_checkmac a = { .slot = slot, .flags = ECC508A_CHECKMAC_KEY };
	int ret;

	if (slot >= ECC_SLOTS)
		return bad_slot(dev);
	memcpy(a.response, key, sizeof(a.response));
	ret = run(dev, ECC508A_IOC_CHECKMAC, &a, &cmd);
	ecc_wipe(&a, sizeof(a));
	return ret;
}

static int sha(struct ecc508a_dev *dev, unsigned int slot, bool hmac, const void *data, size_t len,
	       uint8_t digest[32])
{
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_SHA,
		.p1 = hmac ? 4 : 0,
		.p2 = hmac ? slot : 0,
	};
	struct ecc508a_sha a = {
		.slot = slot,
		.flags = hmac ? ECC508A_SHA_HMAC : 0,
		.len = len,
		.buf = (uintptr_t)data,
	};
	int ret;

	if (slot >= ECC_SLOTS)
		return bad_slot(dev);
	if (len > ECC508A_SHA_MAX)
		return refuse_argument(dev, "the chip is given at most 4096 bytes to hash");
	ret = run(dev, ECC508A_IOC_SHA, &a, &cmd);
	if (!ret)
		memcpy(digest, a.digest, sizeof(a.digest));
	return ret;
}

ECC508A_API int ecc508a_sha256(struct ecc508a_dev *dev, const void *data, size_t len,
			       uint8_t digest[32])
{
	return sha(dev, 0, false, data, len, digest);
}

ECC508A_API int ecc508a_hmac_sha256(struct ecc508a_dev *dev, unsigned int slot, const void *data,
				    size_t len, uint8_t mac[32])
{
	return sha(dev, slot, true, data, len, mac);
}

ECC508A_API int ecc508a_privwrite(struct ecc508a_dev *dev, unsigned int slot,
				  const uint8_t private_key[32], unsigned int key_slot,
				  const uint8_t *key)
{
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_PRIVWRITE,
		.p1 = key ? 0x40 : 0,
		.p2 = slot,
		.len = 68,
	};
	struct ecc508a_privwrite a = {
		.slot = slot,
		.flags = key ? ECC508A_PRIVWRITE_ENCRYPTED : 0,
		.key_slot = key_slot,
	};
	int ret;

	if (slot >= ECC_SLOTS || key_slot >= ECC_SLOTS)
		return bad_slot(dev);
	memcpy(a.private_key, private_key, sizeof(a.private_key));
	if (key)
		memcpy(a.key, key, sizeof(a.key));
	ret = run(dev, ECC508A_IOC_PRIVWRITE, &a, &cmd);
	ecc_wipe(&a, sizeof(a));
	return ret;
}

static int derive(struct ecc508a_dev *dev, unsigned int slot, const uint8_t *input,
		  const uint8_t *mac, uint8_t *random)
{
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_DERIVEKEY,
		.p1 = random ? 0 : 4,
		.p2 = slot,
		.len = mac ? 32 : 0,
	};
	struct ecc508a_derivekey a = {
		.slot = slot,
		.flags = (random ? ECC508A_DERIVEKEY_RANDOM : 0) |
			 (mac ? ECC508A_DERIVEKEY_MAC : 0),
	};
	int ret;

	if (slot >= ECC_SLOTS)
		return bad_slot(dev);
	memcpy(a.input, input, random ? 20 : 32);
	if (mac)
		memcpy(a.mac, mac, sizeof(a.mac));
	ret = run(dev, ECC508A_IOC_DERIVEKEY, &a, &cmd);
	if (!ret && random)
		memcpy(random, a.random, sizeof(a.random));
	ecc_wipe(&a, sizeof(a));
	return ret;
}

ECC508A_API int ecc508a_derivekey(struct ecc508a_dev *dev, unsigned int slot,
				  const uint8_t tempkey[32], const uint8_t *mac)
{
	return derive(dev, slot, tempkey, mac, NULL);
}

ECC508A_API int ecc508a_derivekey_random(struct ecc508a_dev *dev, unsigned int slot,
					 const uint8_t num_in[20], const uint8_t *mac,
					 uint8_t random[32])
{
	return derive(dev, slot, num_in, mac, random);
}

ECC508A_API int ecc508a_attest(struct ecc508a_dev *dev, enum ecc508a_attestation what,
			       unsigned int slot, unsigned int key_slot, bool serial,
			       const uint8_t num_in[20], uint8_t random[32], uint8_t xy[64],
			       uint8_t sig[64])
{
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_SIGN,
		.p1 = serial ? 0x40 : 0,
		.p2 = key_slot,
	};
	struct ecc508a_attest a = {
		.slot = slot,
		.key_slot = key_slot,
		.what = what,
		.flags = serial ? ECC508A_ATTEST_SERIAL : 0,
	};
	int ret;

	if (slot >= ECC_SLOTS || key_slot >= ECC_SLOTS)
		return bad_slot(dev);
	memcpy(a.num_in, num_in, sizeof(a.num_in));
	ret = run(dev, ECC508A_IOC_ATTEST, &a, &cmd);
	if (ret)
		return ret;
	memcpy(random, a.random, sizeof(a.random));
	memcpy(xy, a.pubkey, sizeof(a.pubkey));
	memcpy(sig, a.sig, sizeof(a.sig));
	return 0;
}

ECC508A_API int ecc508a_update_extra(struct ecc508a_dev *dev, unsigned int byte, uint8_t value)
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_UPDATEEXTRA, .p1 = byte - 84, .p2 = value };
	struct ecc508a_updateextra a = { .what = byte - 84, .value = value };

	if (byte != 84 && byte != 85)
		return refuse_argument(dev, "UpdateExtra writes byte 84 or 85");
	return run(dev, ECC508A_IOC_UPDATEEXTRA, &a, &cmd);
}

ECC508A_API int ecc508a_use_up(struct ecc508a_dev *dev, unsigned int slot)
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_UPDATEEXTRA, .p1 = 2, .p2 = slot };
	struct ecc508a_updateextra a = { .what = ECC508A_EXTRA_USE, .slot = slot };

	if (slot >= ECC_SLOTS)
		return bad_slot(dev);
	return run(dev, ECC508A_IOC_UPDATEEXTRA, &a, &cmd);
}

ECC508A_API int ecc508a_aes(struct ecc508a_dev *dev, unsigned int slot, unsigned int key_block,
			    bool decrypt, void *buf, size_t len)
{
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_AES,
		.p1 = (key_block & 3) << 6 | decrypt,
		.p2 = slot,
		.len = 16,
	};
	struct ecc508a_aes a = {
		.slot = slot,
		.flags = decrypt ? ECC508A_AES_DECRYPT : 0,
		.key_block = key_block,
	};
	uint8_t *p = buf;
	int ret = 0;

	if ((slot >= ECC_SLOTS && slot != ECC508A_SLOT_TEMPKEY) || key_block > 3)
		return bad_slot(dev);
	if (!len || len % 16)
		return refuse_argument(dev, "AES works on whole blocks of 16 bytes");
	while (len && !ret) {
		a.len = len < ECC508A_AES_MAX ? len : ECC508A_AES_MAX;
		a.buf = (uintptr_t)p;
		ret = run(dev, ECC508A_IOC_AES, &a, &cmd);
		p += a.len;
		len -= a.len;
	}
	return ret;
}

ECC508A_API int ecc508a_kdf(struct ecc508a_dev *dev, uint8_t mode, unsigned int source,
			    unsigned int target, uint32_t details, const void *msg, size_t len,
			    const uint8_t *tempkey, uint8_t out[64], size_t *out_len)
{
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_KDF,
		.p1 = mode,
		.p2 = target << 8 | source,
		.len = 4 + (len & 0x7f),
	};
	struct ecc508a_kdf a = {
		.mode = mode,
		.source = source,
		.target = target,
		.flags = tempkey ? ECC508A_KDF_LOAD : 0,
		.details = details,
		.len = len,
		.buf = (uintptr_t)msg,
	};
	int ret;

	if (source >= ECC_SLOTS || target >= ECC_SLOTS)
		return bad_slot(dev);
	if (len > ECC508A_KDF_MAX)
		return refuse_argument(dev, "the message of a KDF has at most 128 bytes");
	if (tempkey)
		memcpy(a.tempkey, tempkey, sizeof(a.tempkey));
	ret = run(dev, ECC508A_IOC_KDF, &a, &cmd);
	if (!ret) {
		memcpy(out, a.out, sizeof(a.out));
		*out_len = a.out_len;
	}
	ecc_wipe(&a, sizeof(a));
	return ret;
}

ECC508A_API int ecc508a_secureboot(struct ecc508a_dev *dev, uint8_t mode, const uint8_t digest[32],
				   const uint8_t *sig)
{
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_SECUREBOOT,
		.p1 = mode,
		.len = sig ? 96 : 32,
	};
	struct ecc508a_secureboot a = { .mode = mode };

	if (!sig != ((mode & 7) == 6))
		return refuse_argument(dev, "FullStore (mode 6) goes without a signature, the "
					    "others with one");
	memcpy(a.digest, digest, sizeof(a.digest));
	if (sig)
		memcpy(a.sig, sig, sizeof(a.sig));
	return run(dev, ECC508A_IOC_SECUREBOOT, &a, &cmd);
}

ECC508A_API int ecc508a_selftest(struct ecc508a_dev *dev, uint8_t tests, uint8_t *failed)
{
	const struct ecc_cmd cmd = { .opcode = ECC_OP_SELFTEST, .p1 = tests };
	struct ecc508a_selftest a = { .tests = tests };
	int ret = run(dev, ECC508A_IOC_SELFTEST, &a, &cmd);

	*failed = a.failed;
	return ret;
}
