/* SPDX-License-Identifier: Apache-2.0 */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * libecc508a-emu: an ATECC508A, ATECC608A or ATECC608B in software.
 *
 * The unit of everything is the bus. A bus has a clock and carries any number of chips; chips see
 * each other's traffic as low pulses on SDA, as on a board. A program feeds I2C messages to the bus
 * and gets acknowledgements and bytes back. Nothing here blocks, sleeps, starts threads or installs
 * signal handlers; the only system calls are those of state files and, for chips without a seed,
 * getrandom().
 *
 * A bus and its chips belong to one thread at a time (the caller locks); different buses are
 * independent. All times are nanoseconds. Functions that can fail return 0 or a negative errno.
 *
 *	struct ecc508a_emu_bus *bus = ecc508a_emu_bus_new();
 *	struct ecc508a_emu_chip *chip;
 *
 *	ecc508a_emu_chip_new(bus, ECC508A_EMU_608B, NULL, &chip);
 *	ecc508a_emu_chip_preset(chip, "aws");
 *	ecc508a_emu_write(bus, 0x00, "\x00", 1, 100000);	// wake: SDA is low for 80 us
 *	ecc508a_emu_bus_advance(bus, 1500000);			// tWHI
 *	ecc508a_emu_read(bus, 0x58, buf, 4, 100000);		// 04 11 33 43
 */
#ifndef ECC508A_EMU_H
#define ECC508A_EMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ECC508A_EMU_API __attribute__((visibility("default")))

struct ecc508a_emu_bus;
struct ecc508a_emu_chip;

/* ------------------------------------------------------------------ bus and clock */

/** A bus with a virtual clock at 0 that only ecc508a_emu_bus_advance() moves. NULL: no memory. */
ECC508A_EMU_API struct ecc508a_emu_bus *ecc508a_emu_bus_new(void);

/** Frees the bus and every chip on it. Secrets are wiped. State files keep what was written. */
ECC508A_EMU_API void ecc508a_emu_bus_free(struct ecc508a_emu_bus *bus);

/**
 * Real time: @now returns a monotonic clock in ns. NULL goes back to virtual time. Changing the
 * clock keeps the emulated time continuous: chips see no jump.
 */
ECC508A_EMU_API void ecc508a_emu_bus_set_clock(struct ecc508a_emu_bus *bus,
					       uint64_t (*now)(void *ctx), void *ctx);

/** The emulated time, ns since the bus was made. */
ECC508A_EMU_API uint64_t ecc508a_emu_bus_now(struct ecc508a_emu_bus *bus);

/** Lets virtual time pass. With a real clock: only lets due events (watchdog, end of execution)
 * happen. */
ECC508A_EMU_API void ecc508a_emu_bus_advance(struct ecc508a_emu_bus *bus, uint64_t ns);

/**
 * Whether a transfer takes its time on the wire out of the virtual clock (default true). It never
 * does with a real clock. The duration is reported either way.
 */
ECC508A_EMU_API void ecc508a_emu_bus_set_wire_time(struct ecc508a_emu_bus *bus, bool on);

/**
 * Emulated time of the next thing that happens by itself on any chip (end of a command, watchdog,
 * end of tWHI, a timed fault), or UINT64_MAX. A server may use it as its poll timeout.
 */
ECC508A_EMU_API uint64_t ecc508a_emu_bus_next_event(struct ecc508a_emu_bus *bus);

/* ------------------------------------------------------------------ transfers */

#define ECC508A_EMU_M_RD	 0x0001 /* read; otherwise write */
#define ECC508A_EMU_M_NOSTOP	 0x0002 /* no STOP after this message: a repeated START follows */
#define ECC508A_EMU_M_IGNORE_NAK 0x0004 /* the master clocks on after a NAK (I2C_M_IGNORE_NAK) */

