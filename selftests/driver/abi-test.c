// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * What the driver refuses, and that nothing of it reaches the chip: unknown requests, bad
 * pointers, reserved bits, slots and lengths out of range, missing permission.
 *
 * Needs a chip of the "aws" kind and root.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "dev.h"
#include "requests.h"

static int fd_rw = -1, fd_ro = -1;
static uint8_t *nowhere; /* a page nobody may touch */
static uint8_t *readonly; /* a page of zeros */

/* Does only the part have it that is not on the bus? */
static bool other_part(const struct request *r)
{
	bool only_608 = r->cmd == ECC508A_IOC_AES || r->cmd == ECC508A_IOC_KDF ||
			r->cmd == ECC508A_IOC_SECUREBOOT || r->cmd == ECC508A_IOC_SELFTEST;
	static int is_508 = -1;
	char model[32] = "";

	if (is_508 < 0 && !dev_attr("model", model, sizeof(model)))
		is_508 = !!strstr(model, "508");
	return is_508 ? only_608 : r->cmd == ECC508A_IOC_HMAC;
}

/* Everything below must leave this number alone */
static long long commands;

static void remember(void)
{
	commands = dev_statistic("commands");
}

#define CHECK_SILENT() CHECK_EQ(dev_statistic("commands"), commands)

TEST(opens)
{
	long page = sysconf(_SC_PAGESIZE);

	fd_rw = dev_open(O_RDWR);
	fd_ro = dev_open(O_RDONLY);
	CHECK(fd_rw >= 0);
	CHECK(fd_ro >= 0);
	nowhere = mmap(NULL, (size_t)page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	readonly = mmap(NULL, (size_t)page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(nowhere != MAP_FAILED && readonly != MAP_FAILED);
	CHECK(dev_statistic("commands") > 0);
}

/* Every number of the magic, with every direction, and sizes around the right one */
TEST(unknown_requests)
{
	unsigned int nr, size, dir, i, known;
	static uint8_t arg[1024];

	remember();
	for (nr = 0; nr < 256; nr++) {
		for (dir = 0; dir < 4; dir++) {
			for (size = 0; size < 300; size += size < 8 ? 1 : 4) {
				unsigned long cmd = _IOC(dir, ECC508A_IOC_MAGIC, nr, size);

				for (known = 0, i = 0; i < COUNT; i++)
					known |= requests[i].cmd == cmd;
				if (known || cmd == ECC508A_IOC_SESSION_END)
					continue;
				if (dev_ioctl(fd_rw, cmd, arg) != ENOTTY)
					CHECK_EQ(cmd, 0);
			}
		}
	}
	for (i = 0; i < COUNT; i++) {
		unsigned long cmd = requests[i].cmd;

		CHECK_EQ(dev_ioctl(fd_rw, cmd ^ 0x100, arg), ENOTTY); /* another magic */
		CHECK_EQ(dev_ioctl(fd_rw,
				   _IOC(_IOC_DIR(cmd), ECC508A_IOC_MAGIC, _IOC_NR(cmd),
					_IOC_SIZE(cmd) + 8),
				   arg),
			 ENOTTY);
	}
	CHECK_EQ(dev_ioctl(fd_rw, 0, NULL), ENOTTY);
	CHECK_EQ(dev_ioctl(fd_rw, 0xffffffff, NULL), ENOTTY);
	CHECK_SILENT();
}

TEST(bad_pointers)
{
	unsigned int i;

	remember();
	for (i = 0; i < COUNT; i++) {
		if (other_part(&requests[i]))
			continue;
		CHECK_EQ(dev_ioctl(fd_rw, requests[i].cmd, NULL), EFAULT);
		CHECK_EQ(dev_ioctl(fd_rw, requests[i].cmd, nowhere), EFAULT);
		/* begins on a good page and ends on the bad one */
		CHECK_EQ(dev_ioctl(fd_rw, requests[i].cmd, nowhere - 4), EFAULT);
		CHECK_EQ(dev_ioctl(fd_rw, requests[i].cmd, (void *)-16L), EFAULT);
	}
	CHECK_SILENT();
}

/* The buffers that arguments point to; what is written must be readable before it is sent */
TEST(bad_buffers)
{
	struct ecc508a_random r = { .len = 32, .buf = (uintptr_t)nowhere };
	struct ecc508a_rw rw = {
		.zone = ECC508A_ZONE_DATA, .slot = 8, .len = 32, .buf = (uintptr_t)nowhere
	};
	struct ecc508a_info *info = (void *)readonly;
	struct ecc508a_exchange x = { .opcode = 0x16,
				      .param1 = 3,
				      .tx_len = 32,
				      .rx_len = 1,
				      .tx = (uintptr_t)nowhere,
				      .rx = (uintptr_t)buffer };

	remember();
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_WRITE, &rw), EFAULT);
	CHECK_EQ(dev_session(fd_rw, 5000), 0);
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_EXCHANGE, &x), EFAULT);
	CHECK_EQ(dev_session_end(fd_rw), 0);
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_INFO, info), EFAULT);
	CHECK_SILENT();
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_RANDOM, &r), EFAULT);
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_READ, &rw), EFAULT);
	r.buf = (uintptr_t)readonly;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_RANDOM, &r), EFAULT);
}

