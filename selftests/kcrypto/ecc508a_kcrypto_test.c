// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The kernel's crypto API from a shell: write a command to the parameter "run", read what came of
 * it from there.  An answer is an errno (0 or negative), and hexadecimal data if there are any.
 *
 *	verify ALG FORM KEY DIGEST SIGNATURE	KEY 04 X Y; FORM is der, raw (r s) or digits
 *						(struct ecdsa_raw_sig made of r s; sig only)
 *	hold ALG REFERENCE			a transform that stays, with that private key
 *	sign DIGEST				with it
 *	kpp [REFERENCE]				a transform for ECDH that stays; no reference: a
 *						key of the chip's own making
 *	kpp-again				have it forget its key and make another
 *	public, secret PEER			with it
 *	drop					both of them
 */
#include <linux/init.h>
#include <linux/kernel.h>
#if __has_include(<linux/hex.h>) /* was part of kernel.h */
#include <linux/hex.h>
#endif
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/version.h>
#include <crypto/kpp.h>

#define HAS_SIG_ALG (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0))
#if HAS_SIG_ALG
#include <linux/math.h>
#include <crypto/internal/ecc.h>
#include <crypto/sig.h>
#else
#include <crypto/akcipher.h>
#endif

#define KPP_NAME   "ecdh-nist-p256-ecc508a"
#define KEY_MAX	   128
#define DIGEST_MAX 64
#define SIG_MAX	   160 /* struct ecdsa_raw_sig has 144 bytes */
#define XY_SIZE	   64
#define WORDS	   6

static char answer[2 * SIG_MAX + 16] = "none";
static struct crypto_kpp *kpp;

static int set_answer(int err, const u8 *data, size_t len)
{
	char *p = answer + scnprintf(answer, sizeof(answer), "%d%s", err, data ? " " : "");

	if (data)
		*bin2hex(p, data, len) = '\0';
	return 0;
}

/* Hex to bytes; their number, or an errno */
static int unhex(u8 *out, size_t size, const char *hex)
{
	size_t len;

	if (!hex)
		return -EINVAL;
	len = strlen(hex) / 2;
	if (len > size || strlen(hex) % 2 || hex2bin(out, hex, len))
		return -EINVAL;
	return len;
}

#if HAS_SIG_ALG

static struct crypto_sig *held;

static void drop_held(void)
{
	if (held)
		crypto_free_sig(held);
	held = NULL;
}

static int hold(const char *alg, const u8 *key, int len)
{
	struct crypto_sig *tfm = crypto_alloc_sig(alg, 0, 0);
	int ret;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	ret = crypto_sig_set_privkey(tfm, key, len);
	if (ret) {
		crypto_free_sig(tfm);
		return ret;
	}
	drop_held();
	held = tfm;
	return 0;
}

static int sign(u8 *buf, int len)
{
	u8 sig[SIG_MAX];
	int ret;

	if (!held)
		return -ENOENT;
	ret = crypto_sig_sign(held, buf, len, sig, sizeof(sig));
	if (ret > 0)
		memcpy(buf, sig, ret);
	return ret;
}

static void to_digits(const u8 *in, u64 *digits)
{
	int i, j;

	for (i = 0; i < 4; i++)
		for (j = 0; j < 8; j++)
			digits[3 - i] = digits[3 - i] << 8 | in[8 * i + j];
}

