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

#define SYS_EXIT  1
#define SYS_WRITE 4
#define SYS_OPEN  5
#define SYS_IOCTL 54
#define O_RDWR	  2
#define EFAULT	  14

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

void _start(void)
{
	struct ecc508a_info info = { .request = 0 };
	struct ecc508a_random r = { .len = sizeof(out), .buf = (unsigned long)out };
	struct ecc508a_sign s = { .slot = 0 };
	struct ecc508a_verify v = { .slot = 0 };
	struct ecc508a_pubkey p = { .slot = 0 };
	int fd = (int)call(SYS_OPEN, (long)"/dev/ecc508a0", O_RDWR, 0);
	int i, ok;

	say("TAP version 13\n1..4\n");
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
	call(SYS_EXIT, bad, 0, 0);
	__builtin_unreachable();
}