TEST(reserved_bits)
{
	unsigned int i, bit;
	const struct reserved *f;
	uint8_t arg[512];

	remember();
	for (i = 0; i < COUNT; i++) {
		if (other_part(&requests[i]))
			continue;
		for (f = requests[i].reserved; f->size; f++) {
			for (bit = 0; bit < f->size * 8; bit++) {
				if (bit < 64 && f->allowed >> bit & 1)
					continue;
				valid_argument(&requests[i], arg);
				arg[f->offset + bit / 8] |= (uint8_t)(1 << bit % 8);
				if (dev_ioctl(fd_rw, requests[i].cmd, arg) == EINVAL)
					continue;
				TAP_COMPLAIN("%s: byte %zu bit %u is let through", requests[i].name,
					     f->offset + bit / 8, bit % 8);
			}
		}
	}
	CHECK_SILENT();
}

TEST(wild_slots)
{
	static const unsigned int wild[] = { 16,  17,	  31,	  32,	  255,
					     256, 0x7fff, 0x8000, 0xfffe, 0xffff };
	unsigned int i, j;
	uint8_t arg[512];

	remember();
	for (i = 0; i < COUNT; i++) {
		if (!requests[i].slot || other_part(&requests[i]))
			continue;
		for (j = 0; j < sizeof(wild) / sizeof(wild[0]); j++) {
			uint16_t slot = (uint16_t)wild[j];
			int want = EINVAL;

			/* 0xffff is TempKey for ECDH, which a 508A has no key in */
			if (requests[i].cmd == ECC508A_IOC_ECDH && slot == ECC508A_SLOT_TEMPKEY)
				want = EOPNOTSUPP;
			valid_argument(&requests[i], arg);
			memcpy(arg + requests[i].slot, &slot, sizeof(slot));
			if (dev_ioctl(fd_rw, requests[i].cmd, arg) != want)
				TAP_COMPLAIN("%s: slot %u", requests[i].name, slot);
		}
	}
	CHECK_SILENT();
}

static bool rw_possible(unsigned int zone, unsigned int slot, unsigned int offset, unsigned int len)
{
	unsigned int size = zone == 0 ? 128 : zone == 1 ? 64 : slot < 8 ? 36 : slot == 8 ? 416 : 72;

	if (zone > 2 || slot > 15 || (zone < 2 && slot))
		return false;
	return len && offset + len <= size;
}

/* Random zone, slot, offset and length, half of them near the edges */
/* What only the other part has is refused before anything of it is looked at */
TEST(other_parts)
{
	unsigned int i, n = 0;
	uint8_t arg[512];

	remember();
	for (i = 0; i < COUNT; i++) {
		if (!other_part(&requests[i]))
			continue;
		valid_argument(&requests[i], arg);
		if (dev_ioctl(fd_rw, requests[i].cmd, arg) != EOPNOTSUPP)
			TAP_COMPLAIN("%s", requests[i].name);
		n++;
	}
	CHECK(n > 0);
	CHECK_SILENT();
}

