// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * Known answers. They were calculated by an independent model of the data sheet's message layouts
 * or come from cryptoauthlib's tests, FIPS and NIST; none was made with this emulator.
 */
#include "host.h"

#define KEY "3780e63d4968ade5d822c013fcc323845d1b569fe705b60006feec145a0db1e3"
#define TK  "16b538965b811cd1c9e4d1d70c03f4e1f295e6f19bfe530df2ebb27c3147cb8d"
#define G   "21691301659ef253c1e615c72cb727d5104d64d826c9c1f234ddbf0d4aebd0e6"

static uint8_t num_in[20], rand_out[32], ch[32], plain[32];

static int setup(void **state)
{
	for (int i = 0; i < 32; i++) {
		rand_out[i] = (uint8_t)i;
		ch[i] = (uint8_t)(0x80 + i);
		plain[i] = (uint8_t)(0xc0 + i);
	}
	for (int i = 0; i < 20; i++)
		num_in[i] = (uint8_t)(0x40 + i);
	return 0;
}

/* Locked, with KEY in slot 4 and slots that are good for the vectors. */
static struct host *vector_chip(enum ecc508a_emu_part part)
{
	struct host *h = host_new(part);
	uint8_t key[32];

	host_slot(h, 1, 0x2083, 0x0033); /* private, external and internal sign */
	host_slot(h, 2, 0x2087, 0x0013);
	host_slot(h, 3, 0x3480, 0x003c); /* DeriveKey create from slot 4 */
	host_slot(h, 4, 0x0f0f, 0x003c);
	host_slot(h, 5, 0x0f1f, 0x003c); /* NoMac */
	host_slot(h, 7, 0x2087, 0x0033);
	host_slot(h, 8, 0x44c4, 0x003c); /* encrypted read and write with slot 4 */
	host_slot(h, 9, 0x0f0f, 0x0030);
	unhex(KEY, key, 32);
	host_poke(h, ECC508A_EMU_SLOT0 + 4, 0, key, 32);
	host_poke(h, ECC508A_EMU_SLOT0 + 5, 0, key, 32);
	host_lock(h, true, true);
	return h;
}

/* TempKey = TK */
static void nonce_tk(struct host *h)
{
	ecc508a_emu_chip_set_random(h->chip, rand_out, 32);
	assert_status(host_cmd(h, OP_NONCE, 0, 0, num_in, 20), 0);
	assert_memory_equal(h->rsp, rand_out, 32);
	assert_hex(host_status(h).tempkey.value, TK);
}

static void nonce_pass(struct host *h, const uint8_t value[32])
{
	assert_status(host_cmd(h, OP_NONCE, 3, 0, value, 32), 0);
}

static void assert_tk(struct host *h, const char *hex)
{
	assert_true(host_tk_valid(h));
	assert_hex(host_status(h).tempkey.value, hex);
}

/* ------------------------------------------------------------------ groups */

static void groups(void **state)
{
	/* complete groups after word address 03: op, P1, P2, CRC */
	static const char *const v[] = {
		"07 30 00 00 00 03 5D", "07 30 02 00 00 00 D8", "07 30 01 00 00 00 D7",
		"07 02 80 00 00 09 AD", "07 02 80 08 00 0A 4D", "07 02 80 10 00 0A 1D",
		"07 02 80 18 00 09 FD", "07 02 00 04 00 1D 6D", "07 02 00 15 00 17 5D",
		"07 02 81 00 00 0A 27", "07 02 82 50 00 0A 14", "07 02 82 50 01 09 97",
		"07 02 82 50 02 89 95", "07 1B 00 00 00 24 CD", "07 1B 01 00 00 27 47",
		"07 40 04 00 00 83 87", "07 40 00 00 00 00 05", "07 41 80 00 00 28 05",
		"07 47 00 00 00 2E 85", "07 17 80 00 00 39 8D", "07 17 81 00 00 3A 07",
		"07 17 02 00 00 2D 88", "07 17 2A 00 00 3D 89", "07 24 00 00 00 0C FD",
		"07 24 01 01 00 06 F7", "07 20 00 5A 00 05 21", "07 01 00 00 00 3C 2D",
		"07 77 3D 00 00 1D FC",
	};
	struct host *h = host_new(ECC508A_EMU_508A);

	/* the chip takes every one of them: no CRC error */
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		uint8_t buf[8] = { 3 };

		unhex(v[i], buf + 1, 7);
		host_power_cycle(h);
		host_wake(h);
		assert_int_equal(ecc508a_emu_write(h->bus, 0x60, buf, 8, h->speed), 8);
		assert_int_not_equal(host_receive(h), 0xff);
	}
	host_free(h);
}

