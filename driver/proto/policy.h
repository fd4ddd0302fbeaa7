/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * Predicts what the chip will refuse, and why, from the configuration zone alone.
 * What depends on volatile state (TempKey, AuthValid) is told as a condition.
 */
#ifndef ECC_PROTO_POLICY_H
#define ECC_PROTO_POLICY_H

#include "config.h"

enum ecc_reason {
	ECC_REASON_OK,
	/* One value per cause; the text of each names the bit or byte that decides */
	ECC_REASON_NO_SUCH_COMMAND,
	ECC_REASON_CONFIG_UNLOCKED,
	ECC_REASON_CONFIG_LOCKED,
	ECC_REASON_DATA_UNLOCKED,
	ECC_REASON_DATA_LOCKED,
	ECC_REASON_BAD_SLOT,
	ECC_REASON_BAD_ADDRESS,
	ECC_REASON_NOT_PRIVATE,
	ECC_REASON_IS_PRIVATE,
	ECC_REASON_NOT_P256,
	ECC_REASON_KEY_TYPE,
	ECC_REASON_NOT_SECRET_FLAG, /* private slot with IsSecret 0 */
	ECC_REASON_SLOT_LOCKED,
	ECC_REASON_NOT_LOCKABLE,
	ECC_REASON_GENKEY_FORBIDDEN, /* WriteConfig bit 13 */
	ECC_REASON_PRIVWRITE_FORBIDDEN, /* WriteConfig bit 14 */
	ECC_REASON_PUBINFO, /* KeyConfig PubInfo is 0 */
	ECC_REASON_EXT_SIGN, /* ReadKey bit 0 */
	ECC_REASON_INT_SIGN, /* ReadKey bit 1 */
	ECC_REASON_ECDH, /* ReadKey bit 2 */
	ECC_REASON_ECDH_TO_SLOT, /* ReadKey bit 3: result goes to slot + 1 */
	ECC_REASON_READ_SECRET, /* IsSecret 1, EncryptRead 0 */
	ECC_REASON_READ_ENCRYPTED, /* must be read encrypted */
	ECC_REASON_WRITE_NEVER,
	ECC_REASON_WRITE_ENCRYPTED,
	ECC_REASON_WRITE_PUBINVALID, /* a validated public key is stored */
	ECC_REASON_WORD_ACCESS, /* only whole blocks */
	ECC_REASON_NEEDS_AUTH, /* ReqAuth: CheckMac first */
	ECC_REASON_NEEDS_RANDOM, /* ReqRandom: TempKey must come from a random Nonce */
	ECC_REASON_LIMITED_USE, /* use counter may be exhausted */
	ECC_REASON_NO_MAC,
	ECC_REASON_AES_DISABLED,
	ECC_REASON_OTP_MODE,
	ECC_REASON_BAD_MODE, /* Param1 or Param2 has bits that mean nothing */
	ECC_REASON_BAD_LENGTH, /* data too short or too long for the mode */
	ECC_REASON_NO_DERIVE, /* WriteConfig forbids DeriveKey */
	ECC_REASON_IS_PUBLIC_STORED, /* mode wants a public key slot, 8 to 15 */
	ECC_REASON_IO_KEY, /* 608: output must be encrypted, or the IO protection key is off */
	ECC_REASON_SECURE_BOOT, /* 608: SecureBoot is not configured so */
	ECC_REASON_WRITE_CLEAR, /* takes clear writes only */
	ECC_REASON_VALIDATE, /* X509format decides between Validate and ValidateExternal */
	ECC_REASON_COUNT
};

#define ECC_POLICY_NO_SLOT 0xff

/**
 * struct ecc_verdict - what policy says of a command
 * @reason: ECC_REASON_OK if nothing in the configuration forbids it
 * @status: status the chip would answer
 * @slot:   slot whose configuration decides, or ECC_POLICY_NO_SLOT
 * @needs_auth: an authorisation must have been given since waking (ReqAuth)
 * @needs_random: TempKey must come from a random Nonce (ReqRandom)
 * @needs_tempkey: TempKey must hold something first
 * @needs_latch: PersistentDisable (608) or IntrusionDisable (508A): the latch must be set
 * @pub_invalid: only while the slot does not hold a validated public key (PubInvalid)
 * @limited: each use is counted, and there may be none left
 */
struct ecc_verdict {
	enum ecc_reason reason;
	u8 status;
	u8 slot;
	bool needs_auth;
	bool needs_random;
	bool needs_tempkey;
	bool needs_latch;
	bool pub_invalid;
	bool limited;
};

void ecc_policy_check(const u8 config[ECC_CONFIG_SIZE], enum ecc_part part,
		      const struct ecc_cmd *cmd, struct ecc_verdict *out);

/*
 * "WriteConfig bit 13 of the slot is 0" and "choose a slot ...": half sentences without full
 * stop, about "the slot", for messages that name it before.
 */
const char *ecc_reason_cause(enum ecc_reason reason);
const char *ecc_reason_remedy(enum ecc_reason reason);

#endif