/* Lengths and pointers of the requests from 0x20 on */
TEST(wild_buffers)
{
	static const uint32_t sha[] = { ECC508A_SHA_MAX + 1, 65536, 0x7fffffff, 0x80000000, ~0U };
	static const uint16_t aes[] = { 0, 1, 15, 17, ECC508A_AES_MAX + 16, 0xfff0, 0xffff };
	static const uint16_t kdf[] = { ECC508A_KDF_MAX + 1, 256, 0xffff };
	struct ecc508a_sha s = { .buf = (uintptr_t)buffer };
	struct ecc508a_aes a = { .slot = 9, .len = 16, .buf = (uintptr_t)nowhere };
	struct ecc508a_kdf k = { .mode = 2 | 4 << 2, .len = 32, .buf = (uintptr_t)nowhere };
	bool has_aes = dev_ioctl(fd_rw, ECC508A_IOC_AES, &a) != EOPNOTSUPP;
	unsigned int i;

	remember();
	for (i = 0; i < sizeof(sha) / sizeof(sha[0]); i++) {
		s.len = sha[i];
		CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_SHA, &s), EINVAL);
	}
	s.len = 64;
	s.buf = (uintptr_t)nowhere;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_SHA, &s), EFAULT);
	s.buf = (uintptr_t)nowhere - 4;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_SHA, &s), EFAULT);
	s.buf = ~0ULL - 8;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_SHA, &s), EFAULT);
	for (i = 0; has_aes && i < sizeof(aes) / sizeof(aes[0]); i++) {
		a.len = aes[i];
		CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_AES, &a), EINVAL);
	}
	for (i = 0; has_aes && i < sizeof(kdf) / sizeof(kdf[0]); i++) {
		k.len = kdf[i];
		CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_KDF, &k), EINVAL);
	}
	a.len = 16;
	k.len = 32;
	if (has_aes) {
		CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_AES, &a), EFAULT);
		CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_KDF, &k), EFAULT);
	}
	CHECK_SILENT();
	/* An empty message has a digest, and nothing is read for it */
	s.len = 0;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_SHA, &s), 0);
	CHECK_EQ(s.digest[0], 0xe3); /* FIPS 180-4: e3b0c442... */
	CHECK_EQ(s.digest[31], 0x55);
}

TEST(wild_ranges)
{
	static const uint16_t edges[] = { 0,  1,  31,  32,  35,	 36,  37,  63,	64,	71,
					  72, 73, 127, 128, 129, 415, 416, 417, 0x7fff, 0xffff };
	struct ecc508a_rw rw;
	unsigned int i, refused = 0;
	uint16_t r[6];

	remember();
	for (i = 0; i < 5000; i++) {
		fill_random(r, sizeof(r));
		memset(&rw, 0, sizeof(rw));
		rw.zone = r[0] % 4;
		rw.slot = r[4] & 1 ? r[1] : r[1] % 18;
		rw.offset = r[4] & 2 ? r[2] : edges[r[2] % 20];
		rw.len = r[4] & 4 ? r[3] : edges[r[3] % 20];
		rw.buf = (uintptr_t)buffer;
		if (rw_possible(rw.zone, rw.slot, rw.offset, rw.len))
			continue;
		refused++;
		if (dev_ioctl(fd_rw, r[5] & 1 ? ECC508A_IOC_READ : ECC508A_IOC_WRITE, &rw) !=
		    EINVAL)
			TAP_COMPLAIN("zone %u slot %u offset %u len %u", rw.zone, rw.slot,
				     rw.offset, rw.len);
	}
	CHECK(refused > 1000);
	CHECK_SILENT();
}

TEST(wild_lengths)
{
	struct ecc508a_random r = { .buf = (uintptr_t)buffer };
	static const uint32_t lens[] = { 0, ECC508A_RANDOM_MAX + 1, 0x7fffffff, 0xffffffff };
	struct ecc508a_exchange x = { .opcode = 0x30, .rx = (uintptr_t)buffer };
	unsigned int i;

	remember();
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		r.len = lens[i];
		CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_RANDOM, &r), EINVAL);
	}
	CHECK_EQ(dev_session(fd_rw, 0), EINVAL);
	CHECK_EQ(dev_session(fd_rw, 60001), EINVAL);
	CHECK_EQ(dev_session(fd_rw, 0xffffffff), EINVAL);
	CHECK_EQ(dev_session(fd_rw, 5000), 0);
	x.tx_len = 149;
	x.rx_len = 64;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_EXCHANGE, &x), EINVAL);
	x.tx_len = 0xffff;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_EXCHANGE, &x), EINVAL);
	x.tx_len = 0;
	x.rx_len = 3; /* Info answers with four bytes */
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_EXCHANGE, &x), EMSGSIZE);
	CHECK_EQ(dev_session_end(fd_rw), 0);
	CHECK_SILENT();
}