static void long_groups(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	uint8_t buf[48] = { 3, 0x1b, 0x16 };

	host_wake(h);
	unhex("7d e0", buf + 1 + 25, 2);
	assert_int_equal(ecc508a_emu_write(h->bus, 0x60, buf, 28, h->speed), 28);
	assert_status(host_receive(h), 0);
	memset(buf, 0, sizeof(buf));
	unhex("03 27 16 03", buf, 4);
	unhex("c7 b8", buf + 1 + 37, 2);
	assert_int_equal(ecc508a_emu_write(h->bus, 0x60, buf, 40, h->speed), 40);
	assert_status(host_receive(h), 0);
	unhex("03 07 47 00 00 00 2E 85", buf, 8);
	ecc508a_emu_write(h->bus, 0x60, buf, 8, h->speed);
	assert_status(host_receive(h), 0);
	unhex("03 0A 47 02 03 00 61 62 63 70 53", buf, 11);
	ecc508a_emu_write(h->bus, 0x60, buf, 11, h->speed);
	assert_status(host_receive(h), 0);
	assert_hex(h->rsp, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	host_free(h);
}

static void revisions(void **state)
{
	static const char *const want[] = { "07 00 00 50 00 03 91", "07 00 00 60 02 80 38",
					    "07 00 00 60 03 83 BB" };

	for (int part = 0; part < ECC508A_EMU_PARTS; part++) {
		struct host *h = host_new((enum ecc508a_emu_part)part);
		uint8_t buf[7], zero = 0;

		assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
		ecc508a_emu_write(h->bus, 0x60, &zero, 1, h->speed);
		ecc508a_emu_read(h->bus, 0x60, buf, 7, h->speed);
		assert_hex(buf, want[part]);
		host_free(h);
	}
}

/* ------------------------------------------------------------------ TempKey */

static void nonce(void **state)
{
	struct host *h = vector_chip(ECC508A_EMU_508A);
	uint8_t zero[20] = { 0 };

	nonce_tk(h);
	assert_status(host_cmd(h, OP_NONCE, 0, 0x8000, num_in, 20), 0);
	assert_tk(h, "696d9f9dea3634c5b44375d0dba41cd2776c595972b627b2889de9f813ba968c");
	assert_memory_equal(h->rsp, host_status(h).tempkey.value, 32);
	ecc508a_emu_chip_set_random(h->chip, rand_out, 32);
	assert_status(host_cmd(h, OP_NONCE, 1, 0, num_in, 20), 0);
	assert_tk(h, "101a02122c818aa3842d984b3d99feb2d8c396bdacb6ce5426aec8270d25bb4e");
	host_free(h);

	/* with the generator of an unlocked chip */
	h = host_new(ECC508A_EMU_608A);
	assert_status(host_cmd(h, OP_NONCE, 0, 0, zero, 20), 0);
	assert_tk(h, "c5a66271d5446df96f7d9a4ad173b4ae6be163d42b623e70d164fa145db1d463");
	assert_status(host_cmd(h, OP_NONCE, 0, 0, num_in, 20), 0);
	assert_tk(h, "e44da23026bcbfc71cbebeca271ebbc2f6eea6dfa6277ea33055cee99ef32894");
	host_free(h);
}

static void gendig(void **state)
{
	struct host *h = vector_chip(ECC508A_EMU_508A);
	uint8_t other[4] = { 0xaa, 0xbb, 0xcc, 0xdd };
	uint8_t counter[8], cfg[2];

	nonce_tk(h);
	assert_status(host_cmd(h, OP_GENDIG, 2, 4, NULL, 0), 0);
	assert_tk(h, G);
	assert_true(host_status(h).tempkey.gendig);
	assert_int_equal(host_status(h).tempkey.key_id, 4);
	assert_false(host_status(h).tempkey.nomac);

	/* slot 4 made a NoMac key: OtherData goes in instead of the command */
	host_slot(h, 4, 0x0f1f, 0x003c);
	nonce_tk(h);
	assert_status(host_cmd(h, OP_GENDIG, 2, 4, other, 4), 0);
	assert_tk(h, "e465644aaf2b89ba31d136118281ab170fecc6c49c3643f4a3cfd334396de18a");
	assert_true(host_status(h).tempkey.nomac);

	nonce_tk(h);
	assert_status(host_cmd(h, OP_GENDIG, 1, 0, NULL, 0), 0);
	assert_tk(h, "e8234043c5699d315d011acae07ac0bf1511d0126833108f38788974ba1e64ef");
	assert_false(host_status(h).tempkey.gendig);

	unhex("07FF 0000 0001 0000", counter, 8); /* 37 */
	host_poke(h, ECC508A_EMU_CONFIG, 52, counter, 8);
	assert_int_equal(host_status(h).counter[0], 37);
	nonce_tk(h);
	assert_status(host_cmd(h, OP_GENDIG, 4, 0, NULL, 0), 0);
	assert_tk(h, "06086262fb5aa9be3807aaee024044316f186bdaa20713d4363162f4f85c0b18");

	unhex("8720", cfg, 2);
	host_poke(h, ECC508A_EMU_CONFIG, 24, cfg, 2);
	unhex("1300", cfg, 2);
	host_poke(h, ECC508A_EMU_CONFIG, 100, cfg, 2);
	nonce_tk(h);
	assert_status(host_cmd(h, OP_GENDIG, 5, 2, NULL, 0), 0);
	assert_tk(h, "dfd6305077df45aafcc06183309187295b05f11573cbe63f70320dfdc0e70978");

	nonce_tk(h);
	assert_status(host_cmd(h, OP_GENDIG, 3, 0, ch, 32), 0);
	assert_tk(h, "4b68f8bbff898c3bb79dff75dbb9f1e15aeef9b251579a46ae848e5640d81831");
	nonce_tk(h);
	assert_status(host_cmd(h, OP_GENDIG, 3, 0x8000, ch, 32), 0);
	assert_tk(h, "0b43052c8ccee815691b4e7ed9592c0155729ecc34e122f4550c9a46d8ccf481");
	host_free(h);
}

static void mac(void **state)
{
	struct host *h = vector_chip(ECC508A_EMU_608B);

	assert_status(host_cmd(h, OP_MAC, 0x00, 4, ch, 32), 0);
	assert_hex(h->rsp, "8b45ae7308c252a59245adf029a3f6b8508394f09ba71dcf95fda68d9d48f9ae");
	assert_status(host_cmd(h, OP_MAC, 0x40, 4, ch, 32), 0);
	assert_hex(h->rsp, "b7e4064f135a329a104a3cd637efb3e12ec182abf7a7ecf0ef663e9610d1e326");
	nonce_tk(h);
	assert_status(host_cmd(h, OP_MAC, 0x01, 4, NULL, 0), 0);
	assert_hex(h->rsp, "4cbdff33783188069101b67277de8e555efc40b9cccadc92f7e108e4a6f9db28");
	nonce_tk(h);
	assert_status(host_cmd(h, OP_MAC, 0x41, 4, NULL, 0), 0);
	assert_hex(h->rsp, "22f6d74a7f74139014acc9b577443e10e6432c361d4d8569b126466627c7da87");
	nonce_pass(h, ch);
	assert_status(host_cmd(h, OP_MAC, 0x05, 4, NULL, 0), 0);
	assert_hex(h->rsp, "271fe243f4bbf89dcfa0f2944db9a05ab07c4e4614c64786c2f7970f6ca5041a");
	nonce_pass(h, ch);
	assert_status(host_cmd(h, OP_MAC, 0x06, 4, ch, 32), 0);
	assert_hex(h->rsp, "3cfb3cc552d4e35c73712287ab5bcbed653fcbc6cdc0fb7ea38062246523b2d0");
	nonce_pass(h, ch);
	assert_status(host_cmd(h, OP_MAC, 0x07, 4, NULL, 0), 0);
	assert_hex(h->rsp, "80d79047c6c7cf0f5070a941896e19d149de0686f9848fde5c715787cfb499f3");
	host_free(h);
}

static void checkmac(void **state)
{
	struct host *h = vector_chip(ECC508A_EMU_508A);
	uint8_t data[77] = { 0 };

	unhex("4cbdff33783188069101b67277de8e555efc40b9cccadc92f7e108e4a6f9db28", data + 32, 32);
	unhex("08 01 04 00 00 00 00 00 00 00 00 00 00", data + 64, 13);
	nonce_tk(h);
	assert_status(host_cmd(h, OP_CHECKMAC, 1, 4, data, 77), 0);
	assert_true(host_status(h).auth_valid);
	assert_int_equal(host_status(h).auth_key, 4);
	unhex("22f6d74a7f74139014acc9b577443e10e6432c361d4d8569b126466627c7da87", data + 32, 32);
	unhex("08 41 04 00 00 00 00 02 03 04 05 00 01", data + 64, 13);
	nonce_tk(h);
	assert_status(host_cmd(h, OP_CHECKMAC, 1, 4, data, 77), 0);
	data[32] ^= 1;
	nonce_tk(h);
	assert_status(host_cmd(h, OP_CHECKMAC, 1, 4, data, 77), 1);
	host_free(h);
}

static void hmac(void **state)
{
	struct host *h = vector_chip(ECC508A_EMU_508A);

	nonce_tk(h);
	assert_status(host_cmd(h, OP_HMAC, 0x00, 4, NULL, 0), 0);
	assert_hex(h->rsp, "d23ca464bbe85a32df1cff2e1be376b884419f9d4e373061c7442aca9ab3baf4");
	nonce_tk(h);
	assert_status(host_cmd(h, OP_HMAC, 0x40, 4, NULL, 0), 0);
	assert_hex(h->rsp, "c3ad1a7d761f1ffc5119c4a303d231824927c337a94023f09c68aeb101281e40");
	host_free(h);
}

static void peek_slot(struct host *h, unsigned int slot, uint8_t *buf, size_t len)
{
	assert_int_equal(ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_SLOT0 + slot, 0, buf, len), 0);
}

