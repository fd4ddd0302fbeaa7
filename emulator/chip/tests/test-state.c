// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The ecc508a authors
/* State files: what they hold, who may read them, damaged ones, a kill at any instant; presets. */
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64], path[96];

static int setup(void **state)
{
	strcpy(dir, "/tmp/ecc508a-emu-test.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/state", dir);
	return 0;
}

static int teardown(void **state)
{
	unlink(path);
	return rmdir(dir);
}

static void survives(void **state)
{
	struct host *h = host_preset(ECC508A_EMU_508A, "aws");
	uint8_t pub[64];
	struct stat st;

	unlink(path);
	assert_int_equal(ecc508a_emu_chip_open_state(h->chip, path), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_status(host_cmd(h, OP_GENKEY, 4, 0, NULL, 0), 0);
	memcpy(pub, h->rsp, 64);
	assert_status(host_cmd(h, OP_COUNTER, 1, 0, NULL, 0), 0);
	host_free(h);

	h = host_new(ECC508A_EMU_508A);
	assert_int_equal(ecc508a_emu_chip_open_state(h->chip, path), 0);
	assert_int_equal(host_addr(h), 0x58);
	assert_status(host_cmd(h, OP_GENKEY, 0, 0, NULL, 0), 0);
	assert_memory_equal(h->rsp, pub, 64);
	assert_int_equal(host_status(h).counter[0], 1);
	host_free(h);

	/* not another part's */
	h = host_new(ECC508A_EMU_608A);
	assert_int_equal(ecc508a_emu_chip_open_state(h->chip, path), -EMEDIUMTYPE);
	assert_non_null(strstr(ecc508a_emu_chip_error(h->chip), "508a"));
	/* nor in a place that is not there */
	assert_int_equal(ecc508a_emu_chip_open_state(h->chip, "/nonexistent/dir/state"), -ENOENT);
	assert_non_null(strstr(ecc508a_emu_chip_error(h->chip), "/nonexistent/dir/state"));
	host_free(h);
}

static void save_and_load(void **state)
{
	struct host *h = host_preset(ECC508A_EMU_608B, "tflxtls");

	assert_int_equal(ecc508a_emu_chip_save(h->chip, path), 0);
	assert_status(host_cmd(h, OP_COUNTER, 1, 0, NULL, 0), 0);
	host_load(h, (const uint8_t *)"0123456789abcdef0123456789abcdef");
	assert_int_equal(ecc508a_emu_chip_load(h->chip, path), 0);
	/* a load is a power cycle */
	assert_int_equal(host_status(h).counter[0], 0);
	assert_false(host_tk_valid(h));
	ecc508a_emu_bus_advance(h->bus, US(200));
	assert_status(host_cmd(h, OP_INFO, 0, 0, NULL, 0), 0);
	host_free(h);
}

static void damaged(void **state)
{
	struct host *h = host_preset(ECC508A_EMU_608B, "aws");
	static char text[8192], bad[8192], before[8192];
	int n = ecc508a_emu_chip_export(h->chip, text, sizeof(text));

	assert_true(n > 2800 && n < 8192);
	assert_int_equal(ecc508a_emu_chip_export(h->chip, NULL, 0), n);
	assert_int_equal(ecc508a_emu_chip_import(h->chip, text, (size_t)n), 0);
	memcpy(before, text, (size_t)n);
	/* every single byte changed, and every length cut */
	for (int i = 0; i < n; i++) {
		memcpy(bad, text, (size_t)n);
		bad[i] = bad[i] == '0' ? '1' : '0';
		assert_int_equal(ecc508a_emu_chip_import(h->chip, bad, (size_t)n), -EBADMSG);
		assert_int_equal(ecc508a_emu_chip_import(h->chip, text, (size_t)i), -EBADMSG);
	}
	bad[n] = '\n';
	assert_int_equal(ecc508a_emu_chip_import(h->chip, bad, (size_t)n + 1), -EBADMSG);
	assert_int_equal(ecc508a_emu_chip_export(h->chip, text, sizeof(text)), n);
	assert_memory_equal(text, before, (size_t)n);
	host_free(h);
}

/* A child counts and changes keys; it is killed in the middle; what it reported is stored. */
static void killed(void **state)
{
	unlink(path);
	for (int round = 0; round < 30; round++) {
		int fd[2], status;
		uint32_t reported = 0, start;
		struct host *h;
		pid_t pid;

		assert_int_equal(pipe(fd), 0);
		h = host_new(ECC508A_EMU_608B);
		if (round == 0) {
			host_slot(h, 0, 0x2087, 0x0033);
			host_lock(h, true, true);
		}
		assert_int_equal(ecc508a_emu_chip_open_state(h->chip, path), 0);
		start = host_status(h).counter[0];
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			for (;;) {
				uint32_t n;

				if (host_cmd(h, OP_COUNTER, 1, 0, NULL, 0) ||
				    host_cmd(h, OP_GENKEY, 4, 0, NULL, 0))
					_exit(1);
				n = host_status(h).counter[0];
				if (write(fd[1], &n, sizeof(n)) != sizeof(n))
					_exit(1);
			}
		}
		close(fd[1]);
		for (int i = 0; i < 3; i++)
			assert_int_equal(read(fd[0], &reported, sizeof(reported)),
					 sizeof(reported));
		usleep((useconds_t)(37 * round));
		kill(pid, SIGKILL);
		while (read(fd[0], &reported, sizeof(reported)) == sizeof(reported))
			;
		close(fd[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		host_free(h);

		h = host_new(ECC508A_EMU_608B);
		assert_int_equal(ecc508a_emu_chip_open_state(h->chip, path), 0);
		assert_in_range(host_status(h).counter[0], reported, reported + 1);
		assert_true(reported > start);
		assert_status(host_cmd(h, OP_GENKEY, 0, 0, NULL, 0), 0);
		host_free(h);
		/* a kill may leave a temporary file; it is never taken for the state */
		assert_int_equal(system("rm -f /tmp/ecc508a-emu-test.*/state.??????"), 0);
	}
}

/* The file cannot be written any more: the trace says so, the chip goes on. */
static int faults;

static void count_faults(void *ctx, const struct ecc508a_emu_event *ev)
{
	if (ev->type == ECC508A_EMU_EV_FAULT && strstr(ev->text, "cannot"))
		faults++;
}

static void unwritable(void **state)
{
	struct host *h = host_preset(ECC508A_EMU_508A, "aws");
	char sub[80], file[96];

	snprintf(sub, sizeof(sub), "%s/sub", dir);
	snprintf(file, sizeof(file), "%s/s", sub);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_int_equal(ecc508a_emu_chip_open_state(h->chip, file), 0);
	unlink(file);
	rmdir(sub);
	ecc508a_emu_bus_set_trace(h->bus, count_faults, NULL);
	faults = 0;
	assert_status(host_cmd(h, OP_COUNTER, 1, 0, NULL, 0), 0);
	assert_int_equal(faults, 1);
	host_free(h);
}

/* ------------------------------------------------------------------ presets */

static void presets(void **state)
{
	static const struct {
		const char *name;
		int parts; /* bit mask */
		uint16_t addr, keys;
		bool locked;
	} v[] = {
		{ "blank", 7, 0x60, 0, false },	     { "aws", 7, 0x58, 0x8d, true },
		{ "aws-config", 7, 0x58, 0, false }, { "tngtls", 6, 0x35, 0x03, true },
		{ "tflxtls", 6, 0x36, 0x03, true },  { "nerves_key", 7, 0x60, 0x01, true },
	};
	const char *text;
	unsigned int n = 0;

	for (; ecc508a_emu_preset_name(n, &text); n++) {
		assert_string_equal(ecc508a_emu_preset_name(n, &text), v[n].name);
		assert_true(strlen(text) > 10);
	}
	assert_int_equal(n, sizeof(v) / sizeof(v[0]));
	for (size_t i = 0; i < n; i++)
		for (int part = 0; part < ECC508A_EMU_PARTS; part++) {
			struct host *h = host_new((enum ecc508a_emu_part)part);
			struct ecc508a_emu_status st;
			uint8_t digest[32] = { 7 };
			int ret = ecc508a_emu_chip_preset(h->chip, v[i].name);

			assert_int_equal(ret, v[i].parts >> part & 1 ? 0 : -ENOTSUP);
			if (ret == 0) {
				st = host_status(h);
				assert_int_equal(st.addr, v[i].addr);
				assert_int_equal(st.key_valid, v[i].keys);
				assert_int_equal(st.config_locked, v[i].locked);
				assert_int_equal(st.data_locked, v[i].locked);
				if (v[i].keys) {
					host_load(h, digest);
					assert_status(host_cmd(h, OP_SIGN, 0x80, 0, NULL, 0), 0);
				}
			}
			assert_int_equal(ecc508a_emu_chip_preset(h->chip, "none"), -ENOENT);
			host_free(h);
		}
}

static void same_seed_same_chip(void **state)
{
	static char a[8192], b[8192];
	int n;

	for (int i = 0; i < 2; i++) {
		struct host *h = host_preset(ECC508A_EMU_608B, "tflxtls");

		host_load(h, (const uint8_t *)"0123456789abcdef0123456789abcdef");
		assert_status(host_cmd(h, OP_SIGN, 0x80, 0, NULL, 0), 0);
		n = ecc508a_emu_chip_export(h->chip, i ? b : a, sizeof(a));
		memcpy((i ? b : a) + n, h->rsp, 64);
		host_free(h);
	}
	assert_memory_equal(a, b, (size_t)n + 64);
}

static void several_chips_and_buses(void **state)
{
	struct ecc508a_emu_bus *bus[2];
	struct ecc508a_emu_chip *c[2][3];
	uint8_t addr, buf[4], zero = 0;

	for (int b = 0; b < 2; b++) {
		bus[b] = ecc508a_emu_bus_new();
		for (int i = 0; i < 3; i++) {
			assert_int_equal(ecc508a_emu_chip_new(bus[b], (enum ecc508a_emu_part)i,
							      NULL, &c[b][i]),
					 0);
			addr = (uint8_t)(2 * (0x30 + i));
			ecc508a_emu_chip_poke(c[b][i], ECC508A_EMU_CONFIG, 16, &addr, 1);
			assert_ptr_equal(ecc508a_emu_bus_chip(bus[b], (unsigned int)i), c[b][i]);
		}
	}
	assert_null(ecc508a_emu_bus_chip(bus[0], 3));
	/* one pulse wakes all on its bus, and nobody on the other */
	ecc508a_emu_write(bus[0], 0, &zero, 1, 100000);
	ecc508a_emu_bus_advance(bus[0], US(1500));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ecc508a_emu_read(bus[0], (uint16_t)(0x30 + i), buf, 4, 100000), 4);
		assert_int_equal(ecc508a_emu_read(bus[1], (uint16_t)(0x30 + i), buf, 4, 400000),
				 -ENXIO);
	}
	ecc508a_emu_chip_free(c[0][1]);
	assert_int_equal(ecc508a_emu_read(bus[0], 0x31, buf, 4, 400000), -ENXIO);
	assert_int_equal(ecc508a_emu_read(bus[0], 0x32, buf, 4, 400000), 4);
	ecc508a_emu_bus_free(bus[0]);
	ecc508a_emu_bus_free(bus[1]);
	assert_int_equal(ecc508a_emu_chip_new(NULL, ECC508A_EMU_PARTS, NULL, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survives),
		cmocka_unit_test(save_and_load),
		cmocka_unit_test(damaged),
		cmocka_unit_test(killed),
		cmocka_unit_test(unwritable),
		cmocka_unit_test(presets),
		cmocka_unit_test(same_seed_same_chip),
		cmocka_unit_test(several_chips_and_buses),
	};

	return cmocka_run_group_tests_name("state", tests, setup, teardown);
}
