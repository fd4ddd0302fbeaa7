// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * load: signs with a slot, again and again, and checks each signature.
 *
 *	load [-n COUNT] [-s SLOT] [-o DIR] [-e] [-S]
 *
 *	-n  signatures to make (default: until killed)
 *	-o  keep them: DIR/PID-N.digest, DIR/PID-N.sig (DER), and DIR/pub.pem
 *	-e  errors of the device (not wrong signatures) are expected and counted
 *
 *	-S  each in a session of its own, with raw commands
 *
 * Prints "signed N failed N wrong N slowest N ms" at the end.  Exit status 0 if all were good,
 * with -e also if some failed; a wrong signature is always 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dev.h"

static volatile sig_atomic_t stop;

static void on_term(int sig)
{
	stop = 1;
}

static void put_file(const char *dir, const char *name, const void *data, size_t len)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	if (!f || fwrite(data, 1, len, f) != len || fclose(f)) {
		perror(path);
		exit(2);
	}
}

static void keep(const char *dir, unsigned long n, const uint8_t digest[32], const uint8_t sig[64])
{
	ECDSA_SIG *rs = ECDSA_SIG_new();
	uint8_t *der = NULL;
	char name[64];
	int len;

	ECDSA_SIG_set0(rs, BN_bin2bn(sig, 32, NULL), BN_bin2bn(sig + 32, 32, NULL));
	len = i2d_ECDSA_SIG(rs, &der);
	snprintf(name, sizeof(name), "%d-%lu.digest", getpid(), n);
	put_file(dir, name, digest, 32);
	snprintf(name, sizeof(name), "%d-%lu.sig", getpid(), n);
	put_file(dir, name, der, (size_t)len);
	OPENSSL_free(der);
	ECDSA_SIG_free(rs);
}

/* SubjectPublicKeyInfo of a P-256 key: fixed bytes and the point (RFC 5480) */
static void keep_public(const char *dir, const uint8_t xy[64])
{
	static const uint8_t head[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
					0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
					0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04 };
	uint8_t der[sizeof(head) + 64];

	memcpy(der, head, sizeof(head));
	memcpy(der + sizeof(head), xy, 64);
	put_file(dir, "pub.der", der, sizeof(der));
}

static int sign_in_session(int fd, unsigned int slot, const uint8_t digest[32], uint8_t sig[64])
{
	uint8_t rx[64];
	size_t len = sizeof(rx);
	int ret = dev_session(fd, 60000), end;

	if (ret)
		return ret;
	ret = dev_exchange(fd, 0x16, 3, 0, digest, 32, rx, &len, NULL); /* Nonce */
	sleep_ms(10);
	len = sizeof(rx);
	if (!ret)
		ret = dev_exchange(fd, 0x41, 0x80, (uint16_t)slot, NULL, 0, rx, &len, NULL);
	memcpy(sig, rx, 64);
	end = dev_session_end(fd);
	return ret ? ret : end;
}

int main(int argc, char **argv)
{
	unsigned long count = 0, n, failed = 0, wrong = 0, done = 0;
	const char *dir = NULL;
	uint8_t xy[64], digest[32], sig[64];
	uint64_t slowest = 0, t;
	bool expected = false, session = false;
	unsigned int slot = 0;
	int fd, opt, ret;

	while ((opt = getopt(argc, argv, "n:s:o:eS")) != -1) {
		switch (opt) {
		case 'n':
			count = strtoul(optarg, NULL, 0);
			break;
		case 's':
			slot = (unsigned int)strtoul(optarg, NULL, 0);
			break;
		case 'o':
			dir = optarg;
			break;
		case 'e':
			expected = true;
			break;
		case 'S':
			session = true;
			break;
		default:
			fprintf(stderr, "usage: load [-n COUNT] [-s SLOT] [-o DIR] [-e] [-S]\n");
			return 2;
		}
	}
	signal(SIGTERM, on_term);
	fd = dev_open(O_RDWR);
	if (fd < 0) {
		perror(dev_path());
		return 2;
	}
	ret = dev_pubkey(fd, slot, xy);
	if (ret) {
		fprintf(stderr, "public key of slot %u: %s\n", slot, strerror(ret));
		return 2;
	}
	if (dir)
		keep_public(dir, xy);
	for (n = 0; (!count || n < count) && !stop; n++) {
		fill_random(digest, sizeof(digest));
		t = now_ms();
		ret = session ? sign_in_session(fd, slot, digest, sig)
			      : dev_sign(fd, slot, digest, sig);
		t = now_ms() - t;
		if (t > slowest)
			slowest = t;
		if (ret) {
			failed++;
			if (!expected)
				fprintf(stderr, "sign: %s\n", strerror(ret));
			if (ret == ENODEV)
				break;
			continue;
		}
		done++;
		if (ref_verify(xy, digest, sig) != 1)
			wrong++;
		else if (dir)
			keep(dir, n, digest, sig);
	}
	printf("signed %lu failed %lu wrong %lu slowest %llu ms\n", done, failed, wrong,
	       (unsigned long long)slowest);
	return wrong || (failed && !expected);
}
