/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/* clang-format off */
/*
 * What the files of the chip share: the state of one chip and of one bus, and who offers which
 * function.
 *
 *	bus.c		messages, clock, pulses on SDA		parts.c		508A/608A/608B as tables
 *	link.c		the chip's end of the wire		quirks.c	named switches
 *	power.c		wake, idle, sleep, watchdog, power	eeprom.c	words, cuts, undo
 *	exec.c		decode, time, TempKey rules, answer	zones.c		sizes, addresses, config fields
 *	access.c	may this key be used now		counter.c	counters and limited use
 *	crypto.c	SHA, HMAC, P-256, AES, random		cmd-*.c		the commands
 *	fault.c		injected faults				state.c		state files
 */
/* clang-format on */
#ifndef EMU_CHIP_H
#define EMU_CHIP_H

#include <errno.h>
#include <string.h>

#include "crypto.h"
#include "ecc508a-emu.h"
#include "parts.h"
#include "quirks.h"

/* Status codes, DS508 table 9-3; 07 and 08 are the 608's. */
enum emu_code {
	ST_OK = 0x00,
	ST_MISCOMPARE = 0x01,
	ST_PARSE = 0x03,
	ST_ECC = 0x05,
	ST_SELFTEST = 0x07,
	ST_HEALTH = 0x08,
	ST_EXEC = 0x0f,
	ST_WAKE = 0x11,
	ST_WATCHDOG = 0xee,
	ST_IO = 0xff,
};

/* One linear EEPROM; the validity of private keys is a word of its own at the end. */
#define EE_CONFIG 0
#define EE_OTP	  128
#define EE_DATA	  192
#define EE_VALID  1400
#define EE_SIZE	  1404
#define EE_UNDO	  48 /* words one command can write, with a good margin */

#define NSLOTS	      16
#define CMD_MAX	      155 /* DS508 9.1: a group is 4..155 bytes */
#define RSP_MAX	      110
#define TPU_NS	      100000 /* VCC valid to first wake pulse, DS508 table 8-2 */
#define NEVER	      UINT64_MAX
#define NSEC_PER_SEC  1000000000ULL
#define NSEC_PER_MSEC 1000000ULL
#define NSEC_PER_USEC 1000ULL

struct emu_tempkey {
	bool valid;
	bool source_input; /* SourceFlag: 0 Rand, 1 Input */
	bool gendig, genkey, nomac;
	bool is_key; /* 608: a private key from GenKey FFFF, only ECDH may use it */
	uint8_t key_id;
	uint8_t len; /* 32, or 64 on a 608 */
	int8_t sha_pub; /* slot hashed by SHA(Public) into this value, -1: none */
	uint8_t sha_blocks; /* blocks of that message */
	uint8_t value[64];
};

enum emu_sha_mode {
	SHA_NONE,
	SHA_PLAIN,
	SHA_HMAC
};

/* Lost in sleep, kept in idle. */
struct emu_sram {
	struct emu_tempkey tk;
	bool auth_valid;
	uint8_t auth_key;
	bool seed_sram, seed_ee;
	enum emu_sha_mode sha_mode;
	int8_t sha_pub;
	uint8_t hmac_key[32];
	struct emu_sha256 sha;
	uint8_t msgdig_len, altkey_len; /* 0: not valid */
	uint8_t msgdig[64], altkey[32];
};

struct emu_undo {
	uint16_t word;
	uint8_t old[4];
};

struct ecc508a_emu_chip {
	struct ecc508a_emu_bus *bus;
	struct ecc508a_emu_chip *next;
	const struct emu_part *part;
	uint64_t param[ECC508A_EMU_PARAMS];
	int16_t quirk[EMU_QUIRKS];
	struct emu_rng rng;

	uint8_t ee[EE_SIZE];
	bool ee_dirty, ee_cut;
	struct emu_undo undo[EE_UNDO];
	unsigned int n_undo;
	bool (*ee_hook)(void *ctx, unsigned int word);
	void *ee_hook_ctx;
	char *state_path;
	char *error;

	struct emu_sram sram;
	bool latch; /* 608 persistent latch, 508A intrusion latch */
	bool boot_done; /* SecureBoot prohibited until power cycle */
	uint8_t failed; /* self-test failure register */
	uint8_t broken; /* injected: units whose self test fails */
	bool health; /* RNG health test failed and not cleared */