enum ecc508a_emu_xfer_status {
	ECC508A_EMU_OK = 0,
	ECC508A_EMU_NAK_ADDR = 1, /* nobody acknowledged the address */
	ECC508A_EMU_NAK_DATA = 2, /* a data byte was not acknowledged; see acked */
	/* only by fault injection: */
	ECC508A_EMU_BUS_ERROR = 3, /* a misplaced START or STOP, SDA stuck */
	ECC508A_EMU_ARB_LOST = 4, /* another master was faster */
	ECC508A_EMU_SCL_LOW = 5, /* SCL was held low until the controller gave up */
};

/** One message: START (or repeated START), address, @len bytes, STOP unless M_NOSTOP. */
struct ecc508a_emu_msg {
	uint16_t addr; /* 7 bit; 0 is the general call address */
	uint16_t flags; /* ECC508A_EMU_M_* */
	uint32_t len; /* 0 (quick command, i2cdetect, zero-length wake) to 65535 */
	uint8_t *buf; /* @len bytes, source or destination; reads are padded with 0xFF */
	/* filled in: */
	uint32_t status; /* enum ecc508a_emu_xfer_status: what happened on the wires */
	uint32_t acked; /* write: bytes acknowledged; read: bytes a chip drove, the rest is FF */
	uint64_t wire_ns; /* how long the message took on the wire */
};

/**
 * Runs @n messages as one transaction at @speed_hz (1 Hz .. 5 MHz). A message that gets a NAK
 * ends the transaction with a STOP unless it has M_IGNORE_NAK; later messages are then not run and
 * keep status BUS_ERROR, acked 0. The last message always ends with STOP unless it has M_NOSTOP,
 * in which case the next call continues with a repeated START.
 *
 * Returns the number of messages that ran to their end with status OK (or IGNORE_NAK), or
 * -EINVAL for arguments no bus could carry (address > 0x7f, speed out of range, buf NULL with len).
 */
ECC508A_EMU_API int ecc508a_emu_bus_xfer(struct ecc508a_emu_bus *bus, struct ecc508a_emu_msg *msgs,
					 unsigned int n, uint32_t speed_hz);

/** A single write with STOP: number of data bytes acknowledged, -ENXIO if the address was not. */
ECC508A_EMU_API int ecc508a_emu_write(struct ecc508a_emu_bus *bus, uint16_t addr, const void *data,
				      uint32_t len, uint32_t speed_hz);

/** A single read with STOP: @len, or -ENXIO if the address was not acknowledged. */
ECC508A_EMU_API int ecc508a_emu_read(struct ecc508a_emu_bus *bus, uint16_t addr, void *data,
				     uint32_t len, uint32_t speed_hz);

/**
 * SDA held low for @ns by other means than a transfer (GPIO, bus recovery): the clean way to wake.
 */
ECC508A_EMU_API void ecc508a_emu_bus_sda_low(struct ecc508a_emu_bus *bus, uint64_t ns);

/**
 * The bus is left without STOP by a dying master: frees the bus as a STOP does, but starts nothing.
 */
ECC508A_EMU_API void ecc508a_emu_bus_abort(struct ecc508a_emu_bus *bus);

/* ------------------------------------------------------------------ chips */

enum ecc508a_emu_part {
	ECC508A_EMU_508A,
	ECC508A_EMU_608A,
	ECC508A_EMU_608B,
	ECC508A_EMU_PARTS,
};

/** "508a", "608a", "608b" (also "atecc508a", upper case). -1: no such part. */
ECC508A_EMU_API int ecc508a_emu_part_by_name(const char *name);
ECC508A_EMU_API const char *ecc508a_emu_part_name(enum ecc508a_emu_part part);

/**
 * Puts a factory-fresh, powered, sleeping chip on the bus. @serial: nine bytes, or NULL for a
 * random one (01 23 .. EE). The chip is owned by the bus.
 */
ECC508A_EMU_API int ecc508a_emu_chip_new(struct ecc508a_emu_bus *bus, enum ecc508a_emu_part part,
					 const uint8_t serial[9], struct ecc508a_emu_chip **chip);

/** Takes one chip off its bus and wipes it. */
ECC508A_EMU_API void ecc508a_emu_chip_free(struct ecc508a_emu_chip *chip);

