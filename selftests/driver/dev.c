// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* See dev.h. */
#include "dev.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

const char *dev_path(void)
{
	const char *path = getenv("ECC508A_DEVICE");

	return path ? path : "/dev/ecc508a0";
}

int dev_open(int flags)
{
	return open(dev_path(), flags | O_CLOEXEC);
}

int dev_ioctl(int fd, unsigned long cmd, void *arg)
{
	return ioctl(fd, cmd, arg) < 0 ? errno : 0;
}

int dev_sign(int fd, unsigned int slot, const uint8_t digest[32], uint8_t sig[64])
{
	struct ecc508a_sign s = { .slot = (uint16_t)slot };
	int ret;

	memcpy(s.digest, digest, 32);
	ret = dev_ioctl(fd, ECC508A_IOC_SIGN, &s);
	memcpy(sig, s.sig, 64);
	return ret;
}

static int key_request(int fd, unsigned long cmd, unsigned int slot, uint8_t xy[64])
{
	struct ecc508a_pubkey p = { .slot = (uint16_t)slot };
	int ret = dev_ioctl(fd, cmd, &p);

	memcpy(xy, p.pubkey, 64);
	return ret;
}

int dev_pubkey(int fd, unsigned int slot, uint8_t xy[64])
{
	return key_request(fd, ECC508A_IOC_PUBKEY, slot, xy);
}

int dev_genkey(int fd, unsigned int slot, uint8_t xy[64])
{
	return key_request(fd, ECC508A_IOC_GENKEY, slot, xy);
}

int dev_random(int fd, void *buf, size_t len)
{
	struct ecc508a_random r = { .len = (uint32_t)len, .buf = (uintptr_t)buf };

	return dev_ioctl(fd, ECC508A_IOC_RANDOM, &r);
}

static int rw_request(int fd, unsigned long cmd, unsigned int zone, unsigned int slot,
		      unsigned int offset, uintptr_t buf, size_t len)
{
	struct ecc508a_rw rw = {
		.zone = (uint16_t)zone,
		.slot = (uint16_t)slot,
		.offset = (uint16_t)offset,
		.len = (uint16_t)len,
		.buf = buf,
	};

	return dev_ioctl(fd, cmd, &rw);
}

int dev_read(int fd, unsigned int zone, unsigned int slot, unsigned int offset, void *buf,
	     size_t len)
{
	return rw_request(fd, ECC508A_IOC_READ, zone, slot, offset, (uintptr_t)buf, len);
}

int dev_write(int fd, unsigned int zone, unsigned int slot, unsigned int offset, const void *buf,
	      size_t len)
{
	return rw_request(fd, ECC508A_IOC_WRITE, zone, slot, offset, (uintptr_t)buf, len);
}

int dev_session(int fd, unsigned int timeout_ms)
{
	struct ecc508a_session s = { .timeout_ms = timeout_ms };

	return dev_ioctl(fd, ECC508A_IOC_SESSION_BEGIN, &s);
}

int dev_session_end(int fd)
{
	return dev_ioctl(fd, ECC508A_IOC_SESSION_END, NULL);
}

int dev_exchange(int fd, uint8_t opcode, uint8_t p1, uint16_t p2, const void *tx, size_t tx_len,
		 void *rx, size_t *rx_len, uint8_t *status)
{
	struct ecc508a_exchange x = {
		.opcode = opcode,
		.param1 = p1,
		.param2 = p2,
		.tx_len = (uint16_t)tx_len,
		.rx_len = (uint16_t)*rx_len,
		.tx = (uintptr_t)tx,
		.rx = (uintptr_t)rx,
	};
	int ret = dev_ioctl(fd, ECC508A_IOC_EXCHANGE, &x);

	*rx_len = x.rx_len;
	if (status)
		*status = x.result.status;
	return ret;
}

int dev_attr(const char *name, char *buf, size_t size)
{
	const char *node = strrchr(dev_path(), '/');
	char path[256];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/class/ecc508a/%s/%s", node ? node + 1 : dev_path(),
		 name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, buf, size - 1);
	close(fd);
	if (n < 0)
		return -1;
	buf[n] = 0;
	buf[strcspn(buf, "\n")] = 0;
	return 0;
}

long long dev_statistic(const char *name)
{
	char path[64], buf[64];

	snprintf(path, sizeof(path), "statistics/%s", name);
	return dev_attr(path, buf, sizeof(buf)) ? -1 : atoll(buf);
}