	enum ecc508a_emu_power power;
	uint8_t addr; /* latched at wake */
	bool was_idle; /* the wake in progress ends idle, not sleep */
	uint64_t t_ready, t_start, t_done, t_watchdog;
	uint64_t t_listen; /* pulses before this do not wake: tPU */

	/* link */
	bool addressed;
	bool touched; /* command bytes came in this transaction */
	uint8_t word; /* word address of the write in progress */
	unsigned int n_write; /* bytes of the write in progress */
	uint8_t in[CMD_MAX];
	unsigned int in_len;
	uint8_t out[RSP_MAX];
	unsigned int out_len, out_pos;
	uint8_t out_opcode; /* the command whose result this is */

	uint64_t commands, ee_writes;
};

struct emu_cmd {
	const struct emu_op *op;
	uint8_t opcode, p1;
	uint16_t p2;
	const uint8_t *data;
	unsigned int len;
	bool keep_tk; /* set by a handler: this time TempKey survives (or is new) */
	bool silent; /* no answer at all: Pause */
	uint8_t rsp[RSP_MAX];
	unsigned int rsp_len;
};

struct emu_faults;

struct ecc508a_emu_bus {
	struct ecc508a_emu_chip *chips;
	uint64_t t;
	uint64_t (*now)(void *ctx);
	void *now_ctx;
	uint64_t now_base, t_base;
	bool wire_time;
	bool in_xfer; /* between START and STOP */
	uint64_t next; /* earliest deadline of any chip */
	void (*trace)(void *ctx, const struct ecc508a_emu_event *ev);
	void *trace_ctx;
	struct emu_faults *faults;
};

/* bus.c */
void emu_bus_touch(struct ecc508a_emu_bus *bus); /* deadlines changed */
void emu_bus_sync(struct ecc508a_emu_bus *bus); /* let due events happen */
int emu_chip_index(const struct ecc508a_emu_chip *c);
void emu_trace(struct ecc508a_emu_chip *c, enum ecc508a_emu_event_type type, uint64_t t, int value,
	       const char *text);

/* link.c: the chip as seen from the wire, byte by byte */
bool emu_link_start(struct ecc508a_emu_chip *c, uint8_t addr, bool read);
bool emu_link_write(struct ecc508a_emu_chip *c, uint8_t byte);
uint8_t emu_link_read(struct ecc508a_emu_chip *c, bool *driven);
void emu_link_stop(struct ecc508a_emu_chip *c);
void emu_link_flush(struct ecc508a_emu_chip *c);
void emu_link_answer(struct ecc508a_emu_chip *c, const uint8_t *payload, unsigned int len);

/* power.c */
void emu_power_pulse(struct ecc508a_emu_chip *c, uint64_t t_end, uint64_t low_ns);
void emu_power_wake(struct ecc508a_emu_chip *c, uint64_t t);
void emu_power_idle(struct ecc508a_emu_chip *c, uint64_t t);
void emu_power_sleep(struct ecc508a_emu_chip *c, uint64_t t, bool watchdog);
void emu_power_off(struct ecc508a_emu_chip *c, uint64_t t);
void emu_power_on(struct ecc508a_emu_chip *c, uint64_t t);
void emu_power_sync(struct ecc508a_emu_chip *c, uint64_t t);
uint64_t emu_power_deadline(const struct ecc508a_emu_chip *c);
uint64_t emu_power_watchdog_time(const struct ecc508a_emu_chip *c);
void emu_power_latch_addr(struct ecc508a_emu_chip *c);
uint64_t emu_chip_clock(const struct ecc508a_emu_chip *c, uint64_t ns);

/* exec.c */
void emu_exec(struct ecc508a_emu_chip *c, uint64_t t);

/* eeprom.c */
void emu_ee_write(struct ecc508a_emu_chip *c, unsigned int off, const void *buf, unsigned int len);
void emu_ee_begin(struct ecc508a_emu_chip *c);
void emu_ee_interrupted(struct ecc508a_emu_chip *c, uint64_t t);
void emu_key_store(struct ecc508a_emu_chip *c, unsigned int slot, const uint8_t d[32]);

