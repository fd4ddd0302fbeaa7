// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Known answers for what only the 608 has, for a real Trust&GO part, and for the CRCs of Lock. */
#include "host.h"

#define KEY "3780e63d4968ade5d822c013fcc323845d1b569fe705b60006feec145a0db1e3"
#define D   "878F0AB6A526D7111C26E6170810796E7B33007F832B8D64467ED6F870537A19"
#define PUB                                                                \
	"8f8d182bd819048582a9927ea0c56defb4159548e11ca5f7abac45bbce76815b" \
	"e5c64fcd2fd12698544de037951726666073046119ad5e11a90aa49773aeac86"

static uint8_t ch[32], seq16[16], out_nonce[32];

static int setup(void **state)
{
	for (int i = 0; i < 32; i++) {
		ch[i] = (uint8_t)(0x80 + i);
		out_nonce[i] = (uint8_t)(0xe0 + i);
	}
	for (int i = 0; i < 16; i++)
		seq16[i] = (uint8_t)i;
	return 0;
}

/* IO protection key and KDF-AES on, IO key in slot 4. */
static struct host *chip608(uint16_t options)
{
	struct host *h = host_new(ECC508A_EMU_608B);
	uint8_t co[2] = { (uint8_t)options, (uint8_t)(options >> 8) }, key[32];

	host_poke(h, ECC508A_EMU_CONFIG, 90, co, 2);
	host_slot(h, 2, 0x2087, 0x0033);
	host_slot(h, 3, 0x208f, 0x0033);
	host_slot(h, 4, 0x0f0f, 0x003c);
	host_slot(h, 9, 0x0f0f, 0x0038); /* AES */
	host_slot(h, 11, 0x0f0f, 0x0030);
	host_slot(h, 12, 0x0f0f, 0x003c);
	unhex(KEY, key, 32);
	host_poke(h, ECC508A_EMU_SLOT0 + 4, 0, key, 32);
	host_lock(h, true, true);
	return h;
}

static void load(struct host *h, uint8_t p1, const uint8_t *value, unsigned int len)
{
	assert_status(host_cmd(h, OP_NONCE, p1, 0, value, len), 0);
}

/* ------------------------------------------------------------------ AES */

static void aes(void **state)
{
	struct host *h = chip608(0x4006);
	uint8_t key[64] = { 0 }, data[32], plain[16];

	unhex("66E94BD4EF8A2C3B884CFA59CA342B2E 0388DACE60B6A392F328C2B971B2FE78", data, 32);
	assert_status(host_cmd(h, OP_AES, 3, 0, data, 32), 0);
	assert_int_equal(h->rsp_len, 16);
	assert_hex(h->rsp, "5e2ec746917062882c85b0685353deb7");

	/* SP 800-38A, F.1.1; every key block of TempKey and of a slot */
	unhex("6bc1bee22e409f96e93d7e117393172a", plain, 16);
	for (unsigned int block = 0; block < 4; block++) {
		memset(key, 0, sizeof(key));
		unhex("2b7e151628aed2a6abf7158809cf4f3c", key + 16 * block, 16);
		load(h, 0x23, key, 64);
		assert_status(host_cmd(h, OP_AES, (uint8_t)(block << 6), 0xffff, plain, 16), 0);
		assert_hex(h->rsp, "3AD77BB40D7A3660A89ECAF32466EF97");
		/* TempKey stays */
		memcpy(data, h->rsp, 16);
		assert_status(host_cmd(h, OP_AES, (uint8_t)(block << 6 | 1), 0xffff, data, 16), 0);
		assert_memory_equal(h->rsp, plain, 16);
		host_poke(h, ECC508A_EMU_SLOT0 + 9, 0, key, 64);
		assert_status(host_cmd(h, OP_AES, (uint8_t)(block << 6), 9, plain, 16), 0);
		assert_hex(h->rsp, "3AD77BB40D7A3660A89ECAF32466EF97");
	}
	host_free(h);
}

/* ------------------------------------------------------------------ KDF */

