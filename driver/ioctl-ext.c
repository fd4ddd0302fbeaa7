// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The requests from 0x20 on: MAC and its kin, secrets that go in, attestation, and what only
 * the 608 can do.
 */
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "ioctl.h"
#include "proto/extra.h"

#define EXT_FIRST 0x20

static bool is_zero(const void *p, size_t len)
{
	return !memchr_inv(p, 0, len);
}

static int do_any_mac(struct ecc508a_call *call, struct ecc508a_mac *m,
		      int (*fn)(struct ecc_dev *dev, struct ecc_mac_request *req))
{
	struct ecc_mac_request req = {
		.slot = m->slot,
		.serial = m->flags & ECC508A_MAC_SERIAL,
		.use_random = m->flags & ECC508A_MAC_RANDOM,
	};
	int ret;

	if ((m->flags & ~(ECC508A_MAC_SERIAL | ECC508A_MAC_RANDOM)) || m->reserved ||
	    m->slot >= ECC508A_SLOTS)
		return -EINVAL;
	if (req.use_random && !is_zero(m->challenge + 20, 12))
		return -EINVAL;
	memcpy(req.challenge, m->challenge, sizeof(req.challenge));
	ret = ecc508a_call_begin(call, ECC508A_USE_FORGET);
	if (ret)
		return ret;
	ret = ecc508a_call_end(call, ECC508A_USE_FORGET, fn(&call->chip->eng, &req));
	memcpy(m->random, req.random, sizeof(m->random));
	memcpy(m->mac, req.mac, sizeof(m->mac));
	memzero_explicit(&req, sizeof(req));
	return ret;
}

static int do_mac(struct ecc508a_call *call, void *arg)
{
	return do_any_mac(call, arg, ecc_mac);
}

static int do_hmac(struct ecc508a_call *call, void *arg)
{
	return do_any_mac(call, arg, ecc_hmac);
}

static int do_checkmac(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_checkmac *c = arg;
	bool key = c->flags & ECC508A_CHECKMAC_KEY;
	struct ecc_dev *eng = &call->chip->eng;
	int ret;

	if ((c->flags & ~ECC508A_CHECKMAC_KEY) || c->reserved || !is_zero(c->pad, sizeof(c->pad)) ||
	    c->slot >= ECC508A_SLOTS)
		return -EINVAL;
	if (key && (!is_zero(c->challenge, sizeof(c->challenge)) ||
		    !is_zero(c->other, sizeof(c->other))))
		return -EINVAL;
	ret = ecc508a_call_begin(call, ECC508A_USE_FORGET);
	if (ret)
		return ret;
	if (key)
		ret = ecc_checkmac_key(eng, c->slot, c->response);
	else
		ret = ecc_checkmac(eng, c->slot, c->challenge, c->response, c->other);
	return ecc508a_call_end(call, ECC508A_USE_FORGET, ret);
}

static int do_sha(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_sha *s = arg;
	bool hmac = s->flags & ECC508A_SHA_HMAC;
	struct ecc_dev *eng = &call->chip->eng;
	u8 *buf;
	int ret;

	if ((s->flags & ~ECC508A_SHA_HMAC) || s->len > ECC508A_SHA_MAX ||
	    (hmac ? s->slot >= ECC508A_SLOTS : s->slot))
		return -EINVAL;
	if (hmac) {
		ret = ecc508a_call_allow(call, CLASS_W);
		if (ret)
			return ret;
	}
	buf = memdup_user(u64_to_user_ptr(s->buf), s->len);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = ecc508a_call_begin(call, ECC508A_USE_FORGET);
	if (ret)
		goto out;
	if (hmac)
		ret = ecc_sha256_hmac(eng, s->slot, buf, s->len, s->digest);
	else
		ret = ecc_sha256(eng, buf, s->len, s->digest);
	ret = ecc508a_call_end(call, ECC508A_USE_FORGET, ret);
out:
	kfree_sensitive(buf);
	return ret;
}

static int do_privwrite(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_privwrite *p = arg;
	bool encrypted = p->flags & ECC508A_PRIVWRITE_ENCRYPTED;
	int ret;

	if ((p->flags & ~ECC508A_PRIVWRITE_ENCRYPTED) || p->reserved ||
	    p->slot >= ECC508A_SLOTS || p->key_slot >= ECC508A_SLOTS)
		return -EINVAL;
	if (!encrypted && (p->key_slot || !is_zero(p->key, sizeof(p->key))))
		return -EINVAL;
	ret = ecc508a_call_begin(call, ECC508A_USE_FORGET);
	if (ret)
		return ret;
	ret = ecc_privwrite(&call->chip->eng, p->slot, p->private_key, p->key_slot,
			    encrypted ? p->key : NULL);
	return ecc508a_call_end(call, ECC508A_USE_FORGET, ret);
}

