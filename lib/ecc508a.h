/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * libecc508a: the keys of a Microchip ATECC508A, ATECC608A or ATECC608B for programs.
 *
 *	struct ecc508a_dev *dev;
 *
 *	if (ecc508a_open(NULL, 0, &dev))
 *		errx(1, "%s", ecc508a_error(NULL));
 *	if (ecc508a_sign(dev, 0, digest, sig))
 *		errx(1, "%s", ecc508a_error(dev));
 *	ecc508a_close(dev);
 *
 * Devices: "/dev/ecc508a0", "ecc508a0", "serial:0123...", or "emu:/path/to/socket" for an
 * emulator.  NULL means $ECC508A_DEVICE, or else the only chip of the machine.
 *
 * Every function returns 0 or a negative errno, those of linux/ecc508a.h.  ecc508a_error() then
 * has one or two lines of text: which layer, what happened, why (from the chip's own configuration
 * where the chip refused), and what to do.
 *
 * Threads: a device may be used by several threads at once.  Fork: a child may go on using
 * a device that its parent opened.  The library calls no OpenSSL function.
 */
#ifndef ECC508A_H
#define ECC508A_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ecc508a_dev;

/* ecc508a_open(): use of keys and writing (the default is as much as the file permits) */
#define ECC508A_OPEN_READONLY (1 << 0)

int ecc508a_open(const char *device, unsigned int flags, struct ecc508a_dev **dev);
/* The chip with this serial number, wherever it is; $ECC508A_DEVICE is looked at first */
int ecc508a_open_serial(const uint8_t serial[9], unsigned int flags, struct ecc508a_dev **dev);
void ecc508a_close(struct ecc508a_dev *dev);

/* Text of the last error on this device in this thread; NULL: of the last failed open */
const char *ecc508a_error(const struct ecc508a_dev *dev);
/* The chip's own status byte of the last command, -1 if it was not reached */
int ecc508a_status(const struct ecc508a_dev *dev);
/* Which chip it is; asks the device only if opening it has not told already */
int ecc508a_serial(struct ecc508a_dev *dev, uint8_t serial[9]);
/* What was opened, for messages: "/dev/ecc508a0" or "emu:..." */
const char *ecc508a_name(const struct ecc508a_dev *dev);

/**
 * ecc508a_list() - the devices of this machine
 * @fn: called with each name ("/dev/ecc508a0"), in order; ends the walk by returning non-zero
 * Return: how many there are, or what @fn returned.  Emulators are not found this way, but
 * $ECC508A_DEVICE is the only device if it is set.
 */
int ecc508a_list(int (*fn)(const char *name, void *arg), void *arg);

enum ecc508a_chip_part {
	ECC508A_CHIP_UNKNOWN,
	ECC508A_CHIP_508A,
	ECC508A_CHIP_608A,
	ECC508A_CHIP_608B,
};

/**
 * struct ecc508a_chip_info - who the chip is
 * @transport: "kernel" or "emulator"
 * @wake:      how it is woken, in words
 * @bus_hz:    0 if unknown
 */
struct ecc508a_chip_info {
	enum ecc508a_chip_part part;
	const char *part_name; /* "ATECC508A" */
	const char *transport;
	const char *wake;
	uint32_t bus_hz;
	int bus_nr; /* -1: none */
	uint8_t address; /* 7 bits */
	bool config_locked, data_locked;
	uint8_t revision[4];
	uint8_t serial[9];
	uint8_t config[128];
};
/* @refresh: read it from the chip even if it is known */
int ecc508a_info(struct ecc508a_dev *dev, bool refresh, struct ecc508a_chip_info *info);

/**
 * struct ecc508a_slot_info - SlotConfig and KeyConfig of a slot in words
 */
struct ecc508a_slot_info {
	uint16_t slot_config, key_config;
	uint16_t size;
	bool is_private, is_secret, locked, lockable;
	bool ext_sign, int_sign, ecdh, genkey_allowed, pub_info;
	bool encrypt_read, req_random, req_auth, limited_use, no_mac;
	uint8_t read_key, write_key, write_config, key_type, auth_key;
	char summary[96]; /* "P-256 private key: sign, ECDH, GenKey allowed" */
};
int ecc508a_slot_info(const uint8_t config[128], unsigned int slot, struct ecc508a_slot_info *out);

