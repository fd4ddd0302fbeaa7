// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * ECDSA P-256 as akcipher, for kernels up to 6.12.  Signatures are DER, as those of
 * crypto/ecdsa.c in these kernels.
 *
 * A caller may forbid sleeping, and the chip takes 50 ms: every request is answered from
 * a workqueue.
 */
#include "compat.h"

#if !ECC508A_HAS_SIG_ALG

#include <crypto/internal/akcipher.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "ecdsa.h"
#include "sigder.h"

/* Longest digest that callers use (SHA-512) */
#define ECC508A_DIGEST_IN_MAX 64

struct ecc508a_akcipher_req {
	struct work_struct work;
	struct akcipher_request *req;
};

static struct workqueue_struct *ecc508a_akcipher_wq;

static int ecc508a_akcipher_do_sign(struct akcipher_request *req)
{
	struct ecc508a_ecdsa_ctx *ctx = akcipher_tfm_ctx(crypto_akcipher_reqtfm(req));
	u8 digest[ECC508A_DIGEST_IN_MAX], sig[ECC508A_SIG_SIZE], der[ECC508A_SIG_DER_MAX];
	size_t len;
	int ret;

	if (sg_copy_to_buffer(req->src, sg_nents_for_len(req->src, req->src_len), digest,
			      req->src_len) != req->src_len)
		return -EINVAL;
	ret = ecc508a_ecdsa_sign(ctx, digest, req->src_len, sig);
	if (ret)
		return ret;
	len = ecc508a_sig_to_der(sig, der);
	if (sg_copy_from_buffer(req->dst, sg_nents_for_len(req->dst, len), der, len) != len)
		return -EINVAL;
	req->dst_len = len;
	return 0;
}

static int ecc508a_akcipher_do_verify(struct akcipher_request *req)
{
	struct ecc508a_ecdsa_ctx *ctx = akcipher_tfm_ctx(crypto_akcipher_reqtfm(req));
	u8 in[ECC508A_SIG_DER_MAX + ECC508A_DIGEST_IN_MAX], sig[ECC508A_SIG_SIZE];
	size_t len = req->src_len + req->dst_len;
	int ret;

	if (sg_pcopy_to_buffer(req->src, sg_nents_for_len(req->src, len), in, len, 0) != len)
		return -EINVAL;
	ret = ecc508a_sig_from_der(in, req->src_len, sig);
	if (ret)
		return ret;
	return ecc508a_ecdsa_verify(ctx, in + req->src_len, req->dst_len, sig);
}

static void ecc508a_akcipher_complete(struct akcipher_request *req, int ret)
{
	local_bh_disable();
	akcipher_request_complete(req, ret);
	local_bh_enable();
}

static void ecc508a_akcipher_sign_work(struct work_struct *work)
{
	struct ecc508a_akcipher_req *rctx = container_of(work, struct ecc508a_akcipher_req, work);

	ecc508a_akcipher_complete(rctx->req, ecc508a_akcipher_do_sign(rctx->req));
}

static void ecc508a_akcipher_verify_work(struct work_struct *work)
{
	struct ecc508a_akcipher_req *rctx = container_of(work, struct ecc508a_akcipher_req, work);

	ecc508a_akcipher_complete(rctx->req, ecc508a_akcipher_do_verify(rctx->req));
}

static int ecc508a_akcipher_queue(struct akcipher_request *req, work_func_t fn)
{
	struct ecc508a_akcipher_req *rctx = akcipher_request_ctx(req);

	rctx->req = req;
	INIT_WORK(&rctx->work, fn);
	queue_work(ecc508a_akcipher_wq, &rctx->work);
	return -EINPROGRESS;
}

static int ecc508a_akcipher_sign(struct akcipher_request *req)
{
	struct ecc508a_ecdsa_ctx *ctx = akcipher_tfm_ctx(crypto_akcipher_reqtfm(req));

	if (!ctx->has_priv)
		return -ENOKEY;
	if (!req->src_len || req->src_len > ECC508A_DIGEST_IN_MAX)
		return -EINVAL;
	if (req->dst_len < ECC508A_SIG_DER_MAX) {
		req->dst_len = ECC508A_SIG_DER_MAX;
		return -EOVERFLOW;
	}
	return ecc508a_akcipher_queue(req, ecc508a_akcipher_sign_work);
}