static int do_attest(struct ecc508a_call *call, void *arg)
{
	static const enum ecc_attest whats[] = {
		[ECC508A_ATTEST_KEY] = ECC_ATTEST_KEY,
		[ECC508A_ATTEST_STORED] = ECC_ATTEST_STORED,
		[ECC508A_ATTEST_DATA] = ECC_ATTEST_DATA,
	};
	struct ecc508a_attest *a = arg;
	struct ecc_attest_request req = {
		.slot = a->slot,
		.key_slot = a->key_slot,
		.serial = a->flags & ECC508A_ATTEST_SERIAL,
	};
	int ret;

	if (a->what >= ARRAY_SIZE(whats) || (a->flags & ~ECC508A_ATTEST_SERIAL) ||
	    !is_zero(a->pad, sizeof(a->pad)) || a->slot >= ECC508A_SLOTS ||
	    a->key_slot >= ECC508A_SLOTS)
		return -EINVAL;
	req.what = whats[array_index_nospec(a->what, ARRAY_SIZE(whats))];
	memcpy(req.num_in, a->num_in, sizeof(req.num_in));
	ret = ecc508a_call_begin(call, ECC508A_USE_FORGET);
	if (ret)
		return ret;
	ret = ecc508a_call_end(call, ECC508A_USE_FORGET, ecc_attest(&call->chip->eng, &req));
	memset(a->random, 0, sizeof(a->random));
	memset(a->pubkey, 0, sizeof(a->pubkey));
	memset(a->sig, 0, sizeof(a->sig));
	if (!ret) {
		memcpy(a->random, req.random, sizeof(a->random));
		memcpy(a->pubkey, req.xy, sizeof(a->pubkey));
		memcpy(a->sig, req.sig, sizeof(a->sig));
	}
	return ret;
}

static int do_derivekey(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_derivekey *d = arg;
	bool random = d->flags & ECC508A_DERIVEKEY_RANDOM;
	bool mac = d->flags & ECC508A_DERIVEKEY_MAC;
	int ret;

	if ((d->flags & ~(ECC508A_DERIVEKEY_RANDOM | ECC508A_DERIVEKEY_MAC)) || d->reserved ||
	    d->slot >= ECC508A_SLOTS)
		return -EINVAL;
	if ((random && !is_zero(d->input + 20, 12)) || (!mac && !is_zero(d->mac, sizeof(d->mac))))
		return -EINVAL;
	ret = ecc508a_call_begin(call, ECC508A_USE_FORGET);
	if (ret)
		return ret;
	memset(d->random, 0, sizeof(d->random));
	ret = ecc_derivekey(&call->chip->eng, d->slot, d->input, mac ? d->mac : NULL,
			    random ? d->random : NULL);
	return ecc508a_call_end(call, ECC508A_USE_FORGET, ret);
}

static int do_updateextra(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_updateextra *u = arg;
	bool use = u->what == ECC508A_EXTRA_USE;
	int ret;

	if (u->what > ECC508A_EXTRA_USE || u->flags || u->value > 0xff)
		return -EINVAL;
	if (use ? u->value || u->slot >= ECC508A_SLOTS : u->slot)
		return -EINVAL;
	/* A new address (608, byte 85) takes effect with the next wake. */
	ret = ecc508a_call_begin(call, ECC508A_USE_FORGET);
	if (ret)
		return ret;
	ret = ecc_updateextra(&call->chip->eng, u->what, u->value, u->slot);
	return ecc508a_call_end(call, ECC508A_USE_FORGET, ret);
}

static int do_aes(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_aes *a = arg;
	unsigned int flags = a->slot == ECC508A_SLOT_TEMPKEY ? ECC508A_USE_SESSION : 0;
	void __user *user = u64_to_user_ptr(a->buf);
	u8 *buf;
	int ret;

	if ((a->flags & ~ECC508A_AES_DECRYPT) || a->key_block > 3 || !a->len ||
	    a->len > ECC508A_AES_MAX || a->len % 16 || (a->slot >= ECC508A_SLOTS && !flags))
		return -EINVAL;
	buf = memdup_user(user, a->len);
	if (IS_ERR(buf))
		return PTR_ERR(buf);
	ret = ecc508a_call_begin(call, flags);
	if (ret)
		goto out;
	ret = ecc_aes(&call->chip->eng, a->slot, a->key_block, a->flags & ECC508A_AES_DECRYPT, buf,
		      a->len);
	ret = ecc508a_call_end(call, flags, ret);
	if (!ret && copy_to_user(user, buf, a->len))
		ret = -EFAULT;
out:
	kfree_sensitive(buf);
	return ret;
}

/* Source 2 is a slot, everything else lies in the chip's volatile memory; targets 0 and 1 too */
static bool kdf_needs_session(const struct ecc508a_kdf *k)
{
	unsigned int source = k->mode & 3, target = k->mode >> 2 & 7;
	bool loaded = (k->flags & ECC508A_KDF_LOAD) && !source;

	return (source != 2 && !loaded) || target == 0 || target == 1 || target == 3;
}