void dev_autosuspend(unsigned int ms)
{
	const char *node = strrchr(dev_path(), '/');
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/ecc508a/%s/device/power/autosuspend_delay_ms",
		 node ? node + 1 : dev_path());
	f = fopen(path, "we");
	if (!f || fprintf(f, "%u", ms) < 0 || fclose(f))
		perror(path);
}

bool dev_asleep(void)
{
	char buf[32];
	int i;

	for (i = 0; i < 100 * (int)time_scale(); i++) {
		if (!dev_attr("power_state", buf, sizeof(buf)) && !strcmp(buf, "asleep"))
			return true;
		sleep_ms(20);
	}
	return false;
}

unsigned int time_scale(void)
{
	const char *scale = getenv("ECC508A_TIME_SCALE");
	int n = scale ? atoi(scale) : 1;

	return n < 1 ? 1 : (unsigned int)n;
}

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

void sleep_ms(unsigned int ms)
{
	struct timespec ts = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

void fill_random(void *buf, size_t len)
{
	if (RAND_bytes(buf, (int)len) != 1)
		abort();
}

void ref_sha256(const void *data, size_t len, uint8_t digest[32])
{
	SHA256(data, len, digest);
}

static EVP_PKEY *public_key(const uint8_t xy[64])
{
	uint8_t point[65];
	OSSL_PARAM params[3];
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	point[0] = 4;
	memcpy(point + 1, xy, 64);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
						     (char *)(uintptr_t) "P-256", 0);
	params[1] =
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point));
	params[2] = OSSL_PARAM_construct_end();
	if (EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

int ref_verify(const uint8_t xy[64], const uint8_t digest[32], const uint8_t sig[64])
{
	EVP_PKEY *key = public_key(xy);
	ECDSA_SIG *rs = ECDSA_SIG_new();
	EVP_PKEY_CTX *ctx = NULL;
	uint8_t *der = NULL;
	int len, ret = -1;

	if (!key)
		goto out;
	ECDSA_SIG_set0(rs, BN_bin2bn(sig, 32, NULL), BN_bin2bn(sig + 32, 32, NULL));
	len = i2d_ECDSA_SIG(rs, &der);
	ctx = EVP_PKEY_CTX_new(key, NULL);
	if (len > 0 && EVP_PKEY_verify_init(ctx) > 0)
		ret = EVP_PKEY_verify(ctx, der, (size_t)len, digest, 32) == 1;
out:
	EVP_PKEY_CTX_free(ctx);
	ECDSA_SIG_free(rs);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	return ret;
}

struct ref_key *ref_key_new(uint8_t xy[64])
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	uint8_t point[65];
	size_t len;

	if (!key || !EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point,
						     sizeof(point), &len))
		abort();
	memcpy(xy, point + 1, 64);
	return (struct ref_key *)key;
}

void ref_key_free(struct ref_key *key)
{
	EVP_PKEY_free((EVP_PKEY *)key);
}

int ref_sign(const struct ref_key *key, const uint8_t digest[32], uint8_t sig[64])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new((EVP_PKEY *)(uintptr_t)key, NULL);
	uint8_t der[80];
	const uint8_t *p = der;
	size_t len = sizeof(der);
	ECDSA_SIG *rs;

	if (EVP_PKEY_sign_init(ctx) <= 0 || EVP_PKEY_sign(ctx, der, &len, digest, 32) <= 0)
		abort();
	EVP_PKEY_CTX_free(ctx);
	rs = d2i_ECDSA_SIG(NULL, &p, (long)len);
	BN_bn2binpad(ECDSA_SIG_get0_r(rs), sig, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(rs), sig + 32, 32);
	ECDSA_SIG_free(rs);
	return 0;
}

int ref_ecdh(const struct ref_key *key, const uint8_t xy[64], uint8_t secret[32])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new((EVP_PKEY *)(uintptr_t)key, NULL);
	EVP_PKEY *peer = public_key(xy);
	size_t len = 32;
	int ret = -1;

	if (peer && EVP_PKEY_derive_init(ctx) > 0 && EVP_PKEY_derive_set_peer(ctx, peer) > 0 &&
	    EVP_PKEY_derive(ctx, secret, &len) > 0 && len == 32)
		ret = 0;
	EVP_PKEY_free(peer);
	EVP_PKEY_CTX_free(ctx);
	return ret;
}
