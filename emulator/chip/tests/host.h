/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * A host for one chip, as the tests need it: wakes, sends commands, polls, keeps the watchdog away.
 */
#ifndef EMU_TEST_HOST_H
#define EMU_TEST_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ecc508a-emu.h"

#define OP_PAUSE       0x01
#define OP_READ	       0x02
#define OP_MAC	       0x08
#define OP_HMAC	       0x11
#define OP_WRITE       0x12
#define OP_GENDIG      0x15
#define OP_NONCE       0x16
#define OP_LOCK	       0x17
#define OP_RANDOM      0x1b
#define OP_DERIVEKEY   0x1c
#define OP_UPDATEEXTRA 0x20
#define OP_COUNTER     0x24
#define OP_CHECKMAC    0x28
#define OP_INFO	       0x30
#define OP_GENKEY      0x40
#define OP_SIGN	       0x41
#define OP_ECDH	       0x43
#define OP_VERIFY      0x45
#define OP_PRIVWRITE   0x46
#define OP_SHA	       0x47
#define OP_AES	       0x51
#define OP_KDF	       0x56
#define OP_SELFTEST    0x77
#define OP_SECUREBOOT  0x80

#define MS(n) ((uint64_t)(n)*1000000)
#define US(n) ((uint64_t)(n)*1000)

struct host {
	struct ecc508a_emu_bus *bus;
	struct ecc508a_emu_chip *chip;
	uint32_t speed;
	uint8_t rsp[256]; /* payload of the last answer */
	unsigned int rsp_len;
	bool hands_off; /* no wake and no keep-alive before commands */
};

/* The serial number of the test vectors: 01 23 00 01 02 03 04 05 EE. */
extern const uint8_t test_serial[9];

struct host *host_new(enum ecc508a_emu_part part);
struct host *host_preset(enum ecc508a_emu_part part, const char *preset);
void host_free(struct host *h);

uint16_t host_addr(struct host *h);
void host_wake(struct host *h);
void host_sleep(struct host *h);
void host_idle(struct host *h);
void host_power_cycle(struct host *h);

/* The status of the command: the status byte, or 0 when data came back. -1: no valid answer. */
int host_cmd(struct host *h, uint8_t op, uint8_t p1, uint16_t p2, const void *data,
	     unsigned int len);
/* The same, and asserts that it is refused with @want and that no EEPROM bit changed. */
void assert_refused(struct host *h, int want, uint8_t op, uint8_t p1, uint16_t p2, const void *data,
		    unsigned int len);
/* Only sends it. */
void host_send(struct host *h, uint8_t op, uint8_t p1, uint16_t p2, const void *data,
	       unsigned int len);
int host_receive(struct host *h);

struct ecc508a_emu_status host_status(struct host *h);
bool host_tk_valid(struct host *h);

/* TempKey from Nonce: pass-through, and random (with RandOut 00 01 .. if @known). */
void host_load(struct host *h, const uint8_t value[32]);
void host_random_nonce(struct host *h);
/* Random nonce, then GenDig with a slot. */
void host_gendig(struct host *h, unsigned int slot);
/* Ciphertext and MAC of an encrypted Write or PrivWrite with the TempKey the chip has now. */
void host_seal(struct host *h, uint8_t op, uint8_t p1, uint16_t p2, const uint8_t *plain,
	       unsigned int len, uint8_t *out);
/* Proves knowledge of the 32-byte key in @slot: CheckMac mode 01. */
int host_authorise(struct host *h, unsigned int slot, const uint8_t key[32]);
/* Stores X|Y in the 72-byte form; b7:4 of byte 0 from @nibble. */
void host_put_pub(struct host *h, unsigned int slot, const uint8_t pub[64], uint8_t nibble);
/* A fixed key pair. */
void host_put_key(struct host *h, unsigned int slot, uint8_t pub[64]);

/* Configuration by hand: pokes bytes and locks. */
void host_poke(struct host *h, unsigned int zone, unsigned int off, const void *data, size_t len);
void host_slot(struct host *h, unsigned int slot, uint16_t slot_config, uint16_t key_config);
void host_lock(struct host *h, bool config, bool data);

void unhex(const char *hex, uint8_t *out, size_t len);
void assert_hex(const uint8_t *got, const char *hex);

/* Independent of the emulator: straight from libcrypto. */
void ref_sha256(const void *data, size_t len, uint8_t out[32]);
bool ref_verify(const uint8_t xy[64], const uint8_t digest[32], const uint8_t rs[64]);
uint16_t ref_crc(const void *data, size_t len);

#define assert_status(call, want) assert_int_equal((call), (want))

#endif