static void derivekey(void **state)
{
	struct host *h = vector_chip(ECC508A_EMU_508A);
	uint8_t buf[32], in_mac[32];

	/* create slot 3 from slot 4 */
	nonce_pass(h, ch);
	assert_status(host_cmd(h, OP_DERIVEKEY, 4, 3, NULL, 0), 0);
	peek_slot(h, 3, buf, 32);
	assert_hex(buf, "0fc991bcdac4f087943b59ed28f384b861d48c997b8dd681e7ecd476dbf09928");

	/* the same with an input MAC */
	host_slot(h, 3, 0xb480, 0x003c);
	unhex("3798215c54b00db9650aaca82db81242a39b2cde65b43c0299124698e3342dd8", in_mac, 32);
	memset(buf, 0, 32);
	host_poke(h, ECC508A_EMU_SLOT0 + 3, 0, buf, 32);
	nonce_pass(h, ch);
	assert_status(host_cmd(h, OP_DERIVEKEY, 4, 3, in_mac, 32), 0);
	peek_slot(h, 3, buf, 32);
	assert_hex(buf, "0fc991bcdac4f087943b59ed28f384b861d48c997b8dd681e7ecd476dbf09928");

	/* roll slot 4 */
	host_slot(h, 4, 0x2480, 0x003c);
	nonce_tk(h);
	assert_status(host_cmd(h, OP_DERIVEKEY, 0, 4, NULL, 0), 0);
	peek_slot(h, 4, buf, 32);
	assert_hex(buf, "b51618383fda0eb8d212e7050001dd786698a940fedd8b80aa27e6c74f818b1b");
	host_free(h);
}