static int verify(const char *alg, const char *form, const u8 *key, int key_len, const u8 *digest,
		  int digest_len, u8 *sig, int len)
{
	struct ecdsa_raw_sig raw = {};
	struct crypto_sig *tfm;
	int ret;

	if (!strcmp(form, "digits")) {
		if (len != 64)
			return -EDOM;
		to_digits(sig, raw.r);
		to_digits(sig + 32, raw.s);
		memcpy(sig, &raw, sizeof(raw));
		len = sizeof(raw);
	}
	tfm = crypto_alloc_sig(alg, 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	ret = crypto_sig_set_pubkey(tfm, key, key_len);
	if (!ret)
		ret = crypto_sig_verify(tfm, sig, len, digest, digest_len);
	crypto_free_sig(tfm);
	return ret;
}

#else

static struct crypto_akcipher *held;

static void drop_held(void)
{
	if (held)
		crypto_free_akcipher(held);
	held = NULL;
}

static int hold(const char *alg, const u8 *key, int len)
{
	struct crypto_akcipher *tfm = crypto_alloc_akcipher(alg, 0, 0);
	int ret;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	ret = crypto_akcipher_set_priv_key(tfm, key, len);
	if (ret) {
		crypto_free_akcipher(tfm);
		return ret;
	}
	drop_held();
	held = tfm;
	return 0;
}

static int request(struct crypto_akcipher *tfm, u8 *buf, int src, int dst, bool signing)
{
	struct scatterlist in, out;
	struct akcipher_request *req = akcipher_request_alloc(tfm, GFP_KERNEL);
	DECLARE_CRYPTO_WAIT(wait);
	int ret;

	if (!req)
		return -ENOMEM;
	sg_init_one(&in, buf, signing ? src : src + dst);
	sg_init_one(&out, buf + src, dst);
	akcipher_request_set_crypt(req, &in, signing ? &out : NULL, src, dst);
	akcipher_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG, crypto_req_done, &wait);
	ret = crypto_wait_req(signing ? crypto_akcipher_sign(req) : crypto_akcipher_verify(req),
			      &wait);
	if (!ret && signing)
		ret = req->dst_len;
	akcipher_request_free(req);
	return ret;
}

static int sign(u8 *buf, int len)
{
	u8 *both;
	int ret;

	if (!held)
		return -ENOENT;
	both = kmalloc(len + SIG_MAX, GFP_KERNEL);
	if (!both)
		return -ENOMEM;
	memcpy(both, buf, len);
	ret = request(held, both, len, SIG_MAX, true);
	if (ret > 0)
		memcpy(buf, both + len, ret);
	kfree(both);
	return ret;
}

