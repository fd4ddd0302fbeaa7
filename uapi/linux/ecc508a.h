/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * ecc508a: the contract between the kernel driver of a Microchip ATECC508A,
 * ATECC608A or ATECC608B and programs, spoken on /dev/ecc508aN.
 *
 * Every everyday request is one ioctl that runs a whole command sequence (for
 * example Nonce, then Sign) while no other program can reach the chip.  What
 * has no request of its own is done in a session: ECC508A_IOC_SESSION_BEGIN
 * gives one open file the chip alone, ECC508A_IOC_EXCHANGE sends one command.
 *
 * Permissions
 *   R   any open file: cannot change the chip nor use a secret
 *   W   file opened for writing: uses keys, writes slots the chip leaves open
 *   A   CAP_SYS_ADMIN (when the request is made) and file opened for writing:
 *       what cannot be undone.  An EXCHANGE of such an opcode is held to it too.
 *
 * Errors common to all requests (others stand beside the request)
 *   EINVAL     a reserved field or an unknown flag is not zero, an argument is
 *              out of range
 *   EFAULT     a pointer is wrong
 *   ENOMEM     no memory; nothing was sent
 *   EBADF      the file is not open for writing (W, A)
 *   EPERM      no CAP_SYS_ADMIN (A)
 *   ENODEV     the chip was unbound or removed
 *   EAGAIN     O_NONBLOCK and the chip is in use
 *   ERESTARTSYS/EINTR  a signal came while waiting for the chip; nothing sent
 *   ETIMEDOUT  the chip stayed busy past the longest time it may take
 *   EIO        no valid answer after all retries (bus error, CRC)
 *   EUCLEAN    a command that cannot be repeated was sent, its answer was lost,
 *              and reading back could not tell whether it was carried out
 *   EACCES     the chip refused: status 0x0f, its configuration or state forbids
 *              the command
 *   EBADMSG    the chip refused: status 0x03, it does not know this command,
 *              mode or parameter
 *   EREMOTEIO  the chip reported a fault of its own: status 0x05, 0x07, 0x08
 *   EKEYREJECTED  the check ran and its answer is no (Verify, CheckMac, SecureBoot)
 *   EOPNOTSUPP this part has no such command
 *
 * struct ecc508a_result is filled in even when the ioctl fails after the chip
 * was reached, so that a caller can name the command and the chip's own status.
 */
#ifndef _UAPI_LINUX_ECC508A_H
#define _UAPI_LINUX_ECC508A_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define ECC508A_ABI_VERSION 1

/* Sizes in bytes; source: ATECC508A data sheet DS20005927A, chapter 2 */
#define ECC508A_CONFIG_SIZE 128
#define ECC508A_OTP_SIZE 64
#define ECC508A_SLOTS 16
#define ECC508A_SLOT_SIZE_MAX 416
#define ECC508A_SERIAL_SIZE 9
#define ECC508A_KEY_SIZE 32
#define ECC508A_PUBKEY_SIZE 64 /* X then Y, big endian, no 0x04 in front */
#define ECC508A_SIG_SIZE 64 /* R then S, big endian */
#define ECC508A_DIGEST_SIZE 32
#define ECC508A_RANDOM_MAX 4096
#define ECC508A_PACKET_MAX 155 /* longest command or response group */

/* No status: the chip was not reached, or did not answer */
#define ECC508A_STATUS_NONE 0xfe

/**
 * struct ecc508a_result - what the last command of the sequence said (out)
 * @status:   status byte of the chip, 0 on success, ECC508A_STATUS_NONE if there
 *            was no answer
 * @opcode:   opcode of that command, 0 if none was sent
 * @retries:  how often the sequence was started again
 * @reserved: zero
 */
struct ecc508a_result {
	__u8 status;
	__u8 opcode;
	__u8 retries;
	__u8 reserved[5];
};

enum ecc508a_part {
	ECC508A_PART_UNKNOWN = 0,
	ECC508A_PART_508A = 1,
	ECC508A_PART_608A = 2,
	ECC508A_PART_608B = 3,
};

