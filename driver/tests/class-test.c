// SPDX-License-Identifier: GPL-2.0-only
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The permission classes of uapi/linux/ecc508a.h: of every request, asked of ioctl() itself,
 * and of every command that can be sent raw.
 *
 * A request that gets past its class fails with EFAULT on an address that is nobody's, before
 * it reaches a chip.
 */
#include <kunit/test.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>

#include "../core.h"

enum need { R, W, A };

#define PARTS_ALL 0xff
#define PARTS_508 BIT(ECC_PART_508A)
#define PARTS_608 (BIT(ECC_PART_608A) | BIT(ECC_PART_608B))

static const struct {
	unsigned int cmd;
	enum need need;
	u8 parts;
} requests[] = {
	{ ECC508A_IOC_INFO, R, PARTS_ALL },
	{ ECC508A_IOC_RANDOM, R, PARTS_ALL },
	{ ECC508A_IOC_PUBKEY, R, PARTS_ALL },
	{ ECC508A_IOC_GENKEY, A, PARTS_ALL },
	{ ECC508A_IOC_SIGN, W, PARTS_ALL },
	{ ECC508A_IOC_VERIFY, R, PARTS_ALL },
	{ ECC508A_IOC_ECDH, W, PARTS_ALL },
	{ ECC508A_IOC_READ, R, PARTS_ALL },
	{ ECC508A_IOC_WRITE, W, PARTS_ALL },
	{ ECC508A_IOC_LOCK, A, PARTS_ALL },
	{ ECC508A_IOC_COUNTER, R, PARTS_ALL },
	{ ECC508A_IOC_SESSION_BEGIN, W, PARTS_ALL },
	{ ECC508A_IOC_EXCHANGE, W, PARTS_ALL },
	{ ECC508A_IOC_MAC, W, PARTS_ALL },
	{ ECC508A_IOC_HMAC, W, PARTS_508 },
	{ ECC508A_IOC_CHECKMAC, W, PARTS_ALL },
	{ ECC508A_IOC_SHA, R, PARTS_ALL },
	{ ECC508A_IOC_PRIVWRITE, A, PARTS_ALL },
	{ ECC508A_IOC_ATTEST, W, PARTS_ALL },
	{ ECC508A_IOC_DERIVEKEY, A, PARTS_ALL },
	{ ECC508A_IOC_UPDATEEXTRA, A, PARTS_ALL },
	{ ECC508A_IOC_AES, W, PARTS_608 },
	{ ECC508A_IOC_KDF, W, PARTS_608 },
	{ ECC508A_IOC_SECUREBOOT, W, PARTS_608 },
	{ ECC508A_IOC_SELFTEST, W, PARTS_608 },
};

struct desk {
	struct ecc508a_chip *chip;
	struct ecc508a_file *file;
	struct file *filp;
};

static int desk_init(struct kunit *test)
{
	struct desk *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, d);
	d->chip = kunit_kzalloc(test, sizeof(*d->chip), GFP_KERNEL);
	d->file = kunit_kzalloc(test, sizeof(*d->file), GFP_KERNEL);
	d->filp = kunit_kzalloc(test, sizeof(*d->filp), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, d->chip);
	KUNIT_ASSERT_NOT_NULL(test, d->file);
	KUNIT_ASSERT_NOT_NULL(test, d->filp);
	mutex_init(&d->chip->lock);
	mutex_init(&d->file->lock);
	ecc508a_arbiter_init(&d->chip->arb);
	d->chip->part = ECC_PART_508A;
	d->file->chip = d->chip;
	d->filp->private_data = d->file;
	test->priv = d;
	return 0;
}

/* Nobody's address */
#define NOWHERE (~0UL - PAGE_SIZE)

static long request(const struct desk *d, unsigned int i)
{
	return ecc508a_ioctl(d->filp, requests[i].cmd, NOWHERE);
}

static void opened_for_reading(struct kunit *test)
{
	struct desk *d = test->priv;
	unsigned int i;

	d->filp->f_mode = FMODE_READ;
	for (i = 0; i < ARRAY_SIZE(requests); i++)
		KUNIT_EXPECT_EQ_MSG(test, request(d, i), requests[i].need == R ? -EFAULT : -EBADF,
				    "request %#x", _IOC_NR(requests[i].cmd));
	KUNIT_EXPECT_EQ(test, ecc508a_ioctl(d->filp, ECC508A_IOC_SESSION_END, 0), -EBADF);
}

static void opened_for_writing(struct kunit *test)
{
	struct desk *d = test->priv;
	const struct cred *old;
	struct cred *weak;
	unsigned int i;

	d->filp->f_mode = FMODE_READ | FMODE_WRITE;
	d->chip->part = ECC_PART_608B;
	weak = prepare_creds();
	KUNIT_ASSERT_NOT_NULL(test, weak);
	cap_clear(weak->cap_effective);
	old = override_creds(weak);
	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		long want = requests[i].need == A ? -EPERM : -EFAULT;

		if (!(requests[i].parts & BIT(ECC_PART_608B)))
			want = -EOPNOTSUPP;
		KUNIT_EXPECT_EQ_MSG(test, request(d, i), want, "request %#x",
				    _IOC_NR(requests[i].cmd));
	}
	KUNIT_EXPECT_EQ(test, ecc508a_ioctl(d->filp, ECC508A_IOC_SESSION_END, 0), -ENOTCONN);
	revert_creds(old);
	put_cred(weak);
}