static int verify(const char *alg, const char *form, const u8 *key, int key_len, const u8 *digest,
		  int digest_len, u8 *sig, int len)
{
	struct crypto_akcipher *tfm;
	u8 *both;
	int ret;

	if (!strcmp(form, "digits"))
		return -EDOM;
	tfm = crypto_alloc_akcipher(alg, 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	ret = crypto_akcipher_set_pub_key(tfm, key, key_len);
	if (ret)
		goto free;
	ret = -ENOMEM;
	both = kmalloc(len + digest_len + 1, GFP_KERNEL);
	if (!both)
		goto free;
	memcpy(both, sig, len);
	memcpy(both + len, digest, digest_len);
	ret = request(tfm, both, len, digest_len, false);
	kfree(both);
free:
	crypto_free_akcipher(tfm);
	return ret;
}

#endif

static int run_verify(char **word)
{
	u8 key[KEY_MAX], digest[DIGEST_MAX], sig[SIG_MAX];
	int key_len = unhex(key, sizeof(key), word[3]);
	int digest_len = unhex(digest, sizeof(digest), word[4]);
	int len = unhex(sig, sizeof(sig), word[5]);

	if (key_len < 0 || digest_len < 0 || len < 0)
		return -EDOM;
	return verify(word[1], word[2], key, key_len, digest, digest_len, sig, len);
}

static int run_sign(char **word)
{
	u8 buf[SIG_MAX];
	int ret = unhex(buf, DIGEST_MAX, word[1]);

	if (ret < 0)
		return -EDOM;
	ret = sign(buf, ret);
	return ret < 0 ? set_answer(ret, NULL, 0) : set_answer(0, buf, ret);
}

static int kpp_set(const char *ref)
{
	/* What crypto_ecdh_encode_key() makes of an empty key: "make one" */
	struct {
		struct kpp_secret head;
		u16 key_size;
	} __packed ephemeral = {
		.head = { .type = CRYPTO_KPP_SECRET_TYPE_ECDH, .len = sizeof(ephemeral) },
	};
	u8 der[KEY_MAX];
	int len;

	if (!ref)
		return crypto_kpp_set_secret(kpp, (void *)&ephemeral, sizeof(ephemeral));
	len = unhex(der, sizeof(der), ref);
	return len < 0 ? -EDOM : crypto_kpp_set_secret(kpp, der, len);
}

static void drop_kpp(void)
{
	if (kpp)
		crypto_free_kpp(kpp);
	kpp = NULL;
}

static int run_kpp(const char *ref)
{
	int ret;

	drop_kpp();
	kpp = crypto_alloc_kpp(KPP_NAME, 0, 0);
	if (IS_ERR(kpp)) {
		ret = PTR_ERR(kpp);
		kpp = NULL;
		return ret;
	}
	return kpp_set(ref);
}

/* @peer: NULL for our public key */
static int run_exchange(const char *peer)
{
	struct scatterlist in, out;
	DECLARE_CRYPTO_WAIT(wait);
	struct kpp_request *req;
	u8 *buf;
	int ret;

	if (!kpp)
		return set_answer(-ENOENT, NULL, 0);
	buf = kzalloc(2 * XY_SIZE, GFP_KERNEL);
	req = kpp_request_alloc(kpp, GFP_KERNEL);
	ret = -ENOMEM;
	if (!buf || !req)
		goto free;
	ret = -EDOM;
	if (peer && unhex(buf, XY_SIZE, peer) != XY_SIZE)
		goto free;
	sg_init_one(&in, buf, XY_SIZE);
	sg_init_one(&out, buf + XY_SIZE, XY_SIZE);
	kpp_request_set_input(req, peer ? &in : NULL, peer ? XY_SIZE : 0);
	kpp_request_set_output(req, &out, XY_SIZE);
	kpp_request_set_callback(req, CRYPTO_TFM_REQ_MAY_BACKLOG, crypto_req_done, &wait);
	ret = crypto_wait_req(peer ? crypto_kpp_compute_shared_secret(req)
				   : crypto_kpp_generate_public_key(req),
			      &wait);
free:
	if (ret)
		set_answer(ret, NULL, 0);
	else
		set_answer(0, buf + XY_SIZE, req->dst_len);
	kpp_request_free(req);
	kfree(buf);
	return 0;
}

static int run(char **word)
{
	u8 key[KEY_MAX];
	int len;

	if (!word[0])
		return -EINVAL;
	if (!strcmp(word[0], "verify"))
		return set_answer(run_verify(word), NULL, 0);
	if (!strcmp(word[0], "sign"))
		return run_sign(word);
	if (!strcmp(word[0], "hold")) {
		len = unhex(key, sizeof(key), word[2]);
		return set_answer(len < 0 ? -EDOM : hold(word[1], key, len), NULL, 0);
	}
	if (!strcmp(word[0], "kpp"))
		return set_answer(run_kpp(word[1]), NULL, 0);
	if (!strcmp(word[0], "kpp-again"))
		return set_answer(kpp ? kpp_set(NULL) : -ENOENT, NULL, 0);
	if (!strcmp(word[0], "public"))
		return run_exchange(NULL);
	if (!strcmp(word[0], "secret"))
		return run_exchange(word[1] ?: "");
	if (!strcmp(word[0], "drop")) {
		drop_held();
		drop_kpp();
		return set_answer(0, NULL, 0);
	}
	return -EINVAL;
}

static int run_set(const char *val, const struct kernel_param *kp)
{
	char *copy = kstrdup(val, GFP_KERNEL), *rest, *word[WORDS + 1] = {};
	int i, ret;

	if (!copy)
		return -ENOMEM;
	rest = strim(copy);
	for (i = 0; i < WORDS && rest; i++)
		word[i] = strsep(&rest, " ");
	ret = run(word);
	kfree(copy);
	return ret;
}

static int run_get(char *buffer, const struct kernel_param *kp)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n", answer);
}

static const struct kernel_param_ops run_ops = {
	.set = run_set,
	.get = run_get,
};

module_param_cb(run, &run_ops, NULL, 0600);
MODULE_PARM_DESC(run, "a command; see the source");

static int __init ecc508a_kcrypto_test_init(void)
{
	return 0;
}

static void __exit ecc508a_kcrypto_test_exit(void)
{
	drop_held();
	drop_kpp();
}

module_init(ecc508a_kcrypto_test_init);
module_exit(ecc508a_kcrypto_test_exit);
MODULE_DESCRIPTION("The kernel's crypto API from a shell");
MODULE_AUTHOR("The ecc508a authors");
MODULE_LICENSE("GPL");