static int ecc508a_akcipher_verify(struct akcipher_request *req)
{
	struct ecc508a_ecdsa_ctx *ctx = akcipher_tfm_ctx(crypto_akcipher_reqtfm(req));

	if (!ctx->has_pub)
		return -ENOKEY;
	if (!req->dst_len || req->dst_len > ECC508A_DIGEST_IN_MAX)
		return -EINVAL;
	if (!req->src_len || req->src_len > ECC508A_SIG_DER_MAX)
		return -EBADMSG;
	return ecc508a_akcipher_queue(req, ecc508a_akcipher_verify_work);
}

static int ecc508a_akcipher_set_priv_key(struct crypto_akcipher *tfm, const void *key,
					 unsigned int len)
{
	return ecc508a_ecdsa_set_priv(akcipher_tfm_ctx(tfm), key, len);
}

static int ecc508a_akcipher_set_pub_key(struct crypto_akcipher *tfm, const void *key,
					unsigned int len)
{
	return ecc508a_ecdsa_set_pub(akcipher_tfm_ctx(tfm), key, len);
}

static unsigned int ecc508a_akcipher_max_size(struct crypto_akcipher *tfm)
{
	return ECC508A_SIG_DER_MAX;
}

static int ecc508a_akcipher_init(struct crypto_akcipher *tfm)
{
	struct ecc508a_ecdsa_ctx *ctx = akcipher_tfm_ctx(tfm);

	memset(ctx, 0, sizeof(*ctx));
	akcipher_set_reqsize(tfm, sizeof(struct ecc508a_akcipher_req));
	return 0;
}

static void ecc508a_akcipher_exit(struct crypto_akcipher *tfm)
{
}

static struct akcipher_alg ecc508a_akcipher = {
	.sign = ecc508a_akcipher_sign,
	.verify = ecc508a_akcipher_verify,
	.set_priv_key = ecc508a_akcipher_set_priv_key,
	.set_pub_key = ecc508a_akcipher_set_pub_key,
	.max_size = ecc508a_akcipher_max_size,
	.init = ecc508a_akcipher_init,
	.exit = ecc508a_akcipher_exit,
	.base = {
		.cra_name = ECC508A_ECDSA_NAME,
		.cra_driver_name = ECC508A_ECDSA_DRIVER,
		.cra_priority = ECC508A_ECDSA_PRIORITY,
		.cra_flags = CRYPTO_ALG_ASYNC,
		.cra_module = THIS_MODULE,
		.cra_ctxsize = sizeof(struct ecc508a_ecdsa_ctx),
	},
};

/* No set_priv_key, no sign: nothing that comes by the standard name reaches a slot */
static struct akcipher_alg ecc508a_akcipher_std = {
	.verify = ecc508a_akcipher_verify,
	.set_pub_key = ecc508a_akcipher_set_pub_key,
	.max_size = ecc508a_akcipher_max_size,
	.init = ecc508a_akcipher_init,
	.exit = ecc508a_akcipher_exit,
	.base = {
		.cra_name = ECC508A_ECDSA_STD_NAME,
		.cra_driver_name = ECC508A_ECDSA_STD_DRIVER,
		.cra_priority = ECC508A_ECDSA_PRIORITY,
		.cra_flags = CRYPTO_ALG_ASYNC,
		.cra_module = THIS_MODULE,
		.cra_ctxsize = sizeof(struct ecc508a_ecdsa_ctx),
	},
};

int ecc508a_ecdsa_register(void)
{
	int ret;

	ecc508a_akcipher_wq = alloc_workqueue("ecc508a-akcipher", WQ_UNBOUND, 0);
	if (!ecc508a_akcipher_wq)
		return -ENOMEM;
	ret = crypto_register_akcipher(&ecc508a_akcipher);
	if (ret)
		destroy_workqueue(ecc508a_akcipher_wq);
	return ret;
}

void ecc508a_ecdsa_unregister(void)
{
	crypto_unregister_akcipher(&ecc508a_akcipher);
	destroy_workqueue(ecc508a_akcipher_wq);
}

int ecc508a_ecdsa_register_std(void)
{
	return crypto_register_akcipher(&ecc508a_akcipher_std);
}

void ecc508a_ecdsa_unregister_std(void)
{
	crypto_unregister_akcipher(&ecc508a_akcipher_std);
}

#endif /* !ECC508A_HAS_SIG_ALG */
