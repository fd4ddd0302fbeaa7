// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/*
 * The register of doubt. U-n: no source says; D-n: sources contradict each other; "-": found while
 * writing the emulator. The default is the reading thought most likely; change it to see whether a
 * client depends on it. Documentation/emulator.rst carries this table for users; a test compares
 * the two.
 */
#include "chip.h"

/* clang-format off */
static const struct ecc508a_emu_quirk_info quirks[EMU_QUIRKS] = {
	[Q_RESERVED_WORD_ADDR] = { "reserved-word-addr", "U1",
		"write to word address 04..FF: 0 ACK and ignore, 1 NAK", 0, 0, 1 },
	[Q_SHORT_COUNT] = { "short-count-status", "U2",
		"status for a group of 4..6 bytes with a good CRC", ST_PARSE, 0, 255 },
	[Q_WATCHDOG_MARGIN_MS] = { "watchdog-margin-ms", "U3",
		"refuse with EE when elapsed + maximal time + this margin exceeds the watchdog", 0, -1300, 1300 },
	[Q_IDLE_CLEARS_FAILURE] = { "idle-clears-failure", "U4",
		"waking from idle clears the 608 self-test failure state", 1, 0, 1 },
	[Q_LATCH_LOST_IN_SLEEP] = { "latch-lost-in-sleep", "U4",
		"the persistent latch is lost in sleep", 0, 0, 1 },
	[Q_SEED_BIT_KEPT] = { "seed-bit-kept", "U5",
		"the EEPROM seed bit of Info(State) survives sleep", 0, 0, 1 },
	[Q_ADDR_PAST_SLOT] = { "past-slot-status", "U6",
		"status for a legal address beyond the end of its slot", ST_EXEC, 0, 255 },
	[Q_COUNTER_BEFORE_LOCK] = { "counter-before-lock", "U11",
		"Counter works before the configuration is locked", 0, 0, 1 },
	[Q_DERIVE_BAD_MAC] = { "derivekey-mac-status", "U12",
		"status of DeriveKey with a wrong MAC", ST_EXEC, 0, 255 },
	[Q_WRITE_BAD_MAC] = { "write-mac-status", "U12",
		"status of Write and PrivWrite with a wrong MAC", ST_EXEC, 0, 255 },
	[Q_ECC_BAD_POINT] = { "bad-point-status", "U13",
		"status of ECDH and Verify for a point off the curve", ST_ECC, 0, 255 },
	[Q_SHA_END_SOURCE] = { "sha-end-source", "U14",
		"SourceFlag of the digest SHA leaves in TempKey (1: Input)", 1, 0, 1 },
	[Q_GENDIG_KEEPS_GENKEY] = { "gendig-keeps-genkey", "U15",
		"GenDig leaves GenKeyData as it was", 0, 0, 1 },
	[Q_BUFFER_NONCE_CLEARS_TK] = { "buffer-nonce-clears-tempkey", "U16",
		"Nonce into MsgDigBuf or AltKeyBuf invalidates TempKey", 0, 0, 1 },
	[Q_PUBLIC_OF_EMPTY] = { "empty-key-status", "U17",
		"status for the use of a private slot that holds no key", ST_EXEC, 0, 255 },
	[Q_KDF_SLOT_ANY] = { "kdf-any-slot", "U18",
		"KDF may write any unlocked slot, whatever its WriteConfig", 0, 0, 1 },
	[Q_SELFTEST_ECDSA_BIT] = { "selftest-ecdsa-bits", "U19, D-10",
		"bits that select the ECDSA self test: 2, 4, or 6 for both", 6, 2, 6 },
	[Q_608_SHA_KEEPS_TK] = { "608-sha-keeps-tempkey", "U20",
		"SHA on a 608 leaves TempKey alone (but for End with target TempKey)", 0, 0, 1 },
	[Q_608_AES_CLEARS_TK] = { "608-aes-clears-tempkey", "U20",
		"AES invalidates TempKey", 0, 0, 1 },
	[Q_KDF_OUTPUT_CLEARS_TK] = { "kdf-output-clears-tempkey", "U20",
		"KDF with the output buffer as target invalidates TempKey", 0, 0, 1 },
	[Q_EXTRA_BEFORE_LOCK] = { "updateextra-before-lock", "U21",
		"UpdateExtra works before the configuration is locked", 1, 0, 1 },
	[Q_608_EXTRA_COUNT] = { "608-updateextra-count", "U22",
		"UpdateExtra mode 2 exists on the 608", 1, 0, 1 },
	[Q_KEYVALID_LAST_BYTE] = { "keyvalid-last-byte", "U23",
		"Info(KeyValid) answers in the last byte instead of the first", 0, 0, 1 },
	[Q_IDLE_ERRATUM] = { "idle-erratum", "U24",
		"508A and 608A in idle wake from zeros meant for others at 300 kHz or less (TFLX: 8 bits)", 0, 0, 1 },
	[Q_FULLBOTH_STORE] = { "fullboth-store", "U25",
		"SecureBoot mode FullBoth allows FullStore and FullCopy", 0, 0, 1 },
	[Q_PARENT_MUST_BE_VALID] = { "parent-must-be-valid", "U26",
		"the parent of a validation with PubInfo=1 must itself be valid", 1, 0, 1 },
	[Q_PARTIAL_READ] = { "partial-read-acked", "D-1",
		"reading during a partial command: 0 NAK, 1 ACK and FF", 0, 0, 1 },
	[Q_SPLIT_GROUP] = { "split-group", "D-2",
		"a command group may be split over several writes", 1, 0, 1 },
	[Q_CHECKMAC_AUTH_B1] = { "checkmac-auth-b1", "D-3",
		"CheckMac authorises when mode bit 1 has this value", 0, 0, 1 },
	[Q_SHA_LOST_IN_IDLE] = { "sha-lost-in-idle", "D-4",
		"the SHA context does not survive idle", 0, 0, 1 },
	[Q_OTP_WORDS_HIDDEN] = { "otp-words-hidden", "D-6",
		"508A OTP words 0 and 1 are unreadable when OTPmode is not 0", 0, 0, 1 },
	[Q_ECDH_BIT3_INVERTED] = { "ecdh-bit3-inverted", "D-7",
		"ReadKey bit 3 = 0 puts the ECDH result into the next slot", 0, 0, 1 },
	[Q_SELECTOR_NONZERO] = { "selector-nonzero", "D-8",
		"with SelectorMode 1 the Selector is writable when it is not zero", 0, 0, 1 },
	[Q_608_OTP_FIXED] = { "608-otp-fixed", "D-9",
		"608 OTP cannot be written once the configuration is locked", 0, 0, 1 },
	[Q_CHECKMAC_COPY_05] = { "checkmac-copy-05", "D-12",
		"CheckMac copies in mode 05 as well as in mode 01", 1, 0, 1 },
	[Q_EXTRA_BYTES_ACKED] = { "extra-bytes-acked", "-",
		"bytes beyond the count of a group: 0 NAK, 1 ACK and ignore", 0, 0, 1 },
	[Q_CONFIG_FIXED_BYTE] = { "config-fixed-status", "-",
		"status of a Write that touches configuration bytes that cannot be written", ST_EXEC, 0, 255 },
	[Q_X509_LENGTH_WITH_END] = { "x509-length-with-end", "-",
		"X509format TemplateLength counts the last, partial block of the message", 1, 0, 1 },
	[Q_DERIVED_SOURCE] = { "derived-source", "-",
		"SourceFlag of a secret that ECDH or KDF leaves in TempKey (1: Input)", 1, 0, 1 },
	[Q_SHA_CONTEXT_OF_HMAC] = { "sha-context-of-hmac", "-",
		"SHA mode 6 reads the context of an HMAC (which then continues as a plain hash)", 0, 0, 1 },
	[Q_ECDH_BIT3_BINDS] = { "ecdh-bit3-binds", "-",
		"608 ECDH modes 04 and 0C must agree with ReadKey bit 3", 1, 0, 1 },
	[Q_CHECKMAC_OTP] = { "608-checkmac-otp", "-",
		"CheckMac mode bit 5 (OTP in the message) exists on the 608", 0, 0, 1 },
};
/* clang-format on */

void emu_quirks_default(struct ecc508a_emu_chip *c)
{
	for (int i = 0; i < EMU_QUIRKS; i++)
		c->quirk[i] = (int16_t)quirks[i].def;
}

const struct ecc508a_emu_quirk_info *ecc508a_emu_quirk(unsigned int i)
{
	return i < EMU_QUIRKS ? &quirks[i] : NULL;
}

int ecc508a_emu_chip_quirk(struct ecc508a_emu_chip *chip, const char *name, int value)
{
	for (int i = 0; i < EMU_QUIRKS; i++) {
		if (strcmp(name, quirks[i].name) != 0)
			continue;
		if (value < quirks[i].min || value > quirks[i].max)
			return -EINVAL;
		chip->quirk[i] = (int16_t)value;
		return 0;
	}
	return -ENOENT;
}
