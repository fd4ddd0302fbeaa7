// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * ECDH P-256 as kpp, under our own name: under the standard one the kernel's self-test
 * would have the chip make a key, over somebody's key.
 *
 * set_secret() takes a key reference: the slot's key is used.  Or it takes what
 * crypto_ecdh_encode_key() makes of an empty key (key_size 0): then a key is made in the
 * chip for this one exchange, and it lives
 *
 *   - in the slot that the administrator dedicated (module parameter ephemeral_slot), which
 *     one transform has at a time;
 *   - else, on a 608, in TempKey, for one exchange.  The side that hears the other's public
 *     key first computes the shared secret first, and generate_public_key() then tells the
 *     key that was used.  In the other order the chip has to be kept for the key from
 *     generate_public_key() to compute_shared_secret() (tempkey.c), for no longer than the
 *     module parameter ephemeral_ms says.
 *
 * Private key bytes are refused: they have no business here.
 */
#include <crypto/internal/kpp.h>
#include <crypto/kpp.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "ecc508a.h"
#include "keyref.h"
#include "kpp.h"

static int ephemeral_slot = -1;
module_param(ephemeral_slot, int, 0444);
MODULE_PARM_DESC(ephemeral_slot,
		 "slot whose key ECDH may overwrite with keys for one exchange (default none)");

static unsigned int ephemeral_ms = 1000;
module_param(ephemeral_ms, uint, 0644);
MODULE_PARM_DESC(ephemeral_ms,
		 "how long a key in TempKey may keep the chip for itself until its exchange, in ms up to 60000 (default 1000); 0: not at all");

/* Whether a transform has the dedicated slot: it exists once, whatever chips there are */
static atomic_t ephemeral_taken = ATOMIC_INIT(0);

enum ecc508a_kpp_mode {
	ECC508A_KPP_NO_KEY,
	ECC508A_KPP_SLOT, /* a key reference */
	ECC508A_KPP_DEDICATED, /* a key of our own in ephemeral_slot */
	ECC508A_KPP_TEMPKEY,
};

/**
 * struct ecc508a_kpp_ctx - one transform
 * @lock:    one request at a time decides what becomes of the key
 * @mode:    whose key it is
 * @made:    @ref.pubkey is the key that was made
 * @told:    somebody has seen @ref.pubkey: no other key may take its place
 * @tempkey: the key that waits for its exchange, or was used in one (ECC508A_KPP_TEMPKEY)
 * @ref:     chip, slot and public half
 */
struct ecc508a_kpp_ctx {
	struct mutex lock; /* the key */
	enum ecc508a_kpp_mode mode;
	bool made;
	bool told;
	struct ecc508a_tempkey *tempkey;
	struct ecc508a_keyref ref;
};

struct ecc508a_kpp_req {
	struct work_struct work;
	struct kpp_request *req;
};

static struct workqueue_struct *ecc508a_kpp_wq;

static void ecc508a_kpp_forget(struct ecc508a_kpp_ctx *ctx)
{
	if (ctx->mode == ECC508A_KPP_DEDICATED)
		atomic_set(&ephemeral_taken, 0);
	ecc508a_tempkey_drop(ctx->tempkey);
	ctx->tempkey = NULL;
	ctx->mode = ECC508A_KPP_NO_KEY;
	ctx->made = false;
	ctx->told = false;
	memset(&ctx->ref, 0, sizeof(ctx->ref));
}

/* Which chip is to make the key: the only one */
static int ecc508a_kpp_set_ephemeral(struct ecc508a_kpp_ctx *ctx)
{
	struct ecc508a_info *info;
	struct ecc508a_chip *chip;
	int ret;

	chip = ecc508a_chip_find(NULL);
	if (IS_ERR(chip))
		return PTR_ERR(chip);
	ret = -ENOMEM;
	info = kzalloc(sizeof(*info), GFP_KERNEL);
	if (!info)
		goto put;
	ret = ecc508a_chip_info(chip, info);
	if (ret)
		goto put;

	memcpy(ctx->ref.serial, info->serial, sizeof(ctx->ref.serial));
	if (ephemeral_slot >= 0 && ephemeral_slot < ECC508A_SLOTS) {
		ret = -EBUSY;
		if (atomic_cmpxchg(&ephemeral_taken, 0, 1))
			goto put;
		ctx->mode = ECC508A_KPP_DEDICATED;
		ctx->ref.slot = ephemeral_slot;
	} else if (info->part == ECC508A_PART_608A || info->part == ECC508A_PART_608B) {
		ctx->mode = ECC508A_KPP_TEMPKEY;
	} else {
		ret = -EOPNOTSUPP;
		goto put;
	}
	ret = 0;
put:
	kfree(info);
	ecc508a_chip_put(chip);
	return ret;
}