int ecc508a_random(struct ecc508a_dev *dev, void *buf, size_t len);
/* xy: X then Y, 64 bytes */
int ecc508a_pubkey(struct ecc508a_dev *dev, unsigned int slot, uint8_t xy[64]);
int ecc508a_pubkey_stored(struct ecc508a_dev *dev, unsigned int slot, uint8_t xy[64]);
int ecc508a_genkey(struct ecc508a_dev *dev, unsigned int slot, uint8_t xy[64]);
/* sig: R then S, 64 bytes */
int ecc508a_sign(struct ecc508a_dev *dev, unsigned int slot, const uint8_t digest[32],
		 uint8_t sig[64]);
int ecc508a_verify(struct ecc508a_dev *dev, const uint8_t xy[64], const uint8_t digest[32],
		   const uint8_t sig[64]);
int ecc508a_verify_stored(struct ecc508a_dev *dev, unsigned int slot, const uint8_t digest[32],
			  const uint8_t sig[64]);
int ecc508a_ecdh(struct ecc508a_dev *dev, unsigned int slot, const uint8_t xy[64],
		 uint8_t secret[32]);

enum ecc508a_zone_id {
	ECC508A_CONFIG,
	ECC508A_OTP,
	ECC508A_DATA,
};
int ecc508a_read(struct ecc508a_dev *dev, enum ecc508a_zone_id zone, unsigned int slot,
		 size_t offset, void *buf, size_t len);
int ecc508a_write(struct ecc508a_dev *dev, enum ecc508a_zone_id zone, unsigned int slot,
		  size_t offset, const void *buf, size_t len);
int ecc508a_read_encrypted(struct ecc508a_dev *dev, unsigned int slot, size_t offset,
			   unsigned int key_slot, const uint8_t key[32], void *buf, size_t len);
int ecc508a_write_encrypted(struct ecc508a_dev *dev, unsigned int slot, size_t offset,
			    unsigned int key_slot, const uint8_t key[32], const void *buf,
			    size_t len);

/* Irreversible.  @crc: what the zone must contain, see ecc508a_crc16(); -EALREADY */
int ecc508a_lock_config(struct ecc508a_dev *dev, uint16_t crc);
int ecc508a_lock_data(struct ecc508a_dev *dev, uint16_t crc);
int ecc508a_lock_slot(struct ecc508a_dev *dev, unsigned int slot);
int ecc508a_counter(struct ecc508a_dev *dev, unsigned int id, bool increment, uint32_t *value);

/* The chip's CRC-16, in pieces: start with crc = 0 */
uint16_t ecc508a_crc16(uint16_t crc, const void *data, size_t len);

/* Only one program talks to the chip between these two; at most @timeout_ms */
int ecc508a_session_begin(struct ecc508a_dev *dev, unsigned int timeout_ms);
int ecc508a_session_end(struct ecc508a_dev *dev);
/* One command within a session; *rx_len: in room, out payload length (1: a status byte) */
int ecc508a_exchange(struct ecc508a_dev *dev, uint8_t opcode, uint8_t p1, uint16_t p2,
		     const void *tx, size_t tx_len, void *rx, size_t *rx_len);

/*
 * The rarer commands; each is a whole sequence.  @num_in is the caller's part of a random nonce and
 * @random the chip's, so that both sides can compute TempKey: SHA-256 over random, num_in, 16 00 00.
 */

/* MAC, and HMAC (508A): prove to know the key of a slot.  @serial: all of the serial number enters */
int ecc508a_mac(struct ecc508a_dev *dev, unsigned int slot, bool serial,
		const uint8_t challenge[32], uint8_t mac[32]);
int ecc508a_mac_random(struct ecc508a_dev *dev, unsigned int slot, bool serial,
		       const uint8_t num_in[20], uint8_t random[32], uint8_t mac[32]);