enum ecc508a_wake {
	ECC508A_WAKE_NONE = 0, /* no method fits this bus */
	ECC508A_WAKE_GENERAL_CALL = 1, /* write to address 0, bus at most 100 kHz */
	ECC508A_WAKE_ADDRESS = 2, /* zero bytes to the chip's own address */
	ECC508A_WAKE_GPIO = 3, /* pulse on wake-gpios */
};

/* ecc508a_info.flags */
#define ECC508A_INFO_CONFIG_LOCKED (1 << 0)
#define ECC508A_INFO_DATA_LOCKED (1 << 1)
#define ECC508A_INFO_BUS_HZ_KNOWN (1 << 2)
#define ECC508A_INFO_SHARED_BUS (1 << 3) /* other devices on the bus */

/* ecc508a_info.request: read the configuration from the chip even if it is known */
#define ECC508A_INFO_REFRESH (1 << 0)

/**
 * struct ecc508a_info - who the chip is and how it is set (R)
 * @result:      out
 * @request:     in: 0 or ECC508A_INFO_REFRESH
 * @abi_version: ECC508A_ABI_VERSION of the driver
 * @part:        enum ecc508a_part
 * @flags:       ECC508A_INFO_...
 * @bus_hz:      bus clock in Hz, 0 if unknown
 * @bus_nr:      number of the I2C adapter
 * @address:     7-bit I2C address
 * @wake:        enum ecc508a_wake
 * @revision:    four bytes of Info(Revision)
 * @serial:      nine bytes SN[0..8]
 * @reserved:    zero
 * @config:      configuration zone; counters and locks as of the last reading
 */
struct ecc508a_info {
	struct ecc508a_result result;
	__u32 request;
	__u32 abi_version;
	__u32 part;
	__u32 flags;
	__u32 bus_hz;
	__u16 bus_nr;
	__u8 address;
	__u8 wake;
	__u8 revision[4];
	__u8 serial[ECC508A_SERIAL_SIZE];
	__u8 reserved[11];
	__u8 config[ECC508A_CONFIG_SIZE];
};

#define ECC508A_RANDOM_ALLOW_FIXED (1 << 0)

/**
 * struct ecc508a_random - random bytes from the chip (R)
 * @result: out: what became of it
 * @len:    in: 1 to ECC508A_RANDOM_MAX
 * @flags:  in: 0, or ECC508A_RANDOM_ALLOW_FIXED
 * @buf:    in: user pointer
 *
 * ENODATA: the configuration is not locked, so the chip gives FF FF 00 00 for
 * ever (unless ECC508A_RANDOM_ALLOW_FIXED is set).
 */
struct ecc508a_random {
	struct ecc508a_result result;
	__u32 flags;
	__u32 len;
	__u64 buf;
};

#define ECC508A_PUBKEY_STORED (1 << 0)

/**
 * struct ecc508a_pubkey - public key of a slot (R), or a new key (A)
 * @result:   out: what became of it
 * @slot:     in: 0 to 15.  For PUBKEY a private key's public half (GenKey), or with
 *            ECC508A_PUBKEY_STORED the public key written into slots 8 to 15
 * @flags:    in
 * @pubkey:   out: X then Y
 * @reserved: must be 0
 *
 * ENOKEY: the slot holds no key.
 */
struct ecc508a_pubkey {
	struct ecc508a_result result;
	__u16 slot;
	__u16 flags;
	__u32 reserved;
	__u8 pubkey[ECC508A_PUBKEY_SIZE];
};

/**
 * struct ecc508a_sign - sign a digest (W)
 * @result:   out: what became of it
 * @slot:     in: private key
 * @flags:    in: 0
 * @digest:   in: 32 bytes, used as they are
 * @sig:      out: R then S
 * @reserved: must be 0
 */
struct ecc508a_sign {
	struct ecc508a_result result;
	__u16 slot;
	__u16 flags;
	__u32 reserved;
	__u8 digest[ECC508A_DIGEST_SIZE];
	__u8 sig[ECC508A_SIG_SIZE];
};

#define ECC508A_VERIFY_STORED (1 << 0)

/**
 * struct ecc508a_verify - verify a signature over a digest (R)
 * @result:   out: what became of it
 * @slot:     in: with ECC508A_VERIFY_STORED the slot of the public key, else 0
 * @flags:    in
 * @digest:   in
 * @sig:      in
 * @pubkey:   in: without ECC508A_VERIFY_STORED the public key
 * @reserved: must be 0
 *
 * Returns 0 if the signature is good, EKEYREJECTED if it is not.
 */