/* ------------------------------------------------------------------ encrypted access, private keys
 */

#define CIPHER "e1a8d1c2a15b3494092fdf0ce07ae91ac09cb60bf21c1725ec0465d696360e39"
#define D      "878F0AB6A526D7111C26E6170810796E7B33007F832B8D64467ED6F870537A19"
#define PUB                                                                \
	"8f8d182bd819048582a9927ea0c56defb4159548e11ca5f7abac45bbce76815b" \
	"e5c64fcd2fd12698544de037951726666073046119ad5e11a90aa49773aeac86"

static void encrypted_access(void **state)
{
	static const char *const macs[] = {
		"f1e5d6b116f9b69d033629d1f1d59299d158dbd3b5d3b96ca2e302b6df7d92da", /* P1 82 */
		"65c3f70da5ac6b4e55f5867f021431d20d8fa978c3bd3bf3e0a1f55f6c90dac8", /* P1 C2 */
	};
	struct host *h = vector_chip(ECC508A_EMU_508A);
	uint8_t data[64], buf[32];

	for (int i = 0; i < 2; i++) {
		memset(buf, 0, 32);
		host_poke(h, ECC508A_EMU_SLOT0 + 8, 0, buf, 32);
		unhex(CIPHER, data, 32);
		unhex(macs[i], data + 32, 32);
		nonce_tk(h);
		assert_status(host_cmd(h, OP_GENDIG, 2, 4, NULL, 0), 0);
		assert_status(host_cmd(h, OP_WRITE, i ? 0xc2 : 0x82, 0x0040, data, 64), 0);
		peek_slot(h, 8, buf, 32);
		assert_memory_equal(buf, plain, 32);
		assert_false(host_tk_valid(h));
	}
	nonce_tk(h);
	assert_status(host_cmd(h, OP_GENDIG, 2, 4, NULL, 0), 0);
	assert_status(host_cmd(h, OP_READ, 0x82, 0x0040, NULL, 0), 0);
	assert_hex(h->rsp, CIPHER);
	host_free(h);
}