/** The chips of a bus in the order they were added; NULL past the last. */
ECC508A_EMU_API struct ecc508a_emu_chip *ecc508a_emu_bus_chip(struct ecc508a_emu_bus *bus,
							      unsigned int i);

/**
 * Makes the chip what a vendor or a kit ships or leaves behind. "blank" is the factory dump of the
 * part; the others are listed by ecc508a_emu_preset_name(). Keys are drawn from the chip's RNG:
 * set the seed first for a reproducible chip. The serial number is kept, except that presets of
 * platform parts set its last byte to 01. -ENOENT: no such preset; -ENOTSUP: not for this part.
 */
ECC508A_EMU_API int ecc508a_emu_chip_preset(struct ecc508a_emu_chip *chip, const char *name);

/** Name and one-line description of preset @i, NULL past the last. */
ECC508A_EMU_API const char *ecc508a_emu_preset_name(unsigned int i, const char **description);

/** Deterministic random numbers from here on. NULL: from the system. */
ECC508A_EMU_API void ecc508a_emu_chip_set_seed(struct ecc508a_emu_chip *chip, const void *seed,
					       size_t len);

/** The next @len (at most 64) random bytes the chip draws, for known-answer tests. */
ECC508A_EMU_API int ecc508a_emu_chip_set_random(struct ecc508a_emu_chip *chip, const void *data,
						size_t len);

/** Power. Off loses all volatile state, and cuts short a command that is executing. */
ECC508A_EMU_API void ecc508a_emu_chip_power(struct ecc508a_emu_chip *chip, bool on);

/* ------------------------------------------------------------------ time and wake parameters */

enum ecc508a_emu_exec {
	ECC508A_EMU_EXEC_TYP, /* typical times (default) */
	ECC508A_EMU_EXEC_MAX, /* maximal times */
	ECC508A_EMU_EXEC_ZERO, /* the result is there at the STOP */
};

/** Numeric parameters of one chip, for ecc508a_emu_chip_set(). Times in ns. */
enum ecc508a_emu_param {
	ECC508A_EMU_P_EXEC, /* enum ecc508a_emu_exec */
	ECC508A_EMU_P_EXEC_SCALE, /* permille applied to the execution time, default 1000 */
	ECC508A_EMU_P_TWLO, /* SDA low needed to wake, default 60 us; silicon 15 to 60 us */
	ECC508A_EMU_P_TWHI, /* from the pulse to the first ACK, default 120 us, see chip.c; 1500 us is guaranteed */
	ECC508A_EMU_P_TWATCHDOG, /* default 1.3 s (0.7 .. 1.7 s); 0: by ChipMode as typical */
	ECC508A_EMU_P_CLOCK_DRIFT, /* the chip's own clock in permille: 900 is 10 % slow */
	ECC508A_EMU_P_BROKEN, /* 608: units whose self test fails, bits as in SelfTest; default 0 */
	ECC508A_EMU_P_LATCH, /* 508A intrusion latch, 608 persistent latch, as if set by hardware */
	ECC508A_EMU_PARAMS,
};
ECC508A_EMU_API int ecc508a_emu_chip_set(struct ecc508a_emu_chip *chip,
					 enum ecc508a_emu_param param, uint64_t value);
ECC508A_EMU_API uint64_t ecc508a_emu_chip_get(const struct ecc508a_emu_chip *chip,
					      enum ecc508a_emu_param param);

/* ------------------------------------------------------------------ quirks */

/**
 * What no public source settles is a named switch (Documentation/emulator.rst lists them, with the
 * reading used by default). -ENOENT: no such switch; -EINVAL: not a legal value for it.
 */
ECC508A_EMU_API int ecc508a_emu_chip_quirk(struct ecc508a_emu_chip *chip, const char *name,
					   int value);

struct ecc508a_emu_quirk_info {
	const char *name; /* "partial-read-naks" */
	const char *source; /* "D-1" */
	const char *text; /* one line */
	int def, min, max;
};
/** Switch @i, NULL past the last. */
ECC508A_EMU_API const struct ecc508a_emu_quirk_info *ecc508a_emu_quirk(unsigned int i);

