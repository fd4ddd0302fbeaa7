// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * A blank 508A becomes a chip of the AWS kit, through the device node: configuration, lock,
 * keys, data, lock.  The kit's configuration moves the chip to another address (0x58), which
 * the driver has to follow.
 *
 * Needs a chip with nothing locked ("blank") and root.
 */
#include <fcntl.h>
#include <unistd.h>

#include "../tap.h"
#include "dev.h"

static int fd = -1;
static uint8_t config[128];

/* AT88CKECC-AWS-XSTK, bytes 16 to 83 and 88 to 127 */
static const uint8_t kit[128] = {
	[16] = 0xb0, 0x00, 0xaa, 0x00, 0x8f,	    0x20, 0xc4, 0x44, 0x87, 0x20, 0x87, 0x20,
	0x8f,	     0x0f, 0xc4, 0x36, 0x9f,	    0x0f, 0x82, 0x20, 0x0f, 0x0f, 0xc4, 0x44,
	0x0f,	     0x0f, 0x0f, 0x0f, 0x0f,	    0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f, 0x0f,
	0xff,	     0xff, 0xff, 0xff, 0x00,	    0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff,
	0x00,	     0x00, 0x00, 0x00, [88] = 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x33,	     0x00, 0x1c, 0x00, 0x13,	    0x00, 0x13, 0x00, 0x7c, 0x00, 0x1c, 0x00,
	0x3c,	     0x00, 0x33, 0x00, 0x3c,	    0x00, 0x3c, 0x00, 0x3c, 0x00, 0x30, 0x00,
	0x3c,	     0x00, 0x3c, 0x00, 0x3c,	    0x00, 0x30, 0x00,
};

/* Bit by bit, unlike the table or the loop of anybody else here (data sheet 9.1.1) */
static uint16_t crc16(uint16_t crc, const uint8_t *p, size_t len)
{
	size_t i;
	int bit;

	for (i = 0; i < len; i++) {
		for (bit = 0; bit < 8; bit++) {
			int x = (p[i] >> bit & 1) ^ (crc >> 15);

			crc = (uint16_t)(crc << 1);
			if (x)
				crc ^= 0x8005;
		}
	}
	return crc;
}

static int lock(unsigned int what, unsigned int slot, uint16_t crc)
{
	struct ecc508a_lock l = { .what = (uint16_t)what, .slot = (uint16_t)slot, .crc = crc };

	return dev_ioctl(fd, ECC508A_IOC_LOCK, &l);
}

TEST(blank)
{
	struct ecc508a_random r = { .len = 8 };
	uint8_t buf[8], xy[64];

	fd = dev_open(O_RDWR);
	CHECK(fd >= 0);
	CHECK_EQ(crc16(0, (const uint8_t *)"123456789", 9), 0xbcdd); /* known answer */
	CHECK_EQ(dev_read(fd, ECC508A_ZONE_CONFIG, 0, 0, config, 128), 0);
	REQUIRE(config[86] == 0x55 && config[87] == 0x55);
	r.buf = (uintptr_t)buf;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_RANDOM, &r), ENODATA);
	r.flags = ECC508A_RANDOM_ALLOW_FIXED;
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_RANDOM, &r), 0);
	CHECK_EQ(memcmp(buf, "\xff\xff\0\0\xff\xff\0\0", 8), 0);
	CHECK_EQ(dev_genkey(fd, 0, xy), EACCES);
	CHECK_EQ(lock(ECC508A_LOCK_DATA, 0, 0), EACCES);
}

TEST(configures)
{
	uint8_t back[128];
	char attr[32];

	CHECK_EQ(dev_write(fd, ECC508A_ZONE_CONFIG, 0, 16, kit + 16, 68), 0);
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_CONFIG, 0, 88, kit + 88, 40), 0);
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_CONFIG, 0, 0, kit, 4), EINVAL); /* serial number */
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_CONFIG, 0, 84, kit, 4), EINVAL); /* locks */
	CHECK(dev_asleep());
	/* From here on the chip answers at 0x58 */
	CHECK_EQ(dev_read(fd, ECC508A_ZONE_CONFIG, 0, 0, back, 128), 0);
	CHECK_EQ(dev_attr("address", attr, sizeof(attr)), 0);
	CHECK_EQ(strcmp(attr, "0x58"), 0);
	CHECK_EQ(memcmp(back + 16, kit + 16, 68), 0);
	CHECK_EQ(memcmp(back + 88, kit + 88, 40), 0);
	CHECK_EQ(memcmp(back, config, 16), 0);
	memcpy(config, back, 128);
}

TEST(extra_bytes)
{
	struct ecc508a_updateextra u = { .what = ECC508A_EXTRA_SELECTOR, .value = 0x5a };
	uint8_t word[4];

	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_UPDATEEXTRA, &u), 0);
	CHECK_EQ(dev_read(fd, ECC508A_ZONE_CONFIG, 0, 84, word, 4), 0);
	CHECK_EQ(word[1], 0x5a);
	CHECK_EQ(dev_read(fd, ECC508A_ZONE_CONFIG, 0, 0, config, 128), 0);
}

