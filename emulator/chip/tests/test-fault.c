// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* Injected faults: each kind, scripts, seeds; and the trace. */
#include "host.h"

#include <errno.h>

static uint8_t key[32] = { 9, 8, 7 };

static struct host *with(const char *script)
{
	struct host *h = host_preset(ECC508A_EMU_608B, "aws");
	char err[128] = "";

	if (ecc508a_emu_bus_faults(h->bus, script, err, sizeof(err)) < 0)
		fail_msg("%s", err);
	return h;
}

static void scripts(void **state)
{
	static const struct {
		const char *script, *err;
	} bad[] = {
		{ "nak", "line 1: no such fault: 'nak'" },
		{ "nak-addr\nflip bit=8",
		  "line 2: not a key of this fault, or a bad value: 'bit=8'" },
		{ "# comment\n\n  status op=Frob",
		  "line 3: not a key of this fault, or a bad value: 'op=Frob'" },
		{ "nak-addr at=5ms", "line 1: not a key of this fault, or a bad value: 'at=5ms'" },
		{ "nak-addr nth", "line 1: expected key=value, not 'nth'" },
		{ "nak-addr nth=0", "line 1: not a key of this fault, or a bad value: 'nth=0'" },
		{ "drift permille=50",
		  "line 1: not a key of this fault, or a bad value: 'permille=50'" },
		{ "stuck-busy at=99999999999999s",
		  "line 1: not a key of this fault, or a bad value: "
		  "'at=99999999999999s'" },
	};
	struct host *h = host_new(ECC508A_EMU_508A);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char err[128] = "";

		assert_int_equal(ecc508a_emu_bus_faults(h->bus, bad[i].script, err, sizeof(err)),
				 -EINVAL);
		assert_string_equal(err, bad[i].err);
	}
	/* nothing of a bad script is taken */
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	assert_int_equal(ecc508a_emu_bus_fault_count(h->bus), 0);
	assert_int_equal(ecc508a_emu_bus_faults(h->bus, "", NULL, 0), 0);
	assert_int_equal(ecc508a_emu_bus_faults(
				 h->bus, "nak-addr dir=any op=0x30 chip=0 every=2 times=0 # x\r\n",
				 NULL, 0),
			 0);
	host_free(h);
}

static void naks(void **state)
{
	struct host *h = with("nak-addr dir=read nth=2 times=2");
	uint8_t buf[4], cmd[8];

	host_wake(h);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x58, buf, 4, 100000), 4);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x58, buf, 4, 100000), -ENXIO);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x58, buf, 4, 100000), -ENXIO);
	assert_int_equal(ecc508a_emu_read(h->bus, 0x58, buf, 4, 100000), 4);
	assert_int_equal(ecc508a_emu_bus_fault_count(h->bus), 2);
	host_free(h);

	h = with("nak-data byte=3");
	host_wake(h);
	unhex("03 07 30 00 00 00 03 5D", cmd, 8);
	assert_int_equal(ecc508a_emu_write(h->bus, 0x58, cmd, 8, 100000), 3);
	assert_int_equal(host_status(h).commands, 0);
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	host_free(h);

	h = with("bus-error dir=write");
	host_wake(h);
	assert_int_equal(ecc508a_emu_write(h->bus, 0x58, cmd, 8, 100000), -EIO);
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	host_free(h);
}

static void flips(void **state)
{
	struct host *h =
		with("flip dir=read byte=3 bit=5 op=Info\nflip dir=write byte=2 bit=0 nth=2");
	uint8_t buf[7], zero = 0;

	/* the answer arrives damaged once; a re-read gets it right */
	host_wake(h);
	host_send(h, OP_INFO, 0, 0, NULL, 0);
	ecc508a_emu_bus_advance(h->bus, MS(5));
	ecc508a_emu_read(h->bus, 0x58, buf, 7, 100000);
	assert_hex(buf, "07 00 00 40 03 83 BB");
	ecc508a_emu_write(h->bus, 0x58, &zero, 1, 100000);
	ecc508a_emu_read(h->bus, 0x58, buf, 7, 100000);
	assert_hex(buf, "07 00 00 60 03 83 BB");
	/* the command arrives damaged: the chip says so */
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0xff);
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	host_free(h);

	h = with("truncate byte=4");
	host_wake(h);
	host_send(h, OP_INFO, 0, 0, NULL, 0);
	ecc508a_emu_bus_advance(h->bus, MS(5));
	ecc508a_emu_read(h->bus, 0x58, buf, 7, 100000);
	assert_hex(buf, "07 00 00 60 ff ff ff");
	host_free(h);
}

