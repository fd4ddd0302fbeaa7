// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* MAC, HMAC and CheckMac: to know a secret without telling it (chapters 9.2, 9.8, 9.13). */
#include "engine_int.h"
#include "extra.h"

#define MODE_TEMPKEY 0x01 /* second block is TempKey */
#define MODE_INPUT   0x04 /* TempKey.SourceFlag: loaded, not random */
#define MODE_SERIAL  0x40

struct mac_args {
	struct ecc_mac_request *req;
	u8 opcode;
};

static int do_mac(struct ecc_dev *dev, void *arg)
{
	const struct mac_args *a = arg;
	struct ecc_mac_request *req = a->req;
	struct ecc_cmd cmd = {
		.opcode = a->opcode,
		.p1 = req->serial ? MODE_SERIAL : 0,
		.p2 = req->slot,
	};
	int ret = 0;

	if (req->use_random)
		ret = ecc_random_nonce(dev, req->challenge, req->random);
	else if (a->opcode == ECC_OP_HMAC)
		ret = ecc_load_tempkey(dev, req->challenge);
	if (ret)
		return ret;

	if (a->opcode == ECC_OP_HMAC) {
		if (!req->use_random)
			cmd.p1 |= MODE_INPUT;
	} else if (req->use_random) {
		cmd.p1 |= MODE_TEMPKEY;
	} else {
		cmd.data = req->challenge;
		cmd.len = sizeof(req->challenge);
	}
	return ecc_exec_exact(dev, &cmd, req->mac, sizeof(req->mac));
}

static int run_mac(struct ecc_dev *dev, struct ecc_mac_request *req, u8 opcode)
{
	struct mac_args a = { .req = req, .opcode = opcode };

	if (req->slot >= ECC_SLOTS)
		return -EINVAL;
	memset(req->random, 0, sizeof(req->random));
	return ecc_run(dev, do_mac, &a);
}

int ecc_mac(struct ecc_dev *dev, struct ecc_mac_request *req)
{
	return run_mac(dev, req, ECC_OP_MAC);
}

int ecc_hmac(struct ecc_dev *dev, struct ecc_mac_request *req)
{
	return run_mac(dev, req, ECC_OP_HMAC);
}

struct checkmac_args {
	u16 slot;
	const u8 *challenge, *response, *other;
	const u8 *key;
};

#define OTHER_DATA 13

static int send_checkmac(struct ecc_dev *dev, u8 mode, u16 slot, const u8 *challenge,
			 const u8 response[32], const u8 *other)
{
	u8 data[64 + OTHER_DATA] = { 0 };
	const struct ecc_cmd cmd = {
		.opcode = ECC_OP_CHECKMAC,
		.p1 = mode,
		.p2 = slot,
		.data = data,
		.len = sizeof(data),
	};
	int ret;

	if (challenge)
		memcpy(data, challenge, 32);
	memcpy(data + 32, response, 32);
	if (other)
		memcpy(data + 64, other, OTHER_DATA);
	ret = ecc_exec_status(dev, &cmd);
	ecc_wipe(data, sizeof(data));
	return ret;
}

static int do_checkmac(struct ecc_dev *dev, void *arg)
{
	const struct checkmac_args *a = arg;

	return send_checkmac(dev, 0, a->slot, a->challenge, a->response, a->other);
}

/* Message of table 9-8 with OtherData all zero: key, TempKey, 15 zeros, SN8, 4 zeros, SN0 SN1 */
static int do_checkmac_key(struct ecc_dev *dev, void *arg)
{
	const struct checkmac_args *a = arg;
	u8 num_in[20] = { 0 }, random[32], msg[88], response[32], serial[3];
	int ret = 0;

	if (dev->ops->random)
		ret = dev->ops->random(dev->ctx, num_in, sizeof(num_in));
	if (!ret)
		ret = ecc_random_nonce(dev, num_in, random);
	if (ret)
		return ret;
	ecc_nonce_message(random, num_in, msg);
	ret = dev->ops->sha256(dev->ctx, msg, 55, response);
	if (ret)
		goto out;
	ecc_put_serial(dev, serial);
	memset(msg, 0, sizeof(msg));
	memcpy(msg, a->key, 32);
	memcpy(msg + 32, response, 32);
	msg[79] = serial[0];
	msg[84] = serial[1];
	msg[85] = serial[2];
	ret = dev->ops->sha256(dev->ctx, msg, sizeof(msg), response);
	if (!ret)
		ret = send_checkmac(dev, MODE_TEMPKEY, a->slot, NULL, response, NULL);
out:
	ecc_wipe(msg, sizeof(msg));
	ecc_wipe(response, sizeof(response));
	return ret;
}

int ecc_checkmac(struct ecc_dev *dev, u16 slot, const u8 challenge[32], const u8 response[32],
		 const u8 other[13])
{
	struct checkmac_args a = {
		.slot = slot,
		.challenge = challenge,
		.response = response,
		.other = other,
	};

	if (slot >= ECC_SLOTS)
		return -EINVAL;
	return ecc_run(dev, do_checkmac, &a);
}

int ecc_checkmac_key(struct ecc_dev *dev, u16 slot, const u8 key[32])
{
	struct checkmac_args a = { .slot = slot, .key = key };
	int ret;

	if (slot >= ECC_SLOTS)
		return -EINVAL;
	if (!dev->ops->sha256)
		return -EOPNOTSUPP;
	ecc_run_begin(dev);
	ret = ecc_need_config(dev); /* the serial number */
	return ret ? ret : ecc_run_more(dev, do_checkmac_key, &a);
}