static unsigned int details(uint8_t *p, uint32_t value, const uint8_t *msg, unsigned int len)
{
	value |= (uint32_t)len << 24;
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (8 * i));
	memcpy(p + 4, msg, len);
	return len + 4;
}

#define PRF                                                                \
	"1ebcbe62005ab948fdffe1c402aaba354ec676050c9bc1aae1ff5b1509a4a04a" \
	"44254664c2a480f5b77ea2d1020c7ba4b3640c4ac793324c26d6fddfdb1f011a"

static void kdf(void **state)
{
	struct host *h = chip608(0x4006);
	uint8_t key[32], data[64], pad[64];
	unsigned int len;

	memcpy(key, seq16, 16);
	memcpy(key + 16, seq16, 16);

	len = details(data, 0x101, seq16, 16);
	load(h, 3, key, 32);
	assert_status(host_cmd(h, OP_KDF, 0x10, 0, data, len), 0);
	assert_int_equal(h->rsp_len, 64);
	assert_hex(h->rsp, PRF);
	/* TempKey survives a KDF to the output: the same again, encrypted */
	ecc508a_emu_chip_set_random(h->chip, out_nonce, 32);
	assert_status(host_cmd(h, OP_KDF, 0x14, 0, data, len), 0);
	assert_int_equal(h->rsp_len, 96);
	assert_memory_equal(h->rsp + 64, out_nonce, 32);
	unhex("ad033c1c9a0909928938bb44b5d709038100e52fc54a92ed74214897b25c64ea"
	      "654e4a04a856fde78361ee5abf989b779539cd3b46cd4944eca8ca3e909ad755",
	      pad, 64);
	for (int i = 0; i < 64; i++)
		h->rsp[i] ^= pad[i];
	assert_hex(h->rsp, PRF);

	len = details(data, 0, seq16, 16);
	load(h, 3, key, 32);
	assert_status(host_cmd(h, OP_KDF, 0x30, 0, data, len), 0);
	assert_hex(h->rsp, "0a940bb5416ef045f1c39458c653ea5a 00000000000000000000000000000000");

	len = details(data, 2, seq16, 16);
	load(h, 3, key, 32);
	assert_status(host_cmd(h, OP_KDF, 0x50, 0, data, len), 0);
	assert_hex(h->rsp, "495d46aa392d51132edb93bc49e60ecaaeb7802f3ae529779d5883f9330af561");

	/* other sources and targets give the same numbers */
	len = details(data, 0x101, seq16, 16);
	load(h, 0x83, key, 32);
	assert_status(host_cmd(h, OP_KDF, 0x10 | 3, 0, data, len), 0);
	assert_hex(h->rsp, PRF);
	host_poke(h, ECC508A_EMU_SLOT0 + 12, 0, key, 32);
	assert_status(host_cmd(h, OP_KDF, 0x00 | 2, 12, data, len), 0);
	assert_int_equal(host_status(h).tempkey.len, 64);
	assert_hex(host_status(h).tempkey.value, PRF);
	assert_status(host_cmd(h, OP_KDF, 0x08 | 2, 0x0b0c, data, len), 0);
	assert_int_equal(ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 11, 0, pad, 64), 0);
	assert_hex(pad, PRF);
	/* AEAD mode: half stays, half goes out */
	len = details(data, 0x301, seq16, 16);
	assert_status(host_cmd(h, OP_KDF, 0x00 | 2, 12, data, len), 0);
	assert_int_equal(h->rsp_len, 32);
	unhex(PRF, pad, 64);
	assert_memory_equal(h->rsp, pad + 32, 32);
	assert_memory_equal(host_status(h).tempkey.value, pad, 32);
	host_free(h);
}

/* ------------------------------------------------------------------ IO protection */

/* A key pair in slot @slot, its public key in @pub. */
static void put_key(struct host *h, unsigned int slot, uint8_t pub[64])
{
	uint8_t d[36] = { 0 };

	unhex(D, d + 4, 32);
	host_poke(h, ECC508A_EMU_SLOT0 + slot, 0, d, 36);
	unhex(PUB, pub, 64);
}

