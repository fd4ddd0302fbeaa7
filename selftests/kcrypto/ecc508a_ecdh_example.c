// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * A worked example: ECDH in a kernel module with a key that lives in a chip.
 *
 *	insmod ecc508a_ecdh_example.ko peer=HEX [ref=HEX] [respond=1]
 *
 * @peer is the other side's public key, X then Y.  With @ref (the DER of a key reference) the
 * slot's key is used; without, one is made in the chip for this exchange.  @respond asks for the
 * shared secret before our public key, as the side does that hears the other's key first.
 * Our public key and the shared secret are printed: an example may do that.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#if __has_include(<linux/hex.h>) /* was part of kernel.h */
#include <linux/hex.h>
#endif
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <crypto/kpp.h>

#define ALG_NAME    "ecdh-nist-p256-ecc508a"
#define REF_MAX	    128
#define XY_SIZE	    64
#define SECRET_SIZE 32

static char *ref;
module_param(ref, charp, 0);
MODULE_PARM_DESC(ref, "key reference, DER in hex");
static char *peer;
module_param(peer, charp, 0);
MODULE_PARM_DESC(peer, "public key of the other side, 64 bytes in hex");
static bool respond;
module_param(respond, bool, 0);
MODULE_PARM_DESC(respond, "compute the shared secret before asking for our public key");

static int set_key(struct crypto_kpp *tfm)
{
	/* What crypto_ecdh_encode_key() makes of an empty key: "make one" */
	struct {
		struct kpp_secret head;
		u16 key_size;
	} __packed ephemeral = {
		.head = { .type = CRYPTO_KPP_SECRET_TYPE_ECDH, .len = sizeof(ephemeral) },
	};
	u8 der[REF_MAX];
	size_t len;

	if (!ref)
		return crypto_kpp_set_secret(tfm, (void *)&ephemeral, sizeof(ephemeral));
	len = strlen(ref) / 2;
	if (len > sizeof(der) || hex2bin(der, ref, len))
		return -EINVAL;
	return crypto_kpp_set_secret(tfm, der, len);
}

static int public_key(struct kpp_request *req, u8 *buf)
{
	DECLARE_CRYPTO_WAIT(wait);
	struct scatterlist out;
	int ret;

	sg_init_one(&out, buf, XY_SIZE);
	kpp_request_set_input(req, NULL, 0);
	kpp_request_set_output(req, &out, XY_SIZE);
	kpp_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG, crypto_req_done, &wait);
	ret = crypto_wait_req(crypto_kpp_generate_public_key(req), &wait);
	if (!ret)
		pr_info("ecc508a_ecdh_example: public %*phN\n", XY_SIZE, buf);
	return ret;
}

static int shared_secret(struct kpp_request *req, u8 *buf)
{
	DECLARE_CRYPTO_WAIT(wait);
	struct scatterlist in, out;
	int ret;

	if (hex2bin(buf, peer, XY_SIZE))
		return -EINVAL;
	sg_init_one(&in, buf, XY_SIZE);
	sg_init_one(&out, buf + XY_SIZE, SECRET_SIZE);
	kpp_request_set_input(req, &in, XY_SIZE);
	kpp_request_set_output(req, &out, SECRET_SIZE);
	kpp_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG, crypto_req_done, &wait);
	ret = crypto_wait_req(crypto_kpp_compute_shared_secret(req), &wait);
	if (!ret)
		pr_info("ecc508a_ecdh_example: secret %*phN\n", SECRET_SIZE, buf + XY_SIZE);
	return ret;
}

static int __init ecc508a_ecdh_example_init(void)
{
	struct kpp_request *req = NULL;
	struct crypto_kpp *tfm;
	u8 *buf = NULL;
	int ret;

	if (!peer || strlen(peer) != 2 * XY_SIZE)
		return -EINVAL;
	tfm = crypto_alloc_kpp(ALG_NAME, 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	ret = set_key(tfm);
	if (ret)
		goto free;
	ret = -ENOMEM;
	buf = kmalloc(XY_SIZE + SECRET_SIZE, GFP_KERNEL);
	req = kpp_request_alloc(tfm, GFP_KERNEL);
	if (!buf || !req)
		goto free;

	if (!respond)
		ret = public_key(req, buf);
	if (respond || !ret)
		ret = shared_secret(req, buf);
	if (!ret && respond)
		ret = public_key(req, buf);
free:
	if (ret)
		pr_err("ecc508a_ecdh_example: failed: %d\n", ret);
	kfree_sensitive(buf);
	kpp_request_free(req);
	crypto_free_kpp(tfm);
	return ret;
}

static void __exit ecc508a_ecdh_example_exit(void)
{
}

module_init(ecc508a_ecdh_example_init);
module_exit(ecc508a_ecdh_example_exit);
MODULE_DESCRIPTION("Example of ECDH with a key in an ATECC508A");
MODULE_AUTHOR("The ecc508a authors");
MODULE_LICENSE("GPL");