struct ecc508a_verify {
	struct ecc508a_result result;
	__u16 slot;
	__u16 flags;
	__u32 reserved;
	__u8 digest[ECC508A_DIGEST_SIZE];
	__u8 sig[ECC508A_SIG_SIZE];
	__u8 pubkey[ECC508A_PUBKEY_SIZE];
};

#define ECC508A_SLOT_TEMPKEY 0xffff
#define ECC508A_ECDH_TO_SLOT (1 << 0) /* slot + 1; SlotConfig ReadKey bit 3 */
#define ECC508A_ECDH_TO_TEMPKEY (1 << 1) /* 608 */

/**
 * struct ecc508a_ecdh - shared secret with a peer's public key (W)
 * @result:   out: what became of it
 * @slot:     in: private key, or ECC508A_SLOT_TEMPKEY (608)
 * @flags:    in: where the result goes; 0 = as SlotConfig says, to the caller
 * @pubkey:   in: the peer's
 * @secret:   out: X coordinate, zero if the result stays in the chip
 * @reserved: must be 0
 *
 * EACCES also if the point is not on the curve (status in result: 0x05 or 0x0f).
 * TempKey, as source or target, needs a session (ENOTCONN).
 */
struct ecc508a_ecdh {
	struct ecc508a_result result;
	__u16 slot;
	__u16 flags;
	__u32 reserved;
	__u8 pubkey[ECC508A_PUBKEY_SIZE];
	__u8 secret[ECC508A_KEY_SIZE];
};

enum ecc508a_zone {
	ECC508A_ZONE_CONFIG = 0,
	ECC508A_ZONE_OTP = 1,
	ECC508A_ZONE_DATA = 2,
};

#define ECC508A_RW_ENCRYPTED (1 << 0)

/**
 * struct ecc508a_rw - read (R) or write bytes of a zone
 * @result:   out: what became of it
 * @zone:     in: enum ecc508a_zone
 * @slot:     in: data zone: 0 to 15, else 0
 * @offset:   in: first byte
 * @len:      in: 1 to the size of the zone or slot
 * @flags:    in
 * @key_slot: in: with ECC508A_RW_ENCRYPTED the slot of the ReadKey or WriteKey
 * @done:     out: bytes that surely are in the chip, or were read
 * @reserved: in: zero
 * @buf:      in: user pointer
 * @key:      in: with ECC508A_RW_ENCRYPTED the 32 bytes of that key
 *
 * READ needs W when encrypted.  WRITE needs W for data slots and OTP, A for the
 * configuration.  Before the data zone is locked the chip takes only whole blocks
 * of 32 bytes and cannot be read, so offset must be a multiple of 32 and the rest of
 * a last block is padded with zeros.  A write is read back where the chip permits it.
 * Of a WRITE that failed half way @done says how many bytes are in the chip.
 */
struct ecc508a_rw {
	struct ecc508a_result result;
	__u16 zone;
	__u16 slot;
	__u16 offset;
	__u16 len;
	__u16 flags;
	__u16 key_slot;
	__u16 done;
	__u16 reserved;
	__u64 buf;
	__u8 key[ECC508A_KEY_SIZE];
};

enum ecc508a_lock_what {
	ECC508A_LOCK_CONFIG = 0,
	ECC508A_LOCK_DATA = 1,
	ECC508A_LOCK_SLOT = 2,
};

/**
 * struct ecc508a_lock - lock for ever (A)
 * @result: out: what became of it
 * @what:   in: ECC508A_LOCK_CONFIG, _DATA (data and OTP) or _SLOT
 * @slot:   in: with _SLOT the slot, else 0
 * @flags:  in: 0
 * @crc:    in: CRC-16 that the chip must find over the configuration (128 bytes), or over
 *          data and OTP: non-private slots in full size, 0 to 15, then OTP; the chip
 *          refuses to lock if it differs
 *
 * EALREADY: it is locked.  The driver never locks without the CRC.
 */
struct ecc508a_lock {
	struct ecc508a_result result;
	__u16 what;
	__u16 slot;
	__u16 flags;
	__u16 crc;
};