/* zones.c */
extern const uint16_t emu_slot_size[NSLOTS];
unsigned int emu_slot_off(unsigned int slot);
int emu_addr_decode(struct ecc508a_emu_chip *c, const struct emu_cmd *cmd, unsigned int zone,
		    bool block32, struct emu_range *r);
uint16_t emu_data_crc(const struct ecc508a_emu_chip *c);
bool emu_pub_is_valid(const struct ecc508a_emu_chip *c, unsigned int slot);
void emu_pub_set_valid(struct ecc508a_emu_chip *c, unsigned int slot, bool valid);
bool emu_pub_get(const struct ecc508a_emu_chip *c, unsigned int slot, uint8_t xy[64]);

/* access.c */
#define USE_RANDOM 0x01 /* ReqRandom applies: TempKey must be from the RNG */
#define USE_AUTH   0x02 /* ReqAuth applies */
#define USE_COUNT  0x04 /* LimitedUse applies */
#define USE_LATCH  0x08 /* Intrusion/PersistentDisable applies */
#define USE_ALL	   0x0f
int emu_key_use(struct ecc508a_emu_chip *c, unsigned int slot, unsigned int how);
int emu_io_key(struct ecc508a_emu_chip *c, uint8_t key[32]);

/* counter.c */
uint32_t emu_counter_get(const struct ecc508a_emu_chip *c, unsigned int n);
int emu_counter_step(struct ecc508a_emu_chip *c, unsigned int n);
int emu_limited_use(struct ecc508a_emu_chip *c, unsigned int slot);

/* tempkey.c */
bool emu_tk_ready(const struct ecc508a_emu_chip *c);
void emu_tk_clear(struct ecc508a_emu_chip *c);
void emu_tk_set(struct ecc508a_emu_chip *c, const uint8_t *value, unsigned int len,
		bool source_input);
void emu_hash_sn(struct emu_sha256 *s, const struct ecc508a_emu_chip *c); /* SN8 SN0 SN1 */
void emu_hash_zero(struct emu_sha256 *s, unsigned int n);
void emu_hash_cmd(struct emu_sha256 *s, const struct emu_cmd *cmd); /* opcode P1 P2le */

/* fault.c */
enum emu_point {
	AT_START, /* this chip is about to acknowledge its address */
	AT_FOREIGN, /* a message for somebody else, while this chip sleeps */
	AT_BYTE_WR,
	AT_BYTE_RD,
	AT_CMD, /* a command is about to run */
	AT_RESULT, /* it has run */
	AT_WAKE, /* a pulse is about to wake the chip */
	AT_POINTS,
};
struct emu_opportunity {
	enum emu_point at;
	struct ecc508a_emu_chip *c;
	bool read;
	unsigned int byte; /* index in the message */
	uint8_t opcode; /* AT_CMD, AT_RESULT, and reads of that command's result */
	uint8_t *value; /* the byte on the wire, or the status to force */
	uint64_t busy_ns; /* STRIKE_BUSY: for how long, 0: for good */
};
enum emu_strike {
	STRIKE_NONE = 0,
	STRIKE_NAK,
	STRIKE_STATUS,
	STRIKE_LOST,
	STRIKE_BUSY,
	STRIKE_BUS_ERROR,
	STRIKE_ARB_LOST,
	STRIKE_SCL_LOW,
	STRIKE_NO_WAKE,
	STRIKE_TRUNCATE,
};
enum emu_strike emu_fault(struct ecc508a_emu_bus *bus, struct emu_opportunity *o);
void emu_fault_time(struct ecc508a_emu_bus *bus);
uint64_t emu_fault_deadline(const struct ecc508a_emu_bus *bus);
void emu_faults_free(struct ecc508a_emu_bus *bus);
void emu_faults_forget(struct ecc508a_emu_chip *c);

/* state.c */
int emu_state_store(struct ecc508a_emu_chip *c);

/* ---- configuration zone, as stored (chip.md names are the data sheet's) ---- */

static inline uint8_t cfg(const struct ecc508a_emu_chip *c, unsigned int i)
{
	return c->ee[EE_CONFIG + i];
}

static inline uint16_t cfg16(const struct ecc508a_emu_chip *c, unsigned int i)
{
	return (uint16_t)(cfg(c, i) | cfg(c, i + 1) << 8);
}