static void put_pub(struct host *h, unsigned int slot, const uint8_t pub[64])
{
	uint8_t stored[72] = { 0 };

	memcpy(stored + 4, pub, 32);
	memcpy(stored + 40, pub + 32, 32);
	host_poke(h, ECC508A_EMU_SLOT0 + slot, 0, stored, 72);
}

static void sign(struct host *h, unsigned int slot, const uint8_t digest[32], uint8_t rs[64])
{
	load(h, 3, digest, 32);
	assert_status(host_cmd(h, OP_SIGN, 0x80, (uint16_t)slot, NULL, 0), 0);
	memcpy(rs, h->rsp, 64);
}

static void ecdh_encrypted(void **state)
{
	struct host *h = chip608(0x4006);
	uint8_t pub[64], clear[32], pad[32];

	put_key(h, 2, pub);
	assert_status(host_cmd(h, OP_GENKEY, 4, 3, NULL, 0), 0);
	memcpy(pub, h->rsp, 64);
	assert_status(host_cmd(h, OP_ECDH, 0x0c, 2, pub, 64), 0);
	assert_int_equal(h->rsp_len, 32);
	memcpy(clear, h->rsp, 32);
	ecc508a_emu_chip_set_random(h->chip, out_nonce, 32);
	assert_status(host_cmd(h, OP_ECDH, 0x0e, 2, pub, 64), 0);
	assert_int_equal(h->rsp_len, 64);
	assert_memory_equal(h->rsp + 32, out_nonce, 32);
	unhex("ad033c1c9a0909928938bb44b5d709038100e52fc54a92ed74214897b25c64ea", pad, 32);
	for (int i = 0; i < 32; i++)
		assert_int_equal(h->rsp[i] ^ pad[i], clear[i]);
	host_free(h);
}

/* SHA256(IOkey | digest | nonce | RS | 45 | P1 | P2le) */
static void verify_mac_ref(const uint8_t digest[32], const uint8_t nonce[32], const uint8_t rs[64],
			   uint8_t p1, uint8_t p2, uint8_t out[32])
{
	uint8_t m[164];

	unhex(KEY, m, 32);
	memcpy(m + 32, digest, 32);
	memcpy(m + 64, nonce, 32);
	memcpy(m + 96, rs, 64);
	m[160] = 0x45;
	m[161] = p1;
	m[162] = p2;
	m[163] = 0;
	ref_sha256(m, sizeof(m), out);
}

static void verify_mac(void **state)
{
	struct host *h = chip608(0x4006);
	uint8_t pub[64], rs[64], nonce[64], want[32], data[128];

	/* the reference is right: a vector made elsewhere */
	for (int i = 0; i < 64; i++) {
		rs[i] = (uint8_t)i;
		nonce[i] = (uint8_t)(0x20 + i);
	}
	verify_mac_ref(ch, nonce, rs, 0x80, 0x0b, want);
	assert_hex(want, "e0dad7bf40c309622027af16209d04f104c31ff1b96fa6fadc0ce35cbec1a8e0");

	put_key(h, 2, pub);
	put_pub(h, 11, pub);
	sign(h, 2, ch, rs);
	/* stored key, digest in TempKey, nonce in MsgDigBuf[0:32] */
	load(h, 0x43, nonce, 32);
	load(h, 3, ch, 32);
	assert_status(host_cmd(h, OP_VERIFY, 0x80, 11, rs, 64), 0);
	assert_int_equal(h->rsp_len, 32);
	verify_mac_ref(ch, nonce, rs, 0x80, 0x0b, want);
	assert_memory_equal(h->rsp, want, 32);
	/* external key, digest in MsgDigBuf[0:32], nonce in [32:64] */
	memcpy(data, ch, 32);
	memcpy(data + 32, nonce, 32);
	load(h, 0x63, data, 64);
	memcpy(data, rs, 64);
	memcpy(data + 64, pub, 64);
	assert_status(host_cmd(h, OP_VERIFY, 0xa2, 4, data, 128), 0);
	verify_mac_ref(ch, nonce, rs, 0xa2, 0x04, want);
	assert_memory_equal(h->rsp, want, 32);
	/* no nonce for it in MsgDigBuf: refused */
	load(h, 0x43, ch, 32);
	assert_status(host_cmd(h, OP_VERIFY, 0xa2, 4, data, 128), 0x0f);
	/* a wrong signature gets no MAC */
	data[5] ^= 1;
	load(h, 0x43, nonce, 32);
	load(h, 3, ch, 32);
	assert_status(host_cmd(h, OP_VERIFY, 0x82, 4, data, 128), 1);
	host_free(h);
}

