/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* The 128 bytes of the configuration zone, decoded (data sheet chapter 2.2). */
#ifndef ECC_PROTO_CONFIG_H
#define ECC_PROTO_CONFIG_H

#include "packet.h"

#define ECC_CONFIG_SIZE 128
#define ECC_OTP_SIZE	64
#define ECC_SLOTS	16

/* Byte offsets */
#define ECC_CFG_REVISION     4
#define ECC_CFG_AES_ENABLE   13
#define ECC_CFG_I2C_ENABLE   14
#define ECC_CFG_I2C_ADDRESS  16
#define ECC_CFG_OTP_MODE     18 /* 608: CountMatch */
#define ECC_CFG_CHIP_MODE    19
#define ECC_CFG_SLOT_CONFIG  20
#define ECC_CFG_COUNTER0     52
#define ECC_CFG_COUNTER1     60
#define ECC_CFG_LAST_KEY_USE 68
#define ECC_CFG_USER_EXTRA   84
#define ECC_CFG_SELECTOR     85
#define ECC_CFG_LOCK_VALUE   86
#define ECC_CFG_LOCK_CONFIG  87
#define ECC_CFG_SLOT_LOCKED  88
#define ECC_CFG_CHIP_OPTIONS 90
#define ECC_CFG_X509_FORMAT  92
#define ECC_CFG_KEY_CONFIG   96
#define ECC_CFG_UNLOCKED     0x55

#define ECC_COUNTER_MAX 2097151 /* a counter can count no further (chapter 3.4) */

enum ecc_key_type {
	ECC_KEY_TYPE_P256 = 4,
	ECC_KEY_TYPE_AES = 6, /* 608 */
	ECC_KEY_TYPE_OTHER = 7,
};

/*
 * struct ecc_slot - SlotConfig and KeyConfig of one slot, decoded
 * Names are the data sheet's (tables 2-6 and 2-12).
 */
struct ecc_slot {
	u16 slot_config, key_config;
	/* SlotConfig */
	u8 read_key;
	bool no_mac, limited_use, encrypt_read, is_secret;
	u8 write_key, write_config;
	/* KeyConfig */
	bool is_private, pub_info, lockable, req_random, req_auth;
	u8 key_type, auth_key, x509_id;
	bool intrusion_disable; /* 608: PersistentDisable */
	bool locked; /* SlotLocked bit is 0 */
	u16 size; /* bytes */
	/* Private keys: meaning of read_key (SlotConfig bits 3:0) */
	bool ext_sign, int_sign, ecdh, ecdh_to_slot;
	bool genkey_allowed, privwrite_allowed; /* WriteConfig bits 13 and 14 */
};

void ecc_config_slot(const u8 config[ECC_CONFIG_SIZE], unsigned int slot, struct ecc_slot *out);
bool ecc_config_locked(const u8 config[ECC_CONFIG_SIZE]);
bool ecc_config_data_locked(const u8 config[ECC_CONFIG_SIZE]);
/* SN[0..8] */
void ecc_config_serial(const u8 config[ECC_CONFIG_SIZE], u8 serial[9]);
/* 7-bit, what the chip listens to after a wake */
u8 ecc_config_address(const u8 config[ECC_CONFIG_SIZE]);
/* The shortest time, of the normal or the long watchdog */
u32 ecc_config_watchdog_ms(const u8 config[ECC_CONFIG_SIZE]);
u16 ecc_slot_size(unsigned int slot); /* 36, 416, 72; 0 for slot > 15 */
/* Monotonic counter as stored (8 bytes); -EINVAL if it is not a legal pattern */
int ecc_counter_decode(const u8 raw[8], u32 *value);
void ecc_counter_encode(u32 value, u8 raw[8]);

/* Bytes of the configuration that Write may change while it is unlocked */
bool ecc_config_writable(unsigned int offset);

/*
 * CRC that Lock(data) must carry: non-private slots 0 to 15 in full size, then OTP.
 * Feed pieces with ecc_crc16_update(); this says whether a slot counts.
 */
bool ecc_config_slot_in_lock_crc(const u8 config[ECC_CONFIG_SIZE], unsigned int slot);

#endif