#define ECC508A_COUNTER_INCREMENT (1 << 0)

/**
 * struct ecc508a_counter - read (R) or count up (W, cannot be undone) a monotonic counter
 * @result: out: what became of it
 * @id:     in: 0 or 1
 * @flags:  in: 0, or ECC508A_COUNTER_INCREMENT
 * @value:  out: the count afterwards, at most 2097151
 *
 * ERANGE: the counter is at its end.
 */
struct ecc508a_counter {
	struct ecc508a_result result;
	__u16 id;
	__u16 flags;
	__u32 value;
};

/*
 * ECC508A_IOC_SESSION_BEGIN: wait for the chip and keep it (W).
 * @timeout_ms: in: 1 to 60000; the driver ends the session after that time, or when the
 *              file is closed.  Other users wait meanwhile.
 * EBUSY: this file holds a session already.
 * ECC508A_IOC_SESSION_END: give it back; the chip is put to sleep.
 * ETIME from any request inside a session: the time limit was reached, TempKey is lost.
 */
struct ecc508a_session {
	__u32 timeout_ms;
	__u32 reserved;
};

/**
 * struct ecc508a_exchange - one command inside a session (W; A for Lock, GenKey with
 *             create, PrivWrite, DeriveKey, UpdateExtra, Write to config)
 * @result:    out: what became of it
 * @opcode:    in
 * @param1:    in
 * @param2:    in
 * @tx_len:    in: bytes of data, at most 148
 * @rx_len:    in: room in @rx; out: bytes of the payload (1 for a status alone)
 * @flags:     in: 0
 * @reserved:  in: zero
 * @tx:        in: user pointer to the data
 * @rx:        in: user pointer for the payload (without count and CRC)
 *
 * The driver keeps the chip awake between exchanges (idle and wake, so that TempKey
 * survives the watchdog).  Nothing is repeated but a command lost before execution.
 * ENOTCONN: no session.
 * ESTALE: what earlier commands left in TempKey is lost, the sequence must begin again.
 * EMSGSIZE: the answer is longer than @rx; nothing was sent if that is known beforehand.
 */
struct ecc508a_exchange {
	struct ecc508a_result result;
	__u8 opcode;
	__u8 param1;
	__u16 param2;
	__u16 tx_len;
	__u16 rx_len;
	__u32 flags;
	__u32 reserved;
	__u64 tx;
	__u64 rx;
};

/*
 * What follows runs a whole sequence, too, for the rarer commands.  NumIn below is what a
 * random Nonce mixes into the chip's own random number, which comes back in @random so that
 * the caller can compute what the chip computed (SHA-256 over random, NumIn, 0x16, 0, 0).
 */

#define ECC508A_MAC_SERIAL (1 << 0) /* all of the serial number enters (mode bit 6) */
#define ECC508A_MAC_RANDOM (1 << 1)

/**
 * struct ecc508a_mac - prove to know the key of a slot: MAC, or HMAC (508A) (W)
 * @result:    out: what became of it
 * @slot:      in: key
 * @flags:     in
 * @reserved:  in: zero
 * @challenge: in: 32 bytes, or with ECC508A_MAC_RANDOM 20 bytes NumIn and 12 zeros
 * @random:    out: with ECC508A_MAC_RANDOM the chip's random number, else zeros
 * @mac:       out: 32 bytes
 *
 * Without ECC508A_MAC_RANDOM a MAC is over key and challenge; an HMAC over zeros and TempKey,
 * which is the challenge.  With it, TempKey (see above) takes the place of the challenge:
 * what KeyConfig ReqRandom wants.
 */
struct ecc508a_mac {
	struct ecc508a_result result;
	__u16 slot;
	__u16 flags;
	__u32 reserved;
	__u8 challenge[32];
	__u8 random[32];
	__u8 mac[32];
};

#define ECC508A_CHECKMAC_KEY (1 << 0)