TEST(locks_the_configuration)
{
	uint16_t crc = crc16(0, config, 128);
	char attr[32];

	CHECK_EQ(lock(ECC508A_LOCK_CONFIG, 0, crc ^ 1), EACCES);
	CHECK_EQ(dev_attr("config_locked", attr, sizeof(attr)), 0);
	CHECK_EQ(strcmp(attr, "0"), 0);
	CHECK_EQ(lock(ECC508A_LOCK_CONFIG, 0, crc), 0);
	CHECK_EQ(dev_attr("config_locked", attr, sizeof(attr)), 0);
	CHECK_EQ(strcmp(attr, "1"), 0);
	CHECK_EQ(lock(ECC508A_LOCK_CONFIG, 0, crc), EALREADY);
}

static uint8_t slot8[416];

TEST(fills)
{
	struct ecc508a_privwrite p = { .slot = 2 };
	uint8_t xy[64], got[64], digest[32], sig[64];
	/* RFC 6979 A.2.5: a P-256 private key and its public key */
	static const uint8_t d[32] = { 0xc9, 0xaf, 0xa9, 0xd8, 0x45, 0xba, 0x75, 0x16,
				       0x6b, 0x5c, 0x21, 0x57, 0x67, 0xb1, 0xd6, 0x93,
				       0x4e, 0x50, 0xc3, 0xdb, 0x36, 0xe8, 0x9b, 0x12,
				       0x7b, 0x8a, 0x62, 0x2b, 0x12, 0x0f, 0x67, 0x21 };
	static const uint8_t x[32] = { 0x60, 0xfe, 0xd4, 0xba, 0x25, 0x5a, 0x9d, 0x31,
				       0xc9, 0x61, 0xeb, 0x74, 0xc6, 0x35, 0x6d, 0x68,
				       0xc0, 0x49, 0xb8, 0x92, 0x3b, 0x61, 0xfa, 0x6c,
				       0xe6, 0x69, 0x62, 0x2e, 0x60, 0xf2, 0x9f, 0xb6 };

	CHECK_EQ(dev_pubkey(fd, 0, xy), ENOKEY);
	CHECK_EQ(dev_genkey(fd, 0, xy), 0);
	CHECK_EQ(dev_pubkey(fd, 0, got), 0);
	CHECK_EQ(memcmp(xy, got, 64), 0);
	memcpy(p.private_key, d, 32);
	CHECK_EQ(dev_ioctl(fd, ECC508A_IOC_PRIVWRITE, &p), 0);
	CHECK_EQ(dev_pubkey(fd, 2, xy), 0);
	CHECK_EQ(memcmp(xy, x, 32), 0);
	fill_random(digest, 32);
	CHECK_EQ(dev_sign(fd, 2, digest, sig), 0);
	CHECK_EQ(ref_verify(xy, digest, sig), 1);

	fill_random(slot8, sizeof(slot8));
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 8, 0, slot8, sizeof(slot8)), 0);
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 8, 4, slot8, 4), EINVAL); /* whole blocks */
	CHECK_EQ(dev_read(fd, ECC508A_ZONE_DATA, 8, 0, slot8, 4), EACCES); /* not yet */
	CHECK_EQ(lock(ECC508A_LOCK_SLOT, 8, 0), 0);
	CHECK_EQ(dev_write(fd, ECC508A_ZONE_DATA, 8, 0, slot8, 32), EACCES);
	CHECK_EQ(lock(ECC508A_LOCK_SLOT, 8, 0), EALREADY);
}

TEST(locks_the_data)
{
	uint8_t ff[72], otp[64], in[416];
	uint16_t crc = 0;
	char attr[64];
	int slot;

	/* Slots as they are now: all ones, but for what was written; private ones do not count */
	memset(ff, 0xff, sizeof(ff));
	memset(otp, 0xff, sizeof(otp));
	for (slot = 0; slot < 16; slot++) {
		if (slot == 0 || slot == 2 || slot == 3 || slot == 7)
			continue;
		if (slot == 8)
			crc = crc16(crc, slot8, 416);
		else
			crc = crc16(crc, ff, slot < 8 ? 36 : 72);
	}
	crc = crc16(crc, otp, 64);
	CHECK_EQ(lock(ECC508A_LOCK_DATA, 0, (uint16_t)(crc + 1)), EACCES);
	CHECK_EQ(lock(ECC508A_LOCK_DATA, 0, crc), 0);
	CHECK_EQ(lock(ECC508A_LOCK_DATA, 0, crc), EALREADY);
	CHECK_EQ(dev_attr("data_locked", attr, sizeof(attr)), 0);
	CHECK_EQ(strcmp(attr, "1"), 0);
	CHECK_EQ(dev_attr("slots_locked", attr, sizeof(attr)), 0);
	CHECK_EQ(strcmp(attr, "8"), 0);
	CHECK_EQ(dev_read(fd, ECC508A_ZONE_DATA, 8, 0, in, sizeof(in)), 0);
	CHECK_EQ(memcmp(in, slot8, sizeof(in)), 0);
	CHECK_EQ(dev_read(fd, ECC508A_ZONE_OTP, 0, 0, in, 64), 0);
	CHECK_EQ(memcmp(in, otp, 64), 0);
}

TEST(then_it_is_a_chip_like_others)
{
	uint8_t xy[64], digest[32], sig[64];

	CHECK_EQ(dev_genkey(fd, 0, xy), 0); /* the kit allows it after the lock as well */
	fill_random(digest, 32);
	CHECK_EQ(dev_sign(fd, 0, digest, sig), 0);
	CHECK_EQ(ref_verify(xy, digest, sig), 1);
	CHECK(dev_asleep());
}

int main(void)
{
	return tap_run();
}