TEST(contradictions)
{
	struct ecc508a_verify v = { .slot = 11 }; /* without _STORED */
	struct ecc508a_ecdh e = { .flags = ECC508A_ECDH_TO_SLOT | ECC508A_ECDH_TO_TEMPKEY };
	struct ecc508a_lock l = { .what = ECC508A_LOCK_CONFIG, .slot = 1 };
	struct ecc508a_pubkey p = { .slot = 7, .flags = ECC508A_PUBKEY_STORED };
	struct ecc508a_rw rw = { .zone = ECC508A_ZONE_CONFIG,
				 .len = 4,
				 .flags = ECC508A_RW_ENCRYPTED,
				 .buf = (uintptr_t)buffer };
	struct ecc508a_counter c = { .id = 2 };

	remember();
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_VERIFY, &v), EINVAL);
	v.flags = ECC508A_VERIFY_STORED;
	v.pubkey[63] = 1;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_VERIFY, &v), EINVAL);
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_ECDH, &e), EINVAL);
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_LOCK, &l), EINVAL);
	l.what = 3;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_LOCK, &l), EINVAL);
	l.what = ECC508A_LOCK_SLOT;
	l.crc = 1;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_LOCK, &l), EINVAL);
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_PUBKEY, &p), EINVAL);
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_READ, &rw), EINVAL);
	rw.flags = 0;
	rw.key[5] = 1; /* a key that nobody would use */
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_READ, &rw), EINVAL);
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_COUNTER, &c), EINVAL);
	CHECK_SILENT();
}

/* The second slot that some name, and lengths one too long, in the rarer requests */
TEST(wild_ext)
{
	static const uint16_t wild[] = { 16, 255, 256, 0xffff };
	struct ecc508a_attest a = { .slot = 0 };
	struct ecc508a_privwrite p = { .flags = ECC508A_PRIVWRITE_ENCRYPTED };
	struct ecc508a_sha s = { .len = ECC508A_SHA_MAX + 1, .buf = (uintptr_t)buffer };
	struct ecc508a_updateextra u = { .what = ECC508A_EXTRA_USE };
	struct ecc508a_rw rw = { .zone = ECC508A_ZONE_DATA,
				 .slot = 9,
				 .len = 32,
				 .flags = ECC508A_RW_ENCRYPTED,
				 .buf = (uintptr_t)buffer };
	unsigned int i;

	remember();
	for (i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
		a.key_slot = wild[i];
		p.key_slot = wild[i];
		rw.key_slot = wild[i];
		u.slot = wild[i];
		CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_ATTEST, &a), EINVAL);
		CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_PRIVWRITE, &p), EINVAL);
		CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_READ, &rw), EINVAL);
		CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_WRITE, &rw), EINVAL);
		CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_UPDATEEXTRA, &u), EINVAL);
	}
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_SHA, &s), EINVAL);
	s.flags = ECC508A_SHA_HMAC;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_SHA, &s), EINVAL);
	s.len = 1;
	s.slot = 16;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_SHA, &s), EINVAL);
	s.slot = 1;
	s.buf = (uintptr_t)nowhere;
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_SHA, &s), EFAULT);
	CHECK_SILENT();
}

/* Class W needs a file open for writing, and so does class A, even for root */
TEST(readonly_file)
{
	struct ecc508a_rw rw = { .zone = ECC508A_ZONE_DATA,
				 .slot = 9,
				 .len = 32,
				 .flags = ECC508A_RW_ENCRYPTED,
				 .key_slot = 4,
				 .buf = (uintptr_t)buffer };
	struct ecc508a_counter c = { .flags = ECC508A_COUNTER_INCREMENT };
	uint8_t arg[512];
	unsigned int i;

	remember();
	for (i = 0; i < COUNT; i++) {
		if (!requests[i].write)
			continue;
		valid_argument(&requests[i], arg);
		if (dev_ioctl(fd_ro, requests[i].cmd, arg) != EBADF)
			TAP_COMPLAIN("%s", requests[i].name);
	}
	CHECK_EQ(dev_ioctl(fd_ro, ECC508A_IOC_READ, &rw), EBADF);
	CHECK_EQ(dev_ioctl(fd_ro, ECC508A_IOC_COUNTER, &c), EBADF);
	CHECK_EQ(dev_session_end(fd_ro), EBADF);
	CHECK_SILENT();
	/* Class R is served */
	CHECK_EQ(dev_random(fd_ro, buffer, 8), 0);
	CHECK_EQ(dev_pubkey(fd_ro, 0, buffer), 0);
	CHECK_EQ(dev_read(fd_ro, ECC508A_ZONE_CONFIG, 0, 0, buffer, 4), 0);
}

