/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* What the chip is made of, on top of libcrypto. No function here knows what a slot is. */
#ifndef EMU_CRYPTO_H
#define EMU_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A SHA-256 in progress whose state can be taken out and put back (608 SHA modes 6 and 7). */
struct emu_sha256 {
	uint32_t h[8];
	uint64_t len; /* bytes so far */
	uint8_t buf[64];
};

void emu_sha256_init(struct emu_sha256 *s);
void emu_sha256_update(struct emu_sha256 *s, const void *data, size_t len);
void emu_sha256_final(struct emu_sha256 *s, uint8_t out[32]);
void emu_sha256(const void *data, size_t len, uint8_t out[32]);

/* HMAC-SHA256, in steps and at once. Keys are at most 64 bytes here. */
void emu_hmac_init(struct emu_sha256 *s, const uint8_t *key, size_t key_len);
void emu_hmac_final(struct emu_sha256 *s, const uint8_t *key, size_t key_len, uint8_t out[32]);
void emu_hmac(const uint8_t *key, size_t key_len, const void *data, size_t len, uint8_t out[32]);

struct emu_rng {
	bool seeded;
	uint8_t key[32];
	uint64_t counter;
	uint8_t fixed[64]; /* to be drawn first */
	uint8_t fixed_len, fixed_pos;
};
void emu_rng_seed(struct emu_rng *rng, const void *seed, size_t len); /* NULL: the system's */
void emu_rng_bytes(struct emu_rng *rng, void *out, size_t len);

/* P-256. Keys and points are big endian; 0 or -1. */
bool emu_p256_scalar_ok(const uint8_t d[32]);
bool emu_p256_point_ok(const uint8_t xy[64]);
int emu_p256_generate(struct emu_rng *rng, uint8_t d[32]);
int emu_p256_public(const uint8_t d[32], uint8_t xy[64]);
int emu_p256_sign(struct emu_rng *rng, const uint8_t d[32], const uint8_t digest[32],
		  uint8_t rs[64]);
bool emu_p256_verify(const uint8_t xy[64], const uint8_t digest[32], const uint8_t rs[64]);
int emu_p256_ecdh(const uint8_t d[32], const uint8_t xy[64], uint8_t out[32]);

int emu_aes128(const uint8_t key[16], bool encrypt, const uint8_t in[16], uint8_t out[16]);
void emu_gfm(const uint8_t h[16], const uint8_t in[16], uint8_t out[16]);

void emu_wipe(void *p, size_t len);
bool emu_equal(const void *a, const void *b, size_t len);

#endif