/* ------------------------------------------------------------------ state */

/**
 * Binds the chip to a state file. If @path exists the chip becomes what it says (part included:
 * another part than the chip was made as is -EMEDIUMTYPE, a damaged file -EBADMSG); otherwise it is
 * created (mode 0600). From then on every command that changes EEPROM replaces the file atomically
 * before its result can be read, so a kill at any instant leaves the state before or after a
 * command.
 */
ECC508A_EMU_API int ecc508a_emu_chip_open_state(struct ecc508a_emu_chip *chip, const char *path);

/** One-off copies, without binding. Load is a power cycle with other EEPROM contents. */
ECC508A_EMU_API int ecc508a_emu_chip_save(struct ecc508a_emu_chip *chip, const char *path);
ECC508A_EMU_API int ecc508a_emu_chip_load(struct ecc508a_emu_chip *chip, const char *path);

/**
 * The same in memory (text, not NUL-terminated). Export returns the length needed, also when @size
 * is smaller; import returns -EBADMSG and changes nothing when the text is not a state.
 */
ECC508A_EMU_API int ecc508a_emu_chip_export(struct ecc508a_emu_chip *chip, char *buf, size_t size);
ECC508A_EMU_API int ecc508a_emu_chip_import(struct ecc508a_emu_chip *chip, const char *buf,
					    size_t len);

/** Describes the state file error of the last call on this chip; never NULL. */
ECC508A_EMU_API const char *ecc508a_emu_chip_error(const struct ecc508a_emu_chip *chip);

/**
 * Called before each EEPROM word (4 bytes) is programmed. Returning true cuts the power right
 * there: the words before are stored, this one and the rest are not, the chip is off.
 */
ECC508A_EMU_API void ecc508a_emu_chip_set_eeprom_hook(struct ecc508a_emu_chip *chip,
						      bool (*hook)(void *ctx, unsigned int word),
						      void *ctx);

/* ------------------------------------------------------------------ looking inside */

enum ecc508a_emu_power {
	ECC508A_EMU_POWER_OFF,
	ECC508A_EMU_SLEEP,
	ECC508A_EMU_IDLE,
	ECC508A_EMU_WAKING, /* pulse seen, tWHI not over */
	ECC508A_EMU_AWAKE,
	ECC508A_EMU_BUSY,
};

struct ecc508a_emu_status {
	enum ecc508a_emu_part part;
	enum ecc508a_emu_power power;
	uint16_t addr; /* 7-bit address it answers at now */
	uint8_t serial[9];
	bool config_locked, data_locked;
	uint16_t slot_locked; /* bit n = 1: unlocked, as stored */
	uint16_t key_valid; /* bit n = 1: private slot n holds a key */
	struct {
		bool valid, source_input, gendig, genkey, nomac;
		uint8_t key_id, len;
		uint8_t value[64];
	} tempkey;
	bool auth_valid;
	uint8_t auth_key;
	bool latch; /* 608 persistent latch */
	uint8_t failed; /* 608 self-test failure register */
	uint32_t counter[2];
	uint64_t watchdog_left; /* ns; 0 when it does not run */
	uint64_t busy_left;
	uint64_t commands, eeprom_writes; /* since creation: commands executed, words programmed */
};
ECC508A_EMU_API void ecc508a_emu_chip_status(struct ecc508a_emu_chip *chip,
					     struct ecc508a_emu_status *st);

enum ecc508a_emu_zone {
	ECC508A_EMU_CONFIG,
	ECC508A_EMU_OTP,
	ECC508A_EMU_SLOT0, /* slot n is ECC508A_EMU_SLOT0 + n */
};
/**
 * Reads or writes EEPROM behind the chip's back, as a fab would. Length and offset must be inside
 * the zone (-ERANGE). Poking a private slot (4 zero bytes and the key) makes the key valid; data
 * written otherwise is exactly what is stored. Secrets included: this is the emulator, not the chip.
 */