static void privwrite(void **state)
{
	struct host *h = vector_chip(ECC508A_EMU_508A);
	uint8_t data[68];

	host_slot(h, 7, 0x4487, 0x0033); /* PrivWrite with slot 4 */
	unhex("21691301e211f8e564c0c2d63091c1c2185d1db65dfac18db7f632690c95061eb05f7b1a", data, 36);
	unhex("29a3efa219c983d6a6e26a7419590f222e407e33742ccff2ca2aef8f28c39ab8", data + 36, 32);
	nonce_tk(h);
	assert_status(host_cmd(h, OP_GENDIG, 2, 4, NULL, 0), 0);
	assert_status(host_cmd(h, OP_PRIVWRITE, 0x40, 7, data, 68), 0);
	assert_status(host_cmd(h, OP_GENKEY, 0, 7, NULL, 0), 0);
	assert_int_equal(h->rsp_len, 64);
	assert_hex(h->rsp, PUB);
	host_free(h);
}

static void put_key(struct host *h, unsigned int slot)
{
	uint8_t d[36] = { 0 };

	unhex(D, d + 4, 32);
	host_poke(h, ECC508A_EMU_SLOT0 + slot, 0, d, 36);
}

static void genkey_digest(void **state)
{
	struct host *h = vector_chip(ECC508A_EMU_508A);
	uint8_t d[32], other[3] = { 0x10, 0x09, 0x00 }, stored[72] = { 0 };

	put_key(h, 7);
	nonce_tk(h);
	assert_status(host_cmd(h, OP_GENKEY, 0x08, 7, NULL, 0), 0);
	assert_hex(h->rsp, PUB);
	assert_tk(h, "2a15f0367f473769ab0d78f1fe7e36ebca92ce6e940be730c6c16654d54d17bd");
	assert_true(host_status(h).tempkey.genkey);
	assert_int_equal(host_status(h).tempkey.key_id, 7);

	/* create the very same key */
	nonce_tk(h);
	unhex(D, d, 32);
	ecc508a_emu_chip_set_random(h->chip, d, 32);
	assert_status(host_cmd(h, OP_GENKEY, 0x0c, 7, NULL, 0), 0);
	assert_hex(h->rsp, PUB);
	assert_tk(h, "364da14d4f3866a1ed3b2508d29504393f7276c35eb0c981b44c37a9cba4ffee");

	memcpy(stored + 4, h->rsp, 32);
	memcpy(stored + 40, h->rsp + 32, 32);
	host_poke(h, ECC508A_EMU_SLOT0 + 9, 0, stored, 72);
	nonce_tk(h);
	assert_status(host_cmd(h, OP_GENKEY, 0x10, 9, other, 3), 0);
	assert_tk(h, "407f53ad862114a7dc7c0d5f461ccd98c50feece7745a11fdf517b237342c8f0");
	host_free(h);
}

