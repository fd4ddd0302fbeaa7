// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* What the driver does with its requests from 0x20 on, done on the engine of this process. */
#include <errno.h>
#include <string.h>

#include <linux/ecc508a.h>

#include "emu-extra.h"
#include "extra.h"

static int mac(struct ecc_dev *eng, struct ecc508a_mac *m,
	       int (*fn)(struct ecc_dev *dev, struct ecc_mac_request *req))
{
	struct ecc_mac_request req = {
		.slot = m->slot,
		.serial = m->flags & ECC508A_MAC_SERIAL,
		.use_random = m->flags & ECC508A_MAC_RANDOM,
	};
	int ret;

	memcpy(req.challenge, m->challenge, sizeof(req.challenge));
	ret = fn(eng, &req);
	memcpy(m->random, req.random, sizeof(m->random));
	memcpy(m->mac, req.mac, sizeof(m->mac));
	ecc_wipe(&req, sizeof(req));
	return ret;
}

static int checkmac(struct ecc_dev *eng, struct ecc508a_checkmac *c)
{
	if (c->flags & ECC508A_CHECKMAC_KEY)
		return ecc_checkmac_key(eng, c->slot, c->response);
	return ecc_checkmac(eng, c->slot, c->challenge, c->response, c->other);
}

static int sha(struct ecc_dev *eng, struct ecc508a_sha *s)
{
	const u8 *data = (const u8 *)(uintptr_t)s->buf;

	if (s->flags & ECC508A_SHA_HMAC)
		return ecc_sha256_hmac(eng, s->slot, data, s->len, s->digest);
	return ecc_sha256(eng, data, s->len, s->digest);
}

static int privwrite(struct ecc_dev *eng, struct ecc508a_privwrite *p)
{
	return ecc_privwrite(eng, p->slot, p->private_key, p->key_slot,
			     p->flags & ECC508A_PRIVWRITE_ENCRYPTED ? p->key : NULL);
}

static int attest(struct ecc_dev *eng, struct ecc508a_attest *a)
{
	struct ecc_attest_request req = {
		.what = (enum ecc_attest)a->what,
		.slot = a->slot,
		.key_slot = a->key_slot,
		.serial = a->flags & ECC508A_ATTEST_SERIAL,
	};
	int ret;

	memcpy(req.num_in, a->num_in, sizeof(req.num_in));
	ret = ecc_attest(eng, &req);
	if (!ret) {
		memcpy(a->random, req.random, sizeof(a->random));
		memcpy(a->pubkey, req.xy, sizeof(a->pubkey));
		memcpy(a->sig, req.sig, sizeof(a->sig));
	}
	return ret;
}

static int derivekey(struct ecc_dev *eng, struct ecc508a_derivekey *d)
{
	return ecc_derivekey(eng, d->slot, d->input,
			     d->flags & ECC508A_DERIVEKEY_MAC ? d->mac : NULL,
			     d->flags & ECC508A_DERIVEKEY_RANDOM ? d->random : NULL);
}

static int kdf(struct ecc_dev *eng, struct ecc508a_kdf *k)
{
	struct ecc_kdf_request req = {
		.mode = k->mode,
		.source = k->source,
		.target = k->target,
		.details = k->details,
		.msg = (const u8 *)(uintptr_t)k->buf,
		.len = k->len,
		.tempkey = k->flags & ECC508A_KDF_LOAD ? k->tempkey : NULL,
	};
	int ret = ecc_kdf(eng, &req);

	k->out_len = ret ? 0 : req.out_len;
	memcpy(k->out, req.out, sizeof(k->out));
	ecc_wipe(&req, sizeof(req));
	return ret;
}

static int selftest(struct ecc_dev *eng, struct ecc508a_selftest *s)
{
	u8 failed = 0;
	int ret = ecc_selftest(eng, s->tests, &failed);

	s->failed = failed;
	return ret;
}

int emu_run_extra(struct ecc_dev *eng, unsigned long nr, void *arg)
{
	struct ecc508a_secureboot *boot = arg;
	struct ecc508a_updateextra *extra = arg;
	struct ecc508a_aes *aes = arg;

	switch (nr) {
	case ECC508A_IOC_MAC:
		return mac(eng, arg, ecc_mac);
	case ECC508A_IOC_HMAC:
		return mac(eng, arg, ecc_hmac);
	case ECC508A_IOC_CHECKMAC:
		return checkmac(eng, arg);
	case ECC508A_IOC_SHA:
		return sha(eng, arg);
	case ECC508A_IOC_PRIVWRITE:
		return privwrite(eng, arg);
	case ECC508A_IOC_ATTEST:
		return attest(eng, arg);
	case ECC508A_IOC_DERIVEKEY:
		return derivekey(eng, arg);
	case ECC508A_IOC_UPDATEEXTRA:
		return ecc_updateextra(eng, extra->what, extra->value, extra->slot);
	case ECC508A_IOC_AES:
		return ecc_aes(eng, aes->slot, aes->key_block, aes->flags & ECC508A_AES_DECRYPT,
			       (u8 *)(uintptr_t)aes->buf, aes->len);
	case ECC508A_IOC_KDF:
		return kdf(eng, arg);
	case ECC508A_IOC_SECUREBOOT:
		return ecc_secureboot(eng, boot->mode, boot->digest,
				      (boot->mode & 7) == 6 ? NULL : boot->sig);
	case ECC508A_IOC_SELFTEST:
		return selftest(eng, arg);
	default:
		return -ENOTTY;
	}
}
