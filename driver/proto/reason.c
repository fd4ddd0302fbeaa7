// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Refusals in words: what in the configuration decided, and what a user can do about it. */
#include "policy.h"

static const struct {
	const char *cause, *remedy;
} texts[ECC_REASON_COUNT] = {
	[ECC_REASON_OK] = {
		"nothing in the configuration forbids it",
		"if it was refused, a condition on TempKey or authorisation was not met",
	},
	[ECC_REASON_NO_SUCH_COMMAND] = {
		"this part does not have the command",
		"use another part (see the table of commands in the documentation)",
	},
	[ECC_REASON_CONFIG_UNLOCKED] = {
		"the configuration zone is not locked (byte 87 is 55)",
		"write the configuration and lock it first, for example with `ecc508a provision`",
	},
	[ECC_REASON_CONFIG_LOCKED] = {
		"the configuration zone is locked for ever (byte 87 is not 55)",
		"use another chip if the configuration is not what you need",
	},
	[ECC_REASON_DATA_UNLOCKED] = {
		"the data zone is not locked (byte 86 is 55)",
		"finish provisioning and lock the data zone first",
	},
	[ECC_REASON_DATA_LOCKED] = {
		"the data zone is locked for ever (byte 86 is not 55)",
		"nothing more needs to be locked",
	},
	[ECC_REASON_BAD_SLOT] = { "there is no such slot", "use a slot from 0 to 15" },
	[ECC_REASON_BAD_ADDRESS] = {
		"the address is outside the zone or slot, or its bytes can never be accessed",
		"check offset and length against the size of the slot",
	},
	[ECC_REASON_NOT_PRIVATE] = {
		"KeyConfig bit 0 (Private) of the slot is 0: it does not hold a private key",
		"use a private key slot",
	},
	[ECC_REASON_IS_PRIVATE] = {
		"KeyConfig bit 0 (Private) of the slot is 1: it holds a private key, not data",
		"use a data slot, or GenKey for the public half",
	},
	[ECC_REASON_NOT_P256] = {
		"KeyConfig bits 4:2 (KeyType) of the slot are not 4 (P-256)",
		"use a slot whose KeyType is P-256",
	},
	[ECC_REASON_KEY_TYPE] = {
		"KeyConfig bits 4:2 (KeyType) of the slot do not fit the command",
		"use a slot whose KeyType is 6 (AES) for AES, 7 (other) for DeriveKey",
	},
	[ECC_REASON_NOT_SECRET_FLAG] = {
		"SlotConfig bit 7 (IsSecret) of the slot is 0, which a private key may not have",
		"use another slot; the configuration of this one is a mistake",
	},
	[ECC_REASON_SLOT_LOCKED] = {
		"it is locked for ever (SlotLocked bit of the slot is 0), or the byte is not 00",
		"use another slot",
	},
	[ECC_REASON_NOT_LOCKABLE] = {
		"KeyConfig bit 5 (Lockable) of the slot is 0",
		"the slot cannot be locked on its own",
	},
	[ECC_REASON_GENKEY_FORBIDDEN] = {
		"WriteConfig bit 13 of the slot is 0, and the data zone is locked",
		"use the key that is there, or a slot with bit 13 set",
	},
	[ECC_REASON_PRIVWRITE_FORBIDDEN] = {
		"WriteConfig bit 14 of the slot is 0, and the data zone is locked",
		"make a key with GenKey, or use a slot with bit 14 set",
	},
	[ECC_REASON_PUBINFO] = {
		"KeyConfig bit 1 (PubInfo) of the slot is 0: the public key is never computed",
		"take the public key from where it was recorded when the key was made",
	},
	[ECC_REASON_EXT_SIGN] = {
		"SlotConfig bit 0 (external signatures) of the slot is 0",
		"use a slot that may sign arbitrary digests",
	},
	[ECC_REASON_INT_SIGN] = {
		"SlotConfig bit 1 (internal signatures) of the slot is 0",
		"use a slot that may sign internal messages",
	},
	[ECC_REASON_ECDH] = {
		"SlotConfig bit 2 (ECDH) of the slot is 0",
		"use a slot that may do ECDH",
	},
	[ECC_REASON_ECDH_TO_SLOT] = {
		"SlotConfig bit 3 of the slot decides whether the result goes to the next slot",
		"bit 3 clear gives the secret out, bit 3 set keeps it in an open slot behind",
	},
	[ECC_REASON_READ_SECRET] = {
		"SlotConfig has IsSecret 1 and EncryptRead 0: the slot is never read",
		"keep a copy of what is written there; it cannot be had from the chip",
	},
	[ECC_REASON_READ_ENCRYPTED] = {
		"SlotConfig has IsSecret 1 and EncryptRead 1: the slot is read encrypted only",
		"read it encrypted, with the key of the slot that ReadKey names",
	},
	[ECC_REASON_WRITE_NEVER] = {
		"WriteConfig of the slot is Never and the data zone is locked",
		"use another slot",
	},
	[ECC_REASON_WRITE_ENCRYPTED] = {
		"WriteConfig of the slot is Encrypt: it takes encrypted writes only",
		"write it encrypted, with the key of the slot that WriteKey names",
	},
	[ECC_REASON_WRITE_PUBINVALID] = {
		"WriteConfig of the slot is PubInvalid and it holds a validated public key",
		"invalidate the public key first",
	},
	[ECC_REASON_WORD_ACCESS] = {
		"only whole blocks of 32 bytes can be accessed here",
		"use an offset and length that are multiples of 32",
	},
	[ECC_REASON_NEEDS_AUTH] = {
		"KeyConfig bit 7 (ReqAuth) of the slot is 1: its use must be authorised before",
		"in a session, run CheckMac with the key of the slot that AuthKey names first",
	},
	[ECC_REASON_NEEDS_RANDOM] = {
		"KeyConfig bit 6 (ReqRandom) of the slot is 1: TempKey must come from a random Nonce",
		"begin the sequence with a random Nonce",
	},
	[ECC_REASON_LIMITED_USE] = {
		"SlotConfig bit 5 (LimitedUse) of the slot is 1 and its uses are counted",
		"the key cannot be used any more if the counter is at its end",
	},
	[ECC_REASON_NO_MAC] = {
		"SlotConfig bit 4 (NoMac) of the slot is 1",
		"use another key for MAC and HMAC",
	},
	[ECC_REASON_AES_DISABLED] = {
		"AES is switched off in this part (configuration byte 13 bit 0 is 0)",
		"it is set by the manufacturer; use another part",
	},
	[ECC_REASON_OTP_MODE] = {
		"the data zone is locked and the OTP zone is read-only (byte 18 of a 508A is not 55)",
		"the OTP zone can only be written before the data zone is locked",
	},
	[ECC_REASON_BAD_MODE] = {
		"the command has no such mode or parameter on this part",
		"check Param1 and Param2",
	},
	[ECC_REASON_BAD_LENGTH] = {
		"the data is too short or too long for the command",
		"check the length of the data",
	},
	[ECC_REASON_NO_DERIVE] = {
		"WriteConfig bit 13 of the slot is 0: no key can be derived into it",
		"use a slot with bit 13 set",
	},
	[ECC_REASON_IS_PUBLIC_STORED] = {
		"the slot cannot hold a public key (those are slots 8 to 15 with Private 0)",
		"use a slot that holds a public key",
	},
	[ECC_REASON_IO_KEY] = {
		"ChipOptions want the output encrypted, or have the IO protection key switched off",
		"use the mode that ChipOptions permits",
	},
	[ECC_REASON_SECURE_BOOT] = {
		"SecureBoot (configuration bytes 70 and 71) is off or has another mode",
		"use the mode that the configuration sets",
	},
	[ECC_REASON_VALIDATE] = {
		"PubInfo of the slot is 0, or its X509format asks for the other way to validate",
		"X509format 0 goes with Validate, anything else with ValidateExternal",
	},
	[ECC_REASON_WRITE_CLEAR] = {
		"WriteConfig of the slot is not Encrypt: it takes clear writes only",
		"write it in the clear",
	},
};

const char *ecc_reason_cause(enum ecc_reason reason)
{
	if ((unsigned int)reason >= ECC_REASON_COUNT || !texts[reason].cause)
		return "unknown reason";
	return texts[reason].cause;
}

const char *ecc_reason_remedy(enum ecc_reason reason)
{
	if ((unsigned int)reason >= ECC_REASON_COUNT || !texts[reason].remedy)
		return "";
	return texts[reason].remedy;
}