static int do_kdf(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_kdf *k = arg;
	bool load = k->flags & ECC508A_KDF_LOAD;
	unsigned int flags = kdf_needs_session(k) ? ECC508A_USE_SESSION : ECC508A_USE_FORGET;
	struct ecc_kdf_request req = {
		.mode = k->mode,
		.source = k->source,
		.target = k->target,
		.details = k->details,
		.len = k->len,
		.tempkey = load ? k->tempkey : NULL,
	};
	u8 *msg;
	int ret;

	if ((k->flags & ~ECC508A_KDF_LOAD) || k->mode > 0x7f || k->source >= ECC508A_SLOTS ||
	    k->target >= ECC508A_SLOTS || k->len > ECC508A_KDF_MAX ||
	    (!load && !is_zero(k->tempkey, sizeof(k->tempkey))))
		return -EINVAL;
	msg = memdup_user(u64_to_user_ptr(k->buf), k->len);
	if (IS_ERR(msg))
		return PTR_ERR(msg);
	req.msg = msg;
	ret = ecc508a_call_begin(call, flags);
	if (ret)
		goto out;
	ret = ecc508a_call_end(call, flags, ecc_kdf(&call->chip->eng, &req));
	k->out_len = ret ? 0 : req.out_len;
	memcpy(k->out, req.out, sizeof(k->out));
	memzero_explicit(&req, sizeof(req));
out:
	kfree_sensitive(msg);
	return ret;
}

static int do_secureboot(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_secureboot *s = arg;
	bool digest_only = (s->mode & 7) == 6;
	int ret;

	if (s->flags || s->reserved || (s->mode & ~0x47) || (s->mode & 7) < 5)
		return -EINVAL;
	if (digest_only && !is_zero(s->sig, sizeof(s->sig)))
		return -EINVAL;
	ret = ecc508a_call_begin(call, ECC508A_USE_FORGET);
	if (ret)
		return ret;
	ret = ecc_secureboot(&call->chip->eng, s->mode, s->digest, digest_only ? NULL : s->sig);
	return ecc508a_call_end(call, ECC508A_USE_FORGET, ret);
}

static int do_selftest(struct ecc508a_call *call, void *arg)
{
	struct ecc508a_selftest *s = arg;
	u8 failed = 0;
	int ret;

	if (s->tests & ~0x3d)
		return -EINVAL;
	/* Sleeping afterwards would clear the failure: that is for the caller to see first. */
	ret = ecc508a_call_begin(call, 0);
	if (ret)
		return ret;
	ret = ecc508a_call_end(call, 0, ecc_selftest(&call->chip->eng, s->tests, &failed));
	s->failed = failed;
	return ret;
}

static const struct ecc508a_request requests[] = {
	REQUEST(ECC508A_IOC_MAC, struct ecc508a_mac, CLASS_W, 0, do_mac),
	REQUEST(ECC508A_IOC_HMAC, struct ecc508a_mac, CLASS_W, PARTS_508, do_hmac),
	REQUEST(ECC508A_IOC_CHECKMAC, struct ecc508a_checkmac, CLASS_W, 0, do_checkmac),
	REQUEST(ECC508A_IOC_SHA, struct ecc508a_sha, CLASS_R, 0, do_sha),
	REQUEST(ECC508A_IOC_PRIVWRITE, struct ecc508a_privwrite, CLASS_A, 0, do_privwrite),
	REQUEST(ECC508A_IOC_ATTEST, struct ecc508a_attest, CLASS_W, 0, do_attest),
	REQUEST(ECC508A_IOC_DERIVEKEY, struct ecc508a_derivekey, CLASS_A, 0, do_derivekey),
	REQUEST(ECC508A_IOC_UPDATEEXTRA, struct ecc508a_updateextra, CLASS_A, 0, do_updateextra),
	REQUEST(ECC508A_IOC_AES, struct ecc508a_aes, CLASS_W, PARTS_608, do_aes),
	REQUEST(ECC508A_IOC_KDF, struct ecc508a_kdf, CLASS_W, PARTS_608, do_kdf),
	REQUEST(ECC508A_IOC_SECUREBOOT, struct ecc508a_secureboot, CLASS_W, PARTS_608,
		do_secureboot),
	REQUEST(ECC508A_IOC_SELFTEST, struct ecc508a_selftest, CLASS_W, PARTS_608, do_selftest),
};

const struct ecc508a_request *ecc508a_request_ext(unsigned int nr)
{
	if (nr < EXT_FIRST || nr - EXT_FIRST >= ARRAY_SIZE(requests))
		return NULL;
	return &requests[array_index_nospec(nr - EXT_FIRST, ARRAY_SIZE(requests))];
}