static inline bool has(const struct ecc508a_emu_chip *c, uint32_t feature)
{
	return c->part->features & feature;
}

static inline int quirk(const struct ecc508a_emu_chip *c, enum emu_quirk q)
{
	return c->quirk[q];
}

static inline bool config_locked(const struct ecc508a_emu_chip *c)
{
	return cfg(c, 87) != 0x55;
}

static inline bool data_locked(const struct ecc508a_emu_chip *c)
{
	return cfg(c, 86) != 0x55;
}

static inline bool slot_unlocked(const struct ecc508a_emu_chip *c, unsigned int slot)
{
	return cfg16(c, 88) >> slot & 1;
}

static inline uint16_t slot_config(const struct ecc508a_emu_chip *c, unsigned int slot)
{
	return cfg16(c, 20 + 2 * slot);
}

static inline uint16_t key_config(const struct ecc508a_emu_chip *c, unsigned int slot)
{
	return cfg16(c, 96 + 2 * slot);
}

/* SlotConfig, DS508 table 2-6 */
#define SC_READ_KEY(sc)	 ((sc)&0x0f)
#define SC_EXT_SIGN	 0x0001
#define SC_INT_SIGN	 0x0002
#define SC_ECDH		 0x0004
#define SC_ECDH_SLOT	 0x0008
#define SC_NO_MAC	 0x0010
#define SC_LIMITED_USE	 0x0020
#define SC_ENCRYPT_READ	 0x0040
#define SC_IS_SECRET	 0x0080
#define SC_WRITE_KEY(sc) ((sc) >> 8 & 0x0f)
#define SC_WRITE_CFG(sc) ((sc) >> 12)
#define SC_GENKEY	 0x2000 /* for DeriveKey: allowed */
#define SC_DERIVE_PARENT 0x1000 /* DeriveKey: source is the parent */
#define SC_ENCRYPT_WRITE 0x4000 /* for PrivWrite: allowed */
#define SC_DERIVE_MAC	 0x8000

/* KeyConfig, DS508 table 2-12 */
#define KC_PRIVATE	0x0001
#define KC_PUB_INFO	0x0002
#define KC_TYPE(kc)	((kc) >> 2 & 7)
#define KC_TYPE_P256	4
#define KC_TYPE_AES	6
#define KC_TYPE_OTHER	7
#define KC_LOCKABLE	0x0020
#define KC_REQ_RANDOM	0x0040
#define KC_REQ_AUTH	0x0080
#define KC_AUTH_KEY(kc) ((kc) >> 8 & 0x0f)
#define KC_LATCH	0x1000
#define KC_X509(kc)	((kc) >> 14)

static inline bool is_private(const struct ecc508a_emu_chip *c, unsigned int slot)
{
	return key_config(c, slot) & KC_PRIVATE;
}

/* A slot that stores a P-256 public key: only 8..15 are long enough for one. */
static inline bool is_public(const struct ecc508a_emu_chip *c, unsigned int slot)
{
	return !is_private(c, slot) && KC_TYPE(key_config(c, slot)) == KC_TYPE_P256 && slot >= 8;
}

static inline bool key_valid(const struct ecc508a_emu_chip *c, unsigned int slot)
{
	return (c->ee[EE_VALID] | c->ee[EE_VALID + 1] << 8) >> slot & 1;
}

static inline uint8_t *slot_data(struct ecc508a_emu_chip *c, unsigned int slot)
{
	return c->ee + emu_slot_off(slot);
}

/* 608 ChipOptions, bytes 90-91; reads as 0 where it does not exist */
static inline uint16_t chip_options(const struct ecc508a_emu_chip *c)
{
	return has(c, F_CHIP_OPTIONS) ? cfg16(c, 90) : 0;
}
#define CO_POST		 0x0001
#define CO_IO_KEY	 0x0002
#define CO_KDF_AES	 0x0004
#define CO_HEALTH_CLEAR	 0x0008
#define CO_ECDH_PROT(co) ((co) >> 8 & 3)
#define CO_KDF_PROT(co)	 ((co) >> 10 & 3)
#define CO_IO_SLOT(co)	 ((co) >> 12)

#endif