static int ecc508a_kpp_set_secret(struct crypto_kpp *tfm, const void *buf, unsigned int len)
{
	struct ecc508a_kpp_ctx *ctx = kpp_tfm_ctx(tfm);
	struct kpp_secret head;
	u16 key_size;
	int ret;

	ecc508a_kpp_forget(ctx);

	ret = ecc508a_keyref_parse(buf, len, &ctx->ref);
	if (!ret) {
		ctx->mode = ECC508A_KPP_SLOT;
		ctx->made = true;
		return 0;
	}
	/* The encoding of crypto_ecdh_encode_key(): header, then u16 size, then the key */
	if (ret != -EBADMSG || len != sizeof(head) + sizeof(key_size))
		return -EINVAL;
	memcpy(&head, buf, sizeof(head));
	memcpy(&key_size, buf + sizeof(head), sizeof(key_size));
	if (head.type != CRYPTO_KPP_SECRET_TYPE_ECDH || head.len != len || key_size)
		return -EINVAL;
	return ecc508a_kpp_set_ephemeral(ctx);
}

static int ecc508a_kpp_make(struct ecc508a_kpp_ctx *ctx)
{
	unsigned int ms = min(READ_ONCE(ephemeral_ms), 60000U);
	struct ecc508a_tempkey *tempkey;
	struct ecc508a_chip *chip;
	int ret = -EOPNOTSUPP;

	chip = ecc508a_chip_find(ctx->ref.serial);
	if (IS_ERR(chip))
		return PTR_ERR(chip);
	if (ctx->mode == ECC508A_KPP_DEDICATED) {
		ret = ecc508a_chip_genkey(chip, ctx->ref.slot, ctx->ref.pubkey);
	} else if (ms) {
		tempkey = ecc508a_tempkey_make(chip, ms, ctx->ref.pubkey);
		ret = PTR_ERR_OR_ZERO(tempkey);
		if (!ret)
			ctx->tempkey = tempkey;
	}
	ecc508a_chip_put(chip);
	ctx->made = !ret;
	return ret;
}

static int ecc508a_kpp_do_public(struct kpp_request *req)
{
	struct ecc508a_kpp_ctx *ctx = kpp_tfm_ctx(crypto_kpp_reqtfm(req));
	size_t len;
	int ret;

	if (!ctx->made) {
		ret = ecc508a_kpp_make(ctx);
		if (ret)
			return ret;
	}
	len = sg_copy_from_buffer(req->dst, sg_nents_for_len(req->dst, ECC508A_PUBKEY_SIZE),
				  ctx->ref.pubkey, ECC508A_PUBKEY_SIZE);
	if (len != ECC508A_PUBKEY_SIZE)
		return -EINVAL;
	req->dst_len = ECC508A_PUBKEY_SIZE;
	ctx->told = true;
	return 0;
}

/* The key in TempKey is good for one exchange */
static int ecc508a_kpp_tempkey_secret(struct ecc508a_kpp_ctx *ctx, struct ecc508a_chip *chip,
				      const u8 *peer, u8 *secret)
{
	int ret;

	if (ctx->tempkey)
		return ecc508a_tempkey_ecdh(ctx->tempkey, peer, secret);
	if (ctx->told)
		return -ESTALE;
	ret = ecc508a_chip_ecdh_ephemeral(chip, ECC508A_SLOT_TEMPKEY, peer, ctx->ref.pubkey,
					  secret);
	ctx->made = !ret;
	return ret;
}

static int ecc508a_kpp_do_secret(struct kpp_request *req)
{
	struct ecc508a_kpp_ctx *ctx = kpp_tfm_ctx(crypto_kpp_reqtfm(req));
	u8 peer[ECC508A_PUBKEY_SIZE], secret[ECC508A_KEY_SIZE];
	struct ecc508a_chip *chip;
	size_t len;
	int ret;

	len = sg_copy_to_buffer(req->src, sg_nents_for_len(req->src, sizeof(peer)), peer,
				sizeof(peer));
	if (len != sizeof(peer))
		return -EINVAL;
	chip = ecc508a_chip_find(ctx->ref.serial);
	if (IS_ERR(chip))
		return PTR_ERR(chip);
	if (ctx->mode == ECC508A_KPP_TEMPKEY) {
		ret = ecc508a_kpp_tempkey_secret(ctx, chip, peer, secret);
	} else if (ctx->made) {
		ret = ecc508a_chip_ecdh(chip, ctx->ref.slot, peer, secret);
	} else {
		ret = ecc508a_chip_ecdh_ephemeral(chip, ctx->ref.slot, peer, ctx->ref.pubkey,
						  secret);
		ctx->made = !ret;
	}
	ecc508a_chip_put(chip);
	if (!ret) {
		len = min_t(size_t, req->dst_len, sizeof(secret));
		if (sg_copy_from_buffer(req->dst, sg_nents_for_len(req->dst, len), secret, len) !=
		    len)
			ret = -EINVAL;
		else
			req->dst_len = len;
	}
	memzero_explicit(secret, sizeof(secret));
	return ret;
}

