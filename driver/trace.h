/* SPDX-License-Identifier: GPL-2.0-only */
/* SPDX-FileCopyrightText: 2026 The ecc508a authors */
/*
 * Tracepoints: every command, every wake, and who has the chip.  Never what a command carries
 * or answers, so that a trace can be shown to anybody.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ecc508a

#if !defined(_ECC508A_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _ECC508A_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(ecc508a_cmd,
	TP_PROTO(unsigned int chip, u8 opcode, u8 p1, u16 p2, u8 len, int status, u32 us, int err),
	TP_ARGS(chip, opcode, p1, p2, len, status, us, err),
	TP_STRUCT__entry(
		__field(unsigned int, chip)
		__field(int, status)
		__field(int, err)
		__field(u32, us)
		__field(u16, p2)
		__field(u8, opcode)
		__field(u8, p1)
		__field(u8, len)
	),
	TP_fast_assign(
		__entry->chip = chip;
		__entry->status = status;
		__entry->err = err;
		__entry->us = us;
		__entry->p2 = p2;
		__entry->opcode = opcode;
		__entry->p1 = p1;
		__entry->len = len;
	),
	TP_printk("ecc508a%u %s p1=0x%02x p2=0x%04x len=%u status=%d us=%u err=%d",
		  __entry->chip,
		  __print_symbolic(__entry->opcode,
			{ 0x01, "Pause" }, { 0x02, "Read" }, { 0x08, "MAC" }, { 0x11, "HMAC" },
			{ 0x12, "Write" }, { 0x15, "GenDig" }, { 0x16, "Nonce" },
			{ 0x17, "Lock" }, { 0x1b, "Random" }, { 0x1c, "DeriveKey" },
			{ 0x20, "UpdateExtra" }, { 0x24, "Counter" }, { 0x28, "CheckMac" },
			{ 0x30, "Info" }, { 0x40, "GenKey" }, { 0x41, "Sign" },
			{ 0x43, "ECDH" }, { 0x45, "Verify" }, { 0x46, "PrivWrite" },
			{ 0x47, "SHA" }, { 0x51, "AES" }, { 0x56, "KDF" },
			{ 0x77, "SelfTest" }, { 0x80, "SecureBoot" }),
		  __entry->p1, __entry->p2, __entry->len, __entry->status, __entry->us,
		  __entry->err)
);

TRACE_EVENT(ecc508a_wake,
	TP_PROTO(unsigned int chip, u8 method, int err),
	TP_ARGS(chip, method, err),
	TP_STRUCT__entry(
		__field(unsigned int, chip)
		__field(int, err)
		__field(u8, method)
	),
	TP_fast_assign(
		__entry->chip = chip;
		__entry->err = err;
		__entry->method = method;
	),
	TP_printk("ecc508a%u %s err=%d", __entry->chip,
		  __print_symbolic(__entry->method, { 0, "none" }, { 1, "general-call" },
				   { 2, "address" }, { 3, "gpio" }),
		  __entry->err)
);

/* @event is enum ecc508a_turn_event.  Under the arbiter's lock, so their order is the true one */
TRACE_EVENT(ecc508a_turn,
	TP_PROTO(unsigned int chip, pid_t pid, u8 event, bool session, unsigned int waiting),
	TP_ARGS(chip, pid, event, session, waiting),
	TP_STRUCT__entry(
		__field(unsigned int, chip)
		__field(unsigned int, waiting)
		__field(pid_t, pid)
		__field(u8, event)
		__field(bool, session)
	),
	TP_fast_assign(
		__entry->chip = chip;
		__entry->waiting = waiting;
		__entry->pid = pid;
		__entry->event = event;
		__entry->session = session;
	),
	TP_printk("ecc508a%u %s pid=%d session=%d waiting=%u", __entry->chip,
		  __print_symbolic(__entry->event,
				   { 0, "waits" }, { 1, "has" }, { 2, "leaves" }, { 3, "over" }),
		  __entry->pid, __entry->session, __entry->waiting)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