/* In a child without CAP_SYS_ADMIN that was given the descriptor: 0, or a line number */
static int as_nobody(void)
{
	static const struct {
		uint8_t opcode, p1;
		bool admin;
	} raw[] = {
		{ 0x17, 0x80, true }, /* Lock */
		{ 0x46, 0x00, true }, /* PrivWrite */
		{ 0x1c, 0x00, true }, /* DeriveKey */
		{ 0x20, 0x00, true }, /* UpdateExtra */
		{ 0x12, 0x80, true }, /* Write to the configuration */
		{ 0x40, 0x04, true }, /* GenKey, create */
		{ 0x40, 0x0c, true }, /* GenKey, create and digest */
		{ 0x00, 0x00, true }, /* no known command */
		{ 0xff, 0x00, true },  { 0x40, 0x00, false }, /* GenKey, public key */
		{ 0x30, 0x00, false }, /* Info */
	};
	struct ecc508a_rw rw = {
		.zone = ECC508A_ZONE_CONFIG, .offset = 20, .len = 4, .buf = (uintptr_t)buffer
	};
	uint8_t arg[512], rx[152];
	unsigned int i;
	size_t len;

	if (setgid(65534) || setuid(65534))
		return __LINE__;
	for (i = 0; i < COUNT; i++) {
		if (!requests[i].admin)
			continue;
		valid_argument(&requests[i], arg);
		if (dev_ioctl(fd_rw, requests[i].cmd, arg) != EPERM)
			return __LINE__;
	}
	if (dev_ioctl(fd_rw, ECC508A_IOC_WRITE, &rw) != EPERM)
		return __LINE__;
	if (dev_statistic("commands") != commands)
		return __LINE__;
	if (dev_session(fd_rw, 5000))
		return __LINE__;
	for (i = 0; i < sizeof(raw) / sizeof(raw[0]); i++) {
		len = sizeof(rx);
		int ret =
			dev_exchange(fd_rw, raw[i].opcode, raw[i].p1, 2, buffer, 0, rx, &len, NULL);

		if (raw[i].admin ? ret != EPERM : ret == EPERM || ret == EBADF)
			return (int)(1000 + i);
	}
	/* Two public-key and Info commands were let through, the rest was not */
	if (dev_session_end(fd_rw) || dev_statistic("commands") != commands + 2)
		return __LINE__;
	/* What needs no privilege works */
	if (dev_sign(fd_rw, 0, buffer, arg))
		return __LINE__;
	return 0;
}

TEST(without_privilege)
{
	int status;
	pid_t pid;

	remember();
	pid = fork();
	if (!pid) {
		int line = as_nobody();

		if (line)
			printf("# as_nobody() failed at %d, errno %d\n", line, errno);
		fflush(stdout);
		_exit(line != 0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
	CHECK_EQ(status, 0);
}

/* A refused command of the chip: errno and result say the same */
TEST(result_block)
{
	struct ecc508a_sign s = { .slot = 8 }; /* no private key */
	struct ecc508a_sign good = { .slot = 0 };
	struct ecc508a_sign untouched = { .slot = 16, .result = { .status = 0x55, .retries = 9 } };

	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_SIGN, &s), EACCES);
	CHECK_EQ(s.result.status, 0x0f);
	CHECK_EQ(s.result.opcode, 0x41);
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_SIGN, &good), 0);
	CHECK_EQ(good.result.status, 0);
	CHECK_EQ(good.result.opcode, 0x41);
	CHECK_EQ(good.result.retries, 0);
	CHECK_EQ(dev_ioctl(fd_rw, ECC508A_IOC_SIGN, &untouched), EINVAL);
	CHECK_EQ(untouched.result.status, ECC508A_STATUS_NONE);
	CHECK_EQ(untouched.result.opcode, 0);
	CHECK_EQ(untouched.result.retries, 0);
}

int main(void)
{
	return tap_run();
}
