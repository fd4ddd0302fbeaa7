// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * How long ECDH takes through the kernel's crypto API, whoever provides it.
 *
 *	insmod ecc508a_kpp_bench.ko alg=NAME peer=HEX [ref=HEX] [count=N] [pause_ms=N] [fresh=1]
 *
 * @alg is an algorithm or a driver name.  Without @ref an empty key is set, which asks the chip
 * to make one.  @fresh sets the key anew for each exchange and asks for the public key, as a TLS
 * handshake does; otherwise only the shared secret is timed, after a first one that is not.
 * Prints the nanoseconds of each and refuses to stay loaded: there is nothing to keep.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#if __has_include(<linux/hex.h>) /* was part of kernel.h */
#include <linux/hex.h>
#endif
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <crypto/kpp.h>

#define REF_MAX	    128
#define XY_SIZE	    64
#define SECRET_SIZE 32

static char *alg = "ecdh-nist-p256-ecc508a";
module_param(alg, charp, 0);
MODULE_PARM_DESC(alg, "algorithm or driver name");
static char *ref;
module_param(ref, charp, 0);
MODULE_PARM_DESC(ref, "key reference, DER in hex");
static char *peer;
module_param(peer, charp, 0);
MODULE_PARM_DESC(peer, "public key of the other side, 64 bytes in hex");
static unsigned int count = 10;
module_param(count, uint, 0);
MODULE_PARM_DESC(count, "how many exchanges");
static unsigned int pause_ms;
module_param(pause_ms, uint, 0);
MODULE_PARM_DESC(pause_ms, "pause before each, so that the chip sleeps");
static bool fresh;
module_param(fresh, bool, 0);
MODULE_PARM_DESC(fresh, "a new key and its public half for each exchange");

struct bench {
	struct crypto_kpp *tfm;
	struct kpp_request *req;
	struct crypto_wait wait;
	u8 der[REF_MAX];
	size_t der_len;
	u8 theirs[XY_SIZE], mine[XY_SIZE], secret[SECRET_SIZE];
};

static int set_key(struct bench *b)
{
	/* What crypto_ecdh_encode_key() makes of an empty key: "make one" */
	struct {
		struct kpp_secret head;
		u16 key_size;
	} __packed none = {
		.head = { .type = CRYPTO_KPP_SECRET_TYPE_ECDH, .len = sizeof(none) },
	};

	if (b->der_len)
		return crypto_kpp_set_secret(b->tfm, b->der, b->der_len);
	return crypto_kpp_set_secret(b->tfm, &none, sizeof(none));
}

static int run(struct bench *b, u8 *in, u8 *out, size_t len)
{
	struct scatterlist src, dst;

	crypto_init_wait(&b->wait);
	sg_init_one(&dst, out, len);
	kpp_request_set_output(b->req, &dst, len);
	kpp_request_set_callback(b->req, CRYPTO_TFM_REQ_MAY_BACKLOG, crypto_req_done, &b->wait);
	if (!in) {
		kpp_request_set_input(b->req, NULL, 0);
		return crypto_wait_req(crypto_kpp_generate_public_key(b->req), &b->wait);
	}
	sg_init_one(&src, in, XY_SIZE);
	kpp_request_set_input(b->req, &src, XY_SIZE);
	return crypto_wait_req(crypto_kpp_compute_shared_secret(b->req), &b->wait);
}

static int exchange(struct bench *b)
{
	int ret = 0;

	if (fresh) {
		ret = set_key(b);
		if (!ret)
			ret = run(b, NULL, b->mine, XY_SIZE);
	}
	if (!ret)
		ret = run(b, b->theirs, b->secret, SECRET_SIZE);
	return ret;
}

static int measure(struct bench *b)
{
	unsigned int i;
	u64 start;
	int ret;

	ret = set_key(b);
	if (!ret)
		ret = exchange(b);
	for (i = 0; i < count && !ret; i++) {
		if (pause_ms)
			msleep(pause_ms);
		start = ktime_get_ns();
		ret = exchange(b);
		pr_info("ecc508a_kpp_bench: %s %llu ns\n", alg, ktime_get_ns() - start);
	}
	return ret;
}

static int __init kpp_bench_init(void)
{
	struct bench *b;
	int ret = -EINVAL;

	b = kzalloc(sizeof(*b), GFP_KERNEL);
	if (!b)
		return -ENOMEM;
	if (!peer || strlen(peer) != 2 * XY_SIZE || hex2bin(b->theirs, peer, XY_SIZE))
		goto free;
	if (ref) {
		b->der_len = strlen(ref) / 2;
		if (b->der_len > sizeof(b->der) || hex2bin(b->der, ref, b->der_len))
			goto free;
	}
	b->tfm = crypto_alloc_kpp(alg, 0, 0);
	if (IS_ERR(b->tfm)) {
		ret = PTR_ERR(b->tfm);
		goto free;
	}
	ret = -ENOMEM;
	b->req = kpp_request_alloc(b->tfm, GFP_KERNEL);
	if (b->req)
		ret = measure(b);
	kpp_request_free(b->req);
	crypto_free_kpp(b->tfm);
	if (!ret)
		pr_info("ecc508a_kpp_bench: done\n");
	else
		pr_err("ecc508a_kpp_bench: %s failed: %d\n", alg, ret);
free:
	kfree_sensitive(b);
	return ret ?: -ECANCELED; /* measured; nothing stays */
}

module_init(kpp_bench_init);
MODULE_DESCRIPTION("Times ECDH through the kernel's crypto API");
MODULE_AUTHOR("The ecc508a authors");
MODULE_LICENSE("GPL");