static void lost_response(void **state)
{
	struct host *h = with("lost-response op=Counter");
	uint8_t buf[7];

	host_wake(h);
	host_send(h, OP_COUNTER, 1, 0, NULL, 0);
	ecc508a_emu_bus_advance(h->bus, MS(30));
	ecc508a_emu_read(h->bus, 0x58, buf, 7, 100000);
	assert_hex(buf, "ff ff ff ff ff ff ff");
	/* it was executed */
	assert_int_equal(host_status(h).counter[0], 1);
	host_free(h);
}

static void stuck_busy(void **state)
{
	struct host *h = with("stuck-busy op=Info");

	host_wake(h);
	host_send(h, OP_INFO, 0, 0, NULL, 0);
	ecc508a_emu_bus_advance(h->bus, MS(1200));
	assert_int_equal(host_status(h).power, ECC508A_EMU_BUSY);
	/* only the watchdog ends it */
	ecc508a_emu_bus_advance(h->bus, MS(100));
	assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	host_free(h);

	h = with("stuck-busy at=20ms for=50ms");
	host_wake(h);
	ecc508a_emu_bus_advance(h->bus, MS(60));
	assert_int_equal(host_status(h).power, ECC508A_EMU_BUSY);
	ecc508a_emu_bus_advance(h->bus, MS(10));
	assert_int_equal(host_status(h).power, ECC508A_EMU_AWAKE);
	host_free(h);

	h = with("stuck-busy op=Info");
	host_wake(h);
	host_send(h, OP_INFO, 0, 0, NULL, 0);
	ecc508a_emu_bus_faults_clear(h->bus);
	assert_status(host_receive(h), 0);
	host_free(h);
}

static void early_watchdog(void **state)
{
	struct host *h = with("watchdog op=Nonce\nwatchdog at=500ms");

	host_wake(h);
	host_send(h, OP_NONCE, 3, 0, key, 32);
	ecc508a_emu_bus_advance(h->bus, MS(30));
	assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
	assert_false(host_tk_valid(h));
	host_load(h, key);
	ecc508a_emu_bus_advance(h->bus, MS(500) - ecc508a_emu_bus_now(h->bus) - 1);
	assert_int_equal(host_status(h).power, ECC508A_EMU_AWAKE);
	ecc508a_emu_bus_advance(h->bus, 1);
	assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
	host_free(h);
}

static void wake_faults(void **state)
{
	struct host *h = with("no-wake times=3");

	for (int i = 0; i < 4; i++) {
		host_wake(h);
		assert_int_equal(host_status(h).power,
				 i < 3 ? ECC508A_EMU_SLEEP : ECC508A_EMU_AWAKE);
	}
	host_free(h);

	/* by traffic for somebody else, and out of nothing */
	h = with("spurious-wake nth=3\nspurious-wake at=50ms");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
		ecc508a_emu_write(h->bus, 0x55, NULL, 0, 400000);
	}
	assert_int_equal(host_status(h).power, ECC508A_EMU_WAKING);
	ecc508a_emu_bus_advance(h->bus, MS(3));
	host_sleep(h);
	ecc508a_emu_bus_advance(h->bus, MS(46));
	assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
	ecc508a_emu_bus_advance(h->bus, MS(1));
	assert_int_not_equal(host_status(h).power, ECC508A_EMU_SLEEP);
	host_free(h);
}

static void forced_status(void **state)
{
	static const uint8_t codes[] = { 0x05, 0x07, 0x08, 0xee, 0xff };

	for (size_t i = 0; i < sizeof(codes); i++) {
		char script[64];
		struct host *h;

		snprintf(script, sizeof(script), "status op=Counter value=0x%02x times=2",
			 codes[i]);
		h = with(script);
		/* not executed */
		assert_refused(h, codes[i], OP_COUNTER, 1, 0, NULL, 0);
		assert_refused(h, codes[i], OP_COUNTER, 1, 0, NULL, 0);
		assert_status(host_cmd(h, OP_COUNTER, 1, 0, NULL, 0), 0);
		assert_int_equal(h->rsp[0], 1);
		host_free(h);
	}
}