/**
 * struct ecc508a_checkmac - let the chip judge a MAC made with the key of a slot (W)
 * @result:    out: what became of it
 * @slot:      in: key
 * @flags:     in
 * @reserved:  in: zero
 * @challenge: in: 32 bytes
 * @response:  in: 32 bytes, or with ECC508A_CHECKMAC_KEY the key itself
 * @other:     in: OtherData, 13 bytes of the MAC's message; zeros with ECC508A_CHECKMAC_KEY
 * @pad:       in: zero
 *
 * Returns 0 if it fits, EKEYREJECTED if not.  A fit authorises the use of keys whose
 * KeyConfig asks for it (ReqAuth), for the rest of the session; without a session for
 * nobody.  ECC508A_CHECKMAC_KEY makes the challenge (random Nonce) and the response here.
 */
struct ecc508a_checkmac {
	struct ecc508a_result result;
	__u16 slot;
	__u16 flags;
	__u32 reserved;
	__u8 challenge[32];
	__u8 response[32];
	__u8 other[13];
	__u8 pad[3];
};

#define ECC508A_SHA_MAX 4096
#define ECC508A_SHA_HMAC (1 << 0)

/**
 * struct ecc508a_sha - SHA-256 of a message, or HMAC-SHA256 with the key of a slot
 * @result:   out: what became of it
 * @slot:     in: with ECC508A_SHA_HMAC the key, else 0
 * @flags:    in
 * @len:      in: 0 to ECC508A_SHA_MAX
 * @buf:      in: user pointer
 * @digest:   out: 32 bytes
 *
 * R; W with ECC508A_SHA_HMAC.
 */
struct ecc508a_sha {
	struct ecc508a_result result;
	__u16 slot;
	__u16 flags;
	__u32 len;
	__u64 buf;
	__u8 digest[32];
};

#define ECC508A_PRIVWRITE_ENCRYPTED (1 << 0)

/**
 * struct ecc508a_privwrite - write a private key (A)
 * @result:      out: what became of it
 * @slot:        in: private key
 * @flags:       in: ECC508A_PRIVWRITE_ENCRYPTED, which is a must once the data zone is locked
 * @key_slot:    in: with it, the slot of the WriteKey, else 0
 * @reserved:    in: zero
 * @private_key: in: 32 bytes, big endian, 1 to n - 1
 * @key:         in: the WriteKey, zeros without ECC508A_PRIVWRITE_ENCRYPTED
 *
 * EUCLEAN: the answer was lost; compare the public key with the one you expect.
 */
struct ecc508a_privwrite {
	struct ecc508a_result result;
	__u16 slot;
	__u16 flags;
	__u16 key_slot;
	__u16 reserved;
	__u8 private_key[32];
	__u8 key[32];
};

enum ecc508a_attest_what {
	ECC508A_ATTEST_KEY = 0,
	ECC508A_ATTEST_STORED = 1,
	ECC508A_ATTEST_DATA = 2,
};

#define ECC508A_ATTEST_SERIAL (1 << 0)

/**
 * struct ecc508a_attest - a signature by the chip itself about what is in a slot (W)
 * @result:   out: what became of it
 * @slot:     in: what is attested
 * @key_slot: in: private key that may sign internal messages (SlotConfig ReadKey bit 1)
 * @what:     in: ECC508A_ATTEST_...
 * @flags:    in: ECC508A_ATTEST_SERIAL, all of the serial number enters (mode bit 6)
 * @num_in:   in: the verifier's challenge
 * @pad:      in: zero
 * @random:   out: the chip's random number
 * @pubkey:   out: with ECC508A_ATTEST_KEY the public key that was attested
 * @sig:      out: R then S over the 55 bytes that the data sheet lists for Sign(internal)
 *
 * Nonce (random), then GenKey with digest (ATTEST_KEY: of a private key; ATTEST_STORED: of the
 * public key stored in slots 8 to 15) or GenDig (ATTEST_DATA), then Sign.
 */
struct ecc508a_attest {
	struct ecc508a_result result;
	__u16 slot;
	__u16 key_slot;
	__u16 what;
	__u16 flags;
	__u8 num_in[20];
	__u8 pad[4];
	__u8 random[32];
	__u8 pubkey[ECC508A_PUBKEY_SIZE];
	__u8 sig[ECC508A_SIG_SIZE];
};

#define ECC508A_DERIVEKEY_RANDOM (1 << 0)
#define ECC508A_DERIVEKEY_MAC (1 << 1)

