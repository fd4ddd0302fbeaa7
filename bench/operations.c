// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * operations WHAT COUNT PAUSE-MS: one operation of the chip, COUNT times, with a pause before each
 * that lets the chip fall asleep (0: one after the other).  Prints one line of JSON: how long each
 * took, and the processor time that this process spent, the driver's share of it included: the
 * driver works in the caller's context.
 *
 * Everything is in memory and has been used before the clock starts.  Before the first and after
 * the last one it makes a system call that cannot be mistaken (a write to a descriptor that does
 * not exist), so that whoever counts system calls knows where to begin and where to stop.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ecc508a.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "ecc508a.h"

#define COUNT_MAX    1000
#define SIGN_SLOT    0
#define ECDH_SLOT    2
#define RANDOM_BYTES 32
#define HWRNG_BYTES  256

static int fd = -1;
static struct ecc508a_dev *dev;
static EVP_PKEY *key;
static uint8_t digest[32], sig[64], xy[64];

static void die(const char *what)
{
	fprintf(stderr, "operations: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t ns_of(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static int64_t cpu_us(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL + u.ru_utime.tv_usec +
	       u.ru_stime.tv_usec;
}

static void open_node(void)
{
	const char *path = getenv("ECC508A_DEVICE");

	fd = open(path ? path : "/dev/ecc508a0", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("cannot open the chip");
}

static int sign(void)
{
	struct ecc508a_sign s = { .slot = SIGN_SLOT };
	int ret;

	memcpy(s.digest, digest, sizeof(s.digest));
	ret = ioctl(fd, ECC508A_IOC_SIGN, &s);
	memcpy(sig, s.sig, sizeof(sig));
	return ret;
}

static int pubkey(void)
{
	struct ecc508a_pubkey p = { .slot = SIGN_SLOT };
	int ret = ioctl(fd, ECC508A_IOC_PUBKEY, &p);

	memcpy(xy, p.pubkey, sizeof(xy));
	return ret;
}

static int verify(void)
{
	struct ecc508a_verify v = { 0 };

	memcpy(v.digest, digest, sizeof(v.digest));
	memcpy(v.sig, sig, sizeof(v.sig));
	memcpy(v.pubkey, xy, sizeof(v.pubkey));
	return ioctl(fd, ECC508A_IOC_VERIFY, &v);
}

static int ecdh(void)
{
	struct ecc508a_ecdh e = { .slot = ECDH_SLOT };

	memcpy(e.pubkey, xy, sizeof(e.pubkey));
	return ioctl(fd, ECC508A_IOC_ECDH, &e);
}

static int random_bytes(void)
{
	uint8_t buf[RANDOM_BYTES];
	struct ecc508a_random r = { .len = sizeof(buf), .buf = (uintptr_t)buf };

	return ioctl(fd, ECC508A_IOC_RANDOM, &r);
}

static int hwrng(void)
{
	uint8_t buf[HWRNG_BYTES];

	return read(fd, buf, sizeof(buf)) == sizeof(buf) ? 0 : -1;
}

static int lib_sign(void)
{
	return ecc508a_sign(dev, SIGN_SLOT, digest, sig);
}

/* As a TLS stack does it: the message is hashed here, the digest signed there */
static int provider_sign(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t der[80];
	size_t len = sizeof(der);
	int ok;

	ok = EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestSign(ctx, der, &len, digest, sizeof(digest)) == 1;
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : -1;
}

static void need_pubkey(void)
{
	open_node();
	if (pubkey())
		die("public key");
}

static void need_signature(void)
{
	need_pubkey();
	if (sign())
		die("signature");
}

static void need_hwrng(void)
{
	fd = open("/dev/hwrng", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("/dev/hwrng");
}

static void need_lib(void)
{
	if (ecc508a_open(NULL, 0, &dev)) {
		fprintf(stderr, "operations: %s\n", ecc508a_error(NULL));
		exit(1);
	}
}

static void need_provider(void)
{
	const char *ref = getenv("ECC508A_BENCH_REF");
	FILE *f = ref ? fopen(ref, "re") : NULL;

	if (!f)
		die("ECC508A_BENCH_REF");
	if (!OSSL_PROVIDER_load(NULL, "ecc508a") || !OSSL_PROVIDER_load(NULL, "default"))
		die("the provider does not load (OPENSSL_MODULES?)");
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	if (!key)
		die("the key does not load");
}

static const struct {
	const char *name;
	void (*prepare)(void);
	int (*run)(void);
} operations[] = {
	{ "sign", open_node, sign },	       { "pubkey", open_node, pubkey },
	{ "verify", need_signature, verify },  { "ecdh", need_pubkey, ecdh },
	{ "random", open_node, random_bytes }, { "hwrng", need_hwrng, hwrng },
	{ "lib-sign", need_lib, lib_sign },    { "provider-sign", need_provider, provider_sign },
};

static void mark(void)
{
	if (write(-1, "mark", 4) < 0)
		errno = 0;
}

int main(int argc, char **argv)
{
	static int64_t took[COUNT_MAX];
	unsigned int i, count, pause_ms, n = sizeof(operations) / sizeof(operations[0]);
	int (*run)(void) = NULL;
	int64_t cpu, task;

	if (argc != 4)
		goto usage;
	count = (unsigned int)atoi(argv[2]);
	pause_ms = (unsigned int)atoi(argv[3]);
	for (i = 0; i < n; i++) {
		if (strcmp(operations[i].name, argv[1]))
			continue;
		run = operations[i].run;
		operations[i].prepare();
	}
	if (!run || !count || count > COUNT_MAX)
		goto usage;

	/* Once for the caches and for the pages that have to be there */
	mlockall(MCL_CURRENT | MCL_FUTURE);
	if (run())
		die(argv[1]);
	cpu = cpu_us();
	task = ns_of(CLOCK_PROCESS_CPUTIME_ID);
	mark();
	for (i = 0; i < count; i++) {
		int64_t start;

		if (pause_ms)
			usleep(pause_ms * 1000);
		start = ns_of(CLOCK_MONOTONIC);
		if (run())
			die(argv[1]);
		took[i] = ns_of(CLOCK_MONOTONIC) - start;
	}
	mark();
	task = ns_of(CLOCK_PROCESS_CPUTIME_ID) - task;
	cpu = cpu_us() - cpu;

	printf("{\"what\":\"%s\",\"count\":%u,\"pause_ms\":%u,\"rusage_us\":%lld,\"cpu_ns\":%lld,"
	       "\"ns\":[",
	       argv[1], count, pause_ms, (long long)cpu, (long long)task);
	for (i = 0; i < count; i++)
		printf("%s%lld", i ? "," : "", (long long)took[i]);
	puts("]}");
	if (dev)
		ecc508a_close(dev);
	EVP_PKEY_free(key);
	return 0;

usage:
	fputs("usage: operations WHAT COUNT PAUSE-MS; WHAT is one of", stderr);
	for (i = 0; i < n; i++)
		fprintf(stderr, " %s", operations[i].name);
	fputc('\n', stderr);
	return 2;
}