static void boot_mac_ref(const uint8_t k[32], const uint8_t digest[32], const uint8_t *rs,
			 uint8_t p1, uint8_t out[32])
{
	uint8_t m[132];
	unsigned int n = 64;

	memcpy(m, k, 32);
	memcpy(m + 32, digest, 32);
	if (rs) {
		memcpy(m + 64, rs, 64);
		n += 64;
	}
	m[n] = 0x80;
	m[n + 1] = p1;
	m[n + 2] = 0;
	m[n + 3] = 0;
	ref_sha256(m, n + 4, out);
}

static void secureboot(void **state)
{
	static const uint8_t conf[2] = { 0x03,
					 0xbc }; /* FullDig, digest in slot 12, key in slot 11 */
	struct host *h = chip608(0x4006);
	uint8_t pub[64], rs[64], digest[32], k[32], want[32], data[96], buf[32];

	host_poke(h, ECC508A_EMU_CONFIG, 70, conf, 2);
	ref_sha256("abc", 3, digest);
	unhex("50b6a4584e9a5d345c11aaf74036f89a515fb642a17afc334493f8bf699ca330", k, 32);
	for (int i = 0; i < 64; i++)
		rs[i] = (uint8_t)i;
	boot_mac_ref(k, digest, rs, 0x87, want);
	assert_hex(want, "dcdc6cbd0749e49ba293bf355613ea43b594b43b7d9ae49fc641967cde889edd");

	put_key(h, 2, pub);
	put_pub(h, 11, pub);
	sign(h, 2, digest, rs);
	/* FullCopy with the digest under K of TempKey CH */
	unhex("eaceb2e7c19b92de1d50ea291d98dab9e15cd7e1376d86aff08307de9b9cb69d", data, 32);
	memcpy(data + 32, rs, 64);
	load(h, 3, ch, 32);
	assert_status(host_cmd(h, OP_SECUREBOOT, 0x87, 0, data, 96), 0);
	assert_int_equal(h->rsp_len, 32);
	boot_mac_ref(k, digest, rs, 0x87, want);
	assert_memory_equal(h->rsp, want, 32);
	assert_int_equal(ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + 12, 0, buf, 32), 0);
	assert_memory_equal(buf, digest, 32);
	/* then FullStore compares with it */
	load(h, 3, ch, 32);
	assert_status(host_cmd(h, OP_SECUREBOOT, 0x86, 0, data, 32), 0);
	assert_hex(h->rsp, "531ffb901c52e6b353a091ea6826525f85eb4da8f3e4757c2c0735bdb282eae9");
	/* plain forms */
	assert_status(host_cmd(h, OP_SECUREBOOT, 0x06, 0, digest, 32), 0);
	memcpy(data, digest, 32);
	assert_status(host_cmd(h, OP_SECUREBOOT, 0x05, 0, data, 96), 0);
	data[0] ^= 1;
	assert_status(host_cmd(h, OP_SECUREBOOT, 0x05, 0, data, 96), 1);
	assert_status(host_cmd(h, OP_SECUREBOOT, 0x06, 0, data, 32), 1);
	host_free(h);
}

/* ------------------------------------------------------------------ a real TNGTLS part */

