/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * What the tests of the driver share: the device, its statistics, and OpenSSL as the referee
 * of everything the chip computes.
 */
#ifndef SELFTESTS_DEV_H
#define SELFTESTS_DEV_H

#include <linux/ecc508a.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* /dev/ecc508a0, or $ECC508A_DEVICE */
const char *dev_path(void);
int dev_open(int flags);

/* ioctl(): 0 or a positive errno */
int dev_ioctl(int fd, unsigned long cmd, void *arg);

/* Requests with everything that is not named zero; 0 or a positive errno */
int dev_sign(int fd, unsigned int slot, const uint8_t digest[32], uint8_t sig[64]);
int dev_pubkey(int fd, unsigned int slot, uint8_t xy[64]);
int dev_genkey(int fd, unsigned int slot, uint8_t xy[64]);
int dev_random(int fd, void *buf, size_t len);
int dev_read(int fd, unsigned int zone, unsigned int slot, unsigned int offset, void *buf,
	     size_t len);
int dev_write(int fd, unsigned int zone, unsigned int slot, unsigned int offset, const void *buf,
	      size_t len);
int dev_session(int fd, unsigned int timeout_ms);
int dev_session_end(int fd);
int dev_exchange(int fd, uint8_t opcode, uint8_t p1, uint16_t p2, const void *tx, size_t tx_len,
		 void *rx, size_t *rx_len, uint8_t *status);

/* A file below /sys/class/ecc508a/ecc508aN; -1 if it cannot be read */
int dev_attr(const char *name, char *buf, size_t size);
long long dev_statistic(const char *name);
/* How long an unused chip stays awake */
void dev_autosuspend(unsigned int ms);
/* Waits until the driver says that the chip sleeps */
bool dev_asleep(void);

uint64_t now_ms(void);
uint64_t now_us(void);
/* By how much everything is slower than usual, $ECC508A_TIME_SCALE (make check-debug), or 1 */
unsigned int time_scale(void);
void sleep_ms(unsigned int ms);
void fill_random(void *buf, size_t len);

/* OpenSSL: 1 yes, 0 no, -1 it failed itself */
int ref_verify(const uint8_t xy[64], const uint8_t digest[32], const uint8_t sig[64]);
struct ref_key;
struct ref_key *ref_key_new(uint8_t xy[64]);
void ref_key_free(struct ref_key *key);
int ref_sign(const struct ref_key *key, const uint8_t digest[32], uint8_t sig[64]);
int ref_ecdh(const struct ref_key *key, const uint8_t xy[64], uint8_t secret[32]);
void ref_sha256(const void *data, size_t len, uint8_t digest[32]);

#endif