static void sign_internal(void **state)
{
	static const struct {
		uint8_t p1;
		const char *digest;
	} v[] = {
		{ 0x00, "054dc1418c03dd9e55c41bf8c026ae2481beadb7452f8afaae56f4006abbd203" },
		{ 0x40, "096c222f8c958777ddbd2a1d31deaf9ab076717531eda6bb86a15841a71a39c1" },
	};
	struct host *h = vector_chip(ECC508A_EMU_508A);
	uint8_t pub[64], digest[32];

	put_key(h, 1);
	put_key(h, 7);
	unhex(PUB, pub, 64);
	for (int i = 0; i < 2; i++) {
		nonce_tk(h);
		assert_status(host_cmd(h, OP_GENKEY, 0x08, 7, NULL, 0), 0);
		assert_status(host_cmd(h, OP_SIGN, v[i].p1, 1, NULL, 0), 0);
		assert_int_equal(h->rsp_len, 64);
		unhex(v[i].digest, digest, 32);
		assert_true(ref_verify(pub, digest, h->rsp));
		digest[0] ^= 1;
		assert_false(ref_verify(pub, digest, h->rsp));
	}
	host_free(h);
}

/* ------------------------------------------------------------------ SHA */

static void sha(struct host *h, const uint8_t *msg, unsigned int len, const char *want)
{
	assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
	for (; len >= 64; msg += 64, len -= 64)
		assert_status(host_cmd(h, OP_SHA, 1, 64, msg, 64), 0);
	assert_status(host_cmd(h, OP_SHA, 2, (uint16_t)len, msg, len), 0);
	assert_hex(h->rsp, want);
}