static void with_cap_sys_admin(struct kunit *test)
{
	struct desk *d = test->priv;
	unsigned int i;

	d->filp->f_mode = FMODE_READ | FMODE_WRITE;
	for (i = 0; i < ARRAY_SIZE(requests); i++)
		KUNIT_EXPECT_EQ_MSG(test, request(d, i),
				    requests[i].parts & PARTS_508 ? -EFAULT : -EOPNOTSUPP,
				    "request %#x", _IOC_NR(requests[i].cmd));
	/* The capability alone is not enough */
	d->filp->f_mode = FMODE_READ;
	for (i = 0; i < ARRAY_SIZE(requests); i++)
		if (requests[i].need == A)
			KUNIT_EXPECT_EQ(test, request(d, i), -EBADF);
}

static bool is_request(unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(requests); i++)
		if (requests[i].cmd == cmd)
			return true;
	return cmd == ECC508A_IOC_SESSION_END;
}

/* Every other number and every other size is no request; the list above is complete */
static void no_other_requests(struct kunit *test)
{
	struct desk *d = test->priv;
	unsigned int nr, i, cmd;

	d->filp->f_mode = FMODE_READ | FMODE_WRITE;
	d->chip->part = ECC_PART_UNKNOWN;
	for (nr = 0; nr < 256; nr++) {
		for (i = 0; i < 512; i += 4) {
			cmd = _IOC(_IOC_READ | _IOC_WRITE, ECC508A_IOC_MAGIC, nr, i);
			if (!is_request(cmd))
				KUNIT_EXPECT_EQ_MSG(test, ecc508a_ioctl(d->filp, cmd, NOWHERE),
						    -ENOTTY, "number %#x", cmd);
		}
	}
	for (i = 0; i < ARRAY_SIZE(requests); i++)
		KUNIT_EXPECT_EQ(test, ecc508a_ioctl(d->filp, requests[i].cmd ^ 0x100, NOWHERE),
				-ENOTTY);
}

static void dead_chip(struct kunit *test)
{
	struct desk *d = test->priv;
	unsigned int i;

	d->filp->f_mode = FMODE_READ | FMODE_WRITE;
	ecc508a_arbiter_kill(&d->chip->arb);
	for (i = 0; i < ARRAY_SIZE(requests); i++)
		KUNIT_EXPECT_EQ(test, request(d, i), -ENODEV);
}

/* What an EXCHANGE needs CAP_SYS_ADMIN for, straight from the uapi header */
static bool admin(u8 opcode, u8 p1)
{
	switch (opcode) {
	case 0x17: /* Lock */
	case 0x46: /* PrivWrite */
	case 0x1c: /* DeriveKey */
	case 0x20: /* UpdateExtra */
		return true;
	case 0x40: /* GenKey with create; bit 4, a digest of what is stored, creates nothing */
		return (p1 & 0x14) == 0x04;
	case 0x12: /* Write to the configuration */
		return (p1 & 3) == 0;
	}
	return !ecc_part_has_opcode(ECC_PART_UNKNOWN, opcode);
}

static void raw_packets(struct kunit *test)
{
	unsigned int opcode, p1, known = 0;

	for (opcode = 0; opcode < 256; opcode++) {
		known += ecc_part_has_opcode(ECC_PART_UNKNOWN, opcode);
		for (p1 = 0; p1 < 256; p1++) {
			struct ecc_cmd cmd = { .opcode = opcode, .p1 = p1 };

			KUNIT_EXPECT_EQ_MSG(test, ecc_cmd_needs_admin(&cmd), admin(opcode, p1),
					    "opcode %#x, param1 %#x", opcode, p1);
			/* What needs the administrator changes the chip, or nobody knows it */
			if (ecc_part_has_opcode(ECC_PART_UNKNOWN, opcode) && admin(opcode, p1))
				KUNIT_EXPECT_TRUE(test, ecc_cmd_changes_state(&cmd));
			if (ecc_cmd_changes_state(&cmd))
				KUNIT_EXPECT_TRUE_MSG(test, ecc_cmd_needs_write(&cmd),
						      "opcode %#x, param1 %#x", opcode, p1);
		}
	}
	/* Data sheets: 20 commands of a 508A, four more of a 608 */
	KUNIT_EXPECT_EQ(test, known, 24);
}

static struct kunit_case class_cases[] = {
	KUNIT_CASE(opened_for_reading),
	KUNIT_CASE(opened_for_writing),
	KUNIT_CASE(with_cap_sys_admin),
	KUNIT_CASE(no_other_requests),
	KUNIT_CASE(dead_chip),
	KUNIT_CASE(raw_packets),
	{}
};

static struct kunit_suite class_suite = {
	.name = "ecc508a-class",
	.init = desk_init,
	.test_cases = class_cases,
};

kunit_test_suite(class_suite);
