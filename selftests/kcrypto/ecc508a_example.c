// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * A worked example: how a kernel module uses a key that lives in a chip, through nothing
 * but the kernel's crypto API.
 *
 * It does what an in-kernel TLS 1.3 client does at the end of its handshake (RFC 8446,
 * 4.4.3): hash the text of a CertificateVerify, sign the hash with the key that a key
 * reference names, and verify the signature with the public half.  It also sees to it that
 * a wrong signature is refused.
 *
 *	insmod ecc508a_example.ko ref=HEX transcript=HEX
 *
 * @ref is the DER of the key reference (`ecc508a key --der`), @transcript 32 bytes.  The
 * signature is printed as r || s in hex, so that others can verify it; loading fails with the
 * error of the first step that fails.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#if __has_include(<linux/hex.h>) /* was part of kernel.h */
#include <linux/hex.h>
#endif
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/version.h>
#include <crypto/sha2.h>

#define HAS_SIG_ALG (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0))
#if HAS_SIG_ALG
#include <crypto/sig.h>
#else
#include <crypto/akcipher.h>
#endif

#define ALG_NAME "ecdsa-nist-p256-ecc508a"
#define REF_MAX	 128
#define SIG_MAX	 72

static char *ref;
module_param(ref, charp, 0);
MODULE_PARM_DESC(ref, "key reference, DER in hex");
static char *transcript;
module_param(transcript, charp, 0);
MODULE_PARM_DESC(transcript, "hash of the handshake so far, 32 bytes in hex");

/* What TLS 1.3 signs: 64 spaces, a context string, a zero, the transcript hash */
static void certificate_verify_digest(const u8 *hash, u8 *digest)
{
	static const char context[] = "TLS 1.3, client CertificateVerify";
	u8 text[64 + sizeof(context) + SHA256_DIGEST_SIZE];

	memset(text, ' ', 64);
	memcpy(text + 64, context, sizeof(context));
	memcpy(text + 64 + sizeof(context), hash, SHA256_DIGEST_SIZE);
	sha256(text, sizeof(text), digest);
}

#if HAS_SIG_ALG

static int sign_and_verify(const u8 *key, unsigned int keylen, u8 *digest, u8 *sig)
{
	struct crypto_sig *tfm;
	int ret, len;

	tfm = crypto_alloc_sig(ALG_NAME, 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	ret = crypto_sig_set_privkey(tfm, key, keylen);
	if (ret)
		goto free;
	len = crypto_sig_sign(tfm, digest, SHA256_DIGEST_SIZE, sig, SIG_MAX);
	if (len < 0) {
		ret = len;
		goto free;
	}
	ret = crypto_sig_verify(tfm, sig, len, digest, SHA256_DIGEST_SIZE);
	if (ret)
		goto free;
	digest[0] ^= 1;
	ret = crypto_sig_verify(tfm, sig, len, digest, SHA256_DIGEST_SIZE);
	digest[0] ^= 1;
	if (ret != -EKEYREJECTED) {
		pr_err("ecc508a_example: a wrong digest gave %d\n", ret);
		ret = -EBADMSG;
	} else {
		ret = len;
	}
free:
	crypto_free_sig(tfm);
	return ret;
}

#else

static int run(struct akcipher_request *req, bool sign, u8 *buf, unsigned int src, unsigned int dst)
{
	struct scatterlist in, out;
	DECLARE_CRYPTO_WAIT(wait);

	sg_init_one(&in, buf, sign ? src : src + dst);
	sg_init_one(&out, buf + src, dst);
	akcipher_request_set_crypt(req, &in, sign ? &out : NULL, src, dst);
	akcipher_request_set_callback(req, CRYPTO_TFM_REQ_MAY_SLEEP, crypto_req_done, &wait);
	return crypto_wait_req(sign ? crypto_akcipher_sign(req) : crypto_akcipher_verify(req),
			       &wait);
}

static int sign_and_verify(const u8 *key, unsigned int keylen, u8 *digest, u8 *sig)
{
	struct akcipher_request *req = NULL;
	struct crypto_akcipher *tfm;
	unsigned int len;
	u8 *buf;
	int ret;

	tfm = crypto_alloc_akcipher(ALG_NAME, 0, 0);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	ret = -ENOMEM;
	buf = kmalloc(SHA256_DIGEST_SIZE + SIG_MAX, GFP_KERNEL);
	req = akcipher_request_alloc(tfm, GFP_KERNEL);
	if (!buf || !req)
		goto free;
	ret = crypto_akcipher_set_priv_key(tfm, key, keylen);
	if (ret)
		goto free;

	memcpy(buf, digest, SHA256_DIGEST_SIZE);
	ret = run(req, true, buf, SHA256_DIGEST_SIZE, SIG_MAX);
	if (ret)
		goto free;
	len = req->dst_len;
	memcpy(sig, buf + SHA256_DIGEST_SIZE, len);

	/* Verification wants the signature first, then the digest */
	memcpy(buf, sig, len);
	memcpy(buf + len, digest, SHA256_DIGEST_SIZE);
	ret = run(req, false, buf, len, SHA256_DIGEST_SIZE);
	if (ret)
		goto free;
	buf[len] ^= 1;
	ret = run(req, false, buf, len, SHA256_DIGEST_SIZE);
	if (ret != -EKEYREJECTED) {
		pr_err("ecc508a_example: a wrong digest gave %d\n", ret);
		ret = -EBADMSG;
	} else {
		ret = len;
	}
free:
	akcipher_request_free(req);
	kfree(buf);
	crypto_free_akcipher(tfm);
	return ret;
}

#endif

static int __init ecc508a_example_init(void)
{
	u8 key[REF_MAX], hash[SHA256_DIGEST_SIZE], digest[SHA256_DIGEST_SIZE], sig[SIG_MAX];
	char hex[2 * SIG_MAX + 1];
	size_t keylen;
	int ret;

	if (!ref || !transcript || strlen(transcript) != 2 * sizeof(hash))
		return -EINVAL;
	keylen = strlen(ref) / 2;
	if (keylen > sizeof(key) || hex2bin(key, ref, keylen) ||
	    hex2bin(hash, transcript, sizeof(hash)))
		return -EINVAL;

	certificate_verify_digest(hash, digest);
	ret = sign_and_verify(key, keylen, digest, sig);
	if (ret < 0) {
		pr_err("ecc508a_example: failed: %d\n", ret);
		return ret;
	}
	/* The signature is DER up to 6.12, r || s from 6.15 on */
	*bin2hex(hex, digest, sizeof(digest)) = '\0';
	pr_info("ecc508a_example: digest %s\n", hex);
	*bin2hex(hex, sig, ret) = '\0';
	pr_info("ecc508a_example: signature %s\n", hex);
	return 0;
}

static void __exit ecc508a_example_exit(void)
{
}

module_init(ecc508a_example_init);
module_exit(ecc508a_example_exit);
MODULE_DESCRIPTION("Example user of a key in an ATECC508A");
MODULE_AUTHOR("The ecc508a authors");
MODULE_LICENSE("GPL");