/**
 * struct ecc508a_derivekey - a new key from an old one and a nonce (A)
 * @result:   out: what became of it
 * @slot:     in: target
 * @flags:    in
 * @reserved: in: zero
 * @input:    in: TempKey, or with ECC508A_DERIVEKEY_RANDOM 20 bytes NumIn and 12 zeros
 * @mac:      in: with ECC508A_DERIVEKEY_MAC what SlotConfig bit 15 asks for, else zeros
 * @random:   out: with ECC508A_DERIVEKEY_RANDOM the chip's random number
 *
 * SlotConfig says whether the source is the target itself or its parent.
 */
struct ecc508a_derivekey {
	struct ecc508a_result result;
	__u16 slot;
	__u16 flags;
	__u32 reserved;
	__u8 input[32];
	__u8 mac[32];
	__u8 random[32];
};

enum ecc508a_extra_what {
	ECC508A_EXTRA_USER = 0, /* byte 84 */
	ECC508A_EXTRA_SELECTOR = 1, /* byte 85 */
	ECC508A_EXTRA_USE = 2,
};

/**
 * struct ecc508a_updateextra - the bytes that change after the configuration is locked (A)
 * @result: out: what became of it
 * @what:   in: ECC508A_EXTRA_...
 * @value:  in: UserExtra, Selector (508A), UserExtraAdd (608); zero for EXTRA_USE
 * @slot:   in: with EXTRA_USE the key that loses one use, else 0
 * @flags:  in: 0
 */
struct ecc508a_updateextra {
	struct ecc508a_result result;
	__u16 what;
	__u16 value;
	__u16 slot;
	__u16 flags;
};

#define ECC508A_AES_MAX 1024
#define ECC508A_AES_DECRYPT (1 << 0)

/**
 * struct ecc508a_aes - AES-128, block by block (608) (W)
 * @result:    out: what became of it
 * @slot:      in: key, or in a session ECC508A_SLOT_TEMPKEY
 * @flags:     in
 * @key_block: in: which 16 bytes of the slot, 0 to 3
 * @len:       in: bytes, a multiple of 16, at most ECC508A_AES_MAX
 * @buf:       in: user pointer, read and overwritten
 */
struct ecc508a_aes {
	struct ecc508a_result result;
	__u16 slot;
	__u16 flags;
	__u16 key_block;
	__u16 len;
	__u64 buf;
};

#define ECC508A_KDF_MAX 128
#define ECC508A_KDF_LOAD (1 << 0)

/**
 * struct ecc508a_kdf - derive a key (608) (W)
 * @result:   out: what became of it
 * @mode:     in: Param1: source, target, algorithm as in the data sheet
 * @source:   in: source slot
 * @target:   in: target slot
 * @flags:    in
 * @details:  in: the four bytes Details
 * @len:      in: bytes of the message, at most ECC508A_KDF_MAX
 * @out_len:  out: bytes in @out, 0 if the result stays in the chip
 * @buf:      in: user pointer to the message
 * @tempkey:  in: with ECC508A_KDF_LOAD loaded into TempKey first, else zeros
 * @out:      out
 *
 * Encrypted output (mode 0x14) needs a session and EXCHANGE.  TempKey as a target needs a
 * session.
 */
struct ecc508a_kdf {
	struct ecc508a_result result;
	__u16 mode;
	__u16 source;
	__u16 target;
	__u16 flags;
	__u32 details;
	__u16 len;
	__u16 out_len;
	__u64 buf;
	__u8 tempkey[32];
	__u8 out[64];
};

/**
 * struct ecc508a_secureboot - let the chip judge a boot image (608) (W)
 * @result:   out: what became of it
 * @mode:     in: 5 Full, 6 FullStore, 7 FullCopy; plus 0x40: never again in this power cycle
 * @flags:    in: 0
 * @digest:   in
 * @sig:      in: zeros for FullStore
 * @reserved: must be 0
 *
 * Returns 0 or EKEYREJECTED.  The answer is not authenticated; the variant that is (mode bit
 * 7) needs a session and EXCHANGE.
 */
struct ecc508a_secureboot {
	struct ecc508a_result result;
	__u16 mode;
	__u16 flags;
	__u32 reserved;
	__u8 digest[ECC508A_DIGEST_SIZE];
	__u8 sig[ECC508A_SIG_SIZE];
};

