// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * A 32-bit program on a 64-bit kernel, without any library, so that no 32-bit libc is needed
 * to build it (selftests/driver/compat-test).  i386 only.
 */
#include <linux/ecc508a.h>

static long call(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "a"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return ret;
}

#define SYS_EXIT   1
#define SYS_WRITE  4
#define SYS_OPEN   5
#define SYS_IOCTL  54
#define O_RDWR	   2
#define EFAULT	   14
#define EINVAL	   22
#define EOPNOTSUPP 95

static int bad;

static void say(const char *text)
{
	long n = 0;

	while (text[n])
		n++;
	call(SYS_WRITE, 1, (long)text, n);
}

static void report(int ok, const char *good, const char *wrong)
{
	say(ok ? good : wrong);
	bad |= !ok;
}

static unsigned char out[64];

/* SHA-256 of "abc", FIPS 180-4 */
static const unsigned char abc[32] = {
	0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
	0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
	0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
};

/* The requests from 0x20 on; a size that differs from the kernel's would be another number */
static const unsigned int rarer[] = {
	ECC508A_IOC_MAC,       ECC508A_IOC_HMAC,   ECC508A_IOC_CHECKMAC,   ECC508A_IOC_SHA,
	ECC508A_IOC_PRIVWRITE, ECC508A_IOC_ATTEST, ECC508A_IOC_DERIVEKEY,  ECC508A_IOC_UPDATEEXTRA,
	ECC508A_IOC_AES,       ECC508A_IOC_KDF,	   ECC508A_IOC_SECUREBOOT, ECC508A_IOC_SELFTEST,
};

static int same(const unsigned char *a, const unsigned char *b, int len)
{
	while (len--)
		if (*a++ != *b++)
			return 0;
	return 1;
}

/* Everything set that can be: refused as nonsense, or as not in this part; never as unknown */
static int rarer_are_known(int fd)
{
	static unsigned char arg[512];
	unsigned int i, j;
	int ok = 1;

	for (i = 0; i < sizeof(rarer) / sizeof(rarer[0]); i++) {
		long ret;

		for (j = 0; j < sizeof(arg); j++)
			arg[j] = 0xff;
		ret = call(SYS_IOCTL, fd, (long)rarer[i], (long)arg);
		if (ret != -EINVAL && ret != -EOPNOTSUPP)
			ok = 0;
	}
	return ok;
}

/* Two pointers in one request */
static int exchange(int fd)
{
	struct ecc508a_session session = { .timeout_ms = 5000 };
	struct ecc508a_exchange nonce = { .opcode = 0x16, .param1 = 3, .tx_len = 32, .rx_len = 1 };
	struct ecc508a_exchange info = { .opcode = 0x30, .rx_len = 64 };
	int ok;

	nonce.tx = (unsigned long)abc;
	nonce.rx = (unsigned long)out;
	info.rx = (unsigned long)out;
	ok = !call(SYS_IOCTL, fd, (long)ECC508A_IOC_SESSION_BEGIN, (long)&session) &&
	     !call(SYS_IOCTL, fd, (long)ECC508A_IOC_EXCHANGE, (long)&nonce) && nonce.rx_len == 1 &&
	     !out[0] && !call(SYS_IOCTL, fd, (long)ECC508A_IOC_EXCHANGE, (long)&info) &&
	     info.rx_len == 4 && out[2] == 0x50; /* revision of a 508A: 00 00 50 00 */
	return !call(SYS_IOCTL, fd, (long)ECC508A_IOC_SESSION_END, 0) && ok;
}

void _start(void)
{
	struct ecc508a_info info = { .request = 0 };
	struct ecc508a_random r = { .len = sizeof(out), .buf = (unsigned long)out };
	struct ecc508a_sign s = { .slot = 0 };
	struct ecc508a_verify v = { .slot = 0 };
	struct ecc508a_pubkey p = { .slot = 0 };
	int fd = (int)call(SYS_OPEN, (long)"/dev/ecc508a0", O_RDWR, 0);
	struct ecc508a_sha h = { .len = 3, .buf = (unsigned long)"abc" };
	struct ecc508a_rw rw = { .zone = ECC508A_ZONE_CONFIG, .len = 4, .buf = (unsigned long)out };
	struct ecc508a_counter c = { .id = 0 };
	int i, ok;

	say("TAP version 13\n1..9\n");
	ok = !call(SYS_IOCTL, fd, (long)ECC508A_IOC_INFO, (long)&info);
	report(ok && info.abi_version == ECC508A_ABI_VERSION && info.serial[0] == 1,
	       "ok 1 information\n", "not ok 1 information\n");

	ok = !call(SYS_IOCTL, fd, (long)ECC508A_IOC_RANDOM, (long)&r);
	for (i = 32; i < 64 && out[i] == out[i - 32]; i++)
		;
	report(ok && i < 64, "ok 2 random bytes behind a 32-bit pointer\n",
	       "not ok 2 random bytes behind a 32-bit pointer\n");

	ok = !call(SYS_IOCTL, fd, (long)ECC508A_IOC_PUBKEY, (long)&p) &&
	     !call(SYS_IOCTL, fd, (long)ECC508A_IOC_SIGN, (long)&s);
	for (i = 0; i < 64; i++) {
		v.pubkey[i] = p.pubkey[i];
		v.sig[i] = s.sig[i];
	}
	ok = ok && !call(SYS_IOCTL, fd, (long)ECC508A_IOC_VERIFY, (long)&v);
	report(ok, "ok 3 signs and verifies\n", "not ok 3 signs and verifies\n");

	ok = call(SYS_IOCTL, fd, (long)ECC508A_IOC_RANDOM, (long)0xfffffff0) == -EFAULT;
	report(ok, "ok 4 a wild pointer\n", "not ok 4 a wild pointer\n");

	ok = !call(SYS_IOCTL, fd, (long)ECC508A_IOC_SHA, (long)&h) && same(h.digest, abc, 32);
	report(ok, "ok 5 a message behind a 32-bit pointer\n",
	       "not ok 5 a message behind a 32-bit pointer\n");
	ok = !call(SYS_IOCTL, fd, (long)ECC508A_IOC_READ, (long)&rw) && same(out, info.serial, 4);
	report(ok, "ok 6 reads\n", "not ok 6 reads\n");
	ok = !call(SYS_IOCTL, fd, (long)ECC508A_IOC_COUNTER, (long)&c);
	report(ok, "ok 7 a counter\n", "not ok 7 a counter\n");
	report(exchange(fd), "ok 8 a session with two raw commands\n",
	       "not ok 8 a session with two raw commands\n");
	report(rarer_are_known(fd), "ok 9 the requests from 0x20 on\n",
	       "not ok 9 the requests from 0x20 on\n");
	call(SYS_EXIT, bad, 0, 0);
	__builtin_unreachable();
}
