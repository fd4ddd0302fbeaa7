/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * Every choice that no public source settles, one switch each; the table with the reasons is in
 * quirks.c.
 */
#ifndef EMU_QUIRKS_H
#define EMU_QUIRKS_H

enum emu_quirk {
	Q_RESERVED_WORD_ADDR, /* U1 */
	Q_SHORT_COUNT, /* U2 */
	Q_WATCHDOG_MARGIN_MS, /* U3 */
	Q_IDLE_CLEARS_FAILURE, /* U4 */
	Q_LATCH_LOST_IN_SLEEP, /* U4 */
	Q_SEED_BIT_KEPT, /* U5 */
	Q_ADDR_PAST_SLOT, /* U6 */
	Q_COUNTER_BEFORE_LOCK, /* U11 */
	Q_DERIVE_BAD_MAC, /* U12 */
	Q_WRITE_BAD_MAC, /* U12 */
	Q_ECC_BAD_POINT, /* U13 */
	Q_SHA_END_SOURCE, /* U14 */
	Q_GENDIG_KEEPS_GENKEY, /* U15 */
	Q_BUFFER_NONCE_CLEARS_TK, /* U16 */
	Q_PUBLIC_OF_EMPTY, /* U17 */
	Q_KDF_SLOT_ANY, /* U18 */
	Q_SELFTEST_ECDSA_BIT, /* U19 */
	Q_608_SHA_KEEPS_TK, /* U20 */
	Q_608_AES_CLEARS_TK, /* U20 */
	Q_KDF_OUTPUT_CLEARS_TK, /* U20 */
	Q_EXTRA_BEFORE_LOCK, /* U21 */
	Q_608_EXTRA_COUNT, /* U22 */
	Q_KEYVALID_LAST_BYTE, /* U23 */
	Q_IDLE_ERRATUM, /* U24 */
	Q_FULLBOTH_STORE, /* U25 */
	Q_PARENT_MUST_BE_VALID, /* U26 */
	Q_PARTIAL_READ, /* D-1 */
	Q_SPLIT_GROUP, /* D-2 */
	Q_CHECKMAC_AUTH_B1, /* D-3 */
	Q_SHA_LOST_IN_IDLE, /* D-4 */
	Q_OTP_WORDS_HIDDEN, /* D-6 */
	Q_ECDH_BIT3_INVERTED, /* D-7 */
	Q_SELECTOR_NONZERO, /* D-8 */
	Q_608_OTP_FIXED, /* D-9 */
	Q_CHECKMAC_COPY_05, /* D-12 */
	Q_EXTRA_BYTES_ACKED,
	Q_CONFIG_FIXED_BYTE,
	Q_X509_LENGTH_WITH_END,
	Q_DERIVED_SOURCE,
	Q_SHA_CONTEXT_OF_HMAC,
	Q_ECDH_BIT3_BINDS,
	Q_CHECKMAC_OTP,
	EMU_QUIRKS,
};

struct ecc508a_emu_chip;
void emu_quirks_default(struct ecc508a_emu_chip *c);

#endif