static void ecc508a_kpp_work(struct work_struct *work)
{
	struct ecc508a_kpp_req *rctx = container_of(work, struct ecc508a_kpp_req, work);
	struct kpp_request *req = rctx->req;
	struct ecc508a_kpp_ctx *ctx = kpp_tfm_ctx(crypto_kpp_reqtfm(req));
	int ret;

	mutex_lock(&ctx->lock);
	/* A request with a source is the one for the shared secret */
	ret = req->src ? ecc508a_kpp_do_secret(req) : ecc508a_kpp_do_public(req);
	mutex_unlock(&ctx->lock);
	local_bh_disable();
	kpp_request_complete(req, ret);
	local_bh_enable();
}

/* The caller may forbid sleeping, and the chip takes 50 ms */
static int ecc508a_kpp_queue(struct kpp_request *req)
{
	struct ecc508a_kpp_req *rctx = kpp_request_ctx(req);

	rctx->req = req;
	INIT_WORK(&rctx->work, ecc508a_kpp_work);
	queue_work(ecc508a_kpp_wq, &rctx->work);
	return -EINPROGRESS;
}

static int ecc508a_kpp_generate_public_key(struct kpp_request *req)
{
	struct ecc508a_kpp_ctx *ctx = kpp_tfm_ctx(crypto_kpp_reqtfm(req));

	if (ctx->mode == ECC508A_KPP_NO_KEY)
		return -ENOKEY;
	if (req->dst_len < ECC508A_PUBKEY_SIZE) {
		req->dst_len = ECC508A_PUBKEY_SIZE;
		return -EOVERFLOW;
	}
	req->src = NULL;
	return ecc508a_kpp_queue(req);
}

static int ecc508a_kpp_compute_shared_secret(struct kpp_request *req)
{
	struct ecc508a_kpp_ctx *ctx = kpp_tfm_ctx(crypto_kpp_reqtfm(req));

	if (ctx->mode == ECC508A_KPP_NO_KEY)
		return -ENOKEY;
	if (!req->src || req->src_len != ECC508A_PUBKEY_SIZE)
		return -EINVAL;
	return ecc508a_kpp_queue(req);
}

static unsigned int ecc508a_kpp_max_size(struct crypto_kpp *tfm)
{
	return ECC508A_PUBKEY_SIZE;
}

static int ecc508a_kpp_init(struct crypto_kpp *tfm)
{
	struct ecc508a_kpp_ctx *ctx = kpp_tfm_ctx(tfm);

	memset(ctx, 0, sizeof(*ctx));
	mutex_init(&ctx->lock);
	kpp_set_reqsize(tfm, sizeof(struct ecc508a_kpp_req));
	return 0;
}

static void ecc508a_kpp_exit(struct crypto_kpp *tfm)
{
	struct ecc508a_kpp_ctx *ctx = kpp_tfm_ctx(tfm);

	ecc508a_kpp_forget(ctx);
	mutex_destroy(&ctx->lock);
}

static struct kpp_alg ecc508a_kpp = {
	.set_secret = ecc508a_kpp_set_secret,
	.generate_public_key = ecc508a_kpp_generate_public_key,
	.compute_shared_secret = ecc508a_kpp_compute_shared_secret,
	.max_size = ecc508a_kpp_max_size,
	.init = ecc508a_kpp_init,
	.exit = ecc508a_kpp_exit,
	.base = {
		.cra_name = ECC508A_ECDH_NAME,
		.cra_driver_name = ECC508A_ECDH_DRIVER,
		.cra_priority = ECC508A_ECDH_PRIORITY,
		.cra_flags = CRYPTO_ALG_ASYNC,
		.cra_module = THIS_MODULE,
		.cra_ctxsize = sizeof(struct ecc508a_kpp_ctx),
	},
};

int ecc508a_kpp_register(void)
{
	int ret;

	ecc508a_kpp_wq = alloc_workqueue("ecc508a-kpp", WQ_UNBOUND, 0);
	if (!ecc508a_kpp_wq)
		return -ENOMEM;
	ret = crypto_register_kpp(&ecc508a_kpp);
	if (ret)
		destroy_workqueue(ecc508a_kpp_wq);
	return ret;
}

void ecc508a_kpp_unregister(void)
{
	crypto_unregister_kpp(&ecc508a_kpp);
	destroy_workqueue(ecc508a_kpp_wq);
}