ECC508A_EMU_API int ecc508a_emu_chip_peek(struct ecc508a_emu_chip *chip, unsigned int zone,
					  unsigned int off, void *buf, size_t len);
ECC508A_EMU_API int ecc508a_emu_chip_poke(struct ecc508a_emu_chip *chip, unsigned int zone,
					  unsigned int off, const void *buf, size_t len);

/* ------------------------------------------------------------------ trace */

enum ecc508a_emu_event_type {
	ECC508A_EMU_EV_MSG, /* one message on the bus, after it ended */
	ECC508A_EMU_EV_CMD, /* a command was decoded and executed (or refused) */
	ECC508A_EMU_EV_DONE, /* its result became readable */
	ECC508A_EMU_EV_WAKE, /* pulse long enough: waking */
	ECC508A_EMU_EV_READY, /* tWHI over */
	ECC508A_EMU_EV_IDLE,
	ECC508A_EMU_EV_SLEEP,
	ECC508A_EMU_EV_WATCHDOG, /* watchdog put it to sleep */
	ECC508A_EMU_EV_POWER, /* on or off */
	ECC508A_EMU_EV_FAULT, /* a fault was injected */
};

struct ecc508a_emu_event {
	enum ecc508a_emu_event_type type;
	uint64_t t_ns; /* start of the message, or the instant */
	int chip; /* index on the bus, -1: none (a message nobody answered) */
	/* EV_MSG */
	const struct ecc508a_emu_msg *msg; /* status and buf filled in */
	uint32_t speed_hz;
	/* EV_CMD */
	const char *op; /* "Sign"; "?" for an unknown opcode */
	uint8_t opcode, p1;
	uint16_t p2;
	int slot; /* the slot the command works on, -1 if none */
	uint8_t status; /* 00 for success with or without data */
	uint16_t rsp_len; /* length of the response group */
	uint64_t exec_ns; /* how long it will be busy */
	/* EV_POWER: 1 on, 0 off. EV_FAULT: text says which */
	int value;
	const char *text;
};
/** One callback a bus, which must not call back into it. Command data and results are not in it. */
ECC508A_EMU_API void
ecc508a_emu_bus_set_trace(struct ecc508a_emu_bus *bus,
			  void (*trace)(void *ctx, const struct ecc508a_emu_event *ev), void *ctx);

/* ------------------------------------------------------------------ faults */

/**
 * Adds faults from a script: one fault a line, '#' starts a comment. Syntax and the list of faults:
 * Documentation/emulator.rst. On error -EINVAL, nothing added, and @err (may be NULL) names the
 *line.
 *
 *	nak-addr dir=read nth=3 times=2		third and fourth read that would be acknowledged
 *	lost-response op=Sign			the signature is made, the answer is gone
 *	flip dir=read byte=5 bit=3 op=Info
 *	stuck-busy at=1500ms for=3s
 */
ECC508A_EMU_API int ecc508a_emu_bus_faults(struct ecc508a_emu_bus *bus, const char *script,
					   char *err, size_t err_len);

/** Random faults: each opportunity strikes with @permille. Same seed, same traffic, same faults. */
ECC508A_EMU_API void ecc508a_emu_bus_fault_seed(struct ecc508a_emu_bus *bus, uint64_t seed,
						unsigned int permille);

/** Removes all faults, scripted and random, and ends those in progress (stuck busy). */
ECC508A_EMU_API void ecc508a_emu_bus_faults_clear(struct ecc508a_emu_bus *bus);

/** Faults that struck so far. */
ECC508A_EMU_API uint64_t ecc508a_emu_bus_fault_count(const struct ecc508a_emu_bus *bus);

/* ------------------------------------------------------------------ helpers */

/** The chip's CRC-16 as it goes over the wire: low byte in b7:0. */
ECC508A_EMU_API uint16_t ecc508a_emu_crc16(const void *data, size_t len);

#ifdef __cplusplus
}
#endif

#endif