#define TNG_SLOT10                                                         \
	"e197aa26d2d0ac94ab4decc230554f5611cd53ae24ad1ae2737ea2d69ecaa2ad" \
	"25d05c0e6ea51c603e5a5b84e04cab5126c6bdb37c8906a159606c3482b024afa5ac9c2c0030a000"
#define TNG_SLOT11                                                                 \
	"000000002eba1b2ad0b73e4e44725e0c09348d4092a08bd7a8b7619bfdc7a56eb2054bdc" \
	"00000000a338f00dc64dec1d84b4b36ec62426bd4c9340244fa853e235d053c05df67ef4"
#define TNG_SLOT12                                                         \
	"ecc949988f619130b9277322958cfda97d9b0a8cb8f37894bcc473e9d47a4087" \
	"2123d5a2566b89a159bc8a8de52283ce16b5337b2a2599afe4d75efa073ed611963a9f2c0010a000"
#define TNG_ROOT                                                           \
	"bd54e66de3875484006b53ae1580d50aa069e78adf5578d85ce2d54dd5b83029" \
	"6bffdd6e6f7256fbd99ef1a116b11d33ad49103aa1858739dcfae437e19d634e"
#define TNG_DEVICE_KEY                                                     \
	"d330b8b2ede4d502df48b54a2f29cc79f901e594fd6bf92deb6d187ac77f2dbb" \
	"b160279a4a20a7e6e3507f973aad43919bef2d1c99b29c153323dfcd99106769"

/* Reads a 72-byte slot as drivers do: two blocks and a padded third one. */
static void read_slot72(struct host *h, unsigned int slot, uint8_t out[72])
{
	for (unsigned int block = 0; block < 3; block++) {
		assert_status(
			host_cmd(h, OP_READ, 0x82, (uint16_t)(block << 8 | slot << 3), NULL, 0), 0);
		memcpy(out + 32 * block, h->rsp, block < 2 ? 32 : 8);
	}
	assert_hex(h->rsp + 8, "000000000000000000000000000000000000000000000000");
}

/* Certificate serial number source A: SHA256(X|Y|dates) with 01 in the top bits. */
static void serial_by_chip(struct host *h, const uint8_t xy[64], const uint8_t dates[3],
			   const char *want)
{
	assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
	assert_status(host_cmd(h, OP_SHA, 1, 64, xy, 64), 0);
	assert_status(host_cmd(h, OP_SHA, 2, 3, dates, 3), 0);
	h->rsp[0] = (uint8_t)((h->rsp[0] & 0x7f) | 0x40);
	assert_hex(h->rsp, want);
}