/**
 * struct ecc508a_selftest - let the chip test itself (608) (W)
 * @result: out: what became of it
 * @tests:  in: bit 0 random numbers, 2 ECDSA, 3 ECDH, 4 AES, 5 SHA; 0: only ask
 * @failed: out: the same bits, 0 if all is well
 */
struct ecc508a_selftest {
	struct ecc508a_result result;
	__u32 tests;
	__u32 failed;
};

#define ECC508A_IOC_MAGIC 0xEC
#define ECC508A_IOC_INFO _IOWR(ECC508A_IOC_MAGIC, 0x00, struct ecc508a_info)
#define ECC508A_IOC_RANDOM _IOWR(ECC508A_IOC_MAGIC, 0x01, struct ecc508a_random)
#define ECC508A_IOC_PUBKEY _IOWR(ECC508A_IOC_MAGIC, 0x02, struct ecc508a_pubkey)
#define ECC508A_IOC_GENKEY _IOWR(ECC508A_IOC_MAGIC, 0x03, struct ecc508a_pubkey)
#define ECC508A_IOC_SIGN _IOWR(ECC508A_IOC_MAGIC, 0x04, struct ecc508a_sign)
#define ECC508A_IOC_VERIFY _IOWR(ECC508A_IOC_MAGIC, 0x05, struct ecc508a_verify)
#define ECC508A_IOC_ECDH _IOWR(ECC508A_IOC_MAGIC, 0x06, struct ecc508a_ecdh)
#define ECC508A_IOC_READ _IOWR(ECC508A_IOC_MAGIC, 0x07, struct ecc508a_rw)
#define ECC508A_IOC_WRITE _IOWR(ECC508A_IOC_MAGIC, 0x08, struct ecc508a_rw)
#define ECC508A_IOC_LOCK _IOWR(ECC508A_IOC_MAGIC, 0x09, struct ecc508a_lock)
#define ECC508A_IOC_COUNTER _IOWR(ECC508A_IOC_MAGIC, 0x0a, struct ecc508a_counter)
#define ECC508A_IOC_SESSION_BEGIN _IOW(ECC508A_IOC_MAGIC, 0x10, struct ecc508a_session)
#define ECC508A_IOC_SESSION_END _IO(ECC508A_IOC_MAGIC, 0x11)
#define ECC508A_IOC_EXCHANGE _IOWR(ECC508A_IOC_MAGIC, 0x12, struct ecc508a_exchange)
#define ECC508A_IOC_MAC _IOWR(ECC508A_IOC_MAGIC, 0x20, struct ecc508a_mac)
#define ECC508A_IOC_HMAC _IOWR(ECC508A_IOC_MAGIC, 0x21, struct ecc508a_mac)
#define ECC508A_IOC_CHECKMAC _IOWR(ECC508A_IOC_MAGIC, 0x22, struct ecc508a_checkmac)
#define ECC508A_IOC_SHA _IOWR(ECC508A_IOC_MAGIC, 0x23, struct ecc508a_sha)
#define ECC508A_IOC_PRIVWRITE _IOWR(ECC508A_IOC_MAGIC, 0x24, struct ecc508a_privwrite)
#define ECC508A_IOC_ATTEST _IOWR(ECC508A_IOC_MAGIC, 0x25, struct ecc508a_attest)
#define ECC508A_IOC_DERIVEKEY _IOWR(ECC508A_IOC_MAGIC, 0x26, struct ecc508a_derivekey)
#define ECC508A_IOC_UPDATEEXTRA _IOWR(ECC508A_IOC_MAGIC, 0x27, struct ecc508a_updateextra)
#define ECC508A_IOC_AES _IOWR(ECC508A_IOC_MAGIC, 0x28, struct ecc508a_aes)
#define ECC508A_IOC_KDF _IOWR(ECC508A_IOC_MAGIC, 0x29, struct ecc508a_kdf)
#define ECC508A_IOC_SECUREBOOT _IOWR(ECC508A_IOC_MAGIC, 0x2a, struct ecc508a_secureboot)
#define ECC508A_IOC_SELFTEST _IOWR(ECC508A_IOC_MAGIC, 0x2b, struct ecc508a_selftest)

#endif /* _UAPI_LINUX_ECC508A_H */