int ecc508a_hmac(struct ecc508a_dev *dev, unsigned int slot, bool serial,
		 const uint8_t challenge[32], uint8_t mac[32]);
int ecc508a_hmac_random(struct ecc508a_dev *dev, unsigned int slot, bool serial,
			const uint8_t num_in[20], uint8_t random[32], uint8_t mac[32]);
/* Let the chip judge; -EKEYREJECTED.  In a session a fit authorises keys with ReqAuth */
int ecc508a_checkmac(struct ecc508a_dev *dev, unsigned int slot, const uint8_t challenge[32],
		     const uint8_t response[32], const uint8_t other_data[13]);
int ecc508a_checkmac_key(struct ecc508a_dev *dev, unsigned int slot, const uint8_t key[32]);
/* At most 4096 bytes */
int ecc508a_sha256(struct ecc508a_dev *dev, const void *data, size_t len, uint8_t digest[32]);
int ecc508a_hmac_sha256(struct ecc508a_dev *dev, unsigned int slot, const void *data, size_t len,
			uint8_t mac[32]);
/* @key: of the slot's WriteKey @key_slot; NULL (and 0) before the data zone is locked */
int ecc508a_privwrite(struct ecc508a_dev *dev, unsigned int slot, const uint8_t private_key[32],
		      unsigned int key_slot, const uint8_t *key);
/* @mac: 32 bytes if SlotConfig asks for one, or NULL */
int ecc508a_derivekey(struct ecc508a_dev *dev, unsigned int slot, const uint8_t tempkey[32],
		      const uint8_t *mac);
int ecc508a_derivekey_random(struct ecc508a_dev *dev, unsigned int slot, const uint8_t num_in[20],
			     const uint8_t *mac, uint8_t random[32]);

enum ecc508a_attestation {
	ECC508A_ATTESTATION_KEY, /* a private key, by its public half */
	ECC508A_ATTESTATION_STORED, /* a public key in slots 8 to 15 */
	ECC508A_ATTESTATION_DATA, /* the first 32 bytes of a slot */
};
/* A signature of @key_slot about what is in @slot; @xy: of ECC508A_ATTESTATION_KEY, else zeros */
int ecc508a_attest(struct ecc508a_dev *dev, enum ecc508a_attestation what, unsigned int slot,
		   unsigned int key_slot, bool serial, const uint8_t num_in[20],
		   uint8_t random[32], uint8_t xy[64], uint8_t sig[64]);

/* Configuration byte 84 or 85, for ever (85 of a 508A is Selector, of a 608 its address) */
int ecc508a_update_extra(struct ecc508a_dev *dev, unsigned int byte, uint8_t value);
/* Take one use of the limited key in @slot */
int ecc508a_use_up(struct ecc508a_dev *dev, unsigned int slot);

/* 608 only */
int ecc508a_aes(struct ecc508a_dev *dev, unsigned int slot, unsigned int key_block, bool decrypt,
		void *buf, size_t len);
/* @mode, @details: as the data sheet; @tempkey: loaded first, or NULL; *out_len: 0 if it stays inside */
int ecc508a_kdf(struct ecc508a_dev *dev, uint8_t mode, unsigned int source, unsigned int target,
		uint32_t details, const void *msg, size_t len, const uint8_t *tempkey,
		uint8_t out[64], size_t *out_len);
/* @sig: NULL for FullStore */
int ecc508a_secureboot(struct ecc508a_dev *dev, uint8_t mode, const uint8_t digest[32],
		       const uint8_t *sig);
int ecc508a_selftest(struct ecc508a_dev *dev, uint8_t tests, uint8_t *failed);

/*
 * Would the chip refuse, and why?  Looks only at the configuration.  Returns 0 if nothing
 * speaks against it, else -EACCES or -EOPNOTSUPP with the cause and the remedy in @why.
 */
int ecc508a_may(const uint8_t config[128], enum ecc508a_chip_part part, uint8_t opcode, uint8_t p1,
		uint16_t p2, char *why, size_t size);

#ifdef __cplusplus
}
#endif
#endif