static void trust_and_go(void **state)
{
	static const uint8_t serial[9] = { 0x01, 0x23, 0xa2, 0x3f, 0x29, 0xf9, 0x36, 0x6a, 0x01 };
	struct ecc508a_emu_bus *bus = ecc508a_emu_bus_new();
	struct host h = { .bus = bus, .speed = 100000 };
	uint8_t buf[72], dev[72], signer[72], root[64], digest[32], data[128], key[64];

	assert_int_equal(ecc508a_emu_chip_new(bus, ECC508A_EMU_608A, serial, &h.chip), 0);
	assert_int_equal(ecc508a_emu_chip_preset(h.chip, "tngtls"), 0);
	assert_int_equal(host_addr(&h), 0x35);
	host_poke(&h, ECC508A_EMU_SLOT0 + 5, 0, "E8EB1B202027", 12);
	unhex(TNG_SLOT10, dev, 72);
	host_poke(&h, ECC508A_EMU_SLOT0 + 10, 0, dev, 72);
	unhex(TNG_SLOT11, buf, 72);
	host_poke(&h, ECC508A_EMU_SLOT0 + 11, 0, buf, 72);
	unhex(TNG_SLOT12, signer, 72);
	host_poke(&h, ECC508A_EMU_SLOT0 + 12, 0, signer, 72);

	/* what a host reads from it */
	assert_status(host_cmd(&h, OP_READ, 0x80, 0, NULL, 0), 0);
	assert_memory_equal(h.rsp, serial, 4);
	assert_memory_equal(h.rsp + 8, serial + 4, 5);
	assert_status(host_cmd(&h, OP_READ, 0x82, 5 << 3, NULL, 0), 0);
	assert_memory_equal(h.rsp, "E8EB1B202027", 12);
	read_slot72(&h, 10, buf);
	assert_memory_equal(buf, dev, 72);
	read_slot72(&h, 12, buf);
	assert_memory_equal(buf, signer, 72);
	read_slot72(&h, 11, buf);

	/* serial numbers of both certificates */
	unhex(TNG_DEVICE_KEY, key, 64);
	serial_by_chip(&h, key, dev + 64, "5f235abdb72bed34b43772e79d40c11c");
	memcpy(key, buf + 4, 32);
	memcpy(key + 32, buf + 40, 32);
	serial_by_chip(&h, key, signer + 64, "71061238bda3c0169da2e601935b996b");

	/* both signatures: the device's by the stored signer key, the signer's by the root key */
	unhex("591bfd845ee55232f50fbdf7ca58b5f154aed13a0b7bf4db5953de5b9d993162", digest, 32);
	load(&h, 3, digest, 32);
	assert_status(host_cmd(&h, OP_VERIFY, 0x00, 11, dev, 64), 0);
	digest[3] ^= 4;
	load(&h, 3, digest, 32);
	assert_status(host_cmd(&h, OP_VERIFY, 0x00, 11, dev, 64), 1);
	unhex(TNG_ROOT, root, 64);
	memcpy(data, signer, 64);
	memcpy(data + 64, root, 64);
	unhex("e2c22f47fb541a4a8452bd9011a144af931a93ced8866ae342719bb2d1439358", digest, 32);
	load(&h, 3, digest, 32);
	assert_status(host_cmd(&h, OP_VERIFY, 0x02, 4, data, 128), 0);
	data[40] ^= 1;
	load(&h, 3, digest, 32);
	assert_status(host_cmd(&h, OP_VERIFY, 0x02, 4, data, 128), 1);
	ecc508a_emu_bus_free(bus);
}

/* ------------------------------------------------------------------ Lock */

static void lock_config(struct host *h, const char *crc)
{
	uint8_t le[2];
	uint16_t p2;

	unhex(crc, le, 2);
	p2 = (uint16_t)(le[0] | le[1] << 8);
	assert_status(host_cmd(h, OP_LOCK, 0x00, p2 ^ 1, NULL, 0), 0x0f);
	assert_false(host_status(h).config_locked);
	assert_status(host_cmd(h, OP_LOCK, 0x00, p2, NULL, 0), 0);
	assert_true(host_status(h).config_locked);
}

#define CAL_508                                                                                \
	"012300000000500004050607EE000100 C0005500 8F2FC4448720C4F48F0F8F8F9F8F8364C444C464 "  \
	"0F0F0F0F0F0F0F0F"                                                                     \
	"0F0F0F0F FFFFFFFF00000000FFFFFFFF00000000 FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 00000000 " \
	"FFFF000000000000"                                                                     \
	"33001C0013001C003C001C001C0033001C001C003C0030003C003C0032003000"
#define CAL_608                                                                                \
	"012300000000600004050607EE010100 C000A100 AF2FC4448720C4F48F0F0F0F9F8F8364C444C464 "  \
	"0F0F0F0F0F0F0F0F"                                                                     \
	"0F0F0F0F FFFFFFFF00000000FFFFFFFF00000000 FF8403BC096976000000000000000000 00000000 " \
	"FFFF0E4000000000"                                                                     \
	"33001C0013001C003C003A101C0033001C001C00380030003C003C0032003000"

static void cal_image(struct host *h, const char *image, uint16_t crc)
{
	char packed[257];
	uint8_t cfg[128];
	unsigned int n = 0;

	for (; *image; image++)
		if (*image != ' ')
			packed[n++] = *image;
	packed[n] = '\0';
	unhex(packed, cfg, 128);
	host_poke(h, ECC508A_EMU_CONFIG, 0, cfg, 128);
	memset(cfg, 0, sizeof(cfg));
	assert_int_equal(ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_CONFIG, 0, cfg, 128), 0);
	assert_int_equal(ecc508a_emu_crc16(cfg, 128), crc);
}