static void sha256(void **state)
{
	for (int part = 0; part < ECC508A_EMU_PARTS; part++) {
		struct host *h = host_new((enum ecc508a_emu_part)part);
		uint8_t bc[128];

		memset(bc, 0xbc, sizeof(bc));
		sha(h, bc, 64, "1a3aa545049453afdf17e989a41fa09794a51bd5db91363767550c0f0af327d4");
		sha(h, bc, 127, "a92218564370a057273ff485a8073f32fc1f1412eca2e30b81a887760b613172");
		sha(h, bc, 10, "303ff8ba40a206e7a950021ef51066d4a0015475323ee9f24ac8c963298f34ce");
		sha(h, (const uint8_t *)"abc", 3,
		    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
		host_free(h);
	}
}

static void sha_hmac(void **state)
{
	static const char msg_hex[] =
		"6fb3ec66f9eb070a719bebbe708b93a65b201b78e2d26d8cccdf1c33f741904a"
		"9ade640fce000c334d04bb30795683dca09dbf3e7e32aea103d760e857a6d6211c";
	static const char want[] =
		"297f22b8d251b063a7c08dcf4dba0d1fb35d32a3baab15aceaf4391c4adb3277";
	uint8_t msg[65], key[32];

	unhex(msg_hex, msg, 65);
	unhex(KEY, key, 32);
	for (int part = 0; part < ECC508A_EMU_PARTS; part++) {
		struct host *h = vector_chip((enum ecc508a_emu_part)part);
		uint8_t end = part == ECC508A_EMU_508A ? 5 : 2;

		assert_status(host_cmd(h, OP_SHA, 4, 4, NULL, 0), 0);
		assert_status(host_cmd(h, OP_SHA, 1, 64, msg, 64), 0);
		assert_status(host_cmd(h, OP_SHA, end, 1, msg + 64, 1), 0);
		assert_hex(h->rsp, want);
		if (part != ECC508A_EMU_508A) {
			/* key from TempKey */
			nonce_pass(h, key);
			assert_status(host_cmd(h, OP_SHA, 4, 0xffff, NULL, 0), 0);
			assert_status(host_cmd(h, OP_SHA, 1, 64, msg, 64), 0);
			assert_status(host_cmd(h, OP_SHA, 2, 1, msg + 64, 1), 0);
			assert_hex(h->rsp, want);
		}
		host_free(h);
	}
}

static void sha_context(void **state)
{
	struct host *h = host_new(ECC508A_EMU_608A);
	static const uint8_t five[5] = { 1, 2, 3, 4, 5 };
	uint8_t ctx[64];
	unsigned int len;

	assert_status(host_cmd(h, OP_SHA, 0, 0, NULL, 0), 0);
	assert_status(host_cmd(h, OP_SHA, 1, 5, five, 5), 0);
	assert_status(host_cmd(h, OP_SHA, 6, 0, NULL, 0), 0);
	assert_int_equal(h->rsp_len, 41);
	assert_hex(
		h->rsp,
		"05000000 67E6096A 85AE67BB 72F36E3C 3AF54FA5 7F520E51 8C68059B ABD9831F 19CDE05B "
		"0102030405");
	len = h->rsp_len;
	memcpy(ctx, h->rsp, len);
	host_sleep(h);
	assert_status(host_cmd(h, OP_SHA, 2, 5, five, 5), 0x0f);
	assert_status(host_cmd(h, OP_SHA, 7, (uint16_t)len, ctx, len), 0);
	assert_status(host_cmd(h, OP_SHA, 2, 5, five, 5), 0);
	assert_hex(h->rsp, "e6d32195023365ad503ab7e670be314b8722f672a2613003068c28ba86471e04");
	host_free(h);
}

/* ------------------------------------------------------------------ counters */

static void counter_form(void **state)
{
	static const struct {
		uint32_t n;
		const char *form;
	} v[] = {
		{ 0, "FFFF FFFF 0000 0000" },	    { 1, "7FFF FFFF 0000 0000" },
		{ 31, "0000 0001 0000 0000" },	    { 32, "FFFF 0000 0001 0000" },
		{ 33, "7FFF 0000 0001 0000" },	    { 100, "0FFF 0000 0003 0002" },
		{ 2097151, "0000 0001 FFFF FFFF" },
	};
	struct host *h = host_new(ECC508A_EMU_508A);
	uint8_t form[8], back[8];

	host_lock(h, true, true);
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		unhex(v[i].form, form, 8);
		host_poke(h, ECC508A_EMU_CONFIG, 52, form, 8);
		assert_status(host_cmd(h, OP_COUNTER, 0, 0, NULL, 0), 0);
		assert_int_equal(h->rsp[0] | h->rsp[1] << 8 | h->rsp[2] << 16 | h->rsp[3] << 24,
				 v[i].n);
	}
	/* at the end nothing goes any more */
	assert_status(host_cmd(h, OP_COUNTER, 1, 0, NULL, 0), 0x0f);
	assert_int_equal(host_status(h).counter[0], 2097151);

	/* counting up passes through the stored forms of the table */
	unhex(v[0].form, form, 8);
	host_poke(h, ECC508A_EMU_CONFIG, 52, form, 8);
	for (uint32_t n = 1; n <= 100; n++) {
		assert_status(host_cmd(h, OP_COUNTER, 1, 0, NULL, 0), 0);
		assert_int_equal(h->rsp[0], n);
		for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
			if (v[i].n != n)
				continue;
			unhex(v[i].form, form, 8);
			assert_int_equal(
				ecc508a_emu_chip_peek(h->chip, ECC508A_EMU_CONFIG, 52, back, 8), 0);
			assert_memory_equal(back, form, 8);
		}
	}
	host_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups),	 cmocka_unit_test(long_groups),
		cmocka_unit_test(revisions),	 cmocka_unit_test(nonce),
		cmocka_unit_test(gendig),	 cmocka_unit_test(mac),
		cmocka_unit_test(checkmac),	 cmocka_unit_test(hmac),
		cmocka_unit_test(derivekey),	 cmocka_unit_test(encrypted_access),
		cmocka_unit_test(privwrite),	 cmocka_unit_test(genkey_digest),
		cmocka_unit_test(sign_internal), cmocka_unit_test(sha256),
		cmocka_unit_test(sha_hmac),	 cmocka_unit_test(sha_context),
		cmocka_unit_test(counter_form),
	};

	return cmocka_run_group_tests_name("vectors", tests, setup, NULL);
}