static void health_and_selftest(void **state)
{
	struct host *h = with("health op=Info\nselftest at=1s value=0x20");
	uint8_t co = 0x08;

	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	/* until the chip wakes again */
	assert_status(host_cmd(h, OP_RANDOM, 0, 0, NULL, 0), 0x08);
	assert_status(host_cmd(h, OP_NONCE, 0, 0, key, 20), 0x08);
	host_sleep(h);
	assert_status(host_cmd(h, OP_RANDOM, 0, 0, NULL, 0), 0);
	/* ChipOptions b3 clears it by itself */
	host_poke(h, ECC508A_EMU_CONFIG, 90, &co, 1);
	assert_int_equal(ecc508a_emu_bus_faults(h->bus, "health op=Info", NULL, 0), 0);
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	assert_status(host_cmd(h, OP_RANDOM, 0, 0, NULL, 0), 0x08);
	assert_status(host_cmd(h, OP_RANDOM, 0, 0, NULL, 0), 0);
	ecc508a_emu_bus_advance(h->bus, MS(1000));
	assert_status(host_cmd(h, OP_SELFTEST, 0x3d, 0, NULL, 0), 0x20);
	host_free(h);
}

static void drift(void **state)
{
	struct host *h = with("drift at=0ms permille=500");

	ecc508a_emu_bus_advance(h->bus, 1);
	ecc508a_emu_chip_set(h->chip, ECC508A_EMU_P_EXEC, ECC508A_EMU_EXEC_MAX);
	host_wake(h);
	assert_true(host_status(h).watchdog_left > MS(2590));
	host_send(h, OP_INFO, 0, 0, NULL, 0); /* 5 ms by a clock that is half as fast */
	assert_int_equal(host_status(h).busy_left, MS(10));
	host_free(h);
}

static void brown_out(void **state)
{
	struct host *h = with("brown-out op=Counter for=20ms");

	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	host_send(h, OP_COUNTER, 1, 0, NULL, 0);
	ecc508a_emu_bus_advance(h->bus, MS(10));
	assert_int_equal(host_status(h).power, ECC508A_EMU_POWER_OFF);
	ecc508a_emu_bus_advance(h->bus, MS(20));
	assert_int_equal(host_status(h).power, ECC508A_EMU_SLEEP);
	/* half of the execution time: nothing was programmed yet */
	assert_int_equal(host_status(h).counter[0], 0);
	assert_status(host_cmd(h, OP_COUNTER, 1, 0, NULL, 0), 0);
	assert_int_equal(h->rsp[0], 1);
	host_free(h);
}

/* ------------------------------------------------------------------ seeds, trace */

struct log {
	uint32_t hash;
	unsigned int msgs, cmds, faults;
	uint64_t t;
	char last[32];
	int slot, status;
};

static void trace(void *ctx, const struct ecc508a_emu_event *ev)
{
	struct log *l = ctx;
	uint64_t v = ev->t_ns ^ (uint64_t)ev->type << 56 ^ (uint64_t)ev->status << 48;

	for (int i = 0; i < 8; i++)
		l->hash = (l->hash ^ (uint8_t)(v >> (8 * i))) * 16777619u;
	l->msgs += ev->type == ECC508A_EMU_EV_MSG;
	l->faults += ev->type == ECC508A_EMU_EV_FAULT;
	if (ev->type == ECC508A_EMU_EV_CMD) {
		l->cmds++;
		snprintf(l->last, sizeof(l->last), "%s", ev->op);
		l->slot = ev->slot;
		l->status = ev->status;
	}
	assert_true(ev->type == ECC508A_EMU_EV_MSG || ev->t_ns >= l->t);
	if (ev->type != ECC508A_EMU_EV_MSG)
		l->t = ev->t_ns;
}