static void config_crcs(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	uint8_t cfg[128];

	/* the two factory dumps as they are */
	unhex("01233B7E00005000E9F5342BEEC05400", cfg, 16);
	host_poke(h, ECC508A_EMU_CONFIG, 0, cfg, 16);
	assert_int_equal(ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_CONFIG, 0, cfg, 128), 0);
	assert_int_equal(ecc508a_emu_crc16(cfg, 128), 0xf9 | 0x9c << 8);
	host_free(h);

	h = host_new(ECC508A_EMU_608A);
	unhex("01236C4100006002BBE66928EE015400", cfg, 16);
	host_poke(h, ECC508A_EMU_CONFIG, 0, cfg, 16);
	assert_int_equal(ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_CONFIG, 0, cfg, 128), 0);
	assert_int_equal(ecc508a_emu_crc16(cfg, 128), 0x24 | 0x4d << 8);
	host_free(h);

	/* the AWS image with a header of ones and 84-87 = 0 */
	h = host_preset(ECC508A_EMU_508A, "aws-config");
	assert_int_equal(ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_CONFIG, 0, cfg, 128), 0);
	memset(cfg, 0xff, 16);
	memset(cfg + 84, 0, 4);
	assert_int_equal(ecc508a_emu_crc16(cfg, 128), 0xa8 | 0x21 << 8);
	/* cryptoauthlib's test configurations with the headers of its arrays */
	cal_image(h, CAL_508, 0x50 | 0xa0 << 8);
	cal_image(h, CAL_608, 0x37 | 0xa4 << 8);
	assert_int_equal(ecc508a_emu_chip_preset(h->chip, "aws-config"), 0);
	/* and the whole way through Lock, against a CRC computed here */
	assert_int_equal(ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_CONFIG, 0, cfg, 128), 0);
	snprintf((char *)h->rsp, sizeof(h->rsp), "%02x%02x", ref_crc(cfg, 128) & 0xff,
		 ref_crc(cfg, 128) >> 8);
	lock_config(h, (char *)h->rsp);
	host_free(h);
}

static void data_crcs(void **state)
{
	static const struct {
		uint16_t key0;
		uint8_t fill;
		uint16_t crc;
	} v[] = {
		{ 0x003c, 0xff, 0xf1 | 0xdf << 8 }, /* everything FF, no private slot */
		{ 0x0033, 0xff, 0x0f | 0x12 << 8 }, /* slot 0 private */
		{ 0x0033, 0x00, 0x09 | 0x82 << 8 }, /* slots 1-15 zero, OTP FF */
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct host *h = host_new(ECC508A_EMU_508A);
		uint8_t buf[416];

		memset(buf, v[i].fill, sizeof(buf));
		for (unsigned int slot = 0; slot < 16; slot++) {
			host_slot(h, slot, 0x0f0f, slot ? 0x003c : v[i].key0);
			if (slot)
				host_poke(h, ECC508A_EMU_SLOT0 + slot, 0, buf,
					  slot < 8    ? 36
					  : slot == 8 ? 416
						      : 72);
		}
		host_lock(h, true, false);
		assert_status(host_cmd(h, OP_LOCK, 0x01, v[i].crc ^ 0x8000, NULL, 0), 0x0f);
		assert_status(host_cmd(h, OP_LOCK, 0x01, v[i].crc, NULL, 0), 0);
		assert_true(host_status(h).data_locked);
		host_free(h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aes),
		cmocka_unit_test(kdf),
		cmocka_unit_test(ecdh_encrypted),
		cmocka_unit_test(verify_mac),
		cmocka_unit_test(secureboot),
		cmocka_unit_test(trust_and_go),
		cmocka_unit_test(config_crcs),
		cmocka_unit_test(data_crcs),
	};

	return cmocka_run_group_tests_name("vectors608", tests, setup, NULL);
}