static struct log run_with_seed(uint64_t seed, unsigned int permille)
{
	struct host *h = host_preset(ECC508A_EMU_608B, "aws");
	struct log l = { 0 };

	ecc508a_emu_bus_set_trace(h->bus, trace, &l);
	ecc508a_emu_bus_fault_seed(h->bus, seed, permille);
	for (int i = 0; i < 300; i++) {
		uint8_t buf[80], cmd[8], zero = 0;

		ecc508a_emu_write(h->bus, 0, &zero, 1, 100000);
		ecc508a_emu_bus_advance(h->bus, US(1500));
		unhex(i % 2 ? "03 07 30 00 00 00 03 5D" : "03 07 1B 00 00 00 24 CD", cmd, 8);
		ecc508a_emu_write(h->bus, 0x58, cmd, 8, 100000);
		for (int k = 0; k < 20; k++) {
			ecc508a_emu_read(h->bus, 0x58, buf, sizeof(buf), 100000);
			ecc508a_emu_bus_advance(h->bus, MS(2));
		}
	}
	/* whatever happened, without faults the chip works again */
	ecc508a_emu_bus_faults_clear(h->bus);
	ecc508a_emu_bus_advance(h->bus, MS(2000));
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	host_free(h);
	return l;
}

static void seeds(void **state)
{
	struct log a = run_with_seed(1, 50), b = run_with_seed(1, 50), c = run_with_seed(2, 50),
		   none = run_with_seed(1, 0);

	assert_int_equal(a.hash, b.hash);
	assert_int_equal(a.faults, b.faults);
	assert_int_not_equal(a.hash, c.hash);
	assert_true(a.faults > 50);
	assert_int_equal(none.faults, 0);
}

static void trace_of_commands(void **state)
{
	struct host *h = host_preset(ECC508A_EMU_508A, "aws");
	struct log l = { 0 };

	host_load(h, key);
	ecc508a_emu_bus_set_trace(h->bus, trace, &l);
	assert_status(host_cmd(h, OP_SIGN, 0x80, 0, NULL, 0), 0);
	assert_int_equal(l.cmds, 1);
	assert_string_equal(l.last, "Sign");
	assert_int_equal(l.slot, 0);
	assert_int_equal(l.status, 0);
	assert_true(l.msgs > 2);
	assert_status(host_cmd(h, OP_READ, 0x82, 3 << 3, NULL, 0), 0x0f);
	assert_int_equal(l.slot, 3);
	assert_int_equal(l.status, 0x0f);
	assert_status(host_cmd(h, OP_LOCK, 0x12, 0, NULL, 0), 0);
	assert_int_equal(l.slot, 4);
	assert_status(host_cmd(h, 0x99, 0, 0, NULL, 0), 3);
	assert_string_equal(l.last, "?");
	host_free(h);
}

static void quirk_names(void **state)
{
	struct host *h = host_new(ECC508A_EMU_508A);
	const struct ecc508a_emu_quirk_info *q;
	unsigned int n = 0;

	for (; (q = ecc508a_emu_quirk(n)); n++) {
		assert_non_null(q->name);
		assert_in_range(q->def - q->min, 0, q->max - q->min);
		assert_int_equal(ecc508a_emu_chip_quirk(h->chip, q->name, q->max), 0);
		assert_int_equal(ecc508a_emu_chip_quirk(h->chip, q->name, q->max + 1), -EINVAL);
		assert_int_equal(ecc508a_emu_chip_quirk(h->chip, q->name, q->min - 1), -EINVAL);
	}
	assert_true(n > 30);
	assert_int_equal(ecc508a_emu_chip_quirk(h->chip, "no-such", 0), -ENOENT);
	host_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scripts),
		cmocka_unit_test(naks),
		cmocka_unit_test(flips),
		cmocka_unit_test(lost_response),
		cmocka_unit_test(stuck_busy),
		cmocka_unit_test(early_watchdog),
		cmocka_unit_test(wake_faults),
		cmocka_unit_test(forced_status),
		cmocka_unit_test(health_and_selftest),
		cmocka_unit_test(drift),
		cmocka_unit_test(brown_out),
		cmocka_unit_test(seeds),
		cmocka_unit_test(trace_of_commands),
		cmocka_unit_test(quirk_names),
	};

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
